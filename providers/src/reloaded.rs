//! What standfast itself made a daemon read again: a SIGHUP leaves no trace in the process that got it.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use standfast_facts::daemons::Daemon;
use standfast_facts::root::Root;

use crate::state_dir::STATE_DIR;

/// The name of the note on a service in the state directory. It holds the number of the process.
#[must_use]
pub fn note(service: &str) -> String {
    format!("reloaded-{service}")
}

/// When the daemon last read its files, as far as is known: when it was started, or when standfast last told it to.
///
/// Others may have told it since; that cannot be known.
#[must_use]
pub fn last_read(root: &Root, service: &str, daemon: &Daemon) -> SystemTime {
    let path: PathBuf = Path::new(STATE_DIR).join(note(service));
    let noted = root.read_with_status(&path).ok().filter(|(bytes, status)| {
        // A number may be given again, but not to a process that was started before the note.
        let is_of_it =
            std::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok()) == Some(daemon.pid);
        is_of_it && status.mode & 0o022 == 0
    });
    noted.map_or(daemon.started, |(_, status)| status.modified.max(daemon.started))
}
