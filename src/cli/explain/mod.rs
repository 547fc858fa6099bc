//! `endcap explain`: why each product is shown, and why each other one is not.

mod hidden;
mod support;
mod text;
mod told;
mod words;

use super::asked::{self, Asked, Defaults, Problem, Question, moment};
use super::failure::Failure;
use super::{bundle_file, output};
use crate::bundle::Strategy;
use crate::shop::Currency;
use clap::Args;
use hidden::Hiders;
use serde::Serialize;
use serde_json::Value;
use std::io;
use std::path::PathBuf;
use told::{Teller, Told};

/// The arguments of `endcap explain`.
#[derive(Args)]
#[command(
    about = "Explain answers: what voted for each product, and which step or rule kept the others out",
    after_help = "With an edge bundle rules are told by name, and margin floors as such; with a public one by number. The bundle\n\
        holds no counts of orders; --orders counts in how many both products were bought.\n\nExamples:\n  \
        endcap explain --bundle edge.endcap --request '{\"placement\":\"cart\",\"cart\":[{\"sku\":\"85123A\"}]}'\n  \
        endcap explain --bundle edge.endcap --requests requests.jsonl --about 22457 --tree\n  \
        endcap explain --bundle edge.endcap --requests requests.jsonl --orders orders.csv --json"
)]
pub(super) struct ExplainArgs {
    /// The bundle to ask
    #[arg(long, value_name = "FILE")]
    bundle: PathBuf,
    /// Slices of the same model to add
    #[arg(long, value_name = "FILE")]
    add: Vec<PathBuf>,
    /// What changed since training, in the order given
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// One request, as `endcap recommend` takes it
    #[arg(long, value_name = "JSON", conflicts_with = "requests", required_unless_present = "requests")]
    request: Option<String>,
    /// Requests, one a line; `-` is stdin
    #[arg(long, value_name = "FILE")]
    requests: Option<PathBuf>,
    /// A product whose fate is wanted, whatever its place
    #[arg(long, value_name = "SKU")]
    about: Vec<String>,
    /// Orders, to count in how many of them two products were bought
    #[arg(long, value_name = "FILE")]
    orders: Vec<PathBuf>,
    /// The moment, for requests that name none, as 2027-01-31T08:00:00Z; without one no window of a rule holds
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<i64>,
    /// Most products that are not shown and told of all the same
    #[arg(long, default_value_t = 10)]
    rejected: usize,
    /// Print JSON, one object a request
    #[arg(long, conflicts_with = "tree")]
    json: bool,
    /// Print a compact tree
    #[arg(long)]
    tree: bool,
}

/// What became of one line.
#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    Told(Box<Told>),
    Refused { id: Option<Value>, line: u64, error: Problem },
}

pub(super) fn run(args: ExplainArgs) -> Result<(), Failure> {
    let recommender = bundle_file::recommender(&args.bundle, &args.add, &args.overlay)?;
    let base = recommender.model().base();
    let currency = base.manifest().map_or(Currency::NONE, |manifest| manifest.currency());
    check_known(&args.about, |sku| base.dictionary().is_some_and(|skus| skus.item_of(sku).is_some()))?;
    let hiders = Hiders::of(&recommender, bundle_file::bring_rules(&args.overlay)?);
    let defaults = Defaults { limit: None, now: args.now, currency };
    let mut teller = Teller { recommender, hiders, currency, defaults, about: args.about.clone(), most: args.rejected };
    let mut lines = Vec::new();
    let mut explain = |number: u64, line: Result<&[u8], Problem>| -> io::Result<()> {
        match line.and_then(asked::parse) {
            Ok(Question::One(asked)) => lines.push(told(&mut teller, &asked, number)),
            Ok(Question::Page(page)) => {
                lines.extend(page.requests.iter().map(|asked| told(&mut teller, asked, number)));
            }
            Err(error) => lines.push(Line::Refused { id: None, line: number, error }),
        }
        Ok(())
    };
    match (&args.request, &args.requests) {
        (Some(request), _) => explain(1, Ok(request.as_bytes())),
        (_, Some(path)) => asked::lines(asked::open(path)?, explain),
        _ => Ok(()),
    }
    .map_err(Failure::machine)?;
    if let (Some(_), Some(Line::Refused { error, .. })) = (&args.request, lines.first()) {
        return Err(Failure::command(format!("--request: {} [{}]", error.message, error.code)));
    }
    support::count(&args.orders, lines.iter_mut().filter_map(Line::told_mut))?;
    lines.iter().try_for_each(|line| line.print(&args))
}

/// Whether the products that are asked about are known at all.
fn check_known(about: &[String], is_known: impl Fn(&str) -> bool) -> Result<(), Failure> {
    match about.iter().find(|sku| !is_known(sku)) {
        Some(sku) => Err(Failure::command(format!(
            "--about: expected a SKU of the bundle, found {sku:?}; `endcap inspect --items` lists them"
        ))),
        None => Ok(()),
    }
}

fn told(teller: &mut Teller, asked: &Asked<'_>, line: u64) -> Line {
    match teller.tell(asked) {
        Ok(told) => Line::Told(Box::new(told)),
        Err(error) => Line::Refused { id: asked.id.clone(), line, error },
    }
}

impl Line {
    fn told_mut(&mut self) -> Option<&mut Told> {
        match self {
            Self::Told(told) => Some(told),
            Self::Refused { .. } => None,
        }
    }

    fn print(&self, args: &ExplainArgs) -> Result<(), Failure> {
        match self {
            _ if args.json => output::print(serde_json::to_string(self).map_err(Failure::machine)?),
            Self::Told(told) if args.tree => output::print(text::tree(told)),
            Self::Told(told) => output::print(text::text(told)),
            Self::Refused { line, error, .. } => {
                output::print(format!("line {line}: {} [{}]\n", error.message, error.code))
            }
        }
    }
}

/// Why a placement that reorders the shop's own list is not explained.
fn reorders(placement: &str) -> Problem {
    Problem::request(format!(
        "expected a placement that makes a list, found {placement:?} of the strategy {}; `endcap recommend` shows where \
         its entries go",
        Strategy::Rerank.name()
    ))
}
