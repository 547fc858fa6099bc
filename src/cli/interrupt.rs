//! Ctrl-C and SIGTERM: a command ends at once, and what it had half written is gone.

use super::unfinished;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::mpsc;
#[cfg(unix)]
use std::task::Poll;
use tokio::runtime::Builder;

/// By how much the exit code lies above the signal's number, as shells have it.
const SIGNALLED: i32 = 128;
/// How often a folder is emptied before it is left: a command puts fewer files into one.
const TRIES: usize = 8;

/// Waits for signals on a thread of its own, which listens when this returns. Without such a thread signals end the process
/// as they always do.
pub(super) fn watch() {
    let (listens, listening) = mpsc::channel::<()>();
    let wait = move || {
        let Ok(runtime) = Builder::new_current_thread().enable_io().build() else { return };
        let signal = runtime.block_on(async {
            let signal = stop_signal();
            drop(listens);
            signal.ok()?.await
        });
        if let Some(signal) = signal {
            stop(signal)
        }
    };
    let _ = std::thread::Builder::new().name("signals".into()).spawn(wait);
    let _ = listening.recv(); // nothing comes: the other end is gone
}

fn stop(signal: i32) {
    let unfinished = unfinished::lock(); // held to the end: nobody begins anything now
    if let Some(path) = unfinished.as_ref() {
        remove(path);
    }
    if io::stderr().is_terminal() {
        eprintln!("\ninterrupted");
    }
    std::process::exit(SIGNALLED + signal)
}

/// Removes a file, or a folder, into which one more file may be put while it is emptied.
fn remove(path: &Path) {
    if !path.is_dir() {
        let _ = std::fs::remove_file(path);
    }
    for _ in 0..TRIES {
        if std::fs::remove_dir_all(path).is_ok() || !path.exists() {
            return;
        }
    }
}

/// Listens from now on, within a runtime: the number of the signal that asks the process to stop, SIGINT or SIGTERM.
#[cfg(unix)]
pub(super) fn stop_signal() -> io::Result<impl Future<Output = Option<i32>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(std::future::poll_fn(move |context| match terminate.poll_recv(context) {
        Poll::Ready(_) => Poll::Ready(Some(SignalKind::terminate().as_raw_value())),
        Poll::Pending => interrupt.poll_recv(context).map(|_| Some(SignalKind::interrupt().as_raw_value())),
    }))
}

/// Ctrl-C counts as SIGINT, whose number is 2.
#[cfg(not(unix))]
pub(super) fn stop_signal() -> io::Result<impl Future<Output = Option<i32>>> {
    Ok(async { tokio::signal::ctrl_c().await.ok().map(|()| 2) })
}
