//! Lists of texts, where a single text is a list of one.

use super::error::Severity;
use super::findings::Findings;
use super::reader::{Section, Value, out_of_range, unfit, wrong_type};
use std::ops::Range;

/// Most texts of a list.
const MOST: usize = 10_000;
/// Most bytes of a text.
pub(super) const LONGEST: usize = 200;

/// A text with its place.
pub(super) type Text = (String, Range<usize>);

/// The texts under `key`, trimmed: at least one, each of 1 to `longest` bytes without control characters.
pub(super) fn texts(
    section: Section<'_, '_>,
    key: &'static str,
    longest: usize,
    findings: &mut Findings<'_>,
) -> Option<Vec<Text>> {
    list(key, section.get(key)?, longest, findings)
}

/// The texts that a value is.
pub(super) fn list(key: &str, value: &Value<'_>, longest: usize, findings: &mut Findings<'_>) -> Option<Vec<Text>> {
    if value.get_ref().is_str() {
        return Some(vec![one(key, value, longest, findings)?]);
    }
    let Some(list) = value.get_ref().as_array() else {
        return wrong_type(key, "a text or a list of texts", value, findings);
    };
    if list.is_empty() || list.len() > MOST {
        let expected = format!("1 to {MOST} texts");
        let found = if list.is_empty() { "an empty list".to_owned() } else { format!("{} of them", list.len()) };
        return unfit(key, [&expected, &found, "name one, or remove the key"], value.span(), findings);
    }
    Some(list.iter().filter_map(|value| one(key, value, longest, findings)).collect())
}

/// One text.
fn one(key: &str, value: &Value<'_>, longest: usize, findings: &mut Findings<'_>) -> Option<Text> {
    let Some(text) = value.get_ref().as_str() else { return wrong_type(key, "a text", value, findings) };
    match plain(text, longest) {
        Some(text) => Some((text.to_owned(), value.span())),
        None => out_of_range(key, form(longest), value, findings),
    }
}

/// A text under `key` that is said of something: 1 to 200 bytes.
pub(super) fn said(section: Section<'_, '_>, key: &'static str, findings: &mut Findings<'_>) -> Option<Text> {
    one(key, section.get(key)?, LONGEST, findings)
}

/// What a text must be like.
pub(super) fn form(longest: usize) -> String {
    format!("a text of 1 to {longest} bytes without control characters")
}

/// The text without outer spaces, where it may stand in a bundle.
pub(super) fn plain(text: &str, longest: usize) -> Option<&str> {
    let whole = text.len();
    let text = text.trim();
    (!text.is_empty() && whole <= longest && !text.chars().any(char::is_control)).then_some(text)
}

/// Remarks on a text that looks like a pattern, since texts are compared literally.
pub(super) fn remark_on_patterns(key: &str, texts: &[Text], findings: &mut Findings<'_>) {
    for (text, place) in texts.iter().filter(|(text, _)| is_like_a_pattern(text)) {
        let message = format!(
            "`{key}`: `{}` looks like a pattern and is compared literally; write the words themselves",
            text.chars().take(super::findings::SHOWN).collect::<String>()
        );
        findings.remark(place, Severity::Warning, message);
    }
}

/// Whether somebody may take the text for a pattern.
fn is_like_a_pattern(text: &str) -> bool {
    let class = text.split('[').skip(1).any(|rest| rest.split(']').next().is_some_and(is_class) && rest.contains(']'));
    text.contains(".*")
        || text.starts_with(['^', '*'])
        || text.ends_with(['*'])
        || (text.ends_with('$') && text.len() > 1)
        || class
}

/// Whether the text within brackets is a class of characters: `a-z`, `0-9`, `^x`.
fn is_class(inside: &str) -> bool {
    let chars: Vec<char> = inside.chars().collect();
    inside.starts_with('^')
        || chars.windows(3).any(|w| matches!(w, [a, '-', b] if a.is_alphanumeric() && a < b && chars.len() <= 9))
}
