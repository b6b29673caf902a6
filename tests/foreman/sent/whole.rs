//! Whatever a host finds, what it sends is stored whole: no line is dropped, no counter changed, no field refused.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, proptest};
use proptest::sample::select;
use proptest::{prop_oneof, test_runner::Config};
use serde_json::Value;

use super::machine::{Ended, Machine};
use super::{HOST, foreman};
use crate::said::{Said, run};
use crate::standin::Standin;
use crate::standin::logs::LEVELS;
use crate::standin::packing::COUNTERS;
use crate::standin::settings::Settings;

/// Reports to a Foreman with the plugin and to one without, and asserts that both have stored what was found; then what
/// was corrected.
fn is_stored_whole(machine: &Machine) {
    let found = found(&check(machine));
    let with_plugin = foreman(Settings::with_plugin());
    machine.report(&with_plugin.url(), &[]).delivered();
    in_the_plugin(&with_plugin, found, "check");
    machine.report(&with_plugin.url(), &[]).delivered();
    tells_the_same(&with_plugin);
    forget(machine);
    let stock = foreman(Settings::default());
    machine.report(&stock.url(), &["--stock-foreman"]).delivered();
    in_config_reports(&stock, found);
    forget(machine);
    let with_plugin = foreman(Settings::with_plugin());
    in_the_plugin(&with_plugin, apply(machine, &with_plugin), "apply");
}

/// Asserts that two reports of one state differ in their time alone: Foreman keeps each text that it has not seen.
fn tells_the_same(foreman: &Standin) {
    let store = foreman.store();
    let bodies = store.facets_stored.iter().map(|facet| {
        let mut report = facet.report.clone();
        report["reported_at"].take();
        report
    });
    let bodies: Vec<_> = bodies.collect();
    assert_eq!(bodies.len(), 2);
    assert_eq!(bodies[0], bodies[1]);
}

/// Makes the next report the first one again.
fn forget(machine: &Machine) {
    fs::remove_dir_all(machine.path("var/lib/standfast/report")).expect("the spool");
}

/// What a check says in JSON.
fn check(machine: &Machine) -> Said {
    run(&mut machine.command("check", &["--policy", "policy.ini", "--format", "json"]))
}

/// Applies and reports beside it; how many resources are in sync, drifted, corrected and failed.
fn apply(machine: &Machine, foreman: &Standin) -> [usize; 4] {
    let url = foreman.url();
    let ours = ["--policy", "policy.ini", "--format", "json", "--url", &url, "--certname", HOST];
    let user = ["--user", "admin", "--password-file", "/etc/standfast/token"];
    let said = run(&mut machine.command("apply", &[&ours[..], &user].concat()));
    assert!(said.err.contains("delivered to"), "{}", said.err);
    found(&said)
}

/// How many resources are in sync, drifted, corrected and failed, by the program's normal output.
fn found(said: &Said) -> [usize; 4] {
    let outcomes = said.json();
    let outcomes = outcomes.as_array().expect("a list");
    let count = |status: &str| outcomes.iter().filter(|outcome| outcome["outcome"] == status).count();
    let counts = ["in_sync", "drifted", "corrected", "failed"].map(count);
    assert_eq!(counts.iter().sum::<usize>(), outcomes.len());
    counts
}

fn in_the_plugin(foreman: &Standin, found: [usize; 4], mode: &str) {
    let store = foreman.store();
    let sent: Value = serde_json::from_slice(&store.arrivals[0].body).expect("JSON");
    assert!(store.arrivals[0].body.len() <= 64 * 1024, "{} bytes", store.arrivals[0].body.len());
    let stored = &store.facet_of(HOST).expect("a report").report;
    assert_eq!(stored, &sent["drift_report"]);
    let counts = ["in_sync", "drifted", "corrected", "failed"].map(|name| stored[name].as_u64());
    assert_eq!(counts, found.map(|count| Some(count as u64)));
    let told = stored["findings"].as_array().expect("a list");
    let wrong: usize = found[1..].iter().sum();
    let resources = told.iter().filter(|finding| finding["state"] != "finding").count();
    let omitted = usize::try_from(stored["omitted"].as_u64().expect("a number")).expect("small");
    assert!(resources <= wrong && resources + omitted >= wrong, "{resources} and {omitted} of {wrong}");
    assert_eq!(stored["mode"], mode);
}

fn in_config_reports(foreman: &Standin, found: [usize; 4]) {
    let store = foreman.store();
    let sent: Value = serde_json::from_slice(&store.arrivals[1].body).expect("JSON");
    let sent = &sent["config_report"];
    assert_eq!(store.reports.len(), 1);
    let stored = &store.reports[0];
    for counter in COUNTERS {
        assert_eq!(Some(stored.status.get(counter)), sent["status"][counter].as_i64(), "{counter}");
    }
    let clamped = [("pending", found[1]), ("applied", found[2]), ("failed", found[3])];
    for (counter, count) in clamped {
        assert_eq!(stored.status.get(counter), count.min(1_023) as i64, "{counter}");
    }
    let lines = sent["logs"].as_array().expect("a list");
    assert_eq!(stored.logs.len(), lines.len(), "no line is dropped");
    for (line, sent) in stored.logs.iter().zip(lines) {
        assert_eq!(Some(LEVELS[line.level]), sent["log"]["level"].as_str());
        assert_eq!(Some(line.source.as_str()), sent["log"]["sources"]["source"].as_str());
        assert_eq!(Some(line.message.as_str()), sent["log"]["messages"]["message"].as_str());
        let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        assert!(!line.source.contains(char::is_control) && !line.message.contains(is_control), "{line:?}");
    }
    assert_eq!((&stored.metrics, stored.origin), (&sent["metrics"], None), "it is not taken for Puppet's");
    assert_eq!(sent["reporter"], "standfast");
}

/// Whom a line is for: names that are, that are not, and that cannot be.
const DOMAINS: [&[u8]; 12] = [
    b"alice",
    b"@kiwis",
    b"*",
    b"root",
    b":1013",
    b"DOM\\dora",
    b"\xef\xbb\xbfbob",
    b"j\xf6rg",
    b"\x1b[31malice",
    b"a\0b",
    b"\xe2\x80\xaeecila",
    b"Puppet",
];
const TYPES: [&[u8]; 4] = [b"hard", b"soft", b"-", b"SOFT\x07"];
const ITEMS: [&str; 6] = ["nproc", "nofile", "core", "memlock", "maxlogins", "stack"];
const VALUES: [&[u8]; 7] =
    [b"4096", b"unlimited", b"0x10", b"-1", b"5k", b"18446744073709551616", b"\xff\xfe\r"];

/// A line of limits.conf, sometimes with a tail that is longer than any bound.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let words = (select(&DOMAINS[..]), select(&TYPES[..]), select(&ITEMS[..]), select(&VALUES[..]));
    let words =
        words.prop_map(|(domain, kind, item, value)| [domain, kind, item.as_bytes(), value].join(&b' '));
    let tail = prop_oneof![
        6 => Just(Vec::new()),
        1 => (0_usize..12_000).prop_map(|length| [b" #".as_slice(), "é€".repeat(length / 5).as_bytes()].concat()),
        1 => (0_usize..3_000).prop_map(|length| vec![b'x'; length]),
    ];
    (words, tail).prop_map(|(words, tail)| [words.as_slice(), &tail, b"\n"].concat())
}

/// A policy of distinct entries, some with names as long as they may be.
fn policy() -> impl Strategy<Value = String> {
    let domain = prop_oneof![
        4 => select(&["alice", "root", "*", "@kiwis", "@alice", "ghost", "jörg", "DOM\\dora", "Puppet"][..])
            .prop_map(str::to_owned),
        1 => (1_usize..300).prop_map(|length| format!("u{}", "x".repeat(length))),
    ];
    let entry = (domain, select(&["hard", "soft", "-"][..]), select(&ITEMS[..]), 0_u32..9_000);
    vec(entry, 0..70).prop_map(|entries| {
        let mut policy = String::new();
        let mut seen = std::collections::BTreeSet::new();
        for (domain, kind, item, value) in entries {
            // `-` and `hard` of the same name are of the same limit.
            if seen.insert((domain.clone(), item)) {
                policy.push_str(&format!("[limits_entry {domain}/{kind}/{item}]\nvalue = {value}\n"));
            }
        }
        policy
    })
}

/// Where limits.conf is a directory, nothing can be read.
#[derive(Clone, Copy, Debug)]
enum Disk {
    Whole,
    Broken,
}

proptest! {
    #![proptest_config(Config { cases: 48, failure_persistence: None, max_shrink_iters: 64, ..Config::default() })]

    #[test]
    fn whatever_limits_conf_holds_and_whatever_is_wanted_is_stored_whole(
        lines in vec(line(), 0..60),
        policy in policy(),
        disk in prop_oneof![9 => Just(Disk::Whole), 1 => Just(Disk::Broken)],
    ) {
        let machine = Machine::new();
        machine.set_policy(&policy);
        machine.write("etc/security/limits.conf", &lines.concat());
        if let Disk::Broken = disk {
            fs::remove_file(machine.path("etc/security/limits.conf")).unwrap();
            fs::create_dir(machine.path("etc/security/limits.conf")).unwrap();
        }
        is_stored_whole(&machine);
    }
}

#[test]
fn what_two_thousand_entries_find_is_stored_whole_with_its_counts() {
    let machine = Machine::new();
    let (mut policy, mut accounts) = (String::new(), "root:x:0:0:root:/root:/bin/sh\n".to_owned());
    for number in 0..2_000 {
        policy.push_str(&format!("[limits_entry user{number}/hard/nproc]\nvalue = {number}\n"));
        accounts.push_str(&format!("user{number}:x:{0}:{0}::/:/bin/sh\n", 10_000 + number));
    }
    machine.write("etc/passwd", accounts.as_bytes());
    machine.set_policy(&policy);
    assert_eq!(found(&check(&machine)), [0, 2_000, 0, 0]);
    is_stored_whole(&machine);
}

#[test]
fn what_is_found_on_the_files_of_all_distributions_is_stored_whole() {
    let folders = folders();
    assert!(folders.len() >= 47, "{folders:?}");
    for folder in folders {
        is_stored_whole(&copy(&folder));
    }
}

/// Text that no file should hold, and that some parser or table stumbles over.
const JUNK: [&[u8]; 9] = [
    b"\0",
    b"\x1b]0;x\x07",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    b"\xef\xbf\xbe",
    b"{\"",
    b"restrict default \x85",
    b"\n--- a\n+++ b\n",
    b"rocommunity \xc2\x9b",
];

/// A line of junk, sometimes longer than any bound.
fn junk() -> impl Strategy<Value = Vec<u8>> {
    let pieces = vec(select(&JUNK[..]), 1..6).prop_map(|pieces| pieces.concat());
    (pieces, prop_oneof![4 => Just(0_usize), 1 => 900_usize..10_000])
        .prop_map(|(pieces, length)| [&pieces, "ü".repeat(length).as_bytes(), b"\n".as_slice()].concat())
}

proptest! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, max_shrink_iters: 64, ..Config::default() })]

    #[test]
    fn what_is_found_where_junk_has_come_into_the_files_is_stored_whole(
        folder in select(folders()),
        junk in vec((0_usize..1_000, junk()), 1..12),
    ) {
        let machine = copy(&folder);
        let mut files = Vec::new();
        add_files(&machine.path("etc"), &mut files);
        for (place, line) in junk {
            // The place tells the file, and where in it.
            let file = &files[place % files.len()];
            let mut bytes = fs::read(file).expect("a file");
            let at = bytes.len() * place / 1_000;
            bytes.splice(at..at, line);
            fs::write(file, bytes).expect("a file");
        }
        is_stored_whole(&machine);
    }
}

/// A machine with the files and the policy of a folder of the corpus.
fn copy(folder: &Path) -> Machine {
    let machine = Machine::copy(&folder.join("root"));
    machine.set_policy(&fs::read_to_string(folder.join("policy.ini")).expect("a policy"));
    machine
}

/// All folders of the corpus with a root and a policy for it.
fn folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    add_folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus"), &mut folders);
    folders.sort();
    folders
}

fn add_folders(path: &Path, folders: &mut Vec<PathBuf>) {
    if path.join("policy.ini").exists() {
        folders.push(path.to_path_buf());
        return;
    }
    for entry in fs::read_dir(path).expect("a folder") {
        let entry = entry.expect("an entry").path();
        if entry.is_dir() {
            add_folders(&entry, folders);
        }
    }
}

/// All files of a machine but the password of the tests.
fn add_files(path: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(path).expect("a directory");
    let mut entries: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_symlink() || entry.ends_with("standfast") {
            continue;
        } else if entry.is_dir() {
            add_files(&entry, files);
        } else {
            files.push(entry);
        }
    }
}
