//! What is known of the products beside the orders that models learn from: how popular, what class, what they earn.

use crate::shop::{ItemId, Product};
use crate::train::assemble::Classes;

/// The products in item order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assortment {
    /// Bits of surprise, −log2 of the share of early orders (or visits) that hold it; one in two times all where none does.
    pub surprise: Vec<f64>,
    /// The class.
    pub class: Vec<Option<u32>>,
    /// Price less cost of one unit, in units of the currency.
    pub margin: Vec<Option<f64>>,
    /// Whether the early part never saw it.
    pub cold: Vec<bool>,
    /// Products that the early part saw.
    pub seen: usize,
    /// SKUs, for examples.
    pub sku: Vec<String>,
}

impl Assortment {
    /// Of `products` in item order and their shares of `all` early orders (or visits).
    pub fn new(products: &[Product], shares: &[f32], all: usize) -> Self {
        let rare = 0.5 / all.max(1) as f64;
        let cold: Vec<bool> = shares.iter().map(|share| *share <= 0.0).collect();
        Self {
            surprise: shares.iter().map(|share| -libm::log2(f64::from(*share).max(rare))).collect(),
            class: Classes::of(products).of,
            margin: products.iter().map(unit_margin).collect(),
            seen: cold.iter().filter(|cold| !**cold).count(),
            cold,
            sku: products.iter().map(|product| product.sku.clone()).collect(),
        }
    }

    /// Whether the early part never saw `item`.
    pub fn is_cold(&self, item: ItemId) -> bool {
        self.cold.get(item.index()).copied().unwrap_or(true)
    }
}

/// Price less cost, where the catalog has both in one currency.
fn unit_margin(product: &Product) -> Option<f64> {
    let (price, cost) = (product.price?, product.cost?);
    let unit = 10f64.powi(price.currency().decimals() as i32);
    (price.currency() == cost.currency()).then(|| (price.minor() - cost.minor()) as f64 / unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::{Currency, Money};

    #[test]
    fn margins_surprises_and_what_is_cold() {
        let money = |minor, code| Some(Money::new(minor, Currency::parse(code).unwrap()));
        let product = |price, cost| Product { price, cost, ..Product::default() };
        let products = [
            product(money(500, "EUR"), money(350, "EUR")),
            product(money(500, "EUR"), None),
            product(money(500, "EUR"), money(3, "USD")),
            product(money(500, "JPY"), money(900, "JPY")),
        ];
        let found = Assortment::new(&products, &[0.5, 0.25, 0.25, 0.0], 4);
        assert_eq!(found.margin, [Some(1.5), None, None, Some(-400.0)]);
        assert_eq!(found.surprise, [1.0, 2.0, 2.0, 3.0]);
        assert_eq!((found.seen, found.is_cold(ItemId(3)), found.is_cold(ItemId(0))), (3, true, false));
    }
}
