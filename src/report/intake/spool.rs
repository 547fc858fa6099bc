//! Rows dealt to shards by a hash of whom they are about, in memory as long as they fit and on disk beyond.
//!
//! Each shard then holds all rows of its units and is small enough to be looked at whole. In small numbers: ten million events
//! of 50 bytes are 500 MB; in 256 shards that is 2 MB a shard.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

/// How many shards: a thousand million rows still leave each of them some hundred megabytes.
pub(super) const SHARDS: usize = 256;
/// Bytes that all shards of a spool may hold in memory.
const IN_MEMORY: usize = 256 << 20;

/// What is written, shard by shard, and then read once.
pub(super) struct Spool<T> {
    shards: Vec<Dealt>,
    /// Bytes in memory.
    held: usize,
    /// Bytes that may be.
    room: usize,
    disk: Disk,
    row: PhantomData<T>,
}

/// The rows of one shard so far.
#[derive(Default)]
struct Dealt {
    held: Vec<u8>,
    /// Where what was moved to the disk lies: offsets and lengths.
    spilt: Vec<(u64, usize)>,
}

/// One shard, to be read.
#[derive(Default)]
pub(crate) struct Shard {
    dealt: Dealt,
    disk: Arc<Mutex<Disk>>,
}

impl<T: Serialize + DeserializeOwned> Spool<T> {
    pub fn new() -> Self {
        Self::with_room(IN_MEMORY)
    }

    fn with_room(room: usize) -> Self {
        let shards = std::iter::repeat_with(Dealt::default).take(SHARDS).collect();
        Self { shards, held: 0, room, disk: Disk::default(), row: PhantomData }
    }

    /// Deals a row to the shard of `whose`, any well-mixed number.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn push(&mut self, whose: u64, row: &T) -> io::Result<()> {
        let Some(shard) = self.shards.get_mut(whose as usize % SHARDS) else { return Ok(()) };
        let before = shard.held.len();
        shard.held = postcard::to_extend(row, std::mem::take(&mut shard.held)).map_err(io::Error::other)?;
        self.held += shard.held.len() - before;
        if self.held > self.room && Disk::IS_THERE {
            for shard in &mut self.shards {
                shard.spilt.push((self.disk.write(&shard.held)?, shard.held.len()));
                shard.held = Vec::new();
            }
            self.held = 0;
        }
        Ok(())
    }

    /// The shards, to be read with [`rows`].
    pub fn into_shards(self) -> Vec<Shard> {
        let disk = Arc::new(Mutex::new(self.disk));
        self.shards.into_iter().map(|dealt| Shard { dealt, disk: Arc::clone(&disk) }).collect()
    }
}

impl Shard {
    /// All bytes, in the order in which they came.
    fn into_bytes(self) -> io::Result<Vec<u8>> {
        let Dealt { held, spilt } = self.dealt;
        if spilt.is_empty() {
            return Ok(held);
        }
        let mut bytes = Vec::with_capacity(spilt.iter().map(|(_, length)| length).sum::<usize>() + held.len());
        let mut disk = self.disk.lock().map_err(|_| io::Error::other("a thread failed"))?;
        spilt.into_iter().try_for_each(|(from, length)| disk.read(from, length, &mut bytes))?;
        bytes.extend_from_slice(&held);
        Ok(bytes)
    }
}

/// A file without a name in the temporary folder: it is gone when the program is. There is none until something is written.
#[cfg(not(target_os = "wasi"))]
#[derive(Default)]
struct Disk {
    file: Option<std::fs::File>,
    written: u64,
}

#[cfg(not(target_os = "wasi"))]
impl Disk {
    const IS_THERE: bool = true;

    /// Writes behind what is there; gives where.
    fn write(&mut self, bytes: &[u8]) -> io::Result<u64> {
        use std::io::Write;
        let at = self.written;
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile().map_err(in_folder)?),
        };
        file.write_all(bytes).map_err(in_folder)?;
        self.written += bytes.len() as u64;
        Ok(at)
    }

    /// Adds bytes that were written.
    fn read(&mut self, from: u64, length: usize, to: &mut Vec<u8>) -> io::Result<()> {
        use std::io::{Read, Seek, SeekFrom};
        let Some(file) = &mut self.file else { return Ok(()) };
        let before = to.len();
        to.resize(before + length, 0);
        let room = to.get_mut(before..).unwrap_or_default();
        file.seek(SeekFrom::Start(from)).and_then(|_| file.read_exact(room)).map_err(in_folder)
    }
}

/// Names the folder, and what can be done.
#[cfg(not(target_os = "wasi"))]
fn in_folder(error: io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    io::Error::new(
        error.kind(),
        format!("{}: {error}; make room there, or set TMPDIR to where there is", folder.display()),
    )
}

/// There is no temporary folder: rows stay in memory.
#[cfg(target_os = "wasi")]
#[derive(Default)]
struct Disk;

#[cfg(target_os = "wasi")]
impl Disk {
    const IS_THERE: bool = false;

    fn write(&mut self, _: &[u8]) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn read(&mut self, _: u64, _: usize, _: &mut Vec<u8>) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The rows of a shard, in the order in which they came.
///
/// # Errors
///
/// What the disk says, and a row that is not what was written.
pub(crate) fn rows<T: DeserializeOwned>(shard: Shard) -> io::Result<Vec<T>> {
    let bytes = shard.into_bytes()?;
    let (mut rest, mut rows) = (bytes.as_slice(), Vec::new());
    while !rest.is_empty() {
        let (row, after) = postcard::take_from_bytes(rest).map_err(io::Error::other)?;
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
        let dealt = Dealt { held: vec![0xff; 3], spilt: Vec::new() };
        let shard = Shard { dealt, ..Shard::default() };
        assert!(rows::<(u64, String)>(shard).is_err());
    }
}
