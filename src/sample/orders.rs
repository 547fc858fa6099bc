//! Thirty thousand orders: customers who come back, and guests who do not.

use super::baskets::Basket;
use super::calendar::{ShopDay, Traffic};
use super::catalog::{Catalog, Kind, Oddity};
use super::dice::Dice;
use super::shoppers::Shopper;
use crate::shop::Timestamp;

/// Orders in all.
pub(super) const ORDERS: usize = 30_000;
/// Orders by customers who have an account; the rest are guests.
const BY_CUSTOMERS: usize = 21_000;

/// Of a thousand customers, those who bought here before the first of our days.
const OLD_CUSTOMERS: u32 = 240;

/// One order.
pub(super) struct Order {
    /// Number of the customer; `None` for a guest.
    pub(super) customer: Option<u32>,
    /// When it was placed.
    pub(super) at: Timestamp,
    /// What it holds.
    pub(super) lines: Vec<Line>,
}

/// One line of an order.
pub(super) struct Line {
    /// The product.
    pub(super) item: usize,
    /// Units, from 1.
    pub(super) quantity: u32,
    /// Price of one unit in cents on that day.
    pub(super) cents: i64,
}

/// All orders by time.
pub(super) fn place(catalog: &Catalog) -> Vec<Order> {
    let traffic = Traffic::since(0);
    let mut dice = Dice::stream(2);
    let mut orders = Vec::with_capacity(ORDERS + 64);
    let mut customer = 0;
    while orders.len() < BY_CUSTOMERS {
        customer += 1;
        let first = if dice.chance(OLD_CUSTOMERS) { ShopDay(dice.between(0, 40)) } else { traffic.day(&mut dice) };
        let mut shopper = Shopper::join(catalog, first, &mut dice);
        while let Some(basket) = shopper.next_basket(catalog, &mut dice) {
            orders.extend(check_out(catalog, Some(customer), basket, &mut dice));
        }
    }
    orders.truncate(BY_CUSTOMERS);
    while orders.len() < ORDERS {
        let mut basket = Basket::new(catalog, traffic.day(&mut dice));
        mission(&mut basket, &mut dice);
        orders.extend(check_out(catalog, None, basket, &mut dice));
    }
    orders.sort_by_key(|order| (order.at, order.customer));
    orders
}

/// Why somebody comes to the shop, and in how many of a thousand visits.
const MISSIONS: &[(Kind, u32)] = {
    use Kind::*;
    &[
        (EspressoBeans, 120),
        (FilterBeans, 90),
        (DecafBeans, 22),
        (SeasonalBeans, 70),
        (PumpMachine, 62),
        (BeanToCup, 30),
        (Grinder, 44),
        (HandGrinder, 26),
        (FrenchPress, 34),
        (Dripper, 52),
        (FlaskBrewer, 22),
        (PressBrewer, 24),
        (MokaPot, 34),
        (ColdBrewer, 26),
        (PaperFilter, 46),
        (MetalFilter, 6),
        (Cup, 84),
        (Glass, 30),
        (TravelCup, 30),
        (Descaler, 30),
        (Tablets, 22),
        (Brush, 8),
        (WaterFilter, 18),
        (Gasket, 38),
        (Basket, 16),
        (Part, 16),
        (Kettle, 24),
        (Scale, 18),
        (Tamper, 16),
        (Tool, 16),
        (Jug, 16),
        (Canister, 20),
        (Tea, 34),
        (Chocolate, 22),
        (Syrup, 40),
        (GiftSet, 50),
    ]
};

/// Fills a basket for one errand of somebody without habits.
pub(super) fn mission(basket: &mut Basket, dice: &mut Dice) {
    let month = basket.day.month();
    let weights: Vec<u32> = MISSIONS.iter().map(|(kind, weight)| weight * seasonal(*kind, month) / 100).collect();
    let kind = MISSIONS[dice.weighted(&weights).unwrap_or(0)].0;
    basket.wish(kind, dice);
    if dice.chance(320) {
        let treat = TREATS[dice.below(TREATS.len() as u32) as usize];
        basket.wish(treat, dice);
    }
    impulse(basket, dice);
}

/// What people add while they are here.
const TREATS: [Kind; 5] = [Kind::EspressoBeans, Kind::FilterBeans, Kind::Chocolate, Kind::Syrup, Kind::Tea];

/// How much a kind is wanted in a month, in per cent of the usual.
fn seasonal(kind: Kind, month: usize) -> u32 {
    match (kind, month) {
        (Kind::GiftSet, 11 | 12) => 500,
        (Kind::GiftSet, _) => 40,
        (Kind::SeasonalBeans, 11 | 12) => 250,
        (Kind::SeasonalBeans, 6..=8) => 130,
        (Kind::SeasonalBeans, 5 | 9) => 40,
        (Kind::SeasonalBeans, _) => 0,
        (Kind::ColdBrewer, 5..=8) => 330,
        (Kind::ColdBrewer, _) => 25,
        (Kind::Tea | Kind::Chocolate, 10..=12 | 1) => 170,
        (Kind::Glass, 6..=8) => 160,
        _ => 100,
    }
}

/// Something that has nothing to do with the rest: noise, as in every shop.
pub(super) fn impulse(basket: &mut Basket, dice: &mut Dice) {
    if dice.chance(130) {
        let weights: Vec<u32> = MISSIONS.iter().map(|(_, weight)| *weight).collect();
        let kind = MISSIONS[dice.weighted(&weights).unwrap_or(0)].0;
        if let Some(item) = basket.choose(kind, dice, |_| 1) {
            basket.add(item, dice);
        }
    }
}

fn check_out(catalog: &Catalog, customer: Option<u32>, basket: Basket, dice: &mut Dice) -> Option<Order> {
    let day = basket.day;
    let lines: Vec<Line> = basket
        .lines
        .into_iter()
        .map(|(item, quantity)| Line { item, quantity, cents: price_on(catalog, item, day) })
        .collect();
    (!lines.is_empty()).then(|| Order { customer, at: day.moment(dice), lines })
}

/// What one unit cost on a day: coffee and pantry were cheaper before 2026, equipment in the last week of November.
fn price_on(catalog: &Catalog, item: usize, day: ShopDay) -> i64 {
    let item = &catalog.items[item];
    let pantry = item.kind.is_beans() || matches!(item.kind, Kind::Tea | Kind::Chocolate | Kind::Syrup);
    let cleared = super::catalog::oddity(&item.product.sku).is_some_and(|o| matches!(o, Oddity::Clearance(_)));
    match day.0 {
        ..=305 if pantry => item.cents * 94 / 1_000 * 10,
        268..=274 if item.cents >= 4_000 => item.cents * 85 / 1_000 * 10,
        488.. if cleared => item.product.price.map_or(item.cents, |p| p.minor()),
        _ => item.cents,
    }
}
