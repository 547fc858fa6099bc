//! What was earned, ordered, seen and clicked on each day.

use super::trend::shades;
use super::{WIDTH, dates, line, look, money_tick};
use crate::page::{Axis, Chart, Point, number};
use crate::report::told::{DayArm, ExperimentTold, PlacementDay, PlacementTold};

const HEIGHT: u32 = 210;

/// The chart `…-margin`: margin by day and arm, revenue where no margin is known.
pub fn margin(id: &str, told: &ExperimentTold, currency: &str) -> Option<Chart> {
    let has_margin = told.days.iter().flat_map(|day| &day.arms).any(|arm| arm.margin.is_some());
    let (what, figure): (_, fn(&DayArm) -> Option<f64>) =
        if has_margin { ("Contribution margin", |arm| arm.margin) } else { ("Revenue", |arm| Some(arm.revenue)) };
    by_arm(told, figure, money_tick).map(|chart| Chart {
        id: format!("{id}-margin"),
        title: format!("{what} of {} by day and arm, in {currency}", told.name),
        ..chart
    })
}

/// The chart `…-orders`.
pub fn orders(id: &str, told: &ExperimentTold) -> Option<Chart> {
    by_arm(told, |arm| Some(arm.orders as f64), count_tick).map(|chart| Chart {
        id: format!("{id}-orders"),
        title: format!("Orders of {} by day and arm", told.name),
        ..chart
    })
}

fn count_tick(tick: f64, places: usize) -> String {
    if places == 0 { number::money(tick, 0) } else { number::fixed(tick, places) }
}

/// A line an arm, the control below the others.
fn by_arm(told: &ExperimentTold, of: fn(&DayArm) -> Option<f64>, tick: fn(f64, usize) -> String) -> Option<Chart> {
    let figures = |arm: usize| {
        let figure = move |(at, day): (usize, &crate::report::told::DayTold)| {
            day.arms.get(arm).and_then(of).filter(|value| value.is_finite()).map(|value| (at, value))
        };
        told.days.iter().enumerate().filter_map(figure)
    };
    let all = || (0..told.arms.len()).flat_map(figures).map(|(_, value)| value);
    if told.days.len() < 2 || all().next().is_none() {
        return None;
    }
    let (low, high) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    let room = if high > low { 0.06 * (high - low) } else { 0.5 };
    let low = if low < 0.0 { low - room } else { 0.0 };
    let arm = |arm: usize| {
        let points: Vec<(usize, f64)> = figures(arm).collect();
        let runs = points.chunk_by(|one, next| one.0 + 1 == next.0);
        let run = |run: &[(usize, f64)]| {
            line(look(&told.arms, arm), run.iter().map(|(at, value)| Point::bare(*at as f64, *value)).collect())
        };
        runs.map(run).collect::<Vec<_>>()
    };
    Some(Chart {
        size: (WIDTH, HEIGHT),
        x: dates(told.days.iter().map(|day| day.date.as_str())),
        y: Axis { room: 68, ..Axis::between("", low, high + room, tick) },
        shades: shades(&told.days),
        series: (0..told.arms.len()).flat_map(arm).collect(),
        ..Chart::default()
    })
}

/// A colour, and what is counted on a day.
type Line = (usize, fn(&PlacementDay) -> u64);

/// The charts `…-seen` and `…-taken` of a placement.
pub fn of_placement(id: &str, told: &PlacementTold) -> Vec<Chart> {
    if told.days.len() < 2 {
        return Vec::new();
    }
    let chart = |name: &str, title: String, lines: &[Line]| {
        let points = |of: fn(&PlacementDay) -> u64| {
            told.days.iter().enumerate().map(move |(at, day)| Point::bare(at as f64, of(day) as f64)).collect()
        };
        let most = lines.iter().flat_map(|(_, of)| told.days.iter().map(of)).max().unwrap_or(0);
        Chart {
            id: format!("{id}-{name}"),
            title,
            size: (WIDTH, HEIGHT),
            x: dates(told.days.iter().map(|day| day.date.as_str())),
            y: Axis { room: 68, ..Axis::numbers("", [most as f64].into_iter(), count_tick) },
            series: lines.iter().map(|(look, of)| line(*look, points(*of))).collect(),
            ..Chart::default()
        }
    };
    vec![
        chart("seen", format!("Lists of {} in view by day", told.name), &[(0, |day| day.impressions)]),
        chart(
            "taken",
            format!("Clicks and additions to the cart from {} by day", told.name),
            &[(0, |day| day.clicks), (1, |day| day.add_to_carts)],
        ),
    ]
}
