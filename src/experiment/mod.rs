//! Who sees what in an experiment, and what was promised before it began.
//!
//! # The problem
//!
//! Whether recommendations earn anything is found out by leaving them out for some visitors and looking at the money. That
//! goes wrong in quiet ways: a visitor who sees one thing today and another tomorrow counts for both; the browser and the
//! edge disagree; two experiments split the same visitors along the same line; and a rule for success that is written down
//! after the figures are known is no rule.
//!
//! # The idea
//!
//! Nobody is remembered. The name of a visitor, here the *unit*, is hashed together with the experiment and the placement
//! into one of 10,000 buckets, and each arm owns as many buckets as it has ten-thousandths of the visitors. The same unit
//! therefore always meets the same bucket, in the browser, at the edge and in the report, and another placement hashes to
//! other buckets. Before all experiments stands the *global holdout*: a share of the units, hashed with a salt of its own,
//! that no placement serves, so that the sum of all placements can be measured.
//!
//! What is to be decided, by which figure and when, is a [`Plan`]. Its [`PlanHash`] is written into `endcap.toml` before
//! the start, and a report compares.
//!
//! # A worked example
//!
//! An experiment has the arms `holdout` with 0.05 and `treatment` with 0.15. The control owns the buckets from the lower
//! end, 0 to 499; the last arm those from the upper end, 8,500 to 9,999; whoever hashes to 500 to 8,499 is in neither and
//! counts as unassigned. A week later the shares are 0.5 and 0.5: the control owns 0 to 4,999, which holds its old buckets,
//! and the treatment 5,000 to 9,999, which holds its own. Nobody has moved from one arm to the other.
//!
//! ```
//! use endcap::experiment::{Arms, Assignment, BasisPoints, Experiment, GlobalHoldout, Name, Visitor};
//!
//! let share = |name: &str, points| (Name::parse(name).unwrap(), BasisPoints(points));
//! let arms = Arms::new([share("holdout", 5_000), share("treatment", 5_000)]).unwrap();
//! let experiment = Experiment::new(Name::parse("cart-addons-q1").unwrap(), "cart", arms);
//!
//! let everyone = GlobalHoldout::default(); // nobody is held out of everything
//! let visitor = Visitor { unit: Some("0f3c5a"), ..Visitor::default() };
//! let Assignment::Arm(arm) = experiment.assign(&visitor, &everyone) else { panic!() };
//! assert_eq!(arm.name().as_str(), "treatment");
//! assert_eq!(experiment.assign(&Visitor::default(), &everyone), Assignment::Unassigned); // nobody we know
//! ```
//!
//! # What growing an arm does
//!
//! The control stands first, the others follow by name. The first arm grows upwards from bucket 0 and the last downwards
//! from bucket 9,999, so both keep their units however the shares change, and with two arms that is everybody. Arms
//! between them start where their proportion puts them: they keep their units while all shares grow by the same factor.
//! More cannot be had without remembering units: if three arms could each grow alone, the units of the second and those of
//! the third would both have to be exactly those that the first leaves. [`Arms::leavers`] says how many units a change
//! would take out of their arm; where that is not zero, a new experiment is the honest way.
//!
//! # What it does not do
//!
//! It reads no clock, keeps nothing and decides nothing: windows are compared with a time that the caller passes in, the
//! name of a unit comes from the caller, and what the figures say is for the report. What a unit sees is the caller's: the
//! `placement` room makes every list and decides who is shown it. Whoever is in no arm sees the placement as it always is, or,
//! where something is tried against the shop's own, the shop's own. Buckets are a hash modulo 10,000, whose unevenness, 10,000 in 2⁶⁴, is far
//! below what any shop can measure.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod arms;
mod assign;
mod bucket;
mod cost;
mod kill;
mod measure;
mod name;
mod plan;
mod points;

pub use arms::{Arm, Arms, ArmsError, HOLDOUT, MOST_ARMS};
pub use assign::{Assignment, Control, Experiment, GlobalHoldout, Visitor};
pub use bucket::{Bucket, bucket, global_bucket};
pub use cost::RunningCost;
pub use kill::{KillRule, KillRuleError};
pub use measure::{Measure, Metric};
pub use name::Name;
pub use plan::{Plan, PlanHash, Planned, Registration, UnitKind};
pub use points::BasisPoints;

#[cfg(test)]
mod tests;
