//! Limits on messages: what they cost before a queue, and behind it.

use std::thread::sleep;
use std::time::Duration;

use super::rig::{Rig, row};

const TCP: &str = "target = 192.0.2.2\nprotocol = tcp";
const DROP_IN: &str = "/etc/rsyslog.d/00-standfast-central.conf";

#[test]
fn what_is_beyond_the_limit_of_a_forward_is_dropped_and_kept_locally() {
    let rig = Rig::with(&format!("{TCP}\nrate_limit = 100/2"));
    let receiver = rig.start_receiver();
    let sender = rig.start_sender();
    rig.send(1000);
    // A window lasts until more than its seconds have passed.
    sleep(Duration::from_secs(4));
    rig.send(50);
    rig.settle(Duration::from_secs(5));
    let fate = row("1,000 messages at once", "ours, 100/2", rig.fate());
    // What rsyslogd says of its limit is a message, too; a burst that comes over two windows is let through twice.
    assert!((700..=905).contains(&fate.lost) && fate.lost_locally == 0, "{fate:?}");
    assert!((1000..1050).all(|number| rig.count("/var/log/central").0.contains_key(&number)), "{fate:?}");
    // In sync as it is; without a limit it is drift, and the line says what it costs.
    let check = rig.standfast("check", &format!("{TCP}\nrate_limit = 100/2"));
    assert_eq!(check.status.code(), Some(0), "{check:?}");
    let drift = rig.standfast("check", TCP);
    let said = String::from_utf8_lossy(&drift.stdout).into_owned();
    assert!(said.contains("rate_limit") && said.contains("drops what is beyond it"), "{said}");
    sender.stop();
    receiver.stop();
}

#[test]
fn what_is_beyond_the_limit_of_the_local_socket_is_nowhere_and_is_a_finding() {
    let rig = Rig::with(TCP);
    let conf = rig.host.read("/etc/rsyslog.conf");
    let limited = String::from_utf8(conf).unwrap().replace(
        "load=\"imuxsock\"",
        "load=\"imuxsock\" SysSock.RateLimit.Interval=\"60\" SysSock.RateLimit.Burst=\"100\"",
    );
    rig.host.write("/etc/rsyslog.conf", limited);
    let receiver = rig.start_receiver();
    let sender = rig.start_sender();
    rig.push(1000);
    rig.settle(Duration::from_secs(3));
    let fate = row("1,000 messages at once", "ours, input 100/60", rig.fate());
    assert_eq!((fate.lost, fate.lost_locally), (900, 900));
    let check = rig.standfast("check", TCP);
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(said.contains("imuxsock takes 100 messages in 60 s and drops the rest"), "{said}");
    assert!(!rig.host.read(DROP_IN).is_empty());
    sender.stop();
    receiver.stop();
}
