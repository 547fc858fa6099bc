//! From names to one of 10,000 buckets.

/// What is hashed first, so that no other hash of endcap can equal one of these.
const ASSIGNMENT: &str = "endcap/assignment/1";
/// The same of the global holdout.
const GLOBAL_HOLDOUT: &str = "endcap/global-holdout/1";
/// How many buckets there are: one a basis point.
const BUCKETS: u64 = 10_000;

/// One of 10,000 equal groups of units, from 0 to 9,999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(pub u16);

/// The bucket of a unit in one experiment at one placement. The same for ever: vectors in
/// `tests/fixtures/experiment/assignment.json` hold every runtime to it.
///
/// Hashed are five texts in UTF-8: `endcap/assignment/1`, the salt, the experiment, the placement, the unit. Before the bytes of
/// each stands their number in eight bytes, the lowest first, so that `ab` and `c` are not `a` and `bc`. The bucket is the
/// first eight bytes of the BLAKE3 hash, the lowest first, modulo 10,000.
///
/// # Cost
///
/// One hash of some 100 bytes; nothing is allocated.
pub fn bucket(salt: &str, experiment: &str, placement: &str, unit: &str) -> Bucket {
    bucket_of([ASSIGNMENT, salt, experiment, placement, unit])
}

/// The bucket of a unit for the global holdout: hashed like [`bucket`], with `endcap/global-holdout/1` in front and with
/// neither experiment nor placement (two empty texts).
pub fn global_bucket(salt: &str, unit: &str) -> Bucket {
    bucket_of([GLOBAL_HOLDOUT, salt, "", "", unit])
}

fn bucket_of(texts: [&str; 5]) -> Bucket {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        // No text is longer than 2⁶⁴ bytes.
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
    let number = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    // Below 10,000, so nothing is cut off.
    Bucket((number % BUCKETS) as u16)
}
