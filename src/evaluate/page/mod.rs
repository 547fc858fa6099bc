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

mod plots;

use super::run::Evaluation;
use crate::page::{PageError, environment, filled};
use minijinja::value::Serde;
use minijinja::{Value, context};

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = concat!(include_str!("../../page/base.css"), include_str!("page.css"));
/// SHA-256 of [`STYLE`] in base64, which the page's policy names; a test holds it to the files.
const STYLE_HASH: &str = "Rv8alO7yDoUPh0x7TqMyJL5kjpSkvBfumQ3b+q2S9uM=";

/// The evaluation as a self-contained HTML page called `title`.
///
/// # Errors
///
/// [`PageError`] where a chart or the template fails, which would be a fault of this program.
pub fn page(evaluation: &Evaluation, title: &str) -> Result<String, PageError> {
    let mut environment = environment();
    environment.add_template("page.html", TEMPLATE)?;
    let charts = plots::all(evaluation)?;
    let version = env!("CARGO_PKG_VERSION");
    filled(
        &environment,
        title,
        [STYLE, STYLE_HASH],
        context! { version, charts, found => Value::from(Serde(evaluation)) },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_style_sheet() {
        assert_eq!(STYLE_HASH, crate::page::style_hash(STYLE));
        assert!(!STYLE.contains("</style") && !STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
