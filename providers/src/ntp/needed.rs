//! The lines that keep everyone out who is let in and should not be.
//!
//! They only add: flags to an entry that is there, or a rule behind the one that allows. So taking them away again
//! leaves what was there before.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::address::{AddressFamily, Network};
use super::chrony;
use super::chrony::semantics::CommandExposure;
use super::exposure::{Asker, Exposure};
use super::flags::Flags;
use super::semantics::Configuration;
use super::table::{Entry, Key};
use super::version::Grammar;

/// The lines for an ntpd.
#[must_use]
pub fn for_ntpd(configuration: &Configuration, exposures: &[Exposure], allowed: &[Network]) -> Vec<String> {
    let mut lines = Vec::new();
    if exposures.is_empty() {
        return lines;
    }
    let rules = &configuration.rules;
    // With the list empty, whoever may still query gets no monlist; it is of no use where `limited` fills it.
    let helps = configuration.monitor_disabled().is_none() && configuration.limited().is_none();
    if rules.monlist && helps {
        lines.push("disable monitor".to_owned());
    }
    let is_everyone = |exposure: &&Exposure, family| matches!(exposure.asker, Asker::Network(network, _) if network == Network::everyone(family));
    let both = |ntpport: bool| {
        rules.grammar != Grammar::Hand
            && AddressFamily::BOTH.into_iter().all(|family| {
                exposures.iter().any(|exposure| exposure.ntpport == ntpport && is_everyone(&exposure, family))
            })
    };
    for exposure in exposures {
        let port = if exposure.ntpport { " ntpport" } else { "" };
        let whom = match &exposure.asker {
            Asker::Network(network, _) if network.mask() == 0 && both(exposure.ntpport) => {
                "default".to_owned()
            }
            Asker::Network(network, _) => address(network, rules.grammar),
            Asker::TimeSource => {
                lines.push(format!("restrict source{port} {}", exposure.flags.with(Flags::NOQUERY)));
                continue;
            }
            Asker::Named(name) => {
                let family = exposure.family.map_or("", |family| match family {
                    AddressFamily::V4 => "-4 ",
                    AddressFamily::V6 => "-6 ",
                });
                format!("{family}{}", String::from_utf8_lossy(name))
            }
        };
        lines.push(format!("restrict {whom}{port} noquery"));
    }
    lines.extend(kept_open(configuration, exposures, allowed));
    let mut seen = rustc_hash::FxHashSet::default();
    lines.retain(|line| seen.insert(line.clone()));
    lines
}

/// A permitted network that gets answers only because a wider one does would lose them with it, and so would this host
/// itself: it gets an entry of its own, with the flags that count for it now.
fn kept_open<'a>(
    configuration: &'a Configuration,
    exposures: &'a [Exposure],
    allowed: &'a [Network],
) -> impl Iterator<Item = String> + 'a {
    let is_lost = move |key: &Key, entry: &Entry, network: &Network| {
        let is_wider = key.network != *network && key.network.covers(network);
        let is_closed = |exposure: &Exposure| {
            exposure.ntpport == key.ntpport
                && matches!(&exposure.asker, Asker::Network(network, _) if *network == key.network)
        };
        is_wider && entry.flags.may_query() && exposures.iter().any(is_closed)
    };
    let this_host = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].map(Network::host);
    this_host.into_iter().chain(allowed.iter().copied()).flat_map(move |network| {
        let source = network.family().address(network.first());
        let line = |port: &str, flags: Flags| {
            let whom = address(&network, configuration.rules.grammar);
            format!("restrict {whom}{port} {flags}").trim_end().to_owned()
        };
        let plain =
            configuration.table.decide(source, false).filter(|(key, entry)| is_lost(key, entry, &network));
        let plain = plain.map(|(_, entry)| line("", entry.flags));
        // A plain entry of its own would decide for port 123 too, where another does now.
        let ntp = configuration.table.decide(source, true).filter(|(key, entry)| {
            let is_other = key.ntpport && key.network != network;
            is_other && (plain.is_some() || is_lost(key, entry, &network))
        });
        let ntp = ntp.map(|(_, entry)| line(" ntpport", entry.flags));
        plain.into_iter().chain(ntp)
    })
}

/// A network as every release reads it.
fn address(network: &Network, grammar: Grammar) -> String {
    let family = network.family();
    let first = family.address(network.first());
    match (network.mask(), grammar, family) {
        (0, Grammar::Hand, AddressFamily::V4) => "default".to_owned(),
        (0, _, AddressFamily::V4) => "-4 default".to_owned(),
        (0, _, AddressFamily::V6) => "-6 default".to_owned(),
        (mask, ..) if mask == family.ones() => first.to_string(),
        (mask, ..) => format!("{first} mask {}", family.address(mask)),
    }
}

/// The lines for a chronyd.
#[must_use]
pub fn for_chrony(
    configuration: &chrony::semantics::Configuration,
    exposures: &[CommandExposure],
    allowed: &[Network],
) -> Vec<String> {
    let mut lines: Vec<String> = exposures
        .iter()
        .map(|exposure| match &exposure.whom {
            Ok(network) => format!("cmddeny {network}"),
            Err(name) => format!("cmddeny {}", String::from_utf8_lossy(name)),
        })
        .collect();
    for network in allowed {
        let source = network.family().address(network.first());
        let decision = configuration.commands.decide(source);
        let loses = decision.is_some_and(|decision| {
            decision.rule == chrony::syntax::Rule::Allow
                && decision.network != *network
                && decision.network.covers(network)
                && exposures.iter().any(|exposure| exposure.whom.as_ref() == Ok(&decision.network))
        });
        if loses {
            lines.push(format!("cmdallow {network}"));
        }
    }
    lines
}
