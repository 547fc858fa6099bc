//! What is planted is there: measured on what a run gives away, as a report would.

use super::*;

mod effects;
mod faults;
mod months;

/// A shop of 300 new visitors a day without promotions, changed.
fn shop(change: impl FnOnce(&mut Settings)) -> Shop {
    let mut settings = Settings { visitors_a_day: 300.0, promotion: Vec::new(), ..Settings::default() };
    change(&mut settings);
    Shop::new(settings).unwrap()
}

/// All that a run gives away.
struct Told {
    truth: Truth,
    events: Vec<Event>,
    /// Of the days.
    orders: Vec<SimulatedOrder>,
    /// Of the time before.
    before: Vec<SimulatedOrder>,
}

fn tell(shop: &Shop, seed: u64) -> Told {
    let (mut events, mut orders) = (Vec::new(), Vec::new());
    let truth = shop.run(seed, &mut |event| events.push(event), &mut |order| orders.push(order));
    let (before, orders) = orders.into_iter().partition(|order| order.at < shop.months.start);
    Told { truth, events, orders, before }
}

#[track_caller]
fn near(name: &str, found: f64, expected: f64, tolerance: f64) {
    println!("{name}: {found:.5}, expected {expected:.5} ± {tolerance:.5}");
    assert!((found - expected).abs() <= tolerance, "{name}: {found}, expected {expected} ± {tolerance}");
}

/// Mean and its standard error.
fn mean(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    (mean, (variance / count).sqrt())
}
