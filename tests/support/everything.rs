//! The shop of six with every section there is, what is private among them.

use super::complete;
use endcap::bundle::*;
use endcap::shop::{ItemId, StockState};

/// [`complete`] with policies, terms, rules, sets, values and all that only an edge bundle may hold.
pub fn everything() -> Draft {
    let mut draft = complete();
    policies(&mut draft.policies);
    draft.terms = terms();
    draft.classes[2].sensitive = true;
    for (n, item) in draft.items.iter_mut().enumerate() {
        item.brand = [Some(1), Some(2), Some(1), None, Some(3), Some(300)][n];
        item.value = [Some(0), Some(7), None, Some(3), Some(5), Some(1)][n];
        item.released = [Some(0), None, Some(20_000), Some(-3), Some(20_400), None][n];
        item.hidden = [0, 0b1, 0, 0b1_0010, 0b1, 0][n];
        item.facts = facts(n);
    }
    draft.items[3].card.price = None;
    draft.rules = rules();
    draft.class_pairs = vec![vec![ItemId(2), ItemId(1)], vec![], vec![ItemId(0)]];
    draft.experiments = experiments();
    draft.private = Some(private());
    draft
}

fn policies(policies: &mut [Policy]) {
    let cart = &mut policies[0];
    (cart.objective, cart.max_relevance_loss, cart.diversity) = (Objective::Margin, 0.2, 0.25);
    cart.price.max_share_of_cart = Some(0.35);
    cart.stock[2] = StockUse::Bury;
    (cart.max_per_category, cart.max_per_brand, cart.same_brand) = (1, 2, SameBrand::Block);
    cart.fallback = Rung::ALL.to_vec();
    let similar = &mut policies[2];
    similar.strategy = Strategy::Alternatives;
    similar.price.relative_to_product = Some((0.7, 1.25));
    similar.price.relax_to = Some((0.5, 1.6));
    policies[4].enabled = false;
}

fn terms() -> ShopTerms {
    ShopTerms {
        shop: *b"the shop of six.",
        free_shipping_at: Some(5000),
        max_live_placements: 6,
        stale_after: Some(21_600),
        when_stale: StockUse::Bury,
        price_jump: Some(0.3),
        price_knots: vec![100, 200, 300, 992, 993, 994, 2000],
    }
}

/// Any item of a set, whatever its price, state and age.
pub fn of_set(set: u16) -> Selector {
    Selector { set, price: None, states: EVERY_STATE, age: None }
}

fn rules() -> RuleTable {
    let rule = |placements, set, effect| CompiledRule {
        placements,
        selector: of_set(set),
        unless: None,
        when: Condition::default(),
        effect,
    };
    let mut boost = rule(0b11, 0, Effect::Boost(1.5));
    boost.unless = Some(Selector { price: Some(Span { min: 992, max: i64::MAX }), ..of_set(EVERY_ITEM) });
    boost.when.segment = vec![("device".into(), vec!["mobile".into(), "tablet".into()])];
    boost.when.cart_all = vec![1, 2];
    let mut bury = rule(0b1_1111, 1, Effect::Bury(0.5));
    bury.selector.age = Some(Span { min: 0, max: 90 });
    (bury.when.from, bury.when.until) = (Some(1_700_000_000), Some(1_800_000_000));
    let mut exclude = rule(0b1, 2, Effect::Exclude);
    exclude.selector.states = 0b110;
    exclude.when.subtotal = Some(Span { min: i64::MIN, max: 2000 });
    exclude.when.cart_none = Some(0);
    let mut pin = rule(0b10, 2, Effect::Pin(1));
    (pin.when.product, pin.when.lines, pin.when.cart_any) = (Some(0), Some(Span { min: 1, max: 3 }), Some(EVERY_ITEM));
    let only = rule(0b1000, EVERY_ITEM, Effect::IncludeOnly);
    RuleTable {
        rules: vec![boost, bury, exclude, pin, only],
        sets: Sets { signature_of: vec![1, 0, 2, 1, 0, 2], signatures: vec![vec![], vec![0], vec![0, 1, 2]] },
    }
}

/// Two experiments, one against an empty place and one against the shop's own, and a tenth held out of everything.
pub fn experiments() -> Experiments {
    let arms = |arms: &[(&str, u16)]| arms.iter().map(|(arm, share)| ((*arm).to_owned(), *share)).collect();
    let addons = StoredExperiment {
        name: "cart-addons-q1".into(),
        placement: "cart".into(),
        salt: "cart-addons-q1".into(),
        arms: arms(&[("holdout", 3_000), ("plain", 2_000), ("treatment", 4_500)]),
        control: StoredControl::None,
        segment: Vec::new(),
        from: None,
        until: None,
    };
    let checkout = StoredExperiment {
        name: "Checkout_2".into(),
        placement: "pdp_complements".into(),
        salt: "dealt anew".into(),
        arms: arms(&[("treatment", 5_000), ("holdout", 5_000)]),
        control: StoredControl::Incumbent,
        segment: vec![("country".into(), vec!["AT".into(), "DE".into()])],
        from: Some(1_700_000_000),
        until: Some(1_800_000_000),
    };
    Experiments { held_out: 1_000, salt: "global_holdout".into(), list: vec![addons, checkout] }
}

fn facts(item: usize) -> ItemFacts {
    match item {
        0 => ItemFacts {
            contribution: Some(250),
            count: Some(12),
            brand: "Paperworks".into(),
            group: "filters".into(),
            tags: vec!["coffee".into(), "büro".into()],
        },
        1 => ItemFacts { contribution: Some(-40), ..ItemFacts::default() },
        4 => ItemFacts { count: Some(0), tags: vec![String::new()], ..ItemFacts::default() },
        _ => ItemFacts::default(),
    }
}

fn private() -> Private {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.to_string()).collect::<Vec<String>>();
    let rule = Rule {
        name: "no filters beside the till".into(),
        placements: texts(&["cart"]),
        matches: Match {
            tests: vec![Test::Title(texts(&["filter"])), Test::Margin(Span { min: i64::MIN, max: 100 })],
            not: vec![Test::Sku(texts(&["FILTER-L"])), Test::State(0b10)],
        },
        when: When {
            cart_contains_any: Some(Match { tests: vec![Test::Category(texts(&["Coffee > Kettles"]))], not: vec![] }),
            segment: vec![("device".into(), texts(&["mobile"]))],
            ..When::default()
        },
        action: Effect::Boost(1.5),
        from: None,
        until: Some(1_800_000_000),
    };
    let note = PlacementNote {
        placement: "cart".into(),
        margin_floor: Some(0),
        owner: "CRM".into(),
        kpi: "attach_rate".into(),
        review_by: Some(20_900),
    };
    Private {
        low_at: 5,
        value_knots: vec![-40, 0, 10, 100, 100, 250, 900],
        rules: vec![rule],
        origins: vec![0; 5],
        placements: vec![note],
    }
}

/// An overlay for the edge that says everything an overlay can say.
pub fn overlay() -> OverlayDraft {
    let item = |sku: &str| ItemChange { sku: sku.into(), ..ItemChange::default() };
    let draft = everything();
    let mut rules = draft.rules.rules[..2].to_vec();
    rules.iter_mut().for_each(|rule| rule.placements &= 0b111);
    let kettle = ItemChange {
        state: Some(StockState::Out),
        price: Some(1290),
        confirmed: true,
        value: Some(7),
        hidden: Some(0b101),
        contribution: Some(-250),
        count: Some(i64::MIN),
        ..item("KETTLE")
    };
    OverlayDraft {
        shop: draft.terms.shop,
        currency: "EUR".into(),
        revision: 41,
        made_at: Some(1_790_000_000),
        edge: true,
        placements: vec!["cart".into(), "pdp_complements".into(), "checkout".into()],
        items: vec![
            ItemChange { state: Some(StockState::InStock), ..item("CUP") },
            ItemChange { price: Some(0), ..item("FILTER-L") },
            ItemChange { hidden: Some(0), count: Some(3), ..item("FILTER-S") },
            kettle,
            item("KETTLE-2"),
            ItemChange { price: Some(i64::MAX), value: Some(0), ..item("Käse") },
        ],
        switches: vec![("cart".into(), true), ("home".into(), false)],
        policies: vec![draft.policies[0].clone()],
        terms: Some(draft.terms),
        rules: Some(OverlayRules {
            rules,
            names: vec!["filters first".into(), "old stock".into()],
            skus: vec!["FILTER-L".into(), "FILTER-S".into(), "GONE".into()],
            signature_of: vec![1, 1, 2],
            signatures: vec![vec![], vec![0], vec![0, 1]],
        }),
        experiments: vec![
            ExperimentChange {
                name: "cart-addons-q1".into(),
                enabled: Some(true),
                arms: vec![("holdout".into(), 4_000), ("treatment".into(), 6_000)],
            },
            ExperimentChange { name: "Checkout_2".into(), enabled: Some(false), arms: Vec::new() },
            ExperimentChange { name: "gone".into(), ..ExperimentChange::default() },
        ],
    }
}
