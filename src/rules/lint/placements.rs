//! One placement: what is left to show, who answers for it, and settings that do nothing.

use super::census::Census;
use super::{Finding, Inspected, Place, Severity};
use crate::bundle::{Objective, PlacementNote, Policy};
use crate::shop::Timestamp;

/// Looks at every placement that is switched on.
pub fn check(shop: &Inspected<'_>, census: &Census, found: &mut Vec<Finding>) {
    for (at, policy) in shop.book.policies.iter().enumerate().filter(|(_, policy)| policy.enabled) {
        let mut said = Vec::new();
        let note = shop.book.notes.iter().find(|note| note.placement == policy.placement);
        answered(policy, note, shop.now, &mut said);
        shown(shop, census, at, &mut said);
        settings(policy, census, &mut said);
        let finding = |(severity, code, message, remedy)| {
            let place = Place::Placement(at);
            Finding { severity, place, code, message, remedy }
        };
        found.extend(said.into_iter().map(finding));
    }
}

type Said = (Severity, &'static str, String, &'static str);

/// Who answers for it, and until when it stands unread.
fn answered(policy: &Policy, note: Option<&PlacementNote>, now: Option<i64>, said: &mut Vec<Said>) {
    let name = &policy.placement;
    if note.is_none_or(|note| note.owner.trim().is_empty()) {
        let message = format!("placement {name:?} has no owner");
        said.push((Severity::Warning, "no_owner", message, "set owner to who answers for it"));
    }
    let today = now.map(|now| Timestamp(now).day().0);
    match note.and_then(|note| note.review_by) {
        None => {
            let message = format!("placement {name:?} has no day by which it is looked at again");
            said.push((Severity::Warning, "no_review", message, "set review_by"));
        }
        Some(day) if today.is_some_and(|today| day < today) => {
            let message = format!("placement {name:?} was to be looked at again by a day that is over");
            said.push((Severity::Warning, "review_past", message, "look at its figures, and set a later review_by"));
        }
        Some(_) => {}
    }
}

/// What is left to show.
fn shown(shop: &Inspected<'_>, census: &Census, at: usize, said: &mut Vec<Said>) {
    let Some(policy) = shop.book.policies.get(at).filter(|_| census.items > 0) else { return };
    let (name, left) = (&policy.placement, census.eligible(shop, at).count);
    if left == 0 {
        let message = format!("placement {name:?} has nothing to show: of {} products none may be", census.items);
        said.push((Severity::Error, "empty_placement", message, "narrow its exclusions, or widen what it includes"));
    } else if left < usize::from(policy.limit) {
        let message = format!("placement {name:?} shows up to {} products, and {left} may be", policy.limit);
        said.push((Severity::Warning, "short_placement", message, "narrow its exclusions, or lower its limit"));
    }
    let floored = census.floored.get(at).copied().unwrap_or(0);
    if floored * 2 > census.items {
        let message = format!("the margin_floor of {name:?} hides {floored} of {} products", census.items);
        said.push((Severity::Warning, "floor_hides_most", message, "lower margin_floor, or check the costs"));
    }
    if is_narrow(policy, &census.prices) {
        let message =
            format!("for most products the price window of {name:?} holds fewer than {} others", policy.limit);
        said.push((Severity::Warning, "narrow_window", message, "widen relative_to_product, or set relax_to"));
    }
}

/// Whether for more than half of the priced products the widest window holds less than a full list of others.
fn is_narrow(policy: &Policy, prices: &[i64]) -> bool {
    let window = policy.price.relax_to.or(policy.price.relative_to_product);
    let Some((low, high)) = window.filter(|_| policy.price.relative_to_product.is_some()) else { return false };
    let others = |price: &i64| {
        let (least, most) = (*price as f64 * f64::from(low), *price as f64 * f64::from(high));
        let within = prices.partition_point(|other| *other as f64 <= most);
        let within = within.saturating_sub(prices.partition_point(|other| (*other as f64) < least));
        within.saturating_sub(usize::from((low..=high).contains(&1.0)))
    };
    let thin = prices.iter().filter(|price| others(price) < usize::from(policy.limit)).count();
    thin * 2 > prices.len()
}

/// Settings that do nothing.
fn settings(policy: &Policy, census: &Census, said: &mut Vec<Said>) {
    let name = &policy.placement;
    if policy.objective != Objective::Relevance && policy.max_relevance_loss <= 0.0 {
        let message = format!("placement {name:?} has an objective and may give up no relevance for it");
        said.push((Severity::Warning, "no_room", message, "set max_relevance_loss above 0, or leave objective out"));
    }
    if policy.objective == Objective::Margin && !census.costs {
        let message = format!("placement {name:?} aims at margin, and no product has a known price and cost");
        said.push((Severity::Warning, "no_costs", message, "give the catalog a cost or margin column"));
    }
    if policy.objective == Objective::Revenue && census.items > 0 && census.prices.is_empty() {
        let message = format!("placement {name:?} aims at revenue, and no product has a known price");
        said.push((Severity::Warning, "no_prices", message, "give the catalog a price column"));
    }
    let caps = [
        ("max_per_category", policy.max_per_category),
        ("max_per_brand", policy.max_per_brand),
        ("max_per_group", policy.max_per_group),
    ];
    for (key, cap) in caps.into_iter().filter(|(_, cap)| *cap > policy.limit) {
        let message = format!("{key} = {cap} of {name:?} is above its limit of {}: it caps nothing", policy.limit);
        said.push((Severity::Warning, "cap_over_limit", message, "lower it, or leave it out"));
    }
}
