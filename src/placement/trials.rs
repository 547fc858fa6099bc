//! Which arm a question is in, and what that means for its answer.

use super::request::Request;
use crate::bundle::{Experiments, StoredControl, StoredExperiment};
use crate::experiment::{Arms, Assignment, BasisPoints, Control, Experiment, GlobalHoldout, Name, Visitor};
use crate::rules::Live;
use crate::shop::Timestamp;

/// Whose list a question is answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Assigned {
    /// In no arm.
    #[default]
    Nobody,
    /// In no arm, where some are held out of every placement.
    Served,
    /// Held out of every placement.
    Everything,
    /// In an arm: the experiment's number and the arm's in it.
    Arm(usize, usize),
}

/// What becomes of a list because of experiments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dealt {
    /// In which arm the question is.
    pub assigned: Assigned,
    /// What is shown in the list's place; none: the list.
    pub instead: Option<Control>,
}

/// An experiment as it runs.
#[derive(Clone, Debug)]
struct Trial {
    experiment: Experiment,
    /// An overlay took it back: it is as if it were not there.
    paused: bool,
}

/// The experiments of a bundle, with what overlays made of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Trials {
    holdout: GlobalHoldout,
    all: Vec<Trial>,
}

impl Trials {
    /// The experiments that hold now.
    pub fn of(live: &Live) -> Self {
        let Experiments { held_out, salt, list } = live.experiments();
        let trial = |(at, stored): (usize, &StoredExperiment)| {
            Some(Trial { experiment: opened(stored)?, paused: live.is_paused(at) })
        };
        Self {
            holdout: GlobalHoldout { share: BasisPoints(i32::from(*held_out)), salt: salt.clone() },
            // What a bundle lets through makes an experiment: none is dropped.
            all: list.iter().enumerate().filter_map(trial).collect(),
        }
    }

    /// What becomes of the list of a request.
    ///
    /// # Cost
    ///
    /// Two hashes of some 100 bytes where there is a unit and an experiment; nothing is allocated.
    pub fn deal(&self, request: &Request<'_>) -> Dealt {
        let visitor = Visitor { unit: request.unit, segment: request.segment, now: request.now.map(Timestamp) };
        let here = || self.all.iter().enumerate().filter(|(_, trial)| trial.is_at(request.placement));
        if request.unit.is_some_and(|unit| self.holdout.contains(unit)) {
            let instead = self.control(here().map(|(_, trial)| trial), &visitor).unwrap_or(Control::None);
            return Dealt { assigned: Assigned::Everything, instead: Some(instead) };
        }
        for (at, trial) in here() {
            let Assignment::Arm(arm) = trial.experiment.assign(&visitor, &self.holdout) else { continue };
            let number = trial.experiment.arms.iter().position(|other| other == arm).unwrap_or(0);
            let instead = arm.is_control().then_some(trial.experiment.control);
            return Dealt { assigned: Assigned::Arm(at, number), instead };
        }
        // Where something new is tried against the shop's own, the shop's own is what everybody else sees.
        let instead = self.control(here().map(|(_, trial)| trial), &visitor);
        let known = request.unit.is_some_and(|unit| !unit.is_empty());
        let assigned = if known && self.holdout.share.0 > 0 { Assigned::Served } else { Assigned::Nobody };
        Dealt { assigned, instead: instead.filter(|control| *control == Control::Incumbent) }
    }

    /// What the control of a placement's experiment shows: of the one that the visitor could be in, else of any that is tried
    /// against the shop's own.
    fn control<'t>(&self, mut here: impl Iterator<Item = &'t Trial> + Clone, visitor: &Visitor<'_>) -> Option<Control> {
        let runs = |trial: &&Trial| trial.experiment.runs_at(visitor.now) && trial.experiment.is_for(visitor.segment);
        let incumbent = |trial: &&Trial| trial.experiment.control == Control::Incumbent;
        let deciding = here.clone().find(runs).or_else(|| here.find(incumbent));
        deciding.map(|trial| trial.experiment.control)
    }

    /// The names of an experiment and an arm, as they are logged.
    pub fn names(&self, assigned: Assigned) -> (Option<&str>, Option<&str>) {
        match assigned {
            Assigned::Nobody => (None, None),
            Assigned::Served => (None, Some(GlobalHoldout::SERVED)),
            Assigned::Everything => (None, Some(GlobalHoldout::NAME)),
            Assigned::Arm(at, arm) => {
                let experiment = self.all.get(at).map(|trial| &trial.experiment);
                let arm = experiment.and_then(|experiment| experiment.arms.iter().nth(arm));
                (experiment.map(|experiment| experiment.name.as_str()), arm.map(|arm| arm.name().as_str()))
            }
        }
    }
}

impl Trial {
    fn is_at(&self, placement: &str) -> bool {
        !self.paused && self.experiment.placement == placement
    }
}

/// The experiment that is stored; `None` for one that no bundle lets through.
pub fn opened(stored: &StoredExperiment) -> Option<Experiment> {
    let share = |(name, share): &(String, u16)| Some((Name::parse(name)?, BasisPoints(i32::from(*share))));
    let shares: Vec<(Name, BasisPoints)> = stored.arms.iter().map(share).collect::<Option<_>>()?;
    Some(Experiment {
        salt: stored.salt.clone(),
        control: match stored.control {
            StoredControl::None => Control::None,
            StoredControl::Incumbent => Control::Incumbent,
        },
        segment: stored.segment.clone(),
        from: stored.from.map(Timestamp),
        until: stored.until.map(Timestamp),
        ..Experiment::new(Name::parse(&stored.name)?, &stored.placement, Arms::new(shares).ok()?)
    })
}

/// Experiments and a global holdout as a bundle stores them.
pub fn stored<'e>(experiments: impl IntoIterator<Item = &'e Experiment>, holdout: &GlobalHoldout) -> Experiments {
    let points = |share: BasisPoints| u16::try_from(share.0).unwrap_or(0);
    let one = |experiment: &Experiment| StoredExperiment {
        name: experiment.name.as_str().to_owned(),
        placement: experiment.placement.clone(),
        salt: experiment.salt.clone(),
        arms: stored_arms(&experiment.arms),
        control: match experiment.control {
            Control::None => StoredControl::None,
            Control::Incumbent => StoredControl::Incumbent,
        },
        segment: experiment.segment.clone(),
        from: experiment.from.map(|at| at.0),
        until: experiment.until.map(|at| at.0),
    };
    Experiments {
        held_out: points(holdout.share),
        salt: holdout.salt.clone(),
        list: experiments.into_iter().map(one).collect(),
    }
}

/// Names and shares of arms as a bundle or an overlay stores them.
pub fn stored_arms(arms: &Arms) -> Vec<(String, u16)> {
    let one =
        |arm: &crate::experiment::Arm| (arm.name().as_str().to_owned(), u16::try_from(arm.share().0).unwrap_or(0));
    arms.iter().map(one).collect()
}
