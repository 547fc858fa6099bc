//! What all units are looked at by: windows, days, and each experiment's start, arms and cap.

use super::days::Days;
use super::intake::{NameId, Taken};
use super::settings::Settings;
use super::statistics::Cap;
use crate::experiment::{GlobalHoldout, Planned};
use jiff::ToSpan;
use jiff::civil::Date;
use std::ops::Range;

/// Days that an unclear test gets more, once.
pub(crate) const EXTENSION: usize = 30;
/// The day of the second verdict, counted from the start of the first.
pub(crate) const SECOND_VERDICT: usize = 90;
/// Days of the early and of the late part of a test, which are compared for novelty.
pub(crate) const NOVELTY_DAYS: usize = 10;
/// Milliseconds of an hour and of a day.
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// A cap that is looked up afterwards needs so many orders before the start; with fewer, all orders are taken.
const ENOUGH: usize = 200;
/// Costs must be known for this share of revenue for margins to mean something.
const KNOWN: f64 = 0.5;

/// What all units are looked at by.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub days: Days,
    /// How many of them are over.
    pub full_days: usize,
    pub experiments: Vec<Trial>,
    /// The name of those held out of everything, and its cap.
    pub global: NameId,
    pub global_cap: Option<Cap>,
    pub last_click: i64,
    pub assisted: i64,
    pub most_exposures: u32,
    /// Whether costs are known well enough.
    pub with_margin: bool,
    /// What share of revenue stays, where the cost of a product is not known.
    pub margin_rate: f64,
}

/// One experiment.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub name: NameId,
    pub placement: NameId,
    /// The control first.
    pub arms: Vec<NameId>,
    /// Its first day among all days; none while nobody was exposed.
    pub start: Option<usize>,
    /// Days that are counted: the plan's, and those of an extension.
    pub most_days: usize,
    /// Days of the plan.
    pub planned_days: usize,
    /// The moments within.
    pub window: Range<i64>,
    pub cap: Option<Cap>,
    /// Whether the cap stands in the plan.
    pub cap_registered: bool,
    pub promotions: Vec<Range<i64>>,
}

impl Frame {
    pub fn of(settings: &Settings, taken: &mut Taken) -> Self {
        let last = |span: Option<(i64, i64)>| span.map(|(_, last)| last);
        // Events end when orders do, but for a day without any: what lies beyond has no outcome yet.
        let end = match (last(taken.span[0]), last(taken.span[1])) {
            (Some(events), Some(orders)) => Some(orders.max(events.min(orders.saturating_add(DAY)))),
            (events, orders) => events.or(orders),
        };
        let first = taken.span.iter().flatten().map(|(first, _)| *first).min();
        let days = first.zip(end).map_or(Days::default(), |(first, end)| Days::new(first, end, &settings.zone));
        let orders = &taken.orders;
        let known = orders.known_revenue as f64;
        let with_margin = known > 0.0 && known >= KNOWN * orders.revenue as f64;
        let margin_rate = if with_margin { orders.known_margin as f64 / known } else { 0.0 };
        let full_days = full_days(&days, end, settings);
        let mut frame = Self {
            days,
            full_days,
            experiments: Vec::new(),
            global: taken.names.id(GlobalHoldout::NAME),
            global_cap: None,
            last_click: i64::from(settings.last_click_hours) * HOUR,
            assisted: i64::from(settings.assisted_days) * DAY,
            most_exposures: settings.most_exposures_a_day,
            with_margin,
            margin_rate,
        };
        frame.global_cap = frame.cap_before(taken, i64::MIN, Cap::DEFAULT_QUANTILE);
        for (n, planned) in settings.planned.iter().enumerate() {
            let trial = frame.trial(settings, taken, n, planned);
            frame.experiments.push(trial);
        }
        frame
    }

    fn trial(&self, settings: &Settings, taken: &mut Taken, n: usize, planned: &Planned) -> Trial {
        let (experiment, plan) = (&planned.experiment, &planned.plan);
        let start = match experiment.from {
            Some(from) => Some(from.0.saturating_mul(1_000)),
            None => first_day(taken, n, settings),
        };
        let window =
            start.unwrap_or(i64::MAX)..experiment.until.map_or(i64::MAX, |until| until.0.saturating_mul(1_000));
        let registered = plan.cap.and_then(|cap| Cap::frozen(cap.minor() as f64));
        let whole = plan.winsorise.to_fraction();
        let found = || self.cap_before(taken, start.unwrap_or(i64::MAX), whole);
        let cap = if whole < 1.0 { registered.or_else(found) } else { None };
        let begun = start.filter(|start| *start < self.days.start(self.days.len()));
        let millis = |at: i64| at.saturating_mul(1_000);
        Trial {
            cap,
            cap_registered: registered.is_some() || whole >= 1.0,
            name: taken.names.id(experiment.name.as_str()),
            placement: taken.names.id(&experiment.placement),
            arms: experiment.arms.iter().map(|arm| taken.names.id(arm.name().as_str())).collect(),
            start: begun.map(|start| self.days.of(start)),
            most_days: usize::from(plan.days) + EXTENSION,
            planned_days: usize::from(plan.days),
            window,
            promotions: settings.calendar.iter().map(|days| millis(days.from.0)..millis(days.until.0)).collect(),
        }
    }

    /// The share of an order that counts under a cap on margins, or on revenue where costs are not known.
    pub fn share(&self, cap: Option<Cap>, revenue: i64, margin: i64) -> f64 {
        cap.map_or(1.0, |cap| cap.share(if self.with_margin { margin } else { revenue } as f64))
    }

    /// The quantile of the orders before a moment; of all where those are few.
    fn cap_before(&self, taken: &Taken, start: i64, quantile: f64) -> Option<Cap> {
        let sizes = |before: i64| -> Vec<f64> {
            let sample = taken.orders.sample.iter().filter(|(at, ..)| *at < before);
            let size = |(_, revenue, margin): &(i64, i64, Option<i64>)| match (self.with_margin, margin) {
                (false, _) => Some(*revenue as f64),
                (true, margin) => margin.map(|margin| margin as f64),
            };
            sample.filter_map(size).collect()
        };
        let (earlier, all) = (sizes(start), sizes(i64::MAX));
        let sizes = if earlier.len() >= ENOUGH { earlier } else { all };
        Cap::at(&sizes, quantile)
    }
}

/// How many days are over: all but the last, and that too where data reach into its last tenth.
fn full_days(days: &Days, end: Option<i64>, settings: &Settings) -> usize {
    let Some(last) = days.len().checked_sub(1) else { return 0 };
    let (start, next) = (days.start(last), days.start(last + 1));
    let over = match settings.now {
        Some(now) => now.0.saturating_mul(1_000) >= next,
        None => end.is_some_and(|end| next - end < (next - start) / 10),
    };
    last + usize::from(over)
}

/// The first moment of the first day with a hundredth of the exposures of the fullest one: single wrong clocks begin nothing.
fn first_day(taken: &Taken, experiment: usize, settings: &Settings) -> Option<i64> {
    let days = || taken.exposures.iter().filter(move |((n, _), _)| *n == experiment);
    let fullest = days().map(|(_, count)| *count).max()?;
    let (_, day) = *days().find(|(_, count)| **count * 100 >= fullest)?.0;
    let date = Date::constant(1970, 1, 1).checked_add(day.days()).ok()?;
    settings.zone.to_timestamp(date.at(0, 0, 0, 0)).ok().map(|start| start.as_millisecond())
}
