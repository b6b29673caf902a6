//! The lines that standfast writes, and how it knows them again.

use super::quoting::{self, Unwritable};
use super::source::Network;
use super::words::{self, skip_space};

/// What stands behind `#` in a line of ours, before the name of the resource.
pub(super) const MARK: &str = " standfast: ";

/// What a line says.
#[derive(Clone, Copy)]
pub struct CommunityLine<'l> {
    /// What is given.
    pub directive: Directive,
    /// To whom: a secret.
    pub community: &'l [u8],
    /// From where.
    pub source: Network,
    /// What of the tree.
    pub view: Option<&'l str>,
    /// The name of the resource.
    pub name: &'l str,
}

impl CommunityLine<'_> {
    /// The line, behind the section that it needs where it stands.
    ///
    /// # Errors
    /// [`Unwritable`] when no line can open this community.
    pub fn text(&self, section: &[u8]) -> Result<Vec<u8>, Unwritable> {
        let six = if matches!(self.source, Network::V6 { .. }) { "6" } else { "" };
        let mut line = section.to_vec();
        line.extend(format!("{}{six} ", self.directive.word()).bytes());
        line.extend(quoting::easy(self.community)?);
        line.extend(format!(" {}", self.source).bytes());
        if let Some(view) = self.view {
            line.extend(format!(" -V {view}").bytes());
        }
        line.extend(format!(" #{MARK}{}", self.name).bytes());
        Ok(line)
    }
}

/// An easy directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    /// `rocommunity`
    ReadOnly,
    /// `rwcommunity`
    ReadWrite,
}

impl Directive {
    fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "rocommunity",
            Self::ReadWrite => "rwcommunity",
        }
    }
}

/// The name of the resource that a line was written for.
#[must_use]
pub fn name(text: &[u8]) -> Option<&str> {
    std::str::from_utf8(comment(text)?.strip_prefix(MARK.as_bytes())?).ok()
}

/// What stands behind the `#` that ends a line, where the daemon sees one; a `#` in a community is none.
fn comment(text: &[u8]) -> Option<&[u8]> {
    let mut rest = skip_space(text)?;
    loop {
        let word = words::word(rest, 0);
        match word.rest {
            Some(next) => rest = next,
            None => {
                let behind = rest.get(word.length..).unwrap_or_default();
                return behind.trim_ascii_start().strip_prefix(b"#");
            }
        }
    }
}

/// A line with `rocommunity` in the place of `rwcommunity`, all else as it is; `None` for any other line.
#[must_use]
pub fn read_only(text: &[u8]) -> Option<Vec<u8>> {
    let mut directive = skip_space(text)?;
    let first = words::word(directive, 64);
    if first.value.starts_with(b"[") {
        directive = first.rest?;
    }
    let word = words::word(directive, 64);
    let instead = match word.value.to_ascii_lowercase().as_slice() {
        b"rwcommunity" => "rocommunity",
        b"rwcommunity6" => "rocommunity6",
        _ => return None,
    };
    let (before, after) = (&text[..text.len() - directive.len()], directive.get(word.length..)?);
    Some([before, instead.as_bytes(), after].concat())
}

#[cfg(test)]
mod tests {
    use super::{CommunityLine, Directive, name, read_only};
    use crate::schema::AttributeValue as _;
    use crate::snmp::sources::Sources;

    fn line(secret: &str, source: &str, view: Option<&str>, name: &str) -> String {
        let source = Sources::from_text(source).unwrap().0[0];
        let line = CommunityLine {
            directive: Directive::ReadOnly,
            community: secret.as_bytes(),
            source,
            view,
            name,
        };
        String::from_utf8(line.text(b"").unwrap()).unwrap()
    }

    #[test]
    fn a_line_names_its_resource_in_a_comment() {
        assert_eq!(
            line("s3cr3t", "10.0.0.0/8", None, "nms"),
            "rocommunity s3cr3t 10.0.0.0/8 # standfast: nms"
        );
        assert_eq!(
            line("a b", "2001:db8::1", Some("system"), "the NMS"),
            "rocommunity6 \"a b\" 2001:db8::1 -V system # standfast: the NMS"
        );
    }

    #[test]
    fn a_line_is_known_again_whatever_is_in_the_community_and_in_the_name() {
        for (secret, title) in [
            ("s3cr3t", "nms"),
            ("# standfast: other", "nms # 2"),
            ("a' # standfast: b\"", "#"),
            ("a#b", "Köln"),
        ] {
            assert_eq!(name(line(secret, "10.0.0.0/8", None, title).as_bytes()), Some(title));
        }
        for text in [
            "rocommunity a",
            "rocommunity a # nms",
            "# standfast: nms",
            "",
            "rocommunity \"a # standfast: b\"",
        ] {
            assert_eq!(name(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_write_grant_becomes_a_read_grant_and_all_else_stays() {
        for (text, after) in [
            ("rwcommunity \"a b\" default # c", "rocommunity \"a b\" default # c"),
            ("\tRWCommunity6  a", "\trocommunity6  a"),
            ("[snmpd] rwcommunity a", "[snmpd] rocommunity a"),
            ("\"rwcommunity\" a", "rocommunity a"),
        ] {
            assert_eq!(read_only(text.as_bytes()).unwrap(), after.as_bytes());
        }
        for text in
            ["rocommunity a", "com2sec rwcommunity default a", "", "# rwcommunity a", "authcommunity write a"]
        {
            assert_eq!(read_only(text.as_bytes()), None, "{text}");
        }
    }
}
