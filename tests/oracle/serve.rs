//! `standfast serve` beside a daemon that runs: what is written is not in force before the daemon has read it.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::net::{Host, Package};

const SNMPD: [&str; 9] =
    ["/usr/sbin/snmpd", "-f", "-Le", "-u", "Debian-snmp", "-g", "Debian-snmp", "-I", "-smux"];
const POLLER: &str = "Zk3-poller.community_91";

/// Asks one process line by line; before the last ask something may happen to the machine.
fn served(host: &Host, asks: &[Value], before_the_last: impl FnOnce()) -> Vec<Value> {
    let mut command = host.command(&[env!("CARGO_BIN_EXE_standfast"), "serve"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut before_the_last = Some(before_the_last);
    let mut answers = Vec::new();
    for (index, ask) in asks.iter().enumerate() {
        if index + 1 == asks.len()
            && let Some(happen) = before_the_last.take()
        {
            happen();
        }
        writeln!(input, "{ask}").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(!line.contains(POLLER), "{line}");
        answers.push(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}")));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
    answers
}

/// A run that applies one community.
fn run(access: &str) -> Vec<Value> {
    let poller = json!({"type": "snmp_community", "title": "poller"});
    let parameters = json!({"community": POLLER, "sources": ["192.0.2.2"], "access": access});
    vec![
        json!({"ask": "hello", "protocol": 1, "run": {"by": "agent"}}),
        json!({"ask": "declare", "resources":
            [{"type": "snmp_community", "title": "poller", "parameters": parameters}]}),
        json!({"ask": "apply", "resources": [poller]}),
        json!({"ask": "end"}),
    ]
}

#[test]
fn what_a_daemon_has_not_read_is_stale_until_it_is_restarted() {
    let host = Host::new(&[Package::Snmpd]);
    let daemon = host.start(&SNMPD);
    daemon.wait_for_port(161);
    // A file that is as old as the process cannot be told from one that it has read.
    std::thread::sleep(std::time::Duration::from_millis(100));
    let answers = served(&host, &run("ro"), || {});
    let applied = &answers[2]["resources"][0];
    assert_eq!((&applied["outcome"], &applied["stale"]), (&json!("corrected"), &json!(true)), "{applied}");
    assert_eq!(applied["reloads"][0]["service"], "snmpd", "{applied}");
    let stale = &answers[3]["stale"];
    assert_eq!((stale.as_array().unwrap().len(), &stale[0]["title"]), (1, &json!("poller")), "{stale}");
    assert_eq!(answers[3].get("warning"), None);

    let again = served(&host, &run("ro"), || {});
    let applied = &again[2]["resources"][0];
    assert_eq!((&applied["outcome"], &applied["stale"]), (&json!("drifted"), &json!(true)), "{applied}");
    assert_eq!(applied["corrective"], true, "the manifest has not changed: {applied}");

    let mut daemons = Vec::new();
    let restarted = served(&host, &run("ro"), || {
        daemon.stop();
        daemons.push(host.start(&SNMPD));
        daemons[0].wait_for_port(161);
    });
    assert_eq!(restarted[3], json!({"stale": []}));
    let settled = served(&host, &run("ro"), || {});
    assert_eq!(settled[2]["resources"][0]["outcome"], "in_sync");
    let changed = served(&host, &run("rw"), || {});
    let changed = &changed[2]["resources"][0];
    assert_eq!(
        (&changed["outcome"], &changed["corrective"]),
        (&json!("corrected"), &json!(false)),
        "{changed}"
    );
}
