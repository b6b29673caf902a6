//! The kernel's sixteen resource limits and how each is called where.

/// A resource limit, in the order of the kernel's numbers on most architectures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rlimit {
    /// CPU time in seconds.
    Cpu,
    /// The largest file written, in bytes.
    Fsize,
    /// The data segment, in bytes.
    Data,
    /// The stack, in bytes.
    Stack,
    /// The largest core dump, in bytes.
    Core,
    /// The resident set, in bytes; without effect since Linux 2.4.30.
    Rss,
    /// Processes and threads of the real user ID.
    Nproc,
    /// Open files: one more than the largest descriptor.
    Nofile,
    /// Locked memory, in bytes.
    Memlock,
    /// The address space, in bytes.
    As,
    /// File locks; without effect since Linux 2.4.25.
    Locks,
    /// Pending signals of the real user ID.
    Sigpending,
    /// POSIX message queues of the real user ID, in bytes.
    Msgqueue,
    /// 20 less the nice value that may be set.
    Nice,
    /// The real-time priority that may be set.
    Rtprio,
    /// CPU time of a real-time process without a blocking call, in microseconds.
    Rttime,
}

/// One row of the table that all names come from.
struct Names {
    item: &'static str,
    flag: &'static str,
    title: &'static str,
    unit: Option<&'static str>,
}

impl Rlimit {
    /// All of them, in the order of the kernel's numbers (`include/uapi/asm-generic/resource.h`).
    pub const ALL: [Self; 16] = [
        Self::Cpu,
        Self::Fsize,
        Self::Data,
        Self::Stack,
        Self::Core,
        Self::Rss,
        Self::Nproc,
        Self::Nofile,
        Self::Memlock,
        Self::As,
        Self::Locks,
        Self::Sigpending,
        Self::Msgqueue,
        Self::Nice,
        Self::Rtprio,
        Self::Rttime,
    ];

    /// The place in [`Rlimit::ALL`] and in [`Limits`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The limit of this name in limits.conf(5), for example `nproc`; lower case only.
    #[must_use]
    pub fn from_item(item: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|limit| limit.item().as_bytes() == item)
    }

    /// The name in limits.conf(5), for example `nproc`.
    #[must_use]
    pub const fn item(self) -> &'static str {
        self.names().item
    }

    /// The flag of bash's `ulimit`, for example `-u`.
    #[must_use]
    pub const fn ulimit_flag(self) -> &'static str {
        self.names().flag
    }

    /// The row of /proc/PID/limits, for example `Max processes` (kernel `fs/proc/base.c`).
    #[must_use]
    pub const fn proc_title(self) -> &'static str {
        self.names().title
    }

    /// What the kernel counts, for example `processes`; `None` for the two priorities.
    #[must_use]
    pub const fn unit(self) -> Option<&'static str> {
        self.names().unit
    }

    #[rustfmt::skip]
    const fn names(self) -> Names {
        match self {
            Self::Cpu => Names::new("cpu", "-t", "Max cpu time", Some("seconds")),
            Self::Fsize => Names::new("fsize", "-f", "Max file size", Some("bytes")),
            Self::Data => Names::new("data", "-d", "Max data size", Some("bytes")),
            Self::Stack => Names::new("stack", "-s", "Max stack size", Some("bytes")),
            Self::Core => Names::new("core", "-c", "Max core file size", Some("bytes")),
            Self::Rss => Names::new("rss", "-m", "Max resident set", Some("bytes")),
            Self::Nproc => Names::new("nproc", "-u", "Max processes", Some("processes")),
            Self::Nofile => Names::new("nofile", "-n", "Max open files", Some("files")),
            Self::Memlock => Names::new("memlock", "-l", "Max locked memory", Some("bytes")),
            Self::As => Names::new("as", "-v", "Max address space", Some("bytes")),
            Self::Locks => Names::new("locks", "-x", "Max file locks", Some("locks")),
            Self::Sigpending => Names::new("sigpending", "-i", "Max pending signals", Some("signals")),
            Self::Msgqueue => Names::new("msgqueue", "-q", "Max msgqueue size", Some("bytes")),
            Self::Nice => Names::new("nice", "-e", "Max nice priority", None),
            Self::Rtprio => Names::new("rtprio", "-r", "Max realtime priority", None),
            Self::Rttime => Names::new("rttime", "-R", "Max realtime timeout", Some("microseconds")),
        }
    }
}

impl Names {
    const fn new(
        item: &'static str,
        flag: &'static str,
        title: &'static str,
        unit: Option<&'static str>,
    ) -> Self {
        Self { item, flag, title, unit }
    }
}

/// No limit: the kernel's `RLIM64_INFINITY`.
pub const INFINITY: u64 = u64::MAX;

/// The two values of one limit in the kernel's unit; [`INFINITY`] is "unlimited".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is enforced.
    pub soft: u64,
    /// How far the process may raise the soft one.
    pub hard: u64,
}

impl Limit {
    /// The same value for both.
    #[must_use]
    pub const fn both(value: u64) -> Self {
        Self { soft: value, hard: value }
    }
}

/// All limits of a process, by [`Rlimit::index`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits(pub [Limit; 16]);

impl std::ops::Index<Rlimit> for Limits {
    type Output = Limit;

    fn index(&self, limit: Rlimit) -> &Limit {
        &self.0[limit.index()]
    }
}

impl std::ops::IndexMut<Rlimit> for Limits {
    fn index_mut(&mut self, limit: Rlimit) -> &mut Limit {
        &mut self.0[limit.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn the_order_is_the_kernels() {
        for (index, limit) in Rlimit::ALL.into_iter().enumerate() {
            assert_eq!(limit.index(), index);
            assert_eq!(Rlimit::from_item(limit.item().as_bytes()), Some(limit));
        }
        assert_eq!(Rlimit::Nofile.index(), 7);
        assert_eq!(Rlimit::from_item(b"NPROC"), None);
        assert_eq!(Rlimit::from_item(b"maxlogins"), None);
        assert_eq!(Rlimit::from_item(b""), None);
    }

    #[test]
    fn bash_knows_every_flag() {
        for limit in Rlimit::ALL {
            let script = format!("ulimit -H {0} && ulimit -S {0}", limit.ulimit_flag());
            let output = Command::new("bash").args(["-c", &script]).output().expect("bash is installed");
            assert!(output.status.success(), "{limit:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
