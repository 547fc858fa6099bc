//! The `endcap` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    endcap::cli::run()
}
