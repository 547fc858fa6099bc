//! Explanations for a terminal: sentences, and a tree.

use super::told::{TellRejected, TellShown, TellVote, Told};
use super::words::{plain, step};
use crate::experiment::GlobalHoldout;
use std::fmt::Write;

/// An explanation in sentences.
pub(super) fn text(told: &Told) -> String {
    let mut out = head(told);
    for (n, shown) in told.shown.iter().enumerate() {
        let _ = write!(out, "\n{}. {}", n + 1, named(&shown.sku, &shown.title));
        out.push_str(&sentences(shown));
    }
    if told.shown.is_empty() && told.silent.is_none() {
        out.push_str("\nnothing is shown\n");
    }
    if !told.rejected.is_empty() {
        out.push_str("\nnot shown:\n");
    }
    for rejected in &told.rejected {
        let TellRejected { sku, title, s, step: number, text, .. } = rejected;
        let name = named(sku, title);
        let _ = writeln!(out, "  {name}: {text} (step {number}, {}; s {s:.4})", step(*number));
    }
    if told.more > 0 {
        let _ = writeln!(out, "  and {} more; --rejected shows them", told.more);
    }
    out
}

/// What holds for the whole list.
fn head(told: &Told) -> String {
    let id = told.id.as_ref().map_or(String::new(), |id| format!(" {id}"));
    let mut out = format!("{}{id}: strategy {}", told.placement, told.strategy);
    if let Some(subtotal) = &told.subtotal {
        let _ = write!(out, ", the cart is worth {subtotal}");
    }
    if told.max_relevance_loss > 0.0 {
        let _ = write!(out, ", at most {:.0} % of relevance may be given up", told.max_relevance_loss * 100.0);
    }
    out.push('\n');
    match told.silent {
        Some("disabled") => out.push_str("the placement is switched off\n"),
        Some(_) if held_back(told) => {}
        Some(why) => out.push_str(&format!("no list: {}\n", plain(why))),
        None => {}
    }
    if let Some(assignment) = assignment(told) {
        let _ = writeln!(out, "{assignment}");
    }
    if !told.rules.is_empty() {
        let _ = writeln!(out, "rules that hold: {}", told.rules.join(", "));
    }
    if let (Some(rung), Some(why)) = (told.fallback, told.fallback_reason) {
        let _ = writeln!(out, "filled up with {} products ({})", plain(rung), plain(why));
    }
    out
}

/// Whether there is a list, which an experiment keeps back.
fn held_back(told: &Told) -> bool {
    matches!(told.silent, Some("holdout" | "incumbent"))
}

/// Which arm the visitor is in, and what that makes of the list.
fn assignment(told: &Told) -> Option<String> {
    let seen = match told.silent {
        Some("incumbent") => "sees what the shop itself shows here; the list would be:",
        Some("holdout") => "sees nothing here; the list would be:",
        _ => "sees the list",
    };
    match (&told.experiment, &told.variant) {
        (Some(experiment), Some(variant)) => {
            Some(format!("the visitor is in arm {variant} of {experiment} and {seen}"))
        }
        (None, Some(variant)) if variant == GlobalHoldout::SERVED => {
            Some(format!("the visitor is in no arm, while others are held out of everything, and {seen}"))
        }
        (None, Some(_)) => Some(format!("the visitor is held out of everything and {seen}")),
        _ => held_back(told).then(|| format!("the visitor is in no arm and {seen}")),
    }
}

fn sentences(shown: &TellShown) -> String {
    let mut out = format!(": {}", plain(shown.reason));
    if !shown.because.is_empty() {
        let _ = write!(out, ", because of {}", shown.because.join(", "));
    }
    if shown.relaxed {
        out.push_str("; only the wider window of prices lets it pass");
    }
    out.push('\n');
    for vote in &shown.votes {
        let _ = writeln!(out, "   {}", voted(vote));
    }
    let _ = writeln!(out, "   popularity adds {:.4}", shown.popularity);
    out.push_str(&format!("   {}\n", numbers(shown)));
    if !shown.rules.is_empty() {
        let _ = writeln!(out, "   {}", shown.rules.join(", "));
    }
    out
}

fn voted(vote: &TellVote) -> String {
    let TellVote { sku, title, relation, weight, vote, orders } = vote;
    let orders = match orders {
        Some(1) => ", bought together in 1 order".into(),
        Some(orders) => format!(", bought together in {orders} orders"),
        None => String::new(),
    };
    format!("{} votes by {relation}: weight {weight:.4} counts {vote:.4}{orders}", named(sku, title))
}

/// `s 0.4120 stands for p 0.0831; φ 0.86 makes it worth 0.0940`.
fn numbers(shown: &TellShown) -> String {
    let TellShown { s, p, bury, phi, value, likeness, .. } = shown;
    let mut out = format!("s {s:.4} stands for p {p:.4}");
    if *bury < 1.0 {
        let _ = write!(out, ", buried by {bury:.2}");
    }
    let _ = write!(out, "; φ {phi:.2} makes it worth {value:.4}");
    if *likeness > 0.0 {
        let _ = write!(out, ", and it is {:.0} % like an earlier one", likeness * 100.0);
    }
    out
}

/// An explanation as a tree.
pub(super) fn tree(told: &Told) -> String {
    let mut out = head(told);
    let last = told.shown.len() + told.rejected.len();
    for (n, shown) in told.shown.iter().enumerate() {
        let (branch, stem) = branch(n + 1 == last);
        let name = named(&shown.sku, &shown.title);
        let _ = writeln!(out, "{branch}{name} p {:.4} φ {:.2} {}", shown.p, shown.phi, plain(shown.reason));
        let mut leaves: Vec<String> = shown.votes.iter().map(leaf).collect();
        leaves.push(format!("popularity +{:.4}", shown.popularity));
        leaves.extend(shown.rules.iter().cloned());
        for (n, text) in leaves.iter().enumerate() {
            let end = if n + 1 == leaves.len() { "└ " } else { "├ " };
            let _ = writeln!(out, "{stem}{end}{text}");
        }
    }
    for (n, rejected) in told.rejected.iter().enumerate() {
        let (branch, _) = branch(told.shown.len() + n + 1 == last);
        let TellRejected { sku, title, step, why, by, .. } = rejected;
        let by = if by.is_empty() { String::new() } else { format!(": {}", by.join(", ")) };
        let _ = writeln!(out, "{branch}✗ {} {step} {}{by}", named(sku, title), plain(why));
    }
    out
}

fn leaf(vote: &TellVote) -> String {
    let orders = vote.orders.map_or(String::new(), |orders| format!(" ({orders} orders)"));
    format!("{} by {} +{:.4}{orders}", vote.sku, vote.relation, vote.vote)
}

fn branch(last: bool) -> (&'static str, &'static str) {
    if last { ("└─ ", "   ") } else { ("├─ ", "│  ") }
}

fn named(sku: &str, title: &str) -> String {
    if title.is_empty() { sku.into() } else { format!("{sku} {title}") }
}
