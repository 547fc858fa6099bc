//! A shop as every contender sees it: nine tenths to learn from, questions from the last tenth.

use endcap::feed::{self, FeedError};
use endcap::shop::{EventKind, Timestamp};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Most questions of a task.
const QUESTIONS: usize = 3_000;

/// An order, or a visit: its products in the order in which they came, each once.
pub struct Unit {
    pub name: String,
    pub customer: Option<String>,
    pub at: Option<i64>,
    pub items: Vec<u32>,
}

/// What is known, oldest first, and what is asked for.
pub struct Question {
    pub known: Vec<u32>,
    pub target: u32,
}

/// What a question is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Every other line of an order is known.
    Cart,
    /// One other line of an order is known.
    Product,
    /// The views so far are known, and the next is asked for.
    Visit,
}

impl Ask {
    pub fn name(self) -> &'static str {
        match self {
            Self::Cart => "cart",
            Self::Product => "pdp",
            Self::Visit => "session",
        }
    }
}

/// One of a shop's files, split, with the questions of each task it is good for.
pub struct Split {
    pub shop: String,
    pub skus: Vec<String>,
    pub early: Vec<Unit>,
    pub tasks: Vec<(Ask, Vec<Question>)>,
}

impl Split {
    /// Whether it is a file of visits.
    pub fn visits(&self) -> bool {
        self.tasks.iter().any(|(ask, _)| *ask == Ask::Visit)
    }
}

/// Products by number, units by name.
#[derive(Default)]
struct Reader {
    numbers: HashMap<String, u32>,
    skus: Vec<String>,
    places: HashMap<String, usize>,
    /// Each view or line with its time, so that a visit can be put in order.
    units: Vec<(Unit, Vec<(Option<i64>, u32)>)>,
}

impl Reader {
    fn take(&mut self, name: &str, customer: Option<&str>, at: Option<Timestamp>, sku: &str) {
        let next = self.skus.len() as u32;
        let item = *self.numbers.entry(sku.into()).or_insert(next);
        if item == next {
            self.skus.push(sku.into());
        }
        let at = at.map(|at| at.0);
        let place = *self.places.entry(name.into()).or_insert(self.units.len());
        if place == self.units.len() {
            let unit = Unit { name: name.into(), customer: customer.map(Into::into), at, items: Vec::new() };
            self.units.push((unit, Vec::new()));
        }
        self.units[place].1.push((at, item));
    }

    /// Oldest first; where fewer than half have a time, by a hash of the name, so that the last tenth is a fair sample.
    fn units(self) -> (Vec<String>, Vec<Unit>) {
        let timed = self.units.iter().filter(|(unit, _)| unit.at.is_some()).count() * 2 >= self.units.len();
        let mut units: Vec<Unit> = self.units.into_iter().map(|(unit, steps)| in_order(unit, steps)).collect();
        units.sort_by_cached_key(|unit| (unit.at.filter(|_| timed), hash(&unit.name), unit.name.clone()));
        (self.skus, units)
    }
}

fn in_order(mut unit: Unit, mut steps: Vec<(Option<i64>, u32)>) -> Unit {
    steps.sort_by_key(|(at, _)| *at);
    let mut seen = HashSet::new();
    unit.at = steps.iter().find_map(|(at, _)| *at);
    unit.items = steps.into_iter().map(|(_, item)| item).filter(|item| seen.insert(*item)).collect();
    unit
}

/// The files of a folder: `cart` and `pdp` come from its orders, `session` from its events.
pub fn splits(folder: &Path, shop: &str) -> Result<Vec<Split>, FeedError> {
    let mut splits = Vec::new();
    let options = feed::Options::default();
    if let Some(file) = find(folder, "orders") {
        let mut reader = Reader::default();
        feed::read_orders(&file, &options, &mut |line| reader.take(line.order, line.customer, line.at, line.sku))?;
        splits.push(split(shop, &[Ask::Cart, Ask::Product], reader));
    }
    if let Some(file) = find(folder, "events") {
        let mut reader = Reader::default();
        feed::read_events(&file, &options, &mut |event| {
            if event.kind == EventKind::View {
                reader.take(event.session, None, event.at, event.sku);
            }
        })?;
        splits.push(split(shop, &[Ask::Visit], reader));
    }
    Ok(splits)
}

fn find(folder: &Path, kind: &str) -> Option<PathBuf> {
    ["csv", "csv.gz"].map(|ending| folder.join(format!("{kind}.{ending}"))).into_iter().find(|file| file.is_file())
}

fn split(shop: &str, asks: &[Ask], reader: Reader) -> Split {
    let (skus, mut units) = reader.units();
    let late = units.split_off(units.len() * 9 / 10);
    let known: HashSet<u32> = units.iter().flat_map(|unit| unit.items.iter().copied()).collect();
    let task = |ask: &Ask| {
        let mut questions: Vec<(u64, Question)> = late.iter().flat_map(|unit| asked(unit, *ask, &known)).collect();
        questions.sort_by_key(|(draw, _)| *draw);
        questions.truncate(QUESTIONS);
        (*ask, questions.into_iter().map(|(_, question)| question).collect())
    };
    let tasks = asks.iter().map(task).collect();
    Split { shop: shop.into(), skus, early: units, tasks }
}

/// The questions of a unit, each with its draw; products that nobody could know are left out.
fn asked(unit: &Unit, ask: Ask, known: &HashSet<u32>) -> Vec<(u64, Question)> {
    let items: Vec<u32> = unit.items.iter().copied().filter(|item| known.contains(item)).collect();
    let draw = |salt: usize| hash(&format!("{}#{salt}", unit.name));
    if items.len() < 2 {
        return Vec::new();
    }
    if ask == Ask::Visit {
        let at = |at: usize| (draw(at), Question { known: items[..at].to_vec(), target: items[at] });
        return (1..items.len()).map(at).collect();
    }
    let target = items[draw(1) as usize % items.len()];
    let mut known: Vec<u32> = items.into_iter().filter(|item| *item != target).collect();
    if ask == Ask::Product {
        known = vec![known[draw(2) as usize % known.len()]];
    }
    vec![(draw(0), Question { known, target })]
}

/// FNV-1a, and a last stir.
fn hash(text: &str) -> u64 {
    let word = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |word: u64, byte| (word ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let word = (word ^ (word >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word ^ (word >> 29)
}
