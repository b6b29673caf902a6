//! The probe on a machine whose daemons are real, or played: its verdicts are what the network sees.

use std::net::{IpAddr, SocketAddr};

use serde_json::Value;

use crate::net::{Host, Package, Question, V4_HOST, V4_OUTSIDE, V6_HOST, V6_OUTSIDE};
use crate::ntp::packets::{READVAR, TIME};
use crate::responder::{Responder, classic};

const NTPD: [&str; 6] = ["/usr/sbin/ntpd", "-n", "-c", "/etc/ntpsec/ntp.conf", "-u", "ntpsec:ntpsec"];
const SNMPD: [&str; 5] = ["/usr/sbin/snmpd", "-f", "-Le", "-I", "-smux"];
const CHRONYD: [&str; 5] = ["/usr/sbin/chronyd", "-d", "-x", "-F", "1"];

/// What `standfast probe` on a machine has found.
struct Found {
    code: i32,
    all: Value,
}

impl Found {
    fn by(host: &Host, arguments: &[&str]) -> Self {
        let output = host.standfast(&[&["probe", "--format", "json"], arguments].concat());
        let all = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        Self { code: output.status.code().unwrap(), all }
    }

    fn of(&self, address: impl ToString, service: &str) -> &Value {
        let address = address.to_string();
        let mut targets = self.all["targets"].as_array().unwrap().iter();
        let target = targets.find(|target| target["address"] == *address);
        &target.unwrap_or_else(|| panic!("no {address} in {}", self.all))[service]
    }

    fn verdict(&self, address: impl ToString, service: &str) -> String {
        self.of(address, service)["verdict"].as_str().unwrap().to_owned()
    }

    /// The request of this name to an address.
    fn request(&self, address: IpAddr, service: &str, name: &str) -> &Value {
        let requests = self.of(address, service)["requests"].as_array().unwrap();
        let request = requests.iter().rfind(|request| request["request"] == name);
        request.unwrap_or_else(|| panic!("no {name} in {requests:?}"))
    }
}

/// What the daemon has answered this host and what it has answered the outside.
fn is_open_outside(host: &Host, from: IpAddr, to: IpAddr) -> bool {
    let control = Question::new(host.outside().another_address(from), (to, 123), TIME);
    !host.outside().ask_beside(&Question::new(from, (to, 123), READVAR), &control).is_empty()
}

/// An ntpd on a machine: its command line, and the file that it reads.
struct Ntpd {
    host: Host,
    argv: &'static [&'static str],
    conf: &'static str,
}

impl Ntpd {
    /// Starts it with this file and asks: what is told over IPv4 and IPv6 must be what the outside gets, and loopback is
    /// told apart. `code` is the exit code.
    fn holds(&self, conf: &str, [v4, v6, loopback]: [&str; 3], code: i32) -> Found {
        let host = &self.host;
        host.write(self.conf, conf);
        let ntpd = host.start(self.argv);
        ntpd.wait_for_port(123);
        for to in [V4_HOST, V6_HOST] {
            host.inside().wait_for_answer(&Question::new(to, (to, 123), TIME));
        }
        let found = Found::by(host, &["ntp"]);
        let verdicts = [V4_HOST, V6_HOST].map(|address| found.verdict(address, "ntp"));
        assert_eq!(verdicts, [v4, v6], "{conf}: {}", found.all);
        let told = ["127.0.0.1", "::1"].map(|address| found.verdict(address, "ntp"));
        assert_eq!(told, [loopback; 2], "{conf}: {}", found.all);
        assert_eq!((found.code, &found.all["open"]), (code, &Value::Bool(code == 2)), "{conf}");
        for (from, to, verdict) in [(V4_OUTSIDE, V4_HOST, v4), (V6_OUTSIDE, V6_HOST, v6)] {
            assert_eq!(is_open_outside(host, from, to), verdict.ends_with("_open"), "{conf}: {to}");
        }
        ntpd.stop();
        found
    }
}

#[test]
fn the_verdict_on_ntpsec_is_what_the_outside_gets_for_both_protocols_and_loopback_is_told_apart() {
    const STOCK: &str = "restrict default kod limited nomodify noquery\nrestrict 127.0.0.1\nrestrict ::1\n";
    let ntpd = Ntpd { host: Host::new(&[Package::Ntpsec]), argv: &NTPD, conf: "/etc/ntpsec/ntp.conf" };
    ntpd.holds(STOCK, ["closed", "closed", "mode6_open"], 0);
    ntpd.holds("restrict 192.0.2.0/24\n", ["mode6_open", "closed", "closed"], 2);
    ntpd.holds("restrict 2001:db8::/32\n", ["closed", "mode6_open", "closed"], 2);
    ntpd.holds("restrict default noquery version\n", ["closed"; 3], 0);
    // Of the second it answers packets of version 4 alone, in modes 3 and 6.
    for (flag, readvar) in [("", "complete"), ("restrict default version\n", "silent")] {
        let conf = format!("unrestrict default noquery limited\n{flag}");
        let found = ntpd.holds(&conf, ["mode6_open"; 3], 2);
        assert_eq!(found.of(V4_HOST, "ntp")["version"], "ntpd ntpsec-1.2.2");
        let end = |name| found.request(V4_HOST, "ntp", name)["end"].as_str().unwrap().to_owned();
        assert_eq!([end("readvar"), end("readvar_v4")], [readvar, "complete"]);
        let list = found.request(V4_HOST, "ntp", "mrulist");
        assert_eq!(
            (&list["request_bytes"], &list["end"]),
            (&52.into(), &"complete".into()),
            "the nonce holds"
        );
    }
}

#[test]
fn the_verdict_on_ntp_orgs_ntpd_is_what_the_outside_gets_for_both_protocols() {
    let host = Host::new(&[Package::Ntp]);
    let stock = String::from_utf8(host.read("/etc/ntp.conf")).unwrap();
    let ntpd = Ntpd { host, argv: &["/usr/sbin/ntpd", "-n"], conf: "/etc/ntp.conf" };
    ntpd.holds(&stock, ["closed", "closed", "mode6_open"], 0);
    ntpd.holds("", ["mode6_open"; 3], 2);
    ntpd.holds("restrict -4 default noquery\nrestrict ::1 noquery\n", ["closed", "mode6_open", "closed"], 2);
    ntpd.holds("restrict default noquery version\n", ["closed"; 3], 0);
    // `version` keeps no query out; it answers them in all versions.
    let found = ntpd.holds("restrict default version\nenable mode7\n", ["mode7_open"; 3], 2);
    let end = |name| found.request(V4_HOST, "ntp", name)["end"].as_str().unwrap().to_owned();
    assert_eq!(["readvar", "readvar_v4", "reslist", "sysinfo", "mrulist"].map(end), ["complete"; 5]);
    let version = found.of(V4_HOST, "ntp")["version"].as_str().unwrap();
    assert!(version.starts_with("ntpd 4.2.8p15@"), "{version}");
}

#[test]
fn a_classic_ntpd_that_tells_strangers_its_list_is_an_amplifier_of_5500() {
    let host = Host::new(&[]);
    let play = |address: IpAddr| Responder::on(host.inside().socket(SocketAddr::new(address, 123)), classic);
    let _responders = [V4_HOST, V6_HOST].map(play);
    let found = Found::by(&host, &["ntp"]);
    assert_eq!(found.code, 2);
    for address in [V4_HOST, V6_HOST] {
        assert_eq!(found.verdict(address, "ntp"), "monlist_open");
        let monlist = found.request(address, "ntp", "monlist");
        let numbers =
            ["request_bytes", "reply_bytes", "reply_packets"].map(|name| monlist[name].as_u64().unwrap());
        assert_eq!((numbers, monlist["factor"].as_f64().unwrap()), ([8, 44_000, 100], 5500.0));
    }
    assert_eq!(found.verdict("127.0.0.1", "ntp"), "no_listener");
    let text = host.standfast(&["probe", "ntp"]).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("OPEN     192.0.2.1, 2001:db8::1\n"), "{text}");
    assert!(text.contains("8 bytes in, 44000 bytes out in 100 packets, factor 5500"), "{text}");
    assert!(text.contains("do: `standfast apply` closes NTP; by hand: `noquery`"), "{text}");
}

#[test]
fn an_answer_from_another_of_the_hosts_addresses_is_not_taken() {
    let host = Host::new(&[]);
    let other = host.inside().socket(SocketAddr::new(V4_HOST, 0));
    let asked = host.inside().socket(SocketAddr::new(V4_HOST, 123));
    let (peers, peer) = std::sync::mpsc::channel();
    let _asked = Responder::on(asked, move |datagram| {
        peers.send(classic(datagram)).unwrap();
        Vec::new()
    });
    let found = std::thread::scope(|scope| {
        let asks = scope.spawn(|| Found::by(&host, &["ntp", "--target", "192.0.2.1", "--timeout", "200"]));
        // To all ports that a client may have: one of them is the probe's.
        let replies = peer.recv().unwrap();
        (32_768..=60_999).for_each(|port| drop(other.send_to(&replies[0], (V4_HOST, port))));
        asks.join().unwrap()
    });
    assert_eq!(found.verdict(V4_HOST, "ntp"), "cannot_tell");
}

#[test]
fn chronys_ports_are_told_apart_and_one_that_answers_strangers_is_open() {
    for (conf, time, command, code) in [
        ("allow\n", "closed", "refused", 0),
        ("bindcmdaddress 0.0.0.0\n", "no_listener", "silent", 0),
        ("cmdallow all\n", "no_listener", "refused", 0),
        ("bindcmdaddress 0.0.0.0\ncmdallow all\n", "no_listener", "answers", 2),
    ] {
        let host = Host::new(&[Package::Chrony]);
        host.write("/etc/chrony/chrony.conf", conf);
        let chronyd = host.start(&CHRONYD);
        chronyd.wait_for_port(323);
        let found = Found::by(&host, &["ntp", "--timeout", "200"]);
        assert_eq!(found.verdict(V4_HOST, "ntp"), time, "{conf}");
        let port = &found.of(V4_HOST, "ntp")["command_port"];
        assert_eq!(port["presence"], command, "{conf}");
        if command == "answers" {
            assert_eq!(port["requests"][0]["factor"], 1.0, "{conf}");
        }
        assert_eq!(found.of("127.0.0.1", "ntp")["command_port"]["presence"], "answers", "{conf}");
        assert_eq!(found.code, code, "{conf}");
    }
}

#[test]
fn the_verdict_on_snmpd_is_its_configuration_s() {
    let host = Host::new(&[Package::Snmpd]);
    for (conf, v4, v6, code) in [
        ("rocommunity public\n", "accepted", "refused", 2),
        ("rocommunity6 private\n", "refused", "accepted", 2),
        ("rocommunity public 192.0.2.0/24 -V nothing\n", "hidden_by_view", "refused", 2),
        ("rocommunity public 127.0.0.1\n", "refused", "refused", 0),
        ("rocommunity public 192.0.2.2\n", "refused", "refused", 0),
        ("rocommunity S3cr3tOfThisHost\n", "refused", "refused", 0),
        ("rocommunity S3cr3tOfThisHost\n[snmp] disableSNMPv3 yes\n", "cannot_tell", "cannot_tell", 0),
        ("rocommunity -v 1 public\n", "accepted", "refused", 2),
    ] {
        host.write("/etc/snmp/snmpd.conf", format!("agentaddress udp:161,udp6:161\n{conf}"));
        let snmpd = host.start(&SNMPD);
        snmpd.wait_for_log("NET-SNMP version");
        let found = Found::by(&host, &["snmp", "--timeout", "200"]);
        let verdicts = [V4_HOST, V6_HOST].map(|address| found.verdict(address, "snmp"));
        assert_eq!((verdicts, found.code), ([v4.to_owned(), v6.to_owned()], code), "{conf}: {}", found.all);
        snmpd.stop();
    }
}

#[test]
fn getbulk_is_measured_with_the_bytes_of_an_attackers_request() {
    let host = Host::new(&[Package::Snmpd]);
    host.write("/etc/snmp/snmpd.conf", "agentaddress udp:161\nrocommunity public\n");
    let snmpd = host.start(&SNMPD);
    snmpd.wait_for_log("NET-SNMP version");
    let found = Found::by(&host, &["snmp"]);
    let (installed, mib2) =
        (found.request(V4_HOST, "snmp", "getbulk_installed"), found.request(V4_HOST, "snmp", "getbulk_mib2"));
    assert_eq!((&installed["request_bytes"], &mib2["request_bytes"]), (&43.into(), &38.into()));
    assert!(mib2["factor"].as_f64().unwrap() > 30.0, "{mib2}");
    let answer = found.request(V4_HOST, "snmp", "get_v2c");
    assert_eq!(answer["end"], "silent", "private");
    assert_eq!(found.request(V4_HOST, "snmp", "discovery_v3")["reply_packets"], 1);
}

#[test]
fn an_unlimited_agent_answers_some_50_kib_in_one_datagram_and_it_is_taken_whole() {
    let host = Host::new(&[Package::Snmpd]);
    // On a machine with many packages 2250 names are more than a datagram holds, and then nothing is sent.
    let conf = "agentaddress udp:161\nrocommunity public\nmaxGetbulkResponses -1\nmaxGetbulkRepeats 1500\n";
    host.write("/etc/snmp/snmpd.conf", conf);
    let snmpd = host.start(&SNMPD);
    snmpd.wait_for_log("NET-SNMP version");
    let found = Found::by(&host, &["snmp", "--target", "192.0.2.1"]);
    let installed = found.request(V4_HOST, "snmp", "getbulk_installed");
    assert!(installed["factor"].as_f64().unwrap() > 500.0, "{installed}");
    assert_eq!((&installed["reply_packets"], &installed["end"]), (&1.into(), &"complete".into()));
}

#[test]
fn another_host_is_asked_only_by_its_owner_and_one_at_a_time() {
    let host = Host::new(&[]);
    let _responder = Responder::on(host.outside().socket(SocketAddr::new(V4_OUTSIDE, 123)), classic);
    let refused = host.standfast(&["probe", "ntp", "--target", "192.0.2.2"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is no address of this host"));
    let found = Found::by(&host, &["ntp", "--target", "192.0.2.2", "--i-own-this-host"]);
    assert_eq!((found.code, found.verdict(V4_OUTSIDE, "ntp").as_str()), (2, "monlist_open"));
    assert_eq!(found.all["targets"][0]["vantage"], "foreign");
}

#[test]
fn the_facts_of_a_probe_tell_what_strangers_get() {
    let host = Host::new(&[Package::Snmpd]);
    host.write("/etc/snmp/snmpd.conf", "agentaddress udp:161\nrocommunity public\n");
    let snmpd = host.start(&SNMPD);
    snmpd.wait_for_log("NET-SNMP version");
    let _responder = Responder::on(host.inside().socket(SocketAddr::new(V4_HOST, 123)), classic);
    let output = host.standfast(&["facts", "--probe"]);
    assert!(output.status.success() && output.stderr.is_empty());
    let facts: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(facts["standfast"]["ntp"]["answers_monlist"], true);
    assert_eq!(facts["standfast"]["ntp"]["answers_queries"], true);
    assert_eq!(facts["standfast"]["snmp"]["answers_default_community"], true);
}
