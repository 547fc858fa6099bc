//! Reads values out of a parsed file and collects what is wrong with them.

use super::error::Problem;
use super::findings::{Findings, SHOWN};
use std::ops::{Range, RangeInclusive};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Below this likeness a suggestion confuses more than it helps.
const LIKE: f64 = 0.75;
/// A value of the file with its place.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// One table of the file.
#[derive(Clone, Copy)]
pub(super) struct Section<'a, 'i> {
    table: &'a DeTable<'i>,
    /// The first byte of it.
    at: usize,
}

impl<'a, 'i> Section<'a, 'i> {
    /// The whole file.
    pub(super) fn root(table: &'a DeTable<'i>) -> Self {
        Self { table, at: 0 }
    }

    /// Where the table starts.
    pub(super) fn place(&self) -> Range<usize> {
        self.at..self.at
    }

    /// Whether nothing stands in it.
    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// What stands under `key`.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value<'i>> {
        self.table.get(key)
    }

    /// All keys with their places and values.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, Range<usize>, &'a Value<'i>)> {
        self.table.iter().map(|(key, value)| {
            let name: &'a str = key.get_ref();
            (name, key.span(), value)
        })
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
                    nearest: nearest(name, known.iter().chain(later).copied()),
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

    /// The tables of a list, at most so many of them; `remedy` says what to do about more, of which none is read.
    pub(super) fn tables(
        &self,
        key: &'static str,
        expected: &'static str,
        (most, remedy): (usize, &str),
        findings: &mut Findings<'_>,
    ) -> Vec<Section<'a, 'i>> {
        let Some(value) = self.table.get(key) else { return Vec::new() };
        let Some(tables) = value.get_ref().as_array() else {
            wrong_type::<()>(key, expected, value, findings);
            return Vec::new();
        };
        if let Some(beyond) = tables.get(most) {
            let (expected, found) = (format!("at most {most} tables"), format!("{} of them", tables.len()));
            unfit::<()>(key, [&expected, &found, remedy], beyond.span(), findings);
            return Vec::new();
        }
        tables.iter().filter_map(|table| section_of(key, table, findings)).collect()
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
        match number(key, value, findings)? {
            number if range.contains(&number) => Some(number),
            _ => {
                let expected = format!("a number from {} to {}", range.start(), range.end());
                out_of_range(key, expected, value, findings)
            }
        }
    }

    /// Notes that `key` is missing from this table.
    pub(super) fn missing(&self, key: &'static str, table: &str, expected: &str, findings: &mut Findings<'_>) {
        let (table, expected) = (table.to_owned(), expected.to_owned());
        findings.add(self.place(), Problem::MissingKey { key, table, expected });
    }

    /// True or false.
    pub(super) fn flag(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<bool> {
        let value = self.table.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_some() { flag } else { wrong_type(key, "true or false", value, findings) }
    }

    /// A number of which `holds` is true once it has the precision it is kept in.
    pub(super) fn single(
        &self,
        key: &'static str,
        expected: &'static str,
        holds: impl Fn(f64) -> bool,
        findings: &mut Findings<'_>,
    ) -> Option<f32> {
        single(key, self.table.get(key)?, expected, holds, findings)
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

/// A number of any size; NaN where it is none.
fn number(key: &'static str, value: &Value<'_>, findings: &mut Findings<'_>) -> Option<f64> {
    match value.get_ref() {
        DeValue::Float(float) => Some(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Integer(n) => Some(i64::from_str_radix(n.as_str(), n.radix()).map_or(f64::NAN, |n| n as f64)),
        _ => wrong_type(key, "a number", value, findings),
    }
}

/// A number in single precision of which `holds` is true.
pub(super) fn single(
    key: &'static str,
    value: &Value<'_>,
    expected: &'static str,
    holds: impl Fn(f64) -> bool,
    findings: &mut Findings<'_>,
) -> Option<f32> {
    let exact = number(key, value, findings)?;
    let number = exact as f32;
    if holds(exact) && holds(f64::from(number)) {
        Some(number)
    } else {
        out_of_range(key, expected.to_owned(), value, findings)
    }
}

/// The table that a value is.
pub(super) fn section_of<'a, 'i>(
    key: &str,
    value: &'a Value<'i>,
    findings: &mut Findings<'_>,
) -> Option<Section<'a, 'i>> {
    match value.get_ref().as_table() {
        Some(table) => Some(Section { table, at: value.span().start }),
        None => wrong_type(key, "a table", value, findings),
    }
}

/// The meaning of a word.
fn one_of<T: Copy>(
    key: &'static str,
    value: &Value<'_>,
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
            nearest: nearest(text, words.iter().chain(later).copied()),
            known: words,
        },
    };
    findings.add(value.span(), problem);
    None
}

/// Notes a value of the wrong type.
pub(super) fn wrong_type<T>(
    key: &str,
    expected: &'static str,
    value: &Value<'_>,
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
pub(super) fn out_of_range<T>(
    key: &str,
    expected: String,
    value: &Value<'_>,
    findings: &mut Findings<'_>,
) -> Option<T> {
    let found = findings.shown(value.span());
    findings.add(value.span(), Problem::OutOfRange { key: key.to_owned(), expected, found });
    None
}

/// Notes a value that is well formed and cannot hold.
pub(super) fn unfit<T>(
    key: &str,
    [expected, found, remedy]: [&str; 3],
    place: Range<usize>,
    findings: &mut Findings<'_>,
) -> Option<T> {
    let [expected, found, remedy] = [expected, found, remedy].map(str::to_owned);
    findings.add(place, Problem::Unfit { key: key.chars().take(SHOWN).collect(), expected, found, remedy });
    None
}

/// The name most like `written`, where one is like it at all.
pub(super) fn nearest<N: AsRef<str> + Copy>(written: &str, names: impl Iterator<Item = N>) -> Option<N> {
    // Nobody's misspelling is longer, and the comparison takes quadratic time.
    let written: String = written.chars().take(64).collect();
    let mut best = (LIKE, None);
    for name in names {
        let like = strsim::jaro_winkler(&written, name.as_ref());
        if like > best.0 {
            best = (like, Some(name));
        }
    }
    best.1
}
