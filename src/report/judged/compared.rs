//! A treatment against the control.

use super::figures::{self, CONFIDENCE, Scale};
use crate::experiment::{Measure, Metric, Plan};
use crate::report::frame::NOVELTY_DAYS;
use crate::report::moments::{Compared, Figure, Moments};
use crate::report::statistics::{
    ConfidenceSequence, Interval, KillRule, Lift, Look, Looks, Novelty, OperatingPoint, margin_drag,
};
use crate::report::tally::{ArmTally, Slot};
use crate::report::told::{Attribution, Comparison, DayLift, Harm, LookTold, NoveltyTold};

/// The chance to err that all looks share.
pub(super) const ALPHA: f64 = 0.05;
/// Days of the early and of the late part of a test.
const PART: usize = NOVELTY_DAYS;

/// Two arms, the treatment first, as far as they are looked at.
pub(super) struct Pair<'a> {
    pub arms: [&'a ArmTally; 2],
    /// Days that are looked at.
    pub days: usize,
    pub scale: Scale,
    pub plan: &'a Plan,
    pub rule: &'a KillRule,
    /// The plan's looks; none where it has none that can be made.
    pub looks: Option<&'a Looks>,
}

/// What a verdict needs to know of a pair.
pub(super) struct Standing {
    /// Of what the kill rule looks at.
    pub net: Option<Lift>,
    /// Of the registered metric.
    pub registered: Option<Lift>,
    pub harm: bool,
    pub visitors: [u64; 2],
    pub orders: [i128; 2],
}

impl Pair<'_> {
    fn after(&self, days: usize) -> [Slot; 2] {
        self.arms.map(|arm| arm.after(days))
    }

    /// How the arms stand after so many days, by figures of the kill rule.
    pub fn standing(&self, rule: [Figure; 2], days: usize) -> Standing {
        let [treatment, control] = self.after(days);
        let lift = |figures| Compared::of(&treatment.capped, &control.capped, figures).map(|found| found.lift);
        Standing {
            net: lift(rule),
            registered: lift(figures::figures(self.plan.metric, self.scale)),
            harm: self.harm(days).is_some_and(|harm| harm.shown),
            visitors: [&treatment, &control].map(|slot| slot.told.visitors),
            orders: [&treatment, &control].map(|slot| slot.capped.sum(Figure::Orders)),
        }
    }

    /// All that is told of the pair.
    pub fn told(&self, arm: String) -> Comparison {
        let [treatment, control] = self.after(self.days);
        let arms = [&treatment.capped, &control.capped];
        let net = figures::measured(figures::net(self.scale), self.scale, arms, Some([&treatment.raw, &control.raw]));
        let aov = Compared::of(arms[0], arms[1], figures::figures(Metric::Aov, self.scale));
        let aov_lift = aov.map(|found| found.lift.lift);
        let drag = net.as_ref().zip(aov_lift).map(|(net, aov)| margin_drag(net.lift, aov));
        let error = net.as_ref().map(|net| net.standard_error).filter(|error| *error > 0.0 && error.is_finite());
        Comparison {
            arm,
            aov_lift,
            margin_drag: drag.filter(|_| self.scale.with_margin),
            measured: figures::all(self.plan.metric, self.scale, &treatment, &control),
            looks: self.looks(),
            harm: self.harm(self.days),
            novelty: self.novelty(),
            attribution: self.attribution(&treatment, &control),
            operating: error
                .filter(|_| self.plan.kill.measure == Measure::NetLift)
                .map_or(Vec::new(), |error| OperatingPoint::table(self.rule, error).to_vec()),
            net,
        }
    }

    fn looks(&self) -> Vec<LookTold> {
        let metric = figures::figures(self.plan.metric, self.scale);
        let look = |look: &Look| {
            let day = (look.fraction * f64::from(self.plan.days)).ceil() as usize;
            let reached = day <= self.days;
            let [treatment, control] = self.after(if reached { day } else { 0 });
            let found = Compared::of(&treatment.capped, &control.capped, metric).filter(|_| reached);
            let statistic = found.map(|found| found.lift.statistic);
            LookTold {
                day: u32::try_from(day).unwrap_or(u32::MAX),
                boundary: look.boundary,
                statistic,
                crossed: statistic.is_some_and(|statistic| statistic.abs() > look.boundary),
            }
        };
        self.looks.map_or(Vec::new(), |looks| looks.looks.iter().map(look).collect())
    }

    /// The interval that may be looked at every day. It is tuned for the visitors that the first three days promise, which are
    /// known before it says anything.
    fn always(&self) -> ConfidenceSequence {
        let first = ConfidenceSequence::MIN_DAYS;
        let [treatment, control] = self.after(first as usize);
        let visitors = (treatment.told.visitors + control.told.visitors) as f64;
        let planned_visitors = (visitors * f64::from(self.plan.days) / f64::from(first)).max(1.0);
        ConfidenceSequence { alpha: ALPHA, planned_visitors }
    }

    /// Whether the margin a visitor was ever shown to fall, and the interval of the last day.
    fn harm(&self, days: usize) -> Option<Harm> {
        let (always, figures) = (self.always(), figures::figures(Metric::ContributionMarginPerVisitor, self.scale));
        let mut sums = [Slot::default(), Slot::default()];
        let (mut shown, mut interval) = (false, None);
        for day in 0..days {
            self.add(&mut sums, day);
            let visitors = [sums[0].told.visitors, sums[1].told.visitors];
            let Some(found) = Compared::of(&sums[0].capped, &sums[1].capped, figures) else { continue };
            let full = u32::try_from(day + 1).unwrap_or(u32::MAX);
            shown |= always.shows_harm(&found.lift, visitors, full);
            interval = Some(always.interval(&found.lift, visitors[0] + visitors[1]));
        }
        interval.map(|interval: Interval| Harm { interval, shown })
    }

    /// The net lift day by day, each with all days before it.
    pub fn days(&self) -> Vec<Option<DayLift>> {
        let (always, (_, figures)) = (self.always(), figures::net(self.scale));
        let mut sums = [Slot::default(), Slot::default()];
        let day = |day: usize| {
            self.add(&mut sums, day);
            let visitors = sums[0].told.visitors + sums[1].told.visitors;
            let found = Compared::of(&sums[0].capped, &sums[1].capped, figures)?;
            Some(DayLift {
                lift: found.lift.lift,
                interval: found.lift.interval(CONFIDENCE),
                always: always.interval(&found.lift, visitors),
            })
        };
        (0..self.days).map(day).collect()
    }

    fn add(&self, sums: &mut [Slot; 2], day: usize) {
        for (sum, arm) in sums.iter_mut().zip(self.arms) {
            arm.days.get(day).into_iter().for_each(|slot| sum.merge(slot));
        }
    }

    /// Those who came in the first ten days against those of the last ten of the plan, each with what they did in their ten.
    fn novelty(&self) -> Option<NoveltyTold> {
        let (_, figures) = figures::net(self.scale);
        let last = self.days.min(usize::from(self.plan.days));
        let late = last.checked_sub(PART).filter(|late| *late >= PART)?;
        let lift = |days: std::ops::Range<usize>| {
            let [treatment, control]: [Moments; 2] = self.arms.map(|arm| arm.cohorts(days.clone()));
            Compared::of(&treatment, &control, figures).map(|found| found.lift)
        };
        let (early, late) = (lift(0..PART)?, lift(late..last)?);
        let novelty = Novelty::of(&early, &late);
        let fades = novelty.p_value < 1.0 - CONFIDENCE && novelty.difference > 0.0;
        Some(NoveltyTold { early: early.lift, late: late.lift, p_value: novelty.p_value, fades })
    }

    fn attribution(&self, treatment: &Slot, control: &Slot) -> Attribution {
        let scale = self.scale;
        let gain = |figures: [Figure; 2]| {
            let found = Compared::of(&treatment.capped, &control.capped, figures)?;
            let units = treatment.told.visitors as f64 / scale.minor;
            let of = |lift: f64| lift * found.control * units;
            let Interval { lower, upper } = found.lift.interval(CONFIDENCE);
            Some((of(found.lift.lift), Interval { lower: of(lower), upper: of(upper) }))
        };
        let revenue = gain([Figure::Revenue, Figure::One]);
        let margin = gain([Figure::Margin, Figure::One]).filter(|_| scale.with_margin);
        let last_click_revenue = scale.major(treatment.told.last_click);
        Attribution {
            last_click_revenue,
            assisted_revenue: scale.major(treatment.told.assisted),
            incremental_revenue: revenue.map(|(gain, _)| gain),
            incremental_interval: revenue.map(|(_, interval)| interval),
            incremental_margin: margin.map(|(gain, _)| gain),
            ratio: revenue.filter(|(gain, _)| *gain > 0.0).map(|(gain, _)| last_click_revenue / gain),
        }
    }
}
