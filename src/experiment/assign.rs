//! What a visitor is in: the global holdout, an arm, or nothing.

use super::{Arm, Arms, BasisPoints, Name, bucket, global_bucket};
use crate::shop::Timestamp;

/// What the control arm shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// An empty place.
    None,
    /// What the shop showed there before.
    Incumbent,
}

impl Control {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::None, Self::Incumbent];

    /// The word used in `endcap.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Incumbent => "incumbent",
        }
    }
}

/// An experiment at one placement: who is in it, and in which arm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// What it is called, here, in orders and in reports.
    pub name: Name,
    /// The placement it is about.
    pub placement: String,
    /// Mixed into the hash: another salt deals the units anew.
    pub salt: String,
    /// What is compared, and with which shares.
    pub arms: Arms,
    /// What the control arm shows.
    pub control: Control,
    /// Each named key of a visitor's segment has one of these values; empty: everybody. What a visitor may change from one page
    /// to the next, such as a device, belongs into no segment of an experiment: it parts one unit into two.
    pub segment: Vec<(String, Vec<String>)>,
    /// The first moment within; without it, it has always run.
    pub from: Option<Timestamp>,
    /// The first moment beyond; without it, it goes on.
    pub until: Option<Timestamp>,
}

impl Experiment {
    /// An experiment with every visitor at any time, whose salt is its name and whose control shows nothing.
    pub fn new(name: Name, placement: &str, arms: Arms) -> Self {
        Self {
            salt: name.as_str().to_owned(),
            name,
            placement: placement.to_owned(),
            arms,
            control: Control::None,
            segment: Vec::new(),
            from: None,
            until: None,
        }
    }

    /// What a visitor is in. The global holdout goes first, whether the experiment runs or not; a visitor without a unit is
    /// in nothing.
    ///
    /// # Cost
    ///
    /// Two hashes of some 100 bytes; nothing is allocated.
    pub fn assign(&self, visitor: &Visitor<'_>, holdout: &GlobalHoldout) -> Assignment<'_> {
        let Some(unit) = visitor.unit.filter(|unit| !unit.is_empty()) else { return Assignment::Unassigned };
        if holdout.contains(unit) {
            return Assignment::GlobalHoldout;
        }
        if !self.runs_at(visitor.now) || !self.is_for(visitor.segment) {
            return Assignment::Unassigned;
        }
        let bucket = bucket(&self.salt, self.name.as_str(), &self.placement, unit);
        self.arms.of(bucket).map_or(Assignment::Unassigned, Assignment::Arm)
    }

    /// Whether it runs at a time. One with a window does not run where the time is not known.
    pub fn runs_at(&self, now: Option<Timestamp>) -> bool {
        match (self.from, self.until) {
            (None, None) => true,
            (from, until) => {
                now.is_some_and(|now| from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until))
            }
        }
    }

    /// Whether it is for visitors of a segment, given key by key.
    pub fn is_for(&self, segment: &[(&str, &str)]) -> bool {
        self.segment.iter().all(|(key, values)| {
            let said = segment.iter().find(|(name, _)| name == key);
            said.is_some_and(|(_, value)| values.iter().any(|wanted| wanted == value))
        })
    }

    /// Whether some visitor could be in both experiments in the same moment at the same placement. They stay apart by
    /// placement, by time, or by a key of the segment for which they name no value in common.
    pub fn meets(&self, other: &Self) -> bool {
        let begins_before_end = |a: &Self, b: &Self| match (a.from, b.until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        };
        let parted = self.segment.iter().any(|(key, values)| {
            let others = other.segment.iter().find(|(name, _)| name == key);
            others.is_some_and(|(_, others)| !values.iter().any(|value| others.contains(value)))
        });
        self.placement == other.placement && begins_before_end(self, other) && begins_before_end(other, self) && !parted
    }
}

/// Who asks, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visitor<'a> {
    /// The name under which the visitor is counted, to the byte; none without consent. One that takes more than 128
    /// characters percent-encoded fits no cart attribute, and its orders are never joined.
    pub unit: Option<&'a str>,
    /// What the shop says of the visitor, key by key.
    pub segment: &'a [(&'a str, &'a str)],
    /// The time, where it is known.
    pub now: Option<Timestamp>,
}

/// What a visitor is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignment<'e> {
    /// In nothing: sees the placement as it always is, and is no part of any analysis.
    Unassigned,
    /// Held out of every placement, and of this experiment.
    GlobalHoldout,
    /// In an arm.
    Arm(&'e Arm),
}

/// The units that no placement serves, so that the sum of all placements can be measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalHoldout {
    /// Their share of all units; 0: nobody.
    pub share: BasisPoints,
    /// Mixed into the hash; another salt holds out other units.
    pub salt: String,
}

impl GlobalHoldout {
    /// The salt where the file names none. No experiment may be called so either: reports use the word.
    pub const NAME: &'static str = "global_holdout";
    /// What those are called who are held out of nothing and in no arm, where some are held out: reports compare the two.
    pub const SERVED: &'static str = "served";

    /// Whether a unit is held out. A larger share holds out the same units and more. Nobody has an empty unit.
    pub fn contains(&self, unit: &str) -> bool {
        self.share.0 > 0 && !unit.is_empty() && i32::from(global_bucket(&self.salt, unit).0) < self.share.0
    }
}

impl Default for GlobalHoldout {
    /// Nobody is held out.
    fn default() -> Self {
        Self { share: BasisPoints(0), salt: Self::NAME.to_owned() }
    }
}
