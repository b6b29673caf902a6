//! The kind `limits_entry`: one limit that should be in force for someone.

use super::item::{Item, ItemValue};
use super::syntax::LimitType;
use crate::schema::{AttributeValue, SchemaError, ValueType};
use crate::shown::Shown;
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
    /// How the domain is written.
    pub enum MatchBy {
        /// By number, where the domain is a name.
        Id = "id",
        /// By name.
        Name = "name",
        /// As it is given.
        Verbatim = "verbatim",
    }
}

words! {
    /// How the value is compared.
    pub enum Bound {
        /// The limit is this value.
        Exact = "exact",
        /// The limit is this value or less.
        AtMost = "at_most",
    }
}

words! {
    /// What lines may do that give another value to some of those whom the entry is for.
    pub enum Exceptions {
        /// They are shown as evidence.
        Allow = "allow",
        /// They are drift, and `apply` removes them.
        Forbid = "forbid",
    }
}

impl AttributeValue for LimitType {
    const TYPE: ValueType = ValueType::Word(&["soft", "hard", "-"]);

    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "both" => Ok(Self::Both),
            _ => Self::parse(text.as_bytes()).ok_or_else(|| format!("it takes {}", Self::TYPE)),
        }
    }
}

impl AttributeValue for Item {
    const TYPE: ValueType = ValueType::Word(Self::NAMES);

    fn from_text(text: &str) -> Result<Self, String> {
        Self::named(text.as_bytes()).ok_or_else(|| format!("it takes {}", Self::TYPE))
    }
}

kind! {
    /// One limit of limits.conf(5) that should be in force for a user, a group, or everyone.
    ///
    /// In sync means in force: over limits.conf and all of limits.d, in the order and precedence of the installed
    /// pam_limits.so, those whom the entry is for get this value at their next login. A line that overrides it
    /// elsewhere is drift, and the answer names file and line.
    pub struct LimitsEntry named "limits_entry" titled "DOMAIN/TYPE/ITEM" {
        /// Whom it is for: a user `thekiwi`, a group `@kiwis`, `*` for everyone, `UID_MIN:UID_MAX` for all ordinary
        /// users of login.defs(5), a UID `:1013` or UID range `1000:1999`, a GID `@:1091` or range of primary GIDs
        /// `@1000:1999`; for `maxlogins` also `%kiwis`, `%:1091` and `%`.
        Namevar domain: String,
        /// `soft`, `hard`, or `-` for both. A soft limit never exceeds the hard one that applies: to raise a limit
        /// write `-`.
        Namevar limit_type as "type": LimitType,
        /// What is limited.
        Namevar item: Item,
        /// Whether the entry should exist. `absent` removes it from all files that pam_limits reads.
        Property ensure: Ensure = "present",
        /// The limit: a number in the item's unit, or `unlimited`. KiB: core, data, fsize, memlock, rss, stack, as.
        /// Minutes: cpu. Bytes: msgqueue. Microseconds: rttime. Processes, files, locks, signals, logins: a count.
        /// nice and priority: -20 to 19. nonewprivs: 0 or 1. chroot: a directory.
        Property value: Option<LimitValue>,
        /// `exact`: the limit is `value`. `at_most`: it is `value` or less; `apply` writes `value` when it is more.
        Parameter bound: Bound = "exact",
        /// `id` writes a name as the number that pam_limits matches (`:1013`, `@:1091`), so that case, blanks and
        /// domain suffixes of names from LDAP or AD do not matter; `name` writes the name; `verbatim` writes what is
        /// given. A bare `1013` or `@1091` is a *name* to every pam_limits and almost always inert.
        Parameter match_by: MatchBy = "id",
        /// The file that gets the entry: limits.conf or one in limits.d. It sorts last by default, since of two lines
        /// of the same class the later wins.
        Parameter target: String = "/etc/security/limits.d/zz-standfast.conf",
        /// What lines may do that give another value to some of those whom the entry is for, say to a member of the
        /// group: `allow` shows them, `forbid` calls them drift and removes them, but for those that another resource
        /// declares.
        Parameter exceptions: Exceptions = "allow",
    }
}

/// The value of an entry as the user wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitValue(pub String);

impl AttributeValue for LimitValue {
    const TYPE: ValueType =
        ValueType::Form("a number in the item's unit, `unlimited`, or for chroot an absolute directory");
    const PATTERN: Option<&'static str> = Some(r"[-+]?[0-9]+|-|unlimited|infinity|/[^\s#]*");

    fn from_text(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix(['-', '+']).unwrap_or(text);
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let is_directory =
            text.starts_with('/') && !text.bytes().any(|byte| byte.is_ascii_whitespace() || byte == b'#');
        if is_number || is_directory || matches!(text, "-" | "unlimited" | "infinity") {
            return Ok(Self(text.to_owned()));
        }
        // pam_limits reads with strtoul(3) and takes what it can: `5k` as 5, `0x10` as 0.
        Err(match super::item::strtoul(text.as_bytes()) {
            Some(read) => format!("pam_limits would read it as {read}; it takes {}", Self::TYPE),
            None => format!("it takes {}", Self::TYPE),
        })
    }
}

impl LimitsEntry {
    /// Splits a title into domain, type and item; the domain may hold slashes and backslashes.
    ///
    /// # Errors
    /// When it has not all three.
    pub fn title_parts(title: &str) -> Result<[(&'static str, &str); 3], SchemaError> {
        let bad = || SchemaError::BadTitle { title: Shown::text(title).to_string(), form: Self::KIND.title };
        let (rest, item) = title.rsplit_once('/').ok_or_else(bad)?;
        let (domain, limit_type) = rest.rsplit_once('/').ok_or_else(bad)?;
        if domain.is_empty() {
            return Err(bad());
        }
        Ok([("domain", domain), ("type", limit_type), ("item", item)])
    }

    /// Checks the values against each other.
    ///
    /// # Errors
    /// [`SchemaError::Together`] says what does not go together, and what would.
    pub fn check(&self) -> Result<(), SchemaError> {
        let item = self.item.name();
        let together = |text: String| Err(SchemaError::Together(text));
        let Some(LimitValue(value)) = &self.value else {
            return match self.ensure {
                Ensure::Present => {
                    together("`value` is missing: an entry that should be present needs one".into())
                }
                Ensure::Absent => Ok(()),
            };
        };
        let number = value.parse::<i128>().ok();
        let unlimited = matches!(value.as_str(), "-" | "-1" | "unlimited" | "infinity");
        match self.item {
            Item::Chroot if !value.starts_with('/') => {
                together("`value` of chroot must be an absolute directory".into())
            }
            Item::Chroot => Ok(()),
            _ if value.starts_with('/') => {
                together(format!("`value` of {item} must be a number or `unlimited`"))
            }
            Item::NoNewPrivs if !matches!(value.as_str(), "0" | "1") => {
                together("`value` of nonewprivs must be 0 or 1; pam_limits takes any other word for 0".into())
            }
            Item::Priority | Item::Rlimit(standfast_facts::rlimit::Rlimit::Nice)
                if !number.is_some_and(|number| (-20..=19).contains(&number)) =>
            {
                together(format!("`value` of {item} must be a number from -20 to 19"))
            }
            Item::Priority | Item::NoNewPrivs | Item::Rlimit(standfast_facts::rlimit::Rlimit::Nice)
                if self.bound == Bound::AtMost =>
            {
                together(format!("`bound` at_most has no meaning for {item}"))
            }
            Item::Priority | Item::NoNewPrivs | Item::Rlimit(standfast_facts::rlimit::Rlimit::Nice) => Ok(()),
            _ if unlimited => Ok(()),
            Item::MaxLogins | Item::MaxSysLogins => match number {
                Some(number) if (0..=i128::from(i32::MAX)).contains(&number) => Ok(()),
                _ => together(format!("`value` of {item} must be from 0 to {}, or `unlimited`", i32::MAX)),
            },
            Item::Rlimit(_) => {
                let greatest = (u64::MAX - 1) / self.item.factor();
                match number {
                    Some(number) if (0..i128::from(greatest)).contains(&number) => Ok(()),
                    _ => together(format!(
                        "`value` of {item} must be from 0 to {}, or `unlimited`",
                        greatest - 1
                    )),
                }
            }
        }
    }

    /// The value as the kernel or the module counts it; `None` without a value.
    #[must_use]
    pub fn desired(&self) -> Option<DesiredValue> {
        let LimitValue(text) = self.value.as_ref()?;
        // Any module will do: the checks above leave only what all read alike.
        let newest = super::rules::PROFILES[6].capabilities();
        Some(match self.item.read(text.as_bytes(), &newest)? {
            ItemValue::Rlimit(value) => DesiredValue::Limit(value),
            ItemValue::NrOpen => DesiredValue::NrOpen,
            ItemValue::Number(value) => DesiredValue::Number(value),
            ItemValue::WrongButZero => DesiredValue::Number(0),
            ItemValue::Path => DesiredValue::Path,
        })
    }
}

/// What the value of an entry comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DesiredValue {
    /// The kernel's value of a resource limit.
    Limit(u64),
    /// `nofile` without limit: what `fs.nr_open` says.
    NrOpen,
    /// Priority, nonewprivs, or a number of logins.
    Number(i32),
    /// The text is the value.
    Path,
}

impl LimitsEntry {
    /// The title that names this entry.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}/{}/{}", self.domain, self.limit_type.word(), self.item.name())
    }
}
