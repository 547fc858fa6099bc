//! `endcap recommend`: requests in, answers out, one a line.

use super::failure::Failure;
use super::output;
use crate::placement::{PastPurchase, Recommender, Request};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;

/// The arguments of `endcap recommend`.
#[derive(Args)]
#[command(
    about = "Answer requests, one JSON object a line",
    after_help = "A request names a placement; cart, product, recent, history, exclude and limit may be missing:\n  \
        {\"id\":\"q1\",\"placement\":\"cart\",\"cart\":[{\"sku\":\"85123A\",\"quantity\":2}],\"limit\":4}\n\n\
        Examples:\n  \
        endcap recommend --bundle model.endcap --requests requests.jsonl > answers.jsonl\n  \
        echo '{\"placement\":\"cart\",\"cart\":[{\"sku\":\"85123A\"}]}' | endcap recommend --bundle model.endcap"
)]
pub(super) struct RecommendArgs {
    /// The bundle to ask
    #[arg(long, value_name = "FILE")]
    bundle: PathBuf,
    /// Slices of the same model to add
    #[arg(long, value_name = "FILE")]
    add: Vec<PathBuf>,
    /// Requests, one a line; `-` is stdin
    #[arg(long, value_name = "FILE", default_value = "-")]
    requests: PathBuf,
    /// Most products an answer, for requests that name no limit
    #[arg(long)]
    limit: Option<u32>,
}

/// Longest request line, in bytes.
const MAX_LINE: u64 = 4 << 20;

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(default)]
    id: Option<serde_json::Value>,
    #[serde(borrow)]
    placement: Cow<'a, str>,
    #[serde(default, borrow, deserialize_with = "or_none")]
    cart: Vec<CartLine<'a>>,
    #[serde(default, borrow)]
    product: Option<Cow<'a, str>>,
    #[serde(default, borrow, deserialize_with = "or_none")]
    recent: Vec<Cow<'a, str>>,
    #[serde(default, borrow, deserialize_with = "or_none")]
    history: Vec<HistoryLine<'a>>,
    #[serde(default, borrow, deserialize_with = "or_none")]
    exclude: Vec<Cow<'a, str>>,
    #[serde(default)]
    limit: Option<u64>,
}

/// `null` stands for an empty list, as in the package.
fn or_none<'de, D, T>(value: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(value).map(Option::unwrap_or_default)
}

#[derive(Deserialize)]
struct CartLine<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
}

#[derive(Deserialize)]
struct HistoryLine<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
    /// Without an age an entry is passed over, as the npm package does.
    #[serde(default)]
    days_ago: Option<f64>,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a Option<serde_json::Value>,
    placement: &'a str,
    items: Vec<Shown>,
    fallback: Option<&'static str>,
    fallback_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<u32>,
    model: &'a str,
}

#[derive(Serialize)]
struct Shown {
    sku: String,
    score: f32,
    reason: &'static str,
    because: Vec<String>,
}

#[derive(Serialize)]
struct Refusal {
    id: Option<serde_json::Value>,
    line: u64,
    error: Problem,
}

#[derive(Serialize)]
struct Problem {
    code: &'static str,
    message: String,
}

pub(super) fn run(args: RecommendArgs) -> Result<(), Failure> {
    let bytes = super::bundle_file::read(&args.bundle)?;
    let mut recommender = Recommender::open(bytes).map_err(|error| Failure::from((args.bundle.as_path(), error)))?;
    for path in &args.add {
        let slice = super::bundle_file::read(path)?;
        recommender.add(slice).map_err(|error| Failure::from((path.as_path(), error)))?;
    }
    let input: Box<dyn Read> = if args.requests.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(&args.requests).map_err(|error| Failure::read(&args.requests, &error))?)
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let result = answer_all(&mut recommender, BufReader::new(input), args.limit, &mut out);
    output::quiet(result.and_then(|()| out.flush()))
}

fn answer_all(
    recommender: &mut Recommender<Vec<u8>>,
    mut input: impl BufRead,
    limit: Option<u32>,
    out: &mut impl Write,
) -> io::Result<()> {
    let model = recommender.model().base().head().model.to_string();
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        number += 1;
        if (&mut input).take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let whole = line.len() < MAX_LINE as usize || line.ends_with(b"\n");
        if !whole {
            input.skip_until(b'\n')?;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let (id, answer) = match if whole { parse(&line) } else { Err(too_long()) } {
            Ok(request) => {
                let answer = answer_one(recommender, &request, limit, &model);
                (request.id, answer)
            }
            Err(error) => (None, Err(error)),
        };
        match answer {
            Ok(text) => writeln!(out, "{text}")?,
            Err(error) => writeln!(out, "{}", json(&Refusal { id, line: number, error }))?,
        }
    }
}

fn parse(line: &[u8]) -> Result<Line<'_>, Problem> {
    serde_json::from_slice(line).map_err(|error| Problem {
        code: "E_REQUEST",
        message: format!("expected a request as one JSON object with a \"placement\", found: {error}"),
    })
}

fn too_long() -> Problem {
    Problem { code: "E_REQUEST", message: "expected a line of at most 4 MiB; split the request".into() }
}

fn answer_one(
    recommender: &mut Recommender<Vec<u8>>,
    line: &Line<'_>,
    limit: Option<u32>,
    model: &str,
) -> Result<String, Problem> {
    let cart: Vec<&str> = line.cart.iter().map(|line| &*line.sku).collect();
    let recent: Vec<&str> = line.recent.iter().map(|sku| &**sku).collect();
    let exclude: Vec<&str> = line.exclude.iter().map(|sku| &**sku).collect();
    let mut history: Vec<PastPurchase<'_>> = Vec::with_capacity(line.history.len());
    for past in &line.history {
        history.extend(past.days_ago.map(|days| PastPurchase { sku: &past.sku, days_ago: days as f32 }));
    }
    let request = Request {
        placement: &line.placement,
        cart: &cart,
        product: line.product.as_deref(),
        recent: &recent,
        history: &history,
        exclude: &exclude,
        limit: line.limit.map(|limit| limit.min(u64::from(u32::MAX)) as u32).or(limit),
        ..Request::default()
    };
    let Some(answer) = recommender.recommend(&request) else {
        return Err(no_such_placement(recommender, &line.placement));
    };
    let (fallback, due) = (answer.fallback.map(|rung| rung.name()), answer.due);
    let fallback_reason = answer.fallback_reason.map(|reason| reason.name());
    let picks = answer.picks.to_vec();
    let dictionary = recommender.model().base().dictionary();
    let sku = |item| dictionary.and_then(|dictionary| dictionary.to_sku(item)).unwrap_or_default();
    let items = picks.iter().map(|pick| Shown {
        sku: sku(pick.item),
        score: pick.score,
        reason: pick.reason.name(),
        because: pick.because().map(sku).collect(),
    });
    let (id, placement, items) = (&line.id, &*line.placement, items.collect());
    Ok(json(&Answer { id, placement, items, fallback, fallback_reason, due, model }))
}

fn no_such_placement(recommender: &Recommender<Vec<u8>>, name: &str) -> Problem {
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
