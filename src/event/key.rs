//! The key under which units are hashed, and which ends with the experiment.
//!
//! # What it protects
//!
//! A log holds `HMAC-SHA-256(key, unit)`, cut to 16 bytes, in place of the unit. Whoever has the log and not the key can tell
//! that two events are of one visitor, but not of which; with the key they can, by hashing the unit they look for. The
//! key is therefore made before the start, stays on the server, and is destroyed after the end: from then on nobody can join
//! the log with a visitor any more, not even the shop.

use super::{UnitKey, Who};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::io::Read;
use std::path::Path;

/// The fewest bytes of a key: as many as the hash has.
pub const SHORTEST: usize = 32;
/// The most: nobody's key is longer, and a wrong file is noticed.
const LONGEST: usize = 1_024;

/// A secret key. Its text for debugging says nothing of it.
#[derive(Clone)]
pub struct Key {
    bytes: Vec<u8>,
    mac: Hmac<Sha256>,
}

/// Why there is no key.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyError {
    /// The file cannot be read.
    Read {
        /// The file as it was given.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no key.
    Malformed {
        /// The file as it was given.
        file: String,
        /// What it is.
        found: String,
    },
    /// The system has no random bytes to give.
    Random(getrandom::Error),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { file, source } => write!(f, "{file}: cannot be read: {source}; check the path and its rights"),
            Self::Malformed { file, found } => write!(
                f,
                "{file}: expected a key of {SHORTEST} to {LONGEST} random bytes, as they are or as hexadecimal digits, \
                 found {found}; make one with `endcap events key`"
            ),
            Self::Random(source) => write!(f, "expected random bytes of the system, found none: {source}"),
        }
    }
}

impl std::error::Error for KeyError {}

impl Key {
    /// The key of some bytes; `None` where they are fewer than [`SHORTEST`] or more than 1,024.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let mac = Hmac::new_from_slice(bytes).ok()?;
        (SHORTEST..=LONGEST).contains(&bytes.len()).then(|| Self { bytes: bytes.to_vec(), mac })
    }

    /// A new key of 32 bytes from the system's source of random bytes.
    ///
    /// # Errors
    ///
    /// [`KeyError::Random`].
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = [0; SHORTEST];
        getrandom::fill(&mut bytes).map_err(KeyError::Random)?;
        Self::new(&bytes).ok_or(KeyError::Random(getrandom::Error::UNEXPECTED))
    }

    /// Reads a key: hexadecimal digits, white space around them, or the bytes themselves. Text that is not hexadecimal is no
    /// key: a server that decodes it would hash otherwise than one that does not.
    ///
    /// # Errors
    ///
    /// [`KeyError`]; its text repeats nothing of the file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let file = path.display().to_string();
        let mut bytes = Vec::new();
        let most = 4 * LONGEST as u64;
        let opened = std::fs::File::open(path).and_then(|opened| opened.take(most).read_to_end(&mut bytes));
        opened.map_err(|source| KeyError::Read { file: file.clone(), source })?;
        parse(&bytes).map_err(|found| KeyError::Malformed { file, found })
    }

    /// The key as hexadecimal digits, as [`Key::read`] takes it.
    pub fn to_hex(&self) -> String {
        hex(&self.bytes)
    }

    /// The hash of a unit: the first 16 bytes of HMAC-SHA-256 over its UTF-8.
    pub fn of(&self, unit: &str) -> UnitKey {
        let mut mac = self.mac.clone();
        mac.update(unit.as_bytes());
        let mut first = [0; 16];
        first.iter_mut().zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from);
        UnitKey(first)
    }

    /// Whom somebody is under this key: a unit becomes its hash, a hash stays.
    pub fn hide(&self, who: Who) -> Who {
        match who {
            Who::Unit(unit) => Who::Key(self.of(&unit)),
            hidden => hidden,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The key of a file's bytes, or what they are instead.
fn parse(bytes: &[u8]) -> Result<Key, String> {
    let text = bytes.trim_ascii();
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_hexdigit);
    let printable = text.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    let decoded = match (digits, printable) {
        (true, _) => decode(text).ok_or_else(|| "an odd number of hexadecimal digits".to_owned())?,
        (false, true) if bytes.is_empty() => return Err("nothing".into()),
        (false, true) => return Err("text that is not hexadecimal".into()),
        (false, false) => bytes.to_vec(),
    };
    Key::new(&decoded).ok_or_else(|| match decoded.len() {
        many if many > LONGEST => format!("more than {LONGEST}"),
        few => few.to_string(),
    })
}

fn decode(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let pair = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
        _ => None,
    };
    digits.chunks(2).map(pair).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
