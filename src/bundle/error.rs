//! What can be wrong with a file that claims to be a bundle.

use super::hash::ModelId;
use super::layout::FORMAT_VERSION;
use std::fmt;

/// Why a bundle was refused. [`code`](OpenError::code) is stable; the text says what was expected, what was found, where,
/// and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The first bytes are not those of a bundle: an HTML error page, another file.
    NotABundle {
        /// The first eight bytes found, zeros where there are fewer.
        found: [u8; 8],
    },
    /// Written by a newer program.
    NewerVersion {
        /// The version found.
        found: u16,
    },
    /// Shorter or longer than its head says.
    Truncated {
        /// What was being read.
        what: &'static str,
        /// Bytes it should have.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// A hash does not fit its bytes.
    Damaged {
        /// What the hash covers.
        what: &'static str,
        /// Where it begins in the file.
        offset: u64,
    },
    /// A hash fits but the content breaks a rule of the format.
    Malformed {
        /// The section, or `head`.
        section: &'static str,
        /// The rule that is broken.
        rule: &'static str,
    },
    /// Holds a section that must be understood and is not.
    UnknownSection {
        /// Its number.
        number: u32,
    },
    /// An addition was opened alone.
    Addition,
    /// A slice of another model was added.
    OtherModel {
        /// The model that is open.
        expected: ModelId,
        /// The model of the slice.
        found: ModelId,
    },
}

impl OpenError {
    /// The stable code, as the npm package and the command line report it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotABundle { .. } => "E_NOT_A_BUNDLE",
            Self::NewerVersion { .. } => "E_NEWER_VERSION",
            Self::Truncated { .. } => "E_TRUNCATED",
            Self::Damaged { .. } => "E_DAMAGED",
            Self::Malformed { .. } => "E_MALFORMED",
            Self::UnknownSection { .. } => "E_UNKNOWN_SECTION",
            Self::Addition => "E_ADDITION",
            Self::OtherModel { .. } => "E_OTHER_MODEL",
        }
    }

    /// Every code, for the lists made from this one.
    pub const CODES: [&'static str; 8] = [
        "E_NOT_A_BUNDLE",
        "E_NEWER_VERSION",
        "E_TRUNCATED",
        "E_DAMAGED",
        "E_MALFORMED",
        "E_UNKNOWN_SECTION",
        "E_ADDITION",
        "E_OTHER_MODEL",
    ];
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotABundle { found } => {
                f.write_str("expected a bundle that begins with 89 45 4e 44 43 41 50 0a, found")?;
                found.iter().try_for_each(|byte| write!(f, " {byte:02x}"))?;
                f.write_str("; check that the address leads to a .endcap file and not to an error page")
            }
            Self::NewerVersion { found } => write!(
                f,
                "expected format version {FORMAT_VERSION} or older, found {found}; update endcap, or train with the older one"
            ),
            Self::Truncated { what, expected, found } => {
                write!(f, "expected {expected} bytes of {what}, found {found}; fetch or copy the file again")
            }
            Self::Damaged { what, offset } => {
                write!(f, "the hash of the {what} at byte {offset} does not fit; fetch or copy the file again")
            }
            Self::Malformed { section, rule } => {
                write!(f, "section {section}: {rule}; the program that wrote the file is at fault, train again")
            }
            Self::UnknownSection { number } => {
                write!(f, "section {number} is required and unknown to this version; update endcap")
            }
            Self::Addition => f.write_str(
                "this file adds to another bundle of its model; open that one first, then add this one to it",
            ),
            Self::OtherModel { expected, found } => {
                write!(f, "expected a slice of model {expected}, found one of {found}; cut all slices from one model")
            }
        }
    }
}

impl std::error::Error for OpenError {}

/// Why a draft cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DraftError {
    /// More of something than the format holds.
    TooMany {
        /// What.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many fit.
        limit: usize,
    },
    /// A SKU that the dictionary cannot hold.
    Sku {
        /// The SKU.
        sku: String,
        /// What is wrong with it.
        rule: &'static str,
    },
    /// Items are not in order of popularity.
    Unordered {
        /// The first item that is more popular than the one before.
        item: u32,
    },
    /// A row of a relation breaks a rule.
    Row {
        /// The relation.
        relation: &'static str,
        /// The row.
        item: u32,
        /// The rule.
        rule: &'static str,
    },
    /// An item breaks a rule.
    Item {
        /// The item.
        item: u32,
        /// The rule.
        rule: &'static str,
    },
    /// An edge bundle was asked of a public one.
    PublicBundle,
    /// A pin breaks a rule.
    Pin {
        /// The product that it belongs to.
        product: u32,
        /// The rule.
        rule: &'static str,
    },
    /// A section that is not about items alone breaks a rule: manifest, policies, rules and their like.
    Structured {
        /// The section.
        section: &'static str,
        /// The rule.
        rule: &'static str,
    },
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { what, found, limit } => write!(f, "expected at most {limit} {what}, found {found}"),
            Self::Sku { sku, rule } => write!(f, "SKU {sku:?}: {rule}"),
            Self::Unordered { item } => write!(f, "item {item} is more popular than the one before it"),
            Self::Row { relation, item, rule } => write!(f, "relation {relation}, row {item}: {rule}"),
            Self::Item { item, rule } => write!(f, "item {item} {rule}"),
            Self::PublicBundle => f.write_str(
                "expected an edge bundle, found a public one, which lacks what only a server may know; cut from the edge \
                 bundle of the same training, or make a public slice",
            ),
            Self::Pin { product, rule } => write!(f, "a pin of item {product}: {rule}"),
            Self::Structured { section, rule } => write!(f, "section {section}: {rule}"),
        }
    }
}

impl std::error::Error for DraftError {}
