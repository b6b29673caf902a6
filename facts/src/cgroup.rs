//! Which control group a process is in: /proc/PID/cgroup, and what systemd makes of the path.
//!
//! Source: cgroups(7), systemd `src/basic/cgroup-util.c` (`cg_path_get_unit`).

use std::path::Path;

use crate::root::{ReadError, Root};

/// The groups of one process that matter here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cgroups {
    /// In the unified hierarchy (version 2).
    pub(crate) unified: Option<String>,
    /// In systemd's own hierarchy of version 1.
    pub(crate) systemd: Option<String>,
    /// In the hierarchy of version 1 that counts processes.
    pub(crate) pids: Option<String>,
}

impl Cgroups {
    /// Reads /proc/PID/cgroup.
    ///
    /// # Errors
    /// When the process is gone.
    pub(crate) fn of_pid(root: &Root, pid: u32) -> Result<Self, ReadError> {
        root.read(Path::new(&format!("/proc/{pid}/cgroup"))).map(|bytes| Self::parse(&bytes))
    }

    /// Lines are `hierarchy:controllers:path`; the path may hold colons.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let mut groups = Self::default();
        for line in bytes.split(|byte| *byte == b'\n') {
            let mut fields = line.splitn(3, |byte| *byte == b':');
            let (Some(hierarchy), Some(controllers), Some(path)) =
                (fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            let path = || Some(String::from_utf8_lossy(path).into_owned());
            if hierarchy == b"0" && controllers.is_empty() {
                groups.unified = path();
            } else if controllers == b"name=systemd" {
                groups.systemd = path();
            } else if controllers.split(|byte| *byte == b',').any(|name| name == b"pids") {
                groups.pids = path();
            }
        }
        groups
    }

    /// The unit of the system manager that started the process, for example `session-3.scope`,
    /// `cron.service` or `user@1013.service`; `None` outside of systemd.
    pub(crate) fn unit(&self) -> Option<String> {
        // Where both hierarchies exist systemd uses its own of version 1, and the other is empty.
        [&self.systemd, &self.unified].into_iter().flatten().find_map(|path| unit(path))
    }
}

/// The first part of the path that is a service or a scope; slices are only on the way to it.
fn unit(path: &str) -> Option<String> {
    path.split('/')
        // A leading underscore escapes names that the kernel uses itself.
        .map(|part| part.strip_prefix('_').unwrap_or(part))
        .find(|part| {
            let stem = part.strip_suffix(".service").or_else(|| part.strip_suffix(".scope"));
            stem.is_some_and(|stem| !stem.is_empty())
        })
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_the_one_of_the_system_manager() {
        for (path, expected) in [
            ("/user.slice/user-1013.slice/session-3.scope", Some("session-3.scope")),
            ("/user.slice/user-1013.slice/user@1013.service/app.slice/x.service", Some("user@1013.service")),
            ("/system.slice/cron.service", Some("cron.service")),
            ("/system.slice/system-getty.slice/getty@tty1.service", Some("getty@tty1.service")),
            ("/system.slice/_cpu.service/child", Some("cpu.service")),
            ("/system.slice/docker-0123abcd.scope", Some("docker-0123abcd.scope")),
            ("/init.scope", Some("init.scope")),
            ("/../../system.slice/ssh.service", Some("ssh.service")),
            ("/docker/0123abcd", None),
            ("/user.slice", None),
            ("/.service/.scope", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(unit(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn both_versions_are_understood() {
        let v2 = Cgroups::parse(b"0::/system.slice/a:b.service\n");
        assert_eq!(v2.unified.as_deref(), Some("/system.slice/a:b.service"));
        assert_eq!(v2.unit().as_deref(), Some("a:b.service"));
        let hybrid = Cgroups::parse(
            b"12:cpu,pids:/p\n9:name=systemd:/system.slice/cron.service\n4:pidsx:/no\n0::/\njunk\n\xff:\xff\n",
        );
        assert_eq!(hybrid.pids.as_deref(), Some("/p"));
        assert_eq!(hybrid.unit().as_deref(), Some("cron.service"));
        assert_eq!(Cgroups::parse(b""), Cgroups::default());
    }
}
