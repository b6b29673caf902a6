//! Which records of the two sides are of one message.

use super::Role;
use super::side::{Record, Tail};
use super::window::{Outside, Window, floor};

/// How far apart the times of one message may be, in microseconds: a side may have written when it got the message.
pub const TOLERANCE: i64 = 2_000_000;

/// How the times of one message on both sides are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// They are equal, but for exceptions: a copy of an entry that has its partner is never the partner of another.
    Equal,
    /// A side has written when it got the message: entries with one text are paired in their order.
    Shifted,
}

/// A record without a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Single {
    /// Of which entry; its time is cut to the unit.
    pub record: Record,
    /// How many such entries have no partner.
    pub count: u64,
    /// Whether no entry with this text has a partner.
    pub is_alone: bool,
}

/// What came of a comparison.
#[derive(Debug, Default)]
pub struct Matching {
    /// Messages of the window that are on both sides.
    pub matched: u64,
    /// How many of them have another time on the other side.
    pub shifted: u64,
    /// Second copies of them on the central side.
    pub duplicates: u64,
    /// What has no partner, of the window; local and central.
    pub singles: [Vec<Single>; 2],
    /// What is not in the window; local and central.
    pub outside: [Outside; 2],
}

/// The records of all logs of a side: what several logs have is one message, for one message may go into several files.
///
/// The time is cut to the unit, so that what is left of it is equal on both sides.
#[must_use]
pub fn collapse(logs: Vec<Vec<Record>>, unit: i64) -> Vec<Record> {
    let mut cut = logs.into_iter().map(|mut records| {
        if unit > 1 {
            for record in &mut records {
                record.time = floor(record.time, unit);
            }
        }
        records
    });
    let first = cut.next().unwrap_or_default();
    cut.fold(first, |one, other| union(&one, &other))
}

/// Each record as often as the side has it that has it more often.
fn union(one: &[Record], other: &[Record]) -> Vec<Record> {
    let mut all = Vec::with_capacity(one.len().max(other.len()));
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    loop {
        let next = match (one.peek(), other.peek()) {
            (Some(&&a), Some(&&b)) => {
                let smaller = a.min(b);
                one.next_if(|&&next| next == smaller);
                other.next_if(|&&next| next == smaller);
                smaller
            }
            (Some(_), None) => {
                all.extend(one);
                return all;
            }
            (None, _) => {
                all.extend(other);
                return all;
            }
        };
        all.push(next);
    }
}

/// Finds the partners of sorted records.
///
/// - A text is matched with the same text at the same time; what is left over, with one up to [`TOLERANCE`] away.
/// - More copies of a central entry than there are local ones are duplicates: forwarding delivers at least once.
#[must_use]
pub fn matching(local: &[Record], central: &[Record], window: Window, how: Times) -> Matching {
    let mut matching = Matching::default();
    let (mut local, mut central) = (local, central);
    loop {
        let (of_local, of_central) = match (local.first(), central.first()) {
            (Some(a), Some(b)) => {
                let digest = a.digest.min(b.digest);
                (run(&mut local, digest), run(&mut central, digest))
            }
            (Some(a), None) => (run(&mut local, a.digest), &[][..]),
            (None, Some(b)) => (&[][..], run(&mut central, b.digest)),
            (None, None) => return matching,
        };
        match (of_local, of_central) {
            // Nearly always.
            ([a], [b]) if a.time == b.time && window.has(a.time) => matching.matched += 1,
            _ => matching.text(of_local, of_central, window, how),
        }
    }
}

/// Takes the records with this digest from the front.
fn run<'r>(records: &mut &'r [Record], digest: u64) -> &'r [Record] {
    let length = records.iter().take_while(|record| record.digest == digest).count();
    let (run, rest) = records.split_at(length);
    *records = rest;
    run
}

/// How many entries there are at a time, and how many of them have a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct At {
    time: i64,
    count: u64,
    matched: u64,
}

impl At {
    fn left(&self) -> u64 {
        self.count - self.matched
    }
}

fn times(records: &[Record]) -> Vec<At> {
    let mut times: Vec<At> = Vec::new();
    for record in records {
        match times.last_mut() {
            Some(last) if last.time == record.time => last.count += 1,
            _ => times.push(At { time: record.time, count: 1, matched: 0 }),
        }
    }
    times
}

impl Matching {
    /// Whether so many times differ that they say nothing.
    #[must_use]
    pub fn is_shifted(&self) -> bool {
        self.shifted * 100 > self.matched
    }

    /// Entries with one text.
    fn text(&mut self, local: &[Record], central: &[Record], window: Window, how: Times) {
        let Some(digest) = local.first().or(central.first()).map(|record| record.digest) else { return };
        for (role, records) in [(Role::Local, local), (Role::Central, central)] {
            for record in records {
                self.outside[role.index()].count(window, record.time);
            }
        }
        let (mut best_local, mut best_central) = (times(local), times(central));
        let (mut in_order_local, mut in_order_central) = (best_local.clone(), best_central.clone());
        let exact = pair(&mut best_local, &mut best_central, 0, Copies::Taken);
        let near = pair(&mut best_local, &mut best_central, TOLERANCE, Copies::Left);
        self.shifted += near;
        if how == Times::Shifted && left(&best_local) + missing(&best_central) > 0 {
            // What happens to be equal leaves the ends without partners where all times are shifted.
            let paired = pair(&mut in_order_local, &mut in_order_central, TOLERANCE, Copies::Taken);
            if paired > exact + near {
                (best_local, best_central) = (in_order_local, in_order_central);
            }
        }
        let is_alone = best_local.iter().all(|at| at.matched == 0);
        let mut single = |role: Role, time, count| {
            if count > 0 && window.has(time) {
                self.singles[role.index()].push(Single { record: Record { digest, time }, count, is_alone });
            }
        };
        for at in &best_local {
            single(Role::Local, at.time, at.left());
        }
        for at in best_central.iter().filter(|at| at.matched == 0) {
            single(Role::Central, at.time, at.count);
        }
        let in_window = |at: &&At| window.has(at.time);
        self.matched += best_local.iter().filter(in_window).map(|at| at.matched).sum::<u64>();
        let delivered = best_central.iter().filter(in_window).filter(|at| at.matched > 0);
        self.duplicates += delivered.map(At::left).sum::<u64>();
    }
}

fn left(times: &[At]) -> u64 {
    times.iter().map(At::left).sum()
}

/// Central entries that are no second copies.
fn missing(times: &[At]) -> u64 {
    times.iter().filter(|at| at.matched == 0).map(|at| at.count).sum()
}

/// Whether a second copy of an entry that has its partner may be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copies {
    Taken,
    Left,
}

/// Pairs what has no partner yet, in the order of time: as many as there can be. Says how many.
fn pair(local: &mut [At], central: &mut [At], tolerance: i64, copies: Copies) -> u64 {
    let is_out = |at: &At| at.left() == 0 || copies == Copies::Left && at.matched > 0;
    let mut open: Vec<&mut At> = central.iter_mut().filter(|at| !is_out(at)).collect();
    let mut open = open.iter_mut().peekable();
    let mut paired = 0;
    for at in local {
        while at.left() > 0 {
            let from = at.time.saturating_sub(tolerance);
            while open.next_if(|candidate| candidate.time < from || candidate.left() == 0).is_some() {}
            let Some(candidate) =
                open.peek_mut().filter(|candidate| candidate.time <= at.time.saturating_add(tolerance))
            else {
                break;
            };
            let count = at.left().min(candidate.left());
            at.matched += count;
            candidate.matched += count;
            paired += count;
        }
    }
    paired
}

/// Over-long messages that are equal up to what the digest covers and not behind it: on each side the records whose
/// tail is not the beginning of a tail of the other side, nor the other way round.
#[must_use]
pub fn altered_tails(local: &[Tail], central: &[Tail]) -> [Vec<Record>; 2] {
    [without_equal(local, central), without_equal(central, local)]
}

fn without_equal(these: &[Tail], those: &[Tail]) -> Vec<Record> {
    let mut those: Vec<&Tail> = those.iter().collect();
    those.sort_by_key(|tail| tail.record);
    let differs = |tail: &&Tail| {
        let (from, to) = (tail.record.time - TOLERANCE, tail.record.time + TOLERANCE);
        let at = |time| those.partition_point(|other| other.record < Record { time, ..tail.record });
        let mut near = those[at(from)..at(to + 1)].iter().peekable();
        // Without any, the other side's copy ends where the digest does.
        near.peek().is_some() && !near.any(|other| is_cut_of(&tail.bytes, &other.bytes))
    };
    these.iter().filter(differs).map(|tail| tail.record).collect()
}

fn is_cut_of(one: &[u8], other: &[u8]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

#[cfg(test)]
mod tests {
    use super::super::side::{Record, Tail};
    use super::super::window::{Outside, Window};
    use super::{Matching, TOLERANCE, Times, altered_tails, collapse, matching};

    const SECOND: i64 = 1_000_000;
    const ALWAYS: Window = Window { start: i64::MIN, end: i64::MAX };

    fn records(of: &[(u64, i64)]) -> Vec<Record> {
        let mut records: Vec<_> =
            of.iter().map(|&(digest, second)| Record { digest, time: second * SECOND }).collect();
        records.sort_unstable();
        records
    }

    fn matched(local: &[(u64, i64)], central: &[(u64, i64)]) -> Matching {
        matching(&records(local), &records(central), ALWAYS, Times::Equal)
    }

    fn matched_in_order(local: &[(u64, i64)], central: &[(u64, i64)]) -> Matching {
        matching(&records(local), &records(central), ALWAYS, Times::Shifted)
    }

    /// Digest, second and count of what has no partner.
    fn singles(matching: &Matching) -> [Vec<(u64, i64, u64)>; 2] {
        matching.singles.each_ref().map(|singles| {
            singles.iter().map(|one| (one.record.digest, one.record.time / SECOND, one.count)).collect()
        })
    }

    #[test]
    fn the_order_does_not_matter() {
        let matching = matched(&[(1, 10), (2, 11), (3, 12)], &[(3, 12), (1, 10), (2, 11)]);
        assert_eq!((matching.matched, singles(&matching)), (3, [vec![], vec![]]));
    }

    #[test]
    fn a_second_copy_on_the_central_side_is_no_difference() {
        let matching = matched(&[(1, 10)], &[(1, 10), (1, 10), (1, 10)]);
        assert_eq!((matching.matched, matching.duplicates), (1, 2));
        assert_eq!(singles(&matching), [vec![], vec![]]);
    }

    #[test]
    fn a_second_copy_on_the_local_side_is_a_difference() {
        let matching = matched(&[(1, 10), (1, 10), (1, 10)], &[(1, 10), (1, 10)]);
        assert_eq!(singles(&matching), [vec![(1, 10, 1)], vec![]]);
    }

    #[test]
    fn what_is_on_one_side_only_is_told_with_its_side() {
        let matching = matched(&[(1, 10), (2, 10)], &[(2, 10), (3, 10)]);
        assert_eq!(singles(&matching), [vec![(1, 10, 1)], vec![(3, 10, 1)]]);
        assert!(matching.singles.iter().flatten().all(|single| single.is_alone));
    }

    #[test]
    fn up_to_two_seconds_are_no_difference_and_three_are() {
        assert_eq!(TOLERANCE, 2 * SECOND);
        assert_eq!(singles(&matched(&[(1, 10)], &[(1, 12)])), [vec![], vec![]]);
        assert_eq!(singles(&matched(&[(1, 10)], &[(1, 8)])), [vec![], vec![]]);
        assert_eq!(singles(&matched(&[(1, 10)], &[(1, 13)])), [vec![(1, 10, 1)], vec![(1, 13, 1)]]);
    }

    #[test]
    fn of_equal_texts_each_second_the_one_that_is_gone_is_told_with_its_own_time() {
        let all = [(1, 10), (1, 11), (1, 12), (1, 13)];
        let without = [(1, 10), (1, 12), (1, 13)];
        assert_eq!(singles(&matched(&without, &all)), [vec![], vec![(1, 11, 1)]]);
        assert_eq!(singles(&matched(&all, &without)), [vec![(1, 11, 1)], vec![]]);
    }

    #[test]
    fn where_all_times_are_shifted_none_is_left_over() {
        let local: Vec<_> = (10..20).map(|second| (1, second)).collect();
        let central: Vec<_> = (11..21).map(|second| (1, second)).collect();
        assert!(matched(&local, &[(1, 11)]).matched == 1);
        assert_eq!(singles(&matched_in_order(&local, &central)), [vec![], vec![]]);
    }

    #[test]
    fn a_second_copy_does_not_stand_for_a_message_that_is_lost() {
        let matching = matched(&[(1, 10), (1, 11)], &[(1, 10), (1, 10)]);
        assert_eq!((singles(&matching), matching.duplicates), ([vec![(1, 11, 1)], vec![]], 1));
    }

    #[test]
    fn many_times_that_differ_are_told_from_a_few() {
        let all: Vec<_> = (0..1000).map(|digest| (digest, 10)).collect();
        let mut few = all.clone();
        few[7].1 = 11;
        assert!(!matched(&all, &few).is_shifted());
        let shifted: Vec<_> = (0..1000).map(|digest| (digest, 10 + i64::from(digest % 3 == 0))).collect();
        assert!(matched(&all, &shifted).is_shifted());
    }

    #[test]
    fn a_second_copy_may_come_where_times_are_shifted() {
        let matching = matched_in_order(&[(1, 10), (1, 11)], &[(1, 12), (1, 12), (1, 11)]);
        assert_eq!((singles(&matching), matching.duplicates), ([vec![], vec![]], 1));
    }

    #[test]
    fn what_is_outside_the_window_may_be_a_partner_but_is_never_told() {
        let window = Window { start: 10 * SECOND, end: 20 * SECOND };
        let local = records(&[(1, 10), (2, 9), (3, 21), (4, 15)]);
        let central = records(&[(1, 9), (5, 5), (4, 15)]);
        let matching = matching(&local, &central, window, Times::Equal);
        assert_eq!((matching.matched, singles(&matching)), (2, [vec![], vec![]]));
        assert_eq!(matching.outside, [Outside { before: 1, after: 1 }, Outside { before: 2, after: 0 }]);
    }

    #[test]
    fn a_message_in_two_logs_of_a_side_is_one_message() {
        let logs = vec![records(&[(1, 10), (1, 10), (2, 11)]), records(&[(1, 10), (3, 12)])];
        assert_eq!(collapse(logs, 1), records(&[(1, 10), (1, 10), (2, 11), (3, 12)]));
        assert_eq!(collapse(Vec::new(), 1), []);
    }

    #[test]
    fn times_are_cut_to_what_both_sides_have() {
        let of = |time| Record { digest: 1, time };
        assert_eq!(
            collapse(vec![vec![of(10_999_999), of(11_000_001)]], SECOND),
            [of(10 * SECOND), of(11 * SECOND)]
        );
    }

    #[test]
    fn the_end_of_an_over_long_message_may_be_missing_but_not_differ() {
        let tail =
            |digest, bytes: &[u8]| Tail { record: Record { digest, time: SECOND }, bytes: bytes.into() };
        let local = [tail(1, b"abcdef"), tail(2, b"abc"), tail(3, b"x"), tail(4, b"abx")];
        let central = [tail(1, b"abc"), tail(2, b"abc"), tail(4, b"abyz")];
        let altered = Record { digest: 4, time: SECOND };
        assert_eq!(altered_tails(&local, &central), [vec![altered], vec![altered]]);
    }
}
