//! The overlay of a REVERT: the placement is switched off, wherever the overlay arrives.

use crate::cli::failure::Failure;
use crate::cli::{output, patch};
use std::path::Path;

/// Writes the overlay that switches placements off; none where nothing is reverted.
pub(super) fn write(
    path: &Path,
    bundle: &Path,
    revision: u64,
    now: Option<i64>,
    placements: &[String],
) -> Result<(), Failure> {
    if placements.is_empty() {
        eprintln!("nothing is reverted: {} is not written", path.display());
        return Ok(());
    }
    let bytes = patch::switched_off(bundle, placements, revision, now)?;
    output::write_file(path, &bytes)?;
    eprintln!(
        "wrote {}: switches off {}. Each overlay takes the place of the one before: give `--disable {}` to the next `endcap patch` too, or \
         write `enabled = false` into endcap.toml before the next training",
        path.display(),
        placements.join(", "),
        placements.join(" --disable ")
    );
    Ok(())
}
