//! One question to pam_limits: the machine it sees, and who opens a session.

use std::fmt;

/// The names of the 16 rlimits; the index is the kernel's `RLIMIT_` number.
pub(crate) const RESOURCES: [&str; 16] = [
    "cpu",
    "fsize",
    "data",
    "stack",
    "core",
    "rss",
    "nproc",
    "nofile",
    "memlock",
    "as",
    "locks",
    "sigpending",
    "msgqueue",
    "nice",
    "rtprio",
    "rttime",
];

/// `RLIM_INFINITY`.
pub(crate) const INFINITY: u64 = u64::MAX;

/// The soft and the hard half of one rlimit, in the kernel's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) soft: u64,
    pub(crate) hard: u64,
}

/// What opening a file gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    /// It is listed in its directory, but opening it fails: `ENOENT` is a dangling link.
    Fails(i32),
    /// It opens and only then fails to be read.
    Directory,
}

/// A file of the machine, by its absolute path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) content: Content,
}

/// An entry of passwd(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// An entry of group(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) gid: u32,
    pub(crate) members: Vec<String>,
}

/// Whether the process that opens the session may raise hard limits and priorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privilege {
    Full,
    /// Without `CAP_SYS_RESOURCE` and `CAP_SYS_NICE`, as in a container.
    None,
}

/// One question: everything the module can see.
#[derive(Clone)]
pub(crate) struct Case {
    /// The files below /etc/security; listed in this order, which need not be the sorted one.
    pub(crate) files: Vec<File>,
    pub(crate) users: Vec<User>,
    pub(crate) groups: Vec<Group>,
    /// Who opens the session.
    pub(crate) user: String,
    /// The limits of the process that opens the session.
    pub(crate) start: [Limit; 16],
    /// The text of /proc/1/limits; `None` when it cannot be opened.
    pub(crate) pid1: Option<Vec<u8>>,
    /// The text of /proc/sys/fs/nr_open; `None` when it cannot be opened.
    pub(crate) nr_open: Option<Vec<u8>>,
    pub(crate) privilege: Privilege,
    /// The words behind the module's name in its pam.d line.
    pub(crate) arguments: Vec<String>,
    /// Who is logged in already, once per session (utmp or logind).
    pub(crate) logins: Vec<String>,
}

impl Case {
    /// A case in which every value shows where it came from, and with no file yet.
    pub(crate) fn new(user: &str) -> Self {
        let start = distinct(777_000, 888_000);
        Self {
            files: Vec::new(),
            users: Vec::new(),
            groups: Vec::new(),
            user: user.to_owned(),
            start,
            pid1: Some(proc_limits(&distinct(555_000, 666_000))),
            nr_open: Some(b"1048576\n".to_vec()),
            privilege: Privilege::Full,
            arguments: Vec::new(),
            logins: Vec::new(),
        }
    }

    /// Adds a user.
    pub(crate) fn add_user(&mut self, name: &str, uid: u32, gid: u32) {
        let name = name.to_owned();
        self.users.push(User { name, uid, gid });
    }

    /// Adds a group.
    pub(crate) fn add_group(&mut self, name: &str, gid: u32, members: &[&str]) {
        let members = members.iter().map(|&member| member.to_owned()).collect();
        let name = name.to_owned();
        self.groups.push(Group { name, gid, members });
    }

    /// Adds a file by its path below /etc/security.
    pub(crate) fn add_file(&mut self, path: &str, content: Content) {
        let path = format!("/etc/security/{path}");
        self.files.push(File { path, content });
    }
}

/// Sixteen limits that differ from each other: `soft + i`, `hard + i`.
pub(crate) fn distinct(soft: u64, hard: u64) -> [Limit; 16] {
    std::array::from_fn(|index| Limit { soft: soft + index as u64, hard: hard + index as u64 })
}

/// The rows of /proc/PID/limits in the kernel's order: name and unit (fs/proc/base.c).
const ROWS: [(&str, &str); 16] = [
    ("Max cpu time", "seconds"),
    ("Max file size", "bytes"),
    ("Max data size", "bytes"),
    ("Max stack size", "bytes"),
    ("Max core file size", "bytes"),
    ("Max resident set", "bytes"),
    ("Max processes", "processes"),
    ("Max open files", "files"),
    ("Max locked memory", "bytes"),
    ("Max address space", "bytes"),
    ("Max file locks", "locks"),
    ("Max pending signals", "signals"),
    ("Max msgqueue size", "bytes"),
    ("Max nice priority", ""),
    ("Max realtime priority", ""),
    ("Max realtime timeout", "us"),
];

/// The text of /proc/PID/limits for these limits.
pub(crate) fn proc_limits(limits: &[Limit; 16]) -> Vec<u8> {
    let shown = |value: u64| match value {
        INFINITY => "unlimited".to_owned(),
        value => value.to_string(),
    };
    let mut text = format!("{:<25} {:<20} {:<20} {:<10}\n", "Limit", "Soft Limit", "Hard Limit", "Units");
    for ((name, unit), limit) in ROWS.iter().zip(limits) {
        let (soft, hard) = (shown(limit.soft), shown(limit.hard));
        // A row without unit is shorter: that is how pam_limits knows that it has none.
        let unit = if unit.is_empty() { String::new() } else { format!("{unit:<10}") };
        text += &format!("{name:<25} {soft:<20} {hard:<20} {unit}\n");
    }
    text.into_bytes()
}

impl fmt::Debug for Case {
    /// What a failed comparison prints: bytes escaped, one item a line.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            match &file.content {
                Content::Bytes(bytes) => {
                    writeln!(out, "--- {}", file.path)?;
                    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
                        writeln!(out, "  {}", line.escape_ascii())?;
                    }
                }
                other => writeln!(out, "--- {} {other:?}", file.path)?,
            }
        }
        for user in &self.users {
            writeln!(out, "passwd {}:{}:{}", user.name, user.uid, user.gid)?;
        }
        for group in &self.groups {
            writeln!(out, "group {}:{}:{}", group.name, group.gid, group.members.join(","))?;
        }
        let nr_open = self.nr_open.as_deref().map(|text| text.escape_ascii().to_string());
        writeln!(out, "user {:?}, nr_open {nr_open:?}, privilege {:?}", self.user, self.privilege)?;
        writeln!(out, "arguments {:?}, logged in {:?}", self.arguments, self.logins)?;
        // Only what a case does not usually say.
        let usual = Self::new("");
        if self.start != usual.start {
            writeln!(out, "start {:?}", self.start.map(|limit| (limit.soft, limit.hard)))?;
        }
        if self.pid1 != usual.pid1 {
            let pid1 = self.pid1.as_deref().map(|text| text.escape_ascii().to_string());
            writeln!(out, "pid 1 {pid1:?}")?;
        }
        Ok(())
    }
}
