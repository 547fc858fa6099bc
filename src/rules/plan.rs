//! What is to be decided of every item, and the decision for one.

use super::error::CompileError;
use super::facts::{Facts, Field};
use super::reader::{Reader, Target, placements};
use crate::bundle::{CompiledRule, EVERY_ITEM, Effect, PlacementNote, Policy, Rule, Selector, When};

/// Everything that is written: rules, notes with their floors, and the placements they speak of.
#[derive(Clone, Copy, Debug)]
pub struct Rulebook<'a> {
    /// The rules, in the order of the file.
    pub rules: &'a [Rule],
    /// What is said of placements beside their policies.
    pub notes: &'a [PlacementNote],
    /// The placements; the position is the bit in masks. At most 64.
    pub policies: &'a [Policy],
}

/// What becomes of a rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fate {
    /// It hides items at these placements, whatever is asked.
    Hides(u64),
    /// It is looked at with each request; sets by the plan's numbers.
    Asked(Box<CompiledRule>),
    /// It ends before it begins.
    Never,
}

/// Rules in numbers, before any item was looked at. The same for all ways to write the same rules.
///
/// Cost of a plan: the length of the rules; of [`judge`](Self::judge): the item's own values, and what they find.
#[derive(Debug)]
pub struct Plan {
    reader: Reader,
    /// By atom: the sets that need it.
    needing: Vec<Vec<u16>>,
    /// Sets that need nothing but that something else is not so.
    always: Vec<u16>,
    /// By set: the rules about it.
    by_set: Vec<Vec<u16>>,
    /// Rules about every item.
    about_all: Vec<u16>,
    pub(super) targets: Vec<Target>,
    pub(super) fates: Vec<Fate>,
    /// Bit of the placement, least share in thousandths, number of the note.
    floors: Vec<(u64, i64, usize)>,
}

/// What a plan says of one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Bit n: it is hidden at placement n, whatever is asked.
    pub hidden: u64,
    /// The sets it is in, ascending, by the plan's numbers: the compiled table may number them otherwise.
    pub sets: Vec<u16>,
    /// The written rules that are about it today, ascending; of its age only counts whether it is known.
    pub rules: Vec<u16>,
}

/// Why an item is hidden at a placement whatever is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiddenBy {
    /// The rule of this number.
    Rule(usize),
    /// The margin floor in the note of this number.
    MarginFloor(usize),
}

impl Plan {
    /// Reads everything that is written.
    ///
    /// # Errors
    ///
    /// All of [`CompileError`] but [`CompileError::Untold`] and [`CompileError::TooManyRules`], which depend on the items.
    pub fn of(book: &Rulebook<'_>) -> Result<Self, CompileError> {
        if book.policies.len() > 64 {
            return Err(CompileError::TooManyPlacements { found: book.policies.len() });
        }
        if book.rules.len() > usize::from(u16::MAX) {
            return Err(CompileError::TooManyRules { found: book.rules.len() });
        }
        let mut reader = Reader::default();
        let (mut targets, mut fates) = (Vec::new(), Vec::new());
        for (at, rule) in book.rules.iter().enumerate() {
            let target = reader.target(at, rule)?;
            fates.push(fate(&mut reader, at, rule, &target, book.policies)?);
            targets.push(target);
        }
        let mut floors = Vec::new();
        for (at, note) in book.notes.iter().enumerate() {
            let bits = placements("", std::slice::from_ref(&note.placement), book.policies)?;
            floors.extend(note.margin_floor.map(|floor| (bits, floor, at)));
        }
        Ok(Self::indexed(reader, targets, fates, floors))
    }

    fn indexed(reader: Reader, targets: Vec<Target>, fates: Vec<Fate>, floors: Vec<(u64, i64, usize)>) -> Self {
        let mut needing = vec![Vec::new(); reader.atoms.len()];
        let mut always = Vec::new();
        for (number, set) in (0u16..).zip(&reader.sets) {
            if set.tests.is_empty() {
                always.push(number);
            }
            set.tests.iter().for_each(|atom| {
                slot(&mut needing, *atom).into_iter().for_each(|list| list.push(number));
            });
        }
        let (mut by_set, mut about_all) = (vec![Vec::new(); reader.sets.len()], Vec::new());
        for (rule, target) in (0u16..).zip(&targets) {
            slot(&mut by_set, u32::from(target.selector.set)).unwrap_or(&mut about_all).push(rule);
        }
        Self { reader, needing, always, by_set, about_all, targets, fates, floors }
    }

    /// How many sets there are.
    pub fn sets(&self) -> usize {
        self.reader.sets.len()
    }

    /// What holds for one item.
    pub fn judge(&self, facts: &Facts<'_>) -> Judged {
        Judge::new(self).judge(facts)
    }

    /// What hides one item at the placement with number `placement`: rules first, then floors.
    pub fn hidden_by(&self, facts: &Facts<'_>, placement: usize) -> Vec<HiddenBy> {
        let bit = 1u64.checked_shl(placement as u32).unwrap_or(0);
        let rules = self.judge(facts).rules.into_iter().map(usize::from);
        let hides = |rule: &usize| matches!(self.fates.get(*rule), Some(Fate::Hides(mask)) if mask & bit != 0);
        let floors = self.floors.iter().filter(|(at, floor, _)| at & bit != 0 && below(facts, *floor));
        rules.filter(hides).map(HiddenBy::Rule).chain(floors.map(|(.., note)| HiddenBy::MarginFloor(*note))).collect()
    }

    /// What the rules or floors need and the file does not tell, by the facts of one of its items.
    pub(super) fn untold(&self, book: &Rulebook<'_>, facts: &Facts<'_>) -> Option<CompileError> {
        let missing = self.reader.needs.iter().find(|(field, _)| !facts.tells(**field));
        let rule = missing.and_then(|(field, rule)| Some((book.rules.get(*rule)?.name.clone(), *field)));
        if let Some((name, field)) = rule {
            return Some(CompileError::Untold { name, floor: false, field });
        }
        let (.., note) = self.floors.first().filter(|_| !facts.tells(Field::Margin))?;
        let name = book.notes.get(*note)?.placement.clone();
        Some(CompileError::Untold { name, floor: true, field: Field::Margin })
    }
}

/// Judges items one after the other in the same memory.
pub(super) struct Judge<'p> {
    plan: &'p Plan,
    /// By atom: whether the item passes it.
    passed: Vec<bool>,
    list: Vec<u32>,
    /// By set: how many of its tests the item passes.
    count: Vec<u32>,
    touched: Vec<u16>,
}

impl<'p> Judge<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        let (atoms, sets) = (plan.reader.atoms.len(), plan.reader.sets.len());
        Self { plan, passed: vec![false; atoms], list: Vec::new(), count: vec![0; sets], touched: Vec::new() }
    }

    pub fn judge(&mut self, facts: &Facts<'_>) -> Judged {
        let sets = self.sets(facts);
        let plan = self.plan;
        let of_sets = sets.iter().filter_map(|set| plan.by_set.get(usize::from(*set))).flatten();
        let about = |rule: &&u16| plan.targets.get(usize::from(**rule)).is_some_and(|t| is_about(t, facts, &sets));
        let mut rules: Vec<u16> = of_sets.chain(&plan.about_all).filter(about).copied().collect();
        rules.sort_unstable();
        let mask = |rule: &u16| match plan.fates.get(usize::from(*rule)) {
            Some(Fate::Hides(mask)) => *mask,
            _ => 0,
        };
        let floors = plan.floors.iter().filter(|(_, floor, _)| below(facts, *floor)).map(|(bits, ..)| *bits);
        let hidden = rules.iter().map(mask).chain(floors).fold(0, |all, bits| all | bits);
        Judged { hidden, sets, rules }
    }

    /// The sets an item is in, ascending.
    fn sets(&mut self, facts: &Facts<'_>) -> Vec<u16> {
        let (passed, list) = (&mut self.passed, &mut self.list);
        self.plan.reader.atoms.passed(facts, &mut |atom| {
            if let Some(known) = passed.get_mut(atom as usize).filter(|known| !**known) {
                *known = true;
                list.push(atom);
            }
        });
        for set in self.list.iter().filter_map(|atom| self.plan.needing.get(*atom as usize)).flatten() {
            let Some(count) = self.count.get_mut(usize::from(*set)) else { continue };
            if *count == 0 {
                self.touched.push(*set);
            }
            *count += 1;
        }
        let all = self.touched.iter().chain(&self.plan.always);
        let mut sets: Vec<u16> = all.filter(|set| self.holds(**set)).copied().collect();
        sets.sort_unstable();
        self.forget();
        sets
    }

    fn holds(&self, set: u16) -> bool {
        let Some(plan) = self.plan.reader.sets.get(usize::from(set)) else { return false };
        let passed = |atom: &u32| self.passed.get(*atom as usize) == Some(&true);
        let found = self.count.get(usize::from(set)).copied().unwrap_or(0);
        found as usize == plan.tests.len() && (plan.not.is_empty() || !plan.not.iter().all(passed))
    }

    fn forget(&mut self) {
        for atom in self.list.drain(..) {
            self.passed.get_mut(atom as usize).into_iter().for_each(|known| *known = false);
        }
        for set in self.touched.drain(..) {
            self.count.get_mut(usize::from(set)).into_iter().for_each(|count| *count = 0);
        }
    }
}

/// What becomes of rule number `at`.
fn fate(
    reader: &mut Reader,
    at: usize,
    rule: &Rule,
    target: &Target,
    policies: &[Policy],
) -> Result<Fate, CompileError> {
    let placements = placements(&rule.name, &rule.placements, policies)?;
    let when = reader.condition(at, rule)?;
    if rule.from.zip(rule.until).is_some_and(|(from, until)| from >= until) {
        return Ok(Fate::Never);
    }
    let at_all_times = rule.when == When::default() && rule.from.is_none() && rule.until.is_none();
    if rule.action == Effect::Exclude && at_all_times && target.is_static() {
        return Ok(Fate::Hides(placements));
    }
    let Target { selector, unless } = *target;
    let effect = rule.action;
    Ok(Fate::Asked(Box::new(CompiledRule { placements, selector, unless, when, effect })))
}

/// Whether a target is about an item that is in `sets`.
fn is_about(target: &Target, facts: &Facts<'_>, sets: &[u16]) -> bool {
    // Who knows no date takes an age for met by what a rule is about, and for not met by what it is not about.
    let aged = |selector: &Selector| selector.age.is_none() || facts.released.is_some();
    let unless = target.unless.as_ref().filter(|unless| unless.age.is_none());
    let holds = |selector: &Selector| {
        (selector.set == EVERY_ITEM || sets.binary_search(&selector.set).is_ok())
            && selector.price.is_none_or(|span| facts.price.is_some_and(|price| span.holds(price)))
            && selector.states >> (facts.state as u8) & 1 == 1
    };
    holds(&target.selector) && aged(&target.selector) && !unless.is_some_and(holds)
}

/// Whether an item's known contribution is below a share of its price, in thousandths.
pub(super) fn below(facts: &Facts<'_>, floor: i64) -> bool {
    facts.margin().is_some_and(|(gain, price)| i128::from(gain) * 1_000 < i128::from(floor) * i128::from(price))
}

fn slot<T>(list: &mut [T], at: u32) -> Option<&mut T> {
    list.get_mut(at as usize)
}
