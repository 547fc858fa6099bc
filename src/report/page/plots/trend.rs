//! The net lift as it was known on each day, with the interval for one look and the one that holds however often one looks.

use super::{BESIDE, WIDTH, beside, dates, lift_tick, line};
use crate::page::{Axis, Band, Chart, Label, Point, Reference, Series, Side, number, short};
use crate::report::told::{DayLift, DayTold, ExperimentTold};

const HEIGHT: u32 = 300;

/// The chart `…-trend`; none where nothing could be said on two days.
pub fn trend(id: &str, told: &ExperimentTold) -> Option<Chart> {
    let known: Vec<(usize, DayLift)> =
        told.days.iter().enumerate().filter_map(|(at, day)| Some((at, day.net?))).collect();
    let (end, last) = *known.last().filter(|_| known.len() > 1)?;
    let (low, high) = window(&known, told.plan.threshold);
    let x = dates(told.days.iter().map(|day| day.date.as_str()));
    let y = Axis { room: 58, ..Axis::between("", low, high, lift_tick) };
    let threshold = told.plan.threshold;
    let at = |(at, net): &(usize, DayLift)| Point::bare(*at as f64, net.lift);
    let mut series: Vec<Series> =
        runs(&known).map(|run| Series { marked: false, ..line(0, run.iter().map(at).collect()) }).collect();
    series.push(Series { look: 0, points: vec![Point::bare(end as f64, last.lift)], joined: false, marked: true });
    let ends = [(y.clamp(last.lift), number::lift(last.lift, 1)), (threshold, "threshold".into())];
    let mut labels = beside(x.to, ends, &y, HEIGHT);
    labels.extend(names(&told.days, &x, &y));
    Some(Chart {
        id: format!("{id}-trend"),
        title: format!("Net lift of {}, day by day, with its 95 % intervals", told.name),
        description: describe(&last, threshold),
        size: (WIDTH, HEIGHT),
        right: BESIDE,
        shades: shades(&told.days),
        bands: bands(&known, &y),
        series,
        references: vec![
            Reference::solid((x.from, 0.0), (x.to, 0.0)),
            Reference::dashed((x.from, threshold), (x.to, threshold)),
        ],
        labels,
        x,
        y,
        ..Chart::default()
    })
}

fn describe(last: &DayLift, threshold: f64) -> String {
    format!(
        "At the end the net lift is {}, 95 % interval {}, always-valid interval {}; the threshold is {}.",
        number::lift(last.lift, 1),
        number::range(last.interval.lower, last.interval.upper, 1),
        number::range(last.always.lower, last.always.upper, 1),
        number::lift(threshold, 1)
    )
}

/// What the y axis shows: zero, the threshold, the later half of what was known; the first days are far wider.
fn window(known: &[(usize, DayLift)], threshold: f64) -> (f64, f64) {
    let later = known.iter().skip(known.len() / 2);
    let mut ends = vec![0.0, threshold];
    ends.extend(later.flat_map(|(_, net)| [net.lift, net.interval.lower, net.interval.upper]));
    ends.extend(known.last().into_iter().flat_map(|(_, net)| [net.always.lower, net.always.upper]));
    let shown = || ends.iter().copied().filter(|end| end.is_finite()).map(|end| end.clamp(-1.0, 2.0));
    let (low, high) = (shown().fold(0.0, f64::min), shown().fold(0.01, f64::max));
    let room = 0.1 * (high - low);
    (low - room, high + 1.5 * room)
}

/// Stretches of days that follow one another.
fn runs(known: &[(usize, DayLift)]) -> impl Iterator<Item = &[(usize, DayLift)]> {
    known.chunk_by(|one, next| one.0 + 1 == next.0)
}

/// The wide one first.
fn bands(known: &[(usize, DayLift)], y: &Axis) -> Vec<Band> {
    let band = |strength: f64, ends: fn(&DayLift) -> (f64, f64)| {
        runs(known).map(move |run| {
            let line = |end: fn((f64, f64)) -> f64| {
                run.iter().map(|(at, net)| (*at as f64, y.clamp(end(ends(net))))).collect::<Vec<_>>()
            };
            Band { look: 0, low: line(|(low, _)| low), high: line(|(_, high)| high), strength }
        })
    };
    let always = band(0.13, |net| (net.always.lower, net.always.upper));
    always.chain(band(0.22, |net| (net.interval.lower, net.interval.upper))).collect()
}

/// Days of promotions.
pub fn shades(days: &[DayTold]) -> Vec<(f64, f64)> {
    promotions(days).map(|(from, to, _)| (from as f64 - 0.5, to as f64 + 0.5)).collect()
}

fn promotions(days: &[DayTold]) -> impl Iterator<Item = (usize, usize, &str)> {
    let mut at = 0;
    days.chunk_by(|one, next| one.promotion == next.promotion).filter_map(move |run| {
        let from = at;
        at += run.len();
        Some((from, at - 1, run.first()?.promotion.as_deref()?))
    })
}

/// Names of promotions that are long enough to bear one.
fn names(days: &[DayTold], x: &Axis, y: &Axis) -> Vec<Label> {
    // A letter takes about a 50th of the width.
    let letter = (x.to - x.from) / 50.0;
    let name = |(from, to, name): (usize, usize, &str)| {
        let letters = ((to - from + 1) as f64 / letter) as usize + 4;
        let text = short(name, letters.min(24));
        (letters > 6).then(|| Label { at: ((from + to) as f64 / 2.0, y.to), side: Side::Below, text })
    };
    promotions(days).filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::statistics::Interval;

    fn net(lift: f64, half: f64) -> DayLift {
        let around = |half: f64| Interval { lower: lift - half, upper: lift + half };
        DayLift { lift, interval: around(half), always: around(2.0 * half) }
    }

    #[test]
    fn the_first_days_do_not_decide_the_scale() {
        let known = [(0, net(0.9, f64::INFINITY)), (1, net(-0.4, 0.5)), (2, net(0.03, 0.02)), (3, net(0.03, 0.01))];
        let (low, high) = window(&known, 0.03);
        assert!((-0.02..0.0).contains(&low) && (0.05..0.06).contains(&high), "{low} {high}");
    }

    #[test]
    fn a_day_without_a_lift_is_a_gap() {
        let known = [(0, net(0.1, 0.1)), (1, net(0.1, 0.1)), (3, net(0.1, 0.1))];
        assert_eq!(runs(&known).map(<[_]>::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(bands(&known, &Axis::bare(0.0, 0.15)).len(), 4);
    }

    #[test]
    fn promotions_are_runs_of_days() {
        let day = |promotion: Option<&str>| DayTold {
            date: "2026-11-22".into(),
            promotion: promotion.map(str::to_owned),
            arms: Vec::new(),
            net: None,
        };
        let days = [day(None), day(Some("a")), day(Some("a")), day(Some("b")), day(None)];
        assert_eq!(promotions(&days).collect::<Vec<_>>(), [(1, 2, "a"), (3, 3, "b")]);
        assert_eq!(shades(&days), [(0.5, 2.5), (2.5, 3.5)]);
    }
}
