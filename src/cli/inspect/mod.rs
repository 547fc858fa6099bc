//! `endcap inspect`: what is in a bundle, what it costs, and what anyone who loads it can read.

mod items;
mod neighbours;
mod overview;

use super::failure::Failure;
use super::{bundle_file, output};
use crate::bundle::Bundle;
use crate::shop::ItemId;
use clap::Args;
use overview::Overview;
use std::path::PathBuf;

/// The arguments of `endcap inspect`.
#[derive(Args)]
#[command(
    about = "Show what is in a bundle: sections, sizes, bytes an edge, and what the public can read",
    after_help = "Examples:\n  endcap inspect model.endcap\n  endcap inspect model.endcap --json\n  \
        endcap inspect model.endcap --sku 85123A        one product and its neighbours\n  \
        endcap inspect model.endcap --items --json      every product, best sellers first"
)]
pub(super) struct InspectArgs {
    /// The bundle to look into
    bundle: PathBuf,
    /// List the products instead
    #[arg(long, conflicts_with = "sku")]
    items: bool,
    /// Show one product and its neighbours instead
    #[arg(long)]
    sku: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: InspectArgs) -> Result<(), Failure> {
    let bundle = bundle_file::open(&args.bundle)?;
    if args.items {
        return items::items(&bundle, args.json);
    }
    if let Some(sku) = &args.sku {
        return neighbours::neighbours(&bundle, sku, args.json);
    }
    let overview = Overview::of(args.bundle.display().to_string(), &bundle);
    if args.json { output::print_json(&overview) } else { output::print(overview.text()) }
}

fn sku_of(bundle: &Bundle<Vec<u8>>, item: ItemId) -> String {
    bundle.dictionary().and_then(|dictionary| dictionary.to_sku(item)).unwrap_or_default()
}
