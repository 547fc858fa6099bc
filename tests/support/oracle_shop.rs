//! A shop as plain lists, and what may be shown of it: the slow and obvious half of the oracle that knows stock, prices and
//! rules.

use endcap::bundle::*;
use endcap::placement::Request;
use endcap::shop::{ItemId, StockState};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A bundle, and what overlays changed of it.
pub struct Shop {
    pub items: Vec<Product>,
    pub numbers: HashMap<String, u32>,
    pub varied: HashSet<u32>,
    pub sensitive: HashSet<u32>,
    pub policies: Vec<Policy>,
    pub terms: ShopTerms,
    pub rules: Vec<CompiledRule>,
    /// When the last overlay was made.
    made_at: Option<i64>,
}

/// One item.
pub struct Product {
    pub prior: f32,
    pub state: StockState,
    pub class: u32,
    pub group: u32,
    pub brand: u32,
    pub gap: Option<f32>,
    pub price: Option<i64>,
    trained: Option<i64>,
    pub value: Option<u8>,
    released: Option<i32>,
    hidden: u64,
    sets: BTreeSet<u16>,
    spoken_of: bool,
    jumped: bool,
}

/// A request in numbers, as the oracle understands it.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub cart: BTreeSet<u32>,
    pub product: Option<u32>,
    pub recent: Vec<u32>,
    pub history: Vec<(u32, f32)>,
    pub exclude: BTreeSet<u32>,
    /// What other blocks show.
    pub on_page: BTreeSet<u32>,
    /// What the cart is worth.
    pub subtotal: Option<i64>,
    lines: i64,
    now: Option<i64>,
    segment: Vec<(String, String)>,
    /// Whether the last order stands in for the cart: rules see no cart then.
    explored: bool,
}

impl Asked {
    /// Whether the customer's last order stands in for a cart.
    pub fn explores(&self, strategy: Strategy) -> bool {
        let goes_with = matches!(strategy, Strategy::CartAddons | Strategy::BoughtTogether);
        goes_with && self.cart.is_empty() && self.product.is_none()
    }

    /// The last order becomes the cart; nothing that was ever bought is shown.
    pub fn take_last_order(&mut self) {
        let newest = self.history.iter().map(|(_, days)| *days).min_by(f32::total_cmp);
        let last = self.history.iter().filter(|(_, days)| Some(*days) == newest);
        self.cart = last.map(|(item, _)| *item).collect();
        self.exclude.extend(self.history.iter().map(|(item, _)| *item));
        self.explored = true;
    }
}

/// How an item stands that may be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Σ (boost − 1).
    pub boost: f32,
    /// What relevance is multiplied by.
    pub bury: f32,
    /// Whether only the wider window of prices holds its price.
    pub relaxed: bool,
}

impl Shop {
    /// Reads everything out of an open bundle.
    pub fn of(bundle: &Bundle<impl AsRef<[u8]>>) -> Self {
        let dictionary = bundle.dictionary().unwrap();
        let all = || (0..bundle.len() as u32).map(ItemId);
        let product = |item| Product {
            prior: bundle.prior(item),
            state: bundle.stock(item),
            class: bundle.class(item),
            group: bundle.group(item),
            brand: bundle.brand(item),
            gap: bundle.gap_days(item),
            price: bundle.price(item),
            trained: bundle.price(item),
            value: bundle.value(item),
            released: bundle.released(item),
            hidden: bundle.hidden(item),
            sets: bundle.signatures().sets_of_signature(bundle.signature(item)).collect(),
            spoken_of: false,
            jumped: false,
        };
        Self {
            items: all().map(product).collect(),
            numbers: all().map(|item| (dictionary.to_sku(item).unwrap(), item.0)).collect(),
            varied: all().map(|item| bundle.class(item)).filter(|class| bundle.is_varied(*class)).collect(),
            sensitive: all().map(|item| bundle.class(item)).filter(|class| bundle.is_sensitive(*class)).collect(),
            policies: bundle.policies().to_vec(),
            terms: bundle.terms().clone(),
            rules: bundle.rules().to_vec(),
            made_at: None,
        }
    }

    /// What the request's words mean.
    pub fn read(&self, request: &Request<'_>) -> Asked {
        let number = |sku: &&str| self.numbers.get(*sku).copied();
        let age = |days: f32| if days.is_finite() && days > 0.0 { days } else { 0.0 };
        let known = request.history.iter().filter_map(|past| Some((number(&past.sku)?, age(past.days_ago))));
        let mut history: Vec<_> = known.collect();
        history = history.split_off(history.len().saturating_sub(4096));
        let cart: BTreeSet<u32> = request.cart.iter().filter_map(number).collect();
        Asked {
            lines: (cart.len() + request.cart.iter().filter(|sku| number(sku).is_none()).count()) as i64,
            cart,
            product: request.product.as_ref().and_then(number),
            recent: request.recent.iter().filter_map(number).collect(),
            history,
            exclude: request.exclude.iter().filter_map(number).collect(),
            on_page: BTreeSet::new(),
            subtotal: self.subtotal(request),
            now: request.now,
            segment: request.segment.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
            explored: false,
        }
    }

    /// Pieces times price of every line whose price is known, each rounded to a minor unit.
    fn subtotal(&self, request: &Request<'_>) -> Option<i64> {
        let mut subtotal: Option<i64> = None;
        for (n, sku) in request.cart.iter().enumerate() {
            let amount = request.amounts.get(n).copied().unwrap_or_default();
            let shelf = self.numbers.get(*sku).and_then(|item| self.items[*item as usize].price);
            let Some(price) = amount.price.filter(|price| *price >= 0).or(shelf) else { continue };
            let sane = amount.quantity.is_finite() && amount.quantity > 0.0;
            let pieces = if sane { amount.quantity } else { 1.0 };
            let line = (price as f64 * pieces + 0.5).floor();
            subtotal = Some(subtotal.unwrap_or(0).saturating_add(line as i64));
        }
        subtotal
    }

    /// The items that may be shown at all.
    pub fn eligible(&self, policy: &Policy, asked: &Asked) -> Vec<u32> {
        (0..self.items.len() as u32).filter(|item| self.standing(policy, asked, *item).is_some()).collect()
    }

    /// How `number` stands, where it may be shown: step 2 of the order of operations.
    pub fn standing(&self, policy: &Policy, asked: &Asked, number: u32) -> Option<Standing> {
        let placement = self.policies.iter().position(|other| other.placement == policy.placement).unwrap();
        let item = &self.items[number as usize];
        let context = !self.is_taken(policy, asked, number) && !self.is_of_kind(policy, asked, item);
        if !context || item.jumped || item.hidden >> placement & 1 == 1 {
            return None;
        }
        let mut bury = match policy.stock[item.state as usize] {
            StockUse::Show => 1.0,
            StockUse::Bury => 0.8,
            StockUse::Hide => return None,
        };
        match self.staleness(asked.now) {
            StockUse::Hide if item.spoken_of => return None,
            StockUse::Bury if item.spoken_of => bury *= 0.8,
            _ => {}
        }
        let (boost, buried) = self.ruled(placement, asked, number)?;
        let relaxed = self.in_window(policy, asked, item.price)?;
        Some(Standing { boost, bury: bury * buried, relaxed })
    }

    /// Whether the context holds the item, or another variant of what it holds.
    fn is_taken(&self, policy: &Policy, asked: &Asked, number: u32) -> bool {
        let similar = matches!(policy.strategy, Strategy::Similar | Strategy::Alternatives);
        let viewed = asked.recent.iter().copied().filter(|_| similar);
        let mut held =
            asked.cart.iter().copied().chain(asked.product).chain(viewed).chain(asked.on_page.iter().copied());
        let group = self.items[number as usize].group;
        let same = |other: u32| other == number || (group != 0 && self.items[other as usize].group == group);
        asked.exclude.contains(&number) || held.any(same)
    }

    /// Whether the policies of classes and brands leave the item out.
    fn is_of_kind(&self, policy: &Policy, asked: &Asked, item: &Product) -> bool {
        let held = || asked.cart.iter().copied().chain(asked.product).map(|other| &self.items[other as usize]);
        let blocked = match policy.same_category {
            SameCategory::Allow => false,
            SameCategory::Block => true,
            SameCategory::UnlessVaried => !self.varied.contains(&item.class),
        };
        let class = blocked && item.class != 0 && held().any(|other| other.class == item.class);
        let brands: HashSet<u32> = held().map(|other| other.brand).filter(|brand| *brand != 0).collect();
        let brand = match policy.same_brand {
            SameBrand::Allow => false,
            SameBrand::Only => !brands.is_empty() && !brands.contains(&item.brand),
            SameBrand::Block => brands.contains(&item.brand),
        };
        class || brand
    }

    /// Windows of prices in whole numbers: a share is a number of millionths. `Some(true)` where only the wider one holds.
    fn in_window(&self, policy: &Policy, asked: &Asked, price: Option<i64>) -> Option<bool> {
        if self.items.iter().all(|item| item.price.is_none()) {
            return Some(false);
        }
        let millionths = |share: f32| i128::from((f64::from(share) * 1e6).round() as i64);
        let part = |share: f32, amount: i64| millionths(share) * i128::from(amount);
        let of_cart = policy.price.max_share_of_cart.zip(asked.subtotal);
        let product = asked.product.and_then(|product| self.items[product as usize].price);
        let narrow = policy.price.relative_to_product.zip(product);
        let wide = policy.price.relax_to.filter(|_| narrow.is_some()).zip(product);
        if of_cart.is_none() && narrow.is_none() {
            return Some(false);
        }
        let price = i128::from(price?) * 1_000_000;
        let within =
            |around: ((f32, f32), i64)| part(around.0.0, around.1) <= price && price <= part(around.0.1, around.1);
        if of_cart.is_some_and(|(share, subtotal)| price > part(share, subtotal)) {
            return None;
        }
        if narrow.is_none_or(within) { Some(false) } else { wide.is_some_and(within).then_some(true) }
    }

    fn staleness(&self, now: Option<i64>) -> StockUse {
        match (now, self.made_at, self.terms.stale_after) {
            (Some(now), Some(made), Some(after)) if now.saturating_sub(made) > i64::from(after) => {
                self.terms.when_stale
            }
            _ => StockUse::Show,
        }
    }

    /// The rules that hold at a placement, in their order.
    pub fn holding(&self, placement: usize, asked: &Asked) -> Vec<&CompiledRule> {
        let here = |rule: &&CompiledRule| rule.placements >> placement & 1 == 1 && self.is_met(&rule.when, asked);
        self.rules.iter().filter(here).collect()
    }

    /// What rules make of an item: its boosts, what buries it, or nothing where they leave it out.
    fn ruled(&self, placement: usize, asked: &Asked, number: u32) -> Option<(f32, f32)> {
        let holding = self.holding(placement, asked);
        let (mut boost, mut bury, mut included) = (0.0f64, 1.0f64, false);
        for rule in holding.iter().filter(|rule| self.is_about(rule, asked, number)) {
            match rule.effect {
                Effect::Exclude => return None,
                Effect::IncludeOnly => included = true,
                Effect::Boost(factor) => boost += f64::from(factor) - 1.0,
                Effect::Bury(factor) => bury *= f64::from(factor),
                Effect::Pin(_) => {}
            }
        }
        let only = holding.iter().any(|rule| rule.effect == Effect::IncludeOnly);
        (!only || included).then_some((boost as f32, bury as f32))
    }

    /// Whether a rule is about an item.
    pub fn is_about(&self, rule: &CompiledRule, asked: &Asked, number: u32) -> bool {
        let selects = |selector: &Selector| self.selects(selector, asked, number);
        selects(&rule.selector) && !rule.unless.as_ref().is_some_and(selects)
    }

    fn selects(&self, selector: &Selector, asked: &Asked, number: u32) -> bool {
        let item = &self.items[number as usize];
        let age = asked.now.zip(item.released).map(|(now, day)| now.div_euclid(86_400) - i64::from(day));
        let within = |span: Option<Span>, number: Option<i64>| match (span, number) {
            (None, _) => true,
            (Some(span), Some(number)) => (span.min..=span.max).contains(&number),
            (Some(_), None) => false,
        };
        self.is_in(number, selector.set)
            && selector.states & (1 << item.state as u8) != 0
            && within(selector.price, item.price)
            && within(selector.age, age)
    }

    fn is_in(&self, number: u32, set: u16) -> bool {
        set == EVERY_ITEM || self.items[number as usize].sets.contains(&set)
    }

    fn is_met(&self, when: &Condition, asked: &Asked) -> bool {
        let in_cart = |set: u16| match set {
            EVERY_ITEM => asked.lines > 0,
            _ => !asked.explored && asked.cart.iter().any(|item| self.is_in(*item, set)),
        };
        let within = |span: Option<Span>, number: Option<i64>| match (span, number) {
            (None, _) => true,
            (Some(span), Some(number)) => (span.min..=span.max).contains(&number),
            (Some(_), None) => false,
        };
        let window = when.from.is_none() && when.until.is_none()
            || asked.now.is_some_and(|now| {
                when.from.is_none_or(|from| now >= from) && when.until.is_none_or(|until| now < until)
            });
        let said = |key: &String| asked.segment.iter().find(|(name, _)| name == key).map(|(_, value)| value);
        window
            && within(when.subtotal, asked.subtotal)
            && within(when.lines, Some(asked.lines))
            && when.cart_any.is_none_or(in_cart)
            && when.cart_all.iter().all(|set| in_cart(*set))
            && !when.cart_none.is_some_and(in_cart)
            && when.product.is_none_or(|set| asked.product.is_some_and(|product| self.is_in(product, set)))
            && when.segment.iter().all(|(key, values)| said(key).is_some_and(|value| values.contains(value)))
    }

    /// What an overlay changes, read from its draft; it must be newer than the last and fit the shop.
    pub fn patch(&mut self, overlay: &OverlayDraft) {
        if let Some(terms) = &overlay.terms {
            let knots = std::mem::replace(&mut self.terms, terms.clone()).price_knots;
            if self.terms.price_knots.is_empty() {
                self.terms.price_knots = knots;
            }
        }
        for policy in &overlay.policies {
            match self.policies.iter_mut().find(|other| other.placement == policy.placement) {
                Some(other) => *other = policy.clone(),
                None => self.policies.push(policy.clone()),
            }
        }
        for (placement, enabled) in &overlay.switches {
            self.policies.iter_mut().filter(|p| p.placement == *placement).for_each(|p| p.enabled = *enabled);
        }
        if let Some(rules) = &overlay.rules {
            self.replace_rules(rules, &overlay.placements);
        }
        for change in &overlay.items {
            self.change(change, &overlay.placements);
        }
        self.made_at = overlay.made_at;
    }

    /// Bits of the overlay's placements as bits of ours.
    fn mask(&self, theirs: u64, placements: &[String]) -> u64 {
        let named = placements.iter().enumerate().filter(|(n, _)| theirs >> n & 1 == 1);
        let ours = named.filter_map(|(_, name)| self.policies.iter().position(|policy| policy.placement == *name));
        ours.fold(0, |mask, bit| mask | 1 << bit)
    }

    fn replace_rules(&mut self, rules: &OverlayRules, placements: &[String]) {
        self.items.iter_mut().for_each(|item| (item.hidden, item.sets) = (0, BTreeSet::new()));
        for (sku, signature) in rules.skus.iter().zip(&rules.signature_of) {
            if let Some(item) = self.numbers.get(sku) {
                self.items[*item as usize].sets = rules.signatures[*signature as usize].iter().copied().collect();
            }
        }
        let ours =
            |rule: &CompiledRule| CompiledRule { placements: self.mask(rule.placements, placements), ..rule.clone() };
        self.rules = rules.rules.iter().map(ours).collect();
    }

    fn change(&mut self, change: &ItemChange, placements: &[String]) {
        let Some(number) = self.numbers.get(&change.sku) else { return };
        let hidden = change.hidden.map(|mask| self.mask(mask, placements));
        let item = &mut self.items[*number as usize];
        if let Some(state) = change.state {
            (item.state, item.spoken_of) = (state, true);
        }
        if let Some(price) = change.price {
            let far = |trained: i64, share: f32| (price - trained).abs() as f64 > f64::from(share) * trained as f64;
            let jumped = item.trained.zip(self.terms.price_jump).is_some_and(|(trained, share)| far(trained, share));
            (item.price, item.jumped) = (Some(price), jumped && !change.confirmed);
        }
        item.value = change.value.or(item.value);
        item.hidden = hidden.unwrap_or(item.hidden);
    }
}
