//! `Pmask`, which messages pass: a bit for each severity in a column for each facility.
//!
//! Source: `DecodePRIFilter` in runtime/conf.c, `syslogFacNames` in runtime/srutils.c, RFC 5424 6.2.1.

use std::fmt;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, Not};

/// How many columns rsyslog keeps: the 24 facilities, `invld` for a PRI that is none, and one that nothing has.
pub const COLUMNS: usize = 26;

/// The facilities that a message can have: 0 to 23, and 24 for a PRI that is none.
pub const FACILITIES: [&str; 25] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
    "local7", "invld",
];

/// The severities, the worst first.
pub const SEVERITIES: [&str; 8] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/// A set of (facility, severity): bit `1 << severity` of column `facility`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pmask(pub [u8; COLUMNS]);

impl Pmask {
    /// No message.
    pub const NONE: Self = Self([0; COLUMNS]);
    /// Every message.
    pub const ALL: Self = Self([0xff; COLUMNS]);

    /// One facility, all severities.
    #[must_use]
    pub fn facility(facility: usize) -> Self {
        Self(std::array::from_fn(|column| if column == facility { 0xff } else { 0 }))
    }

    /// One pair.
    #[must_use]
    pub fn one(facility: usize, severity: usize) -> Self {
        let bit = 1_u8.checked_shl(u32::try_from(severity).unwrap_or(8)).unwrap_or(0);
        Self(std::array::from_fn(|column| if column == facility { bit } else { 0 }))
    }

    /// Whether a message passes.
    #[must_use]
    pub fn has(&self, facility: usize, severity: usize) -> bool {
        self.0.get(facility).is_some_and(|bits| severity < 8 && bits >> severity & 1 == 1)
    }

    /// Whether none passes. The last column counts for nothing: no message has it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0[..FACILITIES.len()].iter().all(|bits| *bits == 0)
    }

    /// Whether all that a program can send pass: the 24 facilities of RFC 5424.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0[..24].iter().all(|bits| *bits == 0xff)
    }

    /// What is in this and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        self & !other
    }
}

impl BitAnd for Pmask {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(std::array::from_fn(|column| self.0[column] & other.0[column]))
    }
}

impl BitOr for Pmask {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(std::array::from_fn(|column| self.0[column] | other.0[column]))
    }
}

impl BitAndAssign for Pmask {
    fn bitand_assign(&mut self, other: Self) {
        *self = *self & other;
    }
}

impl BitOrAssign for Pmask {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl Not for Pmask {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0.map(|bits| !bits))
    }
}

/// As rsyslog's debug output writes it, for tests that compare.
impl fmt::Debug for Pmask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (column, bits) in self.0.iter().enumerate() {
            let space = if column == 0 { "" } else { " " };
            match bits {
                0 => write!(f, "{space} X")?,
                bits => write!(f, "{space}{bits:2X}")?,
            }
        }
        Ok(())
    }
}

/// As a selector would write it: `*.*`, `auth,authpriv.*;mail.err`, the most common column as `*`.
impl fmt::Display for Pmask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = &self.0[..24];
        let count = |bits: u8| columns.iter().filter(|other| **other == bits).count();
        let common = columns.iter().copied().max_by_key(|bits| (count(*bits), *bits)).unwrap_or(0);
        let mut parts: Vec<String> = Vec::new();
        let has_star = count(common) > 1 && (common != 0 || count(0) == columns.len());
        if has_star {
            parts.push(severities("*", common));
        }
        let mut told = Vec::new();
        for bits in columns {
            if (has_star || *bits == 0) && *bits == if has_star { common } else { 0 } || told.contains(bits) {
                continue;
            }
            told.push(*bits);
            let names: Vec<_> = (0..columns.len()).filter(|at| columns[*at] == *bits).collect();
            let names: Vec<_> = names.into_iter().map(|at| FACILITIES[at]).collect();
            parts.push(severities(&names.join(","), *bits));
        }
        match parts.is_empty() {
            true => f.write_str("nothing"),
            false => f.write_str(&parts.join(";")),
        }
    }
}

/// The part of a selector for facilities that all have these severities.
fn severities(facilities: &str, bits: u8) -> String {
    match bits {
        0xff => format!("{facilities}.*"),
        0 => format!("{facilities}.none"),
        // A run from emerg downwards is what a plain severity means.
        bits if bits & bits.wrapping_add(1) == 0 => {
            format!("{facilities}.{}", SEVERITIES[bits.trailing_ones() as usize - 1])
        }
        bits if !bits & (!bits).wrapping_add(1) == 0 => {
            format!("{facilities}.*;{facilities}.!{}", SEVERITIES[bits.trailing_zeros() as usize - 1])
        }
        bits => {
            let one = |severity: &usize| bits >> severity & 1 == 1;
            let each = (0..8).filter(one).map(|at| format!("{facilities}.={}", SEVERITIES[at]));
            each.collect::<Vec<_>>().join(";")
        }
    }
}

/// The number of a facility by name, as rsyslogd reads it; a number is itself, in units of one.
///
/// rsyslogd's own numbers are eightfold, and it takes a number that is written for such a one: `4` is kern.
#[must_use]
pub fn facility_number(name: &[u8]) -> Option<usize> {
    if name.first().is_some_and(u8::is_ascii_digit) {
        return leading_number(name).map(|number| number / 8);
    }
    let lower = name.to_ascii_lowercase();
    let alias = match lower.as_slice() {
        b"security" => "auth",
        b"bsd_security" => "audit",
        b"console" => "alert",
        b"mark" => return Some(COLUMNS - 1),
        b"audit" | b"alert" | b"clock" => return None,
        other => return FACILITIES.iter().position(|known| known.as_bytes() == other),
    };
    FACILITIES.iter().position(|known| *known == alias)
}

/// What the word of a severity means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeverityWord {
    /// A severity, 0 for emerg to 7 for debug, or a number above.
    Number(usize),
    /// `*`
    All,
    /// `none`
    None,
}

/// Reads the word of a severity.
#[must_use]
pub fn severity_word(name: &[u8]) -> Option<SeverityWord> {
    if name.first().is_some_and(u8::is_ascii_digit) {
        return leading_number(name).map(|number| match number {
            16 => SeverityWord::None,
            255 => SeverityWord::All,
            number => SeverityWord::Number(number),
        });
    }
    let lower = name.to_ascii_lowercase();
    Some(match lower.as_slice() {
        b"*" => SeverityWord::All,
        b"none" => SeverityWord::None,
        b"panic" => SeverityWord::Number(0),
        b"error" => SeverityWord::Number(3),
        b"warn" => SeverityWord::Number(4),
        other => SeverityWord::Number(SEVERITIES.iter().position(|known| known.as_bytes() == other)?),
    })
}

/// atoi(3) of what begins with a digit.
fn leading_number(text: &[u8]) -> Option<usize> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(text.get(..digits)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Pmask;
    use crate::rsyslog::selector::decode;

    fn told(selector: &str) -> String {
        decode(selector.as_bytes()).mask.to_string()
    }

    #[test]
    fn a_mask_is_told_as_a_selector_that_means_the_same() {
        for selector in [
            "*.*",
            "*.info",
            "*.info;mail.none;authpriv.none;cron.none",
            "auth,authpriv.*",
            "mail.=info",
            "*.*;auth,authpriv.none",
            "kern.!=warn",
            "*.=debug;auth.none;news.none;mail.none",
            "local7.*",
            "*.*;*.!err;mail.none",
            "*.*;kern,mail.!emerg",
        ] {
            let mask = decode(selector.as_bytes()).mask;
            let again = decode(mask.to_string().as_bytes()).mask;
            assert_eq!(again.0[..24], mask.0[..24], "{selector} -> {mask}");
        }
        assert_eq!(told("*.*"), "*.*");
        assert_eq!(told("*.*;auth,authpriv.none"), "*.*;auth,authpriv.none");
        assert_eq!(Pmask::NONE.to_string(), "*.none");
    }
}
