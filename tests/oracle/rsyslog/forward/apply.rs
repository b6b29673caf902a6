//! `standfast apply` on a machine where rsyslogd runs: from one section of a policy to messages that arrive.

use std::process::Output;
use std::time::Duration;

use super::rig::Rig;

const RELP: &str = "target = 192.0.2.2\nprotocol = relp";
const DROP_IN: &str = "/etc/rsyslog.d/00-standfast-central.conf";

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn one_section_is_all_that_it_takes() {
    let rig = Rig::new();
    let receiver = rig.start_receiver();
    let sender = rig.start_sender();
    let changed = rig.apply(RELP);
    assert_eq!(changed.status.code(), Some(2), "{}", said(&changed));
    assert!(said(&changed).contains("rsyslog"), "who must be restarted: {}", said(&changed));
    // The process has not read the file; SIGHUP would not make it.
    let stale = rig.standfast("check", RELP);
    assert_eq!(stale.status.code(), Some(2), "{}", said(&stale));
    assert!(said(&stale).contains("is older than"), "{}", said(&stale));
    rig.send(10);
    assert!(rig.count("/var/log/central").0.is_empty());
    sender.stop();
    rig.host.run(&["rm", "-f", "/run/sender.pid", "/dev/log"]);
    let sender = rig.start_sender();
    let in_sync = rig.standfast("check", RELP);
    assert_eq!(in_sync.status.code(), Some(0), "{}", said(&in_sync));
    rig.send(10);
    rig.wait_until(Duration::from_secs(30), || rig.count("/var/log/central").0.len() >= 10);
    let fate = rig.fate();
    assert_eq!((fate.lost, fate.lost_locally), (10, 0), "the first ten came before the restart");
    // And back.
    let absent = rig.apply("ensure = absent");
    assert_eq!(absent.status.code(), Some(2), "{}", said(&absent));
    assert!(rig.host.root().read(std::path::Path::new(DROP_IN)).is_err());
    sender.stop();
    receiver.stop();
}

#[test]
fn what_rsyslogd_would_not_take_is_not_written_and_its_words_are_told() {
    let rig = Rig::new();
    let output = rig.apply(&format!("{RELP}\nfilter = nosuch($msg) == 'x'"));
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("nosuch"), "{}", said(&output));
    assert_eq!(rig.host.run(&["ls", "-A", "/etc/rsyslog.d"]), "");
    assert_eq!(rig.host.run(&["find", "/var/lib/standfast", "-mindepth", "1", "!", "-name", "lock*"]), "");
}

#[test]
fn what_was_wrong_before_is_no_reason_to_refuse() {
    let rig = Rig::new();
    rig.host.write("/etc/rsyslog.d/50-old.conf", "$NoSuchDirective on\n");
    let output = rig.apply(RELP);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let again = rig.apply(&format!("{RELP}\nfilter = nosuch($msg) == 'x'"));
    assert_eq!(again.status.code(), Some(4), "{}", said(&again));
    assert!(said(&again).contains("nosuch"), "{}", said(&again));
}

#[test]
fn where_nobody_may_mount_the_check_is_made_all_the_same() {
    let rig = Rig::new();
    rig.host.write(
        "/run/policy.ini",
        format!("[rsyslog_forward central]\n{RELP}\nfilter = nosuch($msg) == 'x'\n"),
    );
    let argv =
        ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", env!("CARGO_BIN_EXE_standfast")];
    let argv: Vec<&str> = argv.into_iter().chain(["apply", "--policy", "/run/policy.ini"]).collect();
    let output = rig.host.bounded(&argv).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("nosuch"), "{}", said(&output));
    assert_eq!(rig.host.run(&["ls", "-A", "/etc/rsyslog.d"]), "");
}
