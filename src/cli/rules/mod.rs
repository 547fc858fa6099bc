//! `endcap rules`: what rules mean, where they come from, and what they would change.

mod import;
mod items;
mod lint;
mod preview;

use super::failure::Failure;
use clap::{Args, Subcommand};

/// The arguments of `endcap rules`.
#[derive(Args)]
#[command(
    about = "Check the rules of endcap.toml, import them from a sheet, preview what they change",
    after_help = "Examples:\n  \
        endcap rules lint --config endcap.toml --catalog catalog.csv\n  \
        endcap rules import rules.csv --into endcap.toml\n  \
        endcap rules preview --config new.toml --bundle edge.endcap --orders orders.csv"
)]
pub(super) struct RulesArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Lint(lint::LintArgs),
    Import(import::ImportArgs),
    Preview(preview::PreviewArgs),
}

pub(super) fn run(args: RulesArgs) -> Result<(), Failure> {
    match args.command {
        Command::Lint(args) => lint::run(args),
        Command::Import(args) => import::run(args),
        Command::Preview(args) => preview::run(args),
    }
}
