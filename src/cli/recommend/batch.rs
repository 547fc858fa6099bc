//! Lists for many recipients at once: `endcap recommend --placement email --customers orders.csv -o recs.csv`.
//!
//! The unit is the recipient. What somebody bought is the whole request: an order that is older than the letter counts by
//! its age, a later one has not happened. Who would get nothing is left out of the file and counted; who is in an arm of an
//! experiment has a record in any case, without products where they are held back, so that the letter's log can say so.

use super::recipients::{Bought, Recipients};
use super::sheet::{Entry, Format, Record, Sheet};
use super::{RecommendArgs, no_such_placement};
use crate::bundle::{Policy, Strategy};
use crate::cli::failure::Failure;
use crate::cli::progress::Talk;
use crate::cli::{bundle_file, output};
use crate::placement::{PastPurchase, Recommender, Request, Silence};
use crate::rank::Pick;
use crate::shop::{Currency, Money};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Recipients between two steps of the bar.
const STEP: usize = 1_000;

/// Makes the lists of everybody in `customers`.
pub(super) fn run(args: &RecommendArgs, customers: &[PathBuf], placement: &str) -> Result<(), Failure> {
    if !(0.0..=1.0).contains(&args.max_bad_rows) {
        return Err(Failure::command(format!("--max-bad-rows: expected 0 to 1, found {}", args.max_bad_rows)));
    }
    let mut recommender = bundle_file::recommender(&args.bundle, &args.add, &args.overlay)?;
    let policy = recommender.live().policies().iter().find(|policy| policy.placement == placement);
    let Some(policy) = policy else { return Err(Failure::command(no_such_placement(&recommender, placement).message)) };
    let most = most(policy, args.limit)?;
    if !recommender.model().has_cards() {
        eprintln!("no cards are loaded: titles, links and pictures stay empty; --add a slice with cards");
    }
    let talk = Talk::new();
    let now = args.now.unwrap_or_else(|| jiff::Timestamp::now().as_second());
    let recipients = Recipients::read(customers, now, args.max_bad_rows, &talk)?;
    told_of_lines(&recipients);
    let format = args.format.or_else(|| args.output.as_deref().and_then(Format::of_name)).unwrap_or(Format::Csv);
    let mut desk = Desk::new(&mut recommender, placement, now, args.limit);
    let made = match &args.output {
        Some(path) => output::write_by(path, |file| desk.write(&recipients, format, most, file, &talk))?,
        None => {
            let stdout = io::stdout().lock();
            let mut made = Made::default();
            output::quiet(desk.write(&recipients, format, most, stdout, &talk).map(|written| made = written))?;
            made
        }
    };
    eprintln!("{}", made.text(args.output.as_ref(), recipients.len()));
    Ok(())
}

/// The most products of a list.
fn most(policy: &Policy, asked: Option<u32>) -> Result<usize, Failure> {
    if policy.strategy == Strategy::Rerank {
        let message =
            format!("--placement {}: it orders a list that the page has; a letter has none", policy.placement);
        return Err(Failure::command(message));
    }
    Ok(u32::from(policy.limit).min(asked.unwrap_or(u32::MAX)) as usize)
}

fn told_of_lines(recipients: &Recipients) {
    let passed = &recipients.passed_over;
    for (lines, why) in [
        (passed.nameless, "name no customer"),
        (passed.timeless, "have no time"),
        (passed.later, "are later than the letter (--now)"),
    ] {
        if lines > 0 {
            eprintln!("{} lines {why} and are passed over", output::grouped(lines));
        }
    }
}

/// What was made.
#[derive(Default)]
struct Made {
    lists: usize,
    due: usize,
    /// Records of those whose list an experiment keeps back.
    held: usize,
}

impl Made {
    fn text(&self, path: Option<&PathBuf>, asked: usize) -> String {
        let [lists, due, asked] = [self.lists, self.due, asked].map(|number| output::grouped(number as u64));
        let wrote = path.map_or(String::new(), |path| format!("wrote {}: ", path.display()));
        let held = match self.held {
            0 => String::new(),
            held => format!("; {} are held out and get none", output::grouped(held as u64)),
        };
        format!("{wrote}{lists} of {asked} customers have a list, {due} of them with something due{held}")
    }
}

/// What a recipient gets.
struct Letter {
    /// How many of the products bought before may be needed again.
    due: Option<u32>,
    /// Whether an experiment keeps the list back.
    held: bool,
    experiment: Option<String>,
    variant: Option<String>,
    recommendation: String,
    entries: Vec<Entry>,
}

/// Where lists are made.
struct Desk<'a> {
    recommender: &'a mut Recommender<Vec<u8>>,
    placement: &'a str,
    now: i64,
    limit: Option<u32>,
    model: String,
    currency: Currency,
}

impl<'a> Desk<'a> {
    fn new(recommender: &'a mut Recommender<Vec<u8>>, placement: &'a str, now: i64, limit: Option<u32>) -> Self {
        let base = recommender.model().base();
        let currency = base.manifest().map_or(Currency::NONE, |manifest| manifest.currency());
        let model = base.head().model.to_string();
        Self { recommender, placement, now, limit, model, currency }
    }

    /// Writes the lists of all.
    fn write(
        &mut self,
        all: &Recipients,
        format: Format,
        most: usize,
        out: impl Write,
        talk: &Talk,
    ) -> io::Result<Made> {
        let steps = talk.steps("making lists");
        let mut sheet = Sheet::begin(format, BufWriter::new(out), most)?;
        let mut made = Made::default();
        for (number, (customer, bought)) in all.each(self.now).enumerate() {
            if number % STEP == 0 {
                steps.tell(number, all.len());
            }
            let Some(letter) = self.letter(customer, &bought) else { continue };
            if letter.entries.is_empty() && letter.variant.is_none() {
                continue;
            }
            made.lists += usize::from(!letter.entries.is_empty());
            made.held += usize::from(letter.held);
            made.due += usize::from(letter.due.is_some_and(|due| due > 0));
            sheet.write(&Record {
                customer,
                placement: self.placement,
                due_now: letter.due,
                recommendation: letter.recommendation,
                model: &self.model,
                currency: self.currency.code(),
                experiment: letter.experiment,
                variant: letter.variant,
                entries: letter.entries,
            })?;
        }
        steps.finish();
        sheet.end().map(|()| made)
    }

    /// The letter of a recipient; none where the bundle has no such placement.
    fn letter(&mut self, customer: &str, bought: &[Bought<'_>]) -> Option<Letter> {
        let history: Vec<PastPurchase<'_>> =
            bought.iter().map(|bought| PastPurchase { sku: bought.sku, days_ago: bought.days_ago }).collect();
        let request = Request {
            placement: self.placement,
            history: &history,
            unit: Some(customer),
            now: Some(self.now),
            limit: self.limit,
            ..Request::default()
        };
        let answer = self.recommender.recommend(&request)?;
        let mut letter = Letter {
            due: answer.due,
            held: answer.silent.is_some_and(Silence::withholds),
            experiment: answer.experiment.map(str::to_owned),
            variant: answer.variant.map(str::to_owned),
            recommendation: answer.recommendation.to_string(),
            entries: Vec::new(),
        };
        let picks = answer.picks.to_vec();
        letter.entries = picks.iter().filter_map(|pick| self.entry(pick)).collect();
        Some(letter)
    }

    /// A product of a list as a letter shows it; its price is the one in force.
    fn entry(&self, pick: &Pick) -> Option<Entry> {
        let model = self.recommender.model();
        let card = model.card(pick.item);
        let live = self.recommender.live().price(pick.item).map(|minor| Money::new(minor, self.currency));
        let price = live.or(card.as_ref().and_then(|card| card.price)).map(|price| price.to_string());
        let sku = model.base().dictionary()?.to_sku(pick.item)?;
        Some(Entry { sku, reason: pick.reason.name(), card, price })
    }
}
