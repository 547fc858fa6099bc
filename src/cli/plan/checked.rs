//! One experiment's plan, held to what is known of the shop.

use super::told::{percent, signed};
use crate::cli::output;
use crate::config::Config;
use crate::experiment::{Measure, Metric, Planned, Registration};
use crate::report::feasible::{Asked, Feasible};
use crate::report::past::{DAY, Noise};
use crate::report::statistics::{Baseline, KillRule, OperatingPoint};
use crate::shop::{Currency, Money, Timestamp};
use serde::Serialize;

/// Longest plan.
const MOST_DAYS: f64 = 365.0;
/// The share held out of all placements that is offered where none is set.
const POOLED_HOLDOUT: f64 = 0.1;

/// What became of one experiment's plan.
#[derive(Serialize)]
pub(super) struct Checked {
    pub experiment: String,
    pub placement: String,
    pub metric: &'static str,
    pub effect: f64,
    pub days: u16,
    pub kill: String,
    /// The registered metric, and what the kill rule looks at where that is another figure.
    pub figures: Vec<Feasible>,
    /// How often the rule takes back what truly has these lifts.
    pub operating: Vec<OperatingPoint>,
    pub notes: Vec<String>,
    /// Why it cannot be decided; none where it can.
    pub refused: Option<String>,
    /// What can be decided instead.
    pub offers: Vec<String>,
    /// The hash of the accepted plan.
    pub hash: Option<String>,
    /// What amounts are in.
    #[serde(skip)]
    pub currency: Currency,
}

/// What is known of the shop.
pub(super) struct Known {
    pub revenue: Noise,
    /// Of contribution margin; none where costs are not known.
    pub margin: Option<Noise>,
    /// The share of orders whose customer is not known.
    pub guests: f64,
}

impl Known {
    /// Of this share of the orders.
    pub fn exposed(self, share: f64) -> Self {
        let margin = self.margin.map(|margin| margin.exposed(share));
        Self { revenue: self.revenue.exposed(share), margin, ..self }
    }

    /// The value at which the plan cuts off, as the past has it: of the figure that the kill rule looks at.
    pub fn cap(&self, currency: Currency) -> Option<Money> {
        let limit = self.margin.unwrap_or(self.revenue).cap?;
        Some(Money::new(limit.round().max(1.0) as i64, currency))
    }
}

/// What nobody can read from orders.
#[derive(Clone, Copy)]
pub(super) struct Traffic {
    /// Different visitors a day.
    pub visitors_a_day: Option<f64>,
    /// The share of orders that follow an exposure, which are those that [`Known`] holds.
    pub exposed: Option<f64>,
    /// The share of orders with a recommended product.
    pub attach_rate: Option<f64>,
}

/// Whether a plan can be decided, and what can be instead.
pub(super) fn check(traffic: Traffic, config: &Config, planned: &Planned, known: &Known) -> Checked {
    let (experiment, plan) = (&planned.experiment, &planned.plan);
    let asked = asked(config, planned);
    let window = f64::from(plan.days);
    let sized = |metric| figure(metric, known, traffic, window, asked);
    let kill = match plan.kill.measure {
        Measure::NetLift => Ok(net(known, asked)),
        Measure::Lift(metric) => sized(metric),
        Measure::MarginDrag => Err("its noise is not known beforehand".to_owned()),
    };
    let registered = sized(plan.metric);
    let mut notes = facts(known, config.currency);
    notes.push(match traffic.exposed {
        Some(share) => format!("that is {} of all orders: those that follow an exposure", percent(share)),
        None => {
            "all orders count, as if each visitor came past the placement first: --exposed says how many do".to_owned()
        }
    });
    if planned.registration() == Registration::Changed {
        notes.push("it was registered otherwise: once it runs, put that back or start another".to_owned());
    }
    notes.extend(promotions(config, planned));
    if config.policies.iter().any(|policy| policy.placement == experiment.placement && !policy.enabled) {
        notes.push(format!("`{}` is switched off: nobody is exposed until it is on", experiment.placement));
    }
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
    if !experiment.segment.is_empty() && traffic.exposed.is_none() {
        refused = Some(
            "`when.segment` leaves visitors out: give --exposed, the share of orders that are of the rest".to_owned(),
        );
    }
    let error = figures.last().and_then(|figure| figure.standard_error);
    // The error is that of a true lift, of which a part shows: more of it is needed to reach the threshold.
    let shown = known.margin.unwrap_or(known.revenue).shown;
    let rule = KillRule { threshold: plan.kill.threshold.to_fraction() / shown, ..KillRule::default() };
    let net_rule = plan.kill.measure == Measure::NetLift;
    let operating = error.filter(|_| net_rule).map_or(Vec::new(), |error| OperatingPoint::table(&rule, error).to_vec());
    notes.extend(cost(config, planned, known, asked));
    let offers = if refused.is_some() { offers(config, &figures, known, traffic, asked) } else { Vec::new() };
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

fn figure(metric: Metric, known: &Known, traffic: Traffic, window: f64, asked: Asked) -> Result<Feasible, String> {
    let visitors =
        || traffic.visitors_a_day.ok_or_else(|| "give --visitors, the different visitors in 30 days".to_owned());
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
            let share =
                traffic.attach_rate.ok_or("give --attach-rate, the share of orders with a recommended product")?;
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
    let Known { revenue, margin, guests } = known;
    let amount = |minor: f64| Money::new(minor.round() as i64, currency).to_string();
    let Baseline { mean, cv, design_effect } = revenue.baseline;
    let mut facts = vec![format!(
        "{:.1} orders a day of {}, spread {cv:.2} of it, {design_effect:.1} orders say as much as one, history explains {}",
        revenue.orders_a_day,
        amount(mean),
        percent(revenue.explained)
    )];
    if *guests >= 1.0 {
        facts.push(
            "no order names its customer: how alike one customer's orders are is --design-effect, a guess".to_owned(),
        );
    } else if *guests >= 0.005 {
        let share = percent(*guests);
        facts.push(format!("{share} of orders name no customer: they are taken to be as alike as those that do"));
    }
    let shown = margin.map_or(revenue.shown, |margin| margin.shown);
    if shown < 0.995 {
        let hidden = percent(1.0 - shown);
        facts.push(format!("large orders, cut off as they are, hide {hidden} of a lift: that much more noise"));
    }
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
    // Afterwards everybody sees it, and it goes on costing what it costs.
    let a_day = cost.minor() as f64 / f64::from(asked.days);
    let afterwards = margin.orders_a_day * margin.baseline.mean * asked.effect - a_day;
    let payback = match cost.minor() as f64 / afterwards {
        days if afterwards > 0.0 && days <= MOST_DAYS => format!("paid back {:.0} days after it is kept", days.ceil()),
        _ => "not paid back within a year after it is kept".to_owned(),
    };
    Some(format!(
        "looking after it costs {cost} in its days: paid for by a net lift of {}; at {} it leaves {gain}, and is {payback}",
        percent(even),
        signed(asked.effect)
    ))
}

/// All placements together against those who are held out of all of them, where that asks less of each one.
fn pooled(config: &Config, single: &Feasible, known: &Known, asked: Asked) -> Option<String> {
    let placed = config.policies.iter().zip(&config.placement_places);
    let live = placed.filter(|(policy, place)| policy.enabled && place.is_some()).count();
    let set = config.global_holdout.share.to_fraction();
    let held = if set > 0.0 { set } else { POOLED_HOLDOUT };
    let together = net(known, Asked { share: 1.0, treatment: 1.0 - held, ..asked }).reachable?;
    let each = together / live.max(1) as f64;
    let helps = live > 1 && single.reachable.is_none_or(|reachable| each < reachable);
    helps.then(|| {
        let how = if set > 0.0 { String::new() } else { format!("[experiments] global_holdout = {held}: ") };
        let days = asked.days;
        format!(
            "{how}all {live} placements pooled, against the {} held out of them all: {days} days see {} together, {} each",
            percent(held),
            signed(together),
            signed(each)
        )
    })
}

/// What can be decided with the same traffic.
fn offers(config: &Config, figures: &[Feasible], known: &Known, traffic: Traffic, asked: Asked) -> Vec<String> {
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
        offers.extend(pooled(config, figure, known, asked));
    }
    // Another metric alone helps where the kill rule is decided in time; else the rule has to be another one, too.
    let rule_is_decided = figures.last().is_some_and(|figure| figure.decidable);
    for metric in [Metric::AttachRate, Metric::Conversion] {
        let found = figure(metric, known, traffic, f64::from(asked.days), asked).ok();
        if found.as_ref().is_some_and(|figure| figure.decidable) {
            let name = metric.name();
            offers.push(match rule_is_decided {
                true => format!("metric = \"{name}\", which is decided in time"),
                false => format!(
                    "metric = \"{name}\" and kill = \"{name}_lift < {}\": whether it is taken, not whether it pays",
                    asked.effect
                ),
            });
        }
    }
    offers
}
