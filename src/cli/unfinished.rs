//! Files on their way: what is half written when a command is stopped is gone.
//!
//! A file is made under a name of its own beside its place and moved there once it is whole. The name is registered
//! here while that lasts; whoever stops the process (`interrupt`) removes the file before it ends. Both sides work under
//! one lock, so a signal comes either before a file is begun, between, or after it is whole. A process that is killed
//! without notice (SIGKILL, a power cut) leaves its `.part` file behind, never half a result.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The file that is being written, or the folder whose files are, if any.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Makes the file or folder `path` by `make`; from then on a signal removes it.
pub(super) fn begin<T>(path: &Path, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let mut unfinished = lock();
    let made = make()?;
    *unfinished = Some(path.to_path_buf());
    Ok(made)
}

/// Does `work`, which a signal waits for: the last step of what was begun, or something short that has but one.
pub(super) fn finish<T>(work: impl FnOnce() -> T) -> T {
    let mut unfinished = lock();
    *unfinished = None;
    work()
}

/// The file that is half written. While the guard lives nobody begins or ends one.
pub(super) fn lock() -> MutexGuard<'static, Option<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}
