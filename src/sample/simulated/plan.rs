//! The experiments as the shop registered them, and as they really run.

use super::Settings;
use super::check::{SettingsError, range, value};
use super::effect::MOST_SAVED;
use super::people::Crowd;
use super::settings::Tested;
use super::shelf::Shelf;
use crate::experiment::{Arms, BasisPoints, Experiment, GlobalHoldout, HOLDOUT, Name, Plan, Planned};
use crate::shop::{Money, Timestamp};

/// The experiments of a shop, the same ones twice.
pub(super) struct Experiments {
    /// As they stand in `endcap.toml`.
    pub(super) registered: Vec<Planned>,
    /// As visitors are really dealt: another split where that is the fault.
    pub(super) deployed: Vec<Experiment>,
    /// The units that no placement serves.
    pub(super) holdout: GlobalHoldout,
}

impl Experiments {
    pub(super) fn new(settings: &Settings, start: Timestamp, cap: Money) -> Result<Self, SettingsError> {
        let registered = settings.experiment.iter().map(|tested| planned(tested, settings, start, cap));
        let registered = registered.collect::<Result<Vec<_>, _>>()?;
        let mut deployed: Vec<Experiment> = registered.iter().map(|planned| planned.experiment.clone()).collect();
        if let (Some(share), Some(first)) = (settings.faults.split, deployed.first_mut()) {
            first.arms = split(&first.arms, share)?;
        }
        let holdout =
            GlobalHoldout { share: points("global_holdout", settings.global_holdout)?, ..GlobalHoldout::default() };
        Ok(Self { registered, deployed, holdout })
    }
}

fn planned(tested: &Tested, settings: &Settings, start: Timestamp, cap: Money) -> Result<Planned, SettingsError> {
    let name = name("experiment.name", &tested.name)?;
    if tested.name == GlobalHoldout::NAME {
        return Err(value("experiment.name", "a name of its own", &tested.name));
    }
    let share = |(arm, share): (&String, &f64)| {
        let key = format!("experiment.allocation.{arm}");
        range(&key, *share, 0.0001..=1.0)?;
        Ok((self::name(&key, arm)?, points(&key, *share)?))
    };
    let shares = tested.allocation.iter().map(share).collect::<Result<Vec<_>, SettingsError>>()?;
    let arms = Arms::new(shares).map_err(|error| value("experiment.allocation", "arms of an experiment", error))?;
    let experiment = Experiment { from: Some(start), ..Experiment::new(name, &tested.placement, arms) };
    // A plan decides after a week at the earliest.
    let plan = Plan { days: settings.days.max(7), cap: Some(cap), ..Plan::default() };
    let planned = Planned { experiment, plan, follows: None, registered: None };
    Ok(Planned { registered: Some(planned.hash()), ..planned })
}

/// The same arms, of which those beside the control have `share` of all that are in one.
fn split(arms: &Arms, share: f64) -> Result<Arms, SettingsError> {
    let total: i32 = arms.iter().map(|arm| arm.share().0).sum();
    let treated: i32 = arms.iter().filter(|arm| !arm.is_control()).map(|arm| arm.share().0).sum();
    let really = |is_control: bool, part: i32| {
        let whole = f64::from(total) * if is_control { 1.0 - share } else { share };
        let rest = if is_control { total - treated } else { treated };
        BasisPoints((whole * f64::from(part) / f64::from(rest.max(1))).floor() as i32)
    };
    let shares = arms.iter().map(|arm| (arm.name().clone(), really(arm.is_control(), arm.share().0)));
    Arms::new(shares).map_err(|error| value("faults.split", "a share that leaves each arm some units", error))
}

fn name(key: &str, text: &str) -> Result<Name, SettingsError> {
    let expected = "a name of 1 to 64 letters a to z, digits, `_` and `-`";
    Name::parse(text).ok_or_else(|| value(key, expected, format!("{text:?}")))
}

fn points(key: &str, share: f64) -> Result<BasisPoints, SettingsError> {
    let found = BasisPoints((share * 10_000.0).round() as i32);
    let is_whole = (found.to_fraction() - share).abs() < 1e-9;
    is_whole.then_some(found).ok_or_else(|| value(key, "at most 4 decimals", share))
}

/// Refuses effects that no order can have: chances beyond 1, and savings that would leave nothing of an order.
pub(super) fn check_effects(settings: &Settings, crowd: &Crowd, shelf: &Shelf) -> Result<(), SettingsError> {
    let all = |of: &dyn Fn(&Tested) -> f64| settings.experiment.iter().map(of).product::<f64>();
    let orders = crowd.most_orders() * all(&|tested| 1.0 + tested.conversion_lift.max(0.0));
    if orders > 1.0 {
        let expected = format!("at most {:.3}, so that no visit has more than one order", settings.conversion / orders);
        return Err(value("conversion", expected, settings.conversion));
    }
    let revenue = all(&|tested| 1.0 + tested.lift.min(0.0));
    let rate = all(&|tested| 1.0 - tested.margin_drag.min(0.0));
    let saved = 1.0 - revenue * (1.0 - (rate - 1.0) * shelf.most_margin_by_cost());
    if saved > MOST_SAVED {
        let expected = "a lift and a margin drag that leave half of each order's cost: nearer to 0";
        let found = format!("some that leave {:.0} % of some orders'", (1.0 - saved).max(0.0) * 100.0);
        return Err(value("experiment.lift", expected, found));
    }
    Ok(())
}

/// Whether an arm has the effect.
pub(super) fn is_treated(arm: &str) -> bool {
    arm != HOLDOUT
}
