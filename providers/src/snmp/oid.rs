//! `Oid`, the name of an object, and how snmpd reads one.
//!
//! Source: `read_objid` in net-snmp's snmplib/mib.c.

use std::fmt;

/// The longest name, in numbers.
const LONGEST: usize = 128;

/// The name of an object as numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(pub Vec<u64>);

/// Why a text names no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OidDefect {
    /// It names an object by a word, for which MIB files are needed.
    Symbolic,
    /// No MIB file can help.
    Malformed,
}

/// What access control is mostly written for, as RFC 1155, 1213, 2790, 3411 and net-snmp's own MIB name it.
const NAMES: &[(&str, &[u64])] = &[
    ("ccitt", &[0]),
    ("iso", &[1]),
    ("joint-iso-ccitt", &[2]),
    ("org", &[1, 3]),
    ("dod", &[1, 3, 6]),
    ("internet", &[1, 3, 6, 1]),
    ("mgmt", &[1, 3, 6, 1, 2]),
    ("mib-2", &[1, 3, 6, 1, 2, 1]),
    ("system", &[1, 3, 6, 1, 2, 1, 1]),
    ("interfaces", &[1, 3, 6, 1, 2, 1, 2]),
    ("ip", &[1, 3, 6, 1, 2, 1, 4]),
    ("icmp", &[1, 3, 6, 1, 2, 1, 5]),
    ("tcp", &[1, 3, 6, 1, 2, 1, 6]),
    ("udp", &[1, 3, 6, 1, 2, 1, 7]),
    ("snmp", &[1, 3, 6, 1, 2, 1, 11]),
    ("host", &[1, 3, 6, 1, 2, 1, 25]),
    ("hrSystem", &[1, 3, 6, 1, 2, 1, 25, 1]),
    ("hrStorage", &[1, 3, 6, 1, 2, 1, 25, 2]),
    ("hrDevice", &[1, 3, 6, 1, 2, 1, 25, 3]),
    ("hrSWRun", &[1, 3, 6, 1, 2, 1, 25, 4]),
    ("hrSWRunPerf", &[1, 3, 6, 1, 2, 1, 25, 5]),
    ("hrSWInstalled", &[1, 3, 6, 1, 2, 1, 25, 6]),
    ("ifMIB", &[1, 3, 6, 1, 2, 1, 31]),
    ("private", &[1, 3, 6, 1, 4]),
    ("enterprises", &[1, 3, 6, 1, 4, 1]),
    ("ucdavis", &[1, 3, 6, 1, 4, 1, 2021]),
    ("netSnmp", &[1, 3, 6, 1, 4, 1, 8072]),
    ("snmpV2", &[1, 3, 6, 1, 6]),
    ("snmpModules", &[1, 3, 6, 1, 6, 3]),
];

/// The words that are known without any MIB file.
const ROOTS: usize = 3;

/// Which words can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Those of the three roots: no MIB file is there.
    Roots,
    /// Those above, and perhaps more.
    Mibs,
}

impl Oid {
    /// Whether it may matter for a text if MIB files are there: not where all its parts are numbers.
    #[must_use]
    pub fn may_be_named(text: &[u8]) -> bool {
        !text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
    }

    /// Reads the name of an object as a directive writes it.
    ///
    /// # Errors
    /// When the daemon would not read it, or only with MIB files that are not read here.
    pub fn parse(text: &[u8], names: Names) -> Result<Self, OidDefect> {
        let known = &NAMES[..if names == Names::Roots { ROOTS } else { NAMES.len() }];
        // `MODULE::name` names the object by its own MIB.
        let plain = match text.iter().position(|byte| *byte == b':') {
            Some(colon) if names == Names::Mibs => {
                text[colon..].strip_prefix(b"::").ok_or(OidDefect::Malformed)?
            }
            _ => text,
        };
        let dotted = plain.strip_prefix(b".");
        let mut oid = Vec::new();
        for (index, part) in dotted.unwrap_or(plain).split(|byte| *byte == b'.').enumerate() {
            if part.first().is_some_and(u8::is_ascii_digit) {
                oid.push(strtoul(part).ok_or(OidDefect::Malformed)?);
                continue;
            }
            let is_word =
                !part.is_empty() && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
            if !is_word || names == Names::Roots && index > 0 {
                return Err(OidDefect::Malformed);
            }
            let named = known.iter().find(|(name, _)| name.as_bytes() == part);
            match named {
                // A word stands for the whole path to it, or for the next step of the path.
                Some((_, path)) if index == 0 && (dotted.is_none() || path.len() == 1) => oid = path.to_vec(),
                Some((_, path)) if path.len() == oid.len() + 1 && path.starts_with(&oid) => {
                    oid = path.to_vec()
                }
                _ if names == Names::Mibs => return Err(OidDefect::Symbolic),
                _ => return Err(OidDefect::Malformed),
            }
        }
        if oid.len() > LONGEST { Err(OidDefect::Malformed) } else { Ok(Self(oid)) }
    }
}

/// A number as strtoul(3) with base 0 reads it, when nothing stands behind it.
fn strtoul(text: &[u8]) -> Option<u64> {
    let (digits, base) = match text {
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => (digits, 16),
        [b'0', digits @ ..] if !digits.is_empty() => (digits, 8),
        digits => (digits, 10),
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(base);
    digits.iter().try_fold(0_u64, |number, byte| {
        Some(number.saturating_mul(u64::from(base)).saturating_add(u64::from(digit(byte)?)))
    })
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|number| write!(f, ".{number}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, Oid, OidDefect};

    fn read(text: &str, names: Names) -> Result<String, OidDefect> {
        Oid::parse(text.as_bytes(), names).map(|oid| oid.to_string())
    }

    #[test]
    fn what_may_not_be_named_is_the_same_with_and_without_mibs() {
        for text in [
            "",
            ".",
            "1",
            ".1.3.6",
            "1..3",
            ".1.",
            "0.08",
            "iso",
            ".1.iso",
            "1:2",
            "1::2",
            "0x1",
            "SNMPv2-MIB::mib-2",
        ] {
            let differs = read(text, Names::Roots) != read(text, Names::Mibs);
            assert!(!differs || Oid::may_be_named(text.as_bytes()), "{text}");
        }
        assert!(!Oid::may_be_named(b".1.3.6.1.2.1.1"));
        assert_ne!(read("1::2", Names::Roots), read("1::2", Names::Mibs), "a colon makes a difference");
    }

    #[test]
    fn numbers_need_no_mib_and_no_leading_dot() {
        assert_eq!(read(".1.3.6", Names::Roots).as_deref(), Ok(".1.3.6"));
        assert_eq!(read("1.3.6", Names::Roots).as_deref(), Ok(".1.3.6"));
        assert_eq!(read(".0x1.010", Names::Roots).as_deref(), Ok(".1.8"));
        assert_eq!(read(".iso.3", Names::Roots).as_deref(), Ok(".1.3"));
        assert_eq!(read("127.0.0.2", Names::Roots).as_deref(), Ok(".127.0.0.2"));
    }

    #[test]
    fn words_need_mib_files() {
        assert_eq!(read("system", Names::Roots), Err(OidDefect::Malformed));
        assert_eq!(read("system", Names::Mibs).as_deref(), Ok(".1.3.6.1.2.1.1"));
        assert_eq!(read("SNMPv2-MIB::system.1", Names::Mibs).as_deref(), Ok(".1.3.6.1.2.1.1.1"));
        assert_eq!(read(".iso.org.dod.internet", Names::Mibs).as_deref(), Ok(".1.3.6.1"));
        assert_eq!(read("sysDescr", Names::Mibs), Err(OidDefect::Symbolic));
    }

    #[test]
    fn what_is_no_number_and_no_word_is_nothing() {
        for text in ["", ".", "1..3", ".1.", ".1.3x", "-V", "#"] {
            assert!(read(text, Names::Roots).is_err(), "{text}");
        }
    }
}
