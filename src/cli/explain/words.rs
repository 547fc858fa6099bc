//! Closed lists of the engine in a merchandiser's words.

use crate::rank::Rejection;
use crate::shop::StockState;

/// Why a product is not shown; `by` says what did it.
pub(super) fn rejection(why: Rejection, by: &[String]) -> String {
    let sentence = match why {
        Rejection::InCart => "it lies in the cart",
        Rejection::Product => "it is the product whose page is open",
        Rejection::Viewed => "it was just looked at",
        Rejection::Variant => "it is another variant of what the context holds",
        Rejection::Excluded => "the request excludes it",
        Rejection::OnPage => "another block of the page shows it",
        Rejection::Stock => "the placement hides products in its state of stock",
        Rejection::Stale => "the overlay that told its stock is stale",
        Rejection::PriceJump => "its price is too far from the trained one, and nobody confirmed it",
        Rejection::Rule => "a rule excludes it",
        Rejection::NotIncluded => "rules include others only",
        Rejection::Hidden => "it is hidden here whatever is asked",
        Rejection::SameCategory => "the context holds something of its category",
        Rejection::Brand => "the placement's policy of brands",
        Rejection::Price => "its price is outside the window, or unknown",
        Rejection::MinRelevance => "its relevance is below the least",
        Rejection::CategoryCap => "the list holds as many of its category as it may",
        Rejection::BrandCap => "the list holds as many of its brand as it may",
        Rejection::GroupCap => "the list holds as many of its variants as it may",
        Rejection::New => "it is new, and no place was left for a new product",
        Rejection::Outranked => "others came first",
    };
    if by.is_empty() { sentence.into() } else { format!("{sentence}: {}", by.join(", ")) }
}

/// A state of stock.
pub(super) fn state(state: StockState) -> &'static str {
    match state {
        StockState::InStock => "in stock",
        StockState::Low => "low in stock",
        StockState::Backorder => "on backorder",
        StockState::Preorder => "on preorder",
        StockState::Out => "sold out",
    }
}

/// A reason, an action or a relation without its underscores.
pub(super) fn plain(name: &str) -> String {
    name.replace('_', " ")
}

/// What the step of this number decides.
pub(super) fn step(step: u8) -> &'static str {
    match step {
        2 => "eligibility",
        3 => "relevance",
        _ => "filling",
    }
}
