//! Products and their stock.

use super::{Money, Timestamp};

/// The place of a product in a bundle: 0 is the best seller.
///
/// Numbers follow popularity (descending), then the bytes of the SKU; they hold within one model only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u32);

impl ItemId {
    /// The number as an index into a column of items.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One line of a catalog. Every field but `sku` may be missing in a shop's export.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Product {
    /// The shop's stock-keeping unit: our key, 1 to 255 bytes, no control characters.
    pub sku: String,
    /// What the shopper reads.
    pub title: Option<String>,
    /// Levels joined by ` > `, the broadest first.
    pub category: Option<String>,
    /// Price now.
    pub price: Option<Money>,
    /// What one unit costs the shop.
    pub cost: Option<Money>,
    /// Units on hand; below zero counts as zero.
    pub stock: Option<i64>,
    /// What the shop says about availability, in the words of Google Merchant and schema.org.
    pub availability: Option<Availability>,
    /// The maker.
    pub brand: Option<String>,
    /// Products with the same group are variants of one another (sizes, colours).
    pub group: Option<String>,
    /// What the shop's cart takes: a Shopify variant id, a WooCommerce product id.
    pub cart_id: Option<String>,
    /// The product's page.
    pub url: Option<String>,
    /// The product's picture.
    pub image: Option<String>,
    /// Free words.
    pub tags: Vec<String>,
    /// The season it belongs to, in the shop's words.
    pub season: Option<String>,
    /// When it was first for sale.
    pub released: Option<Timestamp>,
}

/// Availability as feeds say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// `in_stock`, `InStock`.
    InStock,
    /// `out_of_stock`, `OutOfStock`, `SoldOut`, `Discontinued`.
    OutOfStock,
    /// `backorder`, `BackOrder`, and shops that go on selling at zero.
    Backorder,
    /// `preorder`, `PreOrder`.
    Preorder,
}

/// What a placement may do with a product today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum StockState {
    /// On hand, or not counted by the shop.
    #[default]
    InStock = 0,
    /// On hand, but few.
    Low = 1,
    /// Sold at zero, delivered later.
    Backorder = 2,
    /// Not yet released.
    Preorder = 3,
    /// Cannot be sold.
    Out = 4,
}

impl StockState {
    /// The state that follows from a catalog line; `low_at` is the count up to which stock is low.
    ///
    /// A preorder stays one at zero, a shop that goes on selling at zero is in backorder, otherwise zero is out.
    pub fn of(availability: Option<Availability>, stock: Option<i64>, low_at: i64) -> Self {
        match (availability, stock) {
            (Some(Availability::Preorder), _) => Self::Preorder,
            (Some(Availability::OutOfStock), _) => Self::Out,
            (Some(Availability::Backorder), Some(n)) if n <= 0 => Self::Backorder,
            (Some(Availability::Backorder), None) => Self::Backorder,
            (_, Some(n)) if n <= 0 => Self::Out,
            (_, Some(n)) if n <= low_at => Self::Low,
            _ => Self::InStock,
        }
    }

    /// The name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::InStock => "in_stock",
            Self::Low => "low",
            Self::Backorder => "backorder",
            Self::Preorder => "preorder",
            Self::Out => "out",
        }
    }

    /// The state stored as `byte`; a byte that names none counts as out, so that nothing unknown is sold.
    pub fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::InStock,
            1 => Self::Low,
            2 => Self::Backorder,
            3 => Self::Preorder,
            _ => Self::Out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_out_unless_the_shop_sells_on() {
        use Availability::*;
        assert_eq!(StockState::of(None, Some(0), 5), StockState::Out);
        assert_eq!(StockState::of(Some(InStock), Some(-2), 5), StockState::Out);
        assert_eq!(StockState::of(Some(Backorder), Some(0), 5), StockState::Backorder);
        assert_eq!(StockState::of(Some(Preorder), Some(0), 5), StockState::Preorder);
        assert_eq!(StockState::of(Some(OutOfStock), Some(9), 5), StockState::Out);
    }

    #[test]
    fn few_is_low_and_uncounted_is_in_stock() {
        assert_eq!(StockState::of(None, Some(5), 5), StockState::Low);
        assert_eq!(StockState::of(None, Some(6), 5), StockState::InStock);
        assert_eq!(StockState::of(None, None, 5), StockState::InStock);
    }
}
