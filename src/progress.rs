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

/// A bar that goes away when it is dropped.
#[derive(Debug)]
pub struct Bar {
    // Dropping the sender wakes the thread.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Bar {
    /// Watches the progress of a run over so many resources; does nothing where standard error is no terminal.
    #[must_use]
    pub fn watch(progress: Progress, total: usize) -> Self {
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
fn bar(done: usize, total: usize) -> String {
    let done = done.min(total);
    let filled = (done * WIDTH).checked_div(total).unwrap_or(WIDTH);
    format!("[{}{}] {done}/{total}", "#".repeat(filled), "-".repeat(WIDTH - filled))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn the_bar_fills_and_never_overflows() {
        assert_eq!(bar(0, 10), "[------------------------------] 0/10");
        assert_eq!(bar(5, 10), "[###############---------------] 5/10");
        assert_eq!(bar(25, 10), "[##############################] 10/10");
        assert_eq!(bar(0, 0), "[##############################] 0/0");
    }
}
