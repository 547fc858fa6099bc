//! Small drafts that tests share.
#![allow(dead_code)] // each test binary uses its own part

pub mod damage;
pub mod everything;
pub mod shops;

use endcap::bundle::*;
use endcap::shop::{Currency, ItemId, Money, StockState};

/// `(neighbour, weight)` of each item's row.
pub type Rows = Vec<Vec<(u32, f32)>>;

/// A shop of six: a kettle, a dripper, filters in two sizes (variants), a scale, and a cup that is sold out.
pub fn six() -> Draft {
    let names = ["FILTER-S", "KETTLE", "DRIPPER", "FILTER-L", "SCALE", "CUP"];
    let shares = [0.30, 0.20, 0.15, 0.10, 0.05, 0.0];
    let items = names.iter().zip(shares).enumerate().map(|(n, (sku, share))| DraftItem {
        sku: sku.to_string(),
        share,
        stock: if *sku == "CUP" { StockState::Out } else { StockState::InStock },
        class: Some([0, 1, 1, 0, 2, 2][n]),
        group: sku.starts_with("FILTER").then_some(1),
        gap_days: None,
        card: Card {
            title: format!("The {}", sku.to_lowercase()),
            url: format!("/p/{sku}"),
            price: Some(Money::new(990 + n as i64, Currency::parse("EUR").unwrap())),
            ..Card::default()
        },
        ..DraftItem::default()
    });
    Draft {
        manifest: Manifest {
            generator: "endcap test".into(),
            currency: "EUR".into(),
            relations: RelationKind::ALL
                .map(|kind| RelationNote { kind, model: "by hand".into(), verdict: Verdict::Signal })
                .to_vec(),
        },
        tuning: tuning(),
        policies: policies(),
        items: items.collect(),
        classes: vec![
            DraftClass::default(),
            DraftClass { varied: true, ..DraftClass::default() },
            DraftClass::default(),
        ],
        relations: vec![
            relation(
                RelationKind::Cart,
                vec![
                    vec![(2, 0.4)],
                    vec![(0, 0.2), (2, 0.1), (4, 0.1)],
                    vec![(0, 0.5), (1, 0.2), (3, 0.3)],
                    vec![(2, 0.3)],
                    vec![(1, 0.2), (5, 0.9)],
                    vec![],
                ],
            ),
            relation(
                RelationKind::BoughtTogether,
                vec![
                    vec![(1, 0.1), (2, 0.5)],
                    vec![(0, 0.3), (4, 0.2)],
                    vec![(0, 0.6), (3, 0.5)],
                    vec![(2, 0.4)],
                    vec![(1, 0.3)],
                    vec![],
                ],
            ),
            relation(
                RelationKind::Similar,
                vec![vec![(3, 0.9)], vec![(2, 0.3)], vec![(1, 0.4), (4, 0.1)], vec![(0, 0.8)], vec![(2, 0.2)], vec![]],
            ),
        ],
        calibration: vec![],
        pins: vec![],
        terms: ShopTerms::default(),
        rules: RuleTable::default(),
        class_pairs: vec![],
        experiments: Experiments::default(),
        private: None,
    }
}

/// The shop of six with every section there is: calibrations, gaps, pins, and a cup that is new instead of sold out.
pub fn complete() -> Draft {
    let mut draft = six();
    let line = |placement: &str, knots: &[(f32, f32)]| Calibration {
        placement: placement.into(),
        knots: knots.iter().map(|(score, probability)| Knot { score: *score, probability: *probability }).collect(),
    };
    draft.calibration = vec![
        line("cart", &[(0.05, 0.01), (0.3, 0.1), (0.6, 0.35)]),
        line("post_purchase", &[(0.0, 0.001), (2.0, 0.4)]),
        line("bestsellers", &[(0.01, 0.02), (0.3, 0.2)]),
    ];
    for (item, gap) in draft.items.iter_mut().zip([Some(30), None, None, Some(120), Some(2000), None]) {
        item.gap_days = gap;
    }
    draft.items[5].stock = StockState::InStock;
    let pin = |placement: &str, product, slot, item| DraftPin {
        placement: placement.into(),
        product: ItemId(product),
        slot,
        item: ItemId(item),
    };
    draft.pins = vec![
        pin("pdp_complements", 0, 2, 4),
        pin("pdp_complements", 0, 2, 5),
        pin("cart", 1, 1, 4),
        pin("cart", 2, 1, 3),
        pin("pdp_similar", 4, 3, 5),
    ];
    draft
}

/// Plain constants: relations as they are, no prior.
pub fn tuning() -> Tuning {
    let cart = Blend { cart: 1.0, together: 0.0, prior: 0.0 };
    Tuning {
        cart: [cart; 5],
        product: Blend { cart: 0.0, together: 1.0, prior: 0.0 },
        view_decay: vec![1.0, 0.5, 0.25],
        repeat: Repeat {
            half_life_days: 100.0,
            fade: (0..64).map(|k| 2f64.powf(-f64::from(k) / 64.0) as f32).collect(),
            prior: 0.0,
        },
    }
}

/// One neutral policy a strategy.
pub fn policies() -> Vec<Policy> {
    let policy = |placement: &str, strategy| Policy::neutral(placement, strategy);
    vec![
        policy("cart", Strategy::CartAddons),
        policy("pdp_complements", Strategy::BoughtTogether),
        policy("pdp_similar", Strategy::Similar),
        policy("post_purchase", Strategy::Replenish),
        policy("bestsellers", Strategy::Popular),
    ]
}

/// A four-bit relation.
pub fn relation(kind: RelationKind, rows: Rows) -> DraftRelation {
    let edge = |(item, weight)| Edge { item: ItemId(item), weight };
    DraftRelation { kind, bits: 4, rows: rows.into_iter().map(|row| row.into_iter().map(edge).collect()).collect() }
}

/// A draft of `items` with pseudo-random rows: deterministic, no structure.
pub fn noise(items: u32, degree: u32, seed: u64) -> Draft {
    let mut state = seed | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut rows = |signed: bool| -> Rows {
        (0..items)
            .map(|item| {
                let mut row: Vec<u32> = (0..degree).map(|_| (next() % u64::from(items)) as u32).collect();
                row.sort_unstable();
                row.dedup();
                row.retain(|neighbour| *neighbour != item);
                row.into_iter()
                    .map(|neighbour| {
                        let weight = (next() % 1000 + 1) as f32 / 1000.0;
                        (neighbour, if signed && next() % 4 == 0 { -weight } else { weight })
                    })
                    .collect()
            })
            .collect()
    };
    let mut draft = six();
    draft.relations = vec![
        relation(RelationKind::Cart, rows(false)),
        relation(RelationKind::BoughtTogether, rows(true)),
        relation(RelationKind::Similar, rows(false)),
    ];
    draft.items = (0..items)
        .map(|n| DraftItem {
            sku: format!("SKU-{:05}", (n * 7919) % items.max(1)),
            share: 0.5 / (n + 1) as f32,
            stock: if n % 50 == 49 { StockState::Out } else { StockState::InStock },
            class: Some(n % 3),
            group: n.is_multiple_of(4).then_some(1 + n / 8),
            gap_days: None,
            card: Card { title: format!("Product {n}"), ..Card::default() },
            ..DraftItem::default()
        })
        .collect();
    draft.items.dedup_by(|a, b| a.sku == b.sku);
    draft
}
