//! A directory that stands for `/`, with accounts and pam_limits, gone when the test ends.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::said::{Said, run, run_with_input, standfast};

pub(crate) const LIMITS_CONF: &str = "etc/security/limits.conf";
pub(crate) const DROP_IN: &str = "etc/security/limits.d/zz-standfast.conf";

const PASSWD: &str = "\
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
alice:x:1001:1001::/home/alice:/bin/sh
bob:x:1002:1002::/home/bob:/bin/sh
thekiwi:x:1013:1091::/home/thekiwi:/bin/sh
homeless:x:1500:2999::/nowhere:/bin/sh
DOM\\dora:x:70001:70001::/home/dora:/bin/sh
";
const GROUP: &str = "\
root:x:0:
daemon:x:1:
alice:x:1001:
bob:x:1002:
kiwis:x:1091:bob
devs:x:2000:alice,bob
domain users:x:70001:
";

/// The directories of the distributions' pam_limits.so.
const MODULES: [&str; 4] = [
    "/lib/x86_64-linux-gnu/security",
    "/usr/lib/x86_64-linux-gnu/security",
    "/lib/aarch64-linux-gnu/security",
    "/usr/lib64/security",
];

/// Counts the directories of this process.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A directory that stands for `/`; the policy lies beside it.
pub(crate) struct TempRoot {
    base: PathBuf,
}

/// What is known of one file: nothing of it may change unless it must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digest {
    mode: u32,
    owner: (u32, u32),
    inode: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    bytes: Vec<u8>,
}

impl Digest {
    /// What the file holds.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// All files of a tree.
pub(crate) type Tree = BTreeMap<PathBuf, Digest>;

impl TempRoot {
    /// With the machine's own pam_limits.so, so that its rules hold.
    pub(crate) fn new() -> Self {
        let root = Self::without_module("ID=debian\nVERSION_ID=12\n");
        let module = MODULES.map(|directory| Path::new(directory).join("pam_limits.so"));
        let module = module.iter().find(|path| path.exists());
        let module = module.expect("these tests need pam_limits.so (Debian: libpam-modules)");
        root.write(&module.to_string_lossy(), &fs::read(module).unwrap());
        root
    }

    /// With the rules of the release that this os-release names.
    pub(crate) fn without_module(os_release: &str) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let base =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{}-{number}", std::process::id()));
        drop(fs::remove_dir_all(&base));
        let root = Self { base };
        for (path, text) in [
            ("etc/os-release", os_release),
            ("etc/passwd", PASSWD),
            ("etc/group", GROUP),
            ("etc/login.defs", "UID_MIN 1000\nUID_MAX 60000\n"),
            ("etc/pam.d/login", "session required pam_limits.so\n"),
            (LIMITS_CONF, ""),
        ] {
            root.write(path, text.as_bytes());
        }
        fs::create_dir_all(root.path("etc/security/limits.d")).unwrap();
        root
    }

    /// The same with this limits.conf.
    pub(crate) fn with_limits_conf(bytes: impl AsRef<[u8]>) -> Self {
        let root = Self::new();
        root.write(LIMITS_CONF, bytes.as_ref());
        root
    }

    /// Where a path of the root really is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.base.join("root").join(path.trim_start_matches('/'))
    }

    /// A path beside the root.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    /// Writes a file of the root, with its directories.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Reads a file of the root.
    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        let path = self.path(path);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The program's COMMAND with this root and further arguments.
    pub(crate) fn command(&self, command: &[&str], arguments: &[&str]) -> Command {
        let mut standfast = standfast(command);
        standfast.arg("--root").arg(self.path("")).args(arguments).current_dir(&self.base);
        standfast
    }

    /// Runs the program's COMMAND with this root and further arguments.
    pub(crate) fn run(&self, command: &str, arguments: &[&str]) -> Said {
        run(&mut self.command(&command.split(' ').collect::<Vec<_>>(), arguments))
    }

    /// Runs it with a policy, which lies as policy.ini in the current directory.
    pub(crate) fn run_policy(&self, command: &str, policy: &str, arguments: &[&str]) -> Said {
        fs::write(self.beside("policy.ini"), policy).unwrap();
        self.run(command, &[&["--policy", "policy.ini"], arguments].concat())
    }

    /// Checks a policy; says JSON, and changes nothing, whatever it finds.
    pub(crate) fn check(&self, policy: &str) -> Said {
        let before = self.tree("");
        let said = self.run_policy("check", policy, &["--format", "json"]);
        assert_unchanged(&before, &self.tree(""));
        said
    }

    /// Applies a policy; says JSON.
    pub(crate) fn apply(&self, policy: &str) -> Said {
        self.run_policy("apply", policy, &["--format", "json"])
    }

    /// Applies a policy, and asserts that it is then in force and that there is nothing left to do.
    pub(crate) fn enforce(&self, policy: &str) {
        self.apply(policy).ended(2);
        let before = self.tree("etc");
        self.check(policy).ended(0);
        self.apply(policy).ended(0);
        assert_unchanged(&before, &self.tree("etc"));
    }

    /// Runs it with JSON on standard input.
    pub(crate) fn run_json(&self, command: &str, resources: &str) -> Said {
        run_with_input(&mut self.command(&[command, "-"], &[]), resources.as_bytes())
    }

    /// Validates a policy that lies in the current directory.
    pub(crate) fn run_validate(&self, file: &str) -> Said {
        run(standfast(&["policy", "validate", file]).current_dir(&self.base))
    }

    /// The digest of all files below a path.
    pub(crate) fn tree(&self, path: &str) -> Tree {
        let mut tree = Tree::new();
        add_to_tree(&self.path(path), &mut tree);
        tree
    }
}

/// Asserts that no file has changed, come or gone.
pub(crate) fn assert_unchanged(before: &Tree, after: &Tree) {
    let paths = before.keys().chain(after.keys());
    let changed: Vec<_> = paths.filter(|path| before.get(*path) != after.get(*path)).collect();
    assert!(changed.is_empty(), "changed: {changed:?}");
}

fn add_to_tree(path: &Path, tree: &mut Tree) {
    let found = fs::symlink_metadata(path).unwrap();
    let bytes = if found.is_symlink() {
        fs::read_link(path).unwrap().into_os_string().into_encoded_bytes()
    } else if found.is_file() && found.len() < 100_000_000 {
        fs::read(path).unwrap()
    } else {
        Vec::new()
    };
    let digest = Digest {
        mode: found.mode(),
        owner: (found.uid(), found.gid()),
        inode: found.ino(),
        modified: (found.mtime(), found.mtime_nsec()),
        changed: (found.ctime(), found.ctime_nsec()),
        bytes,
    };
    tree.insert(path.to_path_buf(), digest);
    if found.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            add_to_tree(&entry.unwrap().path(), tree);
        }
    }
}

impl Drop for TempRoot {
    fn drop(&mut self) {
        // What a failed test was about is worth keeping.
        if !std::thread::panicking() {
            drop(fs::remove_dir_all(&self.base));
        }
    }
}
