//! `endcap simulate`: months of a shop whose experiments have a known true effect.

mod runs;

use super::failure::Failure;
use super::progress::Talk;
use super::{output, unfinished};
use crate::sample::SampleError;
use crate::sample::simulated::{self, FILES, Faults, Settings, Shop, Truth};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

/// The arguments of `endcap simulate`.
#[derive(Args)]
#[command(
    about = "Write events and orders of a shop whose experiments have a known true effect",
    after_help = "Writes events.jsonl, orders.csv, catalog.csv, endcap.toml with the registered plan, and truth.json: the true lift and how\n\
        often each fault was planted. The same seed gives the same bytes on every machine.\n\n\
        Examples:\n  \
        endcap simulate -o rehearsal\n  \
        endcap simulate --lift 0.05 --margin-drag 0.03 -o example      # margin rate 30 % -> 29.1 %: net +1.85 %, under 3 %\n  \
        endcap simulate --lift 0 --margin-drag 0 --seed 7 -o nothing   # an A/A test\n  \
        endcap simulate --lost-events-treatment 0.1 --split 0.47 --bots 0.01 -o trouble\n  \
        endcap simulate --config months.toml -o months\n  \
        endcap simulate --lift 0 --margin-drag 0 --runs 1000            # how often the report errs\n\n\
        A file says the same and more, several experiments and promotions:\n  \
        days = 60\n  \
        [[promotion]]\n  \
        name = \"Black week\"\n  \
        day = 40\n  \
        days = 7\n  \
        visitors = 2.5\n  \
        value = 1.3\n  \
        [[experiment]]\n  \
        name = \"cart-addons\"\n  \
        placement = \"cart\"\n  \
        allocation = { holdout = 0.5, treatment = 0.5 }\n  \
        lift = 0.08\n  \
        novelty_days = 10\n  \
        [faults]\n  \
        duplicates = 0.01"
)]
pub(super) struct SimulateArgs {
    /// The folder to write to; it must be empty or new
    #[arg(short, long, value_name = "DIR", required_unless_present = "runs")]
    output: Option<PathBuf>,
    /// Write nothing; judge so many months of the shop, one a seed, and say how often the report errs
    #[arg(long, value_name = "NUMBER", conflicts_with = "output", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    runs: Option<u32>,
    /// Settings in TOML; options given beside it go first
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Another seed is another shop of the same kind
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    shop: ShopArgs,
    #[command(flatten)]
    effect: EffectArgs,
    #[command(flatten)]
    faults: FaultArgs,
    /// Print the truth as JSON
    #[arg(long)]
    json: bool,
}

/// What the shop is like.
#[derive(Args)]
#[command(next_help_heading = "The shop")]
struct ShopArgs {
    /// The first day [default: 2026-09-01]
    #[arg(long, value_name = "DATE")]
    start: Option<String>,
    /// Days of the experiments [default: 30]
    #[arg(long, value_name = "NUMBER")]
    days: Option<u16>,
    /// New visitors a day [default: 1000]
    #[arg(long, value_name = "NUMBER")]
    visitors_a_day: Option<f64>,
    /// Orders a visit [default: 0.25]
    #[arg(long, value_name = "SHARE")]
    conversion: Option<f64>,
    /// The average order in EUR [default: 60]
    #[arg(long, value_name = "AMOUNT")]
    aov: Option<f64>,
    /// Contribution margin by revenue [default: 0.3]
    #[arg(long, value_name = "SHARE")]
    margin_rate: Option<f64>,
    /// Units that no placement serves [default: 0.05]
    #[arg(long, value_name = "SHARE")]
    global_holdout: Option<f64>,
    /// Tell exposures and orders only
    #[arg(long)]
    light: bool,
}

/// What the experiments do; of every experiment of the file.
#[derive(Args)]
#[command(next_help_heading = "The true effect")]
struct EffectArgs {
    /// By how much the average order is larger [default: 0.05]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    lift: Option<f64>,
    /// The share of the margin rate that is lost [default: 0.03]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    margin_drag: Option<f64>,
    /// By how much more often a visit ends in an order [default: 0]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    conversion_lift: Option<f64>,
    /// Days after which the lift has worn off to 1/e [default: it does not]
    #[arg(long, value_name = "DAYS")]
    novelty_days: Option<f64>,
    /// The part of such a lift that stays [default: 0.5]
    #[arg(long, value_name = "SHARE")]
    long_run: Option<f64>,
}

/// What goes wrong.
#[derive(Args)]
#[command(next_help_heading = "What goes wrong, as shares; by default nothing")]
struct FaultArgs {
    /// Units that are machines
    #[arg(long, value_name = "SHARE")]
    bots: Option<f64>,
    /// Events that never arrive
    #[arg(long, value_name = "SHARE")]
    lost_events: Option<f64>,
    /// Further events of the treatment that never arrive
    #[arg(long, value_name = "SHARE")]
    lost_events_treatment: Option<f64>,
    /// Events that arrive twice
    #[arg(long, value_name = "SHARE")]
    duplicates: Option<f64>,
    /// Events that arrive days later
    #[arg(long, value_name = "SHARE")]
    late: Option<f64>,
    /// Visitors whose clock is hours off
    #[arg(long, value_name = "SHARE")]
    clock_skew: Option<f64>,
    /// The true share of the treatment, where it is not the registered one
    #[arg(long, value_name = "SHARE")]
    split: Option<f64>,
    /// Units that are exposed in both arms
    #[arg(long, value_name = "SHARE")]
    crossover: Option<f64>,
    /// Visitors without a unit
    #[arg(long, value_name = "SHARE")]
    no_consent: Option<f64>,
    /// Orders that carry no unit
    #[arg(long, value_name = "SHARE")]
    lost_attributes: Option<f64>,
    /// Orders that come back
    #[arg(long, value_name = "SHARE")]
    refunds: Option<f64>,
    /// All revenue that one wholesale customer brings
    #[arg(long, value_name = "SHARE")]
    whale: Option<f64>,
    /// Visitors whose orders carry an arm without any exposure
    #[arg(long, value_name = "SHARE")]
    unexposed: Option<f64>,
}

pub(super) fn run(args: SimulateArgs) -> Result<(), Failure> {
    let mut settings = args.config.as_deref().map_or(Ok(Settings::default()), read)?;
    args.shop.apply(&mut settings);
    args.effect.apply(&mut settings);
    args.faults.apply(&mut settings.faults);
    let shop = Shop::new(settings).map_err(Failure::command)?;
    if let Some(runs) = args.runs {
        let found = runs::run(&shop, runs as usize, args.seed, &Talk::new())?;
        return if args.json { output::print_json(&found) } else { output::print(found.text()) };
    }
    let Some(dir) = &args.output else { return Err(Failure::command("expected --output or --runs, found neither")) };
    let truth = write(&shop, args.seed, dir)?;
    if args.json {
        return output::print_json(&truth);
    }
    output::print(told(&truth, dir))
}

fn read(path: &Path) -> Result<Settings, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::read(path, &error))?;
    let settings = Settings::parse(&text).and_then(|settings| settings.check().map(|()| settings));
    settings.map_err(|error| Failure::data(format!("{}: {error}", path.display())))
}

/// Writes the files into a folder inside of `dir`, and moves them out of it once they are whole: an interruption leaves none.
fn write(shop: &Shop, seed: u64, dir: &Path) -> Result<Truth, Failure> {
    simulated::refuse_non_empty(dir).map_err(failure)?;
    let part = dir.join(format!(".part-{}", output::process_number()));
    let io = |path: &Path| {
        let path = path.to_owned();
        move |cause| failure(SampleError::Io { path, cause })
    };
    unfinished::begin(&part, || fs::create_dir_all(&part)).map_err(io(&part))?;
    let written = simulated::write(shop, seed, &part).map_err(failure);
    unfinished::finish(|| {
        let moved = written.and_then(|truth| {
            FILES.iter().try_for_each(|name| fs::rename(part.join(name), dir.join(name))).map_err(io(dir))?;
            Ok(truth)
        });
        // Empty by now, or half written.
        let _ = fs::remove_dir_all(&part);
        moved
    })
}

/// The folder was named wrongly, or the disk failed.
fn failure(error: SampleError) -> Failure {
    match error {
        SampleError::Io { .. } => Failure::machine(error),
        _ => Failure::command(error),
    }
}

impl ShopArgs {
    fn apply(&self, settings: &mut Settings) {
        set(&mut settings.start, &self.start);
        set(&mut settings.days, &self.days);
        set(&mut settings.visitors_a_day, &self.visitors_a_day);
        set(&mut settings.conversion, &self.conversion);
        set(&mut settings.aov, &self.aov);
        set(&mut settings.margin_rate, &self.margin_rate);
        set(&mut settings.global_holdout, &self.global_holdout);
        settings.light |= self.light;
    }
}

impl EffectArgs {
    fn apply(&self, settings: &mut Settings) {
        for tested in &mut settings.experiment {
            set(&mut tested.lift, &self.lift);
            set(&mut tested.margin_drag, &self.margin_drag);
            set(&mut tested.conversion_lift, &self.conversion_lift);
            set(&mut tested.long_run, &self.long_run);
            tested.novelty_days = self.novelty_days.or(tested.novelty_days);
        }
    }
}

impl FaultArgs {
    fn apply(&self, faults: &mut Faults) {
        set(&mut faults.bots, &self.bots);
        set(&mut faults.lost_events, &self.lost_events);
        set(&mut faults.lost_events_treatment, &self.lost_events_treatment);
        set(&mut faults.duplicates, &self.duplicates);
        set(&mut faults.late, &self.late);
        set(&mut faults.clock_skew, &self.clock_skew);
        set(&mut faults.crossover, &self.crossover);
        set(&mut faults.no_consent, &self.no_consent);
        set(&mut faults.lost_attributes, &self.lost_attributes);
        set(&mut faults.refunds, &self.refunds);
        set(&mut faults.whale, &self.whale);
        set(&mut faults.unexposed, &self.unexposed);
        faults.split = self.split.or(faults.split);
    }
}

/// What the command says goes before what the file says.
fn set<T: Clone>(to: &mut T, said: &Option<T>) {
    if let Some(said) = said {
        to.clone_from(said);
    }
}

/// A few lines for people.
fn told(truth: &Truth, dir: &Path) -> String {
    let count = output::grouped;
    let mut lines = vec![format!(
        "{}: {} visitors, {} events, {} orders and {} before the start",
        dir.display(),
        count(truth.faults.persons),
        count(truth.faults.written),
        count(truth.orders),
        count(truth.orders_before),
    )];
    let percent = |share: f64| format!("{:+.2} %", share * 100.0);
    let heads = ["", "AOV", "margin rate", "net lift", "orders"].map(String::from).to_vec();
    let mut rows = vec![heads];
    for effect in &truth.experiments {
        let figures = [effect.aov_lift, -effect.margin_drag, effect.net_lift, effect.conversion_lift].map(percent);
        rows.push([vec![format!("{} at {}, in truth", effect.name, effect.placement)], figures.to_vec()].concat());
        if let Some([lift, drag, net]) = effect.drawn() {
            let drawn = [lift, -drag, net].map(percent).to_vec();
            rows.push([vec!["  as these visitors bought".to_owned()], drawn].concat());
        }
    }
    lines.push(output::table(&rows));
    lines.join("\n")
}
