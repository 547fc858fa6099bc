//! What is wrong with the units, the plan and the days of one experiment.

use super::{BROKEN, Writer, over};
use crate::experiment::{Planned, Registration};
use crate::page::number::percent;
use crate::report::faults::{Crossing, Faults};
use crate::report::frame::Trial;
use crate::report::moments::Figure;
use crate::report::tally::{ArmTally, ExperimentTally};
use crate::report::told::Finding;
use crate::report::told::Severity::{Blocks, Notes, Warns};

/// The share of an arm's orders without an exposure that is worth a warning.
const MANY: f64 = 0.05;
/// One unit's share of an arm's revenue that is worth a warning; and, with its orders cut off, that forbids a verdict.
const WHALE: [f64; 2] = [0.25, 0.20];
/// A day with fewer exposures than this share of the usual is a gap.
const GAP: f64 = 0.2;
/// Exposures that a day usually has before a gap is one.
const USUAL: u64 = 50;

impl Writer {
    pub fn experiment(&mut self, faults: &Faults, n: usize, planned: &Planned, trial: &Trial, tally: &ExperimentTally) {
        let from = self.0.len();
        let all = tally.arms.iter().map(|arm| arm.after(usize::MAX));
        let exposed: u64 = all.map(|arm| arm.told.visitors).sum();
        self.plan(planned, trial);
        let crossing = |crossing| faults.count_of(n, crossing);
        let units = exposed + crossing(Crossing::TwoArms) + crossing(Crossing::UnknownArm);
        let table: [(&'static str, Crossing, &str, &str); 3] = [
            (
                "exposed_in_two_arms",
                Crossing::TwoArms,
                "units were exposed in more than one arm and are left out",
                "Look for a unit that is not kept, or for two answers of different bundles.",
            ),
            (
                "arm_unlike_hash",
                Crossing::Unlike,
                "units were exposed in another arm than that of their hash",
                "Look for a page that deals arms by itself, or for a changed salt.",
            ),
            (
                "unknown_arm",
                Crossing::UnknownArm,
                "units were exposed in an arm that the plan does not have and are left out",
                "Keep the arms of the file as they were.",
            ),
        ];
        for (code, fault, what, remedy) in table {
            let count = crossing(fault);
            let severity = if over(count, units, BROKEN) { Blocks } else { Warns };
            self.write(code, severity, (count, units), format!("{count} {what}."), remedy);
        }
        let lost = crossing(Crossing::OrderWithoutExposure);
        let orders: u64 = tally.arms.iter().map(|arm| arm.orders).sum();
        let said = format!("{lost} orders carry an arm, but their unit was never exposed in it.");
        self.write(
            "orders_without_exposure",
            if over(lost, orders, MANY) { Warns } else { Notes },
            (lost, orders),
            said,
            "Exposures are lost: look at who blocks `POST /events`.",
        );
        self.whale(&tally.arms);
        self.gaps(&tally.arms);
        self.of(planned, from);
    }

    fn plan(&mut self, planned: &Planned, trial: &Trial) {
        let (code, said, remedy) = match planned.registration() {
            Registration::Missing => (
                "plan_missing",
                "No plan was registered before the start.",
                "`endcap plan --write`, before the next one starts.",
            ),
            Registration::Changed => (
                "plan_changed",
                "The plan is not the one that was registered.",
                "Put it back as it was: its hash is in `plan`.",
            ),
            Registration::Kept => ("", "", ""),
        };
        self.write(code, Blocks, (u64::from(!code.is_empty()), 0), said.into(), remedy);
        if !trial.cap_registered && trial.cap.is_some() {
            let said = "The plan names no cap: large orders are cut off at a quantile that was looked up afterwards.";
            self.write("cap_looked_up", Warns, (1, 0), said.into(), "`endcap plan --write` registers one.");
        }
        if planned.experiment.from.is_none() && trial.start.is_some() {
            let said = "The experiment names no start: the first day with exposures is taken.";
            self.write("no_start", Notes, (1, 0), said.into(), "Write `from` into [[experiment]].");
        }
    }

    fn whale(&mut self, arms: &[ArmTally]) {
        for arm in arms {
            let all = arm.after(usize::MAX);
            let share = |sum: i128, largest: i64| if sum > 0 { largest as f64 / sum as f64 } else { 0.0 };
            let raw = share(all.told.revenue, arm.largest[0]);
            let cut = share(all.capped.sum(Figure::Revenue), arm.largest[1]);
            if raw < WHALE[0] && cut < WHALE[1] {
                continue;
            }
            let severity = if cut >= WHALE[1] && all.told.visitors > 0 { Blocks } else { Warns };
            let sentence = format!(
                "One unit has {} of an arm's revenue, {} with large orders cut off.",
                percent(raw, 1),
                percent(cut, 1)
            );
            let remedy = "Look at who that is; a wholesaler belongs into no experiment.".to_owned();
            self.0.push(Finding {
                code: "one_buyer",
                severity,
                experiment: None,
                count: 1,
                share: Some(raw),
                sentence,
                remedy,
            });
        }
    }

    /// Days on which an arm tells far less than it usually does.
    fn gaps(&mut self, arms: &[ArmTally]) {
        let usual: Vec<u64> = arms.iter().map(|arm| median(arm.days.iter().map(|slot| slot.told.exposures))).collect();
        let longest = arms.iter().map(|arm| arm.days.len()).max().unwrap_or(0);
        let is_gap = |arm: &ArmTally, usual: u64, day: usize| {
            let told = arm.days.get(day).map_or(0, |slot| slot.told.exposures);
            (told as f64) < GAP * usual as f64
        };
        // Arms that never tell much say nothing by telling little.
        let heard: Vec<(&ArmTally, u64)> = arms.iter().zip(usual).filter(|(_, usual)| *usual >= USUAL).collect();
        let (mut all, mut single) = (0, 0);
        for day in 0..longest.saturating_sub(1) {
            let gaps = heard.iter().filter(|(arm, usual)| is_gap(arm, *usual, day)).count();
            all += u64::from(gaps > 0 && gaps == heard.len());
            single += u64::from(gaps > 0 && gaps < heard.len());
        }
        let days = longest as u64;
        self.write(
            "days_missing",
            Warns,
            (all, days),
            format!("On {all} days hardly anything was told."),
            "Look for the missing part of the log.",
        );
        self.write(
            "days_missing_in_one_arm",
            Blocks,
            (single, days),
            format!("On {single} days one arm told hardly anything, and the others did."),
            "Look for what broke that arm's pages.",
        );
    }
}

fn median(values: impl Iterator<Item = u64>) -> u64 {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}
