//! Shares and effects as whole ten-thousandths, so that the same text is the same number everywhere.

use std::fmt;

/// A share or an effect in basis points, ten-thousandths: 0.03 is 300.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasisPoints(pub i32);

impl BasisPoints {
    /// All of it: 1.
    pub const WHOLE: Self = Self(10_000);

    /// Reads a plain decimal from −1 to 1 such as `0.03`, `-.5` or `1`, with at most four decimals after trailing zeros are
    /// dropped; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction_kept = fraction.trim_end_matches('0');
        if (whole.is_empty() && fraction.is_empty()) || fraction_kept.len() > 4 {
            return None;
        }
        let zeros = "0".repeat(4 - fraction_kept.len());
        let points = [whole, fraction_kept, &zeros].concat();
        if !points.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        points.parse::<i32>().ok().filter(|points| *points <= Self::WHOLE.0).map(|points| Self(sign * points))
    }

    /// The number that is meant: 0.03 for 300 points.
    pub fn to_fraction(self) -> f64 {
        f64::from(self.0) / f64::from(Self::WHOLE.0)
    }
}

impl fmt::Display for BasisPoints {
    /// The shortest decimal: `0.03`, `-0.125`, `1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 10_000, self.0.unsigned_abs() % 10_000);
        let decimal = format!("{sign}{whole}.{rest:04}");
        f.write_str(decimal.trim_end_matches('0').trim_end_matches('.'))
    }
}
