//! The whole of it, as a user meets it: a machine with a stock snmpd and an ntpd that answer strangers is shown open,
//! is closed, and is then silent, while its monitoring goes on.

use std::net::IpAddr;

use serde_json::Value;

use crate::net::{Host, Package, Question, V4_HOST, V4_OUTSIDE, V6_HOST, V6_OUTSIDE};
use crate::ntp::packets::{READVAR, TIME};

const NTPD: [&str; 6] = ["/usr/sbin/ntpd", "-n", "-c", "/etc/ntpsec/ntp.conf", "-u", "ntpsec:ntpsec"];
const SNMPD: [&str; 9] =
    ["/usr/sbin/snmpd", "-f", "-Le", "-u", "Debian-snmp", "-g", "Debian-snmp", "-I", "-smux"];
/// SNMPv2c GET of sysDescr.0 with the community `public`.
const PUBLIC: &[u8] = b"\x30\x29\x02\x01\x01\x04\x06public\xa0\x1c\x02\x04\x13\x37\x00\x01\x02\x01\x00\x02\x01\x00\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x05\x00";
/// SNMPv3 discovery: answered by every agent.
const DISCOVERY: &[u8] = b"\x30\x3a\x02\x01\x03\x30\x0f\x02\x02\x4a\x69\x02\x03\x00\xff\xe3\x04\x01\x04\x02\x01\x03\x04\x10\x30\x0e\x04\x00\x02\x01\x00\x02\x01\x00\x04\x00\x04\x00\x04\x00\x30\x12\x04\x00\x04\x00\xa0\x0c\x02\x02\x37\xf0\x02\x01\x00\x02\x01\x00\x30\x00";
const POLLER: &str = "Zk3-poller.community_91";
const POLICY: &str = "\
[ntp_monlist main]
[snmp_access main]
purge = true
[snmp_community poller]
community_file = /etc/standfast-poller
sources = 192.0.2.2, 2001:db8::2
";

/// Whether the outside gets answers: of NTP beside the time, and of SNMP with `public`; IPv4, then IPv6.
fn answers(host: &Host) -> [[bool; 2]; 2] {
    let outside = host.outside();
    let is_answered = |from: IpAddr, to: IpAddr, port: u16, question: &[u8], control: &[u8]| {
        // ntpd answers one address but now and then.
        let other = outside.another_address(from);
        let control = Question::new(if port == 123 { other } else { from }, (to, port), control);
        !outside.ask_beside(&Question::new(from, (to, port), question), &control).is_empty()
    };
    [(V4_OUTSIDE, V4_HOST), (V6_OUTSIDE, V6_HOST)].map(|(from, to)| {
        [is_answered(from, to, 123, READVAR, TIME), is_answered(from, to, 161, PUBLIC, DISCOVERY)]
    })
}

fn outcomes(host: &Host, arguments: &[&str], code: i32) -> Value {
    let output = host.standfast(&[arguments, &["--format", "json"]].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(!said.contains(POLLER), "{said}");
    serde_json::from_str(&said).unwrap()
}

fn drift_of<'o>(outcomes: &'o Value, kind: &str) -> &'o Vec<Value> {
    let outcome = outcomes.as_array().unwrap().iter().find(|outcome| outcome["type"] == kind).unwrap();
    outcome["drift"].as_array().unwrap()
}

#[test]
fn what_answers_strangers_is_shown_with_line_and_factor_closed_and_then_silent_while_monitoring_goes_on() {
    let host = Host::new(&[Package::Ntpsec, Package::Snmpd]);
    let edit = |path: &str, from: &str, to: &str| {
        let stock = String::from_utf8(host.read(path)).unwrap();
        assert!(stock.contains(from), "{path} has no {from}");
        host.write(path, stock.replace(from, to));
    };
    edit("/etc/ntpsec/ntp.conf", "restrict default", "unrestrict default noquery\nrestrict default");
    edit("/etc/ntpsec/ntp.conf", "noquery limited", "limited");
    edit("/etc/snmp/snmpd.conf", "agentaddress  127.0.0.1,[::1]", "agentaddress udp:161,udp6:161");
    host.run(&["chown", "root:Debian-snmp", "/etc/snmp/snmpd.conf"]);
    host.run(&["chmod", "640", "/etc/snmp/snmpd.conf"]);
    host.write("/etc/standfast-poller", format!("{POLLER}\n"));
    host.run(&["chmod", "600", "/etc/standfast-poller"]);
    host.write("/etc/policy.ini", POLICY);
    let policy = ["--policy", "/etc/policy.ini"];
    let ntpd = host.start(&NTPD);
    ntpd.wait_for_port(123);
    let snmpd = host.start(&SNMPD);
    snmpd.wait_for_port(161);
    assert_eq!(answers(&host), [[true; 2]; 2]);

    // Shown, by the default policy.
    let shown = outcomes(&host, &["check", "--probe", "ntp_monlist/*", "snmp_access/*"], 2);
    for (kind, file) in [("ntp_monlist", "/etc/ntpsec/ntp.conf"), ("snmp_access", "/etc/snmp/snmpd.conf")] {
        let drift = drift_of(&shown, kind);
        assert!(drift.iter().any(|one| one["file"] == file && one["line"].as_u64() > Some(0)), "{drift:?}");
        let proved = drift.iter().find(|one| one["property"] == "probe").unwrap();
        assert!(proved["is"].as_str().unwrap().contains("factor"), "{proved}");
    }

    // Closed. ntpd needs a restart, which the answer asks for; snmpd is told by us.
    let applied = outcomes(&host, &[&["apply"][..], &policy, &["ntp_monlist/*"]].concat(), 2);
    assert_eq!(applied[0]["reloads"][0]["service"], "ntpsec", "{applied}");
    assert_eq!(answers(&host), [[true, true]; 2], "it runs with the old file, and is not said to be in sync");
    outcomes(&host, &[&["check"][..], &policy, &["ntp_monlist/*"]].concat(), 2);
    ntpd.stop();
    let ntpd = host.start(&NTPD);
    ntpd.wait_for_port(123);
    outcomes(&host, &[&["apply", "--reload"][..], &policy].concat(), 2);
    snmpd.wait_until("has read its files again", || !answers(&host)[0][1]);

    // Silent, and served: in sync, proved so, and without a word on files that are newer than the process.
    assert_eq!(answers(&host), [[false; 2]; 2]);
    let checked = outcomes(&host, &[&["check", "--probe"][..], &policy].concat(), 0);
    assert!(!checked.to_string().contains("newer-than-process"), "{checked}");
    for (from, to) in [("192.0.2.2", "192.0.2.1"), ("[2001:db8::2]", "udp6:[2001:db8::1]")] {
        let from = format!("--clientaddr={from}");
        let got =
            host.outside().run(&["snmpget", "-v2c", "-c", POLLER, "-On", &from, to, ".1.3.6.1.2.1.1.3.0"]);
        assert!(got.contains("Timeticks"), "{to}: {got}");
    }
}
