//! The engine as the npm package sees it.
//!
//! The hot call is flat: SKUs come joined by line feeds (no SKU holds one), the answer goes back as one array of numbers.
//! Everything a page asks rarely (what is loaded, where it came from) goes through serde. The TypeScript in
//! `pkg-template` wraps this into the package's API; nothing else should call it.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod info;

use crate::bundle::OpenError;
use crate::placement::{PastPurchase, Recommender, Request};
use crate::rank::{MAX_BECAUSE, Pick};
use crate::shop::ItemId;
use wasm_bindgen::prelude::*;

/// Numbers before the first pick of an answer.
const HEAD: usize = 5;
/// Numbers of one pick in an answer: item, bits of the score, reason, how many items are its reason, and three of them.
const STRIDE: usize = 4 + MAX_BECAUSE;
/// Status: answered.
const ANSWERED: u32 = 0;
/// Status: the bundle has no such placement.
const NO_SUCH_PLACEMENT: u32 = 1;
/// Between the fields of a card.
const FIELD: char = '\u{1f}';

/// One bundle, opened.
#[wasm_bindgen]
pub struct Engine {
    recommender: Recommender<Vec<u8>>,
}

#[wasm_bindgen]
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

    /// Answers one request: status, fallback, its reason, how many items are due plus one (0: not asked), number of picks,
    /// then [`STRIDE`] numbers a pick.
    #[allow(clippy::too_many_arguments)] // flat on purpose: an object would cost more to cross than to rank
    pub fn recommend(
        &mut self,
        placement: &str,
        cart: &str,
        product: &str,
        recent: &str,
        history: &str,
        days: &[f32],
        exclude: &str,
        limit: u32,
    ) -> Vec<u32> {
        let (cart, recent, exclude) = (lines(cart), lines(recent), lines(exclude));
        let history: Vec<PastPurchase<'_>> = lines(history)
            .into_iter()
            .zip(days.iter().copied().chain(std::iter::repeat(0.0)))
            .map(|(sku, days_ago)| PastPurchase { sku, days_ago })
            .collect();
        let request = Request {
            placement,
            cart: &cart,
            product: (!product.is_empty()).then_some(product),
            recent: &recent,
            history: &history,
            exclude: &exclude,
            limit: Some(limit),
            ..Request::default()
        };
        let Some(answer) = self.recommender.recommend(&request) else {
            return vec![NO_SUCH_PLACEMENT];
        };
        let mut out = Vec::with_capacity(HEAD + answer.picks.len() * STRIDE);
        out.extend([
            ANSWERED,
            answer.fallback.map_or(0, |rung| rung as u32),
            answer.fallback_reason.map_or(0, |reason| reason as u32),
            answer.due.map_or(0, |due| due + 1),
            answer.picks.len() as u32,
        ]);
        answer.picks.iter().for_each(|pick| put(&mut out, pick));
        out
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

    /// What is loaded: model, generator, currency, items, bytes, sections and relations.
    ///
    /// # Errors
    ///
    /// None in practice; the conversion to JavaScript has a `Result`.
    pub fn info(&self) -> Result<JsValue, JsError> {
        Ok(serde_wasm_bindgen::to_value(&info::Info::of(self.recommender.model()))?)
    }
}

fn refused(error: OpenError) -> JsError {
    JsError::new(&format!("{}: {error}", error.code()))
}

fn lines(joined: &str) -> Vec<&str> {
    if joined.is_empty() { Vec::new() } else { joined.split('\n').collect() }
}

fn put(out: &mut Vec<u32>, pick: &Pick) {
    out.extend([pick.item.0, pick.score.to_bits(), pick.reason as u32, pick.because().count() as u32]);
    let padding = std::iter::repeat(0);
    out.extend(pick.because().map(|item| item.0).chain(padding).take(MAX_BECAUSE));
}
