//! What `report --status` says.

use super::*;
use crate::cli::ExplainFormat;
use crate::report::style::Style;

fn told(status: &Status, format: ExplainFormat) -> String {
    let mut out = Vec::new();
    told::write(status, at("12:00:00"), format, Style::Plain, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn text(spool: &Spool) -> String {
    told(&spool.status().unwrap(), ExplainFormat::Text)
}

#[test]
fn where_there_is_no_spool_nothing_waits_and_none_is_made() {
    let host = Host::new();
    let status = Spool::look(host.root()).unwrap();
    assert_eq!(status, Status::default());
    assert_eq!(told(&status, ExplainFormat::Text), "waiting    nothing\ndelivered  none yet\n");
    assert!(!host.path().join("var/lib/standfast").exists());
}

#[test]
fn what_waits_is_told_with_since_when_how_often_why_not_and_when_again() {
    let host = Host::new();
    let spool = host.spool();
    spool.put(report("11:00:00", "first")).unwrap();
    assert_eq!(
        text(&spool),
        "waiting    the report of web17.example.com of 2026-11-27T11:00:00Z, 60 min ago
           not tried yet
delivered  none yet\n"
    );
    for time in ["11:10:00", "11:40:00"] {
        set_clock(at(time));
        let mut flight = spool.flight().unwrap().unwrap();
        let pending = take(&mut flight);
        let reason = "connect: connection refused".to_owned();
        flight.settle(&pending, Settled::Again { not_before: at("12:10:00"), reason }).unwrap();
    }
    set_clock(at("12:00:00"));
    spool.put(report("11:55:00", "second")).unwrap();
    assert_eq!(
        text(&spool),
        "waiting    the report of web17.example.com of 2026-11-27T11:55:00Z, 5 min ago
           tried 2 times, first 50 min ago, last 20 min ago
           why not: connect: connection refused
           again after 2026-11-27T12:10:00Z, in 10 min
unreached  no report has got through since 2026-11-27T11:10:00Z, 50 min ago
delivered  none yet\n"
    );
    assert_eq!(Spool::look(host.root()).unwrap(), spool.status().unwrap(), "looking tells the same");
}

#[test]
fn what_was_taken_refused_and_dropped_is_told() {
    let host = Host::new();
    let spool = host.spool();
    set_clock(at("11:30:00"));
    spool.put(report("11:29:00", "refused")).unwrap();
    let mut flight = spool.flight().unwrap().unwrap();
    let pending = take(&mut flight);
    flight.settle(&pending, Settled::Dead { reason: "422 schema: another".into() }).unwrap();
    set_clock(at("11:50:00"));
    spool.put(report("11:49:59", "taken")).unwrap();
    let pending = take(&mut flight);
    flight.settle(&pending, Settled::Delivered).unwrap();
    drop(flight);
    spool.remember_stock(at("23:00:00")).unwrap();
    set_clock(at("12:00:00"));
    for name in ["a", "b"] {
        spool.put(report_of(name, "11:58:00", "body")).unwrap();
    }
    let spool = host.bounded(Bounds { count: 1, ..Bounds::default() });
    let file = host.names("dead").remove(0);
    let said = text(&spool);
    assert!(said.starts_with("waiting    the report of "), "{said}");
    let (_, rest) = said.split_once("not tried yet\n").unwrap();
    let (rest, dropped) = rest.split_once("dropped    ").unwrap();
    assert_eq!(
        rest,
        format!(
            "delivered  the report of 2026-11-27T11:49:59Z, 10 min ago
receiver   counts as a Foreman without the plugin until 2026-11-27T23:00:00Z
dead       {file}, given up 30 min ago: 422 schema: another\n"
        )
    );
    assert!(dropped.starts_with("1 in all; last 0 s ago: the report of "), "{dropped}");
}

#[test]
fn many_dead_letters_are_counted() {
    let host = Host::new();
    let spool = host.spool();
    for number in 0..13 {
        fs::write(host.at("dead").join(format!("letter{number}")), b"").unwrap();
    }
    let said = text(&spool);
    assert_eq!(said.matches("no reason lies beside it").count(), 10, "{said}");
    assert!(said.ends_with("dead       and 3 more\n"), "{said}");
}

#[test]
fn a_program_is_told_the_same_with_times_in_utc() {
    let host = Host::new();
    let spool = host.spool();
    spool.put(report("11:58:00", "body")).unwrap();
    let mut flight = spool.flight().unwrap().unwrap();
    let pending = take(&mut flight);
    let reason = "503".to_owned();
    flight.settle(&pending, Settled::Again { not_before: at("12:30:00"), reason }).unwrap();
    let json: serde_json::Value =
        serde_json::from_str(&told(&spool.status().unwrap(), ExplainFormat::Json)).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "waiting": [{
                "host": HOST, "reported_at": "2026-11-27T11:58:00.000000Z", "bytes": 4, "attempts": 1,
                "first_try": "2026-11-27T12:00:00.000000Z", "last_try": "2026-11-27T12:00:00.000000Z",
                "reason": "503", "not_before": "2026-11-27T12:30:00.000000Z"
            }],
            "delivered": null,
            "unreachable_since": "2026-11-27T12:00:00.000000Z",
            "last_error": {"at": "2026-11-27T12:00:00.000000Z", "reason": "503"},
            "stock_until": null,
            "dead": [],
            "dropped": 0,
            "last_dropped": null
        })
    );
}

#[test]
fn a_time_is_read_as_it_is_written_and_nothing_else_is() {
    for text in ["2026-11-27T12:08:46.123456Z", "1970-01-01T00:00:00.000000Z", "2024-02-29T23:59:59.999999Z"]
    {
        assert_eq!(Time::parse(text).unwrap().to_string(), text);
    }
    for text in
        ["2026-11-27T12:08:46Z", "2026-11-27T12:08:46.12345Z", "2026-11-27T12:08:46.+12345Z", "x.000000Z"]
    {
        assert_eq!(Time::parse(text), None, "{text}");
    }
    let later = at("12:00:00").plus(Duration::from_millis(1500));
    assert_eq!(later.to_string(), "2026-11-27T12:00:01.500000Z");
    assert_eq!(later.since(at("12:00:00")), Duration::from_millis(1500));
    assert_eq!(at("12:00:00").since(later), Duration::ZERO);
    assert_eq!(later.to_the_second(), "2026-11-27T12:00:01Z");
}
