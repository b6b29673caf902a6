//! What becomes of a report that is refused, that takes too long, or that nobody is there for.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use super::{Client, DRIFT_REPORTS, arrivals, facet, foreman, settings};
use crate::standin::Standin;
use crate::standin::misbehave::{Misbehaviour, When};

/// A Foreman whose first connection goes so.
fn misbehaving(misbehaviour: Misbehaviour) -> Standin {
    foreman(settings().misbehaving(When::Connections(0..1), misbehaviour))
}

/// Sends what waits, without a new report.
fn send(client: &Client, further: &[&str]) -> crate::said::Said {
    let all: Vec<&str> = client.arguments.iter().map(String::as_str).chain(["--send"]).collect();
    client.root.run("report", &[&all[..], further].concat())
}

#[test]
fn the_time_out_is_for_the_whole_answer_and_does_not_begin_anew_with_each_byte() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = Client::to(&format!("http://{}", listener.local_addr().unwrap())).with(&["--timeout", "2s"]);
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 65536]).unwrap();
        let body = format!("{:60}", "{\"id\":1,\"stored\":true}");
        let head = format!("HTTP/1.1 201 Created\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
        // It ends when the client has gone.
        for byte in body.bytes() {
            if stream.write_all(&[byte]).is_err() {
                break;
            }
            thread::sleep(Duration::from_millis(300));
        }
    });
    let said = client.report_now().ended(0);
    assert!(said.err.contains("the answer 201 broke off"), "{}", said.err);
    client.waits(1);
    server.join().unwrap();
}

#[test]
fn what_is_refused_for_good_is_set_aside_with_the_reason_and_not_sent_again() {
    let standin = misbehaving(Misbehaviour::Busy(422, None));
    let client = Client::of(&standin);
    let said = client.run("check", &["--report"]).ended(6);
    let words = "127.0.0.1 refuses the report for good (422: come back later); it lies in /var/lib/standfast/report/dead";
    assert!(said.err.contains(words), "{}", said.err);
    client.waits(0);
    assert_eq!(client.spool("dead").len(), 1);
    assert!(client.status().out.contains("422: come back later"));
    let said = send(&client, &["--now"]).ended(0);
    assert_eq!(said.out, "report: nothing waits to be sent\n");
    let said = client.run("check", &["--report"]).ended(6);
    assert!(said.err.contains("the same report was refused for good at "), "{}", said.err);
    assert_eq!(arrivals(&standin, DRIFT_REPORTS), 1);
    client.report_now().ended(0);
    assert_eq!(arrivals(&standin, DRIFT_REPORTS), 2);
}

#[test]
fn while_foreman_is_away_only_the_newest_report_waits_and_arrives_when_it_is_back() {
    let standin = foreman(settings());
    let client = Client::of(&standin);
    let mut away = client.arguments.clone();
    away[1] = "http://127.0.0.1:1".to_owned();
    let client = Client { root: client.root, arguments: away };
    let said = client.run("check", &["--report"]).ended(2);
    assert!(
        said.err.contains("127.0.0.1 cannot be asked: tcp connect error: Connection refused"),
        "{}",
        said.err
    );
    client.root.write("etc/security/limits.d/90.conf", b"thekiwi soft nproc 100\n");
    client.run("check", &["--report"]).ended(2);
    client.waits(1);
    let back = Client { arguments: Client::of(&standin).arguments, ..client };
    send(&back, &["--now"]).ended(0);
    let report = facet(&standin).unwrap();
    assert_eq!(report["findings"][0]["changes"][0]["is"], "soft 100");
    assert_eq!(arrivals(&standin, DRIFT_REPORTS), 1);
}
