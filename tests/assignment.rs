//! Which arm an answer is in: what assignment says, in every answer, and a list that is kept back is the one that would have
//! been shown.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use endcap::bundle::overlay::encode;
use endcap::bundle::{Draft, ExperimentChange, Experiments, OverlayDraft, StoredControl, StoredExperiment, write};
use endcap::experiment::{Arms, Assignment, BasisPoints, Control, Experiment, GlobalHoldout, HOLDOUT, Name, Visitor};
use endcap::placement::{Recommender, Request, Silence, opened, stored};
use endcap::rank::Pick;
use endcap::shop::Timestamp;
use support::shops::{ALL, Dice, PLACEMENTS, Question, question, shop};

type Engine = Recommender<Vec<u8>>;

fn engine(draft: &Draft) -> Engine {
    Recommender::open(write(draft).unwrap()).unwrap()
}

/// Up to two experiments a placement that no visitor is in at once, and now and then a global holdout.
fn experiments(dice: &mut Dice) -> (Vec<Experiment>, GlobalHoldout) {
    let mut all = Vec::new();
    for placement in PLACEMENTS {
        let parted = dice.one_in(3);
        for n in 0..=u32::from(parted) {
            if dice.one_in(4) {
                continue;
            }
            let name = |text: String| Name::parse(&text).unwrap();
            let arms = 1 + dice.below(3);
            let mut shares = vec![(name(HOLDOUT.into()), BasisPoints(1 + dice.below(2_500) as i32))];
            shares.extend((0..arms).map(|arm| (name(format!("arm-{arm}")), BasisPoints(1 + dice.below(2_500) as i32))));
            let mut experiment =
                Experiment::new(name(format!("{placement}-{n}")), placement, Arms::new(shares).unwrap());
            experiment.control = dice.of(&Control::ALL);
            if parted {
                let devices: &[&str] = if n == 0 { &["mobile"] } else { &["desktop", "tablet"] };
                let devices = devices.iter().map(|device| (*device).to_owned()).collect();
                experiment.segment = vec![("device".into(), devices)];
            }
            if dice.one_in(3) {
                experiment.from = Some(Timestamp(1_790_000_000 - i64::from(dice.below(900_000))));
            }
            if dice.one_in(3) {
                experiment.until = Some(Timestamp(1_790_000_001 + i64::from(dice.below(900_000))));
            }
            all.push(experiment);
        }
    }
    let share = BasisPoints(if dice.one_in(2) { 0 } else { dice.below(3_000) as i32 });
    (all, GlobalHoldout { share, ..GlobalHoldout::default() })
}

/// What an answer holds, owned.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    picks: Vec<Pick>,
    withheld: Vec<Pick>,
    silent: Option<Silence>,
    names: (Option<String>, Option<String>),
    due: Option<u32>,
    name: String,
}

fn seen(answer: endcap::placement::Answer<'_>) -> Seen {
    Seen {
        picks: answer.picks.to_vec(),
        withheld: answer.withheld.to_vec(),
        silent: answer.silent,
        names: (answer.experiment.map(str::to_owned), answer.variant.map(str::to_owned)),
        due: answer.due,
        name: answer.recommendation.to_string(),
    }
}

fn ask(engine: &mut Engine, question: &Question) -> Seen {
    question.with(|request| seen(engine.recommend(request).unwrap()))
}

/// The arm that the experiments themselves say, and the control of whichever experiment the visitor could be in.
fn expected(
    all: &[Experiment],
    holdout: &GlobalHoldout,
    question: &Question,
) -> ((Option<String>, Option<String>), Option<Silence>) {
    let segment: Vec<_> = question.segment.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let visitor = Visitor { unit: question.unit.as_deref(), segment: &segment, now: question.now.map(Timestamp) };
    let here: Vec<_> = all.iter().filter(|experiment| experiment.placement == question.placement).collect();
    let runs = here.iter().find(|e| e.runs_at(visitor.now) && e.is_for(visitor.segment));
    let against_own = here.iter().any(|e| e.control == Control::Incumbent);
    let own = runs.map_or(against_own, |experiment| experiment.control == Control::Incumbent);
    let kept_back = if own { Silence::Incumbent } else { Silence::Holdout };
    if question.unit.as_deref().is_some_and(|unit| holdout.contains(unit)) {
        return ((None, Some("global_holdout".into())), Some(kept_back));
    }
    for experiment in &here {
        if let Assignment::Arm(arm) = experiment.assign(&visitor, holdout) {
            let names = (Some(experiment.name.to_string()), Some(arm.name().to_string()));
            return (names, arm.is_control().then_some(kept_back));
        }
    }
    let served = question.unit.as_deref().is_some_and(|unit| !unit.is_empty()) && holdout.share.0 > 0;
    ((None, served.then(|| "served".into())), own.then_some(Silence::Incumbent))
}

#[test]
fn answers_are_in_the_arm_that_assignment_says_and_keep_back_what_all_others_see() {
    let (mut arms, mut kept_back, mut shown) = (0, 0, 0);
    for seed in 0..40 {
        let mut dice = Dice::new(seed, 11);
        let plain = shop(seed, ALL);
        let (all, holdout) = experiments(&mut dice);
        let draft = Draft { experiments: stored(&all, &holdout), ..plain.clone() };
        let (mut with, mut without) = (engine(&draft), engine(&plain));
        for n in 0..200 {
            let mut question = question(&mut dice, &plain);
            let usual = ask(&mut without, &question);
            question.unit = (n % 5 > 0).then(|| format!("unit-{}", dice.below(5_000)));
            let found = ask(&mut with, &question);
            if usual.silent == Some(Silence::Disabled) {
                assert_eq!((found.silent, &found.names), (usual.silent, &(None, None)), "{question:?}");
                continue;
            }
            let (names, silent) = expected(&all, &holdout, &question);
            assert_eq!((&found.names, found.silent), (&names, silent), "{question:?}");
            match silent {
                None => assert_eq!((&found.picks, &found.withheld[..], found.due), (&usual.picks, &[][..], usual.due)),
                Some(_) => assert_eq!((&found.withheld, &found.picks[..], found.due), (&usual.picks, &[][..], None)),
            }
            assert_eq!(ask(&mut with, &question), found, "the same question, the same answer");
            arms += usize::from(names.1.is_some());
            kept_back += usize::from(silent.is_some());
            shown += usize::from(names.0.is_some() && silent.is_none());
        }
    }
    assert!(arms > 1_000 && kept_back > 1_000 && shown > 400, "{arms} {kept_back} {shown}");
}

/// The six of the golden bundles, with these experiments at its cart and no global holdout.
fn six(list: Vec<StoredExperiment>, held_out: u16) -> Engine {
    engine(&Draft { experiments: Experiments { held_out, salt: "s".into(), list }, ..support::complete() })
}

fn trial(control: StoredControl, arms: &[(&str, u16)]) -> StoredExperiment {
    StoredExperiment {
        name: "q1".into(),
        placement: "cart".into(),
        salt: "q1".into(),
        arms: arms.iter().map(|(arm, share)| ((*arm).to_owned(), *share)).collect(),
        control,
        segment: Vec::new(),
        from: None,
        until: None,
    }
}

fn cart<'a>(placement: &'a str, unit: Option<&'a str>) -> Request<'a> {
    Request { placement, cart: &["KETTLE"], unit, now: Some(1_790_000_000), ..Request::default() }
}

/// A unit of each arm, by its name.
fn unit_of(engine: &mut Engine, arm: &str) -> String {
    let units = (0..10_000).map(|n| format!("u{n}"));
    let mut is_in = |unit: &String| engine.recommend(&cart("cart", Some(unit))).unwrap().variant == Some(arm);
    units.into_iter().find(|unit| is_in(unit)).unwrap_or_else(|| panic!("nobody is in {arm}"))
}

#[test]
fn what_is_kept_back_takes_nothing_from_a_page() {
    let mut engine = six(vec![trial(StoredControl::None, &[(HOLDOUT, 5_000), ("a", 5_000)])], 0);
    let [held, treated] = [HOLDOUT, "a"].map(|arm| unit_of(&mut engine, arm));
    let mut page = |unit: &str| {
        let mut page = engine.page();
        let first = seen(page.recommend(&cart("cart", Some(unit))).unwrap());
        (first, seen(page.recommend(&cart("pdp_complements", Some(unit))).unwrap()))
    };
    let ((held_first, held_second), (first, second)) = (page(&held), page(&treated));
    assert_eq!((held_first.silent, &held_first.withheld), (Some(Silence::Holdout), &first.picks));
    assert!(!first.picks.is_empty() && !held_second.picks.is_empty());
    assert!(second.picks.iter().all(|pick| first.picks.iter().all(|other| other.item != pick.item)));
    let alone = seen(engine.recommend(&cart("pdp_complements", Some(&held))).unwrap());
    assert_eq!(held_second, alone, "the second block of the held out is as if there were no first");
}

#[test]
fn a_list_that_is_kept_back_fills_no_place_of_a_page() {
    let mut draft = support::complete();
    draft.terms.max_live_placements = 1;
    let list = vec![trial(StoredControl::None, &[(HOLDOUT, 5_000), ("a", 5_000)])];
    draft.experiments = Experiments { held_out: 0, salt: String::new(), list };
    let mut engine = engine(&draft);
    for (arm, second) in [(HOLDOUT, None), ("a", Some(Silence::PageFull))] {
        let unit = unit_of(&mut engine, arm);
        let mut page = engine.page();
        page.recommend(&cart("cart", Some(&unit))).unwrap();
        let found = page.recommend(&cart("pdp_complements", Some(&unit))).unwrap();
        assert_eq!((found.silent, found.variant), (second, None), "{arm}");
    }
}

#[test]
fn a_placement_that_is_off_exposes_nobody() {
    let mut engine = six(vec![trial(StoredControl::None, &[(HOLDOUT, 5_000), ("a", 5_000)])], 10_000);
    engine.set_enabled("cart", false);
    let answer = engine.recommend(&cart("cart", Some("u"))).unwrap();
    assert_eq!((answer.silent, answer.variant, answer.withheld), (Some(Silence::Disabled), None, &[][..]));
}

#[test]
fn an_overlay_takes_an_experiment_back_and_lets_it_grow() {
    let arms = |arms: &[(&str, u16)]| arms.iter().map(|(arm, share)| ((*arm).to_owned(), *share)).collect::<Vec<_>>();
    let change = |revision, enabled, to: &[(&str, u16)]| {
        let change = ExperimentChange { name: "q1".into(), enabled, arms: arms(to) };
        let unknown = ExperimentChange { name: "q2".into(), ..ExperimentChange::default() };
        let (currency, experiments) = ("EUR".to_owned(), vec![change, unknown]);
        encode(&OverlayDraft { revision, currency, experiments, ..OverlayDraft::default() }).unwrap()
    };
    for control in [StoredControl::None, StoredControl::Incumbent] {
        let mut engine = six(vec![trial(control, &[(HOLDOUT, 500), ("a", 1_500)])], 0);
        let variants = |engine: &mut Engine| -> Vec<Option<String>> {
            let units = (0..2_000).map(|n| format!("u{n}"));
            let ask = |unit: String| engine.recommend(&cart("cart", Some(&unit))).unwrap().variant.map(str::to_owned);
            units.map(ask).collect()
        };
        let small = variants(&mut engine);
        let patched = engine.patch(&change(1, None, &[("a", 5_000), (HOLDOUT, 5_000)])).unwrap();
        assert_eq!((patched.changed, patched.unknown_experiments), (true, 1));
        let large = variants(&mut engine);
        assert!(large.iter().all(Option::is_some));
        for (before, after) in small.iter().zip(&large).filter(|(before, _)| before.is_some()) {
            assert_eq!(before, after, "whoever was in an arm stays in it");
        }
        engine.patch(&change(2, Some(false), &[])).unwrap();
        assert_eq!(variants(&mut engine), vec![None; 2_000]);
        let (unit, nobody) = (cart("cart", Some("u")), cart("cart", None));
        let lists = [unit, nobody].map(|request| seen(engine.recommend(&request).unwrap()).picks);
        assert!(!lists[0].is_empty() && lists[0] == lists[1], "the placement as it always is");
        assert!(!engine.patch(&change(2, Some(true), &[])).unwrap().changed, "of the same revision");
        assert_eq!(engine.patch(&change(1, Some(true), &[])).unwrap_err().code(), "E_OLDER_REVISION");
        engine.patch(&change(3, Some(true), &[])).unwrap();
        assert_eq!(variants(&mut engine), small, "what an overlay does not say is as the bundle has it");
    }
}

#[test]
fn a_list_of_the_shops_own_stays_as_it_came_for_the_control() {
    let mut draft = support::complete();
    draft.policies[0].strategy = endcap::bundle::Strategy::Rerank;
    draft.policies[0].max_moves = 3;
    draft.calibration.clear();
    draft.pins.clear();
    let list = vec![trial(StoredControl::None, &[(HOLDOUT, 4_000), ("a", 4_000)])];
    draft.experiments = Experiments { held_out: 1_000, salt: "s".into(), list };
    let mut engine = engine(&draft);
    let list = ["CUP", "SCALE", "?", "DRIPPER", "FILTER-S", "FILTER-L"];
    let mut found = std::collections::BTreeMap::new();
    let mut names = std::collections::BTreeSet::new();
    for n in 0..400 {
        let unit = format!("u{n}");
        let request = Request { list: &list, ..cart("cart", Some(&unit)) };
        let reranked = engine.rerank(&request).unwrap();
        let order: Vec<usize> = reranked.places.iter().map(|place| place.index).collect();
        names.insert(reranked.recommendation.to_string());
        found.insert((reranked.experiment, reranked.variant), order);
    }
    assert_eq!(names.len(), found.len(), "an answer's name tells the arm, and nothing of the unit");
    let order = |experiment: Option<&str>, variant: Option<&str>| {
        &found[&(experiment.map(str::to_owned), variant.map(str::to_owned))]
    };
    let came: Vec<usize> = (0..list.len()).collect();
    assert_ne!(order(Some("q1"), Some("a")), &came);
    assert_eq!(order(None, Some("served")), order(Some("q1"), Some("a")));
    assert_eq!(order(Some("q1"), Some(HOLDOUT)), &came);
    assert_eq!(order(None, Some("global_holdout")), &came);
    assert_eq!(found.len(), 4);
}

#[test]
fn a_name_tells_answers_apart_and_nothing_else() {
    let mut engine = six(Vec::new(), 0);
    let mut name = |request: &Request<'_>| engine.recommend(request).unwrap().recommendation;
    let base = cart("cart", Some("u"));
    let first = name(&base);
    let segment = [("a", "1"), ("b", "2")];
    let turned = [("b", "2"), ("a", "1")];
    let with = Request { segment: &segment, ..base.clone() };
    assert_eq!(name(&with), name(&Request { segment: &turned, ..base.clone() }), "a segment has no order");
    assert_eq!(name(&Request { unit: None, ..base.clone() }), first, "who asks is not in it");
    let others = [
        with,
        Request { now: Some(1_790_000_001), ..base.clone() },
        Request { now: None, ..base.clone() },
        Request { placement: "pdp_complements", ..base.clone() },
        Request { cart: &["KETTLE", "CUP"], ..base.clone() },
        Request { recent: &["CUP"], ..base.clone() },
        Request { limit: Some(1), ..base.clone() },
        Request { segment: &[("a1", "")], ..base.clone() },
        Request { segment: &[("a", "1")], ..base.clone() },
    ];
    let mut names: Vec<_> = others.iter().map(|request| name(request).to_string()).collect();
    names.push(first.to_string());
    assert!(names.iter().all(|name| name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit())));
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    assert_eq!(name(&base), first);
}

#[test]
fn what_is_stored_is_what_is_opened() {
    for seed in 0..200 {
        let (all, holdout) = experiments(&mut Dice::new(seed, 12));
        let kept = stored(&all, &holdout);
        assert_eq!(kept.list.iter().map(|one| opened(one).unwrap()).collect::<Vec<_>>(), all);
        assert_eq!(i32::from(kept.held_out), holdout.share.0);
    }
}
