//! Each row of the contract, as a server answers it.

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, body: body.to_owned(), at: 1_700_000_000_000_000, ..Answer::default() }
}

/// The name of what becomes of it, with its reason.
fn told(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Done { note: None } => "done".into(),
        Delivery::Done { note: Some(note) } => format!("done: {note}"),
        Delivery::DoneAlready => "already".into(),
        Delivery::UnknownHost { reason } => format!("unknown host: {reason}"),
        Delivery::Misconfigured { reason } => format!("misconfigured: {reason}"),
        Delivery::Retry { after, reason } => format!("retry {after:?}: {reason}"),
        Delivery::DeadLetter { reason } => format!("dead: {reason}"),
    }
}

#[track_caller]
fn means(endpoint: Endpoint, status: u16, body: &str, words: &str) {
    let told = told(&answer(status, body).delivery(endpoint));
    assert!(told.starts_with(words), "{status} {body}: {told} instead of {words}");
}

#[test]
fn the_answers_of_the_plugin_are_mapped() {
    for (status, body, words) in [
        (201, r#"{"id":1,"host_id":10,"host":"h","status":"drifted","stored":true}"#, "done"),
        (
            200,
            r#"{"id":1,"host_id":10,"host":"h","status":"drifted","stored":false,"reason":"older"}"#,
            "already",
        ),
        (201, r#"{"id":null}"#, "unknown host: 201: nothing was stored"),
        (200, "<html>welcome to the hotel</html>", "misconfigured: 200: the answer is not one of Foreman"),
        (200, "{}", "misconfigured: 200"),
        (204, "", "misconfigured: 204"),
        (
            400,
            r#"{"error":{"field":"drift_report","message":"is not an object"}}"#,
            "dead: 400: drift_report: is not an object",
        ),
        (
            403,
            r#"{"error":{"message":"Access denied","details":"Missing one of the required permissions: upload_drift_reports"}}"#,
            "misconfigured: 403: Access denied: Missing one of the required permissions: upload_drift_reports: the certificate",
        ),
        (401, "", "misconfigured: 401: the certificate"),
        (407, "", "misconfigured: 407: http_proxy wants a login"),
        (404, "", "misconfigured: 404: nothing takes drift reports at this url: install the plugin"),
        (413, r#"{"error":{"message":"larger than 262144 bytes"}}"#, "dead: 413: larger than"),
        (
            422,
            r#"{"error":{"field":"host","message":"unknown host web17"}}"#,
            "unknown host: 422: host: unknown host web17",
        ),
        (422, r#"{"error":{"field":"host","message":"must be lower case"}}"#, "dead: 422: host: must be"),
        (
            422,
            r#"{"error":{"field":"findings[3].state","message":"is not a state"}}"#,
            "dead: 422: findings[3].state",
        ),
        (422, "", "dead: 422"),
        (406, "", "dead: 406"),
        (415, "", "dead: 415"),
        (429, "", "retry None: 429"),
        (500, r#"{"error":{"message":"Internal Server Error"}}"#, "retry None: 500: Internal"),
        (502, "<html>", "retry None: 502"),
        (503, "", "retry None: 503"),
    ] {
        means(Endpoint::Standfast, status, body, words);
    }
}

#[test]
fn the_answers_of_a_smart_proxy_are_mapped_with_what_it_tells_of_the_last_report() {
    means(Endpoint::SmartProxy, 202, r#"{"spooled":true,"host":"h"}"#, "done");
    let last = r#"{"spooled":true,"host":"h","last":{"outcome":"unknown_host","message":"unknown host h","at":"2026-11-27T12:00:00Z"}}"#;
    let words = "done: Foreman refused an earlier report of this host, says the Smart Proxy: unknown host: unknown host h (2026-11-27T12:00:00Z)";
    means(Endpoint::SmartProxy, 202, last, words);
    means(Endpoint::SmartProxy, 202, r#"{"spooled":false}"#, "misconfigured");
    means(
        Endpoint::SmartProxy,
        403,
        r#"{"error":{"field":"host","message":"is not the certificate's"}}"#,
        "misconfigured: 403: host: is not",
    );
    let words = "misconfigured: 404: nothing takes drift reports at this url: on the Smart Proxy install";
    means(Endpoint::SmartProxy, 404, "Not Found", words);
}

#[test]
fn the_answers_of_a_stock_foreman_are_mapped() {
    let taken = r#"{"error":{"id":null,"errors":{"reported_at":["has already been taken"]},"full_messages":["Reported at has already been taken"]}}"#;
    for (status, body, words) in [
        (201, r#"{"id":1,"host_id":1,"host_name":"h","reported_at":"2026-11-23 10:00:00 UTC"}"#, "done"),
        (201, r#"{"id":null,"host_id":null}"#, "unknown host: 201"),
        (422, taken, "already"),
        (
            422,
            r#"{"error":{"errors":{"host_id":["can't be blank"]},"full_messages":["Host can't be blank"]}}"#,
            "unknown host: 422: Host can't be blank",
        ),
        (422, r#"{"message":"ERF42-2399 [Foreman::Exception]: Invalid report"}"#, "dead: 422: ERF42-2399"),
        (403, r#"{"error":{"message":"Access denied"}}"#, "misconfigured: 403: Access denied"),
        (404, "", "misconfigured: 404: there is no Foreman"),
        (500, "", "retry None: 500"),
        (400, "", "dead: 400"),
        (406, "", "dead: 406"),
        (415, "", "dead: 415"),
        // Only a Smart Proxy may keep a report.
        (202, r#"{"spooled":true}"#, "misconfigured"),
    ] {
        means(Endpoint::ConfigReports, status, body, words);
    }
}

#[test]
fn a_redirection_is_a_configuration_error_that_names_the_target() {
    let moved = Answer { location: Some("https://other.example.com/\u{1b}x".into()), ..answer(302, "") };
    let told = told(&moved.delivery(Endpoint::Standfast));
    assert!(
        told.starts_with("misconfigured: 302: the server sends the report to https://other.example.com/x,"),
        "{told}"
    );
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for_but_not_for_years() {
    for (text, seconds) in [("7", Some(7)), ("99999999", Some(86_400)), ("soon", None)] {
        let busy = Answer { retry_after: Some(text.into()), ..answer(503, "") };
        let Delivery::Retry { after, .. } = busy.delivery(Endpoint::Standfast) else { panic!("{busy:?}") };
        assert_eq!(after, seconds.map(Duration::from_secs), "{text}");
    }
}

#[test]
fn clocks_that_are_apart_are_told_with_the_side() {
    // 1700000000 is 2023-11-14 22:13:20.
    let skew = |date: &str| Answer { date: Some(date.into()), ..answer(201, "") }.skew();
    assert_eq!(skew("Tue, 14 Nov 2023 22:13:10 GMT"), None);
    assert!(skew("Tue, 14 Nov 2023 22:13:00 GMT").unwrap().contains("20 s ahead of"));
    assert!(skew("Tue, 14 Nov 2023 22:23:20 GMT").unwrap().contains("600 s behind"));
    assert_eq!(skew("yesterday"), None);
    assert_eq!(answer(201, "").skew(), None);
}

#[test]
fn no_answer_whatsoever_is_taken_for_stored_unless_it_says_so() {
    for status in 100..=599 {
        for endpoint in [Endpoint::Standfast, Endpoint::SmartProxy, Endpoint::ConfigReports] {
            for body in [
                "",
                "[]",
                "{}",
                "null",
                "\u{0}",
                r#"{"id":"1"}"#,
                r#"{"error":[]}"#,
                r#"{"error":{"errors":[]}}"#,
            ] {
                let delivery = answer(status, body).delivery(endpoint);
                assert!(
                    !matches!(delivery, Delivery::Done { .. } | Delivery::DoneAlready),
                    "{status} {body}"
                );
            }
        }
    }
}
