//! A/A on real orders: customers are dealt to two arms that nothing happened to, again and again, and the report is made. How
//! often it finds a difference is how often it errs. Beside it, what a test finds that counts orders as if they had nothing
//! to do with each other.
//!
//! `ENDCAP_AA=1000` deals a thousand times; without it, 150.
#![cfg(not(target_arch = "wasm32"))]

use endcap::event::{Consent, Event, EventItem, EventName, Moment, Who};
use endcap::experiment::{
    Arms, Assignment, BasisPoints, Experiment, GlobalHoldout, Metric, Name, Plan, Planned, Visitor,
};
use endcap::report::inputs::{Options, SoldLine, read_orders};
use endcap::report::statistics::{Lift, Ratio, VisitorSums};
use endcap::report::{Reporter, Settings, Sources};
use endcap::shop::{Currency, Money, Timestamp};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const DAY: i64 = 86_400_000;

/// An order as a whole.
struct Order {
    customer: String,
    at: i64,
    value: i64,
}

fn data(name: &str) -> Option<PathBuf> {
    let data = std::env::var_os("ENDCAP_DATA").map(PathBuf::from);
    let data = data.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    let path = data.join(name).join("orders.csv.gz");
    if path.exists() {
        return Some(path);
    }
    eprintln!("NOT RUN: {name} is not there; name its parent folder by ENDCAP_DATA");
    None
}

/// The orders of customers; where there are no prices, a piece is worth 1.
fn orders(path: &Path) -> Vec<Order> {
    let mut orders: BTreeMap<String, Order> = BTreeMap::new();
    let options = Options { currency: Currency::parse("GBP").unwrap(), max_bad_rows: 0.05, ..Options::default() };
    read_orders(path, &options, &mut |line: SoldLine| {
        let Some(customer) = line.customer else { return };
        let value = line.unit_price.map_or(100, Money::minor) * line.quantity;
        let order = orders.entry(line.order).or_insert(Order { customer, at: line.at.0, value: 0 });
        order.value += value;
    })
    .unwrap();
    orders.into_values().filter(|order| order.value > 0).collect()
}

/// How often differences were found where there are none, at 5 %.
#[derive(Debug, Default)]
struct Found {
    average_order: u32,
    spend_a_customer: u32,
    naive: u32,
}

fn deal(orders: &[Order], runs: u32, days: u16) -> (Found, [usize; 2]) {
    let end = (orders.iter().map(|order| order.at).max().unwrap() / DAY + 1) * DAY;
    let start = end - i64::from(days) * DAY;
    let mut active: Vec<&str> =
        orders.iter().filter(|order| order.at >= start).map(|order| order.customer.as_str()).collect();
    active.sort_unstable();
    active.dedup();
    let recent = orders.iter().filter(|order| order.at >= start).count();
    let mut found = Found::default();
    for run in 0..runs {
        let experiment = experiment(run, start);
        let reporter = Reporter::new(settings(experiment.clone(), days));
        let mut intake = reporter.intake(None);
        let mut naive = [VisitorSums::<0>::default(), VisitorSums::default()];
        let mut arms: BTreeMap<&str, usize> = BTreeMap::new();
        for customer in &active {
            let visitor = Visitor { unit: Some(customer), segment: &[], now: Some(Timestamp(start / 1_000)) };
            let everyone = GlobalHoldout::default();
            let Assignment::Arm(arm) = experiment.assign(&visitor, &everyone) else { panic!("everybody is in an arm") };
            arms.insert(customer, usize::from(!arm.is_control()));
            intake.event(&exposure(customer, arm.name().as_str(), start)).unwrap();
        }
        for (n, order) in orders.iter().enumerate() {
            intake.line(&line(n, order)).unwrap();
            if let Some(arm) = arms.get(order.customer.as_str()).filter(|_| order.at >= start) {
                naive[*arm].add(&endcap::report::statistics::Visitor {
                    numerator: order.value as f64,
                    denominator: 1.0,
                    history: [],
                });
            }
        }
        let report = reporter.report(intake, Sources::default()).unwrap();
        let measured = &report.experiments[0].comparisons[0].measured;
        let p = |metric: Metric| measured.iter().find(|each| each.metric == metric.name()).unwrap().p_value;
        let by_order = Lift::of(&Ratio::of(&naive[1]).unwrap(), &Ratio::of(&naive[0]).unwrap()).unwrap();
        found.average_order += u32::from(p(Metric::Aov) < 0.05);
        found.spend_a_customer += u32::from(p(Metric::RevenuePerVisitor) < 0.05);
        found.naive += u32::from(by_order.p_value < 0.05);
    }
    (found, [active.len(), recent])
}

fn experiment(run: u32, start: i64) -> Experiment {
    let share = |name: &str| (Name::parse(name).unwrap(), BasisPoints(5_000));
    let arms = Arms::new([share("holdout"), share("treatment")]).unwrap();
    let mut experiment = Experiment::new(Name::parse("aa").unwrap(), "cart", arms);
    (experiment.salt, experiment.from) = (format!("salt {run}"), Some(Timestamp(start / 1_000)));
    experiment
}

fn settings(experiment: Experiment, days: u16) -> Settings {
    let plan = Plan { days, looks: 1, ..Plan::default() };
    let mut planned = Planned { experiment, plan, follows: None, registered: None };
    planned.registered = Some(planned.hash());
    Settings { currency: Currency::parse("GBP").unwrap(), planned: vec![planned], ..Settings::default() }
}

fn exposure(customer: &str, arm: &str, at: i64) -> Event {
    Event {
        id: customer.into(),
        name: EventName::Exposure,
        at: Moment(at),
        received_at: None,
        placement: Some("cart".into()),
        recommendation: None,
        model: None,
        who: Some(Who::Unit(customer.into())),
        consent: Consent::Full,
        experiment: Some("aa".into()),
        variant: Some(arm.into()),
        withheld: false,
        segment: Vec::new(),
        items: Vec::<EventItem>::new(),
        order: None,
        value: None,
        variants: Vec::new(),
    }
}

fn line(n: usize, order: &Order) -> SoldLine {
    SoldLine {
        order: n.to_string(),
        at: Moment(order.at),
        sku: "goods".into(),
        quantity: 1,
        unit_price: Some(Money::new(order.value, Currency::parse("GBP").unwrap())),
        customer: None,
        who: Some(Who::Unit(order.customer.clone())),
        variants: Vec::new(),
        cancelled: false,
    }
}

/// Deals, prints, and holds what was found to what chance allows: five of a hundred, give or take four standard errors.
fn aa(name: &str, days: u16) {
    let Some(path) = data(name) else { return };
    let runs = std::env::var("ENDCAP_AA").ok().and_then(|runs| runs.parse().ok()).unwrap_or(150);
    let orders = orders(&path);
    let (found, [customers, recent]) = deal(&orders, runs, days);
    let share = |count: u32| f64::from(count) / f64::from(runs);
    println!(
        "{name}: {recent} orders of {customers} customers in {days} days, {runs} deals: average order {:.3}, spend a customer \
         {:.3}; orders counted as independent {:.3}",
        share(found.average_order),
        share(found.spend_a_customer),
        share(found.naive)
    );
    let most = 0.05 + 4.0 * (0.05 * 0.95 / f64::from(runs)).sqrt();
    assert!(share(found.average_order) < most, "{found:?}");
    assert!(share(found.spend_a_customer) < most, "{found:?}");
}

#[test]
fn a_wholesalers_customers() {
    aa("uci_retail_2009_2010", 30);
}

#[test]
fn a_grocers_customers() {
    aa("instacart_users", 120); // its days are made up
}
