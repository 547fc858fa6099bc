//! A relation that was chosen, fitted and judged.

use super::choose::Tried;
use super::judge::Trial;
use super::profiles;
use super::report::RelationReport;
use crate::bundle::{RelationKind, Verdict};
use crate::train::TrainError;
use crate::train::prune::{Rows, Size};

/// A relation, fitted and judged.
pub(super) struct Found {
    pub kind: RelationKind,
    pub verdict: Verdict,
    pub rows: Rows,
    pub bits: u8,
    /// All weights, where they were asked for.
    pub unpruned: Option<Rows>,
    pub report: RelationReport,
}

impl Found {
    /// A relation with its trial; `size` is how much of it ships.
    pub fn new(kind: RelationKind, model: String, trial: Trial, rows: Rows, size: Size, tried: Vec<Tried>) -> Self {
        let shipped = trial.verdict != Verdict::NoSignal;
        let edges = if shipped { rows.iter().map(|row| row.len() as u64).sum() } else { 0 };
        let report = RelationReport {
            relation: kind.name(),
            model,
            profiles: if shipped { profiles::of(kind, &rows, size.bits, &trial) } else { Vec::new() },
            verdict: trial.verdict.name(),
            questions: trial.questions,
            figures: trial.figures,
            baselines: trial.baselines,
            over_popularity: trial.over_popularity,
            row: size.row,
            bits: size.bits,
            edges,
            tried,
        };
        Self { kind, verdict: trial.verdict, rows, bits: size.bits, unpruned: None, report }
    }

    /// An error where a simple method beats it beyond doubt.
    pub fn strong_enough(&self) -> Result<(), TrainError> {
        let best = self.report.baselines.iter().min_by(|a, b| a.ratio.upper.total_cmp(&b.ratio.upper));
        match best.filter(|best| self.verdict == Verdict::Signal && best.ratio.upper < 1.0) {
            None => Ok(()),
            Some(best) => Err(TrainError::Weak {
                relation: self.kind.name(),
                baseline: best.name.into(),
                upper: best.ratio.upper,
            }),
        }
    }

    /// Counts the edges again after its rows have changed.
    pub fn recount(&mut self) {
        let edges = self.rows.iter().map(|row| row.len() as u64).sum();
        self.report.edges = if self.shipped() { edges } else { 0 };
    }

    /// Whether it goes into the bundle.
    pub fn shipped(&self) -> bool {
        self.verdict != Verdict::NoSignal
    }
}
