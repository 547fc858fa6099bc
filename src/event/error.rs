//! Why a line is no event.

use std::fmt;

/// Why a line is no event. The text says where, what was expected, what was found and what to do; it repeats no unit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventError {
    /// The line is no JSON object.
    Json {
        /// What stands there, and where.
        found: String,
    },
    /// A field is missing, of another type, or beyond its limits.
    Field {
        /// Its name; within lists with the place: `items[2].price`.
        field: String,
        /// What should stand there.
        expected: &'static str,
        /// What does: its first 40 characters.
        found: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The event is of a newer schema.
    Version {
        /// What `v` says.
        found: String,
    },
    /// The event is in order, but its amounts are not in the shop's currency.
    OtherCurrency {
        /// Its currency: three upper-case letters.
        found: String,
        /// The shop's.
        expected: String,
    },
}

/// The most characters of a line that an error repeats.
pub const FOUND: usize = 40;

impl EventError {
    /// The field that is meant; empty where the whole line is.
    pub fn field(&self) -> &str {
        match self {
            Self::Json { .. } => "",
            Self::Field { field, .. } => field,
            Self::Version { .. } => "v",
            Self::OtherCurrency { .. } => "currency",
        }
    }

    /// What should have stood there.
    pub fn expected(&self) -> &'static str {
        match self {
            Self::Json { .. } => "one JSON object a line",
            Self::Field { expected, .. } => expected,
            Self::Version { .. } => "schema 1",
            Self::OtherCurrency { .. } => "the currency of the shop",
        }
    }

    /// What stood there.
    pub fn found(&self) -> &str {
        match self {
            Self::Json { found } | Self::Field { found, .. } => found,
            Self::Version { found } | Self::OtherCurrency { found, .. } => found,
        }
    }

    /// What can be done about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Json { .. } => "write each event as one line of JSON in UTF-8",
            Self::Field { remedy, .. } => remedy,
            Self::Version { .. } => "read it with a newer endcap",
            Self::OtherCurrency { .. } => "convert its amounts before, or report each currency apart",
        }
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field().is_empty() {
            write!(f, "field `{}`: ", self.field())?;
        }
        write!(f, "expected {}", self.expected())?;
        if let Self::OtherCurrency { expected, .. } = self {
            write!(f, ", {expected}")?;
        }
        write!(f, ", found {}; {}", self.found(), self.remedy())
    }
}

impl std::error::Error for EventError {}

/// The first characters of a text, safe to print.
pub(super) fn shortened(text: &str) -> String {
    let mut shown = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == FOUND {
            shown.push('…');
            break;
        }
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}
