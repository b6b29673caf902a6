//! `Error`, why the spool did not do what it was asked.

use standfast_providers::commit::CommitError;
use thiserror::Error;

/// Why the spool did not do what it was asked. What was in it stays, unless the variant says otherwise.
#[derive(Debug, Error)]
pub enum Error {
    /// A file or directory of the spool: not safe, full, read-only, locked for too long.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// What is to be put is no report.
    #[error("the report cannot be spooled: {0}")]
    Invalid(&'static str),
    /// It alone is more than the spool may hold.
    #[error("the report is {bytes} bytes, and the spool may hold {bound} (spool_size)")]
    TooLarge {
        /// Its size with what is kept beside it, in bytes.
        bytes: u64,
        /// The bound, in bytes.
        bound: u64,
    },
    /// The report is durable in the spool; what it replaces is still there and goes another time.
    #[error("the report is in the spool, but what is older could not be removed")]
    Untidy(#[source] CommitError),
}
