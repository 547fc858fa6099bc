//! Amounts in minor units: cents, pence, yen. No floats anywhere.

use std::fmt;

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// ISO 4217's code for "no currency": amounts of a shop that names none.
    pub const NONE: Self = Self(*b"XXX");

    /// The currency of a three-letter code, in any case; `None` for anything else.
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.trim().as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphabetic).then(|| Self(bytes.map(|b| b.to_ascii_uppercase())))
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// An amount in major units (2.95) in minor units (295), half up; `None` for what is no amount of 0 or more.
    pub fn to_minor(self, amount: f64) -> Option<i64> {
        let scale = [1.0, 10.0, 100.0, 1000.0].get(self.decimals() as usize).copied().unwrap_or(100.0);
        // The amount is that of a decimal text: a millionth of a minor unit mends what binary fractions lack.
        let minor = amount * scale + 0.5 + 1e-6;
        (amount >= 0.0 && minor < LARGEST as f64).then_some(minor as i64)
    }

    /// Decimal places of the minor unit: 2 for most, 0 for yen, 3 for dinars (ISO 4217).
    pub fn decimals(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX"
            | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

/// An amount: a whole number of minor units and its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MoneyError {
    /// No digits at all.
    Empty,
    /// A character that belongs to no amount.
    NotANumber,
    /// Beyond ± 90 million million minor units.
    TooLarge,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no digits",
            Self::NotANumber => "not an amount",
            Self::TooLarge => "larger than any price",
        })
    }
}

impl std::error::Error for MoneyError {}

/// The largest amount accepted, in minor units: sums of a million of them still fit.
const LARGEST: i64 = 9_000_000_000_000;

impl Money {
    /// `minor` units of `currency`.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The amount in minor units.
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// Reads `12.5`, `1,234.50`, `1.234,50`, `€ 12`, `12.50 EUR` and `-3`; digits beyond the minor unit round half up.
    ///
    /// The last `.` or `,` is the decimal sign, unless it is followed by exactly three digits and the amount has
    /// other groups of three or no decimals of its own to expect (`1,234`).
    ///
    /// # Errors
    ///
    /// [`MoneyError`] where no digits, other characters or too many digits are found.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let body = strip_symbols(text, currency);
        let (sign, body) = match body.strip_prefix('-') {
            Some(rest) => (-1, rest.trim_start()),
            None => (1, body.strip_prefix('+').unwrap_or(body)),
        };
        let decimals = currency.decimals();
        Ok(Self::new(sign * minor_units(body, decimal_sign(body, decimals), decimals)?, currency))
    }
}

/// The digits of `body` as minor units; those behind the decimal sign at `sign` count up to `decimals`, the next rounds.
fn minor_units(body: &str, sign: Option<usize>, decimals: u32) -> Result<i64, MoneyError> {
    let (mut value, mut digits, mut places, mut round_up) = (0i64, 0u32, 0u32, false);
    for (at, c) in body.char_indices() {
        let Some(digit) = c.to_digit(10) else {
            if !is_separator(c) {
                return Err(MoneyError::NotANumber);
            }
            continue;
        };
        digits += 1;
        places += u32::from(sign.is_some_and(|sign| at > sign));
        match places.checked_sub(decimals) {
            None | Some(0) => value = value * 10 + i64::from(digit),
            Some(1) => round_up = digit >= 5,
            Some(_) => {}
        }
        if value > LARGEST {
            return Err(MoneyError::TooLarge);
        }
    }
    let value = value * 10i64.pow(decimals.saturating_sub(places)) + i64::from(round_up);
    match (digits, value) {
        (0, _) => Err(MoneyError::Empty),
        (_, value) if value > LARGEST => Err(MoneyError::TooLarge),
        _ => Ok(value),
    }
}

/// Decimal and grouping signs: point, comma, apostrophe and the spaces in use.
fn is_separator(c: char) -> bool {
    matches!(c, '.' | ',' | '\'' | ' ' | '\u{a0}' | '\u{202f}')
}

/// The text without currency signs, codes and outer spaces.
fn strip_symbols(text: &str, currency: Currency) -> &str {
    let outer = |c: char| c.is_whitespace() || "€$£¥₹₩₽฿₫₴₦₱".contains(c);
    let mut body = text.trim_matches(outer);
    for code in [currency.code(), "EUR", "USD", "GBP", "CHF", "kr"] {
        body = body.strip_suffix(code).or_else(|| body.strip_prefix(code)).unwrap_or(body).trim_matches(outer);
    }
    body
}

/// Where the decimal sign stands, if there is one.
fn decimal_sign(body: &str, decimals: u32) -> Option<usize> {
    let last = body.rfind(['.', ','])?;
    let sign = body.as_bytes()[last];
    let again = body.bytes().filter(|b| *b == sign).count() > 1;
    let other = body.bytes().any(|b| (b == b'.' || b == b',') && b != sign);
    let after = body[last + 1..].bytes().filter(u8::is_ascii_digit).count();
    let before = body[..last].bytes().filter(u8::is_ascii_digit).count();
    let grouping = again || (sign == b',' && after == 3 && !other && decimals != 3 && (1..=3).contains(&before));
    (!grouping).then_some(last)
}

impl fmt::Display for Money {
    /// Plain decimal, point as the sign, no currency: `-12.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.currency.decimals();
        let unit = 10u64.pow(places);
        let (sign, amount) = (if self.minor < 0 { "-" } else { "" }, self.minor.unsigned_abs());
        if places == 0 {
            return write!(f, "{sign}{amount}");
        }
        write!(f, "{sign}{}.{:0width$}", amount / unit, amount % unit, width = places as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minor(text: &str, code: &str) -> Result<i64, MoneyError> {
        Money::parse(text, Currency::parse(code).unwrap()).map(Money::minor)
    }

    #[test]
    fn amounts_of_many_exports() {
        for (text, code, expected) in [
            ("12.5", "EUR", 1250),
            ("1,234.50", "USD", 123_450),
            ("1.234,50", "EUR", 123_450),
            ("1,234", "USD", 123_400),
            ("1.234.567", "EUR", 123_456_700),
            ("€ 3,99", "EUR", 399),
            ("12.50 EUR", "EUR", 1250),
            ("-3", "EUR", -300),
            ("0.85", "GBP", 85),
            ("3578.27", "USD", 357_827),
            ("0.005", "EUR", 1),
            ("0.0049", "EUR", 0),
            ("1234", "JPY", 1234),
            ("1.234", "KWD", 1234),
            ("1'234.50", "CHF", 123_450),
            (".5", "EUR", 50),
        ] {
            assert_eq!(minor(text, code), Ok(expected), "{text} {code}");
        }
    }

    #[test]
    fn what_is_no_amount_says_why() {
        assert_eq!(minor("", "EUR"), Err(MoneyError::Empty));
        assert_eq!(minor("n/a", "EUR"), Err(MoneyError::NotANumber));
        assert_eq!(minor("99999999999999999999", "EUR"), Err(MoneyError::TooLarge));
        assert_eq!(minor("NaN", "EUR"), Err(MoneyError::NotANumber));
    }

    #[test]
    fn an_amount_prints_as_it_reads() {
        for (m, code) in [(0, "EUR"), (-5, "EUR"), (123_450, "USD"), (7, "JPY"), (1_234, "KWD")] {
            let money = Money::new(m, Currency::parse(code).unwrap());
            assert_eq!(minor(&money.to_string(), code), Ok(m));
        }
    }
}
