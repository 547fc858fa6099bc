//! What is decided, by which figure and when: written down before the start, and recognised afterwards.

use super::{BasisPoints, Experiment, KillRule, Measure, Metric, Name};
use crate::shop::Money;
use std::fmt;

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// A browser, by a random name that it keeps.
    Visitor,
    /// A customer who has signed in.
    Customer,
}

impl UnitKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Visitor, Self::Customer];

    /// The word used in `endcap.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Customer => "customer",
        }
    }
}

/// What is decided, by which figure and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is dealt to the arms.
    pub unit: UnitKind,
    /// The figure that is to move.
    pub metric: Metric,
    /// The smallest relative change worth finding, 0.001 to 1.
    pub minimum_detectable_effect: BasisPoints,
    /// Days after which it is decided, 7 to 365.
    pub days: u16,
    /// When the treatment is taken back.
    pub kill: KillRule,
    /// The quantile at which values of a unit are cut off, 0.9 to 1; 1: not at all.
    pub winsorise: BasisPoints,
    /// The value at that quantile before the start, which then stays; none while it has not been looked up.
    pub cap: Option<Money>,
    /// How often the figures may be looked at for a decision, evenly spread, 1 to 52.
    pub looks: u8,
    /// Units that each arm needs before anything is decided.
    pub min_units: u32,
}

impl Default for Plan {
    /// Visitors; 3 % of contribution margin by visitor in 30 days, four looks, values cut off at 99 %, at least 200 visitors
    /// an arm; taken back where AOV, net of margin drag, gains less than 3 %.
    fn default() -> Self {
        Self {
            unit: UnitKind::Visitor,
            metric: Metric::ContributionMarginPerVisitor,
            minimum_detectable_effect: BasisPoints(300),
            days: 30,
            kill: KillRule { measure: Measure::NetLift, threshold: BasisPoints(300) },
            winsorise: BasisPoints(9_900),
            cap: None,
            looks: 4,
            min_units: 200,
        }
    }
}

/// The first 16 bytes of the BLAKE3 hash of a plan's text, as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlanHash(pub [u8; 16]);

impl PlanHash {
    /// Reads 32 hexadecimal digits, in lower case as they are written; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = digits.then(|| u128::from_str_radix(text, 16).ok())??;
        Some(Self(number.to_be_bytes()))
    }
}

impl fmt::Display for PlanHash {
    /// Thirty-two hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PlanHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlanHash({self})")
    }
}

/// Whether a plan is the one that was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// None was written down.
    Missing,
    /// It is.
    Kept,
    /// It was changed since.
    Changed,
}

/// An experiment with its plan, and the hash that was written down before it started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Who is in it.
    pub experiment: Experiment,
    /// What it decides.
    pub plan: Plan,
    /// Of a long holdout: the experiment whose KEEP it looks at again. Its verdict is the second one.
    pub follows: Option<Name>,
    /// The hash of what was written down; none while nothing was.
    pub registered: Option<PlanHash>,
}

impl Planned {
    /// The text that is hashed: one line a fact, each with a line feed at its end.
    ///
    /// Left out is what a running experiment may change: its end, and the shares as long as their proportion stays, so that a
    /// ramp-up keeps the plan. Its name, placement, salt, control, segment and start are in it, for whoever changes one of
    /// them looks at other visitors or other days.
    pub fn text(&self) -> String {
        let (experiment, plan) = (&self.experiment, &self.plan);
        let lines = [
            "endcap plan 1".to_owned(),
            format!("name {}", experiment.name),
            format!("placement {}", quoted(&experiment.placement)),
            format!("salt {}", quoted(&experiment.salt)),
            format!("arms{}", arms(experiment)),
            format!("control {}", experiment.control.name()),
            format!("unit {}", plan.unit.name()),
            format!("segment{}", segment(experiment)),
            format!("from {}", experiment.from.map_or("none".to_owned(), |from| from.0.to_string())),
            format!("metric {}", plan.metric.name()),
            format!("minimum_detectable_effect {}", plan.minimum_detectable_effect),
            format!("days {}", plan.days),
            format!("kill {}", plan.kill),
            format!("winsorise {}", plan.winsorise),
            format!("cap {}", plan.cap.map_or("none".to_owned(), |cap| format!("{cap} {}", cap.currency().code()))),
            format!("looks {}", plan.looks),
            format!("min_units {}", plan.min_units),
        ];
        let follows = self.follows.as_ref().map(|name| format!("follows {name}"));
        lines.into_iter().chain(follows).map(|line| line + "\n").collect()
    }

    /// The hash of [`Planned::text`].
    pub fn hash(&self) -> PlanHash {
        let hash = blake3::hash(self.text().as_bytes());
        let mut first = [0; 16];
        first.iter_mut().zip(hash.as_bytes()).for_each(|(to, from)| *to = *from);
        PlanHash(first)
    }

    /// Whether the plan is the one that was written down.
    pub fn registration(&self) -> Registration {
        match self.registered {
            None => Registration::Missing,
            Some(registered) if registered == self.hash() => Registration::Kept,
            Some(_) => Registration::Changed,
        }
    }
}

/// ` holdout 1 treatment 3`.
fn arms(experiment: &Experiment) -> String {
    let proportion = experiment.arms.proportion();
    experiment.arms.iter().zip(proportion).map(|(arm, parts)| format!(" {} {parts}", arm.name())).collect()
}

/// ` "country" "AT" "DE";` for each key, all in order, each value once: the order of the file means nothing.
fn segment(experiment: &Experiment) -> String {
    let mut keys: Vec<String> = experiment.segment.iter().map(|(key, values)| one_key(key, values)).collect();
    keys.sort();
    keys.concat()
}

fn one_key(key: &str, values: &[String]) -> String {
    let mut values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    values.sort();
    values.dedup();
    format!(" {} {};", quoted(key), values.join(" "))
}

/// The text between quotation marks, on one line whatever stands in it.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r");
    format!("\"{escaped}\"")
}
