//! The files of a shop, as `train` and `evaluate` take them.

use super::counts::Tables;
use super::failure::Failure;
use super::progress::Talk;
use crate::config::{self, Config};
use crate::feed::{self, FeedError, Summary};
use crate::train::{Collector, History};
use clap::Args;
use std::path::{Path, PathBuf};

/// Catalog, orders, events, hand-made pairs and settings.
#[derive(Args)]
pub(super) struct ShopFiles {
    /// Products: sku, title, category, price, stock, brand, group, url, image … (CSV, plain or gzip)
    #[arg(long, value_name = "FILE")]
    catalog: Vec<PathBuf>,
    /// Orders, one line an item: order_id, customer_id, timestamp, sku, quantity, unit_price, campaign
    #[arg(long, value_name = "FILE")]
    orders: Vec<PathBuf>,
    /// Visits: session_id, timestamp, event, sku
    #[arg(long, value_name = "FILE")]
    events: Vec<PathBuf>,
    /// Hand-made pairs: for_sku, sku, slot, placement; or an export with cross-sells, up-sells, related products
    #[arg(long, value_name = "FILE")]
    curated: Vec<PathBuf>,
    /// Settings: endcap.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Share of rows, 0 to 1, that may have a problem before the file is refused
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    max_bad_rows: f64,
}

/// What was read.
pub(super) struct Shop {
    pub config: Config,
    pub history: History,
    pub files: Vec<Summary>,
}

impl ShopFiles {
    /// Reads all files.
    pub fn read(&self, talk: &Talk) -> Result<Shop, Failure> {
        self.read_beside(talk, None)
    }

    /// Reads all files beside what a warehouse counted of the orders.
    pub fn read_beside(&self, talk: &Talk, counts: Option<&Tables>) -> Result<Shop, Failure> {
        if [&self.catalog, &self.orders, &self.events].iter().all(|files| files.is_empty()) && counts.is_none() {
            return Err(Failure::command(
                "expected --catalog, --orders or --events, found none; --help shows examples",
            ));
        }
        if !(0.0..=1.0).contains(&self.max_bad_rows) {
            return Err(Failure::command(format!("--max-bad-rows: expected 0 to 1, found {}", self.max_bad_rows)));
        }
        let config = self.settings()?;
        let mut collector = Collector::new();
        counts.into_iter().flat_map(Tables::sold).for_each(|(sku, orders)| collector.sold(sku, orders));
        let mut files = Vec::new();
        let mut read = |paths: &[PathBuf], one: &mut Reader<'_>| -> Result<(), Failure> {
            for path in paths {
                let bar = talk.reading(path);
                let position = |bytes| bar.set_position(bytes);
                let options = feed::Options {
                    currency: config.currency,
                    max_bad_rows: self.max_bad_rows,
                    progress: Some(&position),
                };
                let summary = one(path, &options);
                bar.finish_and_clear();
                let summary = summary?;
                talk.file_read(&summary);
                files.push(summary);
            }
            Ok(())
        };
        read(&self.catalog, &mut |path, options| feed::read_catalog(path, options, &mut |p| collector.product(p)))?;
        read(&self.orders, &mut |path, options| feed::read_orders(path, options, &mut |line| collector.line(line)))?;
        read(&self.events, &mut |path, options| feed::read_events(path, options, &mut |event| collector.event(event)))?;
        read(&self.curated, &mut |path, options| feed::read_curated(path, options, &mut |l| collector.curated(l)))?;
        Ok(Shop { config, history: collector.finish()?, files })
    }

    fn settings(&self) -> Result<Config, Failure> {
        let Some(path) = &self.config else { return Ok(Config::default()) };
        let text = std::fs::read_to_string(path).map_err(|error| Failure::read(path, &error))?;
        config::parse(&text, &path.display().to_string()).map_err(Failure::data)
    }
}

/// Reads one file into the collector.
type Reader<'a> = dyn FnMut(&Path, &feed::Options<'_>) -> Result<Summary, FeedError> + 'a;
