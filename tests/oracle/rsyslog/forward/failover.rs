//! A second server takes the messages while the first is away, and no longer.

use std::time::Duration;

use super::rig::{Rig, kill};

const SECOND: &str = "module(load=\"imtcp\")\nmodule(load=\"imrelp\")\ninput(type=\"imtcp\" port=\"5514\")\n\
    input(type=\"imrelp\" port=\"25514\")\n\
    action(type=\"omfile\" file=\"/var/log/second\" template=\"RSYSLOG_FileFormat\")\n";

#[test]
fn messages_go_to_the_second_server_and_come_back_to_the_first() {
    for attributes in
        ["protocol = tcp\nfailover = 192.0.2.2:5514", "protocol = relp\nfailover = 192.0.2.2:25514"]
    {
        there_and_back(attributes);
    }
}

fn there_and_back(attributes: &str) {
    let rig = Rig::with(&format!("target = 192.0.2.2\n{attributes}"));
    rig.host.write("/etc/second.conf", SECOND);
    let second = rig.start_receiver_with("/etc/second.conf", 5514);
    let sender = rig.start_sender();
    rig.send(500);
    let arrived = rig.wait_until(Duration::from_secs(30), || rig.count("/var/log/second").0.len() == 500);
    assert!(arrived, "the second has {} of 500\n{}", rig.count("/var/log/second").0.len(), sender.log());
    let first = rig.start_receiver();
    // The first is asked again after some seconds; until then the second gets what comes.
    let start = std::time::Instant::now();
    let came_back = rig.wait_until(Duration::from_secs(60), || {
        rig.send(10);
        !rig.count("/var/log/central").0.is_empty()
    });
    assert!(came_back, "nothing came back to the first\n{}", sender.log());
    eprintln!("the first server is used again after {} s", start.elapsed().as_secs());
    // A worker of the queue that found the first away goes on to the second until it asks again itself.
    let is_over = rig.wait_until(Duration::from_secs(60), || {
        let before = rig.count("/var/log/second").0.len();
        rig.send(500);
        rig.wait_until(Duration::from_secs(10), || seen(&rig) == rig.fate().sent);
        rig.count("/var/log/second").0.len() == before
    });
    assert!(is_over, "the second still gets messages\n{}", sender.log());
    kill(first);
    kill(second);
    // With both away they wait, for the last one is tried for ever.
    rig.send(500);
    let first = rig.start_receiver();
    let second = rig.start_receiver_with("/etc/second.conf", 5514);
    let sent = rig.fate().sent;
    rig.wait_until(Duration::from_secs(30), || seen(&rig) == sent);
    let lost = sent - seen(&rig);
    eprintln!("failover and back, {attributes:?}: sent {sent}, lost {lost}");
    // TCP learns of a server's end by the answer to what it sent last: that batch is gone.
    assert!(lost <= 1, "{lost} lost");
    kill(sender);
    kill(first);
    kill(second);
}

/// How many messages have come to one of the servers.
fn seen(rig: &Rig) -> usize {
    let mut seen = rig.count("/var/log/central").0;
    seen.extend(rig.count("/var/log/second").0);
    seen.len()
}
