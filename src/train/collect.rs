//! Lines of files, in any order, to a [`History`].

use super::TrainError;
use super::history::{Baskets, Counts, History, NOBODY, Visits, scatter};
use crate::bundle::layout::{MAX_ITEMS, MAX_SKU_BYTES};
use crate::shop::{Event, EventKind, OrderLine, Product, Timestamp};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Takes products, order lines and events one by one, in any order, and keeps a few bytes of each.
///
/// A line costs 8 bytes, a view 24; an order, visit, customer or SKU its name and some 60 bytes.
#[derive(Debug, Default)]
pub struct Collector {
    skus: Names,
    orders: Names,
    customers: Names,
    sessions: Names,
    products: FxHashMap<u32, Product>,
    lines: Vec<(u32, u32)>,
    heads: Vec<Head>,
    views: Vec<View>,
    other_events: Vec<u32>,
    repeated_products: u64,
}

/// What is known of an order beside its lines.
#[derive(Clone, Copy, Debug)]
struct Head {
    customer: u32,
    at: Option<Timestamp>,
}

/// One view.
#[derive(Clone, Copy, Debug)]
struct View {
    session: u32,
    sku: u32,
    at: Option<i64>,
    seq: Option<i64>,
}

/// Strings as numbers, in the order of first sight.
#[derive(Debug, Default)]
struct Names {
    numbers: FxHashMap<Arc<str>, u32>,
    list: Vec<Arc<str>>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.list.len() as u32;
        let name: Arc<str> = name.into();
        self.list.push(name.clone());
        self.numbers.insert(name, number);
        number
    }
}

impl Collector {
    /// A collector that holds nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a line of the catalog. Of two lines of one SKU that differ, the same one is kept in any order of lines.
    pub fn product(&mut self, product: Product) {
        let sku = self.skus.number(&product.sku);
        let Some(known) = self.products.get_mut(&sku) else {
            self.products.insert(sku, product);
            return;
        };
        self.repeated_products += 1;
        if *known != product && format!("{product:?}") < format!("{known:?}") {
            *known = product;
        }
    }

    /// Takes a line of an order. Where lines of one order disagree, its earliest time and its first customer by name
    /// hold.
    pub fn line(&mut self, line: OrderLine<'_>) {
        let order = self.orders.number(line.order);
        let sku = self.skus.number(line.sku);
        let customer = line.customer.map_or(NOBODY, |name| self.customers.number(name));
        self.lines.push((order, sku));
        let Some(head) = self.heads.get_mut(order as usize) else {
            self.heads.push(Head { customer, at: line.at });
            return;
        };
        head.at = [head.at, line.at].into_iter().flatten().min();
        let name = |number: u32| self.customers.list.get(number as usize);
        if customer != NOBODY && (head.customer == NOBODY || name(customer) < name(head.customer)) {
            head.customer = customer;
        }
    }

    /// Takes a step of a visit. Only views make relations; the products of other steps are items all the same.
    pub fn event(&mut self, event: Event<'_>) {
        let sku = self.skus.number(event.sku);
        if event.kind == EventKind::View {
            let session = self.sessions.number(event.session);
            self.views.push(View { session, sku, at: event.at.map(|t| t.0), seq: event.seq });
        } else {
            self.other_events.push(sku);
        }
    }

    /// Everything numbered and in order.
    ///
    /// # Errors
    ///
    /// [`TrainError::Nothing`] without one product, or where orders and views name none of the catalog's;
    /// [`TrainError::TooManyItems`] and [`TrainError::BadSku`] for what no bundle can hold.
    pub fn finish(mut self) -> Result<History, TrainError> {
        let known: Vec<bool> = (0..self.skus.list.len() as u32)
            .map(|sku| self.products.is_empty() || self.products.contains_key(&sku))
            .collect();
        let mut counts = self.count(&known);
        let sets = self.order_sets(&known);
        let paths = self.visit_paths(&known);
        // A catalog alone is a shop that has not opened yet; orders of strange products only are a mistake.
        let unused = sets.iter().all(Vec::is_empty) && paths.iter().all(Vec::is_empty);
        if unused && (self.products.is_empty() || counts.unknown_lines > 0) {
            return Err(TrainError::Nothing { unknown_lines: counts.unknown_lines });
        }
        let order = self.numbering(&known, &sets, &paths)?;
        let mut number = vec![u32::MAX; self.skus.list.len()];
        order.iter().enumerate().for_each(|(item, sku)| number[*sku as usize] = item as u32);
        let (baskets, visits) = (self.baskets(&sets, &number, order.len()), self.visits(&paths, &number, order.len()));
        counts.items = order.len() as u64;
        counts.orders = baskets.len() as u64;
        counts.orders_of_two = (0..baskets.len()).filter(|b| baskets.items(*b).len() >= 2).count() as u64;
        counts.views = visits.views.len() as u64;
        counts.visits = visits.len() as u64;
        let products = order.iter().map(|sku| self.take_product(*sku)).collect();
        Ok(History { products, baskets, visits, counts })
    }

    fn count(&self, known: &[bool]) -> Counts {
        let skus = self.lines.iter().map(|line| line.1);
        let skus = skus.chain(self.views.iter().map(|view| view.sku)).chain(self.other_events.iter().copied());
        let mut unknown = vec![false; known.len()];
        let mut counts = Counts {
            catalog: self.products.len() as u64,
            repeated_products: self.repeated_products,
            order_lines: self.lines.len() as u64,
            customers: self.customers.list.len() as u64,
            ..Counts::default()
        };
        for sku in skus.filter(|sku| !known[*sku as usize]) {
            counts.unknown_lines += 1;
            counts.unknown_skus += u64::from(!std::mem::replace(&mut unknown[sku as usize], true));
        }
        let ordered = self.heads.iter().filter_map(|head| head.at).map(|at| at.0);
        let viewed = self.views.iter().filter_map(|view| view.at);
        let times = || ordered.clone().chain(viewed.clone());
        (counts.first, counts.last) = (times().min(), times().max());
        counts
    }

    /// The known SKUs of each order, each once.
    fn order_sets(&self, known: &[bool]) -> Vec<Vec<u32>> {
        let mut sets = vec![Vec::new(); self.heads.len()];
        for (order, sku) in &self.lines {
            if known[*sku as usize] {
                sets[*order as usize].push(*sku);
            }
        }
        for set in &mut sets {
            set.sort_unstable();
            set.dedup();
        }
        sets
    }

    /// The views of each visit in order: by time, then sequence, then SKU, so that the order of lines does not matter.
    fn visit_paths(&self, known: &[bool]) -> Vec<Vec<View>> {
        let mut paths = vec![Vec::new(); self.sessions.list.len()];
        for view in self.views.iter().filter(|view| known[view.sku as usize]) {
            paths[view.session as usize].push(*view);
        }
        for path in &mut paths {
            path.sort_by(|a, b| {
                let name = |view: &View| &self.skus.list[view.sku as usize];
                (a.at, a.seq, name(a)).cmp(&(b.at, b.seq, name(b)))
            });
        }
        paths
    }

    /// SKUs in item order: by orders (by visits where there are no orders) descending, then by bytes.
    fn numbering(&self, known: &[bool], sets: &[Vec<u32>], paths: &[Vec<View>]) -> Result<Vec<u32>, TrainError> {
        let mut popularity = vec![0u32; known.len()];
        sets.iter().flatten().for_each(|sku| popularity[*sku as usize] += 1);
        if sets.iter().all(Vec::is_empty) {
            for path in paths {
                let mut seen: Vec<u32> = path.iter().map(|view| view.sku).collect();
                seen.sort_unstable();
                seen.dedup();
                seen.into_iter().for_each(|sku| popularity[sku as usize] += 1);
            }
        }
        let mut order: Vec<u32> = (0..known.len() as u32).filter(|sku| known[*sku as usize]).collect();
        order.sort_by(|a, b| {
            let key = |sku: u32| (std::cmp::Reverse(popularity[sku as usize]), &self.skus.list[sku as usize]);
            key(*a).cmp(&key(*b))
        });
        if order.len() > MAX_ITEMS {
            return Err(TrainError::TooManyItems { found: order.len(), most: MAX_ITEMS });
        }
        match order.iter().map(|sku| &self.skus.list[*sku as usize]).find(|sku| !storable(sku)) {
            Some(sku) => Err(TrainError::BadSku { sku: sku.chars().take(40).collect() }),
            None => Ok(order),
        }
    }

    fn baskets(&self, sets: &[Vec<u32>], number: &[u32], n_items: usize) -> Baskets {
        let mut order: Vec<usize> = (0..sets.len()).filter(|o| !sets[*o].is_empty()).collect();
        let names = &self.orders.list;
        let times: Vec<_> = self.heads.iter().map(|head| head.at.map(|at| at.0)).collect();
        sort_oldest_first(&mut order, &times, names);
        let mut baskets = Baskets::new(n_items);
        for o in order {
            let mut items: Vec<u32> = sets[o].iter().map(|sku| number[*sku as usize]).collect();
            items.sort_unstable();
            let Head { customer, at } = self.heads[o];
            baskets.push(&items, (customer != NOBODY).then_some(customer), at);
        }
        baskets
    }

    fn visits(&self, paths: &[Vec<View>], number: &[u32], n_items: usize) -> Visits {
        let mut order: Vec<usize> = (0..paths.len()).filter(|v| !paths[*v].is_empty()).collect();
        let times: Vec<_> = paths.iter().map(|path| path.first().and_then(|view| view.at)).collect();
        sort_oldest_first(&mut order, &times, &self.sessions.list);
        let mut visits = Visits::new(n_items);
        order.into_iter().for_each(|v| visits.push(paths[v].iter().map(|view| number[view.sku as usize])));
        visits
    }

    fn take_product(&mut self, sku: u32) -> Product {
        let name = &self.skus.list[sku as usize];
        self.products.remove(&sku).unwrap_or_else(|| Product { sku: name.to_string(), ..Product::default() })
    }
}

/// Sorts by time, then by name. Where fewer than half have a time the order is that of a hash of the name: its last
/// tenth is then a fair sample.
fn sort_oldest_first(order: &mut [usize], times: &[Option<i64>], names: &[Arc<str>]) {
    let timed = order.iter().filter(|unit| times[**unit].is_some()).count();
    let by_time = timed * 2 >= order.len();
    order.sort_by_cached_key(|unit| {
        let name = &names[*unit];
        let hash = if by_time { 0 } else { scatter(name.as_bytes(), 0) };
        (times[*unit].filter(|_| by_time), hash, name.clone())
    });
}

fn storable(sku: &str) -> bool {
    (1..=MAX_SKU_BYTES).contains(&sku.len()) && !sku.chars().any(char::is_control)
}
