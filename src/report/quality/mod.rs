//! What is wrong with the data, in words: counted, weighed, and with what to do.

mod experiment;
mod orders;

use super::faults::Fault;
use super::frame::Frame;
use super::intake::{Orders, Totals};
use super::placements;
use super::settings::Settings;
use super::tally::Tally;
use super::told::{Finding, Severity};
use crate::experiment::Planned;
use Severity::{Blocks, Notes, Warns};

/// The share of an experiment's units that may be broken before its verdict is.
const BROKEN: f64 = 0.01;

/// What reading the files found, beside what can be told from the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadFaults {
    /// Rows that could not be read.
    pub refused: u64,
    /// Rows in all.
    pub rows: u64,
    /// Rows of another currency, left out.
    pub other_currency: u64,
    /// Times with a zone.
    pub with_zone: u64,
    /// Times without one, taken as UTC.
    pub without_zone: u64,
    /// Lines of orders whose `_endcap`, `unit_key` or `experiments` cannot be read.
    pub unreadable_attributes: u64,
}

/// Where findings come from.
pub(super) struct Data<'a> {
    pub settings: &'a Settings,
    pub frame: &'a Frame,
    pub totals: Totals,
    pub orders: &'a Orders,
    pub tally: &'a Tally,
    pub read: ReadFaults,
}

/// Findings as they are written down.
struct Writer(Vec<Finding>);

/// All findings, the worst first.
pub(super) fn findings(data: &Data<'_>) -> Vec<Finding> {
    let mut writer = Writer(Vec::new());
    writer.files(data);
    writer.rows(data);
    writer.orders(data);
    for (n, planned) in data.settings.planned.iter().enumerate() {
        if let (Some(trial), Some(tally)) = (data.frame.experiments.get(n), data.tally.experiments.get(n)) {
            writer.experiment(&data.tally.faults, n, planned, trial, tally);
        }
    }
    writer.0.sort_by_key(|finding| finding.severity);
    writer.0
}

impl Writer {
    fn write(
        &mut self,
        code: &'static str,
        severity: Severity,
        (count, of): (u64, u64),
        sentence: String,
        remedy: &str,
    ) {
        if count > 0 {
            let share = (of > 0).then(|| count as f64 / of as f64);
            let remedy = remedy.to_owned();
            self.0.push(Finding { code, severity, experiment: None, count, share, sentence, remedy });
        }
    }

    fn of(&mut self, planned: &Planned, from: usize) {
        for finding in self.0.iter_mut().skip(from) {
            finding.experiment = Some(planned.experiment.name.to_string());
        }
    }

    fn files(&mut self, data: &Data<'_>) {
        let ReadFaults { refused, rows, other_currency, with_zone, without_zone, unreadable_attributes } = data.read;
        let said = format!("{refused} rows could not be read and are left out.");
        self.write(
            "refused_rows",
            if over(refused, rows, BROKEN) { Warns } else { Notes },
            (refused, rows),
            said,
            "Look at the places named above.",
        );
        let code = data.settings.currency.code();
        let said = format!("{other_currency} rows are in another currency than {code} and are left out.");
        let severity = if over(other_currency, rows, BROKEN) { Blocks } else { Warns };
        self.write(
            "other_currency",
            severity,
            (other_currency, rows),
            said,
            "Convert them, or report on each currency by itself.",
        );
        let said = format!(
            "{unreadable_attributes} lines of orders carry an `_endcap`, `unit_key` or `experiments` that cannot be read: they name no unit, or no arm."
        );
        self.write(
            "unreadable_attributes",
            Warns,
            (unreadable_attributes, rows),
            said,
            "Look at who writes it: `formatAttribute` of the package does it right.",
        );
        let mixed = if with_zone > 0 { without_zone.min(with_zone) } else { 0 };
        let said =
            format!("{without_zone} times have no zone and {with_zone} have one; those without are taken as UTC.");
        self.write("mixed_zones", Warns, (mixed, with_zone + without_zone), said, "Export all times with their zone.");
    }

    /// Placements of the log that no table tells.
    fn placements(&mut self, data: &Data<'_>) {
        let named = data.tally.named_placements();
        let untold = named.saturating_sub(placements::MOST) as u64;
        let said = format!(
            "The log names at least {named} placements: told are those of the file, and others up to {} in all.",
            placements::MOST
        );
        let remedy = "Look at who sends them: `item_list_id` is a place on a page, no product and no address.";
        self.write("placements_untold", Warns, (untold, named as u64), said, remedy);
    }

    fn rows(&mut self, data: &Data<'_>) {
        let (faults, totals) = (&data.tally.faults, data.totals);
        let events = totals.events;
        let nothing = u64::from(events == 0);
        self.write("no_events", Blocks, (nothing, 0), "There are no events.".into(), "Give the log: `--events`.");
        self.placements(data);
        let mixed = totals.units.min(totals.keys);
        let said = format!("{} rows name their unit and {} its hash: these never meet.", totals.units, totals.keys);
        self.write(
            "mixed_identities",
            Blocks,
            (mixed, totals.units + totals.keys),
            said,
            "Give the key that the log was written with: `--key`.",
        );
        let table: [(&'static str, Fault, Severity, &str, &str); 9] = [
            (
                "duplicate_events",
                Fault::Duplicate,
                Notes,
                "events came more than once and count once",
                "Nothing: batches are sent again where the network failed.",
            ),
            (
                "late_events",
                Fault::Late,
                Notes,
                "events arrived more than a day late",
                "Nothing, where visitors were offline; report again when they are in.",
            ),
            (
                "clock_skew",
                Fault::ClockSkew,
                Notes,
                "events were told by a clock that is wrong; the time of arrival is taken",
                "Nothing, where they are few.",
            ),
            (
                "from_the_future",
                Fault::Future,
                Warns,
                "rows are dated after now and are left out",
                "Look at the clock of whoever wrote them; of orders, at who enters dates by hand.",
            ),
            (
                "events_without_unit",
                Fault::WithoutUnit,
                Notes,
                "events name no unit: they count for their placement and for no experiment",
                "Nothing: those visitors did not consent.",
            ),
            (
                "unknown_experiment",
                Fault::UnknownExperiment,
                Warns,
                "exposures name an experiment that the file does not have",
                "Keep [[experiment]] in endcap.toml until its data are judged.",
            ),
            (
                "machines",
                Fault::Machine,
                Notes,
                "units asked more often than people do and are left out",
                "Nothing: all arms lose the same ones.",
            ),
            (
                "purchases_without_number",
                Fault::PurchaseWithoutNumber,
                Warns,
                "purchases have no `transaction_id` and are left out",
                "Send the order's number with each.",
            ),
            (
                "purchases_again",
                Fault::PurchaseAgain,
                Notes,
                "purchases were told again under another id and count once",
                "Send `purchase` once, on the first view of the confirmation.",
            ),
        ];
        for (code, fault, severity, what, remedy) in table {
            let count = faults.count(fault);
            let severity = if severity == Notes && fault == Fault::ClockSkew && over(count, events, BROKEN) {
                Warns
            } else {
                severity
            };
            self.write(code, severity, (count, events), format!("{count} {what}."), remedy);
        }
    }
}

fn over(count: u64, of: u64, share: f64) -> bool {
    count as f64 > share * of as f64
}
