//! Products that are not simply on the shelf: sold out, nearly so, not yet out, new, or sold below cost.

use super::Item;
use crate::shop::{Availability, Money};

/// What is odd about a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sample) enum Oddity {
    /// None left.
    SoldOut,
    /// This many left.
    Few(i64),
    /// None left, sold on all the same.
    Backorder,
    /// Announced, never sold yet.
    Preorder,
    /// On the shelf since yesterday, never sold yet.
    New,
    /// Cleared at this percentage of its price, below cost.
    Clearance(i64),
}

/// The odd products by SKU.
const ODDITIES: &[(&str, Oddity)] = {
    use Oddity::*;
    &[
        ("OTV-SORELLA-WHT", SoldOut),
        ("BUR-CONIC-40-RED", SoldOut),
        ("BN-RWA-HUYE-250", SoldOut),
        ("BN-COLDBREW-1KG", SoldOut),
        ("CUP-LINA-070-TER", SoldOut),
        ("FP-155-50", SoldOut),
        ("PW-SWAN-E-CRM", SoldOut),
        ("SP-10417", SoldOut),
        ("BRH-B3-BLK", Few(2)),
        ("GLS-FLASK-8", Few(3)),
        ("BN-PAN-BOQ-250", Few(4)),
        ("GRM-PRO", Few(1)),
        ("CUP-FJORD-NVY", Few(5)),
        ("SIR-PISTACHIO", Few(3)),
        ("TMP-LEVEL-58", Few(4)),
        ("CLB-BACKFLUSH", Few(5)),
        ("OTV-NOTTE-BLK", Backorder),
        ("BUR-FLAT-64-WHT", Backorder),
        ("SP-10422", Backorder),
        ("TOR-UNO-SGE", Preorder),
        ("GRM-DUO", Preorder),
        ("PW-FLATBED-TWO", Preorder),
        ("BN-YEM-HARAZ-250", New),
        ("BN-YEM-HARAZ-1KG", New),
        ("CUP-MOOR-OCH", New),
        ("SIR-RHUBARB", New),
        ("LUM-TRITA-SGE", New),
        ("TEA-YUZU", New),
        ("LUM-AUTO-RED", Clearance(54)),
        ("PW-TOWER", Clearance(49)),
        ("GLS-KLARA-350", Clearance(44)),
        ("HF-PRESS-OCH", Clearance(45)),
        ("CUP-TOGO-450-ROS", Clearance(39)),
        ("TEA-ROOIBOS", Clearance(42)),
    ]
};

/// What is odd about the product with this SKU.
pub(in crate::sample) fn oddity(sku: &str) -> Option<Oddity> {
    ODDITIES.iter().find(|(odd, _)| *odd == sku).map(|(_, oddity)| *oddity)
}

/// Marks the product if the table names it.
pub(super) fn apply(item: &mut Item) {
    let Some(oddity) = oddity(&item.product.sku) else { return };
    match oddity {
        Oddity::SoldOut => state(item, 0, Availability::OutOfStock),
        Oddity::Few(count) => state(item, count, Availability::InStock),
        Oddity::Backorder => state(item, 0, Availability::Backorder),
        Oddity::Preorder => {
            state(item, 0, Availability::Preorder);
            item.weight = 0;
        }
        Oddity::New => {
            item.product.tags.push("new".to_owned());
            item.weight = 0;
        }
        Oddity::Clearance(percent) => {
            item.product.tags.push("clearance".to_owned());
            item.product.price = item.product.price.map(|p| Money::new(p.minor() * percent / 1_000 * 10, p.currency()));
        }
    }
}

fn state(item: &mut Item, stock: i64, availability: Availability) {
    item.product.stock = Some(stock);
    item.product.availability = Some(availability);
}

#[cfg(test)]
mod tests {
    use super::super::Catalog;
    use super::*;

    #[test]
    fn every_named_sku_is_in_the_catalog_and_cleared_ones_lose_money() {
        let catalog = Catalog::build();
        for (sku, oddity) in ODDITIES {
            let item = catalog.items.iter().find(|i| i.product.sku == *sku).unwrap_or_else(|| panic!("{sku}"));
            let (price, cost) = (item.product.price.unwrap().minor(), item.product.cost.unwrap().minor());
            assert_eq!(price < cost, matches!(oddity, Oddity::Clearance(_)), "{sku}: {price} {cost}");
        }
    }
}
