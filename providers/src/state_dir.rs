//! Where standfast keeps what it must remember: the lock, the backups, the key of fingerprints, desired state.

use std::path::{Path, PathBuf};

/// The directory, below the root; root's alone.
pub const STATE_DIR: &str = "/var/lib/standfast";

/// A file in it that is replaced whole. Each has mode 0600.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFile {
    /// What the last run of Puppet declared.
    Desired,
    /// Digests of what was last in force.
    Applied,
}

impl StateFile {
    /// Its name in [`STATE_DIR`].
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Desired => "desired.json",
            Self::Applied => "applied.json",
        }
    }

    /// Its path below the root.
    #[must_use]
    pub fn path(self) -> PathBuf {
        Path::new(STATE_DIR).join(self.name())
    }
}
