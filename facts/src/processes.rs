//! The running processes of a user with the limits that are in force on them.
//!
//! Source: proc_pid_status(5), proc_pid_stat(5).

use crate::cgroup::Cgroups;
use crate::ids::Uid;
use crate::kernel::{self, KernelError};
use crate::limits_in_force;
use crate::proc_pid::{self, Stat};
use crate::rlimit::Limits;
use crate::root::Root;

pub use crate::pids_max::{PidsMax, pids_max};

/// A running process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// What it calls itself, at most 15 bytes; it may be changed at will and hold any character.
    pub name: String,
    /// When it was started, in seconds since the epoch.
    pub started: u64,
    /// What is in force on it.
    pub limits: Limits,
    /// The systemd unit that it belongs to, for example `session-3.scope` or `cron.service`.
    pub unit: Option<String>,
    /// Whether that unit is the scope of a login session (`session-N.scope` of logind), as against
    /// a service, another scope, or none.
    pub session: bool,
}

/// The processes whose real user ID is `uid`, which is what `nproc` counts by, in the order of
/// their numbers. Those that go away meanwhile are left out, and so are the kernel's own threads,
/// to which no limits apply.
///
/// # Errors
/// When /proc cannot be read.
pub fn processes_of(root: &Root, uid: Uid) -> Result<Vec<Process>, KernelError> {
    let pids = proc_pid::pids(root).map_err(KernelError::Read)?;
    let boot_time = kernel::boot_time(root)?;
    Ok(pids.into_iter().filter_map(|pid| process(root, pid, uid, boot_time)).collect())
}

/// `None` when the process is another user's, the kernel's, or gone.
fn process(root: &Root, pid: u32, uid: Uid, boot_time: u64) -> Option<Process> {
    if real_uid(&proc_pid::read(root, pid, "status").ok()?)? != uid {
        return None;
    }
    let stat = Stat::parse(&proc_pid::read(root, pid, "stat").ok()?)?;
    if stat.kernel_thread {
        return None;
    }
    let limits = limits_in_force::of_pid(root, pid).ok()?;
    let unit = Cgroups::of_pid(root, pid).ok()?.unit();
    let session = unit.as_deref().is_some_and(is_session);
    let started = boot_time.saturating_add(stat.start_ticks / rustix::param::clock_ticks_per_second());
    Some(Process { pid, name: stat.name, started, limits, unit, session })
}

/// The systemd unit that a process belongs to, for example `ntpsec.service` or `session-3.scope`; `None` outside of
/// systemd, or when the process is gone.
#[must_use]
pub fn unit(root: &Root, pid: u32) -> Option<String> {
    Cgroups::of_pid(root, pid).ok()?.unit()
}

fn is_session(unit: &str) -> bool {
    unit.starts_with("session-") && unit.ends_with(".scope")
}

/// The first of the four numbers in the row `Uid`.
fn real_uid(status: &[u8]) -> Option<Uid> {
    proc_pid::numbers(status, "Uid")?.first().copied().map(Uid)
}

#[cfg(test)]
#[path = "processes_tests.rs"]
mod tests;
