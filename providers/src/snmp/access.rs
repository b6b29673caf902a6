//! The kind `snmp_access`: what may be granted at all, by community and by user.

use super::listen::read_list;
use super::strength::LEAST_LENGTH;
use crate::schema::{AttributeValue, Value, ValueType, not_a_fingerprint};
use crate::{kind, words};

words! {
    /// What is done about grants that no resource declares.
    pub enum Purge {
        /// They are drift, and `apply` removes them.
        Undeclared = "true",
        /// They stay.
        Nothing = "false",
    }
}

words! {
    /// What is done about weak communities.
    pub enum Weak {
        /// They are drift, and `apply` removes them.
        Forbid = "forbid",
        /// They are findings.
        Report = "report",
    }
}

words! {
    /// What is done about something that a site may want.
    pub enum Rule {
        /// It is drift, and `apply` removes it.
        Forbid = "forbid",
        /// It is a finding.
        Report = "report",
        /// It is meant.
        Allow = "allow",
    }
}

words! {
    /// Which versions of SNMP are answered.
    pub enum Versions {
        /// All.
        Any = "any",
        /// SNMPv3 alone: communities are of no use any more.
        V3Only = "v3_only",
    }
}

words! {
    /// What the users of SNMPv3 must do.
    pub enum Users {
        /// What is weak is a finding.
        Report = "report",
        /// They sign with SHA and encrypt with AES; all else is drift.
        AuthPriv = "auth_priv",
    }
}

words! {
    /// What is done about files that others may read.
    pub enum Modes {
        /// They are drift, and `apply` sets them.
        Enforce = "enforce",
        /// They are findings.
        Report = "report",
    }
}

kind! {
    /// Access to snmpd as a whole: which communities and users may be there at all. One resource, titled `main`.
    ///
    /// All that grants counts: rocommunity and its kin, com2sec to group to access, authcommunity, in all files that
    /// snmpd reads, and its command line. What is forbidden is removed where it stands, for the first match wins and
    /// nothing that is added revokes. What an `snmp_community` declares stays.
    pub struct SnmpAccess named "snmp_access" titled "main" {
        /// `true`: a grant by community that no `snmp_community` declares is drift, and is removed.
        Property purge: Purge = "false",
        /// What is done about communities that are default, words, names of this host, too short or easy to guess.
        Property weak: Weak = "forbid",
        /// The fewest bytes of a community, 8 to 64.
        Parameter weak_min_length: LeastLength = "16",
        /// What is done about communities that may write. `forbid` leaves them what they may read.
        Property write: Rule = "forbid",
        /// What is done about communities without a source: from everywhere, or from a network wider than /8 of IPv4
        /// or /16 of IPv6.
        Property any_source: Rule = "forbid",
        /// `v3_only` switches SNMPv1 and v2c off.
        Property versions: Versions = "any",
        /// `auth_priv`: users of SNMPv3 are let in with authentication by SHA and encryption by AES only.
        Property users: Users = "report",
        /// The addresses that snmpd listens on, `[TRANSPORT:]ADDRESS[:PORT]`, and no others. Without it they are left
        /// alone.
        Property agent_address: Option<AgentAddresses>,
        /// What is done about files with a community or a key in them that others than root and snmpd may read, or
        /// that snmpd could not read again.
        Property modes: Modes = "enforce",
    }
}

/// The fewest bytes of a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeastLength(pub usize);

impl Default for LeastLength {
    fn default() -> Self {
        Self(LEAST_LENGTH)
    }
}

impl AttributeValue for LeastLength {
    const TYPE: ValueType = ValueType::Form("a number from 8 to 64");
    const PATTERN: Option<&'static str> = Some(r"\+?0*([89]|[1-5][0-9]|6[0-4])");

    fn from_text(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().filter(|number| (8..=64).contains(number));
        number.map(Self).ok_or_else(|| format!("it takes {}", Self::TYPE))
    }
}

/// Addresses to listen on, as snmpd.conf writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentAddresses(pub Vec<String>);

impl AttributeValue for AgentAddresses {
    const TYPE: ValueType = ValueType::List;
    const EACH: &'static str = "addresses to listen on, each `[TRANSPORT:]ADDRESS[:PORT]`";
    const PATTERN: Option<&'static str> = Some(r"[^\s,]+");

    fn from_text(text: &str) -> Result<Self, String> {
        Self::of(text.split(',').map(str::trim))
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Text(text) => Self::from_text(text),
            Value::List(list) => Self::of(list.iter().map(String::as_str)),
            Value::Fingerprint(_) => Err(not_a_fingerprint(Self::TYPE)),
        }
    }
}

impl AgentAddresses {
    /// snmpd takes the rest of the line as it is and ends when it cannot open one of the addresses.
    fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Result<Self, String> {
        let opens =
            |text: &str| read_list(text.as_bytes(), None).iter().all(|listen| listen.defect.is_none());
        let mut addresses = Vec::new();
        for text in texts {
            if text.chars().any(char::is_control) || text.contains(',') || !opens(text) {
                return Err(
                    "snmpd ends when it cannot open an address: each is `[TRANSPORT:]ADDRESS[:PORT]` \
                            without blanks, quotes and comments"
                        .into(),
                );
            }
            addresses.push(text.to_owned());
        }
        Ok(Self(addresses))
    }
}

#[cfg(test)]
mod tests {
    use super::{AgentAddresses, LeastLength, SnmpAccess};
    use crate::schema::AttributeValue as _;

    #[test]
    fn the_default_length_is_that_of_the_strength_policy() {
        let access = SnmpAccess::from_values([], &[]).unwrap();
        assert_eq!(access.weak_min_length, LeastLength::default());
    }

    #[test]
    fn a_length_that_protects_nothing_or_nobody_is_refused() {
        for text in ["7", "65", "", "-1", "sixteen"] {
            assert!(LeastLength::from_text(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_that_would_end_snmpd_is_refused() {
        for text in ["", "127.0.0.1 # local", "127.0.0.1,", "\"127.0.0.1\"", "127.0.0.1 udp:161"] {
            assert!(AgentAddresses::from_text(text).is_err(), "{text}");
        }
        assert_eq!(AgentAddresses::from_text("127.0.0.1, [::1]").unwrap().0, ["127.0.0.1", "[::1]"]);
    }
}
