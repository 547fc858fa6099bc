//! The fields of a product as numbers that compare fast.

use super::lists::LONGEST_WORD;
use super::{BRAND, CATEGORY, FAR, PRICE, SAME_PARENT, SAME_ROOT, WORDS};
use crate::shop::Product;
use crate::train::history::scatter;
use rustc_hash::FxHashMap;

/// Words of a product that count, the first ones.
const MOST_WORDS: usize = 24;
/// Letters of a word that count.
const MOST_LETTERS: usize = 32;
/// Numbers and single letters are sizes, weights and codes; they say this much of what a word says.
const NUMBER: f64 = 0.3;

/// What one product is like. Names are numbers: the same number, the same name.
#[derive(Clone, Debug, Default)]
pub struct Traits {
    /// The finest category, the one above it, and the broadest.
    pub levels: [Option<u32>; 3],
    pub brand: Option<u32>,
    pub group: Option<u32>,
    /// Natural logarithm of the price; none where it is not above zero.
    pub price: Option<f64>,
    /// Words that count, ascending.
    pub words: Vec<u32>,
    /// Root of the sum of the words' squared worth.
    pub norm: f64,
    /// Of the SKU.
    pub hash: u64,
}

impl Traits {
    pub fn is_variant_of(&self, other: &Self) -> bool {
        self.group.is_some() && self.group == other.group
    }

    /// The sum of the squared worth of the words that both have, in the order of the words.
    pub fn common(&self, other: &Self, worth: &[f64]) -> f64 {
        let shared = self.words.iter().filter(|word| other.words.binary_search(word).is_ok());
        shared.map(|word| worth[*word as usize] * worth[*word as usize]).fold(0.0, |sum, worth| sum + worth)
    }

    /// 0 to 1; `common` as [`Self::common`] has it. Price alone makes nothing alike.
    pub fn likeness(&self, other: &Self, common: f64) -> f64 {
        let kinship = self.kinship(other);
        let same_brand = self.brand.is_some() && self.brand == other.brand;
        if kinship == 0.0 && common == 0.0 && !same_brand {
            return 0.0;
        }
        let (mut sum, mut all) = (0.0, 0.0);
        let mut add = |weight: f64, likeness: f64| {
            sum += weight * likeness;
            all += weight;
        };
        if self.levels[0].is_some() {
            add(CATEGORY, kinship);
        }
        if self.norm > 0.0 {
            add(WORDS, if common > 0.0 { (common / (self.norm * other.norm)).min(1.0) } else { 0.0 });
        }
        if let Some(price) = self.price {
            let distance = other.price.map_or(FAR, |other| (price - other).abs());
            add(PRICE, 1.0 - (distance / FAR).min(1.0));
        }
        if self.brand.is_some() {
            add(BRAND, if same_brand { 1.0 } else { 0.0 });
        }
        if all > 0.0 { sum / all } else { 0.0 }
    }

    /// How near two categories are in the tree.
    pub fn kinship(&self, other: &Self) -> f64 {
        let same = |level: usize| self.levels[level].is_some() && self.levels[level] == other.levels[level];
        match () {
            () if same(0) => 1.0,
            () if same(1) => SAME_PARENT,
            () if same(2) => SAME_ROOT,
            () => 0.0,
        }
    }
}

/// Names as numbers in the order of first sight: the numbers are only compared for equality.
#[derive(Default)]
struct Numbers(FxHashMap<u64, u32>);

impl Numbers {
    fn of(&mut self, name: &str) -> Option<u32> {
        let name = name.trim();
        let next = self.0.len() as u32;
        (!name.is_empty()).then(|| *self.0.entry(scatter(name.as_bytes(), 0)).or_insert(next))
    }
}

/// The traits of all products, and what each word is worth.
pub fn read(products: &[Product]) -> (Vec<Traits>, Vec<f64>) {
    let (mut categories, mut brands, mut groups) = (Numbers::default(), Numbers::default(), Numbers::default());
    // A product whose SKU others name as their group is the head of that group.
    for group in products.iter().filter_map(|product| product.group.as_deref()) {
        groups.of(group);
    }
    let mut traits: Vec<Traits> = products
        .iter()
        .map(|product| Traits {
            levels: levels(product.category.as_deref().unwrap_or("")).map(|level| categories.of(level?)),
            brand: product.brand.as_deref().and_then(|brand| brands.of(&brand.to_lowercase())),
            group: match product.group.as_deref().and_then(|group| groups.of(group)) {
                None => groups.0.get(&scatter(product.sku.trim().as_bytes(), 0)).copied(),
                group => group,
            },
            price: product.price.map(|price| price.minor()).filter(|price| *price > 0).map(|p| libm::log(p as f64)),
            hash: scatter(product.sku.as_bytes(), 3),
            ..Traits::default()
        })
        .collect();
    let worth = words(products, &mut traits);
    (traits, worth)
}

/// The whole path, the path without its last level, and the first level.
fn levels(category: &str) -> [Option<&str>; 3] {
    let parent = category.rsplit_once('>').map(|(parent, _)| parent);
    [Some(category), parent, category.split('>').next()]
}

/// Gives every product its words, and returns what they are worth.
///
/// Words ascend by hash, so that sums over them do not depend on the order of products. A word is counted once a
/// group: fifteen sizes of one hood are one hood.
fn words(products: &[Product], traits: &mut [Traits]) -> Vec<f64> {
    let hashes: Vec<Vec<u64>> = products.iter().map(hashed).collect();
    let mut all: Vec<u64> = hashes.iter().flatten().map(|hash| hash & !1).collect();
    all.sort_unstable();
    all.dedup();
    let number = |hash: &u64| all.binary_search(&(hash & !1)).unwrap_or(0) as u32;
    // Variants stand together, and a product without variants alone.
    let mut units: Vec<(u32, u32)> =
        (0..).zip(&*traits).map(|(item, traits)| (traits.group.map_or(item, |group| u32::MAX - group), item)).collect();
    units.sort_unstable();
    let mut count = vec![Count::default(); all.len()];
    for (unit, item) in &units {
        hashes[*item as usize].iter().for_each(|hash| count[number(hash) as usize].add(*unit, hash & 1 == 1));
    }
    units.dedup_by_key(|(unit, _)| *unit);
    let worth: Vec<f64> = count.iter().map(|count| count.worth(units.len())).collect();
    traits.iter_mut().zip(hashes).for_each(|(traits, hashes)| traits.words = hashes.iter().map(number).collect());
    for traits in traits {
        traits.words.retain(|word| worth[*word as usize] > 0.0);
        traits.norm = traits.words.iter().map(|w| worth[*w as usize]).fold(0.0, |sum, w| sum + w * w).sqrt();
    }
    worth
}

/// How often a word stands where.
#[derive(Clone, Copy, Default)]
struct Count {
    items: u32,
    units: u32,
    last: Option<u32>,
    number: bool,
}

impl Count {
    /// One more product of `unit`; a unit's products come together.
    fn add(&mut self, unit: u32, number: bool) {
        self.items += 1;
        self.units += u32::from(self.last != Some(unit));
        (self.last, self.number) = (Some(unit), number);
    }

    /// 0 where it says nothing: one product alone has it, or all, or too many to look at.
    fn worth(&self, units: usize) -> f64 {
        if self.units < 2 || self.items as usize > LONGEST_WORD {
            return 0.0;
        }
        let rarity = libm::log(units as f64 / f64::from(self.units)).max(0.0);
        if self.number { rarity * NUMBER } else { rarity }
    }
}

/// The words of title and tags, each once, ascending; the lowest bit marks numbers and single letters. A tag is a word of
/// its own kind, however many words it has.
fn hashed(product: &Product) -> Vec<u64> {
    let title = product.title.as_deref().unwrap_or("");
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| hash(word, 1));
    let tags = product.tags.iter().map(|tag| hash(tag.trim(), 2));
    let mut list: Vec<u64> = words.take(MOST_WORDS).chain(tags.take(MOST_WORDS)).collect();
    list.sort_unstable();
    list.dedup();
    list
}

fn hash(word: &str, kind: u64) -> u64 {
    let mut letters: String = word.chars().take(MOST_LETTERS).flat_map(char::to_lowercase).collect();
    // The S stemmer's last rule (Harman, "How effective is suffixing?", JASIS 1991): a pant is found among pants.
    if letters.len() > 3 && letters.ends_with('s') && !letters.ends_with("ss") && !letters.ends_with("us") {
        letters.pop();
    }
    let is_number = letters.chars().any(char::is_numeric) || letters.chars().nth(1).is_none();
    (scatter(letters.as_bytes(), kind) & !1) | u64::from(is_number)
}
