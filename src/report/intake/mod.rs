//! Takes events, order lines and products in, one by one and in any order, and deals them to the units they are about.
//!
//! # The idea
//!
//! A row is small numbers only: texts are kept once. Order lines and the log's purchases go to the shards of their order first,
//! where they become one order each; orders and all other events then go to the shards of their unit. A shard is looked at
//! whole, so ids that came twice, clocks that are wrong and rows that came late are no matter of memory.

mod merge;
mod names;
mod row;
mod spool;

pub(crate) use merge::Orders;
pub(crate) use names::{NameId, Names};
pub(crate) use row::{Kind, Line, Row, Sold, Told, UnitId, What, half, hash};

use super::faults::{Fault, Faults};
use super::inputs::SoldLine;
use super::settings::Settings;
use crate::event::key::Key;
use crate::event::{Event, EventName, Moment, Who};
use crate::experiment::{Assignment, GlobalHoldout, UnitKind, Visitor};
use crate::shop::{Money, Product, Timestamp};
use row::{From, OrderRow};
use rustc_hash::FxHashMap;
use spool::Spool;
pub(crate) use spool::{Shard, rows};
use std::collections::BTreeMap;
use std::io;

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;
/// A clock this far ahead of the log's is wrong.
const AHEAD: i64 = HOUR / 12;
/// An event that took longer to arrive was not waiting for a network: its clock is wrong.
const BEHIND: i64 = 30 * 24 * HOUR;
/// An event that took longer to arrive came late.
const LATE: i64 = 24 * HOUR;

/// What the catalog says of a product.
#[derive(Clone, Debug, Default)]
pub(crate) struct Worth {
    pub price: Option<i64>,
    pub cost: Option<i64>,
    pub title: Option<Box<str>>,
}

/// How much was taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub events: u64,
    /// Products of orders.
    pub lines: u64,
    /// Rows that name their unit.
    pub units: u64,
    /// Rows that name the hash of their unit.
    pub keys: u64,
}

/// What is taken in.
pub struct Intake<'s> {
    settings: &'s Settings,
    key: Option<&'s Key>,
    names: Names,
    catalog: FxHashMap<NameId, Worth>,
    told: Spool<Row>,
    orders: Spool<OrderRow>,
    faults: Faults,
    totals: Totals,
    /// The first and the last moment of events, and of orders of files.
    span: [Option<(i64, i64)>; 2],
    /// Exposures by experiment and day of the zone, counted from 1970.
    exposures: BTreeMap<(usize, i64), u64>,
    any_customers: bool,
    /// The number of the orders file that is read.
    file: u32,
}

/// What was taken in, for whoever looks at it unit by unit.
pub(crate) struct Taken {
    pub names: Names,
    pub catalog: FxHashMap<NameId, Worth>,
    pub shards: Vec<Shard>,
    pub faults: Faults,
    pub totals: Totals,
    pub span: [Option<(i64, i64)>; 2],
    pub exposures: BTreeMap<(usize, i64), u64>,
    pub orders: Orders,
}

impl<'s> Intake<'s> {
    /// Nothing yet. Customers of orders are hashed under the key that units were hashed under.
    pub fn new(settings: &'s Settings, key: Option<&'s Key>) -> Self {
        Self {
            settings,
            key,
            names: Names::default(),
            catalog: FxHashMap::default(),
            told: Spool::new(),
            orders: Spool::new(),
            faults: Faults::new(settings.planned.len()),
            totals: Totals::default(),
            span: [None; 2],
            exposures: BTreeMap::new(),
            any_customers: settings.planned.iter().any(|planned| planned.plan.unit == UnitKind::Customer),
            file: 0,
        }
    }

    /// Takes a product of the catalog; before the orders, for they are priced by it.
    pub fn product(&mut self, product: &Product) {
        let minor = |money: Option<Money>| money.map(Money::minor);
        let worth = Worth {
            price: minor(product.price),
            cost: minor(product.cost),
            title: product.title.as_deref().map(Into::into),
        };
        self.catalog.insert(self.names.id(&product.sku), worth);
    }

    /// The lines that follow are those of another file: what two files say alike of an order, they say of the same pieces.
    pub fn next_file(&mut self) {
        self.file += 1;
    }

    /// Takes a line of an order.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn line(&mut self, line: &SoldLine) -> io::Result<()> {
        if self.is_over(line.at) {
            return Ok(());
        }
        widen(&mut self.span[1], line.at.0);
        let bought = line.quantity > 0;
        self.faults.add(Fault::Returned, u64::from(!bought));
        let worth = self.priced(&line.sku, line.quantity, line.unit_price.map(Money::minor));
        let from = From::File { file: self.file, line: worth, cancelled: line.cancelled };
        let unit = self.identity(line.who.as_ref());
        let customer = line.customer.as_deref().filter(|_| self.any_customers).map_or(0, |name| self.customer(name));
        let variants = self.pairs(&line.variants);
        let order = hash(&line.order);
        self.orders.push(half(order), &OrderRow { order, at: line.at.0, unit, customer, variants, from })
    }

    /// Takes an event.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        let at = self.when(event);
        if self.is_over(Moment(at)) {
            return Ok(());
        }
        self.totals.events += 1;
        widen(&mut self.span[0], at);
        let unit = self.identity(event.who.as_ref());
        let id = half(hash(&event.id));
        let kind = match event.name {
            EventName::Purchase => return self.purchase(event, at, unit, id),
            EventName::Exposure => Kind::Exposure,
            EventName::ViewItemList => Kind::Impression,
            EventName::SelectItem => Kind::Click,
            EventName::AddToCart => Kind::Add,
        };
        let told = Told {
            id,
            kind,
            placement: self.named(event.placement.as_deref()),
            recommendation: event.recommendation.as_deref().map_or(0, |id| half(hash(id))),
            experiment: self.named(event.experiment.as_deref()),
            variant: self.named(event.variant.as_deref()),
            withheld: event.withheld,
            unlike: kind == Kind::Exposure && self.is_unlike(event, at),
            skus: event.items.iter().map(|item| self.names.id(&item.sku)).collect(),
            segment: self.pairs(&event.segment),
        };
        // Nobody's events are dealt by their list, so that a click meets its impression, and what came twice itself.
        let whose = match (unit, told.recommendation) {
            (0, 0) => id,
            (0, list) => list,
            _ => half(unit),
        };
        self.told.push(whose, &Row { unit, at, what: What::Told(told) })
    }

    /// Ends the intake: every order is one, and lies with its unit.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub(crate) fn finish(mut self) -> io::Result<Taken> {
        let has_file = self.span[1].is_some();
        let orders = merge::orders(self.orders.into_shards(), has_file, &mut self.told, &mut self.faults)?;
        Ok(Taken {
            names: self.names,
            catalog: self.catalog,
            shards: self.told.into_shards(),
            faults: self.faults,
            totals: self.totals,
            span: self.span,
            exposures: self.exposures,
            orders,
        })
    }

    fn purchase(&mut self, event: &Event, at: i64, unit: UnitId, id: u64) -> io::Result<()> {
        let Some(order) = &event.order else {
            self.faults.add(Fault::PurchaseWithoutNumber, 1);
            return Ok(());
        };
        let mut lines: Vec<Line> = Vec::with_capacity(event.items.len());
        for item in &event.items {
            lines.push(self.priced(&item.sku, item.quantity.unwrap_or(1), item.price.map(Money::minor)));
        }
        let value = event.value.map(Money::minor).filter(|_| lines.iter().all(|line| line.revenue == 0));
        lines.extend(value.map(|revenue| Line { sku: 0, bought: revenue > 0, revenue, margin: None }));
        let (variants, order) = (self.pairs(&event.variants), hash(order));
        let from = From::Log { id, lines };
        self.orders.push(half(order), &OrderRow { order, at, unit, customer: 0, variants, from })
    }

    /// What so many pieces of a product brought and cost.
    fn priced(&mut self, sku: &str, quantity: i64, price: Option<i64>) -> Line {
        let sku = self.names.id(sku);
        let worth = self.catalog.get(&sku);
        let price = price.or(worth.and_then(|worth| worth.price));
        self.totals.lines += 1;
        self.faults.add(Fault::WithoutPrice, u64::from(price.is_none()));
        let times = |minor: i64| minor.saturating_mul(quantity);
        let revenue = price.map_or(0, times);
        // What lowers the sum and costs nothing, as a discount, is margin lost in full.
        let lowers = price.is_some_and(|price| price < 0);
        let cost = worth.and_then(|worth| worth.cost).or(lowers.then_some(0)).map(times);
        Line { sku, bought: quantity > 0, revenue, margin: cost.map(|cost| revenue.saturating_sub(cost)) }
    }

    /// When an event happened: what its own clock says, unless that clock is wrong.
    fn when(&mut self, event: &Event) -> i64 {
        let Moment(at) = event.at;
        let Some(Moment(arrived)) = event.received_at else { return at };
        if at > arrived.saturating_add(AHEAD) || at < arrived.saturating_sub(BEHIND) {
            self.faults.add(Fault::ClockSkew, 1);
            return arrived;
        }
        self.faults.add(Fault::Late, u64::from(arrived - at > LATE));
        at
    }

    /// Whether a moment is beyond what is looked at.
    fn is_over(&mut self, at: Moment) -> bool {
        if self.settings.latest.is_some_and(|latest| at.second() > latest) {
            self.faults.add(Fault::Future, 1);
            return true;
        }
        self.settings.now.is_some_and(|now| at.second() >= now)
    }

    fn identity(&mut self, who: Option<&Who>) -> UnitId {
        match who {
            None => 0,
            Some(Who::Unit(unit)) => {
                self.totals.units += 1;
                hash(&format!("unit {unit}"))
            }
            Some(Who::Key(key)) => {
                self.totals.keys += 1;
                hash(&format!("key {:032x}", u128::from_be_bytes(key.0)))
            }
        }
    }

    fn customer(&mut self, name: &str) -> UnitId {
        let who = match self.key {
            Some(key) => Who::Key(key.of(name)),
            None => Who::Unit(name.to_owned()),
        };
        self.identity(Some(&who))
    }

    fn named(&mut self, text: Option<&str>) -> NameId {
        text.map_or(0, |text| self.names.id(text))
    }

    fn pairs(&mut self, pairs: &[(String, String)]) -> Vec<(NameId, NameId)> {
        pairs.iter().map(|(key, value)| (self.names.id(key), self.names.id(value))).collect()
    }

    /// Whether an exposure names another arm than the unit's hash; where the unit itself is not known, nobody can tell.
    fn is_unlike(&mut self, event: &Event, at: i64) -> bool {
        let named = event.experiment.as_deref();
        let found = self.settings.planned.iter().position(|planned| Some(planned.experiment.name.as_str()) == named);
        let Some(n) = found else {
            self.faults.add(Fault::UnknownExperiment, u64::from(named.is_some()));
            return false;
        };
        let planned = &self.settings.planned[n];
        *self.exposures.entry((n, self.settings.day(at))).or_default() += 1;
        let Some(Who::Unit(unit)) = &event.who else { return false };
        let segment: Vec<(&str, &str)> =
            event.segment.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let now: Option<Timestamp> = Some(Moment(at).second());
        let visitor = Visitor { unit: Some(unit), segment: &segment, now };
        match planned.experiment.assign(&visitor, &self.settings.global_holdout) {
            Assignment::Arm(arm) => Some(arm.name().as_str()) != event.variant.as_deref(),
            Assignment::GlobalHoldout => event.variant.as_deref() != Some(GlobalHoldout::NAME),
            // Out of the window or of the segment: the shares may have been others then, which is no fault of the log.
            Assignment::Unassigned => false,
        }
    }
}

fn widen(span: &mut Option<(i64, i64)>, at: i64) {
    *span = Some(span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
}
