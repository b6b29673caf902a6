//! Items of limits.conf: names, units, and how pam_limits reads a value of each.
//!
//! Source: limits.conf(5); `process_limit` in pam_limits.c of Linux-PAM 1.1.1 to 1.7.2, asked through
//! the oracle in `tests/oracle/pam`.

use standfast_facts::pam_module::{Capabilities, Family};
use standfast_facts::rlimit::{INFINITY, Rlimit};

/// What an entry limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Item {
    /// A resource limit of the kernel, setrlimit(2).
    Rlimit(Rlimit),
    /// The nice value that the session starts with, setpriority(2).
    Priority,
    /// The no_new_privs flag, prctl(2).
    NoNewPrivs,
    /// The number of logins of the user.
    MaxLogins,
    /// The number of logins on the system.
    MaxSysLogins,
    /// The directory that becomes the session's root; only in Debian's module.
    Chroot,
}

/// A value as pam_limits understands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemValue {
    /// The kernel's value, in the kernel's unit.
    Rlimit(u64),
    /// `nofile` without limit: the module puts the content of `fs.nr_open` in its place.
    NrOpen,
    /// A value of `priority`, `nonewprivs` or a number of logins; negative logins mean no limit.
    Number(i32),
    /// `nonewprivs` with another word than 0 or 1: logged as wrong, and sets 0 all the same.
    WrongButZero,
    /// The directory of `chroot`; the text itself is the value.
    Path,
}

/// All items with their names: a table, for each line of each file is looked up in it.
const NAMED: [(&[u8], Item); 21] = {
    let mut named: [(&[u8], Item); 21] = [(b"", Item::Chroot); 21];
    named[16] = (b"priority", Item::Priority);
    named[17] = (b"nonewprivs", Item::NoNewPrivs);
    named[18] = (b"maxlogins", Item::MaxLogins);
    named[19] = (b"maxsyslogins", Item::MaxSysLogins);
    named[20] = (b"chroot", Item::Chroot);
    let mut index = 0;
    while index < Rlimit::ALL.len() {
        // From nproc on, which most lines are about.
        let rlimit = Rlimit::ALL[(Rlimit::Nproc.index() + index) % Rlimit::ALL.len()];
        named[index] = (rlimit.item().as_bytes(), Item::Rlimit(rlimit));
        index += 1;
    }
    named
};

impl Item {
    /// The item of this name; case does not matter. `None` when the module does not know it.
    #[must_use]
    pub fn parse(name: &[u8], module: &Capabilities) -> Option<Self> {
        let item = Self::named(name)?;
        item.is_known_to(module).then_some(item)
    }

    /// The item of this name in any module.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Self> {
        NAMED.iter().find(|(other, _)| name.eq_ignore_ascii_case(other)).map(|(_, item)| *item)
    }

    /// Whether the installed module knows the item; one that does not ignores the line.
    #[must_use]
    pub fn is_known_to(self, module: &Capabilities) -> bool {
        match self {
            Self::Rlimit(Rlimit::Rttime) => module.rttime,
            Self::NoNewPrivs => module.nonewprivs,
            Self::Chroot => module.family != Family::Upstream,
            _ => true,
        }
    }

    /// Whether a line on one can decide about the other: the two ways of counting logins overwrite each other.
    #[must_use]
    pub fn shares_its_place_with(self, other: Self) -> bool {
        let counts_logins = |item| matches!(item, Self::MaxLogins | Self::MaxSysLogins);
        self == other || counts_logins(self) && counts_logins(other)
    }

    /// The name as limits.conf(5) writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rlimit(rlimit) => rlimit.item(),
            Self::Priority => "priority",
            Self::NoNewPrivs => "nonewprivs",
            Self::MaxLogins => "maxlogins",
            Self::MaxSysLogins => "maxsyslogins",
            Self::Chroot => "chroot",
        }
    }

    /// All item names: those of the kernel's limits in its order, then the others.
    pub const NAMES: &[&str] = &[
        "cpu",
        "fsize",
        "data",
        "stack",
        "core",
        "rss",
        "nproc",
        "nofile",
        "memlock",
        "as",
        "locks",
        "sigpending",
        "msgqueue",
        "nice",
        "rtprio",
        "rttime",
        "priority",
        "nonewprivs",
        "maxlogins",
        "maxsyslogins",
        "chroot",
    ];

    /// What one unit of the file is in units of the kernel, for a resource limit.
    #[must_use]
    pub fn factor(self) -> u64 {
        match self {
            // KiB in the file, bytes in the kernel.
            Self::Rlimit(
                Rlimit::Core
                | Rlimit::Data
                | Rlimit::Fsize
                | Rlimit::Memlock
                | Rlimit::Rss
                | Rlimit::Stack
                | Rlimit::As,
            ) => 1024,
            // Minutes in the file, seconds in the kernel.
            Self::Rlimit(Rlimit::Cpu) => 60,
            _ => 1,
        }
    }

    /// The unit of the file's values, in words.
    #[must_use]
    pub fn unit(self) -> Option<&'static str> {
        match self {
            Self::Rlimit(Rlimit::Cpu) => Some("minutes"),
            Self::Rlimit(_) if self.factor() == 1024 => Some("KiB"),
            Self::Rlimit(rlimit) => rlimit.unit(),
            Self::MaxLogins | Self::MaxSysLogins => Some("logins"),
            Self::Priority | Self::NoNewPrivs | Self::Chroot => None,
        }
    }

    /// Whether pam_limits looks at the type word of a line with this item.
    #[must_use]
    pub fn needs_type(self) -> bool {
        !matches!(self, Self::MaxLogins | Self::MaxSysLogins | Self::NoNewPrivs)
    }

    /// Reads a value as the module does; `None` when the module calls it wrong and skips the line.
    #[must_use]
    pub fn read(self, text: &[u8], module: &Capabilities) -> Option<ItemValue> {
        match self {
            Self::NoNewPrivs => Some(match text {
                b"0" => ItemValue::Number(0),
                b"1" => ItemValue::Number(1),
                _ => ItemValue::WrongButZero,
            }),
            Self::Chroot => Some(ItemValue::Path),
            Self::Priority => strtol(text).map(ItemValue::Number),
            Self::MaxLogins | Self::MaxSysLogins if is_unlimited(text) => Some(ItemValue::Number(-1)),
            Self::MaxLogins | Self::MaxSysLogins => strtol(text).map(ItemValue::Number),
            // The kernel counts nice from 40 (nice -20) down to 1 (nice 19), getrlimit(2).
            Self::Rlimit(Rlimit::Nice) => strtol(text)
                .map(|nice| ItemValue::Rlimit(u64::from((20 - nice.clamp(-20, 19)).unsigned_abs()))),
            Self::Rlimit(rlimit) => {
                let number = if is_unlimited(text) { INFINITY } else { strtoul(text)? };
                let factor = self.factor();
                if factor > 1 && number >= INFINITY / factor {
                    return Some(ItemValue::Rlimit(INFINITY));
                }
                if rlimit == Rlimit::Nofile && number == INFINITY && module.nr_open {
                    return Some(ItemValue::NrOpen);
                }
                Some(ItemValue::Rlimit(number * factor))
            }
        }
    }

    /// A kernel value in the words of limits.conf: `4096`, `unlimited`, nice as nice.
    #[must_use]
    pub fn file_text(self, kernel: u64) -> String {
        if self == Self::Rlimit(Rlimit::Nice) {
            return (20 - i64::try_from(kernel).unwrap_or(40).min(40)).to_string();
        }
        match kernel {
            INFINITY => "unlimited".into(),
            value => (value / self.factor()).to_string(),
        }
    }
}

/// The four spellings of "no limit"; the letters were lower-cased by the module before.
fn is_unlimited(text: &[u8]) -> bool {
    matches!(text, b"-1" | b"-")
        || text.eq_ignore_ascii_case(b"unlimited")
        || text.eq_ignore_ascii_case(b"infinity")
}

/// strtoul(3) in base 10 on 64 bits: leading blanks and a sign, then digits; the rest is ignored.
///
/// `None` without a digit. Overflow gives the greatest value, a minus wraps around.
#[must_use]
pub fn strtoul(text: &[u8]) -> Option<u64> {
    let (negative, digits) = sign_and_digits(text)?;
    let value = digits
        .iter()
        .try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
    Some(match value {
        None => u64::MAX,
        Some(value) if negative => value.wrapping_neg(),
        Some(value) => value,
    })
}

/// strtol(3) in base 10, clamped to the range of a C int as the module does.
fn strtol(text: &[u8]) -> Option<i32> {
    let (negative, digits) = sign_and_digits(text)?;
    let value = digits
        .iter()
        .fold(0_i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    let value = if negative { -value } else { value };
    Some(i32::try_from(value).unwrap_or(if negative { i32::MIN } else { i32::MAX }))
}

fn sign_and_digits(text: &[u8]) -> Option<(bool, &[u8])> {
    let blanks = text.iter().take_while(|byte| is_space(**byte)).count();
    let text = text.get(blanks..)?;
    let (negative, text) = match text.first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then(|| (negative, &text[..digits]))
}

/// isspace(3) in the C locale.
#[must_use]
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}
