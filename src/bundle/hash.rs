//! The hash of blocks, heads and models: BLAKE3, its first 16 bytes.

use super::layout::HASH_BYTES;

/// Sixteen bytes that stand for others.
pub type Hash = [u8; HASH_BYTES];

/// The first 16 bytes of the BLAKE3 hash of `bytes`.
pub fn hash(bytes: &[u8]) -> Hash {
    shortened(&blake3::hash(bytes))
}

/// The same hash of two pieces as if they were one.
pub(super) fn hash_of_two(first: &[u8], second: &[u8]) -> Hash {
    shortened(&blake3::Hasher::new().update(first).update(second).finalize())
}

fn shortened(hash: &blake3::Hash) -> Hash {
    let mut short = [0; HASH_BYTES];
    for (to, from) in short.iter_mut().zip(hash.as_bytes()) {
        *to = *from;
    }
    short
}

/// The name of a model: the same for every slice cut from it, another after every training that changed anything.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ModelId(pub Hash);

impl std::fmt::Display for ModelId {
    /// Thirty-two hexadecimal digits.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for ModelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ModelId({self})")
    }
}
