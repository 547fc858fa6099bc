//! An overlay takes effect: all of it or nothing, in the order of revisions.

use super::book::Book;
use super::facts::Facts;
use super::live::{Applied, Live};
use super::plan::{Plan, Rulebook};
use crate::bundle::{Bundle, Change, Changes, Model, OverlayError, OverlayView, Policy, SignedSkus};
use crate::shop::{Currency, ItemId, StockState};
use std::cmp::Ordering;
use std::fmt;

/// What an overlay changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patched {
    /// Whether it took effect; `false` for the revision that holds already.
    pub changed: bool,
    /// Items that it spoke of and the model knows.
    pub items: u32,
    /// Items that it spoke of and the model does not know.
    pub unknown: u32,
    /// Experiments that it spoke of and the bundle does not hold.
    pub unknown_experiments: u32,
}

/// Why an overlay was refused; everything stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatchError {
    /// The file is damaged, or none.
    Overlay(OverlayError),
    /// It is another shop's, or none of its items is known.
    OtherShop,
    /// Its prices are in another currency.
    Currency {
        /// The bundle's.
        expected: String,
        /// The overlay's.
        found: String,
    },
    /// A newer one holds.
    Older {
        /// The revision that holds.
        holds: u64,
        /// The overlay's.
        found: u64,
    },
    /// It tells what only a server may know, and the bundle is a public one.
    PublicBundle,
}

impl PatchError {
    /// The stable code, as the npm package and the command line report it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Overlay(error) => error.code(),
            Self::OtherShop => "E_OTHER_SHOP",
            Self::Currency { .. } => "E_CURRENCY",
            Self::Older { .. } => "E_OLDER_REVISION",
            Self::PublicBundle => "E_PUBLIC_BUNDLE",
        }
    }

    /// Every code of its own, for the lists made from this one.
    pub const CODES: [&'static str; 4] = ["E_OTHER_SHOP", "E_CURRENCY", "E_OLDER_REVISION", "E_PUBLIC_BUNDLE"];
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlay(error) => error.fmt(f),
            Self::OtherShop => f.write_str(
                "expected an overlay of this shop, found one of another, or one of which no SKU is known; \
                 make it with `endcap patch` and this shop's bundle",
            ),
            Self::Currency { expected, found } => {
                write!(f, "expected prices in {expected}, found {found}; convert them before")
            }
            Self::Older { holds, found } => {
                write!(f, "expected a revision after {holds}, found {found}; number each overlay higher than the last")
            }
            Self::PublicBundle => f.write_str(
                "expected states and value classes, found margins or stock counts; a public bundle takes none: \
                 make a public overlay with `endcap patch` and the edge bundle",
            ),
        }
    }
}

impl std::error::Error for PatchError {}

impl From<OverlayError> for PatchError {
    fn from(error: OverlayError) -> Self {
        Self::Overlay(error)
    }
}

/// Overlays up to this share of the items are looked up one by one; larger ones are merged in one pass.
const FEW: usize = 16;

impl Live {
    /// Applies the overlay in `bytes`.
    ///
    /// # Errors
    ///
    /// [`PatchError`]; then everything stays as it was.
    ///
    /// # Cost
    ///
    /// One pass over the overlay and the bundle's SKUs; a few look-ups where the overlay is small.
    pub fn patch<D: AsRef<[u8]>>(&mut self, model: &Model<D>, bytes: &[u8]) -> Result<Patched, PatchError> {
        let overlay = OverlayView::open(bytes)?;
        if let Some(holds) = self.overlay.map(|overlay| overlay.revision) {
            match overlay.revision().cmp(&holds) {
                Ordering::Less => return Err(PatchError::Older { holds, found: overlay.revision() }),
                Ordering::Equal => return Ok(Patched::default()),
                Ordering::Greater => {}
            }
        }
        self.check(model.base(), &overlay)?;
        // A page that is open deals its visitors as one that opens now, which never saw the overlay before.
        self.restart_experiments(model.base().experiments());
        let patched = self.apply(model, &overlay);
        self.overlay = Some(Applied { revision: overlay.revision(), made_at: overlay.made_at() });
        Ok(patched)
    }

    /// Applies a change made on the spot, whatever its revision; the revision that holds stays.
    ///
    /// # Errors
    ///
    /// As [`patch`](Self::patch), but for revisions.
    pub fn patch_locally<D: AsRef<[u8]>>(&mut self, model: &Model<D>, bytes: &[u8]) -> Result<Patched, PatchError> {
        let overlay = OverlayView::open(bytes)?;
        self.check(model.base(), &overlay)?;
        Ok(self.apply(model, &overlay))
    }

    /// Switches a placement on or off; whether there is one of this name.
    pub fn set_enabled(&mut self, placement: &str, enabled: bool) -> bool {
        let policy = self.policies.iter_mut().find(|policy| policy.placement == placement);
        policy.map(|policy| policy.enabled = enabled).is_some()
    }

    fn check<D: AsRef<[u8]>>(&self, bundle: &Bundle<D>, overlay: &OverlayView<'_>) -> Result<(), PatchError> {
        let unnamed = [0; 16];
        if overlay.shop() != self.terms.shop && overlay.shop() != unnamed && self.terms.shop != unnamed {
            return Err(PatchError::OtherShop);
        }
        let currency = bundle.manifest().map_or(Currency::NONE, |manifest| manifest.currency());
        let (expected, found) = (currency.code(), overlay.currency());
        if expected != found && ![expected, found].contains(&Currency::NONE.code()) {
            return Err(PatchError::Currency { expected: expected.to_owned(), found: found.to_owned() });
        }
        if overlay.edge() && bundle.private().is_none() {
            return Err(PatchError::PublicBundle);
        }
        let is_known = |sku: &[u8]| {
            let sku = std::str::from_utf8(sku).ok();
            bundle.dictionary().zip(sku).is_some_and(|(dictionary, sku)| dictionary.item_of(sku).is_some())
        };
        let mut changes = overlay.items();
        let mut found = overlay.is_empty();
        while let Some((sku, _)) = changes.next().filter(|_| !found) {
            found = is_known(sku);
        }
        if found { Ok(()) } else { Err(PatchError::OtherShop) }
    }

    fn apply<D: AsRef<[u8]>>(&mut self, model: &Model<D>, overlay: &OverlayView<'_>) -> Patched {
        let bundle = model.base();
        self.version += 1;
        if let Some(terms) = overlay.terms() {
            let knots = std::mem::take(&mut self.terms.price_knots);
            self.terms.clone_from(terms);
            if self.terms.price_knots.is_empty() {
                self.terms.price_knots = knots;
            }
        }
        overlay.policies().iter().for_each(|policy| self.take_policy(policy));
        for (placement, enabled) in overlay.switches() {
            self.set_enabled(placement, *enabled);
        }
        let experiments = overlay.experiments().iter();
        let unknown_experiments = experiments.filter(|change| !self.change_experiment(change)).count() as u32;
        let places = Places::of(overlay.placements(), &self.policies);
        if overlay.rules().is_some() {
            self.replace_rules(bundle, overlay, &places);
        }
        let mut changes = overlay.items();
        let items = merge(bundle, overlay.len(), &mut changes, |item, change| self.change(item, &change, &places));
        if bundle.private().is_some() {
            self.judge_again(model, overlay);
        }
        Patched { changed: true, items, unknown: overlay.len() as u32 - items, unknown_experiments }
    }

    /// A policy takes the place of the one of its name, or stands behind the others.
    fn take_policy(&mut self, policy: &Policy) {
        let room = self.policies.len() < u64::BITS as usize;
        match self.policies.iter_mut().find(|other| other.placement == policy.placement) {
            Some(place) => place.clone_from(policy),
            None if room => self.policies.push(policy.clone()),
            None => {}
        }
    }

    fn change(&mut self, item: ItemId, change: &Change, places: &Places) {
        if let Some(state) = change.state {
            self.speak_of(item);
            self.set_state(item, state);
        }
        if let Some(price) = change.price {
            self.reprice(item, price, change.confirmed);
        }
        if let Some(contribution) = change.contribution {
            self.contribute(item, contribution);
        }
        if let (Some(class), Some(value)) = (change.value, self.values.get_mut(item.index())) {
            *value = class;
        }
        if let Some(mask) = change.hidden {
            self.hide(item, places.mask(mask));
        }
    }

    /// Decides again what margins and floors say of the items whose price or contribution changed; an edge bundle can.
    fn judge_again<D: AsRef<[u8]>>(&mut self, model: &Model<D>, overlay: &OverlayView<'_>) {
        let (sources, notes, policies) = (self.sources.clone(), self.notes.clone(), self.policies.clone());
        let Ok(plan) = Plan::of(&Rulebook { rules: &sources, notes: &notes, policies: &policies }) else { return };
        let written = overlay.rules().is_none();
        let mut changes = overlay.items();
        let mut moved = Vec::new();
        merge(model.base(), overlay.len(), &mut changes, |item, change| {
            if change.price.or(change.contribution).is_some() {
                moved.push((item, change));
            }
        });
        for (item, change) in moved {
            let facts = Facts::of(model, self, item);
            let class = facts.contribution.flatten().and_then(|contribution| self.value_class(contribution));
            if let (Some(class), Some(value)) = (class, self.values.get_mut(item.index())) {
                *value = class;
            }
            if written && change.hidden.is_none() {
                self.hide(item, plan.judge(&facts).hidden);
            }
        }
    }

    fn set_state(&mut self, item: ItemId, state: StockState) {
        if let Some(place) = self.states.get_mut(item.index()) {
            *place = state as u8;
        }
    }

    /// Other rules take the place of all; what was hidden at placements comes with the items of the overlay.
    fn replace_rules<D: AsRef<[u8]>>(&mut self, bundle: &Bundle<D>, overlay: &OverlayView<'_>, places: &Places) {
        let Some(rules) = overlay.rules() else { return };
        let mut signature_of = vec![0; bundle.len()];
        let mut skus = rules.skus();
        merge(bundle, rules.len(), &mut skus, |item, signature| {
            if let Some(place) = signature_of.get_mut(item.index()) {
                *place = signature;
            }
        });
        let mut compiled = rules.rules.to_vec();
        compiled.iter_mut().for_each(|rule| rule.placements = places.mask(rule.placements));
        let signatures = (0..rules.signatures.len()).map(|n| rules.signatures.sets_of_signature(n as u32));
        self.book = Book::new(compiled, signature_of, signatures);
        self.names = rules.names.to_vec();
        self.sources.clear();
        self.hidden.clear();
    }
}

/// Which of our placements each bit of an overlay's masks is.
struct Places {
    bits: Vec<Option<u32>>,
}

impl Places {
    fn of(names: &[String], policies: &[Policy]) -> Self {
        let bit = |name: &String| policies.iter().position(|policy| policy.placement == *name).map(|at| at as u32);
        Self { bits: names.iter().map(bit).collect() }
    }

    /// A mask of ours; bits of placements that we do not have are dropped.
    fn mask(&self, theirs: u64) -> u64 {
        let set = |(n, bit): (usize, &Option<u32>)| bit.filter(|_| n < 64 && theirs >> n & 1 == 1);
        self.bits.iter().enumerate().filter_map(set).fold(0, |mask, bit| mask | 1 << bit)
    }
}

/// SKUs in the order of their bytes, each lent until the next, with what is said of it.
trait Skus {
    type Said: Copy;
    fn next(&mut self) -> Option<(&[u8], Self::Said)>;
}

impl Skus for Changes<'_> {
    type Said = Change;
    fn next(&mut self) -> Option<(&[u8], Change)> {
        Changes::next(self)
    }
}

impl Skus for SignedSkus<'_> {
    type Said = u32;
    fn next(&mut self) -> Option<(&[u8], u32)> {
        SignedSkus::next(self)
    }
}

/// Tells `known` of every SKU that the bundle has; how many these are.
fn merge<D: AsRef<[u8]>, S: Skus>(
    bundle: &Bundle<D>,
    count: usize,
    skus: &mut S,
    mut known: impl FnMut(ItemId, S::Said),
) -> u32 {
    let Some(dictionary) = bundle.dictionary() else { return 0 };
    let mut found = 0;
    if count * FEW < bundle.len() {
        while let Some((sku, said)) = skus.next() {
            if let Some(item) = std::str::from_utf8(sku).ok().and_then(|sku| dictionary.item_of(sku)) {
                known(item, said);
                found += 1;
            }
        }
        return found;
    }
    let mut ours = dictionary.in_order();
    let mut own = ours.next();
    while let Some((sku, said)) = skus.next() {
        while own.is_some_and(|(ours, _)| ours < sku) {
            own = ours.next();
        }
        if let Some((_, item)) = own.filter(|(ours, _)| *ours == sku) {
            known(item, said);
            found += 1;
        }
    }
    found
}
