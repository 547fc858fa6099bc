//! Buckets: the vectors, an oracle, evenness, and independence.

use super::*;
use serde_json::Value;

/// The bucket of length-prefixed texts, written out.
fn oracle(texts: [&str; 5]) -> u16 {
    let mut bytes: Vec<u8> = Vec::new();
    for text in texts {
        bytes.extend(u64::try_from(text.len()).unwrap().to_le_bytes());
        bytes.extend(text.bytes());
    }
    let hash = blake3::hash(&bytes);
    let number = hash.as_bytes().iter().take(8).rev().fold(0u128, |number, byte| number * 256 + u128::from(*byte));
    u16::try_from(number % 10_000).unwrap()
}

/// The owner of each bucket, arm by arm.
fn owners(shares: &[(&str, i32)]) -> Vec<Option<String>> {
    let mut sorted: Vec<_> = shares.to_vec();
    sorted.sort_by_key(|(arm, _)| (*arm != "holdout", arm.to_string()));
    let mut owners = vec![None; 10_000];
    let total: i32 = sorted.iter().map(|(_, share)| share).sum();
    for (at, (arm, share)) in sorted.iter().enumerate() {
        let before: i32 = sorted[..at].iter().map(|(_, share)| share).sum();
        let first = if at + 1 == sorted.len() { 10_000 - share } else { 10_000 * before / total };
        for bucket in first..first + share {
            let before = owners[usize::try_from(bucket).unwrap()].replace((*arm).to_owned());
            assert_eq!(before, None, "{shares:?}: bucket {bucket} has two owners");
        }
    }
    owners
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

/// An experiment of the fixture.
fn read(value: &Value) -> Experiment {
    let shares = value["shares"].as_object().unwrap();
    let share = |points: &Value| BasisPoints(i32::try_from(points.as_i64().unwrap()).unwrap());
    let arms = Arms::new(shares.iter().map(|(arm, points)| (name(arm), share(points)))).unwrap();
    let salt = text(value, "salt").to_owned();
    Experiment { salt, ..Experiment::new(name(text(value, "name")), text(value, "placement"), arms) }
}

/// The fixture was written by another implementation of BLAKE3 and of the layout, so that it holds all runtimes, this one
/// included, to the description and not to itself.
#[test]
fn the_vectors_that_all_runtimes_share_hold() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/experiment/assignment.json");
    let fixture: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let experiments: Vec<Experiment> = fixture["experiments"].as_array().unwrap().iter().map(read).collect();
    let share = i32::try_from(fixture["global_holdout"]["share"].as_i64().unwrap()).unwrap();
    let salt = text(&fixture["global_holdout"], "salt").to_owned();
    let holdout = GlobalHoldout { share: BasisPoints(share), salt };
    let cases = fixture["cases"].as_array().unwrap();
    assert!(cases.len() > 300);
    for case in cases {
        let experiment = &experiments[usize::try_from(case["experiment"].as_u64().unwrap()).unwrap()];
        let unit = text(case, "unit");
        let found = bucket(&experiment.salt, experiment.name.as_str(), &experiment.placement, unit);
        assert_eq!(u64::from(found.0), case["bucket"].as_u64().unwrap(), "{case}");
        assert_eq!(u64::from(global_bucket(&holdout.salt, unit).0), case["global_bucket"].as_u64().unwrap(), "{case}");
        let assigned = match experiment.assign(&Visitor { unit: Some(unit), ..Visitor::default() }, &holdout) {
            Assignment::Unassigned => None,
            Assignment::GlobalHoldout => Some("global_holdout"),
            Assignment::Arm(arm) => Some(arm.name().as_str()),
        };
        assert_eq!(assigned, case["assigned"].as_str(), "{case}");
    }
}

/// χ² of counts against equal expectations.
fn chi_square(counts: &[u32]) -> f64 {
    let expected = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
    counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
}

#[test]
fn a_million_units_fill_a_hundred_groups_evenly() {
    let mut groups = [0u32; 100];
    for n in 0..1_000_000 {
        groups[usize::from(bucket("q1", "q1", "cart", &n.to_string()).0) / 100] += 1;
    }
    // The 0.999 quantile of χ² with 99 degrees of freedom.
    assert!(chi_square(&groups) < 148.23, "{}", chi_square(&groups));
}

/// χ² of a 2×2 table against independence.
fn dependence([[a, b], [c, d]]: [[f64; 2]; 2]) -> f64 {
    (a + b + c + d) * (a * d - b * c).powi(2) / ((a + b) * (c + d) * (a + c) * (b + d))
}

#[test]
fn another_placement_salt_or_name_deals_the_units_anew() {
    let in_first_half = |bucket: Bucket| usize::from(bucket.0 < 5_000);
    let mut tables = [[[0.0; 2]; 2]; 4];
    for n in 0..200_000 {
        let unit = n.to_string();
        let at = in_first_half(bucket("q1", "q1", "cart", &unit));
        let others = [
            bucket("q1", "q1", "checkout", &unit),
            bucket("q2", "q1", "cart", &unit),
            bucket("q1", "q2", "cart", &unit),
            global_bucket("q1", &unit),
        ];
        for (table, other) in tables.iter_mut().zip(others) {
            table[at][in_first_half(other)] += 1.0;
        }
    }
    for table in tables {
        // The 0.999 quantile of χ² with one degree of freedom.
        assert!(dependence(table) < 10.828, "{table:?}");
    }
}

/// The names of three to five arms and shares that fit.
pub(super) fn shares() -> impl Strategy<Value = Vec<(&'static str, i32)>> {
    let names = prop::sample::subsequence(vec!["A", "b", "c", "i", "treatment", "z"], 1..=5);
    (names, prop::collection::vec(1..=1_600, 6))
        .prop_map(|(names, shares)| names.into_iter().chain(["holdout"]).zip(shares).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_computed_is_what_is_written_out(
        [salt, experiment, placement, unit] in prop::array::uniform4("\\PC{0,40}"),
        shares in shares(),
    ) {
        let found = bucket(&salt, &experiment, &placement, &unit);
        prop_assert_eq!(found.0, oracle(["endcap/assignment/1", &salt, &experiment, &placement, &unit]));
        prop_assert_eq!(global_bucket(&salt, &unit).0, oracle(["endcap/global-holdout/1", &salt, "", "", &unit]));
        let arms = arms(&shares).unwrap();
        for (bucket, owner) in owners(&shares).into_iter().enumerate() {
            let found = arms.of(Bucket(u16::try_from(bucket).unwrap())).map(|arm| arm.name().to_string());
            prop_assert_eq!(found, owner);
        }
        for bucket in [10_000, u16::MAX] {
            prop_assert_eq!(arms.of(Bucket(bucket)), None);
        }
    }

    #[test]
    fn texts_do_not_run_into_each_other(text in "[a-c]{4,12}", [i, j] in prop::array::uniform2(0usize..4)) {
        prop_assume!(i != j);
        let at = |i: usize| bucket(&text[..i], &text[i..], "p", "u");
        // Different splits of one text are different inputs; that they share a bucket by chance is one in 10,000.
        let apart = (0..40).any(|n| bucket(&text[..i], &text[i..], "p", &n.to_string()) != bucket(&text[..j], &text[j..], "p", &n.to_string()));
        prop_assert!(apart, "{:?} {:?}", at(i), at(j));
    }
}
