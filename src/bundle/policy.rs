//! What a placement does, and what holds for the shop as a whole: the stored form of `[placement.*]`, `[shop]` and
//! `[stock]`.

use super::stored::stored;
use crate::shop::StockState;

/// What a placement does: the stored form of `[placement.*]` in `endcap.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The placement's name.
    pub placement: String,
    /// Which evidence it asks.
    pub strategy: Strategy,
    /// Whether it answers at all.
    pub enabled: bool,
    /// Most items it shows, 1 to 100.
    pub limit: u16,
    /// What it may give up relevance for.
    pub objective: Objective,
    /// ε: the share of relevance that objective and boosts may cost at most, 0 to 0.5.
    pub max_relevance_loss: f32,
    /// Probability (score, without a calibration) below which nothing is shown, 0 to 1.
    pub min_relevance: f32,
    /// Which prices may be shown.
    pub price: PriceWindow,
    /// What it makes of each [`StockState`], by the state's number. Out is shown by nobody but a shop that says so.
    pub stock: [StockUse; 5],
    /// What it makes of products of a class that the context already holds.
    pub same_category: SameCategory,
    /// What it makes of the brands that the context already holds.
    pub same_brand: SameBrand,
    /// Most items of one class; 0: no cap.
    pub max_per_category: u16,
    /// Most items of one brand; 0: no cap.
    pub max_per_brand: u16,
    /// Most variants of one product; 0: no cap.
    pub max_per_group: u16,
    /// η: how much of its value a candidate loses to one like it that is already chosen, 0 to 1.
    pub diversity: f32,
    /// What fills a list that comes short, in order, each at most once.
    pub fallback: Vec<Rung>,
    /// Most places that `rerank` moves an item of the shop's own list.
    pub max_moves: u16,
}

stored!(struct Policy {
    placement, strategy, enabled, limit, objective, max_relevance_loss, min_relevance, price, stock, same_category,
    same_brand, max_per_category, max_per_brand, max_per_group, diversity, fallback, max_moves,
});

impl Policy {
    /// The policy of a placement that is written in the file with nothing but its strategy: ten items by relevance alone,
    /// nothing sold out, one variant of a product, best sellers where the list comes short.
    pub fn neutral(placement: impl Into<String>, strategy: Strategy) -> Self {
        Self {
            placement: placement.into(),
            strategy,
            enabled: true,
            limit: 10,
            objective: Objective::Relevance,
            max_relevance_loss: 0.0,
            min_relevance: 0.0,
            price: PriceWindow::default(),
            stock: [StockUse::Show, StockUse::Show, StockUse::Show, StockUse::Show, StockUse::Hide],
            same_category: SameCategory::Allow,
            same_brand: SameBrand::Allow,
            max_per_category: 0,
            max_per_brand: 0,
            max_per_group: 1,
            diversity: 0.0,
            fallback: vec![Rung::Popular],
            max_moves: 3,
        }
    }

    /// What is made of items in `state`.
    pub fn stock_use(&self, state: StockState) -> StockUse {
        self.stock.get(state as usize).copied().unwrap_or(StockUse::Hide)
    }
}

/// Where a placement's candidates come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Every line of the cart votes.
    CartAddons,
    /// One product votes.
    BoughtTogether,
    /// What is looked at next, from the last ten views.
    Similar,
    /// What this customer buys again.
    Replenish,
    /// Best sellers.
    Popular,
    /// What can be bought instead of one product.
    Alternatives,
    /// The shop's own list, reordered within bounds.
    Rerank,
}

stored!(enum Strategy {
    0 = CartAddons, 1 = BoughtTogether, 2 = Similar, 3 = Replenish, 4 = Popular, 5 = Alternatives, 6 = Rerank,
});

impl Strategy {
    /// All strategies.
    pub const ALL: [Self; 7] = [
        Self::CartAddons,
        Self::BoughtTogether,
        Self::Similar,
        Self::Replenish,
        Self::Popular,
        Self::Alternatives,
        Self::Rerank,
    ];

    /// The name used in `endcap.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CartAddons => "cart_addons",
            Self::BoughtTogether => "bought_together",
            Self::Similar => "similar",
            Self::Replenish => "replenish",
            Self::Popular => "popular",
            Self::Alternatives => "alternatives",
            Self::Rerank => "rerank",
        }
    }
}

/// What a placement may give up relevance for, up to [`Policy::max_relevance_loss`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// Nothing but boosts.
    Relevance,
    /// Price.
    Revenue,
    /// Contribution: price less cost.
    Margin,
}

stored!(enum Objective { 0 = Relevance, 1 = Revenue, 2 = Margin });

/// What a placement makes of products of the same class as the context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameCategory {
    /// They compete like any other.
    Allow,
    /// They are left out.
    Block,
    /// They are left out unless shoppers often buy several of the class.
    UnlessVaried,
}

stored!(enum SameCategory { 0 = Allow, 1 = Block, 2 = UnlessVaried });

/// What a placement makes of products of the brands that the context holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameBrand {
    /// They compete like any other.
    Allow,
    /// Nothing else is shown, where the context has a brand.
    Only,
    /// They are left out.
    Block,
}

stored!(enum SameBrand { 0 = Allow, 1 = Only, 2 = Block });

/// What is made of items in one state of stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockUse {
    /// They compete like any other.
    Show,
    /// Their relevance counts for less.
    Bury,
    /// They are left out.
    Hide,
}

stored!(enum StockUse { 0 = Show, 1 = Bury, 2 = Hide });

/// Which prices a placement may show. Without a subtotal, or a price of the product, the window is open.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PriceWindow {
    /// Price at most this share of the cart's subtotal, above 0.
    pub max_share_of_cart: Option<f32>,
    /// Price between these shares of the product's price; both ≥ 0, ascending.
    pub relative_to_product: Option<(f32, f32)>,
    /// The wider window that a list which comes short may use; it holds the narrow one.
    pub relax_to: Option<(f32, f32)>,
}

stored!(struct PriceWindow { max_share_of_cart, relative_to_product, relax_to });

/// A rung of the ladder that fills a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Rung {
    /// What is bought with products of the context's classes.
    CategoryPairs,
    /// Best sellers of the context's classes.
    PopularInCategory,
    /// Best sellers.
    Popular,
}

stored!(enum Rung { 0 = CategoryPairs, 1 = PopularInCategory, 2 = Popular });

impl Rung {
    /// All rungs.
    pub const ALL: [Self; 3] = [Self::CategoryPairs, Self::PopularInCategory, Self::Popular];

    /// The name used in `endcap.toml` and in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::CategoryPairs => "category_pairs",
            Self::PopularInCategory => "popular_in_category",
            Self::Popular => "popular",
        }
    }
}

/// What holds for the shop as a whole: the public part of `[shop]` and `[stock]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ShopTerms {
    /// Whose model this is: a hash of `[shop] name`, zeros where the shop has none. An overlay of another shop is refused.
    pub shop: [u8; 16],
    /// Subtotal from which shipping is free, in minor units; above 0.
    pub free_shipping_at: Option<i64>,
    /// Most blocks of a page that are filled; 0: no cap.
    pub max_live_placements: u16,
    /// Seconds after which an overlay is stale; above 0.
    pub stale_after: Option<u32>,
    /// What is made, once it is stale, of items that it spoke of. `Show` keeps them as they are.
    pub when_stale: StockUse,
    /// Share of the trained price by which a live one may differ unconfirmed; above 0.
    pub price_jump: Option<f32>,
    /// Seven ascending prices in minor units that part the eight classes of `objective = "revenue"`; none without prices.
    pub price_knots: Vec<i64>,
}

stored!(struct ShopTerms {
    shop, free_shipping_at, max_live_placements, stale_after, when_stale, price_jump, price_knots,
});

impl Default for ShopTerms {
    /// No name, no cap, no limit of age, and no guard of prices.
    fn default() -> Self {
        Self {
            shop: [0; 16],
            free_shipping_at: None,
            max_live_placements: 0,
            stale_after: None,
            when_stale: StockUse::Show,
            price_jump: None,
            price_knots: Vec::new(),
        }
    }
}

/// Number of value classes: equal-count ranks of what an item is worth to the shop.
pub const VALUE_CLASSES: u8 = 8;
