//! Errors on their way out: the code, a colon, and what is to be said.

use crate::bundle::OpenError;
use crate::rules::PatchError;
#[cfg(feature = "studio")]
use crate::rules::{CompileError, Field};
use wasm_bindgen::JsError;

pub(super) fn refused(error: OpenError) -> JsError {
    JsError::new(&format!("{}: {error}", error.code()))
}

pub(super) fn unpatched(error: PatchError) -> JsError {
    JsError::new(&format!("{}: {error}", error.code()))
}

/// A bundle in a page knows less than the command line: what helps there is another file, or the cards.
#[cfg(feature = "studio")]
pub(super) fn uncompiled(error: CompileError) -> JsError {
    let code = error.code();
    JsError::new(&match error {
        CompileError::Untold { name, field: Field::Title | Field::Category, .. } => format!(
            "{code}: rule {name:?} matches by title or category, which stand with the cards: add the cards slice first, or \
             match by SKU"
        ),
        CompileError::Untold { name, field, .. } => format!(
            "{code}: {name:?} asks for {}, which only an edge bundle tells: keep such rules on the server, or train them \
             into the bundle",
            field.name()
        ),
        other => format!("{code}: {other}"),
    })
}
