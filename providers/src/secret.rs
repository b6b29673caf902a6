//! `Secret`, bytes that never show.

use std::fmt;
use std::path::{Path, PathBuf};

use standfast_facts::root::{ReadError, Root};
use thiserror::Error;

use crate::schema::{AttributeValue, Value, ValueType};

/// Bytes that never show: no `Display`, no `Serialize`, and a `Debug` that says nothing.
///
/// It can be compared and written into a file that needs it, and nothing else:
///
/// ```compile_fail
/// let secret = standfast_providers::secret::Secret::new(b"s3cr3t".to_vec());
/// println!("{secret}");
/// ```
///
/// ```compile_fail
/// fn shows<T: serde::Serialize>(_: T) {}
/// shows(standfast_providers::secret::Secret::new(b"s3cr3t".to_vec()));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes the bytes in.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into_boxed_slice())
    }

    /// The bytes, for the one place that writes them into the file that needs them.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl AttributeValue for Secret {
    const TYPE: ValueType = ValueType::Secret;
    const PATTERN: Option<&'static str> = Some(r"[^\0\r\n]+");

    fn from_text(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty".into());
        }
        if text.bytes().any(|byte| matches!(byte, 0 | b'\n' | b'\r')) {
            return Err("it holds a line end or a NUL".into());
        }
        Ok(Self::new(text.as_bytes().to_vec()))
    }
}

/// A secret that is desired: itself, or what a snapshot keeps of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretValue {
    /// The secret.
    Known(Secret),
    /// Its keyed fingerprint, as [`Fingerprints::whole`](crate::fingerprint::Fingerprints::whole) makes it: enough to
    /// find it, and not to write it.
    Fingerprint(String),
}

impl AttributeValue for SecretValue {
    const TYPE: ValueType = Secret::TYPE;
    const PATTERN: Option<&'static str> = Secret::PATTERN;

    fn from_text(text: &str) -> Result<Self, String> {
        Secret::from_text(text).map(Self::Known)
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Fingerprint(digest) => Ok(Self::Fingerprint(digest.clone())),
            other => Secret::from_value(other).map(Self::Known),
        }
    }
}

/// Why a file is not taken for one that keeps a secret. Nothing of its content is told.
#[derive(Debug, Error)]
pub enum SecretFileError {
    /// It cannot be read.
    #[error("cannot read the secret")]
    Read(#[source] ReadError),
    /// Someone else than root may read or change it.
    #[error("{path}: has mode {mode:04o} and owner {uid}; a file that keeps a secret must be root's with mode 0600", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// Its owner.
        uid: u32,
    },
    /// Its first line is empty.
    #[error("{path}: its first line is empty, and should be the secret", path = path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// It holds what no secret holds.
    #[error("{path}: its first line holds a NUL or a carriage return", path = path.display())]
    Control {
        /// The file.
        path: PathBuf,
    },
}

/// Reads a secret: the first line of a file that only root may read.
///
/// # Errors
/// [`SecretFileError`] names the file, and nothing of what stands in it.
pub fn read_file(root: &Root, path: &Path) -> Result<Secret, SecretFileError> {
    let (bytes, status) = root.read_with_status(path).map_err(SecretFileError::Read)?;
    let path = || path.to_path_buf();
    // Below another root whoever runs this may be whom the files belong to.
    let is_trusted = status.uid == 0 || !root.is_host() && status.uid == rustix::process::geteuid().as_raw();
    if status.mode & 0o077 != 0 || !is_trusted {
        return Err(SecretFileError::Open { path: path(), mode: status.mode, uid: status.uid });
    }
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.is_empty() {
        return Err(SecretFileError::Empty { path: path() });
    }
    if line.iter().any(|byte| matches!(byte, 0 | b'\r')) {
        return Err(SecretFileError::Control { path: path() });
    }
    Ok(Secret::new(line.to_vec()))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use standfast_facts::root::Root;

    use super::{AttributeValue, Secret, read_file};

    #[test]
    fn a_secret_is_read_from_a_file_that_only_root_may_read() {
        let base = std::env::temp_dir().join(format!("standfast-secret-{}", std::process::id()));
        fs::create_dir_all(&base).unwrap();
        let root = Root::open(&base).unwrap();
        let ask = |bytes: &[u8], mode| {
            fs::write(base.join("file"), bytes).unwrap();
            fs::set_permissions(base.join("file"), fs::Permissions::from_mode(mode)).unwrap();
            let answer = read_file(&root, Path::new("/file"));
            answer.map(|secret| secret.reveal().to_vec()).map_err(|error| error.to_string())
        };
        assert_eq!(ask(b" s3 cr\xff \nrest\n", 0o600).unwrap(), b" s3 cr\xff ");
        assert_eq!(ask(b"s3cr3t", 0o400).unwrap(), b"s3cr3t");
        for (bytes, mode, words) in [
            (&b"s3cr3t\n"[..], 0o640, "has mode 0640"),
            (b"s3cr3t\n", 0o604, "has mode 0604"),
            (b"\ns3cr3t\n", 0o600, "first line is empty"),
            (b"s3cr3t\r\n", 0o600, "carriage return"),
        ] {
            let error = ask(bytes, mode).unwrap_err();
            assert!(error.contains(words) && !error.contains("s3cr3t"), "{error}");
        }
        fs::remove_dir_all(&base).unwrap();
    }

    #[test]
    fn a_secret_that_no_file_could_hold_is_refused_without_being_shown() {
        for text in ["", "s3\ncr3t", "s3\0cr3t"] {
            let error = Secret::from_text(text).unwrap_err();
            assert!(!error.contains("s3"), "{error}");
        }
    }

    #[test]
    fn debug_text_says_nothing_of_the_secret() {
        let secret = Secret::new(b"s3cr3t".to_vec());
        assert_eq!(format!("{secret:?} {:#?}", Some(&secret)), "Secret Some(\n    Secret,\n)");
        assert_eq!(secret.reveal(), b"s3cr3t");
    }
}
