//! Less noise from what visitors did before the start (CUPED).
//!
//! Who spent much last month spends much this month, in either arm. That part of the noise is known beforehand and can
//! be taken out: the metric is corrected for the difference that the arms had before anything was shown. On shops where
//! visitors return, the same effect needs fewer of them; where all are new it changes nothing. A visitor
//! without history counts with zeros.
//!
//! In small numbers: before the start visitors of the treatment had spent 102 on average and those of control 98, 100
//! together, and one more euro then goes with 0.5 more now. By chance alone the treatment is therefore 1 too high and
//! control 1 too low.

use super::{Ratio, VisitorSums};

/// Below this share of its own variance a figure of history says nothing that the others do not.
const REDUNDANT: f64 = 1e-9;

/// Both arms' metric, corrected for history.
///
/// # Source
///
/// Deng, Xu, Kohavi and Walker (WSDM 2013), on each arm's linearised residual `L = (Y − R·N) ÷ N̄`, which makes a ratio a
/// mean; `θ = Var(X)⁻¹·Cov(X, L)`, pooled within the arms. Each arm takes its own R, not control's: the two agree where
/// there is no lift, and with useless history the corrected lift is then the plain one to the digit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adjusted<const H: usize> {
    /// Treatment's metric.
    pub treatment: Ratio,
    /// Control's metric.
    pub control: Ratio,
    /// What one more unit of each figure of history goes with; 0 for a figure that the others imply.
    pub theta: [f64; H],
    /// The share of the variance that history explained, 0 to 1: that share fewer visitors give the same certainty.
    pub variance_cut: f64,
}

/// One arm's residuals: variance, covariance with history, both as sums of products.
struct Residual<const H: usize> {
    spread: f64,
    with_history: [f64; H],
}

impl<const H: usize> Adjusted<H> {
    /// Of two arms with history; `None` where an arm has no [`Ratio`].
    ///
    /// History must be from strictly before a visitor's first exposure: what the experiment can have changed is no
    /// history. Cost: none worth naming, as it takes the sums only.
    pub fn of(treatment: &VisitorSums<H>, control: &VisitorSums<H>) -> Option<Self> {
        let (rt, rc) = (Ratio::of(treatment)?, Ratio::of(control)?);
        let (lt, lc) = (Residual::of(treatment, &rt), Residual::of(control, &rc));
        let spread = std::array::from_fn(|i| std::array::from_fn(|j| treatment.before[i][j] + control.before[i][j]));
        let theta = solve(spread, std::array::from_fn(|i| lt.with_history[i] + lc.with_history[i]));
        let visitors = (treatment.visitors + control.visitors) as f64;
        let share = treatment.visitors as f64 / visitors;
        let middle = std::array::from_fn(|i| share * treatment.history[i] + (1.0 - share) * control.history[i]);
        let (left_t, left_c) = (lt.left(&theta, &treatment.before), lc.left(&theta, &control.before));
        let all = lt.spread + lc.spread;
        Some(Self {
            treatment: corrected(treatment, &rt, &theta, &middle, left_t),
            control: corrected(control, &rc, &theta, &middle, left_c),
            theta,
            variance_cut: if all > 0.0 { (1.0 - (left_t + left_c) / all).max(0.0) } else { 0.0 },
        })
    }
}

impl<const H: usize> Residual<H> {
    fn of(sums: &VisitorSums<H>, ratio: &Ratio) -> Self {
        let (r, n) = (ratio.value(), sums.outcome[1]);
        let [[yy, yn], [_, nn]] = sums.within;
        Self {
            spread: ((yy - 2.0 * r * yn + r * r * nn) / (n * n)).max(0.0),
            with_history: std::array::from_fn(|i| (sums.across[0][i] - r * sums.across[1][i]) / n),
        }
    }

    /// What is left of the variance when `theta · history` is taken out.
    fn left(&self, theta: &[f64; H], before: &[[f64; H]; H]) -> f64 {
        let explained: f64 = theta.iter().zip(before).map(|(t, row)| t * dot(theta, row)).sum();
        (self.spread - 2.0 * dot(theta, &self.with_history) + explained).max(0.0)
    }
}

fn corrected<const H: usize>(
    sums: &VisitorSums<H>,
    ratio: &Ratio,
    theta: &[f64; H],
    middle: &[f64; H],
    left: f64,
) -> Ratio {
    let n = sums.visitors as f64;
    let off: [f64; H] = std::array::from_fn(|i| sums.history[i] - middle[i]);
    Ratio::known(sums.visitors, ratio.value() - dot(theta, &off), left / (n * (n - 1.0)))
}

fn dot<const H: usize>(a: &[f64; H], b: &[f64; H]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves `matrix · x = right` for a symmetric matrix without negative direction; what is redundant gets 0.
fn solve<const H: usize>(mut matrix: [[f64; H]; H], mut right: [f64; H]) -> [f64; H] {
    let own: [f64; H] = std::array::from_fn(|i| matrix[i][i]);
    let mut used = [false; H];
    for pivot in 0..H {
        let (row, value) = (matrix[pivot], right[pivot]);
        used[pivot] = row[pivot] > REDUNDANT * own[pivot];
        if !used[pivot] {
            continue;
        }
        for other in (0..H).filter(|other| *other != pivot) {
            let factor = matrix[other][pivot] / row[pivot];
            matrix[other].iter_mut().zip(&row).for_each(|(cell, above)| *cell -= factor * above);
            right[other] -= factor * value;
        }
    }
    std::array::from_fn(|i| if used[i] { right[i] / matrix[i][i] } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::super::{Lift, Visitor};
    use super::*;
    use proptest::prelude::*;

    fn arm<const H: usize>(visitors: &[(f64, f64, [f64; H])]) -> VisitorSums<H> {
        let mut sums = VisitorSums::default();
        for (numerator, denominator, history) in visitors {
            sums.add(&Visitor { numerator: *numerator, denominator: *denominator, history: *history });
        }
        sums
    }

    #[test]
    fn history_that_explains_everything_leaves_nothing() {
        let treatment = arm(&[(11.0, 1.0, [1.0]), (12.0, 1.0, [2.0]), (16.0, 1.0, [6.0])]);
        let control = arm(&[(8.0, 1.0, [0.0]), (9.0, 1.0, [1.0]), (10.0, 1.0, [2.0])]);
        let adjusted = Adjusted::of(&treatment, &control).unwrap();
        assert!((adjusted.theta[0] - 1.0).abs() < 1e-12 && (adjusted.variance_cut - 1.0).abs() < 1e-12);
        // At the common history of 2: 10 + 2 against 8 + 2.
        assert!((adjusted.treatment.value() - 12.0).abs() < 1e-12);
        assert!((adjusted.control.value() - 10.0).abs() < 1e-12);
    }

    #[test]
    fn nobody_known_changes_nothing() {
        let visitors = [(10.0, 1.0), (20.0, 2.0), (0.0, 0.0), (35.0, 2.0)].map(|(y, n)| (y, n, [0.0, 0.0]));
        let (treatment, control) = (arm(&visitors), arm(&visitors[1..]));
        let adjusted = Adjusted::of(&treatment, &control).unwrap();
        assert_eq!((adjusted.theta, adjusted.variance_cut), ([0.0, 0.0], 0.0));
        let plain = Ratio::of(&treatment).unwrap();
        assert!((adjusted.treatment.value() - plain.value()).abs() < 1e-12);
        assert!((adjusted.treatment.variance() - plain.variance()).abs() < 1e-12);
    }

    #[test]
    fn the_same_figure_twice_counts_once() {
        let twice = |rows: &[(f64, f64)]| arm(&rows.iter().map(|(y, x)| (*y, 1.0, [*x, *x])).collect::<Vec<_>>());
        let (treatment, control) = (twice(&[(1.0, 2.0), (4.0, 3.0), (5.0, 7.0)]), twice(&[(2.0, 1.0), (3.0, 5.0)]));
        let adjusted = Adjusted::of(&treatment, &control).unwrap();
        assert_eq!(adjusted.theta[1], 0.0);
        assert!(adjusted.theta[0] > 0.0 && adjusted.variance_cut > 0.3);
    }

    proptest! {
        #[test]
        fn a_correction_never_adds_variance_and_knows_no_unit(
            rows in prop::collection::vec((1.0..300.0f64, 1.0..4.0f64, 0.0..300.0f64), 12..60),
            factor in 0.01..100.0f64,
        ) {
            let make = |rows: &[(f64, f64, f64)], factor: f64| {
                arm(&rows.iter().map(|(y, n, x)| (*y, *n, [x * factor])).collect::<Vec<_>>())
            };
            let (a, b) = rows.split_at(rows.len() / 2);
            let one = Adjusted::of(&make(a, 1.0), &make(b, 1.0)).unwrap();
            let other = Adjusted::of(&make(a, factor), &make(b, factor)).unwrap();
            prop_assert!((0.0..=1.0).contains(&one.variance_cut));
            prop_assert!((one.variance_cut - other.variance_cut).abs() < 1e-7);
            let lift = |adjusted: &Adjusted<1>| Lift::of(&adjusted.treatment, &adjusted.control).map(|lift| lift.lift);
            if let (Some(one), Some(other)) = (lift(&one), lift(&other)) {
                prop_assert!((one - other).abs() < 1e-6 * (1.0 + one.abs()));
            }
        }
    }
}
