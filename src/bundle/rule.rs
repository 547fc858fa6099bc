//! Rules: as the merchandiser writes them ([`Rule`]), and as ranking reads them ([`RuleTable`]).
//!
//! A compiled rule knows no words. Whatever it matches by what an item *is* (SKU, title, category, brand, tag, group, margin,
//! count) is one numbered set of items; what changes by the hour and is public anyway (price, state of stock, age) stays a
//! test. Items that are in the same sets share a signature, so that a rule is looked up once a signature and never scanned
//! for each candidate.

use super::stored::stored;

/// A rule as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What it is called in explanations and reports; unique, 1 to 200 bytes.
    pub name: String,
    /// Where it holds; empty: everywhere.
    pub placements: Vec<String>,
    /// Which items it is about.
    pub matches: Match,
    /// When it holds.
    pub when: When,
    /// What it does.
    pub action: Effect,
    /// First second at which it holds, since 1970.
    pub from: Option<i64>,
    /// First second at which it no longer holds.
    pub until: Option<i64>,
}

stored!(struct Rule { name, placements, matches, when, action, from, until });

/// Which items a rule is about: those that pass all of `tests` and not all of `not` (which says nothing where it is empty).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Match {
    /// All must hold; no test at all holds for every item.
    pub tests: Vec<Test>,
    /// Not all of these may hold.
    pub not: Vec<Test>,
}

stored!(struct Match { tests, not });

/// One condition on an item. Lists are any-of. Texts are compared without regard to case, and literally: no patterns.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of these SKUs, to the letter.
    Sku(Vec<String>),
    /// The title holds all words of one of these texts.
    Title(Vec<String>),
    /// The category is one of these or below one of them. A text may name one level or several, joined by ` > `.
    Category(Vec<String>),
    /// One of these brands.
    Brand(Vec<String>),
    /// One of these tags.
    Tag(Vec<String>),
    /// One of these variant groups, in the catalog's words.
    Group(Vec<String>),
    /// Price in minor units.
    Price(Span),
    /// Contribution as a share of the price, in thousandths.
    Margin(Span),
    /// In one of these states: bit n is the state of number n.
    State(u8),
    /// Units on hand.
    Count(Span),
    /// Days since the product was released.
    Age(Span),
}

stored!(enum Test {
    0 = Sku(texts), 1 = Title(texts), 2 = Category(texts), 3 = Brand(texts), 4 = Tag(texts), 5 = Group(texts),
    6 = Price(span), 7 = Margin(span), 8 = State(states), 9 = Count(span), 10 = Age(span),
});

/// From `min` to `max`, both within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The least.
    pub min: i64,
    /// The most.
    pub max: i64,
}

stored!(struct Span { min, max });

impl Span {
    /// Everything.
    pub const ALL: Self = Self { min: i64::MIN, max: i64::MAX };

    /// Whether `number` is within.
    #[inline]
    pub fn holds(self, number: i64) -> bool {
        self.min <= number && number <= self.max
    }
}

/// When a rule holds: all that is given must.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct When {
    /// A line of the cart matches. Tests on price, margin, stock and age are no part of a `when`.
    pub cart_contains_any: Option<Match>,
    /// Each value of each test is matched by some line of the cart.
    pub cart_contains_all: Option<Match>,
    /// No line of the cart matches.
    pub cart_contains_none: Option<Match>,
    /// The product whose page is open matches.
    pub product: Option<Match>,
    /// Subtotal of the cart in minor units; a cart without a known price has none, and the rule does not hold.
    pub cart_subtotal: Option<Span>,
    /// Number of different lines of the cart.
    pub cart_lines: Option<Span>,
    /// Each named key of the request's segment has one of these values.
    pub segment: Vec<(String, Vec<String>)>,
}

stored!(struct When {
    cart_contains_any, cart_contains_all, cart_contains_none, product, cart_subtotal, cart_lines, segment,
});

/// What a rule does with the items it is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// They are not shown.
    Exclude,
    /// Nothing but what one such rule is about is shown.
    IncludeOnly,
    /// They gain `factor − 1` of φ; above 1, at most 2.
    Boost(f32),
    /// Their relevance is multiplied by this; above 0, below 1.
    Bury(f32),
    /// The best known of them that may be shown stands in this slot, from 1.
    Pin(u16),
}

stored!(enum Effect { 0 = Exclude, 1 = IncludeOnly, 2 = Boost(factor), 3 = Bury(factor), 4 = Pin(slot) });

impl Effect {
    /// The key used in `endcap.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exclude => "exclude",
            Self::IncludeOnly => "include_only",
            Self::Boost(_) => "boost",
            Self::Bury(_) => "bury",
            Self::Pin(_) => "pin",
        }
    }
}

/// The set of all items.
pub const EVERY_ITEM: u16 = u16::MAX;
/// Every state of stock.
pub const EVERY_STATE: u8 = 0b1_1111;
/// Most compiled rules.
pub const MAX_RULES: usize = 4_096;
/// Most sets of items.
pub const MAX_SETS: usize = 8_192;

/// Rules as ranking reads them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleTable {
    /// The rules, in the order of the file.
    pub rules: Vec<CompiledRule>,
    /// Which items are in which sets.
    pub sets: Sets,
}

/// Which items are in which sets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sets {
    /// The signature of each item, 0 for none of the sets; empty where there are no sets.
    pub signature_of: Vec<u32>,
    /// The sets of each signature, ascending; the first is empty.
    pub signatures: Vec<Vec<u16>>,
}

/// A rule without words.
#[derive(Clone, Debug, PartialEq)]
pub struct CompiledRule {
    /// Bit n: it holds at placement n of the policies.
    pub placements: u64,
    /// Which items it is about.
    pub selector: Selector,
    /// Which of these it is not about.
    pub unless: Option<Selector>,
    /// When it holds.
    pub when: Condition,
    /// What it does.
    pub effect: Effect,
}

stored!(struct CompiledRule { placements, selector, unless, when, effect });

/// Items in a set, with a price, in a state, of an age.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selector {
    /// The set, or [`EVERY_ITEM`].
    pub set: u16,
    /// Price in minor units; an item without a price is not within.
    pub price: Option<Span>,
    /// States of stock, bit n for the state of number n.
    pub states: u8,
    /// Days since release; an item without a release, or a request without a time, is not within.
    pub age: Option<Span>,
}

stored!(struct Selector { set, price, states, age });

/// When a compiled rule holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Condition {
    /// A line of the cart is in this set.
    pub cart_any: Option<u16>,
    /// For each of these sets a line of the cart is in it.
    pub cart_all: Vec<u16>,
    /// No line of the cart is in this set.
    pub cart_none: Option<u16>,
    /// The product is in this set.
    pub product: Option<u16>,
    /// Subtotal in minor units.
    pub subtotal: Option<Span>,
    /// Different lines of the cart.
    pub lines: Option<Span>,
    /// Keys of the request's segment, each with the values that will do.
    pub segment: Vec<(String, Vec<String>)>,
    /// First second at which it holds, since 1970. A window is not met by a request without a time.
    pub from: Option<i64>,
    /// First second at which it no longer holds.
    pub until: Option<i64>,
}

stored!(struct Condition { cart_any, cart_all, cart_none, product, subtotal, lines, segment, from, until });
