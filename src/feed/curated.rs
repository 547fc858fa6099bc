//! Rows of hand-made pairs: cross-sells, up-sells, related and complementary products.
//!
//! Shops keep them in one of two shapes. A file of pairs has a product, another one and what they are to each other in
//! each row: our own columns `for_sku, sku, slot, placement`, or Magento's links. An export of products has a row a
//! product and lists of others in columns `Cross-sells`, `Upsells` (WooCommerce), `crosssell_skus`, `upsell_skus`,
//! `related_skus` (Magento) or the two product recommendation metafields (Shopify, which names products by handle).
//!
//! | In the file | Shown |
//! |---|---|
//! | cross-sell, complementary, accessory, nothing said | wherever complements are: `cart`, `pdp_complements` |
//! | up-sell, related, similar, alternative | wherever similar products are: `pdp_similar` |
//! | the name of a placement | there |

use super::columns::{Field, plain};
use super::table::{self, Dropped, Row};
use super::{FeedError, Options, Reason, Summary};
use crate::shop::{CuratedLine, CuratedPlace};
use std::path::Path;

const PRODUCT: usize = 0;
const ITEM: usize = 1;
const SLOT: usize = 2;
const PLACEMENT: usize = 3;
const CROSS_SELLS: usize = 4;
const UP_SELLS: usize = 5;
const RELATED: usize = 6;

/// The largest slot: beyond it a number is an id or an amount.
const LAST_SLOT: f64 = 10_000.0;
/// What lists of products are written with beside the products.
const BRACKETS: [char; 5] = ['[', ']', '"', '\'', ' '];

const FIELDS: &[Field] = &[
    Field::required(
        "for_sku",
        &[
            "product_sku",
            "source_sku",
            "main_sku",
            "sku_from",
            "from_sku",
            "handle",
            "sku",
            "variant_sku",
            "item_sku",
            "stock_code",
            "product_id",
            "item_id",
            "id",
        ],
    ),
    // Its own name stands after `linked_sku`: in Magento's links the column `sku` is the product.
    Field::required(
        "linked_sku",
        &[
            "linked_product_sku",
            "recommended_sku",
            "related_sku",
            "associated_sku",
            "target_sku",
            "sku_to",
            "to_sku",
            "linked_product_id",
            "recommended_id",
            "recommendation",
            "sku",
        ],
    ),
    Field::optional("slot", &["position", "rank", "sort_order"]),
    Field::optional("placement", &["relation", "link_type", "relation_type", "type"]),
    Field::instead_of(
        "linked_sku",
        "cross_sells",
        &[
            "cross_sell",
            "crosssell_skus",
            "cross_sell_ids",
            "complementary_products",
            "Complementary products (product.metafields.shopify--discovery--product_recommendation.complementary_products)",
        ],
    ),
    Field::instead_of("linked_sku", "up_sells", &["upsell", "upsell_skus", "upsell_ids"]),
    Field::instead_of(
        "linked_sku",
        "related_products",
        &[
            "related",
            "related_skus",
            "related_ids",
            "Related products (product.metafields.shopify--discovery--product_recommendation.related_products)",
        ],
    ),
];

/// Reads hand-made pairs and hands every one to `sink`, in file order, which is the order of slots where none is given.
///
/// A product and another one are required, or lists of others; the slot (0 counts as none) and the placement may be
/// missing. A row that pairs a product with itself is bad, and one whose lists are empty is left out by rule.
///
/// # Errors
///
/// See [`FeedError`]. `sink` has been fed by then; what it holds is to be discarded.
///
/// # Cost
///
/// One pass; memory for one record of at most 1 MiB.
pub fn read_curated(
    path: &Path,
    options: &Options<'_>,
    sink: &mut dyn FnMut(CuratedLine<'_>),
) -> Result<Summary, FeedError> {
    table::read(path, options, FIELDS, |row| {
        if row.has(ITEM) {
            sink(pair(row)?)
        } else {
            lists(row)?.into_iter().for_each(&mut *sink)
        }
        Ok(None)
    })
}

/// The pair of a row.
fn pair(row: Row<'_>) -> Result<CuratedLine<'_>, Dropped> {
    let (product, item) = (row.sku(PRODUCT)?, row.sku(ITEM)?);
    if product == item {
        return Err(Dropped(ITEM, Reason::Itself));
    }
    let place = place(row.value(PLACEMENT)).ok_or(Dropped(PLACEMENT, Reason::Placement))?;
    Ok(CuratedLine { product, item, slot: slot(row)?, place })
}

/// The slot of a row.
fn slot(row: Row<'_>) -> Result<Option<u16>, Dropped> {
    let wrong = Dropped(SLOT, Reason::Slot);
    match row.number(SLOT).map_err(|_| wrong)? {
        None => Ok(None),
        Some(0.0) => Ok(None),
        Some(slot) if slot.fract() == 0.0 && (1.0..=LAST_SLOT).contains(&slot) => Ok(Some(slot as u16)),
        Some(_) => Err(wrong),
    }
}

/// Where a pair is shown: by a word for what the two are to each other, or by the name of a placement.
fn place(text: Option<&str>) -> Option<CuratedPlace<'_>> {
    let Some(text) = text else { return Some(CuratedPlace::Complements) };
    Some(match plain(text).as_str() {
        "crosssell"
        | "crosssells"
        | "crosssellproducts"
        | "complement"
        | "complements"
        | "complementary"
        | "complementaryproducts"
        | "accessory"
        | "accessories"
        | "addon"
        | "addons"
        | "boughttogether"
        | "frequentlyboughttogether" => CuratedPlace::Complements,
        "upsell" | "upsells" | "upsellproducts" | "related" | "relatedproducts" | "similar" | "similarproducts"
        | "alternative" | "alternatives" | "substitute" | "substitutes" => CuratedPlace::Similar,
        _ if is_name(text) => CuratedPlace::Placement(text),
        _ => return None,
    })
}

/// Whether a placement may be called so, as in `endcap.toml`.
fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// The pairs of a row that lists the others.
fn lists(row: Row<'_>) -> Result<Vec<CuratedLine<'_>>, Dropped> {
    let mut pairs = Vec::new();
    for (field, place) in
        [(CROSS_SELLS, CuratedPlace::Complements), (UP_SELLS, CuratedPlace::Similar), (RELATED, CuratedPlace::Similar)]
    {
        for item in row.value(field).into_iter().flat_map(listed) {
            if item.len() > 255 || item.chars().any(char::is_control) {
                return Err(Dropped(field, Reason::Sku));
            }
            let product = row.sku(PRODUCT)?;
            if product == item {
                return Err(Dropped(field, Reason::Itself));
            }
            pairs.push(CuratedLine { product, item, slot: None, place });
        }
    }
    if pairs.is_empty() { Err(Dropped(PRODUCT, Reason::NoPairs)) } else { Ok(pairs) }
}

/// The products of a list between commas, semicolons or bars; WooCommerce writes `id:12` where a SKU is missing.
fn listed(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ';', '|']).map(bare_name).filter(|item| !item.is_empty())
}

/// A name without what lists put around it.
fn bare_name(item: &str) -> &str {
    let item = item.trim_matches(BRACKETS);
    item.strip_prefix("id:").unwrap_or(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_where_its_number_says() {
        let numbered = [
            (PRODUCT, "for_sku"),
            (ITEM, "linked_sku"),
            (SLOT, "slot"),
            (PLACEMENT, "placement"),
            (CROSS_SELLS, "cross_sells"),
            (UP_SELLS, "up_sells"),
            (RELATED, "related_products"),
        ];
        assert_eq!(numbered.len(), FIELDS.len());
        for (at, name) in numbered {
            assert_eq!(FIELDS[at].name, name);
        }
    }

    #[test]
    fn relations_in_the_words_of_many_shops() {
        for (word, expected) in [
            (None, Some(CuratedPlace::Complements)),
            (Some("crosssell"), Some(CuratedPlace::Complements)),
            (Some("Cross-Sell"), Some(CuratedPlace::Complements)),
            (Some("complementary"), Some(CuratedPlace::Complements)),
            (Some("upsell"), Some(CuratedPlace::Similar)),
            (Some("Related products"), Some(CuratedPlace::Similar)),
            (Some("cart"), Some(CuratedPlace::Placement("cart"))),
            (Some("two words"), None),
        ] {
            assert_eq!(place(word), expected, "{word:?}");
        }
    }

    #[test]
    fn lists_in_the_manners_of_many_shops() {
        for list in ["a,b, id:12", "a;b;12", "[\"a\", \"b\", \"12\"]", "a | b | | 12"] {
            assert_eq!(listed(list).collect::<Vec<_>>(), ["a", "b", "12"], "{list}");
        }
    }
}
