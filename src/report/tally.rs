//! What all units together come to. Whole numbers throughout, so shards add up to the same in any order.

use super::faults::Faults;
use super::intake::NameId;
use super::moments::Moments;
use std::collections::BTreeMap;

/// Most pairs of a table whose keys come from outside; those that were seen first stay.
const MOST: usize = 200_000;
/// The same for the segments of an experiment, each of which holds sums.
const MOST_SEGMENTS: usize = 2_000;

/// The same for placements, some hundred times what a shop has.
pub(crate) const MOST_PLACEMENTS: usize = 20_000;

/// What all units together come to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub faults: Faults,
    pub experiments: Vec<ExperimentTally>,
    pub global: [ArmTally; 2],
    pub placements: BTreeMap<NameId, PlacementTally>,
    /// The placements of experiments, which stay however many others there are.
    pub kept: Vec<NameId>,
    pub products: BTreeMap<(NameId, NameId), ProductTally>,
}

/// The units of an experiment.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExperimentTally {
    pub arms: Vec<ArmTally>,
    /// By arm, of units with this key and value at their first exposure.
    pub segments: BTreeMap<(NameId, NameId), Vec<Moments>>,
    /// By arm, first exposed inside and outside of promotions.
    pub promotions: [Vec<Moments>; 2],
}

/// One arm, day by day: what the days up to one hold together is how the arm stood on that day.
#[derive(Clone, Debug, Default)]
pub(crate) struct ArmTally {
    pub days: Vec<Slot>,
    /// Orders that carry the arm, or whose unit was exposed in it; and of these, the latter.
    pub orders: u64,
    pub joined: u64,
    /// The most that one unit brought: as it was, and with large orders cut off.
    pub largest: [i64; 2],
}

/// What one day adds to an arm.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slot {
    /// With large orders cut off.
    pub capped: Moments,
    /// As it was.
    pub raw: Moments,
    /// Those who were first exposed on the day, with what they did in the first ten days of the plan where it is one of these, and
    /// by the plan's end where it is not.
    pub cohort: Moments,
    pub told: Told,
}

/// How often things happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub visitors: u64,
    pub sessions: u64,
    pub exposures: u64,
    pub impressions: u64,
    /// Impressions with a click.
    pub clicked: u64,
    pub clicks: u64,
    pub adds: u64,
    pub orders: u64,
    pub revenue: i128,
    pub margin: i128,
    pub last_click: i128,
    pub assisted: i128,
}

/// A placement over all who saw it.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlacementTally {
    pub told: Told,
    /// Orders with one of its products, and units with such an order.
    pub attached: u64,
    pub buyers: u64,
    /// Impressions, clicks and additions by day.
    pub days: BTreeMap<usize, [u64; 3]>,
}

/// A product at a placement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProductTally {
    pub shown: u64,
    pub clicked: u64,
    pub added: u64,
    pub bought: u64,
    pub revenue: i128,
    pub margin: i128,
}

impl Tally {
    /// Of so many arms an experiment.
    pub fn new(arms: impl Iterator<Item = usize>) -> Self {
        let experiments: Vec<ExperimentTally> = arms
            .map(|arms| ExperimentTally {
                arms: vec![ArmTally::default(); arms],
                segments: BTreeMap::new(),
                promotions: [vec![Moments::default(); arms], vec![Moments::default(); arms]],
            })
            .collect();
        Self { faults: Faults::new(experiments.len()), experiments, ..Self::default() }
    }

    pub fn merge(mut self, other: Self) -> Self {
        self.faults.merge(&other.faults);
        self.experiments.iter_mut().zip(other.experiments).for_each(|(mine, theirs)| mine.merge(theirs));
        self.global.iter_mut().zip(other.global).for_each(|(mine, theirs)| mine.merge(theirs));
        if self.kept.is_empty() {
            self.kept = other.kept;
        }
        for (name, theirs) in other.placements {
            self.placement(name, |mine| mine.merge(&theirs));
        }
        for (names, theirs) in other.products {
            self.products.entry(names).or_default().merge(theirs);
            bound(&mut self.products, MOST);
        }
        self
    }

    /// A placement.
    pub fn placement(&mut self, name: NameId, change: impl FnOnce(&mut PlacementTally)) {
        change(self.placements.entry(name).or_default());
        if self.placements.len() > MOST_PLACEMENTS + self.kept.len() {
            let last = self.placements.keys().rev().find(|name| !self.kept.contains(name)).copied();
            last.and_then(|last| self.placements.remove(&last));
        }
    }

    /// How many placements were named; no more than were kept.
    pub fn named_placements(&self) -> usize {
        self.placements.keys().filter(|name| **name != 0).count()
    }

    /// A product at a placement.
    pub fn product(&mut self, placement: NameId, sku: NameId, change: impl FnOnce(&mut ProductTally)) {
        change(self.products.entry((placement, sku)).or_default());
        bound(&mut self.products, MOST);
    }
}

/// Forgets what was seen last. What is forgotten once is forgotten in every shard, whatever their order.
fn bound<K: Ord, V>(table: &mut BTreeMap<K, V>, most: usize) {
    if table.len() > most {
        table.pop_last();
    }
}

impl ExperimentTally {
    /// The sums of the units with a key and value.
    pub fn segment(&mut self, pair: (NameId, NameId), arm: usize, change: impl FnOnce(&mut Moments)) {
        let arms = self.arms.len();
        let of_arm = self.segments.entry(pair).or_insert_with(|| vec![Moments::default(); arms]);
        if let Some(sums) = of_arm.get_mut(arm) {
            change(sums);
        }
        bound(&mut self.segments, MOST_SEGMENTS);
    }

    fn merge(&mut self, other: Self) {
        let all = |mine: &mut Vec<Moments>, theirs: &[Moments]| {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| mine.merge(theirs));
        };
        self.arms.iter_mut().zip(other.arms).for_each(|(mine, theirs)| mine.merge(theirs));
        self.promotions.iter_mut().zip(&other.promotions).for_each(|(mine, theirs)| all(mine, theirs));
        for (pair, theirs) in other.segments {
            let mine = self.segments.entry(pair).or_insert_with(|| vec![Moments::default(); theirs.len()]);
            all(mine, &theirs);
            bound(&mut self.segments, MOST_SEGMENTS);
        }
    }
}

impl ArmTally {
    /// What a day adds.
    pub fn day(&mut self, day: usize) -> &mut Slot {
        if self.days.len() <= day {
            self.days.resize_with(day + 1, Slot::default);
        }
        &mut self.days[day]
    }

    /// How the arm stands after so many days.
    pub fn after(&self, days: usize) -> Slot {
        let mut all = Slot::default();
        self.days.iter().take(days).for_each(|slot| all.merge(slot));
        all
    }

    /// Those who were first exposed on one of these days.
    pub fn cohorts(&self, days: std::ops::Range<usize>) -> Moments {
        let mut all = Moments::default();
        let slots = self.days.iter().take(days.end).skip(days.start);
        slots.for_each(|slot| all.merge(&slot.cohort));
        all
    }

    fn merge(&mut self, other: Self) {
        if self.days.len() < other.days.len() {
            self.days.resize_with(other.days.len(), Slot::default);
        }
        self.days.iter_mut().zip(&other.days).for_each(|(mine, theirs)| mine.merge(theirs));
        self.orders += other.orders;
        self.joined += other.joined;
        self.largest.iter_mut().zip(other.largest).for_each(|(mine, theirs)| *mine = theirs.max(*mine));
    }
}

impl Slot {
    /// Adds another day.
    pub fn merge(&mut self, other: &Self) {
        self.capped.merge(&other.capped);
        self.raw.merge(&other.raw);
        self.cohort.merge(&other.cohort);
        self.told.merge(&other.told);
    }
}

impl Told {
    fn merge(&mut self, other: &Self) {
        self.visitors += other.visitors;
        self.sessions += other.sessions;
        self.exposures += other.exposures;
        self.impressions += other.impressions;
        self.clicked += other.clicked;
        self.clicks += other.clicks;
        self.adds += other.adds;
        self.orders += other.orders;
        self.revenue += other.revenue;
        self.margin += other.margin;
        self.last_click += other.last_click;
        self.assisted += other.assisted;
    }
}

impl PlacementTally {
    fn merge(&mut self, other: &Self) {
        self.told.merge(&other.told);
        self.attached += other.attached;
        self.buyers += other.buyers;
        for (day, theirs) in &other.days {
            let mine = self.days.entry(*day).or_default();
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
    }
}

impl ProductTally {
    fn merge(&mut self, other: Self) {
        self.shown += other.shown;
        self.clicked += other.clicked;
        self.added += other.added;
        self.bought += other.bought;
        self.revenue += other.revenue;
        self.margin += other.margin;
    }
}
