//! The process that opens sessions: where a limit comes from that no line sets.

use std::fmt;

use crate::limits_in_force;
use crate::proc_pid;
use crate::rlimit::{Limits, Rlimit};
use crate::root::Root;

/// A process that opens sessions, and what they inherit from it.
#[derive(Clone, Debug)]
pub struct Opener {
    /// Its process ID.
    pub pid: u32,
    /// Its name, /proc/PID/comm.
    pub name: String,
    /// Its limits.
    pub limits: Limits,
}

impl fmt::Display for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (PID {})", self.name, self.pid)
    }
}

/// The programs that open sessions with PAM on their own behalf, the likeliest first.
const OPENERS: [&[u8]; 4] = [b"sshd", b"crond", b"cron", b"login"];

/// The soft `nofile` that Debian's module puts in force at most: FD_SETSIZE of select(2).
const FD_SETSIZE: u64 = 1024;

/// Finds the process that most likely opens the next session: a daemon that does, or else PID 1.
///
/// `None` below another root, or where /proc is not mounted.
#[must_use]
pub fn opener(root: &Root) -> Option<Opener> {
    if !root.is_host() {
        return None;
    }
    let pids = proc_pid::pids(root).ok()?;
    let mut best: Option<(usize, u32)> = None;
    for pid in &pids {
        let Ok(comm) = proc_pid::read(root, *pid, "comm") else { continue };
        let rank = OPENERS.iter().position(|opener| *opener == comm.trim_ascii_end());
        if let Some(rank) = rank.filter(|rank| best.is_none_or(|(best, _)| *rank < best)) {
            best = Some((rank, *pid));
            // Nothing ranks higher, and of equals the first counts.
            if rank == 0 {
                break;
            }
        }
    }
    let pid = best.map_or(1, |(_, pid)| pid);
    let limits = limits_in_force::of_pid(root, pid).ok()?;
    let comm = proc_pid::read(root, pid, "comm").ok()?;
    Some(Opener { pid, name: String::from_utf8_lossy(comm.trim_ascii_end()).into_owned(), limits })
}

/// What Debian's modules up to 12 put in force before they read a line: PID 1's limits, soft `nofile` capped.
///
/// Source: Debian's patch to pam_limits.c; asked through the oracle.
#[must_use]
pub fn debian_reset(pid_1: Limits) -> Limits {
    let mut limits = pid_1;
    let nofile = &mut limits[Rlimit::Nofile];
    nofile.soft = nofile.soft.min(FD_SETSIZE);
    limits
}
