//! What the spool drops, and that it says so.

use super::*;

fn bounds(count: usize, bytes: u64, age: u64) -> Bounds {
    Bounds { count, bytes, age: Duration::from_secs(age) }
}

/// Puts reports of so many hosts, a minute apart.
fn fill(spool: &Spool, hosts: u32) {
    for minute in 0..hosts {
        spool.put(report_of(&format!("host{minute}"), &format!("11:{minute:02}:00"), "body")).unwrap();
    }
}

/// Has the receiver refuse whatever waits.
fn bury_all(spool: &Spool) {
    let mut flight = spool.flight().unwrap().unwrap();
    while let Some(pending) = flight.next().unwrap() {
        flight.settle(&pending, Settled::Dead { reason: format!("not {}", pending.frozen.host) }).unwrap();
    }
}

fn hosts(spool: &Spool) -> Vec<String> {
    spool.status().unwrap().waiting.into_iter().map(|waiting| waiting.host).collect()
}

#[test]
fn the_oldest_go_when_there_are_too_many_and_that_is_told() {
    let host = Host::new();
    let spool = host.bounded(bounds(3, 1 << 20, 86_400));
    fill(&spool, 5);
    assert_eq!(hosts(&spool), ["host4", "host3", "host2"]);
    let status = spool.status().unwrap();
    assert_eq!(status.dropped, 2);
    let last = status.last_dropped.unwrap();
    assert_eq!(last.at, at("12:00:00"));
    assert_eq!(
        last.reason,
        "the report of host1 of 2026-11-27T11:01:00.000000Z, dropped because no more than 3 reports and 1048576 bytes are kept"
    );
    assert_eq!(hosts(&host.bounded(bounds(1, 1 << 20, 86_400))), ["host4"]);
    assert_eq!(hosts(&host.bounded(bounds(0, 1 << 20, 86_400))), ["host4"], "one is always kept");
}

#[test]
fn the_oldest_go_when_they_are_too_large_and_the_newest_is_never_more_than_fits() {
    let host = Host::new();
    let one = report_of("host0", "11:00:00", "body").encode().unwrap().len() as u64;
    let spool = host.bounded(bounds(100, 2 * one + 1, 86_400));
    fill(&spool, 4);
    assert_eq!((hosts(&spool), spool.status().unwrap().dropped), (vec!["host3".into(), "host2".into()], 2));
    let error = spool.put(report("11:59:00", &"x".repeat(2 * 300))).unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }) && error.to_string().contains("spool_size"), "{error}");
    assert_eq!(hosts(&spool), ["host3", "host2"]);
    assert_eq!(spool.status().unwrap().dropped, 2);
}

#[test]
fn what_has_waited_too_long_goes_and_what_is_too_old_does_not_come() {
    let host = Host::new();
    let spool = host.bounded(bounds(100, 1 << 20, 3600));
    fill(&spool, 2);
    assert_eq!(hosts(&spool), ["host1", "host0"]);
    set_clock(at("12:00:30"));
    assert_eq!(hosts(&host.bounded(bounds(100, 1 << 20, 3600))), ["host1"]);
    let reason = spool.status().unwrap().last_dropped.unwrap().reason;
    assert!(reason.ends_with("host0 of 2026-11-27T11:00:00.000000Z, dropped after 60 min"), "{reason}");
    assert_eq!(spool.put(report("11:00:00", "old")).unwrap(), Put::Outdated);
    assert_eq!(spool.put(report_of("late", "11:00:30", "just in time")).unwrap(), Put::Spooled);
    set_clock(at("13:00:00"));
    assert_eq!(
        spool.flight().unwrap().unwrap().next().unwrap(),
        None,
        "what waits too long is not sent either"
    );
    assert_eq!(spool.status().unwrap().dropped, 3);
}

#[test]
fn dead_letters_are_bounded_each_with_its_reason() {
    let host = Host::new();
    let spool = host.bounded(bounds(2, 1 << 20, 3600));
    for minute in ["11:01", "11:02", "11:03"] {
        set_clock(at(&format!("{minute}:30")));
        spool.put(report(&format!("{minute}:00"), minute)).unwrap();
        bury_all(&spool);
    }
    assert_eq!(host.names("dead").len(), 4, "{:?}", host.names("dead"));
    let status = spool.status().unwrap();
    let times: Vec<Time> = status.dead.iter().map(|letter| letter.at).collect();
    assert_eq!(times, [at("11:03:30"), at("11:02:30")]);
    assert_eq!(status.dropped, 1);
    let reason = status.last_dropped.unwrap().reason;
    assert!(reason.starts_with("the dead letter 2026-11-27T11:01:00.000000Z-"), "{reason}");

    set_clock(at("12:03:00"));
    host.bounded(bounds(2, 1 << 20, 3600));
    assert_eq!(host.names("dead").len(), 2);
    host.bounded(bounds(2, 10, 3600));
    assert_eq!((host.names("dead"), spool.status().unwrap().dropped), (vec![], 3));
}

#[test]
fn a_directory_among_the_dead_letters_keeps_none_from_being_dropped() {
    let host = Host::new();
    let spool = host.spool();
    fs::create_dir_all(host.at("dead/full/of")).unwrap();
    fs::create_dir(host.at("dead/empty")).unwrap();
    spool.put(report("11:58:00", "body")).unwrap();
    bury_all(&spool);
    set_clock(Time::parse("2027-11-27T12:00:00.000000Z").unwrap());
    host.spool();
    assert_eq!(host.names("dead"), ["full"]);
}

#[test]
fn the_bounds_are_those_that_are_documented() {
    let Bounds { count, bytes, age } = Bounds::default();
    assert_eq!((count, bytes, age.as_secs()), (100, 4_194_304, 604_800));
}
