//! A progress bar on standard error, for a run that lasts over a second before a person at a terminal.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use standfast_facts::machine::Progress;

/// How long a run may last before the bar appears.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the bar is drawn.
const FRAME: Duration = Duration::from_millis(100);

/// The width of the bar in characters.
const WIDTH: usize = 30;

/// What a run goes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// So many resources.
    Resources(usize),
    /// Files of so many bytes.
    Bytes(u64),
}

/// A bar that goes away when it is dropped.
#[derive(Debug)]
pub struct Bar {
    // Dropping the sender wakes the thread.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Bar {
    /// Watches the progress of a run; does nothing where standard error is no terminal.
    #[must_use]
    pub fn watch(progress: Progress, total: Total) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { end: None, thread: None };
        }
        let (end, ended) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut wait = PATIENCE;
            let mut drawn = false;
            while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = FRAME;
                drawn = true;
                let _ = write!(std::io::stderr(), "\r{}", bar(progress.done(), total));
            }
            if drawn {
                let _ = write!(std::io::stderr(), "\r\x1b[K");
            }
        });
        Self { end: Some(end), thread: Some(thread) }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A second look after a change may count a resource again; the bar stays full then.
fn bar(done: usize, total: Total) -> String {
    let (unit, per_unit, total) = match total {
        Total::Resources(total) => ("", 1, total),
        Total::Bytes(total) => (" MiB", 1 << 20, usize::try_from(total).unwrap_or(usize::MAX)),
    };
    let done = done.min(total);
    let filled = done.saturating_mul(WIDTH).checked_div(total).unwrap_or(WIDTH).min(WIDTH);
    let (done, total) = (done / per_unit, total / per_unit);
    format!("[{}{}] {done}/{total}{unit}", "#".repeat(filled), "-".repeat(WIDTH - filled))
}

#[cfg(test)]
mod tests {
    use super::{Total, bar};

    #[test]
    fn bytes_are_told_in_mebibytes() {
        assert_eq!(bar(3 << 20, Total::Bytes(6 << 20)), "[###############---------------] 3/6 MiB");
        assert_eq!(bar(usize::MAX, Total::Bytes(u64::MAX)).len(), "[] 0/0 MiB".len() + 30 + 26);
        assert_eq!(bar(0, Total::Bytes(0)), "[##############################] 0/0 MiB");
    }

    #[test]
    fn the_bar_fills_and_never_overflows() {
        assert_eq!(bar(0, Total::Resources(10)), "[------------------------------] 0/10");
        assert_eq!(bar(5, Total::Resources(10)), "[###############---------------] 5/10");
        assert_eq!(bar(25, Total::Resources(10)), "[##############################] 10/10");
        assert_eq!(bar(0, Total::Resources(0)), "[##############################] 0/0");
    }
}
