//! `Secret`, bytes that never show.

use std::fmt;

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

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_text_says_nothing_of_the_secret() {
        let secret = Secret::new(b"s3cr3t".to_vec());
        assert_eq!(format!("{secret:?} {:#?}", Some(&secret)), "Secret Some(\n    Secret,\n)");
        assert_eq!(secret.reveal(), b"s3cr3t");
    }
}
