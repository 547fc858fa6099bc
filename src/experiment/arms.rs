//! The arms of an experiment and the buckets that each of them owns.

use super::{BasisPoints, Bucket, Name};
use std::fmt;

/// The name of the control arm.
pub const HOLDOUT: &str = "holdout";
/// Most arms of an experiment, the control included: each further one costs all the others their certainty.
pub const MOST_ARMS: usize = 8;

/// One arm: its name, its share of the units, and the buckets it owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    name: Name,
    share: BasisPoints,
    first: u16,
}

impl Arm {
    /// What it is called.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Its share of all units.
    pub fn share(&self) -> BasisPoints {
        self.share
    }

    /// Whether it is the control.
    pub fn is_control(&self) -> bool {
        self.name.as_str() == HOLDOUT
    }

    /// Whether units of a bucket are in it.
    pub fn owns(&self, bucket: Bucket) -> bool {
        let at = i32::from(bucket.0) - i32::from(self.first);
        (0..self.share.0).contains(&at)
    }
}

/// The arms of an experiment: the control first, the others by name. No bucket has two owners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arms(Vec<Arm>);

impl Arms {
    /// Arms of these shares, in any order.
    ///
    /// # Errors
    ///
    /// [`ArmsError`] where there is no control, nothing to compare it with, a name twice, a share of nothing, more than
    /// everybody, or more than [`MOST_ARMS`].
    pub fn new(shares: impl IntoIterator<Item = (Name, BasisPoints)>) -> Result<Self, ArmsError> {
        let shares = in_order(shares);
        check(&shares)?;
        let (last, total) = (shares.len() - 1, total(&shares));
        let (mut arms, mut before) = (Vec::with_capacity(shares.len()), 0);
        for (at, (name, share)) in shares.into_iter().enumerate() {
            // The last grows downwards; those between keep their start while all grow by the same factor.
            let whole = i64::from(BasisPoints::WHOLE.0);
            let first = if at == last { whole - i64::from(share.0) } else { whole * before / total };
            before += i64::from(share.0);
            arms.push(Arm { name, share, first: u16::try_from(first).unwrap_or(0) });
        }
        Ok(Self(arms))
    }

    /// The arms, the control first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arm> {
        self.0.iter()
    }

    /// The arm that owns a bucket; none where the shares do not reach it.
    pub fn of(&self, bucket: Bucket) -> Option<&Arm> {
        self.0.iter().find(|arm| arm.owns(bucket))
    }

    /// The share of all units that a change to `later` would take out of the arm they are in, into another or none. Zero is
    /// a ramp-up without a break.
    pub fn leavers(&self, later: &Self) -> BasisPoints {
        let name = |arms: &Self, bucket| arms.of(bucket).map(|arm| arm.name.clone());
        let leaves = |bucket: &Bucket| {
            let before = name(self, *bucket);
            before.is_some() && before != name(later, *bucket)
        };
        let count = (0..10_000).map(Bucket).filter(leaves).count();
        BasisPoints(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// The shares as the smallest whole numbers of the same proportion, in the order of the arms: 0.05 and 0.15 are 1 and 3.
    pub fn proportion(&self) -> Vec<i32> {
        let divisor = self.0.iter().fold(0, |divisor, arm| greatest_common(divisor, arm.share.0)).max(1);
        self.0.iter().map(|arm| arm.share.0 / divisor).collect()
    }
}

/// Shares in the order of the arms. They are few, and pages download a sort for every type that is sorted: each is put where it
/// belongs.
fn in_order(shares: impl IntoIterator<Item = (Name, BasisPoints)>) -> Vec<(Name, BasisPoints)> {
    let mut sorted: Vec<(Name, BasisPoints)> = Vec::new();
    for share in shares {
        let before = |other: &(Name, BasisPoints)| {
            (share.0.as_str() != HOLDOUT, &share.0) < (other.0.as_str() != HOLDOUT, &other.0)
        };
        let at = sorted.iter().position(before).unwrap_or(sorted.len());
        sorted.insert(at, share);
    }
    sorted
}

/// Refuses shares that make no experiment; they are in order.
fn check(shares: &[(Name, BasisPoints)]) -> Result<(), ArmsError> {
    if shares.first().is_none_or(|(name, _)| name.as_str() != HOLDOUT) {
        return Err(ArmsError::NoHoldout);
    }
    if !(2..=MOST_ARMS).contains(&shares.len()) {
        return Err(ArmsError::Count { found: shares.len() });
    }
    if let Some(((name, _), _)) = shares.iter().zip(shares.iter().skip(1)).find(|((a, _), (b, _))| a == b) {
        return Err(ArmsError::Twice { name: name.clone() });
    }
    if let Some((name, share)) = shares.iter().find(|(_, share)| !(1..=BasisPoints::WHOLE.0).contains(&share.0)) {
        return Err(ArmsError::Share { name: name.clone(), found: *share });
    }
    if total(shares) > i64::from(BasisPoints::WHOLE.0) {
        return Err(ArmsError::TooMuch { found: total(shares) });
    }
    Ok(())
}

fn total(shares: &[(Name, BasisPoints)]) -> i64 {
    shares.iter().map(|(_, share)| i64::from(share.0)).sum()
}

fn greatest_common(a: i32, b: i32) -> i32 {
    if b == 0 { a } else { greatest_common(b, a % b) }
}

/// Why shares make no experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArmsError {
    /// No arm is called [`HOLDOUT`].
    NoHoldout,
    /// A control alone, or more than [`MOST_ARMS`].
    Count {
        /// How many there are.
        found: usize,
    },
    /// Two arms of one name.
    Twice {
        /// The name.
        name: Name,
    },
    /// A share that is none: above 0 and at most 1 is one.
    Share {
        /// Whose it is.
        name: Name,
        /// What it is.
        found: BasisPoints,
    },
    /// Shares beyond everybody.
    TooMuch {
        /// Their sum in basis points.
        found: i64,
    },
}

impl fmt::Display for ArmsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHoldout => write!(f, "expected an arm called `{HOLDOUT}`, found none; add one"),
            Self::Count { found } => write!(f, "expected 2 to {MOST_ARMS} arms, found {found}; add or remove some"),
            Self::Twice { name } => write!(f, "expected each arm once, found `{name}` twice; remove one"),
            Self::Share { name, found } => {
                write!(f, "expected a share above 0, at most 1 for `{name}`, found {found}; correct it")
            }
            Self::TooMuch { found } => {
                write!(f, "expected shares of 10000 ten-thousandths at most, found {found}; lower some")
            }
        }
    }
}

impl std::error::Error for ArmsError {}
