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

/// What the rules of a bundle do to these carts, at the time of each, or at `now`. Nobody is said to be in a segment.
pub(super) fn rules(path: &Path, carts: &Carts, now: Option<i64>, talk: &Talk) -> Result<RulesTold, Failure> {
    let mut recommender = bundle_file::recommender(path, &[], &[])?;
    let rules: Vec<(String, bool)> = (0u16..)
        .zip(recommender.live().book().rules())
        .map(|(number, rule)| {
            let name = recommender.live().rule_name(number).unwrap_or_default();
            (name.to_owned(), rule.when.segment.is_empty())
        })
        .collect();
    if rules.iter().all(|(name, _)| name.is_empty()) && !rules.is_empty() {
        eprintln!("{}: has no names of rules; give the edge bundle", path.display());
    }
    let placements: Vec<String> = recommender.placements().map(str::to_owned).collect();
    let mut answers = vec![0u64; rules.len()];
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
    Ok(told(carts.0.len(), rules, answers))
}

/// What can be said of rules, each with whether it waits for nothing that a cart does not tell, and of the answers they changed:
/// nothing of those without a name, and of none where there were no carts.
fn told(carts: usize, rules: Vec<(String, bool)>, answers: Vec<u64>) -> RulesTold {
    let (mut fired, mut never_fired) = (Vec::new(), Vec::new());
    let named = rules.into_iter().zip(answers).filter(|((name, _), _)| carts > 0 && !name.is_empty());
    for ((rule, can_fire), answers) in named {
        match answers {
            0 if can_fire => never_fired.push(rule),
            0 => {}
            answers => fired.push(RuleFired { rule, answers }),
        }
    }
    fired.sort_by(|a, b| (b.answers, &a.rule).cmp(&(a.answers, &b.rule)));
    RulesTold { carts: carts as u64, fired, never_fired }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_idle_only_where_a_cart_could_have_shown_otherwise() {
        let rules = || {
            [("a", true), ("b", true), ("for a segment", false), ("", true)].map(|(name, can)| (name.to_owned(), can))
        };
        let found = told(9, rules().into(), vec![12, 0, 0, 0]);
        assert_eq!(found.fired, [RuleFired { rule: "a".into(), answers: 12 }]);
        assert_eq!((found.carts, found.never_fired), (9, vec!["b".to_owned()]));
        let none = told(0, rules().into(), vec![0; 4]);
        assert_eq!((none.carts, none.fired, none.never_fired), (0, vec![], vec![]));
    }

    #[test]
    fn without_orders_and_without_names_nothing_is_said_of_rules() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/golden");
        let cart = |at: &mut Carts| at.0.insert(([0; 8], "1".into()), (1_790_000_000, vec!["A".into()]));
        for (file, with_cart) in [("v1_rules.endcap", false), ("v1_rules.endcap", true)] {
            let mut carts = Carts::new();
            if with_cart {
                cart(&mut carts);
            }
            let found = rules(&folder.join(file), &carts, None, &Talk::new()).unwrap();
            assert_eq!((found.carts, found.never_fired), (u64::from(with_cart), vec![]), "{file}");
        }
    }
}
