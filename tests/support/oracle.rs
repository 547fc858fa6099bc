//! Ranking again, slow and obvious: every row decoded, every item scored, everything sorted. It shares no code with
//! `src/rank` and `src/placement` and follows the order of operations by the letter.

use endcap::bundle::*;
use endcap::placement::Request;
use endcap::rank::Reason;
use endcap::shop::{ItemId, StockState};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Neighbours and weights of each item.
type Rows = Vec<Vec<(u32, f32)>>;

/// A bundle as plain lists.
pub struct Oracle {
    items: Vec<Product>,
    numbers: HashMap<String, u32>,
    relations: Vec<(RelationKind, Rows)>,
    varied: HashSet<u32>,
    tuning: Tuning,
    policies: Vec<Policy>,
}

struct Product {
    prior: f32,
    out: bool,
    class: u32,
    group: u32,
}

/// One item of the expected answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    pub item: u32,
    pub bits: u32,
    pub reason: Reason,
    pub because: Vec<u32>,
}

/// The expected answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub picks: Vec<Expected>,
    pub popular: bool,
}

/// A request in numbers, as the oracle understands it.
pub struct Asked {
    pub cart: BTreeSet<u32>,
    pub product: Option<u32>,
    pub recent: Vec<u32>,
    pub history: Vec<(u32, f32)>,
    pub exclude: BTreeSet<u32>,
}

/// A row of a relation that is asked, and how much it counts.
type Vote = (RelationKind, u32, f32);

impl Oracle {
    /// Reads everything out of an open bundle.
    pub fn of(bundle: &Bundle<impl AsRef<[u8]>>) -> Self {
        let dictionary = bundle.dictionary().unwrap();
        let all = || (0..bundle.len() as u32).map(ItemId);
        let rows = |kind| {
            let relation = bundle.relation(kind)?;
            Some((kind, all().map(|item| relation.row(item).map(|(n, w)| (n.0, w)).collect()).collect()))
        };
        Self {
            items: all()
                .map(|item| Product {
                    prior: bundle.prior(item),
                    out: bundle.stock(item) == StockState::Out,
                    class: bundle.class(item),
                    group: bundle.group(item),
                })
                .collect(),
            numbers: all().map(|item| (dictionary.to_sku(item).unwrap(), item.0)).collect(),
            relations: RelationKind::ALL.into_iter().filter_map(rows).collect(),
            varied: all().map(|item| bundle.class(item)).filter(|class| bundle.is_varied(*class)).collect(),
            tuning: bundle.tuning().unwrap().clone(),
            policies: bundle.policies().to_vec(),
        }
    }

    /// What the request's words mean.
    pub fn read(&self, request: &Request<'_>) -> Asked {
        let number = |sku: &&str| self.numbers.get(*sku).copied();
        let age = |days: f32| if days.is_finite() && days > 0.0 { days } else { 0.0 };
        let known = request.history.iter().filter_map(|past| Some((number(&past.sku)?, age(past.days_ago))));
        let mut history: Vec<_> = known.collect();
        history = history.split_off(history.len().saturating_sub(4096));
        Asked {
            cart: request.cart.iter().filter_map(number).collect(),
            product: request.product.as_ref().and_then(number),
            recent: request.recent.iter().filter_map(number).collect(),
            history,
            exclude: request.exclude.iter().filter_map(number).collect(),
        }
    }

    /// The items that may be shown at all.
    pub fn eligible(&self, policy: &Policy, asked: &Asked) -> Vec<u32> {
        let held: BTreeSet<u32> = asked.cart.iter().copied().chain(asked.product).collect();
        let viewed: BTreeSet<u32> = match policy.strategy {
            Strategy::Similar => asked.recent.iter().copied().collect(),
            _ => BTreeSet::new(),
        };
        let group_taken = |item: &Product| {
            item.group != 0 && held.union(&viewed).any(|other| self.items[*other as usize].group == item.group)
        };
        let class_taken = |item: &Product| {
            let blocked = match policy.same_category {
                SameCategory::Allow => false,
                SameCategory::Block => true,
                SameCategory::UnlessVaried => !self.varied.contains(&item.class),
            };
            blocked && item.class != 0 && held.iter().any(|other| self.items[*other as usize].class == item.class)
        };
        (0..self.items.len() as u32)
            .filter(|number| {
                let item = &self.items[*number as usize];
                !item.out
                    && !held.contains(number)
                    && !viewed.contains(number)
                    && !asked.exclude.contains(number)
                    && !group_taken(item)
                    && !class_taken(item)
            })
            .collect()
    }

    /// The answer to `request`, which names a placement of the bundle.
    pub fn answer(&self, request: &Request<'_>) -> Answer {
        let policy = self.policies.iter().find(|policy| policy.placement == request.placement).unwrap();
        let asked = self.read(request);
        let (votes, prior) = self.votes(policy.strategy, &asked);
        let sums = self.sums(policy.strategy, &asked, &votes);
        let eligible = self.eligible(policy, &asked);
        let limit =
            request.limit.map_or(u32::from(policy.limit), |wanted| wanted.min(u32::from(policy.limit))) as usize;

        let mut picks = self.ranked(policy.strategy, &eligible, &sums, prior);
        self.keep_best_of_each_group(&mut picks);
        picks.truncate(limit);
        if policy.fall_back_to_popular || policy.strategy == Strategy::Popular {
            for item in &eligible {
                if picks.len() < limit
                    && !picks.iter().any(|pick| pick.item == *item || self.variants(pick.item, *item))
                {
                    let bits = self.items[*item as usize].prior.to_bits();
                    picks.push(Expected { item: *item, bits, reason: Reason::Popular, because: vec![] });
                }
            }
        }
        picks.retain(|pick| f32::from_bits(pick.bits) >= policy.min_relevance);
        picks.iter_mut().for_each(|pick| pick.because = self.because(&votes, pick.item));
        let popular = policy.strategy != Strategy::Popular && picks.iter().any(|pick| pick.reason == Reason::Popular);
        Answer { picks, popular }
    }

    fn variants(&self, a: u32, b: u32) -> bool {
        self.items[a as usize].group != 0 && self.items[a as usize].group == self.items[b as usize].group
    }

    fn row(&self, kind: RelationKind, item: u32) -> Option<&[(u32, f32)]> {
        self.relations.iter().find(|(held, _)| *held == kind).map(|(_, rows)| &rows[item as usize][..])
    }

    /// Who votes, in the order in which votes are summed, and the factor of the prior.
    fn votes(&self, strategy: Strategy, asked: &Asked) -> (Vec<Vote>, f32) {
        let tuning = &self.tuning;
        let voters: Vec<u32> = asked.cart.iter().copied().take(64).collect();
        match strategy {
            Strategy::CartAddons if !asked.cart.is_empty() => {
                let class = match asked.cart.len() {
                    1 => 0,
                    2..=3 => 1,
                    4..=5 => 2,
                    6..=9 => 3,
                    _ => 4,
                };
                self.blended(tuning.cart[class], &voters)
            }
            Strategy::CartAddons | Strategy::BoughtTogether => match asked.product {
                Some(product) => self.blended(tuning.product, &[product]),
                None => self.blended(tuning.product, &voters),
            },
            Strategy::Similar => {
                let newest_first: Vec<u32> =
                    asked.product.into_iter().chain(asked.recent.iter().rev().copied()).collect();
                let decayed = newest_first.iter().zip(&tuning.view_decay);
                let mut votes: Vec<Vote> =
                    decayed.map(|(item, decay)| (RelationKind::Similar, *item, *decay)).collect();
                votes.sort_by(|a, b| a.1.cmp(&b.1).then(b.2.total_cmp(&a.2)));
                (votes, 0.0)
            }
            Strategy::Replenish => (vec![], tuning.repeat.prior),
            Strategy::Popular => (vec![], 0.0),
        }
    }

    fn blended(&self, blend: Blend, voters: &[u32]) -> (Vec<Vote>, f32) {
        let has = |kind| self.relations.iter().any(|(held, _)| *held == kind);
        let alone = |factor: f32, other| if factor == 0.0 && !has(other) { 1.0 } else { factor };
        let factors = [
            (RelationKind::Cart, alone(blend.cart, RelationKind::BoughtTogether)),
            (RelationKind::BoughtTogether, alone(blend.together, RelationKind::Cart)),
        ];
        let asked = factors.into_iter().filter(|(kind, factor)| *factor > 0.0 && has(*kind));
        (asked.flat_map(|(kind, factor)| voters.iter().map(move |voter| (kind, *voter, factor))).collect(), blend.prior)
    }

    /// One dense sum an item; `None` where nothing voted.
    fn sums(&self, strategy: Strategy, asked: &Asked, votes: &[Vote]) -> Vec<Option<f32>> {
        let mut sums = vec![None; self.items.len()];
        let mut add = |item: u32, vote: f32| {
            let sum: &mut Option<f32> = &mut sums[item as usize];
            *sum = Some(sum.unwrap_or(0.0) + vote);
        };
        if strategy == Strategy::Replenish {
            let mut purchases = asked.history.clone();
            purchases.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            purchases.into_iter().for_each(|(item, days)| add(item, self.faded(days)));
        }
        for (kind, voter, factor) in votes {
            for (item, weight) in self.row(*kind, *voter).unwrap_or_default() {
                add(*item, factor * weight);
            }
        }
        sums
    }

    /// Half as much after every half-life, in 64 steps; nothing after thirty.
    fn faded(&self, days: f32) -> f32 {
        let repeat = &self.tuning.repeat;
        if repeat.half_life_days <= 0.0 {
            return 1.0;
        }
        let halvings = days / repeat.half_life_days;
        if halvings >= 30.0 {
            return 0.0;
        }
        repeat.fade[(halvings.fract() * 64.0) as usize] / 2f32.powi(halvings.floor() as i32)
    }

    /// All eligible items with a score above zero, best first.
    fn ranked(&self, strategy: Strategy, eligible: &[u32], sums: &[Option<f32>], prior: f32) -> Vec<Expected> {
        let voted = match strategy {
            Strategy::CartAddons | Strategy::BoughtTogether => Reason::BoughtTogether,
            Strategy::Similar => Reason::Similar,
            Strategy::Replenish => Reason::BoughtBefore,
            Strategy::Popular => Reason::Popular,
        };
        let mut scored: Vec<(f32, u32, Reason)> = Vec::new();
        for item in eligible {
            let sum = sums[*item as usize].unwrap_or(0.0);
            let score = sum + if prior > 0.0 { prior * self.items[*item as usize].prior } else { 0.0 };
            if score > 0.0 {
                scored.push((score, *item, if sum > 0.0 { voted } else { Reason::Popular }));
            }
        }
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let pick = |(score, item, reason): (f32, u32, Reason)| Expected {
            item,
            bits: score.to_bits(),
            reason,
            because: vec![],
        };
        scored.into_iter().map(pick).collect()
    }

    fn keep_best_of_each_group(&self, picks: &mut Vec<Expected>) {
        let mut groups = HashSet::new();
        picks.retain(|pick| {
            let group = self.items[pick.item as usize].group;
            group == 0 || groups.insert(group)
        });
    }

    /// The three voters whose votes for `item` add up to most, if to anything.
    fn because(&self, votes: &[Vote], item: u32) -> Vec<u32> {
        let mut totals: Vec<(u32, f32)> = Vec::new();
        for (kind, voter, factor) in votes {
            for (_, weight) in self.row(*kind, *voter).unwrap_or_default().iter().filter(|edge| edge.0 == item) {
                match totals.iter_mut().find(|(known, _)| known == voter) {
                    Some((_, total)) => *total += factor * weight,
                    None => totals.push((*voter, factor * weight)),
                }
            }
        }
        totals.retain(|(_, total)| *total > 0.0);
        totals.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        totals.into_iter().take(3).map(|(voter, _)| voter).collect()
    }
}
