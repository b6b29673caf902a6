//! Who outside may query, out of all entries together.

use std::net::IpAddr;

use super::super::address::{AddressFamily, Network, loopback};
use super::super::exposure::{Asker, Exposure};
use super::super::semantics::{Configuration, Port, verdict};
use super::super::version::Rules;
use super::{new, ntpsec, old};

fn exposures(rules: Rules, text: &str, allowed: &[&str]) -> Vec<Exposure> {
    let allowed: Vec<_> = allowed.iter().map(|text| Network::parse(text).unwrap()).collect();
    Configuration::parse(rules, text.as_bytes()).exposures(&allowed)
}

/// The askers as text, for tables.
fn askers(rules: Rules, text: &str, allowed: &[&str]) -> Vec<String> {
    let tell = |exposure: &Exposure| {
        let port = match exposure.port {
            Some(Port::Ntp) => " from 123",
            Some(Port::Other) => " from others",
            None => "",
        };
        match &exposure.asker {
            Asker::Network(network, _) => format!("{network}{port}"),
            Asker::TimeSource => format!("sources{port}"),
            Asker::Named(name) => format!("{}{port}", String::from_utf8_lossy(name)),
        }
    };
    exposures(rules, text, allowed).iter().map(tell).collect()
}

const CLOSED: &str = "restrict default noquery\nrestrict 127.0.0.1\nrestrict ::1\n";

#[test]
fn loopback_is_not_outside() {
    assert_eq!(askers(old(), CLOSED, &[]), [""; 0]);
    assert_eq!(askers(old(), "restrict default noquery\nrestrict 127.0.0.0 mask 255.0.0.0\n", &[]), [""; 0]);
}

#[test]
fn what_sends_no_packets_is_not_outside_and_this_host_by_name_is_none_either() {
    let text = format!("{CLOSED}restrict 224.0.0.0 mask 240.0.0.0\nrestrict ff00:: mask ff00::\n");
    assert_eq!(askers(old(), &text, &[]), [""; 0]);
    assert_eq!(
        askers(old(), &format!("{CLOSED}restrict LocalHost\nrestrict b.example\n"), &[]),
        ["b.example"]
    );
}

#[test]
fn an_entry_that_opens_a_network_is_found_unless_the_network_is_permitted() {
    let text = format!("{CLOSED}restrict 10.9.0.0 mask 255.255.0.0 nomodify\n");
    assert_eq!(askers(old(), &text, &[]), ["10.9.0.0/16"]);
    assert_eq!(askers(old(), &text, &["10.9.0.0/16"]), [""; 0]);
    assert_eq!(askers(old(), &text, &["10.0.0.0/8"]), [""; 0]);
    assert_eq!(askers(old(), &text, &["10.9.0.0/17"]), ["10.9.0.0/16"]);
    assert_eq!(askers(old(), &text, &["10.9.0.0/17", "10.9.128.0/17"]), [""; 0]);
}

#[test]
fn an_entry_that_more_specific_ones_hide_lets_nobody_in() {
    let text = "restrict default noquery\nrestrict 10.9.0.0 mask 255.255.0.0\n\
                restrict 10.9.0.0 mask 255.255.128.0 noquery\nrestrict 10.9.128.0 mask 255.255.128.0 ignore\n";
    assert_eq!(askers(old(), text, &[]), [""; 0]);
    let text = format!("{text}restrict 10.9.3.3\n");
    assert_eq!(askers(old(), &text, &[]), ["10.9.3.3"]);
}

#[test]
fn two_halves_hide_the_default_entry() {
    let text = "restrict -6 default noquery\nrestrict 0.0.0.0 mask 128.0.0.0 noquery\n\
                restrict 128.0.0.0 mask 128.0.0.0 noquery\n";
    assert_eq!(askers(old(), text, &[]), [""; 0]);
    let text =
        "restrict default noquery\nrestrict 0.0.0.0 mask 128.0.0.0\nrestrict 128.0.0.0 mask 128.0.0.0\n";
    assert_eq!(askers(old(), text, &[]), ["128.0.0.0/1", "0.0.0.0/1"]);
}

#[test]
fn what_only_one_source_port_gets_is_told_apart() {
    assert_eq!(
        askers(old(), "restrict default noquery ntpport\n", &[]),
        ["0.0.0.0/0 from others", "::/0 from others"]
    );
    assert_eq!(
        askers(old(), "restrict default noquery\nrestrict default ntpport nomodify\n", &[]),
        ["0.0.0.0/0 from 123", "::/0 from 123"]
    );
}

#[test]
fn time_sources_and_names_are_outside_too() {
    let text = "restrict default noquery\nrestrict source nomodify\nrestrict time.example.com nomodify\n";
    assert_eq!(askers(new(), text, &[]), ["time.example.com"]);
    let text = format!("{text}pool pool.example.org\nrestrict localhost\n");
    assert_eq!(askers(new(), &text, &["0.0.0.0/0", "::/0"]), ["sources", "time.example.com"]);
}

#[test]
fn a_mask_with_gaps_counts_as_open_whatever_hides_it() {
    let text = "restrict default noquery\nrestrict 10.0.0.1 mask 255.0.0.255\n";
    assert_eq!(askers(old(), text, &[]), ["10.0.0.1 mask 255.0.0.255"]);
    assert_eq!(askers(old(), text, &["10.0.0.0/8"]), [""; 0]);
}

#[test]
fn where_no_address_of_a_family_is_listened_on_nobody_of_it_is_let_in() {
    assert_eq!(askers(new(), "interface ignore all\n", &[]), [""; 0]);
    assert_eq!(askers(new(), "interface ignore ipv6\ninterface listen ipv4\n", &[]), ["0.0.0.0/0"]);
}

#[test]
fn everything_may_be_permitted() {
    assert_eq!(askers(old(), "", &["0.0.0.0/0", "::/0"]), [""; 0]);
    assert_eq!(askers(ntpsec(), "unrestrict default noquery\n", &["0.0.0.0/0"]), ["::/0"]);
}

#[test]
fn a_hundred_thousand_lines_are_judged_in_one_sweep() {
    use std::fmt::Write as _;
    let mut text = String::from("restrict default noquery\n");
    for number in 0..100_000_u32 {
        let [_, a, b, c] = number.to_be_bytes();
        writeln!(text, "restrict 10.{a}.{b}.{c} nomodify").unwrap();
    }
    assert_eq!(exposures(old(), &text, &["10.0.0.0/8"]).len(), 0);
    assert_eq!(exposures(old(), &text, &["10.0.0.0/9"]).len(), 0);
    assert_eq!(exposures(old(), &text, &[]).len(), 100_000);
}

proptest::proptest! {
    #[test]
    fn the_sweep_finds_what_asking_for_every_address_finds(
        lines in proptest::collection::vec((0_u8..16, 0_u8..=4, proptest::bool::ANY, proptest::bool::ANY), 0..12),
        allowed in proptest::collection::vec((0_u8..16, 1_u8..=4), 0..3),
    ) {
        use std::fmt::Write as _;
        // A small internet: the four highest bits of 240.0.0.0/4's neighbour 16.0.0.0/4 down to 16.x.
        let mut text = String::from("restrict default ignore\nrestrict 16.0.0.0 mask 240.0.0.0\n");
        let network = |bits: u8, length: u8| {
            let mask = if length == 0 { 0 } else { 0xf0_u8 << (4 - length) >> 4 & 0xf };
            (16 + (bits & mask), 0xf0 | mask)
        };
        for (bits, length, closes, ntpport) in lines {
            let (address, mask) = network(bits, length);
            let flags = if closes { " noquery" } else { " kod" };
            let port = if ntpport { " ntpport" } else { "" };
            writeln!(text, "restrict {address}.0.0.0 mask {mask}.0.0.0{flags}{port}").unwrap();
        }
        let allowed: Vec<Network> = allowed.iter().map(|(bits, length)| {
            let (address, _) = network(*bits, *length);
            Network::prefix(IpAddr::from([address, 0, 0, 0]), 4 + length).unwrap()
        }).collect();
        let configuration = Configuration::parse(old(), text.as_bytes());
        let mut found = Vec::new();
        for exposure in configuration.exposures(&allowed) {
            if let Asker::Network(network, _) = exposure.asker {
                let ports = exposure.port.map_or(vec![Port::Ntp, Port::Other], |port| vec![port]);
                found.extend(ports.into_iter().map(|port| (network, exposure.ntpport, port)));
            }
        }
        let mut asked = Vec::new();
        for top in 16..32_u8 {
            let source = IpAddr::from([top, 1, 2, 3]);
            if allowed.iter().any(|allowed| allowed.contains(source)) || loopback(AddressFamily::V4).contains(source) {
                continue;
            }
            for port in [Port::Ntp, Port::Other] {
                let verdict = verdict(&configuration, source, port);
                if verdict.answers.is_query() {
                    let key = verdict.key.unwrap();
                    asked.push((key.network, key.ntpport, port));
                }
            }
        }
        found.sort_by_key(|key| format!("{key:?}"));
        asked.sort_by_key(|key| format!("{key:?}"));
        asked.dedup();
        proptest::prop_assert_eq!(found, asked, "{}", text);
    }
}
