//! The report as one page: verdicts first, then each experiment with its charts and the tables behind them.
//!
//! # The problem
//!
//! The page is read by somebody who decides and by somebody who doubts. The one wants a verdict and what to do, the other
//! every figure that it rests on, and both are shown the same page.
//!
//! # The idea
//!
//! A template over [`told::Report`](crate::report::told::Report), the values that `--json` prints, and charts drawn from the
//! same values. Everything that comes from a shop is escaped and kept apart from the text around it, whichever way it is
//! written. No verdict is said by colour alone, no figure is in a chart alone, and nothing needs a script: what is folded is
//! a `details`, and is printed unfolded.
//!
//! # In small numbers
//!
//! Three experiments are three cards, three sections with about seven charts each, and three pages when printed.
//!
//! # What it does not do
//!
//! It computes no figure. What is null is a dash, and an empty part says what would fill it.

mod plots;

use super::told::Report;
use super::words;
use crate::page::{PageError, environment, filled};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Value, context};

const TEMPLATES: [(&str, &str); 9] = [
    ("page.html", include_str!("page.html")),
    ("macros.html", include_str!("macros.html")),
    ("overview.html", include_str!("overview.html")),
    ("experiment.html", include_str!("experiment.html")),
    ("comparison.html", include_str!("comparison.html")),
    ("placements.html", include_str!("placements.html")),
    ("upkeep.html", include_str!("upkeep.html")),
    ("quality.html", include_str!("quality.html")),
    ("terms.html", include_str!("terms.html")),
];
const STYLE: &str = concat!(include_str!("../../page/base.css"), include_str!("page.css"));
/// SHA-256 of [`STYLE`] in base64, which the page's policy names; a test holds it to the files.
const STYLE_HASH: &str = "ZOecYhzYUTfdm5FxZ9C96Myi8noPOXmQCi/E9mkYnUk=";

/// The report as a self-contained HTML page called `title`: no network, no script.
///
/// # Errors
///
/// [`PageError`] where a chart or the template fails, which would be a fault of this program.
///
/// # Cost
///
/// About 150 kB and a few milliseconds for an experiment of 30 days.
pub fn page(report: &Report, title: &str) -> Result<String, PageError> {
    let mut environment = environment();
    environment.add_filter("metric", |word: &str| words::metric(word));
    environment.add_filter("is_share", |word: &str| words::is_share(word));
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    let charts = plots::all(report)?;
    filled(&environment, title, [STYLE, STYLE_HASH], context! { charts, told => Value::from(Serde(report)) })
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
