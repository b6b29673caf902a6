//! Where standfast keeps what it must remember: the lock, the backups, the key of fingerprints.

/// The directory, below the root; root's alone.
pub const STATE_DIR: &str = "/var/lib/standfast";
