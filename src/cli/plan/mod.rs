//! `endcap plan`: what an experiment of endcap.toml can decide with the shop's traffic, before it starts.
//!
//! The orders of the last days stand for those of the test. What cannot be decided in the plan's days is refused, with what can
//! be instead; what can is written down with a hash, so that a report can tell whether it was changed after the start.

mod checked;
mod register;
mod shop;
mod told;

use super::failure::Failure;
use super::output;
use super::progress::Talk;
use crate::config::{self, Config};
use crate::experiment::{Planned, Registration};
use crate::report::past::{Cut, Noise};
use crate::report::statistics::{Baseline, Cap};
use crate::shop::Currency;
use checked::{Known, Traffic};
use clap::Args;
use shop::Orders;
use std::path::PathBuf;

/// Days of a month of the figures that are given by hand.
const MONTH: f64 = 30.0;
/// How many orders say as much as one, where nothing is known: `endcap plan` finds 1.0 on the sample shop's orders and 2.4 on a
/// gift wholesaler's (UCI Online Retail II, 2009–2010).
const USUAL_DESIGN_EFFECT: f64 = 2.0;

/// The arguments of `endcap plan`.
#[derive(Args)]
#[command(
    about = "Say before an experiment starts whether it can be decided, and register its plan",
    after_help = "Reads [[experiment]] of endcap.toml and past orders: order_id, customer_id, timestamp, sku, quantity, unit_price.\n\
        With the costs of --catalog the kill rule is checked on contribution margin, without them on revenue.\n\
        Exit code 1 where a plan cannot be decided in its days; what can be decided instead is said.\n\n\
        Examples:\n  \
        endcap plan --config endcap.toml --orders orders.csv.gz --catalog catalog.csv --visitors 40000 --exposed 0.8\n  \
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
    /// Different visitors in 30 days who come past the placement: what figures by visitor need
    #[arg(long, value_name = "NUMBER")]
    visitors: Option<f64>,
    /// The share of orders, above 0 to 1, whose visitor came past the placement before; `endcap report` tells it of experiments
    /// that ran there. Without it all orders count
    #[arg(long, value_name = "SHARE")]
    exposed: Option<f64>,
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
    /// How many orders say as much as one independent order, where no order names its customer
    #[arg(long, value_name = "NUMBER", default_value_t = USUAL_DESIGN_EFFECT)]
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

pub(super) fn run(args: PlanArgs) -> Result<(), Failure> {
    args.check()?;
    let text = std::fs::read_to_string(&args.config).map_err(|error| Failure::read(&args.config, &error))?;
    let config = config::parse(&text, &args.config.display().to_string()).map_err(Failure::data)?;
    let chosen = args.chosen(&config)?;
    let orders = if args.orders.is_empty() { None } else { Some(Orders::read(&args, config.currency, &Talk::new())?) };
    let mut accepted = Vec::new();
    let mut all = Vec::new();
    for planned in chosen {
        let known = args.known(orders.as_ref(), planned, config.currency)?.exposed(args.exposed.unwrap_or(1.0));
        let mut planned = planned.clone();
        planned.plan.cap = planned.plan.cap.or_else(|| known.cap(config.currency));
        let traffic = Traffic {
            visitors_a_day: args.visitors.map(|visitors| visitors / MONTH),
            exposed: args.exposed,
            attach_rate: args.attach_rate,
        };
        let checked = checked::check(traffic, &config, &planned, &known);
        if args.write && has_begun(&planned) {
            return Err(Failure::data(format!(
                "{}: `{}` was changed after its start; put it back, or start another under another name",
                args.config.display(),
                planned.experiment.name
            )));
        }
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

/// Whether a registered plan runs and reads otherwise by now: writing it again would hide that.
fn has_begun(planned: &Planned) -> bool {
    let now = jiff::Timestamp::now().as_second();
    planned.registration() == Registration::Changed && planned.experiment.from.is_some_and(|from| from.0 <= now)
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
        if let Some(found) = self.exposed.filter(|share| !(*share > 0.0 && *share <= 1.0)) {
            return Err(Failure::command(format!("--exposed: expected a share above 0 to 1, found {found}")));
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
            let revenue =
                Noise { baseline, explained: 0.0, cap: None, shown: 1.0, orders_a_day, customers, by_customer };
            return Ok(Known { revenue, margin: None, guests: 0.0 });
        }
        let Some(orders) = orders else { return Err(Failure::command("expected --orders or --orders-a-month")) };
        let registered = plan.cap.and_then(|cap| Cap::frozen(cap.minor() as f64));
        let cut = registered.map_or(Cut::Quantile(plan.winsorise.to_fraction()), Cut::At);
        let noise = |values: &[_]| Noise::of(values, orders.end, i64::from(plan.days), cut, self.design_effect);
        let revenue = noise(&orders.revenue).ok_or_else(|| {
            let days = plan.days;
            Failure::data(format!(
                "expected orders of several customers in the last {days} days of the file, found too few"
            ))
        })?;
        Ok(Known { revenue, margin: noise(&orders.margin), guests: orders.guests })
    }
}
