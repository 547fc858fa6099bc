//! A bundle drawn at random, for measures at sizes that no shop at hand has.
//!
//! Neighbours and cart lines lean to the popular end (the square of a uniform number), as real ones do; weights fall
//! from 1 with the square of another. What the rows mean does not matter for speed, how they lie in memory does.

use endcap::bundle::{
    Blend, Draft, DraftError, DraftItem, DraftRelation, Edge, Experiments, Manifest, Policy, RelationKind, Repeat,
    RuleTable, ShopTerms, Strategy, Tuning, write,
};
use endcap::shop::{ItemId, StockState};

/// Splitmix64: the same stream everywhere.
pub struct Dice(pub u64);

impl Dice {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// An item, popular ones more often.
    pub fn item(&mut self, items: u32) -> ItemId {
        ItemId((self.unit().powi(2) * f64::from(items)) as u32)
    }

    fn row(&mut self, of: u32, items: u32, length: usize) -> Vec<Edge> {
        let mut neighbours: Vec<ItemId> = (0..length).map(|_| self.item(items)).filter(|item| item.0 != of).collect();
        neighbours.sort_unstable();
        neighbours.dedup();
        neighbours.into_iter().map(|item| Edge { item, weight: 0.01 + 0.99 * self.unit().powi(2) as f32 }).collect()
    }
}

/// The SKU of an item.
pub fn sku(item: ItemId) -> String {
    format!("SKU-{:08}", (u64::from(item.0) * 7_654_321) % 99_999_989)
}

/// A bundle of `items` items with rows of 16 in `cart` and `bought_together`, and one placement, `cart`.
pub fn bundle(items: u32) -> Result<Vec<u8>, DraftError> {
    let mut dice = Dice(u64::from(items));
    let relation = |kind, dice: &mut Dice| DraftRelation {
        kind,
        bits: 4,
        rows: (0..items).map(|item| dice.row(item, items, 16)).collect(),
    };
    let relations = vec![relation(RelationKind::Cart, &mut dice), relation(RelationKind::BoughtTogether, &mut dice)];
    let item = |at: u32| DraftItem {
        sku: sku(ItemId(at)),
        share: 0.05 / (1.0 + at as f32).sqrt(),
        stock: if at % 97 == 96 { StockState::Out } else { StockState::InStock },
        ..DraftItem::default()
    };
    write(&Draft {
        manifest: Manifest { generator: "endcap bench".into(), currency: "XXX".into(), relations: vec![] },
        tuning: tuning(),
        policies: vec![policy()],
        items: (0..items).map(item).collect(),
        classes: vec![],
        relations,
        calibration: vec![],
        pins: vec![],
        terms: ShopTerms::default(),
        rules: RuleTable::default(),
        class_pairs: vec![],
        experiments: Experiments::default(),
        private: None,
    })
}

fn tuning() -> Tuning {
    let blend = Blend { cart: 1.0, together: 0.3, prior: 0.05 };
    let fade = (0..64).map(|step| 0.5f32.powf(step as f32 / 64.0)).collect();
    Tuning {
        cart: [blend; 5],
        product: blend,
        view_decay: vec![1.0; 10],
        repeat: Repeat { half_life_days: 180.0, fade, prior: 0.0 },
    }
}

fn policy() -> Policy {
    Policy { limit: 4, ..Policy::neutral("cart", Strategy::CartAddons) }
}
