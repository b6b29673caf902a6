//! Who may read the files that hold communities and keys: root and the daemon, and nobody else.
//!
//! snmpd reads its files as root when it starts, and as its own user after each SIGHUP. A file that only root may read
//! works until then; then the daemon drops all access, and its log does not say why.

use std::fmt;
use std::path::Path;

use rustc_hash::FxHashSet;
use standfast_facts::accounts::AccountsError;
use standfast_facts::root::Status;

use super::lookups::{Kind, SnmpFile};
use super::state::Snmp;
use super::syntax::Line;
use crate::document::{Change, Chunk};
use crate::edit::Permissions;
use crate::provider::Edit;

/// The user and group that the daemon has while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

/// What is wrong with the permissions of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Others than root and the daemon may read or change it.
    Wide,
    /// The daemon cannot read it again.
    Unreadable,
}

/// Why it is not known whose the daemon's rights are.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The name service failed.
    #[error("cannot look up the user of snmpd")]
    Accounts(#[source] AccountsError),
    /// It would be started as someone whom nobody knows.
    #[error("snmpd is started as `{name}`, and there is no such {what}")]
    Unknown {
        /// The name.
        name: crate::shown::Shown,
        /// User or group.
        what: &'static str,
    },
}

impl Identity {
    /// Root, as which it runs where nothing else is said.
    pub const ROOT: Self = Self { uid: 0, gid: 0 };

    /// That of the process that runs, else that of how it would be started.
    ///
    /// # Errors
    /// When a name cannot be looked up, or is unknown.
    pub fn of(snmp: &Snmp<'_>) -> Result<Self, IdentityError> {
        if let Some(daemon) = &snmp.daemon {
            return Ok(Self { uid: daemon.uid.0, gid: daemon.gid.0 });
        }
        let accounts = &snmp.machine.accounts;
        let unknown =
            |name: &[u8], what| IdentityError::Unknown { name: crate::shown::Shown::bytes(name), what };
        let mut identity = Self::ROOT;
        if let Some(name) = &snmp.invocation.user {
            let uid = accounts.uid_of(name).map_err(IdentityError::Accounts)?.map(|uid| uid.0);
            identity.uid = uid.or_else(|| number(name)).ok_or_else(|| unknown(name, "user"))?;
        }
        if let Some(name) = &snmp.invocation.group {
            let gid = accounts.gid_of(name).map_err(IdentityError::Accounts)?.map(|gid| gid.0);
            identity.gid = gid.or_else(|| number(name)).ok_or_else(|| unknown(name, "group"))?;
        }
        Ok(identity)
    }

    /// The permissions of a file with secrets that the admin writes: root's, and the daemon may read it.
    #[must_use]
    pub fn wanted(self) -> Permissions {
        if self.uid == 0 {
            return Permissions { mode: 0o600, uid: Some(0), gid: None };
        }
        Permissions { mode: 0o640, uid: Some(0), gid: Some(self.gid) }
    }

    /// What is wrong with the permissions of a file with secrets.
    #[must_use]
    pub fn exposure(self, status: &Status) -> Option<Exposure> {
        let is_owned = status.uid == 0 || status.uid == self.uid;
        let for_group = if status.gid == 0 || status.gid == self.gid { 0o040 } else { 0 };
        if !is_owned || status.mode & 0o7777 & !(0o700 | for_group) != 0 {
            return Some(Exposure::Wide);
        }
        let may_read = self.uid == 0
            || status.uid == self.uid && status.mode & 0o400 != 0
            || status.uid != self.uid && status.gid == self.gid && status.mode & 0o040 != 0;
        (!may_read).then_some(Exposure::Unreadable)
    }

    /// Whether the daemon can get at the files of a directory of this status.
    #[must_use]
    pub fn may_search(self, status: &Status) -> bool {
        let bit = match () {
            () if self.uid == 0 => return true,
            () if self.uid == status.uid => 0o100,
            () if self.gid == status.gid => 0o010,
            () => 0o001,
        };
        status.mode & bit != 0
    }
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The permissions that a file should have: of one that the daemon writes itself only the mode is changed.
#[must_use]
pub fn wanted(identity: Identity, kind: Kind) -> Permissions {
    match kind {
        Kind::Persistent => Permissions { mode: 0o600, uid: None, gid: None },
        Kind::Admin | Kind::CommandLine => identity.wanted(),
    }
}

/// Whether a file holds communities, passphrases or keys of the daemon, besides those that these edits take away.
#[must_use]
pub fn holds_secrets(file: &SnmpFile, edits: &[Edit]) -> bool {
    let gone: FxHashSet<usize> = edits
        .iter()
        .filter(|edit| edit.file == file.path)
        .filter_map(|edit| match edit.change {
            Change::Remove { chunk } => Some(chunk),
            _ => None,
        })
        .collect();
    let mut lines = file.document.chunks().iter().enumerate();
    let holds = |(chunk, line): (usize, &Chunk<Line>)| {
        !gone.contains(&chunk) && line.entry.as_ref().is_some_and(|line| line.keyword.holds_secrets())
    };
    file.kind != Kind::CommandLine && lines.any(holds)
}

/// A mode and its owners before a person.
#[derive(Clone, Copy)]
pub struct Shown {
    mode: u32,
    uid: Option<u32>,
    gid: Option<u32>,
}

impl From<&Status> for Shown {
    fn from(status: &Status) -> Self {
        Self { mode: status.mode, uid: Some(status.uid), gid: Some(status.gid) }
    }
}

impl From<Permissions> for Shown {
    fn from(permissions: Permissions) -> Self {
        Self { mode: permissions.mode, uid: permissions.uid, gid: permissions.gid }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.mode)?;
        match (self.uid, self.gid) {
            (Some(uid), Some(gid)) => write!(f, " {uid}:{gid}"),
            (Some(uid), None) => write!(f, " {uid}"),
            (None, _) => Ok(()),
        }
    }
}

/// The directory that a file is in.
#[must_use]
pub fn directory(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use standfast_facts::root::Status;

    use super::{Exposure, Identity};
    use crate::edit::Permissions;

    const DEBIAN: Identity = Identity { uid: 104, gid: 112 };

    fn status(mode: u32, uid: u32, gid: u32) -> Status {
        Status { mode, uid, gid, modified: SystemTime::UNIX_EPOCH }
    }

    #[test]
    fn on_debian_the_group_of_the_daemon_may_read_and_on_red_hat_only_root() {
        assert_eq!(DEBIAN.wanted(), Permissions { mode: 0o640, uid: Some(0), gid: Some(112) });
        assert_eq!(Identity::ROOT.wanted(), Permissions { mode: 0o600, uid: Some(0), gid: None });
    }

    #[test]
    fn what_is_wanted_is_never_exposed() {
        for identity in [DEBIAN, Identity::ROOT, Identity { uid: 104, gid: 0 }] {
            let Permissions { mode, uid, gid } = identity.wanted();
            let status = status(mode, uid.unwrap(), gid.unwrap_or(0));
            assert_eq!(identity.exposure(&status), None, "{identity:?}");
        }
    }

    #[test]
    fn whoever_else_may_read_or_write_is_one_too_many() {
        for (mode, uid, gid) in [
            (0o644, 0, 112),
            (0o660, 0, 112),
            (0o640, 0, 4),
            (0o640, 1000, 112),
            (0o642, 0, 0),
            (0o600, 33, 0),
        ] {
            assert_eq!(
                DEBIAN.exposure(&status(mode, uid, gid)),
                Some(Exposure::Wide),
                "{mode:o} {uid}:{gid}"
            );
        }
        assert_eq!(Identity::ROOT.exposure(&status(0o644, 0, 0)), Some(Exposure::Wide));
        assert_eq!(Identity::ROOT.exposure(&status(0o640, 0, 0)), None, "no more than root");
    }

    #[test]
    fn a_file_of_root_alone_is_dead_after_the_next_sighup_of_a_daemon_that_is_not_root() {
        assert_eq!(DEBIAN.exposure(&status(0o600, 0, 0)), Some(Exposure::Unreadable));
        assert_eq!(DEBIAN.exposure(&status(0o640, 0, 0)), Some(Exposure::Unreadable));
        assert_eq!(DEBIAN.exposure(&status(0o600, 104, 112)), None);
        assert_eq!(DEBIAN.exposure(&status(0o040, 104, 112)), Some(Exposure::Unreadable), "the owner counts");
        assert_eq!(Identity::ROOT.exposure(&status(0o600, 0, 0)), None);
    }

    #[test]
    fn a_directory_must_let_the_daemon_through() {
        assert!(DEBIAN.may_search(&status(0o755, 0, 0)) && DEBIAN.may_search(&status(0o710, 0, 112)));
        assert!(!DEBIAN.may_search(&status(0o700, 0, 0)) && DEBIAN.may_search(&status(0o700, 104, 112)));
        assert!(!DEBIAN.may_search(&status(0o071, 104, 0)), "the owner counts");
        assert!(Identity::ROOT.may_search(&status(0, 0, 0)));
    }
}
