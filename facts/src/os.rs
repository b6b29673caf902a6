//! Which distribution this is: os-release(5).

use std::path::Path;

use crate::root::{ReadError, Root};

/// The distribution as it names itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Os {
    /// `ID`, for example `debian`; `linux` where it is not given.
    pub id: String,
    /// `ID_LIKE`: the distributions that this one follows, the closest first.
    pub id_like: Vec<String>,
    /// `VERSION_ID`, for example `12`; rolling distributions have none.
    pub version_id: Option<String>,
    /// `PRETTY_NAME`, for people; `Linux` where it is not given.
    pub pretty_name: String,
}

/// Reads /etc/os-release, or where that is missing /usr/lib/os-release; where both are missing the
/// defaults of os-release(5) hold.
///
/// # Errors
/// When the file exists and cannot be read.
pub fn read(root: &Root) -> Result<Os, ReadError> {
    for path in ["/etc/os-release", "/usr/lib/os-release"] {
        match root.read(Path::new(path)) {
            Err(error) if error.is_missing() => {}
            answer => return Ok(Os::parse(&answer?)),
        }
    }
    Ok(Os::parse(b""))
}

impl Os {
    /// Parses the bytes of the file: shell assignments without expansion, the last of a name wins.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let (mut id, mut id_like, mut version_id, mut pretty_name) = (None, None, None, None);
        for line in bytes.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii();
            let Some(at) = crate::search::memchr(b'=', line) else { continue };
            let (name, value) = line.split_at(at);
            let target = match name {
                b"ID" => &mut id,
                b"ID_LIKE" => &mut id_like,
                b"VERSION_ID" => &mut version_id,
                b"PRETTY_NAME" => &mut pretty_name,
                _ => continue,
            };
            *target = Some(unquote(value.get(1..).unwrap_or_default()));
        }
        let given = |value: Option<String>| value.filter(|value| !value.is_empty());
        let id_like: Option<String> = id_like;
        Self {
            id: given(id).unwrap_or_else(|| "linux".to_owned()),
            id_like: id_like.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect(),
            version_id: given(version_id),
            pretty_name: given(pretty_name).unwrap_or_else(|| "Linux".to_owned()),
        }
    }
}

/// A value without its quotes and backslashes; what follows the closing quote is dropped.
fn unquote(value: &[u8]) -> String {
    let (quote, mut rest) = match value {
        [quote @ (b'"' | b'\''), rest @ ..] => (Some(*quote), rest),
        _ => (None, value),
    };
    let mut text = Vec::with_capacity(rest.len());
    while let [byte, next @ ..] = rest {
        rest = next;
        match byte {
            byte if Some(*byte) == quote => break,
            b'\\' if quote != Some(b'\'') => {
                let [escaped, next @ ..] = rest else { break };
                rest = next;
                text.push(*escaped);
            }
            byte => text.push(*byte),
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestRoot;

    #[test]
    fn quotes_comments_and_repetitions_are_understood() {
        let text = b"# ID=commented\nID=rocky\n ID_LIKE=\"rhel centos fedora\"\nVERSION_ID='8.10'\n\
            PRETTY_NAME=\"Rocky \\\"Green\\\" \\$ 8\" # x\nVERSION_ID=\"9.4\"\nJUNK\n";
        let os = Os::parse(text);
        assert_eq!((os.id.as_str(), os.version_id.as_deref()), ("rocky", Some("9.4")));
        assert_eq!(os.id_like, ["rhel", "centos", "fedora"]);
        assert_eq!(os.pretty_name, "Rocky \"Green\" $ 8");
    }

    #[test]
    fn what_is_missing_or_hostile_gets_the_documented_defaults() {
        for text in [&b""[..], b"ID=\nVERSION_ID=\"\"\n", b"ID\0=debian\n", b"=\n==\n"] {
            let os = Os::parse(text);
            assert_eq!((os.id.as_str(), os.version_id, os.pretty_name.as_str()), ("linux", None, "Linux"));
        }
        assert_eq!(Os::parse(b"ID=\"de\\").id, "de");
        assert_eq!(Os::parse(b"ID=\xff").id, "\u{fffd}");
    }

    #[test]
    fn etc_comes_before_usr() {
        let mut dir = TestRoot::new();
        assert_eq!(read(&dir.open()).unwrap().id, "linux");
        dir.file("/usr/lib/os-release", b"ID=vendor\n");
        assert_eq!(read(&dir.open()).unwrap().id, "vendor");
        dir.link("/etc/os-release", "../usr/lib/os-release");
        assert_eq!(read(&dir.open()).unwrap().id, "vendor");
    }
}
