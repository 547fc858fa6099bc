//! What happens to units when shares change.

use super::buckets::shares;
use super::*;

/// The arm of a unit.
fn arm(shares: &[(&str, i32)], unit: &str) -> Option<String> {
    let experiment = experiment(shares);
    match experiment.assign(&Visitor { unit: Some(unit), ..Visitor::default() }, &GlobalHoldout::default()) {
        Assignment::Arm(arm) => Some(arm.name().to_string()),
        _ => None,
    }
}

#[test]
fn a_change_that_moves_units_is_told_by_how_many() {
    let leavers =
        |before: &[(&str, i32)], after: &[(&str, i32)]| arms(before).unwrap().leavers(&arms(after).unwrap()).0;
    let half = [("holdout", 5_000), ("treatment", 5_000)];
    assert_eq!(leavers(&[("holdout", 500), ("treatment", 1_500)], &half), 0);
    assert_eq!(leavers(&half, &half), 0);
    assert_eq!(leavers(&half, &[("holdout", 4_000), ("treatment", 6_000)]), 1_000);
    assert_eq!(leavers(&half, &[("holdout", 5_000), ("other", 5_000)]), 5_000);
    // The one in the middle starts elsewhere: of its buckets 3,333 to 4,332 those from 2,000 to 2,999 are all others.
    let three = [("holdout", 1_000), ("a", 1_000), ("b", 1_000)];
    assert_eq!(leavers(&three, &[("holdout", 1_000), ("a", 1_000), ("b", 3_000)]), 1_000);
}

#[test]
fn proportions_are_in_lowest_terms() {
    let of = |shares: &[(&str, i32)]| arms(shares).unwrap().proportion();
    assert_eq!(of(&[("treatment", 1_500), ("holdout", 500)]), [1, 3]);
    assert_eq!(of(&[("holdout", 5_000), ("treatment", 5_000)]), [1, 1]);
    assert_eq!(of(&[("holdout", 3_333), ("a", 3_333), ("b", 3_334)]), [3_333, 3_333, 3_334]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_two_arms_growing_either_moves_nobody(
        [a, b] in prop::array::uniform2(1..=5_000i32),
        [more_a, more_b] in prop::array::uniform2(0..=5_000i32),
        unit in "[0-9a-f]{8}",
    ) {
        let before = [("holdout", a), ("treatment", b)];
        let after = [("holdout", (a + more_a).min(5_000)), ("treatment", (b + more_b).min(5_000))];
        prop_assert_eq!(arms(&before).unwrap().leavers(&arms(&after).unwrap()), BasisPoints(0));
        let was = arm(&before, &unit);
        prop_assert!(was.is_none() || was == arm(&after, &unit));
    }

    #[test]
    fn with_any_number_growing_all_by_one_factor_moves_nobody(parts in shares(), [small, large] in prop::array::uniform2(1..=100i32)) {
        let total: i32 = parts.iter().map(|(_, share)| share % 16 + 1).sum();
        let (few, many) = (small.min(large), small.max(large));
        let scaled = |factor| -> Vec<(&'static str, i32)> {
            parts.iter().map(|(arm, share)| (*arm, (share % 16 + 1) * factor)).collect()
        };
        prop_assert!(total * many <= 10_000);
        prop_assert_eq!(arms(&scaled(few)).unwrap().leavers(&arms(&scaled(many)).unwrap()), BasisPoints(0));
    }

    #[test]
    fn the_first_and_the_last_arm_keep_theirs_whatever_the_others_do(before in shares(), growth in prop::collection::vec(0..=60i32, 6)) {
        let after: Vec<_> = before.iter().zip(growth).map(|((arm, share), more)| (*arm, share + more)).collect();
        let (before, after) = (arms(&before).unwrap(), arms(&after).unwrap());
        for kept in [before.iter().next().unwrap(), before.iter().last().unwrap()] {
            for bucket in (0..10_000).map(Bucket).filter(|bucket| kept.owns(*bucket)) {
                prop_assert_eq!(after.of(bucket).map(|arm| arm.name()), Some(kept.name()));
            }
        }
    }

    #[test]
    fn a_larger_global_holdout_keeps_whom_it_held(unit in "\\PC{1,20}", [a, b] in prop::array::uniform2(0..=10_000i32)) {
        let holdout = |share| GlobalHoldout { share: BasisPoints(share), ..GlobalHoldout::default() };
        prop_assert!(!holdout(a.min(b)).contains(&unit) || holdout(a.max(b)).contains(&unit));
    }
}
