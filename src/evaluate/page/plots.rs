//! Which charts the page has, made from the figures it shows.

use crate::evaluate::costs::{RelationCost, Size};
use crate::evaluate::metrics::Mean;
use crate::evaluate::placements::PlacementCoverage;
use crate::evaluate::reliability::Reliability;
use crate::evaluate::run::Evaluation;
use crate::evaluate::tasks::{ModelScore, TaskScore};
use crate::page::{Axis, Chart, PageError, Point, Reference, Series};
use minijinja::Value;
use std::collections::BTreeMap;

/// Width of every chart in its own units; the page scales it.
const WIDTH: u32 = 380;
/// Room of the names of models and placements.
const NAMES: u32 = 90;

/// All charts by name: `models_TASK`, `sizes`, `bytes_RELATION`, `reliability_PLACEMENT`, `coverage`.
pub fn all(evaluation: &Evaluation) -> Result<BTreeMap<String, Value>, PageError> {
    let mut charts: Vec<Chart> = evaluation.tasks.iter().map(models).collect();
    charts.extend(cart_sizes(&evaluation.tasks));
    charts.extend(evaluation.costs.iter().map(bytes));
    charts.extend(evaluation.reliability.iter().map(reliability));
    charts.extend((!evaluation.coverage.is_empty()).then(|| coverage(&evaluation.coverage)));
    let drawn = |chart: Chart| match chart.draw() {
        Ok(svg) => Ok((chart.id, Value::from_safe_string(svg))),
        Err(error) => Err(PageError::Chart { chart: chart.id, reason: error.to_string() }),
    };
    charts.into_iter().map(drawn).collect()
}

fn share(tick: f64, places: usize) -> String {
    format!("{tick:.places$}")
}

fn percent(tick: f64, places: usize) -> String {
    format!("{:.*} %", places.saturating_sub(2), 100.0 * tick)
}

/// 95 % of a mean.
fn ends(mean: Mean) -> (f64, f64) {
    ((mean.mean - 1.96 * mean.error).max(0.0), mean.mean + 1.96 * mean.error)
}

/// HR@10, or HR@20 of sessions.
fn hit_rate(task: &str, model: &ModelScore) -> Mean {
    if task == "session" { model.figures.hr20 } else { model.figures.hr10 }
}

fn measure(task: &str) -> &'static str {
    if task == "session" { "HR@20" } else { "HR@10" }
}

/// One row a model, endcap at the top.
fn models(task: &TaskScore) -> Chart {
    let last = task.models.len().saturating_sub(1) as f64;
    let means: Vec<Mean> = task.models.iter().map(|model| hit_rate(task.task, model)).collect();
    let point = |(at, mean): (usize, &Mean)| {
        let (y, (low, high)) = (last - at as f64, ends(*mean));
        let points = vec![Point { at: (mean.mean, y), low: (low, y), high: (high, y) }];
        Series { look: if at == 0 { 0 } else { 5 }, points, joined: false, marked: true }
    };
    let measure = measure(task.task);
    Chart {
        id: format!("models_{}", task.task),
        title: format!("{measure} of each model on the task {}, with 95 % intervals", task.task),
        size: (WIDTH, 60 + 26 * task.models.len() as u32),
        x: Axis::numbers(measure, means.iter().map(|mean| ends(*mean).1), share),
        y: Axis::names(task.models.iter().map(|model| model.name.to_string()), NAMES).reversed(),
        series: means.iter().enumerate().map(point).collect(),
        ..Chart::default()
    }
}

/// One line a model over the number of known lines.
fn cart_sizes(tasks: &[TaskScore]) -> Option<Chart> {
    let sizes: Vec<(&str, &TaskScore)> =
        [("1", "cart_1"), ("2", "cart_2"), ("3", "cart_3"), ("5", "cart_5"), ("all", "cart")]
            .into_iter()
            .filter_map(|(name, task)| Some((name, tasks.iter().find(|score| score.task == task)?)))
            .collect();
    let models = &sizes.last()?.1.models;
    let line = |look: usize| {
        let point = |(at, (_, score)): (usize, &(&str, &TaskScore))| {
            let (x, mean) = (at as f64, score.models.get(look)?.figures.hr10);
            let (low, high) = if look == 0 { ends(mean) } else { (mean.mean, mean.mean) };
            Some(Point { at: (x, mean.mean), low: (x, low), high: (x, high) })
        };
        Series { look, points: sizes.iter().enumerate().filter_map(point).collect(), joined: true, marked: true }
    };
    // endcap is drawn last, above the others.
    let series: Vec<Series> = (0..models.len()).rev().map(line).collect();
    let highs = || series.iter().flat_map(|series| &series.points).map(|point| point.high.1);
    (sizes.len() >= 2).then(|| Chart {
        id: "sizes".into(),
        title: "HR@10 of each model by the number of known cart lines; the interval of endcap is 95 %".into(),
        size: (WIDTH, 250),
        x: Axis { label: "known lines".into(), ..Axis::names(sizes.iter().map(|(name, _)| name.to_string()), 0) },
        y: Axis::numbers("HR@10", highs(), share),
        series: series.clone(),
        ..Chart::default()
    })
}

/// Accuracy against bytes: a line for 3 and one for 4 bits, the profiles as marks, all weights in f32 as a level.
fn bytes(cost: &RelationCost) -> Chart {
    let kilobytes = |size: &Size| size.bytes.map(|bytes| bytes as f64 / 1000.0);
    let point = |size: &Size| {
        let x = kilobytes(size)?;
        let spread = size.hr.mean / size.hr_kept.share.max(1e-9);
        let (low, high) = (size.hr_kept.interval.lower * spread, size.hr_kept.interval.upper * spread);
        let (low, high) =
            if size.name == "curve" || !high.is_finite() { (size.hr.mean, size.hr.mean) } else { (low, high) };
        Some(Point { at: (x, size.hr.mean), low: (x, low), high: (x, high) })
    };
    let of = |look: usize, name: &str, bits: Option<u8>| {
        let mine = cost.sizes.iter().filter(|size| size.name == name && bits.is_none_or(|bits| size.bits == bits));
        Series { look, points: mine.filter_map(point).collect(), joined: bits.is_some(), marked: true }
    };
    let whole = cost.sizes.first().map_or(0.0, |size| size.hr.mean);
    let series = vec![of(5, "curve", Some(3)), of(4, "curve", Some(4)), of(1, "small", None), of(0, "standard", None)];
    let points = || series.iter().flat_map(|series| &series.points);
    let high = points().map(|point| point.high.1).fold(whole, f64::max);
    let low = points().map(|point| point.low.1).fold(whole, f64::min);
    let room = (0.08 * (high - low)).max(0.005);
    let x = Axis::numbers("kilobytes in the bundle", cost.sizes.iter().filter_map(kilobytes), share);
    let measure = measure(cost.task);
    Chart {
        id: format!("bytes_{}", cost.relation),
        title: format!("{measure} of {} against its bytes in a bundle", cost.relation),
        size: (WIDTH, 250),
        y: Axis::between(measure, (low - room).max(0.0), high + room, share),
        references: vec![Reference::dashed((0.0, whole), (x.to, whole))],
        x,
        series,
        ..Chart::default()
    }
}

/// Observed against predicted; on the diagonal they agree.
fn reliability(curve: &Reliability) -> Chart {
    let point = |bin: &crate::evaluate::reliability::Observed| {
        let x = bin.predicted;
        Point { at: (x, bin.observed), low: (x, bin.interval.lower), high: (x, bin.interval.upper) }
    };
    let series = Series { look: 0, points: curve.bins.iter().map(point).collect(), joined: false, marked: true };
    let x = Axis::numbers("predicted", curve.bins.iter().map(|bin| bin.predicted), percent);
    let y = Axis::numbers("observed", curve.bins.iter().map(|bin| bin.interval.upper), percent);
    let end = x.to.min(y.to);
    Chart {
        id: format!("reliability_{}", curve.placement),
        title: format!("Predicted and observed share of products taken, placement {}", curve.placement),
        size: (WIDTH, 260),
        x,
        y: Axis { room: 64, ..y },
        series: vec![series],
        references: vec![Reference::dashed((0.0, 0.0), (end, end))],
        ..Chart::default()
    }
}

/// Two marks a placement: a full list, and at least one product.
fn coverage(placements: &[PlacementCoverage]) -> Chart {
    let last = placements.len().saturating_sub(1) as f64;
    let of = |look: usize, share: fn(&PlacementCoverage) -> f64| {
        let point = |(at, placement): (usize, &PlacementCoverage)| {
            let at = (share(placement), last - at as f64);
            Point { at, low: at, high: at }
        };
        Series { look, points: placements.iter().enumerate().map(point).collect(), joined: false, marked: true }
    };
    Chart {
        id: "coverage".into(),
        title: "Share of live products with a full list and with at least one product of their own, by placement"
            .into(),
        size: (WIDTH, 60 + 30 * placements.len() as u32),
        x: Axis { to: 1.02, ..Axis::numbers("share of live products", [1.0].into_iter(), percent) },
        y: Axis::names(placements.iter().map(|placement| placement.placement.clone()), NAMES + 44).reversed(),
        series: vec![of(3, |placement| placement.some), of(0, |placement| placement.full)],
        ..Chart::default()
    }
}
