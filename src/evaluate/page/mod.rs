//! The evaluation as one page: plots, the tables behind them, and what they mean, in a single file.
//!
//! # The problem
//!
//! A table of forty columns persuades nobody, and a chart without its numbers should not.
//!
//! # The idea
//!
//! The page is a template over the same values that `--json` prints; it adds plots, which are drawn from those values
//! too, and never a figure of its own. No script, no font, no picture from elsewhere: a style sheet whose hash the page's
//! own policy names, and SVG. Everything that comes from a shop (SKUs, names of placements and files) is escaped by the
//! template.
//!
//! # In small numbers
//!
//! An evaluation of two tasks and one relation has two charts of models, one of bytes, none of cart sizes; each stands
//! above a table that can be unfolded and is printed unfolded.
//!
//! # What it does not do
//!
//! It does not decide anything: verdicts are those of the report.

mod charts;
mod plots;

use super::run::Evaluation;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context};
use std::fmt;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// SHA-256 of [`STYLE`] in base64, which the page's policy names; a test holds it to the file.
const STYLE_HASH: &str = "RBZDvnw7/gIJCnfdKVaMjGaO3w0Oz/W4BeKXo7PwZeU=";

/// Why there is no page.
#[derive(Debug)]
#[non_exhaustive]
pub enum PageError {
    /// A chart could not be drawn.
    Chart {
        /// Which.
        chart: String,
        /// What the drawing library said.
        reason: String,
    },
    /// The template could not be filled.
    Template {
        /// What the template engine said.
        source: minijinja::Error,
    },
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chart { chart, reason } => {
                write!(f, "the chart `{chart}` could not be drawn: {reason}; please report it")
            }
            Self::Template { source } => write!(f, "the page could not be made: {source:#}; please report it"),
        }
    }
}

impl std::error::Error for PageError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Template { source } => Some(source),
            Self::Chart { .. } => None,
        }
    }
}

impl From<minijinja::Error> for PageError {
    fn from(source: minijinja::Error) -> Self {
        Self::Template { source }
    }
}

/// The evaluation as a self-contained HTML page called `title`.
///
/// # Errors
///
/// [`PageError`] where a chart or the template fails, which would be a fault of this program.
pub fn page(evaluation: &Evaluation, title: &str) -> Result<String, PageError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.add_filter("fixed", |value: f64, places: usize| fixed(value, places));
    environment.add_filter("percent", |value: f64, places: usize| format!("{} %", fixed(100.0 * value, places)));
    environment.add_filter("grouped", grouped);
    environment.add_template("page.html", TEMPLATE)?;
    let charts = plots::all(evaluation)?;
    let page = environment.get_template("page.html")?;
    Ok(page.render(context! {
        title,
        version => env!("CARGO_PKG_VERSION"),
        style => Value::from_safe_string(STYLE.into()),
        style_hash => Value::from_safe_string(STYLE_HASH.into()),
        charts,
        found => Value::from(Serde(evaluation)),
    })?)
}

/// A number with so many decimal places and a true minus sign.
fn fixed(value: f64, places: usize) -> String {
    if value.is_finite() { format!("{value:.places$}").replace('-', "−") } else { "∞".into() }
}

/// A whole number with its thousands set apart by thin spaces.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let group = |three: &[u8]| -> String {
            let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
            let letter =
                |at: usize| if at > three.len() { '=' } else { LETTERS[(bits >> (18 - 6 * at) & 63) as usize] as char };
            (0..4).map(letter).collect()
        };
        bytes.chunks(3).map(group).collect()
    }

    #[test]
    fn the_policy_names_the_style_sheet() {
        assert_eq!(STYLE_HASH, base64(&Sha256::digest(STYLE.as_bytes())));
        assert!(!STYLE.contains("</style") && !STYLE.contains("url(") && !STYLE.contains("@import"));
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!((fixed(-0.126, 2), fixed(f64::INFINITY, 2)), ("−0.13".into(), "∞".into()));
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
