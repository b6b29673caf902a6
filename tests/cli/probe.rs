//! `standfast probe` against a responder on loopback. What real daemons answer strangers is in tests/oracle.

use serde_json::Value;

use crate::responder::{Responder, classic, closed};
use crate::said::{Said, run, standfast};
use crate::temp_root::TempRoot;

fn probe(service: &str, port: u16, more: &[&str]) -> Said {
    let port = port.to_string();
    let arguments = ["probe", service, "--target", "127.0.0.1", "--port", &port];
    run(&mut standfast(&[&arguments[..], more].concat()))
}

fn json(service: &str, port: u16) -> Value {
    probe(service, port, &["--format", "json", "--timeout", "100"]).ended(0).json()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_answers_of_a_classic_ntpd_are_told_with_bytes_packets_and_factor() {
    let responder = Responder::new(classic);
    let said = probe("ntp", responder.port, &[]).ended(0);
    let monlist = "tells the list of its clients (monlist, 600 clients); \
                   monlist: 8 bytes in, 44000 bytes out in 100 packets, factor 5500";
    assert!(said.out.contains(monlist), "{said:?}");
    assert!(said.out.contains("open     127.0.0.1 (loopback, which says nothing of others)"), "{said:?}");
}

#[test]
fn what_this_host_alone_is_told_is_no_alarm() {
    let responder = Responder::new(classic);
    let found = json("ntp", responder.port);
    assert_eq!((&found["open"], &found["targets"][0]["ntp"]["open"]), (&false.into(), &false.into()));
    assert_eq!(found["targets"][0]["ntp"]["verdict"], "monlist_open");
}

#[test]
fn the_names_of_the_fields_are_these() {
    let responder = Responder::new(classic);
    let found = json("ntp", responder.port);
    assert_eq!(keys(&found), ["open", "targets", "took_ms"]);
    let target = &found["targets"][0];
    assert_eq!(keys(target), ["address", "ntp", "source", "vantage"]);
    let ntp = ["control", "error", "monlist_clients", "open", "presence", "requests", "verdict", "version"];
    assert_eq!(keys(&target["ntp"]), ntp);
    let request =
        ["end", "factor", "reply_bytes", "reply_packets", "request", "request_bytes", "wire_factor"];
    assert_eq!(keys(&target["ntp"]["requests"][0]), request);
    assert_eq!(target["ntp"]["version"], "ntpd 4.2.6p5@1.2349-o");
    assert_eq!((&target["address"], &target["source"]), (&"127.0.0.1".into(), &"127.0.0.1".into()));
    assert_eq!(target["vantage"], "loopback");

    let found = json("snmp", responder.port);
    let snmp = &found["targets"][0]["snmp"];
    assert_eq!(keys(snmp), ["communities", "control", "error", "open", "presence", "requests", "verdict"]);
    assert_eq!(snmp["verdict"], "cannot_tell");
    assert_eq!(keys(&snmp["communities"][0]), ["community", "v1", "v2c"]);
    assert_eq!(snmp["communities"][1]["community"], "private");
    assert_eq!(keys(&snmp["requests"][0])[0], "community");
}

#[test]
fn a_daemon_that_tells_the_time_alone_is_closed() {
    let responder = Responder::new(closed);
    let said = probe("ntp", responder.port, &[]).ended(0);
    assert!(said.out.contains("closed   127.0.0.1"), "{said:?}");
    assert!(said.out.contains("tells the time and nothing else"), "{said:?}");
}

#[test]
fn a_version_that_would_command_a_terminal_is_written_out() {
    let responder = Responder::new(|datagram| match datagram {
        [0x16, 2, ..] => crate::responder::control(datagram, b"version=\"ntpd \x1b[2J\xff\""),
        _ => closed(datagram),
    });
    assert_eq!(json("ntp", responder.port)["targets"][0]["ntp"]["version"], "ntpd \\x1b[2J\\xff");
}

#[test]
fn garbage_and_floods_end_with_a_verdict() {
    for play in [
        |_: &[u8]| vec![vec![0xff; 1400]; 3000],
        |datagram: &[u8]| vec![datagram.to_vec(); 50],
        |_: &[u8]| vec![vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff], Vec::new()],
        |_: &[u8]| vec![vec![0xd7, 0, 3, 42, 0x0f, 0xff, 0x0f, 0xff]; 3000],
    ] {
        let responder = Responder::new(play);
        for service in ["ntp", "snmp"] {
            let found = json(service, responder.port);
            let verdict = &found["targets"][0][service]["verdict"];
            assert!(verdict == "cannot_tell" || verdict == "mode7_open", "{found}");
        }
    }
}

#[test]
fn another_hosts_address_is_refused() {
    for target in ["198.51.100.1", "2001:db8:ffff::1", "0.0.0.0", "224.0.1.1", "ff02::101%lo"] {
        let words = if target.starts_with(['1', '2']) && !target.starts_with("224") {
            "is no address of this host"
        } else {
            "is no single host"
        };
        run(&mut standfast(&["probe", "--target", target])).refused(words);
    }
    for target in ["localhost", "127.0.0.1:123", "10.0.0.0/8", "127.0.0.1,127.0.0.2", "\x1b[2J"] {
        run(&mut standfast(&["probe", "--target", target])).refused("is no IP address");
    }
    run(&mut standfast(&["probe", "--target", "ff02::101", "--i-own-this-host"]))
        .refused("is no single host");
}

#[test]
fn bad_usage_of_the_probe_ends_with_1() {
    for arguments in [
        &["probe", "dns"][..],
        &["probe", "--port", "1123"],
        &["probe", "ntp", "--port", "0"],
        &["probe", "--timeout", "9"],
        &["probe", "--timeout", "60000"],
        &["probe", "--i-own-this-host"],
        &["probe", "--target", "127.0.0.1", "--target", "127.0.0.2"],
        &["probe", "--format", "monitoring"],
    ] {
        let said = run(&mut standfast(arguments)).ended(1);
        assert!(said.out.is_empty() && said.err.contains("error: "), "{arguments:?}: {said:?}");
    }
}

#[test]
fn nothing_runs_below_another_root_that_could_be_asked() {
    let root = TempRoot::new();
    for command in ["check", "facts"] {
        root.run(command, &["--probe"]).refused("none runs below another root");
    }
}

#[test]
fn facts_are_the_same_without_a_probe_and_have_more_with_one() {
    let leaf = |facts: &Value, family: &str, name: &str| facts["standfast"][family][name].clone();
    let plain = run(&mut standfast(&["facts"])).ended(0).json();
    let proved = run(&mut standfast(&["facts", "--probe"])).ended(0).json();
    for (family, name) in
        [("ntp", "answers_monlist"), ("ntp", "answers_queries"), ("snmp", "answers_default_community")]
    {
        assert_eq!(leaf(&plain, family, name), Value::Null);
        let told = leaf(&proved, family, name);
        assert!(told.is_boolean() || told.is_null(), "{told}");
    }
}
