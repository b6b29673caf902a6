//! `Fingerprints`, how a secret is told from another without telling it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use standfast_facts::root::Root;

use crate::state_dir::STATE_DIR;

/// The name of the key in the state directory.
pub const KEY_FILE: &str = "fingerprint-key";

/// The length of the key in bytes: the block that HMAC-SHA256 takes without hashing it first would be 64, its
/// strength is bounded by the 32 of the digest.
pub const KEY_BYTES: usize = 32;

/// How many bytes of the digest are shown: 4 tell some hundred secrets of one host apart.
const SHOWN_BYTES: usize = 4;

/// The length of a whole digest in hexadecimal digits.
pub const WHOLE_DIGITS: usize = 64;

/// Keyed fingerprints of secrets: HMAC-SHA256 (RFC 2104) with a key that never leaves the host.
///
/// A plain hash of a community would be as good as the community to whoever has a dictionary.
#[derive(Clone)]
pub struct Fingerprints {
    key: Option<[u8; KEY_BYTES]>,
}

impl std::fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fingerprints")
    }
}

impl Fingerprints {
    /// With the host's key; where there is none yet, or others than root may read it, no fingerprint is shown.
    #[must_use]
    pub fn observe(root: &Root) -> Self {
        let key = root
            .read_with_status(&path())
            .ok()
            .filter(|(_, status)| status.mode & 0o077 == 0)
            .and_then(|(bytes, _)| bytes.try_into().ok());
        Self { key }
    }

    /// With a key that is given.
    #[must_use]
    pub fn with_key(key: [u8; KEY_BYTES]) -> Self {
        Self { key: Some(key) }
    }

    /// Whether there is a key.
    #[must_use]
    pub fn are_keyed(&self) -> bool {
        self.key.is_some()
    }

    /// The fingerprint of a secret, 8 hexadecimal digits; `None` without a key.
    #[must_use]
    pub fn of(&self, secret: &[u8]) -> Option<String> {
        self.digits(secret, SHOWN_BYTES)
    }

    /// The whole digest, 64 hexadecimal digits that begin with those of [`Self::of`]: what a file that only root may
    /// read keeps, so that no two secrets are ever taken for the same. `None` without a key.
    #[must_use]
    pub fn whole(&self, secret: &[u8]) -> Option<String> {
        self.digits(secret, WHOLE_DIGITS / 2)
    }

    fn digits(&self, secret: &[u8], bytes: usize) -> Option<String> {
        let mut hmac = Hmac::<Sha256>::new_from_slice(self.key.as_ref()?).ok()?;
        hmac.update(secret);
        let mut text = String::with_capacity(2 * bytes);
        for byte in hmac.finalize().into_bytes().iter().take(bytes) {
            let _ = write!(text, "{byte:02x}");
        }
        Some(text)
    }
}

/// Where the key is, below the root.
#[must_use]
pub fn path() -> PathBuf {
    Path::new(STATE_DIR).join(KEY_FILE)
}

#[cfg(test)]
mod tests {
    use super::Fingerprints;

    #[test]
    fn a_fingerprint_depends_on_the_key_and_is_the_start_of_hmac_sha256() {
        // RFC 4231 has no test case with a key of 32 bytes; this one is `openssl dgst -sha256 -mac HMAC`.
        let one = Fingerprints::with_key([0x0b; 32]);
        assert_eq!(one.of(b"Hi There").as_deref(), Some("198a607e"));
        let whole = one.whole(b"Hi There").unwrap();
        assert_eq!(whole, "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7");
        assert_eq!(whole.len(), super::WHOLE_DIGITS);
        assert_ne!(one.of(b"Hi There"), Fingerprints::with_key([0x0c; 32]).of(b"Hi There"));
    }

    #[test]
    fn nothing_shows_the_key_and_without_one_there_is_no_fingerprint() {
        assert_eq!(format!("{:?}", Fingerprints::with_key([7; 32])), "Fingerprints");
        assert_eq!(Fingerprints { key: None }.of(b"public"), None);
    }
}
