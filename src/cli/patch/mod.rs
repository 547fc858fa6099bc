//! `endcap patch`: what changed since training, as an overlay.

mod experiments;
mod items;
mod settings;
mod summary;

pub(super) use settings::overlay_of;

use super::asked::moment;
use super::failure::Failure;
use super::progress::Talk;
use super::train::AudienceName;
use super::{bundle_file, output};
use crate::bundle::{OverlayDraft, overlay};
use crate::config::{self, Config};
use crate::feed::{self, FeedError};
use crate::placement::Recommender;
use crate::shop::Currency;
use clap::Args;
use items::{News, Shop};
use std::path::{Path, PathBuf};

/// The arguments of `endcap patch`.
#[derive(Args)]
#[command(
    about = "Make an overlay of what changed since training: stock, prices, margins, rules, switches, experiments",
    after_help = "The input has a column `sku` and any of stock, availability, price, cost, margin: CSV, plain or gzip, or JSON\n\
        Lines with the same keys. Headers are found as those of a catalog. With an edge bundle stock counts become states,\n\
        margins become value classes, and rules on either hide what they hide; a public overlay holds nothing else.\n\n\
        Items are judged by the rules of the bundle. Where an earlier overlay brought other rules, give the same --config\n\
        again: rules of an overlay take the place of all rules before. An experiment that is no longer in the settings, or\n\
        over at --now, assigns nobody any more; one that the bundle does not hold starts with the next training run.\n\nExamples:\n  \
        endcap patch --bundle edge.endcap --input changes.csv --revision 7 --now 2027-01-31T08:00:00Z -o today.overlay\n  \
        endcap patch --bundle edge.endcap --config endcap.toml --revision 8 -o rules.overlay\n  \
        endcap patch --bundle model.endcap --disable home --revision 9 -o off.overlay\n  \
        endcap patch --bundle model.endcap --disable-experiment cart-addons-q1 --revision 10 -o everybody.overlay\n  \
        endcap recommend --bundle model.endcap --overlay today.overlay < requests.jsonl"
)]
pub(super) struct PatchArgs {
    /// The bundle that the overlay is for; the edge bundle where figures or rules on them are told
    #[arg(long, value_name = "FILE")]
    bundle: PathBuf,
    /// What changed of products: sku and any of stock, availability, price, cost, margin
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// Settings whose terms, policies, rules and shares of experiments take the place of those of the bundle
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The overlay's place among those of the shop: higher than that of the last one
    #[arg(long, value_name = "N")]
    revision: u64,
    /// Whom the overlay is for: a public one goes to browsers; an edge one tells contributions, counts and names of rules
    #[arg(long, value_enum, default_value = "public")]
    audience: AudienceName,
    /// When the figures were taken, as 2027-01-31T08:00:00Z; without it the overlay never goes stale
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<i64>,
    /// Believe prices that jumped
    #[arg(long)]
    confirm: bool,
    /// Switch a placement off
    #[arg(long, value_name = "PLACEMENT")]
    disable: Vec<String>,
    /// Switch a placement on
    #[arg(long, value_name = "PLACEMENT")]
    enable: Vec<String>,
    /// Let an experiment assign nobody any more: its placement is as if it were not there
    #[arg(long, value_name = "EXPERIMENT")]
    disable_experiment: Vec<String>,
    /// Let an experiment assign visitors again
    #[arg(long, value_name = "EXPERIMENT")]
    enable_experiment: Vec<String>,
    /// Share of rows, 0 to 1, that may have a problem before the file is refused
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    max_bad_rows: f64,
    /// The overlay to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: PatchArgs) -> Result<(), Failure> {
    args.check()?;
    let talk = Talk::new();
    let recommender = bundle_file::recommender(&args.bundle, &[], &[])?;
    let config = args.config.as_deref().map(|path| settings::read(path, recommender.model().base())).transpose()?;
    let news = args.news(&talk, &recommender)?;
    let shop = Shop::of(&recommender, args.audience == AudienceName::Edge, config.as_ref());
    shop.check(&news, &args.bundle)?;
    let mut draft = OverlayDraft { revision: args.revision, made_at: args.now, ..shop.blank() };
    let mut items = shop.changes(&news, args.confirm);
    let mut hidden = shop.hidden_among(&items);
    if let (Some(config), Some(path)) = (&config, &args.config) {
        settings::tell(config, path, &recommender);
        let mut rules = config.rules.clone();
        args.now.into_iter().for_each(|now| super::train::leave_out_ended(&mut rules, now));
        hidden = settings::put(&mut draft, &shop, &Config { rules, ..config.clone() }, &news, &mut items)?;
        draft.experiments = experiments::changes(config, path, &recommender, args.now);
    }
    args.switch(&mut draft, &recommender)?;
    experiments::switch(&mut draft, &recommender, &args.disable_experiment, &args.enable_experiment)?;
    draft.items = items.into_values().collect();
    let bytes = overlay::encode(&draft).map_err(|error| Failure::data(format!("{error} [{}]", error.code())))?;
    let summary = summary::Summary::of(&args.bundle, &draft, &bytes, &news, hidden)?;
    output::write_file(&args.output, &bytes)?;
    summary.tell(args.now, &args.bundle)?;
    eprintln!("wrote {}: {} bytes", args.output.display(), output::grouped(bytes.len() as u64));
    if args.json { output::print_json(&summary) } else { output::print(summary.text()) }
}

impl PatchArgs {
    fn check(&self) -> Result<(), Failure> {
        if !(0.0..=1.0).contains(&self.max_bad_rows) {
            return Err(Failure::command(format!("--max-bad-rows: expected 0 to 1, found {}", self.max_bad_rows)));
        }
        let names = [&self.disable, &self.enable, &self.disable_experiment, &self.enable_experiment];
        if self.input.is_empty() && self.config.is_none() && names.iter().all(|names| names.is_empty()) {
            let expected = "expected --input, --config, --disable, --enable or the two of experiments, found none; \
                            --help shows examples";
            return Err(Failure::command(expected));
        }
        match self.disable.iter().find(|name| self.enable.contains(name)) {
            Some(name) => Err(Failure::command(format!(
                "expected --enable or --disable for a placement, found both for {name:?}; leave one out"
            ))),
            None => Ok(()),
        }
    }

    /// What the input says of products.
    fn news(&self, talk: &Talk, recommender: &Recommender<Vec<u8>>) -> Result<News, Failure> {
        let manifest = recommender.model().base().manifest();
        let currency = manifest.map_or(Currency::NONE, |manifest| manifest.currency());
        let mut news = News::default();
        for path in &self.input {
            let bar = talk.reading(path);
            let position = |bytes| bar.set_position(bytes);
            let options = feed::Options { currency, max_bad_rows: self.max_bad_rows, progress: Some(&position) };
            let summary: Result<feed::Summary, FeedError> =
                feed::read_changes(path, &options, &mut |line| news.take(line));
            bar.finish_and_clear();
            let summary = summary?;
            talk.file_read(&summary);
            news.bad_rows += summary.bad_rows();
            news.files.push(summary.file);
        }
        Ok(news)
    }

    /// Puts the switches into the draft.
    fn switch(&self, draft: &mut OverlayDraft, recommender: &Recommender<Vec<u8>>) -> Result<(), Failure> {
        let mut known: Vec<String> = recommender.placements().map(str::to_owned).collect();
        known.extend(draft.policies.iter().map(|policy| policy.placement.clone()));
        let wanted = self.disable.iter().map(|name| (name, false)).chain(self.enable.iter().map(|name| (name, true)));
        for (name, enabled) in wanted {
            if !known.contains(name) {
                known.sort();
                known.dedup();
                return Err(Failure::command(format!(
                    "expected one of the placements {}, found {name:?}; correct the name",
                    known.join(", ")
                )));
            }
            draft.switches.retain(|(other, _)| other != name);
            draft.switches.push((name.clone(), enabled));
        }
        Ok(())
    }
}

/// The bytes of an overlay that switches placements of a bundle off and does nothing else.
pub(super) fn switched_off(
    bundle: &Path,
    placements: &[String],
    revision: u64,
    now: Option<i64>,
) -> Result<Vec<u8>, Failure> {
    let recommender = bundle_file::recommender(bundle, &[], &[])?;
    let blank = Shop::of(&recommender, false, None).blank();
    let switches = placements.iter().map(|name| (name.clone(), false)).collect();
    let draft = OverlayDraft { revision, made_at: now, switches, ..blank };
    overlay::encode(&draft).map_err(|error| Failure::data(format!("{error} [{}]", error.code())))
}

/// Reads an `endcap.toml`.
pub(super) fn config_file(path: &Path) -> Result<(String, Config), Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::read(path, &error))?;
    let config = config::parse(&text, &path.display().to_string()).map_err(Failure::data)?;
    Ok((text, config))
}
