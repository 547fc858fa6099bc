//! `endcap rules lint`: what rules, placements and terms cannot mean.

use super::super::asked::moment;
use super::super::failure::Failure;
use super::super::output;
use super::super::patch::config_file;
use super::items::ItemFiles;
use crate::config::{self, Config};
use crate::rules::{Finding, Place, Severity};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// The arguments of `endcap rules lint`.
#[derive(Args)]
#[command(
    about = "Find rules that do nothing or the opposite of what is meant, and placements left with nothing to show",
    after_help = "Exit code 1 where an error is found; warnings and notes leave 0.\n\nExamples:\n  \
        endcap rules lint --config endcap.toml --bundle edge.endcap\n  \
        endcap rules lint --config endcap.toml --catalog catalog.csv --now 2027-01-31T08:00:00Z --json"
)]
pub(super) struct LintArgs {
    /// The settings
    #[arg(long, value_name = "FILE", default_value = "endcap.toml")]
    config: PathBuf,
    #[command(flatten)]
    items: ItemFiles,
    /// The moment, as 2027-01-31T08:00:00Z; without one nothing is over and nothing is overdue
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<i64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: LintArgs) -> Result<(), Failure> {
    let (_, config) = config_file(&args.config)?;
    let file = args.config.display().to_string();
    let report = Report::of(&file, &config, &args.items, args.now)?;
    if args.json {
        output::print_json(&report)?;
    } else {
        output::print(report.text())?;
    }
    report.verdict()
}

/// Everything that was found, in the order of the file.
#[derive(Serialize)]
pub(super) struct Report {
    file: String,
    errors: usize,
    warnings: usize,
    findings: Vec<Found>,
}

/// One thing that is wrong or worth a look.
#[derive(Serialize)]
struct Found {
    severity: &'static str,
    code: &'static str,
    line: Option<usize>,
    column: Option<usize>,
    /// The rule or the placement.
    about: String,
    message: String,
    remedy: &'static str,
}

impl Report {
    /// What is found in `config`, which was read from `file`.
    pub fn of(file: &str, config: &Config, items: &ItemFiles, now: Option<i64>) -> Result<Self, Failure> {
        let found = items.read(config)?.lint(config, now);
        let mut found = found.map_err(|error| Failure::data(format!("{file}: {error}")))?;
        found.retain(|finding| !is_unwritten(finding, config));
        let count = |severity| found.iter().filter(|finding| finding.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let remarks = config.remarks.iter().map(|remark| Found {
            severity: remark.severity.name(),
            code: "remark",
            line: Some(remark.place.line),
            column: Some(remark.place.column),
            about: String::new(),
            message: remark.message.clone(),
            remedy: "",
        });
        let warned = config.remarks.iter().filter(|remark| remark.severity == config::Severity::Warning).count();
        let mut findings: Vec<Found> = found.iter().map(|finding| Found::of(finding, config)).chain(remarks).collect();
        // What stands nowhere in the file comes last.
        findings.sort_by_key(|found| (found.line.is_none(), found.line, found.column));
        Ok(Self { file: file.into(), errors, warnings: warnings + warned, findings })
    }

    /// One line a finding, and how many there are.
    pub fn text(&self) -> String {
        let mut lines: Vec<String> = self.findings.iter().map(|found| found.text(&self.file)).collect();
        lines.push(format!("{}: {} errors, {} warnings", self.file, self.errors, self.warnings));
        lines.join("\n")
    }

    /// A failure where an error was found.
    pub fn verdict(&self) -> Result<(), Failure> {
        match self.errors {
            0 => Ok(()),
            errors => {
                Err(Failure::data(format!("{}: {errors} errors; correct them, see the remedies above", self.file)))
            }
        }
    }
}

/// Whether a finding asks for an owner or a review of a placement that the file does not mention.
fn is_unwritten(finding: &Finding, config: &Config) -> bool {
    let written = |at: usize| config.placement_places.get(at).is_some_and(Option::is_some);
    let noted = matches!(finding.code, "no_owner" | "no_review");
    noted && matches!(finding.place, Place::Placement(at) if !written(at))
}

impl Found {
    fn of(finding: &Finding, config: &Config) -> Self {
        let (place, about) = match finding.place {
            Place::Rule(at) => {
                (config.rule_places.get(at).copied(), config.rules.get(at).map(|rule| format!("rule {:?}", rule.name)))
            }
            Place::Placement(at) => (
                config.placement_places.get(at).copied().flatten(),
                config.policies.get(at).map(|policy| format!("placement {:?}", policy.placement)),
            ),
            Place::Shop => (None, Some("the shop".into())),
        };
        Self {
            severity: match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            code: finding.code,
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            about: about.unwrap_or_default(),
            message: finding.message.clone(),
            remedy: finding.remedy,
        }
    }

    /// `endcap.toml:12:1: warning [no_items]: rule "x" is about none of 40 products; correct its `match`, or delete it`.
    fn text(&self, file: &str) -> String {
        let at = match (self.line, self.column) {
            (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
            _ => file.to_owned(),
        };
        let remedy = if self.remedy.is_empty() { String::new() } else { format!("; {}", self.remedy) };
        format!("{at}: {} [{}]: {}{remedy}", self.severity, self.code, self.message)
    }
}
