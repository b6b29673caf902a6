//! A temporary directory that stands for `/` in tests.

// Tests build their own machine; the rule that only the commit writes is about the product.
#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::root::Root;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// Goes away with all its files when it is dropped.
pub(crate) struct TestRoot(PathBuf);

impl TestRoot {
    pub(crate) fn new() -> Self {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("standfast-facts-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&mut self, path: &str, content: &[u8]) -> &mut Self {
        let path = self.below(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn link(&mut self, path: &str, target: &str) -> &mut Self {
        let path = self.below(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
        self
    }

    pub(crate) fn open(&self) -> Root {
        Root::open(&self.0).unwrap()
    }

    fn below(&self, path: &str) -> PathBuf {
        self.0.join(Path::new(path).strip_prefix("/").unwrap())
    }
}

impl Drop for TestRoot {
    fn drop(&mut self) {
        // A directory that is left behind is not worth a second panic.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
