//! Numbers as people read them: grouped thousands, a true minus sign, a sign before every lift.
//!
//! Thousands are set apart by narrow spaces that do not break (U+202F), and so is the sign of percent; fractions come in,
//! percentages go out.

/// What stands for a figure that could not be measured.
pub const NONE: &str = "–";
/// Does not break.
const SPACE: char = '\u{202f}';

/// With so many decimal places; `∞` and `−∞` have none, and what is no number is [`NONE`].
pub fn fixed(value: f64, places: usize) -> String {
    match value {
        v if v.is_nan() => NONE.into(),
        f64::INFINITY => "∞".into(),
        f64::NEG_INFINITY => "−∞".into(),
        v => unsigned_zero(&format!("{v:.places$}")).replace('-', "−"),
    }
}

/// −0.00 is zero.
fn unsigned_zero(text: &str) -> &str {
    let zero = text.starts_with('-') && text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    if zero { &text[1..] } else { text }
}

/// A whole number with its thousands set apart.
pub fn grouped(value: u64) -> String {
    group(&value.to_string())
}

fn group(digits: &str) -> String {
    let mut out = String::with_capacity(2 * digits.len());
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(SPACE);
        }
        out.push(digit);
    }
    out
}

/// An amount, its thousands set apart, without its currency.
pub fn money(value: f64, places: usize) -> String {
    let text = fixed(value, places);
    let (sign, digits) = text.strip_prefix('−').map_or(("", text.as_str()), |digits| ("−", digits));
    let (whole, rest) = digits.split_once('.').map_or((digits, String::new()), |(w, r)| (w, format!(".{r}")));
    if value.is_finite() { format!("{sign}{}{rest}", group(whole)) } else { text }
}

/// A fraction in percent.
pub fn percent(value: f64, places: usize) -> String {
    format!("{}{SPACE}%", fixed(100.0 * value, places))
}

/// A fraction in percent with its sign: `+3.1 %`, `−0.4 %`, `0.0 %`.
pub fn lift(value: f64, places: usize) -> String {
    let text = percent(value, places);
    let zero = text.chars().all(|letter| !('1'..='9').contains(&letter)) && value.is_finite();
    if value > 0.0 && !zero { format!("+{text}") } else { text }
}

/// A probability of an error: three places, and never a flat zero.
pub fn chance(value: f64) -> String {
    if value < 0.001 { "< 0.001".into() } else { fixed(value, 3) }
}

/// Both ends of an interval of lifts; where neither is known, that.
pub fn range(lower: f64, upper: f64, places: usize) -> String {
    if lower == f64::NEG_INFINITY && upper == f64::INFINITY {
        return "unbounded".into();
    }
    format!("{} to {}", lift(lower, places), lift(upper, places))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!((fixed(-0.126, 2).as_str(), fixed(-0.001, 2).as_str()), ("−0.13", "0.00"));
        assert_eq!((fixed(f64::NEG_INFINITY, 2).as_str(), fixed(f64::NAN, 2).as_str()), ("−∞", "–"));
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!((grouped(0).as_str(), grouped(999).as_str()), ("0", "999"));
        assert_eq!(money(-1234.5, 2), "−1\u{202f}234.50");
        assert_eq!((money(999_999.6, 0).as_str(), money(f64::INFINITY, 0).as_str()), ("1\u{202f}000\u{202f}000", "∞"));
    }

    #[test]
    fn lifts_have_a_sign_and_zero_has_none() {
        for (value, text) in [(0.0312, "+3.1"), (-0.004, "−0.4"), (0.0, "0.0"), (0.0001, "0.0"), (-0.0001, "0.0")] {
            assert_eq!(lift(value, 1), format!("{text}\u{202f}%"), "{value}");
        }
        assert_eq!(lift(f64::INFINITY, 1), "+∞\u{202f}%");
        assert_eq!(range(-0.012, 0.044, 1), "−1.2\u{202f}% to +4.4\u{202f}%");
        assert_eq!(range(f64::NEG_INFINITY, f64::INFINITY, 1), "unbounded");
        assert_eq!(range(-0.5, f64::INFINITY, 0), "−50\u{202f}% to +∞\u{202f}%");
    }

    #[test]
    fn a_chance_is_never_nothing() {
        assert_eq!(
            (chance(0.0).as_str(), chance(0.04999).as_str(), chance(1.0).as_str()),
            ("< 0.001", "0.050", "1.000")
        );
    }
}
