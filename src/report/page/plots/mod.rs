//! Which charts the report has, made from the figures it tells. Every figure of theirs stands in a table beside them.
//!
//! Names: `x0-…` is of the first experiment, `x0-c0-…` of its first comparison, `p0-…` of the first placement.

mod days;
mod effect;
mod forest;
mod funnel;
mod trend;

use crate::page::{Axis, Chart, Label, PageError, Series, Side, number};
use crate::report::told::{ArmTold, ExperimentTold, Measured, Report};
use crate::report::words;
use minijinja::Value;
use std::collections::BTreeMap;

/// Width of a chart in its own units; the page scales it.
const WIDTH: u32 = 460;
/// What labels to its right take.
const BESIDE: u32 = 62;
/// More points than this are drawn as a line without marks.
const MOST_MARKS: usize = 14;

/// All charts by name.
pub fn all(report: &Report) -> Result<BTreeMap<String, Value>, PageError> {
    let mut charts = forest::overview(report);
    for (at, told) in report.experiments.iter().enumerate() {
        charts.extend(of_experiment(&format!("x{at}"), told, &report.currency));
    }
    if let Some(global) = &report.global_holdout {
        charts.extend(strips("global", &global.measured));
    }
    for (at, placement) in report.placements.iter().enumerate() {
        charts.extend(days::of_placement(&format!("p{at}"), placement));
    }
    let drawn = |chart: Chart| match chart.draw() {
        Ok(svg) => Ok((chart.id, Value::from_safe_string(svg))),
        Err(error) => Err(PageError::Chart { chart: chart.id, reason: error.to_string() }),
    };
    charts.into_iter().map(drawn).collect()
}

fn of_experiment(id: &str, told: &ExperimentTold, currency: &str) -> Vec<Chart> {
    let mut charts: Vec<Chart> = trend::trend(id, told).into_iter().collect();
    charts.extend(days::margin(id, told, currency));
    charts.extend(days::orders(id, told));
    charts.extend(funnel::funnel(id, told));
    charts.extend(forest::segments(id, told));
    for (at, comparison) in told.comparisons.iter().enumerate() {
        let id = format!("{id}-c{at}");
        charts.extend(effect::bridge(&id, told, comparison));
        charts.extend(effect::looks(&id, told, comparison));
        charts.extend(strips(&id, &comparison.measured));
    }
    charts
}

/// One small interval a figure, on one scale.
fn strips(id: &str, measured: &[Measured]) -> Vec<Chart> {
    let scale = forest::scale(measured.iter().map(|one| (one.lift, one.interval)));
    let strip = |(at, one): (usize, &Measured)| {
        let name = words::metric(one.metric);
        forest::strip(format!("{id}-m{at}"), &name, Some((one.lift, one.interval)), None, scale)
    };
    measured.iter().enumerate().map(strip).collect()
}

/// The colour of an arm: grey for the control, endcap's for the first other.
fn look(arms: &[ArmTold], at: usize) -> usize {
    if arms.get(at).is_some_and(|arm| arm.control) { 5 } else { at.saturating_sub(1) % 5 }
}

/// A line of these points; marks where they are few.
fn line(look: usize, points: Vec<crate::page::Point>) -> Series {
    let marked = points.len() <= MOST_MARKS;
    Series { look, points, joined: true, marked }
}

/// Where labels to the right of a chart stand, so that they do not lie upon one another: `texts` at heights of `y`, of a chart
/// with so many units of height.
fn beside(x: f64, texts: [(f64, String); 2], y: &Axis, height: u32) -> Vec<Label> {
    let line = 17.0 * (y.to - y.from) / f64::from(height);
    let [(one, first), (other, second)] = texts;
    let middle = ((one + other) / 2.0).clamp(y.from + line, y.to - line);
    let (one, other) = match (one - other).abs() < line {
        true if one >= other => (middle + line / 2.0, middle - line / 2.0),
        true => (middle - line / 2.0, middle + line / 2.0),
        false => (one, other),
    };
    [(one, first), (other, second)].map(|(at, text)| Label { at: (x, at), side: Side::Right, text }).into()
}

/// One place a date, few of them named.
fn dates<'a>(dates: impl ExactSizeIterator<Item = &'a str> + Clone) -> Axis {
    let count = dates.len();
    let last = count.saturating_sub(1);
    let named = last.clamp(1, 4);
    let tick = |k: usize| dates.clone().nth(k * last / named).map(|date| ((k * last / named) as f64, day(date)));
    let mut ticks: Vec<(f64, String)> = (0..=named).filter_map(tick).collect();
    ticks.dedup();
    Axis { ticks, ..Axis::bare(-0.5, count as f64 - 0.5) }
}

/// `2026-11-22` as `22 Nov`.
fn day(date: &str) -> String {
    match date.parse::<jiff::civil::Date>() {
        Ok(date) => date.strftime("%-d %b").to_string(),
        Err(_) => crate::page::short(date, 10),
    }
}

fn lift_tick(tick: f64, places: usize) -> String {
    number::lift(tick, places.saturating_sub(2))
}

fn money_tick(tick: f64, places: usize) -> String {
    number::money(tick, places.min(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_beside_a_chart_keep_apart_and_in_their_order() {
        let y = Axis::bare(0.0, 1.0);
        let at = |one: f64, other: f64| {
            let labels = beside(9.0, [(one, "a".into()), (other, "b".into())], &y, 170);
            [labels[0].at.1, labels[1].at.1].map(|at| (at * 100.0).round() as i32)
        };
        assert_eq!((at(0.5, 0.52), at(0.5, 0.5), at(0.2, 0.7)), ([46, 56], [55, 45], [20, 70]));
        assert_eq!(at(0.0, 0.0), [15, 5]);
    }

    #[test]
    fn few_dates_are_named_and_the_last_is_among_them() {
        let month: Vec<String> = (1..=30).map(|day| format!("2026-11-{day:02}")).collect();
        let axis = dates(month.iter().map(String::as_str));
        let names: Vec<&str> = axis.ticks.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["1 Nov", "8 Nov", "15 Nov", "22 Nov", "30 Nov"]);
        assert_eq!(dates(["2026-11-22"].into_iter()).ticks, [(0.0, "22 Nov".into())]);
        assert_eq!(dates([].into_iter()).ticks, []);
        assert_eq!(day("not a day"), "not a day");
    }
}
