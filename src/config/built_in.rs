//! The placements that endcap brings along: a working policy for each spot that most shops have.
//!
//! Where margin steers, it may cost a fifth of the relevance beside the cart, a tenth beside a product, and a twentieth
//! where the shopper compares or looks for something. Nothing that delays an order stands beside a cart. Loss-makers are
//! no add-ons.

use super::placements::Placement;
use crate::bundle::{
    Objective, PlacementNote, Policy, PriceWindow, Rung, SameCategory, StockUse,
    StockUse::{Bury, Hide, Show},
    Strategy,
};

/// All built-in placements, in the order of their names.
pub(super) fn all() -> Vec<Placement> {
    vec![
        placement(cart(), true),
        placement(own_list("category"), false),
        placement(checkout(), true),
        placement(email(), false),
        placement(home(), false),
        placement(complements(), true),
        placement(similar(), false),
        placement(after_the_order(), false),
        placement(own_list("search"), false),
    ]
}

/// The strategy of the built-in placement of this name.
pub(super) fn strategy(name: &str) -> Option<Strategy> {
    all().into_iter().find(|built_in| built_in.policy.placement == name).map(|built_in| built_in.policy.strategy)
}

/// A policy with what is noted of it; `no_losses`: nothing that costs the shop money is shown.
fn placement(policy: Policy, no_losses: bool) -> Placement {
    let note = PlacementNote {
        placement: policy.placement.clone(),
        margin_floor: no_losses.then_some(0),
        ..PlacementNote::default()
    };
    Placement { policy, note, place: None }
}

/// A policy that margin may steer at the cost of a share of the relevance, with the use of what is in backorder.
fn steered(name: &str, strategy: Strategy, limit: u16, loss: f32, backorder: StockUse) -> Policy {
    Policy {
        limit,
        objective: Objective::Margin,
        max_relevance_loss: loss,
        stock: [Show, Show, backorder, Hide, Hide],
        ..Policy::neutral(name, strategy)
    }
}

/// Beside the cart: cheap beside what lies in it, and of different kinds.
fn cart() -> Policy {
    Policy {
        price: PriceWindow { max_share_of_cart: Some(0.35), ..PriceWindow::default() },
        same_category: SameCategory::UnlessVaried,
        max_per_category: 1,
        max_per_brand: 2,
        diversity: 0.2,
        fallback: Rung::ALL.to_vec(),
        ..steered("cart", Strategy::CartAddons, 4, 0.20, Bury)
    }
}

/// At the checkout: little, and nothing that delays the order.
fn checkout() -> Policy {
    Policy {
        price: PriceWindow { max_share_of_cart: Some(0.20), ..PriceWindow::default() },
        same_category: SameCategory::UnlessVaried,
        max_per_category: 1,
        max_per_brand: 1,
        diversity: 0.2,
        fallback: Rung::ALL.to_vec(),
        ..steered("checkout", Strategy::CartAddons, 2, 0.10, Hide)
    }
}

/// On a product's page: what is bought with it. Best sellers of its own category are no complements.
fn complements() -> Policy {
    Policy {
        same_category: SameCategory::UnlessVaried,
        max_per_category: 1,
        fallback: vec![Rung::CategoryPairs, Rung::Popular],
        ..steered("pdp_complements", Strategy::BoughtTogether, 3, 0.10, Bury)
    }
}

/// On a product's page: what may be bought instead, at a like price.
fn similar() -> Policy {
    let price =
        PriceWindow { relative_to_product: Some((0.7, 1.25)), relax_to: Some((0.5, 1.6)), ..PriceWindow::default() };
    Policy {
        price,
        fallback: vec![Rung::PopularInCategory, Rung::Popular],
        ..steered("pdp_similar", Strategy::Similar, 6, 0.05, Hide)
    }
}

/// A list that the shop made itself: each item moves by three places at most, variants and preorders included, and none is
/// added.
fn own_list(name: &str) -> Policy {
    Policy {
        stock: [Show, Show, Show, Show, Hide],
        max_per_group: 0,
        fallback: Vec::new(),
        ..steered(name, Strategy::Rerank, 100, 0.05, Show)
    }
}

/// On the front page: best sellers of many kinds.
fn home() -> Policy {
    Policy {
        max_per_category: 2,
        max_per_brand: 3,
        diversity: 0.2,
        ..steered("home", Strategy::Popular, 8, 0.10, Hide)
    }
}

/// After the order: what this customer buys again.
fn after_the_order() -> Policy {
    Policy {
        fallback: vec![Rung::CategoryPairs, Rung::Popular],
        ..steered("post_purchase", Strategy::Replenish, 6, 0.05, Hide)
    }
}

/// In a letter: what this customer buys again, of several kinds; it is read days later, so nothing that is short.
fn email() -> Policy {
    Policy {
        stock: [Show, Bury, Hide, Hide, Hide],
        max_per_category: 2,
        fallback: vec![Rung::CategoryPairs, Rung::Popular],
        ..steered("email", Strategy::Replenish, 6, 0.05, Hide)
    }
}
