//! Whether the arms may be compared at all: their sizes, the join of orders, and what no experiment can have changed.

use crate::report::statistics::{SampleRatio, chi_squared_survival};
use crate::report::tally::{ArmTally, ExperimentTally};
use crate::report::told::{JoinTold, JoinedArm, SampleRatioTold};
use std::collections::BTreeMap;

/// The share of an arm's orders that must be joined.
const LEAST_JOINED: f64 = 0.9;
/// Arms whose shares differ by less are alike, however surely they differ.
const ALIKE: f64 = 0.005;
/// Below this chance arms differ.
const ALARM: f64 = 0.001;
/// A cell of a table needs so many expected units.
const LEAST_EXPECTED: f64 = 5.0;

/// Of visitors an arm, and the shares that they were to get.
pub(crate) fn sample_ratio(visitors: &[u64], shares: &[f64]) -> Option<(SampleRatio, SampleRatioTold)> {
    let found = SampleRatio::of(visitors, shares)?;
    let (all, whole) = (visitors.iter().sum::<u64>() as f64, shares.iter().sum::<f64>());
    let expected = shares.iter().map(|share| all * share / whole).collect();
    let told = SampleRatioTold { p_value: found.p_value, alarm: found.is_alarm(), expected };
    Some((found, told))
}

/// Whether orders were joined to arms, enough of them and alike in all.
pub(super) fn join(names: &[String], arms: &[ArmTally]) -> JoinTold {
    let joined: Vec<JoinedArm> = names
        .iter()
        .zip(arms)
        .map(|(name, arm)| JoinedArm {
            arm: name.clone(),
            orders: arm.orders,
            joined: arm.joined,
            share: (arm.orders > 0).then(|| arm.joined as f64 / arm.orders as f64),
        })
        .collect();
    let table: Vec<Vec<u64>> = arms.iter().map(|arm| vec![arm.joined, arm.orders - arm.joined]).collect();
    let p_value = unlike(&table);
    let shares = || joined.iter().filter_map(|arm| arm.share);
    let apart = shares().fold(0.0, f64::max) - shares().fold(1.0, f64::min);
    let differ = apart > ALIKE && p_value.is_some_and(|p| p < ALARM);
    let holds = shares().all(|share| share >= LEAST_JOINED) && !differ;
    JoinTold { arms: joined, p_value, holds }
}

/// The key of the segment by which the arms surely differ, though no experiment can change it.
pub(super) fn not_randomised(tally: &ExperimentTally) -> Option<u32> {
    let mut keys: BTreeMap<u32, Vec<Vec<u64>>> = BTreeMap::new();
    for ((key, _), arms) in &tally.segments {
        keys.entry(*key).or_default().push(arms.iter().map(|sums| sums.visitors()).collect());
    }
    let tests = keys.len() as f64;
    let differs = |table: &Vec<Vec<u64>>| unlike(table).is_some_and(|p| p < ALARM / tests);
    keys.into_iter().find(|(_, table)| differs(table)).map(|(key, _)| key)
}

/// The chance of a table this uneven where rows and columns have nothing to do with each other: Pearson's χ², over the rows
/// with enough in every cell.
fn unlike(table: &[Vec<u64>]) -> Option<f64> {
    let columns = table.iter().map(Vec::len).max()?;
    let sum_of = |rows: &[&Vec<u64>], column: usize| rows.iter().filter_map(|row| row.get(column)).sum::<u64>() as f64;
    let every: Vec<&Vec<u64>> = table.iter().collect();
    let total: f64 = (0..columns).map(|column| sum_of(&every, column)).sum();
    let share: Vec<f64> = (0..columns).map(|column| sum_of(&every, column) / total).collect();
    let of_row = |row: &Vec<u64>| row.iter().sum::<u64>() as f64;
    let enough = |row: &&Vec<u64>| share.iter().all(|share| of_row(row) * share >= LEAST_EXPECTED);
    let rows: Vec<&Vec<u64>> = table.iter().filter(enough).collect();
    if rows.len() < 2 || columns < 2 {
        return None;
    }
    let total: f64 = rows.iter().map(|row| of_row(row)).sum();
    let share: Vec<f64> = (0..columns).map(|column| sum_of(&rows, column) / total).collect();
    let cell = |row: &Vec<u64>, column: usize| {
        let expected = of_row(row) * share[column];
        let seen = row.get(column).map_or(0.0, |seen| *seen as f64);
        if expected > 0.0 { (seen - expected).powi(2) / expected } else { 0.0 }
    };
    let statistic: f64 = rows.iter().flat_map(|row| (0..columns).map(|column| cell(row, column))).sum();
    Some(chi_squared_survival(statistic, ((rows.len() - 1) * (columns - 1)) as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(orders: u64, joined: u64) -> ArmTally {
        ArmTally { orders, joined, ..ArmTally::default() }
    }

    fn holds(arms: [ArmTally; 2]) -> bool {
        join(&["holdout".into(), "treatment".into()], &arms).holds
    }

    #[test]
    fn orders_have_to_be_joined_in_both_arms_alike() {
        assert!(holds([arm(1_000, 990), arm(1_000, 985)]));
        assert!(!holds([arm(1_000, 890), arm(1_000, 890)]), "too few");
        assert!(!holds([arm(10_000, 9_900), arm(10_000, 9_300)]), "not alike");
        assert!(holds([arm(0, 0), arm(0, 0)]), "no orders are no fault of the join");
        assert!(holds([arm(10_000_000, 9_900_000), arm(10_000_000, 9_880_000)]), "surely different, and by nothing");
    }

    #[test]
    fn a_table_by_hand() {
        // scipy.stats.chi2_contingency([[20, 30], [40, 10]], correction=False): 16.666666666666668, 4.45e-05.
        let p = unlike(&[vec![20, 30], vec![40, 10]]).unwrap();
        assert!((p - 4.4557e-5).abs() < 1e-8, "{p}");
        assert_eq!(unlike(&[vec![20, 30]]), None);
        assert_eq!(unlike(&[vec![20, 30], vec![1, 0]]), None, "too few in a cell");
    }
}
