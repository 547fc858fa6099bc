//! Pairs that are more than chance: the lower bound of P(j | i) lies above P(j).

use super::pairs::Pairs;
use super::prune::Rows;

/// Quantile of the normal distribution for a two-sided interval of 90 %.
const Z: f64 = 1.6448536269514722;

/// Drops the edges above zero whose pair is not bought together more often than chance would have it, by the lower end of
/// Wilson's 90 % interval. Edges below zero stay: that a pair is never bought together is what they say.
///
/// Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927.
pub fn keep_significant(rows: &mut Rows, pairs: &Pairs) {
    for (item, row) in rows.iter_mut().enumerate() {
        row.retain(|edge| edge.weight <= 0.0 || beyond_chance(pairs, item, edge.item.0));
    }
}

fn beyond_chance(pairs: &Pairs, item: usize, to: u32) -> bool {
    let list = pairs.of(item);
    let Ok(at) = list.binary_search_by_key(&to, |pair| pair.to) else { return false };
    wilson_lower(list[at].orders, pairs.count[item]) > f64::from(pairs.share[to as usize])
}

/// Lower end of the interval of `hits / n`.
fn wilson_lower(hits: u32, n: u32) -> f64 {
    let n = f64::from(n.max(1));
    let p = (f64::from(hits) / n).min(1.0);
    let spread = Z * ((p * (1.0 - p) + Z * Z / (4.0 * n)) / n).sqrt();
    (p + Z * Z / (2.0 * n) - spread) / (1.0 + Z * Z / n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Edge;
    use crate::shop::ItemId;
    use crate::train::Baskets;
    use crate::train::pairs::Support;

    #[test]
    fn the_bound_is_that_of_the_formula_worked_by_hand() {
        // Five of ten: (0.5 + 0.1353 − 1.6449 · √((0.25 + 0.0676) / 10)) / 1.2706.
        assert!(wilson_lower(0, 10).abs() < 1e-12);
        assert!((wilson_lower(5, 10) - 0.2693).abs() < 5e-5, "{}", wilson_lower(5, 10));
    }

    #[test]
    fn a_best_seller_in_every_second_order_needs_no_edge_and_a_rare_pair_keeps_its_own() {
        let mut baskets = Baskets::new(3);
        for n in 0..40 {
            let items: &[u32] = if n % 10 == 0 {
                &[0, 1, 2]
            } else if n % 2 == 0 {
                &[0, 1]
            } else {
                &[1]
            };
            baskets.push(items, None, None);
        }
        let pairs = Pairs::count(&baskets, Support::NONE);
        let edge = |item| Edge { item: ItemId(item), weight: 0.5 };
        let mut rows = vec![vec![edge(1), edge(2)], vec![edge(0), edge(2)], vec![edge(0), edge(1)]];
        rows[1].push(Edge { item: ItemId(2), weight: -0.5 });
        keep_significant(&mut rows, &pairs);
        assert_eq!(rows[0], [], "1 is in every order, and 2 in a tenth of all as in a fifth of twenty");
        assert_eq!(rows[1].iter().map(|e| e.weight).collect::<Vec<_>>(), [-0.5]);
        assert_eq!(rows[2], [edge(0)]);
    }
}
