//! What decides what a visitor sees, and what they would buy anyway.

use super::Shop;
use super::basket::Basket;
use super::chance::Chance;
use super::people::Person;
use super::teller::Seen;
use crate::experiment::{Assignment, Visitor};
use crate::shop::Timestamp;

/// Most orders of the wholesale customer.
const WHALE_ORDERS: u16 = 8;
/// Products of each of them.
const WHALE_LINES: usize = 3;

impl Shop {
    /// What decides what each placement holds for a visitor.
    pub(super) fn seen(&self, person: &Person, at: Timestamp) -> Vec<Seen<'_>> {
        let unit = person.consents.then_some(person.unit.as_str());
        let visitor = Visitor { unit, segment: &[], now: Some(at) };
        let mut seen = Vec::with_capacity(person.reaches.len());
        for (experiment, reaches) in self.experiments.deployed.iter().zip(&person.reaches) {
            if !reaches {
                seen.push(Seen::Nothing);
                continue;
            }
            seen.push(match experiment.assign(&visitor, &self.experiments.holdout) {
                Assignment::Unassigned => Seen::Unassigned,
                Assignment::GlobalHoldout => Seen::Held,
                Assignment::Arm(arm) => Seen::In(arm),
            });
        }
        seen
    }

    /// What somebody buys without any recommendation; `value` is that of the day.
    pub(super) fn basket(&self, person: &Person, value: f64, chance: &mut Chance) -> Basket {
        let [_, within] = self.crowd.sigma;
        let wanted = self.usual * value * person.taste * chance.factor(within);
        Basket::fill(&self.shelf, wanted, chance)
    }

    /// What the wholesale customer buys on a day: a few products by the hundred.
    pub(super) fn wholesale(&self, day: u16, chance: &mut Chance) -> Basket {
        let share = self.settings.faults.whale;
        let all = self.settings.aov * 100.0 * self.months.revenue() * share / (1.0 - share);
        let (orders, total) = (f64::from(whale_orders(self, day)), f64::from(WHALE_ORDERS.min(self.settings.days)));
        let line = all * orders / total / WHALE_LINES as f64;
        let mut basket = Basket::default();
        for _ in 0..WHALE_LINES {
            let good = self.shelf.staples.get(chance.below(self.shelf.staples.len() / 2));
            if let Some(good) = good.and_then(|&at| self.shelf.goods.get(at)) {
                basket.add(good, ((line / good.price as f64).round() as i64).max(1));
            }
        }
        basket
    }
}

/// How many of the wholesale customer's orders fall on a day: they are spread evenly.
pub(super) fn whale_orders(shop: &Shop, day: u16) -> u16 {
    let (days, all) = (u32::from(shop.settings.days), u32::from(WHALE_ORDERS.min(shop.settings.days)));
    let until = |day: u32| day * all / days;
    u16::try_from(until(u32::from(day) + 1) - until(u32::from(day))).unwrap_or(0)
}
