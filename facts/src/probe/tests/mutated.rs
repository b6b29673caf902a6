//! Hundreds of thousands of damaged answers, given to what reads them in a conversation.

use super::responder::{classic, control, list, private_error, readvar, time};
use crate::probe::ntp::{NtpTalk, TrackingTalk};
use crate::probe::snmp::{Community, SnmpTalk};
use crate::probe::wire::Talk;

/// A generator of numbers that gives the same ones each time (Marsaglia's xorshift64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// Changes, cuts, doubles or fills some bytes; lengths and counts are at the beginning, so there more often.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    const TELLING: [u8; 8] = [0, 1, 0x7f, 0x80, 0x81, 0x84, 0xfe, 0xff];
    for _ in 0..=random.below(4) {
        let length = bytes.len();
        if length == 0 {
            return;
        }
        let head = random.below(2) == 0;
        let at = random.below(if head { length.min(24) } else { length });
        match random.below(6) {
            0 => bytes[at] = random.next() as u8,
            1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes[at] = TELLING[random.below(8)],
            3 => bytes.truncate(at),
            4 => {
                let copy = bytes[at..length.min(at + 40)].to_vec();
                bytes.splice(at..at, copy);
            }
            _ => bytes.extend_from_slice(&[TELLING[random.below(8)]; 30]),
        }
    }
}

const CASES: usize = 1_000_000;

/// Lets a conversation read damaged answers; its requests have been sent.
fn feed(
    make: fn() -> Box<dyn Talk>,
    answers: fn(&[Vec<u8>]) -> Vec<Vec<u8>>,
    cases: usize,
    seed: u64,
) -> usize {
    let mut random = Random(seed);
    let mut taken = 0;
    let (mut talk, mut good) = (make(), Vec::new());
    for case in 0..cases {
        // A daemon does not say two thousand things, and what the conversation keeps is bounded by it.
        if case % 400 == 0 {
            talk = make();
            good = answers(&talk.ask(&[]));
        }
        let mut bytes = good[case % good.len()].clone();
        damage(&mut bytes, &mut random);
        taken += usize::from(talk.read(&bytes).is_some());
    }
    taken
}

fn ntp_answers(asked: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let readvar = control(&asked[1], &[&readvar("ntpd 4.2.6p5")[..], &[b'x'; 900]].concat());
    let lists = [list(42, 7, 72), list(20, 3, 48), private_error(42, 4)].concat();
    let noise = [vec![0x97], vec![0xd7; 8], vec![0xd6; 12], vec![0x1c; 48]];
    [readvar, lists, vec![time(&asked[3])], classic(&asked[1]), noise.to_vec()].concat()
}

#[test]
fn no_damaged_answer_of_ntp_makes_the_probe_panic() {
    let make = || Box::new(NtpTalk::default()) as Box<dyn Talk>;
    let taken = feed(make, ntp_answers, CASES / 2, 0x1234_5678_9abc_def1);
    // Else the damage would be so great that only the first check was tried.
    assert!((1000..CASES / 2).contains(&taken), "{taken}");
}

#[test]
fn no_damaged_answer_of_snmp_makes_the_probe_panic() {
    let make = || Box::new(SnmpTalk::new(&Community::DEFAULTS)) as Box<dyn Talk>;
    let answers = |asked: &[Vec<u8>]| {
        // The answer to a GET has another tag, and a value instead of nothing.
        let gets = asked[..4].iter().map(|request| {
            let mut reply = request.clone();
            let pdu = 7 + usize::from(reply[6]);
            reply[pdu] = 0xa2;
            reply
        });
        let mut report = asked[4].clone();
        let pdu = report.len() - 16;
        report[pdu] = 0xa8;
        gets.chain([report, vec![0x30; 300], Vec::new()]).collect()
    };
    let taken = feed(make, answers, CASES / 2, 0xfeed_face_cafe_beef);
    assert!((1000..CASES / 2).contains(&taken), "{taken}");
}

#[test]
fn no_damaged_answer_of_chrony_makes_the_probe_panic() {
    let make = || Box::new(TrackingTalk::default()) as Box<dyn Talk>;
    let answers = |asked: &[Vec<u8>]| {
        let mut reply = vec![0; 104];
        reply[1] = 2;
        reply[16..20].copy_from_slice(&asked[0][8..12]);
        vec![reply]
    };
    let taken = feed(make, answers, 20_000, 0x0dd_ba11);
    assert!((1000..20_000).contains(&taken), "{taken}");
}
