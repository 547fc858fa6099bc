//! The bundle: one compact file that holds a trained model, and the only place that knows its bytes.

pub mod draft;
pub mod layout;
pub mod quantise;

pub use draft::*;
