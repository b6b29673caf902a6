//! The runs that are killed and failed: together they make every call that `standfast apply` can make to change files.

use crate::tree::{PLANTED, Tree};

/// One run over one tree; everything that its policy names differs when it starts.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) policy: &'static str,
    pub(crate) targets: &'static [Target],
    pub(crate) build: fn(&Tree),
}

/// One file that the run changes.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    /// The path that the policy names.
    pub(crate) path: &'static str,
    /// Where the bytes are, links followed.
    pub(crate) real: &'static str,
    pub(crate) before: Option<&'static [u8]>,
    pub(crate) after: Option<&'static [u8]>,
    /// The resources whose entries are in it.
    pub(crate) titles: &'static [&'static str],
}

pub(crate) const OLD: &[u8] = b"# site limits\n* hard core 0\n";
pub(crate) const NEW: &[u8] = b"# site limits\n* hard core 0\n:1013 - nproc 4096 # thekiwi\n";
pub(crate) const ENTRY: &[u8] = b":1013 - nproc 4096 # thekiwi\n";
pub(crate) const LIMITS: &str = "/etc/security/limits.conf";
pub(crate) const DROP_IN: &str = "/etc/security/limits.d/zz-standfast.conf";
pub(crate) const BACKUPS: &str = "/var/lib/standfast/backups";
pub(crate) const NPROC: &str = "thekiwi/-/nproc";

pub(crate) const NPROC_IN_LIMITS: &str =
    "[limits_entry thekiwi/-/nproc]\nvalue = 4096\ntarget = /etc/security/limits.conf\n";
const NPROC_IN_DROP_IN: &str = "[limits_entry thekiwi/-/nproc]\nvalue = 4096\n";
pub(crate) const NO_NPROC: &str = "[limits_entry thekiwi/-/nproc]\nensure = absent\n";

/// A file that has everything which must be kept, five backups, and what a killed run left.
pub(crate) const REPLACE: Scenario = Scenario {
    name: "replace",
    policy: NPROC_IN_LIMITS,
    targets: &[Target::plain(LIMITS, Some(OLD), Some(NEW), &[NPROC])],
    build: |tree| {
        tree.directory("/etc/security", 0o755);
        tree.dressed_file(LIMITS, OLD);
        tree.file(&format!("/etc/security/{PLANTED}"), b"half");
        tree.directory(BACKUPS, 0o700);
        for number in 1..=5 {
            tree.file(&format!("{BACKUPS}/etc,security,limits.conf.~{number}~"), b"older\n");
        }
    },
};

/// The first run on a machine: no state directory, and the file's own directory is missing.
pub(crate) const FIRST_RUN: Scenario = Scenario {
    name: "first run",
    policy: NPROC_IN_DROP_IN,
    targets: &[Target::plain(DROP_IN, None, Some(ENTRY), &[NPROC])],
    build: |tree| {
        tree.directory("/etc/security", 0o755);
        tree.file(LIMITS, OLD);
        tree.directory("/var/lib", 0o755);
    },
};

/// A target that is a symbolic link.
pub(crate) const THROUGH_LINK: Scenario = Scenario {
    name: "through a link",
    policy: NPROC_IN_LIMITS,
    targets: &[Target {
        real: "/etc/site/limits.conf",
        ..Target::plain(LIMITS, Some(OLD), Some(NEW), &[NPROC])
    }],
    build: |tree| {
        tree.directory("/etc/site", 0o755);
        tree.dressed_file("/etc/site/limits.conf", OLD);
        tree.directory("/etc/security", 0o755);
        tree.link("../site/limits.conf", LIMITS);
        tree.directory("/var/lib/standfast", 0o700);
    },
};

/// The last entry of the drop-in goes, and the drop-in with it.
pub(crate) const REMOVE: Scenario = Scenario {
    name: "remove",
    policy: NO_NPROC,
    targets: &[Target::plain(DROP_IN, Some(ENTRY), None, &[NPROC])],
    build: |tree| {
        tree.directory("/etc/security/limits.d", 0o755);
        tree.file(LIMITS, OLD);
        tree.dressed_file(DROP_IN, ENTRY);
        tree.directory("/var/lib/standfast", 0o700);
    },
};

/// Three resources in two files. Two entries are changed where they stand and one is added, so that the bytes are
/// the same whatever order a failure puts them in.
pub(crate) const SEVERAL: Scenario = Scenario {
    name: "several",
    policy: "[limits_entry thekiwi/-/nproc]\nvalue = 4096\ntarget = /etc/security/limits.conf\n\
             [limits_entry @kiwis/hard/memlock]\nvalue = 65536\n\
             [limits_entry */hard/nofile]\nvalue = 4096\n",
    targets: &[
        Target::plain(
            LIMITS,
            Some(b":1013 - nproc 100\n* hard core 0\n"),
            Some(b":1013 - nproc 4096 # thekiwi\n* hard core 0\n"),
            &[NPROC],
        ),
        Target::plain(
            DROP_IN,
            Some(b"* hard nofile 100\n"),
            Some(b"* hard nofile 4096\n@:1091 hard memlock 65536 # @kiwis\n"),
            &["@kiwis/hard/memlock", "*/hard/nofile"],
        ),
    ],
    build: |tree| {
        tree.directory("/etc/security/limits.d", 0o755);
        tree.dressed_file(LIMITS, b":1013 - nproc 100\n* hard core 0\n");
        tree.file(DROP_IN, b"* hard nofile 100\n");
        tree.directory("/var/lib/standfast", 0o700);
    },
};

impl Target {
    /// A file that stands at its own path.
    pub(crate) const fn plain(
        path: &'static str,
        before: Option<&'static [u8]>,
        after: Option<&'static [u8]>,
        titles: &'static [&'static str],
    ) -> Self {
        Self { path, real: path, before, after, titles }
    }
}

impl Scenario {
    /// Builds the tree anew.
    pub(crate) fn prepare(&self, tree: &Tree) {
        tree.clear();
        tree.system();
        (self.build)(tree);
    }
}
