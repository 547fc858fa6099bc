//! The names that serenade's session store needs to compile. Opening always fails.

use std::path::Path;
use std::time::Duration;

/// Settings, all ignored.
#[derive(Default)]
pub struct Options;

impl Options {
    pub fn create_if_missing(&mut self, _: bool) {}
    pub fn optimize_for_point_lookup(&mut self, _: u64) {}
    pub fn set_allow_mmap_reads(&mut self, _: bool) {}
    pub fn set_allow_mmap_writes(&mut self, _: bool) {}
}

/// A database that cannot be opened, and so never exists.
pub enum DB {}

impl DB {
    pub fn open_with_ttl(_: &Options, _: impl AsRef<Path>, _: Duration) -> Result<Self, String> {
        Err("sessions are not stored in this bench".to_owned())
    }

    pub fn get(&self, _: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>, String> {
        match *self {}
    }

    pub fn put(&self, _: impl AsRef<[u8]>, _: impl AsRef<[u8]>) -> Result<(), String> {
        match *self {}
    }
}
