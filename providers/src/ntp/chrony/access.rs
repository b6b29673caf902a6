//! Who is answered, out of all `allow` and `deny` lines together.
//!
//! Source: addrfilt.c. A rule is put on the nodes of a tree that branches by four bits. So a network whose length is
//! no multiple of four is several nodes of the next level, and of rules whose lengths round up to the same the *later*
//! decides, not the more specific. `all` erases what lies below.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::syntax::{Extent, Rule};
use crate::ntp::address::{AddressFamily, Network, number};
use crate::ntp::table::LineId;

/// A node: a prefix whose length is a multiple of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    family: AddressFamily,
    /// The bits, at the top of 128.
    bits: u128,
    length: u8,
}

/// A rule on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether those below are answered.
    pub rule: Rule,
    /// The line.
    pub line: LineId,
    /// The network that the line names.
    pub network: Network,
}

/// All rules of one service. Without any nobody is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessTree {
    nodes: BTreeMap<Node, Decision>,
}

/// The bits of an address at the top of 128.
fn at_top(family: AddressFamily, number: u128) -> u128 {
    number << (128 - u32::from(family.bits()))
}

impl AccessTree {
    /// Adds a rule for the first bits of an address; later rules for the same nodes replace earlier ones.
    pub fn add(&mut self, network: Network, rule: Rule, extent: Extent, line: LineId) {
        let family = network.family();
        let Some(length) = network.length() else { return };
        let level = length.div_ceil(4) * 4;
        let step = u128::MAX.checked_shr(u32::from(level)).map_or(1, |rest| rest.wrapping_add(1));
        let first = at_top(family, network.first());
        for index in 0..1_u128 << (level - length) {
            let node = Node { family, bits: first.wrapping_add(index.wrapping_mul(step)), length: level };
            if extent == Extent::All {
                self.erase_below(node);
            }
            self.nodes.insert(node, Decision { rule, line, network });
        }
    }

    fn erase_below(&mut self, node: Node) {
        let rest = u128::MAX.checked_shr(u32::from(node.length)).unwrap_or(0);
        let last = Node { family: node.family, bits: node.bits | rest, length: u8::MAX };
        let below: Vec<Node> = self
            .nodes
            .range(node..=last)
            .map(|(node, _)| *node)
            .filter(|below| below.length > node.length)
            .collect();
        for node in below {
            self.nodes.remove(&node);
        }
    }

    /// The rule that decides for an address: the one on the lowest node above it; `None` where there is none, and
    /// nobody is answered.
    #[must_use]
    pub fn decide(&self, source: IpAddr) -> Option<&Decision> {
        let family = AddressFamily::of(source);
        let bits = at_top(family, number(source));
        (0..=family.bits()).rev().step_by(4).find_map(|length| {
            let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            self.nodes.get(&Node { family, bits: bits & mask, length })
        })
    }

    /// Whether an address is answered.
    #[must_use]
    pub fn answers(&self, source: IpAddr) -> bool {
        self.decide(source).is_some_and(|decision| decision.rule == Rule::Allow)
    }

    /// The nodes of a family that let someone in, with the network of each.
    pub fn open(&self, family: AddressFamily) -> impl Iterator<Item = (Network, &Decision)> {
        let own = self.nodes.iter().filter(move |(node, _)| node.family == family);
        own.filter(|(_, decision)| decision.rule == Rule::Allow)
            .map(|(node, decision)| (node.network(), decision))
    }

    /// All nodes of a family.
    pub fn all(&self, family: AddressFamily) -> impl Iterator<Item = (Network, &Decision)> {
        let own = self.nodes.iter().filter(move |(node, _)| node.family == family);
        own.map(|(node, decision)| (node.network(), decision))
    }
}

impl Node {
    fn network(&self) -> Network {
        let shift = 128 - u32::from(self.family.bits());
        let mask = u128::MAX.checked_shl(128 - u32::from(self.length)).unwrap_or(0);
        Network::new(self.family, self.bits >> shift, mask >> shift)
    }
}
