//! What is true of a simulated shop: the effects that were planted, and how often each fault was.

use super::plan::is_treated;
use super::settings::Tested;
use super::{Shop, SimulatedOrder};
use serde::Serialize;

/// Minor units of a major one.
const MINOR: f64 = 100.0;

/// The whole truth of one run. Money is in EUR; lifts and shares are fractions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// The version of this form: 1.
    pub truth: u32,
    /// Name and version of the program.
    pub generator: String,
    /// The seed.
    pub seed: u64,
    /// The first day.
    pub start: String,
    /// Days.
    pub days: u16,
    /// ISO 4217.
    pub currency: &'static str,
    /// The margin rate without any effect, as it was asked for.
    pub margin_rate: f64,
    /// One an experiment, in the order of the settings.
    pub experiments: Vec<TrueEffect>,
    /// What went wrong, and how often.
    pub faults: Planted,
    /// Orders before the start.
    pub orders_before: u64,
    /// Orders of the days, each once.
    pub orders: u64,
    /// Orders of units that were exposed nowhere: those without consent, in no arm, or at no placement.
    pub orders_elsewhere: u64,
}

/// What an experiment truly does, in expectation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrueEffect {
    /// Its name.
    pub name: String,
    /// Its placement.
    pub placement: String,
    /// The lift of the average order, over all days.
    pub aov_lift: f64,
    /// On the first day.
    pub aov_lift_first_day: f64,
    /// On the last day.
    pub aov_lift_last_day: f64,
    /// Once all novelty is gone.
    pub aov_lift_long_run: f64,
    /// The share of the margin rate that is lost.
    pub margin_drag: f64,
    /// Of contribution margin an order: (1 + `aov_lift`)(1 − `margin_drag`) − 1.
    pub net_lift: f64,
    /// Of orders a visitor.
    pub conversion_lift: f64,
    /// Of contribution margin a visitor: (1 + `conversion_lift`)(1 + `net_lift`) − 1.
    pub margin_per_visitor_lift: f64,
    /// What was drawn, the control first.
    pub arms: Vec<DrawnArm>,
}

/// What was drawn for an arm, before anything was lost or counted twice. The wholesale customer is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DrawnArm {
    /// Its name.
    pub name: String,
    /// The registered share of all units.
    pub share: f64,
    /// The share with which units were really dealt.
    pub true_share: f64,
    /// Persons who came to the placement.
    pub units: u64,
    /// Machines that did.
    pub bots: u64,
    /// Orders of the persons, from their first exposure on.
    pub orders: u64,
    /// What was paid for them.
    pub revenue: f64,
    /// Less what they cost the shop.
    pub margin: f64,
}

/// How often each fault was planted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Planted {
    /// Events that were told.
    pub events: u64,
    /// Events in the log, those that arrived twice counted twice.
    pub written: u64,
    /// Events that never arrived.
    pub lost_events: u64,
    /// Of these, events of arms other than the control.
    pub lost_events_treatment: u64,
    /// Events that arrived twice.
    pub duplicates: u64,
    /// Events that arrived days later.
    pub late: u64,
    /// Units that are machines.
    pub bots: u64,
    /// Persons.
    pub persons: u64,
    /// Persons whose clock is wrong.
    pub clock_skew: u64,
    /// Persons who were exposed in two arms of some experiment.
    pub crossover: u64,
    /// Persons without a unit.
    pub no_consent: u64,
    /// Orders that lost their unit.
    pub lost_attributes: u64,
    /// Orders that came back.
    pub refunds: u64,
    /// Orders that carry an arm in which the unit was never exposed.
    pub unexposed_orders: u64,
    /// Orders of the wholesale customer.
    pub whale_orders: u64,
    /// What was paid for them, in EUR.
    pub whale_revenue: f64,
    /// Of all revenue of the days.
    pub whale_share: f64,
}

impl Tested {
    /// The lift on a day, 0 the first: `lift · (s + (1 − s) e^(−day/τ))` with `long_run` s and `novelty_days` τ.
    pub fn lift_on(&self, day: u16) -> f64 {
        let Some(tau) = self.novelty_days else { return self.lift };
        self.lift * (self.long_run + (1.0 - self.long_run) * libm::exp(-f64::from(day) / tau))
    }
}

impl TrueEffect {
    /// The expectation; nothing drawn yet.
    pub(super) fn of(shop: &Shop, at: usize, tested: &Tested) -> Self {
        let wears_off = tested.novelty_days.is_some();
        let aov_lift = if wears_off { shop.months.mean_by_revenue(|day| tested.lift_on(day)) } else { tested.lift };
        let net_lift = (1.0 + aov_lift) * (1.0 - tested.margin_drag) - 1.0;
        let (registered, deployed) = (shop.experiments.registered.get(at), shop.experiments.deployed.get(at));
        let arms = registered.iter().flat_map(|planned| planned.experiment.arms.iter());
        let arms =
            arms.zip(deployed.iter().flat_map(|experiment| experiment.arms.iter())).map(|(arm, really)| DrawnArm {
                name: arm.name().to_string(),
                share: arm.share().to_fraction(),
                true_share: really.share().to_fraction(),
                ..DrawnArm::default()
            });
        Self {
            name: tested.name.clone(),
            placement: tested.placement.clone(),
            aov_lift,
            aov_lift_first_day: tested.lift_on(0),
            aov_lift_last_day: tested.lift_on(shop.settings.days.saturating_sub(1)),
            aov_lift_long_run: tested.lift * if wears_off { tested.long_run } else { 1.0 },
            margin_drag: tested.margin_drag,
            net_lift,
            conversion_lift: tested.conversion_lift,
            margin_per_visitor_lift: (1.0 + tested.conversion_lift) * (1.0 + net_lift) - 1.0,
            arms: arms.collect(),
        }
    }

    /// The lift of what was drawn, of the first arm beside the control: of the average order, of the margin rate lost, and of
    /// the margin an order. None where an arm has no order.
    pub fn drawn(&self) -> Option<[f64; 3]> {
        let control = self.arms.first().filter(|arm| !is_treated(&arm.name) && arm.orders > 0)?;
        let treatment = self.arms.get(1).filter(|arm| arm.orders > 0)?;
        let an_order = |arm: &DrawnArm| (arm.revenue / arm.orders as f64, arm.margin / arm.orders as f64);
        let ((revenue, margin), (usual, usual_margin)) = (an_order(treatment), an_order(control));
        Some([revenue / usual - 1.0, 1.0 - margin / revenue / (usual_margin / usual), margin / usual_margin - 1.0])
    }
}

impl DrawnArm {
    /// Counts an order of the arm.
    pub(super) fn bought(&mut self, order: &SimulatedOrder) {
        self.orders += 1;
        self.revenue += order.revenue() as f64; // cents, whose sum is exact, until `settle`
        self.margin += order.margin() as f64;
    }
}

impl Truth {
    /// Nothing drawn yet.
    pub(super) fn new(shop: &Shop, seed: u64) -> Self {
        let tested = shop.settings.experiment.iter().enumerate();
        Self {
            truth: 1,
            generator: concat!("endcap ", env!("CARGO_PKG_VERSION")).to_owned(),
            seed,
            start: shop.settings.start.clone(),
            days: shop.settings.days,
            currency: "EUR",
            margin_rate: shop.settings.margin_rate,
            experiments: tested.map(|(at, tested)| TrueEffect::of(shop, at, tested)).collect(),
            faults: Planted::default(),
            orders_before: 0,
            orders: 0,
            orders_elsewhere: 0,
        }
    }
}

impl Truth {
    /// All was drawn: sums of cents become EUR; `revenue` is that of all orders of the days, in cents.
    pub(super) fn settle(&mut self, revenue: f64) {
        for arm in self.experiments.iter_mut().flat_map(|effect| &mut effect.arms) {
            arm.revenue /= MINOR;
            arm.margin /= MINOR;
        }
        if revenue > 0.0 {
            self.faults.whale_share = self.faults.whale_revenue / revenue;
        }
        self.faults.whale_revenue /= MINOR;
    }
}

impl Planted {
    /// Counts an order of the wholesale customer.
    pub(super) fn whale(&mut self, order: &SimulatedOrder) {
        self.whale_orders += 1;
        self.whale_revenue += order.revenue() as f64; // cents until `settle`
    }
}
