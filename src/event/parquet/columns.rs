//! The columns of a row group, in the order of the schema.

use super::super::{Event, EventItem, Who, json};
use crate::event::VERSION;
use crate::shop::Money;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use std::io::Write;

/// Writes events as one row group.
pub(super) fn write<W: Write + Send>(file: &mut SerializedFileWriter<W>, events: &[Event]) -> Result<(), ParquetError> {
    let mut group = Group { rows: file.next_row_group()?, events };
    group.needed::<Int32Type>(|_| VERSION as i32)?;
    group.needed::<ByteArrayType>(|event| bytes(&event.id))?;
    group.needed::<ByteArrayType>(|event| bytes(event.name.name()))?;
    group.needed::<Int64Type>(|event| event.at.0)?;
    group.maybe::<Int64Type>(|event| event.received_at.map(|at| at.0))?;
    group.text(|event| event.placement.as_deref())?;
    group.text(|event| event.recommendation.as_deref())?;
    group.text(|event| event.model.as_deref())?;
    group.maybe::<ByteArrayType>(|event| match &event.who {
        Some(Who::Unit(unit)) => Some(bytes(unit)),
        _ => None,
    })?;
    group.maybe::<ByteArrayType>(|event| match &event.who {
        Some(Who::Key(key)) => Some(bytes(&key.to_string())),
        _ => None,
    })?;
    group.needed::<ByteArrayType>(|event| bytes(event.consent.name()))?;
    group.text(|event| event.experiment.as_deref())?;
    group.text(|event| event.variant.as_deref())?;
    group.needed::<BoolType>(|event| event.withheld)?;
    group.map(|event| &event.segment)?;
    group.items()?;
    group.text(|event| event.order.as_deref())?;
    group.maybe::<DoubleType>(|event| event.value.map(major))?;
    group.maybe::<ByteArrayType>(|event| {
        let currency = json::currency(event).ok().flatten().filter(|said| *said != crate::shop::Currency::NONE);
        currency.map(|currency| bytes(currency.code()))
    })?;
    group.map(|event| &event.variants)?;
    group.rows.close()?;
    Ok(())
}

/// A row group on its way.
struct Group<'a, W: Write> {
    rows: SerializedRowGroupWriter<'a, W>,
    events: &'a [Event],
}

impl<W: Write + Send> Group<'_, W> {
    /// Writes the next column: values, and the levels that say which are missing and where a new row begins.
    fn column<T: DataType>(
        &mut self,
        values: &[T::T],
        definition: Option<&[i16]>,
        repetition: Option<&[i16]>,
    ) -> Result<(), ParquetError> {
        let column = self.rows.next_column()?;
        let mut column = column.ok_or(ParquetError::General("expected a further column".into()))?;
        column.typed::<T>().write_batch(values, definition, repetition)?;
        column.close()
    }

    fn needed<T: DataType>(&mut self, value: impl Fn(&Event) -> T::T) -> Result<(), ParquetError> {
        let values: Vec<T::T> = self.events.iter().map(value).collect();
        self.column::<T>(&values, None, None)
    }

    fn maybe<T: DataType>(&mut self, value: impl Fn(&Event) -> Option<T::T>) -> Result<(), ParquetError> {
        let all: Vec<Option<T::T>> = self.events.iter().map(value).collect();
        let definition: Vec<i16> = all.iter().map(|value| i16::from(value.is_some())).collect();
        let values: Vec<T::T> = all.into_iter().flatten().collect();
        self.column::<T>(&values, Some(&definition), None)
    }

    fn text(&mut self, text: impl Fn(&Event) -> Option<&str>) -> Result<(), ParquetError> {
        self.maybe::<ByteArrayType>(|event| text(event).map(bytes))
    }

    /// Keys, then texts.
    fn map(&mut self, map: impl Fn(&Event) -> &Vec<(String, String)>) -> Result<(), ParquetError> {
        self.nested::<ByteArrayType, _>(&map, |(key, _)| Some(bytes(key)), 2)?;
        self.nested::<ByteArrayType, _>(&map, |(_, text)| Some(bytes(text)), 2)
    }

    fn items(&mut self) -> Result<(), ParquetError> {
        fn items(event: &Event) -> &Vec<EventItem> {
            &event.items
        }
        self.nested::<ByteArrayType, _>(items, |item| Some(bytes(&item.sku)), 2)?;
        self.nested::<Int64Type, _>(items, |item| item.index.map(i64::from), 3)?;
        self.nested::<Int64Type, _>(items, |item| item.quantity, 3)?;
        self.nested::<DoubleType, _>(items, |item| item.price.map(major), 3)
    }

    /// A column inside of a list, whose values are there at level `full` and missing one below; a list without entries is
    /// itself missing, at level 0.
    fn nested<T: DataType, E>(
        &mut self,
        list: impl Fn(&Event) -> &Vec<E>,
        value: impl Fn(&E) -> Option<T::T>,
        full: i16,
    ) -> Result<(), ParquetError> {
        let (mut values, mut definition, mut repetition) = (Vec::new(), Vec::new(), Vec::new());
        for event in self.events {
            let list = list(event);
            if list.is_empty() {
                definition.push(0);
                repetition.push(0);
            }
            for (at, entry) in list.iter().enumerate() {
                let value = value(entry);
                definition.push(full - i16::from(value.is_none()));
                repetition.push(i16::from(at > 0));
                values.extend(value);
            }
        }
        self.column::<T>(&values, Some(&definition), Some(&repetition))
    }
}

fn bytes(text: &str) -> ByteArray {
    ByteArray::from(text.as_bytes().to_vec())
}

/// An amount in major units: the float nearest to its decimal text, whose shortest text is that again.
fn major(amount: Money) -> f64 {
    amount.to_string().parse().unwrap_or(f64::NAN)
}
