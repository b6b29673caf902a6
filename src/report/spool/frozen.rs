//! `Frozen`, a report that does not change any more, and the file that it is kept in.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::time::Time;

/// The format that is written, and the only one that is read.
const FORMAT: u32 = 1;

/// What the first line of a file may be at most, in bytes.
pub(super) const LONGEST_HEAD: u64 = 1024;

const ENDING: &str = ".report";

/// A report as it is sent, however often: neither its body nor its time is made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// When it was made: UTC with six digits of fraction and `Z`, as [`Time`] writes it.
    pub reported_at: String,
    /// Whom it is about: 1 to 255 of `[a-z0-9._-]`.
    pub host: String,
    /// By what a report of the same content is known: at most 128 letters and digits.
    pub digest: String,
    /// What is sent.
    pub body: Vec<u8>,
}

/// The first line; the body follows it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    standfast_report: u32,
    reported_at: String,
    host: String,
    digest: String,
    bytes: usize,
    /// Tells a body that a disk has changed; nobody else can.
    check: String,
}

impl Frozen {
    /// Its time; refuses what could not be told from another report or read back.
    pub(super) fn validate(&self) -> Result<Time, Error> {
        let is_host_byte = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
        if !(1..=255).contains(&self.host.len()) || !self.host.bytes().all(is_host_byte) {
            return Err(Error::Invalid("its host is not 1 to 255 of a-z, 0-9, `.`, `_` and `-`"));
        }
        if self.digest.len() > 128 || !self.digest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Error::Invalid("its digest is more than 128 letters and digits"));
        }
        Time::parse(&self.reported_at)
            .ok_or(Error::Invalid("its time is not in UTC with six digits of fraction and Z"))
    }

    /// The name of its file: names sort as the times do, and two reports never have the same.
    pub(super) fn name(&self) -> String {
        let Self { reported_at, host, digest, body } = self;
        let hash = hash([host.as_bytes(), b"\0", digest.as_bytes(), b"\0", body]);
        format!("{reported_at}-{hash:016x}{ENDING}")
    }

    /// The bytes of its file.
    pub(super) fn encode(&self) -> Result<Vec<u8>, Error> {
        let Self { reported_at, host, digest, body } = self.clone();
        let check = format!("{:016x}", hash([body.as_slice()]));
        let head = Head { standfast_report: FORMAT, reported_at, host, digest, bytes: body.len(), check };
        // Nothing can fail: all keys are texts, and memory takes all bytes.
        let mut bytes = serde_json::to_vec(&head).map_err(|_| Error::Invalid("its head is no JSON"))?;
        bytes.push(b'\n');
        bytes.extend_from_slice(&body);
        Ok(bytes)
    }

    /// Reads a file whole. What is wrong with it is worded to follow its name.
    pub(super) fn decode(name: &str, bytes: &[u8]) -> Result<(Self, Time), &'static str> {
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or("has no first line")?;
        let (head, body) = (bytes.get(..end).unwrap_or_default(), bytes.get(end + 1..).unwrap_or_default());
        let head: Head = serde_json::from_slice(head).map_err(|_| "has a first line that is not ours")?;
        if head.standfast_report != FORMAT {
            return Err("is of another version of standfast");
        }
        if head.bytes != body.len() {
            return Err("is not as long as it was written");
        }
        if head.check != format!("{:016x}", hash([body])) {
            return Err("is not what was written");
        }
        let Head { reported_at, host, digest, .. } = head;
        let frozen = Self { reported_at, host, digest, body: body.to_vec() };
        let time = frozen.validate().map_err(|_| "has a first line that is not ours")?;
        if frozen.name() != name {
            return Err("has the name of another report");
        }
        Ok((frozen, time))
    }
}

/// Whether [`Frozen::name`] could have made this name.
pub(super) fn is_report_name(name: &str) -> bool {
    let parts = name.strip_suffix(ENDING).and_then(|rest| rest.split_once("Z-"));
    parts.is_some_and(|(time, hash)| {
        Time::parse(&format!("{time}Z")).is_some()
            && hash.len() == 16
            && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// FNV-1a in 64 bits over the parts: it tells accidents, not attackers, who cannot write here.
pub(super) fn hash<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> u64 {
    parts
        .into_iter()
        .flatten()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
