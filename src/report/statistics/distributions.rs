//! The normal, Student's t and chi-squared distributions, as total functions.
//!
//! Source: `cdflib`, a line-by-line port of the Fortran CDFLIB that scipy used for decades. The upper tails are
//! computed as such, so a p-value of 1e-30 keeps its digits. A question without an answer (a probability of 1.2, no
//! degree of freedom) answers NaN.

use cdflib::traits::ContinuousCdf;
use cdflib::{ChiSquared, Normal, StudentsT};

/// From here on Student's t is the normal: they differ by less than 1e-7.
const NORMAL_FROM: f64 = 1e7;

/// The chance that a standard normal is at most `x`.
pub fn normal_cdf(x: f64) -> f64 {
    Normal::standard().cdf(x)
}

/// The chance that a standard normal is more than `x`.
pub fn normal_survival(x: f64) -> f64 {
    Normal::standard().ccdf(x)
}

/// What a standard normal stays below with the chance `p`: 1.96 for 0.975.
pub fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p).unwrap_or(f64::NAN)
}

/// The chance that Student's t with `degrees` of freedom is at most `x`.
pub fn t_cdf(x: f64, degrees: f64) -> f64 {
    t_survival(-x, degrees)
}

/// The chance that Student's t with `degrees` of freedom is more than `x`.
pub fn t_survival(x: f64, degrees: f64) -> f64 {
    if degrees >= NORMAL_FROM || x.is_infinite() {
        return normal_survival(x);
    }
    StudentsT::try_new(degrees).map_or(f64::NAN, |t| t.ccdf(x))
}

/// What Student's t with `degrees` of freedom stays below with the chance `p`: 2.23 for 0.975 and 10.
pub fn t_quantile(p: f64, degrees: f64) -> f64 {
    if degrees >= NORMAL_FROM {
        return normal_quantile(p);
    }
    StudentsT::try_new(degrees).ok().and_then(|t| t.inverse_cdf(p).ok()).unwrap_or(f64::NAN)
}

/// The chance that chi-squared with `degrees` of freedom is more than `x`.
pub fn chi_squared_survival(x: f64, degrees: f64) -> f64 {
    ChiSquared::try_new(degrees).map_or(f64::NAN, |chi| chi.ccdf(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_that_everybody_knows() {
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((t_quantile(0.975, 10.0) - 2.228_138_851_964_939).abs() < 1e-7);
        assert!((chi_squared_survival(3.841_458_820_694_124, 1.0) - 0.05).abs() < 1e-12);
        assert_eq!((normal_cdf(0.0), t_cdf(0.0, 3.0)), (0.5, 0.5));
    }

    #[test]
    fn an_impossible_question_is_nan() {
        assert!(normal_quantile(1.2).is_nan() && t_quantile(0.5, 0.0).is_nan());
        assert!(chi_squared_survival(1.0, 0.0).is_nan() && t_survival(1.0, f64::NAN).is_nan());
    }

    #[test]
    fn many_degrees_are_the_normal() {
        assert!((t_quantile(0.975, 9e6) - t_quantile(0.975, 2e7)).abs() < 1e-6);
        assert_eq!(t_survival(f64::INFINITY, 5.0), 0.0);
    }
}
