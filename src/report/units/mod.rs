//! One unit after the other: what they saw, chose and bought, in order, and what that adds to arms and placements.

mod attribution;
mod trial;

use super::faults::Fault;
use super::frame::Frame;
use super::intake::{Kind, NameId, Row, Sold, Told, What};
use super::tally::Tally;
use attribution::{Credits, Touches};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Milliseconds without a sign of life after which the next one is a new visit: GA4's half an hour.
const VISIT: i64 = 30 * 60_000;
/// Milliseconds of a day.
const DAY: i64 = 24 * 3_600_000;
/// Placements that a unit's orders are attributed to, at most.
const MOST_MET: usize = 1_000;

/// An order, valued.
pub(super) struct Order<'a> {
    pub at: i64,
    pub sold: &'a Sold,
    pub revenue: i64,
    /// Contribution margin; revenue where no costs are known.
    pub margin: i64,
    /// An order, or what came back of one.
    pub bought: bool,
    /// What of it is attributed to which placement.
    credits: Credits,
}

/// All that is known of one unit.
pub(super) struct Unit<'a> {
    /// In order of time, each once.
    pub events: Vec<(i64, &'a Told)>,
    pub orders: Vec<Order<'a>>,
    /// When each visit began.
    pub visits: Vec<i64>,
    /// The same by exposures and orders alone, which every arm tells alike: a control has nothing to click on.
    pub alike: Vec<i64>,
}

/// Adds the units of one shard up.
pub(super) fn tally(frame: &Frame, mut rows: Vec<Row>) -> Tally {
    let arms = || frame.experiments.iter().map(|trial| trial.arms.len());
    let mut tally = Tally::new(arms());
    tally.kept = frame.experiments.iter().map(|trial| trial.placement).collect();
    rows.sort_by_key(|row| (row.unit, row.at, order_of(row)));
    for of_unit in rows.chunk_by(|a, b| a.unit == b.unit) {
        match of_unit.first() {
            Some(row) if row.unit == 0 => nobody(frame, of_unit, &mut tally),
            Some(_) => somebody(frame, of_unit, &mut tally),
            None => {}
        }
    }
    tally
}

/// Events of one moment in an order of their own, orders last.
fn order_of(row: &Row) -> (u8, u64) {
    match &row.what {
        What::Told(told) => (told.kind as u8, told.id),
        What::Sold(sold) => (u8::MAX, sold.order),
    }
}

/// Events that name no unit count for their placement, and for nothing else.
fn nobody(frame: &Frame, rows: &[Row], tally: &mut Tally) {
    let events = once(rows, tally);
    tally.faults.add(Fault::WithoutUnit, events.len() as u64);
    seen(frame, &events, tally);
}

fn somebody(frame: &Frame, rows: &[Row], tally: &mut Tally) {
    let events = once(rows, tally);
    if is_machine(frame, &events) {
        tally.faults.add(Fault::Machine, 1);
        tally.faults.add(Fault::MachineEvent, events.len() as u64);
        return;
    }
    seen(frame, &events, tally);
    let touches = Touches::of(&of_few(frame, &events));
    let sold = rows.iter().filter_map(|row| match &row.what {
        What::Sold(sold) => Some((row.at, sold)),
        What::Told(_) => None,
    });
    let orders: Vec<Order<'_>> = sold.map(|(at, sold)| valued(frame, &touches, at, sold)).collect();
    let unit = Unit { visits: visits(rows, |_| true), alike: visits(rows, is_told_by_all), events, orders };
    placements(&unit, tally);
    trial::count(frame, &unit, tally);
    trial::count_global(frame, &unit, tally);
}

/// The events, each once.
fn once<'a>(rows: &'a [Row], tally: &mut Tally) -> Vec<(i64, &'a Told)> {
    let mut ids = FxHashSet::default();
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        let What::Told(told) = &row.what else { continue };
        if ids.insert(told.id) {
            events.push((row.at, told));
        } else {
            tally.faults.add(Fault::Duplicate, 1);
        }
    }
    events
}

/// The events of the placements that were met first, and of those of experiments: what is attributed is looked at order by order
/// and placement by placement, and nobody meets more.
fn of_few<'a, 'b>(frame: &Frame, events: &'b [(i64, &'a Told)]) -> Cow<'b, [(i64, &'a Told)]> {
    let mut met: FxHashSet<NameId> = FxHashSet::default();
    for (_, told) in events {
        if met.len() < MOST_MET {
            met.insert(told.placement);
        }
    }
    if met.len() < MOST_MET {
        return Cow::Borrowed(events);
    }
    met.extend(frame.experiments.iter().map(|trial| trial.placement));
    events.iter().filter(|(_, told)| met.contains(&told.placement)).copied().collect()
}

/// Whether nobody asks that often in 24 hours. Exposures alone count: they are told by every arm alike, so all arms lose the
/// same machines.
fn is_machine(frame: &Frame, events: &[(i64, &Told)]) -> bool {
    let times: Vec<i64> = events.iter().filter(|(_, told)| told.kind == Kind::Exposure).map(|(at, _)| *at).collect();
    let most = frame.most_exposures as usize;
    times.iter().zip(times.iter().skip(most)).any(|(first, last)| last - first < DAY)
}

/// Whether every arm tells it.
fn is_told_by_all(row: &Row) -> bool {
    match &row.what {
        What::Told(told) => told.kind == Kind::Exposure,
        What::Sold(_) => true,
    }
}

fn visits(rows: &[Row], counts: impl Fn(&Row) -> bool) -> Vec<i64> {
    let mut visits = Vec::new();
    let mut last = i64::MIN;
    for row in rows.iter().filter(|row| counts(row)) {
        if last == i64::MIN || row.at - last > VISIT {
            visits.push(row.at);
        }
        last = row.at;
    }
    visits
}

/// Impressions, clicks and additions of placements and their products.
fn seen(frame: &Frame, events: &[(i64, &Told)], tally: &mut Tally) {
    let mut clicked: FxHashSet<u64> = FxHashSet::default();
    clicked.extend(events.iter().filter(|(_, told)| told.kind == Kind::Click).map(|(_, told)| told.recommendation));
    for (at, told) in events {
        tally.placement(told.placement, |placement| {
            let day = placement.days.entry(frame.days.of(*at)).or_default();
            let counts = &mut placement.told;
            match told.kind {
                Kind::Exposure => counts.exposures += 1,
                Kind::Impression => {
                    counts.impressions += 1;
                    counts.clicked += u64::from(told.recommendation != 0 && clicked.contains(&told.recommendation));
                    day[0] += 1;
                }
                Kind::Click => {
                    counts.clicks += 1;
                    day[1] += 1;
                }
                Kind::Add => {
                    counts.adds += 1;
                    day[2] += 1;
                }
            }
        });
        for sku in &told.skus {
            tally.product(told.placement, *sku, |product| match told.kind {
                Kind::Exposure => {}
                Kind::Impression => product.shown += 1,
                Kind::Click => product.clicked += 1,
                Kind::Add => product.added += 1,
            });
        }
    }
}

fn valued<'a>(frame: &Frame, touches: &Touches, at: i64, sold: &'a Sold) -> Order<'a> {
    let (mut revenue, mut margin) = (0i64, 0i64);
    for line in &sold.lines {
        revenue = revenue.saturating_add(line.revenue);
        margin = margin.saturating_add(line_margin(frame, line.revenue, line.margin));
    }
    let bought = sold.lines.iter().any(|line| line.bought);
    let credits = if bought { Credits::of(frame, touches, at, &sold.lines) } else { Credits::default() };
    Order { at, sold, revenue, margin, bought, credits }
}

/// The margin of a line; at the rate of all others where its cost is not known, and its revenue where none is.
pub(super) fn line_margin(frame: &Frame, revenue: i64, margin: Option<i64>) -> i64 {
    match margin {
        _ if !frame.with_margin => revenue,
        Some(margin) => margin,
        None => (revenue as f64 * frame.margin_rate).round() as i64,
    }
}

/// What a unit's visits and orders are to the placements.
fn placements(unit: &Unit<'_>, tally: &mut Tally) {
    for (placement, sessions) in sessions(unit) {
        tally.placement(placement, |mine| {
            mine.told.visitors += 1;
            mine.told.sessions += sessions;
        });
    }
    let mut orders: BTreeMap<NameId, u64> = BTreeMap::new();
    for order in &unit.orders {
        order.credits.assisted.iter().for_each(|(placement, _)| *orders.entry(*placement).or_default() += 1);
        attributed(order, tally);
    }
    for (placement, orders) in orders {
        tally.placement(placement, |mine| {
            mine.attached += orders;
            mine.told.orders += orders;
            mine.buyers += 1;
        });
    }
}

/// Of each placement, the visits with something of it in them. One look at the events, which are in order of time: a log may
/// name a placement an event.
fn sessions(unit: &Unit<'_>) -> BTreeMap<NameId, u64> {
    let mut met: BTreeMap<NameId, (Option<usize>, u64)> = BTreeMap::new();
    for (at, told) in &unit.events {
        let visit = unit.visits.partition_point(|start| start <= at);
        let (last, sessions) = met.entry(told.placement).or_default();
        *sessions += u64::from(last.replace(visit) != Some(visit));
    }
    met.into_iter().map(|(placement, (_, sessions))| (placement, sessions)).collect()
}

/// Adds what of an order is attributed to which placement.
fn attributed(order: &Order<'_>, tally: &mut Tally) {
    for (placement, revenue) in &order.credits.last_click {
        tally.placement(*placement, |mine| mine.told.last_click += i128::from(*revenue));
    }
    for (placement, revenue) in &order.credits.assisted {
        tally.placement(*placement, |mine| {
            mine.told.assisted += i128::from(*revenue);
            mine.told.revenue += i128::from(*revenue);
        });
    }
    for credit in &order.credits.products {
        tally.placement(credit.placement, |mine| mine.told.margin += i128::from(credit.margin));
        tally.product(credit.placement, credit.sku, |product| {
            product.bought += 1;
            product.revenue += i128::from(credit.revenue);
            product.margin += i128::from(credit.margin);
        });
    }
}
