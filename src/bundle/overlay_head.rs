//! The structured part of an overlay: currency, placements, switches, policies, terms, rules and experiments.

use super::error::OpenError;
use super::experiments::{ExperimentChange, changes_rule};
use super::layout::MAX_PRIVATE_BYTES;
use super::overlay_error::{OverlayError, malformed};
use super::policy::{Policy, ShopTerms};
use super::rule::CompiledRule;
use super::rule_table::{placements_exist, rules_rule};
use super::stored::{Reader, Stored};
use super::structured::{Structured, is_currency, is_text, placement_rule};
use super::terms::{policies_rule, shop_rule};

/// The part's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OverlayHead {
    pub currency: String,
    pub placements: Vec<String>,
    pub switches: Vec<(String, bool)>,
    pub policies: Vec<Policy>,
    pub terms: Option<ShopTerms>,
    pub rules: Vec<CompiledRule>,
    pub names: Vec<String>,
    pub experiments: Vec<ExperimentChange>,
}

/// Experiments came later than the others: where there are none the part ends before them, as it did when nobody knew any.
impl Stored for OverlayHead {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.currency.write(bytes);
        self.placements.write(bytes);
        self.switches.write(bytes);
        self.policies.write(bytes);
        self.terms.write(bytes);
        self.rules.write(bytes);
        self.names.write(bytes);
        if !self.experiments.is_empty() {
            self.experiments.write(bytes);
        }
    }

    fn read(reader: &mut Reader) -> Self {
        Self {
            currency: Stored::read(reader),
            placements: Stored::read(reader),
            switches: Stored::read(reader),
            policies: Stored::read(reader),
            terms: Stored::read(reader),
            rules: Stored::read(reader),
            names: Stored::read(reader),
            experiments: if reader.is_empty() { Vec::new() } else { some(reader) },
        }
    }
}

/// A list that is only written where there is something in it.
fn some(reader: &mut Reader) -> Vec<ExperimentChange> {
    let list = Vec::read(reader);
    if list.is_empty() {
        reader.fail();
    }
    list
}

impl OverlayHead {
    /// The rule that it breaks in an overlay of this kind, if it breaks one.
    pub fn rule_beyond(&self, edge: bool, rules: bool, experiments: bool) -> Option<&'static str> {
        if experiments == self.experiments.is_empty() {
            return Some("experiments in an overlay that says it has none, or none in one that says it has some");
        }
        let named = self.rules.len() + self.names.len();
        if !rules && named > 0 {
            return Some("rules in an overlay that says it has none");
        }
        (!edge && !self.names.is_empty()).then_some("names of rules in a public overlay")
    }

    /// The error of the part as one of the overlay.
    pub fn refused(error: OpenError) -> OverlayError {
        match error {
            OpenError::Malformed { rule, .. } => malformed("terms", rule),
            _ => malformed("terms", "cannot be decoded"),
        }
    }
}

impl Structured for OverlayHead {
    const NAME: &'static str = "overlay";
    const LIMIT: usize = MAX_PRIVATE_BYTES;

    fn broken_rule(&self) -> Option<&'static str> {
        if !is_currency(&self.currency) {
            return Some("a currency of three letters is expected");
        }
        if !placements_exist(&self.rules, self.placements.len()) {
            return Some("a rule holds at a placement that does not exist");
        }
        let names = !self.names.is_empty() && self.names.len() != self.rules.len();
        if names || !self.names.iter().all(|name| is_text(name)) {
            return Some("a name a rule of at most 200 bytes without control characters is expected");
        }
        placement_rule(self.placements.iter().map(String::as_str))
            .or_else(|| placement_rule(self.switches.iter().map(|(name, _)| name.as_str())))
            .or_else(|| policies_rule(&self.policies))
            .or_else(|| self.terms.as_ref().and_then(shop_rule))
            .or_else(|| rules_rule(&self.rules))
            .or_else(|| changes_rule(&self.experiments))
    }
}
