//! A metric of one arm: a sum over a sum, with its variance by visitor.

use super::VisitorSums;

/// `Σ numerator ÷ Σ denominator` of one arm, and how sure it is.
///
/// # Source
///
/// The delta method with the visitor as the unit (Deng, Knoblich and Lu, KDD 2018):
/// `Var(R) = Var(Y − R·N) ÷ (n·N̄²)`, variances with n − 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    visitors: u64,
    /// Means a visitor: numerator, denominator.
    means: [f64; 2],
    /// Variances and covariance of these means.
    variance: [f64; 2],
    covariance: f64,
}

impl Ratio {
    /// Of an arm's sums; `None` for fewer than two visitors and where the denominators do not sum to more than 0.
    pub fn of<const H: usize>(sums: &VisitorSums<H>) -> Option<Self> {
        if sums.visitors < 2 || sums.outcome[1].is_nan() || sums.outcome[1] <= 0.0 {
            return None;
        }
        let n = sums.visitors as f64;
        let scale = n * (n - 1.0);
        Some(Self {
            visitors: sums.visitors,
            means: sums.outcome,
            variance: [sums.within[0][0] / scale, sums.within[1][1] / scale],
            covariance: sums.within[0][1] / scale,
        })
    }

    /// One whose value and variance are known as such, over a denominator of 1.
    pub(super) fn known(visitors: u64, value: f64, variance: f64) -> Self {
        Self { visitors, means: [value, 1.0], variance: [variance, 0.0], covariance: 0.0 }
    }

    /// How many visitors it rests on.
    pub fn visitors(&self) -> u64 {
        self.visitors
    }

    /// The metric itself: what an order, or a visitor, is worth on average.
    pub fn value(&self) -> f64 {
        self.means[0] / self.means[1]
    }

    /// The variance of the value.
    pub fn variance(&self) -> f64 {
        let r = self.value();
        let spread = self.variance[0] - 2.0 * r * self.covariance + r * r * self.variance[1];
        // Rounding may leave −1e-20 where numerator and denominator are proportional.
        spread.max(0.0) / (self.means[1] * self.means[1])
    }

    /// The square root of the variance.
    pub fn standard_error(&self) -> f64 {
        self.variance().sqrt()
    }

    /// Standard error of the mean denominator over that mean: how shaky the ground is. Above 0.1 the delta method
    /// alone is not good enough.
    pub fn denominator_cv(&self) -> f64 {
        self.variance[1].max(0.0).sqrt() / self.means[1]
    }

    /// Means a visitor (numerator, denominator), their variances, and their covariance.
    pub(super) fn parts(&self) -> ([f64; 2], [f64; 2], f64) {
        (self.means, self.variance, self.covariance)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Visitor;
    use super::*;

    fn arm(visitors: &[(f64, f64)]) -> VisitorSums {
        let mut sums = VisitorSums::default();
        for (numerator, denominator) in visitors {
            sums.add(&Visitor { numerator: *numerator, denominator: *denominator, history: [] });
        }
        sums
    }

    #[test]
    fn four_visitors_by_hand() {
        // R = 100 ÷ 5 = 20. Residuals Y − 20·N: −10, 0, −10, 20: squares sum to 600, ÷ 3 = 200; N̄ = 1.25.
        let ratio = Ratio::of(&arm(&[(10.0, 1.0), (20.0, 1.0), (10.0, 1.0), (60.0, 2.0)])).unwrap();
        assert!((ratio.value() - 20.0).abs() < 1e-12);
        assert!((ratio.variance() - 200.0 / (4.0 * 1.25 * 1.25)).abs() < 1e-9);
        assert!((ratio.standard_error() - ratio.variance().sqrt()).abs() < 1e-15);
        assert!((ratio.denominator_cv() - (0.25f64 / 4.0).sqrt() / 1.25).abs() < 1e-12);
    }

    #[test]
    fn a_figure_a_visitor_is_the_plain_mean() {
        let ratio = Ratio::of(&arm(&[(1.0, 1.0), (2.0, 1.0), (6.0, 1.0)])).unwrap();
        assert!((ratio.value() - 3.0).abs() < 1e-12 && (ratio.variance() - 7.0 / 3.0).abs() < 1e-12);
        assert_eq!((ratio.denominator_cv(), ratio.visitors()), (0.0, 3));
    }

    #[test]
    fn nothing_to_divide_by_is_none() {
        assert_eq!(Ratio::of(&arm(&[(1.0, 1.0)])), None);
        assert_eq!(Ratio::of(&arm(&[(0.0, 0.0), (0.0, 0.0)])), None);
        assert_eq!(Ratio::of(&VisitorSums::<0>::default()), None);
    }
}
