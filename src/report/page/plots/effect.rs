//! What the net lift is made of, and how far its proof has come.

use super::{BESIDE, WIDTH, lift_tick};
use crate::page::{Axis, Bar, Chart, Label, Point, Reference, Series, Side, number};
use crate::report::told::{Comparison, ExperimentTold, LookTold};

/// Half of a bar.
const HALF: f64 = 0.32;
/// Where the interval of the last bar stands, and how far aside of the bar's middle its label is, so that neither hides the
/// other.
const WHISKERS: f64 = 1.76;
const BESIDE_WHISKERS: f64 = 0.08;
/// Boundaries beyond this are drawn at the edge.
const FARTHEST: f64 = 9.0;

/// The chart `…-bridge`: average order, what the lower margin rate takes of it, and what is left; none where a part is not
/// known.
pub fn bridge(id: &str, told: &ExperimentTold, comparison: &Comparison) -> Option<Chart> {
    let (net, aov) = (comparison.net.as_ref()?, comparison.aov_lift?);
    comparison.margin_drag?;
    let threshold = told.plan.threshold;
    let steps = [("average order", 5, 0.0, aov), ("margin drag", 1, aov, net.lift), ("net lift", 0, 0.0, net.lift)];
    let reach = [0.0, threshold, aov, net.lift, net.interval.lower, net.interval.upper];
    let reach = || reach.iter().copied().filter(|end| end.is_finite()).map(|end| end.clamp(-1.0, 2.0));
    let (low, high) = (reach().fold(0.0, f64::min), reach().fold(0.01, f64::max));
    let room = 0.14 * (high - low);
    let x = Axis::names(steps.iter().map(|(name, ..)| (*name).to_owned()), 0);
    let bar = |(at, (_, look, from, to)): (usize, &(&str, usize, f64, f64))| {
        let at = at as f64;
        Bar { look: *look, from: (at - HALF, *from), to: (at + HALF, *to) }
    };
    let y = Axis { room: 58, ..Axis::between("", low - room, high + room, lift_tick) };
    let label = |(at, (_, _, from, to)): (usize, &(&str, usize, f64, f64))| {
        let side = if to < from { Side::Below } else { Side::Above };
        let aside = if at == 2 { BESIDE_WHISKERS } else { 0.0 };
        Label { at: (at as f64 + aside, to.clamp(low, high)), side, text: number::lift(to - from, 1) }
    };
    let mut labels: Vec<Label> = steps.iter().enumerate().map(label).collect();
    labels.push(Label { at: (x.to, threshold), side: Side::Right, text: "threshold".into() });
    let interval = [net.interval.lower, net.interval.upper].map(|end| (WHISKERS, end));
    let whiskers = Point { at: (WHISKERS, net.lift), low: interval[0], high: interval[1] };
    Some(Chart {
        id: format!("{id}-bridge"),
        title: format!("What the net lift of {}, arm {}, is made of", told.name, comparison.arm),
        description: format!(
            "The average order changes by {}, the margin rate takes {}, which leaves a net lift of {}, 95 % interval {}; the \
             threshold is {}.",
            number::lift(aov, 1),
            number::lift(net.lift - aov, 1),
            number::lift(net.lift, 1),
            number::range(net.interval.lower, net.interval.upper, 1),
            number::lift(threshold, 1)
        ),
        size: (WIDTH, 300),
        right: BESIDE,
        bars: steps.iter().enumerate().map(bar).collect(),
        series: vec![Series { look: 6, points: vec![whiskers], joined: false, marked: false }],
        references: vec![
            Reference::solid((x.from, 0.0), (x.to, 0.0)),
            Reference::solid((HALF, aov), (1.0 - HALF, aov)),
            Reference::solid((1.0 + HALF, net.lift), (2.0 - HALF, net.lift)),
            Reference::dashed((x.from, threshold), (x.to, threshold)),
        ],
        labels,
        x,
        y,
        ..Chart::default()
    })
}

/// The chart `…-looks`: the statistic against what it has to pass; none where no look was planned.
pub fn looks(id: &str, told: &ExperimentTold, comparison: &Comparison) -> Option<Chart> {
    let looks = &comparison.looks;
    let last = looks.last()?.day.max(told.day).max(1);
    let far = |value: f64| if value.is_nan() { 0.0 } else { value.clamp(-FARTHEST, FARTHEST) };
    let of = |look: usize, joined: bool, figure: fn(&LookTold) -> Option<f64>| {
        let point = |one: &LookTold| Some(Point::bare(f64::from(one.day), far(figure(one)?)));
        Series { look, points: looks.iter().filter_map(point).collect(), joined, marked: true }
    };
    let reach = looks.iter().flat_map(|one| [one.boundary.abs(), one.statistic.unwrap_or(0.0).abs()]);
    let reach = 1.25 * reach.map(far).fold(2.0, f64::max);
    let label = |one: &LookTold| {
        let value = far(one.statistic?);
        let side = if value < 0.0 { Side::Below } else { Side::Above };
        Some(Label { at: (f64::from(one.day), value), side, text: number::fixed(value, 2) })
    };
    let days = |day: f64, places: usize| number::fixed(day, places);
    let x = Axis::between("day", 0.0, 1.06 * f64::from(last), days);
    let y = Axis { room: 40, ..Axis::between("", -reach, reach, number::fixed) };
    Some(Chart {
        id: format!("{id}-looks"),
        title: format!(
            "Looks at {}, arm {}: the statistic, and the boundaries that it has to pass",
            told.name, comparison.arm
        ),
        size: (WIDTH, 250),
        series: vec![
            of(5, true, |one| Some(one.boundary)),
            of(5, true, |one| Some(-one.boundary)),
            of(0, true, |one| one.statistic),
        ],
        references: vec![Reference::solid((0.0, 0.0), (x.to, 0.0))],
        labels: looks.iter().filter_map(label).collect(),
        x,
        y,
        ..Chart::default()
    })
}
