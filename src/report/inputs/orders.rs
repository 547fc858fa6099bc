//! Files of orders.

use super::{InputError, Options, Read};
use crate::event::attribute;
use crate::event::{Moment, UnitKey, Who};
use crate::feed::{self, Sold, SoldRow};
use crate::shop::Money;
use std::path::Path;

/// One line of an order, as the report counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldLine {
    /// The order's number; lines of one order may stand apart.
    pub order: String,
    /// When.
    pub at: Moment,
    /// What; empty for a line that is no product of the catalog.
    pub sku: String,
    /// Pieces; below 0 for what came back.
    pub quantity: i64,
    /// Of one piece; below 0 for discounts and corrections.
    pub unit_price: Option<Money>,
    /// Who bought, where the shop knows.
    pub customer: Option<String>,
    /// The unit that the order carries.
    pub who: Option<Who>,
    /// The arms that the order carries, experiment by experiment.
    pub variants: Vec<(String, String)>,
    /// Whether the order does not stand: cancelled, voided, failed or refunded as a whole.
    pub cancelled: bool,
}

/// Reads the order lines of a file and hands every one to `sink` in file order, also what came back; units are hashed
/// where there is a key. The columns are those of [`feed::read_sold`].
///
/// Whose an order is says the column `unit` or `unit_key`, else the cart attribute: in a column `_endcap`, or among note
/// attributes or meta data. Arms are those of the attribute, else those of the column `experiments`. A line on which any of
/// these cannot be read is handed on without it, and is one of [`Read::unreadable_attributes`].
///
/// # Errors
///
/// [`InputError`]. `sink` has been fed by then; what it holds is to be discarded.
///
/// # Cost
///
/// That of [`feed::read_sold`].
pub fn read_orders(path: &Path, options: &Options<'_>, sink: &mut dyn FnMut(SoldLine)) -> Result<Read, InputError> {
    let mut read = Read::default();
    let Sold { summary, currencies } = feed::read_sold(path, &options.of_feed(), &mut |row| {
        let line = sold(row, options, &mut read);
        read.saw(line.at, row.zoned);
        sink(line);
    })?;
    Ok(Read { currencies, ..read }.with(summary))
}

/// The line of a row.
fn sold(row: SoldRow<'_>, options: &Options<'_>, read: &mut Read) -> SoldLine {
    let mut unreadable = false;
    let mut tried = |found: bool| unreadable |= !found;
    let carried = attribute_of(row).and_then(|text| seen(attribute::parse(&text), &mut tried));
    let own = row.unit.map(|unit| Who::Unit(unit.to_owned()));
    let hashed = row.unit_key.and_then(|text| seen(UnitKey::parse(text), &mut tried)).map(Who::Key);
    let (unit, variants) = carried.map_or((None, None), |found| (Some(Who::Unit(found.unit)), Some(found.variants)));
    let who = own.or(hashed).or(unit);
    let variants = variants.or_else(|| row.experiments.and_then(|text| seen(arms(text), &mut tried)));
    read.unreadable_attributes += u64::from(unreadable);
    SoldLine {
        order: row.order.to_owned(),
        at: row.at.into(),
        sku: row.sku.to_owned(),
        quantity: row.quantity,
        unit_price: row.unit_price,
        customer: row.customer.map(str::to_owned),
        who: who.map(|who| options.key.map_or(who.clone(), |key| key.hide(who))),
        variants: variants.unwrap_or_default(),
        cancelled: row.cancelled,
    }
}

/// What was found in something that is there, after `tried` is told whether it could be read.
fn seen<T>(found: Option<T>, tried: &mut impl FnMut(bool)) -> Option<T> {
    tried(found.is_some());
    found
}

/// The text of the cart attribute, wherever it stands.
fn attribute_of(row: SoldRow<'_>) -> Option<String> {
    row.attribute.map(str::to_owned).or_else(|| attribute::find(row.notes?))
}

/// Arms by experiment, from an object of JSON.
fn arms(text: &str) -> Option<Vec<(String, String)>> {
    let arms: std::collections::BTreeMap<String, String> = serde_json::from_str(text).ok()?;
    Some(arms.into_iter().collect())
}
