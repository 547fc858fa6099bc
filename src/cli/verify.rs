//! `endcap verify`: does a bundle hold what its format promises?

use super::failure::Failure;
use super::{bundle_file, output};
use crate::bundle::verify;
use clap::Args;
use std::path::PathBuf;

/// The arguments of `endcap verify`.
#[derive(Args)]
#[command(
    about = "Check a bundle: hashes, bounds, and what its rows and SKUs mean",
    after_help = "Exit code 1 where anything is found.\n\nExamples:\n  endcap verify model.endcap\n  endcap verify *.endcap --json"
)]
pub(super) struct VerifyArgs {
    /// The bundles to check
    #[arg(required = true)]
    bundles: Vec<PathBuf>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct Verdict {
    file: String,
    sound: bool,
    model: Option<String>,
    code: Option<&'static str>,
    findings: Vec<String>,
}

pub(super) fn run(args: VerifyArgs) -> Result<(), Failure> {
    let verdicts = args.bundles.iter().map(check).collect::<Result<Vec<_>, Failure>>()?;
    if args.json {
        output::print_json(&verdicts)?;
    } else {
        verdicts.iter().try_for_each(|verdict| output::print(verdict.text()))?;
    }
    let bad = verdicts.iter().filter(|verdict| !verdict.sound).count();
    if bad > 0 { Err(Failure::data(format!("{bad} of {} bundles are not sound", verdicts.len()))) } else { Ok(()) }
}

fn check(path: &PathBuf) -> Result<Verdict, Failure> {
    let bytes = bundle_file::read(path)?;
    let file = path.display().to_string();
    Ok(match crate::bundle::Bundle::open(bytes) {
        Ok(bundle) => {
            let findings: Vec<String> = verify(&bundle)
                .into_iter()
                .map(|finding| format!("{}: {}", finding.section, finding.message))
                .collect();
            let model = Some(bundle.head().model.to_string());
            Verdict { file, sound: findings.is_empty(), model, code: None, findings }
        }
        Err(error) => {
            Verdict { file, sound: false, model: None, code: Some(error.code()), findings: vec![error.to_string()] }
        }
    })
}

impl Verdict {
    fn text(&self) -> String {
        match &self.model {
            Some(model) if self.sound => format!("{}: sound, model {model}", self.file),
            _ => format!("{}: not sound\n  {}", self.file, self.findings.join("\n  ")),
        }
    }
}
