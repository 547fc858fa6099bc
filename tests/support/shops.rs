//! Random small shops with everything on, and random questions to them, each from one number: the same shops and questions on
//! every platform. proptest has no part in this, for its randomness does not build for wasm32.

use super::{noise, tuning};
use endcap::bundle::*;
use endcap::placement::{Amount, PastPurchase, Request};
use endcap::shop::{Currency, ItemId, Money, StockState};

/// The placements of all drafts here.
pub const PLACEMENTS: [&str; 5] = ["cart", "pdp_complements", "pdp_similar", "post_purchase", "bestsellers"];

/// What a shop may have beyond a neutral one: bits of `features`.
pub const PRICES: u32 = 1;
pub const WINDOWS: u32 = 1 << 1;
pub const STOCK: u32 = 1 << 2;
pub const GUARDS: u32 = 1 << 3;
pub const HIDDEN: u32 = 1 << 4;
pub const BRANDS: u32 = 1 << 5;
pub const CAPS: u32 = 1 << 6;
pub const VARIETY: u32 = 1 << 7;
pub const OBJECTIVE: u32 = 1 << 8;
pub const SENSITIVE: u32 = 1 << 9;
pub const RUNGS: u32 = 1 << 10;
pub const FLOORS: u32 = 1 << 11;
pub const SWITCHES: u32 = 1 << 12;
pub const STRATEGIES: u32 = 1 << 13;
pub const RULES: u32 = 1 << 14;
pub const CONDITIONS: u32 = 1 << 15;
pub const LIVE: u32 = 1 << 16;
pub const RULE_PINS: u32 = 1 << 17;
pub const PINS: u32 = 1 << 18;
pub const LINES: u32 = 1 << 19;
pub const NEW: u32 = 1 << 20;
pub const CALIBRATED: u32 = 1 << 21;
pub const PRIORS: u32 = 1 << 22;
pub const CLASSES: u32 = 1 << 23;
/// Everything.
pub const ALL: u32 = (1 << 24) - 1;

/// The middle of the time in which questions are asked: 20,717 days after 1970.
const NOW: i64 = 1_790_000_000;
const DAY: i64 = 86_400;

/// Numbers out of one number.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The numbers of `stream` under `seed`.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ stream.wrapping_mul(0xD134_2543_DE82_EF95))
    }

    /// Any number (splitmix64).
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is above 0.
    pub fn below(&mut self, end: u32) -> u32 {
        (((self.roll() >> 32) * u64::from(end)) >> 32) as u32
    }

    /// Once in so many times.
    pub fn one_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u32) as usize].clone()
    }

    /// One of these, or nothing once in so many times.
    pub fn maybe<T: Clone>(&mut self, times: u32, all: &[T]) -> Option<T> {
        let found = self.of(all);
        (!self.one_in(times)).then_some(found)
    }

    fn span(&mut self, min: i64, width: u32) -> Span {
        let (a, b) = (min + i64::from(self.below(width)), min + i64::from(self.below(width)));
        Span {
            min: if self.one_in(4) { i64::MIN } else { a.min(b) },
            max: if self.one_in(4) { i64::MAX } else { a.max(b) },
        }
    }
}

/// A shop of 8 to 40 items.
pub fn shop(seed: u64, features: u32) -> Draft {
    let mut dice = Dice::new(seed, 1);
    let mut draft = noise(8 + dice.below(33), 2 + dice.below(10), dice.roll());
    draft.tuning = tuned(&mut dice, features & PRIORS != 0);
    let count = draft.items.len() as u32;
    let sold = if features & NEW != 0 && dice.one_in(2) { dice.of(&[0, 3, count / 2, count - 2]) } else { count };
    let equal = dice.one_in(4);
    for (n, item) in draft.items.iter_mut().enumerate() {
        let share = if equal { 0.25 } else { item.share };
        item.share = if (n as u32) < sold { share } else { 0.0 };
        item.group = dice.one_in(3).then(|| 1 + dice.below(count / 3));
        item.gap_days = dice.one_in(2).then(|| dice.below(90) as u16);
        item.stock = if dice.one_in(12) { StockState::Out } else { StockState::InStock };
    }
    if dice.one_in(8) {
        let at = dice.below(3) as usize;
        draft.relations.remove(at);
        draft.manifest.relations[at].verdict = dice.of(&[Verdict::NoSignal, Verdict::Signal]);
    }
    if features & CALIBRATED != 0 {
        // One roll whether there is a line, then those of the line: the fixture holds this order.
        for placement in PLACEMENTS {
            if dice.one_in(2) {
                draft.calibration.push(line(&mut dice, placement));
            }
        }
    }
    for policy in &mut draft.policies {
        policy.limit = 1 + dice.below(8) as u16;
    }
    dress(&mut draft, dice.roll(), features);
    draft
}

fn tuned(dice: &mut Dice, priors: bool) -> Tuning {
    let mut factor = |most: u32| if dice.one_in(3) { 0.0 } else { (1 + dice.below(most)) as f32 / 256.0 };
    let mut blend =
        || Blend { cart: factor(512), together: factor(512), prior: if priors { factor(128) } else { 0.0 } };
    let cart = std::array::from_fn(|_| blend());
    let product = blend();
    let view_decay = (0..4).map(|_| factor(256)).collect();
    let repeat = Repeat { half_life_days: 64.0, prior: if priors { factor(64) } else { 0.0 }, ..tuning().repeat };
    Tuning { cart, product, view_decay, repeat }
}

fn line(dice: &mut Dice, placement: &str) -> Calibration {
    let mut knots: Vec<Knot> = Vec::new();
    let (mut score, mut probability) = (0, 0);
    for _ in 0..2 + dice.below(4) {
        knots.push(Knot { score: score as f32 / 512.0, probability: probability as f32 / 1024.0 });
        score += 1 + dice.below(400);
        probability += 1 + dice.below(150);
    }
    if dice.one_in(2) {
        knots.iter_mut().for_each(|knot| (knot.score, knot.probability) = (knot.score + 0.01, knot.probability + 0.01));
    }
    Calibration { placement: placement.into(), knots }
}

/// Gives a draft some of what a shop may have, by bits of `features`.
pub fn dress(draft: &mut Draft, seed: u64, features: u32) {
    type Gives = fn(&mut Draft, &mut Dice);
    let all: [(u32, Gives); 14] = [
        (CLASSES, classes),
        (PRICES, prices),
        (WINDOWS, windows),
        (STOCK, stock),
        (GUARDS, guards),
        (HIDDEN, hidden),
        (BRANDS, brands),
        (CAPS, caps),
        (VARIETY, |draft, dice| {
            draft.policies.iter_mut().for_each(|policy| policy.diversity = dice.of(&[0.0, 0.2, 0.5, 1.0]))
        }),
        (OBJECTIVE, objective),
        (SENSITIVE, |draft, dice| draft.classes.iter_mut().for_each(|class| class.sensitive = dice.one_in(3))),
        (RUNGS, rungs),
        (FLOORS, |draft, dice| {
            draft.policies.iter_mut().for_each(|policy| policy.min_relevance = dice.of(&[0.0, 0.01, 0.05, 0.3]))
        }),
        (STRATEGIES, |draft, dice| {
            draft.policies[1].strategy = dice.of(&[Strategy::BoughtTogether, Strategy::Rerank]);
            draft.policies[2].strategy = dice.of(&[Strategy::Similar, Strategy::Alternatives]);
        }),
    ];
    for (feature, gives) in all.into_iter().filter(|(feature, _)| features & feature != 0) {
        gives(draft, &mut Dice::new(seed, u64::from(feature)));
    }
    if features & SWITCHES != 0 {
        let mut dice = Dice::new(seed, u64::from(SWITCHES));
        draft.policies.iter_mut().for_each(|policy| policy.enabled = !dice.one_in(10));
        draft.terms.max_live_placements = dice.below(4) as u16;
    }
    if features & LIVE != 0 {
        release(draft, seed);
    }
    if features & RULES != 0 {
        draft.rules = rules(&mut Dice::new(seed, u64::from(RULES)), draft.items.len() as u32, features);
    }
    if features & PINS != 0 {
        draft.pins = pins(&mut Dice::new(seed, u64::from(PINS)), draft.items.len() as u32);
    }
}

fn classes(draft: &mut Draft, dice: &mut Dice) {
    let class = |dice: &mut Dice| DraftClass { varied: dice.one_in(2), sensitive: false };
    draft.classes = (0..6).map(|_| class(dice)).collect();
    draft.items.iter_mut().for_each(|item| item.class = dice.maybe(6, &[0, 1, 2, 3, 4, 5]));
    let all = [SameCategory::Allow, SameCategory::Block, SameCategory::UnlessVaried];
    draft.policies.iter_mut().for_each(|policy| policy.same_category = dice.of(&all));
}

fn prices(draft: &mut Draft, dice: &mut Dice) {
    for item in &mut draft.items {
        let minor = 100 + i64::from(dice.below(40)) * 50;
        item.card.price = (!dice.one_in(8)).then(|| Money::new(minor, Currency::parse("EUR").unwrap()));
    }
}

fn windows(draft: &mut Draft, dice: &mut Dice) {
    for policy in &mut draft.policies {
        policy.price.max_share_of_cart = dice.maybe(2, &[0.1, 0.35, 0.5, 1.0]);
        policy.price.relative_to_product = dice.maybe(2, &[(0.7, 1.25), (0.5, 1.0), (0.9, 1.1)]);
        let narrow = policy.price.relative_to_product.is_some();
        policy.price.relax_to = dice.maybe(2, &[(0.5, 1.6), (0.25, 3.0)]).filter(|_| narrow);
    }
}

fn stock(draft: &mut Draft, dice: &mut Dice) {
    draft.items.iter_mut().for_each(|item| item.stock = StockState::from_byte(dice.of(&[0, 0, 0, 1, 2, 3, 4])));
    let uses = [StockUse::Show, StockUse::Show, StockUse::Bury, StockUse::Hide];
    for policy in &mut draft.policies {
        policy.stock = std::array::from_fn(|_| dice.of(&uses));
        policy.stock[4] = if dice.one_in(4) { StockUse::Bury } else { StockUse::Hide };
    }
}

fn guards(draft: &mut Draft, dice: &mut Dice) {
    draft.terms.stale_after = Some(21_600);
    draft.terms.when_stale = dice.of(&[StockUse::Show, StockUse::Bury, StockUse::Hide]);
    draft.terms.price_jump = dice.maybe(3, &[0.3, 0.05]);
}

fn hidden(draft: &mut Draft, dice: &mut Dice) {
    for item in &mut draft.items {
        item.hidden = if dice.one_in(5) { u64::from(dice.below(32)) } else { 0 };
    }
}

fn brands(draft: &mut Draft, dice: &mut Dice) {
    draft.items.iter_mut().for_each(|item| item.brand = dice.maybe(5, &[1, 2, 3, 300]));
    let all = [SameBrand::Allow, SameBrand::Allow, SameBrand::Only, SameBrand::Block];
    draft.policies.iter_mut().for_each(|policy| policy.same_brand = dice.of(&all));
}

fn caps(draft: &mut Draft, dice: &mut Dice) {
    for policy in &mut draft.policies {
        policy.max_per_category = dice.of(&[0, 0, 1, 2, 3]);
        policy.max_per_brand = dice.of(&[0, 0, 1, 2, 3]);
        policy.max_per_group = dice.of(&[0, 1, 1, 2]);
    }
}

fn objective(draft: &mut Draft, dice: &mut Dice) {
    draft.items.iter_mut().for_each(|item| item.value = dice.maybe(6, &[0, 1, 2, 3, 4, 5, 6, 7]));
    draft.terms.price_knots = vec![200, 400, 600, 900, 900, 1200, 1900];
    draft.terms.free_shipping_at = dice.maybe(3, &[1500, 4000, 9000]);
    for policy in &mut draft.policies {
        policy.objective = dice.of(&[Objective::Relevance, Objective::Revenue, Objective::Margin]);
        policy.max_relevance_loss = dice.of(&[0.0, 0.05, 0.2, 0.5]);
    }
}

fn rungs(draft: &mut Draft, dice: &mut Dice) {
    let items = draft.items.len() as u32;
    let mut list = || {
        let mut list: Vec<ItemId> = (0..dice.below(17)).map(|_| ItemId(dice.below(items))).collect();
        let mut seen = std::collections::BTreeSet::new();
        list.retain(|item| seen.insert(*item));
        list
    };
    draft.class_pairs = draft.classes.iter().map(|_| list()).collect();
    for policy in &mut draft.policies {
        let mut all = Rung::ALL.to_vec();
        all.rotate_left(dice.below(3) as usize);
        all.truncate(dice.below(4) as usize);
        policy.fallback = all;
    }
}

/// Up to eight rules about four sets; each live test, condition and pin only where its feature is there.
fn rules(dice: &mut Dice, items: u32, features: u32) -> RuleTable {
    let signatures = vec![vec![], vec![0], vec![1], vec![0, 2], vec![1, 2, 3], vec![0, 1, 2, 3]];
    let signature_of = (0..items).map(|_| dice.of(&[0, 0, 1, 2, 3, 4, 5])).collect();
    let rules = (0..dice.below(9)).map(|_| rule(dice, features)).collect();
    RuleTable { rules, sets: Sets { signature_of, signatures } }
}

fn rule(dice: &mut Dice, features: u32) -> CompiledRule {
    let selector = selector(dice, features);
    let unless = self::selector(dice, features);
    let effect = match dice.below(12) {
        0..3 => Effect::Exclude,
        3 => Effect::IncludeOnly,
        4..8 => Effect::Boost(dice.of(&[1.1, 1.3, 1.5, 2.0])),
        8 | 9 if features & RULE_PINS != 0 => Effect::Pin(1 + dice.below(6) as u16),
        _ => Effect::Bury(dice.of(&[0.1, 0.5, 0.9])),
    };
    CompiledRule {
        placements: u64::from(1 + dice.below(31)),
        selector,
        unless: (features & LIVE != 0 && dice.one_in(4)).then_some(unless),
        when: condition(dice, features),
        effect,
    }
}

fn selector(dice: &mut Dice, features: u32) -> Selector {
    let live = features & LIVE != 0;
    let (price, age) = (dice.span(100, 2000), dice.span(0, 60));
    Selector {
        set: dice.of(&[0, 1, 2, 3, 0, 1, 2, EVERY_ITEM]),
        price: (live && dice.one_in(5)).then_some(price),
        states: if live && dice.one_in(5) { dice.below(32) as u8 } else { EVERY_STATE },
        age: (live && dice.one_in(6)).then_some(age),
    }
}

fn condition(dice: &mut Dice, features: u32) -> Condition {
    let set = |dice: &mut Dice| dice.one_in(6).then(|| dice.of(&[0, 1, 2, 3]));
    let (subtotal, lines) = (dice.span(0, 6000), dice.span(0, 6));
    let mut when = Condition {
        cart_any: set(dice),
        cart_all: dice.maybe(5, &[vec![], vec![], vec![], vec![0], vec![1, 2]]).unwrap_or_default(),
        cart_none: set(dice),
        product: set(dice),
        subtotal: dice.one_in(6).then_some(subtotal),
        lines: None,
        segment: dice
            .one_in(5)
            .then(|| ("device".into(), vec![dice.of(&["mobile", "desktop"]).into()]))
            .into_iter()
            .collect(),
        from: dice.one_in(6).then(|| NOW + (i64::from(dice.below(20)) - 10) * DAY),
        until: dice.one_in(6).then(|| NOW + (i64::from(dice.below(20)) - 10) * DAY),
    };
    if when.from.zip(when.until).is_some_and(|(from, until)| from >= until) {
        when.from = None;
    }
    if features & LINES != 0 {
        when.lines = dice.one_in(6).then_some(lines);
        when.cart_any = if dice.one_in(12) { Some(EVERY_ITEM) } else { when.cart_any };
    }
    if features & CONDITIONS != 0 { when } else { Condition::default() }
}

fn pins(dice: &mut Dice, items: u32) -> Vec<DraftPin> {
    let mut pins = Vec::new();
    for placement in PLACEMENTS {
        for product in 0..items {
            let item = dice.below(items);
            if dice.one_in(5) && item != product {
                let (product, slot, item) = (ItemId(product), 1 + dice.below(6) as u8, ItemId(item));
                pins.push(DraftPin { placement: placement.into(), product, slot, item });
            }
        }
    }
    pins
}

/// Days of release for rules that ask for ages.
fn release(draft: &mut Draft, seed: u64) {
    let mut dice = Dice::new(seed, 2);
    draft.items.iter_mut().for_each(|item| item.released = dice.maybe(5, &[20_660, 20_700, 20_716, 20_730]));
}

/// A public overlay of this revision, and at times another shop's words in it.
pub fn overlay(draft: &Draft, seed: u64, revision: u64) -> OverlayDraft {
    let mut dice = Dice::new(seed, 3);
    let mut items: Vec<ItemChange> = Vec::new();
    let least = dice.below(draft.items.len() as u32) as usize;
    for (n, item) in draft.items.iter().enumerate() {
        if n == least || dice.one_in(3) {
            items.push(change(&mut dice, &item.sku));
        }
    }
    items.push(change(&mut dice, "no such thing"));
    items.sort_by(|a, b| a.sku.as_bytes().cmp(b.sku.as_bytes()));
    let mut placements: Vec<String> = PLACEMENTS.iter().rev().map(|name| name.to_string()).collect();
    placements.insert(2, "sidebar".into());
    OverlayDraft {
        currency: "EUR".into(),
        revision,
        made_at: dice.maybe(4, &[NOW - DAY, NOW, NOW + DAY]),
        placements,
        items,
        switches: dice.maybe(2, &[("cart".to_string(), false), ("bestsellers".into(), true)]).into_iter().collect(),
        policies: if dice.one_in(4) { vec![draft.policies[0].clone()] } else { vec![] },
        terms: dice.one_in(4).then(|| ShopTerms { price_jump: Some(0.5), ..draft.terms.clone() }),
        rules: dice.one_in(3).then(|| other_rules(&mut dice, draft)),
        ..OverlayDraft::default()
    }
}

fn change(dice: &mut Dice, sku: &str) -> ItemChange {
    ItemChange {
        sku: sku.into(),
        state: dice.maybe(2, &[0, 1, 2, 3, 4]).map(StockState::from_byte),
        price: dice.one_in(2).then(|| 100 + i64::from(dice.below(40)) * 50),
        confirmed: dice.one_in(3),
        value: dice.maybe(2, &[0, 1, 2, 3, 4, 5, 6, 7]),
        hidden: dice.one_in(4).then(|| u64::from(dice.below(64))),
        ..ItemChange::default()
    }
}

fn other_rules(dice: &mut Dice, draft: &Draft) -> OverlayRules {
    let RuleTable { rules, sets } = rules(dice, draft.items.len() as u32, ALL);
    let mut signed: Vec<(String, u32)> =
        draft.items.iter().zip(sets.signature_of).map(|(item, signature)| (item.sku.clone(), signature)).collect();
    signed.retain(|(_, signature)| *signature > 0);
    signed.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    let (skus, signature_of) = signed.into_iter().unzip();
    OverlayRules { rules, names: vec![], skus, signature_of, signatures: sets.signatures }
}

/// A request that owns its words.
#[derive(Clone, Debug, Default)]
pub struct Question {
    pub placement: &'static str,
    pub cart: Vec<String>,
    pub amounts: Vec<Amount>,
    pub product: Option<String>,
    pub recent: Vec<String>,
    pub history: Vec<(String, f32)>,
    pub exclude: Vec<String>,
    pub limit: Option<u32>,
    pub now: Option<i64>,
    pub segment: Vec<(String, String)>,
    pub list: Vec<String>,
    pub unit: Option<String>,
}

impl Question {
    /// Lends the request to `work`.
    pub fn with<T>(&self, work: impl FnOnce(&Request<'_>) -> T) -> T {
        let history: Vec<_> =
            self.history.iter().map(|(sku, days_ago)| PastPurchase { sku, days_ago: *days_ago }).collect();
        let segment: Vec<_> = self.segment.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        work(&Request {
            placement: self.placement,
            cart: &words(&self.cart),
            amounts: &self.amounts,
            product: self.product.as_deref(),
            recent: &words(&self.recent),
            history: &history,
            exclude: &words(&self.exclude),
            limit: self.limit,
            now: self.now,
            segment: &segment,
            list: &words(&self.list),
            unit: self.unit.as_deref(),
        })
    }

    /// Adds amounts, a time and a visitor.
    pub fn dress(&mut self, seed: u64) {
        let mut dice = Dice::new(seed, 4);
        let amount = |dice: &mut Dice| Amount {
            quantity: dice.of(&[1.0, 1.0, 2.0, 0.5, 3.25, f64::NAN, -1.0]),
            price: dice.maybe(2, &[0, 99, 500, 1999, -5]),
        };
        let most = self.cart.len() as u32 + 2;
        self.amounts = if dice.one_in(2) { vec![] } else { (0..dice.below(most)).map(|_| amount(&mut dice)).collect() };
        self.now =
            (!dice.one_in(4)).then(|| NOW + (i64::from(dice.below(24)) - 12) * DAY + i64::from(dice.below(86_400)));
        self.segment =
            dice.maybe(3, &["mobile", "desktop", "tablet"]).map(|d| ("device".into(), d.into())).into_iter().collect();
    }
}

fn words(skus: &[String]) -> Vec<&str> {
    skus.iter().map(String::as_str).collect()
}

/// A question to a shop of `draft`.
pub fn question(dice: &mut Dice, draft: &Draft) -> Question {
    let count = draft.items.len() as u32;
    let sku = |dice: &mut Dice| match dice.one_in(16) {
        true => format!("unknown {}", dice.below(3)),
        false => draft.items[dice.below(count) as usize].sku.clone(),
    };
    let skus = |dice: &mut Dice, most: u32| -> Vec<String> {
        let most = 1 + dice.below(most);
        (0..dice.below(most)).map(|_| sku(dice)).collect()
    };
    let days = |dice: &mut Dice| if dice.one_in(9) { f32::NAN } else { dice.below(200) as f32 / 2.0 };
    let mut question = Question {
        placement: dice.of(&PLACEMENTS),
        cart: skus(dice, 7),
        product: dice.one_in(2).then(|| sku(dice)),
        recent: skus(dice, 6),
        history: skus(dice, 8).into_iter().map(|sku| (sku, days(dice))).collect(),
        exclude: skus(dice, 4),
        limit: dice.one_in(3).then(|| dice.below(10)),
        ..Question::default()
    };
    question.dress(dice.roll());
    question
}
