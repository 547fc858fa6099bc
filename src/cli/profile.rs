//! `--profile`: how much of each relation a bundle holds.

use super::failure::Failure;
use crate::bundle::{Bundle, Cut, Profile, RelationKind, slice};
use clap::ValueEnum;

/// A profile by its name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProfileName {
    /// All neighbours, as trained
    Standard,
    /// 8 neighbours an item (16 in `similar`), 3 bits a weight
    Small,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Standard => Self::Standard,
            ProfileName::Small => Self::Small,
        }
    }
}

/// A whole bundle in the profile `name`; the small one is cut from the standard one, so it is the same model, for the
/// same audience.
pub(super) fn in_profile(standard: Vec<u8>, name: ProfileName) -> Result<Vec<u8>, Failure> {
    if name == ProfileName::Standard {
        return Ok(standard);
    }
    let bundle = Bundle::open(standard).map_err(Failure::machine)?;
    let cut = Cut {
        relations: RelationKind::ALL.into(),
        cards: true,
        addition: false,
        profile: Profile::Small,
        audience: bundle.audience(),
    };
    Ok(slice(&bundle, &cut)?)
}
