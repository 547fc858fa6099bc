//! Progress: bars on a terminal, plain lines elsewhere, always on stderr.

use crate::feed::Summary;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, Instant};

/// Tells what a long command is doing.
pub(super) struct Talk {
    terminal: bool,
    start: Instant,
}

impl Talk {
    pub fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), start: Instant::now() }
    }

    /// A bar that fills as the bytes of `path` are read.
    pub fn reading(&self, path: &Path) -> ProgressBar {
        let length = std::fs::metadata(path).map_or(0, |meta| meta.len());
        let style = ProgressStyle::with_template("{msg:24} {bar:30} {bytes:>10} of {total_bytes}, {eta} left");
        let target = if self.terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default());
        bar
    }

    /// A spinner for a stage whose end is not known; a line where nobody watches.
    pub fn stage(&self, what: &str) -> ProgressBar {
        if !self.terminal {
            eprintln!("[{:6.1} s] {what}", self.start.elapsed().as_secs_f64());
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new_spinner();
        bar.set_style(
            ProgressStyle::with_template("{spinner} {msg} ({elapsed})")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        bar.set_message(what.to_string());
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }

    /// What became of a file's rows, with the first problems.
    pub fn file_read(&self, summary: &Summary) {
        eprintln!("{summary}");
        summary.issues.iter().take(5).for_each(|issue| eprintln!("  {issue}"));
    }
}
