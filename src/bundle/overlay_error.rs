//! What can be wrong with a file that claims to be an overlay, or with a draft of one.

use super::layout::{OVERLAY_HEADER_BYTES, OVERLAY_VERSION};
use std::fmt;

/// Why an overlay was refused. [`code`](OverlayError::code) is stable; the text says what was expected, what was found, where,
/// and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OverlayError {
    /// The first bytes are not those of an overlay.
    NotAnOverlay {
        /// The first bytes found, at most eight.
        found: Vec<u8>,
    },
    /// Written by a newer program.
    NewerVersion {
        /// The version found.
        found: u16,
    },
    /// Shorter or longer than its header says.
    Truncated {
        /// Bytes it should have.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// The hash does not fit the bytes.
    Damaged,
    /// The content breaks a rule of the format: of a file, or of a draft that cannot become one.
    Malformed {
        /// The part: `header`, `terms`, `items`, `rules`.
        part: &'static str,
        /// The rule that is broken.
        rule: &'static str,
        /// The SKU at which it is broken, if it is about one.
        sku: Option<String>,
    },
}

impl OverlayError {
    /// Every code, for the lists made from this one.
    pub const CODES: [&'static str; 5] =
        ["E_NOT_AN_OVERLAY", "E_NEWER_VERSION", "E_TRUNCATED", "E_DAMAGED", "E_MALFORMED"];

    /// The stable code, as the npm package and the command line report it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnOverlay { .. } => "E_NOT_AN_OVERLAY",
            Self::NewerVersion { .. } => "E_NEWER_VERSION",
            Self::Truncated { .. } => "E_TRUNCATED",
            Self::Damaged => "E_DAMAGED",
            Self::Malformed { .. } => "E_MALFORMED",
        }
    }
}

impl fmt::Display for OverlayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnOverlay { found } => {
                f.write_str("expected an overlay that begins with 89 45 4e 44 4f 56 4c 0a, found")?;
                found.iter().try_for_each(|byte| write!(f, " {byte:02x}"))?;
                f.write_str("; check that the address leads to an overlay and not to a bundle or an error page")
            }
            Self::NewerVersion { found } => write!(
                f,
                "expected overlay version {OVERLAY_VERSION} or older, found {found}; update endcap, or make the overlay with \
                 the older one"
            ),
            Self::Truncated { expected, found } => {
                write!(f, "expected {expected} bytes of an overlay, found {found}; fetch or copy the file again")
            }
            Self::Damaged => {
                let bytes = OVERLAY_HEADER_BYTES;
                write!(
                    f,
                    "the hash in the {bytes} bytes of the overlay's header does not fit; fetch or copy the file again"
                )
            }
            Self::Malformed { part, rule, sku } => {
                write!(f, "overlay, {part}")?;
                sku.iter().try_for_each(|sku| write!(f, ", SKU {sku:?}"))?;
                write!(f, ": {rule}; correct what the overlay is made from, and make it again")
            }
        }
    }
}

impl std::error::Error for OverlayError {}

/// A rule that a part breaks.
pub(super) fn malformed(part: &'static str, rule: &'static str) -> OverlayError {
    OverlayError::Malformed { part, rule, sku: None }
}
