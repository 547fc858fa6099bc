//! Ranking again, slow and obvious: every row decoded, every item scored, everything sorted. It shares no code with
//! `src/rank` and `src/placement` and follows the order of operations by the letter.

use endcap::bundle::*;
use endcap::placement::{FallbackReason, Request};
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
    calibrations: Vec<Calibration>,
    refused: Vec<RelationKind>,
    pins: Vec<Pin>,
}

struct Product {
    prior: f32,
    out: bool,
    class: u32,
    group: u32,
    gap: Option<f32>,
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
    /// Why best sellers are shown, where they are.
    pub popular: Option<FallbackReason>,
    pub due: Option<u32>,
}

/// A request in numbers, as the oracle understands it.
pub struct Asked {
    pub cart: BTreeSet<u32>,
    pub product: Option<u32>,
    pub recent: Vec<u32>,
    pub history: Vec<(u32, f32)>,
    pub exclude: BTreeSet<u32>,
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
    }
}

/// The line through the knots and the origin.
fn worth(calibration: &Calibration, score: f32) -> f32 {
    let mut from = (0.0, 0.0);
    for knot in &calibration.knots {
        let to = (knot.score, knot.probability);
        if score < to.0 {
            return (from.1 + (to.1 - from.1) * ((score - from.0) / (to.0 - from.0))).min(to.1);
        }
        from = to;
    }
    from.1
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
                    gap: bundle.gap_days(item),
                })
                .collect(),
            numbers: all().map(|item| (dictionary.to_sku(item).unwrap(), item.0)).collect(),
            relations: RelationKind::ALL.into_iter().filter_map(rows).collect(),
            varied: all().map(|item| bundle.class(item)).filter(|class| bundle.is_varied(*class)).collect(),
            tuning: bundle.tuning().unwrap().clone(),
            policies: bundle.policies().to_vec(),
            calibrations: bundle.calibrations().to_vec(),
            refused: {
                let notes = bundle.manifest().unwrap().relations.iter();
                notes.filter(|note| note.verdict == Verdict::NoSignal).map(|note| note.kind).collect()
            },
            pins: bundle.pins().collect(),
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
        let placement = self.policies.iter().position(|policy| policy.placement == request.placement).unwrap();
        let policy = &self.policies[placement];
        let mut asked = self.read(request);
        if asked.explores(policy.strategy) {
            asked.take_last_order();
        }
        let (votes, prior) = self.votes(policy.strategy, &asked);
        let sums = self.sums(policy.strategy, &asked, &votes);
        let eligible = self.eligible(policy, &asked);
        let limit =
            request.limit.map_or(u32::from(policy.limit), |wanted| wanted.min(u32::from(policy.limit))) as usize;

        let calibration = self.calibrations.iter().find(|line| line.placement == policy.placement);
        let mut ranked = self.ranked(policy.strategy, &eligible, &sums, prior);
        ranked.retain(|pick| {
            let score = f32::from_bits(pick.bits);
            calibration.map_or(score, |calibration| worth(calibration, score)) >= policy.min_relevance
        });
        let score = |item: u32| self.score(item, &sums, prior);
        let mut list = self.filled(policy, &eligible, ranked, score, limit);
        if let Some(calibration) = calibration {
            for (pick, filler) in &mut list {
                if !*filler || policy.strategy == Strategy::Popular {
                    pick.bits = worth(calibration, f32::from_bits(pick.bits)).to_bits();
                }
            }
        }
        if calibration.is_some() {
            for at in 1..list.len() {
                if list[at].1 && f32::from_bits(list[at].0.bits) > f32::from_bits(list[at - 1].0.bits) {
                    list[at].0.bits = list[at - 1].0.bits;
                }
            }
        }
        let mut picks: Vec<Expected> = list.into_iter().map(|(pick, _)| pick).collect();
        for pick in &mut picks {
            pick.because = self.because(&votes, pick.item);
            if pick.reason == Reason::BoughtBefore && self.is_due(&asked, pick.item) {
                pick.reason = Reason::Due;
            }
        }
        let own_score = |item: u32| {
            let score = match policy.strategy {
                Strategy::Popular => self.items[item as usize].prior,
                _ => self.score(item, &sums, prior).max(0.0),
            };
            calibration.map_or(score, |calibration| worth(calibration, score))
        };
        self.pin(placement, &asked, &eligible, limit, &mut picks, own_score);
        let popular = policy.strategy != Strategy::Popular && picks.iter().any(|pick| pick.reason == Reason::Popular);
        Answer {
            picks,
            popular: popular.then(|| self.why(policy.strategy, &asked)),
            due: (policy.strategy == Strategy::Replenish).then(|| {
                let items: BTreeSet<u32> = asked.history.iter().map(|(item, _)| *item).collect();
                items.into_iter().filter(|item| self.is_due(&asked, *item)).count() as u32
            }),
        }
    }

    /// Whether `item` is new where others are not.
    pub fn is_new(&self, strategy: Strategy, item: u32) -> bool {
        strategy != Strategy::Replenish && self.items[0].prior > 0.0 && self.items[item as usize].prior == 0.0
    }

    /// Place after place: the best ranked candidate that may stand there; when none is left, best sellers, then new
    /// candidates that had to wait, then new products without evidence. The second of a pair: whether a rung brought it.
    fn filled(
        &self,
        policy: &Policy,
        eligible: &[u32],
        mut ranked: Vec<Expected>,
        ranked_score: impl Fn(u32) -> f32 + Copy,
        limit: usize,
    ) -> Vec<(Expected, bool)> {
        let new = |item: u32| self.is_new(policy.strategy, item);
        let popular = policy.fallback.contains(&Rung::Popular) || policy.strategy == Strategy::Popular;
        let filler = |item: &u32| {
            let bits = self.items[*item as usize].prior.to_bits();
            (Expected { item: *item, bits, reason: Reason::Popular, because: vec![] }, true)
        };
        let mut list: Vec<(Expected, bool)> = Vec::new();
        while list.len() < limit {
            ranked.retain(|pick| !list.iter().any(|(other, _)| self.variants(other.item, pick.item)));
            let shown = list.iter().filter(|(pick, _)| new(pick.item)).count();
            let Some(at) = ranked.iter().position(|pick| !new(pick.item) || list.len() / 4 >= shown) else { break };
            list.push((ranked.remove(at), false));
        }
        let calibration = self.calibrations.iter().find(|line| line.placement == policy.placement);
        let enough = |item: &u32| {
            let share = self.items[*item as usize].prior;
            let own = policy.strategy == Strategy::Popular;
            let line = |score: f32| calibration.map_or(score, |line| worth(line, score));
            let voted = ranked_score(*item);
            let enough = if own { line(share) } else { share } >= policy.min_relevance;
            enough && (voted <= 0.0 || line(voted) >= policy.min_relevance)
        };
        let fillers = |wanted: bool| {
            eligible.iter().filter(move |item| popular && new(**item) == wanted && enough(item)).map(filler)
        };
        let behind: Vec<_> =
            fillers(false).chain(ranked.into_iter().map(|pick| (pick, false))).chain(fillers(true)).collect();
        for (pick, filler) in behind {
            let rival = |other: &Expected| other.item == pick.item || self.variants(other.item, pick.item);
            if list.len() < limit && !list.iter().any(|(other, _)| rival(other)) {
                list.push((pick, filler));
            }
        }
        list
    }

    /// The gap is the mean of the customer's own and, twice, everybody's median; due is 0.7 to 3 of it.
    fn is_due(&self, asked: &Asked, item: u32) -> bool {
        let mut days: Vec<f32> = asked.history.iter().filter(|(bought, _)| *bought == item).map(|(_, d)| *d).collect();
        days.sort_by(f32::total_cmp);
        days.dedup();
        let (Some(last), Some(first)) = (days.first(), days.last()) else { return false };
        let (own, gaps) = (first - last, (days.len() - 1) as f32);
        let gap = match self.items[item as usize].gap {
            Some(median) => (own + 2.0 * median) / (gaps + 2.0),
            None if days.len() > 1 => own / gaps,
            None => return false,
        };
        (0.7 * gap..=3.0 * gap).contains(last)
    }

    /// Pins into their slots, outside every other rule but eligibility and one variant a product.
    fn pin(
        &self,
        placement: usize,
        asked: &Asked,
        eligible: &[u32],
        limit: usize,
        picks: &mut Vec<Expected>,
        score: impl Fn(u32) -> f32,
    ) {
        let lines: Vec<u32> = match asked.product {
            Some(product) => vec![product],
            None => asked.cart.iter().copied().take(64).collect(),
        };
        let own =
            self.pins.iter().filter(|pin| usize::from(pin.placement) == placement && lines.contains(&pin.product.0));
        let mut wanted: Vec<(u8, u32, u32)> = own.map(|pin| (pin.slot, pin.item.0, pin.product.0)).collect();
        wanted.sort_unstable();
        let rivals = |a: u32, b: u32| a == b || self.variants(a, b);
        let mut taken: Vec<(usize, u32, u32)> = Vec::new();
        for (slot, item, by) in wanted {
            let slot = (usize::from(slot)..).find(|slot| taken.iter().all(|(other, _, _)| other != slot)).unwrap();
            if slot <= limit && eligible.contains(&item) && !taken.iter().any(|(_, other, _)| rivals(*other, item)) {
                taken.push((slot, item, by));
            }
        }
        picks.retain(|pick| !taken.iter().any(|(_, item, _)| rivals(*item, pick.item)));
        let mut others = std::mem::take(picks).into_iter();
        for slot in 1..=limit {
            let pinned = taken.iter().position(|(at, _, _)| *at == slot).map(|at| taken.remove(at));
            let made = |(_, item, by): (usize, u32, u32)| {
                let bits = score(item).to_bits();
                Expected { item, bits, reason: Reason::Pinned, because: vec![by] }
            };
            match pinned {
                Some(pin) => picks.push(made(pin)),
                None => picks.extend(others.next()),
            }
        }
    }

    /// Why best sellers are shown.
    fn why(&self, strategy: Strategy, asked: &Asked) -> FallbackReason {
        let (first, second) = match strategy {
            Strategy::CartAddons => (Some(RelationKind::Cart), Some(RelationKind::BoughtTogether)),
            Strategy::BoughtTogether => (Some(RelationKind::BoughtTogether), Some(RelationKind::Cart)),
            Strategy::Similar => (Some(RelationKind::Similar), None),
            _ => (None, None),
        };
        let held = |kind: Option<RelationKind>| self.relations.iter().any(|(held, _)| Some(*held) == kind);
        let known = match strategy {
            Strategy::Replenish => !asked.history.is_empty(),
            Strategy::Similar => asked.product.is_some() || !asked.recent.is_empty(),
            _ => asked.product.is_some() || !asked.cart.is_empty(),
        };
        match first {
            Some(kind) if !held(first) && !held(second) && self.refused.contains(&kind) => FallbackReason::NoSignal,
            Some(_) if !held(first) && !held(second) => FallbackReason::NoRelation,
            _ if !known => FallbackReason::NoContext,
            _ => FallbackReason::Short,
        }
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
            Strategy::Popular | Strategy::Alternatives | Strategy::Rerank => (vec![], 0.0),
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
            Strategy::Popular | Strategy::Alternatives | Strategy::Rerank => Reason::Popular,
        };
        let mut scored: Vec<(f32, u32, Reason)> = Vec::new();
        for item in eligible {
            let score = self.score(*item, sums, prior);
            if score > 0.0 {
                let reason = match sums[*item as usize] {
                    Some(sum) if sum > 0.0 && self.is_new(strategy, *item) => Reason::New,
                    Some(sum) if sum > 0.0 => voted,
                    _ => Reason::Popular,
                };
                scored.push((score, *item, reason));
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

    fn score(&self, item: u32, sums: &[Option<f32>], prior: f32) -> f32 {
        let sum = sums[item as usize].unwrap_or(0.0);
        sum + if prior > 0.0 { prior * self.items[item as usize].prior } else { 0.0 }
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
