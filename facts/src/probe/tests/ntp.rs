use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::Mutex;

use super::responder::{Responder, classic, closed, control, list, private_error, readvar, time};
use super::{HOUR, SHORT, ask_ntp};
use crate::probe::Presence;
use crate::probe::measure::End;
use crate::probe::ntp::{Monlist, NtpProved, NtpRequest, NtpVerdict};

fn exchange(proved: &NtpProved, request: NtpRequest) -> (u64, u64, u64, End) {
    let found = proved.exchanges.iter().rfind(|one| one.request == request);
    let found = found.unwrap_or_else(|| panic!("no {request:?} in {proved:?}"));
    (found.measure.request_bytes, found.measure.reply_bytes, found.measure.reply_packets, found.end)
}

#[test]
fn a_classic_ntpd_gives_44_000_bytes_in_100_packets_for_8() {
    let responder = Responder::new(classic);
    let proved = ask_ntp(responder.port, HOUR);
    assert_eq!((proved.verdict, proved.monlist), (NtpVerdict::MonlistOpen, Monlist::Entries(600)));
    assert_eq!(exchange(&proved, NtpRequest::Monlist), (8, 44_000, 100, End::Complete));
    assert_eq!(exchange(&proved, NtpRequest::MonlistOld), (8, 29_280, 60, End::Complete));
    assert_eq!(exchange(&proved, NtpRequest::Sysinfo), (8, 88, 1, End::Complete));
    assert_eq!(exchange(&proved, NtpRequest::Reslist).3, End::Complete);
    let worst = proved.worst().unwrap();
    assert_eq!((worst.request, worst.measure.factor().round() as u64), (NtpRequest::Monlist, 5500));
    assert_eq!(proved.version.as_deref(), Some(&b"ntpd 4.2.6p5@1.2349-o"[..]));
    // No nonce, so no list by mode 6.
    assert_eq!(exchange(&proved, NtpRequest::Nonce), (12, 12, 1, End::Complete));
    assert!(proved.exchanges.iter().all(|one| one.request != NtpRequest::Mrulist));
}

#[test]
fn each_request_is_sent_once() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let responder = Responder::new(move |datagram| {
        seen.lock().unwrap().push(datagram.to_vec());
        classic(datagram)
    });
    ask_ntp(responder.port, HOUR);
    drop(responder);
    let mut asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 8, "{asked:x?}");
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 8);
}

#[test]
fn silence_to_all_but_the_time_is_closed_and_is_not_waited_for() {
    let responder = Responder::new(closed);
    let proved = ask_ntp(responder.port, HOUR);
    assert_eq!((proved.verdict, proved.control), (NtpVerdict::Closed, true));
    assert_eq!(exchange(&proved, NtpRequest::Monlist), (8, 0, 0, End::Silent));
    assert_eq!(proved.exchanges.len(), 4, "nothing more is asked of whom does not answer");
    assert!(proved.worst().is_none());
}

#[test]
fn a_port_without_a_listener_is_told_at_once() {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let proved = ask_ntp(port, HOUR);
    assert_eq!(proved.verdict, NtpVerdict::NoListener);
    assert!(matches!(proved.presence, Presence::Refused));
}

#[test]
fn without_the_time_silence_proves_nothing() {
    let responder = Responder::new(|_| Vec::new());
    let proved = ask_ntp(responder.port, SHORT);
    assert_eq!(proved.verdict, NtpVerdict::CannotTell);
    assert!(matches!(proved.presence, Presence::Silent));
}

#[test]
fn a_list_that_was_empty_before_this_host_was_on_it_is_asked_for_once_more() {
    let mut clients = 0;
    let responder = Responder::new(move |datagram| match datagram {
        [0x23, ..] => {
            clients = 1;
            vec![time(datagram)]
        }
        [0x17, _, _, 42, ..] if clients == 0 => private_error(42, 4),
        [0x17, _, _, 42, ..] => list(42, clients, 72),
        [0x17, _, _, request, ..] => private_error(*request, 4),
        _ => Vec::new(),
    });
    let proved = ask_ntp(responder.port, HOUR);
    assert_eq!((proved.verdict, proved.monlist), (NtpVerdict::MonlistOpen, Monlist::Entries(1)));
    assert_eq!(exchange(&proved, NtpRequest::Monlist), (8, 80, 1, End::Complete));
}

#[test]
fn error_4_after_the_time_is_no_monlist_and_mode_7_is_open_all_the_same() {
    let responder = Responder::new(|datagram| match datagram {
        [0x23, ..] => vec![time(datagram)],
        [0x17, _, _, 16, ..] => list(16, 67, 56),
        [0x17, _, _, request, ..] => private_error(*request, 4),
        _ => Vec::new(),
    });
    let proved = ask_ntp(responder.port, HOUR);
    assert_eq!((proved.verdict, proved.monlist), (NtpVerdict::Mode7Open, Monlist::NoData));
    let worst = proved.worst().unwrap();
    assert_eq!(worst.request, NtpRequest::Reslist);
    assert!(worst.measure.factor() > 400.0);
}

#[test]
fn other_errors_of_mode_7_are_answers_too() {
    let responder = Responder::new(|datagram| match datagram {
        [0x23, ..] => vec![time(datagram)],
        [0x17, _, _, request, ..] => private_error(*request, 2),
        _ => Vec::new(),
    });
    let proved = ask_ntp(responder.port, HOUR);
    assert_eq!((proved.verdict, proved.monlist), (NtpVerdict::Mode7Open, Monlist::Error(2)));
}

#[test]
fn an_answer_of_mode_6_in_fragments_is_put_together_and_the_nonce_is_used_on_the_same_socket() {
    let nonce = "0123456789abcdef01234567";
    let mut given_to = None;
    let responder = Responder::sending(move |socket, peer, datagram| {
        let replies = match datagram {
            [0x23, ..] => vec![time(datagram)],
            [0x16, 2, ..] => {
                let mut parts =
                    control(datagram, &[&readvar("ntpd ntpsec-1.2.2")[..], &[b' '; 1000]].concat());
                parts.reverse();
                parts
            }
            [0x16, 12, ..] => {
                given_to = Some(peer);
                control(datagram, format!("nonce={nonce}\r\n").as_bytes())
            }
            [0x16, 10, ..] if given_to == Some(peer) && datagram.len() == 52 => {
                assert_eq!(&datagram[12..], format!("nonce={nonce}, frags=32").as_bytes());
                control(datagram, &vec![b'x'; 14_516])
            }
            _ => Vec::new(),
        };
        replies.iter().for_each(|reply| drop(socket.send_to(reply, peer)));
    });
    let proved = ask_ntp(responder.port, HOUR);
    assert_eq!(proved.verdict, NtpVerdict::Mode6Open);
    assert_eq!(proved.version.as_deref(), Some(&b"ntpd ntpsec-1.2.2"[..]));
    let (request, reply, packets, end) = exchange(&proved, NtpRequest::Mrulist);
    assert_eq!((request, packets, end), (52, 32, End::Complete));
    assert_eq!(reply, 14_516 + 32 * 12);
    assert_eq!(
        proved.worst().unwrap().request,
        NtpRequest::Readvar,
        "who must own the address cannot forge it"
    );
}

#[test]
fn a_daemon_that_answers_version_4_alone_is_open_and_is_asked_on_in_that_version() {
    let responder = Responder::new(|datagram| match datagram {
        [0x23, ..] => vec![time(datagram)],
        [0x26, 2, ..] => control(datagram, &readvar("ntpd ntpsec-1.2.2")),
        [0x26, 12, ..] => control(datagram, b"nonce=0123456789abcdef01234567"),
        [0x26, 10, ..] => control(datagram, &[b'x'; 900]),
        _ => Vec::new(),
    });
    let proved = ask_ntp(responder.port, HOUR);
    assert_eq!((proved.verdict, proved.control), (NtpVerdict::Mode6Open, true));
    assert_eq!(exchange(&proved, NtpRequest::Readvar), (12, 0, 0, End::Silent));
    assert_eq!(exchange(&proved, NtpRequest::ReadvarV4).3, End::Complete);
    assert_eq!(exchange(&proved, NtpRequest::Mrulist), (52, 924, 2, End::Complete));
    assert_eq!(proved.version.as_deref(), Some(&b"ntpd ntpsec-1.2.2"[..]));
    assert_eq!(proved.worst().unwrap().request, NtpRequest::ReadvarV4);
}

#[test]
fn a_daemon_that_answers_version_2_alone_is_open_too() {
    let responder = Responder::new(|datagram| match datagram {
        [0x23, ..] => vec![time(datagram)],
        [0x16, 12, ..] => control(datagram, b"nonce=ab"),
        [0x16, ..] => control(datagram, &readvar("ntpd 4.2.4p8")),
        _ => Vec::new(),
    });
    let proved = ask_ntp(responder.port, HOUR);
    assert_eq!(proved.verdict, NtpVerdict::Mode6Open);
    assert_eq!(exchange(&proved, NtpRequest::ReadvarV4), (12, 0, 0, End::Silent));
    assert_eq!(exchange(&proved, NtpRequest::Mrulist).3, End::Complete);
    assert_eq!(proved.worst().unwrap().request, NtpRequest::Readvar);
}

#[test]
fn mode_6_that_answers_where_the_time_does_not_is_open() {
    let responder = Responder::new(|datagram| match datagram {
        [0x16, 2, ..] => control(datagram, &readvar("ntpd 4.2.8p15")),
        _ => Vec::new(),
    });
    let proved = ask_ntp(responder.port, SHORT);
    assert_eq!((proved.verdict, proved.control), (NtpVerdict::Mode6Open, false));
}

#[test]
fn answers_from_another_port_are_not_taken() {
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    let responder = Responder::sending(move |_, peer, datagram| {
        classic(datagram).iter().for_each(|reply| drop(other.send_to(reply, peer)));
    });
    assert_eq!(ask_ntp(responder.port, SHORT).verdict, NtpVerdict::CannotTell);
}

#[test]
fn garbage_truncated_answers_and_echoes_are_no_answers() {
    let responder = Responder::new(|datagram| {
        let whole = classic(datagram).into_iter().flat_map(|reply| {
            let short = reply.len().min(if reply[0] & 7 == 7 { 7 } else { 11 });
            vec![reply[..short].to_vec(), reply[..1].to_vec()]
        });
        whole.chain([vec![], vec![0xff; 1400], datagram.to_vec()]).collect()
    });
    let proved = ask_ntp(responder.port, SHORT);
    assert_eq!(proved.verdict, NtpVerdict::CannotTell);
}

#[test]
fn the_time_for_another_request_is_no_control() {
    let responder = Responder::new(|datagram| match datagram {
        [0x23, ..] => {
            let mut reply = time(datagram);
            reply[31] ^= 1;
            vec![reply]
        }
        _ => Vec::new(),
    });
    assert_eq!(ask_ntp(responder.port, SHORT).verdict, NtpVerdict::CannotTell);
}

#[test]
fn answers_to_other_sequence_numbers_are_not_taken() {
    let responder = Responder::new(|datagram| {
        let mut replies = if datagram[0] & 7 == 6 { classic(datagram) } else { closed(datagram) };
        if datagram[0] & 7 == 6 {
            replies.iter_mut().for_each(|reply| reply[2] ^= 0x80);
        }
        replies
    });
    assert_eq!(ask_ntp(responder.port, HOUR).verdict, NtpVerdict::Closed);
}
