//! `endcap evaluate`: how good would the model have been?

use super::failure::Failure;
use super::output;
use super::progress::Talk;
use super::shop_files::ShopFiles;
use super::train;
use crate::evaluate;
use clap::Args;

/// The arguments of `endcap evaluate`.
#[derive(Args)]
#[command(
    about = "Train on the first nine tenths, ask about the last, beside well-known methods",
    after_help = "Orders and visits are split by time. Each question hides one line of a later order (cart), shows one line\n\
        and hides another (pdp), or asks for the next product a visit looks at (session); all products are ranked.\n\nExamples:\n  \
        endcap evaluate --catalog products.csv --orders orders.csv\n  \
        endcap evaluate --events events.csv --json > evaluation.json"
)]
pub(super) struct EvaluateArgs {
    #[command(flatten)]
    files: ShopFiles,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: EvaluateArgs) -> Result<(), Failure> {
    let talk = Talk::new();
    let shop = args.files.read(&talk)?;
    let run = talk.run(&shop.history);
    let evaluation = evaluate::run(&shop.history, &train::options(&shop, true), &|at| run.tell(at));
    run.finish();
    let evaluation = evaluation?;
    if args.json { output::print_json(&evaluation) } else { output::print(evaluation.to_text().trim_end()) }
}
