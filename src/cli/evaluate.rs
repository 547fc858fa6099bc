//! `endcap evaluate`: how good would the model have been?

use super::failure::Failure;
use super::output;
use super::progress::Talk;
use super::shop_files::ShopFiles;
use super::train;
use crate::evaluate;
use clap::Args;
use std::path::PathBuf;

/// The arguments of `endcap evaluate`.
#[derive(Args)]
#[command(
    about = "Train on the first nine tenths, ask about the last, beside well-known methods",
    after_help = "Orders and visits are split by time. Each question hides one line of a later order (cart), shows one line\n\
        and hides another (pdp), asks for the next product a visit looks at (session) or for a customer's next order\n\
        (next_basket); all products are ranked.\n\nExamples:\n  \
        endcap evaluate --catalog products.csv --orders orders.csv\n  \
        endcap evaluate --orders orders.csv --html evaluation.html --title 'My shop'\n  \
        endcap evaluate --events events.csv --json > evaluation.json"
)]
pub(super) struct EvaluateArgs {
    #[command(flatten)]
    files: ShopFiles,
    /// Write a page with plots and tables: one file, for any browser, without network or script
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// What the page is called: the shop's name
    #[arg(long, value_name = "TEXT", default_value = "endcap", requires = "html")]
    title: String,
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
    if let Some(path) = &args.html {
        let page = evaluate::page(&evaluation, &args.title).map_err(Failure::machine)?;
        output::write_file(path, page.as_bytes())?;
        eprintln!("wrote {}: {} bytes", path.display(), output::grouped(page.len() as u64));
    }
    if args.json { output::print_json(&evaluation) } else { output::print(evaluation.to_text().trim_end()) }
}
