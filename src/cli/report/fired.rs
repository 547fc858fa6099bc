//! Which rules do something: the placements are asked about carts of the time, and what their rules did is counted.

use crate::cli::bundle_file;
use crate::cli::failure::Failure;
use crate::cli::progress::Talk;
use crate::placement::Request;
use crate::rank::Rejection;
use crate::report::inputs::SoldLine;
use crate::report::told::{RuleFired, RulesTold};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Most carts that are asked about; those of the smallest hash.
const MOST: usize = 500;
/// Most products of a cart.
const LONGEST: usize = 20;
/// Most candidates of an answer whose fate is looked at.
const CANDIDATES: usize = 200;

/// A sample of the orders: their products, and when they were placed.
#[derive(Default)]
pub(super) struct Carts(BTreeMap<([u8; 8], String), (i64, Vec<String>)>);

impl Carts {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a line, where its order is among the sample so far.
    pub fn take(&mut self, line: &SoldLine) {
        if line.quantity <= 0 || line.cancelled {
            return;
        }
        let hash = blake3::hash(line.order.as_bytes());
        let key = (hash.as_bytes().first_chunk::<8>().copied().unwrap_or_default(), line.order.clone());
        let full = self.0.len() >= MOST && self.0.last_key_value().is_some_and(|(last, _)| *last < key);
        if full {
            return;
        }
        let (_, skus) = self.0.entry(key).or_insert_with(|| (line.at.second().0, Vec::new()));
        if skus.len() < LONGEST && !skus.contains(&line.sku) {
            skus.push(line.sku.clone());
        }
        if self.0.len() > MOST {
            self.0.pop_last();
        }
    }
}

/// What the rules of a bundle do to these carts, at the time of each, or at `now`.
pub(super) fn rules(path: &Path, carts: &Carts, now: Option<i64>, talk: &Talk) -> Result<RulesTold, Failure> {
    let mut recommender = bundle_file::recommender(path, &[], &[])?;
    let names: Vec<String> = (0..u16::MAX).map_while(|n| recommender.live().rule_name(n).map(str::to_owned)).collect();
    if names.is_empty() {
        eprintln!("{}: has no names of rules; give the edge bundle", path.display());
    }
    let placements: Vec<String> = recommender.placements().map(str::to_owned).collect();
    let mut answers = vec![0u64; names.len()];
    let steps = talk.steps("asking about rules");
    for (at, (when, skus)) in carts.0.values().enumerate() {
        let cart: Vec<&str> = skus.iter().map(String::as_str).collect();
        for placement in &placements {
            let moment = Some(now.unwrap_or(*when));
            let request =
                Request { placement, cart: &cart, product: cart.first().copied(), now: moment, ..Request::default() };
            let Some(found) = recommender.explain(&request, &[], CANDIDATES) else { continue };
            let mut did: BTreeSet<u16> = found.shown.iter().flat_map(|shown| shown.rules.iter().copied()).collect();
            let rejected = found.rejected.iter().filter(|rejected| rejected.why == Rejection::Rule);
            did.extend(rejected.filter_map(|rejected| rejected.rule));
            did.into_iter()
                .for_each(|rule| answers.get_mut(usize::from(rule)).into_iter().for_each(|count| *count += 1));
        }
        steps.tell(at + 1, carts.0.len());
    }
    steps.finish();
    let (mut fired, mut never_fired) = (Vec::new(), Vec::new());
    for (rule, answers) in names.into_iter().zip(answers) {
        if answers > 0 { fired.push(RuleFired { rule, answers }) } else { never_fired.push(rule) }
    }
    fired.sort_by(|a, b| (b.answers, &a.rule).cmp(&(a.answers, &b.rule)));
    Ok(RulesTold { carts: carts.0.len() as u64, fired, never_fired })
}
