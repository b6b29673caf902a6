//! Which entries of both sides that have no partner are one message all the same: written otherwise, or edited.

use std::collections::{HashMap, HashSet};

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::body::{Body, TAG};
use super::find::Found;
use super::key::{could_be_one, push_escaped};
use super::matching::TOLERANCE;
use super::side::Record;

/// Entries that are one message, by their places in the lists of both sides.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// The same message, written in another way.
    pub same: Vec<(usize, usize)>,
    /// The same message, edited.
    pub edited: Vec<(usize, usize)>,
    /// Second copies of the central ones among these.
    pub copies: Vec<usize>,
}

/// How much of two texts must be equal for one to be the other, edited.
const SIMILAR: f64 = 0.7;

/// The most candidates that an entry is compared with: a second can have thousands.
const CANDIDATES: usize = 64;

/// How much of a text is compared, in bytes.
const COMPARED: usize = 1000;

/// Finds them.
#[must_use]
pub fn pairs(local: &[Found], central: &[Found]) -> Pairs {
    let mut open = Open { local: vec![true; local.len()], central: vec![true; central.len()] };
    let mut same = open.take(written_otherwise(local, central));
    let mut edited = open.take(moved(local, central));
    edited.extend(open.take(similar_pairs(local, central, &open)));
    same.sort_unstable();
    edited.sort_unstable();
    let paired: HashSet<Record> =
        same.iter().chain(&edited).map(|&(_, index)| central[index].record).collect();
    let is_copy = |index: &usize| open.central[*index] && paired.contains(&central[*index].record);
    let copies = (0..central.len()).filter(is_copy).collect();
    Pairs { same, edited, copies }
}

/// Who has no partner yet.
struct Open {
    local: Vec<bool>,
    central: Vec<bool>,
}

impl Open {
    /// Takes the pairs whose members are both free, one after another.
    fn take(&mut self, candidates: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
        let mut taken = Vec::new();
        for (local, central) in candidates {
            if self.local[local] && self.central[central] {
                (self.local[local], self.central[central]) = (false, false);
                taken.push((local, central));
            }
        }
        taken
    }
}

/// Pairs whose texts rsyslog can have made of one message.
fn written_otherwise(local: &[Found], central: &[Found]) -> Vec<(usize, usize)> {
    let mut by_head: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
    for (index, found) in central.iter().enumerate() {
        for head in heads(&found.body()) {
            by_head.entry(head).or_default().push(index);
        }
    }
    let mut candidates = Vec::new();
    for (index, found) in local.iter().enumerate() {
        let body = found.body();
        for head in heads(&body) {
            let same_head = by_head.get(&head).into_iter().flatten();
            let near = same_head.filter(|other| is_near(found, &central[**other]));
            let one = near.take(CANDIDATES).filter(|other| could_be_one(&body, &central[**other].body()));
            candidates.extend(one.map(|other| (apart(found, &central[*other]), index, *other)));
        }
    }
    // A text may come again within the tolerance: the nearest one is its partner.
    candidates.sort_unstable();
    candidates.into_iter().map(|(_, local, central)| (local, central)).collect()
}

/// How the text begins, with and without what is glued to the tag.
fn heads(body: &Body<'_>) -> Vec<Vec<u8>> {
    let head = |text: &[u8]| {
        let mut out = Vec::new();
        push_escaped(&mut out, &text[..text.len().min(TAG)]);
        out.truncate(TAG);
        out
    };
    let unglued = body.message.strip_prefix(b" ").unwrap_or(body.message);
    let mut heads = vec![head(&[body.glued, body.message].concat())];
    if !body.glued.is_empty() {
        heads.push(head(unglued));
    }
    heads
}

fn is_near(one: &Found, other: &Found) -> bool {
    apart(one, other) <= TOLERANCE.unsigned_abs()
}

fn apart(one: &Found, other: &Found) -> u64 {
    one.record.time.abs_diff(other.record.time)
}

/// Pairs with one text and different times, where no other entry has this text.
fn moved(local: &[Found], central: &[Found]) -> Vec<(usize, usize)> {
    let alone = |side: &[Found]| {
        let mut by_digest: HashMap<u64, Option<usize>> = HashMap::new();
        for (index, found) in side.iter().enumerate().filter(|(_, found)| found.is_alone) {
            by_digest.entry(found.record.digest).and_modify(|only| *only = None).or_insert(Some(index));
        }
        by_digest
    };
    let (local, central) = (alone(local), alone(central));
    let partner =
        |(digest, index): (&u64, &Option<usize>)| (*index).zip(central.get(digest).copied().flatten());
    let mut pairs: Vec<_> = local.iter().filter_map(partner).collect();
    pairs.sort_unstable();
    pairs
}

/// Pairs of one time with similar texts, the most similar first.
fn similar_pairs(local: &[Found], central: &[Found], open: &Open) -> Vec<(usize, usize)> {
    let mut by_time: Vec<(i64, usize)> = central
        .iter()
        .enumerate()
        .filter(|(index, _)| open.central[*index])
        .map(|(index, found)| (found.record.time, index))
        .collect();
    by_time.sort_unstable();
    let mut scored = Vec::new();
    for (index, found) in local.iter().enumerate().filter(|(index, _)| open.local[*index]) {
        let from = by_time.partition_point(|(time, _)| *time < found.record.time - TOLERANCE);
        let near = by_time[from..].iter().take_while(|(time, _)| *time <= found.record.time + TOLERANCE);
        let text = said(&found.body());
        for (_, other) in near.take(CANDIDATES) {
            let score = similarity(&text, &said(&central[*other].body()));
            if score >= SIMILAR {
                scored.push((score, apart(found, &central[*other]), index, *other));
            }
        }
    }
    scored.sort_by(|one, other| {
        let rest = |of: &(f64, u64, usize, usize)| (of.1, of.2, of.3);
        other.0.total_cmp(&one.0).then_with(|| rest(one).cmp(&rest(other)))
    });
    scored.into_iter().map(|(_, _, local, central)| (local, central)).collect()
}

/// Program, process number and text, for a comparison.
fn said(body: &Body<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for part in [body.program(), b"[", body.pid().unwrap_or_default(), b"]: ", body.glued, body.message] {
        push_escaped(&mut out, &part[..part.len().min(COMPARED)]);
    }
    out.truncate(COMPARED);
    out
}

/// How much is equal, from 0 to 1: by beginning and end, or by words; 1 for a text that was cut short.
fn similarity(one: &[u8], other: &[u8]) -> f64 {
    let (shorter, longer) = if one.len() < other.len() { (one, other) } else { (other, one) };
    if longer.starts_with(shorter) && shorter.len() * 4 > longer.len() {
        return 1.0;
    }
    let ratio = |equal: usize| 2.0 * equal as f64 / (one.len() + other.len()) as f64;
    if ratio(shorter.len()) < SIMILAR {
        return 0.0;
    }
    let start = shorter.iter().zip(longer).take_while(|(one, other)| one == other).count();
    let ends = shorter[start..].iter().rev().zip(longer[start..].iter().rev());
    let end = ends.take_while(|(one, other)| one == other).count();
    ratio(start + end).max(ratio(equal_words(one, other)))
}

/// The bytes of the words that two texts have in common, in one order.
fn equal_words(one: &[u8], other: &[u8]) -> usize {
    let words =
        |text: &'_ [u8]| text.split_inclusive(|byte| *byte == b' ').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (one, other) = (words(one), words(other));
    let equal = capture_diff_slices(Algorithm::Myers, &one, &other);
    let equal = equal.iter().filter(|operation| operation.tag() == DiffTag::Equal);
    equal.flat_map(|operation| &one[operation.old_range()]).map(Vec::len).sum()
}

#[cfg(test)]
mod tests {
    use super::super::find::Found;
    use super::super::side::Record;
    use super::{Pairs, pairs, similarity};

    fn found(digest: u64, second: i64, content: &str) -> Found {
        let text = format!("Nov 26 22:10:11 vm {content}").into_bytes();
        let record = Record { digest, time: second * 1_000_000 };
        Found { record, is_alone: true, file: (0, 0), line: 1, text }
    }

    #[test]
    fn a_message_that_was_edited_is_paired_with_what_it_was() {
        let local = [found(1, 10, "sshd[5]: Accepted password for bob from 10.0.0.1 port 22")];
        let central = [
            found(2, 10, "cron[9]: (root) CMD (run-parts)"),
            found(3, 10, "sshd[5]: Accepted password for root from 10.0.0.1 port 22"),
        ];
        assert_eq!(pairs(&local, &central), Pairs { edited: vec![(0, 1)], ..Pairs::default() });
    }

    #[test]
    fn a_second_copy_of_what_has_a_partner_after_all_is_no_difference() {
        let local = [found(1, 10, "app:nospace more")];
        let central = [found(2, 10, "app more"), found(2, 10, "app more"), found(2, 12, "app more")];
        let pairs = pairs(&local, &central);
        assert_eq!((pairs.same, pairs.copies), (vec![(0, 0)], vec![1]));
    }

    #[test]
    fn the_most_similar_one_is_the_partner() {
        let local = [found(1, 10, "app: number 12345 was read"), found(2, 10, "app: number 99945 was read")];
        let central =
            [found(3, 10, "app: number 99949 was read"), found(4, 10, "app: number 12349 was read")];
        assert_eq!(pairs(&local, &central).edited, [(0, 1), (1, 0)]);
    }

    #[test]
    fn another_text_or_another_time_is_no_partner() {
        let local = [found(1, 10, "sshd[5]: Accepted password for bob")];
        assert_eq!(pairs(&local, &[found(2, 10, "kernel: eth0 link is up")]), Pairs::default());
        assert_eq!(pairs(&local, &[found(2, 20, "sshd[5]: Accepted password for rob")]), Pairs::default());
    }

    #[test]
    fn a_message_whose_time_was_edited_is_paired_where_its_text_is_the_only_one() {
        let (local, mut central) = ([found(1, 10, "a: b")], [found(1, 5000, "a: b")]);
        assert_eq!(pairs(&local, &central).edited, [(0, 0)]);
        central[0].is_alone = false;
        assert_eq!(pairs(&local, &central).edited, []);
    }

    #[test]
    fn what_rsyslog_has_written_in_another_way_is_no_difference() {
        let local = [found(1, 10, "app[1]: text"), found(2, 10, "app:nospace more")];
        let central = [found(3, 11, "app[1] text"), found(4, 10, "app more")];
        assert_eq!(pairs(&local, &central), Pairs { same: vec![(0, 0), (1, 1)], ..Pairs::default() });
    }

    #[test]
    fn of_equal_texts_the_nearest_is_the_partner() {
        let local = [found(1, 13, "app:nospace"), found(1, 11, "app:nospace")];
        let central = [found(2, 11, "app"), found(2, 14, "app")];
        assert_eq!(pairs(&local, &central).same, [(0, 1), (1, 0)]);
        let local = [found(1, 13, "app: number 17"), found(1, 11, "app: number 17")];
        let central = [found(2, 11, "app: number 18"), found(2, 14, "app: number 18")];
        assert_eq!(pairs(&local, &central).edited, [(0, 1), (1, 0)]);
    }

    #[test]
    fn a_text_that_was_cut_short_is_the_same_text_edited() {
        assert!(similarity(b"app[]: a long text that goes on and on", b"app[]: a long text") >= 1.0);
        assert!(similarity(b"abc", b"xyz") < 0.1);
        assert!(similarity(b"", b"x") < 0.1);
    }
}
