//! The single tests of all rules, each once, and found from an item's values.

use super::facts::{Facts, Field};
use super::words::{folded, holds_run, levels, words};
use crate::bundle::{Span, Test};
use std::collections::HashMap;

/// A test that only the catalog decides, in one form for all ways to write it: lists ascend, nothing is there twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Atom {
    /// One of these texts, whole.
    Text(Field, Vec<String>),
    /// All words of one of these lists.
    Title(Vec<Vec<String>>),
    /// One of these runs of levels.
    Category(Vec<Vec<String>>),
    /// A figure between two others.
    Figure(Field, i64, i64),
}

impl Atom {
    /// The atom of a test; `None` for what may change by the hour.
    pub fn of(test: &Test) -> Option<Self> {
        Some(match test {
            Test::Sku(skus) => Self::Text(Field::Sku, in_order(skus.clone())),
            Test::Brand(names) => Self::Text(Field::Brand, in_order(names.iter().map(|text| folded(text)).collect())),
            Test::Tag(names) => Self::Text(Field::Tag, in_order(names.iter().map(|text| folded(text)).collect())),
            Test::Group(names) => Self::Text(Field::Group, in_order(names.iter().map(|text| folded(text)).collect())),
            Test::Title(texts) => {
                Self::Title(in_order(texts.iter().map(|text| in_order(owned(words(&folded(text))))).collect()))
            }
            Test::Category(paths) => {
                Self::Category(in_order(paths.iter().map(|path| owned(levels(&folded(path)))).collect()))
            }
            Test::Margin(span) => Self::Figure(Field::Margin, span.min, span.max),
            Test::Count(span) => Self::Figure(Field::Count, span.min, span.max),
            Test::Price(_) | Test::State(_) | Test::Age(_) => return None,
        })
    }

    /// What it asks of an item.
    pub fn field(&self) -> Field {
        match self {
            Self::Text(field, _) | Self::Figure(field, ..) => *field,
            Self::Title(_) => Field::Title,
            Self::Category(_) => Field::Category,
        }
    }
}

/// Ascending, each once, without empty ones: an empty text matches nothing.
fn in_order<T: Ord + Default>(mut list: Vec<T>) -> Vec<T> {
    let empty = T::default();
    list.retain(|one| *one != empty);
    list.sort_unstable();
    list.dedup();
    list
}

fn owned<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    texts.map(str::to_owned).collect()
}

/// Which atoms a value may pass, by the value.
type Index = HashMap<String, Vec<u32>>;
/// Which lists, of which atom, have a key in them.
type Lists = HashMap<String, Vec<(Vec<String>, u32)>>;

/// All atoms by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Atoms {
    numbers: HashMap<Atom, u32>,
    skus: Index,
    brands: Index,
    tags: Index,
    groups: Index,
    /// By the longest word.
    titles: Lists,
    /// By the first level.
    categories: Lists,
    figures: Vec<(Field, Span, u32)>,
}

impl Atoms {
    /// How many.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The number of an atom, from 0 in the order in which they came.
    pub fn number(&mut self, atom: Atom) -> u32 {
        if let Some(known) = self.numbers.get(&atom) {
            return *known;
        }
        let number = self.numbers.len() as u32;
        self.enter(&atom, number);
        self.numbers.insert(atom, number);
        number
    }

    fn enter(&mut self, atom: &Atom, number: u32) {
        match atom {
            Atom::Text(field, texts) => {
                let index = match field {
                    Field::Sku => &mut self.skus,
                    Field::Brand => &mut self.brands,
                    Field::Tag => &mut self.tags,
                    _ => &mut self.groups,
                };
                texts.iter().for_each(|text| index.entry(text.clone()).or_default().push(number));
            }
            Atom::Title(lists) => {
                let longest = |list: &[String]| list.iter().max_by_key(|word| word.len()).cloned();
                enter_lists(&mut self.titles, lists, number, longest);
            }
            Atom::Category(lists) => enter_lists(&mut self.categories, lists, number, |list| list.first().cloned()),
            Atom::Figure(field, min, max) => self.figures.push((*field, Span { min: *min, max: *max }, number)),
        }
    }

    /// Hands every atom that an item passes to `found`, some more than once.
    pub fn passed(&self, facts: &Facts<'_>, found: &mut impl FnMut(u32)) {
        look_up(&self.skus, &facts.sku, found);
        let texts = [(&self.brands, &facts.brand), (&self.groups, &facts.group)];
        for (index, text) in texts.into_iter().filter(|(index, _)| !index.is_empty()) {
            text.iter().for_each(|text| look_up(index, &folded(text), found));
        }
        if !self.tags.is_empty() {
            facts.tags.iter().flat_map(|tags| tags.iter()).for_each(|tag| look_up(&self.tags, &folded(tag), found));
        }
        self.in_title(facts, found);
        self.in_path(facts, found);
        let passes = |(field, span, _): &&(Field, Span, u32)| passes(facts, *field, *span);
        self.figures.iter().filter(passes).for_each(|(.., number)| found(*number));
    }

    fn in_title(&self, facts: &Facts<'_>, found: &mut impl FnMut(u32)) {
        let Some(title) = facts.title.as_ref().filter(|_| !self.titles.is_empty()) else { return };
        let title = folded(title);
        let words: Vec<&str> = words(&title).collect();
        let all = |list: &[String]| list.iter().all(|word| words.contains(&word.as_str()));
        for (list, number) in words.iter().filter_map(|word| self.titles.get(*word)).flatten() {
            if all(list) {
                found(*number);
            }
        }
    }

    fn in_path(&self, facts: &Facts<'_>, found: &mut impl FnMut(u32)) {
        let Some(path) = facts.category.as_ref().filter(|_| !self.categories.is_empty()) else { return };
        let path = folded(path);
        let path: Vec<&str> = levels(&path).collect();
        for (run, number) in path.iter().filter_map(|level| self.categories.get(*level)).flatten() {
            if holds_run(&path, run) {
                found(*number);
            }
        }
    }
}

fn enter_lists(lists: &mut Lists, new: &[Vec<String>], number: u32, key: impl Fn(&[String]) -> Option<String>) {
    for list in new {
        if let Some(key) = key(list) {
            lists.entry(key).or_default().push((list.clone(), number));
        }
    }
}

fn look_up(index: &Index, value: &str, found: &mut impl FnMut(u32)) {
    index.get(value).into_iter().flatten().for_each(|number| found(*number));
}

/// Whether a figure is known and within.
fn passes(facts: &Facts<'_>, field: Field, span: Span) -> bool {
    match field {
        Field::Margin => facts.margin().is_some_and(|(contribution, price)| {
            let (share, price) = (i128::from(contribution) * 1_000, i128::from(price));
            price > 0 && i128::from(span.min) * price <= share && share <= i128::from(span.max) * price
        }),
        _ => facts.count.flatten().is_some_and(|count| span.holds(count)),
    }
}
