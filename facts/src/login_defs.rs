//! Where regular users begin and end: /etc/login.defs.
//!
//! Source: login.defs(5), shadow `lib/getdef.c` (`def_load`) and `lib/getulong.c`; compared with
//! useradd of shadow 4.13. A value that shadow cannot parse counts as absent, and so does the one
//! before it: `UID_MIN 1000 # comment` is no number to it.

use std::path::Path;

use crate::search::{self, memchr, memrchr};

use crate::root::{ReadError, Root};
use crate::strtoul::{Base, is_space, strtoul};

/// The ranges from which useradd(8) and groupadd(8) take numbers for regular users and groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginDefs {
    /// `UID_MIN`: the smallest UID of a regular user.
    pub uid_min: u32,
    /// `UID_MAX`: the largest UID of a regular user.
    pub uid_max: u32,
    /// `GID_MIN`: the smallest GID of a regular group.
    pub gid_min: u32,
    /// `GID_MAX`: the largest GID of a regular group.
    pub gid_max: u32,
}

impl Default for LoginDefs {
    /// What shadow assumes where the file says nothing.
    fn default() -> Self {
        Self { uid_min: 1000, uid_max: 60_000, gid_min: 1000, gid_max: 60_000 }
    }
}

/// shadow reads a line into this many bytes (`char buf[1024]`, less the NUL); the rest of a longer
/// one is a line of its own.
const CHUNK_BYTES: usize = 1023;

/// Reads /etc/login.defs, or where that is missing /usr/etc/login.defs (SUSE); where both are
/// missing the defaults hold.
///
/// # Errors
/// When the file exists and cannot be read.
pub fn read(root: &Root) -> Result<LoginDefs, ReadError> {
    for path in ["/etc/login.defs", "/usr/etc/login.defs"] {
        match root.read(Path::new(path)) {
            Err(error) if error.is_missing() => {}
            answer => return Ok(LoginDefs::parse(&answer?)),
        }
    }
    Ok(LoginDefs::default())
}

impl LoginDefs {
    /// Parses the bytes of the file.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let default = Self::default();
        let mut found = default;
        let mut done = 0;
        // The file is long and nearly all comment: look only at lines with a part of our names.
        for hit in search::find_iter(bytes, b"ID_M") {
            if hit < done {
                continue;
            }
            let start = bytes.get(..hit).and_then(|before| memrchr(b'\n', before)).map_or(0, |at| at + 1);
            let rest = bytes.get(start..).unwrap_or_default();
            let line = rest.get(..memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or_default();
            done = start + line.len();
            for (name, value) in line.chunks(CHUNK_BYTES).filter_map(definition) {
                let (target, default) = match name {
                    b"UID_MIN" => (&mut found.uid_min, default.uid_min),
                    b"UID_MAX" => (&mut found.uid_max, default.uid_max),
                    b"GID_MIN" => (&mut found.gid_min, default.gid_min),
                    b"GID_MAX" => (&mut found.gid_max, default.gid_max),
                    _ => continue,
                };
                *target = number(value).unwrap_or(default);
            }
        }
        found
    }
}

/// The name and the value of a line, `None` for a comment or a name alone.
fn definition(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.split(|byte| *byte == 0).next()?;
    let end = line.iter().rposition(|byte| !is_space(byte))? + 1;
    let line = line.get(..end)?;
    let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    let line = line.get(start..)?;
    if line.first() == Some(&b'#') {
        return None;
    }
    let end = line.iter().position(|byte| matches!(byte, b' ' | b'\t'))?;
    let (name, value) = line.split_at(end);
    let start = value.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'"')).unwrap_or(value.len());
    let value = value.get(start..)?.split(|byte| *byte == b'"').next()?;
    Some((name, value))
}

/// A number in decimal, octal or hexadecimal with nothing after it, cut to 32 bits as C casts it.
fn number(value: &[u8]) -> Option<u32> {
    let number = strtoul(value, Base::FromPrefix)?;
    (number.rest.is_empty() && !number.overflow).then_some(number.value as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestRoot;

    fn uid_min(text: &str) -> u32 {
        LoginDefs::parse(text.as_bytes()).uid_min
    }

    #[test]
    fn values_are_read_as_shadow_reads_them() {
        for (text, expected) in [
            ("", 1000),
            ("UID_MIN 500", 500),
            ("\t UID_MIN \t 500 \r\n", 500),
            ("UID_MIN\t\"500\" # why", 500),
            ("UID_MIN 0x1f4", 500),
            ("UID_MIN 0764", 500),
            ("UID_MIN 500\nUID_MIN 600\n", 600),
            ("UID_MIN 500\nUID_MIN\n", 500),
            ("UID_MIN -1", u32::MAX),
            ("UID_MIN 4294967796", 500),
            ("#UID_MIN 500", 1000),
            ("uid_min 500", 1000),
            ("UID_MIN=500", 1000),
            ("UID_MIN 500 # comment", 1000),
            ("UID_MIN 500\nUID_MIN many", 1000),
            ("UID_MIN 99999999999999999999", 1000),
            ("UID_MIN \"500 \"", 1000),
            ("UID_MIN \"\"", 1000),
            ("UID_MIN 500\0 600", 500),
        ] {
            assert_eq!(uid_min(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_tail_of_an_overlong_line_is_a_line() {
        let comment = format!("#{}UID_MIN 500\n", "x".repeat(CHUNK_BYTES - 1));
        assert_eq!(uid_min(&comment), 500);
        let comment = format!("#{}UID_MIN 500\n", "x".repeat(CHUNK_BYTES - 2));
        assert_eq!(uid_min(&comment), 1000);
    }

    #[test]
    fn the_vendor_file_is_read_only_where_etc_has_none() {
        let mut dir = TestRoot::new();
        assert_eq!(read(&dir.open()).unwrap(), LoginDefs::default());
        dir.file("/usr/etc/login.defs", b"UID_MAX 70000\n");
        assert_eq!(read(&dir.open()).unwrap().uid_max, 70_000);
        dir.file("/etc/login.defs", b"GID_MAX 5\n");
        assert_eq!(read(&dir.open()).unwrap(), LoginDefs { gid_max: 5, ..LoginDefs::default() });
    }
}
