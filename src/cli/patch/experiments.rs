//! What an `endcap.toml`, or a word on the command line, changes of experiments.

use super::super::failure::Failure;
use crate::bundle::{ExperimentChange, OverlayDraft, StoredExperiment};
use crate::config::Config;
use crate::experiment::Experiment;
use crate::placement::{self, Recommender};
use std::path::Path;

/// What the settings make of the bundle's experiments at the time `now`; what cannot be made of them is told on stderr.
pub(super) fn changes(
    config: &Config,
    path: &Path,
    recommender: &Recommender<Vec<u8>>,
    now: Option<i64>,
) -> Vec<ExperimentChange> {
    let live = recommender.live().experiments();
    let written: Vec<&Experiment> = config.experiments.iter().map(|planned| &planned.experiment).collect();
    let file = path.display();
    for experiment in &written {
        if !live.list.iter().any(|stored| stored.name == experiment.name.as_str()) {
            eprintln!(
                "note: {file}: experiment {:?} is not in the bundle: it starts with the next training run",
                experiment.name.as_str()
            );
        }
    }
    let settings = placement::stored([], &config.global_holdout);
    if (settings.held_out, &settings.salt) != (live.held_out, &live.salt)
        && (settings.held_out, live.held_out) != (0, 0)
    {
        eprintln!("note: {file}: `global_holdout` is no part of an overlay: a change of it needs a training run");
    }
    let change = |stored: &StoredExperiment| {
        let wanted = written.iter().find(|experiment| experiment.name.as_str() == stored.name);
        let name = stored.name.clone();
        let Some(wanted) = wanted else { return ExperimentChange { name, enabled: Some(false), arms: Vec::new() } };
        tell(stored, wanted, path);
        let over = now.zip(wanted.until).is_some_and(|(now, until)| until.0 <= now);
        ExperimentChange { name, enabled: Some(!over), arms: placement::stored_arms(&wanted.arms) }
    };
    live.list.iter().map(change).collect()
}

/// Says what of an experiment an overlay cannot change, and whom new shares take out of their arm.
fn tell(stored: &StoredExperiment, wanted: &Experiment, path: &Path) {
    let Some(held) = placement::opened(stored) else { return };
    let (file, name) = (path.display(), &stored.name);
    let leavers = held.arms.leavers(&wanted.arms);
    if leavers.0 > 0 {
        eprintln!(
            "note: {file}: the new shares of experiment {name:?} take {leavers} of all visitors out of their arm; a new \
             experiment, of another name, keeps what was measured apart"
        );
    }
    if held != (Experiment { arms: held.arms.clone(), ..wanted.clone() }) {
        eprintln!(
            "note: {file}: of experiment {name:?} an overlay changes the shares and whether it runs; a change of salt, \
             placement, control, segment or window needs a training run"
        );
    }
}

/// Puts the names of the command line into the draft.
pub(super) fn switch(
    draft: &mut OverlayDraft,
    recommender: &Recommender<Vec<u8>>,
    disable: &[String],
    enable: &[String],
) -> Result<(), Failure> {
    let known: Vec<&str> = recommender.live().experiments().list.iter().map(|stored| stored.name.as_str()).collect();
    if let Some(name) = disable.iter().find(|name| enable.contains(name)) {
        return Err(Failure::command(format!(
            "expected --enable-experiment or --disable-experiment, found both for {name:?}; leave one out"
        )));
    }
    let wanted = disable.iter().map(|name| (name, false)).chain(enable.iter().map(|name| (name, true)));
    for (name, enabled) in wanted {
        if !known.contains(&name.as_str()) {
            let known = if known.is_empty() { "none, for the bundle holds none".to_owned() } else { known.join(", ") };
            return Err(Failure::command(format!(
                "expected one of the experiments {known}, found {name:?}; correct the name"
            )));
        }
        match draft.experiments.iter_mut().find(|change| change.name == *name) {
            Some(change) => change.enabled = Some(enabled),
            None => draft.experiments.push(ExperimentChange {
                name: name.clone(),
                enabled: Some(enabled),
                arms: Vec::new(),
            }),
        }
    }
    Ok(())
}
