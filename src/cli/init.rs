//! `endcap init`: what a shop starts from.

use super::failure::Failure;
use super::output;
use super::progress::Talk;
use crate::config::{self, Facts};
use crate::feed::{self, counts::sql::Sql};
use crate::shop::{Currency, OrderLine, Product};
use clap::Args;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// The arguments of `endcap init`.
#[derive(Args)]
#[command(
    about = "Write a first endcap.toml, fitted to the shop; its schema; or SQL for a warehouse",
    after_help = "The file says what holds without one, placement by placement, with comments in the shop's own words and\n\
        prices where --catalog and --orders are given. A file that is there is never written over.\n\n\
        --sql is for a warehouse whose orders are too many for one machine, or may not leave it. Each text is one\n\
        SELECT, the same for DuckDB, DataFusion and Spark; write the result of each as Parquet. Pairs below\n\
        --min-support and pairs of a single customer stay in the warehouse.\n\nExamples:\n  \
        endcap init\n  \
        endcap init --catalog catalog.csv --orders orders.csv --currency EUR\n  \
        endcap init --schema > endcap.schema.json\n  \
        endcap init --sql --dir warehouse\n  \
        endcap train --pairs warehouse/pairs --items warehouse/items -o model.endcap\n  \
        endcap train --pairs warehouse/pairs --items warehouse/items --early warehouse/early -o model.endcap"
)]
pub(super) struct InitArgs {
    /// Products, to fit the file to: the columns of `endcap train`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sql", "schema"])]
    catalog: Vec<PathBuf>,
    /// Orders, to fit the file to: the columns of `endcap train`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sql", "schema"])]
    orders: Vec<PathBuf>,
    /// The currency of all prices, ISO 4217
    #[arg(long, value_name = "CODE", value_parser = currency, conflicts_with_all = ["sql", "schema"])]
    currency: Option<Currency>,
    /// The file to write
    #[arg(short, long, value_name = "FILE", default_value = "endcap.toml", conflicts_with_all = ["sql", "schema"])]
    output: PathBuf,
    /// Print the JSON Schema of endcap.toml, for editors
    #[arg(long, conflicts_with = "sql")]
    schema: bool,
    /// Write SQL
    #[arg(long)]
    sql: bool,
    /// The folder to write SQL to
    #[arg(long, value_name = "DIR", default_value = ".", requires = "sql")]
    dir: PathBuf,
    /// The table or view of order lines
    #[arg(long, value_name = "NAME", default_value = "order_lines", requires = "sql")]
    table: String,
    /// Orders that a pair needs; from 2 on two distinct customers too
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000_000), requires = "sql")]
    min_support: u32,
}

/// `--currency`.
pub(super) fn currency(text: &str) -> Result<Currency, String> {
    Currency::parse(text).ok_or_else(|| "expected three letters of ISO 4217 such as EUR".to_owned())
}

pub(super) fn run(args: InitArgs) -> Result<(), Failure> {
    if args.schema {
        return output::print(config::SCHEMA.trim_end());
    }
    if args.sql {
        return sql(&args.dir, args.table, args.min_support);
    }
    let file = &args.output;
    if file.symlink_metadata().is_ok() {
        return Err(Failure::command(format!("{}: is there already; name another file with -o", file.display())));
    }
    let text = config::starter(&facts(&args)?);
    output::write_file(file, text.as_bytes())?;
    output::print(file.display())
}

/// What the files tell of the shop.
fn facts(args: &InitArgs) -> Result<Facts, Failure> {
    let talk = Talk::new();
    let options = feed::Options { currency: args.currency.unwrap_or(Currency::NONE), ..feed::Options::default() };
    let mut seen = Seen::default();
    for path in &args.catalog {
        talk.file_read(&feed::read_catalog(path, &options, &mut |product| seen.product(&product))?);
    }
    for path in &args.orders {
        talk.file_read(&feed::read_orders(path, &options, &mut |line| seen.line(&line))?);
    }
    Ok(seen.into_facts(options.currency))
}

/// What was seen while reading.
#[derive(Default)]
struct Seen {
    categories: BTreeMap<String, u64>,
    brands: BTreeMap<String, u64>,
    prices: Vec<i64>,
    costs: bool,
    /// The value of each order in minor units; none where a line has no price.
    orders: HashMap<String, Option<i64>>,
}

impl Seen {
    fn product(&mut self, product: &Product) {
        let count = |counts: &mut BTreeMap<String, u64>, name: &Option<String>| {
            name.iter().for_each(|name| *counts.entry(name.clone()).or_default() += 1);
        };
        count(&mut self.categories, &product.category);
        count(&mut self.brands, &product.brand);
        self.prices.extend(product.price.map(|price| price.minor()));
        self.costs |= product.cost.is_some();
    }

    fn line(&mut self, line: &OrderLine<'_>) {
        let value = line.unit_price.map(|price| (price.minor() as f64 * line.quantity).round() as i64);
        let sum = match self.orders.get_mut(line.order) {
            Some(sum) => sum,
            None => self.orders.entry(line.order.to_owned()).or_insert(Some(0)),
        };
        *sum = sum.and_then(|sum| sum.checked_add(value?));
    }

    fn into_facts(self, currency: Currency) -> Facts {
        // Names that a rule could not hold are no examples.
        let most = |counts: BTreeMap<String, u64>| {
            let fit = |name: &String| name.len() <= 200 && !name.chars().any(char::is_control);
            let mut names: Vec<(String, u64)> = counts.into_iter().filter(|(name, _)| fit(name)).collect();
            names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            names.into_iter().take(8).map(|(name, _)| name).collect()
        };
        Facts {
            currency,
            categories: most(self.categories),
            brands: most(self.brands),
            prices: self.prices,
            orders: self.orders.into_values().flatten().filter(|value| *value > 0).collect(),
            costs: self.costs,
        }
    }
}

/// Writes the texts that count pairs where the orders are.
fn sql(dir: &Path, table: String, min_support: u32) -> Result<(), Failure> {
    let plain = |c: char| c.is_alphanumeric() || "_.-`\"[]".contains(c);
    if table.is_empty() || !table.chars().all(plain) {
        return Err(Failure::command(format!("--table: expected the name of a table or view, found {table:?}")));
    }
    let texts = Sql { table, min_support }.texts();
    if let Some((name, _)) = texts.iter().find(|(name, _)| dir.join(name).exists()) {
        let found = dir.join(name);
        return Err(Failure::command(format!("{}: is there already; name another folder with --dir", found.display())));
    }
    let early = dir.join("early");
    std::fs::create_dir_all(&early).map_err(|error| Failure::machine(format!("{}: {error}", early.display())))?;
    for (name, text) in &texts {
        output::write_file(&dir.join(name), text.as_bytes())?;
    }
    let written: Vec<String> = texts.iter().map(|(name, _)| dir.join(name).display().to_string()).collect();
    output::print(written.join("\n"))
}
