//! Bursts that are more than memory may hold go over the disk, and do not stay there.
//!
//! Without the pause after each batch rsyslogd 8.2302 leaves the end of 3 of 100 bursts on the disk with TCP, and of 14
//! with RELP, until another burst comes: some ten of these.

use std::time::Duration;

use super::rig::{Rig, kill};

/// How many bursts; more than memory may hold each.
const BURSTS: usize = 45;
const BURST: usize = 300;
/// How many may wait for the next: rsyslogd's own gap is made small by the pause, and not closed.
const MOST: usize = 1;

#[test]
fn bursts_do_not_stay_on_the_disk() {
    let mut left = Vec::new();
    for attributes in [
        "target = 192.0.2.2",
        "target = 192.0.2.2\nprotocol = relp",
        "target = 192.0.2.2\nprotocol = relp\nformat = legacy",
        "target = 192.0.2.2\nprotocol = relp\nfailover = 192.0.2.2:25514",
    ] {
        let rig = Rig::with(attributes);
        let receiver = rig.start_receiver();
        let sender = rig.start_sender();
        for burst in 1..=BURSTS {
            rig.send(BURST);
            let arrived = || rig.count("/var/log/central").0.len();
            if !rig.wait_until(Duration::from_secs(10), || arrived() == burst * BURST) {
                left.push(format!("{attributes:?}: {} of {}", arrived(), burst * BURST));
            }
            assert!(left.len() <= MOST, "{left:?}\n{}", sender.log());
        }
        kill(sender);
        kill(receiver);
    }
}
