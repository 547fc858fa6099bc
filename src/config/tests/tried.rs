//! `[[experiment]]`, `[experiments]`, `[cost]` and `[[calendar]]`.

use super::*;
use crate::experiment::{
    Arms, BasisPoints, Control, Experiment, GlobalHoldout, KillRule, Metric, Name, Plan, PlanHash, Planned,
    Registration, RunningCost, UnitKind,
};
use crate::shop::{Money, Promotion, Timestamp};

fn arms(shares: &[(&str, i32)]) -> Arms {
    Arms::new(shares.iter().map(|(arm, share)| (Name::parse(arm).unwrap(), BasisPoints(*share)))).unwrap()
}

/// A file with one experiment in the cart and these keys.
fn one(keys: &str) -> String {
    format!(
        "[[experiment]]\nname = \"q1\"\nplacement = \"cart\"\nallocation = {{ holdout = 0.5, treatment = 0.5 }}\n{keys}"
    )
}

/// The remarks on a text.
fn remarks(text: &str) -> Vec<String> {
    parse(text, "e.toml")
        .unwrap_or_else(|errors| panic!("{text}\n{errors}"))
        .remarks
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn every_key_of_an_experiment_is_read() {
    let config = fixture("every_key.toml");
    let francs = Currency::parse("CHF").unwrap();
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let experiment = Experiment {
        name: Name::parse("cart-addons-q1").unwrap(),
        placement: "cart".into(),
        salt: "second deal".into(),
        arms: arms(&[("holdout", 2_500), ("short", 1_250), ("long", 3_333)]),
        control: Control::Incumbent,
        segment: vec![("country".into(), texts(&["CH", "LI"])), ("member".into(), texts(&["yes"]))],
        from: Some(Timestamp(1_795_129_200)),
        until: Some(Timestamp(1_801_436_400)),
    };
    let plan = Plan {
        unit: UnitKind::Customer,
        metric: Metric::Aov,
        minimum_detectable_effect: BasisPoints(125),
        days: 45,
        kill: KillRule::parse("margin_drag > 0.025").unwrap(),
        winsorise: BasisPoints(9_950),
        cap: Some(Money::new(41_250, francs)),
        looks: 6,
        min_units: 1_000,
    };
    let registered =
        Some(Planned { experiment: experiment.clone(), plan: plan.clone(), follows: None, registered: None }.hash());
    assert_eq!(config.experiments, [Planned { experiment, plan, follows: None, registered }]);
    assert_eq!(config.experiments[0].registration(), Registration::Kept);
    assert_eq!(config.experiment_places, [Place { line: 93, column: 1 }]);
    assert_eq!(config.global_holdout, GlobalHoldout { share: BasisPoints(500), salt: "held out".into() });
}

#[test]
fn cost_and_calendar_are_read() {
    let config = fixture("every_key.toml");
    let rate = Money::new(9_000, Currency::parse("CHF").unwrap());
    assert_eq!(config.cost, Some(RunningCost { hundredth_hours_a_month: 425, rate }));
    let friday =
        Promotion { name: "Black Friday".into(), from: Timestamp(1_795_734_000), until: Timestamp(1_796_079_600) };
    assert_eq!(config.calendar, [friday]);
}

#[test]
fn a_key_left_out_of_an_experiment_is_as_documented() {
    let config = parse(&one(""), "e.toml").unwrap();
    let usual = Experiment::new(Name::parse("q1").unwrap(), "cart", arms(&[("holdout", 5_000), ("treatment", 5_000)]));
    assert_eq!(
        config.experiments,
        [Planned { experiment: usual, plan: Plan::default(), follows: None, registered: None }]
    );
    assert_eq!(config.experiments[0].experiment.salt, "q1");
    assert_eq!((config.global_holdout, config.cost, config.calendar), (GlobalHoldout::default(), None, vec![]));
}

#[test]
fn experiments_that_no_visitor_meets_at_once_stand_together() {
    let second = |keys: &str| one("until = 2026-02-01T00:00:00Z\n") + &one(keys).replace("q1", "q2");
    assert_eq!(parse(&second("from = 2026-02-01T00:00:00Z\n"), "e.toml").unwrap().experiments.len(), 2);
    assert!(parse(&second("from = 2026-01-31T23:59:59Z\n"), "e.toml").is_err());
    assert!(parse(&second("").replacen("cart", "home", 1), "e.toml").is_ok());
    let by = |country: &str| format!("when = {{ segment = {{ country = \"{country}\" }} }}\n");
    assert!(parse(&(one(&by("AT")) + &one(&by("DE")).replace("q1", "q2")), "e.toml").is_ok());
    assert!(parse(&(one(&by("AT")) + &one(&by("AT")).replace("q1", "q2")), "e.toml").is_err());
}

#[test]
fn a_long_holdout_follows_an_experiment_that_has_ended_at_its_placement() {
    let first = one("until = 2026-02-01T00:00:00Z\n");
    let follows = "from = 2026-02-01T00:00:00Z\nfollows = \"q1\"\n";
    let q2 = |keys: &str| one(keys).replacen("q1", "q2", 1);
    let config = parse(&(first.clone() + &q2(follows)), "e.toml").unwrap();
    assert_eq!(config.experiments[1].follows, Name::parse("q1"));
    assert!(config.experiments[1].text().ends_with("follows q1\n"));
    let refused = |text: &str, told: &str| {
        let found = errors(text);
        assert!(found.len() == 1 && found[0].contains(told), "{told}: {found:#?}");
    };
    refused(
        &(first.clone() + &q2("from = 2026-02-01T00:00:00Z\nfollows = \"q\"\n")),
        "expected one of q1, found `q`; did you mean `q1`?",
    );
    refused(&one("follows = \"q1\"\n"), "an experiment of this file, which has no other");
    let elsewhere = q2(follows).replace("cart", "home");
    refused(&(first.clone() + &elsewhere), "found `q1` at `cart`; name one of its own placement");
    let open =
        one("when = { segment = { a = \"b\" } }\n") + &q2("when = { segment = { a = \"c\" } }\nfollows = \"q1\"\n");
    refused(&open, "`q1`, which has not ended when this one starts; give it `until`");
    let second = q2(&(follows.to_owned() + "until = 2026-03-01T00:00:00Z\n"));
    let third = one("from = 2026-03-01T00:00:00Z\nfollows = \"q2\"\n").replacen("q1", "q3", 1);
    refused(&(first + &second + &third), "`q2`, which follows another itself; name the first one");
}

#[test]
fn an_order_carries_as_many_as_fit_its_attribute() {
    // Sixty-two characters each with `;`, `=` and `treatment`: fourteen fit 870.
    let many = |count: usize, until: &str| -> String {
        let name = |n: usize| format!("{n:02}{}", "x".repeat(49));
        let spots: String = (0..count).map(|n| format!("[placement.p{n}]\nstrategy = \"popular\"\n")).collect();
        let tried = (0..count).map(|n| one(until).replace("q1", &name(n)).replace("cart", &format!("p{n}")));
        spots + &tried.collect::<String>()
    };
    assert_eq!(parse(&many(14, ""), "e.toml").unwrap().experiments.len(), 14);
    let found = errors(&many(15, ""));
    assert!(found.len() == 1 && found[0].contains("found 15 when this one starts; shorten names"), "{found:#?}");
    // One after the other they fit.
    let window = "from = 2026-01-01T00:00:00Z\nuntil = 2026-06-01T00:00:00Z\n";
    assert!(
        parse(&many(15, window).replacen("2026-01", "2025-01", 1).replacen("2026-06", "2026-01", 1), "e.toml").is_ok()
    );
}

#[test]
fn a_plan_that_was_changed_is_remarked_on() {
    let hash = parse(&one(""), "e.toml").unwrap().experiments[0].hash();
    assert_eq!(remarks(&one(&format!("plan = \"{hash}\""))), [] as [String; 0]);
    assert_eq!(PlanHash::parse(&hash.to_string()), Some(hash));
    let found = remarks(&one(&format!("plan = \"{hash}\"\ndays = 60")));
    assert_eq!(
        found,
        [
            "e.toml:5:8: warning: the plan was changed since `endcap plan` wrote this; put it back, or start an experiment of another name"
        ]
    );
    let found = remarks(&one("from = 2026-01-01T00:00:00Z\nuntil = 2026-01-30T00:00:00Z"));
    assert_eq!(
        found,
        ["e.toml:6:9: warning: `until` ends it before the 30 days of its plan are over, so it is never decided"]
    );
    assert_eq!(remarks(&one("from = 2026-01-01T00:00:00Z\nuntil = 2026-01-31T00:00:00Z")), [] as [String; 0]);
}

/// Each file of `refused/` is named for what is wrong with it; beside it lies what is said.
#[test]
fn files_that_cannot_hold_are_refused_with_their_places() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config/refused");
    let mut read = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        let found = parse(&std::fs::read_to_string(&path).unwrap(), name).expect_err(name).to_string() + "\n";
        let expected = std::fs::read_to_string(path.with_extension("txt")).unwrap_or_default();
        assert_eq!(found, expected, "{found}");
        read += 1;
    }
    assert!(read >= 10, "{read}");
}
