//! What an `endcap.toml` changes: terms, policies and rules.

use super::super::failure::Failure;
use super::items::{News, Shop};
use crate::bundle::{Bundle, ItemChange, OverlayDraft, OverlayRules, ShopTerms, overlay};
use crate::config::{Config, TrainOptions};
use crate::placement::Recommender;
use crate::rules::{self, Compiled, Rulebook};
use crate::shop::{Currency, ItemId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Reads settings for a bundle.
///
/// # Errors
///
/// Everything that is wrong with the file, and another currency or shop than the bundle's.
pub(super) fn read(path: &Path, base: &Bundle<Vec<u8>>) -> Result<Config, Failure> {
    let (_, config) = super::config_file(path)?;
    let trained = base.manifest().map_or(Currency::NONE, |manifest| manifest.currency());
    if config.currency != trained && ![config.currency, trained].contains(&Currency::NONE) {
        return Err(Failure::data(format!(
            "{}: expected `currency = \"{}\"`, as in the bundle, found {:?}; train anew where the currency changed \
             [E_CURRENCY]",
            path.display(),
            trained.code(),
            config.currency.code()
        )));
    }
    let (ours, theirs) = (base.terms().shop, config.terms.shop);
    if ours != theirs && ours != [0; 16] && theirs != [0; 16] {
        return Err(Failure::data(format!(
            "{}: expected the `[shop] name` that the bundle was trained with, found another; give the bundle of this \
             shop [E_OTHER_SHOP]",
            path.display()
        )));
    }
    Ok(config)
}

/// Says on stderr what an overlay cannot change.
pub(super) fn tell(config: &Config, path: &Path, recommender: &Recommender<Vec<u8>>) {
    let file = path.display();
    config.remarks.iter().for_each(|remark| eprintln!("{remark}"));
    let mut untold = Vec::new();
    if !config.sensitive.is_empty() {
        untold.push("`sensitive`");
    }
    if config.train != TrainOptions::default() {
        untold.push("[train]");
    }
    if !untold.is_empty() {
        eprintln!(
            "note: {file}: {} is no part of an overlay: a change of it needs a training run",
            untold.join(" and ")
        );
    }
    let low_at = recommender.model().base().private().map(|private| private.low_at);
    if let Some(low_at) = low_at.filter(|low_at| *low_at != config.low_at) {
        eprintln!(
            "note: {file}: `low_at` was {low_at} at training and is {} now: products that --input does not name keep \
             their state until the next training run",
            config.low_at
        );
    }
}

/// Puts terms, policies and rules into `draft`, and what they hide into `items`; how many items are hidden somewhere.
pub(super) fn put(
    draft: &mut OverlayDraft,
    shop: &Shop<'_>,
    config: &Config,
    news: &News,
    items: &mut BTreeMap<String, ItemChange>,
) -> Result<usize, Failure> {
    draft.placements = config.policies.iter().map(|policy| policy.placement.clone()).collect();
    draft.policies.clone_from(&config.policies);
    draft.terms = Some(ShopTerms { price_knots: Vec::new(), ..config.terms.clone() });
    let gone = shop.live.policies().iter().filter(|policy| !draft.placements.contains(&policy.placement));
    draft.switches = gone.map(|policy| (policy.placement.clone(), false)).collect();
    let base = shop.model.base();
    let lines: BTreeMap<ItemId, _> =
        news.lines.values().filter_map(|line| Some((shop.item(&line.sku)?, line))).collect();
    let book = Rulebook { rules: &config.rules, notes: &config.notes, policies: &config.policies };
    let compiled = rules::compile(&book, base.len(), |item| shop.facts(item, lines.get(&item).copied()));
    let compiled = compiled.map_err(Failure::data)?;
    // What a rule of an older overlay hid is forgotten with its rules: only what is hidden now is told.
    items.values_mut().for_each(|change| change.hidden = None);
    let mut hidden = 0;
    for (item, mask) in (0..).map(ItemId).zip(&compiled.hidden).filter(|(_, mask)| **mask != 0) {
        let sku = base.dictionary().and_then(|dictionary| dictionary.to_sku(item)).unwrap_or_default();
        let change = items.entry(sku.clone()).or_insert_with(|| ItemChange { sku, ..ItemChange::default() });
        change.hidden = Some(*mask);
        hidden += 1;
    }
    draft.rules = Some(by_sku(base, compiled, config, draft.edge));
    Ok(hidden)
}

/// Rules in numbers of items as rules in SKUs.
fn by_sku(base: &Bundle<Vec<u8>>, compiled: Compiled, config: &Config, edge: bool) -> OverlayRules {
    let sets = compiled.table.sets;
    let sku = |item| base.dictionary().and_then(|dictionary| dictionary.to_sku(ItemId(item)));
    let signed = (0..).zip(&sets.signature_of).filter(|(_, signature)| **signature != 0);
    let signed: BTreeSet<(String, u32)> =
        signed.filter_map(|(item, signature)| Some((sku(item)?, *signature))).collect();
    let (skus, signature_of): (Vec<String>, Vec<u32>) = signed.into_iter().unzip();
    let signatures = if skus.is_empty() { Vec::new() } else { sets.signatures };
    let name = |origin: &u16| config.rules.get(usize::from(*origin)).map(|rule| rule.name.clone()).unwrap_or_default();
    let names = if edge { compiled.origins.iter().map(name).collect() } else { Vec::new() };
    OverlayRules { rules: compiled.table.rules, names, skus, signature_of, signatures }
}

/// Settings as an overlay of any revision, to be tried on the spot.
pub(in super::super) fn overlay_of(recommender: &Recommender<Vec<u8>>, path: &Path) -> Result<Vec<u8>, Failure> {
    let config = read(path, recommender.model().base())?;
    let shop = Shop::of(recommender, false, Some(&config));
    let mut draft = shop.blank();
    let mut items = BTreeMap::new();
    put(&mut draft, &shop, &config, &News::default(), &mut items)
        .map_err(|error| Failure::data(format!("{}: {error}", path.display())))?;
    draft.items = items.into_values().collect();
    overlay::encode(&draft).map_err(|error| Failure::data(format!("{}: {error}", path.display())))
}
