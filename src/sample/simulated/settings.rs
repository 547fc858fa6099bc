//! What a simulated shop is like: every knob, with its default.

use super::check::SettingsError;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A simulated shop and its months. Unknown keys in a file are refused.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The first day of the experiments, `2026-09-01`, in UTC.
    pub start: String,
    /// Days from the first to the last, 1 to 365.
    pub days: u16,
    /// New visitors on an average day, 1 to 1,000,000.
    pub visitors_a_day: f64,
    /// Orders a visit, 0 to 1, without any effect, once those who come back are there: a little less in the first weeks.
    pub conversion: f64,
    /// The average order in EUR, 15 to 5,000, without any effect.
    pub aov: f64,
    /// Standard deviation of orders over their average, 0 to 5.
    pub order_cv: f64,
    /// The part of that spread, of its logarithm's variance, that lies between visitors, 0 to 1: how alike one visitor's
    /// orders are.
    pub alike: f64,
    /// Contribution margin by revenue without any effect, 0.1 to 0.6; costs of the catalog are set to it.
    pub margin_rate: f64,
    /// The share of visitors who come back often, 0 to 1.
    pub regulars: f64,
    /// Days before the start in which visitors may have ordered, 0 to 365; 0: nobody has a history.
    pub history_days: u16,
    /// The share of units that no placement serves, 0 to 0.5.
    pub global_holdout: f64,
    /// Exposures and orders only: no impressions, clicks, recommendations and purchase events. Orders stay the same.
    pub light: bool,
    /// Times in which people buy differently.
    pub promotion: Vec<PromotionDays>,
    /// What is tested, one a placement.
    pub experiment: Vec<Tested>,
    /// What goes wrong.
    pub faults: Faults,
}

impl Default for Settings {
    /// A thousand new visitors a day for thirty days, one experiment: the average order 5 % larger, the margin rate 3 % lower.
    fn default() -> Self {
        Self {
            start: "2026-09-01".to_owned(),
            days: 30,
            visitors_a_day: 1_000.0,
            conversion: 0.25,
            aov: 60.0,
            order_cv: 1.0,
            alike: 0.6,
            margin_rate: 0.30,
            regulars: 0.2,
            history_days: 60,
            global_holdout: 0.05,
            light: false,
            promotion: vec![PromotionDays::default()],
            experiment: vec![Tested::default()],
            faults: Faults::default(),
        }
    }
}

impl Settings {
    /// Whether all numbers are within their ranges; what depends on several of them is left to [`Shop::new`](super::Shop::new).
    ///
    /// # Errors
    ///
    /// [`SettingsError::Range`] and [`SettingsError::Value`], the first that is found.
    pub fn check(&self) -> Result<(), SettingsError> {
        super::check::check(self)
    }

    /// Reads a file in TOML; what it does not name has its default.
    ///
    /// # Errors
    ///
    /// [`SettingsError::Text`] with line and column where the text is no TOML, or holds an unknown key or a value of
    /// another type. Ranges are checked by [`Shop::new`](super::Shop::new).
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        toml::from_str(text).map_err(|error| SettingsError::Text { message: error.to_string() })
    }
}

/// A promotion: more visitors, larger orders.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PromotionDays {
    /// What reports call it.
    pub name: String,
    /// Its first day, from 1.
    pub day: u16,
    /// How many days.
    pub days: u16,
    /// New visitors on its days, as a multiple of the usual, above 0 to 20.
    pub visitors: f64,
    /// The average order on its days, as a multiple of the usual, 0.5 to 5.
    pub value: f64,
}

impl Default for PromotionDays {
    /// Three days from the twelfth on, with 60 % more visitors and orders 15 % larger.
    fn default() -> Self {
        Self { name: "Autumn sale".to_owned(), day: 12, days: 3, visitors: 1.6, value: 1.15 }
    }
}

/// An experiment and its true effect.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tested {
    /// Its name.
    pub name: String,
    /// One of the built-in placements, another for each experiment.
    pub placement: String,
    /// Arms and their shares, `holdout` among them. Every other arm has the effect.
    pub allocation: BTreeMap<String, f64>,
    /// By how much the expected order is larger, −0.2 to 1: 0.05 is 5 %.
    pub lift: f64,
    /// The share of the margin rate that is lost, −0.2 to 0.9; below 0 it rises.
    pub margin_drag: f64,
    /// By how much more often a visit ends in an order, −0.5 to 1.
    pub conversion_lift: f64,
    /// Days after which a wearing effect has fallen to 1/e of the way to what stays; none: it does not wear off.
    pub novelty_days: Option<f64>,
    /// The part of `lift` that stays for good where it wears off, 0 to 1.
    pub long_run: f64,
    /// The share of visitors who come to the placement at all, above 0 to 1.
    pub reach: f64,
    /// Impressions with a click that leads to nothing, 0 to 1.
    pub click_rate: f64,
}

impl Default for Tested {
    /// `cart-addons` at the cart, half and half; the example of the kill rule: 5 % more, 3 % of the margin rate lost.
    fn default() -> Self {
        Self {
            name: "cart-addons".to_owned(),
            placement: "cart".to_owned(),
            allocation: [("holdout".to_owned(), 0.5), ("treatment".to_owned(), 0.5)].into(),
            lift: 0.05,
            margin_drag: 0.03,
            conversion_lift: 0.0,
            novelty_days: None,
            long_run: 0.5,
            reach: 0.8,
            click_rate: 0.06,
        }
    }
}

/// What goes wrong, as shares from 0 to 1 where nothing else is said. All are 0 by default.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Units that are machines: hundreds of exposures and clicks on their one day, no order. At most 0.5.
    pub bots: f64,
    /// Events that never arrive. At most 0.9.
    pub lost_events: f64,
    /// Further events of arms other than the control that never arrive. At most 0.9.
    pub lost_events_treatment: f64,
    /// Events that arrive twice.
    pub duplicates: f64,
    /// Events that arrive one to five days later, out of order. At most 0.5.
    pub late: f64,
    /// Visitors whose clock is up to twelve hours off.
    pub clock_skew: f64,
    /// The share of the arms beside the control that the first experiment is really run with, where it is not the registered
    /// one.
    pub split: Option<f64>,
    /// Units that are exposed in a second arm, too.
    pub crossover: f64,
    /// Visitors without a unit: in no arm, in no analysis.
    pub no_consent: f64,
    /// Orders that carry no unit and whose purchase nobody tells.
    pub lost_attributes: f64,
    /// Orders that come back as a whole, three to fourteen days later.
    pub refunds: f64,
    /// The share of all revenue that one wholesale customer brings, 0 to 0.9.
    pub whale: f64,
    /// Visitors whose orders carry an arm although no exposure was ever told, and who have no effect.
    pub unexposed: f64,
}
