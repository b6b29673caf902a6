//! `Seen`, what was looked at on the file system, so that it can be told later whether anything of it has changed.
//!
//! A process that answers question after question may repeat an answer while nothing that it came from has changed.
//! What an answer comes from is noted where files are opened, so nothing can be forgotten.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, CWD, FileType, OFlags, Stat};
use rustix::io::Errno;

use crate::root::Root;

/// A file that was changed so shortly before it was looked at may be changed again without another time: the clock of
/// file systems ticks each 10 ms at the slowest.
const GRAIN: Duration = Duration::from_millis(20);

/// For how long the answer of a name service is believed that no file can vouch for.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many files of the kernel's are read again to see whether they say the same; a look at all processes reads more.
const MOST_CONTENTS: usize = 16;

/// What was looked at.
#[derive(Debug)]
pub struct Seen {
    files: HashMap<Key, Stamp>,
    since: SystemTime,
    begun: Instant,
    /// The devices whose files change without a new time.
    kernel: [Option<u64>; 3],
    contents: Vec<(PathBuf, Vec<u8>)>,
    is_lasting: bool,
    asked_elsewhere: bool,
}

/// A path, and whether a link at its end is followed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    path: PathBuf,
    follows: bool,
}

/// What tells one state of a file from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// It is not there, or must not be looked at.
    No(Errno),
    /// Device, inode, mode, size, and the times of content and status.
    File([u64; 4], [(i64, i64); 2]),
}

impl Stamp {
    pub(crate) fn of(stat: &Stat) -> Self {
        #[allow(clippy::unnecessary_cast, reason = "other widths on other processors")]
        let numbers = [stat.st_dev as u64, stat.st_ino as u64, u64::from(stat.st_mode), stat.st_size as u64];
        #[allow(clippy::unnecessary_cast, reason = "other widths on other processors")]
        let times = [
            (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            (stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        ];
        Self::File(numbers, times)
    }

    fn device(&self) -> Option<u64> {
        match self {
            Self::No(_) => None,
            Self::File([device, ..], _) => Some(*device),
        }
    }

    /// Whether it was changed after this time.
    fn is_younger(&self, than: Duration) -> bool {
        let Self::File(_, times) = self else { return false };
        let than = (i64::try_from(than.as_secs()).unwrap_or(i64::MAX), i64::from(than.subsec_nanos()));
        times.iter().any(|time| *time > than)
    }
}

impl Seen {
    /// Nothing yet.
    #[must_use]
    pub fn begin() -> Self {
        let device = |path: &str| {
            let stat = rustix::fs::statat(CWD, path, AtFlags::empty()).ok()?;
            Stamp::of(&stat).device()
        };
        Self {
            files: HashMap::new(),
            since: SystemTime::now(),
            begun: Instant::now(),
            kernel: ["/proc", "/sys", "/sys/fs/cgroup"].map(device),
            contents: Vec::new(),
            is_lasting: true,
            asked_elsewhere: false,
        }
    }

    /// Notes what was found at a path.
    pub(crate) fn note(&mut self, path: &Path, follows: bool, found: Stamp) {
        if self.contents.iter().any(|(known, _)| known == path) {
            return;
        }
        if self.is_of_kernel(&found) {
            // Unless its content is noted, too.
            self.is_lasting = false;
            return;
        }
        let key = Key { path: path.to_path_buf(), follows };
        if self.files.insert(key, found).is_some_and(|before| before != found) {
            self.is_lasting = false;
        }
    }

    /// Notes what stands in a regular file, where its times do not tell.
    pub(crate) fn note_content(&mut self, path: &Path, stat: &Stat, bytes: &[u8], was_lasting: bool) {
        if let Some((_, known)) = self.contents.iter().find(|(known, _)| known == path) {
            self.is_lasting &= known == bytes;
            return;
        }
        let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        if is_file && self.is_of_kernel(&Stamp::of(stat)) && self.contents.len() < MOST_CONTENTS {
            self.contents.push((path.to_path_buf(), bytes.to_vec()));
            self.is_lasting = was_lasting;
        }
    }

    /// Notes that a name service was asked that is not in files.
    pub(crate) fn note_elsewhere(&mut self) {
        self.asked_elsewhere = true;
    }

    fn is_of_kernel(&self, stamp: &Stamp) -> bool {
        stamp.device().is_some_and(|device| self.kernel.contains(&Some(device)))
    }

    /// Whether nothing says that all is as it was, but that nothing was noted which says otherwise.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        self.is_lasting
    }

    /// Whether a later look can tell that nothing has changed.
    ///
    /// It cannot after a look at processes, nor while a file is so young that its next change may leave no trace.
    #[must_use]
    pub fn can_be_told(&self) -> bool {
        let since = self.since.duration_since(UNIX_EPOCH).unwrap_or_default();
        let old = since.saturating_sub(GRAIN);
        self.is_lasting && !self.files.values().any(|stamp| stamp.is_younger(old))
    }

    /// Whether a name service was asked that is not in files: its answers are believed for a second.
    #[must_use]
    pub fn asked_elsewhere(&self) -> bool {
        self.asked_elsewhere
    }

    /// Whether nothing of it has changed since.
    #[must_use]
    pub fn is_unchanged(&self, root: &Root) -> bool {
        let is_fresh = !self.asked_elsewhere || self.begun.elapsed() < PATIENCE;
        is_fresh
            && self.files.iter().all(|(key, stamp)| root.stamp(&key.path, key.follows) == *stamp)
            && self.contents.iter().all(|(path, bytes)| root.read(path).is_ok_and(|now| now == *bytes))
    }
}

impl Root {
    /// The same, which can note what is looked at.
    #[must_use]
    pub fn watched(mut self) -> Self {
        self.seen = Some(Mutex::default());
        self
    }

    /// From now on what is looked at is noted, if this root is watched.
    pub fn begin_watch(&self) {
        if let Some(seen) = &self.seen {
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(Seen::begin());
        }
    }

    /// What was looked at since.
    #[must_use]
    pub fn end_watch(&self) -> Option<Seen> {
        self.seen.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Notes something, if what is looked at is noted.
    pub(crate) fn note<T>(&self, note: impl FnOnce(&mut Seen) -> T) -> Option<T> {
        self.seen.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(note)
    }

    /// What tells the state of a path from the next.
    pub(crate) fn stamp(&self, path: &Path, follows: bool) -> Stamp {
        let stat = if self.is_host() && path.is_absolute() {
            let flags = if follows { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
            rustix::fs::statat(CWD, path, flags)
        } else {
            let flags = if follows { OFlags::PATH } else { OFlags::PATH | OFlags::NOFOLLOW };
            self.open_as(path, flags | OFlags::CLOEXEC).and_then(rustix::fs::fstat)
        };
        stat.map_or_else(Stamp::No, |stat| Stamp::of(&stat))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::thread::sleep;

    use super::{GRAIN, PATIENCE, Seen};
    use crate::root::Root;
    use crate::testing::TestRoot;

    /// Looks, and gives what was seen.
    fn look(root: &Root, look: impl FnOnce(&Root)) -> Seen {
        root.begin_watch();
        look(root);
        root.end_watch().unwrap()
    }

    #[test]
    fn whatever_was_read_and_changes_is_noticed() {
        let mut dir = TestRoot::new();
        dir.file("/etc/a", b"1").file("/etc/d/x", b"1").link("/etc/l", "a").file("/etc/b", b"1");
        let root = dir.open().watched();
        let read = |root: &Root| {
            for path in ["/etc/a", "/etc/l", "/etc/none"] {
                drop(root.read(Path::new(path)));
            }
            drop(root.list(Path::new("/etc/d")));
        };
        for (path, bytes) in [("/etc/a", &b"2"[..]), ("/etc/none", b""), ("/etc/d/y", b"")] {
            sleep(2 * GRAIN);
            let seen = look(&root, read);
            assert!(seen.can_be_told() && seen.is_unchanged(&root));
            dir.file("/etc/b", b"2");
            assert!(seen.is_unchanged(&root), "what was not looked at does not count");
            dir.file(path, bytes);
            assert!(!seen.is_unchanged(&root));
        }
    }

    #[test]
    fn a_file_that_was_just_written_is_not_relied_on() {
        let mut dir = TestRoot::new();
        dir.file("/etc/a", b"1");
        let seen = look(&dir.open().watched(), |root| drop(root.read(Path::new("/etc/a"))));
        assert!(!seen.can_be_told());
    }

    #[test]
    fn files_of_the_kernel_count_by_their_content_and_its_directories_not_at_all() {
        let root = Root::host().unwrap().watched();
        let seen = look(&root, |root| drop(root.read(Path::new("/proc/sys/fs/nr_open"))));
        assert!(seen.can_be_told() && seen.is_unchanged(&root));
        let seen = look(&root, |root| drop(root.read(Path::new("/proc/uptime"))));
        assert!(seen.can_be_told());
        sleep(2 * GRAIN);
        assert!(!seen.is_unchanged(&root));
        let seen = look(&root, |root| drop(root.list(Path::new("/proc"))));
        assert!(!seen.can_be_told());
    }

    #[test]
    fn what_a_name_service_said_is_believed_for_a_second_and_not_longer() {
        let root = TestRoot::new().open().watched();
        let seen = look(&root, |root| {
            root.note(Seen::note_elsewhere);
        });
        assert!(seen.can_be_told() && seen.asked_elsewhere() && seen.is_unchanged(&root));
        sleep(PATIENCE);
        assert!(!seen.is_unchanged(&root));
    }

    #[test]
    fn a_root_that_nobody_watches_notes_nothing() {
        let root = TestRoot::new().open();
        root.begin_watch();
        assert!(root.end_watch().is_none());
    }
}
