//! Many months of one shop, each judged by the report: how often it errs, and how often it finds what is there.

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::progress::Talk;
use crate::event::{Moment, Who};
use crate::report::inputs::SoldLine;
use crate::report::statistics::{Lift, Ratio, Verdict, Visitor, VisitorSums};
use crate::report::told::{Comparison, ExperimentTold, Report};
use crate::report::{Reporter, Settings, Sources};
use crate::sample::simulated::{Shop, SimulatedOrder};
use crate::shop::{Currency, Product, Timestamp};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Below this p-value a difference counts as found.
const ALPHA: f64 = 0.05;

/// What so many months came to. Shares are of the runs in which there was something to judge.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Characteristics {
    /// Months.
    runs: usize,
    /// Of these, those whose figures could be judged.
    judged: usize,
    /// Visitors and orders an arm, on average.
    visitors_an_arm: f64,
    orders_an_arm: f64,
    /// The true lift of the margin an order.
    net_lift: f64,
    /// How often the net lift was found, at 5 % on either side. Where the true one is 0, that is the false positives.
    found: f64,
    /// How often on the true lift's side.
    found_rightly: f64,
    /// How often one of the registered looks at the registered metric passed its boundary.
    looks: f64,
    /// How often the 95 % interval held the true net lift.
    covered: f64,
    /// The same of the intervals of orders that are cut off nowhere: a cap hides a part of a lift, and with it the truth.
    covered_raw: f64,
    /// How often a test of the average order found a difference that counts orders as if they were independent.
    naive: f64,
    /// How often the arms' sizes raised an alarm.
    sample_ratio_alarms: f64,
    /// The standard error of the net lift, on average.
    standard_error: f64,
    /// What was measured on average.
    measured: f64,
    /// Standard deviation of what was measured, month by month: what `standard_error` ought to be.
    spread: f64,
    /// How often each verdict was reached.
    verdicts: BTreeMap<String, f64>,
}

/// What one month came to.
struct Month {
    judged: Option<Judged>,
    visitors: f64,
    orders: f64,
    alarm: bool,
    verdict: Verdict,
}

struct Judged {
    net: f64,
    p_value: f64,
    covered: bool,
    covered_raw: bool,
    looks: bool,
    naive: bool,
    standard_error: f64,
}

/// Lives through `runs` months of `shop`, from `seed` on, and judges the first experiment of each.
pub(super) fn run(shop: &Shop, runs: usize, seed: u64, talk: &Talk) -> Result<Characteristics, Failure> {
    let settings = Settings {
        currency: currency(),
        planned: shop.planned().to_vec(),
        global_holdout: shop.holdout().clone(),
        ..Settings::default()
    };
    let reporter = Reporter::new(settings);
    let truth = shop.truth().experiments.first().map_or(0.0, |effect| effect.net_lift);
    let (steps, done) = (talk.steps("months"), AtomicUsize::new(0));
    let months: Vec<Month> = (0..runs)
        .into_par_iter()
        .map(|run| {
            let month = month(shop, &reporter, seed.wrapping_add(run as u64), truth);
            steps.tell(done.fetch_add(1, Ordering::Relaxed) + 1, runs);
            month
        })
        .collect::<Result<_, Failure>>()?;
    steps.finish();
    Ok(Characteristics::of(&months, truth))
}

fn currency() -> Currency {
    Currency::parse("EUR").unwrap_or(Currency::NONE)
}

fn month(shop: &Shop, reporter: &Reporter, seed: u64, truth: f64) -> Result<Month, Failure> {
    let mut intake = reporter.intake(None);
    let (mut events, mut orders) = (Vec::new(), Vec::new());
    shop.run(seed, &mut |event| events.push(event), &mut |order| orders.push(order));
    let mut naive = [VisitorSums::<0>::default(); 2];
    let name = shop.planned().first().map(|planned| planned.experiment.name.as_str().to_owned()).unwrap_or_default();
    for order in &orders {
        for line in &order.lines {
            intake.product(&Product { sku: line.sku.to_string(), cost: Some(line.unit_cost), ..Product::default() });
        }
        lines(order).try_for_each(|line| intake.line(&line)).map_err(Failure::machine)?;
        let variant = order.variants.iter().find(|(experiment, _)| *experiment == name);
        if let Some((_, variant)) = variant {
            let arm = usize::from(variant != crate::experiment::HOLDOUT);
            naive[arm].add(&Visitor { numerator: order.revenue() as f64, denominator: 1.0, history: [] });
        }
    }
    events.iter().try_for_each(|event| intake.event(event)).map_err(Failure::machine)?;
    let report = reporter.report(intake, Sources::default()).map_err(Failure::machine)?;
    Ok(Month::of(&report, truth, by_order(&naive)))
}

/// The order as the lines of an export; what came back is lines below zero, later.
fn lines(order: &SimulatedOrder) -> impl Iterator<Item = SoldLine> {
    let line = move |at: Timestamp, sign: i64| {
        order.lines.iter().map(move |line| SoldLine {
            order: order.id.clone(),
            at: Moment::from(at),
            sku: line.sku.to_string(),
            quantity: sign * line.quantity,
            unit_price: Some(line.unit_price),
            customer: order.customer.clone(),
            who: order.unit.clone().map(Who::Unit),
            variants: order.variants.clone(),
            cancelled: false,
        })
    };
    line(order.at, 1).chain(order.returned.into_iter().flat_map(move |at| line(at, -1)))
}

/// Whether a test of the average order that counts orders as independent finds a difference.
fn by_order([control, treatment]: &[VisitorSums<0>; 2]) -> bool {
    let lift =
        Ratio::of(treatment).zip(Ratio::of(control)).and_then(|(treatment, control)| Lift::of(&treatment, &control));
    lift.is_some_and(|lift| lift.p_value < ALPHA)
}

impl Month {
    fn of(report: &Report, truth: f64, naive: bool) -> Self {
        let Some(told) = report.experiments.first() else {
            return Self { judged: None, visitors: 0.0, orders: 0.0, alarm: false, verdict: Verdict::Inconclusive };
        };
        let arms = told.arms.len().max(1) as f64;
        let sum = |of: fn(&crate::report::told::ArmTold) -> u64| told.arms.iter().map(of).sum::<u64>() as f64 / arms;
        Self {
            judged: told.comparisons.first().and_then(|comparison| Judged::of(comparison, truth, naive)),
            visitors: sum(|arm| arm.visitors),
            orders: sum(|arm| arm.counts.orders),
            alarm: told.sample_ratio.as_ref().is_some_and(|ratio| ratio.alarm),
            verdict: verdict(told),
        }
    }
}

fn verdict(told: &ExperimentTold) -> Verdict {
    told.verdict.verdict
}

impl Judged {
    fn of(comparison: &Comparison, truth: f64, naive: bool) -> Option<Self> {
        let net = comparison.net.as_ref()?;
        Some(Self {
            net: net.lift,
            p_value: net.p_value,
            covered: net.interval.contains(truth),
            covered_raw: net.raw.as_ref().is_some_and(|raw| raw.interval.contains(truth)),
            looks: comparison.looks.iter().any(|look| look.crossed),
            naive,
            standard_error: net.standard_error,
        })
    }
}

impl Characteristics {
    fn of(months: &[Month], truth: f64) -> Self {
        let judged: Vec<&Judged> = months.iter().filter_map(|month| month.judged.as_ref()).collect();
        let share = |of: &dyn Fn(&Judged) -> bool| {
            judged.iter().filter(|month| of(month)).count() as f64 / judged.len().max(1) as f64
        };
        let mean = |of: &dyn Fn(&Month) -> f64| months.iter().map(of).sum::<f64>() / months.len().max(1) as f64;
        let found = |month: &Judged| month.p_value < ALPHA;
        let of_judged = |of: &dyn Fn(&Judged) -> f64| {
            judged.iter().map(|month| of(month)).sum::<f64>() / judged.len().max(1) as f64
        };
        let measured = of_judged(&|month| month.net);
        let mut verdicts = BTreeMap::new();
        for month in months {
            let name = serde_json::to_value(month.verdict).ok().and_then(|name| name.as_str().map(str::to_owned));
            *verdicts.entry(name.unwrap_or_default()).or_insert(0.0) += 1.0 / months.len() as f64;
        }
        Self {
            runs: months.len(),
            judged: judged.len(),
            visitors_an_arm: mean(&|month| month.visitors),
            orders_an_arm: mean(&|month| month.orders),
            net_lift: truth,
            found: share(&|month| found(month)),
            found_rightly: share(&|month| found(month) && month.net * truth > 0.0),
            looks: share(&|month| month.looks),
            covered: share(&|month| month.covered),
            covered_raw: share(&|month| month.covered_raw),
            naive: share(&|month| month.naive),
            sample_ratio_alarms: mean(&|month| f64::from(u8::from(month.alarm))),
            standard_error: of_judged(&|month| month.standard_error),
            measured,
            spread: of_judged(&|month| (month.net - measured).powi(2)).sqrt(),
            verdicts,
        }
    }

    /// The same as a text.
    pub fn text(&self) -> String {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let nothing = self.net_lift.abs() < 1e-9;
        let rows = [
            ("months", self.runs.to_string()),
            ("visitors an arm", output::grouped(self.visitors_an_arm.round() as u64)),
            ("orders an arm", output::grouped(self.orders_an_arm.round() as u64)),
            ("true net lift", percent(self.net_lift)),
            ("measured on average", percent(self.measured)),
            ("spread of what was measured", percent(self.spread)),
            ("standard error that was told", percent(self.standard_error)),
            (if nothing { "false positives" } else { "found" }, percent(self.found)),
            (if nothing { "false positives of all looks" } else { "found by a look" }, percent(self.looks)),
            ("95 % intervals that hold the truth", percent(self.covered)),
            ("the same, orders cut off nowhere", percent(self.covered_raw)),
            ("orders taken as independent: found", percent(self.naive)),
            ("alarms of the sample ratio", percent(self.sample_ratio_alarms)),
        ];
        let verdicts = self.verdicts.iter().map(|(name, share)| (name.as_str(), percent(*share)));
        let rows = rows.into_iter().chain(verdicts).map(|(name, value)| vec![name.to_owned(), value]);
        output::table(&rows.collect::<Vec<_>>())
    }
}
