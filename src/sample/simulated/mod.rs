//! Months of a shop whose experiments have a known true effect, with everything that goes wrong in real ones.
//!
//! # The problem
//!
//! A report on an experiment is believed when it says what is true. In a real shop nobody knows what is true, and half of
//! what makes reports wrong (machines, lost events, a wrong split, one wholesale customer) shows up only in bad months.
//! So both have to be made: months with a truth, and faults that are counted as they are planted.
//!
//! # The idea
//!
//! Visitors come over the days: more on Sundays and in promotions. Each has a taste and comes back or does not; what they buy
//! are products of the sample shop, together worth a log-normal amount. Who is in which arm is decided by
//! [`Experiment::assign`](crate::experiment::Experiment::assign), as it is in the browser. A treatment adds products to orders
//! so that the *expected* order and the *expected* margin rate are exactly those of the settings. What happened is told as events and
//! orders; on the way to the log some get lost, doubled or late.
//!
//! # The formulas
//!
//! * An order is worth `aov · day · taste · noise`, with `taste = exp(σ_b z − σ_b²/2)` drawn once a visitor, `noise` alike with
//!   σ_w once an order, `σ_b² + σ_w² = ln(1 + cv²)` and `σ_b²` the part [`Settings::alike`] of it. Orders before the start share
//!   the visitor's taste: that is what CUPED finds (Deng, Xu, Kohavi and Walker, "Improving the sensitivity of online
//!   controlled experiments by utilizing pre-experiment data", 2013).
//! * A visit is followed by another with probability ρ (passers-by 0.3, regulars 0.85), a gap of k days having weight
//!   0.65^(k−1), k up to 14. Expected visits therefore obey v(d) = n(d) + Σ ρ g(k) v(d−k), which weighs the days of a lift
//!   that wears off.
//! * An order with revenue R and margin M becomes one of expected revenue (1 + l) R and expected margin (1 + l)(1 − g) M:
//!   see [`Tested`]. The lift of a day d is l (s + (1 − s) e^(−d/τ)).
//!
//! # In small numbers
//!
//! An order of 100.00 EUR with a margin of 30.00, a lift of 5 % and a margin drag of 3 %: 5.00 EUR more are to come, and
//! 30 · (1.05 · 0.97 − 1) = 0.555 EUR more margin, so 4.445 EUR of cost. A jug that costs the shop 17.50 EUR is added with the
//! probability 4.445 / 17.50 = 0.254 and the price 17.50 · 5 / 4.445 = 19.69 EUR. The average order is 5 % larger, the margin
//! rate 29.1 % in place of 30 %, the net lift 1.85 %.
//!
//! # What it does not do
//!
//! It ranks nothing: what is shown is drawn. Visitors do not learn from each other, and no effect differs by segment. A lift
//! is told of all orders behind the first exposure; refunds come back alike in all arms and are not taken off the truth.
//! Memory holds the visitors of a day and of the visits that are due, and late events: nothing grows with the days.
//!
//! # Example
//!
//! ```
//! use endcap::sample::simulated::{Settings, Shop};
//!
//! let settings = Settings { days: 3, visitors_a_day: 50.0, light: true, ..Settings::default() };
//! let shop = Shop::new(settings)?;
//! let (mut events, mut orders) = (0, 0);
//! let truth = shop.run(7, &mut |_| events += 1, &mut |_| orders += 1);
//! assert_eq!(orders, truth.orders + truth.orders_before);
//! assert!((truth.experiments[0].net_lift - 0.0185).abs() < 1e-12);
//! # Ok::<(), endcap::sample::simulated::SettingsError>(())
//! ```

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod basket;
mod chance;
mod check;
mod effect;
mod errand;
mod files;
mod months;
mod order;
mod people;
mod plan;
mod run;
mod settings;
mod shelf;
mod stream;
mod teller;
mod toml_text;
mod truth;

pub use check::SettingsError;
pub use files::{FILES, refuse_non_empty, write};
pub use order::{SimulatedLine, SimulatedOrder};
pub use settings::{Faults, PromotionDays, Settings, Tested};
pub use truth::{DrawnArm, Planted, TrueEffect, Truth};

use crate::event::Event;
use crate::experiment::{Experiment, GlobalHoldout, Planned};
use crate::shop::Money;
use months::Months;
use people::Crowd;
use plan::Experiments;
use shelf::Shelf;

/// A simulated shop, ready to be run with any seed.
pub struct Shop {
    settings: Settings,
    crowd: Crowd,
    months: Months,
    shelf: Shelf,
    /// What an order is to be worth, by what the average order is, in cents.
    usual: f64,
    experiments: Experiments,
}

/// Takes what a run makes, as it makes it.
pub trait Sink {
    /// An event arrives in the log.
    fn event(&mut self, event: Event);
    /// An order is placed.
    fn order(&mut self, order: SimulatedOrder);
    /// Asked once a day: false ends the run.
    fn goes_on(&self) -> bool {
        true
    }
}

impl Shop {
    /// The shop of these settings.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] where a number is out of its range, a name is none, or an effect is one that no order can have.
    ///
    /// # Cost
    ///
    /// Some 30 ms: costs are fitted to the margin rate on 8,000 orders of nobody.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        check::check(&settings)?;
        let crowd = Crowd::new(&settings);
        let months = Months::new(&settings, &crowd)?;
        let cents = settings.aov * 100.0;
        let shelf = Shelf::new(cents, crowd.spread(), settings.margin_rate);
        let usual = cents * shelf.fit(cents, crowd.spread());
        plan::check_effects(&settings, &crowd, &shelf)?;
        let cap = Money::new(shelf.cap(cents, crowd.spread()), shelf.currency());
        let experiments = Experiments::new(&settings, months.start, cap)?;
        Ok(Self { settings, crowd, months, shelf, usual, experiments })
    }

    /// What it was made of.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The experiments as they were registered, in the order of the settings; each carries the hash of its plan.
    pub fn planned(&self) -> &[Planned] {
        &self.experiments.registered
    }

    /// The experiments by which visitors are really dealt: the registered ones, unless [`Faults::split`] says otherwise.
    pub fn deployed(&self) -> &[Experiment] {
        &self.experiments.deployed
    }

    /// The units that no placement serves.
    pub fn holdout(&self) -> &GlobalHoldout {
        &self.experiments.holdout
    }

    /// Lives through the days with the chance of `seed`: first all orders before the start, in no order, then day by day.
    /// Events come in the order in which visits begin, late ones at the beginning of the day on which they arrive.
    ///
    /// # Cost
    ///
    /// About a microsecond a visit where [`Settings::light`] is set, several where it is not.
    pub fn run(&self, seed: u64, events: &mut dyn FnMut(Event), orders: &mut dyn FnMut(SimulatedOrder)) -> Truth {
        struct Both<'a>(&'a mut dyn FnMut(Event), &'a mut dyn FnMut(SimulatedOrder));
        impl Sink for Both<'_> {
            fn event(&mut self, event: Event) {
                (self.0)(event);
            }
            fn order(&mut self, order: SimulatedOrder) {
                (self.1)(order);
            }
        }
        self.run_into(seed, &mut Both(events, orders))
    }

    /// As [`run`](Self::run), into something that may end it early.
    pub fn run_into(&self, seed: u64, sink: &mut dyn Sink) -> Truth {
        run::Run::new(self, seed, sink).finish()
    }

    /// What is true in expectation, without a run.
    pub fn truth(&self) -> Truth {
        Truth::new(self, 0)
    }
}

#[cfg(test)]
mod tests;
