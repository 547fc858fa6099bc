//! Rows of a click stream as events.

use super::columns::{Field, SKU_NAMES, TIMESTAMP_NAMES};
use super::table::{self, Dropped, Row};
use super::{FeedError, Options, Reason, Summary};
use crate::shop::{Event, EventKind};
use std::path::Path;

const SESSION: usize = 0;
const EVENT: usize = 1;
const SKU: usize = 2;
const TIMESTAMP: usize = 3;
const SEQ: usize = 4;

const FIELDS: &[Field] = &[
    Field::required(
        "session_id",
        &["session", "visit_id", "visit", "ga_session_id", "visitor_id", "client_id", "user_pseudo_id", "user_id"],
    ),
    Field::required("event", &["event_type", "event_name", "action", "behavior", "type"]),
    Field::required("sku", SKU_NAMES),
    Field::optional("timestamp", TIMESTAMP_NAMES),
    Field::optional("seq", &["sequence", "event_seq", "hit_number", "position"]),
];

/// Reads events and hands every one to `sink` in file order.
///
/// Session, event and SKU are required. The words of GA4, of Google Retail and of Shopify's pixels are understood;
/// events of other kinds (`review`, `wishlist`, `begin_checkout`, …) are left out by rule.
///
/// # Errors
///
/// See [`FeedError`]. `sink` has been fed by then; what it holds is to be discarded.
///
/// # Cost
///
/// One pass; memory for one record of at most 1 MiB.
pub fn read_events(path: &Path, options: &Options<'_>, sink: &mut dyn FnMut(Event<'_>)) -> Result<Summary, FeedError> {
    table::read(path, options, FIELDS, |row| {
        let event = event(row)?;
        sink(event);
        Ok(event.at)
    })
}

/// The event of a row.
fn event(row: Row<'_>) -> Result<Event<'_>, Dropped> {
    row.needed(EVENT)?;
    let kind = kind(&row.word(EVENT)).ok_or(Dropped(EVENT, Reason::OtherEvent))?;
    let at = row.timestamp(TIMESTAMP)?;
    let seq = row.number(SEQ)?.map(|n| n as i64);
    Ok(Event { session: row.needed(SESSION)?, at, seq, kind, sku: row.sku(SKU)? })
}

/// The kind that a word names, without case, spaces and punctuation.
fn kind(word: &str) -> Option<EventKind> {
    Some(match word {
        "view" | "viewitem" | "productview" | "productviewed" | "detailview" | "detailpageview" | "pv" => {
            EventKind::View
        }
        "addtocart" | "addedtocart" | "productaddedtocart" | "cartadd" | "cartaddition" | "cart" => {
            EventKind::AddToCart
        }
        "removefromcart" | "removedfromcart" | "productremovedfromcart" | "cartremove" => EventKind::RemoveFromCart,
        "purchase" | "purchased" | "purchasecomplete" | "checkoutcompleted" | "transaction" | "order" | "buy" => {
            EventKind::Purchase
        }
        "impression" | "viewitemlist" => EventKind::Impression,
        "click" | "selectitem" => EventKind::Click,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::columns::plain;

    #[test]
    fn every_field_stands_where_its_number_says() {
        let numbered =
            [(SESSION, "session_id"), (EVENT, "event"), (SKU, "sku"), (TIMESTAMP, "timestamp"), (SEQ, "seq")];
        assert_eq!(numbered.len(), FIELDS.len());
        for (at, name) in numbered {
            assert_eq!(FIELDS[at].name, name);
        }
    }

    #[test]
    fn events_by_the_words_of_many_shops() {
        for (word, expected) in [
            ("view", Some(EventKind::View)),
            ("view_item", Some(EventKind::View)),
            ("detail-page-view", Some(EventKind::View)),
            ("Add to cart", Some(EventKind::AddToCart)),
            ("product_removed_from_cart", Some(EventKind::RemoveFromCart)),
            ("PURCHASE", Some(EventKind::Purchase)),
            ("view_item_list", Some(EventKind::Impression)),
            ("select_item", Some(EventKind::Click)),
            ("wishlist", None),
        ] {
            assert_eq!(kind(&plain(word)), expected, "{word}");
        }
    }
}
