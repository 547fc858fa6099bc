//! `endcap train`: from a shop's files to a bundle.

use super::asked::moment;
use super::counts::CountFiles;
use super::failure::Failure;
use super::output;
use super::profile::{ProfileName, in_profile};
use super::progress::Talk;
use super::shop_files::{Shop, ShopFiles};
use crate::bundle::{self, Draft, Experiments, Rule, StoredExperiment};
use crate::config::Config;
use crate::evaluate::{self, Options, PlacementCoverage, RowLengths, TrainReport};
use crate::feed::Summary;
use crate::placement;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The arguments of `endcap train`.
#[derive(Args)]
#[command(
    about = "Train a bundle from orders, visits and a catalog",
    after_help = "Columns are found by their headers; the summary tells which. Any one of catalog, orders and events is enough.\n\
        Hand-made pairs are a prior that orders overrule; `curated = \"pins\"` under [train] fixes them.\n\nExamples:\n  \
        endcap train --orders orders.csv -o model.endcap\n  \
        endcap train --catalog products.csv --orders orders.csv.gz --events events.csv.gz \\\n      \
        --config endcap.toml -o model.endcap\n  \
        endcap train --catalog products.csv --curated links.csv -o model.endcap\n  \
        endcap train --pairs warehouse/pairs --items warehouse/items --catalog products.csv -o model.endcap\n  \
        endcap train --orders orders.csv --profile small -o small.endcap\n  \
        endcap train --orders orders.csv --json -o model.endcap > report.json"
)]
pub(super) struct TrainArgs {
    #[command(flatten)]
    files: ShopFiles,
    #[command(flatten)]
    counts: CountFiles,
    /// The bundle to write
    #[arg(short, long, value_name = "FILE", default_value = "model.endcap")]
    output: PathBuf,
    /// How much of each relation to write
    #[arg(long, value_enum, default_value = "standard")]
    profile: ProfileName,
    /// Write the bundle even where a simple method beats the trained one
    #[arg(long)]
    allow_weak: bool,
    /// Whom the bundle is for: a public one goes to browsers; an edge one holds costs, counts and rules by name as well
    #[arg(long, value_enum, default_value = "public")]
    audience: AudienceName,
    /// The moment from which the bundle is used, as 2027-01-31T08:00:00Z: rules and experiments that ended before it are
    /// left out
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<i64>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Whom a bundle is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AudienceName {
    /// Browsers, and whoever looks into them
    Public,
    /// The shop's own servers
    Edge,
}

pub(super) fn run(args: TrainArgs) -> Result<(), Failure> {
    let talk = Talk::new();
    let tables = args.counts.read(&talk)?;
    let mut shop = args.files.read_beside(&talk, tables.as_ref())?;
    let mut options = Options { edge: args.audience == AudienceName::Edge, ..options(&shop, args.allow_weak) };
    if let Some(now) = args.now {
        leave_out_ended(&mut options.rules, now);
        leave_out_over(&mut options.experiments.list, now);
    }
    let counted = args.counts.counted(tables, &mut shop, &options)?;
    let run = talk.run(&shop.history);
    let trained = match counted {
        Some(counted) => evaluate::train_counted(&shop.history, counted, &options, &|at| run.tell(at)),
        None => evaluate::train(&shop.history, &options, &|at| run.tell(at)),
    };
    run.finish();
    let trained = trained?;
    let bytes = in_profile(bundle::write(&trained.draft)?, args.profile)?;
    let coverage = evaluate::coverage(&bytes).map_err(Failure::machine)?;
    output::write_file(&args.output, &bytes)?;
    eprintln!("wrote {}: {} bytes", args.output.display(), output::grouped(bytes.len() as u64));
    if args.json {
        return output::print_json(&Report {
            files: shop.files.iter().map(FileReport::of).collect(),
            bundle: BundleReport::of(&args.output, &bytes, &trained.draft),
            training: &trained.report,
            coverage,
        });
    }
    output::print(trained.report.to_text() + evaluate::coverage_text(&coverage).trim_end())
}

/// Takes out the rules that ended before `now`, and names them.
pub(super) fn leave_out_ended(rules: &mut Vec<Rule>, now: i64) {
    rules.retain(|rule| {
        let ended = rule.until.is_some_and(|until| until <= now);
        if ended {
            eprintln!("rule {:?} is over and is left out: delete it, or give it a later `until`", rule.name);
        }
        !ended
    });
}

/// Takes out the experiments that ended before `now`, and names them: their placement is for everybody again.
fn leave_out_over(experiments: &mut Vec<StoredExperiment>, now: i64) {
    experiments.retain(|experiment| {
        let over = experiment.until.is_some_and(|until| until <= now);
        if over {
            let StoredExperiment { name, placement, .. } = experiment;
            eprintln!("experiment {name:?} is over and is left out: {placement} is shown to everybody");
        }
        !over
    });
}

/// Everything that is known of a training run.
#[derive(Serialize)]
struct Report<'a> {
    files: Vec<FileReport>,
    bundle: BundleReport,
    training: &'a TrainReport,
    coverage: Vec<PlacementCoverage>,
}

/// What became of one file.
#[derive(Serialize)]
struct FileReport {
    file: String,
    rows_read: u64,
    rows_kept: u64,
    dropped: BTreeMap<&'static str, u64>,
    columns: BTreeMap<&'static str, String>,
    first: Option<i64>,
    last: Option<i64>,
    issues: Vec<String>,
}

impl FileReport {
    fn of(summary: &Summary) -> Self {
        Self {
            file: summary.file.clone(),
            rows_read: summary.rows_read,
            rows_kept: summary.rows_kept,
            dropped: summary.dropped.iter().map(|(reason, count)| (reason.name(), *count)).collect(),
            columns: summary.columns.iter().cloned().collect(),
            first: summary.first.map(|at| at.0),
            last: summary.last.map(|at| at.0),
            issues: summary.issues.iter().map(ToString::to_string).collect(),
        }
    }
}

/// What was written.
#[derive(Serialize)]
struct BundleReport {
    file: String,
    bytes: usize,
    items: usize,
    relations: Vec<&'static str>,
}

impl BundleReport {
    fn of(path: &Path, bytes: &[u8], draft: &Draft) -> Self {
        Self {
            file: path.display().to_string(),
            bytes: bytes.len(),
            items: draft.items.len(),
            relations: draft.relations.iter().map(|relation| relation.kind.name()).collect(),
        }
    }
}

/// What the settings say to the trainer.
pub(super) fn options(shop: &Shop, allow_weak: bool) -> Options {
    let train = &shop.config.train;
    Options {
        min_support: train.min_support,
        two_customers: train.min_customers >= 2,
        rows: RowLengths {
            cart: usize::from(train.cart_row),
            together: usize::from(train.bought_together_row),
            similar: usize::from(train.similar_row),
        },
        low_at: shop.config.low_at,
        currency: shop.config.currency,
        policies: shop.config.policies.clone(),
        terms: shop.config.terms.clone(),
        rules: shop.config.rules.clone(),
        experiments: experiments(&shop.config),
        notes: shop.config.notes.clone(),
        sensitive: shop.config.sensitive.clone(),
        allow_weak,
        curated: train.curated,
        ..Options::default()
    }
}

/// The experiments of a file, as a bundle stores them.
pub(super) fn experiments(config: &Config) -> Experiments {
    placement::stored(config.experiments.iter().map(|planned| &planned.experiment), &config.global_holdout)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{Effect, Match, When};

    #[test]
    fn a_rule_is_over_in_the_second_in_which_it_ends() {
        let rule = |until| Rule {
            name: "r".into(),
            placements: Vec::new(),
            matches: Match::default(),
            when: When::default(),
            action: Effect::Exclude,
            from: None,
            until,
        };
        let mut rules = vec![rule(None), rule(Some(9)), rule(Some(10)), rule(Some(11))];
        leave_out_ended(&mut rules, 10);
        assert_eq!(rules, [rule(None), rule(Some(11))]);
    }
}
