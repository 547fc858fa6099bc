//! `endcap rules preview`: what other settings would change for real carts.

use super::super::asked::{self, Defaults, Question, moment};
use super::super::failure::Failure;
use super::super::progress::Talk;
use super::super::{bundle_file, output, patch};
use crate::evaluate::{PlacementPreview, Showing, preview};
use crate::feed;
use crate::placement::Recommender;
use crate::shop::{Currency, Money};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The arguments of `endcap rules preview`.
#[derive(Args)]
#[command(
    about = "Show what other settings would change: what enters and leaves lists, margin, relevance, prices, gaps",
    after_help = "Each placement is asked about the same carts before and after. Before is the bundle as it was trained, or with the\n\
        settings of --against. Rules with a window hold only with --now.\n\nExamples:\n  \
        endcap rules preview --config new.toml --bundle edge.endcap --orders orders.csv\n  \
        endcap rules preview --config new.toml --against endcap.toml --bundle edge.endcap --orders orders.csv --json"
)]
pub(super) struct PreviewArgs {
    /// The settings to try
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The bundle to ask; the edge bundle where rules ask figures, and for margins
    #[arg(long, value_name = "FILE")]
    bundle: PathBuf,
    /// The settings to compare with, in place of those of the bundle
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Orders whose carts are asked about: the columns of `endcap train`
    #[arg(long, value_name = "FILE", required_unless_present = "requests")]
    orders: Vec<PathBuf>,
    /// Requests to ask besides, one a line, as `endcap recommend` takes them
    #[arg(long, value_name = "FILE")]
    requests: Option<PathBuf>,
    /// Most carts, drawn evenly from the orders
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    limit_carts: u32,
    /// The moment, as 2027-01-31T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<i64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What the settings would change.
#[derive(Serialize)]
struct Report {
    config: String,
    against: Option<String>,
    carts: usize,
    requests: usize,
    currency: String,
    placements: Vec<PlacementPreview>,
}

pub(super) fn run(args: PreviewArgs) -> Result<(), Failure> {
    let talk = Talk::new();
    let mut before = args.recommender(args.against.as_ref())?;
    let mut after = args.recommender(Some(&args.config))?;
    let carts = args.carts(&talk)?;
    let manifest = before.model().base().manifest();
    let currency = manifest.map_or(Currency::NONE, |manifest| manifest.currency());
    let mut texts = Vec::new();
    if let Some(path) = &args.requests {
        asked::lines(asked::open(path)?, |number, line| {
            texts.push((number, line.map(<[u8]>::to_vec)));
            Ok(())
        })
        .map_err(Failure::machine)?;
    }
    let mut requests = Vec::new();
    for (number, line) in &texts {
        let place = |message: &str| Failure::data(format!("{}:{number}: {message}", args.requests_name()));
        let line = line.as_ref().map_err(|problem| place(&problem.message))?;
        match asked::parse(line).map_err(|problem| place(&problem.message))? {
            Question::One(asked) => requests.push(*asked),
            Question::Page(page) => requests.extend(page.requests),
        }
    }
    let defaults = Defaults { limit: None, now: args.now, currency };
    let lists = requests.iter().map(|asked| asked.lists(&defaults)).collect::<Result<Vec<_>, _>>();
    let lists = lists.map_err(|problem| Failure::data(format!("{}: {}", args.requests_name(), problem.message)))?;
    let asked: Vec<_> = requests.iter().zip(&lists).map(|(asked, lists)| asked.request(lists)).collect();
    let steps = talk.steps("asking placements");
    let placements = preview(&mut before, &mut after, &carts, &asked, args.now, &|done, total| steps.tell(done, total));
    steps.finish();
    let report = Report {
        config: args.config.display().to_string(),
        against: args.against.as_ref().map(|path| path.display().to_string()),
        carts: carts.len(),
        requests: asked.len(),
        currency: currency.code().into(),
        placements,
    };
    if args.json { output::print_json(&report) } else { output::print(report.text(currency)) }
}

impl PreviewArgs {
    fn requests_name(&self) -> String {
        self.requests.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
    }

    /// The bundle with settings in force.
    fn recommender(&self, settings: Option<&PathBuf>) -> Result<Recommender<Vec<u8>>, Failure> {
        let mut recommender = bundle_file::recommender(&self.bundle, &[], &[])?;
        if let Some(path) = settings {
            let bytes = patch::overlay_of(&recommender, path)?;
            let patched = recommender.patch_locally(&bytes);
            patched.map_err(|error| Failure::data(format!("{}: {error} [{}]", path.display(), error.code())))?;
        }
        Ok(recommender)
    }

    /// Carts of the orders: those whose numbers have the smallest hashes, so that an order is in whatever the order of rows.
    fn carts(&self, talk: &Talk) -> Result<Vec<Vec<String>>, Failure> {
        let most = self.limit_carts as usize;
        let mut carts: BTreeMap<([u8; 8], String), Vec<String>> = BTreeMap::new();
        for path in &self.orders {
            let bar = talk.reading(path);
            let position = |bytes| bar.set_position(bytes);
            let options = feed::Options { progress: Some(&position), ..feed::Options::default() };
            let summary = feed::read_orders(path, &options, &mut |line| {
                let hash = blake3::hash(line.order.as_bytes());
                let key = (hash.as_bytes().first_chunk::<8>().copied().unwrap_or_default(), line.order.to_owned());
                let full = carts.len() >= most;
                if full && carts.last_key_value().is_some_and(|(last, _)| *last < key) {
                    return;
                }
                let cart = carts.entry(key).or_default();
                if !cart.iter().any(|sku| sku == line.sku) {
                    cart.push(line.sku.to_owned());
                }
                if carts.len() > most {
                    carts.pop_last();
                }
            });
            bar.finish_and_clear();
            talk.file_read(&summary?);
        }
        Ok(carts.into_values().collect())
    }
}

impl Report {
    fn text(&self, currency: Currency) -> String {
        let against = self.against.as_deref().unwrap_or("the bundle");
        let mut lines =
            vec![format!("{} against {against}: {} carts, {} requests", self.config, self.carts, self.requests)];
        let heads = [
            "placement",
            "asked",
            "changed",
            "relevance",
            "loss",
            "margin a list",
            "price",
            "drift",
            "products",
            "short",
            "empty",
        ];
        let mut rows = vec![heads.map(String::from).to_vec()];
        rows.extend(self.placements.iter().map(|placement| cells(placement, currency)));
        lines.extend([String::new(), output::table(&rows)]);
        for placement in self.placements.iter().filter(|placement| placement.changed > 0.0) {
            lines.push(String::new());
            for (word, skus) in [("enter", &placement.enter), ("leave", &placement.leave)] {
                let named: Vec<String> = skus.iter().map(|(sku, count)| format!("{sku} ({count})")).collect();
                let named = if named.is_empty() { "nothing".into() } else { named.join(", ") };
                lines.push(format!("{}, {word}: {named}", placement.placement));
            }
        }
        if self.placements.iter().all(|placement| placement.after.margin_a_list.is_none()) {
            lines.push("\nmargins are told with an edge bundle".into());
        }
        lines.join("\n")
    }
}

/// A row of the table: before → after.
fn cells(preview: &PlacementPreview, currency: Currency) -> Vec<String> {
    let both = |of: &dyn Fn(&Showing) -> String| {
        let (before, after) = (of(&preview.before), of(&preview.after));
        if before == after { before } else { format!("{before} → {after}") }
    };
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let signed = |share: Option<f64>| share.map_or("–".into(), |share| format!("{:+.1} %", 100.0 * share));
    let number = |value: Option<f64>| value.map_or("–".into(), |value| format!("{value:.4}"));
    let money =
        |minor: Option<f64>| minor.map_or("–".into(), |minor| Money::new(minor.round() as i64, currency).to_string());
    let margin = |minor: Option<f64>| {
        let unit = 10f64.powi(currency.decimals() as i32);
        minor.map_or("–".into(), |minor| format!("{:.4}", minor / unit))
    };
    vec![
        preview.placement.clone(),
        preview.asked.to_string(),
        percent(preview.changed),
        both(&|showing| number(showing.relevance)),
        signed(preview.relevance_loss),
        both(&|showing| margin(showing.margin_a_list)),
        both(&|showing| money(showing.price)),
        signed(preview.price_drift),
        both(&|showing| showing.products.to_string()),
        both(&|showing| percent(showing.short)),
        both(&|showing| percent(showing.empty)),
    ]
}
