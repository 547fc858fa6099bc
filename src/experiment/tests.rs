//! Buckets, arms and plans.

use super::*;
use crate::shop::{Currency, Money, Timestamp};
use proptest::prelude::*;

mod buckets;
mod growth;
mod planned;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// Arms of these shares.
fn arms(shares: &[(&str, i32)]) -> Result<Arms, ArmsError> {
    Arms::new(shares.iter().map(|(arm, share)| (name(arm), BasisPoints(*share))))
}

/// An experiment in the cart with these shares.
fn experiment(shares: &[(&str, i32)]) -> Experiment {
    Experiment::new(name("q1"), "cart", arms(shares).unwrap())
}

#[test]
fn names_stand_for_themselves_in_an_attribute() {
    for text in ["a", "cart-addons_Q1", &"x".repeat(64)] {
        assert_eq!(name(text).as_str(), text);
    }
    for text in ["", "a b", "a;b", "a=b", "ä", "a.b", "a\n", &"x".repeat(65)] {
        assert_eq!(Name::parse(text), None, "{text}");
    }
}

#[test]
fn points_are_exact_or_none() {
    for (text, points) in [
        ("0.03", 300),
        ("1", 10_000),
        ("1.0000000", 10_000),
        ("-1", -10_000),
        (".5", 5_000),
        ("+0.", 0),
        ("-0.0001", -1),
    ] {
        assert_eq!(BasisPoints::parse(text), Some(BasisPoints(points)), "{text}");
    }
    for text in
        ["", ".", "-", "0.00001", "1.0001", "3%", "1e-2", "0x1", "- 1", "--1", "99999999999999999999", "0.0.1", "٣"]
    {
        assert_eq!(BasisPoints::parse(text), None, "{text}");
    }
    for (points, text) in [(300, "0.03"), (-1_250, "-0.125"), (10_000, "1"), (0, "0"), (1, "0.0001"), (50_000, "5")] {
        assert_eq!(BasisPoints(points).to_string(), text);
    }
}

#[test]
fn shares_that_make_no_experiment_are_refused() {
    let nine: Vec<(String, i32)> = (0..8).map(|n| (format!("a{n}"), 1)).chain([("holdout".to_owned(), 1)]).collect();
    let nine: Vec<(&str, i32)> = nine.iter().map(|(arm, share)| (arm.as_str(), *share)).collect();
    for (shares, expected) in [
        (&[][..], "expected an arm called `holdout`, found none; add one"),
        (&[("control", 5_000), ("treatment", 5_000)], "expected an arm called `holdout`, found none; add one"),
        (&[("holdout", 5_000)], "expected 2 to 8 arms, found 1; add or remove some"),
        (&nine, "expected 2 to 8 arms, found 9; add or remove some"),
        (&[("a", 1), ("holdout", 1), ("a", 2)], "expected each arm once, found `a` twice; remove one"),
        (&[("holdout", 0), ("a", 1)], "expected a share above 0, at most 1 for `holdout`, found 0; correct it"),
        (
            &[("holdout", 1), ("a", i32::MIN)],
            "expected a share above 0, at most 1 for `a`, found -214748.3648; correct it",
        ),
        (&[("holdout", 1), ("a", 10_000)], "expected shares of 10000 ten-thousandths at most, found 10001; lower some"),
    ] {
        assert_eq!(arms(shares).unwrap_err().to_string(), expected);
    }
}

#[test]
fn who_is_asked_about_decides_in_this_order() {
    let mut q1 = experiment(&[("holdout", 5_000), ("treatment", 5_000)]);
    q1.segment = vec![("country".to_owned(), vec!["AT".to_owned(), "DE".to_owned()])];
    (q1.from, q1.until) = (Some(Timestamp(100)), Some(Timestamp(200)));
    let (everybody, nobody) =
        (GlobalHoldout { share: BasisPoints(10_000), ..Default::default() }, GlobalHoldout::default());
    let inside = Visitor { unit: Some("u"), segment: &[("country", "DE")], now: Some(Timestamp(100)) };
    assert!(matches!(q1.assign(&inside, &nobody), Assignment::Arm(_)));
    assert_eq!(q1.assign(&inside, &everybody), Assignment::GlobalHoldout);
    for (outside, held) in [
        (Visitor { unit: None, ..inside }, false),
        (Visitor { unit: Some(""), ..inside }, false),
        (Visitor { now: Some(Timestamp(99)), ..inside }, true),
        (Visitor { now: Some(Timestamp(200)), ..inside }, true),
        (Visitor { now: None, ..inside }, true),
        (Visitor { segment: &[("country", "CH")], ..inside }, true),
        (Visitor { segment: &[], ..inside }, true),
    ] {
        assert_eq!(q1.assign(&outside, &nobody), Assignment::Unassigned, "{outside:?}");
        let expected = if held { Assignment::GlobalHoldout } else { Assignment::Unassigned };
        assert_eq!(q1.assign(&outside, &everybody), expected, "{outside:?}");
    }
}

#[test]
fn experiments_stay_apart_by_placement_time_or_segment() {
    let plain = experiment(&[("holdout", 1), ("a", 1)]);
    let during = |from: Option<i64>, until: Option<i64>| Experiment {
        from: from.map(Timestamp),
        until: until.map(Timestamp),
        ..plain.clone()
    };
    let within = |key: &str, values: &[&str]| Experiment {
        segment: vec![(key.to_owned(), values.iter().map(|value| (*value).to_owned()).collect())],
        ..plain.clone()
    };
    for (a, b, expected) in [
        (plain.clone(), plain.clone(), true),
        (plain.clone(), Experiment { placement: "home".into(), ..plain.clone() }, false),
        (during(None, Some(5)), during(Some(5), None), false),
        (during(None, Some(6)), during(Some(5), None), true),
        (during(Some(1), Some(9)), during(Some(3), Some(4)), true),
        (during(Some(1), Some(3)), during(Some(3), Some(4)), false),
        (within("country", &["AT", "DE"]), within("country", &["CH"]), false),
        (within("country", &["AT", "DE"]), within("country", &["CH", "DE"]), true),
        (within("country", &["AT"]), within("device", &["mobile"]), true),
        (within("country", &["AT"]), plain.clone(), true),
    ] {
        assert_eq!((a.meets(&b), b.meets(&a)), (expected, expected), "{a:?} {b:?}");
    }
}

#[test]
fn hours_cost_what_they_cost() {
    let euro = Currency::parse("EUR").unwrap();
    let cost = |hundredths, minor, days| {
        RunningCost { hundredth_hours_a_month: hundredths, rate: Money::new(minor, euro) }.over(days).minor()
    };
    assert_eq!(cost(400, 7_500, 30), 29_569); // 4 h × 75 € × 30/30.4375
    assert_eq!(cost(0, 7_500, 30), 0);
    assert_eq!(cost(1_000_000, 9_000_000_000_000, u16::MAX), i64::MAX);
}

/// A window within a short day; the end lies behind the start.
fn window() -> impl Strategy<Value = (Option<i64>, Option<i64>)> {
    (prop::option::of(0..8i64), prop::option::of(1..5i64))
        .prop_map(|(from, length)| (from, length.map(|length| from.unwrap_or(2) + length)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn experiments_meet_where_some_visitor_is_in_both(
        windows in prop::array::uniform2(window()),
        segments in prop::array::uniform2(prop::collection::btree_map(
            prop::sample::select(vec!["country", "device"]),
            prop::sample::subsequence(vec!["a", "b", "c"], 1..3),
            0..3,
        )),
    ) {
        let [a, b] = std::array::from_fn(|n| Experiment {
            from: windows[n].0.map(Timestamp),
            until: windows[n].1.map(Timestamp),
            segment: segments[n].iter().map(|(key, values)| {
                ((*key).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
            }).collect(),
            ..experiment(&[("holdout", 1), ("a", 1)])
        });
        let values = ["a", "b", "c"];
        let is_in = |e: &Experiment, at, country, device| {
            e.runs_at(Some(Timestamp(at))) && e.is_for(&[("country", country), ("device", device)])
        };
        let both = (-1..20).any(|at| values.iter().any(|country| values.iter().any(|device| {
            is_in(&a, at, country, device) && is_in(&b, at, country, device)
        })));
        prop_assert_eq!(a.meets(&b), both);
        prop_assert_eq!(b.meets(&a), both);
    }
}
