//! Lists as flat records, one a recipient: what programs that send mail import.

use crate::bundle::Card;
use clap::ValueEnum;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use std::io::{self, Write};
use std::path::Path;

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A table with a line of heads, for e-mail and customer data platforms
    Csv,
    /// A list of flat objects
    Json,
    /// A flat object a line
    Jsonl,
}

impl Format {
    /// The format that a file's name asks for.
    pub fn of_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }
}

/// The list of one recipient.
pub(super) struct Record<'a> {
    pub customer: &'a str,
    pub placement: &'a str,
    /// How many products of the history may be needed again.
    pub due_now: Option<u32>,
    pub recommendation: String,
    pub model: &'a str,
    pub currency: &'a str,
    pub experiment: Option<String>,
    pub variant: Option<String>,
    pub entries: Vec<Entry>,
}

/// One product of a list.
pub(super) struct Entry {
    pub sku: String,
    pub reason: &'static str,
    pub card: Option<Card>,
    /// In major units, in digits.
    pub price: Option<String>,
}

/// Columns of a recipient, before those of products.
const HEADS: [&str; 9] =
    ["customer_id", "placement", "due_now", "items", "recommendation_id", "model", "currency", "experiment", "variant"];
/// Columns of a product; each is followed by the product's place, from 1.
const EACH: [&str; 7] = ["sku", "title", "url", "image", "price", "cart_id", "reason"];

impl Record<'_> {
    /// The values under [`HEADS`].
    fn heads(&self) -> [Value; 9] {
        [
            self.customer.into(),
            self.placement.into(),
            self.due_now.into(),
            self.entries.len().into(),
            self.recommendation.as_str().into(),
            self.model.into(),
            self.currency.into(),
            self.experiment.as_deref().into(),
            self.variant.as_deref().into(),
        ]
    }

    /// Names and values of all that is known, in the order of the columns.
    fn fields(&self) -> impl Iterator<Item = (String, Value)> {
        let heads = HEADS.iter().map(|head| (*head).to_owned()).zip(self.heads());
        let each = self
            .entries
            .iter()
            .zip(1..)
            .flat_map(|(entry, place)| EACH.iter().map(move |name| format!("{name}_{place}")).zip(entry.values()));
        heads.chain(each).filter(|(_, value)| !value.is_null())
    }
}

impl Entry {
    /// The values under [`EACH`].
    fn values(&self) -> [Value; 7] {
        let text = |of: fn(&Card) -> &String| {
            let text = self.card.as_ref().map(of).filter(|text| !text.is_empty());
            text.map_or(Value::Null, |text| text.as_str().into())
        };
        let price = self.price.as_ref().and_then(|price| price.parse::<serde_json::Number>().ok());
        [
            self.sku.as_str().into(),
            text(|card| &card.title),
            text(|card| &card.url),
            text(|card| &card.image),
            price.map_or(Value::Null, Value::Number),
            text(|card| &card.cart_id),
            self.reason.into(),
        ]
    }

    /// The texts under [`EACH`].
    fn cells(&self) -> [&str; 7] {
        let text = |of: fn(&Card) -> &String| self.card.as_ref().map_or("", |card| of(card).as_str());
        [
            &self.sku,
            text(|card| &card.title),
            text(|card| &card.url),
            text(|card| &card.image),
            self.price.as_deref().unwrap_or_default(),
            text(|card| &card.cart_id),
            self.reason,
        ]
    }
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.fields() {
            map.serialize_entry(&name, &value)?;
        }
        map.end()
    }
}

/// Writes records one after the other.
pub(super) enum Sheet<W: Write> {
    Csv { csv: Box<csv::Writer<W>>, places: usize },
    Json { out: W, first: bool },
    Jsonl { out: W },
}

impl<W: Write> Sheet<W> {
    /// Begins with what comes before the first record; `places` is the most products of a list.
    pub fn begin(format: Format, mut out: W, places: usize) -> io::Result<Self> {
        match format {
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(out);
                let each = (1..=places).flat_map(|place| EACH.map(|name| format!("{name}_{place}")));
                csv.write_record(HEADS.map(String::from).into_iter().chain(each))?;
                Ok(Self::Csv { csv: Box::new(csv), places })
            }
            Format::Json => {
                out.write_all(b"[")?;
                Ok(Self::Json { out, first: true })
            }
            Format::Jsonl => Ok(Self::Jsonl { out }),
        }
    }

    pub fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        match self {
            Self::Csv { csv, places } => {
                let count = record.entries.len().to_string();
                let due = record.due_now.map_or(String::new(), |due| due.to_string());
                let Record { customer, placement, recommendation, model, currency, .. } = record;
                let [experiment, variant] =
                    [&record.experiment, &record.variant].map(|name| name.as_deref().unwrap_or_default());
                let heads = [customer, placement, &*due, &*count, recommendation, model, currency, experiment, variant];
                let each = record.entries.iter().flat_map(Entry::cells);
                let blank = (*places).saturating_sub(record.entries.len()) * EACH.len();
                Ok(csv.write_record(heads.into_iter().chain(each).chain(std::iter::repeat_n("", blank)))?)
            }
            Self::Json { out, first } => {
                out.write_all(if *first { b"\n" } else { b",\n" })?;
                *first = false;
                Ok(serde_json::to_writer(out, record)?)
            }
            Self::Jsonl { out } => {
                serde_json::to_writer(&mut *out, record)?;
                out.write_all(b"\n")
            }
        }
    }

    /// Ends with what comes after the last record.
    pub fn end(self) -> io::Result<()> {
        match self {
            Self::Csv { mut csv, .. } => csv.flush(),
            Self::Json { mut out, .. } => out.write_all(b"\n]\n").and_then(|()| out.flush()),
            Self::Jsonl { mut out } => out.flush(),
        }
    }
}
