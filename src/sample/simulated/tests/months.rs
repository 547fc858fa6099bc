//! The shop without faults: who comes, what they buy, who is in which arm.

use super::*;
use crate::event::{EventName, Moment, Who};
use crate::experiment::{Assignment, Visitor};
use crate::shop::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

fn flat(settings: &mut Settings) {
    (settings.experiment[0].lift, settings.experiment[0].margin_drag) = (0.0, 0.0);
}

/// Orders and their revenue by unit.
fn by_unit<'o>(orders: impl IntoIterator<Item = &'o SimulatedOrder>) -> BTreeMap<&'o str, (f64, f64)> {
    let mut units: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for order in orders {
        let (count, revenue) = units.entry(order.unit.as_deref().unwrap_or_default()).or_default();
        (*count, *revenue) = (*count + 1.0, *revenue + order.revenue() as f64);
    }
    units
}

#[test]
fn orders_are_as_large_as_many_and_as_profitable_as_asked_for() {
    let shop = shop(|settings| {
        flat(settings);
        (settings.light, settings.visitors_a_day, settings.history_days) = (true, 3_000.0, 0);
    });
    let told = tell(&shop, 1);
    let values: Vec<f64> = told.orders.iter().map(|order| order.revenue() as f64 / 100.0).collect();
    let margin: f64 = told.orders.iter().map(|order| order.margin() as f64 / 100.0).sum();
    let (aov, error) = mean(&values);
    // Orders of one visitor are alike, so that the error is larger than that of the orders.
    near("AOV", aov, 60.0, 4.0 * 1.6 * error);
    near("CV", error * (values.len() as f64).sqrt() / aov, 1.0, 0.08);
    near("margin rate", margin / values.iter().sum::<f64>(), 0.30, 0.004);
    let expected = shop.months.orders.iter().sum::<f64>();
    near("orders", values.len() as f64 / expected, 1.0, 0.025);
    // Four of five come to the placement; regulars are not all back in the first weeks.
    near("orders an exposure", values.len() as f64 * 0.8 / told.events.len() as f64, 0.23, 0.03);
    assert!(told.orders.iter().all(|order| (1..=5).contains(&order.lines.len())));
    assert!(
        told.orders.iter().flat_map(|order| &order.lines).all(|line| line.quantity > 0 && line.unit_price.minor() > 0)
    );
}

#[test]
fn orders_of_one_visitor_resemble_each_other_and_what_they_bought_before() {
    let shop = shop(|settings| {
        flat(settings);
        (settings.light, settings.visitors_a_day) = (true, 1_500.0);
    });
    let told = tell(&shop, 2);
    let units = by_unit(&told.orders);
    let count = told.orders.len() as f64;
    let aov = units.values().map(|(_, revenue)| revenue).sum::<f64>() / count;
    let by_order = told.orders.iter().map(|order| (order.revenue() as f64 - aov).powi(2)).sum::<f64>();
    let by_visitor = units.values().map(|(orders, revenue)| (revenue - aov * orders).powi(2)).sum::<f64>();
    near("design effect", by_visitor / by_order, 2.0, 0.5);
    let before = by_unit(&told.before);
    let average = |(orders, revenue): &(f64, f64)| (revenue / orders).ln();
    let pairs: Vec<(f64, f64)> =
        units.iter().filter_map(|(unit, now)| Some((average(before.get(unit)?), average(now)))).collect();
    let of = |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>() / pairs.len() as f64;
    let (x, y) = (of(&|p| p.0), of(&|p| p.1));
    let covariance = of(&|p| (p.0 - x) * (p.1 - y));
    let correlation = covariance / (of(&|p| (p.0 - x).powi(2)) * of(&|p| (p.1 - y).powi(2))).sqrt();
    near("correlation with the time before", correlation, 0.75, 0.12);
    assert!(pairs.len() > 2_000);
    let earliest = shop.months.start.0 - 60 * 86_400;
    assert!(told.before.iter().all(|order| order.at.0 >= earliest && order.variants.is_empty()));
}

#[test]
fn everybody_is_where_the_engine_puts_them_and_exposed_before_they_buy() {
    let shop = shop(|settings| {
        settings.days = 10;
        let other = Tested { name: "pdp".into(), placement: "pdp_complements".into(), ..Tested::default() };
        settings.experiment.push(other);
        settings.experiment[0].allocation =
            [("holdout", 0.2), ("a", 0.3), ("b", 0.3)].map(|(k, v)| (k.into(), v)).into();
    });
    let told = tell(&shop, 3);
    let mut exposed: BTreeSet<(String, String, String)> = BTreeSet::new();
    let mut held = 0;
    for event in told.events.iter().filter(|event| event.name == EventName::Exposure) {
        let Some(Who::Unit(unit)) = &event.who else { panic!("{event:?}") };
        let planned =
            shop.planned().iter().find(|p| Some(&p.experiment.placement) == event.placement.as_ref()).unwrap();
        let visitor = Visitor { unit: Some(unit), segment: &[], now: Some(event.at.second()) };
        let expected = match planned.experiment.assign(&visitor, shop.holdout()) {
            Assignment::Arm(arm) => {
                (Some(planned.experiment.name.to_string()), Some(arm.name().to_string()), arm.is_control())
            }
            Assignment::GlobalHoldout => (None, Some("global_holdout".to_owned()), true),
            Assignment::Unassigned => panic!("an exposure of nobody: {event:?}"),
        };
        held += usize::from(expected.0.is_none());
        assert_eq!((event.experiment.clone(), event.variant.clone(), event.withheld), expected);
        if let (Some(experiment), Some(arm), _) = expected {
            exposed.insert((unit.clone(), experiment, arm));
        }
    }
    assert!(held > 50);
    let mut carried = 0;
    for order in &told.orders {
        for (experiment, arm) in &order.variants {
            carried += 1;
            assert!(exposed.contains(&(order.unit.clone().unwrap(), experiment.clone(), arm.clone())), "{order:?}");
        }
    }
    assert!(carried > 500);
    for (effect, planned) in told.truth.experiments.iter().zip(shop.planned()) {
        for arm in &effect.arms {
            let units = exposed.iter().filter(|(_, e, a)| *e == effect.name && *a == arm.name).count() as u64;
            let orders = told.orders.iter().filter(|o| o.variants.contains(&(effect.name.clone(), arm.name.clone())));
            assert_eq!(
                (arm.units, arm.orders),
                (units, orders.count() as u64),
                "{} {}",
                planned.experiment.name,
                arm.name
            );
        }
    }
    // A fifth of the first experiment's visitors is in no arm: their lists are in view, and no exposure is told.
    let unassigned = |e: &&Event| e.variant.is_none() && e.placement.as_deref() == Some("cart");
    assert!(told.events.iter().filter(unassigned).all(|event| event.name != EventName::Exposure));
    assert!(told.events.iter().filter(unassigned).count() > 50);
}

#[test]
fn clicks_lead_to_the_products_that_are_bought() {
    let shop = shop(|settings| settings.days = 10);
    let told = tell(&shop, 4);
    let count = |name: EventName| told.events.iter().filter(|event| event.name == name).count();
    let [exposures, views, clicks, adds, purchases] = EventName::ALL.map(count);
    assert!(
        exposures > views && views > clicks * 4 && clicks > adds && adds > 50,
        "{exposures} {views} {clicks} {adds}"
    );
    assert_eq!(purchases, told.orders.len());
    assert!(told.events.iter().filter(|e| e.withheld).all(|e| e.name == EventName::Exposure));
    let lists: BTreeMap<_, _> =
        told.events.iter().filter(|e| e.name == EventName::ViewItemList).map(|e| (&e.recommendation, e)).collect();
    for event in told.events.iter().filter(|e| matches!(e.name, EventName::SelectItem | EventName::AddToCart)) {
        let list = lists[&event.recommendation];
        assert!(list.items.len() == 4 && event.items.len() == 1, "{event:?}");
        assert!(list.items.iter().any(|item| item.sku == event.items[0].sku && item.index == event.items[0].index));
    }
    let bought: BTreeSet<(&str, &str)> =
        told.orders.iter().flat_map(|o| o.lines.iter().map(|l| (o.unit.as_deref().unwrap(), &*l.sku))).collect();
    let added = told.events.iter().filter(|e| e.name == EventName::AddToCart);
    let kept =
        added.filter(|e| matches!(&e.who, Some(Who::Unit(unit)) if bought.contains(&(unit, &e.items[0].sku)))).count();
    near("products put into the cart that were bought", kept as f64 / adds as f64, 0.9, 0.1);
}

#[test]
fn the_same_seed_is_the_same_shop_and_clicks_change_no_order() {
    let of = |light, seed| tell(&shop(|settings| (settings.light, settings.days) = (light, 5)), seed);
    let (full, again, light, other) = (of(false, 5), of(false, 5), of(true, 5), of(false, 6));
    assert_eq!((&full.events, &full.orders, &full.truth), (&again.events, &again.orders, &again.truth));
    assert_eq!((&full.orders, &full.before), (&light.orders, &light.before));
    assert_ne!(full.orders, other.orders);
    assert!(light.events.iter().all(|event| event.name == EventName::Exposure));
    let ids: BTreeSet<&String> = full.events.iter().map(|event| &event.id).collect();
    assert_eq!(ids.len(), full.events.len());
}

#[test]
fn promotions_bring_more_visitors_and_larger_orders() {
    let shop = shop(|settings| {
        settings.promotion =
            vec![PromotionDays { day: 8, days: 7, visitors: 3.0, value: 2.0, ..PromotionDays::default() }];
        (settings.days, settings.light, settings.visitors_a_day) = (14, true, 1_000.0);
        flat(settings);
    });
    let told = tell(&shop, 7);
    let week = |from: i64| {
        let within =
            move |order: &&SimulatedOrder| (from..from + 7).contains(&((order.at.0 - shop.months.start.0) / 86_400));
        let values: Vec<f64> = told.orders.iter().filter(within).map(|order| order.revenue() as f64).collect();
        (values.len() as f64, mean(&values).0)
    };
    let (usual, sale) = (week(0), week(7));
    assert!(sale.0 > 2.0 * usual.0);
    near("size", sale.1 / usual.1, 2.0, 0.2);
    let in_order = told.events.windows(2).filter(|pair| pair[0].at <= pair[1].at).count();
    assert!(in_order as f64 > 0.99 * told.events.len() as f64);
}

#[test]
fn a_year_starts_where_it_is_told_to() {
    let start =
        |text: &str| Shop::new(Settings { start: text.into(), ..Settings::default() }).map(|shop| shop.months.start);
    assert_eq!(start("2026-09-01").unwrap(), Timestamp(1_788_220_800));
    assert_eq!(Moment::from(start("2026-09-01").unwrap()), Moment(1_788_220_800_000));
    for wrong in ["1972-12-31", "2098-01-02", "tomorrow", "2026-02-30"] {
        assert!(start(wrong).unwrap_err().to_string().starts_with("start: expected a date from 1973"), "{wrong}");
    }
}
