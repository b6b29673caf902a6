//! A directory that stands for `/` while a fault test runs.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::XattrFlags;

use crate::command::MODULE;

/// The directory; removed when the test ends, however it ends.
pub(crate) struct Tree {
    base: PathBuf,
    pub(crate) root: PathBuf,
}

/// Everything about a file that must survive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Metadata {
    pub(crate) mode: u32,
    pub(crate) owner: (u32, u32),
    pub(crate) acl: Option<Vec<u8>>,
    pub(crate) attribute: Option<Vec<u8>>,
}

/// What an earlier run is supposed to have left.
pub(crate) const PLANTED: &str = ".standfast-0123456789abcdef.tmp";

const ACL: &str = "system.posix_acl_access";
const ATTRIBUTE: &str = "user.origin";

impl Tree {
    /// In memory where that knows attributes: the walks sync thousands of times, and kill -9 spares the page cache.
    pub(crate) fn new() -> Self {
        let tree = Self::below(Path::new("/dev/shm"));
        match tree.map(|tree| (set_attributes(&tree.root), tree)) {
            Ok((Ok(()), tree)) => {
                tree.clear();
                tree
            }
            _ => Self::on_disk(),
        }
    }

    pub(crate) fn on_disk() -> Self {
        Self::below(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap()
    }

    fn below(directory: &Path) -> std::io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("standfast-faults-{}-{number}", std::process::id());
        let base = directory.join(name);
        fs::create_dir(&base)?;
        let tree = Self { root: base.join("root"), base };
        tree.clear();
        Ok(tree)
    }

    /// Takes away what the last run left.
    pub(crate) fn clear(&self) {
        let _ = fs::remove_dir_all(&self.root);
        fs::create_dir_all(&self.root).unwrap();
        fs::set_permissions(&self.root, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// What standfast reads of a system beside its limits files.
    pub(crate) fn system(&self) {
        let (path, module) = &*MODULE;
        self.directory("/etc", 0o755);
        self.file("/etc/passwd", b"root:x:0:0::/root:/bin/sh\nthekiwi:x:1013:1091::/home/thekiwi:/bin/sh\n");
        self.file("/etc/group", b"root:x:0:\nkiwis:x:1091:\n");
        self.file("/etc/login.defs", b"UID_MIN 1000\nUID_MAX 60000\n");
        self.directory(path.parent().unwrap().to_str().unwrap(), 0o755);
        self.file(path.to_str().unwrap(), module);
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    /// Where a path below the root is on the machine that runs the test.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    pub(crate) fn directory(&self, path: &str, mode: u32) {
        let mut at = self.root.clone();
        for part in Path::new(path.trim_start_matches('/')) {
            at.push(part);
            if fs::create_dir(&at).is_ok() {
                fs::set_permissions(&at, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        fs::set_permissions(&at, fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn file(&self, path: &str, bytes: &[u8]) {
        fs::write(self.at(path), bytes).unwrap();
        fs::set_permissions(self.at(path), fs::Permissions::from_mode(0o644)).unwrap();
    }

    /// A file of a foreign owner with an ACL and an attribute.
    pub(crate) fn dressed_file(&self, path: &str, bytes: &[u8]) {
        self.file(path, bytes);
        let at = self.at(path);
        chown(&at, Some(1234), Some(42)).unwrap();
        set_attributes(&at).expect("the target directory must be on a file system with attributes and ACLs");
        // The set-user-ID bit means nothing here, but a change of owner would clear it.
        fs::set_permissions(&at, fs::Permissions::from_mode(0o4640)).unwrap();
    }

    pub(crate) fn link(&self, text: &str, path: &str) {
        symlink(text, self.at(path)).unwrap();
    }

    /// The bytes, or nothing when there is no file.
    pub(crate) fn read(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.at(path)).ok()
    }

    pub(crate) fn metadata(&self, path: &str) -> Metadata {
        let at = self.at(path);
        let is = fs::metadata(&at).unwrap();
        let attribute = |name: &str| {
            let mut value = [0; 256];
            let length = rustix::fs::getxattr(&at, name, &mut value).ok()?;
            value.get(..length).map(<[u8]>::to_vec)
        };
        Metadata {
            mode: is.mode() & 0o7777,
            owner: (is.uid(), is.gid()),
            acl: attribute(ACL),
            attribute: attribute(ATTRIBUTE),
        }
    }

    /// What this run has left that should be gone; what the scenario planted may wait for the next one.
    pub(crate) fn own_strays(&self) -> Vec<PathBuf> {
        let mut strays = self.strays();
        strays.retain(|stray| !stray.ends_with(PLANTED));
        strays
    }

    /// What any run has left that should be gone.
    pub(crate) fn strays(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut directories = vec![self.root.clone()];
        while let Some(directory) = directories.pop() {
            // The run that is looked at may be renaming them.
            for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
                if entry.file_name().as_encoded_bytes().starts_with(b".standfast-") {
                    found.push(entry.path());
                }
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    directories.push(entry.path());
                }
            }
        }
        found
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.base);
    }
}

fn set_attributes(at: &Path) -> rustix::io::Result<()> {
    rustix::fs::setxattr(at, ATTRIBUTE, b"site", XattrFlags::empty())?;
    rustix::fs::setxattr(at, ACL, &acl(), XattrFlags::empty())
}

/// acl(5) as an extended attribute: user 42 may read.
fn acl() -> Vec<u8> {
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    let entries: [(u16, u16, u32); 5] =
        [(1, 6, u32::MAX), (2, 4, 42), (4, 4, u32::MAX), (16, 4, u32::MAX), (32, 0, u32::MAX)];
    for (tag, permissions, id) in entries {
        bytes.extend_from_slice(&tag.to_le_bytes());
        bytes.extend_from_slice(&permissions.to_le_bytes());
        bytes.extend_from_slice(&id.to_le_bytes());
    }
    bytes
}
