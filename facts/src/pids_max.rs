//! The other ceiling for processes: `pids.max` of the control groups that a process is in.
//!
//! Source: kernel `Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/pids.rst`. fork(2) fails
//! when any group on the way to the root is full, so the smallest one is what counts.

use std::path::{Path, PathBuf};

use crate::cgroup::Cgroups;
use crate::root::{ReadError, Root};

/// The tightest limit on the processes of a control group and of those below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PidsMax {
    /// The largest number of processes and threads together.
    pub limit: u64,
    /// The group as the process sees it, for example `/user.slice/user-1013.slice`; systemd sets
    /// the limit with `TasksMax=` of the unit that the last part names.
    pub cgroup: PathBuf,
    /// How many there are now, if the kernel says.
    pub current: Option<u64>,
}

/// The smallest `pids.max` from the group of process `pid` up to the root; `None` when none of
/// them has a limit, or the machine has no control groups.
///
/// # Errors
/// When the process is gone.
pub fn pids_max(root: &Root, pid: u32) -> Result<Option<PidsMax>, ReadError> {
    let groups = Cgroups::of_pid(root, pid)?;
    let (mounts, group): (&[&str], _) = match (&groups.pids, &groups.unified) {
        (Some(group), _) => (&["/sys/fs/cgroup/pids"], group),
        (None, Some(group)) => (&["/sys/fs/cgroup", "/sys/fs/cgroup/unified"], group),
        (None, None) => return Ok(None),
    };
    let mut tightest: Option<PidsMax> = None;
    for mount in mounts {
        for cgroup in Path::new(group).ancestors() {
            // Beyond the root of a cgroup namespace there is nothing that could be read.
            let Some(below) = below(cgroup) else { break };
            let directory = Path::new(mount).join(below);
            let Some(limit) = number(root, &directory.join("pids.max")) else { continue };
            if tightest.as_ref().is_none_or(|found| limit < found.limit) {
                let current = number(root, &directory.join("pids.current"));
                tightest = Some(PidsMax { limit, cgroup: cgroup.to_path_buf(), current });
            }
        }
    }
    Ok(tightest)
}

/// The group as a path below a mount point, unless it leads out of it.
fn below(cgroup: &Path) -> Option<&Path> {
    let below = cgroup.strip_prefix("/").ok()?;
    below.components().all(|part| matches!(part, std::path::Component::Normal(_))).then_some(below)
}

/// `None` for `max`, and for a file that is missing: the root group has none, and a group may go
/// away meanwhile.
fn number(root: &Root, path: &Path) -> Option<u64> {
    std::str::from_utf8(root.read(path).ok()?.trim_ascii()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestRoot;

    fn of(groups: &str, files: &[(&str, &str)]) -> Option<PidsMax> {
        let mut dir = TestRoot::new();
        dir.file("/proc/7/cgroup", groups.as_bytes());
        for (path, content) in files {
            dir.file(&format!("/sys/fs/cgroup/{path}"), content.as_bytes());
        }
        pids_max(&dir.open(), 7).unwrap()
    }

    #[test]
    fn the_smallest_on_the_way_to_the_root_counts() {
        let found = of(
            "0::/user.slice/user-1013.slice/session-3.scope\n",
            &[
                ("user.slice/user-1013.slice/session-3.scope/pids.max", "max\n"),
                ("user.slice/user-1013.slice/pids.max", "100\n"),
                ("user.slice/user-1013.slice/pids.current", "42\n"),
                ("user.slice/pids.max", "5000\n"),
            ],
        );
        let cgroup = "/user.slice/user-1013.slice".into();
        assert_eq!(found, Some(PidsMax { limit: 100, cgroup, current: Some(42) }));
    }

    #[test]
    fn version_one_has_a_hierarchy_of_its_own() {
        let groups = "3:pids:/a/b\n1:name=systemd:/c\n0::/d\n";
        let found = of(groups, &[("pids/a/b/pids.max", "9"), ("pids/a/pids.max", "8"), ("d/pids.max", "1")]);
        assert_eq!(found, Some(PidsMax { limit: 8, cgroup: "/a".into(), current: None }));
        // A container sees its own group as the root of the mount.
        let found = of("3:pids:/docker/0123\n", &[("pids/pids.max", "7")]);
        assert_eq!(found, Some(PidsMax { limit: 7, cgroup: "/".into(), current: None }));
    }

    #[test]
    fn no_limit_is_none_and_paths_cannot_lead_out() {
        assert_eq!(of("0::/a\n", &[("a/pids.max", "max\n")]), None);
        assert_eq!(of("0::/../a\n", &[("a/pids.max", "5\n"), ("../a/pids.max", "5")]), None);
        assert_eq!(of("", &[]), None);
        assert_eq!(of("0::/a\n", &[("a/pids.max", "\u{ff}")]), None);
        assert!(pids_max(&TestRoot::new().open(), 7).unwrap_err().is_missing());
    }

    #[test]
    fn this_process_can_be_asked() {
        pids_max(&Root::host().unwrap(), std::process::id()).unwrap();
    }
}
