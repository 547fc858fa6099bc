//! What goes into one basket: the first wish, its companions, and a little chance.

use super::calendar::ShopDay;
use super::catalog::{Catalog, Kind};
use super::dice::{Dice, trait_of};
use super::truth::{Complement, Match, truth};

/// In how many of a thousand cases somebody takes a second variant of what they wanted.
const SECOND_VARIANT: u32 = 8;

/// A basket that is being filled.
pub(super) struct Basket<'a> {
    catalog: &'a Catalog,
    /// When.
    pub(super) day: ShopDay,
    /// Products and quantities.
    pub(super) lines: Vec<(usize, u32)>,
}

impl<'a> Basket<'a> {
    /// An empty one.
    pub(super) fn new(catalog: &'a Catalog, day: ShopDay) -> Self {
        Self { catalog, day, lines: Vec::new() }
    }

    /// Puts a product in, unless it or another variant of it is there already.
    pub(super) fn add(&mut self, item: usize, dice: &mut Dice) {
        if !self.lines.iter().any(|(other, _)| self.catalog.are_variants(*other, item)) {
            self.lines.push((item, quantity(self.catalog.items[item].kind, dice)));
        }
    }

    /// Puts in another variant of a product.
    fn add_twin(&mut self, item: usize, dice: &mut Dice) {
        let is_twin = |other: usize| u32::from(other != item && self.catalog.are_variants(other, item));
        if let Some(twin) = self.choose(self.catalog.items[item].kind, dice, is_twin) {
            self.lines.push((twin, 1));
        }
    }

    /// Puts in a product of the kind, and what goes with it.
    pub(super) fn wish(&mut self, kind: Kind, dice: &mut Dice) -> Option<usize> {
        let wanted = self.choose(kind, dice, |_| 1)?;
        self.add(wanted, dice);
        if dice.chance(SECOND_VARIANT) {
            self.add_twin(wanted, dice);
        }
        self.accompany(wanted, 1000, dice);
        Some(wanted)
    }

    /// Puts in what goes with a product; `share` thousandths of the planted chances.
    pub(super) fn accompany(&mut self, from: usize, share: u32, dice: &mut Dice) {
        for complement in truth().iter().filter(|c| c.from == self.catalog.items[from].kind) {
            if !dice.chance(complement.permille * share / 1000) {
                continue;
            }
            let Some(to) = self.companion(from, *complement, dice) else { continue };
            self.add(to, dice);
            if share == 1000 {
                self.accompany(to, 660, dice);
            }
        }
        self.vary(from, dice);
    }

    /// The companion of a product that a complement asks for.
    fn companion(&self, from: usize, complement: Complement, dice: &mut Dice) -> Option<usize> {
        let source = &self.catalog.items[from];
        self.choose(complement.to, dice, |to| {
            let target = &self.catalog.items[to];
            let fits = !source.fits.is_empty() && source.fits == target.fits;
            let fondness = fondness(source.stem, target.stem);
            match complement.by {
                Match::Fit => u32::from(fits),
                Match::Colour => u32::from(fits && source.code == target.code && source.stem != target.stem),
                Match::Band => band(source.cents, target.cents) * maker(source.brand == target.brand, 4) * fondness,
                Match::Maker => maker(source.brand == target.brand, 25),
                Match::Any => fondness,
            }
        })
    }

    /// Of beans, tea, chocolate and syrup often a second one of the same taste.
    pub(super) fn vary(&mut self, first: usize, dice: &mut Dice) {
        let item = &self.catalog.items[first];
        if !item.kind.is_varied() || !dice.chance(480) {
            return;
        }
        let second = self.choose(item.kind, dice, |other| {
            let other = &self.catalog.items[other];
            let same_size = if other.code == item.code { 5 } else { 1 };
            let same_taste = if other.fits == item.fits { 6 } else { 1 };
            u32::from(other.stem != item.stem) * same_size * same_taste
        });
        if let Some(second) = second {
            self.add(second, dice);
        }
    }

    /// One product of a kind: by popularity, season and what the caller prefers (0 for never).
    pub(super) fn choose(&self, kind: Kind, dice: &mut Dice, prefers: impl Fn(usize) -> u32) -> Option<usize> {
        let shelf = self.catalog.of_kind(kind);
        let weight = |item: usize| {
            let season = self.day.wants(self.catalog.items[item].product.season.as_deref());
            let wanted = u64::from(self.catalog.items[item].weight) * u64::from(prefers(item)) * u64::from(season);
            u32::try_from(wanted / 1000).unwrap_or(u32::MAX)
        };
        let weights: Vec<u32> = shelf.iter().map(|&item| weight(item)).collect();
        dice.weighted(&weights).map(|place| shelf[place])
    }
}

/// Price bands: how well a price goes with another, for grinders beside machines, scales beside grinders.
fn band(machine: i64, companion: i64) -> u32 {
    let dear = |cents: i64, low: i64, high: i64| (cents > low) as i64 + (cents > high) as i64;
    match (dear(machine, 30_000, 90_000) - dear(companion, 14_000, 30_000)).abs() {
        0 => 12,
        1 => 3,
        _ => 1,
    }
}

fn maker(same: bool, factor: u32) -> u32 {
    if same { factor } else { 1 }
}

/// Some products simply go well together, as any barista will say: a fixed trait of the pair.
fn fondness(from: &str, to: &str) -> u32 {
    if trait_of(&format!("{from}+{to}")).is_multiple_of(6) { 6 } else { 1 }
}

/// Units of one line.
fn quantity(kind: Kind, dice: &mut Dice) -> u32 {
    let weights: &[u32] = match kind {
        Kind::Cup | Kind::Saucer => &[20, 40, 2, 26, 1, 11],
        Kind::Chocolate | Kind::Syrup => &[70, 20, 8, 2],
        Kind::PaperFilter | Kind::WaterFilter => &[72, 20, 8],
        _ if kind.is_beans() => &[74, 20, 4, 2],
        Kind::GiftSet | Kind::Tea | Kind::Glass => &[85, 12, 3],
        _ => &[97, 3],
    };
    dice.weighted(weights).unwrap_or(0) as u32 + 1
}
