//! The kind `snmp_community`: one community that may ask, whence, and what it gets.

use std::path::PathBuf;

use super::sources::Sources;
use crate::schema::{AttributeValue, SchemaError, ValueType};
use crate::secret::SecretValue;
use crate::{kind, words};

words! {
    /// Whether a resource should exist.
    pub enum Ensure {
        /// It should.
        Present = "present",
        /// It should not.
        Absent = "absent",
    }
}

words! {
    /// What a community may do.
    pub enum Grade {
        /// Read.
        ReadOnly = "ro",
        /// Read and write.
        ReadWrite = "rw",
    }
}

kind! {
    /// One community of SNMPv1 and v2c that may ask this host. Its title is a name of your own for it; the community
    /// itself never shows.
    ///
    /// In sync means in force: over all files and options that the installed snmpd reads, in its order, where the
    /// first match wins, this community gets exactly this access from each of its sources, and none from anywhere
    /// else. A line that gives it more is drift of this resource, and the answer names file and line.
    pub struct SnmpCommunity named "snmp_community" titled "NAME" {
        /// What the resource is called; it stands behind its lines as a comment, `# standfast: NAME`.
        Namevar name: CommunityName,
        /// Whether the community should be there. `absent` removes the lines that standfast wrote for this name, and,
        /// where the community is given, each line that lets it in.
        Property ensure: Ensure = "present",
        /// The community. It comes as JSON on standard input, as from Puppet's Sensitive; a policy file cannot hold it.
        Property community: Option<SecretValue>,
        /// A file whose first line is the community. It must be root's, with mode 0600 or 0400.
        Parameter community_file: Option<FilePath>,
        /// What it may do: `ro` read, `rw` also write.
        Property access: Grade = "ro",
        /// Whence it may ask: addresses and networks of IPv4 and IPv6. Host names are refused, for snmpd looks a name
        /// up once, when it loads its files; so is everyone.
        Property sources: Option<Sources>,
        /// The view that it sees, as a `view` line defines it. Without it the whole tree.
        Property view: Option<ViewName>,
        /// The file that gets the lines, one that snmpd reads. By default `zz-standfast.conf` in the directory that
        /// an `includeDir` line of snmpd.conf names, and snmpd.conf itself where there is none.
        Parameter target: Option<FilePath>,
    }
}

impl SnmpCommunity {
    /// Checks the values against each other.
    ///
    /// # Errors
    /// [`SchemaError::Together`] says what does not go together, and what would.
    pub fn check(&self) -> Result<(), SchemaError> {
        let together = |text: &str| Err(SchemaError::Together(text.to_owned()));
        if self.community.is_some() && self.community_file.is_some() {
            return together("`community` and `community_file` are both given: one of them is enough");
        }
        if self.ensure == Ensure::Absent {
            return Ok(());
        }
        if self.community.is_none() && self.community_file.is_none() {
            return together(
                "`community_file` is missing: a community that should be present needs it, or `community` on standard input",
            );
        }
        if self.sources.is_none() {
            return together(
                "`sources` is missing: a community that should be present needs to say who may use it",
            );
        }
        Ok(())
    }
}

/// What a resource is called: text that can stand in a comment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommunityName(pub String);

impl AttributeValue for CommunityName {
    const TYPE: ValueType = ValueType::Text;
    const PATTERN: Option<&'static str> = Some("[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?");

    fn from_text(text: &str) -> Result<Self, String> {
        let name = String::from_text(text)?;
        if name.trim() != name || name.is_empty() {
            return Err("it must not be empty, nor begin or end with white space".into());
        }
        Ok(Self(name))
    }
}

/// An absolute path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath(pub PathBuf);

impl AttributeValue for FilePath {
    const TYPE: ValueType = ValueType::Form("an absolute path");
    const PATTERN: Option<&'static str> = Some("/[^[:cntrl:]]*");

    fn from_text(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(String::from_text(text)?);
        let is_plain = path
            .components()
            .all(|part| matches!(part, std::path::Component::RootDir | std::path::Component::Normal(_)));
        if !path.is_absolute() || !is_plain {
            return Err(format!("it takes {} without `..`", Self::TYPE));
        }
        Ok(Self(path))
    }
}

/// The name of a view, in letters that need no quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewName(pub String);

/// The longest name of a view, in bytes (`VACM_MAX_STRING`).
const LONGEST_VIEW: usize = 32;

impl AttributeValue for ViewName {
    const TYPE: ValueType =
        ValueType::Form("the name of a view: at most 32 letters, digits, `_`, `.` and `-`");
    const PATTERN: Option<&'static str> = Some("[A-Za-z0-9_.][A-Za-z0-9_.-]{0,31}");

    fn from_text(text: &str) -> Result<Self, String> {
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        let is_name = !text.is_empty() && !text.starts_with('-') && text.bytes().all(is_safe);
        // snmpd writes the name into a line of its own and parses that again: it must be one plain word.
        if !is_name || text.len() > LONGEST_VIEW {
            return Err(format!("it takes {}", Self::TYPE));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{SnmpCommunity, ViewName};
    use crate::schema::{AttributeValue as _, SchemaError, Value};

    fn read(title: &str, values: &[(&str, &str)]) -> Result<SnmpCommunity, SchemaError> {
        let values: Vec<_> =
            values.iter().map(|(name, text)| (*name, Value::Text((*text).to_owned()))).collect();
        let values = values.iter().map(|(name, value)| (*name, value));
        let read = SnmpCommunity::from_values(values, &[("name", title)])?;
        read.check().map(|()| read)
    }

    #[test]
    fn a_community_comes_once_and_with_its_sources() {
        let sources = ("sources", "192.0.2.0/24");
        assert!(read("nms", &[("community", "s3cr3t"), sources]).is_ok());
        assert!(read("nms", &[("community_file", "/etc/nms"), sources]).is_ok());
        for (values, words) in [
            (&[("community", "s3cr3t"), ("community_file", "/etc/nms"), sources][..], "both given"),
            (&[sources], "`community_file` is missing"),
            (&[("community", "s3cr3t")], "`sources` is missing"),
        ] {
            let error = read("nms", values).unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains("s3cr3t"), "{error}");
        }
        assert!(read("nms", &[("ensure", "absent")]).is_ok());
    }

    #[test]
    fn a_name_can_stand_in_a_comment() {
        for name in ["", " nms", "nms ", "n\nms"] {
            assert!(read(name, &[("ensure", "absent")]).is_err(), "{name:?}");
        }
        assert!(read("the NMS of Köln # 1", &[("ensure", "absent")]).is_ok());
    }

    #[test]
    fn a_view_is_one_plain_word() {
        for name in ["", "a b", "-V", "a'b", "a\"", "a#", &"x".repeat(33)] {
            assert!(ViewName::from_text(name).is_err(), "{name}");
        }
        assert!(ViewName::from_text("system-only_1.x").is_ok());
    }

    #[test]
    fn no_debug_text_shows_the_community() {
        let read = read("nms", &[("community", "s3cr3t"), ("sources", "::1")]).unwrap();
        assert!(!format!("{read:?}").contains("s3cr3t"));
    }
}
