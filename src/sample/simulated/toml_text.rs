//! `endcap.toml` of a simulated shop: what was registered before the start.

use super::Shop;
use crate::experiment::{Arms, Planned};
use crate::sample::write::moment;
use crate::shop::Timestamp;
use std::fmt::Write;

/// Hours a month and their rate, of somebody who looks after recommendations.
const COST: [&str; 2] = ["6", "80.00"];
/// Seconds of a day.
const DAY: i64 = super::months::DAY;

/// The file's text.
pub(super) fn text(shop: &Shop, seed: u64) -> String {
    let mut text = format!(
        "# A simulated shop, made by `endcap simulate` with seed {seed}. What is true of it stands in truth.json.\n\n\
         [shop]\nname = \"Simulated coffee house\"\ncurrency = \"{}\"\ntimezone = \"UTC\"\n\n\
         [cost]\nhours_a_month = {}\nrate = {}\n",
        shop.shelf.currency().code(),
        COST[0],
        COST[1],
    );
    for promotion in &shop.settings.promotion {
        let from = shop.months.start.0 + i64::from(promotion.day.saturating_sub(1)) * DAY;
        let until = from + i64::from(promotion.days) * DAY;
        let [from, until] = [from, until].map(|at| moment(Timestamp(at)));
        add(
            &mut text,
            format_args!("\n[[calendar]]\nname = {}\nfrom = {from}\nuntil = {until}\n", quoted(&promotion.name)),
        );
    }
    add(&mut text, format_args!("\n[experiments]\nglobal_holdout = {}\n", shop.holdout().share));
    shop.planned().iter().for_each(|planned| add(&mut text, format_args!("{}", experiment(planned))));
    text
}

fn experiment(planned: &Planned) -> String {
    let (experiment, plan) = (&planned.experiment, &planned.plan);
    let hash = planned.registered.map_or(String::new(), |hash| hash.to_string());
    let from = experiment.from.map_or(String::new(), moment);
    let cap = plan.cap.map_or(String::new(), |cap| cap.to_string());
    format!(
        "\n[[experiment]]\nname = \"{}\"\nplacement = \"{}\"\nallocation = {{ {} }}\ncontrol = \"{}\"\nunit = \"{}\"\n\
         metric = \"{}\"\nminimum_detectable_effect = {}\ndays = {}\nkill = \"{}\"\ncap = {cap}\nfrom = {from}\n\
         # Written before the start. A report says so where the plan was changed since.\nplan = \"{hash}\"\n",
        experiment.name,
        experiment.placement,
        allocation(&experiment.arms),
        experiment.control.name(),
        plan.unit.name(),
        plan.metric.name(),
        plan.minimum_detectable_effect,
        plan.days,
        plan.kill,
    )
}

/// `holdout = 0.5, treatment = 0.5`.
fn allocation(arms: &Arms) -> String {
    let shares: Vec<String> = arms.iter().map(|arm| format!("{} = {}", arm.name(), arm.share())).collect();
    shares.join(", ")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn add(text: &mut String, more: std::fmt::Arguments<'_>) {
    // A String takes everything.
    let _ = text.write_fmt(more);
}
