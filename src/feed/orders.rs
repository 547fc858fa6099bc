//! Rows of an order export as order lines.

use super::columns::{Field, SKU_NAMES, TIMESTAMP_NAMES};
use super::table::{self, Dropped, Row};
use super::{FeedError, Options, Reason, Summary};
use crate::shop::{Money, OrderLine, Timestamp};
use std::path::Path;

const ORDER: usize = 0;
const SKU: usize = 1;
const CUSTOMER: usize = 2;
const TIMESTAMP: usize = 3;
const QUANTITY: usize = 4;
const UNIT_PRICE: usize = 5;
const STATUS: usize = 6;
const CAMPAIGN: usize = 7;

/// Names of the order's number.
pub(super) const ORDER_NAMES: &[&str] = &[
    "order_number",
    "order_name",
    "order",
    "invoice_no",
    "invoice_number",
    "invoice_id",
    "invoice",
    "transaction_id",
    "transaction",
    "receipt_id",
    "basket_id",
    "increment_id",
];
/// Names of who bought.
pub(super) const CUSTOMER_NAMES: &[&str] =
    &["customer", "user_id", "client_id", "member_id", "customer_email", "email", "user"];
/// Names of how many.
pub(super) const QUANTITY_NAMES: &[&str] = &["qty", "units", "lineitem_quantity", "order_quantity", "item_quantity"];
/// Names of what one piece cost.
pub(super) const PRICE_NAMES: &[&str] = &["item_price", "lineitem_price", "price", "sale_price"];
/// Names of what became of the order.
pub(super) const STATUS_NAMES: &[&str] = &["order_status", "financial_status", "payment_status"];

const FIELDS: &[Field] = &[
    Field::required("order_id", ORDER_NAMES),
    Field::required("sku", SKU_NAMES),
    Field::optional("customer_id", CUSTOMER_NAMES),
    Field::optional("timestamp", TIMESTAMP_NAMES),
    Field::optional("quantity", QUANTITY_NAMES),
    Field::optional("unit_price", PRICE_NAMES),
    Field::optional("status", STATUS_NAMES),
    Field::optional(
        "campaign",
        &[
            "utm_campaign",
            "campaign_name",
            "campaign_id",
            "promotion",
            "promotion_code",
            "promotion_id",
            "promo_code",
            "coupon",
            "coupon_code",
            "coupon_codes",
            "discount_code",
            "voucher",
            "voucher_code",
        ],
    ),
];

/// Reads orders, one line an item, and hands every line to `sink` in file order.
///
/// Order number and SKU are required. A missing quantity is 1. By rule are left out: cancelled, refunded, voided and
/// failed orders (by a status column, or by a `C` before the digits of an order number where most numbers of the file
/// are digits alone), quantities of zero or less, and lines with a negative price.
///
/// A campaign, coupon or discount code says that the order came by a campaign; empty values, zeros, words for no and
/// what web analytics write where there was none (`(not set)`, `(direct)`, `(organic)`, `(referral)`) say that it did not.
///
/// # Errors
///
/// See [`FeedError`]. `sink` has been fed by then; what it holds is to be discarded.
///
/// # Cost
///
/// One pass, and a second over the order numbers where one starts with `C`; memory for one record of at most 1 MiB.
pub fn read_orders(
    path: &Path,
    options: &Options<'_>,
    sink: &mut dyn FnMut(OrderLine<'_>),
) -> Result<Summary, FeedError> {
    let mut marked = None;
    table::read(path, options, FIELDS, |row| {
        if digits_after_c(row.text(ORDER)) && *marked.get_or_insert_with(|| cancellations_are_marked(path)) {
            return Err(Dropped(ORDER, Reason::Cancelled));
        }
        let line = order_line(row)?;
        sink(line);
        Ok(line.at)
    })
}

/// The order line of a row.
fn order_line(row: Row<'_>) -> Result<OrderLine<'_>, Dropped> {
    if calls_off(&row.word(STATUS)) {
        return Err(Dropped(STATUS, Reason::Cancelled));
    }
    let quantity = row.number(QUANTITY)?.unwrap_or(1.0);
    if quantity <= 0.0 {
        return Err(Dropped(QUANTITY, Reason::Return));
    }
    let unit_price = row.amount(UNIT_PRICE)?;
    if unit_price.is_some_and(|price: Money| price.minor() < 0) {
        return Err(Dropped(UNIT_PRICE, Reason::NegativeLine));
    }
    let at: Option<Timestamp> = row.timestamp(TIMESTAMP)?;
    let (order, sku, customer) = (row.needed(ORDER)?, row.sku(SKU)?, row.value(CUSTOMER));
    Ok(OrderLine { order, customer, at, sku, quantity, unit_price, campaign: is_campaign(&row.word(CAMPAIGN)) })
}

/// Whether a status, without case, spaces and punctuation, says that the order does not stand.
pub(super) fn calls_off(status: &str) -> bool {
    matches!(status, "cancelled" | "canceled" | "refunded" | "voided" | "failed")
}

/// Whether a word without case, spaces and punctuation names a campaign.
fn is_campaign(word: &str) -> bool {
    let none = matches!(
        word,
        "" | "no" | "n" | "false" | "f" | "none" | "null" | "na" | "notset" | "direct" | "organic" | "referral"
    );
    !none && word.bytes().any(|b| b != b'0')
}

/// `C489449`: how some tills number a cancellation.
pub(super) fn digits_after_c(order: &str) -> bool {
    order.strip_prefix(['C', 'c']).is_some_and(is_digits)
}

/// Digits and nothing else.
fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether more order lines of the file have a number of digits alone than one with a `C` before them.
///
/// The whole file is asked, so that the answer does not hang on the order of rows. A pipe can be read only once: there
/// the answer is no. A file that cannot be read again is reported by the first reading.
pub(super) fn cancellations_are_marked(path: &Path) -> bool {
    let mut votes = 0i64;
    let counted = path.is_file()
        && table::scan(path, FIELDS, |row| {
            let order = row.text(ORDER);
            votes += i64::from(is_digits(order)) - i64::from(digits_after_c(order));
        })
        .is_ok();
    counted && votes > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_where_its_number_says() {
        let numbered = [
            (ORDER, "order_id"),
            (SKU, "sku"),
            (CUSTOMER, "customer_id"),
            (TIMESTAMP, "timestamp"),
            (QUANTITY, "quantity"),
            (UNIT_PRICE, "unit_price"),
            (STATUS, "status"),
            (CAMPAIGN, "campaign"),
        ];
        assert_eq!(numbered.len(), FIELDS.len());
        for (at, name) in numbered {
            assert_eq!(FIELDS[at].name, name);
        }
    }

    #[test]
    fn a_campaign_is_any_word_but_those_for_none() {
        for word in ["summer24", "true", "1", "yes", "10off", "x"] {
            assert!(is_campaign(word), "{word}");
        }
        for word in ["", "0", "000", "no", "false", "notset", "direct", "organic"] {
            assert!(!is_campaign(word), "{word}");
        }
    }

    #[test]
    fn a_c_alone_or_before_letters_cancels_nothing() {
        assert!(digits_after_c("C489449"));
        for order in ["C", "489449", "CUP-1", "SO45079", ""] {
            assert!(!digits_after_c(order), "{order}");
        }
    }
}
