//! What is told of a placement over all who saw it, and of all placements together.

use super::{ArmTold, Counts, Measured, SampleRatioTold};
use serde::Serialize;

/// The units that were held out of everything, against those who were not: the sum of all placements.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GlobalTold {
    /// The share that is held out.
    pub share: f64,
    /// The two: held out first.
    pub arms: Vec<ArmTold>,
    /// Whether their sizes are as they should be.
    pub sample_ratio: Option<SampleRatioTold>,
    /// All figures.
    pub measured: Vec<Measured>,
}

/// One placement, over all who saw it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlacementTold {
    /// Its name.
    pub name: String,
    /// As the file has them; null where the file does not.
    pub owner: Option<String>,
    /// See `owner`.
    pub kpi: Option<String>,
    /// See `owner`.
    pub review_by: Option<String>,
    /// Its experiment, where it has one.
    pub experiment: Option<String>,
    /// What was counted, of all units and of events without one; orders are those with a product of the placement.
    pub counts: Counts,
    /// Revenue by last click within its window.
    pub last_click_revenue: f64,
    /// Revenue of what was shown or clicked within its window.
    pub assisted_revenue: f64,
    /// Day by day.
    pub days: Vec<PlacementDay>,
    /// The products with most impressions.
    pub products: Vec<ProductTold>,
}

/// One placement on one day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlacementDay {
    /// The day.
    pub date: String,
    /// Lists in view.
    pub impressions: u64,
    /// Products opened.
    pub clicks: u64,
    /// Products put into the cart.
    pub add_to_carts: u64,
}

/// One product of a placement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProductTold {
    /// The shop's key.
    pub sku: String,
    /// Its title, where a catalog names it.
    pub title: Option<String>,
    /// Impressions that held it.
    pub shown: u64,
    /// Clicks.
    pub clicked: u64,
    /// Put into the cart.
    pub added: u64,
    /// Orders with it, within the assisted window.
    pub bought: u64,
    /// What these paid for it.
    pub revenue: f64,
    /// Its contribution margin in them; null where its cost is not known.
    pub margin: Option<f64>,
}
