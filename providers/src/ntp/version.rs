//! Which rules an ntpd follows: they differ between releases, and decide whether the same line closes or opens.
//!
//! Source: ChangeLog of ntp-project/ntp and NEWS of NTPsec; the releases of the changes are named at each rule.

use std::fmt;

use super::flags::Flags;

/// A release as four numbers: `4.2.6p5` is 4, 2, 6, 5; NTPsec's `1.2.2` is 1, 2, 2, 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub [u16; 4]);

impl Version {
    /// Reads a release at the start of a text: what follows its last number (`@1.2349-o`, `+dfsg-2`) is left out.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = [0; 4];
        let mut rest = text;
        for (index, number) in numbers.iter_mut().enumerate() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return (index >= 2).then_some(Self(numbers));
            }
            *number = rest[..digits].parse().ok()?;
            rest = &rest[digits..];
            let separator = if index < 2 { '.' } else { 'p' };
            match rest.strip_prefix(separator) {
                Some(after) => rest = after,
                None => return (index >= 1).then_some(Self(numbers)),
            }
        }
        Some(Self(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, point, patch] = self.0;
        write!(f, "{major}.{minor}.{point}")?;
        if patch == 0 { Ok(()) } else { write!(f, "p{patch}") }
    }
}

/// The two families of ntpd that read an ntp.conf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// The reference implementation, ntp.org.
    Classic,
    /// NTPsec.
    Ntpsec,
}

impl Family {
    /// Its name before a person.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Classic => "ntpd",
            Self::Ntpsec => "NTPsec ntpd",
        }
    }
}

/// Which parser reads the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grammar {
    /// Written by hand, up to 4.2.4: a wrong word loses the whole line, `restrict default` is for IPv4 only.
    Hand,
    /// By bison, since 4.2.6: what stands before the first wrong word of a line counts.
    Classic,
    /// NTPsec's, grown out of the same.
    Ntpsec,
}

/// Whether requests of mode 7 are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode7 {
    /// Of everyone who may query.
    Always,
    /// If `enable mode7` is given.
    WhenEnabled,
    /// The program has none.
    Never,
}

/// The rules of one release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// Whose program it is.
    pub family: Family,
    /// Its release; the rules of 4.2.6p5 or 1.2.2 hold where it is not known.
    pub version: Version,
    /// Which parser reads the file.
    pub grammar: Grammar,
    /// Whether mode 7 is answered.
    pub mode7: Mode7,
    /// Whether mode 7 has monlist: up to 4.2.7p25, CVE-2013-5211.
    pub monlist: bool,
    /// Whether mode 6 has mrulist: since 4.2.7p26.
    pub mrulist: bool,
    /// What the default entries hold before any line is read: since NTPsec 1.1.9 `noquery limited`, else nothing.
    pub builtin: Flags,
}

impl Rules {
    /// The rules of the reference implementation's release.
    #[must_use]
    pub fn classic(version: Version) -> Self {
        let since = |numbers| version >= Version(numbers);
        Self {
            family: Family::Classic,
            version,
            grammar: if since([4, 2, 5, 0]) { Grammar::Classic } else { Grammar::Hand },
            mode7: if since([4, 2, 7, 230]) { Mode7::WhenEnabled } else { Mode7::Always },
            monlist: !since([4, 2, 7, 26]),
            mrulist: since([4, 2, 7, 26]),
            builtin: Flags::NONE,
        }
    }

    /// The rules of NTPsec's release.
    #[must_use]
    pub fn ntpsec(version: Version) -> Self {
        let closed = version >= Version([1, 1, 9, 0]);
        Self {
            family: Family::Ntpsec,
            version,
            grammar: Grammar::Ntpsec,
            mode7: Mode7::Never,
            monlist: false,
            mrulist: true,
            builtin: if closed { Flags::NOQUERY.with(Flags::LIMITED) } else { Flags::NONE },
        }
    }

    /// The rules of a release, or of the one that is most in use where it is not known: of the reference
    /// implementation 4.2.6p5, the last that answers monlist, so that nothing is taken for closed that may be open.
    #[must_use]
    pub fn of(family: Family, version: Option<Version>) -> Self {
        match family {
            Family::Classic => Self::classic(version.unwrap_or(Version([4, 2, 6, 5]))),
            Family::Ntpsec => Self::ntpsec(version.unwrap_or(Version([1, 2, 2, 0]))),
        }
    }

    /// Whether a release of the reference implementation is at least this one.
    pub(super) fn is_classic_since(&self, numbers: [u16; 4]) -> bool {
        self.family == Family::Classic && self.version >= Version(numbers)
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.family.name(), self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::{Rules, Version};

    #[test]
    fn a_release_is_read_up_to_its_last_number() {
        for (text, numbers) in [
            ("4.2.6p5", [4, 2, 6, 5]),
            ("4.2.4p8@1.1612-o", [4, 2, 4, 8]),
            ("4.2.8p15+dfsg-1", [4, 2, 8, 15]),
            ("1.2.2", [1, 2, 2, 0]),
            ("4.2", [4, 2, 0, 0]),
        ] {
            assert_eq!(Version::parse(text), Some(Version(numbers)), "{text}");
        }
        for text in ["", "4", "ntpd", "4.x", "99999.1.1"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn patches_are_compared_as_numbers() {
        assert!(Version([4, 2, 8, 9]) < Version([4, 2, 8, 15]));
        assert!(Rules::classic(Version([4, 2, 7, 25])).monlist);
        assert!(!Rules::classic(Version([4, 2, 7, 26])).monlist);
    }
}
