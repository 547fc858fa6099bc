//! Rows dealt to shards by a hash of whom they are about, in memory as long as they fit and on disk beyond.
//!
//! Each shard then holds all rows of its units and is small enough to be looked at whole. In small numbers: ten million events
//! of 50 bytes are 500 MB; in 256 shards that is 2 MB a shard.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// How many shards: a thousand million rows still leave each of them some hundred megabytes.
pub(super) const SHARDS: usize = 256;
/// Bytes that all shards of a spool may hold in memory.
const IN_MEMORY: usize = 256 << 20;

/// What is written, shard by shard, and then read once.
pub(super) struct Spool<T> {
    shards: Vec<Shard>,
    /// Bytes in memory.
    held: usize,
    /// Bytes that may be.
    room: usize,
    row: PhantomData<T>,
}

/// One shard.
#[derive(Default)]
pub(crate) struct Shard {
    held: Vec<u8>,
    #[cfg(not(target_os = "wasi"))]
    spilt: Option<std::fs::File>,
}

impl<T: Serialize + DeserializeOwned> Spool<T> {
    pub fn new() -> Self {
        Self::with_room(IN_MEMORY)
    }

    fn with_room(room: usize) -> Self {
        let shards = std::iter::repeat_with(Shard::default).take(SHARDS).collect();
        Self { shards, held: 0, room, row: PhantomData }
    }

    /// Deals a row to the shard of `whose`, any well-mixed number.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn push(&mut self, whose: u64, row: &T) -> std::io::Result<()> {
        let Some(shard) = self.shards.get_mut(whose as usize % SHARDS) else { return Ok(()) };
        let before = shard.held.len();
        shard.held = postcard::to_extend(row, std::mem::take(&mut shard.held)).map_err(std::io::Error::other)?;
        self.held += shard.held.len() - before;
        if self.held > self.room {
            self.shards.iter_mut().try_for_each(Shard::spill)?;
            self.held = self.shards.iter().map(|shard| shard.held.len()).sum();
        }
        Ok(())
    }

    /// The shards, to be read with [`rows`].
    pub fn into_shards(self) -> Vec<Shard> {
        self.shards
    }
}

impl Shard {
    /// Moves what is held to the disk; where there is none, it stays.
    #[cfg(not(target_os = "wasi"))]
    fn spill(&mut self) -> std::io::Result<()> {
        use std::io::Write;
        if self.spilt.is_none() {
            self.spilt = Some(tempfile::tempfile()?);
        }
        let Some(file) = &mut self.spilt else { return Ok(()) };
        file.write_all(&self.held)?;
        self.held = Vec::new();
        Ok(())
    }

    #[cfg(target_os = "wasi")]
    fn spill(&mut self) -> std::io::Result<()> {
        Ok(())
    }

    /// All bytes, in the order in which they came.
    #[cfg(not(target_os = "wasi"))]
    fn into_bytes(self) -> std::io::Result<Vec<u8>> {
        use std::io::{Read, Seek};
        let Some(mut file) = self.spilt else { return Ok(self.held) };
        let mut bytes = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        bytes.extend_from_slice(&self.held);
        Ok(bytes)
    }

    #[cfg(target_os = "wasi")]
    fn into_bytes(self) -> std::io::Result<Vec<u8>> {
        Ok(self.held)
    }
}

/// The rows of a shard, in the order in which they came.
///
/// # Errors
///
/// What the disk says, and a row that is not what was written.
pub(crate) fn rows<T: DeserializeOwned>(shard: Shard) -> std::io::Result<Vec<T>> {
    let bytes = shard.into_bytes()?;
    let (mut rest, mut rows) = (bytes.as_slice(), Vec::new());
    while !rest.is_empty() {
        let (row, after) = postcard::take_from_bytes(rest).map_err(std::io::Error::other)?;
        rows.push(row);
        rest = after;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_whether_they_were_held_or_spilt() {
        for room in [10, 1 << 20] {
            let mut spool = Spool::<(u64, String)>::with_room(room);
            for n in 0..2_000u64 {
                spool.push(n % 7, &(n, format!("row {n}"))).unwrap();
            }
            let mut found = Vec::new();
            for (at, shard) in spool.into_shards().into_iter().enumerate() {
                let of_shard: Vec<(u64, String)> = rows(shard).unwrap();
                assert!(of_shard.iter().all(|(n, _)| *n % 7 == at as u64));
                assert!(of_shard.is_sorted(), "in the order in which they came");
                found.extend(of_shard);
            }
            found.sort();
            assert_eq!(found.len(), 2_000);
            assert_eq!(found[1_999], (1_999, "row 1999".to_owned()));
        }
    }

    #[test]
    fn what_is_no_row_is_an_error() {
        let shard = Shard { held: vec![0xff; 3], ..Shard::default() };
        assert!(rows::<(u64, String)>(shard).is_err());
    }
}
