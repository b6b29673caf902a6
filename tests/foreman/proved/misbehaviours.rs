//! What the stand-in does when it is asked to misbehave.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{CONFIG, authority, report};
use crate::raw::Ask;
use crate::standin::misbehave::{Misbehaviour, Stage, Stop, When};
use crate::standin::pki::Leaf;
use crate::standin::settings::Settings;
use crate::standin::tls::ClientCertificates;
use crate::standin::{Service, Standin};

const TIME: &str = "2026-11-23T10:00:00Z";

fn ask() -> Ask {
    Ask::post(CONFIG, &report("web", TIME)).admin()
}

fn misbehaving(misbehaviour: Misbehaviour) -> Standin {
    Standin::plain(Settings::default().misbehaving(When::Always, misbehaviour))
}

/// What comes within half a second, and how it ended.
fn comes(foreman: &Standin) -> (Vec<u8>, io::Result<usize>) {
    let mut tcp = TcpStream::connect(foreman.address).unwrap();
    tcp.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    // A server that is gone already cannot be written to.
    let _ = tcp.write_all(&ask().wire());
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match tcp.read(&mut buffer) {
            Ok(0) => return (bytes, Ok(0)),
            Ok(size) => bytes.extend_from_slice(&buffer[..size]),
            Err(error) => return (bytes, Err(error)),
        }
    }
}

#[test]
fn a_server_that_falls_silent_keeps_the_connection_at_every_stage() {
    for (stage, stored) in [
        (Stage::Accepted, 0),
        (Stage::Handshake, 0),
        (Stage::RequestHead, 0),
        (Stage::Request, 0),
        (Stage::Stored, 1),
        (Stage::AnswerHead, 1),
        (Stage::AnswerBody, 1),
    ] {
        let foreman = misbehaving(Misbehaviour::Stops(stage, Stop::Silence));
        let (bytes, end) = comes(&foreman);
        assert_eq!(end.expect_err("silence").kind(), ErrorKind::WouldBlock, "{stage:?}");
        assert_eq!(bytes.is_empty(), stage < Stage::AnswerHead && stage != Stage::Handshake, "{stage:?}");
        assert_eq!(foreman.store().reports.len(), stored, "{stage:?}");
    }
}

#[test]
fn a_connection_is_cut_or_reset_at_every_stage_and_what_was_stored_stays() {
    for stop in [Stop::Close, Stop::Reset] {
        for (stage, stored) in [
            (Stage::Accepted, 0),
            (Stage::Request, 0),
            (Stage::Stored, 1),
            (Stage::AnswerHead, 1),
            (Stage::AnswerBody, 1),
        ] {
            let foreman = misbehaving(Misbehaviour::Stops(stage, stop));
            let (bytes, end) = comes(&foreman);
            match end {
                // What was not read when it was closed makes the kernel reset it too.
                Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{stage:?} {stop:?}"),
                Ok(_) => assert_eq!(stop, Stop::Close, "{stage:?}"),
            }
            assert!(
                bytes.len() < 600 && !bytes.ends_with(b"}"),
                "{stage:?}: {}",
                String::from_utf8_lossy(&bytes)
            );
            assert_eq!(foreman.store().reports.len(), stored, "{stage:?} {stop:?}");
        }
    }
}

#[test]
fn a_body_that_is_cut_is_shorter_than_its_head_says() {
    let foreman = misbehaving(Misbehaviour::Stops(Stage::AnswerBody, Stop::Close));
    let text = String::from_utf8(comes(&foreman).0).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "))
        .unwrap()
        .parse::<usize>()
        .unwrap();
    assert!(!body.is_empty() && body.len() < length, "{} of {length}", body.len());
}

#[test]
fn a_handshake_stalls_after_the_first_bytes_of_an_answer() {
    let stall =
        Settings::default().misbehaving(When::Always, Misbehaviour::Stops(Stage::Handshake, Stop::Silence));
    let identity = authority().issue(Leaf::SERVER);
    let foreman = Standin::tls(Service::Foreman, stall, &identity, &ClientCertificates::Ignored);
    let (bytes, end) = comes(&foreman);
    assert_eq!((&bytes[..5], end.is_err()), (&b"\x16\x03\x03\x00\x7a"[..], true));
}

#[test]
fn an_answer_drips_at_two_bytes_a_second() {
    let foreman = misbehaving(Misbehaviour::Drips);
    let mut tcp = TcpStream::connect(foreman.address).unwrap();
    tcp.write_all(&ask().wire()).unwrap();
    let began = Instant::now();
    let mut bytes = [0; 3];
    tcp.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"HTT");
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
}

#[test]
fn garbage_is_no_http() {
    let (bytes, _) = comes(&misbehaving(Misbehaviour::Garbage));
    assert!(!bytes.is_empty() && !bytes.starts_with(b"HTTP"));
}

#[test]
fn a_redirect_names_another_host_and_stores_nothing() {
    let foreman = misbehaving(Misbehaviour::Redirects("http://127.0.0.1:9/".to_owned()));
    let answer = ask().of(&foreman);
    assert_eq!((answer.status, answer.header("location")), (302, Some("http://127.0.0.1:9/")));
    assert!(foreman.store().reports.is_empty());
}

#[test]
fn bodies_and_heads_without_end_come_as_long_as_they_are_read() {
    for misbehaviour in [Misbehaviour::EndlessBody, Misbehaviour::EndlessHead] {
        let foreman = misbehaving(misbehaviour);
        let mut tcp = TcpStream::connect(foreman.address).unwrap();
        tcp.write_all(&ask().wire()).unwrap();
        let mut bytes = vec![0; 8_000_000];
        tcp.read_exact(&mut bytes).unwrap();
        assert!(bytes.starts_with(b"HTTP/1.1 201") && bytes.ends_with(b"9999"));
        drop(tcp);
        assert!(foreman.endless() > 7_000_000, "{}", foreman.endless());
    }
}

#[test]
fn a_busy_server_stores_nothing_and_says_when_to_come_back() {
    for (status, retry) in [(429, Some("7")), (503, Some("Fri, 31 Dec 1999 23:59:59 GMT")), (503, None)] {
        let foreman = misbehaving(Misbehaviour::Busy(status, retry));
        let answer = ask().of(&foreman);
        assert_eq!((answer.status, answer.header("retry-after")), (status, retry));
        let store = foreman.store();
        assert_eq!((store.reports.len(), store.arrivals.len()), (0, 1));
    }
}

#[test]
fn what_is_stored_can_be_answered_with_500() {
    let foreman = misbehaving(Misbehaviour::FailsAfterStoring);
    ask().of(&foreman).is(500);
    assert_eq!(foreman.store().reports.len(), 1);
}

#[test]
fn the_date_tells_how_wrong_the_clock_is() {
    for seconds in [0, 3_600, -7_200] {
        let foreman = misbehaving(Misbehaviour::Clock(seconds));
        let answer = ask().of(&foreman);
        let around =
            [-1, 0, 1, 2].map(|off| crate::standin::time::Instant::now().plus(seconds - off).in_http());
        let date = answer.header("date").expect("a date");
        assert!(around.iter().any(|near| near == date), "{date}: {around:?}");
        assert_eq!(answer.status, 201);
    }
}

#[test]
fn it_happens_to_some_connections_or_to_one_path_alone() {
    let busy = Misbehaviour::Busy(503, None);
    let foreman = Standin::plain(Settings::default().misbehaving(When::Connections(1..2), busy.clone()));
    let statuses = [0, 1, 2].map(|second| {
        Ask::post(CONFIG, &report("web", &format!("2026-11-23T10:00:0{second}Z"))).admin().of(&foreman).status
    });
    assert_eq!(statuses, [201, 503, 201]);
    let foreman = Standin::plain(Settings::default().misbehaving(When::Path(CONFIG), busy));
    assert_eq!(ask().of(&foreman).status, 503);
    Ask::get("/api/v2/ping").of(&foreman).is(200);
}

#[test]
fn a_connection_serves_one_request_after_another() {
    let foreman = Standin::plain(Settings::default());
    let mut tcp = TcpStream::connect(foreman.address).unwrap();
    let wire = String::from_utf8(ask().wire()).unwrap().replace("Connection: close\r\n", "");
    let mut answers = Vec::new();
    for status in ["201", "422"] {
        tcp.write_all(wire.as_bytes()).unwrap();
        let mut buffer = [0; 4096];
        let size = tcp.read(&mut buffer).unwrap();
        answers.push(String::from_utf8_lossy(&buffer[..size]).into_owned());
        assert!(answers.last().unwrap().starts_with(&format!("HTTP/1.1 {status}")), "{answers:?}");
    }
    let store = foreman.store();
    assert_eq!((store.connections, store.arrivals.len()), (1, 2));
    assert_eq!(
        store.arrivals.iter().map(|arrival| arrival.answered).collect::<Vec<_>>(),
        [Some(201), Some(422)]
    );
}

#[test]
fn tls_on_a_port_without_it_is_answered_with_400() {
    let foreman = Standin::plain(Settings::default());
    let mut tcp = TcpStream::connect(foreman.address).unwrap();
    tcp.write_all(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00").unwrap();
    let mut bytes = [0; 12];
    tcp.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"HTTP/1.1 400");
}

#[test]
fn a_server_that_was_stopped_knows_what_it_had_stored_when_it_starts_again_at_its_address() {
    let foreman = Standin::lasting(Settings::default());
    ask().of(&foreman).is(201);
    foreman.kill();
    let error = ask().try_of(&foreman).expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    foreman.restart();
    ask().of(&foreman).is(422);
}

#[test]
fn a_mood_decides_for_each_connection() {
    let mood = |connection: usize| connection.is_multiple_of(2).then_some(Misbehaviour::Busy(503, None));
    let foreman = Standin::plain(Settings { mood, ..Settings::default() });
    assert_eq!([0, 1, 2].map(|_| Ask::get("/api/v2/ping").of(&foreman).status), [503, 200, 503]);
}
