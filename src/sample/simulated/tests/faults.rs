//! What goes wrong goes wrong as often as it is told to, and is counted.

use super::*;
use crate::event::{Consent, EventName, Who};
use crate::experiment::Registration;
use std::collections::{BTreeMap, BTreeSet};

fn faulty(change: impl FnOnce(&mut Faults)) -> (Shop, Told) {
    let shop = shop(|settings| {
        settings.days = 14;
        change(&mut settings.faults);
    });
    let told = tell(&shop, 11);
    (shop, told)
}

fn unit(event: &Event) -> &str {
    match &event.who {
        Some(Who::Unit(unit)) => unit,
        _ => "",
    }
}

fn share(part: u64, of: u64) -> f64 {
    part as f64 / of as f64
}

#[test]
fn without_faults_nothing_is_wrong() {
    let (_, told) = faulty(|_| ());
    let Planted { events, written, persons, .. } = told.truth.faults;
    assert_eq!(told.truth.faults, Planted { events, written, persons, ..Planted::default() });
    assert_eq!((events, written), (told.events.len() as u64, events));
    assert!(told.orders.iter().all(|order| order.unit.is_some() && order.returned.is_none()));
    assert!(told.events.iter().all(|event| event.received_at.is_some_and(|at| at > event.at)));
}

#[test]
fn machines_leave_hundreds_of_events_and_no_order() {
    let (_, told) = faulty(|faults| faults.bots = 0.01);
    let faults = &told.truth.faults;
    near("machines", share(faults.bots, faults.bots + faults.persons), 0.01, 0.002);
    let mut events: BTreeMap<&str, usize> = BTreeMap::new();
    told.events.iter().for_each(|event| *events.entry(unit(event)).or_default() += 1);
    let machines: BTreeSet<&str> = events.iter().filter(|(_, count)| **count > 140).map(|(unit, _)| *unit).collect();
    assert_eq!(machines.len() as u64, faults.bots);
    assert!(told.orders.iter().all(|order| !machines.contains(order.unit.as_deref().unwrap())));
    let counted: u64 = told.truth.experiments[0].arms.iter().map(|arm| arm.bots).sum();
    assert!(counted > faults.bots * 8 / 10 && counted <= faults.bots);
}

#[test]
fn events_get_lost_doubled_and_late() {
    let (_, told) = faulty(|faults| {
        (faults.lost_events, faults.lost_events_treatment, faults.duplicates, faults.late) = (0.1, 0.2, 0.05, 0.03);
    });
    let (faults, whole) = (&told.truth.faults, faulty(|_| ()).1);
    assert_eq!((faults.events, faults.written), (whole.events.len() as u64, told.events.len() as u64));
    let treated = |event: &&Event| {
        event.variant.as_deref() == Some("treatment") || event.variants.iter().any(|(_, arm)| arm == "treatment")
    };
    let of_treatment = whole.events.iter().filter(treated).count() as u64;
    near("lost", share(faults.lost_events - faults.lost_events_treatment, faults.events - of_treatment), 0.1, 0.01);
    near("lost of the treatment", share(faults.lost_events_treatment, of_treatment), 1.0 - 0.9 * 0.8, 0.012);
    near("doubled", share(faults.duplicates, faults.events - faults.lost_events), 0.05, 0.006);
    near("late", share(faults.late, faults.written), 0.03, 0.005);
    let ids: BTreeSet<&str> = told.events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len() as u64 + faults.duplicates, faults.written);
    let days = |event: &Event| (event.received_at.unwrap().0 - event.at.0) / 86_400_000;
    let late: Vec<i64> = told.events.iter().map(days).filter(|days| *days > 0).collect();
    assert_eq!(late.len() as u64, faults.late);
    assert!((1..=5).all(|days| late.contains(&days)));
    assert_eq!(told.orders, whole.orders, "orders do not depend on the log");
}

#[test]
fn some_clocks_are_hours_off_and_the_time_of_arrival_is_right() {
    let (shop, told) = faulty(|faults| faults.clock_skew = 0.1);
    near("clocks", share(told.truth.faults.clock_skew, told.truth.faults.persons), 0.1, 0.015);
    let off: BTreeSet<&str> =
        told.events.iter().filter(|e| (e.received_at.unwrap().0 - e.at.0).abs() > 3_000).map(unit).collect();
    let all: BTreeSet<&str> = told.events.iter().map(unit).collect();
    near("units with such events", share(off.len() as u64, all.len() as u64), 0.1, 0.015);
    let (start, end) = (shop.months.start.0 * 1_000, (shop.months.start.0 + 15 * 86_400) * 1_000);
    assert!(told.events.iter().all(|event| (start..end).contains(&event.received_at.unwrap().0)));
}

#[test]
fn a_wrong_split_is_dealt_and_another_registered() {
    let (shop, told) = faulty(|faults| faults.split = Some(0.42));
    let arms = &told.truth.experiments[0].arms;
    assert_eq!((arms[1].share, arms[1].true_share), (0.5, 0.42));
    near("treatment", share(arms[1].units, arms[0].units + arms[1].units), 0.42, 0.025);
    assert!(shop.planned().iter().all(|planned| planned.registration() == Registration::Kept));
    assert_eq!(shop.planned()[0].experiment.arms.iter().map(|arm| arm.share().0).collect::<Vec<_>>(), [5_000, 5_000]);
}

#[test]
fn some_are_exposed_in_both_arms() {
    let (_, told) = faulty(|faults| faults.crossover = 0.04);
    let mut arms: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for event in told.events.iter().filter(|event| event.experiment.is_some()) {
        arms.entry(unit(event)).or_default().insert(event.variant.as_deref().unwrap());
    }
    let both = arms.values().filter(|arms| arms.len() == 2).count() as u64;
    assert_eq!(both, told.truth.faults.crossover);
    near("in both arms", share(both, arms.len() as u64), 0.04, 0.012);
}

#[test]
fn without_consent_there_is_no_unit_and_no_arm() {
    let (_, told) = faulty(|faults| faults.no_consent = 0.2);
    near("without", share(told.truth.faults.no_consent, told.truth.faults.persons), 0.2, 0.02);
    let anonymous: Vec<&Event> = told.events.iter().filter(|event| event.consent == Consent::Anonymous).collect();
    assert!(anonymous.len() > 300);
    assert!(anonymous.iter().all(|event| event.who.is_none() && event.variant.is_none() && event.variants.is_empty()));
    assert!(anonymous.iter().all(|event| event.name != EventName::Exposure));
    let orders = told.orders.iter().filter(|order| order.unit.is_none()).count() as u64;
    near("orders without a unit", share(orders, told.truth.orders), 0.2, 0.04);
    assert!(told.orders.iter().filter(|order| order.unit.is_none()).all(|order| order.attribute().is_empty()));
}

#[test]
fn orders_lose_their_unit_come_back_or_are_of_units_never_exposed() {
    let (_, told) = faulty(|faults| (faults.lost_attributes, faults.refunds, faults.unexposed) = (0.1, 0.08, 0.15));
    let (faults, all) = (&told.truth.faults, told.truth.orders);
    near("lost", share(faults.lost_attributes, all), 0.1, 0.025);
    near("back", share(faults.refunds, all), 0.08, 0.025);
    let lost = told.orders.iter().filter(|order| order.unit.is_none()).count() as u64;
    let back = told.orders.iter().filter(|order| order.returned.is_some_and(|at| at > order.at)).count() as u64;
    assert_eq!((lost, back), (faults.lost_attributes, faults.refunds));
    let purchases = told.events.iter().filter(|event| event.name == EventName::Purchase).count() as u64;
    assert_eq!(purchases, all - lost);
    let exposed: BTreeSet<&str> = told.events.iter().filter(|e| e.name == EventName::Exposure).map(unit).collect();
    let unseen =
        |order: &&SimulatedOrder| !order.variants.is_empty() && !exposed.contains(order.unit.as_deref().unwrap());
    let unseen = told.orders.iter().filter(unseen).count() as f64;
    assert!(unseen > 0.0 && unseen <= faults.unexposed_orders as f64);
    near("unexposed", share(faults.unexposed_orders, all), 0.15 * 0.8 * 0.95, 0.04);
}

#[test]
fn one_customer_brings_half_of_the_revenue() {
    let (_, told) = faulty(|faults| faults.whale = 0.5);
    let faults = &told.truth.faults;
    let whole: i64 = told.orders.iter().map(SimulatedOrder::revenue).sum();
    let wholesale = |order: &&SimulatedOrder| order.customer.as_deref() == Some("C-WHOLESALE");
    let of_one: i64 = told.orders.iter().filter(wholesale).map(SimulatedOrder::revenue).sum();
    assert_eq!(faults.whale_orders, 8);
    near("revenue", of_one as f64 / whole as f64, 0.5, 0.06);
    near("as told", faults.whale_share, of_one as f64 / whole as f64, 1e-9);
    near("in EUR", faults.whale_revenue, of_one as f64 / 100.0, 0.006);
}

/// Everything at once, as files: the same bytes on every machine.
#[test]
fn the_same_files_everywhere() {
    let mut settings = Settings::parse(
        "days = 6\nvisitors_a_day = 40\n[[promotion]]\nday = 3\n[[experiment]]\nnovelty_days = 4\n[[experiment]]\nname = \"pdp\"\n\
         placement = \"pdp_complements\"\nlift = -0.05\n[faults]\nbots = 0.01\nlost_events = 0.02\nlost_events_treatment = 0.02\n\
         duplicates = 0.02\nlate = 0.05\nclock_skew = 0.05\nsplit = 0.45\ncrossover = 0.02\nno_consent = 0.1\nlost_attributes = 0.05\n\
         refunds = 0.05\nwhale = 0.3\nunexposed = 0.05\n",
    )
    .unwrap();
    settings.history_days = 30;
    let shop = Shop::new(settings).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("shop");
    let truth = write(&shop, 1, &dir).unwrap();
    let mut hasher = <sha2::Sha256 as sha2::Digest>::new();
    for name in FILES {
        let bytes = std::fs::read(dir.join(name)).unwrap();
        sha2::Digest::update(&mut hasher, (bytes.len() as u64).to_le_bytes());
        sha2::Digest::update(&mut hasher, &bytes);
    }
    let hash: String = sha2::Digest::finalize(hasher).iter().map(|byte| format!("{byte:02x}")).collect();
    let log = std::fs::read(dir.join("events.jsonl")).unwrap();
    let lines: Vec<&[u8]> = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len() as u64, truth.faults.written);
    let euro = crate::shop::Currency::parse("EUR").unwrap();
    let told = tell(&shop, 1).events;
    let read: Vec<Event> = lines.iter().map(|line| crate::event::json::read(line, euro).unwrap()).collect();
    assert!(read == told, "the log reads as it was told");
    assert!(write(&shop, 1, &dir).unwrap_err().to_string().contains("name another directory"));
    assert_eq!(hash, PINNED);
}

/// The hash of all files. It changes when the shop is changed on purpose, never by machine, time or thread.
const PINNED: &str = "d0e0db5f0ce9c218b3468dc75f1a9af8997188d1f4f00ccf95c935e9491a1d40";
