//! The command line: one file a command; arguments, progress and exit codes, and nothing that could live elsewhere.
//!
//! stdout is the result, stderr the talk. Exit codes: 0 fine, 1 the data is bad, 2 the command is wrong, 3 the machine
//! failed, 130 and 143 it was interrupted by SIGINT (Ctrl-C) or SIGTERM.

mod asked;
mod bundle_file;
mod counts;
mod evaluate;
mod events;
mod explain;
mod failure;
mod init;
mod inspect;
#[cfg(not(target_os = "wasi"))]
mod interrupt;
mod output;
mod patch;
mod plan;
mod profile;
mod progress;
mod quiet;
mod recommend;
mod report;
mod rules;
mod sample;
#[cfg(not(target_os = "wasi"))]
pub mod serve;
mod shop_files;
mod simulate;
mod slice;
mod train;
mod unfinished;
mod verify;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Cart add-ons and product complements, ranked where the shopper is
#[derive(Parser)]
#[command(
    name = "endcap",
    version,
    styles = STYLES,
    max_term_width = 100,
    after_help = "Try it on the built-in shop:\n  \
        endcap sample shop\n  \
        endcap train --catalog shop/catalog.csv --orders shop/orders.csv --events shop/events.csv -o model.endcap\n  \
        echo '{\"placement\":\"cart\",\"cart\":[{\"sku\":\"…\"}]}' | endcap recommend --bundle model.endcap\n\n\
        Exit codes: 0 fine, 1 the data is bad, 2 the command is wrong, 3 the machine failed,\n  \
        130 interrupted."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::InitArgs),
    Train(train::TrainArgs),
    Slice(slice::SliceArgs),
    Patch(patch::PatchArgs),
    Recommend(recommend::RecommendArgs),
    Rules(rules::RulesArgs),
    Explain(explain::ExplainArgs),
    Evaluate(evaluate::EvaluateArgs),
    Plan(plan::PlanArgs),
    Report(report::ReportArgs),
    Events(events::EventsArgs),
    Inspect(inspect::InspectArgs),
    Verify(verify::VerifyArgs),
    Sample(sample::SampleArgs),
    Simulate(Box<simulate::SimulateArgs>),
    #[cfg(not(target_os = "wasi"))]
    Serve(serve::ServeArgs),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    #[cfg(target_os = "wasi")]
    enter_folder();
    let command = Cli::parse().command;
    #[cfg(not(target_os = "wasi"))]
    if !matches!(command, Command::Serve(_)) {
        interrupt::watch(); // `serve` has its own way to stop
    }
    let result = match command {
        Command::Init(args) => init::run(args),
        Command::Train(args) => train::run(args),
        Command::Slice(args) => slice::run(args),
        Command::Patch(args) => patch::run(args),
        Command::Recommend(args) => recommend::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Plan(args) => plan::run(args),
        Command::Report(args) => report::run(args),
        Command::Events(args) => events::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Rules(args) => rules::run(args),
        Command::Sample(args) => sample::run(args),
        Command::Simulate(args) => simulate::run(*args),
        #[cfg(not(target_os = "wasi"))]
        Command::Serve(args) => serve::run(&args).map_err(failure::Failure::from),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit_code()
        }
    }
}

/// A sandbox starts at the root, and its host says in `PWD` where it was started itself. Without it paths begin at the root.
#[cfg(target_os = "wasi")]
fn enter_folder() {
    if let Some(folder) = std::env::var_os("PWD") {
        let _ = std::env::set_current_dir(folder);
    }
}
