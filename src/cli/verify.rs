//! `endcap verify`: does a bundle hold what its format promises?

use super::failure::Failure;
use super::{bundle_file, output};
use crate::bundle::{OverlayView, layout::OVERLAY_MAGIC, verify};
use clap::Args;
use std::path::{Path, PathBuf};

/// The arguments of `endcap verify`.
#[derive(Args)]
#[command(
    about = "Check bundles and overlays: hashes, bounds, and what their rows and SKUs mean",
    after_help = "Exit code 1 where anything is found.\n\nExamples:\n  endcap verify model.endcap\n  endcap verify *.endcap today.overlay --json"
)]
pub(super) struct VerifyArgs {
    /// The bundles and overlays to check
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
    /// The revision of an overlay.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
    code: Option<&'static str>,
    findings: Vec<String>,
}

pub(super) fn run(args: VerifyArgs) -> Result<(), Failure> {
    let verdicts = args.bundles.iter().map(|path| check(path)).collect::<Result<Vec<_>, Failure>>()?;
    if args.json {
        output::print_json(&verdicts)?;
    } else {
        verdicts.iter().try_for_each(|verdict| output::print(verdict.text()))?;
    }
    let bad = verdicts.iter().filter(|verdict| !verdict.sound).count();
    if bad > 0 { Err(Failure::data(format!("{bad} of {} bundles are not sound", verdicts.len()))) } else { Ok(()) }
}

fn check(path: &Path) -> Result<Verdict, Failure> {
    let bytes = bundle_file::read(path)?;
    let file = path.display().to_string();
    if bytes.starts_with(&OVERLAY_MAGIC) {
        return Ok(Verdict::of_overlay(file, &bytes));
    }
    Ok(match crate::bundle::Bundle::open(bytes) {
        Ok(bundle) => {
            let findings: Vec<String> = verify(&bundle)
                .into_iter()
                .map(|finding| format!("{}: {}", finding.section, finding.message))
                .collect();
            let model = Some(bundle.head().model.to_string());
            Verdict { file, sound: findings.is_empty(), model, revision: None, code: None, findings }
        }
        Err(error) => Verdict::refused(file, error.code(), error.to_string()),
    })
}

impl Verdict {
    /// An overlay: opening checks everything.
    fn of_overlay(file: String, bytes: &[u8]) -> Self {
        match OverlayView::open(bytes) {
            Ok(overlay) => {
                let revision = Some(overlay.revision());
                Self { file, sound: true, model: None, revision, code: None, findings: Vec::new() }
            }
            Err(error) => Self::refused(file, error.code(), error.to_string()),
        }
    }

    fn refused(file: String, code: &'static str, finding: String) -> Self {
        Self { file, sound: false, model: None, revision: None, code: Some(code), findings: vec![finding] }
    }

    fn text(&self) -> String {
        match (&self.model, self.revision) {
            (Some(model), _) if self.sound => format!("{}: sound, model {model}", self.file),
            (None, Some(revision)) if self.sound => format!("{}: sound, an overlay of revision {revision}", self.file),
            _ => format!("{}: not sound\n  {}", self.file, self.findings.join("\n  ")),
        }
    }
}
