//! Whole comparisons of files.
#![allow(clippy::disallowed_methods, reason = "tests make their own files")]

mod properties;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::GzEncoder;
use standfast_facts::machine::Progress;

use super::key::{Keyer, Tags};
use super::side::{Reading, Share, Side};
use super::source;
use super::terms::Hosts;
use super::visit::Filter;
use super::{Comparison, LogsError, Request, Siblings, run};

/// Counts the directories of this process.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A directory that is gone when the test ends.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("standfast-logs-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        if name.ends_with(".gz") {
            let mut packed = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::fast());
            packed.write_all(text.as_bytes()).unwrap();
            packed.finish().unwrap();
        } else {
            std::fs::write(&path, text).unwrap();
        }
        // The year of a stamp without one follows from it: 28 November 2026, whenever the tests run.
        let written = UNIX_EPOCH + Duration::from_secs(1_795_824_000);
        std::fs::File::options().append(true).open(&path).unwrap().set_modified(written).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn request(local: &Path, central: &Path) -> Request {
    Request {
        local: vec![local.to_path_buf()],
        central: vec![central.to_path_buf()],
        hosts: Vec::new(),
        excluded: vec!["rsyslogd".to_owned()],
        since: None,
        until: None,
        slack: 0,
        zone: None,
        siblings: Siblings::Taken,
    }
}

/// Compares two texts, with so many entries in memory.
fn compared(local: &str, central: &str, most: usize) -> Result<Comparison, LogsError> {
    let directory = Directory::new();
    let (local, central) = (directory.write("local", local), directory.write("central", central));
    run::compare(&request(&local, &central), most)
}

/// How many were edited, deleted locally and lost.
fn counts(comparison: &Comparison) -> (u64, u64, u64) {
    (comparison.edited, comparison.deleted, comparison.lost)
}

/// A line each second from 22:00:00 on.
fn seconds(range: std::ops::Range<u32>, host: &str) -> String {
    let mut text = String::new();
    for second in range {
        let (hour, minute, of_minute) = (22 + second / 3600, second / 60 % 60, second % 60);
        writeln!(text, "Nov 26 {hour}:{minute:02}:{of_minute:02} {host} app[7]: number {second}").unwrap();
    }
    text
}

#[test]
fn rotated_and_packed_files_are_one_log() {
    let directory = Directory::new();
    directory.write("messages.2.gz", &seconds(0..100, "web1"));
    directory.write("messages.1", &seconds(100..200, "web1"));
    let local = directory.write("messages", &seconds(200..300, "web1"));
    directory.write("web1.log-20261126.gz", &seconds(0..150, "web1"));
    let central = directory.write("web1.log", &seconds(150..300, "web1"));
    let comparison = run::compare(&request(&local, &central), usize::MAX).unwrap();
    assert_eq!((comparison.matched, counts(&comparison)), (300, (0, 0, 0)));
    let alone = Request { siblings: Siblings::Left, ..request(&local, &central) };
    assert_eq!(run::compare(&alone, usize::MAX).unwrap().matched, 100);
    let paths = ["messages.2.gz", "messages", "messages.1", "messages"].map(|name| directory.0.join(name));
    let named = Request { local: paths.to_vec(), ..request(&local, &central) };
    assert_eq!(run::compare(&named, usize::MAX).unwrap().matched, 300, "what is named twice counts once");
}

#[test]
fn a_message_in_two_files_of_a_side_is_one_message() {
    let directory = Directory::new();
    let local = directory.write("syslog", &seconds(0..100, "web1"));
    let more = directory.write("user.log", &seconds(20..100, "web1"));
    let central = directory.write("central", &seconds(0..100, "web1"));
    let request = Request { local: vec![local.clone(), more], ..request(&local, &central) };
    let comparison = run::compare(&request, usize::MAX).unwrap();
    assert_eq!((comparison.matched, counts(&comparison)), (80, (0, 0, 0)));
    assert_eq!(comparison.central.outside.before, 20, "the youngest beginning counts");
}

#[test]
fn entries_of_other_hosts_and_of_rsyslogd_do_not_count() {
    let central =
        seconds(0..50, "web1") + &seconds(0..50, "db") + "Nov 26 22:00:30 WEB1.example.org rsyslogd: start\n";
    let comparison = compared(&seconds(0..50, "web1"), &(central + &seconds(49..50, "web1")), 10).unwrap();
    assert_eq!((comparison.matched, counts(&comparison)), (50, (0, 0, 0)));
    assert_eq!((comparison.central.other_hosts, comparison.central.excluded), (50, 1));
}

#[test]
fn a_host_that_was_renamed_is_known_by_both_names() {
    let text = seconds(0..900, "localhost") + &seconds(900..1800, "web1.example.org");
    let comparison = compared(&text, &text.replace(".example.org", ""), usize::MAX).unwrap();
    assert_eq!((comparison.matched, counts(&comparison)), (1800, (0, 0, 0)));
    assert_eq!(comparison.hosts.iter().map(ToString::to_string).collect::<Vec<_>>(), ["localhost", "web1"]);
    let relayed = text.clone() + &seconds(1790..1800, "db");
    let notes = compared(&relayed, &text, usize::MAX).unwrap().notes;
    assert!(notes.contains(&"10 entries of the local side are of other hosts (db)".to_owned()), "{notes:?}");
}

#[test]
fn what_was_left_out_at_both_ends_is_told() {
    let (local, central) = (seconds(10..100, "web1"), seconds(0..90, "web1"));
    let directory = Directory::new();
    let (local, central) = (directory.write("local", &local), directory.write("central", &central));
    let request = Request { slack: 9, ..request(&local, &central) };
    let comparison = run::compare(&request, usize::MAX).unwrap();
    assert_eq!(
        (comparison.start.as_str(), comparison.end.as_str()),
        ("2026-11-26T22:00:10", "2026-11-26T22:01:20")
    );
    assert_eq!((comparison.local.outside.before, comparison.local.outside.after), (0, 19));
    assert_eq!((comparison.central.outside.before, comparison.central.outside.after), (10, 9));
    let whole = Request {
        since: Some("2026-11-26T22:00".parse().unwrap()),
        until: Some("2026-11-26T22:01:39".parse().unwrap()),
        ..request
    };
    assert_eq!(counts(&run::compare(&whole, usize::MAX).unwrap()), (0, 10, 10));
}

#[test]
fn a_forged_first_or_last_line_does_not_move_the_window() {
    let gone = seconds(0..40, "web1") + &seconds(41..100, "web1");
    let first = "Nov 26 22:01:30 web1 app[7]: forged\n".to_owned() + &gone;
    assert_eq!(counts(&compared(&first, &seconds(0..100, "web1"), 1000).unwrap()), (0, 1, 1));
    let last = gone + "Nov 26 22:00:20 web1 app[7]: forged\n";
    assert_eq!(counts(&compared(&last, &seconds(0..100, "web1"), 1000).unwrap()), (0, 1, 1));
}

#[test]
fn a_clock_that_began_anew_does_not_move_the_window() {
    let boot = "1970-01-01T00:00:09Z web1 kernel: boot\n";
    let since = |from| format!("{boot}{}", seconds(from..100, "web1"));
    assert_eq!(counts(&compared(&since(50), &since(0), 1000).unwrap()), (0, 0, 0));
}

#[test]
fn a_time_zone_on_one_side_only_is_the_zone_of_both() {
    let with_zone = seconds(0..50, "web1").replace("Nov 26 ", "2026-11-26T").replace(" web1", "+02:00 web1");
    let comparison = compared(&seconds(0..50, "web1"), &with_zone, 1000).unwrap();
    assert_eq!((comparison.matched, counts(&comparison)), (50, (0, 0, 0)));
}

#[test]
fn a_zone_may_be_named_for_stamps_that_have_none() {
    let in_utc = seconds(0..50, "web1").replace("Nov 26 22", "2026-11-26T20").replace(" web1", "Z web1");
    let directory = Directory::new();
    let (local, central) =
        (directory.write("local", &seconds(0..50, "web1")), directory.write("central", &in_utc));
    let named = Request { zone: Some(7200), ..request(&local, &central) };
    assert_eq!(run::compare(&named, usize::MAX).unwrap().matched, 50);
    let bounds = Request {
        since: Some("2026-11-26T22:00".parse().unwrap()),
        until: Some("2026-11-26T22:59".parse().unwrap()),
        ..named
    };
    assert_eq!(
        run::compare(&bounds, usize::MAX).unwrap().matched,
        50,
        "a bound without a zone has that of the log"
    );
    let notes = run::compare(&Request { zone: None, ..bounds }, usize::MAX).unwrap();
    assert_eq!(counts(&notes), (0, 0, 50), "what the central side has is of another time");
}

#[test]
fn where_all_times_are_off_by_the_same_the_zone_is_named() {
    let off = seconds(0..50, "web1").replace(" 22:", " 21:");
    let directory = Directory::new();
    let (local, central) =
        (directory.write("local", &seconds(0..50, "web1")), directory.write("central", &off));
    let bounds = Request {
        since: Some("2026-11-26T20:00".parse().unwrap()),
        until: Some("2026-11-26T23:00".parse().unwrap()),
        ..request(&local, &central)
    };
    let comparison = run::compare(&bounds, usize::MAX).unwrap();
    assert_eq!(counts(&comparison), (50, 0, 0));
    assert!(
        comparison.notes.iter().any(|note| note.contains("by 3600 s") && note.contains("--zone")),
        "{comparison:?}"
    );
}

#[test]
fn a_second_line_of_a_message_is_compared_too() {
    let text = seconds(0..10, "web1") + "  at line 5\n\n" + &seconds(10..20, "web1");
    let comparison = compared(&text, &text.replace("line 5", "line 6"), 1000).unwrap();
    assert_eq!(counts(&comparison), (1, 0, 0));
    assert_eq!(counts(&compared(&text, &text.replace("  at line 5\n\n", ""), 1000).unwrap()), (0, 0, 1));
}

#[test]
fn the_end_of_an_over_long_message_is_compared_where_both_sides_have_it() {
    let with = |end: &str| {
        let long = format!("Nov 26 22:00:09 web1 app: {}{end}\n", "x".repeat(8000));
        seconds(0..10, "web1") + &long + &seconds(10..20, "web1")
    };
    let comparison = compared(&with("abc"), &with("abd"), 1000).unwrap();
    assert_eq!(counts(&comparison), (1, 0, 0));
    let text = comparison.differences[0].local.as_ref().unwrap().text.to_string();
    assert!(text.contains("xabc") && text.len() < 400, "{text}");
    assert_eq!(counts(&compared(&with("abc"), &with("a"), 1000).unwrap()), (0, 0, 0));
}

#[test]
fn an_emptied_log_is_told_where_the_time_and_the_host_are_named() {
    let directory = Directory::new();
    let (local, central) =
        (directory.write("local", ""), directory.write("central", &seconds(0..20, "web1")));
    let request = request(&local, &central);
    assert!(matches!(run::compare(&request, 1000), Err(LogsError::Empty { side: super::Role::Local })));
    let named = Request {
        hosts: vec!["web1".to_owned()],
        since: Some("2026-11-26".parse().unwrap()),
        until: Some("2026-11-27".parse().unwrap()),
        ..request
    };
    assert_eq!(counts(&run::compare(&named, 1000).unwrap()), (0, 20, 0));
}

#[test]
fn more_differences_than_are_kept_are_counted_all_the_same() {
    let local: String = (0..200).map(|_| seconds(0..100, "web1")).collect();
    let comparison = compared(&local, &seconds(0..100, "web1"), 1000).unwrap();
    assert_eq!(counts(&comparison), (0, 0, 19_900));
    assert_eq!(comparison.differences.len(), super::find::KEPT_ENTRIES);
    assert_eq!(comparison.lost_by_program[0].count, 19_900);
    assert!(comparison.notes.iter().any(|note| note.contains("too many")), "{:?}", comparison.notes);
}

#[test]
fn a_side_is_divided_no_further_than_it_must_be() {
    let directory = Directory::new();
    for number in 1..5 {
        directory.write(&format!("log.{number}"), &seconds(1000 - 200 * number..1200 - 200 * number, "web1"));
    }
    let logs =
        source::open(&[directory.write("log", &seconds(1000..1200, "web1"))], Siblings::Taken).unwrap();
    let filter =
        Filter { hosts: Hosts::new([&b"web1"[..]]), clock: super::terms::Clock::Wall, excluded: Vec::new() };
    let progress = Progress::default();
    let reading = Reading { role: super::Role::Local, logs: &logs, filter: &filter, progress: &progress };
    // The key is drawn anew: of eight shares the first has 125 entries, and 100 or fewer once in a hundred runs.
    for (most, bits) in [(1000, 0..=0), (999, 1..=1), (400, 2..=2), (100, 3..=5)] {
        let (side, share) = Side::read(reading, &Keyer::new(Tags::Whole), Share::ALL, most).unwrap();
        assert!(bits.contains(&share.bits), "{most}: {share:?}");
        assert!(side.logs[0].len() <= most, "{most}: {}", side.logs[0].len());
        assert_eq!(side.totals.entries, 1000);
    }
}

#[test]
fn partners_are_kept_together_however_many_there_are() {
    let edited = |text: String| text.replace("number", "numbers");
    let local = seconds(0..3000, "web1").repeat(5);
    let comparison = compared(&local, &edited(local.clone()), usize::MAX).unwrap();
    let (edited, deleted, lost) = counts(&comparison);
    assert_eq!((deleted, lost, edited + lost), (lost, deleted, 15_000), "{comparison:?}");
    assert!(edited >= 9_900, "{edited}");
    assert_eq!(comparison.differences.len() as u64, edited);
}

#[test]
fn partners_are_kept_together_whatever_the_files_that_they_are_in() {
    let directory = Directory::new();
    // Two texts a second, so that there are more than are kept.
    let both = |range: std::ops::Range<u32>| {
        let text = seconds(range, "web1");
        text.clone() + &text.replace("number", "figure")
    };
    directory.write("local.1", &both(0..3600));
    let local = directory.write("local", &both(3600..7200));
    let central = directory.write("central", &both(0..7200).replace(" app", " apps"));
    let comparison = run::compare(&request(&local, &central), usize::MAX).unwrap();
    assert!(comparison.edited >= 9_900, "{}", comparison.edited);
    assert_eq!(comparison.edited + comparison.lost, 14_400);
}

#[test]
fn what_comes_late_into_a_younger_file_does_not_move_the_years_of_the_older_one() {
    let directory = Directory::new();
    let line = |day: u32| format!("Nov {day} 10:00:00 web1 app: day {day}\n");
    let lines = |days: &[u32]| days.iter().map(|day| line(*day)).collect::<String>();
    let local = directory.write("local", &lines(&(10..28).collect::<Vec<_>>()));
    directory.write("central.1", &lines(&[10, 11, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26]));
    let central = directory.write("central", &lines(&[12, 13, 14, 15, 16, 27]));
    let comparison = run::compare(&request(&local, &central), usize::MAX).unwrap();
    assert_eq!((comparison.matched, counts(&comparison)), (18, (0, 0, 0)));
}

#[test]
fn shares_find_what_the_whole_finds() {
    let local = seconds(0..500, "web1") + &seconds(501..1000, "web1");
    let central = seconds(0..700, "web1") + &seconds(701..1000, "web1");
    for most in [1, 10, 300, usize::MAX] {
        let comparison = compared(&local, &central, most).unwrap();
        assert_eq!((comparison.matched, counts(&comparison)), (998, (0, 1, 1)), "{most}");
    }
}
