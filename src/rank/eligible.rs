//! What may be shown.

use super::context::Context;
use crate::bundle::{Bundle, SameCategory, Strategy};
use crate::shop::{ItemId, StockState};

/// Groups and classes of a context for which there is room from the start; a larger context takes more once.
const USUAL: usize = 256;

/// The rules of one question, ready to be asked about any item.
#[derive(Debug, Default)]
pub struct Eligibility {
    barred: Vec<bool>,
    marked: Vec<ItemId>,
    // Both ascend.
    groups: Vec<u32>,
    classes: Vec<u32>,
}

impl Eligibility {
    /// Rules for a bundle of `items` items. Memory: five bytes an item, taken once.
    pub fn new(items: usize) -> Self {
        Self {
            barred: vec![false; items],
            marked: Vec::with_capacity(items),
            groups: Vec::with_capacity(USUAL),
            classes: Vec::with_capacity(USUAL),
        }
    }

    /// Takes up the context: cart lines, the product and what is excluded are barred; so are, for `similar`, the items
    /// just viewed; so are the other variants of all of these but the excluded, and by policy their classes.
    pub fn prepare<D: AsRef<[u8]>>(
        &mut self,
        bundle: &Bundle<D>,
        strategy: Strategy,
        same_category: SameCategory,
        context: &Context,
    ) {
        self.clear();
        let viewed = if strategy == Strategy::Similar { context.recent.as_slice() } else { &[] };
        for item in context.cart.iter().chain(&context.product) {
            self.compare(bundle, *item, same_category);
        }
        for item in viewed {
            self.compare(bundle, *item, SameCategory::Allow);
        }
        for list in [&mut self.groups, &mut self.classes] {
            list.sort_unstable();
            list.dedup();
        }
        for item in &context.exclude {
            self.bar(*item);
        }
    }

    fn compare<D: AsRef<[u8]>>(&mut self, bundle: &Bundle<D>, item: ItemId, same_category: SameCategory) {
        if !self.bar(item) {
            return;
        }
        remember(&mut self.groups, bundle.group(item));
        let class = bundle.class(item);
        let blocked = match same_category {
            SameCategory::Allow => false,
            SameCategory::Block => true,
            SameCategory::UnlessVaried => !bundle.is_varied(class),
        };
        if blocked {
            remember(&mut self.classes, class);
        }
    }

    /// Whether `item` was not yet barred.
    fn bar(&mut self, item: ItemId) -> bool {
        let Some(barred) = self.barred.get_mut(item.index()).filter(|barred| !**barred) else { return false };
        *barred = true;
        self.marked.push(item);
        true
    }

    /// Whether `item` may be shown.
    #[inline]
    pub fn allows<D: AsRef<[u8]>>(&self, bundle: &Bundle<D>, item: ItemId) -> bool {
        let barred = self.barred.get(item.index()).copied().unwrap_or(true);
        !barred
            && bundle.stock(item) != StockState::Out
            && (self.groups.is_empty() || self.groups.binary_search(&bundle.group(item)).is_err())
            && (self.classes.is_empty() || self.classes.binary_search(&bundle.class(item)).is_err())
    }

    fn clear(&mut self) {
        for item in self.marked.drain(..) {
            if let Some(barred) = self.barred.get_mut(item.index()) {
                *barred = false;
            }
        }
        self.groups.clear();
        self.classes.clear();
    }
}

/// Notes a group or class; 0 stands for none and is never compared.
fn remember(list: &mut Vec<u32>, number: u32) {
    if number > 0 {
        list.push(number);
    }
}
