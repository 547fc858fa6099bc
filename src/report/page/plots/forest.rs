//! Intervals below one another: of segments, and one by one for tables.

use super::{WIDTH, lift_tick};
use crate::page::{Axis, Chart, Label, Point, Reference, Series, Side, number, short};
use crate::report::statistics::Interval;
use crate::report::told::{ExperimentTold, Report, SegmentTold};

/// Segments in the chart; the table has all.
const MOST: usize = 24;
/// Letters of a name.
const LETTERS: usize = 20;

/// From where to where strips of these go: zero and all ends that are known, but no farther than three times the middle one of
/// them, so that one large figure does not flatten the others.
pub fn scale(lifts: impl Iterator<Item = (f64, Interval)>) -> (f64, f64) {
    let ends: Vec<f64> = lifts
        .flat_map(|(lift, interval)| [lift, interval.lower, interval.upper])
        .filter(|end| end.is_finite())
        .collect();
    let mut far: Vec<f64> = ends.iter().map(|end| end.abs()).collect();
    far.sort_by(f64::total_cmp);
    let most = 3.0 * far.get(far.len() / 2).copied().unwrap_or(0.0).clamp(0.01, 1.0);
    let low = ends.iter().copied().fold(-0.01, f64::min).max(-most);
    let high = ends.iter().copied().fold(0.01, f64::max).min(most);
    let room = 0.06 * (high - low);
    (low - room, high + room)
}

/// One interval on a scale that others share; `level` is a line to compare with.
pub fn strip(id: String, name: &str, lift: Option<(f64, Interval)>, level: Option<f64>, scale: (f64, f64)) -> Chart {
    let x = Axis::bare(scale.0, scale.1);
    let point = |(lift, interval): (f64, Interval)| {
        let at = |value: f64| (x.clamp(value), 0.0);
        let point = Point { at: at(lift), low: at(interval.lower), high: at(interval.upper) };
        Series { look: 0, points: vec![point], joined: false, marked: true }
    };
    let title = match lift {
        Some((lift, Interval { lower, upper })) => {
            format!("{name}: {}, 95 % interval {}", number::lift(lift, 1), number::range(lower, upper, 1))
        }
        None => format!("{name}: not measured"),
    };
    let mut references = vec![Reference::solid((0.0, -1.0), (0.0, 1.0))];
    references.extend(level.map(|level| Reference::dashed((level, -1.0), (level, 1.0))));
    Chart {
        id,
        title,
        size: (220, 34),
        series: lift.map(point).into_iter().collect(),
        y: Axis::bare(-1.0, 1.0),
        x,
        references,
        ..Chart::default()
    }
}

/// The charts `x…-strip`: the net lift of each experiment, all on one scale, with its threshold.
pub fn overview(report: &Report) -> Vec<Chart> {
    let net = |told: &ExperimentTold| told.comparisons.first()?.net.as_ref().map(|net| (net.lift, net.interval));
    let scale = scale(report.experiments.iter().filter_map(net));
    let strip = |(at, told): (usize, &ExperimentTold)| {
        let (name, level) = (format!("Net lift of {}", told.name), Some(told.plan.threshold));
        strip(format!("x{at}-strip"), &name, net(told), level, scale)
    };
    report.experiments.iter().enumerate().map(strip).collect()
}

/// The chart `…-segments`: all visitors first, then the segments that have a lift; none where no segment has one.
pub fn segments(id: &str, told: &ExperimentTold) -> Option<Chart> {
    let all = told.comparisons.first()?.net.as_ref()?;
    let segments: Vec<&SegmentTold> = told.segments.iter().filter(|segment| segment.net.is_some()).take(MOST).collect();
    if segments.is_empty() {
        return None;
    }
    let rows = || std::iter::once(all).chain(segments.iter().filter_map(|segment| segment.net.as_ref()));
    let (low, high) = scale(rows().map(|net| (net.lift, net.interval)));
    let x = Axis::between("", low, high, lift_tick);
    let count = segments.len() + 1;
    let series = |(at, net): (usize, &crate::report::told::Measured)| {
        let y = (count - 1 - at) as f64;
        let place = |value: f64| (x.clamp(value), y);
        let point = Point { at: place(net.lift), low: place(net.interval.lower), high: place(net.interval.upper) };
        Series { look: if at == 0 { 0 } else { 5 }, points: vec![point], joined: false, marked: true }
    };
    let names = segments.iter().map(|segment| short(&format!("{}: {}", segment.key, segment.value), LETTERS));
    let y = Axis::names(std::iter::once("all visitors".to_owned()).chain(names), 140).reversed();
    let level = |at: f64| ((at, y.from), (at, y.to));
    let (whole, zero) = (level(all.lift), level(0.0));
    Some(Chart {
        id: format!("{id}-segments"),
        title: format!("Net lift of {} by segment, with 95 % intervals; segments were not randomised", told.name),
        size: (WIDTH, 56 + 26 * count as u32),
        series: rows().enumerate().map(series).collect(),
        references: vec![Reference::solid(zero.0, zero.1), Reference::dashed(whole.0, whole.1)],
        labels: vec![Label {
            at: (x.clamp(all.interval.upper), (count - 1) as f64),
            side: Side::Right,
            text: number::lift(all.lift, 1),
        }],
        x,
        y,
        ..Chart::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_reaches_to_what_is_known_and_is_not_ruled_by_one_figure() {
        let around = |lift: f64, half: f64| (lift, Interval { lower: lift - half, upper: lift + half });
        let close = |found: (f64, f64), low: f64, high: f64| {
            let room = 0.06 * (high - low);
            assert!((found.0 - (low - room)).abs() < 1e-9 && (found.1 - (high + room)).abs() < 1e-9, "{found:?}");
        };
        close(scale([around(0.1, 0.2)].into_iter()), -0.1, 0.3);
        close(scale([around(0.05, 0.05), around(0.05, 0.05), around(2.5, 0.1)].into_iter()), -0.01, 0.3);
        close(scale([(0.1, Interval { lower: f64::NEG_INFINITY, upper: 0.2 })].into_iter()), -0.01, 0.2);
        close(scale([].into_iter()), -0.01, 0.01);
    }

    #[test]
    fn what_was_not_measured_says_so() {
        let chart = strip("s".into(), "Net lift of a", None, Some(0.03), (-0.1, 0.1));
        assert_eq!((chart.title.as_str(), chart.series.len()), ("Net lift of a: not measured", 0));
        let svg = chart.draw().unwrap();
        assert!(!svg.contains("<circle") && !svg.contains("<text"), "{svg}");
    }
}
