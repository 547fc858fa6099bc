//! What a warehouse counted, as `train` takes it.

use super::failure::Failure;
use super::progress::Talk;
use super::quiet::quietly;
use super::shop_files::Shop;
use crate::evaluate::Options;
use crate::feed::{FeedError, Summary, counts};
use crate::train::counted::{CountError, Counted, Tally};
use crate::train::pairs::Pairs;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Counts in place of orders, and whether settings are chosen.
#[derive(Args)]
pub(super) struct CountFiles {
    /// Pairs counted elsewhere, in place of --orders: Parquet, a file or a folder of part files (`endcap init --sql`)
    #[arg(long, value_name = "PATH", requires = "items", conflicts_with = "orders")]
    pairs: Option<PathBuf>,
    /// The products that belong to --pairs
    #[arg(long, value_name = "PATH", requires = "pairs")]
    items: Option<PathBuf>,
    /// A folder with the tables `items`, `pairs` and `questions` of early and late orders, to choose settings by
    #[arg(long, value_name = "DIR", requires = "pairs")]
    early: Option<PathBuf>,
    /// How the relations of orders get their settings
    #[arg(long, value_enum, default_value_t = Settings::Chosen)]
    settings: Settings,
}

/// How the relations of orders get their settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Settings {
    /// What wins on later orders
    Chosen,
    /// The same for every shop, learned from pairs with support alone
    Default,
}

/// The tables, read and checked one by one.
pub(super) struct Tables {
    all: Tally,
    early: Option<Tally>,
    files: Vec<Summary>,
}

impl Tables {
    /// The products and how many orders hold each.
    pub fn sold(&self) -> impl Iterator<Item = (&str, u32)> {
        self.all.sold()
    }
}

impl CountFiles {
    /// Reads the tables, where they are given.
    pub fn read(&self, talk: &Talk) -> Result<Option<Tables>, Failure> {
        let (Some(pairs), Some(items)) = (&self.pairs, &self.items) else { return Ok(None) };
        let bar = talk.reading(pairs);
        let mut files = Vec::new();
        let early = self.early.as_ref().filter(|_| self.settings == Settings::Chosen);
        let (all, early) = quietly(|| {
            let all = tally(items, pairs, &mut files);
            (all, early.map(|folder| early_tally(folder, &mut files)).transpose())
        });
        bar.finish_and_clear();
        let (all, early) = (all?, early?);
        files.iter().for_each(|summary| talk.file_read(summary));
        Ok(Some(Tables { all, early, files }))
    }

    /// What is known in sums alone; nothing where settings are chosen on the orders themselves.
    pub fn counted(
        &self,
        tables: Option<Tables>,
        shop: &mut Shop,
        options: &Options,
    ) -> Result<Option<Counted>, Failure> {
        let Some(Tables { all, early, files }) = tables else {
            let sums = self.settings == Settings::Default && !shop.history.baskets.is_empty();
            let pairs = || Pairs::count(&shop.history.baskets, options.support());
            return Ok(sums.then(|| Counted { pairs: pairs(), early: None }));
        };
        let products = &shop.history.products;
        let pairs = all.pairs(products, options.support())?;
        let early = early.map(|early| early.early(products, options.support())).transpose()?;
        shop.history.counts.orders = all.orders();
        shop.files.extend(files);
        Ok(Some(Counted { pairs, early }))
    }
}

/// An items table and the pairs table that belongs to it.
fn tally(items: &Path, pairs: &Path, files: &mut Vec<Summary>) -> Result<Tally, FeedError> {
    let mut tally = Tally::new();
    files.push(counts::read_items(items, &mut |item| Ok(tally.item(&item)?))?);
    files.push(counts::read_pairs(pairs, &mut |pair| Ok(tally.pair(&pair)?))?);
    Ok(tally)
}

/// The three tables of a folder.
fn early_tally(folder: &Path, files: &mut Vec<Summary>) -> Result<Tally, FeedError> {
    let mut early = tally(&table(folder, "items"), &table(folder, "pairs"), files)?;
    files.push(counts::read_questions(&table(folder, "questions"), &mut |line| Ok(early.question(&line)?))?);
    Ok(early)
}

/// A table of a folder: a folder of part files, or one file of that name.
fn table(folder: &Path, name: &str) -> PathBuf {
    let file = folder.join(format!("{name}.parquet"));
    if file.is_file() { file } else { folder.join(name) }
}

impl From<CountError> for Failure {
    fn from(error: CountError) -> Self {
        Self::data(error)
    }
}
