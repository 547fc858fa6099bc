//! Kill rules, and whether a plan was changed.

use super::*;

fn planned() -> Planned {
    let experiment = Experiment {
        segment: vec![
            ("device".to_owned(), vec!["tablet".to_owned(), "mobile".to_owned()]),
            ("country".to_owned(), vec!["AT".to_owned()]),
        ],
        from: Some(Timestamp(1_795_129_200)),
        ..experiment(&[("holdout", 2_500), ("treatment", 2_500)])
    };
    let plan = Plan { cap: Some(Money::new(41_250, Currency::parse("EUR").unwrap())), ..Plan::default() };
    Planned { experiment, plan, follows: None, registered: None }
}

#[test]
fn a_plan_has_one_text_and_its_hash_stays() {
    let expected = "\
endcap plan 1
name q1
placement \"cart\"
salt \"q1\"
arms holdout 1 treatment 1
control none
unit visitor
segment \"country\" \"AT\"; \"device\" \"mobile\" \"tablet\";
from 1795129200
metric contribution_margin_per_visitor
minimum_detectable_effect 0.03
days 30
kill aov_lift_net_of_margin_drag < 0.03
winsorise 0.99
cap 412.50 EUR
looks 4
min_units 200
";
    assert_eq!(planned().text(), expected);
    assert_eq!(planned().hash().to_string(), blake3::hash(expected.as_bytes()).to_hex()[..32]);
    assert_eq!(planned().hash().to_string(), "db47b267e5bb76bd3c8a503ded0e7a89");
    assert_eq!(PlanHash::parse(&planned().hash().to_string()), Some(planned().hash()));
    for text in ["", "0", &"g".repeat(32), &"A".repeat(32), &"0".repeat(33), "+0000000000000000000000000000000"] {
        assert_eq!(PlanHash::parse(text), None, "{text}");
    }
}

#[test]
fn a_ramp_up_and_a_later_end_keep_the_plan() {
    let hash = planned().hash();
    let kept: [fn(&mut Planned); 3] = [
        |p| p.experiment.arms = arms(&[("holdout", 5_000), ("treatment", 5_000)]).unwrap(),
        |p| p.experiment.until = Some(Timestamp(1_800_000_000)),
        |p| {
            p.experiment.segment.reverse();
            p.experiment.segment[1].1 = ["mobile", "tablet", "mobile"].map(str::to_owned).to_vec();
        },
    ];
    for change in kept {
        let mut changed = planned();
        change(&mut changed);
        assert_eq!(changed.hash(), hash, "{}", changed.text());
    }
}

#[test]
fn whatever_else_is_changed_is_noticed() {
    let changes: [fn(&mut Planned); 19] = [
        |p| p.follows = Some(name("q0")),
        |p| p.experiment.name = name("q2"),
        |p| p.experiment.placement = "home".to_owned(),
        |p| p.experiment.salt = "other".to_owned(),
        |p| p.experiment.salt = "q1\"\nunit \"customer".to_owned(),
        |p| p.experiment.arms = arms(&[("holdout", 2_500), ("treatment", 5_000)]).unwrap(),
        |p| p.experiment.arms = arms(&[("holdout", 2_500), ("other", 2_500)]).unwrap(),
        |p| p.experiment.control = Control::Incumbent,
        |p| p.experiment.segment.truncate(1),
        |p| p.experiment.from = None,
        |p| p.plan.unit = UnitKind::Customer,
        |p| p.plan.metric = Metric::Aov,
        |p| p.plan.minimum_detectable_effect = BasisPoints(301),
        |p| p.plan.days = 31,
        |p| p.plan.kill = KillRule::parse("aov_lift < 0.03").unwrap(),
        |p| p.plan.winsorise = BasisPoints(10_000),
        |p| p.plan.cap = None,
        |p| p.plan.looks = 5,
        |p| p.plan.min_units = 201,
    ];
    let mut texts = vec![planned().text()];
    for change in changes {
        let mut changed = Planned { registered: Some(planned().hash()), ..planned() };
        assert_eq!(changed.registration(), Registration::Kept);
        change(&mut changed);
        assert_eq!(changed.registration(), Registration::Changed);
        assert_eq!(changed.text().lines().count(), 17 + usize::from(changed.follows.is_some()));
        texts.push(changed.text());
    }
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 20);
    assert_eq!(planned().registration(), Registration::Missing);
}

#[test]
fn a_kill_rule_says_what_is_wrong_with_it() {
    for (text, expected) in [
        (
            "",
            "expected a measure, `<` or `>`, and a threshold such as aov_lift_net_of_margin_drag < 0.03; correct the rule",
        ),
        ("aov_lift", "expected a measure, `<` or `>`"),
        ("aov_lift <", "expected a measure, `<` or `>`"),
        ("aov_lift <= 0.1", "expected a measure, `<` or `>`"),
        ("< 0.1", "expected a measure, `<` or `>`"),
        (
            "aov_lif < 0.1",
            "expected one of aov_lift_net_of_margin_drag, margin_drag, contribution_margin_per_visitor_lift, aov_lift, revenue_per_visitor_lift, attach_rate_lift, conversion_lift, found `aov_lif`; correct the rule",
        ),
        ("aov_lift > 0.1", "expected `<` behind aov_lift; correct the rule"),
        ("margin_drag < 0.1", "expected `>` behind margin_drag; correct the rule"),
        ("aov_lift < 3%", "expected a threshold from -1 to 1 with at most 4 decimals; correct the rule"),
        ("aov_lift < 0.00001", "expected a threshold from -1 to 1"),
        ("aov_lift < 0.1 and margin_drag > 0.2", "expected a threshold from -1 to 1"),
        ("aov_lift < ä", "expected a threshold from -1 to 1"),
    ] {
        let found = KillRule::parse(text).unwrap_err().to_string();
        assert!(found.starts_with(expected), "{text}: {found}");
    }
}

#[test]
fn at_its_threshold_a_rule_kills_nothing() {
    let lift = KillRule::parse("  revenue_per_visitor_lift<-.02 ").unwrap();
    assert_eq!((lift.kills(-0.0201), lift.kills(-0.02), lift.kills(f64::NAN)), (true, false, false));
    let drag = KillRule::parse("margin_drag > 0.05").unwrap();
    assert_eq!((drag.kills(0.0501), drag.kills(0.05), drag.kills(f64::NAN)), (true, false, false));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_rule_reads_as_it_is_written(measure in prop::sample::select(Measure::ALL.to_vec()), points in -10_000..=10_000i32) {
        let rule = KillRule { measure, threshold: BasisPoints(points) };
        prop_assert_eq!(KillRule::parse(&rule.to_string()), Ok(rule));
    }

    #[test]
    fn any_text_is_a_rule_or_is_refused(text in "\\PC{0,30}|(aov_lift|margin_drag) ?[<>]=? ?-?[0-9.]{0,6}") {
        if let Ok(rule) = KillRule::parse(&text) {
            prop_assert_eq!(KillRule::parse(&rule.to_string()), Ok(rule));
        }
    }
}
