//! endcap and its peers behind one face.

use crate::shop::{Ask, Question, Split, Unit};
use endcap::bundle::{self, Policy, Strategy};
use endcap::evaluate;
use endcap::placement::{Recommender, Request};
use endcap::shop::{Event, EventKind, OrderLine, Timestamp};
use endcap::train::Collector;
use serenade::vmisknn::{predict, vmis_index::VMISIndex};
use std::collections::HashMap;
use std::error::Error;
use std::io::Write;

/// Length of every list.
pub const LIST: usize = 20;

/// A trained model that answers.
pub trait Contender {
    /// The products it names, best first, at most [`LIST`]; none that is known already.
    fn answer(&mut self, ask: Ask, question: &Question) -> Vec<u32>;

    /// Bytes of the file that is shipped, where there is one.
    fn shipped(&self) -> Option<usize> {
        None
    }
}

/// A trained model, and the bytes that it keeps on the heap.
pub struct Learned {
    pub model: Box<dyn Contender>,
    pub resident: u64,
}

/// A name, and how it learns.
pub type Entry = (&'static str, fn(&Split) -> Result<Learned, Box<dyn Error>>);

/// What `make` returns, and by how many bytes it made the heap grow on this thread.
fn counted<T>(make: impl FnOnce() -> T) -> Result<(T, u64), Box<dyn Error>> {
    let mut made = None;
    let counted = allocation_counter::measure(|| made = Some(make()));
    Ok((made.ok_or("measured nothing")?, counted.bytes_current.max(0) as u64))
}

/// Who takes part; the first is what the others are compared with.
pub fn entries(visits: bool) -> Vec<Entry> {
    let mut all: Vec<Entry> = vec![
        ("endcap", Endcap::learn),
        ("popularity", Popularity::learn),
        ("discorec, 8 factors", |split| Disco::learn(split, 8)),
        ("discorec, 32 factors", |split| Disco::learn(split, 32)),
    ];
    if visits {
        all.push(("serenade, 2 views", |split| Serenade::learn(split, 2)));
        all.push(("serenade, 4 views", |split| Serenade::learn(split, 4)));
    }
    all
}

/// endcap through its public face: lines in, a bundle, requests by SKU.
struct Endcap {
    recommender: Recommender<Vec<u8>>,
    skus: Vec<String>,
    /// The shop's number of each of the bundle's items.
    numbers: Vec<u32>,
}

impl Endcap {
    fn learn(split: &Split) -> Result<Learned, Box<dyn Error>> {
        let mut collector = Collector::new();
        split.early.iter().for_each(|unit| collect(&mut collector, split, unit));
        let policies = [Ask::Cart, Ask::Product, Ask::Visit].map(policy).to_vec();
        let options = evaluate::Options { policies, allow_weak: true, ..Default::default() };
        let trained = evaluate::train(&collector.finish()?, &options, &|_| {})?;
        let numbers: HashMap<&str, u32> = split.skus.iter().zip(0..).map(|(sku, at)| (sku.as_str(), at)).collect();
        let numbers = trained.draft.items.iter().map(|item| numbers[item.sku.as_str()]).collect();
        let bytes = bundle::write(&trained.draft)?;
        let (recommender, resident) = counted(|| Recommender::open(bytes.clone()))?;
        let model = Self { recommender: recommender?, skus: split.skus.clone(), numbers };
        Ok(Learned { model: Box::new(model), resident })
    }
}

fn collect(collector: &mut Collector, split: &Split, unit: &Unit) {
    let at = unit.at.map(Timestamp);
    for (seq, item) in unit.items.iter().enumerate() {
        let sku = split.skus[*item as usize].as_str();
        if split.visits() {
            collector.event(Event { session: &unit.name, at, seq: Some(seq as i64), kind: EventKind::View, sku });
        } else {
            let customer = unit.customer.as_deref();
            collector.line(OrderLine { order: &unit.name, customer, at, sku, quantity: 1.0, unit_price: None });
        }
    }
}

fn policy(ask: Ask) -> Policy {
    let strategy = match ask {
        Ask::Cart => Strategy::CartAddons,
        Ask::Product => Strategy::BoughtTogether,
        Ask::Visit => Strategy::Similar,
    };
    Policy { limit: LIST as u16, ..Policy::neutral(ask.name(), strategy) }
}

impl Contender for Endcap {
    fn answer(&mut self, ask: Ask, question: &Question) -> Vec<u32> {
        let known: Vec<&str> = question.known.iter().map(|item| self.skus[*item as usize].as_str()).collect();
        let asked = Request { placement: ask.name(), ..Request::default() };
        let request = match (ask, known.split_last()) {
            (Ask::Cart, _) | (_, None) => Request { cart: &known, ..asked },
            (_, Some((last, before))) => Request { product: Some(last), recent: before, ..asked },
        };
        let answer = self.recommender.recommend(&request);
        answer.map_or(Vec::new(), |answer| answer.picks.iter().map(|pick| self.numbers[pick.item.0 as usize]).collect())
    }

    fn shipped(&self) -> Option<usize> {
        Some(self.recommender.model().base().bytes().len())
    }
}

/// Best sellers.
struct Popularity(Vec<u32>);

impl Popularity {
    fn learn(split: &Split) -> Result<Learned, Box<dyn Error>> {
        let mut count = vec![0u32; split.skus.len()];
        split.early.iter().flat_map(|unit| &unit.items).for_each(|item| count[*item as usize] += 1);
        let mut order: Vec<u32> = (0..count.len() as u32).collect();
        order.sort_by_key(|item| std::cmp::Reverse(count[*item as usize]));
        let resident = std::mem::size_of_val(&order[..]) as u64;
        Ok(Learned { model: Box::new(Self(order)), resident })
    }
}

impl Contender for Popularity {
    fn answer(&mut self, _: Ask, question: &Question) -> Vec<u32> {
        self.0.iter().copied().filter(|item| !question.known.contains(item)).take(LIST).collect()
    }
}

/// Matrix factorisation of orders (or visits) and products. It cannot answer for an order that it has not seen, so each
/// known product names its neighbours and their similarities add up; a visit is asked by its last view.
struct Disco {
    model: discorec::Recommender<u32, u32>,
}

/// Neighbours that a line of a cart names.
const NAMED: usize = 100;

impl Disco {
    fn learn(split: &Split, factors: u32) -> Result<Learned, Box<dyn Error>> {
        let each = |(unit, number): (&Unit, u32)| unit.items.iter().map(move |item| (number, *item, 1.0)).collect();
        let cells: Vec<(u32, u32, f32)> = split.early.iter().zip(0..).flat_map::<Vec<_>, _>(each).collect();
        let fit = || discorec::RecommenderBuilder::new().factors(factors).seed(7).fit_implicit(&cells);
        let (model, resident) = counted(fit)?;
        Ok(Learned { model: Box::new(Self { model }), resident })
    }
}

impl Contender for Disco {
    fn answer(&mut self, ask: Ask, question: &Question) -> Vec<u32> {
        let voters = if ask == Ask::Cart { &question.known[..] } else { &question.known[question.known.len() - 1..] };
        let mut sums: HashMap<u32, f32> = HashMap::new();
        for (item, score) in voters.iter().flat_map(|voter| self.model.item_recs(voter, NAMED)) {
            *sums.entry(*item).or_default() += score;
        }
        best(sums.into_iter().map(|(item, score)| (item, f64::from(score))).collect(), question)
    }
}

/// VMIS-kNN with the settings of its configuration file: 500 newest visits, 500 neighbours.
struct Serenade {
    index: VMISIndex,
    last: usize,
}

impl Serenade {
    /// Its index is made from a file.
    fn learn(split: &Split, last: usize) -> Result<Learned, Box<dyn Error>> {
        let path = std::env::temp_dir().join(format!("endcap-peers-{}.tsv", std::process::id()));
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
        writeln!(file, "SessionId\tItemId\tTime")?;
        for (number, unit) in split.early.iter().enumerate() {
            for item in &unit.items {
                writeln!(file, "{number}\t{item}\t{}", unit.at.unwrap_or(number as i64))?;
            }
        }
        // The reader leaves the last session out.
        writeln!(file, "{}\t{}\t0", split.early.len(), u32::MAX)?;
        file.flush()?;
        let (index, resident) = counted(|| VMISIndex::new_from_csv(&path.to_string_lossy(), 500, 1.0))?;
        std::fs::remove_file(&path)?;
        Ok(Learned { model: Box::new(Self { index, last }), resident })
    }
}

impl Contender for Serenade {
    fn answer(&mut self, _: Ask, question: &Question) -> Vec<u32> {
        let views: Vec<u64> = question.known.iter().map(|item| u64::from(*item)).collect();
        let shown = &views[views.len().saturating_sub(self.last)..];
        let found = predict(&self.index, shown, 500, 500, LIST + views.len(), false);
        best(found.into_iter().map(|item| (item.id as u32, item.score)).collect(), question)
    }
}

/// The best of what is not known already, ties by number.
fn best(mut scored: Vec<(u32, f64)>, question: &Question) -> Vec<u32> {
    scored.retain(|(item, _)| !question.known.contains(item));
    scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scored.truncate(LIST);
    scored.into_iter().map(|(item, _)| item).collect()
}
