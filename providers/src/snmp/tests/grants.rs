//! The rights that communities have, and which lines give them.

use std::net::IpAddr;

use crate::snmp::Snmp;
use crate::snmp::semantics::{Grant, Outcome, Peer, Silence, Version, Versions};
use crate::snmp::tables::{Extent, LineId};

use super::tree::with_conf;

fn number(snmp: &Snmp<'_>, line: LineId) -> u32 {
    snmp.place(line).line
}

/// Each grant as `line via: community source versions transport, read, write, shadow`.
fn told(text: &str) -> Vec<String> {
    let extent = |extent: Extent| match extent {
        Extent::Empty => "-",
        Extent::Part => "part",
        Extent::All => "all",
    };
    let tell = |snmp: &Snmp<'_>, grant: &Grant| {
        let via: Vec<String> = grant.via.iter().map(|line| format!(" {}", number(snmp, *line))).collect();
        let versions = match grant.versions {
            Versions::V1 => "v1",
            Versions::V2c => "v2c",
            Versions::Both => "both",
        };
        let shadow =
            grant.shadowed_by.map_or(String::new(), |line| format!(" behind {}", number(snmp, line)));
        let community = String::from_utf8_lossy(grant.community.reveal()).into_owned();
        let (line, transport, source) = (number(snmp, grant.line), grant.transport.word(), &grant.source);
        let (read, write) = (extent(grant.read.extent), extent(grant.write.extent));
        format!("{line}{}: {community} {source} {versions} {transport} {read} {write}{shadow}", via.concat())
    };
    with_conf(text, |snmp| snmp.grants.iter().map(|grant| tell(snmp, grant)).collect())
}

#[test]
fn the_stock_file_of_debian_lets_everyone_see_the_system() {
    let text = "view systemonly included .1.3.6.1.2.1.1\nrocommunity public default -V systemonly\n\
                rocommunity6 public default -V systemonly\n";
    assert_eq!(told(text), ["2: public anywhere both IPv4 part -", "3: public anywhere both IPv6 part -"]);
}

#[test]
fn a_chain_is_told_at_its_com2sec_line_with_the_lines_that_it_leads_through() {
    let text = "com2sec user default public\ngroup grp v1 user\ngroup grp v2c user\n\
                view v included .1.3.6.1.2.1.1\naccess grp \"\" any noauth exact v none none\n";
    assert_eq!(told(text), ["1 3 2 5: public anywhere both IPv4 part -"]);
}

#[test]
fn versions_of_different_rights_are_told_apart() {
    let text = "com2sec u default public\ngroup a v1 u\ngroup b v2c u\naccess a \"\" any noauth exact _all_ none none\n\
                access b \"\" any noauth exact _all_ _all_ none\n";
    assert_eq!(
        told(text),
        ["1 2 4: public anywhere v1 IPv4 all -", "1 3 5: public anywhere v2c IPv4 all all"]
    );
}

#[test]
fn authcommunity_opens_all_transports() {
    let told = told("authcommunity read public\n");
    assert_eq!(
        told,
        [
            "1: public anywhere both IPv4 all -",
            "1: public anywhere both IPv6 all -",
            "1: public any socket both unix socket all -"
        ]
    );
}

#[test]
fn a_line_behind_one_that_decides_for_all_of_its_sources_is_shadowed() {
    let text = "rocommunity public 10.0.0.0/8\nrwcommunity public 10.1.0.0/16\nrwcommunity public default\n\
                rocommunity public 10.1.2.3\nrwcommunity other 10.1.2.3\n";
    assert_eq!(
        told(text),
        [
            "1: public 10.0.0.0/8 both IPv4 all -",
            "2: public 10.1.0.0/16 both IPv4 all all behind 1",
            "3: public anywhere both IPv4 all all",
            "4: public 10.1.2.3 both IPv4 all - behind 1",
            "5: other 10.1.2.3 both IPv4 all all",
        ]
    );
}

#[test]
fn a_refusal_shadows_too() {
    let text = "rocommunity public !10.0.0.0/8\nrocommunity public 10.0.0.1\nrocommunity public default\n";
    assert_eq!(
        told(text),
        ["2: public 10.0.0.1 both IPv4 all - behind 1", "3: public anywhere both IPv4 all -"]
    );
}

#[test]
fn a_name_that_no_file_knows_is_kept_as_such_and_matches_nobody() {
    assert_eq!(told("rocommunity public nms.example.org\n"), ["1: public nms.example.org both IPv4 all -"]);
    with_conf("rocommunity public nms.example.org\n", |snmp| {
        let peer = Peer::Ip(IpAddr::from([10, 0, 0, 1]));
        let outcome = snmp.control.decide(b"public", &peer, Version::V2c).outcome;
        assert_eq!(outcome, Outcome::Silent(Silence::NoCommunity));
    });
}

#[test]
fn a_file_that_is_read_twice_grants_once() {
    assert_eq!(told("rocommunity public\nincludeFile snmpd.conf\n").len(), 1);
}

#[test]
fn a_community_that_no_packet_can_carry_is_not_answered() {
    let long = "a".repeat(256);
    let text =
        format!("com2sec u default {long}\ngroup g v2c u\naccess g \"\" any noauth exact _all_ none none\n");
    with_conf(&text, |snmp| {
        let peer = Peer::Ip(IpAddr::from([127, 0, 0, 1]));
        assert!(!snmp.control.decide(long.as_bytes(), &peer, Version::V2c).answers());
    });
}

#[test]
fn an_easy_line_is_cut_to_255_characters() {
    let text = format!("rocommunity {}\n", "a".repeat(300));
    with_conf(&text, |snmp| assert_eq!(snmp.grants[0].community.reveal().len(), 255));
}

#[test]
fn a_view_by_a_name_that_only_mib_files_know_may_hold_something() {
    assert_eq!(told("rocommunity public default sysDescr\n"), ["1: public anywhere both IPv4 - -"]);
    let files = [
        ("/etc/snmp/snmpd.conf", "rocommunity public default sysDescr\nrocommunity other default system\n"),
        ("/usr/share/snmp/mibs/SNMPv2-MIB.txt", ""),
    ];
    super::tree::Tree::new(&files).with(Default::default(), |snmp| {
        assert!(snmp.grants.iter().all(|grant| grant.read.extent == Extent::Part));
    });
}

#[test]
fn debians_snmp_conf_keeps_the_daemon_from_reading_mib_files() {
    let files = [
        ("/etc/snmp/snmpd.conf", "rocommunity public default system\n"),
        ("/etc/snmp/snmp.conf", "# c\nmibs :\n"),
        ("/usr/share/snmp/mibs/SNMPv2-MIB.txt", ""),
    ];
    super::tree::Tree::new(&files).with(Default::default(), |snmp| {
        assert_eq!(snmp.grants[0].read.extent, Extent::Empty);
    });
}

#[test]
fn what_is_switched_off_grants_nothing() {
    assert!(told("rocommunity public\n[snmp] disableSNMPv1 yes\n[snmp] disableSNMPv2c yes\n").is_empty());
    assert_eq!(told("rocommunity public\n[snmp] disableSNMPv1 yes\n"), ["1: public anywhere v2c IPv4 all -"]);
}
