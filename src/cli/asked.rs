//! Requests as JSON, one a line: what `recommend`, `explain` and `rules preview` read.

use super::failure::Failure;
use crate::placement::{Amount, PastPurchase, Request};
use crate::shop::Currency;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Longest request line, in bytes.
const MAX_LINE: u64 = 4 << 20;

/// One line: a request, or a page of several.
pub(super) enum Question<'a> {
    One(Box<Asked<'a>>),
    Page(Page<'a>),
}

/// Several placements of one page, the most important first.
#[derive(Deserialize)]
pub(super) struct Page<'a> {
    #[serde(default)]
    pub id: Option<serde_json::Value>,
    #[serde(borrow, rename = "page")]
    pub requests: Vec<Asked<'a>>,
}

/// One request.
#[derive(Deserialize)]
pub(super) struct Asked<'a> {
    #[serde(default)]
    pub id: Option<serde_json::Value>,
    #[serde(borrow)]
    pub placement: Cow<'a, str>,
    #[serde(default, borrow, deserialize_with = "or_none")]
    pub cart: Vec<CartLine<'a>>,
    #[serde(default, borrow)]
    pub product: Option<Cow<'a, str>>,
    #[serde(default, borrow, deserialize_with = "or_none")]
    recent: Vec<Cow<'a, str>>,
    #[serde(default, borrow, deserialize_with = "or_none")]
    history: Vec<HistoryLine<'a>>,
    #[serde(default, borrow, deserialize_with = "or_none")]
    exclude: Vec<Cow<'a, str>>,
    #[serde(default, borrow, deserialize_with = "or_none")]
    pub list: Vec<Cow<'a, str>>,
    #[serde(default)]
    segment: Option<BTreeMap<String, String>>,
    #[serde(default, borrow)]
    unit: Option<Cow<'a, str>>,
    #[serde(default)]
    now: Option<String>,
    #[serde(default)]
    limit: Option<u64>,
}

/// `null` stands for an empty list, as in the package.
fn or_none<'de, D, T>(value: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(value).map(Option::unwrap_or_default)
}

#[derive(Deserialize)]
pub(super) struct CartLine<'a> {
    #[serde(borrow)]
    pub sku: Cow<'a, str>,
    /// Pieces; one where nothing is said.
    #[serde(default)]
    quantity: Option<f64>,
    /// Price of one piece in major units, where the page knows better than the bundle.
    #[serde(default)]
    price: Option<f64>,
}

#[derive(Deserialize)]
struct HistoryLine<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
    /// Without an age an entry is passed over, as the npm package does.
    #[serde(default)]
    days_ago: Option<f64>,
}

/// Why a line is not answered.
#[derive(Serialize)]
pub(super) struct Problem {
    pub code: &'static str,
    pub message: String,
}

impl Problem {
    /// A line that cannot be read.
    pub fn request(message: impl Into<String>) -> Self {
        Self { code: "E_REQUEST", message: message.into() }
    }
}

/// What holds for requests that do not say.
#[derive(Clone, Copy)]
pub(super) struct Defaults {
    pub limit: Option<u32>,
    /// Seconds since 1970.
    pub now: Option<i64>,
    /// The currency of prices.
    pub currency: Currency,
}

/// What a request borrows.
pub(super) struct Lists<'a> {
    cart: Vec<&'a str>,
    amounts: Vec<Amount>,
    recent: Vec<&'a str>,
    history: Vec<PastPurchase<'a>>,
    exclude: Vec<&'a str>,
    list: Vec<&'a str>,
    segment: Vec<(&'a str, &'a str)>,
    now: Option<i64>,
    limit: Option<u32>,
}

impl<'a> Asked<'a> {
    /// The request's lists.
    ///
    /// # Errors
    ///
    /// A moment that cannot be read.
    pub fn lists(&'a self, defaults: &Defaults) -> Result<Lists<'a>, Problem> {
        let amount = |line: &CartLine<'_>| Amount {
            quantity: line.quantity.unwrap_or(1.0),
            price: line.price.and_then(|price| defaults.currency.to_minor(price)),
        };
        let past = |past: &'a HistoryLine<'_>| Some(PastPurchase { sku: &past.sku, days_ago: past.days_ago? as f32 });
        let segment = self.segment.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
        let now = self.now.as_deref().map(moment).transpose().map_err(|error| {
            let found = self.now.as_deref().unwrap_or_default();
            Problem::request(format!("now: {error}, found {found:?}; leave it out where no time is known"))
        })?;
        Ok(Lists {
            cart: self.cart.iter().map(|line| &*line.sku).collect(),
            amounts: self.cart.iter().map(amount).collect(),
            recent: self.recent.iter().map(|sku| &**sku).collect(),
            history: self.history.iter().filter_map(past).collect(),
            exclude: self.exclude.iter().map(|sku| &**sku).collect(),
            list: self.list.iter().map(|sku| &**sku).collect(),
            segment: segment.collect(),
            now: now.or(defaults.now),
            limit: self.limit.map(|limit| limit.min(u64::from(u32::MAX)) as u32).or(defaults.limit),
        })
    }

    /// The request, borrowed from its lists.
    pub fn request<'l>(&'l self, lists: &'l Lists<'l>) -> Request<'l> {
        Request {
            placement: &self.placement,
            cart: &lists.cart,
            product: self.product.as_deref(),
            recent: &lists.recent,
            history: &lists.history,
            exclude: &lists.exclude,
            amounts: &lists.amounts,
            now: lists.now,
            segment: &lists.segment,
            unit: self.unit.as_deref(),
            list: &lists.list,
            limit: lists.limit,
        }
    }
}

/// Seconds since 1970 of a moment with its zone.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    let wanted = "expected a moment with its zone, as 2027-01-31T08:00:00Z or 2027-01-31T08:00:00+01:00";
    text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_second).map_err(|_| wanted.to_owned())
}

/// The question of a line.
pub(super) fn parse(line: &[u8]) -> Result<Question<'_>, Problem> {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(default)]
        page: Option<serde::de::IgnoredAny>,
    }
    let kind: Kind = serde_json::from_slice(line).map_err(|error| unread(&error))?;
    let question = match kind.page {
        Some(_) => serde_json::from_slice(line).map(Question::Page),
        None => serde_json::from_slice(line).map(|asked| Question::One(Box::new(asked))),
    };
    question.map_err(|error| unread(&error))
}

fn unread(error: &serde_json::Error) -> Problem {
    Problem::request(format!("expected a request as one JSON object with a \"placement\", found: {error}"))
}

/// Opens the lines of a file; `-` is stdin.
pub(super) fn open(path: &Path) -> Result<BufReader<Box<dyn Read>>, Failure> {
    let input: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(path).map_err(|error| Failure::read(path, &error))?)
    };
    Ok(BufReader::new(input))
}

/// Hands every line that is not empty to `each`, with its number; one that is too long as a problem.
pub(super) fn lines(
    mut input: impl BufRead,
    mut each: impl FnMut(u64, Result<&[u8], Problem>) -> io::Result<()>,
) -> io::Result<()> {
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        number += 1;
        if (&mut input).take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.len() >= MAX_LINE as usize && !line.ends_with(b"\n") {
            input.skip_until(b'\n')?;
            each(number, Err(Problem::request("expected a line of at most 4 MiB; split the request")))?;
        } else if !line.trim_ascii().is_empty() {
            each(number, Ok(&line))?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_needs_its_zone() {
        assert_eq!(moment("2027-01-31T08:00:00Z"), Ok(1_801_382_400));
        assert_eq!(moment("2027-01-31T08:00:00+01:00"), Ok(1_801_378_800));
        assert!(moment("2027-01-31T08:00:00").is_err() && moment("now").is_err());
    }

    #[test]
    fn amounts_are_major_units_and_the_requests_own_time_wins() {
        let line = br#"{"placement":"cart","cart":[{"sku":"a","quantity":2,"price":2.95},{"sku":"b"}],"now":"1970-01-01T00:01:00Z","segment":{"device":"mobile"}}"#;
        let Ok(Question::One(asked)) = parse(line) else { panic!("no request") };
        let defaults = Defaults { limit: Some(3), now: Some(5), currency: Currency::NONE };
        let lists = asked.lists(&defaults).unwrap_or_else(|problem| panic!("{}", problem.message));
        let request = asked.request(&lists);
        assert_eq!(request.amounts, [Amount { quantity: 2.0, price: Some(295) }, Amount::default()]);
        assert_eq!((request.now, request.limit, request.segment), (Some(60), Some(3), &[("device", "mobile")][..]));
    }
}
