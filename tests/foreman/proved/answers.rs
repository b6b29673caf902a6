//! The matrix of answers to an upload of a ConfigReport.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{CONFIG, line, report, report_with};
use crate::raw::{Answer, Ask};
use crate::standin::Standin;
use crate::standin::meeting::Meeting;
use crate::standin::settings::{Settings, UnknownHosts};

fn foreman() -> Standin {
    Standin::plain(Settings::default())
}

fn upload(standin: &Standin, body: &Value) -> Answer {
    Ask::post(CONFIG, body).admin().of(standin)
}

/// The words of an error.
fn words(answer: &Value) -> &str {
    answer["error"]["message"].as_str().expect("words")
}

#[test]
fn a_valid_report_is_answered_with_201_and_what_was_stored() {
    let foreman = foreman();
    let answer = upload(&foreman, &report("H1.Example.Com", "2026-11-23T10:00:00.123456Z")).is(201);
    for (field, value) in [
        ("id", json!(1)),
        ("host_id", json!(1)),
        ("host_name", json!("h1.example.com")),
        ("reported_at", json!("2026-11-23 10:00:00 UTC")),
        ("origin", Value::Null),
        ("metrics", json!({})),
    ] {
        assert_eq!(answer[field], value, "{field}");
    }
    assert_eq!(answer.get("logs"), None);
    assert_eq!(foreman.store().reports[0].reported_at.in_iso(), "2026-11-23T10:00:00.123456Z");
}

#[test]
fn all_four_addresses_and_both_wrappers_are_taken() {
    let foreman = foreman();
    for (second, path) in
        ["/api/config_reports", CONFIG, "/api/reports", "/api/v2/reports"].iter().enumerate()
    {
        let inner = report("h1", &format!("2026-11-23T10:00:0{second}Z"))["config_report"].clone();
        Ask::post(path, &json!({ "report": inner })).admin().of(&foreman).is(201);
        let inner = report("h1", &format!("2026-11-23T11:00:0{second}Z"));
        Ask::post(path, &inner).admin().of(&foreman).is(201);
    }
    assert_eq!(foreman.store().reports.len(), 8);
}

#[test]
fn a_report_of_the_same_microsecond_is_taken_once_and_one_later_is_another() {
    let foreman = foreman();
    upload(&foreman, &report("h1", "2026-11-23T10:00:00.000001Z")).is(201);
    let answer = upload(&foreman, &report("h1", "2026-11-23T10:00:00.000001Z")).is(422);
    let taken = json!({ "error": { "id": null, "errors": { "reported_at": ["has already been taken"] },
        "full_messages": ["Reported at has already been taken"] } });
    assert_eq!(answer, taken);
    upload(&foreman, &report("h1", "2026-11-23T10:00:00.000002Z")).is(201);
    upload(&foreman, &report("h2", "2026-11-23T10:00:00.000001Z")).is(201);
    assert_eq!(foreman.store().reports.len(), 3);
}

#[test]
fn an_unknown_host_is_made_or_the_report_is_lost_with_201_and_no_id() {
    let foreman = foreman();
    upload(&foreman, &report("new", "2026-11-23T10:00:00Z")).is(201);
    foreman.set(|settings| settings.unknown_hosts = UnknownHosts::Ignored);
    let answer = upload(&foreman, &report("newer", "2026-11-23T10:00:00Z")).is(201);
    for field in ["id", "host_id", "host_name", "reported_at", "created_at"] {
        assert_eq!(answer[field], Value::Null, "{field}");
    }
    let store = foreman.store();
    assert_eq!((store.hosts.len(), store.reports.len()), (1, 1));
}

#[test]
fn even_an_empty_name_and_one_that_is_none_make_hosts() {
    let foreman = foreman();
    upload(&foreman, &report("", "2026-11-23T10:00:00Z")).is(201);
    upload(&foreman, &report("not a host!!/..", "2026-11-23T10:00:00Z")).is(201);
    assert_eq!(foreman.store().hosts.len(), 2);
}

#[test]
fn a_name_of_300_characters_is_500() {
    let foreman = foreman();
    upload(&foreman, &report(&"x".repeat(300), "2026-11-23T10:00:00Z")).is(500);
    upload(&foreman, &report(&"x".repeat(255), "2026-11-23T10:00:00Z")).is(201);
    assert_eq!(foreman.store().hosts.len(), 1);
}

#[test]
fn a_host_is_found_by_its_certname_before_its_name() {
    let foreman = foreman();
    foreman.store().add_host("web", None);
    let other = foreman.store().add_host("other", None);
    foreman.store().host(other).certname = Some("web".to_owned());
    assert_eq!(upload(&foreman, &report("web", "2026-11-23T10:00:00Z")).is(201)["host_id"], other);
}

#[test]
fn a_list_for_a_report_is_422_with_an_exception() {
    let answer = upload(&foreman(), &json!({ "config_report": [] })).is(422);
    assert_eq!(answer, json!({ "message": "ERF42-2399 [Foreman::Exception]: Invalid report" }));
}

#[test]
fn what_has_no_wrapper_no_host_or_a_number_for_status_is_500_without_words() {
    let foreman = foreman();
    let wrapped = |inner: Value| json!({ "config_report": inner });
    for body in [
        json!({}),
        json!({ "host": "h1", "reported_at": "2026-11-23T10:00:00Z" }),
        wrapped(json!({})),
        wrapped(json!("h1")),
        wrapped(json!({ "reported_at": "2026-11-23T10:00:00Z" })),
        wrapped(json!({ "host": 7, "reported_at": "2026-11-23T10:00:00Z" })),
        report_with("status", json!(7)),
        report_with("metrics", json!([])),
    ] {
        let answer = upload(&foreman, &body).is(500);
        assert!(
            words(&answer).starts_with("Internal Server Error: the server was unable to"),
            "{body}: {answer}"
        );
    }
    assert!(foreman.store().reports.is_empty());
}

#[test]
fn a_time_that_is_missing_or_none_is_500_with_rubys_words() {
    let foreman = foreman();
    for (time, said) in [
        (Value::Null, "no implicit conversion of nil into String"),
        (json!(1_763_892_000), "no implicit conversion of Integer into String"),
        (json!("yesterday"), "no time information in \"yesterday\""),
    ] {
        assert_eq!(words(&upload(&foreman, &report_with("reported_at", time)).is(500)), said);
    }
    // The host was made before the time was looked at.
    let store = foreman.store();
    assert_eq!((store.hosts.len(), store.reports.len()), (1, 0));
}

#[test]
fn a_time_a_day_ahead_is_taken_and_stays_the_hosts_last_report() {
    let foreman = foreman();
    upload(&foreman, &report("h1", "2026-11-24T10:00:00Z")).is(201);
    upload(&foreman, &report("h1", "2026-11-23T10:00:00Z")).is(201);
    let last = foreman.store().hosts[0].last_report.expect("a report");
    assert_eq!(last.in_api(), "2026-11-24 10:00:00 UTC");
}

#[test]
fn an_unknown_key_of_status_is_500() {
    let answer = upload(&foreman(), &report_with("status", json!({ "drifted": 1 }))).is(500);
    assert_eq!(words(&answer), "nil can't be coerced into Integer");
}

#[test]
fn a_bad_level_or_nul_leaves_half_a_report_and_says_that_it_was_taken() {
    for bad in [line("error", "s", "m"), line("notice", "s", "a\0b"), line("notice", "s\0", "m")] {
        let foreman = foreman();
        let logs = json!([line("notice", "s1", "m1"), bad, line("notice", "s3", "m3")]);
        let answer = upload(&foreman, &report_with("logs", logs)).is(422);
        assert_eq!(answer["error"]["full_messages"], json!(["Reported at has already been taken"]));
        let store = foreman.store();
        assert_eq!(store.reports.len(), 1);
        assert_eq!(
            store.reports[0].logs.iter().map(|line| line.message.as_str()).collect::<Vec<_>>(),
            ["m1"]
        );
    }
}

#[test]
fn a_line_without_message_or_source_is_dropped_without_a_word() {
    let foreman = foreman();
    let logs = json!([line("notice", "", "m"), line("notice", "s", ""), line("crit", "s", "m")]);
    upload(&foreman, &report_with("logs", logs)).is(201);
    let store = foreman.store();
    assert_eq!(store.reports[0].logs.iter().map(|line| line.level).collect::<Vec<_>>(), [7]);
}

#[test]
fn malformed_lines_are_500_and_leave_a_report_without_them() {
    for logs in [
        json!([{ "level": "notice", "source": "s", "message": "m" }]),
        json!([{ "log": { "level": "notice", "messages": { "message": "m" } } }]),
        json!([{ "log": { "level": "notice", "sources": { "source": "s" } } }]),
        json!([{ "log": { "sources": { "source": "s" }, "messages": { "message": "m" } } }]),
        json!({ "log": 1 }),
    ] {
        let foreman = foreman();
        upload(&foreman, &report_with("logs", logs)).is(500);
        let store = foreman.store();
        assert_eq!((store.reports.len(), store.reports[0].logs.len()), (1, 0));
    }
}

#[test]
fn no_lines_null_for_lines_and_keys_that_nobody_knows_are_fine() {
    let foreman = foreman();
    upload(&foreman, &report_with("logs", Value::Null)).is(201);
    let mut body = report("h2", "2026-11-23T10:00:00Z");
    body["config_report"]["standfast"] = json!({ "schema": 1 });
    body["config_report"]["check_mode"] = json!(true);
    upload(&foreman, &body).is(201);
}

#[test]
fn metrics_come_back_as_they_went_in() {
    let metrics = json!({ "time": { "total": 0.013 }, "changes": { "total": 0, "nested": [1, "a", null] } });
    let foreman = foreman();
    assert_eq!(upload(&foreman, &report_with("metrics", metrics.clone())).is(201)["metrics"], metrics);
    assert_eq!(foreman.store().reports[0].metrics, metrics);
}

#[test]
fn two_megabytes_of_message_and_of_source_are_stored_whole() {
    let (source, message) = ("s".repeat(2_000_000), "m".repeat(2_000_000));
    let foreman = foreman();
    upload(&foreman, &report_with("logs", json!([line("notice", &source, &message)]))).is(201);
    let store = foreman.store();
    assert!(store.reports[0].logs[0].source == source && store.reports[0].logs[0].message == message);
}

#[test]
fn the_same_text_is_kept_once_for_all_hosts() {
    let foreman = foreman();
    for host in ["h1", "h2"] {
        let mut body = report_with("logs", json!([line("notice", "s", "m"), line("notice", "s", "m")]));
        body["config_report"]["host"] = json!(host);
        upload(&foreman, &body).is(201);
    }
    let store = foreman.store();
    assert_eq!((store.messages.len(), store.sources.len(), store.reports[1].logs.len()), (1, 1, 2));
}

#[test]
fn another_type_is_415_and_a_parameter_of_the_type_does_not_matter() {
    let foreman = foreman();
    let body = report("h1", "2026-11-23T10:00:00Z").to_string();
    let ask =
        |media: &str| Ask::bytes(CONFIG, body.as_bytes()).header("Content-Type", media).admin().of(&foreman);
    ask("text/plain").is(415);
    ask("application/json; charset=utf-8").is(201);
}

#[test]
fn broken_json_and_gzip_are_406_and_broken_utf_8_is_400_all_without_a_body() {
    let foreman = foreman();
    let ask = |body: &[u8]| Ask::bytes(CONFIG, body).header("Content-Type", "application/json").admin();
    ask(b"{\"config_report\":").of(&foreman).is_empty(406);
    ask(b"{\"config_report\":{\"host\":\"\xff\"}}").of(&foreman).is_empty(400);
    let whole = report("h1", "2026-11-23T10:00:00Z").to_string();
    ask(whole.as_bytes()).header("Content-Encoding", "gzip").of(&foreman).is_empty(406);
    assert!(foreman.store().hosts.is_empty());
}

#[test]
fn a_body_in_chunks_is_read_as_well() {
    let foreman = foreman();
    let body = report("h1", "2026-11-23T10:00:00Z").to_string();
    let (first, second) = body.split_at(20);
    let chunks = format!("14\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n", second.len());
    let ask = Ask::bytes(CONFIG, chunks.as_bytes()).header("Transfer-Encoding", "chunked");
    ask.header("Content-Type", "application/json").admin().of(&foreman).is(201);
}

#[test]
fn uploads_at_the_same_time_are_all_stored_since_the_database_keeps_none_out() {
    let foreman = foreman();
    foreman.store().add_host("h1", None);
    foreman.set(|settings| settings.race = Some(Arc::new(Meeting::of(5))));
    let body = report("h1", "2026-11-23T10:00:00Z");
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| upload(&foreman, &body).is(201));
        }
    });
    assert_eq!(foreman.store().reports.len(), 5);
    upload(&foreman, &body).is(422);
}

#[test]
fn hosts_that_are_made_at_the_same_time_lose_their_type_and_take_no_more_reports() {
    let foreman = foreman();
    foreman.set(|settings| settings.race_of_hosts = Some(Arc::new(Meeting::of(2))));
    thread::scope(|scope| {
        for host in ["h1", "h2"] {
            let foreman = &foreman;
            scope.spawn(move || upload(foreman, &report(host, "2026-11-23T10:00:00Z")).is(201));
        }
    });
    upload(&foreman, &report("h1", "2026-11-23T11:00:00Z")).is(500);
    upload(&foreman, &report("h2", "2026-11-23T11:00:00Z")).is(500);
    assert_eq!(foreman.store().reports.len(), 2);
}

#[test]
fn each_line_costs_time() {
    let foreman = foreman();
    foreman.set(|settings| settings.per_line = Duration::from_millis(10));
    let logs: Vec<_> = (0..10).map(|number| line("notice", "s", &number.to_string())).collect();
    let began = Instant::now();
    upload(&foreman, &report_with("logs", json!(logs))).is(201);
    assert!(began.elapsed() >= Duration::from_millis(100), "{:?}", began.elapsed());
}

#[test]
fn some_uploads_are_stored_and_answered_with_500_and_then_are_taken() {
    let foreman = foreman();
    foreman.store().add_host("h1", None);
    foreman.set(|settings| settings.fails_one_in = 3);
    let mut failed = 0;
    for second in 10..40 {
        let body = report("h1", &format!("2026-11-23T10:00:{second}Z"));
        if upload(&foreman, &body).status == 500 {
            failed += 1;
            upload(&foreman, &body).is(422);
        }
    }
    assert_eq!(foreman.store().reports.len(), 30);
    assert!((3..=20).contains(&failed), "{failed} of 30");
}

#[test]
fn a_call_without_a_cookie_leaves_a_session() {
    let foreman = foreman();
    let answer = Ask::get("/api/v2/ping").of(&foreman);
    let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
    Ask::get("/api/v2/ping").header("Cookie", &cookie).of(&foreman).is(200);
    upload(&foreman, &report("h1", "2026-11-23T10:00:00Z")).is(201);
    assert_eq!(foreman.store().sessions, 2);
}

#[test]
fn ping_needs_no_login_and_status_does() {
    let foreman = foreman();
    assert_eq!(
        Ask::get("/api/v2/ping").of(&foreman).is(200)["results"]["foreman"]["database"]["active"],
        true
    );
    Ask::get("/api/v2/status").of(&foreman).is(401);
    assert_eq!(Ask::get("/api/v2/status").admin().of(&foreman).is(200)["version"], "3.12.0");
}
