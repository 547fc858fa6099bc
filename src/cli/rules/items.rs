//! The products that rules are held against: an edge bundle's, or a catalog's.

use super::super::bundle_file;
use super::super::failure::Failure;
use super::super::progress::Talk;
use crate::config::Config;
use crate::feed;
use crate::placement::Recommender;
use crate::rules::{CompileError, Facts, Finding, Inspected, Rulebook, lint};
use crate::shop::{ItemId, Money, Product, StockState};
use clap::Args;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;

/// Where the products come from.
#[derive(Args)]
pub(super) struct ItemFiles {
    /// A bundle whose products rules are held against; the edge bundle where rules ask brands, tags, groups or figures
    #[arg(long, value_name = "FILE", conflicts_with = "catalog")]
    bundle: Option<PathBuf>,
    /// A catalog whose products rules are held against: the columns of `endcap train`
    #[arg(long, value_name = "FILE")]
    catalog: Vec<PathBuf>,
}

/// The products.
pub(super) enum Items {
    Bundle(Box<Recommender<Vec<u8>>>),
    Catalog(Vec<Product>),
}

impl ItemFiles {
    pub fn are_given(&self) -> bool {
        self.bundle.is_some() || !self.catalog.is_empty()
    }

    /// Reads them; prices are in the currency of `config`.
    pub fn read(&self, config: &Config) -> Result<Items, Failure> {
        if let Some(bundle) = &self.bundle {
            return bundle_file::recommender(bundle, &[], &[]).map(Box::new).map(Items::Bundle);
        }
        if self.catalog.is_empty() {
            return Err(Failure::command("expected --bundle or --catalog, found neither; --help shows examples"));
        }
        let talk = Talk::new();
        let mut products: HashMap<String, Product> = HashMap::new();
        for path in &self.catalog {
            let bar = talk.reading(path);
            let position = |bytes| bar.set_position(bytes);
            let options =
                feed::Options { currency: config.currency, progress: Some(&position), ..feed::Options::default() };
            let summary = feed::read_catalog(path, &options, &mut |product| {
                products.insert(product.sku.clone(), product);
            });
            bar.finish_and_clear();
            talk.file_read(&summary?);
        }
        let mut products: Vec<Product> = products.into_values().collect();
        products.sort_by(|a, b| a.sku.cmp(&b.sku));
        Ok(Items::Catalog(products))
    }
}

impl Items {
    /// What is wrong with the rules, placements and terms of `config`.
    pub fn lint(&self, config: &Config, now: Option<i64>) -> Result<Vec<Finding>, CompileError> {
        let book = Rulebook { rules: &config.rules, notes: &config.notes, policies: &config.policies };
        let inspected = Inspected { book, terms: &config.terms, now };
        match self {
            Self::Bundle(recommender) => {
                let (model, live) = (recommender.model(), recommender.live());
                lint(&inspected, model.base().len(), |item| Facts::of(model, live, item))
            }
            Self::Catalog(products) => {
                let of = |item: ItemId| products.get(item.index()).map(|product| facts(product, config.low_at));
                lint(&inspected, products.len(), |item| of(item).unwrap_or_default())
            }
        }
    }
}

/// What a catalog tells of a product: everything.
fn facts(product: &Product, low_at: i64) -> Facts<'_> {
    let text = |text: &'_ Option<String>| Some(Cow::Owned(text.clone().unwrap_or_default()));
    let price = product.price.map(Money::minor);
    let gain = price.zip(product.cost).map(|(price, cost)| price - cost.minor());
    Facts {
        sku: Cow::Borrowed(&product.sku),
        title: text(&product.title),
        category: text(&product.category),
        brand: text(&product.brand),
        tags: Some(Cow::Borrowed(&product.tags)),
        group: text(&product.group),
        price,
        contribution: Some(gain),
        count: Some(product.stock),
        state: StockState::of(product.availability, product.stock, low_at),
        released: product.released.map(|at| at.day().0),
    }
}
