//! The rules that hold for one question, and what they do to an item.
//!
//! Conditions are looked at once a question, each once however many rules share it. What a rule says of an item depends on
//! the item's signature alone, unless the rule looks at price, stock or age. So the effect of all rules together is worked
//! out once a signature, when the first item with it comes up, and kept as long as the same rules hold: the next question
//! at the same placement finds it ready.
//!
//! Boosts are added and buries multiplied as f64, set after set: their f32 values are too short for the order to tell.

use super::book::Book;
use super::live::Live;
use crate::bundle::{CompiledRule, Condition, EVERY_ITEM, Effect, Selector};
use crate::shop::ItemId;

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
    effect: Sum,
    /// Where the rules that look closer stand in `closer`.
    closer: (u32, u32),
}

const UNTOUCHED: Touch = Touch { page: 0, effect: NOTHING, closer: (0, 0) };

/// What several rules come to.
#[derive(Clone, Copy, Debug)]
struct Sum {
    /// The first of the rules that exclude.
    excluded: Option<u16>,
    included: bool,
    boost: f64,
    bury: f64,
}

const NOTHING: Sum = Sum { excluded: None, included: false, boost: 0.0, bury: 1.0 };

impl Default for Sum {
    fn default() -> Self {
        NOTHING
    }
}

impl Sum {
    #[inline]
    fn add(&mut self, number: u16, effect: Effect) {
        match effect {
            Effect::Exclude => self.excluded = Some(self.excluded.map_or(number, |first| first.min(number))),
            Effect::IncludeOnly => self.included = true,
            Effect::Boost(factor) => self.boost += f64::from(factor) - 1.0,
            Effect::Bury(factor) => self.bury *= f64::from(factor),
            Effect::Pin(_) => {}
        }
    }
}

/// The rules that hold for one question.
#[derive(Debug, Default)]
pub struct Active {
    /// The rules that hold, in the order of the file.
    list: Vec<u16>,
    holds: Vec<bool>,
    /// What the rules about every item come to, but for those that look closer.
    everywhere: Sum,
    placement: usize,
    /// Bit n: condition n is met; and what was met the last time.
    met: Vec<u64>,
    before: Vec<u64>,
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
    /// One look at each condition of the placement's rules; nothing is allocated once the lists have grown.
    pub fn prepare(&mut self, live: &Live, situation: &Situation<'_>) {
        let book = live.book();
        self.now = situation.now;
        if book.is_empty() {
            self.list.clear();
            self.includes = false;
            return;
        }
        self.mark_cart(book, situation.cart);
        std::mem::swap(&mut self.met, &mut self.before);
        self.met.clear();
        self.met.resize(book.conditions().div_ceil(64), 0);
        for (number, condition) in book.asked_at(situation.placement) {
            if self.is_met(book, condition, situation) {
                mark(&mut self.met, number);
            }
        }
        let same = self.version == live.version() && self.placement == situation.placement && self.met == self.before;
        if !same {
            self.turn(live, situation.placement);
        }
    }

    /// Starts a new page for another list of rules.
    fn turn(&mut self, live: &Live, placement: usize) {
        let book = live.book();
        self.placement = placement;
        self.list.clear();
        self.list.extend(book.at(placement).iter().filter(|number| is_marked(&self.met, book.condition_of(**number))));
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
            self.includes |= book.effect(*number) == Some(Effect::IncludeOnly);
        }
        let mut everywhere = NOTHING;
        for number in book.about_all().iter().filter(|number| self.holds(**number) && !book.looks_closer(**number)) {
            book.effect(*number).into_iter().for_each(|effect| everywhere.add(*number, effect));
        }
        self.everywhere = everywhere;
    }

    #[inline]
    fn holds(&self, number: u16) -> bool {
        self.holds.get(usize::from(number)).is_some_and(|holds| *holds)
    }

    fn mark_cart(&mut self, book: &Book, cart: &[ItemId]) {
        self.in_cart.clear();
        self.in_cart.resize(book.sets().div_ceil(64), 0);
        for item in cart {
            for set in book.sets_of(book.signature(item.index())) {
                mark(&mut self.in_cart, *set);
            }
        }
    }

    fn is_met(&self, book: &Book, when: &Condition, situation: &Situation<'_>) -> bool {
        let in_cart = |set: u16| match set {
            EVERY_ITEM => situation.lines > 0,
            set => is_marked(&self.in_cart, set),
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
        let mut sum = touch.effect;
        if let Some(rule) = sum.excluded {
            return Err(Barred::By(rule));
        }
        for number in self.closer.get(touch.closer.0 as usize..touch.closer.1 as usize).unwrap_or_default() {
            let rule = live.book().rule(*number).filter(|rule| is_about(rule, live, item, self.now));
            rule.into_iter().for_each(|rule| sum.add(*number, rule.effect));
        }
        match sum.excluded {
            Some(rule) => Err(Barred::By(rule)),
            None if self.includes && !sum.included => Err(Barred::NotIncluded),
            None => Ok(Bearing { boost: sum.boost as f32, bury: sum.bury as f32 }),
        }
    }

    /// Works out what the rules do to a signature.
    #[cold]
    fn touch(&mut self, book: &Book, signature: usize) -> Touch {
        let from = self.closer.len() as u32;
        let mut effect = self.everywhere;
        for set in book.sets_of(signature) {
            for number in book.about(*set) {
                match book.effect(*number).filter(|_| self.holds(*number)) {
                    Some(_) if book.looks_closer(*number) => self.closer.push(*number),
                    Some(one) => effect.add(*number, one),
                    None => {}
                }
            }
        }
        for number in book.about_all() {
            if book.looks_closer(*number) && self.holds(*number) {
                self.closer.push(*number);
            }
        }
        let touch = Touch { page: self.page, effect, closer: (from, self.closer.len() as u32) };
        if let Some(place) = self.touches.get_mut(signature) {
            *place = touch;
        }
        touch
    }

    /// The slots that rules pin and the rules that do, in the order of the file.
    pub fn pins<'a>(&'a self, live: &'a Live) -> impl Iterator<Item = (u16, u16)> + 'a {
        let holding = live.book().pinning().filter(|number| !self.list.is_empty() && self.holds(*number));
        holding.filter_map(|number| match live.book().effect(number)? {
            Effect::Pin(slot) => Some((slot, number)),
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

#[inline]
fn mark(bits: &mut [u64], number: u16) {
    if let Some(word) = bits.get_mut(usize::from(number) / 64) {
        *word |= 1 << (number % 64);
    }
}

#[inline]
fn is_marked(bits: &[u64], number: u16) -> bool {
    bits.get(usize::from(number) / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
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
