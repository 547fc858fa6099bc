//! A bundle before it is bytes: what training hands over.

use super::experiments::Experiments;
use super::layout::SectionKind;
use super::policy::{Policy, ShopTerms};
use super::private::{ItemFacts, Private};
use super::rule::RuleTable;
use super::stored::stored;
use crate::shop::{Currency, ItemId, Money, StockState};

/// Everything a bundle will hold, in item order.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What the bundle says of itself.
    pub manifest: Manifest,
    /// Constants that ranking reads.
    pub tuning: Tuning,
    /// One policy a placement.
    pub policies: Vec<Policy>,
    /// The items; the position is the [`ItemId`].
    pub items: Vec<DraftItem>,
    /// Flags of the classes that items point to.
    pub classes: Vec<DraftClass>,
    /// At most one relation of a kind.
    pub relations: Vec<DraftRelation>,
    /// From score to probability, at most one a placement.
    pub calibration: Vec<Calibration>,
    /// Products that the shop itself put beside others.
    pub pins: Vec<DraftPin>,
    /// What holds for the shop as a whole.
    pub terms: ShopTerms,
    /// The shop's rules, compiled.
    pub rules: RuleTable,
    /// What is bought with products of each class, best first, at most 16; empty where nothing is known.
    pub class_pairs: Vec<Vec<ItemId>>,
    /// Who is in which arm of which experiment.
    pub experiments: Experiments,
    /// What only an edge bundle holds; `None` makes a public bundle.
    pub private: Option<Private>,
}

/// One item of a draft.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftItem {
    /// 1 to 255 bytes without control characters; unique in the draft.
    pub sku: String,
    /// Share of orders (or visits) that hold it, 0 to 1.
    pub share: f32,
    /// Whether it can be sold.
    pub stock: StockState,
    /// Index into [`Draft::classes`].
    pub class: Option<u32>,
    /// Number shared by the variants of one product, from 1.
    pub group: Option<u32>,
    /// Median days between two purchases by one customer, where enough customers came back.
    pub gap_days: Option<u16>,
    /// What a page shows of it.
    pub card: Card,
    /// Number shared by the products of one brand, from 1.
    pub brand: Option<u32>,
    /// Class of its contribution among all items, 0 to 7.
    pub value: Option<u8>,
    /// The day it was released, since 1970.
    pub released: Option<i32>,
    /// Bit n: it is hidden at placement n of the policies, whatever is asked.
    pub hidden: u64,
    /// What only an edge bundle tells.
    pub facts: ItemFacts,
}

/// What a score is worth at one placement: a strictly increasing line through at most 16 knots.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The placement's name.
    pub placement: String,
    /// 2 to 16 knots; scores and probabilities both strictly ascend.
    pub knots: Vec<Knot>,
}

stored!(struct Calibration { placement, knots });

/// One point of a [`Calibration`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knot {
    /// The score before calibration, ≥ 0.
    pub score: f32,
    /// The share of items with this score that were bought (or viewed) next, 0 to 1.
    pub probability: f32,
}

stored!(struct Knot { score, probability });

/// A product that stands in a slot of another product's block because the shop says so.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftPin {
    /// The placement's name.
    pub placement: String,
    /// The product whose page is open (or that lies in the cart).
    pub product: ItemId,
    /// The slot, from 1.
    pub slot: u8,
    /// What stands there.
    pub item: ItemId,
}

/// What a page shows of a product. Empty texts are absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// What the shopper reads.
    pub title: String,
    /// Its category, levels joined by ` > `.
    pub category: String,
    /// The product's page.
    pub url: String,
    /// The product's picture.
    pub image: String,
    /// What the shop's cart takes.
    pub cart_id: String,
    /// Price in minor units of the manifest's currency.
    pub price: Option<Money>,
}

/// One class of a draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DraftClass {
    /// A quarter of the orders with the class hold two different items of it.
    pub varied: bool,
    /// Never shown as a reason nor used as evidence.
    pub sensitive: bool,
}

/// One sparse item-item relation before quantising.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftRelation {
    /// Which one.
    pub kind: RelationKind,
    /// Bits a weight, 1 to 8.
    pub bits: u8,
    /// Row of each item: ascending by item, no item twice, none of itself, at most 255.
    pub rows: Vec<Vec<Edge>>,
}

/// One neighbour in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// The neighbour.
    pub item: ItemId,
    /// Its weight; finite; below zero only where the relation is signed.
    pub weight: f32,
}

/// The relations of format version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RelationKind {
    /// What completes a cart.
    Cart,
    /// What is bought with one product.
    BoughtTogether,
    /// What is looked at next to a product.
    Similar,
}

stored!(enum RelationKind { 0 = Cart, 1 = BoughtTogether, 2 = Similar });

impl RelationKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Cart, Self::BoughtTogether, Self::Similar];

    /// The section that holds it.
    pub fn section(self) -> SectionKind {
        match self {
            Self::Cart => SectionKind::Cart,
            Self::BoughtTogether => SectionKind::BoughtTogether,
            Self::Similar => SectionKind::Similar,
        }
    }

    /// The name used on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cart => "cart",
            Self::BoughtTogether => "bought_together",
            Self::Similar => "similar",
        }
    }
}

/// What a bundle says of itself. Everything here is public: no count of orders or customers, no date, no path.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Name and version of the program that trained it.
    pub generator: String,
    /// Three letters, or `XXX` where the shop names none.
    pub currency: String,
    /// One note a relation that was trained.
    pub relations: Vec<RelationNote>,
}

stored!(struct Manifest { generator, currency, relations });

impl Manifest {
    /// The currency of the cards' prices.
    pub fn currency(&self) -> Currency {
        Currency::parse(&self.currency).unwrap_or(Currency::NONE)
    }
}

/// How a relation came to be.
#[derive(Clone, Debug, PartialEq)]
pub struct RelationNote {
    /// Which one.
    pub kind: RelationKind,
    /// The model that won on validation, with its settings: `slim l1 0.1 l2 10`.
    pub model: String,
    /// Whether it is worth asking.
    pub verdict: Verdict,
}

stored!(struct RelationNote { kind, model, verdict });

/// What validation says of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Better than popularity beyond doubt.
    Signal,
    /// Too little data to tell; shipped on trust.
    Unproven,
    /// No better than popularity although there was data: not shipped, the placement falls back.
    NoSignal,
}

stored!(enum Verdict { 0 = Signal, 1 = Unproven, 2 = NoSignal });

impl Verdict {
    /// The name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::Unproven => "unproven",
            Self::NoSignal => "no_signal",
        }
    }
}

/// Constants chosen at training that ranking multiplies with. All finite and ≥ 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Tuning {
    /// For carts of 1, 2–3, 4–5, 6–9 and ≥ 10 known lines.
    pub cart: [Blend; 5],
    /// For one product.
    pub product: Blend,
    /// Weight of the last view, the one before it, …; at most ten count.
    pub view_decay: Vec<f32>,
    /// What is bought again.
    pub repeat: Repeat,
}

stored!(struct Tuning { cart, product, view_decay, repeat });

/// How evidence and popularity add up: `cart · Σ w_cart + together · Σ w_together + prior · P(j)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Blend {
    /// Factor of the `cart` relation.
    pub cart: f32,
    /// Factor of the `bought_together` relation.
    pub together: f32,
    /// Factor of the popularity prior.
    pub prior: f32,
}

stored!(struct Blend { cart, together, prior });

/// Slowly decayed personal frequency.
#[derive(Clone, Debug, PartialEq)]
pub struct Repeat {
    /// Days in which a purchase loses half of its weight; 0: it never does.
    pub half_life_days: f32,
    /// `2^(-k/64)` for k = 0 to 63: within one half-life a purchase fades along these steps.
    pub fade: Vec<f32>,
    /// Factor of the popularity prior.
    pub prior: f32,
}

stored!(struct Repeat { half_life_days, fade, prior });
