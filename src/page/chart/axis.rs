//! Axes: from where to where, and what stands where.

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// An axis from `from` to `to` with named ticks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What it measures; empty where the ticks say it.
    pub label: String,
    /// The lower end.
    pub from: f64,
    /// The upper end; above `from`.
    pub to: f64,
    /// Where a name stands.
    pub ticks: Vec<(f64, String)>,
    /// Units of the chart that the names take.
    pub room: u32,
}

impl Axis {
    /// From zero to a little more than the largest of `values`, ticks at round numbers; `per` names a tick.
    pub fn numbers(label: &str, values: impl Iterator<Item = f64>, per: fn(f64, usize) -> String) -> Self {
        let most = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
        let to = if most > 0.0 { 1.06 * most } else { 1.0 };
        Self::between(label, 0.0, to, per)
    }

    /// From `from` to `to`, ticks at round numbers; none where these ends are no stretch.
    pub fn between(label: &str, from: f64, to: f64, per: fn(f64, usize) -> String) -> Self {
        let width = to - from;
        if !(width.is_normal() && width > 0.0) {
            return Self { label: label.into(), ..Self::bare(0.0, 1.0) };
        }
        let (step, places) = step(width / 5.0);
        let first = (from / step).ceil() as i64;
        let ticks = (first..first.saturating_add(7)).map(|k| k as f64 * step).filter(|tick| *tick <= to);
        Self { label: label.into(), from, to, ticks: ticks.map(|tick| (tick, per(tick, places))).collect(), room: 54 }
    }

    /// One place a name, the first at 0.
    pub fn names(names: impl Iterator<Item = String>, room: u32) -> Self {
        let ticks: Vec<(f64, String)> = names.enumerate().map(|(at, name)| (at as f64, name)).collect();
        Self { label: String::new(), from: -0.6, to: ticks.len() as f64 - 0.4, ticks, room }
    }

    /// Without names or lines, from `from` to `to`.
    pub fn bare(from: f64, to: f64) -> Self {
        Self { from, to, ..Self::default() }
    }

    /// The same axis, turned round: names from top to bottom.
    pub fn reversed(mut self) -> Self {
        let last = self.ticks.len().saturating_sub(1) as f64;
        self.ticks.iter_mut().for_each(|(at, _)| *at = last - *at);
        self.ticks.reverse();
        self
    }

    /// The value, or the end of the axis that it lies beyond; what is no number is the lower end.
    pub fn clamp(&self, value: f64) -> f64 {
        if value.is_nan() { self.from } else { value.max(self.from).min(self.to) }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (self.clamp(*value) - self.from) / (self.to - self.from);
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|(at, _)| *at).collect()
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, at: &f64) -> String {
        self.ticks.iter().find(|(tick, _)| tick == at).map(|(_, name)| name.clone()).unwrap_or_default()
    }
}

/// The round number next above `least` (1, 2 or 5 times a power of ten), and the decimal places it needs.
fn step(least: f64) -> (f64, usize) {
    let power = libm::floor(libm::log10(least)) as i32;
    let scale = libm::pow(10.0, f64::from(power));
    let round = [1.0, 2.0, 5.0].into_iter().find(|round| round * scale >= least * 0.999);
    let power = if round.is_none() { power + 1 } else { power };
    (round.unwrap_or(10.0) * scale, usize::try_from(-power).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!(step(0.09), (0.1, 1));
        assert_eq!(step(0.11), (0.2, 1));
        assert_eq!(step(0.021), (0.05, 2));
        assert_eq!(step(60.0), (100.0, 0));
        assert_eq!(step(7.0), (10.0, 0));
    }

    #[test]
    fn an_axis_of_no_length_has_no_ticks() {
        let axis = |from: f64, to: f64| Axis::between("", from, to, |tick, places| format!("{tick:.places$}"));
        for (from, to) in [(1.0, 1.0), (0.0, f64::INFINITY), (f64::NAN, 1.0), (2.0, 1.0), (0.0, 1e-310)] {
            assert_eq!(axis(from, to), Axis::bare(0.0, 1.0), "{from} to {to}");
        }
        assert!(axis(1e300, 2e300).ticks.len() > 2);
        assert!(axis(1e16, 1e16 + 4.0).ticks.len() < 8);
    }

    #[test]
    fn what_lies_beyond_an_axis_is_drawn_at_its_end() {
        let axis = Axis::bare(-1.0, 1.0);
        let at = |value: f64| axis.map(&value, (0, 100));
        assert_eq!((at(f64::INFINITY), at(f64::NEG_INFINITY), at(f64::NAN), at(0.0)), (100, 0, 0, 50));
    }
}
