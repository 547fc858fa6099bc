//! What pruning and quantising cost: the same questions asked of a relation with all its weights in f32, with few of
//! them, and with few in few bits, beside the bytes that each takes in a bundle.
//!
//! The mixtures stay those that training chose for what ships, which favours that a little; the other relation stays as
//! shipped.

use super::answering::Answer;
use super::bootstrap::{Interval, ratio};
use super::metrics::{Goal, Mean};
use super::tasks::gains;
use crate::bundle::{DraftRelation, RelationKind, relation_bytes};
use crate::train::prune::{self, Rows, prune};
use serde::Serialize;

/// Edges an item of the curve.
const ROWS: [usize; 5] = [4, 8, 16, 32, 64];
/// Bits a weight of the curve.
const GRID_BITS: [u8; 2] = [3, 4];
/// Bits of a weight as trained.
const FLOAT: u8 = 32;
/// Draws the resamples of every interval.
const SEED: u64 = 7;

/// How much accuracy a profile may lose.
const LIMITS: [(&str, f64); 2] = [("standard", 0.01), ("small", 0.03)];

/// One relation in several sizes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RelationCost {
    /// `cart`, `bought_together` or `similar`.
    pub relation: &'static str,
    /// The task that asked.
    pub task: &'static str,
    /// Questions.
    pub questions: usize,
    /// All sizes: unpruned, pruned, standard, small, then the curve.
    pub sizes: Vec<Size>,
    /// For each profile that loses more than it may: what would buy it back.
    pub buy_back: Vec<BuyBack>,
}

/// A relation in one size.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Size {
    /// `unpruned`, `pruned`, `standard`, `small` or `curve`.
    pub name: &'static str,
    /// Most edges an item.
    pub row: usize,
    /// Bits a weight; 32: f32, as trained.
    pub bits: u8,
    /// Edges in all.
    pub edges: u64,
    /// Bytes in a bundle; none in f32.
    pub bytes: Option<u64>,
    /// Bytes an edge, offsets and headers included.
    pub bytes_an_edge: Option<f64>,
    /// HR@10 (HR@20 for `session`).
    pub hr: Mean,
    /// NDCG@10 (MRR@20 for `session`).
    pub order: Mean,
    /// HR as a share of that of all weights in f32.
    pub hr_kept: Kept,
    /// The same of NDCG (MRR).
    pub order_kept: Kept,
}

/// A share of something, with its 95 % interval by paired bootstrap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Kept {
    /// The share; 1: nothing is lost.
    pub share: f64,
    /// Its interval.
    pub interval: Interval,
}

impl Kept {
    /// Σ `mine` ÷ Σ `whole`, question by question.
    pub fn of(mine: &[f32], whole: &[f32]) -> Self {
        let sum = |gains: &[f32]| gains.iter().map(|gain| f64::from(*gain)).sum::<f64>();
        let share = if sum(whole) > 0.0 { sum(mine) / sum(whole) } else { 1.0 };
        Self { share, interval: ratio(mine, whole, SEED) }
    }
}

/// The least bytes that keep a profile's loss of HR within its limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BuyBack {
    /// `standard` or `small`.
    pub profile: &'static str,
    /// The share of HR it may lose.
    pub limit: f64,
    /// The share it loses.
    pub loss: f64,
    /// The size that would do, where the curve has one: edges an item, bits, bytes.
    pub with: Option<(usize, u8, u64)>,
}

/// Bytes of a relation in a bundle; `None` for rows that no bundle holds.
pub fn bytes(kind: RelationKind, rows: Rows, bits: u8) -> Option<u64> {
    let items = rows.len();
    relation_bytes(&DraftRelation { kind, bits, rows }, items).ok().map(|bytes| bytes.len() as u64)
}

/// Answers with rows in place of the shipped ones.
pub type Ask<'a> = dyn Fn(&Rows) -> Vec<Answer> + Sync + 'a;

/// A relation to measure.
pub struct Measured<'a> {
    /// As it ships, before quantising.
    pub relation: &'a DraftRelation,
    /// All its weights.
    pub unpruned: &'a Rows,
    /// The task that asks.
    pub task: &'static str,
    /// Answers with these rows in place of the shipped ones.
    pub answer: &'a Ask<'a>,
}

impl Measured<'_> {
    fn goal(&self) -> Goal {
        if self.relation.kind == RelationKind::Similar { Goal::Visit } else { Goal::Basket }
    }

    /// Measures all sizes.
    pub fn costs(&self) -> RelationCost {
        let whole = gains(&(self.answer)(self.unpruned), self.goal());
        let DraftRelation { kind, bits, rows: pruned } = self.relation;
        let longest = |rows: &Rows| rows.iter().map(Vec::len).max().unwrap_or(0);
        let shipped = prune::Size { row: longest(pruned), bits: *bits };
        let (row, all) = (shipped.row, longest(self.unpruned));
        let (standard, small) = (shipped.round(pruned), shipped.of_small(*kind, pruned.len()));
        let size = |name, row, bits, rows: &Rows| self.size(name, row, bits, rows, &whole);
        let mut sizes = vec![
            size("unpruned", all, FLOAT, self.unpruned),
            size("pruned", row, FLOAT, pruned),
            size("standard", row, *bits, &standard),
            size("small", small.row, small.bits, &shipped.small(*kind, &standard)),
        ];
        for row in ROWS {
            let mut rows = self.unpruned.clone();
            prune(&mut rows, row);
            sizes.extend(GRID_BITS.map(|bits| size("curve", row, bits, &prune::Size { row, bits }.round(&rows))));
        }
        let buy_back = LIMITS.iter().filter_map(|(profile, limit)| buy_back(&sizes, profile, *limit)).collect();
        RelationCost { relation: kind.name(), task: self.task, questions: whole.0.len(), sizes, buy_back }
    }

    fn size(&self, name: &'static str, row: usize, bits: u8, rows: &Rows, whole: &(Vec<f32>, Vec<f32>)) -> Size {
        let (hits, near) = gains(&(self.answer)(rows), self.goal());
        let edges: u64 = rows.iter().map(|row| row.len() as u64).sum();
        let bytes = if bits == FLOAT { None } else { bytes(self.relation.kind, rows.clone(), bits) };
        let mean = |gains: &[f32]| Mean::of(gains.iter().map(|gain| f64::from(*gain)));
        Size {
            name,
            row,
            bits,
            edges,
            bytes,
            bytes_an_edge: bytes.map(|bytes| bytes as f64 / edges.max(1) as f64),
            hr: mean(&hits),
            order: mean(&near),
            hr_kept: Kept::of(&hits, &whole.0),
            order_kept: Kept::of(&near, &whole.1),
        }
    }
}

/// Where a profile loses more than `limit`: the smallest size that does not.
fn buy_back(sizes: &[Size], profile: &'static str, limit: f64) -> Option<BuyBack> {
    let now = sizes.iter().find(|size| size.name == profile)?;
    let loss = 1.0 - now.hr_kept.share;
    let enough = sizes.iter().filter(|size| size.bytes > now.bytes && 1.0 - size.hr_kept.share <= limit);
    let with = enough.filter_map(|size| Some((size.row, size.bits, size.bytes?))).min_by_key(|(.., bytes)| *bytes);
    (loss > limit).then_some(BuyBack { profile, limit, loss, with })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Edge;
    use crate::shop::ItemId;

    fn size(name: &'static str, bytes: Option<u64>, share: f64) -> Size {
        let interval = Interval { lower: share, upper: share };
        let kept = Kept { share, interval };
        let (hr, order) = (Mean::default(), Mean::default());
        Size { name, row: 9, bits: 4, edges: 1, bytes, bytes_an_edge: None, hr, order, hr_kept: kept, order_kept: kept }
    }

    #[test]
    fn a_loss_is_bought_back_with_the_fewest_bytes() {
        let sizes = [
            size("unpruned", None, 1.0),
            size("standard", Some(500), 0.98),
            size("small", Some(300), 0.975),
            size("curve", Some(900), 1.01),
            size("curve", Some(700), 0.995),
            size("curve", Some(400), 0.999),
        ];
        let bought = buy_back(&sizes, "standard", 0.01).unwrap();
        assert_eq!(bought.with, Some((9, 4, 700)));
        assert!((bought.loss - 0.02).abs() < 1e-12);
        assert_eq!(buy_back(&sizes, "small", 0.03), None);
        assert_eq!(buy_back(&sizes[..3], "standard", 0.01).unwrap().with, None);
    }

    #[test]
    fn half_of_the_hits_is_half() {
        let kept = Kept::of(&[1.0, 0.0, 0.0, 0.0], &[1.0, 1.0, 0.0, 0.0]);
        assert_eq!(kept.share, 0.5);
        assert_eq!(Kept::of(&[], &[]).share, 1.0);
    }

    /// Twenty neighbours each, the first of them wanted.
    #[test]
    fn sizes_by_hand() {
        let edge = |item: u32, weight: f32| Edge { item: ItemId(item), weight };
        let mut rows: Rows = (0..30u32)
            .map(|i| (0..30).filter(|j| *j != i).map(|j| edge(j, 1.0 / (1 + (j + 30 - i) % 30) as f32)).collect())
            .collect();
        let unpruned = rows.clone();
        prune(&mut rows, 16);
        let answer = |rows: &Rows| -> Vec<Answer> {
            let best =
                |row: &Vec<Edge>| row.iter().max_by(|a, b| a.weight.total_cmp(&b.weight)).map_or(0, |e| e.item.0);
            let one = |(i, row): (usize, &Vec<Edge>)| Answer::to_many([(best(row), 1.0)], &[(i as u32 + 1) % 30], 0);
            rows.iter().enumerate().map(one).collect()
        };
        let relation = DraftRelation { kind: RelationKind::Cart, bits: 4, rows };
        let measured = Measured { relation: &relation, unpruned: &unpruned, task: "cart", answer: &answer };
        let costs = measured.costs();
        assert_eq!((costs.questions, costs.sizes.len()), (30, 14));
        let edges: Vec<u64> = costs.sizes.iter().map(|size| size.edges).collect();
        assert_eq!(edges[..4], [30 * 29, 30 * 16, 30 * 16, 30 * 16]);
        assert!(costs.sizes.iter().all(|size| size.hr_kept.share == 1.0) && costs.buy_back.is_empty());
        assert!(costs.sizes[2].bytes > costs.sizes[3].bytes && costs.sizes[0].bytes.is_none());
    }
}
