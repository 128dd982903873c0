//! What the user sees while a translation runs: a live line on a terminal, plain lines in a pipe, a table at the end.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Times of the stages.
pub struct Progress {
    started: Instant,
    stage: Option<(String, Instant)>,
    rows: Vec<(String, Duration, String)>,
    bar: Option<ProgressBar>,
    loud: bool,
    table: bool,
}

impl Progress {
    /// Silent if `quiet`; the table also in a pipe if `table`.
    pub fn new(quiet: bool, verbose: bool, table: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && !quiet).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Progress {
            started: Instant::now(),
            stage: None,
            rows: vec![],
            bar,
            loud: !quiet && (verbose || terminal),
            table: !quiet && (table || terminal),
        }
    }

    /// Begins a stage and ends the one before.
    pub fn stage(&mut self, name: &str) {
        self.end_stage("");
        if let Some(bar) = &self.bar {
            bar.set_message(name.to_owned());
        } else if self.loud {
            writeln!(std::io::stderr(), "{name}").ok();
        }
        self.stage = Some((name.to_owned(), Instant::now()));
    }

    /// Ends the current stage with a remark on what it made.
    pub fn end_stage(&mut self, remark: &str) {
        if let Some((name, since)) = self.stage.take() {
            self.rows.push((name, since.elapsed(), remark.to_owned()));
        }
    }

    /// The end: the table of times, and the last line.
    pub fn finish(mut self, last: &str) {
        self.end_stage("");
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let mut err = std::io::stderr();
        if self.table {
            for (name, time, remark) in &self.rows {
                writeln!(err, "{name:<12} {:>9.1} ms  {remark}", time.as_secs_f64() * 1e3).ok();
            }
            writeln!(
                err,
                "{:<12} {:>9.1} ms",
                "total",
                self.started.elapsed().as_secs_f64() * 1e3
            )
            .ok();
        }
        if self.loud && !last.is_empty() {
            writeln!(err, "{last}").ok();
        }
    }

    /// Clears the live line before other output.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
