//! All items judged: the table that ranking reads.

use super::error::CompileError;
use super::facts::Facts;
use super::plan::{Fate, Judge, Plan, Rulebook};
use crate::bundle::{CompiledRule, Condition, EVERY_ITEM, Effect, MAX_RULES, RuleTable, Selector, Sets};
use crate::shop::ItemId;
use std::collections::HashMap;

/// What a bundle holds of the rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compiled {
    /// The rules that are looked at with each request, and their sets. A rule that can never hold is left out, and a set
    /// that no rule asks for.
    pub table: RuleTable,
    /// For each item, bit n: hidden at placement n, whatever is asked.
    pub hidden: Vec<u64>,
    /// For each compiled rule the number of the written one.
    pub origins: Vec<u16>,
    /// For each written rule how many items it is about today; of ages only counts whether they are known.
    pub matched: Vec<u32>,
}

/// Compiles everything that is written for `n` items.
///
/// The same rules and items give the same table, whatever the order of the values in a list and their case. Cost: a look at
/// each item's facts, and memory for two bytes an item and set it is in.
///
/// # Errors
///
/// All of [`CompileError`].
pub fn compile<'a>(
    book: &Rulebook<'_>,
    n: usize,
    facts: impl Fn(ItemId) -> Facts<'a>,
) -> Result<Compiled, CompileError> {
    let plan = Plan::of(book)?;
    let members = Members::of(&plan, book, n, &facts)?;
    let mut rules: Vec<CompiledRule> = Vec::new();
    let mut origins = Vec::new();
    for (number, fate) in (0u16..).zip(&plan.fates) {
        if let Fate::Asked(rule) = fate
            && let Some(rule) = members.settled(rule)
        {
            rules.push(rule);
            origins.push(number);
        }
    }
    if rules.len() > MAX_RULES {
        return Err(CompileError::TooManyRules { found: rules.len() });
    }
    let numbers = renumber(&mut rules, plan.sets());
    let sets = members.signatures(&numbers);
    Ok(Compiled { table: RuleTable { rules, sets }, hidden: members.hidden, origins, matched: members.matched })
}

/// Which items are in which sets, by the plan's numbers.
struct Members {
    /// Where each item's sets end.
    ends: Vec<usize>,
    sets: Vec<u16>,
    /// By set: whether an item is in it.
    inhabited: Vec<bool>,
    hidden: Vec<u64>,
    matched: Vec<u32>,
}

impl Members {
    fn of<'a>(
        plan: &Plan,
        book: &Rulebook<'_>,
        n: usize,
        facts: impl Fn(ItemId) -> Facts<'a>,
    ) -> Result<Self, CompileError> {
        let (mut ends, mut sets, mut hidden) = (Vec::with_capacity(n), Vec::new(), Vec::with_capacity(n));
        let (mut inhabited, mut matched) = (vec![false; plan.sets()], vec![0u32; plan.fates.len()]);
        let mut judge = Judge::new(plan);
        for item in 0..n {
            let facts = facts(ItemId(item as u32));
            if let Some(error) = plan.untold(book, &facts) {
                return Err(error);
            }
            let judged = judge.judge(&facts);
            judged.sets.iter().for_each(|set| mark(&mut inhabited, *set, |known| *known = true));
            judged.rules.iter().for_each(|rule| mark(&mut matched, *rule, |count| *count += 1));
            sets.extend(judged.sets);
            ends.push(sets.len());
            hidden.push(judged.hidden);
        }
        Ok(Self { ends, sets, inhabited, hidden, matched })
    }

    /// Whether nothing can be in a set.
    fn is_empty(&self, set: u16) -> bool {
        set != EVERY_ITEM && self.inhabited.get(usize::from(set)) != Some(&true)
    }

    /// The rule without what asks nothing; `None` where it can never do anything.
    fn settled(&self, rule: &CompiledRule) -> Option<CompiledRule> {
        let never = |set: Option<u16>| set.is_some_and(|set| self.is_empty(set));
        let Condition { cart_any, cart_all, cart_none, product, .. } = &rule.when;
        if never(*cart_any) || never(*product) || cart_all.iter().any(|set| self.is_empty(*set)) {
            return None;
        }
        let nothing = rule.selector.states == 0 || self.is_empty(rule.selector.set);
        if nothing && rule.effect != Effect::IncludeOnly {
            return None;
        }
        let mut rule = rule.clone();
        if nothing {
            // Nothing but nothing: the placement is empty while it holds.
            (rule.selector, rule.unless) = (Selector { set: EVERY_ITEM, price: None, states: 0, age: None }, None);
        }
        rule.when.cart_none = cart_none.filter(|set| !self.is_empty(*set));
        rule.unless = rule.unless.filter(|unless| !self.is_empty(unless.set));
        Some(rule)
    }

    /// The signatures of all items, in the order of the first item that has them.
    fn signatures(&self, numbers: &[Option<u16>]) -> Sets {
        if numbers.iter().all(Option::is_none) {
            return Sets::default();
        }
        let mut known: HashMap<Vec<u16>, u32> = HashMap::from([(Vec::new(), 0)]);
        let mut signatures = vec![Vec::new()];
        let mut signature_of = Vec::with_capacity(self.ends.len());
        let mut start = 0;
        for end in &self.ends {
            let own = self.sets.get(start..*end).unwrap_or_default();
            let number = |set: &u16| numbers.get(usize::from(*set)).copied().flatten();
            let mut own: Vec<u16> = own.iter().filter_map(number).collect();
            own.sort_unstable();
            signature_of.push(*known.entry(own).or_insert_with_key(|own| {
                signatures.push(own.clone());
                signatures.len() as u32 - 1
            }));
            start = *end;
        }
        Sets { signature_of, signatures }
    }
}

/// Numbers the sets that rules ask for, in the order in which they ask; the new number of each set of the plan.
fn renumber(rules: &mut [CompiledRule], sets: usize) -> Vec<Option<u16>> {
    let mut numbers = vec![None; sets];
    let mut next = 0u16;
    let mut number = |set: &mut u16| {
        let Some(known) = numbers.get_mut(usize::from(*set)) else { return };
        *set = *known.get_or_insert_with(|| {
            next += 1;
            next - 1
        });
    };
    for rule in rules {
        number(&mut rule.selector.set);
        rule.unless.iter_mut().for_each(|unless| number(&mut unless.set));
        let Condition { cart_any, cart_all, cart_none, product, .. } = &mut rule.when;
        cart_any.iter_mut().chain(cart_all.iter_mut()).chain(cart_none).chain(product).for_each(&mut number);
        cart_all.sort_unstable();
    }
    numbers
}

fn mark<T>(list: &mut [T], at: u16, change: impl FnMut(&mut T)) {
    list.get_mut(usize::from(at)).into_iter().for_each(change);
}
