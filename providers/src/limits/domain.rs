//! Domains of limits.conf: whom a line is for, and with which precedence.
//!
//! Source: limits.conf(5); `parse_uid_range` and `parse_config_file` in pam_limits.c, asked through the oracle.

use std::ops::Range;

use standfast_facts::pam_module::Capabilities;

use super::item::is_space;

/// A piece of a document by its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// A span of a document; files are bounded far below 4 GiB.
    #[must_use]
    pub fn new(range: Range<usize>) -> Self {
        Self {
            start: u32::try_from(range.start).unwrap_or(u32::MAX),
            end: u32::try_from(range.end).unwrap_or(u32::MAX),
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Its bytes in the document that it was made for.
    #[must_use]
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// The sign before a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sigil {
    /// None: a user.
    User,
    /// `@`: a group.
    Group,
    /// `%`: a group whose logins are counted together.
    AllGroup,
}

/// The numbers of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ids {
    /// `:N`, exactly one.
    One(u32),
    /// `N:`, this and all above.
    From(u32),
    /// `N:M`, both ends included; nothing when N is above M.
    Between(u32, u32),
}

impl Ids {
    /// Whether the id is one of them.
    #[must_use]
    pub fn contains(self, id: u32) -> bool {
        match self {
            Self::One(one) => id == one,
            Self::From(least) => id >= least,
            Self::Between(least, greatest) => least <= id && id <= greatest,
        }
    }

    /// The least and the greatest; `None` when no id is one of them.
    #[must_use]
    pub fn bounds(self) -> Option<(u32, u32)> {
        match self {
            Self::One(one) => Some((one, one)),
            Self::From(least) => Some((least, u32::MAX)),
            Self::Between(least, greatest) => (least <= greatest).then_some((least, greatest)),
        }
    }
}

/// Whom a line is for, as the installed module understands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// A user, group (`@`) or counted group (`%`) by name; the span leaves the sign out.
    Name(Sigil, Span),
    /// Users or groups by number.
    Range(Sigil, Ids),
    /// `*`, everyone.
    Everyone,
    /// `%`, all logins on the system.
    AllLogins,
    /// It has a `:` and is not a range: the module warns and skips the line, whatever the names are.
    NotARange,
}

impl Domain {
    /// Reads a domain token that stands at `start` in its document.
    #[must_use]
    pub fn parse(token: &[u8], start: usize, module: &Capabilities) -> Self {
        let (sigil, rest) = split_sigil(token);
        if module.ranges && rest.contains(&b':') {
            return parse_ids(rest).map_or(Self::NotARange, |ids| Self::Range(sigil, ids));
        }
        match token {
            b"*" => Self::Everyone,
            b"%" => Self::AllLogins,
            _ => Self::Name(sigil, Span::new(start + token.len() - rest.len()..start + token.len())),
        }
    }
}

/// Splits `@` or `%` from a domain.
#[must_use]
pub fn split_sigil(token: &[u8]) -> (Sigil, &[u8]) {
    match token.split_first() {
        Some((b'@', rest)) => (Sigil::Group, rest),
        Some((b'%', rest)) => (Sigil::AllGroup, rest),
        _ => (Sigil::User, token),
    }
}

/// Reads `:N`, `N:` or `N:M`; `None` where the module logs an invalid range.
#[must_use]
pub fn parse_ids(text: &[u8]) -> Option<Ids> {
    let colon = text.iter().position(|byte| *byte == b':')?;
    let (least, greatest) = (&text[..colon], &text[colon + 1..]);
    match (least.is_empty(), greatest.is_empty()) {
        (true, true) => None,
        (true, false) => id(greatest).map(Ids::One),
        (false, true) => id(least).map(Ids::From),
        (false, false) => Some(Ids::Between(id(least)?, id(greatest)?)),
    }
}

/// strtoul(3) over the whole text, cut to the 32 bits of uid_t as the module's assignment does.
fn id(text: &[u8]) -> Option<u32> {
    let unsigned = text.iter().position(|byte| !is_space(*byte)).map(|start| &text[start..])?;
    let digits = unsigned.strip_prefix(b"-").or_else(|| unsigned.strip_prefix(b"+")).unwrap_or(unsigned);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude = digits
        .iter()
        .try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))?;
    let value = if unsigned.starts_with(b"-") { magnitude.wrapping_neg() } else { magnitude };
    #[expect(clippy::cast_possible_truncation, reason = "the module cuts to uid_t, and so must we")]
    let id = value as u32;
    Some(id)
}

/// Precedence: a line of a lower class beats one of a higher, whatever their order; of equals the later wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A user's name, a UID or a UID range.
    User,
    /// A group's name, a GID or a GID range.
    Group,
    /// `%group`.
    AllGroup,
    /// `%`.
    All,
    /// `*`.
    Default,
    /// What the module took from PID 1.
    Kernel,
    /// Nothing has set it.
    None,
}

impl Class {
    /// What a line of this class is called before a person.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::User => "a line for the user",
            Self::Group => "a line for a group",
            Self::AllGroup => "a line for a counted group",
            Self::All => "a line for all logins",
            Self::Default => "a line for `*`",
            Self::Kernel => "PID 1",
            Self::None => "the process that opens the session",
        }
    }
}
