//! `endcap rules import`: rules from a spreadsheet.

use super::super::asked::moment;
use super::super::failure::Failure;
use super::super::output;
use super::items::ItemFiles;
use super::lint::Report;
use crate::config::{self, Target};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// The arguments of `endcap rules import`.
#[derive(Args)]
#[command(
    about = "Make [[rule]] tables of a sheet, one rule a row",
    after_help = "Columns: name, placements, action, value, sku, title, category, brand, tag, group, price_min, price_max, stock,\n\
        not_brand …, cart_any_category …, subtotal_min …, segment, from, until. Several texts in a cell are split by |.\n\
        With --catalog or --bundle the rules are checked beside those that are there, and nothing is written where one is in\n\
        error.\n\nExamples:\n  \
        endcap rules import rules.csv >> endcap.toml\n  \
        endcap rules import rules.csv --into endcap.toml --catalog catalog.csv"
)]
pub(super) struct ImportArgs {
    /// The sheet, as CSV
    sheet: PathBuf,
    /// The settings to append the rules to; without this they are printed
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    #[command(flatten)]
    items: ItemFiles,
    /// The moment at which rules are over or not, as 2027-01-31T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<i64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was made of a sheet.
#[derive(Serialize)]
struct Imported {
    sheet: String,
    into: Option<String>,
    rules: usize,
    toml: String,
    lint: Option<Report>,
}

pub(super) fn run(args: ImportArgs) -> Result<(), Failure> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).map_err(|error| Failure::read(path, &error));
    let sheet = read(&args.sheet)?;
    let text = args.into.as_ref().map(read).transpose()?.unwrap_or_default();
    let into = args.into.as_ref().map(|path| path.display().to_string());
    let file = into.clone().unwrap_or_else(|| "endcap.toml".into());
    let name = args.sheet.display().to_string();
    let toml = config::import(&sheet, &name, Target { text: &text, file: &file }).map_err(Failure::data)?;
    let apart = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let whole = format!("{text}{apart}{toml}");
    let before = config::parse(&text, &file).map_err(Failure::data)?;
    let merged = config::parse(&whole, &file).map_err(Failure::data)?;
    merged.remarks.iter().skip(before.remarks.len()).for_each(|remark| eprintln!("{remark}"));
    let lint = args.items.are_given().then(|| Report::of(&file, &merged, &args.items, args.now)).transpose()?;
    if let Some(report) = &lint {
        eprintln!("{}", report.text());
        report.verdict()?;
    }
    if let Some(path) = &args.into {
        output::write_file(path, whole.as_bytes())?;
        eprintln!("wrote {file}");
    }
    let rules = merged.rules.len() - before.rules.len();
    if args.json {
        return output::print_json(&Imported { sheet: name, into, rules, toml, lint });
    }
    match &args.into {
        Some(_) => output::print(format!("{rules} rules of {name} appended to {file}")),
        None => output::print(toml.trim()),
    }
}
