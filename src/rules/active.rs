//! The rules that hold for one question, and what they do to an item.
//!
//! What a rule says of an item depends on the item's signature alone, unless the rule looks at price, stock or age. So the
//! effect of all rules together is worked out once a signature, when the first item with it comes up, and kept as long as
//! the same rules hold: the next question at the same placement finds it ready.

use super::book::{Book, is_unconditional, looks_closer};
use super::live::Live;
use crate::bundle::{CompiledRule, Condition, EVERY_ITEM, Effect, Selector};
use crate::shop::{ItemId, sort};

/// What a question is asked in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Situation<'a> {
    /// The placement's number in the policies.
    pub placement: usize,
    /// Seconds since 1970, where the request says.
    pub now: Option<i64>,
    /// What the cart is worth in minor units, where a price is known.
    pub subtotal: Option<i64>,
    /// Different lines of the cart, unknown products included.
    pub lines: usize,
    /// The lines that are known.
    pub cart: &'a [ItemId],
    /// The product whose page is open.
    pub product: Option<ItemId>,
    /// What is said of the visitor: keys and values.
    pub segment: &'a [(&'a str, &'a str)],
}

/// What rules do to an item that they let pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bearing {
    /// Σ (boost − 1).
    pub boost: f32,
    /// Π bury.
    pub bury: f32,
}

/// Why rules let an item not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// This rule excludes it.
    By(u16),
    /// None of the rules that include is about it.
    NotIncluded,
}

/// What the rules that hold do to the items of one signature.
#[derive(Clone, Copy, Debug)]
struct Touch {
    page: u32,
    excluded: Option<u16>,
    included: bool,
    boost: f32,
    bury: f32,
    /// Where the rules that look closer stand in `closer`.
    closer: (u32, u32),
}

const UNTOUCHED: Touch = Touch { page: 0, excluded: None, included: false, boost: 0.0, bury: 1.0, closer: (0, 0) };

/// The rules that hold for one question.
#[derive(Debug, Default)]
pub struct Active {
    list: Vec<u16>,
    coming: Vec<u16>,
    holds: Vec<bool>,
    in_cart: Vec<u64>,
    touches: Vec<Touch>,
    closer: Vec<u16>,
    page: u32,
    version: u64,
    includes: bool,
    now: Option<i64>,
}

impl Active {
    /// Finds the rules that hold in `situation`.
    ///
    /// # Cost
    ///
    /// One look at each rule of the placement that has a condition; nothing is allocated once the lists have grown.
    pub fn prepare(&mut self, live: &Live, situation: &Situation<'_>) {
        let book = live.book();
        self.now = situation.now;
        if book.is_empty() {
            self.list.clear();
            self.includes = false;
            return;
        }
        self.mark_cart(book, situation.cart);
        self.coming.clear();
        for number in book.at(situation.placement) {
            let Some(rule) = book.rule(*number) else { continue };
            if is_unconditional(&rule.when) || self.is_met(book, &rule.when, situation) {
                self.coming.push(*number);
            }
        }
        if self.version != live.version() || self.coming != self.list {
            self.turn(live);
        }
    }

    /// Starts a new page for another list of rules.
    fn turn(&mut self, live: &Live) {
        let book = live.book();
        std::mem::swap(&mut self.list, &mut self.coming);
        if self.version != live.version() {
            self.version = live.version();
            self.touches.clear();
            self.touches.resize(book.signatures(), UNTOUCHED);
            self.holds.clear();
            self.holds.resize(book.rules().len(), false);
            self.page = 0;
        }
        self.page = self.page.wrapping_add(1).max(1);
        self.closer.clear();
        self.holds.fill(false);
        self.includes = false;
        for number in &self.list {
            if let Some(holds) = self.holds.get_mut(usize::from(*number)) {
                *holds = true;
            }
            self.includes |= book.rule(*number).is_some_and(|rule| rule.effect == Effect::IncludeOnly);
        }
    }

    fn mark_cart(&mut self, book: &Book, cart: &[ItemId]) {
        self.in_cart.clear();
        self.in_cart.resize(book.sets().div_ceil(64), 0);
        for set in cart.iter().flat_map(|item| book.sets_of(book.signature(item.index()))) {
            if let Some(word) = self.in_cart.get_mut(usize::from(*set) / 64) {
                *word |= 1 << (set % 64);
            }
        }
    }

    fn is_met(&self, book: &Book, when: &Condition, situation: &Situation<'_>) -> bool {
        let in_cart = |set: u16| match set {
            EVERY_ITEM => situation.lines > 0,
            set => self.in_cart.get(usize::from(set) / 64).is_some_and(|word| word >> (set % 64) & 1 == 1),
        };
        let within = |span: Option<crate::bundle::Span>, number: Option<i64>| {
            span.is_none_or(|span| number.is_some_and(|number| span.holds(number)))
        };
        let window = match (when.from, when.until) {
            (None, None) => true,
            (from, until) => situation
                .now
                .is_some_and(|now| from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until)),
        };
        window
            && within(when.subtotal, situation.subtotal)
            && within(when.lines, Some(situation.lines as i64))
            && when.cart_any.is_none_or(in_cart)
            && when.cart_none.is_none_or(|set| !in_cart(set))
            && when.cart_all.iter().all(|set| in_cart(*set))
            && when.product.is_none_or(|set| situation.product.is_some_and(|product| is_in(book, product, set)))
            && when.segment.iter().all(|(key, values)| {
                let said = situation.segment.iter().find(|(name, _)| name == key);
                said.is_some_and(|(_, value)| values.iter().any(|wanted| wanted == value))
            })
    }

    /// What the rules do to `item`.
    ///
    /// # Errors
    ///
    /// [`Barred`] where they do not let it pass.
    #[inline]
    pub fn bearing(&mut self, live: &Live, item: ItemId) -> Result<Bearing, Barred> {
        if self.list.is_empty() {
            return Ok(Bearing { boost: 0.0, bury: 1.0 });
        }
        let signature = live.book().signature(item.index());
        let touch = match self.touches.get(signature) {
            Some(touch) if touch.page == self.page => *touch,
            _ => self.touch(live.book(), signature),
        };
        if let Some(rule) = touch.excluded {
            return Err(Barred::By(rule));
        }
        let (mut bearing, mut included) = (Bearing { boost: touch.boost, bury: touch.bury }, touch.included);
        for number in self.closer.get(touch.closer.0 as usize..touch.closer.1 as usize).unwrap_or_default() {
            let Some(rule) = live.book().rule(*number).filter(|rule| is_about(rule, live, item, self.now)) else {
                continue;
            };
            match rule.effect {
                Effect::Exclude => return Err(Barred::By(*number)),
                Effect::IncludeOnly => included = true,
                Effect::Boost(factor) => bearing.boost += factor - 1.0,
                Effect::Bury(factor) => bearing.bury *= factor,
                Effect::Pin(_) => {}
            }
        }
        if self.includes && !included { Err(Barred::NotIncluded) } else { Ok(bearing) }
    }

    /// Works out what the rules do to a signature, in the order of the file.
    #[cold]
    fn touch(&mut self, book: &Book, signature: usize) -> Touch {
        let from = self.closer.len() as u32;
        let mut touch = Touch { page: self.page, closer: (from, from), ..UNTOUCHED };
        let rules = book.sets_of(signature).iter().flat_map(|set| book.about(*set)).chain(book.about_all());
        self.coming.clear();
        self.coming.extend(rules.filter(|rule| self.holds.get(usize::from(**rule)).is_some_and(|holds| *holds)));
        sort(&mut self.coming);
        for number in &self.coming {
            let Some(rule) = book.rule(*number) else { continue };
            if looks_closer(rule) {
                self.closer.push(*number);
                continue;
            }
            match rule.effect {
                Effect::Exclude => touch.excluded = touch.excluded.or(Some(*number)),
                Effect::IncludeOnly => touch.included = true,
                Effect::Boost(factor) => touch.boost += factor - 1.0,
                Effect::Bury(factor) => touch.bury *= factor,
                Effect::Pin(_) => {}
            }
        }
        touch.closer.1 = self.closer.len() as u32;
        if let Some(place) = self.touches.get_mut(signature) {
            *place = touch;
        }
        touch
    }

    /// The slots that rules pin and the rules that do, in the order of the file.
    pub fn pins<'a>(&'a self, live: &'a Live) -> impl Iterator<Item = (u16, u16)> + 'a {
        self.list.iter().filter_map(|number| match live.book().rule(*number)?.effect {
            Effect::Pin(slot) => Some((slot, *number)),
            _ => None,
        })
    }

    /// Whether a rule is about `item`: its set, price, state and age, and what it leaves out.
    pub fn is_about(&self, live: &Live, rule: u16, item: ItemId) -> bool {
        live.book()
            .rule(rule)
            .is_some_and(|rule| is_in(live.book(), item, rule.selector.set) && is_about(rule, live, item, self.now))
    }

    /// The rules that hold, in the order of the file.
    pub fn list(&self) -> &[u16] {
        &self.list
    }

    /// The rules that hold and are about `item`.
    pub fn about<'a>(&'a self, live: &'a Live, item: ItemId) -> impl Iterator<Item = u16> + 'a {
        self.list.iter().filter(move |rule| self.is_about(live, **rule, item)).copied()
    }
}

/// Whether `item` is in `set`.
fn is_in(book: &Book, item: ItemId, set: u16) -> bool {
    set == EVERY_ITEM || book.sets_of(book.signature(item.index())).binary_search(&set).is_ok()
}

/// Whether a rule is about `item`, which is in its set.
fn is_about(rule: &CompiledRule, live: &Live, item: ItemId, now: Option<i64>) -> bool {
    passes(&rule.selector, live, item, now)
        && rule.unless.is_none_or(|unless| !(is_in(live.book(), item, unless.set) && passes(&unless, live, item, now)))
}

/// Whether `item` passes the tests of a selector beside its set.
fn passes(selector: &Selector, live: &Live, item: ItemId, now: Option<i64>) -> bool {
    let age = || Some(now?.div_euclid(86_400) - i64::from(live.released(item)?));
    selector.states >> (live.state(item) as u8) & 1 == 1
        && selector.price.is_none_or(|span| live.price(item).is_some_and(|price| span.holds(price)))
        && selector.age.is_none_or(|span| age().is_some_and(|age| span.holds(age)))
}
