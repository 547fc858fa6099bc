//! `endcap init`: what a shop starts from.

use super::failure::Failure;
use super::output;
use crate::feed::counts::sql::Sql;
use clap::Args;
use std::path::PathBuf;

/// The arguments of `endcap init`.
#[derive(Args)]
#[command(
    about = "Write the SQL that counts pairs where the orders are",
    after_help = "For a warehouse whose orders are too many for one machine, or may not leave it. Each text is one SELECT, the\n\
        same for DuckDB, DataFusion and Spark; write the result of each as Parquet. Pairs below --min-support\n\
        and pairs of a single customer stay in the warehouse.\n\nExamples:\n  \
        endcap init --sql --dir warehouse\n  \
        endcap train --pairs warehouse/pairs --items warehouse/items -o model.endcap\n  \
        endcap train --pairs warehouse/pairs --items warehouse/items --early warehouse/early -o model.endcap"
)]
pub(super) struct InitArgs {
    /// Write SQL
    #[arg(long, required = true)]
    sql: bool,
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// The table or view of order lines
    #[arg(long, value_name = "NAME", default_value = "order_lines")]
    table: String,
    /// Orders that a pair needs; from 2 on two distinct customers too
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    min_support: u32,
}

pub(super) fn run(args: InitArgs) -> Result<(), Failure> {
    let InitArgs { sql: _, dir, table, min_support } = args;
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
