//! `endcap inspect`: what is in a bundle, what it costs, and what anyone who loads it can read.

mod experiments;
mod items;
mod neighbours;
mod overlays;
mod overview;
mod policies;
mod public;

pub(super) use experiments::ChangeRow;

use super::failure::Failure;
use super::{bundle_file, output};
use crate::bundle::{Bundle, layout::OVERLAY_MAGIC};
use crate::shop::ItemId;
use clap::Args;
use overview::Overview;
use std::path::PathBuf;

/// The arguments of `endcap inspect`.
#[derive(Args)]
#[command(
    about = "Show what is in a bundle or an overlay: sections, sizes, policies, and what the public can read",
    after_help = "Examples:\n  endcap inspect model.endcap\n  endcap inspect model.endcap --json\n  \
        endcap inspect model.endcap --sku 85123A        one product and its neighbours\n  \
        endcap inspect model.endcap --items --json      every product, best sellers first\n  \
        endcap inspect edge.endcap --as-public         what a competitor can read of the public slice\n  \
        endcap inspect edge.endcap --policies          which strategy runs where, and what success is\n  \
        endcap inspect today.overlay"
)]
pub(super) struct InspectArgs {
    /// The bundle or the overlay to look into
    bundle: PathBuf,
    /// List the products instead
    #[arg(long, conflicts_with = "sku")]
    items: bool,
    /// Show one product and its neighbours instead
    #[arg(long)]
    sku: Option<String>,
    /// Show what anyone can read of the public slice, and what is not there
    #[arg(long, conflicts_with_all = ["sku", "items", "policies"])]
    as_public: bool,
    /// Show which strategy runs where, with owner, target, review and what success is
    #[arg(long, conflicts_with_all = ["sku", "items"])]
    policies: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: InspectArgs) -> Result<(), Failure> {
    let bytes = bundle_file::read(&args.bundle)?;
    let file = args.bundle.display().to_string();
    if bytes.starts_with(&OVERLAY_MAGIC) {
        if args.items || args.sku.is_some() || args.as_public || args.policies {
            let expected = "expected a bundle for --items, --sku, --as-public and --policies, found an overlay";
            return Err(Failure::command(format!("{file}: {expected}; leave the option out")));
        }
        return overlays::overlay(&file, &bytes, args.json);
    }
    let bundle = Bundle::open(bytes).map_err(|error| Failure::from((args.bundle.as_path(), error)))?;
    if args.as_public {
        return public::public(&file, &bundle, args.json);
    }
    if args.policies {
        return policies::policies(&file, &bundle, args.json);
    }
    if args.items {
        return items::items(&bundle, args.json);
    }
    if let Some(sku) = &args.sku {
        return neighbours::neighbours(&bundle, sku, args.json);
    }
    let overview = Overview::of(file, &bundle);
    if args.json { output::print_json(&overview) } else { output::print(overview.text()) }
}

fn sku_of(bundle: &Bundle<Vec<u8>>, item: ItemId) -> String {
    bundle.dictionary().and_then(|dictionary| dictionary.to_sku(item)).unwrap_or_default()
}
