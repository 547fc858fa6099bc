//! Experiments, judged: what their arms came to, whether they may be compared, and what is to be done.

mod checks;
mod compared;
mod figures;
mod verdict;

pub(crate) use checks::sample_ratio;
pub(crate) use figures::{Scale, all, counted, counts, measured};

use super::frame::{Frame, Trial};
use super::intake::{Names, Orders};
use super::settings::Settings;
use super::statistics::{Looks, Reason, SampleRatio, equal_fractions};
use super::tally::{ExperimentTally, Tally};
use super::told::{ArmTold, DayArm, DayTold, ExperimentTold, Finding, Inside, PlanTold, SegmentTold, Severity};
use crate::experiment::{Measure, Planned, Registration};
use compared::{ALPHA, Pair};
use std::collections::BTreeMap;
use verdict::Around;

/// Most values of a key that are told.
const MOST_VALUES: usize = 12;
/// Most segments that are told.
const MOST_SEGMENTS: usize = 60;

/// The boundaries of all looks that plans have; each takes a tenth of a second to make.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boundaries(BTreeMap<u8, Option<Looks>>);

impl Boundaries {
    pub fn of<'p>(planned: impl Iterator<Item = &'p Planned>) -> Self {
        let mut all = BTreeMap::new();
        for looks in planned.map(|planned| planned.plan.looks) {
            let made = || Looks::obrien_fleming(&equal_fractions(u32::from(looks)), ALPHA);
            all.entry(looks).or_insert_with(made);
        }
        Self(all)
    }
}

/// What all experiments are judged by.
pub(crate) struct Judge<'a> {
    pub settings: &'a Settings,
    pub frame: &'a Frame,
    pub names: &'a Names,
    pub orders: &'a Orders,
    pub scale: Scale,
    pub boundaries: &'a Boundaries,
    /// What is wrong with the data.
    pub findings: &'a [Finding],
}

impl Judge<'_> {
    /// Judges experiment number `n`.
    pub fn experiment(&self, n: usize, tally: &Tally) -> Option<ExperimentTold> {
        let (planned, trial) = (self.settings.planned.get(n)?, self.frame.experiments.get(n)?);
        let mine = tally.experiments.get(n)?;
        let (rule, rule_figures) = verdict::rule(&planned.plan, self.scale);
        let now = self.now(trial);
        let looks = self.boundaries.0.get(&planned.plan.looks).and_then(Option::as_ref);
        let pair = |arm: usize, days: usize| Pair {
            arms: [&mine.arms[arm], &mine.arms[0]],
            days,
            scale: self.scale,
            plan: &planned.plan,
            rule: &rule,
            looks,
        };
        let pairs: Vec<(usize, Pair<'_>)> = (1..mine.arms.len()).map(|arm| (arm, pair(arm, now))).collect();
        let names: Vec<String> = planned.experiment.arms.iter().map(|arm| arm.name().to_string()).collect();
        let join = checks::join(&names, &mine.arms);
        let blocked = self.blocked(planned, mine);
        let ratio = |days: usize| self.ratio(planned, mine, days).map(|(found, _)| found);
        let forbidden = |standing: &compared::Standing| blocked.or_else(|| verdict::nothing_to_compare(standing));
        let decided = verdict::decide(&pairs, rule_figures, now, forbidden, ratio, join.holds);
        let days = decided.days;
        let comparisons: Vec<_> = (1..mine.arms.len()).map(|arm| pair(arm, days).told(names[arm].clone())).collect();
        let date = |day: usize| self.frame.days.name(trial.start.unwrap_or(0) + day);
        let place = self.settings.placements.iter().find(|place| place.name == planned.experiment.placement);
        let arms: Vec<ArmTold> = self.arms(planned, mine, days);
        let visitors = arms.iter().map(|arm| arm.visitors).sum();
        let treatment = names.get(decided.arm).cloned().unwrap_or_default();
        let around = Around { planned, now, date: &date, visitors, treatment, long: self.long(planned, trial) };
        Some(ExperimentTold {
            name: planned.experiment.name.to_string(),
            placement: planned.experiment.placement.clone(),
            control: planned.experiment.control.name(),
            unit: planned.plan.unit.name(),
            follows: planned.follows.as_ref().map(ToString::to_string),
            plan: self.plan(planned, trial),
            started: trial.start.map(|start| self.frame.days.name(start)),
            day: u32::try_from(now).unwrap_or(u32::MAX),
            owner: place.and_then(|place| place.owner.clone()),
            verdict: verdict::told(&decided, comparisons.get(decided.arm.saturating_sub(1)), &around),
            sample_ratio: self.ratio(planned, mine, days).map(|(_, told)| told),
            join,
            exposed_orders: self.exposed_orders(planned, trial, now, mine),
            days: self.days(trial, mine, &pair(1, days)),
            segments: self.segments(mine),
            promotions: self.promotions(trial, mine),
            arms,
            comparisons,
        })
    }

    /// Full days since the start.
    fn now(&self, trial: &Trial) -> usize {
        trial.start.map_or(0, |start| self.frame.full_days.saturating_sub(start)).min(trial.most_days)
    }

    /// The long holdout that follows an experiment: what it is called, who stays without, and its last day, counted from the
    /// first one's start.
    fn long(&self, first: &Planned, trial: &Trial) -> Option<verdict::Long> {
        let follows = |other: &&Planned| other.follows.as_ref() == Some(&first.experiment.name);
        let long = self.settings.planned.iter().find(follows)?;
        let date = |at: jiff::Timestamp| self.settings.zone.to_datetime(at).date();
        let from = date(jiff::Timestamp::from_second(long.experiment.from?.0).ok()?);
        let start = date(jiff::Timestamp::from_millisecond(self.frame.days.start(trial.start?)).ok()?);
        let days = (from - start).get_days().max(0);
        Some(verdict::Long {
            name: long.experiment.name.to_string(),
            share: long.experiment.arms.iter().find(|arm| arm.is_control())?.share().to_fraction(),
            day: usize::try_from(days).ok()? + usize::from(long.plan.days),
        })
    }

    /// The share of the shop's orders that an experiment counted, by the share of units that were in its arms.
    fn exposed_orders(&self, planned: &Planned, trial: &Trial, now: usize, mine: &ExperimentTally) -> Option<f64> {
        let (start, days) = (trial.start?, now.min(trial.planned_days));
        let counted: u64 = mine.arms.iter().map(|arm| arm.after(days).told.orders).sum();
        let all = self.orders.between(self.frame.days.start(start), self.frame.days.start(start + days));
        let dealt: f64 = planned.experiment.arms.iter().map(|arm| arm.share().to_fraction()).sum();
        let dealt = dealt * (1.0 - self.settings.global_holdout.share.to_fraction());
        let of_all = all as f64 * dealt;
        (counted > 0 && of_all > 0.0).then(|| (counted as f64 / of_all).min(1.0))
    }

    /// What forbids a verdict before any figure is looked at.
    fn blocked(&self, planned: &Planned, mine: &ExperimentTally) -> Option<Reason> {
        let name = planned.experiment.name.as_str();
        let broken = self.findings.iter().any(|finding| {
            finding.severity == Severity::Blocks && finding.experiment.as_deref().is_none_or(|of| of == name)
        });
        let unregistered = verdict::unregistered(planned);
        let margins = planned.plan.kill.measure == Measure::MarginDrag && !self.scale.with_margin;
        let drawn = checks::not_randomised(mine).map(|_| Reason::NotRandomised);
        unregistered.or(broken.then_some(Reason::DataBroken)).or(drawn).or(margins.then_some(Reason::CostsUnknown))
    }

    fn ratio(
        &self,
        planned: &Planned,
        mine: &ExperimentTally,
        days: usize,
    ) -> Option<(SampleRatio, super::told::SampleRatioTold)> {
        let visitors: Vec<u64> = mine.arms.iter().map(|arm| arm.after(days).told.visitors).collect();
        let shares: Vec<f64> = planned.experiment.arms.iter().map(|arm| arm.share().to_fraction()).collect();
        sample_ratio(&visitors, &shares)
    }

    fn arms(&self, planned: &Planned, mine: &ExperimentTally, days: usize) -> Vec<ArmTold> {
        let told = |(arm, tally): (&crate::experiment::Arm, &super::tally::ArmTally)| {
            let slot = tally.after(days);
            ArmTold {
                name: arm.name().to_string(),
                control: arm.is_control(),
                share: arm.share().to_fraction(),
                visitors: slot.told.visitors,
                counts: counts(&slot, self.scale),
            }
        };
        planned.experiment.arms.iter().zip(&mine.arms).map(told).collect()
    }

    fn plan(&self, planned: &Planned, trial: &Trial) -> PlanTold {
        let plan = &planned.plan;
        PlanTold {
            registration: match planned.registration() {
                Registration::Kept => "kept",
                Registration::Changed => "changed",
                Registration::Missing => "missing",
            },
            hash: planned.hash().to_string(),
            metric: plan.metric.name(),
            minimum_detectable_effect: plan.minimum_detectable_effect.to_fraction(),
            days: plan.days,
            kill: plan.kill.to_string(),
            threshold: plan.kill.threshold.to_fraction(),
            looks: plan.looks,
            min_units: plan.min_units,
            cap: trial.cap.map(|cap| cap.limit() / self.scale.minor),
        }
    }

    fn days(&self, trial: &Trial, mine: &ExperimentTally, pair: &Pair<'_>) -> Vec<DayTold> {
        let Some(start) = trial.start else { return Vec::new() };
        let day = |(day, net): (usize, Option<super::told::DayLift>)| {
            let moment = self.frame.days.start(start + day);
            let within = |promotion: &&crate::shop::Promotion| {
                let next = self.frame.days.start(start + day + 1);
                promotion.from.0.saturating_mul(1_000) < next && moment < promotion.until.0.saturating_mul(1_000)
            };
            DayTold {
                date: self.frame.days.name(start + day),
                promotion: self.settings.calendar.iter().find(within).map(|promotion| promotion.name.clone()),
                arms: mine.arms.iter().map(|arm| self.day(arm.days.get(day))).collect(),
                net,
            }
        };
        pair.days().into_iter().enumerate().map(day).collect()
    }

    fn day(&self, slot: Option<&super::tally::Slot>) -> DayArm {
        let Some(told) = slot.map(|slot| &slot.told) else { return DayArm::default() };
        DayArm {
            visitors: told.visitors,
            exposures: told.exposures,
            clicks: told.clicks,
            orders: told.orders,
            revenue: self.scale.major(told.revenue),
            margin: self.scale.with_margin.then(|| self.scale.major(told.margin)),
        }
    }

    fn segments(&self, mine: &ExperimentTally) -> Vec<SegmentTold> {
        let told = |((key, value), arms): (&(u32, u32), &Vec<super::moments::Moments>)| SegmentTold {
            key: self.names.text(*key).to_owned(),
            value: self.names.text(*value).to_owned(),
            visitors: arms.iter().map(|arm| arm.visitors()).collect(),
            orders: arms
                .iter()
                .map(|arm| u64::try_from(arm.sum(super::moments::Figure::Orders)).unwrap_or(0))
                .collect(),
            net: arms.first().zip(arms.get(1)).and_then(|(control, treatment)| {
                measured(figures::net(self.scale), self.scale, [treatment, control], None)
            }),
        };
        let mut all: Vec<SegmentTold> = mine.segments.iter().map(told).collect();
        let size = |segment: &SegmentTold| segment.visitors.iter().sum::<u64>();
        all.sort_by(|a, b| (&a.key, size(b), &a.value).cmp(&(&b.key, size(a), &b.value)));
        let mut of_key: (String, usize) = Default::default();
        all.retain(|segment| {
            of_key =
                if of_key.0 == segment.key { (segment.key.clone(), of_key.1 + 1) } else { (segment.key.clone(), 1) };
            of_key.1 <= MOST_VALUES
        });
        all.truncate(MOST_SEGMENTS);
        all
    }

    fn promotions(&self, trial: &Trial, mine: &ExperimentTally) -> Option<Inside> {
        let side = |side: usize| {
            let arms = &mine.promotions[side];
            let [control, treatment] = [arms.first()?, arms.get(1)?];
            measured(figures::net(self.scale), self.scale, [treatment, control], None)
        };
        let visitors = |side: usize| mine.promotions[side].iter().map(|arm| arm.visitors()).sum::<u64>();
        if visitors(0) == 0 || visitors(1) == 0 {
            return None;
        }
        let from = self.frame.days.start(trial.start?);
        let met = self.settings.calendar.iter().filter(|promotion| promotion.until.0.saturating_mul(1_000) > from);
        Some(Inside { names: met.map(|promotion| promotion.name.clone()).collect(), inside: side(0), outside: side(1) })
    }
}
