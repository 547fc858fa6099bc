//! One explanation in names instead of numbers.

use super::super::asked::{Asked, Defaults, Problem};
use super::super::recommend::no_such_placement;
use super::hidden::Hiders;
use super::{reorders, words};
use crate::bundle::Strategy;
use crate::placement::{Explanation, Recommender, Rejected, Shown, Vote};
use crate::rank::{Pick, Rejection};
use crate::shop::{Currency, ItemId, Money};
use serde::Serialize;
use serde_json::Value;

/// What became of one request.
#[derive(Serialize)]
pub(super) struct Told {
    pub id: Option<Value>,
    pub placement: String,
    pub strategy: &'static str,
    pub subtotal: Option<String>,
    pub max_relevance_loss: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent: Option<&'static str>,
    /// The experiment that decided who sees the list, and the arm of whoever asked.
    pub experiment: Option<String>,
    pub variant: Option<String>,
    pub fallback: Option<&'static str>,
    pub fallback_reason: Option<&'static str>,
    /// The rules that held, by name where the bundle tells.
    pub rules: Vec<String>,
    pub shown: Vec<TellShown>,
    pub rejected: Vec<TellRejected>,
    /// Candidates that are not told of.
    pub more: usize,
}

#[derive(Serialize)]
pub(super) struct TellShown {
    pub sku: String,
    pub title: String,
    pub reason: &'static str,
    pub because: Vec<String>,
    pub votes: Vec<TellVote>,
    pub popularity: f32,
    /// The sum of votes and popularity.
    pub s: f32,
    /// What that stands for: a probability where the placement is calibrated.
    pub p: f32,
    pub score: f32,
    pub bury: f32,
    pub phi: f32,
    pub value: f32,
    pub likeness: f32,
    pub relaxed: bool,
    pub rules: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct TellVote {
    pub sku: String,
    pub title: String,
    pub relation: &'static str,
    pub weight: f32,
    pub vote: f32,
    /// Orders with both, where orders were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orders: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct TellRejected {
    pub sku: String,
    pub title: String,
    pub s: f32,
    pub step: u8,
    pub why: &'static str,
    pub by: Vec<String>,
    pub text: String,
}

/// Explains requests.
pub(super) struct Teller {
    pub recommender: Recommender<Vec<u8>>,
    pub hiders: Hiders,
    pub currency: Currency,
    pub defaults: Defaults,
    pub about: Vec<String>,
    pub most: usize,
}

impl Teller {
    /// What became of a request.
    pub fn tell(&mut self, asked: &Asked<'_>) -> Result<Told, Problem> {
        let lists = asked.lists(&self.defaults)?;
        let request = asked.request(&lists);
        let about: Vec<&str> = self.about.iter().map(String::as_str).collect();
        let policies = self.recommender.live().policies();
        let Some(at) = policies.iter().position(|policy| policy.placement == request.placement) else {
            return Err(no_such_placement(&self.recommender, request.placement));
        };
        if policies.get(at).is_some_and(|policy| policy.strategy == Strategy::Rerank) {
            return Err(reorders(request.placement));
        }
        let Some(explained) = self.recommender.explain(&request, &about, self.most) else {
            return Err(no_such_placement(&self.recommender, request.placement));
        };
        Ok(self.named(asked, at, &explained))
    }

    fn named(&self, asked: &Asked<'_>, at: usize, explained: &Explanation) -> Told {
        Told {
            id: asked.id.clone(),
            placement: asked.placement.clone().into_owned(),
            strategy: explained.strategy.name(),
            subtotal: explained.subtotal.map(|minor| Money::new(minor, self.currency).to_string()),
            max_relevance_loss: explained.max_relevance_loss,
            silent: explained.silent.map(|why| why.name()),
            experiment: explained.experiment.clone(),
            variant: explained.variant.clone(),
            fallback: explained.fallback.map(|rung| rung.name()),
            fallback_reason: explained.fallback_reason.map(|reason| reason.name()),
            rules: explained.rules.iter().map(|rule| self.rule(*rule)).collect(),
            shown: explained.shown.iter().map(|shown| self.shown(shown)).collect(),
            rejected: explained.rejected.iter().map(|rejected| self.rejected(rejected, at)).collect(),
            more: explained.more,
        }
    }

    fn shown(&self, shown: &Shown) -> TellShown {
        let Pick { item, score, reason, relaxed, parts, .. } = shown.pick;
        TellShown {
            sku: self.sku(item),
            title: self.title(item),
            reason: reason.name(),
            because: shown.pick.because().map(|item| self.sku(item)).collect(),
            votes: shown.votes.iter().map(|vote| self.vote(vote)).collect(),
            popularity: shown.popularity,
            s: parts.raw,
            p: parts.relevance,
            score,
            bury: parts.bury,
            phi: parts.phi,
            value: parts.value,
            likeness: parts.likeness,
            relaxed,
            rules: shown.rules.iter().map(|rule| self.rule(*rule)).collect(),
        }
    }

    fn vote(&self, vote: &Vote) -> TellVote {
        let (sku, title) = (self.sku(vote.voter), self.title(vote.voter));
        TellVote { sku, title, relation: vote.relation.name(), weight: vote.weight, vote: vote.vote, orders: None }
    }

    fn rejected(&self, rejected: &Rejected, at: usize) -> TellRejected {
        let Rejected { item, raw, why, rule } = *rejected;
        let by = match why {
            Rejection::Rule => rule.map(|rule| self.rule(rule)).into_iter().collect(),
            Rejection::Hidden => self.hiders.of_item(&self.recommender, item, at),
            Rejection::Stock => vec![format!("it is {}", words::state(self.recommender.live().state(item)))],
            _ => Vec::new(),
        };
        let text = words::rejection(why, &by);
        TellRejected {
            sku: self.sku(item),
            title: self.title(item),
            s: raw,
            step: why.step(),
            why: why.name(),
            by,
            text,
        }
    }

    /// A rule by its name, or by its number where the bundle tells none.
    fn rule(&self, number: u16) -> String {
        match self.recommender.live().rule_name(number) {
            Some(name) => format!("rule {name:?}"),
            None => format!("rule {}", number + 1),
        }
    }

    fn sku(&self, item: ItemId) -> String {
        self.recommender.model().base().dictionary().and_then(|skus| skus.to_sku(item)).unwrap_or_default()
    }

    fn title(&self, item: ItemId) -> String {
        self.recommender.model().card(item).map(|card| card.title).unwrap_or_default()
    }
}
