//! What only the merchandiser's console asks: explanations, and rules and changes made on the spot. A page that shows lists
//! does without, and its engine is built without.

use super::question::{Question, lines};
use super::refusal::{uncompiled, unpatched};
use super::{Engine, NO_SUCH_PLACEMENT, answer, change, explained, rules};
use crate::placement::Request;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
#[allow(clippy::too_many_arguments)] // as flat as the calls of every page
impl Engine {
    /// Explains an answer: what [`explained::explained`] says. The other arguments are those of
    /// [`recommend`](Self::recommend).
    pub fn explain(
        &mut self,
        placement: &str,
        cart: &str,
        amounts: &[f64],
        product: &str,
        recent: &str,
        history: &str,
        days: &[f32],
        exclude: &str,
        segment: &str,
        now: f64,
        limit: u32,
        about: &str,
        most: u32,
    ) -> Vec<u32> {
        let currency = self.currency();
        let asked = Question::read(cart, amounts, recent, history, days, exclude, segment, currency);
        let request = Request { limit: Some(limit), ..asked.request(placement, product, now) };
        let found = self.recommender.explain(&request, &lines(about), most as usize);
        found.map_or_else(|| vec![NO_SUCH_PLACEMENT], |found| explained::explained(&found))
    }

    /// Applies what changed of `skus`, by [`change::FACTS`] numbers a SKU, and switches placements: a line each, name,
    /// U+001F, `1` or `0`. `revision` is NaN for a change made on the spot, `made_at` NaN where it does not say.
    ///
    /// # Errors
    ///
    /// As [`patch`](Self::patch).
    pub fn change(
        &mut self,
        skus: &str,
        facts: &[f64],
        switches: &str,
        revision: f64,
        made_at: f64,
    ) -> Result<Vec<u32>, JsError> {
        let draft = change::draft(&self.recommender, self.currency(), skus, facts, switches, (revision, made_at));
        let bytes = crate::bundle::overlay::encode(&draft).map_err(|error| unpatched(error.into()))?;
        let patched = match revision.is_nan() {
            true => self.recommender.patch_locally(&bytes),
            false => self.recommender.patch(&bytes),
        };
        patched.map(answer::told).map_err(unpatched)
    }

    /// Puts other rules in the place of all: as [`rules::read`] reads them.
    ///
    /// # Errors
    ///
    /// An `Error` as the constructor's; the rules stay as they were.
    pub fn set_rules(&mut self, texts: &str, numbers: &[f64]) -> Result<(), JsError> {
        let rules = rules::read(texts, numbers, self.currency());
        self.recommender.set_rules(&rules).map_err(uncompiled)
    }

    /// The name of a rule, where this bundle tells.
    pub fn rule_name(&self, rule: u16) -> Option<String> {
        self.recommender.live().rule_name(rule).map(str::to_owned)
    }
}
