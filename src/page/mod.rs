//! What every page that endcap writes has in common: one file, without network or script, with charts and numbers for people.
//!
//! # The problem
//!
//! A page that is mailed around and opened years later must not depend on anything, must not run anything, and must not be
//! harmed by what a shop calls its products. And a figure should look the same wherever it is printed.
//!
//! # The idea
//!
//! A page is a template over the same values that `--json` prints. Here are the parts that all templates share: an
//! environment that escapes whatever it prints ([`environment`]), numbers as people read them ([`number`]), charts as SVG
//! ([`Chart`]), and the base of the style sheet (`base.css`), whose colours charts refer to. The style sheet's hash stands in
//! the page's own policy, so that the browser refuses everything else.
//!
//! # In small numbers
//!
//! `0.0312` is `+3.1 %` as a lift, `1234567` is `1 234 567`, and a product called `<script>` is six letters between signs.
//!
//! # What it does not do
//!
//! It knows no evaluation and no report: which charts there are and what they mean is said by whoever makes the page.

mod chart;
pub mod number;

pub use chart::{Axis, Band, Bar, Chart, Label, Point, Reference, Series, Side, short};
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, context};
use std::fmt;

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
        source: Error,
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

impl From<Error> for PageError {
    fn from(source: Error) -> Self {
        Self::Template { source }
    }
}

/// Fills `page.html` of an environment with its title, its style sheet with the hash that the page's policy names, and what else the
/// template asks for.
///
/// # Errors
///
/// [`PageError::Template`] where the template asks for something that is not there.
pub fn filled(
    environment: &Environment<'_>,
    title: &str,
    [style, style_hash]: [&str; 2],
    rest: Value,
) -> Result<String, PageError> {
    let safe = |text: &str| Value::from_safe_string(text.to_owned());
    let (style, style_hash) = (safe(style), safe(style_hash));
    let page = environment.get_template("page.html")?;
    Ok(page.render(context! { title, style, style_hash, ..rest })?)
}

/// An environment for templates of pages: what is printed is escaped, what is missing is an error, and the filters `fixed`,
/// `grouped`, `money`, `percent`, `lift`, `chance` and `range` of [`number`] are there; each prints `–` for what is null.
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(printable);
    environment.add_filter("fixed", |value: Option<f64>, places: usize| or_dash(value, |v| number::fixed(v, places)));
    environment.add_filter("grouped", |value: Option<u64>| or_dash(value, number::grouped));
    environment.add_filter("money", |value: Option<f64>, places: usize| or_dash(value, |v| number::money(v, places)));
    environment
        .add_filter("percent", |value: Option<f64>, places: usize| or_dash(value, |v| number::percent(v, places)));
    environment.add_filter("lift", |value: Option<f64>, places: usize| or_dash(value, |v| number::lift(v, places)));
    environment.add_filter("chance", |value: Option<f64>| or_dash(value, number::chance));
    environment.add_filter("range", |lower: f64, upper: f64, places: usize| number::range(lower, upper, places));
    environment
}

fn or_dash<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| number::NONE.into(), text)
}

/// Prints a value, escaped; characters that no document may hold, such as control characters, become U+FFFD.
fn printable(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() && text.contains(forbidden) => {
            minijinja::escape_formatter(out, state, &Value::from(clean(text)))
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// The text with U+FFFD for each character that no document may hold.
fn clean(text: &str) -> String {
    text.replace(forbidden, "\u{fffd}")
}

/// Neither in HTML nor in XML.
fn forbidden(letter: char) -> bool {
    (letter.is_control() && !matches!(letter, '\t' | '\n' | '\r')) || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// SHA-256 of a style sheet in base64, as a policy names it; tests hold the pages' constants to it.
#[cfg(test)]
pub(crate) fn style_hash(style: &str) -> String {
    use sha2::{Digest, Sha256};
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| -> String {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        let letter =
            |at: usize| if at > three.len() { '=' } else { LETTERS[(bits >> (18 - 6 * at) & 63) as usize] as char };
        (0..4).map(letter).collect()
    };
    Sha256::digest(style.as_bytes()).chunks(3).map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    fn printed(template: &str, value: Value) -> String {
        environment().render_named_str("t.html", template, context! { v => value }).unwrap()
    }

    #[test]
    fn everything_is_escaped_and_what_no_document_may_hold_is_replaced() {
        assert_eq!(
            printed("{{ v }}", "<b>&\"'\u{0}\u{1b}[1m\n".into()),
            "&lt;b&gt;&amp;&quot;&#x27;\u{fffd}\u{fffd}[1m\n"
        );
        assert_eq!(printed("{{ v }}", Value::from_safe_string("<b>".into())), "<b>");
    }

    #[test]
    fn null_is_a_dash_in_every_filter() {
        for filter in ["fixed(1)", "grouped", "money(2)", "percent(1)", "lift(1)", "chance"] {
            assert_eq!(printed(&format!("{{{{ v|{filter} }}}}"), Value::from(())), "–", "{filter}");
        }
        assert_eq!(printed("{{ v|lift(1) }}", 0.0312.into()), "+3.1\u{202f}%");
    }

    #[test]
    fn the_base_of_the_style_sheet_stays_inside_its_element() {
        let base = include_str!("base.css");
        assert!(!base.contains("</style") && !base.contains("url(") && !base.contains("@import"));
        assert_eq!(style_hash("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }
}
