//! `endcap sample`: the built-in shop.

use super::failure::Failure;
use super::{output, unfinished};
use crate::sample::SampleError;
use clap::Args;
use std::path::PathBuf;

/// The arguments of `endcap sample`.
#[derive(Args)]
#[command(
    about = "Write the built-in sample shop: catalog, orders, events, settings and pictures",
    after_help = "The same files every time, on every machine.\n\nExamples:\n  \
        endcap sample shop\n  \
        endcap train --catalog shop/catalog.csv --orders shop/orders.csv --events shop/events.csv \\\n      \
        --config shop/endcap.toml -o model.endcap"
)]
pub(super) struct SampleArgs {
    /// The folder to write to; it must be empty or new
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

pub(super) fn run(args: SampleArgs) -> Result<(), Failure> {
    // A fifth of a second: an interruption waits until the shop is whole.
    let written = unfinished::finish(|| crate::sample::write(&args.dir)).map_err(failure)?;
    let count = |number: usize| output::grouped(number as u64);
    output::print(format!(
        "{}: {} products, {} orders with {} lines, {} events, {} pictures",
        args.dir.display(),
        count(written.products),
        count(written.orders),
        count(written.order_lines),
        count(written.events),
        count(written.pictures),
    ))
}

/// The folder was named wrongly, or the disk failed.
fn failure(error: SampleError) -> Failure {
    match error {
        SampleError::Io { .. } => Failure::machine(error),
        _ => Failure::command(error),
    }
}
