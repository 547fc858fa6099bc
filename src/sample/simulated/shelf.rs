//! What is sold: the products of the sample shop, with costs that give the margin rate that was asked for.

use super::basket::{Basket, BasketLine};
use super::chance::Chance;
use crate::sample::catalog::Catalog;
use crate::shop::{Availability, Currency, Money, Product};
use std::sync::Arc;

/// A product that can be bought.
#[derive(Clone, Debug)]
pub(super) struct Good {
    /// Its key.
    pub(super) sku: Arc<str>,
    /// Cents of one piece.
    pub(super) price: i64,
    /// What one piece costs the shop, in cents.
    pub(super) cost: i64,
}

/// The products by price.
pub(super) struct Shelf {
    /// All lines of the catalog with their costs, those that cannot be bought included.
    pub(super) products: Vec<Product>,
    /// Those on the shelf, by price.
    pub(super) goods: Vec<Good>,
    /// Positions in `goods` by cost.
    pub(super) by_cost: Vec<usize>,
    /// Positions in `goods` of what orders begin with: dear enough that there is something cheaper, by price.
    pub(super) staples: Vec<usize>,
}

/// Orders of nobody from which the margin rate is found.
const PILOT: usize = 8_000;
/// An order never begins with what costs less than this multiple of the cheapest product.
const STAPLE: i64 = 3;
/// Streams of the pilot orders belong to no visitor.
const PILOT_STREAM: u64 = u64::MAX - 9;

impl Shelf {
    /// The sample shop's shelf; each cost's share of the price is raised to one power, so that orders of `value` cents, spread
    /// by `sigma`, have the margin rate. The share stays below 1, and what is dear to buy stays dearer than the rest.
    pub(super) fn new(value: f64, sigma: f64, margin_rate: f64) -> Self {
        let products = Catalog::build().items.into_iter().map(|item| item.product).collect();
        let mut shelf = Self { products, goods: Vec::new(), by_cost: Vec::new(), staples: Vec::new() };
        shelf.stock(1.0);
        // Twice, for the costs decide a little of what is sold.
        for _ in 0..2 {
            let sold = shelf.pilot(value, sigma);
            shelf.stock(power_for(margin_rate, &sold));
        }
        shelf
    }

    /// Puts what can be bought on the shelf, once costs are raised to a power of what they are.
    fn stock(&mut self, power: f64) {
        self.goods.clear();
        for product in &mut self.products {
            let (Some(price), Some(cost)) = (product.price, product.cost) else { continue };
            if cost.minor() < price.minor() {
                let share = cost.minor() as f64 / price.minor() as f64;
                let minor = (price.minor() as f64 * libm::pow(share, power)).round() as i64;
                product.cost = Some(Money::new(minor.clamp(1, price.minor() - 1), cost.currency()));
                if product.availability == Some(Availability::InStock) {
                    let (sku, cost) = (product.sku.as_str().into(), product.cost.map_or(0, Money::minor));
                    self.goods.push(Good { sku, price: price.minor(), cost });
                }
            }
        }
        self.goods.sort_by(|a, b| (a.price, &a.sku).cmp(&(b.price, &b.sku)));
        self.by_cost = (0..self.goods.len()).collect();
        self.by_cost.sort_by_key(|&at| self.goods.get(at).map(|good| (good.cost, at)));
        let least = self.cheapest().map_or(0, |good| good.cost * STAPLE);
        let staple = |at: &usize| self.goods.get(*at).is_some_and(|good| good.cost >= least);
        self.staples = (0..self.goods.len()).filter(staple).collect();
    }

    /// Price and cost of the lines of the pilot orders.
    fn pilot(&self, value: f64, sigma: f64) -> Vec<(f64, f64)> {
        let orders = self.orders(value, sigma);
        let sold = |line: &BasketLine| {
            let pieces = line.quantity as f64;
            (pieces * line.price as f64, pieces * line.cost as f64)
        };
        orders.iter().flat_map(|(_, basket)| &basket.lines).map(sold).collect()
    }

    /// Orders of nobody, each with what it was to be worth.
    fn orders(&self, value: f64, sigma: f64) -> Vec<(f64, Basket)> {
        let mut chance = Chance::new(0);
        chance.turn_to(PILOT_STREAM, 0);
        let one = |_| {
            let wanted = value * chance.factor(sigma);
            (wanted, Basket::fill(self, wanted, &mut chance))
        };
        (0..PILOT).map(one).collect()
    }

    /// What pilot orders were to be worth by what they are: the prices of the shelf lie apart.
    pub(super) fn fit(&self, value: f64, sigma: f64) -> f64 {
        let orders = self.orders(value, sigma);
        let worth: i64 = orders.iter().map(|(_, basket)| basket.revenue()).sum();
        orders.iter().map(|(wanted, _)| wanted).sum::<f64>() / worth.max(1) as f64
    }

    /// The contribution margin, in cents, below which 99 of a hundred pilot orders lie.
    pub(super) fn cap(&self, value: f64, sigma: f64) -> i64 {
        let orders = self.orders(value, sigma);
        let mut margins: Vec<i64> = orders.iter().map(|(_, basket)| basket.revenue() - basket.cost()).collect();
        margins.sort_unstable();
        margins.get(margins.len() * 99 / 100).copied().unwrap_or(1).max(1)
    }

    /// The currency of all prices.
    pub(super) fn currency(&self) -> Currency {
        let price = self.products.iter().find_map(|product| product.price);
        price.map_or(Currency::NONE, Money::currency)
    }

    /// What costs the shop least.
    pub(super) fn cheapest(&self) -> Option<&Good> {
        self.by_cost.first().and_then(|&at| self.goods.get(at))
    }

    /// Of the staples, the most that one gives for each cent of cost.
    pub(super) fn most_margin_by_cost(&self) -> f64 {
        let goods = self.staples.iter().filter_map(|&at| self.goods.get(at));
        goods.map(|good| (good.price - good.cost) as f64 / good.cost as f64).fold(0.0, f64::max)
    }
}

/// The power to which each cost's share of the price is raised, so that these prices and costs have the margin rate.
fn power_for(margin_rate: f64, sold: &[(f64, f64)]) -> f64 {
    let paid = sold.iter().map(|(price, _)| price).sum::<f64>();
    let rate = |power: f64| {
        let spent = sold.iter().map(|(price, cost)| price * libm::pow(cost / price, power)).sum::<f64>();
        1.0 - spent / paid
    };
    let (mut low, mut high) = (0.0, 16.0); // the rate rises with the power
    for _ in 0..50 {
        let middle = (low + high) / 2.0;
        if rate(middle) < margin_rate { low = middle } else { high = middle }
    }
    low
}
