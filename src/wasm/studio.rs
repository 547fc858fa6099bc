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
        unit: &str,
        now: f64,
        limit: u32,
        about: &str,
        most: u32,
    ) -> Vec<u32> {
        let currency = self.currency();
        let asked = Question::read(cart, amounts, recent, history, days, exclude, segment, unit, currency);
        let request = Request { limit: Some(limit), ..asked.request(placement, product, now) };
        let found = self.recommender.explain(&request, &lines(about), most as usize);
        found.map_or_else(|| vec![NO_SUCH_PLACEMENT], |found| explained::explained(&found))
    }

    /// The bytes of an overlay: what changed of `skus`, by [`change::FACTS`] numbers a SKU; switched placements, a line each
    /// of name, U+001F, `1` or `0`; experiments as [`change::experiments`] reads them; and, where `ruled`, rules that take the place of all, as [`rules::read`] reads them.
    /// `made_at` is NaN where it does not say.
    ///
    /// # Errors
    ///
    /// An `Error` as the constructor's.
    pub fn overlay(
        &self,
        skus: &str,
        facts: &[f64],
        switches: &str,
        experiments: &str,
        ruled: bool,
        texts: &str,
        numbers: &[f64],
        revision: f64,
        made_at: f64,
    ) -> Result<Vec<u8>, JsError> {
        let currency = self.currency();
        let mut draft = change::draft(&self.recommender, currency, skus, facts, switches, (revision, made_at));
        draft.experiments = change::experiments(experiments);
        if ruled {
            let rules = rules::read(texts, numbers, currency);
            let compiled = self.recommender.compile_rules(&rules).map_err(uncompiled)?;
            change::put_rules(&mut draft, &self.recommender, compiled, &rules);
        }
        change::sort(&mut draft.items);
        crate::bundle::overlay::encode(&draft).map_err(|error| unpatched(error.into()))
    }

    /// Applies an overlay whatever its revision, as [`patch`](Self::patch) else.
    ///
    /// # Errors
    ///
    /// As [`patch`](Self::patch).
    pub fn patch_locally(&mut self, bytes: &[u8]) -> Result<Vec<u32>, JsError> {
        self.recommender.patch_locally(bytes).map(answer::told).map_err(unpatched)
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

    /// Names of the experiments, joined by line feeds.
    pub fn experiments(&self) -> String {
        let experiments = self.recommender.live().experiments();
        experiments.list.iter().map(|experiment| experiment.name.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The name of a rule, where this bundle tells.
    pub fn rule_name(&self, rule: u16) -> Option<String> {
        self.recommender.live().rule_name(rule).map(str::to_owned)
    }
}
