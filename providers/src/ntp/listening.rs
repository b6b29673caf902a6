//! Which local addresses ntpd listens on: `interface` lines, and the options of its command line.
//!
//! Source: `interface_action` in ntp_io.c: of the rules that match an address the last one decides. Where there is a
//! rule at all, what none matches is not listened on.

use std::net::IpAddr;

use super::address::{AddressFamily, Network};
use super::directive::{ListenAction, ListenRule, Which};

/// The rules in reading order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listening {
    /// The lines of the configuration, and `-I` as a rule that listens.
    pub rules: Vec<ListenRule>,
    /// The only family, where `-4` or `-6` is on the command line.
    pub family: Option<AddressFamily>,
}

/// A local address that a packet may be sent to.
#[derive(Clone, Copy, Debug)]
enum Local<'a> {
    /// One that no rule names by number and no rule names by its interface.
    Unnamed,
    /// One that a rule names.
    Address(IpAddr),
    /// One of an interface that a rule names.
    Of(&'a [u8]),
    /// One that the host has, with its interface.
    Own(IpAddr, &'a [u8]),
    /// Any that has no socket of its own.
    Wildcard,
}

impl Listening {
    /// Whether some address of the family that is not loopback is listened on, or may be: which addresses the host
    /// has is not asked, for it may get others at any time.
    #[must_use]
    pub fn is_open(&self, family: AddressFamily) -> bool {
        if self.family.is_some_and(|only| only != family) {
            return false;
        }
        if self.rules.is_empty()
            || self.listens(family, Local::Unnamed)
            || self.listens(family, Local::Wildcard)
        {
            return true;
        }
        self.rules.iter().filter(|rule| rule.action == ListenAction::Listen).any(|rule| match &rule.which {
            Which::Address(address, _) => {
                let is_outside =
                    AddressFamily::of(*address) == family && !Network::host(*address).is_loopback();
                is_outside && self.listens(family, Local::Address(*address))
            }
            Which::Name(name) => !is_loopback_interface(name) && self.listens(family, Local::Of(name)),
            Which::All | Which::Ipv4 | Which::Ipv6 | Which::Wildcard => false,
        })
    }

    /// Whether one of the host's addresses is listened on, given the interface that has it.
    #[must_use]
    pub fn listens_on(&self, address: IpAddr, interface: &str) -> bool {
        let family = AddressFamily::of(address);
        if self.family.is_some_and(|only| only != family) {
            return false;
        }
        // What has no socket of its own is the wildcard's.
        self.rules.is_empty()
            || self.listens(family, Local::Own(address, interface.as_bytes()))
            || self.listens(family, Local::Wildcard)
    }

    fn listens(&self, family: AddressFamily, local: Local<'_>) -> bool {
        let deciding = self.rules.iter().rev().find(|rule| matches(&rule.which, family, local));
        deciding.is_some_and(|rule| rule.action == ListenAction::Listen)
    }
}

fn matches(which: &Which, family: AddressFamily, local: Local<'_>) -> bool {
    match which {
        Which::All => !matches!(local, Local::Wildcard),
        Which::Ipv4 => family == AddressFamily::V4,
        Which::Ipv6 => family == AddressFamily::V6,
        Which::Wildcard => matches!(local, Local::Wildcard),
        Which::Address(address, length) => match local {
            Local::Address(local) | Local::Own(local, _) => {
                let length = length.unwrap_or(AddressFamily::of(*address).bits());
                Network::prefix(*address, length).is_some_and(|network| network.contains(local))
            }
            Local::Wildcard => address.is_unspecified() && AddressFamily::of(*address) == family,
            Local::Unnamed | Local::Of(_) => false,
        },
        Which::Name(name) => match local {
            Local::Of(local) | Local::Own(_, local) => local.eq_ignore_ascii_case(name),
            Local::Unnamed | Local::Address(_) | Local::Wildcard => false,
        },
    }
}

/// Whether an interface is the one that Linux calls `lo`.
fn is_loopback_interface(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"lo")
}

#[cfg(test)]
mod tests {
    use super::Listening;
    use crate::ntp::address::AddressFamily;
    use crate::ntp::directive::Directive;
    use crate::ntp::grammar;
    use crate::ntp::version::{Rules, Version};

    fn listening(lines: &[&str]) -> Listening {
        let rules = Rules::classic(Version([4, 2, 8, 15]));
        let rule = |line: &&str| match grammar::statement(line.as_bytes(), &rules).unwrap().directive {
            Directive::Listen(rule) => rule,
            other => panic!("{line}: {other:?}"),
        };
        Listening { rules: lines.iter().map(rule).collect(), family: None }
    }

    fn open(lines: &[&str]) -> [bool; 2] {
        AddressFamily::BOTH.map(|family| listening(lines).is_open(family))
    }

    #[test]
    fn without_a_rule_all_addresses_are_listened_on() {
        assert_eq!(open(&[]), [true, true]);
    }

    #[test]
    fn with_a_rule_what_none_matches_is_not_listened_on() {
        assert_eq!(open(&["interface listen 127.0.0.1"]), [false, false]);
        assert_eq!(open(&["interface listen lo"]), [false, false]);
        assert_eq!(open(&["interface listen eth0"]), [true, true]);
        assert_eq!(open(&["nic listen 10.9.0.1"]), [true, false]);
    }

    #[test]
    fn of_rules_that_match_the_last_decides() {
        assert_eq!(open(&["interface ignore all", "interface listen ipv6"]), [false, true]);
        assert_eq!(open(&["interface listen 10.9.0.1", "interface drop 10.0.0.0/8"]), [false, false]);
        assert_eq!(open(&["interface ignore wildcard", "interface listen all"]), [true, true]);
    }

    #[test]
    fn a_wildcard_that_is_listened_on_answers_for_addresses_without_a_socket() {
        assert_eq!(open(&["interface ignore all", "interface listen wildcard"]), [true, true]);
        assert_eq!(open(&["interface ignore all", "interface listen ::"]), [false, true]);
    }

    #[test]
    fn an_address_of_the_host_is_listened_on_by_itself_or_by_its_interface() {
        let on = |lines: &[&str], address: &str, interface: &str| {
            listening(lines).listens_on(address.parse().unwrap(), interface)
        };
        assert!(on(&[], "10.9.0.1", "eth0"));
        assert!(on(&["interface listen eth0"], "10.9.0.1", "eth0"));
        assert!(!on(&["interface listen eth0"], "10.9.0.1", "eth1"));
        assert!(on(&["interface listen 10.9.0.0/16"], "10.9.0.1", "eth1"));
        assert!(!on(&["interface listen 10.9.0.0/16", "interface ignore eth1"], "10.9.0.1", "eth1"));
    }

    #[test]
    fn one_family_alone_leaves_the_other_without_answers() {
        let listening = Listening { rules: Vec::new(), family: Some(AddressFamily::V6) };
        assert_eq!(AddressFamily::BOTH.map(|family| listening.is_open(family)), [false, true]);
    }
}
