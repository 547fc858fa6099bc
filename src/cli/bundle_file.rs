//! Bundles from disk.

use super::failure::Failure;
use crate::bundle::{Bundle, OverlayView};
use crate::placement::Recommender;
use std::path::{Path, PathBuf};

/// Reads and opens a bundle.
pub(super) fn open(path: &Path) -> Result<Bundle<Vec<u8>>, Failure> {
    Bundle::open(read(path)?).map_err(|error| Failure::from((path, error)))
}

/// Reads a file whole.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::read(path, &error))
}

/// A recommender of a bundle with slices added and overlays applied, in their order.
pub(super) fn recommender(
    bundle: &Path,
    add: &[PathBuf],
    overlays: &[PathBuf],
) -> Result<Recommender<Vec<u8>>, Failure> {
    let mut recommender = Recommender::open(read(bundle)?).map_err(|error| Failure::from((bundle, error)))?;
    for path in add {
        recommender.add(read(path)?).map_err(|error| Failure::from((path.as_path(), error)))?;
    }
    for path in overlays {
        let bytes = read(path)?;
        let patched = recommender.patch(&bytes);
        patched.map_err(|error| Failure::data(format!("{}: {error} [{}]", path.display(), error.code())))?;
    }
    Ok(recommender)
}

/// When an overlay was made, in seconds since 1970; `None` where it does not say.
pub(super) fn overlay_made_at(path: &Path) -> Result<Option<i64>, Failure> {
    let bytes = read(path)?;
    let overlay = OverlayView::open(&bytes);
    overlay
        .map(|overlay| overlay.made_at())
        .map_err(|error| Failure::data(format!("{}: {error} [{}]", path.display(), error.code())))
}

/// Whether any of these overlays brings rules of its own.
pub(super) fn bring_rules(overlays: &[PathBuf]) -> Result<bool, Failure> {
    for path in overlays {
        let bytes = read(path)?;
        if OverlayView::open(&bytes).is_ok_and(|overlay| overlay.rules().is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}
