//! Whether systemd's name service can add groups to a user at all.
//!
//! `group: files systemd` is the stock line of most distributions, and asking that service costs
//! more than all else that a check does. Memberships come only from the varlink services in
//! /run/systemd/userdb and from `*.membership` files, which few machines have.
//!
//! Source: systemd `src/shared/userdb.c`, `src/shared/userdb-dropin.h`, `docs/USER_GROUP_API.md`.

use std::path::Path;

use crate::root::{ReadError, Root};

/// Services of systemd itself that know no memberships of their own: dynamic users and machined's
/// users have none, the other three pass on what NSS and the drop-in files say.
const WITHOUT_MEMBERSHIPS: [&str; 5] = [
    "io.systemd.DropIn",
    "io.systemd.DynamicUser",
    "io.systemd.Machine",
    "io.systemd.Multiplexer",
    "io.systemd.NameServiceSwitch",
];

const DROP_IN_DIRECTORIES: [&str; 5] =
    ["/etc/userdb", "/run/userdb", "/run/host/userdb", "/usr/local/lib/userdb", "/usr/lib/userdb"];

/// Whether a membership may come from systemd's name service.
///
/// # Errors
/// When one of the directories exists and cannot be read.
pub(crate) fn may_know_memberships(root: &Root) -> Result<bool, ReadError> {
    let foreign = any(root, "/run/systemd/userdb", |name| !WITHOUT_MEMBERSHIPS.contains(&name))?;
    if foreign {
        return Ok(true);
    }
    for directory in DROP_IN_DIRECTORIES {
        if any(root, directory, |name| name.ends_with(".membership"))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn any(root: &Root, directory: &str, wanted: impl Fn(&str) -> bool) -> Result<bool, ReadError> {
    match root.list(Path::new(directory)) {
        Ok(names) => Ok(names.iter().any(|name| wanted(&name.to_string_lossy()))),
        Err(error) if error.is_missing() => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestRoot;

    #[test]
    fn stock_services_know_no_memberships() {
        let mut root = TestRoot::new();
        assert!(!may_know_memberships(&root.open()).unwrap());
        root.file("/run/systemd/userdb/io.systemd.DynamicUser", b"");
        root.file("/etc/userdb/kiwi.user", b"{}");
        assert!(!may_know_memberships(&root.open()).unwrap());
    }

    #[test]
    fn homed_and_membership_files_may() {
        let mut root = TestRoot::new();
        root.file("/run/systemd/userdb/io.systemd.Home", b"");
        assert!(may_know_memberships(&root.open()).unwrap());
        let mut root = TestRoot::new();
        root.file("/usr/lib/userdb/kiwi:wheel.membership", b"");
        assert!(may_know_memberships(&root.open()).unwrap());
    }
}
