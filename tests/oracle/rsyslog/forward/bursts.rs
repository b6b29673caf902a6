//! Bursts that are more than memory may hold go over the disk, and nothing of them stays there.
//!
//! Without the pause after each batch rsyslogd 8.2302 leaves the end of 3 of 100 bursts on the disk with TCP, and of 14
//! with RELP, until another burst comes. So one of these passes by luck once in a thousand times.

use std::time::Duration;

use super::rig::{Rig, kill};

/// How many bursts; more than memory may hold each.
const BURSTS: usize = 45;
const BURST: usize = 300;

#[test]
fn no_burst_leaves_messages_on_the_disk() {
    for attributes in [
        "target = 192.0.2.2",
        "target = 192.0.2.2\nprotocol = relp",
        "target = 192.0.2.2\nprotocol = relp\nformat = legacy",
    ] {
        let rig = Rig::with(attributes);
        let receiver = rig.start_receiver();
        let sender = rig.start_sender();
        for burst in 1..=BURSTS {
            rig.send(BURST);
            let arrived = || rig.count("/var/log/central").0.len();
            let all = rig.wait_until(Duration::from_secs(20), || arrived() == burst * BURST);
            assert!(all, "{attributes:?}: {} of {} have come\n{}", arrived(), burst * BURST, sender.log());
        }
        kill(sender);
        kill(receiver);
    }
}
