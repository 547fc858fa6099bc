//! What one unit adds to its arm of an experiment, and to the global holdout or those who are served.

use super::Unit;
use crate::report::faults::{Crossing, Faults};
use crate::report::frame::{Frame, NOVELTY_DAYS, Trial};
use crate::report::intake::{Kind, NameId, Told};
use crate::report::moments::Figures;
use crate::report::statistics::Cap;
use crate::report::tally::{ArmTally, ExperimentTally, Tally};
use rustc_hash::FxHashSet;

/// Most that a unit's figure counts, in minor units: squares of sums of it still fit.
const MOST: i64 = 1_000_000_000_000_000;

/// What was found of a unit in an experiment.
struct Enrolled<'a> {
    arm: usize,
    /// The moment of its first exposure.
    at: i64,
    told: &'a Told,
}

/// Counts a unit in every experiment that exposed it.
pub(super) fn count(frame: &Frame, unit: &Unit<'_>, tally: &mut Tally) {
    for (n, trial) in frame.experiments.iter().enumerate() {
        let Some(start) = trial.start else { continue };
        let enrolled = enrol(n, trial, unit, &mut tally.faults);
        let Some(mine) = tally.experiments.get_mut(n) else { continue };
        join(frame, n, trial, start, unit, enrolled.as_ref(), mine, &mut tally.faults);
        let Some(enrolled) = enrolled else { continue };
        let follow =
            Follow { frame, unit, since: enrolled.at, start, most_days: trial.most_days, until: trial.window.end };
        let Some(arm) = mine.arms.get_mut(enrolled.arm) else { continue };
        let Some(planned) = follow.count(arm, Some(trial), trial.cap, trial.planned_days) else { continue };
        for pair in &enrolled.told.segment {
            mine.segment(*pair, enrolled.arm, |sums| sums.add(&planned));
        }
        let inside = trial.promotions.iter().any(|days| days.contains(&enrolled.at));
        let side = &mut mine.promotions[usize::from(!inside)];
        side.get_mut(enrolled.arm).into_iter().for_each(|sums| sums.add(&planned));
    }
}

/// Counts a unit among those held out of everything, or those who are not.
pub(super) fn count_global(frame: &Frame, unit: &Unit<'_>, tally: &mut Tally) {
    let exposures = || unit.events.iter().filter(|(_, told)| told.kind == Kind::Exposure);
    let Some((since, _)) = exposures().next() else { return };
    let held = exposures().filter(|(_, told)| told.variant == frame.global).count();
    let side = match held {
        0 => 1,
        _ if held == exposures().count() => 0,
        _ => return, // in both: counted where its experiments are
    };
    let most_days = frame.days.len();
    let follow = Follow { frame, unit, since: *since, start: 0, most_days, until: i64::MAX };
    follow.count(&mut tally.global[side], None, frame.global_cap, most_days);
}

/// The arm of a unit that was exposed in one, and one only.
fn enrol<'a>(n: usize, trial: &Trial, unit: &Unit<'a>, faults: &mut Faults) -> Option<Enrolled<'a>> {
    let told = unit
        .events
        .iter()
        .filter(|(at, told)| told.kind == Kind::Exposure && told.experiment == trial.name && trial.window.contains(at));
    let exposures: Vec<(i64, &Told)> = told.copied().collect();
    let (at, first) = *exposures.first()?;
    if exposures.iter().any(|(_, told)| told.variant != first.variant) {
        faults.add_of(n, Crossing::TwoArms);
        return None;
    }
    if exposures.iter().any(|(_, told)| told.unlike) {
        faults.add_of(n, Crossing::Unlike);
    }
    let arm = trial.arms.iter().position(|arm| *arm == first.variant);
    if arm.is_none() {
        faults.add_of(n, Crossing::UnknownArm);
    }
    Some(Enrolled { arm: arm?, at, told: first })
}

/// Orders that carry an arm or follow an exposure in it, and those that do both.
#[allow(clippy::too_many_arguments)] // what one call knows, and nowhere else
fn join(
    frame: &Frame,
    n: usize,
    trial: &Trial,
    start: usize,
    unit: &Unit<'_>,
    enrolled: Option<&Enrolled<'_>>,
    mine: &mut ExperimentTally,
    faults: &mut Faults,
) {
    for order in unit.orders.iter().filter(|order| order.bought && trial.window.contains(&order.at)) {
        if frame.days.of(order.at) - start.min(frame.days.of(order.at)) >= trial.most_days {
            continue;
        }
        let carries = order.sold.variants.iter().find(|(name, _)| *name == trial.name).map(|(_, variant)| *variant);
        let carried = carries.and_then(|variant| trial.arms.iter().position(|arm| *arm == variant));
        let exposed = enrolled.filter(|enrolled| enrolled.at <= order.at).map(|enrolled| enrolled.arm);
        let Some(arm) = carried.or(exposed) else { continue };
        let Some(tally) = mine.arms.get_mut(arm) else { continue };
        tally.orders += 1;
        tally.joined += u64::from(exposed == Some(arm));
        if exposed.is_none() {
            faults.add_of(n, Crossing::OrderWithoutExposure);
        }
    }
}

/// A unit from its first exposure on.
struct Follow<'a> {
    frame: &'a Frame,
    unit: &'a Unit<'a>,
    since: i64,
    /// The day that counts as the first.
    start: usize,
    most_days: usize,
    until: i64,
}

impl Follow<'_> {
    /// Adds the unit to its arm day by day; gives its figures after the planned days. `None` where it came too late.
    fn count(&self, arm: &mut ArmTally, trial: Option<&Trial>, cap: Option<Cap>, planned: usize) -> Option<Figures> {
        let first = self.day(self.since)?;
        let history = self.history(cap);
        let mut capped = Figures { history, ..Figures::default() };
        let mut raw = capped;
        let slot = arm.day(first);
        slot.told.visitors += 1;
        slot.capped.add(&capped);
        slot.raw.add(&raw);
        let exposed = self.exposed(trial);
        let (mut after_plan, mut in_part) = (capped, capped);
        // The early ones have ten days to buy, as the late ones have.
        let part_end = if first < NOVELTY_DAYS { NOVELTY_DAYS.min(planned) } else { planned };
        for order in self.unit.orders.iter().filter(|order| order.at >= self.since && order.at < self.until) {
            let Some(day) = self.day(order.at) else { continue };
            let slot = arm.day(day);
            slot.capped.remove(&capped);
            slot.raw.remove(&raw);
            let skus = order.sold.lines.iter().filter(|line| line.bought).map(|line| line.sku);
            let attached = order.bought && self.is_attached(order.at, skus, &exposed);
            let share = self.frame.share(cap, order.revenue, order.margin);
            grow(&mut capped, part(order.margin, share), part(order.revenue, share), order.bought, attached);
            grow(&mut raw, order.margin, order.revenue, order.bought, attached);
            slot.capped.add(&capped);
            slot.raw.add(&raw);
            slot.told.orders += u64::from(order.bought);
            slot.told.revenue += i128::from(order.revenue);
            slot.told.margin += i128::from(order.margin);
            if let Some(trial) = trial {
                let [last_click, assisted] = order.credits.of_placement(trial.placement);
                slot.told.last_click += i128::from(last_click);
                slot.told.assisted += i128::from(assisted);
            }
            if day < planned {
                after_plan = capped;
            }
            if day < part_end {
                in_part = capped;
            }
        }
        if first < planned {
            arm.day(first).cohort.add(&in_part);
        }
        let revenue = [raw.revenue, capped.revenue];
        arm.largest.iter_mut().zip(revenue).for_each(|(largest, mine)| *largest = mine.max(*largest));
        self.told(arm, trial);
        (first < planned).then_some(after_plan)
    }

    /// The day of the experiment that a moment lies on; `None` before the first and beyond the last.
    fn day(&self, at: i64) -> Option<usize> {
        let day = self.frame.days.of(at).checked_sub(self.start)?;
        (day < self.most_days && at < self.frame.days.start(self.frame.days.len())).then_some(day)
    }

    /// Spend, orders and average order before the first exposure, large orders cut off.
    fn history(&self, cap: Option<Cap>) -> [i64; 3] {
        let (mut spend, mut orders) = (0i64, 0i64);
        for order in self.unit.orders.iter().filter(|order| order.at < self.since) {
            let share = self.frame.share(cap, order.revenue, order.margin);
            spend = spend.saturating_add(part(order.margin, share)).clamp(-MOST, MOST);
            orders += i64::from(order.bought);
        }
        [spend, orders, if orders > 0 { spend / orders } else { 0 }]
    }

    /// What the experiment, or where there is none any placement, showed or would have shown, and when: by product, in order of time.
    fn exposed(&self, trial: Option<&Trial>) -> Vec<(NameId, i64)> {
        let of_trial = |told: &Told| trial.is_none_or(|trial| told.experiment == trial.name);
        let exposures = self.unit.events.iter().filter(|(_, told)| told.kind == Kind::Exposure && of_trial(told));
        exposures.flat_map(|(at, told)| told.skus.iter().map(move |sku| (*sku, *at))).collect()
    }

    /// Whether an order holds a product of a list of the days before, shown or withheld: the same question in every arm.
    fn is_attached(&self, at: i64, mut skus: impl Iterator<Item = NameId>, exposed: &[(NameId, i64)]) -> bool {
        let within = at - self.frame.assisted..=at;
        skus.any(|sku| exposed.iter().any(|(shown, when)| *shown == sku && within.contains(when)))
    }

    /// Counts what the unit did at the placement from its first exposure on.
    fn told(&self, arm: &mut ArmTally, trial: Option<&Trial>) {
        for at in self.unit.alike.iter().filter(|at| **at >= self.since && **at < self.until) {
            self.day(*at).into_iter().for_each(|day| arm.day(day).told.sessions += 1);
        }
        // The visit of the first exposure may have begun before it.
        if !self.unit.alike.contains(&self.since) {
            self.day(self.since).into_iter().for_each(|day| arm.day(day).told.sessions += 1);
        }
        let Some(trial) = trial else { return };
        let of_trial = |told: &Told| told.placement == trial.placement;
        let events =
            || self.unit.events.iter().filter(|(at, told)| *at >= self.since && *at < self.until && of_trial(told));
        let mut clicked: FxHashSet<u64> = FxHashSet::default();
        clicked.extend(events().filter(|(_, told)| told.kind == Kind::Click).map(|(_, told)| told.recommendation));
        for (at, told) in events() {
            let Some(day) = self.day(*at) else { continue };
            let counts = &mut arm.day(day).told;
            match told.kind {
                Kind::Exposure => counts.exposures += 1,
                Kind::Impression => {
                    counts.impressions += 1;
                    counts.clicked += u64::from(told.recommendation != 0 && clicked.contains(&told.recommendation));
                }
                Kind::Click => counts.clicks += 1,
                Kind::Add => counts.adds += 1,
            }
        }
    }
}

/// A share of an amount; all of it to the minor unit.
fn part(value: i64, share: f64) -> i64 {
    if share < 1.0 { (value as f64 * share).round() as i64 } else { value }
}

fn grow(figures: &mut Figures, margin: i64, revenue: i64, bought: bool, attached: bool) {
    figures.margin = figures.margin.saturating_add(margin).clamp(-MOST, MOST);
    figures.revenue = figures.revenue.saturating_add(revenue).clamp(-MOST, MOST);
    figures.orders += i64::from(bought);
    figures.attached += i64::from(attached);
}
