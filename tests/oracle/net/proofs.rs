//! The stage itself is proved: what is asked is answered, what is not asked for is not there.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::ntp::packets::{READVAR, TIME};

const NTPD: [&str; 6] = ["/usr/sbin/ntpd", "-n", "-c", "/etc/ntpsec/ntp.conf", "-u", "ntpsec:ntpsec"];

/// GET of sysDescr.0, SNMPv2c.
fn sys_descr(community: &str) -> Vec<u8> {
    let pdu = b"\xa0\x19\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x05\x00";
    let length = |length: usize| u8::try_from(length).unwrap();
    let mut message = vec![0x02, 1, 1, 0x04, length(community.len())];
    message.extend(community.as_bytes());
    message.extend(pdu);
    [vec![0x30, length(message.len())], message].concat()
}

const NOTHING: [Vec<u8>; 0] = [];

/// The outside and the machine's NTP, over both protocols.
fn ends() -> [(std::net::IpAddr, SocketAddr); 2] {
    [(V4_OUTSIDE, (V4_HOST, 123).into()), (V6_OUTSIDE, (V6_HOST, 123).into())]
}

/// An ntpd with this file that has opened its port.
fn ntpsec<'h>(host: &'h Host, conf: &str) -> Daemon<'h> {
    host.write("/etc/ntpsec/ntp.conf", conf);
    let ntpd = host.start(&NTPD);
    ntpd.wait_for_port(123);
    ntpd
}

#[test]
fn an_open_ntpd_answers_the_outside_over_both_protocols_and_from_any_port_and_address() {
    let host = Host::new(&[Package::Ntpsec]);
    let ntpd = ntpsec(&host, "unrestrict default noquery limited\n");
    let outside = host.outside();
    let other = ["203.0.113.9", "2001:db8:9::9"].map(|text| text.parse().unwrap());
    other.iter().for_each(|address| outside.add_address(*address));
    for ((from, to), other) in ends().into_iter().zip(other) {
        for from in [(from, 0), (from, 123), (other, 0), (other, 123)].map(SocketAddr::from) {
            let answer = outside.wait_for_answer(&Question { from, to, payload: READVAR });
            let text = String::from_utf8_lossy(&answer);
            assert!(text.contains("version=\"ntpd ntpsec-1.2.2\""), "{from} to {to}: {text}");
        }
        let control = Question::new(outside.another_address(from), to, TIME);
        assert_eq!(outside.ask_beside(&Question::new(from, to, READVAR), &control).len(), 1);
    }
    let log = ntpd.stop();
    assert!(log.contains("exiting on signal 15"), "{log}");
    assert!(host.bound(123).is_empty());
}

#[test]
fn a_closed_ntpd_is_silent_while_it_tells_the_time() {
    let host = Host::new(&[Package::Ntpsec]);
    let _ntpd = ntpsec(&host, "restrict default noquery\n");
    for (from, to) in ends() {
        let control = Question::new(from, to, TIME);
        assert_eq!(host.outside().ask_beside(&Question::new(from, to, READVAR), &control), NOTHING);
    }
}

#[test]
fn an_ntpd_that_limits_its_clients_is_asked_again_from_another_address() {
    let host = Host::new(&[Package::Ntpsec]);
    let _ntpd = ntpsec(&host, "restrict default noquery limited\n");
    let outside = host.outside();
    for (from, to) in ends().into_iter().cycle().take(8) {
        let control = Question::new(outside.another_address(from), to, TIME);
        assert_eq!(outside.ask_beside(&Question::new(from, to, READVAR), &control), NOTHING);
    }
}

#[test]
fn the_packages_own_way_to_start_ntpd_works() {
    let host = Host::new(&[Package::Ntpsec]);
    let ntpd = host.start_in_background(&["/usr/libexec/ntpsec/ntp-systemd-wrapper"], "/run/ntpd.pid");
    ntpd.wait_for_port(123);
    let exe = host.root().link(Path::new(&format!("/proc/{}/exe", ntpd.pid()))).unwrap();
    assert_eq!(exe, Path::new("/usr/sbin/ntpd"));
    let version = standfast_facts::packages::debian_version(host.root(), "ntpsec");
    assert!(version.unwrap().starts_with("1.2.2"));
    // Its version is another text.
    let text = standfast_facts::packages::text_in_binary(host.root(), &exe, b"ntpd ntpsec-");
    assert_eq!(text.as_deref(), Some(&b"ntpd ntpsec-%s"[..]));
}

#[test]
fn chrony_and_openntpd_open_the_port_that_they_are_told_to() {
    let host = Host::new(&[Package::Chrony]);
    host.write("/etc/chrony/chrony.conf", "allow\n");
    host.start(&["/usr/sbin/chronyd", "-d", "-x", "-F", "1"]).wait_for_port(123);

    let host = Host::new(&[Package::Openntpd]);
    host.write("/etc/openntpd/ntpd.conf", "listen on *\n");
    let ntpd = host.start(&["/usr/sbin/ntpd", "-d", "-f", "/etc/openntpd/ntpd.conf"]);
    ntpd.wait_for_port(123);
    assert!(host.bound(123).contains(&V6_HOST), "{:?}", host.bound(123));
}

#[test]
fn puppet_8_has_nothing_of_puppet_7_and_the_machine_keeps_its_own() {
    // The second is a file that Puppet 8 has no more.
    let asked = "loads = %w[puppet puppet/external/pson/version].map do |name|
                   require name
                   true
                 rescue LoadError
                   false
                 end
                 puts loads.inspect, Puppet.version, RUBY_VERSION";
    for (packages, loads, puppet, ruby) in
        [(&[Package::Puppet8][..], "[true, false]", "8.", "3.3."), (&[], "[true, true]", "7.", "3.1.")]
    {
        let host = Host::new(packages);
        let said = host.run(&["ruby", "-e", asked]);
        let told: Vec<_> = said.lines().collect();
        assert!(told[0] == loads && told[1].starts_with(puppet) && told[2].starts_with(ruby), "{said}");
        assert!(host.run(&["facter", "ruby.version"]).starts_with(ruby));
        assert!(host.run(&["puppet", "--version"]).starts_with(puppet));
    }
}

#[test]
fn snmpd_answers_its_community_and_no_other() {
    let host = Host::new(&[Package::Snmpd]);
    host.write(
        "/etc/snmp/snmpd.conf",
        "agentaddress 161,udp6:161\nrocommunity public\nrocommunity6 public\n",
    );
    let snmpd = host.start(&["/usr/sbin/snmpd", "-f", "-Le", "-u", "Debian-snmp", "-g", "Debian-snmp"]);
    snmpd.wait_for_port(161);
    let (public, private) = (sys_descr("public"), sys_descr("private"));
    for (from, to) in [(V4_OUTSIDE, (V4_HOST, 161)), (V6_OUTSIDE, (V6_HOST, 161))] {
        let control = Question::new(from, to, &public);
        let answer = host.outside().wait_for_answer(&control);
        assert!(String::from_utf8_lossy(&answer).contains("Linux host "), "{answer:?}");
        assert_eq!(host.outside().ask_beside(&Question::new(from, to, &private), &control), NOTHING);
    }
    let told = host.outside().run(&["snmpget", "-v2c", "-cpublic", "-On", "192.0.2.1", ".1.3.6.1.2.1.1.1.0"]);
    assert!(told.contains("Linux host "), "{told}");
}

#[test]
fn a_daemon_is_told_to_read_its_files_again() {
    let host = Host::new(&[Package::Snmpd]);
    let file = |community| format!("agentaddress 161\nrocommunity {community}\n");
    host.write("/etc/snmp/snmpd.conf", file("before"));
    let snmpd = host.start(&["/usr/sbin/snmpd", "-f", "-Le"]);
    let (before, after) = (sys_descr("before"), sys_descr("after"));
    // Its own address, from inside and as a stranger would be seen.
    let question = |payload| Question::new(V4_HOST, (V4_HOST, 161), payload);
    snmpd.wait_for_port(161);
    host.inside().wait_for_answer(&question(&before));
    host.write("/etc/snmp/snmpd.conf", file("after"));
    snmpd.signal("HUP");
    snmpd.wait_for_log("Reconfiguring daemon");
    assert_eq!(host.inside().ask_beside(&question(&before), &question(&after)), NOTHING);
    assert!(snmpd.runs());
}

#[test]
fn a_port_that_nobody_holds_is_silent() {
    let host = Host::new(&[]);
    for (from, to) in ends() {
        let answers = host.outside().ask(&Question::new(from, to, TIME), Duration::from_millis(50));
        assert_eq!(answers, NOTHING);
    }
}

#[test]
fn machines_keep_apart_and_leave_nothing_behind() {
    let (one, two) = (Host::new(&[Package::Snmpd]), Host::new(&[]));
    one.write("/etc/snmp/standfast-was-here", "");
    one.write("/var/run/standfast-was-here", "");
    let snmpd = one.start(&["/usr/sbin/snmpd", "-f", "-C", "-Le", "udp:161"]);
    snmpd.wait_for_port(161);
    assert!(two.bound(161).is_empty());
    for path in ["/etc/snmp/standfast-was-here", "/run/standfast-was-here"] {
        assert_eq!(one.read(path), b"");
        assert!(two.root().read(Path::new(path)).is_err());
        assert!(!Path::new(path).exists());
    }
    let space = |host: &Host| host.root().link(Path::new("/proc/1/ns/pid")).unwrap();
    let (first, second) = (space(&one), space(&two));
    let members = |space: &Path| {
        let pids = std::fs::read_dir("/proc").unwrap();
        pids.filter_map(|pid| std::fs::read_link(pid.unwrap().path().join("ns/pid")).ok())
            .filter(|link| link == space)
            .count()
    };
    assert_eq!((members(&first), members(&second)), (2, 1));
    // Not stopped: as when a test panics.
    std::mem::forget(snmpd);
    drop(one);
    // A process that is killed needs a moment to be gone.
    daemon::wait_until("the first machine's processes to be gone", || members(&first) == 0);
    assert_eq!(members(&second), 1);
}

#[test]
fn the_clock_cannot_be_set_from_inside() {
    let host = Host::new(&[]);
    // To the time that it is, in case that it can.
    let output = host.command(&["sh", "-c", "date -s \"$(date +%FT%T.%N)\""]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("Operation not permitted"), "{said}");
}

#[test]
fn standfast_runs_on_the_private_machine() {
    let host = Host::new(&[]);
    assert!(!host.root().is_host(), "the same directory with other mounts is another system");
    let entries = |lines: &str| {
        host.write("/etc/security/limits.conf", lines);
        let output = host.standfast(&["facts"]);
        let facts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        facts["standfast"]["limits"]["entries"].as_u64().unwrap()
    };
    let none = entries("");
    assert_eq!(entries("* hard nofile 12345\n* soft nofile 1234\n"), none + 2);
}
