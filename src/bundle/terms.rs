//! Terms: what holds for the shop, and policies as they are since placements learned more than section 3 can say.
//!
//! Section 3 stays as the first readers know it. Where it tells everything there are no terms; otherwise the terms repeat
//! all policies, and are flagged as required so that an old reader refuses the bundle rather than pass over half a policy.

use super::draft::Draft;
use super::error::{DraftError, OpenError};
use super::layout::VALUE_KNOTS;
use super::policy::{Policy, PriceWindow, Rung, ShopTerms};
use super::stored::stored;
use super::structured::{MAX_LIMIT, PlainPolicy, Structured, placement_rule};

/// The section's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Terms {
    /// What holds for the shop as a whole.
    pub shop: ShopTerms,
    /// The same placements as in section 3, in the same order.
    pub policies: Vec<Policy>,
}

stored!(struct Terms { shop, policies });

/// The section's bytes; `None` where section 3 tells everything and no class needs a reader that spares it.
pub(super) fn encode(draft: &Draft) -> Result<Option<Vec<u8>>, DraftError> {
    let plain = draft.policies.iter().all(PlainPolicy::tells_all) && draft.terms == ShopTerms::default();
    if plain && !draft.classes.iter().any(|class| class.sensitive) {
        return Ok(None);
    }
    Terms { shop: draft.terms.clone(), policies: draft.policies.clone() }.encode().map(Some)
}

/// The terms of a bundle whose section 3 is `plain`.
pub(super) fn decode(bytes: Option<&[u8]>, plain: Vec<PlainPolicy>) -> Result<Terms, OpenError> {
    let neutral = |plain: Vec<PlainPolicy>| plain.into_iter().map(PlainPolicy::into_policy).collect::<Vec<Policy>>();
    let Some(bytes) = bytes else { return Ok(Terms { shop: ShopTerms::default(), policies: neutral(plain) }) };
    let terms = Terms::decode(bytes)?;
    let names = terms.policies.iter().map(|policy| policy.placement.clone());
    if !names.eq(neutral(plain).into_iter().map(|policy| policy.placement)) {
        return Err(OpenError::Malformed { section: Terms::NAME, rule: "the placements of the policies are expected" });
    }
    Ok(terms)
}

impl Structured for Terms {
    const NAME: &'static str = "terms";

    fn broken_rule(&self) -> Option<&'static str> {
        policies_rule(&self.policies).or_else(|| shop_rule(&self.shop))
    }
}

/// The rule that `policies` break, if they break one.
pub(super) fn policies_rule(policies: &[Policy]) -> Option<&'static str> {
    placement_rule(policies.iter().map(|policy| policy.placement.as_str()))
        .or_else(|| policies.iter().find_map(policy_rule))
}

fn policy_rule(policy: &Policy) -> Option<&'static str> {
    if policy.limit == 0 || policy.limit > MAX_LIMIT {
        return Some("a limit of 1 to 100 is expected");
    }
    if !(0.0..=0.5).contains(&policy.max_relevance_loss) {
        return Some("a largest loss of relevance of 0 to 0.5 is expected");
    }
    if !(0.0..=1.0).contains(&policy.min_relevance) || !(0.0..=1.0).contains(&policy.diversity) {
        return Some("a minimal relevance and a diversity of 0 to 1 are expected");
    }
    window_rule(&policy.price).or_else(|| ladder_rule(&policy.fallback))
}

fn window_rule(price: &PriceWindow) -> Option<&'static str> {
    let ascends = |(low, high): (f32, f32)| low >= 0.0 && low <= high && high.is_finite();
    if price.max_share_of_cart.is_some_and(|share| !(share > 0.0 && share.is_finite())) {
        return Some("a share of the cart above 0 is expected");
    }
    if ![price.relative_to_product, price.relax_to].into_iter().flatten().all(ascends) {
        return Some("two ascending shares ≥ 0 of the product's price are expected");
    }
    let holds = |wide: (f32, f32), narrow: (f32, f32)| wide.0 <= narrow.0 && narrow.1 <= wide.1;
    match (price.relax_to, price.relative_to_product) {
        (Some(wide), Some(narrow)) if holds(wide, narrow) => None,
        (None, _) => None,
        _ => Some("a wider window that holds the narrow one is expected"),
    }
}

fn ladder_rule(ladder: &[Rung]) -> Option<&'static str> {
    let twice = ladder.iter().enumerate().any(|(n, rung)| ladder.iter().take(n).any(|other| other == rung));
    twice.then_some("a rung of the ladder stands twice")
}

/// The rule that a shop's terms break, if they break one.
pub(super) fn shop_rule(terms: &ShopTerms) -> Option<&'static str> {
    if terms.free_shipping_at.is_some_and(|amount| amount <= 0) || terms.stale_after == Some(0) {
        return Some("an amount for free shipping and an age above 0 are expected");
    }
    if terms.price_jump.is_some_and(|share| !(share > 0.0 && share.is_finite())) {
        return Some("a jump of prices above 0 is expected");
    }
    knots_rule(&terms.price_knots)
}

/// The rule that the knots of value classes break, if they break one.
pub(super) fn knots_rule(knots: &[i64]) -> Option<&'static str> {
    let sound = knots.is_empty() || (knots.len() == VALUE_KNOTS && knots.is_sorted());
    (!sound).then_some("no or seven ascending knots are expected")
}
