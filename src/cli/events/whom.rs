//! Whose events are to go.

use super::super::failure::Failure;
use super::super::output::grouped;
use super::super::progress::Talk;
use super::Logs;
use crate::event::key::Key;
use crate::event::{Event, UnitKey, Who};
use crate::report::inputs::{self, Options, Read};
use crate::shop::Currency;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Units, their hashes, and orders.
pub(super) struct Whom<'k> {
    key: Option<&'k Key>,
    units: BTreeSet<String>,
    /// Hashes that were given, and those of the units.
    keys: BTreeSet<UnitKey>,
    /// Whether a hash was given: a unit that stands as it is can then be compared under the key alone.
    by_hash: bool,
    orders: BTreeSet<String>,
    /// Events that could not be compared for want of a key: hashed ones, and those whose unit stands as it is.
    unsure: [u64; 2],
}

impl<'k> Whom<'k> {
    /// Those units, and under `key` their hashes.
    pub fn new(units: &[String], keys: &[UnitKey], key: Option<&'k Key>) -> Self {
        let (units, orders) = (units.iter().map(|unit| Who::Unit(unit.clone())), BTreeSet::new());
        let mut whom =
            Self { key, units: BTreeSet::new(), keys: BTreeSet::new(), by_hash: false, orders, unsure: [0; 2] };
        units.chain(keys.iter().copied().map(Who::Key)).for_each(|who| whom.add(who));
        whom
    }

    fn add(&mut self, who: Who) {
        match who {
            Who::Unit(unit) => {
                self.keys.extend(self.key.map(|key| key.of(&unit)));
                self.units.insert(unit);
            }
            Who::Key(hash) => {
                self.by_hash = true;
                self.keys.insert(hash);
            }
        }
    }

    /// The units that the customers' orders carry, and these orders, by exports of them.
    pub fn add_customers(&mut self, customers: &[String], files: &[PathBuf]) -> Result<(), Failure> {
        if customers.is_empty() {
            return Ok(());
        }
        let options = Options { currency: Currency::NONE, max_bad_rows: 1.0, ..Options::default() };
        for path in inputs::files(files)? {
            let read = inputs::read_orders(&path, &options, &mut |line| {
                if line.customer.as_ref().is_some_and(|customer| customers.contains(customer)) {
                    line.who.into_iter().for_each(|who| self.add(who));
                    self.orders.insert(line.order);
                }
            })?;
            tell_losses(&read);
        }
        if self.orders.is_empty() {
            let names = customers.join(", ");
            return Err(Failure::data(format!(
                "expected orders of customer {names}, found none; check the customer and --orders"
            )));
        }
        Ok(())
    }

    /// The units that the purchases of these orders name: an order without a unit is joined with its visitor by these alone.
    pub fn add_buyers(&mut self, logs: &Logs) -> Result<(), Failure> {
        if self.orders.is_empty() {
            return Ok(());
        }
        let (mut buyers, talk) = (BTreeSet::new(), Talk::new());
        for path in logs.paths()? {
            logs.read(&path, None, &talk, &mut |event| {
                if self.has_order(&event) {
                    buyers.extend(event.who);
                }
            })?;
        }
        buyers.retain(|who| !self.knows(who));
        if !buyers.is_empty() {
            let many = grouped(buyers.len() as u64);
            eprintln!("units that these orders do not carry and their purchases name: {many}; their events go too");
        }
        buyers.into_iter().for_each(|who| self.add(who));
        if self.units.is_empty() && self.keys.is_empty() {
            eprintln!(
                "neither these orders nor their purchases in these logs name a unit: the purchases go, and nothing else"
            );
        }
        Ok(())
    }

    fn has_order(&self, event: &Event) -> bool {
        event.order.as_ref().is_some_and(|order| self.orders.contains(order))
    }

    fn knows(&self, who: &Who) -> bool {
        match who {
            Who::Unit(unit) => {
                let hash = || self.key.filter(|_| self.by_hash).map(|key| key.of(unit));
                self.units.contains(unit) || hash().is_some_and(|hash| self.keys.contains(&hash))
            }
            Who::Key(hash) => self.keys.contains(hash),
        }
    }

    /// Whether an event is theirs.
    pub fn holds(&mut self, event: &Event) -> bool {
        let theirs = self.has_order(event) || event.who.as_ref().is_some_and(|who| self.knows(who));
        if !theirs && self.key.is_none() {
            match event.who {
                Some(Who::Key(_)) => self.unsure[0] += u64::from(!self.units.is_empty()),
                Some(Who::Unit(_)) => self.unsure[1] += u64::from(self.by_hash),
                None => {}
            }
        }
        theirs
    }

    /// Fails where events were kept that may be theirs.
    pub fn be_sure(&self) -> Result<(), Failure> {
        let words = ["carry the hash of a unit", "carry their unit as it is, where hashes were asked for"];
        let unsure = self.unsure.iter().zip(words).filter(|(many, _)| **many > 0);
        let unsure: Vec<String> = unsure.map(|(many, words)| format!("{} events {words}", grouped(*many))).collect();
        if unsure.is_empty() {
            return Ok(());
        }
        Err(Failure::data(format!(
            "expected --key, because {}, found none: whether they are of the units given cannot be told, and they were kept; run it \
             again with the key",
            unsure.join(", and ")
        )))
    }
}

/// Says on stderr which orders may be theirs and were not looked at.
fn tell_losses(read: &Read) {
    let Read { file, rows, refused, unreadable_attributes, .. } = read;
    if *refused > 0 {
        eprintln!("{file}: {refused} of {rows} rows of orders cannot be read: whose they are is not known");
        read.issues.iter().take(5).for_each(|issue| eprintln!("  {issue}"));
    }
    if *unreadable_attributes > 0 {
        eprintln!(
            "{file}: {unreadable_attributes} rows carry an `_endcap`, `unit_key` or `experiments` that cannot be read; a unit in \
             them is not looked for"
        );
    }
}
