//! The engine as the npm package sees it.
//!
//! Everything crosses flat: lists of texts come joined by line feeds (no SKU holds one), answers go back as one array of
//! numbers in which a float is its bits, and what is told in words goes back as one text. The TypeScript in `pkg-template`
//! wraps this into the package's API; nothing else should call it.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod answer;
#[cfg(feature = "studio")]
mod change;
#[cfg(feature = "studio")]
mod explained;
mod info;
mod question;
mod refusal;
#[cfg(feature = "studio")]
mod rules;
#[cfg(feature = "studio")]
mod studio;

use crate::placement::{Recommender, Request};
use crate::shop::ItemId;
use question::{Question, lines};
use refusal::{refused, unpatched};
use wasm_bindgen::prelude::*;

/// Status: answered.
const ANSWERED: u32 = 0;
/// Status: the bundle has no such placement.
const NO_SUCH_PLACEMENT: u32 = 1;
/// Between the fields of a line.
const FIELD: char = '\u{1f}';

/// One bundle, opened.
#[wasm_bindgen]
pub struct Engine {
    recommender: Recommender<Vec<u8>>,
}

#[wasm_bindgen]
#[allow(clippy::too_many_arguments)] // flat on purpose: an object would cost more to cross than to rank
impl Engine {
    /// Opens a bundle.
    ///
    /// # Errors
    ///
    /// An `Error` whose message is the code, a colon and the advice.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>) -> Result<Engine, JsError> {
        let recommender = Recommender::open(bytes).map_err(refused)?;
        Ok(Self { recommender })
    }

    /// Adds a slice of the same model.
    ///
    /// # Errors
    ///
    /// As the constructor; the engine stays as it was.
    pub fn add(&mut self, bytes: Vec<u8>) -> Result<(), JsError> {
        self.recommender.add(bytes).map_err(refused)
    }

    /// Answers one request: what [`answer::flat`] says.
    ///
    /// `amounts` are quantity and price (in major units) of each line of the cart, NaN for what is not given; none at all
    /// where nothing is. `segment` has a line a key: key, U+001F, value. `unit` is empty for nobody. `now` is in seconds since 1970, NaN for no time.
    /// `block` is 0 for a list of its own, 1 for the first of a page, 2 for a later one.
    pub fn recommend(
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
        block: u32,
    ) -> Vec<u32> {
        let currency = self.currency();
        let asked = Question::read(cart, amounts, recent, history, days, exclude, segment, unit, currency);
        let request = Request { limit: Some(limit), ..asked.request(placement, product, now) };
        if block == 1 {
            self.recommender.start_page();
        }
        let answer = match block {
            0 => self.recommender.recommend(&request),
            _ => self.recommender.block(&request),
        };
        answer.map_or_else(|| vec![NO_SUCH_PLACEMENT], |answer| answer::flat(&answer))
    }

    /// Puts a list into a better order: what [`answer::reranked`] says. The other arguments are those of
    /// [`recommend`](Self::recommend).
    pub fn rerank(
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
        list: &str,
    ) -> Vec<u32> {
        let (currency, list) = (self.currency(), lines(list));
        let asked = Question::read(cart, amounts, recent, history, days, exclude, segment, unit, currency);
        let request = Request { list: &list, ..asked.request(placement, product, now) };
        let found = self.recommender.rerank(&request);
        found.map_or_else(|| vec![NO_SUCH_PLACEMENT], |found| answer::reranked(&found))
    }

    /// Experiment and arm of the last answer, joined by U+001F; empty where there is none.
    pub fn arm(&self) -> String {
        let (experiment, variant) = self.recommender.assigned();
        [experiment, variant].map(Option::unwrap_or_default).join(FIELD.encode_utf8(&mut [0; 4]))
    }

    /// Applies an overlay: whether it took effect, how many of its items are known, how many are not, how
    /// many of its experiments are not.
    ///
    /// # Errors
    ///
    /// As the constructor; the engine stays as it was.
    pub fn patch(&mut self, bytes: &[u8]) -> Result<Vec<u32>, JsError> {
        self.recommender.patch(bytes).map(answer::told).map_err(unpatched)
    }

    /// Switches a placement on or off; whether there is one of this name.
    pub fn set_enabled(&mut self, placement: &str, on: bool) -> bool {
        self.recommender.set_enabled(placement, on)
    }

    /// The SKU of an item.
    pub fn sku(&self, item: u32) -> Option<String> {
        self.recommender.model().base().dictionary()?.to_sku(ItemId(item))
    }

    /// The item of a SKU.
    pub fn item(&self, sku: &str) -> Option<u32> {
        Some(self.recommender.model().base().dictionary()?.item_of(sku)?.0)
    }

    /// Title, link, picture, cart id, price in minor units and currency of an item, joined by U+001F.
    pub fn card(&self, item: u32) -> Option<String> {
        let card = self.recommender.model().card(ItemId(item))?;
        let (minor, currency) = match card.price {
            Some(price) => (price.minor().to_string(), price.currency().code().to_string()),
            None => Default::default(),
        };
        let fields = [card.title, card.url, card.image, card.cart_id, minor, currency];
        Some(fields.join(FIELD.encode_utf8(&mut [0; 4])))
    }

    /// Whether cards are loaded.
    pub fn has_cards(&self) -> bool {
        self.recommender.model().has_cards()
    }

    /// Names of the placements, joined by line feeds.
    pub fn placements(&self) -> String {
        self.recommender.placements().collect::<Vec<_>>().join("\n")
    }

    /// What is loaded: what [`info::text`] says.
    pub fn info(&self) -> String {
        info::text(&self.recommender)
    }
}

impl Engine {
    fn currency(&self) -> crate::shop::Currency {
        let manifest = self.recommender.model().base().manifest();
        manifest.map_or(crate::shop::Currency::NONE, |manifest| manifest.currency())
    }
}
