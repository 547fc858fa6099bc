//! From visitors to orders, for each arm, by hundred visitors so that arms of any size can be compared.

use super::{WIDTH, look};
use crate::page::{Axis, Bar, Chart, Label, Side, number};
use crate::report::told::{ArmTold, ExperimentTold};

/// A step, and what was counted at it.
type Step = (&'static str, fn(&ArmTold) -> u64);

const STEPS: [Step; 6] = [
    ("visitors", |arm| arm.visitors),
    ("exposures", |arm| arm.counts.exposures),
    ("impressions", |arm| arm.counts.impressions),
    ("clicks", |arm| arm.counts.clicks),
    ("added to cart", |arm| arm.counts.add_to_carts),
    ("orders", |arm| arm.counts.orders),
];
/// Of the room that a step has, how much its bars take.
const FILLED: f64 = 0.78;

/// The chart `…-funnel`; none where no arm has a visitor.
pub fn funnel(id: &str, told: &ExperimentTold) -> Option<Chart> {
    let arms = &told.arms;
    let most = arms
        .iter()
        .flat_map(|arm| STEPS.iter().filter_map(|(_, count)| by_hundred(arm, count(arm))))
        .fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let (last, thick) = (STEPS.len() as f64 - 1.0, FILLED / arms.len() as f64);
    let mut chart = Chart {
        id: format!("{id}-funnel"),
        title: format!("From visitors to orders in the arms of {}, by hundred visitors", told.name),
        size: (WIDTH, 60 + STEPS.len() as u32 * (18 + 16 * arms.len() as u32)),
        x: Axis::between("", 0.0, 1.2 * most, |tick, places| number::money(tick, places.min(2))),
        y: Axis::names(STEPS.iter().map(|(name, _)| (*name).to_owned()), 106).reversed(),
        ..Chart::default()
    };
    for (step, (_, count)) in STEPS.iter().enumerate() {
        for (at, arm) in arms.iter().enumerate() {
            let Some(value) = by_hundred(arm, count(arm)) else { continue };
            let top = last - step as f64 + FILLED / 2.0 - thick * at as f64;
            let bar = Bar { look: look(arms, at), from: (0.0, top - thick * 0.92), to: (value, top) };
            chart.bars.push(bar);
            let text = number::money(
                value,
                if value == 0.0 || value >= 100.0 {
                    0
                } else if value < 10.0 {
                    2
                } else {
                    1
                },
            );
            chart.labels.push(Label { at: (value, top - thick / 2.0), side: Side::Right, text });
        }
    }
    Some(chart)
}

fn by_hundred(arm: &ArmTold, count: u64) -> Option<f64> {
    (arm.visitors > 0).then(|| 100.0 * count as f64 / arm.visitors as f64)
}
