//! What has to be tidied up once a quarter.

use super::days::Days;
use super::placements::date;
use super::settings::{Place, Settings};
use super::statistics::holm;
use super::told::{
    ExperimentTold, HolmTold, Measured, NotWorth, Overdue, Overrides, PlacementTold, Quarterly, RulesTold,
};
use crate::page::number::{lift, money, range};
use crate::shop::{Day, Timestamp};
use std::collections::BTreeMap;

/// Error of all experiments together.
const ALPHA: f64 = 0.05;
/// Days of a month, for what placements earn in one.
const MONTH: u16 = 30;

/// What is known beside events and orders.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// What the rules did to carts of the time; none where nobody asked them.
    pub rules: Option<RulesTold>,
    /// When changes by hand were made; none where no overlays were given.
    pub overrides: Option<Vec<Timestamp>>,
}

/// All of it.
pub(super) fn quarterly(
    settings: &Settings,
    days: &Days,
    experiments: &[ExperimentTold],
    placements: &[PlacementTold],
    beside: Beside,
) -> Quarterly {
    let live = || settings.placements.iter().filter(|place| place.enabled && is_used(place, placements));
    let names = |places: Vec<&Place>| places.into_iter().map(|place| place.name.clone()).collect();
    let local = |at: i64| Day(i32::try_from(settings.day(at)).unwrap_or(i32::MAX));
    let last = days.len().checked_sub(1).map(|last| days.start(last));
    let today = settings.now.map(|now| now.0.saturating_mul(1_000)).or(last).map(local);
    Quarterly {
        without_owner: names(live().filter(|place| place.owner.is_none()).collect()),
        without_review: names(live().filter(|place| place.review_by.is_none()).collect()),
        overdue: today.map_or(Vec::new(), |today| live().filter_map(|place| overdue(place, today)).collect()),
        rules: beside.rules,
        not_worth: experiments.iter().filter_map(|told| not_worth(settings, told)).collect(),
        overrides: beside
            .overrides
            .map(|moments| by_month(moments.into_iter().map(|at| local(at.0.saturating_mul(1_000))))),
        holm: all_together(experiments),
    }
}

/// In the file, or seen in the log: one of the built-in placements that nobody uses needs no owner.
fn is_used(place: &Place, placements: &[PlacementTold]) -> bool {
    place.written || placements.iter().any(|seen| seen.name == place.name)
}

fn overdue(place: &Place, today: Day) -> Option<Overdue> {
    let review = place.review_by?;
    let days = u32::try_from(i64::from(today.0) - i64::from(review.0)).ok().filter(|days| *days > 0)?;
    Some(Overdue { placement: place.name.clone(), review_by: date(review), days })
}

/// A placement whose gain in margin does not pay for its part of the running cost, as far as its interval reaches.
fn not_worth(settings: &Settings, told: &ExperimentTold) -> Option<NotWorth> {
    let live = settings.placements.iter().filter(|place| place.enabled && place.written).count().max(1);
    let places = usize::try_from(settings.currency.decimals()).unwrap_or(2);
    let minor = 10f64.powi(i32::try_from(places).unwrap_or(2));
    let cost = settings.cost?.over(MONTH).minor() as f64 / minor / live as f64;
    let treatment = told.comparisons.first()?;
    let margin = treatment.attribution.incremental_margin?;
    let arm = told.arms.iter().find(|arm| arm.name == treatment.arm)?;
    let days = told.days.len().max(1) as f64; // those that the comparison is of
    // The whole placement, not the arm's share of it, for a month.
    let a_month = margin / arm.share.max(f64::EPSILON) * f64::from(MONTH) / days;
    if a_month >= cost {
        return None;
    }
    let net = treatment.net.as_ref()?;
    let sentence = format!(
        "For all visitors it would bring {} {} of margin in {MONTH} days (net lift {}, {}); looking after it costs {}.",
        money(a_month, places),
        settings.currency.code(),
        lift(net.lift, 1),
        range(net.interval.lower, net.interval.upper, 1),
        money(cost, places),
    );
    Some(NotWorth { placement: told.placement.clone(), sentence })
}

fn by_month(days: impl Iterator<Item = Day>) -> Vec<Overrides> {
    let mut months: BTreeMap<String, u64> = BTreeMap::new();
    for day in days {
        *months.entry(date(day).chars().take(7).collect()).or_default() += 1;
    }
    months.into_iter().map(|(month, count)| Overrides { month, count }).collect()
}

/// The registered metrics of all experiments, by Holm: what is shown among so many.
fn all_together(experiments: &[ExperimentTold]) -> Vec<HolmTold> {
    let tests = experiments.iter().flat_map(|told| {
        let of = |(arm, p): (String, f64)| (told.name.clone(), arm, p);
        // Where costs are not known, revenue stands in for margin.
        let named = |each: &&Measured, name: &str| each.metric == name;
        let registered = told.comparisons.iter().filter_map(|each| {
            let of_plan = each.measured.iter().find(|one| named(one, told.plan.metric));
            let found = of_plan.or_else(|| each.measured.iter().find(|one| named(one, "revenue_per_visitor")))?;
            Some((each.arm.clone(), found.p_value))
        });
        registered.map(of).collect::<Vec<_>>()
    });
    let tests: Vec<(String, String, f64)> = tests.collect();
    let adjusted = holm(&tests.iter().map(|(_, _, p)| *p).collect::<Vec<f64>>());
    let told = |((experiment, arm, _), p_value): ((String, String, f64), f64)| HolmTold {
        experiment,
        arm,
        p_value,
        shown: p_value < ALPHA,
    };
    tests.into_iter().zip(adjusted).map(told).collect()
}
