//! Ranking again, slow and obvious: every row decoded, every item scored, everything sorted. It shares no code with
//! `src/rank`, `src/rules` and `src/placement` and follows the order of operations by the letter.

#[path = "oracle_shop.rs"]
mod shop;

use crate::support::shops::Question as Asking;
use endcap::bundle::*;
use endcap::placement::{Fallback, FallbackReason, Request, Silence};
use endcap::rank::Reason;
use endcap::shop::ItemId;
pub use shop::{Asked, Shop};
use std::collections::BTreeSet;

/// Neighbours and weights of each item.
type Rows = Vec<Vec<(u32, f32)>>;

/// A bundle as plain lists.
pub struct Oracle {
    pub shop: Shop,
    relations: Vec<(RelationKind, Rows)>,
    tuning: Tuning,
    calibrations: Vec<Calibration>,
    refused: Vec<RelationKind>,
    pins: Vec<Pin>,
    /// What each class is bought with; class 1 is the first.
    class_pairs: Vec<Vec<u32>>,
}

/// One item of the expected answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    pub item: u32,
    pub bits: u32,
    pub reason: Reason,
    pub relaxed: bool,
    pub because: Vec<u32>,
}

/// The expected answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub picks: Vec<Expected>,
    /// The deepest rung that brought anything.
    pub rung: Option<Fallback>,
    /// Why, where there is one.
    pub popular: Option<FallbackReason>,
    pub due: Option<u32>,
    pub silent: Option<Silence>,
}

/// An item on its way into the list.
#[derive(Clone, Debug)]
struct Candidate {
    item: u32,
    raw: f32,
    score: f32,
    value: f32,
    reason: Reason,
    relaxed: bool,
    filler: bool,
}

/// The line through the knots and the origin.
fn worth(calibration: Option<&Calibration>, score: f32) -> f32 {
    let Some(calibration) = calibration else { return score };
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

/// The same line, going on beyond its last knot in proportion to the score: what lists are ordered by.
fn rising(calibration: Option<&Calibration>, score: f32) -> f32 {
    match calibration.and_then(|calibration| calibration.knots.last()) {
        Some(last) if score > last.score && last.score > 0.0 => last.probability * (score / last.score),
        _ => worth(calibration, score),
    }
}

/// A row of a relation that is asked, and how much it counts.
type Vote = (RelationKind, u32, f32);

/// A question with all that follows from it.
struct Question<'a> {
    policy: &'a Policy,
    asked: &'a Asked,
    calibration: Option<&'a Calibration>,
    sums: Vec<Option<f32>>,
    prior: f32,
    limit: usize,
}

/// A list in the making.
struct List<'a> {
    oracle: &'a Oracle,
    policy: &'a Policy,
    limit: usize,
    /// Whether new products have to wait for their places.
    new_wait: bool,
    picks: Vec<Candidate>,
}

impl List<'_> {
    fn is_full(&self) -> bool {
        self.picks.len() >= self.limit
    }

    /// Whether caps let it in: at most so many of a variant group, a class, a brand, and no item twice.
    fn fits(&self, candidate: &Candidate) -> bool {
        let kinds = |item: u32| {
            let item = &self.oracle.shop.items[item as usize];
            [item.group, item.class, item.brand]
        };
        let own = kinds(candidate.item);
        let caps = [self.policy.max_per_group, self.policy.max_per_category, self.policy.max_per_brand];
        let held = |n: usize| self.picks.iter().filter(|pick| kinds(pick.item)[n] == own[n]).count();
        let full = |n: usize| caps[n] > 0 && own[n] > 0 && held(n) >= usize::from(caps[n]);
        !self.picks.iter().any(|pick| pick.item == candidate.item) && !(0..3).any(full)
    }

    /// Of the first 4k places k may be new products'.
    fn must_wait(&self, candidate: &Candidate) -> bool {
        let new = |item: u32| self.oracle.is_new(self.policy.strategy, item);
        let shown = self.picks.iter().filter(|pick| new(pick.item)).count();
        self.new_wait && new(candidate.item) && self.picks.len() / 4 < shown
    }

    /// The value, less what likeness to the likest pick takes.
    fn order(&self, candidate: &Candidate) -> f32 {
        let like = self.picks.iter().enumerate().map(|(n, pick)| self.oracle.likeness(n, pick.item, candidate.item));
        candidate.value * (1.0 - self.policy.diversity * like.fold(0.0, f32::max))
    }

    /// Place after place the best of `pool` that may stand there; what is left stays in the pool.
    fn fill(&mut self, pool: &mut Vec<Candidate>) {
        while !self.is_full() {
            let admitted = (0..pool.len()).filter(|n| self.fits(&pool[*n]) && !self.must_wait(&pool[*n]));
            let mut keys: Vec<_> = admitted.map(|n| (self.order(&pool[n]), pool[n].raw, pool[n].item, n)).collect();
            keys.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
            let Some((_, _, _, best)) = keys.first() else { return };
            self.picks.push(pool.remove(*best));
        }
    }
}

impl Oracle {
    /// Reads everything out of an open bundle.
    pub fn of(bundle: &Bundle<impl AsRef<[u8]>>) -> Self {
        let all = || (0..bundle.len() as u32).map(ItemId);
        let rows = |kind| {
            let relation = bundle.relation(kind)?;
            Some((kind, all().map(|item| relation.row(item).map(|(n, w)| (n.0, w)).collect()).collect()))
        };
        let notes = bundle.manifest().unwrap().relations.iter();
        let classes = 1..=bundle.classes() as u32;
        Self {
            shop: Shop::of(bundle),
            relations: RelationKind::ALL.into_iter().filter_map(rows).collect(),
            tuning: bundle.tuning().unwrap().clone(),
            calibrations: bundle.calibrations().to_vec(),
            refused: notes.filter(|note| note.verdict == Verdict::NoSignal).map(|note| note.kind).collect(),
            pins: bundle.pins().collect(),
            class_pairs: classes.map(|class| bundle.class_pairs(class).map(|item| item.0).collect()).collect(),
        }
    }

    /// The answer to `request`, which names a placement of the bundle.
    pub fn answer(&self, request: &Request<'_>) -> Answer {
        self.block(request, &BTreeSet::new())
    }

    /// The answers of a page, block after block.
    pub fn page(&self, questions: &[Asking]) -> Vec<Answer> {
        let (mut shown, mut live) = (BTreeSet::new(), 0);
        let most = usize::from(self.shop.terms.max_live_placements);
        let mut answers = Vec::new();
        for question in questions {
            let mut answer = question.with(|request| self.block(request, &shown));
            if most > 0 && live >= most && answer.silent.is_none() {
                answer = Answer { silent: Some(Silence::PageFull), ..Answer::default() };
            }
            shown.extend(answer.picks.iter().map(|pick| pick.item));
            live += usize::from(!answer.picks.is_empty());
            answers.push(answer);
        }
        answers
    }

    fn block(&self, request: &Request<'_>, on_page: &BTreeSet<u32>) -> Answer {
        let policies = &self.shop.policies;
        let placement = policies.iter().position(|policy| policy.placement == request.placement).unwrap();
        let policy = &policies[placement];
        if !policy.enabled {
            return Answer { silent: Some(Silence::Disabled), ..Answer::default() };
        }
        let mut asked = self.shop.read(request);
        asked.on_page.clone_from(on_page);
        if asked.explores(policy.strategy) {
            asked.take_last_order();
        }
        let (votes, prior) = self.votes(policy.strategy, &asked);
        let own = u32::from(policy.limit);
        let question = Question {
            policy,
            asked: &asked,
            calibration: self.calibrations.iter().find(|line| line.placement == policy.placement),
            sums: self.sums(policy.strategy, &asked, &votes),
            prior,
            limit: request.limit.map_or(own, |wanted| wanted.min(own)) as usize,
        };
        let expected = |pick: Candidate| Expected {
            item: pick.item,
            bits: pick.score.to_bits(),
            reason: match pick.reason {
                Reason::BoughtBefore if self.is_due(&asked, pick.item) => Reason::Due,
                reason => reason,
            },
            relaxed: pick.relaxed,
            because: self.because(&votes, pick.item),
        };
        let mut picks: Vec<Expected> = self.listed(&question).into_iter().map(expected).collect();
        self.pin(placement, &question, &mut picks);
        let rung = self.rung(policy.strategy, &picks);
        Answer {
            picks,
            rung,
            popular: rung.map(|_| self.why(policy.strategy, &asked)),
            due: (policy.strategy == Strategy::Replenish).then(|| {
                let items: BTreeSet<u32> = asked.history.iter().map(|(item, _)| *item).collect();
                items.into_iter().filter(|item| self.is_due(&asked, *item)).count() as u32
            }),
            silent: None,
        }
    }

    fn rung(&self, strategy: Strategy, picks: &[Expected]) -> Option<Fallback> {
        let has = |reason: Reason| strategy != Strategy::Popular && picks.iter().any(|pick| pick.reason == reason);
        match () {
            () if has(Reason::Popular) => Some(Fallback::Popular),
            () if has(Reason::PopularInCategory) => Some(Fallback::PopularInCategory),
            () if has(Reason::CategoryPairs) => Some(Fallback::CategoryPairs),
            () => None,
        }
    }

    /// Whether `item` is new where others are not.
    pub fn is_new(&self, strategy: Strategy, item: u32) -> bool {
        let items = &self.shop.items;
        strategy != Strategy::Replenish && items[0].prior > 0.0 && items[item as usize].prior == 0.0
    }

    /// The list but for its pins: evidence, then the wider window, then the rungs of the policy, then new products with
    /// evidence that had to wait, then new products without.
    fn listed(&self, question: &Question<'_>) -> Vec<Candidate> {
        let policy = question.policy;
        let mut list = List { oracle: self, policy, limit: question.limit, new_wait: true, picks: Vec::new() };
        let all = 0..self.shop.items.len() as u32;
        let voted: Vec<Candidate> = all.clone().filter_map(|item| self.voted(question, item)).collect();
        let (wider, mut pool): (Vec<_>, Vec<_>) = voted.into_iter().partition(|candidate| candidate.relaxed);
        list.fill(&mut pool);
        pool.extend(wider);
        list.fill(&mut pool);
        pool.retain(|candidate| self.is_new(policy.strategy, candidate.item));
        let sold = |item: &u32| !self.is_new(policy.strategy, *item);
        let best_sellers = |list: &mut List<'_>, new: bool| {
            let items = all.clone().filter(|item| sold(item) != new);
            list.fill(&mut items.filter_map(|item| self.brought(question, item, Reason::Popular)).collect());
        };
        for rung in &policy.fallback {
            match rung {
                Rung::CategoryPairs => self.category_pairs(question, &mut list),
                Rung::PopularInCategory => {
                    let classes = self.classes(question.asked);
                    let items = all.clone().filter(|item| classes.contains(&self.shop.items[*item as usize].class));
                    let brought = items.filter_map(|item| self.brought(question, item, Reason::PopularInCategory));
                    list.fill(&mut brought.collect());
                }
                Rung::Popular => best_sellers(&mut list, false),
            }
        }
        let ends_popular = policy.fallback.contains(&Rung::Popular) || policy.strategy == Strategy::Popular;
        if !policy.fallback.contains(&Rung::Popular) && ends_popular {
            best_sellers(&mut list, false);
        }
        list.new_wait = false;
        list.fill(&mut pool);
        if ends_popular {
            best_sellers(&mut list, true);
        }
        self.levelled(question, list.picks)
    }

    /// What a lower rung brought never seems likelier than the pick before it, where scores are probabilities.
    fn levelled(&self, question: &Question<'_>, mut picks: Vec<Candidate>) -> Vec<Candidate> {
        for at in 1..picks.len() {
            if question.calibration.is_some() && picks[at].filler {
                picks[at].score = picks[at].score.min(picks[at - 1].score);
            }
        }
        picks
    }

    /// The classes that the context holds and may be named, ascending.
    fn classes(&self, asked: &Asked) -> BTreeSet<u32> {
        let lines = asked.cart.iter().copied().filter(|_| asked.product.is_none());
        let classes = lines.chain(asked.product).map(|item| self.shop.items[item as usize].class);
        classes.filter(|class| *class != 0 && !self.shop.sensitive.contains(class)).collect()
    }

    /// The first of each class, the second of each, and so on; one that must wait takes the first place it may.
    fn category_pairs(&self, question: &Question<'_>, list: &mut List<'_>) {
        let mut waiting = Vec::new();
        for place in 0..16 {
            for class in self.classes(question.asked) {
                let item = self.class_pairs[class as usize - 1].get(place);
                waiting.extend(item.and_then(|item| self.brought(question, *item, Reason::CategoryPairs)));
                list.fill(&mut waiting);
            }
        }
    }

    /// Steps 2 to 4 for an item with evidence.
    fn voted(&self, question: &Question<'_>, item: u32) -> Option<Candidate> {
        let Question { policy, asked, calibration, .. } = question;
        let raw = self.score(item, &question.sums, question.prior);
        let standing = self.shop.standing(policy, asked, item).filter(|_| raw > 0.0)?;
        let score = worth(*calibration, raw) * standing.bury;
        // What is buried does not rise on: nothing stands before an item of higher probability for it.
        let relevance = if standing.bury < 1.0 { score } else { rising(*calibration, raw) };
        let reason = match question.sums[item as usize] {
            Some(sum) if sum > 0.0 && self.is_new(policy.strategy, item) => Reason::New,
            Some(sum) if sum > 0.0 => match policy.strategy {
                Strategy::CartAddons | Strategy::BoughtTogether => Reason::BoughtTogether,
                Strategy::Similar | Strategy::Alternatives | Strategy::Rerank => Reason::Similar,
                Strategy::Replenish => Reason::BoughtBefore,
                Strategy::Popular => Reason::Popular,
            },
            _ => Reason::Popular,
        };
        let value = self.value(question, relevance, self.phi(question, item, standing.boost));
        let candidate = Candidate { item, raw, score, value, reason, relaxed: standing.relaxed, filler: false };
        (score >= policy.min_relevance).then_some(candidate)
    }

    /// Steps 2 to 4 for an item of a rung: its relevance is its share of orders. An item of which this context says less
    /// than is wanted does not come by another way.
    fn brought(&self, question: &Question<'_>, item: u32, reason: Reason) -> Option<Candidate> {
        let Question { policy, asked, calibration, .. } = question;
        let standing = self.shop.standing(policy, asked, item)?;
        let share = self.shop.items[item as usize].prior;
        let relevance = share * standing.bury;
        let own = policy.strategy == Strategy::Popular;
        let score = if own { worth(*calibration, share) * standing.bury } else { relevance };
        let voted = self.score(item, &question.sums, question.prior);
        let refused = voted > 0.0 && worth(*calibration, voted) * standing.bury < policy.min_relevance;
        let ranked = reason != Reason::CategoryPairs;
        let phi = if ranked { self.phi(question, item, standing.boost) } else { 0.0 };
        let value = self.value(question, relevance, phi);
        let candidate = Candidate { item, raw: share, score, value, reason, relaxed: standing.relaxed, filler: !own };
        (score >= policy.min_relevance && !refused).then_some(candidate)
    }

    fn value(&self, question: &Question<'_>, relevance: f32, phi: f32) -> f32 {
        let epsilon = question.policy.max_relevance_loss;
        relevance * (1.0 + epsilon / (1.0 - epsilon) * phi)
    }

    /// What an item is worth beyond relevance: the class of its contribution or price, what boosts add, and a half where it
    /// closes the gap to free shipping and costs at most twice the gap.
    fn phi(&self, question: &Question<'_>, item: u32, boost: f32) -> f32 {
        let (policy, terms) = (question.policy, &self.shop.terms);
        let product = &self.shop.items[item as usize];
        let class = match policy.objective {
            Objective::Relevance => 0,
            Objective::Margin => product.value.unwrap_or(0),
            Objective::Revenue => {
                let below = |price: i64| terms.price_knots.iter().filter(|knot| **knot <= price).count().min(7) as u8;
                product.price.map_or(0, below)
            }
        };
        let gap = terms.free_shipping_at.zip(question.asked.subtotal).map(|(at, subtotal)| at - subtotal);
        let gap = gap.filter(|gap| *gap > 0 && policy.strategy == Strategy::CartAddons);
        let closes = gap.zip(product.price).is_some_and(|(gap, price)| gap <= price && price <= 2 * gap);
        (f32::from(class) / 7.0 + boost + if closes { 0.5 } else { 0.0 }).min(1.0)
    }

    /// How alike the pick at a place and a candidate are: class a half, brand a quarter, neighbours in the model a quarter.
    /// The neighbours of the first 32 picks count.
    fn likeness(&self, place: usize, pick: u32, candidate: u32) -> f32 {
        let (one, other) = (&self.shop.items[pick as usize], &self.shop.items[candidate as usize]);
        let kinds = [RelationKind::Similar, RelationKind::BoughtTogether, RelationKind::Cart];
        let row = kinds.into_iter().find_map(|kind| self.row(kind, pick)).unwrap_or_default();
        let class = if one.class != 0 && one.class == other.class { 0.5 } else { 0.0 };
        let brand = if one.brand != 0 && one.brand == other.brand { 0.25 } else { 0.0 };
        let near = if place < 32 && row.iter().any(|(item, _)| *item == candidate) { 0.25 } else { 0.0 };
        class + brand + near
    }

    /// Pins into their slots, outside every other rule but eligibility and one variant a product: what rules pin, in their
    /// order, then what is pinned to products, by slot, item and product.
    fn pin(&self, placement: usize, question: &Question<'_>, picks: &mut Vec<Expected>) {
        let Question { policy, asked, limit, .. } = question;
        let rivals = |a: u32, b: u32| a == b || self.variants(a, b);
        let eligible = self.shop.eligible(policy, asked);
        let mut taken: Vec<(usize, u32, Option<u32>)> = Vec::new();
        let take = |taken: &mut Vec<(usize, u32, Option<u32>)>, slot: usize, item: u32, by: Option<u32>| {
            let slot = (slot..).find(|slot| taken.iter().all(|(other, _, _)| other != slot)).unwrap();
            taken.extend((slot <= *limit).then_some((slot, item, by)));
        };
        for rule in self.shop.holding(placement, asked) {
            let Effect::Pin(slot) = rule.effect else { continue };
            let free = |item: &&u32| !taken.iter().any(|(_, other, _)| rivals(*other, **item));
            let about = eligible.iter().filter(|item| self.shop.is_about(rule, asked, **item));
            if let Some(item) = about.filter(free).copied().next() {
                take(&mut taken, usize::from(slot), item, None);
            }
        }
        let lines: Vec<u32> = match asked.product {
            Some(product) => vec![product],
            None => asked.cart.iter().copied().take(64).collect(),
        };
        let own = |pin: &&Pin| usize::from(pin.placement) == placement && lines.contains(&pin.product.0);
        let mut wanted: Vec<_> =
            self.pins.iter().filter(own).map(|pin| (pin.slot, pin.item.0, pin.product.0)).collect();
        wanted.sort_unstable();
        for (slot, item, by) in wanted {
            if eligible.contains(&item) && !taken.iter().any(|(_, other, _)| rivals(*other, item)) {
                take(&mut taken, usize::from(slot), item, Some(by));
            }
        }
        picks.retain(|pick| !taken.iter().any(|(_, item, _)| rivals(*item, pick.item)));
        let mut others = std::mem::take(picks).into_iter();
        for slot in 1..=*limit {
            match taken.iter().find(|(at, _, _)| *at == slot) {
                Some((_, item, by)) => picks.push(self.pinned(question, *item, *by)),
                None => picks.extend(others.next()),
            }
        }
    }

    fn pinned(&self, question: &Question<'_>, item: u32, by: Option<u32>) -> Expected {
        let standing = self.shop.standing(question.policy, question.asked, item).unwrap();
        let raw = self.score(item, &question.sums, question.prior).max(0.0);
        let score = worth(question.calibration, raw) * standing.bury;
        let because = by.into_iter().collect();
        Expected { item, bits: score.to_bits(), reason: Reason::Pinned, relaxed: standing.relaxed, because }
    }

    /// Why a lower rung was needed.
    fn why(&self, strategy: Strategy, asked: &Asked) -> FallbackReason {
        let (first, second) = match strategy {
            Strategy::CartAddons => (Some(RelationKind::Cart), Some(RelationKind::BoughtTogether)),
            Strategy::BoughtTogether => (Some(RelationKind::BoughtTogether), Some(RelationKind::Cart)),
            Strategy::Similar | Strategy::Alternatives => (Some(RelationKind::Similar), None),
            Strategy::Replenish | Strategy::Popular | Strategy::Rerank => (None, None),
        };
        let held = |kind: Option<RelationKind>| self.relations.iter().any(|(held, _)| Some(*held) == kind);
        let known = match strategy {
            Strategy::Replenish => !asked.history.is_empty(),
            Strategy::Similar | Strategy::Alternatives => asked.product.is_some() || !asked.recent.is_empty(),
            Strategy::Rerank => true,
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
        let items = &self.shop.items;
        items[a as usize].group != 0 && items[a as usize].group == items[b as usize].group
    }

    fn is_sensitive(&self, item: u32) -> bool {
        self.shop.sensitive.contains(&self.shop.items[item as usize].class)
    }

    fn row(&self, kind: RelationKind, item: u32) -> Option<&[(u32, f32)]> {
        self.relations.iter().find(|(held, _)| *held == kind).map(|(_, rows)| &rows[item as usize][..])
    }

    /// Who votes, in the order in which votes are summed, and the factor of the prior. What is of a sensitive class is silent.
    fn votes(&self, strategy: Strategy, asked: &Asked) -> (Vec<Vote>, f32) {
        let (mut votes, prior) = self.voters(strategy, asked);
        votes.retain(|(_, voter, _)| !self.is_sensitive(*voter));
        (votes, prior)
    }

    fn voters(&self, strategy: Strategy, asked: &Asked) -> (Vec<Vote>, f32) {
        let tuning = &self.tuning;
        let lines: Vec<u32> = asked.cart.iter().copied().take(64).collect();
        let of_cart = || {
            let class = match asked.cart.len() {
                1 => 0,
                2..=3 => 1,
                4..=5 => 2,
                6..=9 => 3,
                _ => 4,
            };
            self.blended(tuning.cart[class], &lines)
        };
        match strategy {
            Strategy::CartAddons | Strategy::Rerank if !asked.cart.is_empty() => of_cart(),
            Strategy::CartAddons | Strategy::BoughtTogether => match asked.product {
                Some(product) => self.blended(tuning.product, &[product]),
                None => self.blended(tuning.product, &lines),
            },
            Strategy::Rerank if asked.product.is_some() => self.blended(tuning.product, &[asked.product.unwrap()]),
            Strategy::Similar | Strategy::Alternatives | Strategy::Rerank => (self.views(asked), 0.0),
            Strategy::Replenish => (vec![], tuning.repeat.prior),
            Strategy::Popular => (vec![], 1.0),
        }
    }

    fn views(&self, asked: &Asked) -> Vec<Vote> {
        let newest_first: Vec<u32> = asked.product.into_iter().chain(asked.recent.iter().rev().copied()).collect();
        let decayed = newest_first.iter().zip(&self.tuning.view_decay);
        let mut votes: Vec<Vote> = decayed.map(|(item, decay)| (RelationKind::Similar, *item, *decay)).collect();
        votes.sort_by(|a, b| a.1.cmp(&b.1).then(b.2.total_cmp(&a.2)));
        votes
    }

    /// The gap is the mean of the customer's own and, twice, everybody's median; due is 0.7 to 3 of it.
    fn is_due(&self, asked: &Asked, item: u32) -> bool {
        let mut days: Vec<f32> = asked.history.iter().filter(|(bought, _)| *bought == item).map(|(_, d)| *d).collect();
        days.sort_by(f32::total_cmp);
        days.dedup();
        let (Some(last), Some(first)) = (days.first(), days.last()) else { return false };
        let (own, gaps) = (first - last, (days.len() - 1) as f32);
        let gap = match self.shop.items[item as usize].gap {
            Some(median) => (own + 2.0 * median) / (gaps + 2.0),
            None if days.len() > 1 => own / gaps,
            None => return false,
        };
        (0.7 * gap..=3.0 * gap).contains(last)
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
        let mut sums = vec![None; self.shop.items.len()];
        let mut add = |item: u32, vote: f32| {
            let sum: &mut Option<f32> = &mut sums[item as usize];
            *sum = Some(sum.unwrap_or(0.0) + vote);
        };
        if strategy == Strategy::Replenish {
            let mut purchases = asked.history.clone();
            purchases.retain(|(item, _)| !self.is_sensitive(*item));
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

    fn score(&self, item: u32, sums: &[Option<f32>], prior: f32) -> f32 {
        let sum = sums[item as usize].unwrap_or(0.0);
        sum + if prior > 0.0 { prior * self.shop.items[item as usize].prior } else { 0.0 }
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
