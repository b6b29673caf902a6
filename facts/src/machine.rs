//! `Machine`, what providers observe: the root directory and what it answers for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::accounts::Accounts;
use crate::daemons::Daemons;
use crate::kept::Kept;
use crate::root::Root;

/// A machine that is observed in one run.
#[derive(Debug)]
pub struct Machine<'r> {
    /// The directory that stands for `/`.
    pub root: &'r Root,
    /// Users and groups, asked for once a run.
    pub accounts: Accounts<'r>,
    /// What runs, looked for once a run.
    pub daemons: Daemons<'r>,
    /// How far the run has come, for whoever watches it.
    pub progress: Progress,
    /// What was understood of files in runs before.
    pub kept: Kept,
}

/// How far a run has come: in resources that are planned, or in bytes that are read.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicUsize>);

impl Progress {
    /// Counts one more.
    pub fn step(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts so many more.
    pub fn add(&self, count: usize) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// How many were counted.
    #[must_use]
    pub fn done(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl<'r> Machine<'r> {
    /// A machine that has not been asked anything yet.
    #[must_use]
    pub fn new(root: &'r Root) -> Self {
        Self::keeping(root, Kept::default())
    }

    /// The same, of whose files much may be understood already.
    #[must_use]
    pub fn keeping(root: &'r Root, kept: Kept) -> Self {
        Self {
            root,
            accounts: Accounts::keeping(root, kept.clone()),
            daemons: Daemons::new(root),
            progress: Progress::default(),
            kept,
        }
    }

    /// The machine for another run: it is asked anew.
    #[must_use]
    pub fn again(&self) -> Self {
        Self::keeping(self.root, self.kept.clone())
    }
}
