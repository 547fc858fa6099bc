//! Events as Parquet, as warehouses load them.
//!
//! | Column | Type |
//! |---|---|
//! | `v` | INT32 |
//! | `id`, `name`, `consent` | text |
//! | `at`; `received_at`, may be null | timestamp, milliseconds, UTC |
//! | `item_list_id`, `recommendation_id`, `model`, `unit`, `unit_key`, `experiment`, `variant`, `transaction_id`, `currency` | text, may be null |
//! | `withheld` | boolean |
//! | `value` | double, may be null |
//! | `segment`, `experiments` | map from text to text, null where it is empty |
//! | `items` | list of structs of `item_id`, `index`, `quantity`, `price`; null where it is empty |
//!
//! Row groups hold at most 65,536 events and about 16 MiB. Compression is zstd, or Snappy in a sandbox.

mod columns;

use super::{Event, json};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::io::{self, Write};
use std::sync::Arc;

/// The columns in Parquet's own notation.
const SCHEMA: &str = "message event {
    REQUIRED INT32 v;
    REQUIRED BYTE_ARRAY id (STRING);
    REQUIRED BYTE_ARRAY name (STRING);
    REQUIRED INT64 at (TIMESTAMP(MILLIS,true));
    OPTIONAL INT64 received_at (TIMESTAMP(MILLIS,true));
    OPTIONAL BYTE_ARRAY item_list_id (STRING);
    OPTIONAL BYTE_ARRAY recommendation_id (STRING);
    OPTIONAL BYTE_ARRAY model (STRING);
    OPTIONAL BYTE_ARRAY unit (STRING);
    OPTIONAL BYTE_ARRAY unit_key (STRING);
    REQUIRED BYTE_ARRAY consent (STRING);
    OPTIONAL BYTE_ARRAY experiment (STRING);
    OPTIONAL BYTE_ARRAY variant (STRING);
    REQUIRED BOOLEAN withheld;
    OPTIONAL group segment (MAP) {
        REPEATED group key_value { REQUIRED BYTE_ARRAY key (STRING); REQUIRED BYTE_ARRAY value (STRING); }
    }
    OPTIONAL group items (LIST) {
        REPEATED group list {
            REQUIRED group element {
                REQUIRED BYTE_ARRAY item_id (STRING);
                OPTIONAL INT64 index;
                OPTIONAL INT64 quantity;
                OPTIONAL DOUBLE price;
            }
        }
    }
    OPTIONAL BYTE_ARRAY transaction_id (STRING);
    OPTIONAL DOUBLE value;
    OPTIONAL BYTE_ARRAY currency (STRING);
    OPTIONAL group experiments (MAP) {
        REPEATED group key_value { REQUIRED BYTE_ARRAY key (STRING); REQUIRED BYTE_ARRAY value (STRING); }
    }
}";

/// The most events of a row group.
const GROUP: usize = 1 << 16;
/// About the most bytes of its events.
const GROUP_BYTES: usize = 1 << 24;

/// Writes events into a file of Parquet.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<W>,
    group: Vec<Event>,
    bytes: usize,
}

impl<W: Write + Send> Writer<W> {
    /// Starts a file.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn new(out: W) -> io::Result<Self> {
        let schema = Arc::new(parse_message_type(SCHEMA).map_err(failed)?);
        let properties = WriterProperties::builder().set_compression(compression()).build();
        let file = SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(failed)?;
        Ok(Self { file, group: Vec::new(), bytes: 0 })
    }

    /// Writes an event, at the latest when its row group is full.
    ///
    /// # Errors
    ///
    /// Those of `out`, and those of [`json::write`].
    pub fn write(&mut self, event: Event) -> io::Result<()> {
        json::moment(event.at)?;
        event.received_at.map_or(Ok(String::new()), json::moment)?;
        json::currency(&event)?;
        self.bytes += size(&event);
        self.group.push(event);
        if self.group.len() == GROUP || self.bytes >= GROUP_BYTES { self.flush() } else { Ok(()) }
    }

    /// Ends the file and gives back what it was written to.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush()?;
        self.file.into_inner().map_err(failed)
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.group.is_empty() {
            columns::write(&mut self.file, &self.group).map_err(failed)?;
            self.group.clear();
            self.bytes = 0;
        }
        Ok(())
    }
}

/// About what an event takes in memory, for the bound of a row group.
fn size(event: &Event) -> usize {
    let texts: usize = event.segment.iter().chain(&event.variants).map(|(key, text)| 48 + key.len() + text.len()).sum();
    let items: usize = event.items.iter().map(|item| 72 + item.sku.len()).sum();
    let names =
        [&event.placement, &event.recommendation, &event.model, &event.experiment, &event.variant, &event.order];
    size_of::<Event>() + event.id.len() + names.into_iter().flatten().map(String::len).sum::<usize>() + texts + items
}

#[cfg(not(target_os = "wasi"))]
fn compression() -> Compression {
    Compression::ZSTD(parquet::basic::ZstdLevel::default())
}

/// There is no C library to build zstd with.
#[cfg(target_os = "wasi")]
fn compression() -> Compression {
    Compression::SNAPPY
}

/// What the writer of Parquet says, as what it is: a failed write, or none of its own.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
