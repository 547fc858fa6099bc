//! Every rule asked of every item.

use super::Inspected;
use crate::bundle::{Effect, Policy, Rule, StockUse};
use crate::rules::error::CompileError;
use crate::rules::facts::{Facts, Field};
use crate::rules::plan::{Judge, Plan, below};
use crate::rules::reader::placements;
use crate::shop::{ItemId, StockState};

/// A set of items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    /// How many items are in it.
    pub count: usize,
}

impl Bits {
    fn empty(items: usize) -> Self {
        Self { words: vec![0; items.div_ceil(64)], count: 0 }
    }

    fn of(items: impl ExactSizeIterator<Item = bool>) -> Self {
        let mut bits = Self::empty(items.len());
        items.enumerate().filter(|(_, holds)| *holds).for_each(|(at, _)| bits.insert(at));
        bits
    }

    /// Takes an item that was not in it.
    fn insert(&mut self, at: usize) {
        self.words.get_mut(at / 64).into_iter().for_each(|word| *word |= 1 << (at % 64));
        self.count += 1;
    }

    fn join(&self, other: &Self, word: impl Fn(u64, u64) -> u64) -> Self {
        let words: Vec<u64> = self.words.iter().zip(&other.words).map(|(a, b)| word(*a, *b)).collect();
        Self { count: words.iter().map(|word| word.count_ones() as usize).sum(), words }
    }

    /// What is in both.
    pub fn and(&self, other: &Self) -> Self {
        self.join(other, |a, b| a & b)
    }

    /// What is in either.
    pub fn or(&self, other: &Self) -> Self {
        self.join(other, |a, b| a | b)
    }

    /// What is here and not there.
    pub fn without(&self, other: &Self) -> Self {
        self.join(other, |a, b| a & !b)
    }

    /// Whether all is there too.
    pub fn within(&self, other: &Self) -> bool {
        self.count <= other.count && self.words.iter().zip(&other.words).all(|(a, b)| a & !b == 0)
    }

    /// Whether nothing is in both.
    pub fn apart(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).all(|(a, b)| a & b == 0)
    }
}

/// What is known of all items together.
pub struct Census {
    pub plan: Plan,
    pub items: usize,
    /// By rule: what it is about today.
    pub about: Vec<Bits>,
    /// By rule: the enabled placements at which it holds.
    pub placements: Vec<u64>,
    /// By placement: what its stock policy and its margin floor let through.
    pub allowed: Vec<Bits>,
    /// By placement: what its margin floor hides.
    pub floored: Vec<usize>,
    /// Known prices above 0, ascending.
    pub prices: Vec<i64>,
    /// Whether some cost is known; true where the file does not tell.
    pub costs: bool,
}

impl Census {
    /// Counts everything.
    pub fn of<'a>(shop: &Inspected<'_>, n: usize, facts: impl Fn(ItemId) -> Facts<'a>) -> Result<Self, CompileError> {
        let plan = Plan::of(&shop.book)?;
        let mut judge = Judge::new(&plan);
        let mut about = vec![Bits::empty(n); shop.book.rules.len()];
        let mut seen = Vec::with_capacity(n);
        for at in 0..n {
            let facts = facts(ItemId(at as u32));
            if let Some(error) = plan.untold(&shop.book, &facts) {
                return Err(error);
            }
            for rule in judge.judge(&facts).rules {
                about.get_mut(usize::from(rule)).into_iter().for_each(|bits| bits.insert(at));
            }
            seen.push(Seen::of(shop, &facts));
        }
        let of = |at: usize, policy: &Policy| {
            let lets = |item: &Seen| policy.stock_use(item.state) != StockUse::Hide && item.floored >> at & 1 == 0;
            Bits::of(seen.iter().map(lets))
        };
        let policies = shop.book.policies.iter().enumerate();
        let mut prices: Vec<i64> = seen.iter().filter_map(|item| item.price).filter(|price| *price > 0).collect();
        prices.sort_unstable();
        Ok(Self {
            items: n,
            about,
            placements: shop.book.rules.iter().map(|rule| enabled(rule, shop.book.policies)).collect(),
            allowed: policies.clone().map(|(at, policy)| of(at, policy)).collect(),
            floored: policies.map(|(at, _)| seen.iter().filter(|item| item.floored >> at & 1 == 1).count()).collect(),
            prices,
            costs: n == 0 || seen.iter().any(|item| item.cost),
            plan,
        })
    }

    /// What a placement may show today: allowed, not excluded by a rule in force, and included where one says what is.
    pub fn eligible(&self, shop: &Inspected<'_>, placement: usize) -> Bits {
        let mut left = self.allowed.get(placement).cloned().unwrap_or_default();
        let mut included: Option<Bits> = None;
        for (rule, about, _) in self.at(shop, placement).filter(|(rule, ..)| super::in_force(rule, shop.now)) {
            match rule.action {
                Effect::Exclude => left = left.without(about),
                Effect::IncludeOnly => included = Some(included.map_or_else(|| about.clone(), |known| known.or(about))),
                _ => {}
            }
        }
        included.map_or(left.clone(), |included| left.and(&included))
    }

    /// The rules at an enabled placement, what they are about, and their numbers.
    pub fn at<'s>(
        &'s self,
        shop: &Inspected<'s>,
        placement: usize,
    ) -> impl Iterator<Item = (&'s Rule, &'s Bits, usize)> + 's {
        let rules = shop.book.rules.iter().zip(&self.about).zip(&self.placements).enumerate();
        let here = rules.filter(move |(_, (_, bits))| *bits >> placement & 1 == 1);
        here.map(|(number, ((rule, about), _))| (rule, about, number))
    }
}

/// What is kept of one item.
struct Seen {
    state: StockState,
    price: Option<i64>,
    /// Whether its cost is known, or the file does not tell.
    cost: bool,
    /// Bit n: the floor of placement n hides it.
    floored: u64,
}

impl Seen {
    fn of(shop: &Inspected<'_>, facts: &Facts<'_>) -> Self {
        let floor = |policy: &Policy| {
            let note = shop.book.notes.iter().find(|note| note.placement == policy.placement);
            note.and_then(|note| note.margin_floor).is_some_and(|floor| below(facts, floor))
        };
        let policies = shop.book.policies.iter().enumerate();
        Self {
            state: facts.state,
            price: facts.price,
            cost: !facts.tells(Field::Margin) || facts.margin().is_some(),
            floored: policies.fold(0, |bits, (at, policy)| bits | u64::from(floor(policy)) << at),
        }
    }
}

/// The bits of the enabled placements at which a rule holds. Names were checked by the plan.
fn enabled(rule: &Rule, policies: &[Policy]) -> u64 {
    let on = policies.iter().enumerate().filter(|(_, policy)| policy.enabled);
    let on = on.fold(0, |bits, (at, _)| bits | 1u64 << at);
    placements(&rule.name, &rule.placements, policies).unwrap_or(0) & on
}
