//! `agent_address`: one line says where snmpd listens.

use serde_json::{Value, json};

use super::root::{DROP_IN, SNMPD_CONF, access, check, debian, drift, enforce, red_hat, run, text};

fn listen(addresses: &[&str]) -> Value {
    access(&json!({ "agent_address": addresses }))
}

#[test]
fn all_lines_become_one() {
    let root = debian("agentaddress udp:161\nview v included .1\nAgentAddress tcp:161\n");
    let said = check(&root, &[listen(&["127.0.0.1", "[::1]"])]).ended(2);
    assert_eq!(drift(&said), ["agent_address: /etc/snmp/snmpd.conf:1 says so"]);
    assert_eq!(said.outcome()["drift"][0]["is"], "tcp 0.0.0.0:161, udp 0.0.0.0:161");
    assert_eq!(said.outcome()["drift"][0]["should"], "udp 127.0.0.1:161, udp [::1]:161");
    enforce(&root, &[listen(&["127.0.0.1", "[::1]"])]);
    assert_eq!(text(&root, SNMPD_CONF), "agentaddress 127.0.0.1,[::1]\nview v included .1\n");
}

#[test]
fn the_same_address_in_another_form_is_in_sync() {
    let root = debian("agentaddress udp:127.0.0.1:161,udp6:[::1]:161\n");
    check(&root, &[listen(&["127.0.0.1", "::1"])]).ended(0);
}

#[test]
fn without_a_line_it_is_all_addresses_and_one_is_added() {
    let root = red_hat("view v included .1\n");
    let said = check(&root, &[listen(&["192.0.2.7"])]).ended(2);
    assert_eq!(drift(&said), ["agent_address: no line says so: without one it is all addresses of IPv4"]);
    enforce(&root, &[listen(&["192.0.2.7"])]);
    assert_eq!(text(&root, SNMPD_CONF), "view v included .1\nagentaddress 192.0.2.7\n");
}

#[test]
fn a_new_line_goes_where_other_lines_go_and_has_no_comment() {
    let root = debian("includeDir /etc/snmp/snmpd.conf.d\n");
    enforce(&root, &[listen(&["192.0.2.7"])]);
    assert_eq!(text(&root, DROP_IN), "agentaddress 192.0.2.7\n");
}

#[test]
fn an_address_of_the_command_line_is_taken_out_by_hand() {
    let root = debian("agentaddress 127.0.0.1\n");
    let unit = "[Service]\nExecStart=/usr/sbin/snmpd -u Debian-snmp -g Debian-snmp -f udp:1161\n";
    root.write("lib/systemd/system/snmpd.service", unit.as_bytes());
    let said = check(&root, &[listen(&["127.0.0.1"])]).ended(2);
    assert_eq!(
        drift(&said),
        [
            "agent_address: the command line of snmpd in /lib/systemd/system/snmpd.service has udp 0.0.0.0:1161: take it out there, and restart it"
        ]
    );
    run(&root, "apply", &[listen(&["127.0.0.1"])]).ended(4);
    enforce(&root, &[listen(&["udp:1161"])]);
    assert_eq!(text(&root, SNMPD_CONF), "");
}

#[test]
fn an_address_that_would_end_snmpd_is_refused() {
    for address in ["127.0.0.1 # local", "", "a b", "\"127.0.0.1\"", "127.0.0.1,::1"] {
        run(&debian(""), "check", &[listen(&[address])]).refused("`agent_address` cannot be");
    }
}
