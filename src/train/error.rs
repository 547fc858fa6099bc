//! Why there is no model.

use std::fmt;

/// Why training gave no model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TrainError {
    /// No products at all, or neither orders nor views of known ones.
    Nothing {
        /// Lines whose SKU the catalog lacks.
        unknown_lines: u64,
    },
    /// More products than a bundle can number.
    TooManyItems {
        /// How many there are.
        found: usize,
        /// How many a bundle may hold.
        most: usize,
    },
    /// A SKU that no bundle can hold.
    BadSku {
        /// The SKU, cut to 40 characters.
        sku: String,
    },
    /// A relation is worse than a baseline beyond doubt.
    Weak {
        /// The relation's name.
        relation: &'static str,
        /// The baseline that beats it.
        baseline: String,
        /// The upper end of the 95 % interval of relation ÷ baseline, on held-out questions.
        upper: f64,
    },
    /// The shop's rules cannot be compiled.
    Rules {
        /// What was expected, what was found, and what to do.
        problem: String,
    },
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing { unknown_lines: 0 } => f.write_str(
                "expected at least one product, order or view, found none: give --catalog, --orders or --events with at \
                 least one line",
            ),
            Self::Nothing { unknown_lines } => write!(
                f,
                "expected orders or views of products in the catalog, found {unknown_lines} lines of unknown SKUs only: \
                 check that the `sku` columns of catalog and orders hold the same codes"
            ),
            Self::TooManyItems { found, most } => {
                write!(f, "expected at most {most} products, found {found}: leave out products that are not sold")
            }
            Self::BadSku { sku } => write!(
                f,
                "expected SKUs of 1 to 255 bytes without control characters, found {sku:?}: clean the catalog's sku column"
            ),
            Self::Weak { relation, baseline, upper } => write!(
                f,
                "expected `{relation}` to match the best simple method on held-out data, found it below `{baseline}` \
                 (at most {upper:.3} of it): check the orders, or ship it knowingly with --allow-weak"
            ),
            Self::Rules { problem } => f.write_str(problem),
        }
    }
}

impl std::error::Error for TrainError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_was_found_and_what_to_do() {
        let text = TrainError::Nothing { unknown_lines: 7 }.to_string();
        assert!(text.contains("found 7 lines") && text.contains("same codes"), "{text}");
        let text = TrainError::Nothing { unknown_lines: 0 }.to_string();
        assert!(text.contains("--orders"), "{text}");
    }
}
