//! The changes that are killed and failed: together they make every call that the writer can make.

use crate::command::apply_command;
use crate::tree::{Metadata, PLANTED, Tree};

/// One change of one file.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// The path that the plan names.
    pub(crate) path: &'static str,
    /// Where the bytes are, links followed.
    pub(crate) real: &'static str,
    pub(crate) before: Option<&'static [u8]>,
    pub(crate) after: Option<&'static [u8]>,
    pub(crate) build: fn(&Tree),
}

pub(crate) const OLD: &[u8] = b"# site limits\n* hard core 0\n";
pub(crate) const NEW: &[u8] = b"# site limits\n* hard core 0\n:4242 soft nproc 100\n";
const LIMITS: &str = "/etc/security/limits.conf";
const BACKUPS: &str = "/var/lib/standfast/backups";

/// A file that has everything which must be kept, five backups, and what a killed run left.
pub(crate) const REPLACE: Scenario = Scenario {
    name: "replace",
    path: LIMITS,
    real: LIMITS,
    before: Some(OLD),
    after: Some(NEW),
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
    path: "/etc/security/limits.d/90-standfast.conf",
    real: "/etc/security/limits.d/90-standfast.conf",
    before: None,
    after: Some(NEW),
    build: |tree| {
        tree.directory("/etc/security", 0o755);
        tree.directory("/var/lib", 0o755);
    },
};

/// A path that is a symbolic link.
pub(crate) const THROUGH_LINK: Scenario = Scenario {
    name: "through a link",
    path: "/etc/ntp.conf",
    real: "/etc/ntpsec/ntp.conf",
    before: Some(OLD),
    after: Some(NEW),
    build: |tree| {
        tree.directory("/etc/ntpsec", 0o755);
        tree.dressed_file("/etc/ntpsec/ntp.conf", OLD);
        tree.link("ntpsec/ntp.conf", "/etc/ntp.conf");
        tree.directory("/var/lib/standfast", 0o700);
    },
};

pub(crate) const REMOVE: Scenario = Scenario {
    name: "remove",
    path: LIMITS,
    real: LIMITS,
    before: Some(OLD),
    after: None,
    build: |tree| {
        tree.directory("/etc/security", 0o755);
        tree.dressed_file(LIMITS, OLD);
        tree.directory("/var/lib/standfast", 0o700);
    },
};

/// Which of the two permitted states the file is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Old,
    New,
}

impl Scenario {
    /// A scenario for a tree that a test builds itself.
    pub(crate) const fn plain(
        name: &'static str,
        path: &'static str,
        before: Option<&'static [u8]>,
        after: Option<&'static [u8]>,
    ) -> Self {
        Self { name, path, real: path, before, after, build: |_| {} }
    }

    /// Builds the tree anew.
    pub(crate) fn prepare(&self, tree: &Tree) {
        tree.clear();
        (self.build)(tree);
    }

    /// The metadata that the file has whenever it is there.
    pub(crate) fn metadata(&self, tree: &Tree) -> Metadata {
        match self.before {
            Some(_) => tree.metadata(self.real),
            None => Metadata { mode: 0o644, owner: (0, 0), acl: None, attribute: None },
        }
    }

    /// Looks at the file: old or new, whole, with all that belongs to it. Everything else is a defect.
    pub(crate) fn look(&self, tree: &Tree, metadata: &Metadata, when: &str) -> Found {
        let is = tree.read(self.real);
        let found = if is.as_deref() == self.before {
            Found::Old
        } else if is.as_deref() == self.after {
            Found::New
        } else {
            panic!("{}, {when}: the file is neither old nor new but {is:?}", self.name);
        };
        if is.is_some() {
            assert_eq!(&tree.metadata(self.real), metadata, "{}, {when}", self.name);
        }
        let parent = tree.at(self.real).parent().and_then(|at| std::fs::metadata(at).ok());
        if let Some(parent) = parent {
            let mode = std::os::unix::fs::MetadataExt::mode(&parent) & 0o7777;
            assert_eq!(mode, 0o755, "{}, {when}: the directory", self.name);
        }
        if self.path != self.real {
            let link = std::fs::symlink_metadata(tree.at(self.path)).unwrap();
            assert!(link.is_symlink(), "{}, {when}: the link is gone", self.name);
        }
        found
    }

    /// The next run, with nothing in its way: it must repair whatever the last one left.
    pub(crate) fn recover(&self, tree: &Tree, metadata: &Metadata, when: &str) {
        let output = apply_command(&tree.root, self).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}, {when}: the next run failed: {told}", self.name);
        assert_eq!(self.look(tree, metadata, when), Found::New, "{}, {when}", self.name);
        assert_eq!(tree.strays(), Vec::<std::path::PathBuf>::new(), "{}, {when}", self.name);
    }
}
