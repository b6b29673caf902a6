//! Findings: each has its code where it should, and no other.

use crate::snmp::Snmp;
use crate::snmp::invocation::{Invocation, Origin};

use super::tree::{Tree, with_conf};

fn told_of(snmp: &Snmp<'_>) -> Vec<String> {
    snmp.findings().iter().map(|finding| format!("{}:{}", finding.place.line, finding.code)).collect()
}

fn told(text: &str) -> Vec<String> {
    with_conf(text, told_of)
}

#[test]
fn a_line_that_does_nothing_says_why() {
    let text = "rocommunity a 127.0.0.1/8\nrocommunity b 10.0.0.1,10.0.0.2\nrocommunity6 c 10.0.0.1\n\
                com2sec u NETWORK/24 d\nrocommunity\nview v Included .1\nview v included .1 # all\n\
                access g \"\" any noauth EXACT v v v\nincludeFile /nowhere\nincludeDir /etc/snmp # c\n";
    assert_eq!(
        told(text),
        [
            "1:source-mismatch",
            "2:bad-source",
            "3:ipv4-in-ipv6",
            "4:example",
            "5:incomplete-line",
            "6:unknown-word",
            "7:comment-as-mask",
            "8:unknown-word",
            "9:include-missing",
            "10:include-literal",
        ]
    );
}

#[test]
fn a_word_that_is_no_directive_is_told_with_the_one_that_it_may_be_meant_for() {
    with_conf(
        "rocomunity s3cret\ns3cret\ndisableSNMPv2c yes\nIncludeDir /etc\n\u{feff}view v included .1\n[x]\ninclude a\n",
        |snmp| {
            let found = snmp.findings();
            let codes: Vec<_> = found.iter().map(|finding| finding.code).collect();
            assert_eq!(
                codes,
                [
                    "unknown-directive",
                    "unknown-directive",
                    "wrong-section",
                    "include-spelling",
                    "byte-order-mark",
                    "unknown-section",
                    "include-ambiguous"
                ]
            );
            assert_eq!(found[0].remedy.as_str(), "write rocommunity, if that is meant");
            assert!(!format!("{found:?}").contains("s3cret"));
        },
    );
}

#[test]
fn a_line_that_another_one_decides_for_is_told_and_names_that_one() {
    with_conf("rocommunity public\nrwcommunity public 10.0.0.1\n", |snmp| {
        let found = snmp.findings();
        assert_eq!(told_of(snmp), ["2:shadowed"]);
        assert!(found[0].message.as_str().ends_with("/etc/snmp/snmpd.conf:1 decides before it"));
    });
}

#[test]
fn a_community_without_a_view_still_answers() {
    assert_eq!(told("rocommunity public default -V undefined\n"), ["1:empty-view"]);
    assert_eq!(told("com2sec u default public\n"), ["1:inert-community"]);
}

#[test]
fn a_view_called_none_lets_everyone_write() {
    assert_eq!(told("rocommunity public\nview none included .1\n"), ["1:view-none"]);
}

#[test]
fn quotes_that_are_read_twice_open_another_community() {
    assert_eq!(told("rocommunity ab'cd\nrocommunity \"ab cd\"\n"), ["1:double-parse"]);
}

#[test]
fn a_nul_glues_lines() {
    assert_eq!(told("rocommunity a\0b\n# c\n"), ["1:nul"]);
}

#[test]
fn a_group_for_any_model_is_told() {
    let text = "com2sec u default public\ngroup g any u\naccess g \"\" any noauth 0 _all_ none none\n";
    assert_eq!(told(text), ["2:group-any", "3:unknown-word"]);
}

#[test]
fn communities_where_few_look_are_told() {
    let files = [
        ("/etc/snmp/snmpd.conf", "includeDir /etc/snmp/snmpd.conf.d\n"),
        ("/etc/snmp/snmpd.conf.d/a.conf", "rocommunity a\n"),
        ("/etc/snmp/snmp.conf", "[snmpd] rocommunity b\n"),
        ("/usr/share/snmp/snmpd.conf", "rocommunity c\nrocommunity d\n"),
        ("/var/lib/snmp/snmpd.conf", "rocommunity e\n"),
    ];
    let arguments = [b"snmpd".to_vec(), b"--rocommunity=f".to_vec()];
    let invocation = Invocation::new(Origin::Running(7), &arguments, |_| None);
    let told = Tree::new(&files).with(invocation, |snmp| {
        let tell = |finding: &crate::provider::Finding| format!("{} {}", finding.place, finding.code);
        snmp.findings().iter().map(tell).collect::<Vec<_>>()
    });
    assert_eq!(
        told,
        [
            "/usr/share/snmp/snmpd.conf:1 unusual-file",
            "/var/lib/snmp/snmpd.conf:1 persistent-file",
            "/proc/7/cmdline command-line",
        ]
    );
}

#[test]
fn users_without_keys_keys_in_clear_and_weak_ones_are_told() {
    let text = "rouser ghost priv\ncreateUser mon MD5 passphrase DES passphrase\nrouser mon noauth\n\
                createUser bad SHA short\ncreateUser good SHA-256 passphrase AES passphrase\nrouser good priv\n";
    assert_eq!(
        told(text),
        [
            "1:inert-user",
            "2:cleartext-passphrase",
            "2:weak-protocol",
            "3:user-without-key",
            "4:user-not-created",
            "5:cleartext-passphrase",
        ]
    );
}

#[test]
fn a_user_that_is_saved_already_is_not_created_anew() {
    let saved = "usmUser 1 3 0x80001f88 0x6d6f6e 0x6d6f6e NULL .1.3.6.1.6.3.10.1.1.5 0xaa .1.3.6.1.6.3.10.1.2.4 0xbb \"\"\n";
    let files = [
        ("/etc/snmp/snmpd.conf", "createUser mon SHA-256 passphrase AES passphrase\nrouser mon priv\n"),
        ("/var/lib/snmp/snmpd.conf", saved),
    ];
    let told = Tree::new(&files).with(Invocation::default(), told_of);
    assert_eq!(told, ["1:cleartext-passphrase", "1:create-user-too-late"]);
}

#[test]
fn an_address_that_ends_the_daemon_is_told() {
    let text = "agentaddress 127.0.0.1 # c\nagentaddress 127.0.0.1, [::1]\nagentaddress 127.0.0.1,\n";
    assert_eq!(told(text), ["1:address-comment", "2:address-blank", "3:address-empty"]);
}

#[test]
fn traps_with_the_default_community_and_answers_without_limit_are_told() {
    let text = "trapsink 10.0.0.1\ntrap2sink -name x 10.0.0.1 secret\nmaxGetbulkResponses -1\nmaxGetbulkRepeats -1\n\
                master agentx\nagentXSocket tcp:705\nsmuxpeer .1.3 secret\n";
    assert_eq!(told(text), ["0:smux", "1:trap-public", "3:getbulk-unlimited", "6:agentx-tcp"]);
    assert_eq!(told("trapcommunity secret\ntrapsink 10.0.0.1\n"), [""; 0]);
}

#[test]
fn the_stock_file_of_debian_has_a_user_that_nobody_created_and_no_other_finding() {
    let text = "sysLocation    Sitting on the Dock of the Bay\nsysContact     Me <me@example.org>\nsysServices    72\n\
                master  agentx\nagentaddress  127.0.0.1,[::1]\nview   systemonly  included   .1.3.6.1.2.1.1\n\
                view   systemonly  included   .1.3.6.1.2.1.25.1\nrocommunity  public default -V systemonly\n\
                rocommunity6 public default -V systemonly\nrouser authPrivUser authpriv -V systemonly\n";
    assert_eq!(told(text), ["10:inert-user"]);
}
