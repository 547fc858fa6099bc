//! What a report has to know beside the data.

use crate::experiment::{GlobalHoldout, Planned, RunningCost};
use crate::shop::{Currency, Day, Promotion, Timestamp};
use jiff::tz::TimeZone;

/// What a report has to know beside the data.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What all amounts are in.
    pub currency: Currency,
    /// Whose days are counted.
    pub zone: TimeZone,
    /// The experiments with their plans.
    pub planned: Vec<Planned>,
    /// Who is held out of everything.
    pub global_holdout: GlobalHoldout,
    /// Days unlike the others.
    pub calendar: Vec<Promotion>,
    /// What looking after recommendations costs.
    pub cost: Option<RunningCost>,
    /// The placements of the file.
    pub placements: Vec<Place>,
    /// Hours from a click to an order with the product. Default: 24.
    pub last_click_hours: u32,
    /// Days from an impression or a click to an order with the product. Default: 7.
    pub assisted_days: u32,
    /// A unit with more exposures than this on one day is a machine. Exposures are told by every arm alike, so both lose the same.
    /// Default: 200.
    pub most_exposures_a_day: u32,
    /// Data from this moment on are left out, and it is what reviews are due by. Default: none; reviews are then due by the last
    /// day of the data.
    pub now: Option<Timestamp>,
    /// What is dated beyond this moment cannot have happened: it is counted and left out, for one such row would end every test.
    /// Default: none.
    pub latest: Option<Timestamp>,
}

impl Settings {
    /// The day of a moment in milliseconds, counted from 1970, where the shop is.
    pub(crate) fn day(&self, at: i64) -> i64 {
        let seconds = at.div_euclid(1_000);
        let east = jiff::Timestamp::from_second(seconds).map_or(0, |at| self.zone.to_offset(at).seconds());
        (seconds + i64::from(east)).div_euclid(86_400)
    }
}

impl Default for Settings {
    /// No experiments, no currency, days of UTC.
    fn default() -> Self {
        Self {
            currency: Currency::NONE,
            zone: TimeZone::UTC,
            planned: Vec::new(),
            global_holdout: GlobalHoldout::default(),
            calendar: Vec::new(),
            cost: None,
            placements: Vec::new(),
            last_click_hours: 24,
            assisted_days: 7,
            most_exposures_a_day: 200,
            now: None,
            latest: None,
        }
    }
}

/// A placement as the merchandiser has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Whether it stands in the file; those that are built in have no owner.
    pub written: bool,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it is to move.
    pub kpi: Option<String>,
    /// When it is to be looked at.
    pub review_by: Option<Day>,
}
