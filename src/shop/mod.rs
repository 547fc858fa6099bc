//! The plain nouns of a shop: products, orders, visits, money and time.
//!
//! Everything else speaks in these. They hold no behaviour beyond what keeps them honest: money is a whole number of
//! minor units with its currency and never a float, time is a value that the caller passes in, and a product's place
//! in a bundle is an [`ItemId`], never a bare number.
//!
//! # Example
//!
//! ```
//! use endcap::shop::{Currency, Money};
//!
//! let euro = Currency::parse("EUR").unwrap();
//! let price = Money::parse("1.234,50", euro).unwrap();
//! assert_eq!(price.minor(), 123_450);
//! assert_eq!(price.to_string(), "1234.50");
//! ```

mod clock;
mod count;
mod curated;
mod item;
mod money;
mod order;
mod promotion;
mod session;
mod sort;

pub use clock::{Day, Timestamp};
pub use count::{ItemCount, PairCount, QuestionLine};
pub use curated::{CuratedAs, CuratedLine, CuratedPlace};
pub use item::{Availability, ItemId, Product, StockState};
pub use money::{Currency, Money, MoneyError};
pub use order::OrderLine;
pub use promotion::Promotion;
pub use session::{Event, EventKind};
pub(crate) use sort::sort;
