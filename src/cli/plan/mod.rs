//! `endcap plan`: what an experiment of endcap.toml can decide with the shop's traffic, before it starts.
//!
//! The orders of the last days stand for those of the test. What cannot be decided in the plan's days is refused, with what can
//! be instead; what can is written down with a hash, so that a report can tell whether it was changed after the start.

mod register;
mod shop;
mod told;

use super::failure::Failure;
use super::output;
use super::progress::Talk;
use crate::config::{self, Config};
use crate::experiment::{Measure, Metric, Planned, Registration};
use crate::report::feasible::{Asked, Feasible};
use crate::report::past::{DAY, Noise};
use crate::report::statistics::{Baseline, KillRule, OperatingPoint};
use crate::shop::{Currency, Money, Timestamp};
use clap::Args;
use serde::Serialize;
use shop::Orders;
use std::path::PathBuf;
use told::{percent, signed};

/// Days of a month of the figures that are given by hand.
const MONTH: f64 = 30.0;
/// Longest plan.
const MOST_DAYS: f64 = 365.0;
/// What customers' orders resemble each other by, where nothing is known: between the 1.6 and 3.1 of three shops.
const USUAL_DESIGN_EFFECT: f64 = 2.0;

/// The arguments of `endcap plan`.
#[derive(Args)]
#[command(
    about = "Say before an experiment starts whether it can be decided, and register its plan",
    after_help = "Reads [[experiment]] of endcap.toml and past orders: order_id, customer_id, timestamp, sku, quantity, unit_price.\n\
        With the costs of --catalog the kill rule is checked on contribution margin, without them on revenue.\n\
        Exit code 1 where a plan cannot be decided in its days; what can be decided instead is said.\n\n\
        Examples:\n  \
        endcap plan --config endcap.toml --orders orders.csv.gz --catalog catalog.csv --visitors 40000\n  \
        endcap plan --config endcap.toml --orders orders.csv.gz --experiment cart-addons-q1 --write\n  \
        endcap plan --config endcap.toml --aov 52.90 --cv 1.15 --orders-a-month 4000"
)]
pub(super) struct PlanArgs {
    /// Settings with the experiments
    #[arg(long, value_name = "FILE", default_value = "endcap.toml")]
    config: PathBuf,
    /// Past orders, one line an item; the last days count
    #[arg(long, value_name = "FILE", required_unless_present = "orders_a_month", conflicts_with = "orders_a_month")]
    orders: Vec<PathBuf>,
    /// Products with cost, and with prices where orders have none
    #[arg(long, value_name = "FILE", requires = "orders")]
    catalog: Vec<PathBuf>,
    /// One experiment only
    #[arg(long, value_name = "NAME")]
    experiment: Option<String>,
    /// Different visitors in 30 days: what figures by visitor need
    #[arg(long, value_name = "NUMBER")]
    visitors: Option<f64>,
    /// The share of orders that hold a recommended product today, 0 to 1: what attach rate needs
    #[arg(long, value_name = "SHARE")]
    attach_rate: Option<f64>,
    /// Orders in 30 days, in place of --orders
    #[arg(long, value_name = "NUMBER", requires_all = ["aov", "cv"])]
    orders_a_month: Option<f64>,
    /// The average order, in major units
    #[arg(long, value_name = "AMOUNT", requires = "orders_a_month")]
    aov: Option<f64>,
    /// Standard deviation of orders over their average, once the largest are cut off
    #[arg(long, value_name = "NUMBER", requires = "orders_a_month")]
    cv: Option<f64>,
    /// How many orders say as much as one independent order
    #[arg(long, value_name = "NUMBER", default_value_t = USUAL_DESIGN_EFFECT, requires = "orders_a_month")]
    design_effect: f64,
    /// Share of rows, 0 to 1, that may have a problem before a file is refused
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    max_bad_rows: f64,
    /// Write the plans that can be decided into endcap.toml: `cap`, and `plan`, its hash
    #[arg(long)]
    write: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What became of one experiment's plan.
#[derive(Serialize)]
struct Checked {
    experiment: String,
    placement: String,
    metric: &'static str,
    effect: f64,
    days: u16,
    kill: String,
    /// The registered metric, and what the kill rule looks at where that is another figure.
    figures: Vec<Feasible>,
    /// How often the rule takes back what truly has these lifts.
    operating: Vec<OperatingPoint>,
    notes: Vec<String>,
    /// Why it cannot be decided; none where it can.
    refused: Option<String>,
    /// What can be decided instead.
    offers: Vec<String>,
    /// The hash of the accepted plan.
    hash: Option<String>,
    /// What amounts are in.
    #[serde(skip)]
    currency: Currency,
}

/// What is known of the shop.
struct Known {
    revenue: Noise,
    /// Of contribution margin; none where costs are not known.
    margin: Option<Noise>,
}

pub(super) fn run(args: PlanArgs) -> Result<(), Failure> {
    args.check()?;
    let text = std::fs::read_to_string(&args.config).map_err(|error| Failure::read(&args.config, &error))?;
    let config = config::parse(&text, &args.config.display().to_string()).map_err(Failure::data)?;
    let chosen = args.chosen(&config)?;
    let orders = if args.orders.is_empty() { None } else { Some(Orders::read(&args, config.currency, &Talk::new())?) };
    let mut accepted = Vec::new();
    let mut all = Vec::new();
    for planned in chosen {
        let known = args.known(orders.as_ref(), planned, config.currency)?;
        let mut planned = planned.clone();
        planned.plan.cap = planned.plan.cap.or_else(|| cap(&known, config.currency));
        let checked = check(&args, &config, &planned, &known);
        if checked.refused.is_none() {
            accepted.push(planned);
        }
        all.push(checked);
    }
    if args.json {
        output::print_json(&all)?;
    } else {
        output::print(all.iter().map(told::text).collect::<Vec<_>>().join("\n\n"))?;
    }
    if args.write && !accepted.is_empty() {
        register::write(&args.config, &text, &accepted)?;
    }
    match all.len() - accepted.len() {
        0 => Ok(()),
        refused => {
            Err(Failure::data(format!("{refused} of {} plans cannot be decided; what can is said above", all.len())))
        }
    }
}

impl PlanArgs {
    fn check(&self) -> Result<(), Failure> {
        let above_0 = [
            ("--visitors", self.visitors),
            ("--orders-a-month", self.orders_a_month),
            ("--aov", self.aov),
            ("--cv", self.cv),
            ("--design-effect", Some(self.design_effect)),
        ];
        for (name, value) in above_0 {
            if let Some(found) = value.filter(|value| !(value.is_finite() && *value > 0.0)) {
                return Err(Failure::command(format!("{name}: expected a number above 0, found {found}")));
            }
        }
        match self.attach_rate.filter(|share| !(*share > 0.0 && *share < 1.0)) {
            Some(found) => {
                Err(Failure::command(format!("--attach-rate: expected a share between 0 and 1, found {found}")))
            }
            None => Ok(()),
        }
    }

    fn chosen<'c>(&self, config: &'c Config) -> Result<Vec<&'c Planned>, Failure> {
        let wanted =
            |planned: &&Planned| self.experiment.as_ref().is_none_or(|name| planned.experiment.name.as_str() == name);
        let chosen: Vec<&Planned> = config.experiments.iter().filter(wanted).collect();
        if chosen.is_empty() {
            let names: Vec<&str> = config.experiments.iter().map(|planned| planned.experiment.name.as_str()).collect();
            let file = self.config.display();
            return Err(Failure::command(match (&self.experiment, names.is_empty()) {
                (_, true) => format!("{file}: expected an [[experiment]], found none; `endcap help plan` tells more"),
                (name, false) => {
                    let name = name.as_deref().unwrap_or_default();
                    format!("--experiment: expected one of {}, found {name:?}", names.join(", "))
                }
            }));
        }
        Ok(chosen)
    }

    /// What past orders, or figures given by hand, say for a plan.
    fn known(&self, orders: Option<&Orders>, planned: &Planned, currency: Currency) -> Result<Known, Failure> {
        let plan = &planned.plan;
        if let (Some(a_month), Some(aov), Some(cv)) = (self.orders_a_month, self.aov, self.cv) {
            let mean = currency.to_minor(aov).map(|minor| minor as f64).filter(|minor| *minor > 0.0);
            let mean =
                mean.ok_or_else(|| Failure::command(format!("--aov: expected an amount above 0, found {aov}")))?;
            let baseline = Baseline { mean, cv, design_effect: self.design_effect };
            let customers = (a_month / self.design_effect).ceil().max(1.0);
            let by_customer = (mean * a_month / customers, cv);
            let (orders_a_day, customers) = (a_month / MONTH, customers as u64);
            let revenue = Noise { baseline, explained: 0.0, cap: None, orders_a_day, customers, by_customer };
            return Ok(Known { revenue, margin: None });
        }
        let Some(orders) = orders else { return Err(Failure::command("expected --orders or --orders-a-month")) };
        let quantile = plan.winsorise.to_fraction();
        let noise = |values: &[_]| Noise::of(values, orders.end, i64::from(plan.days), quantile);
        let revenue = noise(&orders.revenue).ok_or_else(|| {
            let days = plan.days;
            Failure::data(format!(
                "expected orders of several customers in the last {days} days of the file, found too few"
            ))
        })?;
        // A rest of the orders says nothing of all of them.
        let costed = orders.margin.len() as f64 >= 0.95 * orders.revenue.len() as f64;
        Ok(Known { revenue, margin: noise(&orders.margin).filter(|_| costed) })
    }
}

/// The value at which the plan cuts off, as the past has it: of the figure that the kill rule looks at.
fn cap(known: &Known, currency: Currency) -> Option<Money> {
    let limit = known.margin.unwrap_or(known.revenue).cap?;
    Some(Money::new(limit.round().max(1.0) as i64, currency))
}

/// Whether a plan can be decided, and what can be instead.
fn check(args: &PlanArgs, config: &Config, planned: &Planned, known: &Known) -> Checked {
    let (experiment, plan) = (&planned.experiment, &planned.plan);
    let asked = asked(config, planned);
    let window = f64::from(plan.days);
    let a_day = args.visitors.map(|visitors| visitors / MONTH);
    let sized = |metric| figure(metric, known, a_day, args.attach_rate, window, asked);
    let kill = match plan.kill.measure {
        Measure::NetLift => Ok(net(known, asked)),
        Measure::Lift(metric) => sized(metric),
        Measure::MarginDrag => Err("its noise is not known beforehand".to_owned()),
    };
    let registered = sized(plan.metric);
    let mut notes = facts(known, config.currency);
    if planned.registration() == Registration::Changed {
        notes.push("it was registered otherwise: once it runs, put that back or start another".to_owned());
    }
    notes.extend(promotions(config, planned));
    let mut refused = None;
    let mut figures = Vec::new();
    for (what, figure) in [("its metric", registered), ("its kill rule", kill)] {
        match figure {
            Ok(figure) if figures.contains(&figure) => {}
            Ok(figure) => {
                if !figure.decidable && refused.is_none() {
                    refused = Some(undecided(what, &figure));
                }
                figures.push(figure);
            }
            Err(why) => notes.push(format!("{what} is not checked: {why}")),
        }
    }
    if figures.is_empty() {
        refused = Some("nothing of it could be checked".to_owned());
    }
    let error = figures.last().and_then(|figure| figure.standard_error);
    let rule = KillRule { threshold: plan.kill.threshold.to_fraction(), ..KillRule::default() };
    let net_rule = plan.kill.measure == Measure::NetLift;
    let operating = error.filter(|_| net_rule).map_or(Vec::new(), |error| OperatingPoint::table(&rule, error).to_vec());
    notes.extend(cost(config, planned, known, asked));
    let offers =
        if refused.is_some() { offers(config, &figures, known, a_day, args.attach_rate, asked) } else { Vec::new() };
    let hash = refused.is_none().then(|| planned.hash().to_string());
    Checked {
        experiment: experiment.name.to_string(),
        placement: experiment.placement.clone(),
        metric: plan.metric.name(),
        effect: asked.effect,
        days: plan.days,
        kill: plan.kill.to_string(),
        figures,
        operating,
        notes,
        refused,
        offers,
        hash,
        currency: config.currency,
    }
}

/// What the plan asks of any figure: control against the largest other arm.
fn asked(config: &Config, planned: &Planned) -> Asked {
    let arms = &planned.experiment.arms;
    let share =
        |control: bool| arms.iter().filter(move |arm| arm.is_control() == control).map(|arm| arm.share().to_fraction());
    let (control, treatment) = (share(true).fold(0.0, f64::max), share(false).fold(0.0, f64::max));
    let reached = 1.0 - config.global_holdout.share.to_fraction();
    Asked {
        effect: planned.plan.minimum_detectable_effect.to_fraction(),
        days: planned.plan.days,
        share: (control + treatment) * reached,
        treatment: treatment / (control + treatment),
    }
}

/// The contribution margin by order; revenue where costs are not known.
fn net(known: &Known, asked: Asked) -> Feasible {
    match &known.margin {
        Some(margin) => Feasible::by_order("contribution_margin_per_order", margin, asked),
        None => Feasible::by_order(Metric::Aov.name(), &known.revenue, asked),
    }
}

fn figure(
    metric: Metric,
    known: &Known,
    visitors_a_day: Option<f64>,
    attach_rate: Option<f64>,
    window: f64,
    asked: Asked,
) -> Result<Feasible, String> {
    let visitors = || visitors_a_day.ok_or_else(|| "give --visitors, the different visitors in 30 days".to_owned());
    match metric {
        Metric::Aov => Ok(Feasible::by_order(metric.name(), &known.revenue, asked)),
        Metric::RevenuePerVisitor => {
            Ok(Feasible::by_visitor(metric.name(), &known.revenue, visitors()?, window, asked))
        }
        Metric::ContributionMarginPerVisitor => {
            let costs = "give --catalog with the costs of what was sold".to_owned();
            let margin = known.margin.as_ref().ok_or(costs)?;
            Ok(Feasible::by_visitor(metric.name(), margin, visitors()?, window, asked))
        }
        Metric::Conversion => Ok(Feasible::conversion(&known.revenue, visitors()?, window, asked)),
        Metric::AttachRate => {
            let share = attach_rate.ok_or("give --attach-rate, the share of orders with a recommended product")?;
            Ok(Feasible::attach_rate(share, known.revenue.orders_a_day, asked))
        }
    }
}

fn undecided(what: &str, figure: &Feasible) -> String {
    let needed = figure
        .days_needed
        .map_or("more traffic than there is".into(), |days| format!("{} days", output::grouped(days as u64)));
    format!("{what} ({}) needs {needed} for {}, the plan has {}", figure.metric, signed(figure.effect), figure.days)
}

/// What the past looks like.
fn facts(known: &Known, currency: Currency) -> Vec<String> {
    let Known { revenue, margin } = known;
    let amount = |minor: f64| Money::new(minor.round() as i64, currency).to_string();
    let Baseline { mean, cv, design_effect } = revenue.baseline;
    let mut facts = vec![format!(
        "{:.1} orders a day of {}, spread {cv:.2} of it, {design_effect:.1} orders say as much as one, history explains {}",
        revenue.orders_a_day,
        amount(mean),
        percent(revenue.explained)
    )];
    facts.push(match margin {
        Some(margin) => {
            let rate = margin.baseline.mean / mean;
            format!("contribution margin {} an order, {}", amount(margin.baseline.mean), percent(rate))
        }
        None => "costs are not known: margin drag counts as none, and the rule is checked on revenue".to_owned(),
    });
    facts
}

/// Promotions within the days of the plan.
fn promotions(config: &Config, planned: &Planned) -> Vec<String> {
    let Some(from) = planned.experiment.from else {
        let unchecked =
            (!config.calendar.is_empty()).then(|| "without `from` its days are not held to the calendar".to_owned());
        return unchecked.into_iter().collect();
    };
    let end = Timestamp(from.0 + i64::from(planned.plan.days) * DAY);
    let within = config.calendar.iter().filter(|promotion| promotion.from < end && from < promotion.until);
    within.map(|promotion| format!("`{}` lies within its days: orders are others then", promotion.name)).collect()
}

/// What running it costs, and what lift pays for that.
fn cost(config: &Config, planned: &Planned, known: &Known, asked: Asked) -> Option<String> {
    let cost = config.cost?.over(planned.plan.days);
    let margin = known.margin.as_ref()?;
    let treated = margin.orders_a_day * f64::from(asked.days) * asked.share * asked.treatment;
    let earned = treated * margin.baseline.mean;
    let even = cost.minor() as f64 / earned;
    let gain = earned * asked.effect - cost.minor() as f64;
    let gain = Money::new(gain.round() as i64, cost.currency());
    Some(format!(
        "looking after it costs {cost} in its days: paid for by a net lift of {}; at {} it leaves {gain}",
        percent(even),
        signed(asked.effect)
    ))
}

/// What can be decided with the same traffic.
fn offers(
    config: &Config,
    figures: &[Feasible],
    known: &Known,
    visitors_a_day: Option<f64>,
    attach_rate: Option<f64>,
    asked: Asked,
) -> Vec<String> {
    let mut offers = Vec::new();
    let slowest = figures.iter().filter(|figure| !figure.decidable).max_by(|a, b| {
        let days = |figure: &Feasible| figure.days_needed.unwrap_or(f64::INFINITY);
        days(a).total_cmp(&days(b))
    });
    if let Some(figure) = slowest {
        if let Some(days) = figure.days_needed.filter(|days| *days <= MOST_DAYS) {
            offers.push(format!("days = {days:.0}"));
        }
        if let Some(reachable) = figure.reachable.filter(|reachable| *reachable <= 1.0) {
            let effect = (reachable * 1_000.0).ceil() / 1_000.0;
            offers.push(format!("minimum_detectable_effect = {effect}, the smallest that {} days see", asked.days));
        }
        let live = config.policies.iter().filter(|policy| policy.enabled).count();
        if let Some(reachable) = figure.reachable.filter(|_| live > 1) {
            let each = reachable / live as f64;
            let sum = signed(reachable);
            offers.push(format!(
                "all {live} placements against the global holdout: together {sum}, {} each",
                signed(each)
            ));
        }
    }
    for metric in [Metric::AttachRate, Metric::Conversion] {
        let found = figure(metric, known, visitors_a_day, attach_rate, f64::from(asked.days), asked).ok();
        if found.as_ref().is_some_and(|figure| figure.decidable) {
            offers.push(format!("metric = \"{}\", which is decided in time", metric.name()));
        }
    }
    offers
}
