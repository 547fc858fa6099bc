//! `endcap evaluate`.

use super::failure::Failure;
use super::shop_files::ShopFiles;
use clap::Args;

/// The arguments of `endcap evaluate`.
#[derive(Args)]
#[command(about = "Ask held-out orders and visits, beside well-known methods")]
pub(super) struct EvaluateArgs {
    #[command(flatten)]
    files: ShopFiles,
}

pub(super) fn run(args: EvaluateArgs) -> Result<(), Failure> {
    let _ = args.files;
    Ok(())
}
