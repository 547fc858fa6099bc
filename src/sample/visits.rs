//! A hundred thousand steps of visits in the last three months: what was looked at before it was bought, or not.
//!
//! About half of the visitors agree to be counted: of the orders of these months, every second one has its visit here.

use super::calendar::{DAYS, FIRST_DAY, Traffic};
use super::catalog::{Catalog, Kind};
use super::dice::{Dice, trait_of};
use super::orders::Order;
use crate::shop::{EventKind, Timestamp};

/// Steps in all.
pub(super) const EVENTS: usize = 100_000;
/// Days that are counted: June, July and August.
const COUNTED_DAYS: i64 = 92;
/// Of a thousand orders, those whose visit was counted.
const COUNTED: u32 = 500;

/// One step of a visit.
pub(super) struct Step {
    /// Number of the visit, in order of its start.
    pub(super) session: u32,
    /// When.
    pub(super) at: Timestamp,
    /// What.
    pub(super) kind: EventKind,
    /// To which product.
    pub(super) item: usize,
}

/// A visit: its steps in order.
type Visit = Vec<(Timestamp, EventKind, usize)>;

/// All steps, visit by visit in order of their start.
pub(super) fn record(catalog: &Catalog, orders: &[Order]) -> Vec<Step> {
    let mut dice = Dice::stream(3);
    let browser = Browser::new(catalog);
    let since = Timestamp((FIRST_DAY + DAYS - COUNTED_DAYS) * 86_400 + 7_200);
    let mut visits: Vec<Visit> = Vec::new();
    for order in orders.iter().filter(|order| order.at >= since) {
        if dice.chance(COUNTED) {
            visits.push(browser.buys(order, &mut dice));
        }
    }
    let mut steps: usize = visits.iter().map(Vec::len).sum();
    let traffic = Traffic::since(DAYS - COUNTED_DAYS);
    while steps < EVENTS {
        let start = traffic.day(&mut dice).moment(&mut dice);
        let mut visit = browser.looks_around(start, &mut dice);
        visit.truncate(EVENTS - steps);
        steps += visit.len();
        visits.push(visit);
    }
    visits.sort_by_key(|visit| visit.first().map(|step| (step.0, step.2)));
    let numbered = visits.into_iter().zip(1..);
    numbered
        .flat_map(|(visit, session)| visit.into_iter().map(move |(at, kind, item)| Step { session, at, kind, item }))
        .collect()
}

/// How people look around.
struct Browser<'a> {
    catalog: &'a Catalog,
    /// How often a visit starts at each product.
    doors: Vec<u32>,
    /// For each product what is compared with it: product and weight.
    alike: Vec<(Vec<usize>, Vec<u32>)>,
}

impl<'a> Browser<'a> {
    fn new(catalog: &'a Catalog) -> Self {
        let doors = catalog.items.iter().map(|item| item.weight * interest(item.kind)).collect();
        let alike = (0..catalog.items.len()).map(|item| alike(catalog, item)).collect();
        Self { catalog, doors, alike }
    }

    /// The visit that ends in an order.
    fn buys(&self, order: &Order, dice: &mut Dice) -> Visit {
        let mut visit = Visit::new();
        for line in &order.lines {
            let considered = interest(self.catalog.items[line.item].kind);
            for _ in 0..dice.below(1 + considered / 3) {
                self.look(self.another(line.item, dice), EventKind::View, &mut visit);
            }
            if dice.chance(if considered > 4 { 960 } else { 700 }) {
                self.look(Some(line.item), EventKind::View, &mut visit);
            }
            self.look(Some(line.item), EventKind::AddToCart, &mut visit);
            if dice.chance(30) {
                let other = self.another(line.item, dice);
                self.look(other, EventKind::AddToCart, &mut visit);
                self.look(other, EventKind::RemoveFromCart, &mut visit);
            }
        }
        let mut at = order.at.0 - dice.between(40, 240);
        for step in visit.iter_mut().rev() {
            step.0 = Timestamp(at);
            at -= dice.between(6, 110);
        }
        visit.extend(order.lines.iter().map(|line| (order.at, EventKind::Purchase, line.item)));
        visit
    }

    /// A visit that ends in nothing.
    fn looks_around(&self, start: Timestamp, dice: &mut Dice) -> Visit {
        let mut visit = Visit::new();
        let mut here = dice.weighted(&self.doors);
        let mut cart = Vec::new();
        while let Some(item) = here {
            self.look(Some(item), EventKind::View, &mut visit);
            if dice.chance(75) && !cart.contains(&item) {
                self.look(Some(item), EventKind::AddToCart, &mut visit);
                cart.push(item);
            }
            here = match dice.below(100) {
                ..=19 => None,
                20..=88 => self.another(item, dice),
                _ => dice.weighted(&self.doors),
            };
        }
        for item in cart {
            if dice.chance(350) {
                self.look(Some(item), EventKind::RemoveFromCart, &mut visit);
            }
        }
        let mut at = start.0;
        for step in &mut visit {
            step.0 = Timestamp(at);
            at += dice.between(5, 120);
        }
        let closing = (FIRST_DAY + DAYS) * 86_400 - 1;
        let late = visit.last().map_or(0, |step| (step.0.0 - closing).max(0));
        visit.iter_mut().for_each(|step| step.0 = Timestamp(step.0.0 - late));
        visit
    }

    fn look(&self, item: Option<usize>, kind: EventKind, visit: &mut Visit) {
        visit.extend(item.map(|item| (Timestamp(0), kind, item)));
    }

    /// A product that is compared with this one.
    fn another(&self, item: usize, dice: &mut Dice) -> Option<usize> {
        let (items, weights) = &self.alike[item];
        dice.weighted(weights).map(|place| items[place])
    }
}

/// How much people compare before they buy: machines a lot, gaskets hardly.
fn interest(kind: Kind) -> u32 {
    use Kind::*;
    match kind {
        PumpMachine | BeanToCup | Grinder => 9,
        HandGrinder | FrenchPress | Dripper | FlaskBrewer | PressBrewer | MokaPot | ColdBrewer | Kettle | Scale => 6,
        Cup | Glass | TravelCup | GiftSet | Canister | Tamper => 5,
        EspressoBeans | FilterBeans | DecafBeans | SeasonalBeans | Jug | Tool | Tea | Syrup | Chocolate => 3,
        _ => 1,
    }
}

/// What is compared with a product: its kind in its price band, its variants, its maker and taste before the rest.
fn alike(catalog: &Catalog, item: usize) -> (Vec<usize>, Vec<u32>) {
    let this = &catalog.items[item];
    let rivals = |a: &str, b: &str| trait_of(&format!("{}/{}", a.min(b), a.max(b))).is_multiple_of(4);
    let weigh = |&other: &usize| {
        let that = &catalog.items[other];
        let (low, high) = (this.cents.min(that.cents), this.cents.max(that.cents));
        let band = if low * 3 >= high * 2 { 10 } else { 1 };
        let taste = if !this.fits.is_empty() && this.fits == that.fits { 3 } else { 1 };
        let variant = if this.stem == that.stem { 3 } else { 2 };
        let rival = if rivals(this.stem, that.stem) { 4 } else { 1 };
        (that.weight / 100 + u32::from(that.weight > 0)) * band * taste * variant * rival * u32::from(other != item)
    };
    let shelf = catalog.of_kind(this.kind);
    (shelf.to_vec(), shelf.iter().map(weigh).collect())
}
