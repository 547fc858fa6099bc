//! Questions and answers in the JSON of the `endcap` command line and npm package, asked of the engine natively.

use endcap::placement::{Amount, PastPurchase, Recommender, Request};
use endcap::rank::Pick;
use endcap::shop::{Currency, ItemId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// A request: `{"placement":"cart","cart":[{"sku":"85123A","quantity":2}],"limit":4}`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked<'a> {
    #[serde(borrow)]
    pub placement: Cow<'a, str>,
    #[serde(borrow)]
    pub cart: Vec<Line<'a>>,
    #[serde(borrow)]
    pub product: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub recent: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    pub history: Vec<Bought<'a>>,
    pub limit: Option<u32>,
    /// The visitor's name for experiments: the same as in the browser, and none without consent.
    #[serde(borrow)]
    pub unit: Option<Cow<'a, str>>,
    /// What the shop says of the visitor, such as `{"country":"AT"}`: experiments may be for some only.
    #[serde(borrow)]
    pub segment: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
}

/// A line of the cart.
#[derive(Deserialize)]
pub struct Line<'a> {
    #[serde(borrow)]
    pub sku: Cow<'a, str>,
    pub quantity: Option<f64>,
    /// Of one piece, in major units.
    pub price: Option<f64>,
}

/// An earlier purchase.
#[derive(Deserialize)]
pub struct Bought<'a> {
    #[serde(borrow)]
    pub sku: Cow<'a, str>,
    pub days_ago: f32,
}

/// What is recommended.
#[derive(Serialize)]
pub struct Answer<'a> {
    placement: &'a str,
    items: Vec<Shown>,
    fallback: Option<&'static str>,
    /// Why nothing is to be shown: `holdout`, or `incumbent` where the shop's own content stays.
    silent: Option<&'static str>,
    /// What would have been shown; an exposure tells it.
    withheld: Vec<Shown>,
    experiment: Option<String>,
    variant: Option<String>,
    recommendation: String,
    model: String,
}

#[derive(Serialize)]
struct Shown {
    sku: String,
    score: f32,
    reason: &'static str,
    because: Vec<String>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Refused {
    /// The bundle is not sound, or the overlay is not for it.
    Files(String),
    /// There is no such placement.
    Placement(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(why) => f.write_str(why),
            Self::Placement(name) => write!(f, "there is no placement {name:?}"),
        }
    }
}

impl std::error::Error for Refused {}

/// What the service asks: a bundle, with what changed since it was trained.
pub fn recommender(bundle: Vec<u8>, overlay: Option<&[u8]>) -> Result<Recommender<Vec<u8>>, Refused> {
    let mut recommender = Recommender::open(bundle).map_err(|error| Refused::Files(error.to_string()))?;
    if let Some(overlay) = overlay {
        recommender.patch(overlay).map_err(|error| Refused::Files(error.to_string()))?;
    }
    Ok(recommender)
}

/// Answers a request; `now` is in seconds since 1970.
pub fn answer<'a>(
    recommender: &mut Recommender<Vec<u8>>,
    asked: &'a Asked<'_>,
    now: Option<i64>,
) -> Result<Answer<'a>, Refused> {
    let base = recommender.model().base();
    let currency = base.manifest().map_or(Currency::NONE, |manifest| manifest.currency());
    let model = base.head().model.to_string();
    let cart: Vec<&str> = asked.cart.iter().map(|line| &*line.sku).collect();
    let amounts: Vec<Amount> = asked.cart.iter().map(|line| line.amount(currency)).collect();
    let recent: Vec<&str> = asked.recent.iter().map(|sku| &**sku).collect();
    let history: Vec<PastPurchase> =
        asked.history.iter().map(|past| PastPurchase { sku: &past.sku, days_ago: past.days_ago }).collect();
    let segment: Vec<(&str, &str)> = asked.segment.iter().map(|(key, value)| (&**key, &**value)).collect();
    let request = Request {
        placement: &asked.placement,
        cart: &cart,
        amounts: &amounts,
        product: asked.product.as_deref(),
        recent: &recent,
        history: &history,
        now,
        limit: asked.limit,
        unit: asked.unit.as_deref(),
        segment: &segment,
        ..Request::default()
    };
    let Some(found) = recommender.recommend(&request) else {
        return Err(Refused::Placement(asked.placement.to_string()));
    };
    let (picks, withheld) = (found.picks.to_vec(), found.withheld.to_vec());
    let (fallback, silent) = (found.fallback.map(|rung| rung.name()), found.silent.map(|why| why.name()));
    let (experiment, variant) = (found.experiment.map(str::to_owned), found.variant.map(str::to_owned));
    let recommendation = found.recommendation.to_string();
    let dictionary = recommender.model().base().dictionary();
    let sku = |item: ItemId| dictionary.and_then(|dictionary| dictionary.to_sku(item)).unwrap_or_default();
    let shown = |pick: &Pick| Shown {
        sku: sku(pick.item),
        score: pick.score,
        reason: pick.reason.name(),
        because: pick.because().map(sku).collect(),
    };
    Ok(Answer {
        placement: &asked.placement,
        items: picks.iter().map(shown).collect(),
        fallback,
        silent,
        withheld: withheld.iter().map(shown).collect(),
        experiment,
        variant,
        recommendation,
        model,
    })
}

impl Line<'_> {
    fn amount(&self, currency: Currency) -> Amount {
        Amount { quantity: self.quantity.unwrap_or(1.0), price: self.price.and_then(|price| currency.to_minor(price)) }
    }
}
