//! Parquet files of a test's own making.
#![allow(dead_code)] // each test binary uses its own part

use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

/// One column: how Parquet's own notation declares it, and its values.
#[derive(Clone, Debug)]
pub struct Column {
    pub declared: String,
    pub values: Values,
}

/// Values; `None` is null and needs an `OPTIONAL` column.
#[derive(Clone, Debug)]
pub enum Values {
    Text(Vec<Option<Vec<u8>>>),
    Int(Vec<Option<i32>>),
    Long(Vec<Option<i64>>),
    Double(Vec<Option<f64>>),
    Float(Vec<Option<f32>>),
}

pub fn text(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Column {
    let values = values.into_iter().map(|value| Some(value.into().into_bytes())).collect();
    Column { declared: format!("REQUIRED BYTE_ARRAY {name} (UTF8)"), values: Values::Text(values) }
}

pub fn long(name: &str, values: impl IntoIterator<Item = i64>) -> Column {
    let values = values.into_iter().map(Some).collect();
    Column { declared: format!("OPTIONAL INT64 {name}"), values: Values::Long(values) }
}

pub fn double(name: &str, values: impl IntoIterator<Item = f64>) -> Column {
    let values = values.into_iter().map(Some).collect();
    Column { declared: format!("OPTIONAL DOUBLE {name}"), values: Values::Double(values) }
}

/// The bytes of a file with these columns, in row groups of `group` rows.
pub fn file(columns: &[Column], compression: Compression, group: usize) -> Vec<u8> {
    let end = |column: &Column| if column.declared.ends_with('}') { " " } else { "; " };
    let declared: String = columns.iter().map(|column| format!("{}{}", column.declared, end(column))).collect();
    let schema = format!("message table {{ {declared}}}");
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    let rows = columns.first().map_or(0, |column| column.len());
    for from in (0..rows).step_by(group.max(1)) {
        let to = (from + group.max(1)).min(rows);
        let mut rows = writer.next_row_group().unwrap();
        for column in columns {
            let mut out = rows.next_column().unwrap().unwrap();
            column.write(from..to, out.untyped());
            out.close().unwrap();
        }
        rows.close().unwrap();
    }
    writer.into_inner().unwrap()
}

pub fn zstd() -> Compression {
    Compression::ZSTD(ZstdLevel::default())
}

impl Column {
    fn len(&self) -> usize {
        match &self.values {
            Values::Text(all) => all.len(),
            Values::Int(all) => all.len(),
            Values::Long(all) => all.len(),
            Values::Double(all) => all.len(),
            Values::Float(all) => all.len(),
        }
    }

    fn write(&self, range: std::ops::Range<usize>, writer: &mut ColumnWriter<'_>) {
        fn split<T: Clone>(all: &[Option<T>]) -> (Vec<T>, Vec<i16>) {
            (all.iter().flatten().cloned().collect(), all.iter().map(|value| i16::from(value.is_some())).collect())
        }
        macro_rules! batch {
            ($writer:expr, $values:expr) => {{
                let (values, levels) = $values;
                let levels = self.declared.starts_with("OPTIONAL").then_some(levels);
                $writer.write_batch(&values, levels.as_deref(), None).unwrap();
            }};
        }
        match (writer, &self.values) {
            (ColumnWriter::ByteArrayColumnWriter(out), Values::Text(all)) => {
                let all: Vec<_> = all[range].iter().map(|text| text.clone().map(ByteArray::from)).collect();
                batch!(out, split(&all));
            }
            (ColumnWriter::Int32ColumnWriter(out), Values::Int(all)) => batch!(out, split(&all[range])),
            (ColumnWriter::Int64ColumnWriter(out), Values::Long(all)) => batch!(out, split(&all[range])),
            (ColumnWriter::DoubleColumnWriter(out), Values::Double(all)) => batch!(out, split(&all[range])),
            (ColumnWriter::FloatColumnWriter(out), Values::Float(all)) => batch!(out, split(&all[range])),
            (_, values) => panic!("{} does not hold {values:?}", self.declared),
        }
    }
}
