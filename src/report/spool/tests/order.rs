//! Many at once: the newest is sent, and nothing older after it.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use super::*;

const MANY: usize = 8;
const ROUNDS: usize = 100;

/// Puts a report and sends what waits, as a process does. Every third is not taken at the first try, though the
/// receiver may have it.
fn run(root: &Root, arrived: &Mutex<Vec<Time>>, put: &Mutex<Vec<Time>>, count: &AtomicUsize) {
    // Each has a spool of its own: locks are of an open file, not of a process.
    let spool = Spool::open(root, Bounds::default()).unwrap();
    let reported_at = Time::now();
    let sent =
        Frozen { reported_at: reported_at.to_string(), ..report("11:00:00", &reported_at.to_string()) };
    spool.put(sent).unwrap();
    put.lock().unwrap().push(reported_at);
    let Some(mut flight) = spool.flight().unwrap() else { return };
    while let Some(pending) = flight.next().unwrap() {
        arrived.lock().unwrap().push(pending.reported_at);
        let settled = match count.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => Settled::Again { not_before: Time::now(), reason: "cut after storing".into() },
            _ => Settled::Delivered,
        };
        flight.settle(&pending, settled).unwrap();
    }
}

#[test]
fn eight_at_once_send_the_newest_and_nothing_older_after_it() {
    let host = Host::new();
    let (arrived, put, count) = (Mutex::default(), Mutex::default(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..MANY {
            scope.spawn(|| (0..ROUNDS).for_each(|_| run(host.root(), &arrived, &put, &count)));
        }
    });
    // The last may have been deferred, as long as nobody comes.
    let spool = Spool::open(host.root(), Bounds::default()).unwrap();
    let mut flight = spool.flight().unwrap().unwrap();
    if let Some(pending) = flight.next().unwrap() {
        arrived.lock().unwrap().push(pending.reported_at);
        flight.settle(&pending, Settled::Delivered).unwrap();
        assert_eq!(flight.next().unwrap(), None);
    }
    let (arrived, put) = (arrived.into_inner().unwrap(), put.into_inner().unwrap());
    assert_eq!(put.len(), MANY * ROUNDS);
    assert!(arrived.is_sorted(), "an older one came after a newer: {arrived:?}");
    assert_eq!(arrived.last(), put.iter().max());
    assert_eq!(spool.state().unwrap().delivered.map(|last| last.reported_at), put.iter().max().copied());
    assert_eq!((host.names("pending"), host.names("dead")), (vec![], vec![]));
    assert!(!host.names("").iter().any(|name| name.starts_with('.')));
}

#[test]
fn a_report_that_is_put_when_the_last_flight_ends_is_sent_by_one_of_both() {
    // Without the end of a flight under the lock one of some hundred is left between the two.
    for _ in 0..200 {
        let host = Host::new();
        let arrived = Mutex::new(Vec::new());
        let (first, second) = (host.spool(), host.spool());
        first.put(report("11:58:00", "first")).unwrap();
        let fly = |spool: &Spool| {
            let Some(mut flight) = spool.flight().unwrap() else { return };
            while let Some(pending) = flight.next().unwrap() {
                arrived.lock().unwrap().push(body(&pending).to_owned());
                flight.settle(&pending, Settled::Delivered).unwrap();
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(|| {
                set_clock(at("12:00:00"));
                fly(&first);
            });
            scope.spawn(|| {
                set_clock(at("12:00:00"));
                second.put(report("11:59:00", "second")).unwrap();
                fly(&second);
            });
        });
        assert_eq!(arrived.into_inner().unwrap().last().map(String::as_str), Some("second"));
    }
}
