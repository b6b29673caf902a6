//! A temporary directory that stands for `/`.
#![allow(clippy::disallowed_methods, reason = "tests build their own machine")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use standfast_facts::root::Root;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// Goes away with all its files when it is dropped.
pub(crate) struct Tree(PathBuf);

impl Tree {
    pub(crate) fn new() -> Self {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("standfast-ntp-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// With these files.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let tree = Self::new();
        for (path, text) in files {
            tree.file(path, text.as_bytes());
        }
        tree
    }

    pub(crate) fn file(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8(std::fs::read(self.path(path)).unwrap()).unwrap()
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.path(path)).unwrap();
    }

    /// Makes a file or directory so much older.
    pub(crate) fn age(&self, path: &str, by: std::time::Duration) {
        let file = std::fs::File::open(self.path(path)).unwrap();
        file.set_modified(std::time::SystemTime::now() - by).unwrap();
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.join(path.trim_start_matches('/'))
    }

    pub(crate) fn root(&self) -> Root {
        Root::open(&self.0).unwrap()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
