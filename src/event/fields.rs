//! The members of an object, taken one by one and held to their types.

use super::Moment;
use super::error::EventError;
use super::value::Value;

/// What is left of an object, and where the object stands.
pub(super) struct Fields {
    /// `items[2].`; empty for the event itself.
    path: String,
    members: Vec<(String, Value)>,
}

/// What to do about most of it.
const CORRECT: &str = "correct it where the event is made";

impl Fields {
    /// The members of an object at `path`, which ends with a point where it is not empty.
    pub(super) fn new(path: String, members: Vec<(String, Value)>) -> Self {
        Self { path, members }
    }

    /// The names of what was not taken.
    pub(super) fn rest(self) -> Vec<String> {
        self.members.into_iter().map(|(name, _)| name).collect()
    }

    /// The error of a field.
    pub(super) fn refused(&self, name: &str, expected: &'static str, found: impl Into<String>) -> EventError {
        let field = format!("{}{name}", self.path);
        EventError::Field { field, expected, found: found.into(), remedy: CORRECT }
    }

    /// Takes the member that has the name; `null` says nothing.
    ///
    /// # Errors
    ///
    /// Where it is there twice: which one is meant nobody can say.
    pub(super) fn take(&mut self, name: &str) -> Result<Option<Value>, EventError> {
        let Some(at) = self.members.iter().position(|(key, _)| key == name) else { return Ok(None) };
        let (_, value) = self.members.swap_remove(at);
        if self.members.iter().any(|(key, _)| key == name) {
            return Err(self.refused(name, "each field once", "it twice"));
        }
        Ok((value != Value::Null).then_some(value))
    }

    /// As [`Fields::take`], by a second name too.
    pub(super) fn take_either(&mut self, name: &str, other: &str) -> Result<Option<Value>, EventError> {
        match (self.take(name)?, self.take(other)?) {
            (Some(_), Some(_)) => Err(self.refused(name, "each field once", format!("`{other}` beside it"))),
            (one, two) => Ok(one.or(two)),
        }
    }

    /// A text of 1 to 128 characters.
    pub(super) fn name(&mut self, name: &str) -> Result<Option<String>, EventError> {
        self.text(name, long)
    }

    /// As [`Fields::name`], of what an error may not repeat.
    pub(super) fn secret(&mut self, name: &str) -> Result<Option<String>, EventError> {
        self.text(name, Value::kind)
    }

    fn text(&mut self, name: &str, describe: fn(&Value) -> String) -> Result<Option<String>, EventError> {
        match self.take(name)? {
            None => Ok(None),
            Some(Value::Text(text)) if within(&text, 1, LONGEST_NAME) => Ok(Some(text)),
            Some(other) => Err(self.refused(name, "a text of 1 to 128 characters", describe(&other))),
        }
    }

    /// A moment.
    pub(super) fn moment(&self, name: &str, value: Value) -> Result<Moment, EventError> {
        const EXPECTED: &str = "a moment from 1971 to 2100 with its zone, as 2026-11-22T10:00:00.000Z";
        let parsed = if let Value::Text(text) = &value { Moment::parse(text) } else { None };
        parsed.ok_or_else(|| self.refused(name, EXPECTED, value.described()))
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, EventError> {
        match self.take(name)? {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => Err(self.refused(name, "true or false", other.described())),
        }
    }

    /// A whole number in a range.
    pub(super) fn whole(
        &mut self,
        name: &str,
        range: std::ops::RangeInclusive<i64>,
        expected: &'static str,
    ) -> Result<Option<i64>, EventError> {
        let Some(value) = self.take(name)? else { return Ok(None) };
        let whole = if let Value::Number(number) = value { whole(number) } else { None };
        match whole.filter(|whole| range.contains(whole)) {
            Some(whole) => Ok(Some(whole)),
            None => Err(self.refused(name, expected, value.described())),
        }
    }

    /// A number in a range.
    pub(super) fn number(
        &mut self,
        name: &str,
        range: std::ops::RangeInclusive<f64>,
        expected: &'static str,
    ) -> Result<Option<f64>, EventError> {
        match self.take(name)? {
            None => Ok(None),
            Some(Value::Number(number)) if range.contains(&number) => Ok(Some(number)),
            Some(other) => Err(self.refused(name, expected, other.described())),
        }
    }

    /// An object of texts: at most 32, names of 1 to 128 characters, values of `least` to 128; each name once.
    pub(super) fn texts(&mut self, name: &str, least: usize) -> Result<Vec<(String, String)>, EventError> {
        const EXPECTED: &str = "an object of at most 32 texts, of at most 128 characters each";
        let members = match self.take(name)? {
            None => return Ok(Vec::new()),
            Some(Value::Object(members)) if members.len() <= MOST_TEXTS => members,
            Some(other) => return Err(self.refused(name, EXPECTED, other.described())),
        };
        let mut texts: Vec<(String, String)> = Vec::with_capacity(members.len());
        for (key, value) in members {
            let inner =
                |found: String| self.refused(&format!("{name}.{}", super::error::shortened(&key)), EXPECTED, found);
            if texts.iter().any(|(known, _)| *known == key) {
                return Err(inner("it twice".into()));
            }
            if !within(&key, 1, LONGEST_NAME) {
                return Err(inner(if key.is_empty() { "an empty name" } else { "a longer name" }.into()));
            }
            match value {
                Value::Null => {}
                Value::Text(text) if within(&text, least, LONGEST_NAME) => texts.push((key, text)),
                other => return Err(inner(long(&other))),
            }
        }
        Ok(texts)
    }

    /// A list of objects, at most `most`.
    pub(super) fn objects(
        &mut self,
        name: &str,
        most: usize,
        expected: &'static str,
    ) -> Result<Vec<Fields>, EventError> {
        let list = match self.take(name)? {
            None => return Ok(Vec::new()),
            Some(Value::List(list)) if list.len() <= most => list,
            Some(other) => return Err(self.refused(name, expected, other.described())),
        };
        let object = |(at, value)| match value {
            Value::Object(members) => Ok(Fields::new(format!("{}{name}[{at}].", self.path), members)),
            other => Err(self.refused(&format!("{name}[{at}]"), "an object", Value::described(&other))),
        };
        list.into_iter().enumerate().map(object).collect()
    }
}

/// The longest name, in characters.
pub(super) const LONGEST_NAME: usize = 128;
/// The most members of an object of texts.
const MOST_TEXTS: usize = 32;

/// Whether a text has `least` to `most` characters.
pub(super) fn within(text: &str, least: usize, most: usize) -> bool {
    // A character has at most four bytes.
    (least..=4 * most).contains(&text.len()) && text.chars().count() <= most
}

/// A number without a fraction, where it is one that floats can tell from its neighbours.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// A value, or how long it is where that is what is wrong with it.
fn long(value: &Value) -> String {
    match value {
        Value::Text(text) if text.chars().count() > LONGEST_NAME => value.kind(),
        other => other.described(),
    }
}
