//! A configuration as files.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// The files of a configuration, by their path below its directory. The main one is `ntp.conf`.
#[derive(Clone, Default)]
pub(super) struct Case {
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

pub(super) const MAIN: &str = "ntp.conf";

impl Case {
    pub(super) fn new(main: impl AsRef<[u8]>) -> Self {
        Self::default().with(MAIN, main)
    }

    /// `@` in the text is the directory.
    pub(super) fn with(mut self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.files.insert(path.to_owned(), text.as_ref().to_vec());
        self
    }

    /// Writes the files to a directory that holds nothing else.
    pub(super) fn lay_out(&self, directory: &Path) {
        if directory.exists() {
            std::fs::remove_dir_all(directory).unwrap();
        }
        std::fs::create_dir_all(directory.join("cwd")).unwrap();
        for (path, text) in &self.files {
            let path = directory.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let name = directory.to_str().unwrap().as_bytes();
            let mut bytes = Vec::with_capacity(text.len());
            for byte in text {
                if *byte == b'@' { bytes.extend(name) } else { bytes.push(*byte) }
            }
            std::fs::write(path, bytes).unwrap();
        }
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, text) in &self.files {
            writeln!(f, "--- {path}")?;
            for line in text.split_inclusive(|byte| *byte == b'\n') {
                writeln!(f, "{}", line.strip_suffix(b"\n").unwrap_or(line).escape_ascii())?;
            }
        }
        Ok(())
    }
}

/// A directory for the cases of one test, which private machines see as well.
pub(super) fn directory(test: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ntp-{test}"))
}
