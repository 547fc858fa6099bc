//! `endcap train`: from a shop's files to a bundle.

use super::failure::Failure;
use super::output;
use super::progress::Talk;
use super::shop_files::{Shop, ShopFiles};
use crate::bundle;
use crate::evaluate::tune::{self, Options, RowLengths, Stage};
use clap::Args;
use indicatif::ProgressBar;
use std::cell::RefCell;
use std::path::PathBuf;

/// The arguments of `endcap train`.
#[derive(Args)]
#[command(
    about = "Train a bundle from orders, visits and a catalog",
    after_help = "Columns are found by their headers; the summary tells which. Orders or events are enough.\n\nExamples:\n  \
        endcap train --orders orders.csv -o model.endcap\n  \
        endcap train --catalog products.csv --orders orders.csv.gz --events events.csv.gz \\\n      \
        --config endcap.toml -o model.endcap\n  \
        endcap train --orders orders.csv --json -o model.endcap > report.json"
)]
pub(super) struct TrainArgs {
    #[command(flatten)]
    files: ShopFiles,
    /// The bundle to write
    #[arg(short, long, value_name = "FILE", default_value = "model.endcap")]
    output: PathBuf,
    /// Write the bundle even where a simple method beats the trained one
    #[arg(long)]
    allow_weak: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: TrainArgs) -> Result<(), Failure> {
    let talk = Talk::new();
    let shop = args.files.read(&talk)?;
    let options = options(&shop, args.allow_weak);
    let stage = RefCell::new(ProgressBar::hidden());
    let trained = tune::train(&shop.history, &options, &|next: Stage| {
        stage.replace(talk.stage(next.describe())).finish_and_clear();
    });
    stage.into_inner().finish_and_clear();
    let trained = trained?;
    let bytes = bundle::write(&trained.draft)?;
    output::write_file(&args.output, &bytes)?;
    eprintln!("wrote {}: {} bytes", args.output.display(), output::grouped(bytes.len() as u64));
    Ok(())
}

/// What the settings say to the trainer.
pub(super) fn options(shop: &Shop, allow_weak: bool) -> Options {
    let train = &shop.config.train;
    Options {
        min_support: train.min_support,
        rows: RowLengths {
            cart: usize::from(train.cart_row),
            together: usize::from(train.bought_together_row),
            similar: usize::from(train.similar_row),
        },
        low_at: shop.config.low_at,
        currency: shop.config.currency,
        policies: shop.config.policies.clone(),
        allow_weak,
        ..Options::default()
    }
}
