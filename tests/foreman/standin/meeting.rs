//! Makes requests wait for each other, so that a race has the same end in each run.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A place where so many meet before any goes on.
#[derive(Debug)]
pub(crate) struct Meeting {
    size: usize,
    came: Mutex<usize>,
    enough: Condvar,
}

impl Meeting {
    /// For so many at a time.
    pub(crate) fn of(size: usize) -> Self {
        Self { size, came: Mutex::new(0), enough: Condvar::new() }
    }

    /// Waits for the others; not for ever, so that a broken test ends.
    pub(crate) fn wait(&self) {
        let mut came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        *came += 1;
        let wanted = came.div_ceil(self.size) * self.size;
        self.enough.notify_all();
        drop(self.enough.wait_timeout_while(came, Duration::from_secs(10), |came| *came < wanted));
    }
}
