//! `standfast logs compare`: which messages of a host are missing, added or altered on one of two sides.
//!
//! Both sides are read once into digests, which are sorted and merged; only what has no partner is looked up once more
//! for its text. Nothing is written, and memory does not grow with the files: see [`side::Share`].

mod body;
mod error;
mod find;
mod key;
mod line;
mod lines;
mod matching;
mod pairs;
mod request;
mod rotation;
mod run;
mod side;
mod source;
mod stamp;
mod terms;
#[cfg(test)]
mod tests;
mod told;
mod visit;
mod window;

use std::fmt;

pub use error::LogsError;
pub use request::{Request, Time, zone};
pub use source::Siblings;
pub use told::{Comparison, Difference, Kind, Place, Program, SideTold, Verdict};

/// Which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The host's own log.
    Local,
    /// What the central server has of it.
    Central,
}

impl Role {
    /// Local is first.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Local => 0,
            Self::Central => 1,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Local => "local",
            Self::Central => "central",
        })
    }
}

/// Compares.
///
/// # Errors
/// [`LogsError`] when nothing can be said.
pub fn compare(request: &Request) -> Result<Comparison, LogsError> {
    run::compare(request, side::Share::MOST)
}
