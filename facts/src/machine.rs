//! `Machine`, what providers observe: the root directory and what it answers for.

use crate::accounts::Accounts;
use crate::root::Root;

/// A machine that is observed in one run.
#[derive(Debug)]
pub struct Machine<'r> {
    /// The directory that stands for `/`.
    pub root: &'r Root,
    /// Users and groups, asked for once a run.
    pub accounts: Accounts<'r>,
}

impl<'r> Machine<'r> {
    /// A machine that has not been asked anything yet.
    #[must_use]
    pub fn new(root: &'r Root) -> Self {
        Self { root, accounts: Accounts::new(root) }
    }
}
