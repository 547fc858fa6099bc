//! When one may look at a running test, and what counts as proof at each look (group-sequential, O'Brien–Fleming).
//!
//! Four weekly looks at 1.96 standard errors find a difference in 13 of 100 tests of nothing. Here the early looks ask
//! for much and the last one for hardly more than a single look would: 4.05, 2.86, 2.34, 2.02, and all four together err
//! in 5 of 100. A test that shows a great effect ends early; one that does not loses next to no power.

use serde::Serialize;

use super::crossing::{Walk, fall_to};
use super::{normal_quantile, normal_survival};

/// One look of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Look {
    /// The share of the planned information (orders, roughly) at this look, up to 1.
    pub fraction: f64,
    /// What the statistic must exceed, on either side.
    pub boundary: f64,
    /// The chance to have stopped by now where nothing differs.
    pub spent: f64,
}

/// Where a test stands after a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Treatment is better beyond the boundary: the test may end.
    Better,
    /// Treatment is worse beyond the boundary: the test may end.
    Worse,
    /// Nothing is proven yet; a later look is planned.
    GoOn,
    /// This was the last look and nothing is proven.
    NotShown,
}

/// The looks of a test, fixed before its start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Looks {
    /// First to last.
    pub looks: Vec<Look>,
}

/// The shares of `count` equally spaced looks: 0.25, 0.5, 0.75, 1 for four.
pub fn equal_fractions(count: u32) -> Vec<f64> {
    (1..=count).map(|look| f64::from(look) / f64::from(count)).collect()
}

impl Looks {
    /// The plan of O'Brien and Fleming (1979): boundaries `c ÷ √fraction` that together err with the chance `alpha`.
    ///
    /// For looks that take place as planned. `None` unless the fractions rise within (0, 1] and alpha is within (0, 1).
    /// Cost: about a tenth of a second for four looks.
    pub fn obrien_fleming(fractions: &[f64], alpha: f64) -> Option<Self> {
        let boundaries = |c: f64| fractions.iter().map(|fraction| c / fraction.sqrt()).collect::<Vec<f64>>();
        valid(fractions, alpha)?;
        let c = fall_to(alpha, |c| chances(fractions, &boundaries(c), 0.0).iter().sum());
        Some(Self::with(fractions, &boundaries(c)))
    }

    /// Boundaries by the spending function of Lan and DeMets (1983) that resembles O'Brien–Fleming,
    /// `4·(1 − Φ(z ÷ √fraction))` with z of `1 − alpha ÷ 4`: 4.33, 2.96, 2.36, 2.01 for four equal looks.
    ///
    /// For looks whose real fractions differ from the planned ones: a boundary depends on the looks so far only. A look
    /// right after another has little to spend, so its boundary may be higher again. `None` as for
    /// [`Looks::obrien_fleming`].
    pub fn spending(fractions: &[f64], alpha: f64) -> Option<Self> {
        valid(fractions, alpha)?;
        let z = normal_quantile(1.0 - alpha / 4.0);
        let (mut walk, mut before, mut boundaries) = (Walk::start(0.0), 0.0, Vec::new());
        for fraction in fractions {
            let spent = 4.0 * normal_survival(z / fraction.sqrt());
            let boundary = fall_to(spent - before, |at| walk.crossing(*fraction, at));
            walk = walk.after(*fraction, boundary);
            before = spent;
            boundaries.push(boundary);
        }
        Some(Self::with(fractions, &boundaries))
    }

    fn with(fractions: &[f64], boundaries: &[f64]) -> Self {
        let mut spent = 0.0;
        let chances = chances(fractions, boundaries, 0.0);
        let looks = fractions.iter().zip(boundaries).zip(chances).map(|((fraction, boundary), chance)| {
            spent += chance;
            Look { fraction: *fraction, boundary: *boundary, spent }
        });
        Self { looks: looks.collect() }
    }

    /// What the statistic of look number `look` (0 for the first) says; past the last look, the last one's boundary holds.
    pub fn decide(&self, look: usize, statistic: f64) -> Standing {
        let is_last = look + 1 >= self.looks.len();
        match self.looks.get(look).or(self.looks.last()) {
            Some(found) if statistic > found.boundary => Standing::Better,
            Some(found) if statistic < -found.boundary => Standing::Worse,
            _ if is_last => Standing::NotShown,
            _ => Standing::GoOn,
        }
    }

    /// The chance to find a true effect, on its own side, by the last look.
    ///
    /// `drift` is the effect in standard errors at full information: 2.80 where a single look would have a power of 80 %.
    pub fn power(&self, drift: f64) -> f64 {
        let of = |pick: fn(&Look) -> f64| self.looks.iter().map(pick).collect::<Vec<f64>>();
        chances(&of(|look| look.fraction), &of(|look| look.boundary), drift.abs()).iter().sum()
    }
}

/// The chance of a first crossing at each look.
fn chances(fractions: &[f64], boundaries: &[f64], drift: f64) -> Vec<f64> {
    let mut walk = Walk::start(drift);
    let cross = |(at, (fraction, boundary)): (usize, (&f64, &f64))| {
        let chance = walk.crossing(*fraction, *boundary);
        if at + 1 < fractions.len() {
            walk = walk.after(*fraction, *boundary);
        }
        chance
    };
    fractions.iter().zip(boundaries).enumerate().map(cross).collect()
}

/// Nothing where the fractions rise within (0, 1] and alpha is a chance; else `None`.
fn valid(fractions: &[f64], alpha: f64) -> Option<()> {
    let rise = fractions.windows(2).all(|pair| pair[0] < pair[1]);
    let (first, last) = (*fractions.first()?, *fractions.last()?);
    (rise && first > 0.0 && last <= 1.0 && alpha > 0.0 && alpha < 1.0).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn boundaries(looks: &Looks) -> Vec<f64> {
        looks.looks.iter().map(|look| look.boundary).collect()
    }

    fn near(found: &[f64], wanted: &[f64], by: f64) {
        assert_eq!(found.len(), wanted.len());
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() < by, "{found} {wanted}");
        }
    }

    #[test]
    fn the_table_of_obrien_and_fleming() {
        // Jennison and Turnbull 2000, table 2.3: C = 1.977, 2.004, 2.024, 2.040 for 2 to 5 looks, alpha 0.05.
        for (count, c) in [(1, 1.960), (2, 1.977), (3, 2.004), (4, 2.024), (5, 2.040)] {
            let looks = Looks::obrien_fleming(&equal_fractions(count), 0.05).unwrap();
            near(&boundaries(&looks)[count as usize - 1..], &[c], 6e-4);
            assert!((looks.looks.last().unwrap().spent - 0.05).abs() < 1e-7);
        }
        let four = Looks::obrien_fleming(&equal_fractions(4), 0.05).unwrap();
        near(&boundaries(&four), &[4.05, 2.86, 2.34, 2.02], 5e-3);
    }

    #[test]
    fn the_table_of_lan_and_demets() {
        // As printed for the spending function (ldbounds, gsDesign's sfLDOF); the fixtures hold those of four looks, too.
        let looks = |count| boundaries(&Looks::spending(&equal_fractions(count), 0.05).unwrap());
        near(&looks(4), &[4.3326, 2.9631, 2.3590, 2.0141], 1e-4);
        near(&looks(5), &[4.8769, 3.3570, 2.6803, 2.2898, 2.0310], 1e-4);
        near(&looks(1), &[1.95996], 1e-5);
    }

    #[test]
    fn looks_decide_one_after_the_other() {
        let looks = Looks::obrien_fleming(&equal_fractions(4), 0.05).unwrap();
        assert_eq!(looks.decide(0, 3.0), Standing::GoOn);
        assert_eq!(looks.decide(1, 3.0), Standing::Better);
        assert_eq!(looks.decide(2, -2.5), Standing::Worse);
        assert_eq!(looks.decide(3, 2.0), Standing::NotShown);
        assert_eq!((looks.decide(7, 2.1), looks.decide(0, f64::NAN)), (Standing::Better, Standing::GoOn));
    }

    #[test]
    fn four_looks_cost_next_to_no_power() {
        let looks = Looks::obrien_fleming(&equal_fractions(4), 0.05).unwrap();
        assert!((0.785..0.8).contains(&looks.power(2.801_585)), "{}", looks.power(2.801_585));
        assert!((looks.power(0.0) - 0.05).abs() < 1e-7);
    }

    #[test]
    fn a_plan_that_makes_no_sense_is_none() {
        for fractions in [&[][..], &[0.5, 0.5], &[0.0, 1.0], &[0.5, 1.2], &[0.6, 0.3], &[f64::NAN, 1.0]] {
            assert_eq!(Looks::spending(fractions, 0.05), None);
            assert_eq!(Looks::obrien_fleming(fractions, 0.05), None);
        }
        assert_eq!(Looks::spending(&[1.0], 1.0), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn boundaries_of_equal_looks_fall(count in 2u32..7, alpha in 0.005..0.2f64) {
            for looks in [Looks::spending, Looks::obrien_fleming] {
                let looks = looks(&equal_fractions(count), alpha).unwrap();
                prop_assert!(looks.looks.windows(2).all(|pair| pair[0].boundary > pair[1].boundary));
            }
        }

        #[test]
        fn any_looks_spend_alpha(steps in prop::collection::vec(0.1..1.0f64, 1..5), alpha in 0.005..0.2f64) {
            let total: f64 = steps.iter().sum();
            let mut sum = 0.0;
            let mut fractions: Vec<f64> = steps.iter().map(|step| { sum += step / total; sum }).collect();
            *fractions.last_mut().unwrap() = 1.0;
            for looks in [Looks::spending, Looks::obrien_fleming] {
                let looks = looks(&fractions, alpha).unwrap();
                prop_assert!(looks.looks.windows(2).all(|pair| pair[0].spent < pair[1].spent));
                prop_assert!((looks.looks.last().unwrap().spent - alpha).abs() < 1e-6);
            }
        }
    }
}
