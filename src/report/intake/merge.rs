//! Lines of files and purchases of logs become one order each.

use super::row::{From, Line, OrderRow, Row, Sold, UnitId, What, half};
use super::spool::{self, Shard, Spool};
use crate::report::faults::{Fault, Faults};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

/// What is known of all orders together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    /// Orders, whoever placed them.
    pub count: u64,
    /// Of these, with a unit.
    pub with_unit: u64,
    /// Revenue of all, in minor units, and of the products whose cost is known, with their margin.
    pub revenue: i128,
    pub known_revenue: i128,
    pub known_margin: i128,
    /// When, revenue, and margin where all of it is known: a sample for quantiles.
    pub sample: Vec<(i64, i64, Option<i64>)>,
    /// Orders by hour since 1970.
    by_hour: BTreeMap<i64, u64>,
}

impl Orders {
    /// Orders, whoever placed them, from one moment to another, in milliseconds; to the hour.
    pub fn between(&self, from: i64, to: i64) -> u64 {
        self.by_hour
            .range(from.div_euclid(HOUR)..to.div_euclid(HOUR).max(from.div_euclid(HOUR)))
            .map(|(_, count)| count)
            .sum()
    }
}

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// Orders of the sample; those of the smallest hash.
const SAMPLE: usize = 200_000;
/// Of these, per shard.
const SAMPLE_PER_SHARD: usize = SAMPLE.div_ceil(spool::SHARDS);

/// What became of one shard.
#[derive(Default)]
struct Merged {
    rows: Vec<Row>,
    orders: Orders,
    faults: Faults,
}

/// Merges the rows of each order and deals the orders to their units. With an orders file, that file says which orders there
/// are; a log's purchases then only say whose they are.
pub(super) fn orders(
    shards: Vec<Shard>,
    has_file: bool,
    units: &mut Spool<Row>,
    faults: &mut Faults,
) -> io::Result<Orders> {
    let shared = Mutex::new((units, faults, Orders::default()));
    shards.into_par_iter().try_for_each(|shard| {
        let merged = merge(spool::rows(shard)?, has_file);
        let mut guard = shared.lock().map_err(|_| io::Error::other("a thread failed"))?;
        let (units, faults, all) = &mut *guard;
        faults.merge(&merged.faults);
        all.merge(merged.orders);
        merged.rows.iter().try_for_each(|row| units.push(half(row.unit), row))
    })?;
    let (.., mut all) = shared.into_inner().map_err(|_| io::Error::other("a thread failed"))?;
    all.sample.sort_unstable(); // threads came in any order
    Ok(all)
}

impl Orders {
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.with_unit += other.with_unit;
        self.revenue += other.revenue;
        self.known_revenue += other.known_revenue;
        self.known_margin += other.known_margin;
        self.sample.extend(other.sample);
        for (hour, count) in other.by_hour {
            *self.by_hour.entry(hour).or_default() += count;
        }
    }
}

fn merge(mut rows: Vec<OrderRow>, has_file: bool) -> Merged {
    rows.sort_by_key(|row| (row.order, row.at, row.unit));
    let mut merged = Merged::default();
    for of_order in rows.chunk_by(|a, b| a.order == b.order) {
        merged.take(of_order, has_file);
    }
    merged
}

/// Lines as they were sold: of one that several files have, as many as the file that has most of it.
fn once(mut lines: Vec<(i64, Line, u32)>) -> Vec<Line> {
    if lines.iter().all(|(.., file)| lines.first().is_some_and(|(.., first)| file == first)) {
        return lines.into_iter().map(|(_, line, _)| line).collect();
    }
    lines.sort_unstable();
    let alike = lines.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
    let most = |alike: &[(i64, Line, u32)]| {
        let count = alike.chunk_by(|a, b| a.2 == b.2).map(<[_]>::len).max().unwrap_or(0);
        alike.iter().take(count).map(|(_, line, _)| *line).collect::<Vec<_>>()
    };
    alike.flat_map(most).collect()
}

impl Merged {
    fn take(&mut self, rows: &[OrderRow], has_file: bool) {
        let (mut of_files, mut cancelled) = (Vec::new(), 0u64);
        let mut purchases: Vec<(u64, &[Line])> = Vec::new();
        for row in rows {
            match &row.from {
                From::File { cancelled: true, .. } => cancelled += 1,
                From::File { file, line, .. } => of_files.push((row.at, *line, *file)),
                From::Log { id, lines } => purchases.push((*id, lines)),
            }
        }
        let in_file = !of_files.is_empty() || cancelled > 0;
        let told = of_files.len();
        let mut lines = once(of_files);
        self.faults.add(Fault::LineAgain, (told - lines.len()) as u64);
        purchases.dedup_by_key(|(id, _)| *id);
        self.faults.add(Fault::PurchaseAgain, purchases.len().saturating_sub(1) as u64);
        self.faults.add(Fault::Cancelled, u64::from(in_file && lines.is_empty()));
        if has_file && !in_file {
            self.faults.add(Fault::PurchaseWithoutOrder, 1);
            return;
        }
        if !in_file {
            lines = purchases.first().map_or(Vec::new(), |(_, lines)| lines.to_vec());
        }
        if lines.is_empty() {
            return;
        }
        self.order(rows, lines);
    }

    fn order(&mut self, rows: &[OrderRow], mut lines: Vec<Line>) {
        let is_file = |row: &&OrderRow| matches!(row.from, From::File { .. });
        let units = |of_file: bool| rows.iter().filter(move |row| is_file(row) == of_file && row.unit != 0);
        let (in_file, in_log) = (units(true).next(), units(false).next());
        let two = in_file.zip(in_log).is_some_and(|(a, b)| a.unit != b.unit);
        self.faults.add(Fault::OrderOfTwoUnits, u64::from(two));
        let customer = rows.iter().map(|row| row.customer).find(|customer| *customer != 0);
        let unit: UnitId = in_file.or(in_log).map(|row| row.unit).or(customer).unwrap_or(0);
        let at = rows.iter().find(is_file).or(rows.first()).map_or(0, |row| row.at);
        let carries = rows.iter().filter(|row| !row.variants.is_empty());
        let variants = carries.map(|row| row.variants.clone()).next().unwrap_or_default();
        lines.sort_unstable();
        let bought = lines.iter().any(|line| line.bought);
        let revenue: i64 = lines.iter().fold(0, |sum, line| sum.saturating_add(line.revenue));
        self.faults.add(Fault::Negative, u64::from(revenue < 0));
        if bought {
            self.count(at, &lines, revenue, unit != 0);
        }
        if unit != 0 {
            let sold = Sold { order: half(rows[0].order), lines, variants };
            self.rows.push(Row { unit, at, what: What::Sold(sold) });
        }
    }

    fn count(&mut self, at: i64, lines: &[Line], revenue: i64, has_unit: bool) {
        let orders = &mut self.orders;
        orders.count += 1;
        *orders.by_hour.entry(at.div_euclid(HOUR)).or_default() += 1;
        orders.with_unit += u64::from(has_unit);
        orders.revenue += i128::from(revenue);
        let mut margin = Some(0i64);
        for line in lines {
            orders.known_revenue += line.margin.map_or(0, |_| i128::from(line.revenue));
            orders.known_margin += i128::from(line.margin.unwrap_or(0));
            margin = margin.zip(line.margin).map(|(sum, margin)| sum.saturating_add(margin));
        }
        // Rows are in the order of their orders' hashes, so the first ones are drawn at random.
        if orders.sample.len() < SAMPLE_PER_SHARD {
            orders.sample.push((at, revenue, margin));
        }
    }
}
