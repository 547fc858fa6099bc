//! The rule that ends a placement, written down before it starts.

use super::{BasisPoints, Measure};
use std::fmt;

/// The rule under which a treatment is taken back: a lift below a threshold, or a loss above one.
///
/// # Example
///
/// ```
/// use endcap::experiment::KillRule;
///
/// let rule = KillRule::parse("aov_lift_net_of_margin_drag < 0.03").unwrap();
/// // AOV +5 %, margin rate from 30 % to 29.1 %: a net lift of 1.85 %.
/// assert!(rule.kills(1.05 * (1.0 - 0.03) - 1.0));
/// assert!(!rule.kills(0.03));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KillRule {
    /// What it looks at.
    pub measure: Measure,
    /// From −1 to 1; itself it kills nothing.
    pub threshold: BasisPoints,
}

impl KillRule {
    /// Reads a measure, a sign and a threshold: `aov_lift < 0.02`, `margin_drag > 0.05`.
    ///
    /// # Errors
    ///
    /// [`KillRuleError`] where the text has another form, another measure, the sign that would kill what is good, or a
    /// threshold that is no decimal from −1 to 1 with at most four places.
    pub fn parse(text: &str) -> Result<Self, KillRuleError> {
        let Some(at) = text.find(['<', '>']) else { return Err(KillRuleError::Form) };
        let (name, rest) = text.split_at(at);
        let (sign, threshold) = rest.split_at(1);
        let (name, threshold) = (name.trim(), threshold.trim());
        if name.is_empty() || threshold.is_empty() || threshold.starts_with('=') {
            return Err(KillRuleError::Form);
        }
        let known = Measure::ALL.into_iter().find(|measure| measure.name() == name);
        let Some(measure) = known else { return Err(KillRuleError::Measure { found: name.to_owned() }) };
        if sign != sign_of(measure) {
            return Err(KillRuleError::Sign { measure });
        }
        let threshold = BasisPoints::parse(threshold).ok_or(KillRuleError::Threshold)?;
        Ok(Self { measure, threshold })
    }

    /// Whether a measured value, 0.03 for 3 %, calls for taking the treatment back. What could not be measured (NaN) does not.
    pub fn kills(self, measured: f64) -> bool {
        let threshold = self.threshold.to_fraction();
        if self.measure.is_loss() { measured > threshold } else { measured < threshold }
    }
}

fn sign_of(measure: Measure) -> &'static str {
    if measure.is_loss() { ">" } else { "<" }
}

impl fmt::Display for KillRule {
    /// One text a rule, which reads as the same rule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.measure.name(), sign_of(self.measure), self.threshold)
    }
}

/// Why a text is no kill rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KillRuleError {
    /// It is not a measure, `<` or `>`, and a threshold.
    Form,
    /// Nothing is called so.
    Measure {
        /// What stands there.
        found: String,
    },
    /// The sign kills what is good.
    Sign {
        /// Of which a rule has the other sign.
        measure: Measure,
    },
    /// The threshold is no decimal from −1 to 1 with at most four places.
    Threshold,
}

impl KillRuleError {
    /// What should stand there, in words.
    pub fn expected(&self) -> String {
        match self {
            Self::Form => {
                "a measure, `<` or `>`, and a threshold such as aov_lift_net_of_margin_drag < 0.03".to_owned()
            }
            Self::Measure { .. } => format!("one of {}", Measure::ALL.map(Measure::name).join(", ")),
            Self::Sign { measure } => format!("`{}` behind {}", sign_of(*measure), measure.name()),
            Self::Threshold => "a threshold from -1 to 1 with at most 4 decimals".to_owned(),
        }
    }
}

impl fmt::Display for KillRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected())?;
        if let Self::Measure { found } = self {
            write!(f, ", found `{found}`")?;
        }
        f.write_str("; correct the rule")
    }
}

impl std::error::Error for KillRuleError {}
