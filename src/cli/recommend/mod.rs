//! `endcap recommend`: requests in, answers out, one a line; or a list for each of many customers.

mod batch;
mod recipients;
mod sheet;

use super::asked::{self, Asked, Defaults, Problem, Question, moment};
use super::failure::Failure;
use super::{bundle_file, output};
use crate::bundle::Strategy;
use crate::placement::{Recommender, Request, Reranked};
use crate::rank::Pick;
use crate::shop::{Currency, ItemId};
use clap::Args;
use serde::Serialize;
use serde_json::Value;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// The arguments of `endcap recommend`.
#[derive(Args)]
#[command(
    about = "Answer requests, one JSON object a line; or make lists for many customers at once",
    after_help = "A request names a placement; everything else may be missing: cart, product, recent, history, exclude, list,\n\
        segment, unit, now and limit. A line's quantity and price (in major units) count in the subtotal.\n  \
        {\"id\":\"q1\",\"placement\":\"cart\",\"cart\":[{\"sku\":\"85123A\",\"quantity\":2,\"price\":2.95}],\"limit\":4}\n\n\
        A page asks for several placements at once, the most important first; no product is shown twice:\n  \
        {\"id\":\"p1\",\"page\":[{\"placement\":\"cart\",\"cart\":[{\"sku\":\"85123A\"}]},{\"placement\":\"home\"}]}\n\n\
        A placement of the strategy `rerank` answers with the request's `list` in a better order.\n\n\
        With --customers, a record for every customer of these orders, ready to be imported where mail is sent from:\n  \
        customer_id, placement, due_now (how many products may be needed again), items, recommendation_id, model,\n  \
        currency, experiment, variant, and sku_1, title_1, url_1, image_1, price_1, cart_id_1, reason_1, sku_2 … of the products.\n\
        The customer is the unit of experiments: who is held out has a record of 0 items and a variant, and gets no list.\n\n\
        Examples:\n  \
        endcap recommend --bundle model.endcap --requests requests.jsonl > answers.jsonl\n  \
        endcap recommend --bundle model.endcap --overlay today.overlay --now 2027-01-31T08:00:00Z < requests.jsonl\n  \
        echo '{\"placement\":\"cart\",\"cart\":[{\"sku\":\"85123A\"}]}' | endcap recommend --bundle model.endcap\n  \
        endcap recommend --bundle model.endcap --placement email --customers orders.csv.gz -o recs.csv\n  \
        endcap recommend --bundle model.endcap --placement email --customers orders.csv --format jsonl | gzip > recs.jsonl.gz"
)]
pub(super) struct RecommendArgs {
    /// The bundle to ask
    #[arg(long, value_name = "FILE")]
    bundle: PathBuf,
    /// Slices of the same model to add
    #[arg(long, value_name = "FILE")]
    add: Vec<PathBuf>,
    /// What changed since training (`endcap patch`), in the order given
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// Requests, one a line; `-` is stdin
    #[arg(long, value_name = "FILE", default_value = "-")]
    requests: PathBuf,
    /// Orders of the customers that lists are for: order_id, customer_id, timestamp, sku (CSV, plain or gzip)
    #[arg(long, value_name = "FILE", requires = "placement", conflicts_with = "requests")]
    customers: Vec<PathBuf>,
    /// The placement of the customers' lists
    #[arg(long, value_name = "NAME", requires = "customers")]
    placement: Option<String>,
    /// The customers' lists, as .csv, .json or .jsonl; stdout unless given
    #[arg(long, short, value_name = "FILE", requires = "customers")]
    output: Option<PathBuf>,
    /// How the customers' lists are written; by the output's name, else CSV
    #[arg(long, value_enum, requires = "customers")]
    format: Option<sheet::Format>,
    /// Share of rows of --customers, 0 to 1, that may have a problem before the file is refused
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    max_bad_rows: f64,
    /// Most products an answer, for requests that name no limit
    #[arg(long)]
    limit: Option<u32>,
    /// The moment, for requests that name none, as 2027-01-31T08:00:00Z; without one no window of a rule holds, and
    /// customers' lists are made for the present
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<i64>,
    /// Does nothing: answers are JSON in any case
    #[arg(long)]
    json: bool,
}

/// What a line is answered with.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    List(ListAnswer),
    Order(OrderAnswer),
    Page { id: Option<Value>, answers: Vec<Answer> },
}

#[derive(Serialize)]
struct ListAnswer {
    id: Option<Value>,
    placement: String,
    items: Vec<Shown>,
    fallback: Option<&'static str>,
    fallback_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<u32>,
    /// Why there is no list, where there is none by decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    silent: Option<&'static str>,
    /// What would have been shown, where an experiment keeps it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<Vec<Shown>>,
    #[serde(flatten)]
    dealt: Dealt,
    model: String,
}

/// Which arm the visitor is in, and the name of the answer.
#[derive(Serialize)]
struct Dealt {
    experiment: Option<String>,
    variant: Option<String>,
    recommendation: String,
}

#[derive(Serialize)]
struct Shown {
    sku: String,
    score: f32,
    reason: &'static str,
    because: Vec<String>,
    /// Whether only the wider window of prices let it pass.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    relaxed: bool,
}

/// The request's list in its new order.
#[derive(Serialize)]
struct OrderAnswer {
    id: Option<Value>,
    placement: String,
    items: Vec<Placed>,
    alternatives: Vec<Instead>,
    #[serde(flatten)]
    dealt: Dealt,
    model: String,
}

#[derive(Serialize)]
struct Placed {
    sku: String,
    sold_out: bool,
}

/// What can be bought instead of a sold-out entry.
#[derive(Serialize)]
struct Instead {
    sku: String,
    items: Vec<Shown>,
}

#[derive(Serialize)]
struct Refusal {
    id: Option<Value>,
    line: u64,
    error: Problem,
}

pub(super) fn run(args: RecommendArgs) -> Result<(), Failure> {
    if let Some(placement) = &args.placement {
        return batch::run(&args, &args.customers, placement);
    }
    let recommender = bundle_file::recommender(&args.bundle, &args.add, &args.overlay)?;
    let base = recommender.model().base();
    let currency = base.manifest().map_or(Currency::NONE, |manifest| manifest.currency());
    let defaults = Defaults { limit: args.limit, now: args.now, currency };
    let model = base.head().model.to_string();
    let mut desk = Desk { recommender, defaults, model };
    let input = asked::open(&args.requests)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let result = asked::lines(input, |number, line| {
        let (id, answer) = match line.and_then(asked::parse) {
            Ok(Question::One(asked)) => (asked.id.clone(), desk.answer(&asked, false)),
            Ok(Question::Page(page)) => (page.id.clone(), desk.page(page.id.clone(), &page.requests)),
            Err(error) => (None, Err(error)),
        };
        match answer {
            Ok(answer) => writeln!(out, "{}", json(&answer)),
            Err(error) => writeln!(out, "{}", json(&Refusal { id, line: number, error })),
        }
    });
    output::quiet(result.and_then(|()| out.flush()))
}

/// Where requests are answered.
struct Desk {
    recommender: Recommender<Vec<u8>>,
    defaults: Defaults,
    model: String,
}

impl Desk {
    /// The blocks of a page, in their order.
    fn page(&mut self, id: Option<Value>, requests: &[Asked<'_>]) -> Result<Answer, Problem> {
        self.recommender.start_page();
        let answers = requests.iter().map(|asked| self.answer(asked, true)).collect::<Result<_, _>>()?;
        Ok(Answer::Page { id, answers })
    }

    /// One answer; `block`: leaving out what other blocks of the page show.
    fn answer(&mut self, asked: &Asked<'_>, block: bool) -> Result<Answer, Problem> {
        let lists = asked.lists(&self.defaults)?;
        let request = asked.request(&lists);
        let policies = self.recommender.live().policies();
        let Some(policy) = policies.iter().find(|policy| policy.placement == request.placement) else {
            return Err(no_such_placement(&self.recommender, request.placement));
        };
        match policy.strategy {
            Strategy::Rerank => self.order(asked, &request),
            _ => self.list(asked, &request, block),
        }
    }

    fn list(&mut self, asked: &Asked<'_>, request: &Request<'_>, block: bool) -> Result<Answer, Problem> {
        let answer = if block { self.recommender.block(request) } else { self.recommender.recommend(request) };
        let Some(answer) = answer else { return Err(no_such_placement(&self.recommender, request.placement)) };
        let (fallback, fallback_reason) =
            (answer.fallback.map(|rung| rung.name()), answer.fallback_reason.map(|reason| reason.name()));
        let (due, silent, picks) = (answer.due, answer.silent.map(|why| why.name()), answer.picks.to_vec());
        let kept_back = answer.silent.filter(|why| why.withholds()).map(|_| answer.withheld.to_vec());
        let dealt = Dealt {
            experiment: answer.experiment.map(str::to_owned),
            variant: answer.variant.map(str::to_owned),
            recommendation: answer.recommendation.to_string(),
        };
        let items = picks.iter().map(|pick| self.shown(pick)).collect();
        let withheld = kept_back.map(|picks| picks.iter().map(|pick| self.shown(pick)).collect());
        let (id, placement, model) = (asked.id.clone(), request.placement.to_owned(), self.model.clone());
        Ok(Answer::List(ListAnswer {
            id,
            placement,
            items,
            fallback,
            fallback_reason,
            due,
            silent,
            withheld,
            dealt,
            model,
        }))
    }

    fn order(&mut self, asked: &Asked<'_>, request: &Request<'_>) -> Result<Answer, Problem> {
        let Some(Reranked { places, alternatives, experiment, variant, recommendation }) =
            self.recommender.rerank(request)
        else {
            return Err(no_such_placement(&self.recommender, request.placement));
        };
        let sku = |index: usize| request.list.get(index).copied().unwrap_or_default().to_owned();
        let items = places.iter().map(|place| Placed { sku: sku(place.index), sold_out: place.sold_out }).collect();
        let instead = alternatives.iter().map(|entry| Instead {
            sku: sku(entry.index),
            items: entry.picks.iter().map(|pick| self.shown(pick)).collect(),
        });
        let (id, placement, model) = (asked.id.clone(), request.placement.to_owned(), self.model.clone());
        let dealt = Dealt { experiment, variant, recommendation: recommendation.to_string() };
        Ok(Answer::Order(OrderAnswer { id, placement, items, alternatives: instead.collect(), dealt, model }))
    }

    fn shown(&self, pick: &Pick) -> Shown {
        let dictionary = self.recommender.model().base().dictionary();
        let sku = |item: ItemId| dictionary.and_then(|dictionary| dictionary.to_sku(item)).unwrap_or_default();
        Shown {
            sku: sku(pick.item),
            score: pick.score,
            reason: pick.reason.name(),
            because: pick.because().map(sku).collect(),
            relaxed: pick.relaxed,
        }
    }
}

/// The problem of a request for a placement that there is not.
pub(super) fn no_such_placement(recommender: &Recommender<Vec<u8>>, name: &str) -> Problem {
    let known: Vec<&str> = recommender.placements().collect();
    Problem {
        code: "E_UNKNOWN_PLACEMENT",
        message: format!("expected one of the placements {}, found {name:?}", known.join(", ")),
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .unwrap_or_else(|error| format!("{{\"error\":{{\"code\":\"E_REQUEST\",\"message\":\"{error}\"}}}}"))
}
