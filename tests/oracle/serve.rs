//! `standfast serve` beside a daemon that runs: what is written is not in force before the daemon has read it.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::net::{Daemon, Host, Package};

const CONFIG: &str = "\
module(load=\"imuxsock\")
$WorkDirectory /var/spool/rsyslog
$IncludeConfig /etc/rsyslog.d/*.conf
*.* /var/log/all
";

fn start(host: &Host) -> Daemon<'_> {
    let pid_file = "/run/rsyslogd.pid";
    host.run(&["rm", "-f", pid_file]);
    let daemon = host.start(&["/usr/sbin/rsyslogd", "-n", "-i", pid_file]);
    daemon.wait_until("it runs", || host.root().status(std::path::Path::new(pid_file)).is_ok());
    daemon
}

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
        answers.push(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}")));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
    answers
}

/// A run that applies one forward.
fn run(target: &str) -> Vec<Value> {
    let parameters = json!({"target": target});
    vec![
        json!({"ask": "hello", "protocol": 1, "run": {"by": "agent"}}),
        json!({"ask": "declare", "resources":
            [{"type": "rsyslog_forward", "title": "central", "parameters": parameters}]}),
        json!({"ask": "apply", "resources": [{"type": "rsyslog_forward", "title": "central"}]}),
        json!({"ask": "end"}),
    ]
}

#[test]
fn what_a_daemon_has_not_read_is_stale_until_it_is_restarted() {
    let host = Host::new(&[Package::Rsyslog]);
    host.run(&["sh", "-c", "rm -rf /etc/rsyslog.d; mkdir -p /etc/rsyslog.d /var/spool/rsyslog"]);
    host.write("/etc/rsyslog.conf", CONFIG);
    // A file that is as old as the process cannot be told from one that it has not read.
    let settle = || std::thread::sleep(std::time::Duration::from_millis(100));
    settle();
    let daemon = start(&host);
    settle();
    let answers = served(&host, &run("192.0.2.2"), || {});
    let applied = &answers[2]["resources"][0];
    assert_eq!((&applied["outcome"], &applied["stale"]), (&json!("corrected"), &json!(true)), "{applied}");
    assert_eq!(applied["reloads"][0]["action"], "restart", "{applied}");
    let stale = &answers[3]["stale"];
    assert_eq!((stale.as_array().unwrap().len(), &stale[0]["title"]), (1, &json!("central")), "{stale}");
    assert_eq!(answers[3].get("warning"), None);

    let again = served(&host, &run("192.0.2.2"), || {});
    let applied = &again[2]["resources"][0];
    assert_eq!((&applied["outcome"], &applied["stale"]), (&json!("drifted"), &json!(true)), "{applied}");
    assert_eq!(applied["drift"][0]["property"], "process", "{applied}");
    assert_eq!(applied["corrective"], true, "the manifest has not changed: {applied}");

    let mut daemons = Vec::new();
    let restarted = served(&host, &run("192.0.2.2"), || {
        daemon.stop();
        daemons.push(start(&host));
    });
    assert_eq!(restarted[3], json!({"stale": []}));
    let settled = served(&host, &run("192.0.2.2"), || {});
    assert_eq!(settled[2]["resources"][0]["outcome"], "in_sync");
    settle();
    let changed = served(&host, &run("192.0.2.3"), || {});
    let changed = &changed[2]["resources"][0];
    assert_eq!(
        (&changed["outcome"], &changed["corrective"]),
        (&json!("corrected"), &json!(false)),
        "{changed}"
    );
}
