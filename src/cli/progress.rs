//! Progress: bars on a terminal, plain lines elsewhere, always on stderr.

use crate::evaluate::{Progress, Stage};
use crate::feed::Summary;
use crate::train::History;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
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

    /// A bar for a whole training run; lines where nobody watches.
    pub fn run(&self, history: &History) -> Run<'_> {
        let target = if self.terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(STEPS), target);
        let style = ProgressStyle::with_template("{spinner} {bar:16} {percent:>3} %  {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        // It takes a thread, which a sandbox has not.
        if self.terminal && !cfg!(target_os = "wasi") {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        let (orders, visits) = (!history.baskets.is_empty(), !history.visits.is_empty());
        Run { talk: self, bar, orders, visits, start: Instant::now(), said: Mutex::new(None) }
    }

    /// A bar of a few steps; nothing where nobody watches.
    pub fn steps(&self, what: &'static str) -> Steps {
        let target = if self.terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(1), target);
        let style = ProgressStyle::with_template("{msg:24} {bar:30} {pos} of {len}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        Steps { bar }
    }

    /// What became of a file's rows, with the first problems.
    pub fn file_read(&self, summary: &Summary) {
        eprintln!("{summary}");
        summary.issues.iter().take(5).for_each(|issue| eprintln!("  {issue}"));
    }
}

/// A few steps on their way.
pub(super) struct Steps {
    bar: ProgressBar,
}

impl Steps {
    /// Shows how many are behind.
    pub fn tell(&self, done: usize, total: usize) {
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }

    /// Clears the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// Steps of the bar.
const STEPS: u64 = 1000;
/// From one line of a stage to the next, where nobody watches.
const BETWEEN: Duration = Duration::from_secs(1);
/// Before this much is behind nothing is said of what lies ahead.
const FORESEEN: (f64, Duration) = (0.05, Duration::from_secs(2));

/// A training run on its way.
pub(super) struct Run<'a> {
    talk: &'a Talk,
    bar: ProgressBar,
    orders: bool,
    visits: bool,
    start: Instant,
    /// The stage of the last line, and when that was.
    said: Mutex<Option<(Stage, Instant)>>,
}

impl Run<'_> {
    /// Shows where the run is.
    pub fn tell(&self, at: Progress) {
        let share = at.share(self.orders, self.visits);
        if self.talk.terminal {
            self.bar.set_position((share * STEPS as f64) as u64);
            self.bar.set_message(text(at, remaining(share, self.start.elapsed())));
            return;
        }
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_none_or(|(stage, when)| stage != at.stage || when.elapsed() >= BETWEEN) {
            *said = Some((at.stage, Instant::now()));
            let left = remaining(share, self.start.elapsed());
            eprintln!("[{:6.1} s] {}", self.talk.start.elapsed().as_secs_f64(), text(at, left));
        }
    }

    /// Clears the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// What is left of a run of which `share` took `elapsed`.
fn remaining(share: f64, elapsed: Duration) -> Option<Duration> {
    let foreseen = share >= FORESEEN.0 && elapsed >= FORESEEN.1;
    foreseen.then(|| elapsed.mul_f64((1.0 - share).max(0.0) / share))
}

/// `fitting what completes a cart: 5 of 14, about 20s left`.
fn text(at: Progress, left: Option<Duration>) -> String {
    let steps = if at.total > 1 { format!(": {} of {}", at.done, at.total) } else { String::new() };
    let left = left.map_or(String::new(), |left| format!(", about {:#} left", HumanDuration(left)));
    format!("{}{steps}{left}", at.stage.describe())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_run_leaves_as_much_again() {
        let seconds = Duration::from_secs;
        assert_eq!(remaining(0.5, seconds(10)), Some(seconds(10)));
        assert_eq!(remaining(0.25, seconds(10)), Some(seconds(30)));
        assert_eq!(remaining(1.0, seconds(10)), Some(seconds(0)));
        assert_eq!([remaining(0.01, seconds(10)), remaining(0.5, seconds(1)), remaining(0.0, seconds(9))], [None; 3]);
    }

    #[test]
    fn a_line_names_the_stage_its_steps_and_what_is_left() {
        assert_eq!(text(Stage::Pairs.at(0, 1), None), "counting pairs");
        let line = text(Stage::Cart.at(5, 14), Some(Duration::from_secs(20)));
        assert_eq!(line, "fitting what completes a cart: 5 of 14, about 20s left");
    }
}
