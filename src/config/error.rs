//! What is wrong with an `endcap.toml`, and where.

use std::fmt;

/// All that is wrong with one file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors {
    /// The first [`ConfigErrors::KEPT`] errors, in the order of the file.
    pub errors: Vec<ConfigError>,
    /// Errors beyond those.
    pub more: usize,
}

impl ConfigErrors {
    /// The most errors kept word for word.
    pub const KEPT: usize = 50;
}

/// One error: where it is and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The text is no TOML.
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// A key that no version knows.
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that may stand there.
        known: Vec<&'static str>,
        /// The one most like it.
        nearest: Option<&'static str>,
    },
    /// A key or a value that belongs to endcap but not to this version.
    Unsupported {
        /// The key, or the key and its value.
        what: String,
    },
    /// A value of another type.
    WrongType {
        /// The key.
        key: String,
        /// What should stand there.
        expected: &'static str,
        /// The type that does.
        found: &'static str,
    },
    /// A number outside its range, or a text of the wrong form.
    OutOfRange {
        /// The key.
        key: String,
        /// What should stand there.
        expected: String,
        /// What does, shortened.
        found: String,
    },
    /// A word that no version knows.
    UnknownValue {
        /// The key.
        key: String,
        /// The value, shortened.
        found: String,
        /// The words that may stand there.
        known: Vec<&'static str>,
        /// The one most like it.
        nearest: Option<&'static str>,
    },
    /// A key that must be there is not.
    MissingKey {
        /// The key.
        key: &'static str,
        /// The table it is missing from.
        table: String,
        /// What should stand there.
        expected: String,
    },
    /// A name that nothing in the file, or nothing in the world, goes by.
    UnknownName {
        /// The key.
        key: &'static str,
        /// What should stand there.
        expected: String,
        /// What does, shortened.
        found: String,
        /// The name most like it.
        nearest: Option<String>,
    },
    /// A value that is well formed and cannot hold where it stands.
    Unfit {
        /// The key.
        key: String,
        /// What should stand there.
        expected: String,
        /// What does, shortened.
        found: String,
        /// What to do.
        remedy: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { message } => write!(f, "not TOML: {message}"),
            Self::UnknownKey { key, known, nearest } => {
                write!(f, "expected one of {}, found the key `{key}`; ", known.join(", "))?;
                remedy(f, *nearest)
            }
            Self::Unsupported { what } => write!(f, "`{what}` is not supported by this version yet; remove it"),
            Self::WrongType { key, expected, found } => {
                write!(f, "`{key}`: expected {expected}, found {found}; correct the value")
            }
            Self::OutOfRange { key, expected, found } => {
                write!(f, "`{key}`: expected {expected}, found `{found}`; correct the value")
            }
            Self::UnknownValue { key, found, known, nearest } => {
                write!(f, "`{key}`: expected one of {}, found `{found}`; ", known.join(", "))?;
                remedy(f, *nearest)
            }
            Self::MissingKey { key, table, expected } => {
                write!(f, "[{table}]: expected `{key}`, found none; add it with {expected}")
            }
            Self::UnknownName { key, expected, found, nearest } => {
                write!(f, "`{key}`: expected {expected}, found `{found}`; ")?;
                remedy(f, nearest.as_deref())
            }
            Self::Unfit { key, expected, found, remedy } => {
                write!(f, "`{key}`: expected {expected}, found {found}; {remedy}")
            }
        }
    }
}

/// What to do about a name that is not known.
fn remedy(f: &mut fmt::Formatter<'_>, nearest: Option<&str>) -> fmt::Result {
    match nearest {
        Some(nearest) => write!(f, "did you mean `{nearest}`?"),
        None => f.write_str("remove or correct it"),
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.problem)
    }
}

impl fmt::Display for ConfigErrors {
    /// One line an error, without a line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, error) in self.errors.iter().enumerate() {
            let line_break = if n == 0 { "" } else { "\n" };
            write!(f, "{line_break}{error}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

/// Where something stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// Something that is obeyed and is perhaps not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The file as it was given.
    pub file: String,
    /// Where it stands.
    pub place: Place,
    /// How likely it is a mistake.
    pub severity: Severity,
    /// What it is and what to do.
    pub message: String,
}

/// How likely something is a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Worth a look.
    Warning,
}

impl Severity {
    /// The word that stands before the message.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, place, severity, message } = self;
        write!(f, "{file}:{}:{}: {}: {message}", place.line, place.column, severity.name())
    }
}

impl std::error::Error for ConfigError {}
impl std::error::Error for ConfigErrors {}
