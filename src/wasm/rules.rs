//! Rules on their way in: the texts in the order in which they come, and the numbers that say what each is for.
//!
//! A rule is: name, placements after their number, match, when, action and its figure, from, until. A match is two lists of
//! tests after their number: those that must hold, and those of `not`. A test is the number of its key, then its texts after
//! their number, its states as bits, or its least and most; NaN stands for what is not given.
//!
//! The TypeScript has looked at shapes and ranges. What it did not write is read as nothing, never as a panic.

use super::question::{given, seconds};
use crate::bundle::{Effect, Match, Rule, Span, Test, When};
use crate::shop::Currency;
use std::str::Split;

/// The rules of `texts`, joined by line feeds, and `numbers`.
pub(super) fn read(texts: &str, numbers: &[f64], currency: Currency) -> Vec<Rule> {
    let mut reading = Reading { texts: texts.split('\n'), numbers: numbers.iter(), currency };
    reading.list(Reading::rule)
}

struct Reading<'a> {
    texts: Split<'a, char>,
    numbers: std::slice::Iter<'a, f64>,
    currency: Currency,
}

impl Reading<'_> {
    fn number(&mut self) -> f64 {
        self.numbers.next().copied().unwrap_or(f64::NAN)
    }

    fn text(&mut self) -> String {
        self.texts.next().unwrap_or_default().to_owned()
    }

    /// As many as the next number says; no more than could have been written.
    fn list<T>(&mut self, one: impl Fn(&mut Self) -> T) -> Vec<T> {
        let left = self.numbers.len().max(self.texts.clone().count());
        let count = (self.number() as usize).min(left);
        (0..count).map(|_| one(self)).collect()
    }

    fn rule(&mut self) -> Rule {
        Rule {
            name: self.text(),
            placements: self.list(Self::text),
            matches: self.matches(),
            when: self.when(),
            action: self.action(),
            from: given(self.number()).map(seconds),
            until: given(self.number()).map(seconds),
        }
    }

    fn matches(&mut self) -> Match {
        Match { tests: self.list(Self::test), not: self.list(Self::test) }
    }

    fn test(&mut self) -> Test {
        match self.number() as u8 {
            0 => Test::Sku(self.list(Self::text)),
            1 => Test::Title(self.list(Self::text)),
            2 => Test::Category(self.list(Self::text)),
            3 => Test::Brand(self.list(Self::text)),
            4 => Test::Tag(self.list(Self::text)),
            5 => Test::Group(self.list(Self::text)),
            6 => Test::Price(self.prices().unwrap_or(Span::ALL)),
            7 => Test::Margin(self.span().unwrap_or(Span::ALL)),
            8 => Test::State(self.number() as u8),
            9 => Test::Count(self.span().unwrap_or(Span::ALL)),
            _ => Test::Age(self.span().unwrap_or(Span::ALL)),
        }
    }

    fn when(&mut self) -> When {
        let mut items = || (self.number() == 1.0).then(|| self.matches());
        let (any, all, none, product) = (items(), items(), items(), items());
        When {
            cart_contains_any: any,
            cart_contains_all: all,
            cart_contains_none: none,
            product,
            cart_subtotal: self.prices(),
            cart_lines: self.span(),
            segment: self.list(|reading| (reading.text(), reading.list(Self::text))),
        }
    }

    fn action(&mut self) -> Effect {
        let (kind, figure) = (self.number(), self.number());
        match kind as u8 {
            0 => Effect::Exclude,
            1 => Effect::IncludeOnly,
            2 => Effect::Boost(figure as f32),
            3 => Effect::Bury(figure as f32),
            _ => Effect::Pin(figure as u16),
        }
    }

    /// Least and most; `None` where neither is given.
    fn span(&mut self) -> Option<Span> {
        self.bounds(|number| Some(number as i64))
    }

    /// The same of amounts in major units.
    fn prices(&mut self) -> Option<Span> {
        let currency = self.currency;
        self.bounds(|amount| currency.to_minor(amount))
    }

    fn bounds(&mut self, whole: impl Fn(f64) -> Option<i64>) -> Option<Span> {
        let (min, max) = (given(self.number()), given(self.number()));
        let bound = |number: Option<f64>, open| number.and_then(&whole).unwrap_or(open);
        min.or(max).map(|_| Span { min: bound(min, i64::MIN), max: bound(max, i64::MAX) })
    }
}
