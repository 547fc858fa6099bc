//! Several placements judged at once.

/// P-values corrected for how many there are, in the order given (Holm 1979): below 0.05, and all that are so called
/// hold together with 95 % confidence.
///
/// For one family only, such as the placements of a quarter's report; the verdict of a single registered test is not
/// corrected. NaN counts as 1. Cost: a sort.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    let value = |at: usize| if p_values[at].is_nan() { 1.0 } else { p_values[at] };
    order.sort_by(|a, b| value(*a).total_cmp(&value(*b)).then(a.cmp(b)));
    let mut corrected = vec![1.0; p_values.len()];
    let mut largest = 0.0f64;
    for (rank, at) in order.into_iter().enumerate() {
        largest = largest.max(value(at) * (p_values.len() - rank) as f64).min(1.0);
        corrected[at] = largest;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn four_placements_by_hand() {
        assert_eq!(holm(&[0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]);
        assert_eq!(holm(&[]), [] as [f64; 0]);
        assert_eq!(holm(&[f64::NAN, 0.02]), [1.0, 0.04]);
    }

    proptest! {
        #[test]
        fn keeps_the_order_and_never_flatters(p in prop::collection::vec(0.0..=1.0f64, 1..20)) {
            let corrected = holm(&p);
            for (a, one) in p.iter().enumerate() {
                prop_assert!(corrected[a] >= *one && corrected[a] <= (one * p.len() as f64).min(1.0));
                for (b, other) in p.iter().enumerate() {
                    prop_assert!(one > other || corrected[a] <= corrected[b]);
                }
            }
        }
    }
}
