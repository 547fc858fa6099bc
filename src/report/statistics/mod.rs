//! The numbers that experiments are judged by: pure functions of sums, without files, clock or randomness.
//!
//! # The problem
//!
//! "The average order is 4 % larger with recommendations" may be luck. How much luck there is depends on how visitors
//! spend: a few spend a hundred times the median, and one visitor's orders resemble each other. A test that counts
//! orders as if they were independent calls a difference where there is none in 13 to 28 of 100 tests, not in 5.
//!
//! # The idea
//!
//! One visitor, one observation: what they spent (the numerator) and how often they ordered (the denominator). An arm is
//! then six sums, [`VisitorSums`], which shards add up in any number and merge; ten million events need no list. From
//! the sums:
//!
//! 1. [`Ratio`]: a metric of one arm and its variance by visitor (the delta method).
//! 2. [`Lift`]: treatment over control, with interval and p-value.
//! 3. [`Cap`]: what keeps one huge order from deciding, fixed before the start; the raw figure stands beside it.
//! 4. [`Adjusted`]: less noise from what visitors did before the start (CUPED).
//! 5. [`Looks`]: when one may look, and what counts as proof at each look; [`ConfidenceSequence`]: for harm, every day.
//! 6. [`SampleRatio`]: are the arms as large as they should be? If not, nothing else is worth reading.
//! 7. [`SampleSize`]: how many orders and days an effect needs, said before the start.
//! 8. [`KillRule`]: the verdict, and [`OperatingPoint`]: how often that verdict errs.
//! 9. [`holm`] for several placements, [`Novelty`] for effects that wear off.
//!
//! # In small numbers
//!
//! Control: visitors who bought for 10, 20 and 30 in one order each. Treatment: 12 in one order, 24 in one, 44 in two.
//! An order is 20 in control and 80 ÷ 4 = 20 in treatment: the lift of the average order is 0, though the margin a
//! visitor may well have risen, which is why both are shown.
//!
//! ```
//! use endcap::report::statistics::{Lift, Ratio, Visitor, VisitorSums};
//!
//! let arm = |visitors: &[(f64, f64)]| {
//!     let mut sums = VisitorSums::default();
//!     for (spent, orders) in visitors {
//!         sums.add(&Visitor { numerator: *spent, denominator: *orders, history: [] });
//!     }
//!     Ratio::of(&sums)
//! };
//! let control = arm(&[(10.0, 1.0), (20.0, 1.0), (30.0, 1.0)]).ok_or("no orders")?;
//! let treatment = arm(&[(12.0, 1.0), (24.0, 1.0), (44.0, 2.0)]).ok_or("no orders")?;
//! let lift = Lift::of(&treatment, &control).ok_or("nothing to compare with")?;
//! assert!(lift.lift.abs() < 1e-12);
//! assert!(lift.interval(0.95).contains(0.0));
//! # Ok::<(), &str>(())
//! ```
//!
//! # What it does not do
//!
//! It does not know which order belongs to whom, nor when a visitor's window of outcomes ends: whoever fills the sums
//! does. The only figure that needs a list is the cap's quantile, and that list is of the time before the start.
//! Percentages are fractions throughout: 0.03 is 3 %. Distributions come from `cdflib`, whose last bit may depend on the
//! machine's `exp`; no figure here is printed to that digit.

mod cap;
mod crossing;
mod distributions;
mod harm;
mod history;
mod holm;
mod kill;
mod lift;
mod looks;
mod novelty;
mod operating;
mod ratio;
mod sample_ratio;
mod size;
mod sums;

pub use cap::Cap;
pub use distributions::{
    chi_squared_survival, normal_cdf, normal_quantile, normal_survival, t_cdf, t_quantile, t_survival,
};
pub use harm::ConfidenceSequence;
pub use history::Adjusted;
pub use holm::holm;
pub use kill::{Evidence, KillRule, Reason, Verdict, margin_drag, net_lift};
pub use lift::{Interval, Lift, Scale};
pub use looks::{Look, Looks, Standing, equal_fractions};
pub use novelty::Novelty;
pub use operating::{OperatingPoint, TRUE_LIFTS};
pub use ratio::Ratio;
pub use sample_ratio::SampleRatio;
pub use size::{Baseline, SampleSize};
pub use sums::{Visitor, VisitorSums};
