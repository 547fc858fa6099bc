//! One written rule in numbers: its target, its condition, its placements.

use super::atoms::{Atom, Atoms};
use super::error::CompileError;
use super::facts::Field;
use crate::bundle::{Condition, EVERY_ITEM, EVERY_STATE, MAX_SETS, Match, Policy, Rule, Selector, Span, Test, When};
use std::collections::{BTreeMap, HashMap};

/// A set as atoms: all of `tests`, and not all of `not`, which says nothing where it is empty. Both ascend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct SetPlan {
    pub tests: Vec<u32>,
    pub not: Vec<u32>,
}

/// Which items a rule is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Target {
    pub selector: Selector,
    pub unless: Option<Selector>,
}

impl Target {
    /// Whether only the catalog decides it.
    pub fn is_static(&self) -> bool {
        let Selector { price, states, age, .. } = self.selector;
        price.is_none() && age.is_none() && states == EVERY_STATE && self.unless.is_none()
    }
}

/// Reads rules one by one, and numbers what they share.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub atoms: Atoms,
    pub sets: Vec<SetPlan>,
    numbers: HashMap<SetPlan, u16>,
    /// The first rule that needs a field.
    pub needs: BTreeMap<Field, usize>,
}

impl Reader {
    /// Which items rule number `at` is about.
    pub fn target(&mut self, at: usize, rule: &Rule) -> Result<Target, CompileError> {
        let Match { tests, not } = &rule.matches;
        let split = not.iter().any(is_live);
        let own = self.set(at, rule, tests, if split { &[] } else { not })?;
        let unless = if split { Some(live(self.set(at, rule, not, &[])?, not)) } else { None };
        // What nothing can pass takes nothing away.
        Ok(Target { selector: live(own, tests), unless: unless.filter(|unless| unless.states != 0) })
    }

    /// When a rule holds.
    pub fn condition(&mut self, at: usize, rule: &Rule) -> Result<Condition, CompileError> {
        let When { cart_contains_any, cart_contains_all, cart_contains_none, product, .. } = &rule.when;
        Ok(Condition {
            cart_any: self.part(at, rule, "cart_contains_any", cart_contains_any.as_ref())?,
            cart_all: self.all(at, rule, cart_contains_all.as_ref())?,
            cart_none: self.part(at, rule, "cart_contains_none", cart_contains_none.as_ref())?,
            product: self.part(at, rule, "product", product.as_ref())?,
            subtotal: rule.when.cart_subtotal,
            lines: rule.when.cart_lines,
            segment: rule.when.segment.clone(),
            from: rule.from,
            until: rule.until,
        })
    }

    fn part(
        &mut self,
        at: usize,
        rule: &Rule,
        part: &'static str,
        matches: Option<&Match>,
    ) -> Result<Option<u16>, CompileError> {
        let Some(matches) = matches else { return Ok(None) };
        allowed(rule, part, matches)?;
        self.set(at, rule, &matches.tests, &matches.not).map(Some)
    }

    /// One set for each value of each test.
    fn all(&mut self, at: usize, rule: &Rule, matches: Option<&Match>) -> Result<Vec<u16>, CompileError> {
        let Some(matches) = matches else { return Ok(Vec::new()) };
        allowed(rule, "cart_contains_all", matches)?;
        let mut sets = Vec::new();
        for test in matches.tests.iter().flat_map(each_value) {
            sets.push(self.set(at, rule, &[test], &matches.not)?);
        }
        if sets.is_empty() {
            sets.push(self.set(at, rule, &[], &matches.not)?);
        }
        sets.sort_unstable();
        sets.dedup();
        Ok(sets)
    }

    /// The number of a set; tests that change by the hour have no part in it.
    fn set(&mut self, at: usize, rule: &Rule, tests: &[Test], not: &[Test]) -> Result<u16, CompileError> {
        let plan = SetPlan { tests: self.atoms_of(at, tests), not: self.atoms_of(at, not) };
        if plan == SetPlan::default() {
            return Ok(EVERY_ITEM);
        }
        if let Some(known) = self.numbers.get(&plan) {
            return Ok(*known);
        }
        let number = u16::try_from(self.sets.len()).ok().filter(|number| usize::from(*number) < MAX_SETS);
        let number = number.ok_or_else(|| CompileError::TooManySets { rule: rule.name.clone() })?;
        self.sets.push(plan.clone());
        self.numbers.insert(plan, number);
        Ok(number)
    }

    fn atoms_of(&mut self, at: usize, tests: &[Test]) -> Vec<u32> {
        let mut list = Vec::new();
        for atom in tests.iter().filter_map(Atom::of) {
            self.needs.entry(atom.field()).or_insert(at);
            list.push(self.atoms.number(atom));
        }
        list.sort_unstable();
        list.dedup();
        list
    }
}

/// The bits of the placements that are named; of all where none is.
pub(super) fn placements(rule: &str, names: &[String], policies: &[Policy]) -> Result<u64, CompileError> {
    if names.is_empty() {
        return Ok((0..policies.len()).fold(0, |bits, at| bits | 1 << at));
    }
    names.iter().try_fold(0, |bits, name| {
        let at = policies.iter().position(|policy| policy.placement == *name);
        let known = || policies.iter().map(|policy| policy.placement.as_str()).collect::<Vec<_>>().join(", ");
        at.map(|at| bits | 1 << at).ok_or_else(|| CompileError::UnknownPlacement {
            rule: rule.to_owned(),
            placement: name.clone(),
            known: known(),
        })
    })
}

/// Whether a test's outcome may change by the hour.
fn is_live(test: &Test) -> bool {
    matches!(test, Test::Price(_) | Test::State(_) | Test::Age(_))
}

/// A set and what is asked beside it. No state at all where no item can pass.
fn live(set: u16, tests: &[Test]) -> Selector {
    let mut all = Selector { set, price: None, states: EVERY_STATE, age: None };
    for test in tests {
        match test {
            Test::Price(span) => all.price = Some(both(all.price, *span)),
            Test::Age(span) => all.age = Some(both(all.age, *span)),
            Test::State(states) => all.states &= states,
            _ => {}
        }
    }
    let none = |span: Option<Span>| span.is_some_and(|span| span.min > span.max);
    if none(all.price) || none(all.age) || all.states == 0 {
        return Selector { set: EVERY_ITEM, price: None, states: 0, age: None };
    }
    all
}

/// What two spans have in common.
fn both(one: Option<Span>, other: Span) -> Span {
    one.map_or(other, |one| Span { min: one.min.max(other.min), max: one.max.min(other.max) })
}

/// Whether a part of a `when` tests only what a file of texts tells.
fn allowed(rule: &Rule, part: &'static str, matches: &Match) -> Result<(), CompileError> {
    let mut tests = matches.tests.iter().chain(&matches.not);
    tests
        .find_map(forbidden)
        .map_or(Ok(()), |test| Err(CompileError::WhenTests { rule: rule.name.clone(), part, test }))
}

fn forbidden(test: &Test) -> Option<&'static str> {
    match test {
        Test::Price(_) => Some("price"),
        Test::Margin(_) => Some("margin"),
        Test::State(_) | Test::Count(_) => Some("stock"),
        Test::Age(_) => Some("age"),
        _ => None,
    }
}

/// A test of several values as tests of one.
fn each_value(test: &Test) -> Vec<Test> {
    let one = |values: &[String], make: fn(Vec<String>) -> Test| {
        values.iter().map(|value| make(vec![value.clone()])).collect::<Vec<_>>()
    };
    match test {
        Test::Sku(values) => one(values, Test::Sku),
        Test::Title(values) => one(values, Test::Title),
        Test::Category(values) => one(values, Test::Category),
        Test::Brand(values) => one(values, Test::Brand),
        Test::Tag(values) => one(values, Test::Tag),
        Test::Group(values) => one(values, Test::Group),
        other => vec![other.clone()],
    }
}
