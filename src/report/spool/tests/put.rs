//! What putting a report leaves.

use super::*;

#[test]
fn a_report_that_was_put_is_there_whole_for_root_alone() {
    let host = Host::new();
    let sent = report("11:59:00", "{\"a\":1}\nand \0 binary");
    assert_eq!(host.spool().put(sent.clone()).unwrap(), Put::Spooled);

    let spool = host.spool();
    let mut flight = spool.flight().unwrap().unwrap();
    let pending = take(&mut flight);
    assert_eq!(pending.frozen, sent);
    assert_eq!((pending.attempts, pending.not_before, pending.reason), (0, None, None));
    for (path, mode) in [("", 0o700), ("pending", 0o700), ("dead", 0o700), ("lock", 0o600)] {
        assert_eq!(fs::metadata(host.at(path)).unwrap().permissions().mode() & 0o7777, mode, "{path}");
    }
    let file = host.at("pending").join(&host.names("pending")[0]);
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o7777, 0o600);
    let state = fs::metadata(host.path().join("var/lib/standfast")).unwrap();
    assert_eq!(state.permissions().mode() & 0o7777, 0o700, "the state directory is as the writer makes it");
}

#[test]
fn only_the_newest_of_a_host_waits() {
    let host = Host::new();
    let spool = host.spool();
    for (time, body) in [("11:57:00", "first"), ("11:58:00", "second"), ("11:59:00", "third")] {
        assert_eq!(spool.put(report(time, body)).unwrap(), Put::Spooled);
        assert_eq!(waiting(&spool), [body]);
    }
    assert_eq!(host.names("pending").len(), 1);
    assert_eq!(spool.status().unwrap().dropped, 0, "what is replaced is not lost");
}

#[test]
fn reports_of_two_hosts_do_not_replace_each_other() {
    let host = Host::new();
    let spool = host.spool();
    spool.put(report_of("a", "11:58:00", "of a")).unwrap();
    spool.put(report_of("b", "11:57:00", "of b")).unwrap();
    assert_eq!(waiting(&spool), ["of a", "of b"]);
}

#[test]
fn a_report_that_is_older_than_what_waits_changes_nothing() {
    let host = Host::new();
    let spool = host.spool();
    spool.put(report("11:59:00", "new")).unwrap();
    let before = host.names("pending");
    assert_eq!(spool.put(report("11:58:59", "old")).unwrap(), Put::Outdated);
    assert_eq!((waiting(&spool), host.names("pending")), (vec!["new".to_owned()], before));
}

#[test]
fn a_report_that_is_older_than_what_was_taken_changes_nothing() {
    let host = Host::new();
    let spool = host.spool();
    spool.put(report("11:59:00", "new")).unwrap();
    let mut flight = spool.flight().unwrap().unwrap();
    let pending = take(&mut flight);
    flight.settle(&pending, Settled::Delivered).unwrap();
    assert_eq!(spool.put(report("11:58:59", "old")).unwrap(), Put::Outdated);
    assert_eq!(spool.put(report_of("other", "11:58:59", "of another")).unwrap(), Put::Spooled);
    assert_eq!(waiting(&spool), ["of another"]);
}

#[test]
fn two_reports_of_the_same_instant_leave_the_one_that_was_put_last() {
    let host = Host::new();
    let spool = host.spool();
    for body in ["one", "two", "two", "one"] {
        assert_eq!(spool.put(report("11:59:00", body)).unwrap(), Put::Spooled);
        assert_eq!(waiting(&spool), [body]);
    }
}

#[test]
fn a_report_of_a_clock_that_was_ahead_does_not_silence_the_host() {
    let host = Host::new();
    let spool = host.spool();
    set_clock(at("20:00:00"));
    spool.put(report("20:00:00", "of the future")).unwrap();
    set_clock(at("12:00:00"));
    assert_eq!(spool.put(report("12:00:00", "of now")).unwrap(), Put::Spooled);
    assert_eq!(waiting(&spool), ["of now"]);

    let mut flight = spool.flight().unwrap().unwrap();
    let mut pending = take(&mut flight);
    pending.reported_at = at("20:00:00");
    flight.settle(&pending, Settled::Delivered).unwrap();
    assert_eq!(spool.put(report("12:00:01", "after it")).unwrap(), Put::Spooled);
    assert_eq!(waiting(&spool), ["after it"]);
}

#[test]
fn what_is_no_report_is_refused_and_changes_nothing() {
    let host = Host::new();
    let spool = host.spool();
    spool.put(report("11:00:00", "good")).unwrap();
    let good = report("11:59:00", "bad");
    let long = "x".repeat(256);
    for host in ["", "Web17", "a b", "a/b", "a\n", long.as_str()] {
        let error = spool.put(Frozen { host: host.into(), ..good.clone() }).unwrap_err();
        assert!(error.to_string().contains("host"), "{error}");
    }
    for time in ["", "2026-11-27T11:59:00Z", "2026-11-27T11:59:00.12345Z", "2026-11-27T11:59:00.123456+00:00"]
    {
        let error = spool.put(Frozen { reported_at: time.into(), ..good.clone() }).unwrap_err();
        assert!(error.to_string().contains("time"), "{error}");
    }
    for digest in ["a b", "a\u{1b}", &"0".repeat(129)] {
        let error = spool.put(Frozen { digest: digest.into(), ..good.clone() }).unwrap_err();
        assert!(error.to_string().contains("digest"), "{error}");
    }
    assert_eq!(waiting(&spool), ["good"]);
}

#[test]
fn a_killed_put_leaves_a_temp_file_that_the_next_open_sweeps() {
    let host = Host::new();
    host.spool().put(report("11:59:00", "one")).unwrap();
    for directory in ["", "pending/", "dead/"] {
        fs::write(host.at(&format!("{directory}.standfast-0123456789abcdef.tmp")), b"half").unwrap();
    }
    assert_eq!(waiting(&host.spool()), ["one"]);
    assert_eq!(host.names("pending").len(), 1);
    assert_eq!(host.names("dead"), Vec::<String>::new());
    assert!(!host.names("").iter().any(|name| name.starts_with('.')));
}
