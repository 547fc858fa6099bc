//! Reports of small logs, by hand: what is counted, what is decided, and what is wrong with the data.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/months.rs"]
mod months;

use endcap::event::{Event, EventName, Moment, Who};
use endcap::experiment::Name;
use endcap::report::statistics::{Reason, Verdict};
use endcap::report::told::Severity;
use months::{DAY, FILE, Log, START, euro, month, unit, units};

#[test]
fn five_percent_more_at_a_lower_margin_is_reverted() {
    let report = month(3_000, 0.05, 0.03).report();
    let told = &report.experiments[0];
    let treatment = &told.comparisons[0];
    let net = treatment.net.as_ref().unwrap();
    assert!((net.lift - 0.0185).abs() < 2e-4, "{net:?}");
    assert!((treatment.aov_lift.unwrap() - 0.05).abs() < 1e-4 && (treatment.margin_drag.unwrap() - 0.03).abs() < 1e-3);
    assert_eq!(
        (told.verdict.verdict, told.day),
        (Verdict::Revert, 30),
        "{:?} {:?}",
        told.verdict,
        report.quality.findings
    );
    assert!(told.verdict.sentence.contains("+1.8\u{202f}%"), "{}", told.verdict.sentence);
    assert_eq!((told.arms[0].visitors, told.arms[1].visitors), (3_000, 3_000));
    assert_eq!(told.arms[1].counts.orders, 3_000);
    assert!((told.arms[0].counts.margin_rate.unwrap() - 0.3).abs() < 1e-6);
}

#[test]
fn a_clear_gain_is_kept_and_a_share_stays_without() {
    let told = month(3_000, 0.08, 0.0).report().experiments.remove(0);
    assert_eq!(told.verdict.verdict, Verdict::Keep, "{}", told.verdict.sentence);
    let long = told.verdict.long_holdout.unwrap();
    assert!((0.05..=0.10).contains(&long.share) && long.day == 90 && long.on == "2026-11-30", "{long:?}");
    assert_eq!((long.experiment, long.arm.as_str(), told.follows), (None, "treatment", None));
    assert!(told.verdict.next.contains("--write"), "{}", told.verdict.next);
}

#[test]
fn the_long_holdout_of_the_file_is_named_and_brings_the_last_word() {
    let long = r#"until = 2026-10-01T00:00:00Z

[[experiment]]
name = "addons-long"
follows = "addons"
placement = "cart"
allocation = { holdout = 0.1, treatment = 0.9 }
from = 2026-10-01T00:00:00Z
days = 45
"#;
    let mut log = month(3_000, 0.08, 0.0);
    let both = Log::new(&(FILE.to_owned() + long));
    log.settings.planned = both.settings.planned;
    let report = log.report();
    let [first, second] = report.experiments.as_slice() else { panic!("{}", report.experiments.len()) };
    let told = first.verdict.long_holdout.as_ref().unwrap();
    assert_eq!(
        (told.experiment.as_deref(), told.share, told.day, told.on.as_str()),
        (Some("addons-long"), 0.1, 75, "2026-11-15")
    );
    assert_eq!(first.verdict.next, "Keep `cart` on: `addons-long` brings the second verdict on day 75, 2026-11-15.");
    assert_eq!((second.follows.as_deref(), second.verdict.reason), (Some("addons"), Reason::Nobody));
    // The month as that of the second experiment: no third one follows.
    let mut second = month(3_000, 0.08, 0.0);
    second.settings.planned[0].follows = Name::parse("before");
    second.settings.planned[0].registered = Some(second.settings.planned[0].hash());
    let told = second.report().experiments.remove(0);
    assert_eq!((told.verdict.verdict, &told.verdict.long_holdout), (Verdict::Keep, &None));
    assert!(told.verdict.next.starts_with("That is the second verdict"), "{}", told.verdict.next);
}

#[test]
fn the_share_of_orders_behind_an_exposure_is_told() {
    let mut log = month(3_000, 0.0, 0.0);
    let counted = |log: &Log| log.report().experiments.remove(0).exposed_orders.unwrap();
    let (before, orders) = (counted(&log), log.lines.len());
    assert!((before - 1.0).abs() < 0.01, "{before}");
    for n in 0..orders {
        log.order(&format!("unexposed {n}"), &format!("nobody {n}"), "A", 10_000, START + DAY);
    }
    assert!((counted(&log) - before / 2.0).abs() < 0.01, "{}", counted(&log));
}

#[test]
fn before_the_registered_day_nothing_is_decided() {
    let mut log = month(3_000, 0.08, 0.0);
    log.settings.now = Some(Moment(START + 20 * DAY).second());
    let told = log.report().experiments.remove(0);
    assert_eq!((told.day, told.verdict.reason), (20, Reason::TooEarly));
    assert!(told.verdict.next.contains("2026-10-01"), "{}", told.verdict.next);
}

/// The reason, after a change to a log that would be kept, and whether a finding of this code stands in the report.
fn after(code: &str, change: impl FnOnce(&mut Log)) -> (Reason, bool) {
    let mut log = month(1_500, 0.08, 0.0);
    change(&mut log);
    let report = log.report();
    let found = report.quality.findings.iter().find(|finding| finding.code == code);
    assert!(code.is_empty() || found.is_some(), "{code}: {:?}", report.quality.findings);
    (report.experiments[0].verdict.reason, found.is_some_and(|finding| finding.severity == Severity::Blocks))
}

#[test]
fn what_forbids_a_verdict_is_named_and_counted() {
    assert_eq!(after("", |_| {}), (Reason::Shown, false));
    let blocked = [
        after("plan_changed", |log| log.settings.planned[0].plan.days = 29),
        after("plan_missing", |log| log.settings.planned[0].registered = None),
        after("exposed_in_two_arms", |log| {
            for unit in units(&log.settings.clone(), "holdout").take(60) {
                log.event(EventName::Exposure, &unit, "treatment", START + 29 * DAY);
            }
        }),
        after("arm_unlike_hash", |log| {
            for event in log.events.iter_mut().filter(|event| event.variant.as_deref() == Some("holdout")).take(60) {
                event.variant = Some("treatment".into());
            }
        }),
        after("mixed_identities", |log| {
            log.lines.iter_mut().for_each(|line| line.who = Some(Who::Key(endcap::event::UnitKey([7; 16]))));
        }),
        after("no_orders", |log| log.lines.clear()),
        after("one_buyer", |log| {
            let unit = unit(&log.settings, "treatment", 0);
            for n in 0..2_000 {
                log.order(&format!("w{n}"), &unit, "P0", 10_000, START + 20 * DAY + n);
            }
        }),
    ];
    let reasons = blocked.map(|(reason, blocks)| {
        assert!(blocks);
        reason
    });
    use Reason::{DataBroken, PlanChanged, PlanMissing};
    assert_eq!(reasons, [PlanChanged, PlanMissing, DataBroken, DataBroken, DataBroken, DataBroken, DataBroken]);
}

#[test]
fn arms_that_cannot_be_compared_are_not() {
    let missing = after("", |log| {
        let mut n = 0;
        log.events.retain(|event| {
            n += u32::from(event.variant.as_deref() == Some("treatment"));
            event.variant.as_deref() != Some("treatment") || n % 4 != 0
        });
    });
    assert_eq!(missing.0, Reason::SampleRatio);
    let zero = after("", |log| {
        let units: Vec<Who> = units(&log.settings, "holdout").take(1_500).map(Who::Unit).collect();
        log.lines.retain(|line| line.who.as_ref().is_none_or(|who| !units.contains(who)));
    });
    assert_eq!(zero.0, Reason::NoOrders);
    let drawn = after("", |log| {
        for event in &mut log.events {
            let device = if event.variant.as_deref() == Some("holdout") { "mobile" } else { "desktop" };
            event.segment = vec![("device".into(), device.into())];
        }
    });
    assert_eq!(drawn.0, Reason::NotRandomised);
    let unjoined = after("orders_without_exposure", |log| {
        for n in 0..400 {
            let unit = format!("nobody{n}");
            log.order(&format!("x{n}"), &unit, "P0", 10_000, START + 9 * DAY).variants =
                vec![("addons".into(), "treatment".into())];
        }
    });
    assert_eq!(unjoined.0, Reason::OrdersNotJoined);
}

#[test]
fn what_came_twice_late_or_by_a_wrong_clock_changes_nothing() {
    let plain = month(300, 0.05, 0.0).report();
    let mut log = month(300, 0.05, 0.0);
    let again: Vec<Event> = log.events.iter().step_by(7).cloned().collect();
    log.events.extend(again);
    for event in log.events.iter_mut().step_by(11) {
        event.received_at = Some(Moment(event.at.0 + 3 * DAY));
    }
    for event in log.events.iter_mut().skip(1).step_by(13).filter(|event| event.received_at.is_none()) {
        event.received_at = Some(event.at);
        event.at = Moment(event.at.0 + 400 * DAY);
    }
    log.events.reverse();
    log.lines.reverse();
    let report = log.report();
    let codes: Vec<&str> = report.quality.findings.iter().map(|finding| finding.code).collect();
    for code in ["duplicate_events", "late_events", "clock_skew"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    assert_eq!(report.experiments[0].arms, plain.experiments[0].arms);
    assert_eq!(report.experiments[0].comparisons[0].net, plain.experiments[0].comparisons[0].net);
}

#[test]
fn machines_are_left_out_of_every_arm() {
    let mut log = month(300, 0.05, 0.0);
    for n in 0..2_000 {
        let (unit, arm) = if n % 2 == 0 { ("u000000-robot", "holdout") } else { ("u000001-robot", "treatment") };
        log.event(EventName::Exposure, unit, arm, START + 5 * DAY + n * 1_000);
    }
    let report = log.report();
    assert_eq!(report.experiments[0].arms[0].counts.exposures, 300);
    let machines = report.quality.findings.iter().find(|finding| finding.code == "machines").unwrap();
    assert_eq!(machines.count, 2);
}

#[test]
fn refunds_lower_an_order_and_cancelled_ones_are_none() {
    let mut log = Log::new(FILE);
    let unit = unit(&log.settings, "treatment", 0);
    log.event(EventName::Exposure, &unit, "treatment", START + 1_000);
    log.order("1", &unit, "A", 10_000, START + 5_000);
    log.order("1", &unit, "B", 10_000, START + 5_000);
    log.order("1", &unit, "B", 10_000, START + 9 * DAY).quantity = -1;
    log.order("2", &unit, "A", 10_000, START + 2 * DAY).cancelled = true;
    log.order("3", &unit, "A", 10_000, START + 3 * DAY).quantity = -1;
    let report = log.report();
    let counts = &report.experiments[0].arms[1].counts;
    assert_eq!((counts.orders, counts.revenue, counts.margin), (1, 0.0, Some(0.0)));
    let codes: Vec<&str> = report.quality.findings.iter().map(|finding| finding.code).collect();
    assert!(
        ["negative_orders", "cancelled_orders", "returned_lines"].iter().all(|code| codes.contains(code)),
        "{codes:?}"
    );
}

#[test]
fn a_purchase_of_the_log_is_an_order_where_there_is_no_file_and_says_whose_it_is_where_there_is() {
    let purchase = |log: &mut Log, unit: &str, order: &str, at: i64| {
        let event = log.event(EventName::Purchase, unit, "treatment", at);
        (event.placement, event.order) = (None, Some(order.to_owned()));
        event.items[0].price = Some(euro(50));
    };
    let mut log = Log::new(FILE);
    let unit = unit(&log.settings, "treatment", 0);
    log.event(EventName::Exposure, &unit, "treatment", START + 1_000);
    purchase(&mut log, &unit, "1", START + 9_000);
    purchase(&mut log, &unit, "1", START + 19_000);
    let counts = log.report().experiments.remove(0).arms.remove(1).counts;
    assert_eq!((counts.orders, counts.revenue), (1, 50.0));
    log.order("1", "", "A", 8_000, START + 8_000).who = None;
    purchase(&mut log, &unit, "test", START + 20_000);
    let report = log.report();
    let counts = &report.experiments[0].arms[1].counts;
    assert_eq!((counts.orders, counts.revenue, counts.margin), (1, 80.0, Some(10.0)));
    assert!(
        report.quality.findings.iter().any(|finding| finding.code == "purchases_without_order" && finding.count == 1)
    );
}

#[test]
fn the_last_click_has_the_order_and_all_that_showed_it_assist() {
    let mut log = Log::new(FILE);
    let unit = unit(&log.settings, "treatment", 0);
    log.event(EventName::Exposure, &unit, "treatment", START + 1_000);
    let hour = DAY / 24;
    log.event(EventName::ViewItemList, &unit, "treatment", START + hour);
    let click = log.event(EventName::SelectItem, &unit, "treatment", START + 30 * hour);
    (click.placement, click.experiment, click.variant) = (Some("pdp_complements".into()), None, None);
    log.order("1", &unit, "B", 10_000, START + 40 * hour);
    log.order("2", &unit, "B", 10_000, START + 60 * hour);
    log.order("3", &unit, "B", 10_000, START + 300 * hour);
    let report = log.report();
    let of = |name: &str| report.placements.iter().find(|placement| placement.name == name).unwrap();
    let (cart, page) = (of("cart"), of("pdp_complements"));
    assert_eq!((cart.last_click_revenue, cart.assisted_revenue), (0.0, 200.0));
    assert_eq!((page.last_click_revenue, page.assisted_revenue), (100.0, 200.0));
    assert_eq!((cart.counts.orders, cart.products[0].bought, cart.products[0].margin), (2, 2, Some(40.0)));
    assert_eq!(report.experiments[0].arms[1].counts.attached_orders, 2, "within a week of the exposure");
}

#[test]
fn files_in_any_order_give_the_same_report() {
    let log = month(400, 0.04, 0.01);
    let mut other = month(400, 0.04, 0.01);
    other.events.sort_by(|a, b| b.id.cmp(&a.id));
    other.lines.sort_by(|a, b| b.order.cmp(&a.order));
    assert_eq!(log.report(), other.report());
}

#[test]
fn a_day_that_is_not_over_does_not_count() {
    let mut log = month(600, 0.05, 0.0);
    log.settings.now = None;
    let report = log.report();
    // The last order is of the thirtieth day, an hour past midnight.
    assert_eq!((report.experiments[0].day, report.experiments[0].verdict.reason), (29, Reason::TooEarly));
    let unit = unit(&log.settings, "holdout", 0);
    log.order("last", &unit, "P0", 10_000, START + 30 * DAY - 3_600_000);
    assert_eq!(log.report().experiments[0].day, 30);
}
