//! The structured sections: manifest, tuning, policies, calibration, terms, rules, what is private. Values with a size
//! limit, checked after decoding.

use super::draft::{Blend, Manifest, Tuning};
use super::error::{DraftError, OpenError};
use super::layout::{MAX_STRUCTURED, MAX_TEXT_BYTES};
use super::policy::{Policy, Rung, SameCategory, Strategy};
use super::stored::{Stored, from_bytes, stored, to_bytes};

/// Most policies in a bundle.
const MAX_POLICIES: usize = 64;
/// Most items a placement may show.
pub const MAX_LIMIT: u16 = 100;
/// Most past views that vote.
pub const MAX_VIEWS: usize = 10;
/// Steps of a fade within one half-life.
pub const FADE_STEPS: usize = 64;

/// A section that is a value.
pub(crate) trait Structured: Stored {
    /// The section's name in errors.
    const NAME: &'static str;
    /// Most bytes it may take.
    const LIMIT: usize = MAX_STRUCTURED;
    /// The rule it breaks, if it breaks one.
    fn broken_rule(&self) -> Option<&'static str>;

    /// The section's bytes, which can be decoded on machines of any width.
    fn encode(&self) -> Result<Vec<u8>, DraftError> {
        let bad = |rule| DraftError::Structured { section: Self::NAME, rule };
        if let Some(rule) = self.broken_rule() {
            return Err(bad(rule));
        }
        let bytes = to_bytes(self);
        <Self as Structured>::decode(&bytes).map_err(|_| bad(TOO_LONG))?;
        Ok(bytes)
    }

    /// The value of a section's bytes, every one of which must belong to it.
    fn decode(bytes: &[u8]) -> Result<Self, OpenError> {
        let bad = |rule| OpenError::Malformed { section: Self::NAME, rule };
        if bytes.len() > Self::LIMIT {
            return Err(bad(TOO_LONG));
        }
        let (value, left_over) = from_bytes::<Self>(bytes).ok_or(bad("cannot be decoded"))?;
        match value.broken_rule() {
            Some(rule) => Err(bad(rule)),
            None if left_over => Err(bad("bytes left over")),
            None => Ok(value),
        }
    }
}

const TOO_LONG: &str = "longer than the format allows";

impl Structured for Manifest {
    const NAME: &'static str = "manifest";

    fn broken_rule(&self) -> Option<&'static str> {
        if !is_text(&self.generator) || !self.relations.iter().all(|note| is_text(&note.model)) {
            return Some("a name is longer than 200 bytes or holds control characters");
        }
        (!is_currency(&self.currency)).then_some("a currency of three letters is expected")
    }
}

/// Whether `text` has at most 200 bytes and no control characters.
pub(super) fn is_text(text: &str) -> bool {
    text.len() <= MAX_TEXT_BYTES && !text.chars().any(char::is_control)
}

/// Whether `code` has three letters.
pub(super) fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.is_ascii()
}

impl Structured for Tuning {
    const NAME: &'static str = "tuning";

    fn broken_rule(&self) -> Option<&'static str> {
        let sound = |number: &f32| number.is_finite() && *number >= 0.0;
        let blend = |blend: &Blend| [blend.cart, blend.together, blend.prior].iter().all(sound);
        let all = self.cart.iter().chain([&self.product]).all(blend)
            && self.view_decay.iter().chain(&self.repeat.fade).all(sound)
            && sound(&self.repeat.prior)
            && sound(&self.repeat.half_life_days);
        if !all {
            return Some("a constant is negative or no number");
        }
        (self.view_decay.len() > MAX_VIEWS || self.repeat.fade.len() != FADE_STEPS)
            .then_some("at most 10 view weights and exactly 64 fade steps are expected")
    }
}

/// A policy as far as the first readers knew it; the terms say the rest.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlainPolicy {
    placement: String,
    strategy: Strategy,
    limit: u16,
    same_category: SameCategory,
    min_relevance: f32,
    fall_back_to_popular: bool,
}

stored!(struct PlainPolicy { placement, strategy, limit, same_category, min_relevance, fall_back_to_popular });

impl PlainPolicy {
    /// What the first readers can be told of `policy`.
    pub fn of(policy: &Policy) -> Self {
        Self {
            placement: policy.placement.clone(),
            strategy: policy.strategy,
            limit: policy.limit,
            same_category: policy.same_category,
            min_relevance: policy.min_relevance,
            fall_back_to_popular: policy.fallback.contains(&Rung::Popular),
        }
    }

    /// Whether the first readers can be told all of `policy`.
    pub fn tells_all(policy: &Policy) -> bool {
        let new = [Strategy::Alternatives, Strategy::Rerank].contains(&policy.strategy);
        !new && Self::of(policy).into_policy() == *policy
    }

    /// The policy, neutral in all that the first readers did not know.
    pub fn into_policy(self) -> Policy {
        Policy {
            limit: self.limit,
            same_category: self.same_category,
            min_relevance: self.min_relevance,
            fallback: if self.fall_back_to_popular { vec![Rung::Popular] } else { Vec::new() },
            ..Policy::neutral(self.placement, self.strategy)
        }
    }
}

impl Structured for Vec<PlainPolicy> {
    const NAME: &'static str = "policies";

    fn broken_rule(&self) -> Option<&'static str> {
        if let Some(rule) = placement_rule(self.iter().map(|policy| policy.placement.as_str())) {
            return Some(rule);
        }
        self.iter().find_map(|policy| {
            if policy.limit == 0 || policy.limit > MAX_LIMIT {
                return Some("a limit of 1 to 100 is expected");
            }
            (!policy.min_relevance.is_finite() || policy.min_relevance < 0.0)
                .then_some("a minimal relevance ≥ 0 is expected")
        })
    }
}

/// The rule that the placements' `names` break, if they break one: at most 64, each once and fit to be read.
pub(super) fn placement_rule<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<&'static str> {
    if names.clone().count() > MAX_POLICIES {
        return Some("more than 64 placements");
    }
    names.clone().find_map(|name| {
        if name.is_empty() || name.len() > 64 || name.chars().any(char::is_control) {
            return Some("a placement's name must have 1 to 64 bytes and no control characters");
        }
        (names.clone().filter(|other| *other == name).count() > 1).then_some("a placement stands twice")
    })
}
