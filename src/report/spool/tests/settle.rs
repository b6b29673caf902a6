//! What becomes of a report that was sent.

use super::*;

/// A spool with one report, which was taken for a flight.
fn sent(host: &Host) -> Spool {
    let spool = host.spool();
    spool.put(report("11:58:00", "body")).unwrap();
    spool
}

#[test]
fn a_report_that_was_taken_is_gone_and_remembered() {
    let host = Host::new();
    let spool = sent(&host);
    let mut flight = spool.flight().unwrap().unwrap();
    let pending = take(&mut flight);
    flight.settle(&pending, Settled::Delivered).unwrap();
    assert_eq!(flight.next().unwrap(), None);
    assert_eq!(host.names("pending"), Vec::<String>::new());
    let delivered = host.spool().state().unwrap().delivered.unwrap();
    assert_eq!((delivered.digest, delivered.host.as_str()), (pending.frozen.digest, HOST));
    assert_eq!((delivered.reported_at, delivered.at), (at("11:58:00"), at("12:00:00")));
}

#[test]
fn a_report_that_was_taken_and_is_still_there_is_not_sent_again() {
    let host = Host::new();
    let spool = sent(&host);
    let name = host.names("pending").remove(0);
    let bytes = fs::read(host.at("pending").join(&name)).unwrap();
    let mut flight = spool.flight().unwrap().unwrap();
    let pending = take(&mut flight);
    flight.settle(&pending, Settled::Delivered).unwrap();
    // As a kill between the note and the removal leaves it.
    fs::write(host.at("pending").join(&name), bytes).unwrap();
    fs::set_permissions(host.at("pending").join(&name), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(flight.next().unwrap(), None);
    assert_eq!(host.names("pending"), Vec::<String>::new());
}

#[test]
fn an_older_report_that_a_killed_put_has_left_beside_a_newer_is_never_sent() {
    let host = Host::new();
    let spool = sent(&host);
    // As a kill between the two steps of a put leaves it.
    let newer = report("11:59:00", "newer");
    spool.pending.put(newer.name().as_ref(), &newer.encode().unwrap()).unwrap();
    assert_eq!(host.names("pending").len(), 2);
    let mut flight = spool.flight().unwrap().unwrap();
    let pending = take(&mut flight);
    assert_eq!(body(&pending), "newer");
    let reason = "cut after storing".to_owned();
    flight.settle(&pending, Settled::Again { not_before: at("12:30:00"), reason }).unwrap();
    assert_eq!(flight.next().unwrap(), None);
    assert_eq!(waiting(&spool), ["newer"]);
    assert_eq!(host.names("pending").len(), 1);
}

#[test]
fn a_report_that_was_refused_for_good_is_a_dead_letter_with_its_reason() {
    let host = Host::new();
    let spool = sent(&host);
    let name = host.names("pending").remove(0);
    let mut flight = spool.flight().unwrap().unwrap();
    let pending = take(&mut flight);
    let reason = "422 findings[3].state: \u{1b}[2Jno such state".to_owned();
    flight.settle(&pending, Settled::Dead { reason }).unwrap();
    assert_eq!(flight.next().unwrap(), None);
    assert_eq!(host.names("dead"), [name.clone(), format!("{name}.reason")]);
    let text = fs::read_to_string(host.at("dead").join(format!("{name}.reason"))).unwrap();
    assert_eq!(text, "2026-11-27T12:00:00.000000Z 422 findings[3].state: \\x1b[2Jno such state\n");
    let status = host.spool().status().unwrap();
    assert_eq!((status.dead.len(), status.waiting.len()), (1, 0));
    assert_eq!(status.dead[0].reason.as_deref(), Some("422 findings[3].state: \\x1b[2Jno such state"));
    assert_eq!(status.last_error.unwrap().reason, status.dead[0].reason.clone().unwrap());
    let refused = spool.state().unwrap().refused.unwrap();
    assert_eq!((refused.digest, refused.at), (pending.frozen.digest, at("12:00:00")));
    spool.put(report("11:59:00", "newer")).unwrap();
    let mut flight = spool.flight().unwrap().unwrap();
    let pending = take(&mut flight);
    flight.settle(&pending, Settled::Delivered).unwrap();
    assert_eq!(spool.state().unwrap().refused, None);
    let mode = fs::metadata(host.at("dead").join(&name)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode, 0o600);
}

#[test]
fn a_reason_without_its_letter_is_swept_and_its_report_still_waits() {
    let host = Host::new();
    sent(&host);
    let name = host.names("pending").remove(0);
    // As a kill between the reason and the move leaves it.
    fs::write(host.at("dead").join(format!("{name}.reason")), b"2026-11-27T12:00:00.000000Z why\n").unwrap();
    assert_eq!(waiting(&host.spool()), ["body"]);
    assert_eq!(host.names("dead"), Vec::<String>::new());
}

#[test]
fn a_report_that_is_to_be_tried_again_waits_with_what_is_known() {
    let host = Host::new();
    let spool = sent(&host);
    for (time, attempts) in [("12:00:00", 0), ("12:01:00", 1), ("12:02:00", 2)] {
        set_clock(at(time));
        let mut flight = spool.flight().unwrap().unwrap();
        let pending = take(&mut flight);
        assert_eq!(pending.attempts, attempts);
        let settled = Settled::Again { not_before: at("12:30:00"), reason: format!("no answer\nat {time}") };
        flight.settle(&pending, settled).unwrap();
        assert_eq!(flight.next().unwrap(), None, "it is not tried twice in a flight");
    }
    let spool = host.spool();
    let pending = take(&mut spool.flight().unwrap().unwrap());
    assert_eq!((pending.attempts, pending.not_before), (3, Some(at("12:30:00"))));
    assert_eq!(pending.reason.as_deref(), Some("no answer\\nat 12:02:00"));
    assert_eq!(spool.state().unwrap().unreachable_since, Some(at("12:00:00")));
}

#[test]
fn a_newer_report_takes_over_how_long_to_wait_until_one_is_taken() {
    let host = Host::new();
    let spool = sent(&host);
    let again = Settled::Again { not_before: at("12:30:00"), reason: "429".into() };
    let mut flight = spool.flight().unwrap().unwrap();
    let pending = take(&mut flight);
    flight.settle(&pending, again).unwrap();
    spool.put(report("11:59:00", "newer")).unwrap();
    let pending = take(&mut flight);
    assert_eq!((body(&pending), pending.attempts, pending.not_before), ("newer", 1, Some(at("12:30:00"))));
    flight.settle(&pending, Settled::Delivered).unwrap();
    let state = spool.state().unwrap();
    assert_eq!((state.unreachable_since, state.last_error), (None, None));
    spool.put(report("12:00:00", "newest")).unwrap();
    let pending = take(&mut flight);
    assert_eq!((body(&pending), pending.attempts, pending.not_before), ("newest", 0, None));
}

#[test]
fn a_report_that_is_put_while_another_is_sent_comes_next_whatever_became_of_that() {
    for settled in [
        Settled::Delivered,
        Settled::Dead { reason: "422".into() },
        Settled::Again { not_before: at("13:00:00"), reason: "503".into() },
    ] {
        let host = Host::new();
        let spool = sent(&host);
        let mut flight = spool.flight().unwrap().unwrap();
        let old = take(&mut flight);
        host.spool().put(report("11:59:00", "newer")).unwrap();
        flight.settle(&old, settled.clone()).unwrap();
        let newer = take(&mut flight);
        assert_eq!(body(&newer), "newer", "{settled:?}");
        assert_eq!(host.names("dead"), Vec::<String>::new(), "what was replaced is no dead letter");
        flight.settle(&newer, Settled::Delivered).unwrap();
        assert_eq!(flight.next().unwrap(), None);
        assert_eq!(spool.state().unwrap().delivered.unwrap().reported_at, at("11:59:00"));
    }
}

#[test]
fn one_flies_at_a_time_and_the_next_when_nothing_more_waits() {
    let host = Host::new();
    let spool = sent(&host);
    let mut flight = spool.flight().unwrap().unwrap();
    let other = host.spool();
    assert!(other.flight().unwrap().is_none());
    let pending = take(&mut flight);
    flight.settle(&pending, Settled::Delivered).unwrap();
    assert!(other.flight().unwrap().is_none());
    assert_eq!(flight.next().unwrap(), None);
    // The first has not gone yet, and would not look again.
    assert!(other.flight().unwrap().is_some());
    other.put(report("11:59:59", "late")).unwrap();
    assert_eq!(flight.next().unwrap(), None, "its flight has ended");
    drop(flight);
    let mut flight = other.flight().unwrap().unwrap();
    assert_eq!(body(&take(&mut flight)), "late");
    drop(flight);
    assert!(spool.flight().unwrap().is_some(), "a flight ends when it is dropped");
}

#[test]
fn what_is_remembered_of_the_receiver_is_there_the_next_time() {
    let host = Host::new();
    let spool = sent(&host);
    assert_eq!(spool.state().unwrap(), State::default());
    spool.remember_stock(at("23:00:00")).unwrap();
    assert_eq!(host.spool().state().unwrap().stock_until, Some(at("23:00:00")));
    let mode = fs::metadata(host.at("state.json")).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode, 0o600);
}
