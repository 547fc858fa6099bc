//! Whose events are to go.

use super::super::failure::Failure;
use crate::event::key::Key;
use crate::event::{Event, UnitKey, Who};
use crate::report::inputs::{self, Options};
use crate::shop::Currency;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Units, their hashes, and orders.
#[derive(Default)]
pub(super) struct Whom {
    units: BTreeSet<String>,
    keys: BTreeSet<UnitKey>,
    orders: BTreeSet<String>,
    /// Whether units were hashed too: without a key a hashed log cannot be searched for them.
    hashed: bool,
    /// Events whose hash could not be compared with a unit.
    pub unsure: u64,
}

impl Whom {
    /// Those units, and under `key` their hashes.
    pub fn new(units: &[String], keys: &[UnitKey], key: Option<&Key>) -> Self {
        let mut whom = Self { keys: keys.iter().copied().collect(), hashed: key.is_some(), ..Self::default() };
        units.iter().for_each(|unit| whom.add(unit, key));
        whom
    }

    fn add(&mut self, unit: &str, key: Option<&Key>) {
        self.units.insert(unit.to_owned());
        self.keys.extend(key.map(|key| key.of(unit)));
    }

    /// The units that the customer's orders carry, and these orders, by exports of them.
    pub fn with_customer(
        mut self,
        customers: &[String],
        files: &[PathBuf],
        key: Option<&Key>,
    ) -> Result<Self, Failure> {
        if customers.is_empty() {
            return Ok(self);
        }
        let options = Options { currency: Currency::NONE, max_bad_rows: 1.0, ..Options::default() };
        let mut found = false;
        for path in inputs::files(files)? {
            inputs::read_orders(&path, &options, &mut |line| {
                if !line.customer.as_ref().is_some_and(|customer| customers.contains(customer)) {
                    return;
                }
                found = true;
                match line.who {
                    Some(Who::Unit(unit)) => self.add(&unit, key),
                    Some(Who::Key(hash)) => drop(self.keys.insert(hash)),
                    None => {}
                }
                self.orders.insert(line.order);
            })?;
        }
        if !found {
            let names = customers.join(", ");
            return Err(Failure::data(format!(
                "expected orders of customer {names}, found none; check the customer and --orders"
            )));
        }
        Ok(self)
    }

    /// Whether an event is theirs.
    pub fn holds(&mut self, event: &Event) -> bool {
        let order = event.order.as_ref().is_some_and(|order| self.orders.contains(order));
        order
            || match &event.who {
                None => false,
                Some(Who::Unit(unit)) => self.units.contains(unit),
                Some(Who::Key(hash)) => {
                    let known = self.keys.contains(hash);
                    self.unsure += u64::from(!known && !self.hashed && !self.units.is_empty());
                    known
                }
            }
    }
}
