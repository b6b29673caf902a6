//! Tests of the writer in temp directories; tests/faults kills it and fails its calls.

mod keeps;
mod lock;
mod permissions;
mod refuses;
mod store;
mod sweeps;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use rustix::fs::XattrFlags;
use standfast_facts::root::Root;

use super::*;
use crate::edit::{Permissions, show_plain};

/// A directory that stands for `/` until the test ends, with the file that most tests change.
struct Host {
    base: PathBuf,
    root: Root,
}

const FILE: &str = "/etc/security/limits.conf";
const OLD: &[u8] = b"* hard core 0\n";
const NEW: &[u8] = b"* hard core 0\n:4242 soft nproc 100\n";

impl Host {
    fn new() -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "run the tests of the writer as root: they give files away"
        );
        let base = std::env::temp_dir().join(temp::name());
        fs::create_dir(&base).unwrap();
        let root = Root::open(&base).unwrap();
        let host = Self { base, root };
        host.directory("/etc/security", 0o755);
        host.file(FILE, OLD);
        host
    }

    /// Where a path below the root is on the machine that runs the test.
    fn at(&self, path: &str) -> PathBuf {
        self.base.join(path.trim_start_matches('/'))
    }

    fn directory(&self, path: &str, mode: u32) {
        let mut at = self.base.clone();
        fs::set_permissions(&at, fs::Permissions::from_mode(0o755)).unwrap();
        for part in Path::new(path.trim_start_matches('/')) {
            at.push(part);
            if !at.exists() {
                fs::create_dir(&at).unwrap();
                fs::set_permissions(&at, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        fs::set_permissions(&at, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn file(&self, path: &str, bytes: &[u8]) {
        fs::write(self.at(path), bytes).unwrap();
        fs::set_permissions(self.at(path), fs::Permissions::from_mode(0o644)).unwrap();
    }

    fn link(&self, text: &str, path: &str) {
        std::os::unix::fs::symlink(text, self.at(path)).unwrap();
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.at(path)).unwrap()
    }

    fn exists(&self, path: &str) -> bool {
        self.at(path).symlink_metadata().is_ok()
    }

    fn writer(&self) -> Writer<'_> {
        Writer::begin_within(&self.root, Path::new(STATE_DIR), Duration::from_secs(1)).unwrap()
    }

    fn commit(&self, edit: &FileEdit) -> Result<Committed, CommitError> {
        let answer = self.writer().commit(edit);
        assert_eq!(self.temps(), Vec::<PathBuf>::new(), "nothing of ours may stay: {answer:?}");
        answer
    }

    /// Commits, expects a refusal, and finds the file as it was.
    fn refusal(&self, edit: &FileEdit) -> CommitError {
        let error = self.commit(edit).unwrap_err();
        if edit.path == Path::new(FILE) && self.at(FILE).is_file() {
            assert_eq!(self.read(FILE), OLD);
        }
        error
    }

    fn temps(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut directories = vec![self.base.clone()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
                if entry.file_name().as_encoded_bytes().starts_with(b".standfast-") {
                    found.push(entry.path());
                }
                if entry.file_type().unwrap().is_dir() {
                    directories.push(entry.path());
                }
            }
        }
        found
    }

    fn backups(&self) -> Vec<String> {
        let entries = fs::read_dir(self.at("/var/lib/standfast/backups")).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.base);
    }
}

/// The edit that most tests commit.
fn edit() -> FileEdit {
    change(FILE, Some(OLD), Some(NEW))
}

fn change(path: &str, before: Option<&[u8]>, after: Option<&[u8]>) -> FileEdit {
    FileEdit {
        path: PathBuf::from(path),
        before: before.map(Vec::from),
        after: after.map(Vec::from),
        new: Permissions::mode(0o640),
        permissions: None,
        show: show_plain,
        check: None,
    }
}

/// An ACL in the form of the extended attribute, acl(5): one named user may read, the mask is `mask`.
fn acl(mask: u16) -> Vec<u8> {
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    let anyone = u32::MAX;
    for (tag, permissions, id) in
        [(0x01_u16, 6_u16, anyone), (0x02, 4, 42), (0x04, 4, anyone), (0x10, mask, anyone), (0x20, 0, anyone)]
    {
        bytes.extend_from_slice(&tag.to_le_bytes());
        bytes.extend_from_slice(&permissions.to_le_bytes());
        bytes.extend_from_slice(&id.to_le_bytes());
    }
    bytes
}

fn set_xattr(path: &Path, name: &str, value: &[u8]) {
    rustix::fs::setxattr(path, name, value, XattrFlags::empty())
        .expect("the file system of the temp directory must know user attributes and ACLs; set TMPDIR");
}

fn get_xattr(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 4096];
    let length = rustix::fs::getxattr(path, name, value.as_mut_slice()).ok()?;
    value.truncate(length);
    Some(value)
}
