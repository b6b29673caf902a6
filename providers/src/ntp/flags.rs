//! `Flags`, what a `restrict` line says of those whom it is for.

use std::fmt;

/// A set of flags of `restrict`, ntp_acc(5) and NTPsec's ntp.conf(5).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Flags(u32);

macro_rules! flags {
    ($($name:ident = $bit:literal $word:literal),+ $(,)?) => {
        impl Flags {
            $(#[doc = concat!("`", $word, "`")] pub const $name: Self = Self(1 << $bit);)+

            /// All flags with their words, in the order in which they are written.
            const WORDS: &'static [(Self, &'static str)] = &[$((Self::$name, $word)),+];
        }
    };
}

flags! {
    IGNORE = 0 "ignore",
    KOD = 1 "kod",
    LIMITED = 2 "limited",
    NOMODIFY = 3 "nomodify",
    NOTRAP = 4 "notrap",
    NOPEER = 5 "nopeer",
    NOEPEER = 6 "noepeer",
    NOQUERY = 7 "noquery",
    NOMRULIST = 8 "nomrulist",
    NOSERVE = 9 "noserve",
    NOTRUST = 10 "notrust",
    LOWPRIOTRAP = 11 "lowpriotrap",
    VERSION = 12 "version",
    FLAKE = 13 "flake",
    MSSNTP = 14 "mssntp",
    EPEER = 15 "epeer",
}

impl Flags {
    /// No flag.
    pub const NONE: Self = Self(0);

    /// The flag of this word; case counts.
    #[must_use]
    pub fn named(word: &[u8]) -> Option<Self> {
        Self::WORDS.iter().find(|(_, name)| name.as_bytes() == word).map(|(flag, _)| *flag)
    }

    /// These and those.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These but not those.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether any of those is among these.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether those are among these.
    #[must_use]
    pub const fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether requests of mode 6 and 7 are let in: neither `ignore` nor `noquery` is there. `limited` and `kod` do
    /// not slow them, `nomodify`, `notrap`, `nopeer`, `noserve` and `notrust` do not stop them.
    #[must_use]
    pub const fn may_query(self) -> bool {
        !self.meets(Self::IGNORE.with(Self::NOQUERY))
    }

    /// Whether a client gets the time.
    #[must_use]
    pub const fn may_have_time(self) -> bool {
        !self.meets(Self::IGNORE.with(Self::NOSERVE).with(Self::NOTRUST))
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (flag, word) in Self::WORDS {
            if self.holds(*flag) {
                write!(f, "{separator}{word}")?;
                separator = " ";
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{self}]")
    }
}
