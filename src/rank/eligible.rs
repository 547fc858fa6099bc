//! What may be shown: step 2 of the order of operations, asked of one item at a time.

use super::context::Context;
use super::rejection::Rejection;
use super::window::Window;
use crate::bundle::{Bundle, Policy, SameBrand, SameCategory, StockUse, Strategy};
use crate::rules::{Active, Barred, Live, Situation};
use crate::shop::{ItemId, StockState, sort};

/// Groups, classes and brands of a context for which there is room from the start; a larger context takes more once.
const USUAL: usize = 256;
/// What is left of the relevance of an item whose stock a placement buries: a delivery that takes longer costs a fifth.
const STOCK_BURY: f32 = 0.8;

/// The conditions of one question, ready to be asked about any item.
#[derive(Debug, Default)]
pub struct Eligibility {
    /// Why each item is barred by itself; 0 where it is not.
    barred: Vec<u8>,
    marked: Vec<ItemId>,
    // All ascend.
    groups: Vec<u32>,
    classes: Vec<u32>,
    brands: Vec<u32>,
    same_brand: Option<SameBrand>,
    stock: [Option<StockUse>; 5],
    stale: Option<StockUse>,
    window: Window,
    placement: usize,
    rules: Active,
}

/// How an item stands that may be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// What rules add to its φ.
    pub boost: f32,
    /// What its relevance is multiplied by, above 0, at most 1.
    pub bury: f32,
    /// Whether only the wider window of prices lets it pass.
    pub relaxed: bool,
}

impl Eligibility {
    /// Conditions for a bundle of `items` items. Memory: five bytes an item, taken once.
    pub fn new(items: usize) -> Self {
        Self {
            barred: vec![0; items],
            marked: Vec::with_capacity(items),
            groups: Vec::with_capacity(USUAL),
            classes: Vec::with_capacity(USUAL),
            brands: Vec::with_capacity(USUAL),
            ..Self::default()
        }
    }

    /// Takes up a question: cart lines, the product and what is excluded are barred; so are, for `similar`, the items just
    /// viewed; so are the other variants of all of these but the excluded, and by policy their classes and brands. What
    /// `on_page` holds, and its variants, stand in another block.
    pub fn prepare<D: AsRef<[u8]>>(
        &mut self,
        bundle: &Bundle<D>,
        live: &Live,
        policy: &Policy,
        context: &Context,
        situation: &Situation<'_>,
        on_page: &[ItemId],
    ) {
        self.clear();
        let similar = matches!(policy.strategy, Strategy::Similar | Strategy::Alternatives);
        for item in &context.cart {
            self.compare(bundle, *item, policy, Rejection::InCart);
        }
        if let Some(product) = context.product {
            self.compare(bundle, product, policy, Rejection::Product);
        }
        for item in if similar { context.recent.as_slice() } else { &[] } {
            if self.bar(*item, Rejection::Viewed) {
                remember(&mut self.groups, bundle.group(*item));
            }
        }
        for item in on_page {
            if self.bar(*item, Rejection::OnPage) {
                remember(&mut self.groups, bundle.group(*item));
            }
        }
        for list in [&mut self.groups, &mut self.classes, &mut self.brands] {
            sort(list);
            list.dedup();
        }
        for item in &context.exclude {
            self.bar(*item, Rejection::Excluded);
        }
        self.same_brand = Some(policy.same_brand).filter(|_| !self.brands.is_empty());
        self.stock = policy.stock.map(Some);
        self.stale = Some(live.staleness(situation.now)).filter(|stale| *stale != StockUse::Show);
        self.window = Window::of(policy, live, context.product, situation.subtotal);
        self.placement = situation.placement;
        self.rules.prepare(live, situation);
    }

    fn compare<D: AsRef<[u8]>>(&mut self, bundle: &Bundle<D>, item: ItemId, policy: &Policy, why: Rejection) {
        if !self.bar(item, why) {
            return;
        }
        remember(&mut self.groups, bundle.group(item));
        let class = bundle.class(item);
        let blocked = match policy.same_category {
            SameCategory::Allow => false,
            SameCategory::Block => true,
            SameCategory::UnlessVaried => !bundle.is_varied(class),
        };
        if blocked {
            remember(&mut self.classes, class);
        }
        if policy.same_brand != SameBrand::Allow {
            remember(&mut self.brands, bundle.brand(item));
        }
    }

    /// Whether `item` was not yet barred.
    fn bar(&mut self, item: ItemId, why: Rejection) -> bool {
        let Some(barred) = self.barred.get_mut(item.index()).filter(|barred| **barred == 0) else { return false };
        *barred = why as u8;
        self.marked.push(item);
        true
    }

    /// How `item` stands.
    ///
    /// # Errors
    ///
    /// The first [`Rejection`] that holds, where it may not be shown.
    #[inline]
    pub fn verdict<D: AsRef<[u8]>>(
        &mut self,
        bundle: &Bundle<D>,
        live: &Live,
        item: ItemId,
    ) -> Result<Standing, Rejection> {
        match self.barred.get(item.index()) {
            Some(0) => {}
            Some(why) => return Err(rejection(*why)),
            None => return Err(Rejection::Excluded),
        }
        if !self.groups.is_empty() && self.groups.binary_search(&bundle.group(item)).is_ok() {
            return Err(Rejection::Variant);
        }
        let state = live.state(item);
        let mut bury = self.stock_of(state)?;
        if let Some(stale) = self.stale.filter(|_| live.was_spoken_of(item)) {
            bury *= if stale == StockUse::Hide { return Err(Rejection::Stale) } else { STOCK_BURY };
        }
        if live.has_jumped(item) {
            return Err(Rejection::PriceJump);
        }
        if live.is_hidden(item, self.placement) {
            return Err(Rejection::Hidden);
        }
        let bearing = self.rules.bearing(live, item).map_err(|barred| match barred {
            Barred::By(_) => Rejection::Rule,
            Barred::NotIncluded => Rejection::NotIncluded,
        })?;
        if !self.classes.is_empty() && self.classes.binary_search(&bundle.class(item)).is_ok() {
            return Err(Rejection::SameCategory);
        }
        if let Some(policy) = self.same_brand {
            let known = self.brands.binary_search(&bundle.brand(item)).is_ok();
            if known != (policy == SameBrand::Only) {
                return Err(Rejection::Brand);
            }
        }
        let relaxed = self.window.lets_pass(live, item)?;
        Ok(Standing { boost: bearing.boost, bury: bury * bearing.bury, relaxed })
    }

    /// What a state of stock leaves of an item's relevance.
    #[inline]
    fn stock_of(&self, state: StockState) -> Result<f32, Rejection> {
        match self.stock.get(state as usize).copied().flatten() {
            Some(StockUse::Show) => Ok(1.0),
            Some(StockUse::Bury) => Ok(STOCK_BURY),
            Some(StockUse::Hide) | None => Err(Rejection::Stock),
        }
    }

    /// Whether the context's own products bar all of a class.
    pub fn bars_class(&self, class: u32) -> bool {
        self.classes.binary_search(&class).is_ok()
    }

    /// The rules that hold.
    pub fn rules(&self) -> &Active {
        &self.rules
    }

    fn clear(&mut self) {
        for item in self.marked.drain(..) {
            if let Some(barred) = self.barred.get_mut(item.index()) {
                *barred = 0;
            }
        }
        self.groups.clear();
        self.classes.clear();
        self.brands.clear();
    }
}

/// Notes a group, class or brand; 0 stands for none and is never compared.
fn remember(list: &mut Vec<u32>, number: u32) {
    if number > 0 {
        list.push(number);
    }
}

fn rejection(number: u8) -> Rejection {
    Rejection::ALL.get(usize::from(number).wrapping_sub(1)).copied().unwrap_or(Rejection::Excluded)
}
