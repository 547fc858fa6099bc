//! What must not tilt a report: rows of the future, files that overlap, arms that tell unlike much, rules that look at other figures.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/months.rs"]
mod months;

use endcap::event::{EventName, Moment};
use endcap::experiment::KillRule;
use endcap::report::statistics::{Reason, Verdict};
use endcap::report::told::{ExperimentTold, Report};
use endcap::report::{Reporter, Sources};
use jiff::tz::TimeZone;
use months::{DAY, FILE, Log, START, month, unit, units};

const HOUR: i64 = DAY / 24;

fn judged(log: &Log) -> ExperimentTold {
    log.report().experiments.remove(0)
}

fn count(report: &Report, code: &str) -> u64 {
    report.quality.findings.iter().find(|finding| finding.code == code).map_or(0, |finding| finding.count)
}

/// The same month under another rule, registered so.
fn under(mut log: Log, rule: &str) -> Log {
    let planned = &mut log.settings.planned[0];
    planned.plan.kill = KillRule::parse(rule).unwrap();
    planned.registered = Some(planned.hash());
    log
}

#[test]
fn one_order_of_the_future_ends_no_test() {
    let mut log = month(600, 0.05, 0.0);
    log.settings.now = None;
    log.settings.latest = Some(Moment(START + 31 * DAY).second());
    let before = judged(&log);
    log.order("typo", "somebody", "P0", 10_000, START + 400 * DAY);
    log.event(EventName::Exposure, "somebody", "holdout", START + 500 * DAY);
    let report = log.report();
    assert_eq!(count(&report, "from_the_future"), 2);
    assert_eq!((report.experiments[0].day, &report.experiments[0].verdict), (before.day, &before.verdict));
}

#[test]
fn files_that_overlap_count_once_and_what_came_back_counts() {
    let log = month(300, 0.05, 0.0);
    let of_files = |files: &[&[usize]]| {
        let reporter = Reporter::new(log.settings.clone());
        let mut intake = reporter.intake(None);
        log.products.iter().for_each(|product| intake.product(product));
        log.events.iter().for_each(|event| intake.event(event).unwrap());
        for file in files {
            intake.next_file();
            file.iter().for_each(|line| intake.line(&log.lines[*line]).unwrap());
        }
        reporter.report(intake, Sources::default()).unwrap()
    };
    let (all, some): (Vec<usize>, Vec<usize>) = ((0..600).collect(), (0..200).collect());
    let (whole, twice) = (of_files(&[&all]), of_files(&[&all, &some]));
    assert_eq!((&whole.experiments, count(&twice, "lines_again")), (&twice.experiments, 200));
    // One order with two pieces on two lines, and one of them back in the next month's file.
    let mut log = Log::new(FILE);
    let unit = unit(&log.settings, "treatment", 0);
    log.event(EventName::Exposure, &unit, "treatment", START + 1_000);
    let reporter = Reporter::new(log.settings.clone());
    let mut intake = reporter.intake(None);
    log.products.iter().for_each(|product| intake.product(product));
    log.events.iter().for_each(|event| intake.event(event).unwrap());
    for quantities in [&[1, 1][..], &[1, -1]] {
        intake.next_file();
        for quantity in quantities {
            let line = log.order("1", &unit, "A", 10_000, START + 5_000);
            line.quantity = *quantity;
            intake.line(line).unwrap();
        }
    }
    let counts = reporter.report(intake, Sources::default()).unwrap().experiments.remove(0).arms.remove(1).counts;
    assert_eq!((counts.orders, counts.revenue), (1, 100.0));
}

#[test]
fn a_discount_is_margin_lost_in_full() {
    let mut log = Log::new(FILE);
    let unit = unit(&log.settings, "treatment", 0);
    log.event(EventName::Exposure, &unit, "treatment", START + 1_000);
    log.order("1", &unit, "A", 10_000, START + 5_000);
    log.order("1", &unit, "", -2_000, START + 5_000);
    let counts = judged(&log).arms.remove(1).counts;
    assert_eq!((counts.revenue, counts.margin), (80.0, Some(10.0)));
}

#[test]
fn what_came_back_is_attributed_to_nobody() {
    let mut log = Log::new(FILE);
    let unit = unit(&log.settings, "treatment", 0);
    log.event(EventName::Exposure, &unit, "treatment", START + 1_000);
    log.event(EventName::SelectItem, &unit, "treatment", START + 2_000);
    for quantity in [1, 1, -1] {
        log.order("1", &unit, "B", 10_000, START + HOUR).quantity = quantity;
    }
    let report = log.report();
    let cart = report.placements.iter().find(|placement| placement.name == "cart").unwrap();
    assert_eq!((cart.last_click_revenue, cart.assisted_revenue, cart.products[0].bought), (100.0, 100.0, 1));
}

#[test]
fn a_rule_on_the_margin_rate_needs_costs_and_may_fall_to_its_threshold() {
    let rule = "margin_drag > 0.05";
    let fine = judged(&under(month(3_000, 0.05, 0.03), rule));
    assert_eq!(fine.verdict.verdict, Verdict::Keep, "{}", fine.verdict.sentence);
    assert!(fine.verdict.sentence.contains("change of the margin rate"), "{}", fine.verdict.sentence);
    assert_eq!(judged(&under(month(3_000, 0.05, 0.09), rule)).verdict.verdict, Verdict::Revert);
    let mut blind = under(month(3_000, 0.05, 0.03), rule);
    blind.products.clear();
    assert_eq!(judged(&blind).verdict.reason, Reason::CostsUnknown);
}

#[test]
fn a_threshold_below_nothing_keeps_nothing_that_loses() {
    let told = judged(&under(month(3_000, -0.01, 0.0), "aov_lift_net_of_margin_drag < -0.02"));
    assert_ne!(told.verdict.verdict, Verdict::Keep, "{}", told.verdict.sentence);
}

#[test]
fn a_rule_on_another_figure_speaks_of_it() {
    let told = judged(&under(month(3_000, 0.08, 0.0), "conversion_lift < 0.02"));
    assert_eq!(told.verdict.verdict, Verdict::Revert);
    let sentence = &told.verdict.sentence;
    assert!(
        sentence.contains("lift of the conversion is below") && sentence.contains(": conversion 0.0"),
        "{sentence}"
    );
    assert!(told.comparisons[0].operating.is_empty(), "the table is that of the net lift");
}

#[test]
fn harm_is_seen_while_a_test_runs_on() {
    let mut log = month(400, 0.05, 0.0);
    log.settings.now = Some(Moment(START + 45 * DAY).second());
    // One large order in each arm makes thirty days unclear.
    for (arm, price) in [("holdout", 500_000), ("treatment", 510_000)] {
        let unit = unit(&log.settings, arm, 0);
        log.order(&format!("large {arm}"), &unit, "P0", price, START + 20 * DAY);
    }
    let unclear = judged(&log);
    assert_eq!(unclear.verdict.verdict, Verdict::Extend, "{}", unclear.verdict.sentence);
    let control: Vec<String> = units(&log.settings, "holdout").take(400).collect();
    for (n, unit) in control.iter().enumerate() {
        for again in 0..3 {
            log.order(&format!("more {n} {again}"), unit, &format!("P{n}"), 10_000, START + (32 + again) * DAY);
        }
    }
    assert_eq!(judged(&log).verdict.reason, Reason::Harm);
}

#[test]
fn the_better_of_two_treatments_stays() {
    let file = FILE.replace("{ holdout = 0.5, treatment = 0.5 }", "{ holdout = 0.4, a = 0.3, b = 0.3 }");
    let mut log = Log::new(&file);
    for (arm, price) in [("holdout", 10_000), ("a", 10_600), ("b", 11_200)] {
        for (n, unit) in units(&log.settings.clone(), arm).take(if arm == "holdout" { 1_200 } else { 900 }).enumerate()
        {
            let at = START + (n as i64 % 30) * DAY + HOUR;
            log.event(EventName::Exposure, &unit, arm, at);
            log.order(&format!("{arm} {n}"), &unit, "A", price + (n as i64 % 3) * 100, at + 60_000);
        }
    }
    let told = judged(&log);
    assert_eq!(told.verdict.long_holdout.map(|long| long.arm), Some("b".to_owned()), "{}", told.verdict.sentence);
}

#[test]
fn a_lost_day_of_the_whole_log_is_no_arms_fault() {
    let file = FILE.replace("{ holdout = 0.5, treatment = 0.5 }", "{ holdout = 0.05, treatment = 0.95 }");
    let mut log = Log::new(&file);
    for (arm, a_day) in [("holdout", 10), ("treatment", 190)] {
        for (n, unit) in units(&log.settings.clone(), arm).take(a_day * 30).enumerate() {
            let at = START + (n / a_day) as i64 * DAY + HOUR;
            log.event(EventName::Exposure, &unit, arm, at);
            log.order(&format!("{arm} {n}"), &unit, "A", 10_000 + (n as i64 % 3) * 100, at + 60_000);
        }
    }
    log.events.retain(|event| (event.at.0 - START) / DAY != 12);
    let report = log.report();
    assert_eq!((count(&report, "days_missing"), count(&report, "days_missing_in_one_arm")), (1, 0));
    // Visits after the end of a test are none of its days.
    let mut ended = month(1_800, 0.05, 0.0);
    ended.settings.planned[0].experiment.until = Some(Moment(START + 30 * DAY).second());
    ended.settings.now = Some(Moment(START + 60 * DAY).second());
    for (n, unit) in units(&ended.settings.clone(), "treatment").take(400).enumerate() {
        ended.order(&format!("later {n}"), &unit, "P0", 10_000, START + (31 + n as i64 % 28) * DAY);
    }
    assert_eq!(count(&ended.report(), "days_missing"), 0);
}

#[test]
fn a_visit_is_one_in_every_arm() {
    let mut log = Log::new(FILE);
    for arm in ["holdout", "treatment"] {
        let unit = unit(&log.settings, arm, 0);
        log.event(EventName::Exposure, &unit, arm, START + 10 * HOUR);
        if arm == "treatment" {
            log.event(EventName::SelectItem, &unit, arm, START + 10 * HOUR + HOUR / 3);
        }
        log.order(arm, &unit, "A", 10_000, START + 10 * HOUR + HOUR * 3 / 4);
    }
    let sessions: Vec<u64> = judged(&log).arms.iter().map(|arm| arm.counts.sessions).collect();
    assert_eq!(sessions, [2, 2], "what only one arm can tell joins no visits");
}

#[test]
fn the_first_day_is_the_shops_own() {
    let mut log = Log::new(&FILE.replace("from = 2026-09-01T00:00:00Z\n", ""));
    log.settings.zone = TimeZone::get("America/New_York").unwrap();
    let unit = unit(&log.settings, "treatment", 0);
    // Nine in the morning, and an order late on the same day.
    log.event(EventName::Exposure, &unit, "treatment", START + 13 * HOUR);
    log.order("1", &unit, "A", 10_000, START + 26 * HOUR);
    let told = judged(&log);
    assert_eq!(told.started.as_deref(), Some("2026-09-01"));
    let report = log.report();
    assert!(report.from.unwrap().starts_with("2026-09-01T09:00:00-04"), "moments are told in the shop's zone");
}

#[test]
fn an_effect_of_the_first_days_of_each_visitor_lasts_and_one_of_the_first_weeks_fades() {
    // Each visitor buys twice, five days apart.
    let novelty = |price: &dyn Fn(usize, usize) -> i64| {
        let mut log = Log::new(FILE);
        for arm in ["holdout", "treatment"] {
            for (n, unit) in units(&log.settings.clone(), arm).take(1_800).enumerate() {
                let day = n % 30;
                log.event(EventName::Exposure, &unit, arm, START + day as i64 * DAY + HOUR);
                for order in [0, 1] {
                    let value = if arm == "treatment" { price(day, order) } else { 10_000 };
                    let noise = (n as i64 * 7 % 11 - 5) * 100;
                    log.order(
                        &format!("{arm} {n} {order}"),
                        &unit,
                        "A",
                        value + noise,
                        START + (day + 5 * order) as i64 * DAY + 2 * HOUR,
                    );
                }
            }
        }
        judged(&log).comparisons[0].novelty.unwrap()
    };
    let of_visitors = novelty(&|_, order| if order == 0 { 12_000 } else { 10_000 });
    assert!(!of_visitors.fades && (of_visitors.early - of_visitors.late).abs() < 0.02, "{of_visitors:?}");
    let of_weeks = novelty(&|day, _| if day < 10 { 12_000 } else { 10_000 });
    assert!(of_weeks.fades, "{of_weeks:?}");
}

#[test]
fn guests_clicks_meet_their_lists() {
    let mut log = month(300, 0.05, 0.0);
    for n in 0..200i64 {
        for name in [EventName::ViewItemList, EventName::SelectItem] {
            let event = log.event(name, "", "", START + n * HOUR);
            (event.who, event.experiment, event.variant) = (None, None, None);
            event.recommendation = Some(format!("list {n}"));
            event.placement = Some("home".to_owned());
        }
    }
    let report = log.report();
    let home = report.placements.iter().find(|placement| placement.name == "home").unwrap();
    assert_eq!(home.counts.click_rate, Some(1.0));
}

#[test]
fn orders_of_nobody_were_behind_no_exposure() {
    let mut log = month(3_000, 0.0, 0.0);
    let orders = log.lines.len();
    for n in 0..orders {
        log.order(&format!("guest {n}"), "", "P0", 10_000, START + DAY).who = None;
    }
    let share = judged(&log).exposed_orders.unwrap();
    assert!((share - 0.5).abs() < 0.01, "{share}");
}

#[test]
fn among_many_experiments_the_registered_metric_counts_without_costs_too() {
    let mut log = month(600, 0.05, 0.0);
    log.products.iter_mut().for_each(|product| product.cost = None);
    let report = log.report();
    let comparison = &report.experiments[0].comparisons[0];
    let revenue = comparison.measured.iter().find(|one| one.metric == "revenue_per_visitor").unwrap();
    assert_eq!(report.quarterly.holm[0].p_value, revenue.p_value);
}
