//! Replies without an end: what is taken of one request is bounded, in packets, bytes and time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::responder::{Responder, time};
use super::{HOUR, SHORT, ask_ntp, ask_snmp};
use crate::probe::measure::End;
use crate::probe::ntp::{NtpRequest, NtpVerdict};
use crate::probe::snmp::SnmpVerdict;
use crate::probe::wire::{MOST_BYTES, MOST_PACKETS};

/// Sends this for ever, with a pause after each, to whoever asks for monlist; answers nothing else.
fn endless(reply: Vec<u8>, pause: Duration, stop: &Arc<AtomicBool>) -> Responder {
    let stopped = Arc::clone(stop);
    let mut threads = Vec::new();
    Responder::sending(move |socket, peer, datagram| {
        if datagram[0] != 0x17 {
            return;
        }
        let (socket, stopped, reply) = (socket.try_clone().unwrap(), Arc::clone(&stopped), reply.clone());
        threads.push(std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let _ = socket.send_to(&reply, peer);
                std::thread::sleep(pause);
            }
        }));
    })
}

#[test]
fn a_list_that_says_more_for_ever_is_cut_off_by_its_packets() {
    let stop = Arc::new(AtomicBool::new(false));
    let list = [&[0xd7, 0, 3, 42, 0, 6, 0, 72][..], &[0; 432]].concat();
    let responder = endless(list, Duration::ZERO, &stop);
    // An hour: what ends it is not the time.
    let proved = ask_ntp(responder.port, HOUR);
    stop.store(true, Ordering::Relaxed);
    let monlist = proved.exchanges.iter().find(|one| one.request == NtpRequest::Monlist).unwrap();
    assert_eq!(proved.verdict, NtpVerdict::MonlistOpen);
    assert_eq!((monlist.end, monlist.measure.reply_packets), (End::CutOff, MOST_PACKETS));
    assert_eq!(proved.exchanges.len(), 4, "nothing more is asked of such a daemon");
}

#[test]
fn large_replies_for_ever_are_cut_off_by_their_bytes() {
    let responder = Responder::new(|datagram| match datagram {
        [0x17, _, _, 42, ..] => vec![[&[0xd7, 0, 3, 42, 0, 1, 0, 72][..], &[0; 60_000]].concat(); 200],
        _ => Vec::new(),
    });
    let proved = ask_ntp(responder.port, Duration::from_secs(2));
    let measure = proved.exchanges[0].measure;
    assert!(measure.reply_bytes < MOST_BYTES + 65_536, "{measure:?}");
    assert!(measure.reply_packets < MOST_PACKETS);
}

#[test]
fn a_trickle_without_an_end_ends_with_its_time() {
    let stop = Arc::new(AtomicBool::new(false));
    let responder = endless(vec![0xd7, 0, 3, 42, 0, 0, 0, 0], Duration::from_millis(2), &stop);
    let proved = ask_ntp(responder.port, SHORT);
    stop.store(true, Ordering::Relaxed);
    assert_eq!(proved.exchanges[0].end, End::Partial);
    assert_eq!(proved.verdict, NtpVerdict::Mode7Open);
}

#[test]
fn fragments_that_never_become_whole_are_given_up() {
    let responder = Responder::new(|datagram| match datagram {
        [0x23, ..] => vec![time(datagram)],
        // The last fragment, and a hole before it.
        [0x16, 2, high, low, ..] => {
            vec![vec![0xd6, 0x82, *high, *low, 0, 0, 0, 0, 1, 0, 0, 1, b'x', 0, 0, 0]]
        }
        _ => Vec::new(),
    });
    let proved = ask_ntp(responder.port, HOUR);
    assert_eq!(proved.verdict, NtpVerdict::Mode6Open);
    assert_eq!((proved.version, proved.exchanges[1].end), (None, End::Partial));
}

#[test]
fn a_flood_of_noise_closes_the_socket() {
    for noise in [vec![0xff; 100], Vec::new(), vec![0x30; 60_000]] {
        let flood = noise.clone();
        let responder = Responder::new(move |_| vec![flood.clone(); 3000]);
        assert_eq!(ask_ntp(responder.port, Duration::from_secs(2)).verdict, NtpVerdict::CannotTell);
        assert_eq!(ask_snmp(responder.port, Duration::from_secs(2)).verdict, SnmpVerdict::CannotTell);
    }
}
