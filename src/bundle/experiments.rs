//! Who is in which arm of which experiment, as a bundle tells it: what assignment needs and nothing of the plan.
//!
//! A browser that deals its own visitors to arms has to know shares, salts and windows. What is to be decided, by which
//! figure and when, it need not know, and no bundle holds it.

use super::error::DraftError;
use super::layout::{MAX_ARMS, MAX_EXPERIMENTS, WHOLE};
use super::policy::Policy;
use super::rule_table::{segment_rule, window_rule};
use super::stored::stored;
use super::structured::{Structured, is_text};

/// The name of the control arm.
const CONTROL: &str = "holdout";

/// The experiments of a shop and its global holdout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Experiments {
    /// The share of all units that no placement serves, in ten-thousandths: 0 to 10,000.
    pub held_out: u16,
    /// What is mixed into the hash of the global holdout.
    pub salt: String,
    /// The experiments, in the order of the shop's file; at most 256, no name twice.
    pub list: Vec<StoredExperiment>,
}

stored!(struct Experiments { held_out, salt, list });

/// One experiment as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredExperiment {
    /// Its name: 1 to 64 letters a to z in either case, digits, `_` and `-`.
    pub name: String,
    /// The placement that it is about.
    pub placement: String,
    /// What is mixed into its hash.
    pub salt: String,
    /// Name and share of each arm in ten-thousandths, `holdout` among them: 2 to 8, each above 0, together at most 10,000.
    pub arms: Vec<(String, u16)>,
    /// What the control arm shows.
    pub control: StoredControl,
    /// Each named key of a visitor's segment has one of these values; empty: everybody.
    pub segment: Vec<(String, Vec<String>)>,
    /// First second at which it runs, since 1970.
    pub from: Option<i64>,
    /// First second at which it no longer runs.
    pub until: Option<i64>,
}

stored!(struct StoredExperiment { name, placement, salt, arms, control, segment, from, until });

/// What a control arm shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredControl {
    /// An empty place.
    None,
    /// What the shop showed there before.
    Incumbent,
}

stored!(enum StoredControl { 0 = None, 1 = Incumbent });

/// What an overlay changes of one experiment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExperimentChange {
    /// Its name.
    pub name: String,
    /// Whether it assigns anybody; as it was where nothing is said.
    pub enabled: Option<bool>,
    /// Arms that take the place of those it has, as in [`StoredExperiment::arms`]; empty: as they were.
    pub arms: Vec<(String, u16)>,
}

stored!(struct ExperimentChange { name, enabled, arms });

impl Experiments {
    /// Whether nobody is in anything.
    pub fn is_empty(&self) -> bool {
        self.held_out == 0 && self.list.is_empty()
    }
}

impl Structured for Experiments {
    const NAME: &'static str = "experiments";

    fn broken_rule(&self) -> Option<&'static str> {
        if self.held_out > WHOLE || !is_text(&self.salt) {
            return Some("a share of 0 to 10,000 and a salt of at most 200 bytes are expected");
        }
        names_rule(self.list.iter().map(|experiment| experiment.name.as_str()))
            .or_else(|| self.list.iter().find_map(experiment_rule))
    }
}

fn experiment_rule(experiment: &StoredExperiment) -> Option<&'static str> {
    if !is_text(&experiment.salt) || !is_text(&experiment.placement) {
        return Some("a salt and a placement of at most 200 bytes without control characters are expected");
    }
    arms_rule(&experiment.arms)
        .or_else(|| segment_rule(&experiment.segment))
        .or_else(|| window_rule(experiment.from, experiment.until))
}

/// The rule that changes of experiments break, if they break one.
pub(super) fn changes_rule(changes: &[ExperimentChange]) -> Option<&'static str> {
    let arms = |change: &ExperimentChange| arms_rule(&change.arms).filter(|_| !change.arms.is_empty());
    names_rule(changes.iter().map(|change| change.name.as_str())).or_else(|| changes.iter().find_map(arms))
}

/// The rule that names of experiments break, if they break one.
fn names_rule<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<&'static str> {
    if names.clone().count() > MAX_EXPERIMENTS {
        return Some("more than 256 experiments");
    }
    let twice = |name: &str| names.clone().filter(|other| *other == name).count() > 1;
    if names.clone().any(|name| !is_name(name)) {
        return Some("a name must have 1 to 64 letters a to z, digits, `_` and `-`");
    }
    names.clone().any(twice).then_some("an experiment stands twice")
}

/// The rule that arms break, if they break one.
fn arms_rule(arms: &[(String, u16)]) -> Option<&'static str> {
    if !(2..=MAX_ARMS).contains(&arms.len()) || !arms.iter().any(|(name, _)| name == CONTROL) {
        return Some("2 to 8 arms are expected, `holdout` among them");
    }
    let twice = |name: &str| arms.iter().filter(|(other, _)| other == name).count() > 1;
    if arms.iter().any(|(name, _)| !is_name(name) || twice(name)) {
        return Some("an arm stands twice, or its name has other than 1 to 64 letters a to z, digits, `_` and `-`");
    }
    let total: u32 = arms.iter().map(|(_, share)| u32::from(*share)).sum();
    let sound = arms.iter().all(|(_, share)| *share > 0) && total <= u32::from(WHOLE);
    (!sound).then_some("shares above 0, together at most 10,000, are expected")
}

/// Whether `text` can name an experiment or an arm.
fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// The section's bytes; `None` where nobody is in anything.
pub(super) fn encode(experiments: &Experiments, policies: &[Policy]) -> Result<Option<Vec<u8>>, DraftError> {
    let known = |name: &str| policies.iter().any(|policy| policy.placement == name);
    if experiments.list.iter().any(|experiment| !known(&experiment.placement)) {
        let rule = "an experiment is about a placement that does not exist";
        return Err(DraftError::Structured { section: Experiments::NAME, rule });
    }
    (!experiments.is_empty()).then(|| experiments.encode()).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arms: &[(&str, u16)]) -> Experiments {
        let experiment = StoredExperiment {
            name: "q1".into(),
            placement: "cart".into(),
            salt: "q1".into(),
            arms: arms.iter().map(|(name, share)| ((*name).to_owned(), *share)).collect(),
            control: StoredControl::None,
            segment: Vec::new(),
            from: None,
            until: None,
        };
        Experiments { held_out: 0, salt: String::new(), list: vec![experiment] }
    }

    #[test]
    fn arms_that_make_no_experiment_are_refused() {
        assert_eq!(of(&[("holdout", 1), ("a", 9_999)]).broken_rule(), None);
        let nine: Vec<String> = (0..8).map(|n| format!("a{n}")).collect();
        let nine: Vec<(&str, u16)> = nine.iter().map(|name| (name.as_str(), 1)).chain([("holdout", 1)]).collect();
        for arms in [
            &[][..],
            &[("holdout", 1)],
            &[("a", 1), ("b", 1)],
            &[("holdout", 1), ("a", 0)],
            &[("holdout", 1), ("a", 10_000)],
            &[("holdout", 1), ("a", 1), ("a", 1)],
            &[("holdout", 1), ("a b", 1)],
            &nine,
        ] {
            assert!(of(arms).broken_rule().is_some(), "{arms:?}");
            assert!(of(arms).encode().is_err(), "{arms:?}");
        }
    }

    #[test]
    fn names_shares_and_windows_are_bounded() {
        let sound = of(&[("holdout", 1), ("a", 1)]);
        let with = |change: &dyn Fn(&mut Experiments)| {
            let mut experiments = sound.clone();
            change(&mut experiments);
            experiments.broken_rule()
        };
        assert_eq!(with(&|_| {}), None);
        assert!(with(&|all| all.held_out = 10_001).is_some());
        assert!(with(&|all| all.salt = "\n".into()).is_some());
        assert!(with(&|all| all.list.push(all.list[0].clone())).is_some());
        assert!(with(&|all| all.list[0].name = String::new()).is_some());
        assert!(with(&|all| all.list[0].salt = "x".repeat(201)).is_some());
        assert!(with(&|all| (all.list[0].from, all.list[0].until) = (Some(2), Some(2))).is_some());
        assert!(with(&|all| all.list[0].segment = vec![(String::new(), vec!["\u{7}".into()])]).is_some());
        let many = |all: &mut Experiments| {
            let numbered = |n| StoredExperiment { name: format!("e{n}"), ..sound.list[0].clone() };
            all.list = (0..257).map(numbered).collect();
        };
        assert!(with(&many).is_some());
    }
}
