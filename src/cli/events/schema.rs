//! `endcap events schema`: the form of an event, for other programs.

use super::super::failure::Failure;
use super::super::output;
use crate::event::SCHEMA;
use clap::Args;

/// The arguments of `endcap events schema`.
#[derive(Args)]
#[command(
    about = "Print the JSON Schema of an event",
    after_help = "Whatever it accepts is read.\n\nExamples:\n  endcap events schema > event.schema.json"
)]
pub(super) struct SchemaArgs {}

pub(super) fn run(_: SchemaArgs) -> Result<(), Failure> {
    output::print(SCHEMA.trim_end())
}
