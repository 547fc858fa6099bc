//! Rules laid out for looking up: which rules speak of a set, and which hold at a placement without more ado.

use crate::bundle::{CompiledRule, Condition, EVERY_ITEM, EVERY_STATE, Effect};

/// Lists of small numbers, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    starts: Vec<u32>,
    numbers: Vec<u16>,
}

impl Lists {
    /// The lists in their order.
    pub fn of<I: IntoIterator<Item = u16>>(lists: impl IntoIterator<Item = I>) -> Self {
        let mut all = Self { starts: vec![0], numbers: Vec::new() };
        for list in lists {
            all.numbers.extend(list);
            all.starts.push(all.numbers.len() as u32);
        }
        all
    }

    /// The list of number `n`; empty where there is none.
    #[inline]
    pub fn at(&self, n: usize) -> &[u16] {
        let bounds = self.starts.get(n).zip(self.starts.get(n + 1));
        bounds.and_then(|(from, to)| self.numbers.get(*from as usize..*to as usize)).unwrap_or_default()
    }

    /// How many lists.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }
}

/// The shop's rules and which items they are about.
#[derive(Clone, Debug, Default)]
pub struct Book {
    rules: Vec<CompiledRule>,
    /// What each rule does, close together: it is looked up for every candidate.
    effects: Vec<Effect>,
    /// The rules that look at more of an item than its signature.
    closer: Vec<bool>,
    /// The conditions of the rules, each once, and which is whose.
    conditions: Vec<Condition>,
    condition_of: Vec<u16>,
    /// For each placement the conditions of the rules that may hold there.
    asked_at: Lists,
    /// The signature of each item; empty where there are no sets.
    signature_of: Vec<u32>,
    /// The sets of each signature.
    signatures: Lists,
    /// The rules about each set.
    about: Lists,
    /// The rules about every item.
    about_all: Vec<u16>,
    /// For each placement the rules that may hold there.
    at: Lists,
    /// Rules that pin, and the best known of the items of their sets.
    pins: Vec<(u16, Vec<u32>)>,
    sets: usize,
}

/// Of the items that a rule pins the best known so many are tried: as many as a rung of the ladder looks at.
const TRIED: usize = 4_096;

impl Book {
    /// A book of `rules`; `signature_of` has an entry an item, or none at all.
    ///
    /// # Cost
    ///
    /// Each rule's condition is compared with all that differ: some 50 ms for 4,096 rules of which no two hold together.
    pub fn new<I: IntoIterator<Item = u16>>(
        rules: Vec<CompiledRule>,
        signature_of: Vec<u32>,
        signatures: impl IntoIterator<Item = I>,
    ) -> Self {
        let signatures = Lists::of(signatures);
        let sets = signatures.numbers.iter().map(|set| usize::from(*set) + 1).max().unwrap_or(0);
        let numbered = || (0u16..).zip(&rules);
        let mut about = vec![Vec::new(); sets];
        let mut about_all = Vec::new();
        for (number, rule) in numbered() {
            match about.get_mut(usize::from(rule.selector.set)) {
                Some(list) => list.push(number),
                None if rule.selector.set == EVERY_ITEM => about_all.push(number),
                None => {} // a set that no item is in
            }
        }
        let at = (0..u64::BITS).map(|bit| {
            let here = numbered().filter(move |(_, rule)| rule.placements >> bit & 1 == 1);
            here.map(|(number, _)| number).collect::<Vec<u16>>()
        });
        let mut conditions: Vec<Condition> = Vec::new();
        let mut condition_of = Vec::with_capacity(rules.len());
        for rule in &rules {
            let known = conditions.iter().position(|condition| *condition == rule.when);
            condition_of.push(known.unwrap_or(conditions.len()) as u16);
            if known.is_none() {
                conditions.push(rule.when.clone());
            }
        }
        let (about, at) = (Lists::of(about), Lists::of(at));
        let asked_at = (0..at.len()).map(|placement| {
            let mut asked = vec![false; conditions.len()];
            for number in at.at(placement) {
                let condition = condition_of.get(usize::from(*number)).and_then(|n| asked.get_mut(usize::from(*n)));
                condition.into_iter().for_each(|asked| *asked = true);
            }
            (0u16..).zip(asked).filter(|(_, asked)| *asked).map(|(condition, _)| condition)
        });
        let asked_at = Lists::of(asked_at);
        let mut book = Self {
            effects: rules.iter().map(|rule| rule.effect).collect(),
            closer: rules.iter().map(looks_closer).collect(),
            conditions,
            condition_of,
            asked_at,
            signature_of,
            signatures,
            about,
            about_all,
            at,
            pins: Vec::new(),
            sets,
            rules,
        };
        let pinning = (0u16..).zip(&book.rules).filter(|(_, rule)| matches!(rule.effect, Effect::Pin(_)));
        book.pins = pinning.map(|(n, rule)| (n, book.items_of(rule.selector.set).take(TRIED).collect())).collect();
        book
    }

    /// The rules, in the order of the file.
    pub fn rules(&self) -> &[CompiledRule] {
        &self.rules
    }

    /// The rule of this number.
    #[inline]
    pub fn rule(&self, number: u16) -> Option<&CompiledRule> {
        self.rules.get(usize::from(number))
    }

    /// What the rule of this number does.
    #[inline]
    pub(super) fn effect(&self, number: u16) -> Option<Effect> {
        self.effects.get(usize::from(number)).copied()
    }

    /// Whether the rule of this number looks at more of an item than its signature.
    #[inline]
    pub(super) fn looks_closer(&self, number: u16) -> bool {
        self.closer.get(usize::from(number)).is_some_and(|closer| *closer)
    }

    /// When the rule of this number holds: the number of the condition.
    #[inline]
    pub(super) fn condition_of(&self, number: u16) -> u16 {
        self.condition_of.get(usize::from(number)).copied().unwrap_or(u16::MAX)
    }

    /// The conditions that decide which rules hold at a placement, by number.
    pub(super) fn asked_at(&self, placement: usize) -> impl Iterator<Item = (u16, &Condition)> {
        let numbers = self.asked_at.at(placement).iter();
        numbers.filter_map(|number| Some((*number, self.conditions.get(usize::from(*number))?)))
    }

    /// How many conditions there are.
    pub(super) fn conditions(&self) -> usize {
        self.conditions.len()
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The signature of the item at `index`; 0 for none of the sets.
    #[inline]
    pub(super) fn signature(&self, index: usize) -> usize {
        self.signature_of.get(index).map_or(0, |signature| *signature as usize)
    }

    /// How many signatures there are, at least one.
    pub(super) fn signatures(&self) -> usize {
        self.signatures.len().max(1)
    }

    /// How many sets there are.
    pub(super) fn sets(&self) -> usize {
        self.sets
    }

    /// The sets of a signature, ascending.
    #[inline]
    pub(super) fn sets_of(&self, signature: usize) -> &[u16] {
        self.signatures.at(signature)
    }

    /// The rules about a set.
    #[inline]
    pub(super) fn about(&self, set: u16) -> &[u16] {
        self.about.at(usize::from(set))
    }

    /// The rules about every item.
    pub(super) fn about_all(&self) -> &[u16] {
        &self.about_all
    }

    /// The rules that may hold at a placement.
    pub(super) fn at(&self, placement: usize) -> &[u16] {
        self.at.at(placement)
    }

    /// The rules that pin, in the order of the file.
    pub(super) fn pinning(&self) -> impl Iterator<Item = u16> {
        self.pins.iter().map(|(number, _)| *number)
    }

    /// The items of a pinning rule's set, the best known first, at most 4,096.
    pub(super) fn pinned_by(&self, rule: u16) -> &[u32] {
        self.pins.iter().find(|(number, _)| *number == rule).map_or(&[], |(_, items)| items)
    }

    /// The items of a set, by item.
    fn items_of(&self, set: u16) -> impl Iterator<Item = u32> {
        let every = set == EVERY_ITEM;
        let of = move |signature: u32| every || self.sets_of(signature as usize).binary_search(&set).is_ok();
        (0u32..).zip(&self.signature_of).filter(move |(_, signature)| of(**signature)).map(|(item, _)| item)
    }
}

/// Whether a rule looks at more of an item than its signature.
fn looks_closer(rule: &CompiledRule) -> bool {
    let selector = &rule.selector;
    rule.unless.is_some() || selector.price.is_some() || selector.age.is_some() || selector.states != EVERY_STATE
}
