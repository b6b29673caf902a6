//! `Cover`, a set of networks that is asked whether others lie in it.

use rustc_hash::FxHashSet;

use super::source::{Network, Source};

/// A set of networks.
#[derive(Debug, Default)]
pub(super) struct Cover {
    networks: FxHashSet<Network>,
    /// Their masks, each once, with the address zero; there are few.
    masks: Vec<Network>,
}

impl Cover {
    /// Adds a network. A name is not one: it may have any address, and none for sure.
    pub(super) fn add(&mut self, source: &Source) {
        let Source::Net(network) = *source else { return };
        if self.networks.insert(network) {
            let mask = match network {
                Network::V4 { mask, .. } => Network::V4 { address: 0, mask },
                Network::V6 { mask, .. } => Network::V6 { address: 0, mask },
            };
            if !self.masks.contains(&mask) {
                self.masks.push(mask);
            }
        }
    }

    /// Whether all of the network is in one of these.
    pub(super) fn covers(&self, network: Network) -> bool {
        self.masks.iter().filter_map(|mask| cut(network, *mask)).any(|wider| self.networks.contains(&wider))
    }

    /// Whether everyone who may be meant is in one of these.
    pub(super) fn covers_source(&self, source: &Source) -> bool {
        match source {
            Source::Net(network) => self.covers(*network),
            Source::Host { mask: Network::V4 { .. }, .. } => self.networks.contains(&Network::ANY_V4),
            Source::Host { mask: Network::V6 { .. }, .. } => self.networks.contains(&Network::ANY_V6),
            Source::Socket(_) => false,
        }
    }

    /// Whether everyone who may be meant is in these together.
    pub(super) fn covers_all_of(&self, source: &Source) -> bool {
        if self.covers_source(source) {
            return true;
        }
        let Source::Net(network) = *source else { return false };
        let Some((low, high)) = range(network) else { return false };
        let inner = self.networks.iter().filter(|inner| network.covers(**inner));
        let mut ranges: Vec<_> = inner.filter_map(|inner| range(*inner)).collect();
        ranges.sort_unstable();
        let mut next = low;
        for (from, to) in ranges {
            if from > next {
                return false;
            }
            if to >= high {
                return true;
            }
            next = next.max(to + 1);
        }
        false
    }
}

/// The network under a mask that is no narrower.
fn cut(network: Network, under: Network) -> Option<Network> {
    match (network, under) {
        (Network::V4 { address, mask: own }, Network::V4 { mask, .. }) if mask & !own == 0 => {
            Some(Network::V4 { address: address & mask, mask })
        }
        (Network::V6 { address, mask: own }, Network::V6 { mask, .. }) if mask & !own == 0 => {
            Some(Network::V6 { address: address & mask, mask })
        }
        _ => None,
    }
}

/// The first and the last address, where all ones of the mask lead.
fn range(network: Network) -> Option<(u128, u128)> {
    network.prefix()?;
    Some(match network {
        Network::V4 { address, mask } => (address.into(), (address | !mask).into()),
        Network::V6 { address, mask } => (address, address | !mask),
    })
}

#[cfg(test)]
mod tests {
    use super::Cover;
    use crate::schema::AttributeValue as _;
    use crate::snmp::source::{Network, Source};
    use crate::snmp::sources::Sources;

    fn cover(networks: &str) -> Cover {
        let mut cover = Cover::default();
        for network in Sources::from_text(networks).unwrap().0 {
            cover.add(&Source::Net(network));
        }
        cover
    }

    fn one(network: &str) -> Source {
        Source::Net(Sources::from_text(network).unwrap().0[0])
    }

    #[test]
    fn a_network_is_covered_by_itself_and_by_a_wider_one() {
        let cover = cover("10.0.0.0/8, 192.0.2.7, 2001:db8::/32");
        for inside in ["10.0.0.0/8", "10.1.2.3", "192.0.2.7", "2001:db8:7::/48", "2001:db8::1"] {
            assert!(cover.covers_source(&one(inside)), "{inside}");
        }
        for outside in ["8.0.0.0/7", "11.0.0.0/8", "192.0.2.6/31", "2001:db9::/32", "2001:d00::/24"] {
            assert!(!cover.covers_all_of(&one(outside)), "{outside}");
        }
    }

    #[test]
    fn two_halves_together_cover_the_whole() {
        let halves = cover("10.0.0.0/9, 10.128.0.0/9, 2001:db8::/33, 2001:db8:8000::/33");
        for whole in ["10.0.0.0/8", "2001:db8::/32"] {
            assert!(!halves.covers_source(&one(whole)) && halves.covers_all_of(&one(whole)), "{whole}");
        }
        assert!(!cover("10.0.0.0/9, 10.192.0.0/10").covers_all_of(&one("10.0.0.0/8")), "a gap");
        assert!(cover("128.0.0.0/1, 0.0.0.0/1").covers_all_of(&Source::Net(Network::ANY_V4)));
        assert!(cover("8000::/1, ::/1").covers_all_of(&Source::Net(Network::ANY_V6)));
    }

    #[test]
    fn a_name_is_covered_by_everyone_of_its_family_only() {
        let mask = Network::V4 { address: 0, mask: u32::MAX };
        let name = Source::Host { name: b"nms".to_vec(), mask };
        let mut cover = cover("10.0.0.0/8");
        cover.add(&Source::Net(Network::ANY_V6));
        cover.add(&name);
        assert!(!cover.covers_all_of(&name));
        cover.add(&Source::Net(Network::ANY_V4));
        assert!(cover.covers_source(&name));
    }
}
