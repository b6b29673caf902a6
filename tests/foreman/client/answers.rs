//! Each answer, and each way in which there is none: what becomes of the report, of the exit code, and of the next run.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use super::{Client, DRIFT_REPORTS, HOST, arrivals, facet, foreman, settings};
use crate::standin::Standin;
use crate::standin::misbehave::{Misbehaviour, Stage, Stop, When};
use crate::standin::settings::Rights;

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
fn an_overloaded_server_is_left_alone_for_as_long_as_it_asks_and_the_report_waits() {
    for status in [429, 503] {
        let standin = misbehaving(Misbehaviour::Busy(status, Some("600")));
        let client = Client::of(&standin);
        let said = client.run("check", &["--report"]).ended(2);
        let words = format!("{status}: come back later; the report is kept and tried again by a later run");
        assert!(said.err.contains(&words), "{}", said.err);
        client.waits(1);
        let status = client.status().out;
        assert!(status.contains("tried once") && status.contains("in 9 min"), "{status}");
        let said = client.run("report", &[]).ended(0);
        assert!(said.err.contains("the report waits until "), "{}", said.err);
        assert_eq!(standin.store().connections, 1);
        send(&client, &["--now"]).ended(0);
        client.waits(0);
        assert!(facet(&standin).is_some());
    }
}

#[test]
fn what_was_stored_although_the_answer_was_500_is_sent_again_and_counts_once() {
    let standin = misbehaving(Misbehaviour::FailsAfterStoring);
    let client = Client::of(&standin);
    client.report_now().ended(0);
    client.waits(1);
    let said = send(&client, &["--now"]).ended(0);
    assert_eq!(said.out, "report: 127.0.0.1 has the report already\n");
    client.waits(0);
    let store = standin.store();
    assert_eq!((store.facets_stored, store.arrivals.len()), (1, 2));
    assert_eq!(store.arrivals[0].body, store.arrivals[1].body, "the body is frozen");
}

#[test]
fn a_connection_that_breaks_or_stalls_at_any_stage_keeps_the_report_for_the_next_run() {
    for stage in [
        Stage::Accepted,
        Stage::RequestHead,
        Stage::Request,
        Stage::Stored,
        Stage::AnswerHead,
        Stage::AnswerBody,
    ] {
        for stop in [Stop::Close, Stop::Reset, Stop::Silence] {
            let standin = misbehaving(Misbehaviour::Stops(stage, stop));
            let client = Client::of(&standin).with(&["--timeout", "1s"]);
            client.report_now().ended(0);
            client.waits(1);
            send(&client, &["--now"]).ended(0);
            client.waits(0);
            assert_eq!(standin.store().facets_stored, 1, "{stage:?} {stop:?}");
        }
    }
}

#[test]
fn answers_that_never_end_or_are_no_http_are_bounded() {
    for (misbehaviour, is_away) in [
        (Misbehaviour::EndlessBody, false),
        (Misbehaviour::EndlessHead, true),
        (Misbehaviour::Garbage, true),
        (Misbehaviour::Drips, true),
    ] {
        let standin = misbehaving(misbehaviour.clone());
        let client = Client::of(&standin).with(&["--timeout", "2s"]);
        client.report_now().ended(if is_away { 0 } else { 4 });
        client.waits(1);
        // What the kernel buffers goes out beside the 64 KiB that are read.
        assert!(standin.endless() < 16 << 20, "{misbehaviour:?}: {}", standin.endless());
        send(&client, &["--now"]).ended(0);
        client.waits(0);
    }
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
fn a_redirection_is_not_followed_and_names_its_target() {
    let target = foreman(settings());
    let standin = misbehaving(Misbehaviour::Redirects(target.url()));
    let client = Client::of(&standin);
    let said = client.run("check", &["--report"]).ended(6);
    let words =
        format!("302: the server sends the report to {}, which is not followed: put the final", target.url());
    assert!(said.err.contains(&words), "{}", said.err);
    assert_eq!(target.store().connections, 0);
    client.waits(1);
}

#[test]
fn clocks_that_are_apart_are_told_beside_the_delivery() {
    let standin = misbehaving(Misbehaviour::Clock(-120));
    let said = Client::of(&standin).report_now().ended(0);
    assert!(
        said.err.contains("standfast: report: the clock of this host is 1")
            && said.err.contains(" s ahead of the server's"),
        "{}",
        said.err
    );
    assert!(said.out.contains("delivered"), "{}", said.out);
}

#[test]
fn who_may_not_report_is_told_what_is_missing_and_the_report_is_kept() {
    let standin = foreman(settings());
    standin.set(|settings| {
        settings.users[1].rights = Rights::Limited { permissions: vec![], organisation: None }
    });
    let client = Client::of(&standin);
    let said = client.report_now().ended(4);
    let words = "403: Access denied: Missing one of the required permissions: upload_standfast_drift";
    assert!(said.err.contains(words), "{}", said.err);
    client.root.write("etc/standfast/token", b"wrong\n");
    client.report_now().ended(4);
    client.waits(1);
    assert_eq!(facet(&standin), None);
}

#[test]
fn a_host_that_foreman_does_not_know_is_told_and_reported_once_it_is_created() {
    let standin = Standin::plain(settings());
    let client = Client::of(&standin);
    let said = client.report_now().ended(4);
    let words = "127.0.0.1 knows no host web17.example.com (422: host: unknown host web17.example.com): create it there";
    assert!(said.err.contains(words), "{}", said.err);
    client.waits(1);
    standin.store().add_host(HOST, None);
    send(&client, &["--now"]).ended(0);
    assert!(facet(&standin).is_some());
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
    assert_eq!(arrivals(&standin, DRIFT_REPORTS), 1);
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
