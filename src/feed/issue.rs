//! What is wrong with a row, and what was left out by rule.

use std::fmt;

/// Why a row was not handed on.
///
/// Rules leave out rows that are in order but say nothing about what belongs together; problems are rows that cannot
/// be read. Only problems count against the limit of bad rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Rule: an order that was cancelled, refunded, voided or failed.
    Cancelled,
    /// Rule: a quantity of zero or less, which is a return.
    Return,
    /// Rule: an order line with a negative price, which is a discount or a correction.
    NegativeLine,
    /// Rule: a catalog row whose kind says that it is no product.
    NonProduct,
    /// Rule: an event that is neither view, cart, purchase, impression nor click.
    OtherEvent,
    /// Rule: a row of hand-made pairs that lists none.
    NoPairs,
    /// Rule: amounts in another currency than the shop's.
    OtherCurrency,
    /// Problem: more or fewer fields than the header.
    Ragged,
    /// Problem: a quotation mark that is never closed.
    UnclosedQuote,
    /// Problem: a record of more than 1 MiB.
    TooLong,
    /// Problem: a byte that is zero.
    NulByte,
    /// Problem: a required value is empty.
    Blank,
    /// Problem: a SKU longer than 255 bytes or with control characters.
    Sku,
    /// Problem: a date and time that cannot be read.
    Timestamp,
    /// Problem: a moment before 1971 or after 2100.
    TimestampRange,
    /// Problem: an amount that cannot be read.
    Amount,
    /// Problem: a quantity or count that cannot be read.
    Number,
    /// Problem: a word for availability that nobody uses.
    Availability,
    /// Problem: a product paired with itself.
    Itself,
    /// Problem: a slot that is no whole number from 1 to 10,000.
    Slot,
    /// Problem: what is neither a word for a relation nor the name of a placement.
    Placement,
    /// Problem: a line that is no JSON object of texts and numbers.
    Json,
    /// Problem: an amount in another currency than the bundle's.
    Currency,
    /// Problem: a code of a currency that is none.
    CurrencyCode,
    /// Problem: a line of a log that is no event; [`Issue::expected`] says more.
    Event,
}

impl Reason {
    /// Whether the row was left out by rule: it is in order, and not counted as bad.
    pub fn is_rule(self) -> bool {
        matches!(
            self,
            Self::Cancelled
                | Self::Return
                | Self::NegativeLine
                | Self::NonProduct
                | Self::OtherEvent
                | Self::NoPairs
                | Self::OtherCurrency
        )
    }

    /// The name used in JSON and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Return => "return",
            Self::NegativeLine => "negative_line",
            Self::NonProduct => "non_product",
            Self::OtherEvent => "other_event",
            Self::NoPairs => "no_pairs",
            Self::OtherCurrency => "other_currency",
            Self::Ragged => "ragged",
            Self::UnclosedQuote => "unclosed_quote",
            Self::TooLong => "too_long",
            Self::NulByte => "nul_byte",
            Self::Blank => "blank",
            Self::Sku => "sku",
            Self::Timestamp => "timestamp",
            Self::TimestampRange => "timestamp_range",
            Self::Amount => "amount",
            Self::Number => "number",
            Self::Availability => "availability",
            Self::Itself => "itself",
            Self::Slot => "slot",
            Self::Placement => "placement",
            Self::Json => "json",
            Self::Currency => "currency",
            Self::CurrencyCode => "currency_code",
            Self::Event => "event",
        }
    }

    /// What should have stood there.
    fn expected(self) -> &'static str {
        match self {
            Self::Cancelled => "an order that stands",
            Self::Return => "a quantity above zero",
            Self::NegativeLine => "a price of zero or more",
            Self::NonProduct => "a product",
            Self::OtherEvent => "view, add_to_cart, remove_from_cart, purchase, impression or click",
            Self::NoPairs => "a product beside this one",
            Self::OtherCurrency => "the currency of the shop",
            Self::Ragged => "as many fields as the header has",
            Self::UnclosedQuote => "a closing quotation mark",
            Self::TooLong => "a record of at most 1 MiB",
            Self::NulByte => "text without zero bytes",
            Self::Blank => "a value",
            Self::Sku => "1 to 255 bytes without control characters",
            Self::Timestamp => "a date and time",
            Self::TimestampRange => "a moment between 1971 and 2100",
            Self::Amount => "an amount of zero or more",
            Self::Number => "a number",
            Self::Availability => "in_stock, out_of_stock, backorder or preorder",
            Self::Itself => "another product than the one it stands beside",
            Self::Slot => "a whole number from 1 to 10,000",
            Self::Placement => "crosssell, upsell, related or the name of a placement",
            Self::Json => "one JSON object a line, of texts and numbers",
            Self::Currency => "an amount in the currency of the bundle",
            Self::CurrencyCode => "three letters of ISO 4217",
            Self::Event => "an event",
        }
    }

    /// What the shop can do about it.
    fn remedy(self) -> &'static str {
        match self {
            Self::Cancelled
            | Self::Return
            | Self::NegativeLine
            | Self::NonProduct
            | Self::OtherEvent
            | Self::NoPairs
            | Self::OtherCurrency => "nothing to do: left out by rule",
            Self::Ragged => "quote fields that contain the delimiter or a line break",
            Self::UnclosedQuote => "close the quotation, or double a quotation mark that is part of the text",
            Self::TooLong => "look for a missing line break or quotation mark",
            Self::NulByte => "export the file as text again",
            Self::Blank => "fill the field in, or leave the row out",
            Self::Sku => "use the shop's stock-keeping unit",
            Self::Timestamp => "write it as 2026-01-31T18:45:00Z, or leave it empty",
            Self::TimestampRange => "correct the date, or leave it empty",
            Self::Amount => "write it as 12.50, or leave it empty",
            Self::Number => "write it with digits, or leave it empty",
            Self::Availability => "use one of these words, or leave it empty",
            Self::Itself => "name another product, or leave the row out",
            Self::Slot => "count slots from 1, or leave it empty",
            Self::Placement => "use one of these words or a placement of endcap.toml, or leave it empty",
            Self::Json => "write it as {\"sku\":\"A-1\",\"price\":12.50}",
            Self::Currency => "convert it before",
            Self::CurrencyCode => "write it as EUR, or leave it empty",
            Self::Event => "correct it where the event is made",
        }
    }
}

impl fmt::Display for Reason {
    /// The words of the summary.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "cancelled or refunded orders",
            Self::Return => "returns (quantity of zero or less)",
            Self::NegativeLine => "discounts and corrections (negative price)",
            Self::NonProduct => "codes that are no products",
            Self::OtherEvent => "events of other kinds",
            Self::NoPairs => "products that no other is put beside",
            Self::OtherCurrency => "rows in other currencies than the shop's",
            Self::Ragged => "wrong number of fields",
            Self::UnclosedQuote => "quotation not closed",
            Self::TooLong => "record over 1 MiB",
            Self::NulByte => "zero bytes",
            Self::Blank => "required value empty",
            Self::Sku => "SKU too long or with control characters",
            Self::Timestamp => "timestamp unreadable",
            Self::TimestampRange => "timestamp before 1971 or after 2100",
            Self::Amount => "amount unreadable or negative",
            Self::Number => "number unreadable",
            Self::Availability => "availability unreadable",
            Self::Itself => "products paired with themselves",
            Self::Slot => "slot unreadable",
            Self::Placement => "placement unreadable",
            Self::Json => "JSON unreadable",
            Self::Currency => "amounts in another currency",
            Self::CurrencyCode => "currency unreadable",
            Self::Event => "lines that are no events",
        })
    }
}

/// One row with a problem: where, what was expected, what was found, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The file as it was given.
    pub file: String,
    /// The line on which the record starts; the header is on line 1.
    pub line: u64,
    /// The column by its header; empty where the whole record is meant.
    pub column: String,
    /// What is wrong.
    pub reason: Reason,
    /// What should stand there.
    pub expected: &'static str,
    /// What stands there: at most [`Issue::FOUND`] characters, control characters escaped. Of [`Reason::Event`] it is said in words.
    pub found: String,
    /// What to do.
    pub remedy: &'static str,
}

impl Issue {
    /// The most characters of a file that an issue repeats.
    pub const FOUND: usize = 40;

    /// The issue of one record, `found` shortened.
    pub(super) fn new(file: &str, line: u64, column: &str, reason: Reason, found: &str) -> Self {
        Self {
            file: file.to_owned(),
            line,
            column: shortened(column),
            reason,
            expected: reason.expected(),
            found: shortened(found),
            remedy: reason.remedy(),
        }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if !self.column.is_empty() {
            write!(f, "column `{}`: ", self.column)?;
        }
        write!(f, "expected {}, found ", self.expected)?;
        match self.found.as_str() {
            "" => f.write_str("nothing")?,
            said if self.reason == Reason::Event => f.write_str(said)?,
            found => write!(f, "`{found}`")?,
        }
        write!(f, "; {}", self.remedy)
    }
}

/// The first characters of `text`, safe to print on a terminal.
pub(super) fn shortened(text: &str) -> String {
    cut(text, Issue::FOUND)
}

/// The first `most` characters of `text`, safe to print on a terminal.
pub(super) fn cut(text: &str, most: usize) -> String {
    let mut shown = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == most {
            shown.push('…');
            break;
        }
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_says_where_what_and_what_to_do() {
        let issue = Issue::new("orders.csv", 17, "Date", Reason::Timestamp, "yester\u{7}day");
        assert_eq!(
            issue.to_string(),
            "orders.csv:17: column `Date`: expected a date and time, found `yester\\u{7}day`; \
             write it as 2026-01-31T18:45:00Z, or leave it empty"
        );
        let issue = Issue::new("orders.csv", 3, "", Reason::Blank, "");
        assert!(issue.to_string().starts_with("orders.csv:3: expected a value, found nothing; "));
    }

    #[test]
    fn what_was_found_is_shortened_by_characters() {
        assert_eq!(shortened(&"ä".repeat(41)), format!("{}…", "ä".repeat(40)));
        assert_eq!(shortened(&"ä".repeat(40)), "ä".repeat(40));
    }
}
