//! Reads values out of a parsed file and collects what is wrong with them.

use super::error::{ConfigError, ConfigErrors, Problem};
use std::ops::{Range, RangeInclusive};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Below this likeness a suggestion confuses more than it helps.
const LIKE: f64 = 0.75;
/// Characters of the file that an error repeats.
const SHOWN: usize = 40;

/// The text being read and what is wrong with it so far.
pub(super) struct Findings<'t> {
    file: &'t str,
    text: &'t str,
    /// Byte at which each line starts.
    lines: Vec<usize>,
    found: Vec<(usize, Problem)>,
}

impl<'t> Findings<'t> {
    /// Nothing found yet.
    pub(super) fn new(text: &'t str, file: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
        Self { file, text, lines: std::iter::once(0).chain(breaks).collect(), found: Vec::new() }
    }

    /// Notes a problem at a place in the text.
    pub(super) fn add(&mut self, place: Range<usize>, problem: Problem) {
        self.found.push((place.start, problem));
    }

    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All that was found, in the order of the file.
    pub(super) fn into_errors(mut self) -> ConfigErrors {
        self.found.sort_by_key(|(at, _)| *at);
        let more = self.found.len().saturating_sub(ConfigErrors::KEPT);
        self.found.truncate(ConfigErrors::KEPT);
        let found = std::mem::take(&mut self.found);
        ConfigErrors { errors: found.into_iter().map(|(at, problem)| self.placed(at, problem)).collect(), more }
    }

    /// A problem with the line and column of its byte.
    fn placed(&self, at: usize, problem: Problem) -> ConfigError {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text.get(start..at).map_or(0, |before| before.chars().count()) + 1;
        ConfigError { file: self.file.to_owned(), line, column, problem }
    }

    /// What stands at a place, shortened.
    fn shown(&self, place: Range<usize>) -> String {
        let line = self.text.get(place).unwrap_or("").lines().next().unwrap_or("");
        let start: String = line.chars().take(SHOWN).collect();
        if start.len() < line.len() { format!("{start}…") } else { start }
    }
}

/// One table of the file.
#[derive(Clone, Copy)]
pub(super) struct Section<'a, 'i> {
    table: &'a DeTable<'i>,
}

impl<'a, 'i> Section<'a, 'i> {
    /// The whole file.
    pub(super) fn root(table: &'a DeTable<'i>) -> Self {
        Self { table }
    }

    /// Whether the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Refuses keys that are not `known`; those of `later` versions by name.
    pub(super) fn allow(&self, known: &[&'static str], later: &[&'static str], findings: &mut Findings<'_>) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let problem = match later.contains(&name) {
                true => Problem::Unsupported { what: name.to_owned() },
                false => Problem::UnknownKey {
                    key: name.chars().take(SHOWN).collect(),
                    known: known.to_vec(),
                    nearest: nearest(name, known.iter().chain(later)),
                },
            };
            findings.add(key.span(), problem);
        }
    }

    /// The table under `key`, where there is one.
    pub(super) fn section(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<Section<'a, 'i>> {
        let value = self.table.get(key)?;
        section_of(key, value, findings)
    }

    /// All tables under this one, with their names and places.
    pub(super) fn sections(&self, findings: &mut Findings<'_>) -> Vec<(&'a str, Range<usize>, Section<'a, 'i>)> {
        let mut sections = Vec::new();
        for (name, value) in self.table.iter() {
            if let Some(section) = section_of(name.get_ref(), value, findings) {
                let name_text: &'a str = name.get_ref();
                sections.push((name_text, name.span(), section));
            }
        }
        sections
    }

    /// A whole number within `range`.
    pub(super) fn integer(
        &self,
        key: &'static str,
        range: RangeInclusive<i64>,
        findings: &mut Findings<'_>,
    ) -> Option<i64> {
        let value = self.table.get(key)?;
        let Some(integer) = value.get_ref().as_integer() else {
            return wrong_type(key, "a whole number", value, findings);
        };
        match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) if range.contains(&number) => Some(number),
            _ => {
                let expected = format!("a whole number from {} to {}", range.start(), range.end());
                out_of_range(key, expected, value, findings)
            }
        }
    }

    /// A number within `range`; NaN and infinity are in none.
    pub(super) fn number(
        &self,
        key: &'static str,
        range: RangeInclusive<f64>,
        findings: &mut Findings<'_>,
    ) -> Option<f64> {
        let value = self.table.get(key)?;
        let number = match value.get_ref() {
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).ok().map(|n| n as f64),
            _ => return wrong_type(key, "a number", value, findings),
        };
        match number {
            Some(number) if range.contains(&number) => Some(number),
            _ => {
                let expected = format!("a number from {} to {}", range.start(), range.end());
                out_of_range(key, expected, value, findings)
            }
        }
    }

    /// A text of which `read` makes something.
    pub(super) fn text<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        read: impl Fn(&str) -> Option<T>,
        findings: &mut Findings<'_>,
    ) -> Option<T> {
        let value = self.table.get(key)?;
        let Some(text) = value.get_ref().as_str() else { return wrong_type(key, "a text", value, findings) };
        let read = read(text);
        if read.is_some() { read } else { out_of_range(key, expected.to_owned(), value, findings) }
    }

    /// One of the words of `known`; those of `later` versions are refused by name.
    pub(super) fn word<T: Copy>(
        &self,
        key: &'static str,
        known: &[(&'static str, T)],
        later: &[&'static str],
        findings: &mut Findings<'_>,
    ) -> Option<T> {
        one_of(key, self.table.get(key)?, known, later, findings)
    }

    /// A list of the words of `known`, in the order of the file.
    pub(super) fn words<T: Copy>(
        &self,
        key: &'static str,
        known: &[(&'static str, T)],
        later: &[&'static str],
        findings: &mut Findings<'_>,
    ) -> Option<Vec<T>> {
        let value = self.table.get(key)?;
        let Some(list) = value.get_ref().as_array() else {
            return wrong_type(key, "a list of texts", value, findings);
        };
        Some(list.iter().filter_map(|value| one_of(key, value, known, later, findings)).collect())
    }
}

/// The table that a value is.
fn section_of<'a, 'i>(
    key: &str,
    value: &'a Spanned<DeValue<'i>>,
    findings: &mut Findings<'_>,
) -> Option<Section<'a, 'i>> {
    match value.get_ref().as_table() {
        Some(table) => Some(Section { table }),
        None => wrong_type(key, "a table", value, findings),
    }
}

/// The meaning of a word.
fn one_of<T: Copy>(
    key: &'static str,
    value: &Spanned<DeValue<'_>>,
    known: &[(&'static str, T)],
    later: &[&'static str],
    findings: &mut Findings<'_>,
) -> Option<T> {
    let Some(text) = value.get_ref().as_str() else { return wrong_type(key, "a text", value, findings) };
    if let Some((_, meaning)) = known.iter().find(|(word, _)| *word == text) {
        return Some(*meaning);
    }
    let words: Vec<&'static str> = known.iter().map(|(word, _)| *word).collect();
    let problem = match later.contains(&text) {
        true => Problem::Unsupported { what: format!("{key} = \"{text}\"") },
        false => Problem::UnknownValue {
            key: key.to_owned(),
            found: text.chars().take(SHOWN).collect(),
            nearest: nearest(text, words.iter().chain(later)),
            known: words,
        },
    };
    findings.add(value.span(), problem);
    None
}

/// Notes a value of the wrong type.
fn wrong_type<T>(
    key: &str,
    expected: &'static str,
    value: &Spanned<DeValue<'_>>,
    findings: &mut Findings<'_>,
) -> Option<T> {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with decimals",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    findings.add(value.span(), Problem::WrongType { key: key.chars().take(SHOWN).collect(), expected, found });
    None
}

/// Notes a value that is out of range.
fn out_of_range<T>(
    key: &'static str,
    expected: String,
    value: &Spanned<DeValue<'_>>,
    findings: &mut Findings<'_>,
) -> Option<T> {
    let found = findings.shown(value.span());
    findings.add(value.span(), Problem::OutOfRange { key: key.to_owned(), expected, found });
    None
}

/// The name most like `written`, where one is like it at all.
fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n &'static str>) -> Option<&'static str> {
    // Nobody's misspelling is longer, and the comparison takes quadratic time.
    let written: String = written.chars().take(64).collect();
    let mut best = (LIKE, None);
    for name in names {
        let like = strsim::jaro_winkler(&written, name);
        if like > best.0 {
            best = (like, Some(*name));
        }
    }
    best.1
}
