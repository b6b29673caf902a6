//! When a report is sent: when something changed, when the heartbeat is due, and after a failure not at once. Pure
//! functions.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::payload::Body;
use crate::report::spool::{Delivered, Time};

/// The first pause after a failure, and how long each pause is at most.
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How long a pause is at most where somebody has to put something right. It begins as short as the others: whoever
/// does so tries it at once.
const LONGEST_OF_MISCONFIGURED: Duration = Duration::from_secs(3600);

/// How long a Foreman counts as one without the plugin.
pub const STOCK: Duration = Duration::from_secs(24 * 3600);

/// What keeps a report from being taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The other side is away or overloaded.
    Away,
    /// A person has to put something right.
    Misconfigured,
}

/// How long to wait after so many failures before this one; `random` spreads hosts that failed together.
#[must_use]
pub fn back_off(trouble: Trouble, failures: u32, random: u64) -> Duration {
    let longest = match trouble {
        Trouble::Away => LONGEST,
        Trouble::Misconfigured => LONGEST_OF_MISCONFIGURED,
    };
    let doubled = FIRST.saturating_mul(1 << failures.min(16));
    // Two to three thirds of the longest, and one to one and a half of the others.
    let least = doubled.min(longest * 2 / 3);
    least + part(least / 2, random)
}

/// A part of a span by 16 bits of a number.
fn part(span: Duration, number: u64) -> Duration {
    let part = u32::try_from(number & 0xffff).unwrap_or(0);
    span / 0xffff * part
}

/// When the heartbeat after a delivery is due: each host takes off a part of the splay, always the same.
#[must_use]
pub fn heartbeat(delivered: Time, host: &str, heartbeat: Duration, splay: Duration) -> Time {
    let digest = Sha256::digest(host.as_bytes());
    let number = digest.iter().take(2).fold(0, |number, byte| number << 8 | u64::from(*byte));
    delivered.plus(heartbeat.saturating_sub(part(splay.min(heartbeat), number)))
}

/// Whether there is nothing new to tell.
#[must_use]
pub fn is_known(last: &Delivered, host: &str, digest: &str, due: Time, now: Time) -> bool {
    // What was delivered later than now was so by another clock.
    last.host == host && last.digest == digest && last.at <= now && now < due
}

/// By what two reports of the same content to the same receiver are known.
#[must_use]
pub fn digest(url: &str, body: &Body) -> String {
    let mut hash = Sha256::new();
    hash.update(url.as_bytes());
    hash.update([0]);
    hash.update(body.without_time());
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    #[test]
    fn pauses_double_from_5_s_to_15_min_and_are_spread() {
        let seconds = |failures, random| back_off(Trouble::Away, failures, random).as_secs_f64();
        assert_eq!((seconds(0, 0), seconds(1, 0), seconds(3, 0)), (5.0, 10.0, 40.0));
        assert!((7.4..=7.5).contains(&seconds(0, 0xffff)));
        for failures in [8, 20, 32, u32::MAX] {
            assert_eq!(seconds(failures, 0), 600.0);
            assert!((899.0..=900.0).contains(&seconds(failures, u64::MAX)));
        }
    }

    #[test]
    fn what_a_person_must_put_right_is_tried_soon_at_first_and_slowly_then() {
        assert_eq!(back_off(Trouble::Misconfigured, 0, 0), FIRST);
        assert_eq!(back_off(Trouble::Misconfigured, 30, 0), Duration::from_secs(2400));
        assert!(back_off(Trouble::Misconfigured, 30, u64::MAX) > Duration::from_secs(3590));
    }

    #[test]
    fn heartbeats_of_hosts_are_spread_over_the_splay_and_never_late() {
        let at = time("2026-11-27T12:00:00.000000Z");
        let (beat, splay) = (Duration::from_secs(6 * 3600), Duration::from_secs(1800));
        let early = |number: u32| {
            let due = heartbeat(at, &format!("web{number}.example.com"), beat, splay);
            at.plus(beat).since(due).as_secs()
        };
        let mut minutes = [0; 31];
        for number in 0..3000 {
            minutes[usize::try_from(early(number) / 60).unwrap()] += 1;
        }
        assert!(minutes[..30].iter().all(|hosts| (50..200).contains(hosts)), "{minutes:?}");
        assert_eq!(early(7), early(7));
        assert_eq!(heartbeat(at, "a", Duration::ZERO, splay), at, "a heartbeat of 0 is due at once");
    }

    #[test]
    fn a_report_is_known_until_something_changes_or_the_heartbeat_is_due() {
        let at = time("2026-11-27T12:00:00.000000Z");
        let later = |seconds| at.plus(Duration::from_secs(seconds));
        let last = Delivered { host: "a".into(), digest: "d".into(), reported_at: at, at };
        assert!(is_known(&last, "a", "d", later(60), later(59)));
        assert!(!is_known(&last, "a", "d", later(60), later(60)), "due");
        assert!(!is_known(&last, "a", "e", later(60), later(1)), "changed");
        assert!(!is_known(&last, "b", "d", later(60), later(1)), "another host");
        let ahead = Delivered { at: later(90), ..last };
        assert!(!is_known(&ahead, "a", "d", later(200), later(1)), "the clock was set back");
    }
}
