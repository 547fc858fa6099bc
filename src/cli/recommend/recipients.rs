//! Who gets a letter, and what they bought: read from orders.

use crate::cli::failure::Failure;
use crate::cli::progress::Talk;
use crate::feed::{self, Summary};
use crate::shop::{OrderLine, Timestamp};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// Customers in the order of their names, with their purchases.
pub(super) struct Recipients {
    customers: BTreeMap<String, Vec<(i64, u32)>>,
    skus: Vec<String>,
    pub passed_over: PassedOver,
}

/// Lines of orders that say nothing of a recipient.
#[derive(Default)]
pub(super) struct PassedOver {
    /// Nobody is named.
    pub nameless: u64,
    /// No time is named.
    pub timeless: u64,
    /// They are later than the moment of the letter.
    pub later: u64,
}

/// A purchase of a recipient.
pub(super) struct Bought<'a> {
    pub sku: &'a str,
    pub days_ago: f32,
}

impl Recipients {
    /// Reads orders; what is later than `now` (seconds since 1970) has not happened yet.
    pub fn read(paths: &[PathBuf], now: i64, max_bad_rows: f64, talk: &Talk) -> Result<Self, Failure> {
        let mut found = Self { customers: BTreeMap::new(), skus: Vec::new(), passed_over: PassedOver::default() };
        let mut numbers = HashMap::new();
        for path in paths {
            let bar = talk.reading(path);
            let position = |bytes| bar.set_position(bytes);
            let options = feed::Options { progress: Some(&position), max_bad_rows, ..feed::Options::default() };
            let summary = feed::read_orders(path, &options, &mut |line| found.take(&line, now, &mut numbers));
            bar.finish_and_clear();
            let summary: Summary = summary?;
            talk.file_read(&summary);
        }
        // The order of the file means nothing: the oldest first, of one moment by product.
        let Self { customers, skus, .. } = &mut found;
        let name = |number: u32| skus.get(number as usize).map(String::as_str);
        for purchases in customers.values_mut() {
            purchases
                .sort_by(|(at, sku), (other_at, other)| at.cmp(other_at).then_with(|| name(*sku).cmp(&name(*other))));
        }
        Ok(found)
    }

    fn take(&mut self, line: &OrderLine<'_>, now: i64, numbers: &mut HashMap<String, u32>) {
        let passed = &mut self.passed_over;
        let (Some(customer), Some(Timestamp(at))) = (line.customer, line.at) else {
            let why = if line.customer.is_none() { &mut passed.nameless } else { &mut passed.timeless };
            *why += 1;
            return;
        };
        if at > now {
            passed.later += 1;
            return;
        }
        let number = numbers.get(line.sku).copied().unwrap_or_else(|| {
            let number = self.skus.len() as u32;
            self.skus.push(line.sku.to_owned());
            numbers.insert(line.sku.to_owned(), number);
            number
        });
        match self.customers.get_mut(customer) {
            Some(purchases) => purchases.push((at, number)),
            None => drop(self.customers.insert(customer.to_owned(), vec![(at, number)])),
        }
    }

    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Every recipient with what was bought, the oldest first, by its age at `now`.
    pub fn each(&self, now: i64) -> impl Iterator<Item = (&str, Vec<Bought<'_>>)> {
        self.customers.iter().map(move |(customer, purchases)| {
            let bought = purchases.iter().filter_map(|(at, number)| {
                let days_ago = ((now - at) as f64 / DAY) as f32;
                Some(Bought { sku: self.skus.get(*number as usize)?, days_ago })
            });
            (customer.as_str(), bought.collect())
        })
    }
}
