//! Two thousand reports through servers that fail and restart at random, of clients that are killed at random: the last
//! state of each host arrives, no report counts twice, and none overtakes another.

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::machine::Machine;
use crate::said::run;
use crate::standin::Standin;
use crate::standin::misbehave::{Misbehaviour, Stage, Stop};
use crate::standin::settings::Settings;
use crate::standin::time::Instant;

/// Hosts that report to each server.
const HOSTS: usize = 10;
/// Reports of each host.
const REPORTS: usize = 100;

/// A number that looks like chance and is the same in each run.
fn chance(seed: usize, below: u64) -> u64 {
    let mixed = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ mixed >> 29) % below
}

/// Half of all connections go wrong, each in another way; few fall silent, which takes until the time is up.
fn mood(connection: usize) -> Option<Misbehaviour> {
    let stage = Stage::PLAIN[usize::try_from(chance(connection + 7, 6)).expect("small")];
    match chance(connection, 100) {
        0..15 => Some(Misbehaviour::Stops(stage, Stop::Close)),
        15..25 => Some(Misbehaviour::Stops(stage, Stop::Reset)),
        25 => Some(Misbehaviour::Stops(stage, Stop::Silence)),
        26..36 => Some(Misbehaviour::FailsAfterStoring),
        36..41 => Some(Misbehaviour::Busy(503, Some("1"))),
        41..45 => Some(Misbehaviour::Busy(429, None)),
        45..50 => Some(Misbehaviour::Garbage),
        _ => None,
    }
}

/// One of the hosts of a server.
struct Node {
    machine: Machine,
    name: String,
    url: String,
    further: &'static [&'static str],
}

impl Node {
    fn new(number: usize, foreman: &Standin, further: &'static [&'static str]) -> Self {
        let name = format!("host{number}.example.com");
        foreman.store().add_host(&name, None);
        Self { machine: Machine::new(), name, url: foreman.url(), further }
    }

    /// Makes a state that was never there before, and reports it; may be killed meanwhile.
    fn report(&self, number: usize, seed: usize) {
        let state = format!("alice hard nproc {}\n", state(number));
        self.machine.write("etc/security/limits.conf", state.as_bytes());
        let is_last = number + 1 == REPORTS;
        let now = if is_last || seed.is_multiple_of(2) { &["--now"][..] } else { &[] };
        let ours =
            ["--policy", "policy.ini", "--url", &self.url, "--certname", &self.name, "--timeout", "1s"];
        let user = ["--user", "admin", "--password-file", "/etc/standfast/token"];
        let mut command = self.machine.command("report", &[&ours[..], &user, now, self.further].concat());
        if is_last || chance(seed, 3) > 0 {
            let said = run(&mut command);
            // Nothing that these servers do is for anybody to put right.
            assert_eq!(said.code, 0, "{said:?}");
            return;
        }
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        thread::sleep(Duration::from_micros(chance(seed + 1, 60_000)));
        child.kill().expect("it is a child");
        child.wait().expect("it is a child");
    }

    /// Sends what waits to a server that has come to reason, without a new report.
    fn settle(&self) {
        let ours = ["--send", "--now", "--url", &self.url, "--certname", &self.name];
        let user = ["--user", "admin", "--password-file", "/etc/standfast/token"];
        let said = run(&mut self.machine.command("report", &[&ours[..], &user, self.further].concat()));
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
        self.machine.has_delivered();
    }
}

/// The limit that the report of this number finds.
fn state(number: usize) -> usize {
    10_000 + number
}

/// Lets all hosts of a server report, while it is killed and restarted; then each sends what waits.
fn soak(foreman: &mut Standin, further: &'static [&'static str]) -> Vec<String> {
    foreman.set(|settings| settings.mood = mood);
    let nodes: Vec<_> = (0..HOSTS).map(|number| Node::new(number, foreman, further)).collect();
    let finished = AtomicUsize::new(0);
    thread::scope(|scope| {
        for (number, node) in nodes.iter().enumerate() {
            let finished = &finished;
            scope.spawn(move || {
                // Counts however it ends, or the loop below would wait for ever.
                let _counted = Counted(finished);
                (0..REPORTS).for_each(|report| node.report(report, number * REPORTS + report));
            });
        }
        for round in 0.. {
            if finished.load(Ordering::SeqCst) == HOSTS {
                break;
            }
            thread::sleep(Duration::from_millis(100 + chance(round, 300)));
            foreman.stop();
            thread::sleep(Duration::from_millis(chance(round + 1, 50)));
            foreman.start_again();
        }
    });
    foreman.set(|settings| settings.mood = |_| None);
    nodes.iter().for_each(Node::settle);
    nodes.into_iter().map(|node| node.name).collect()
}

/// Counts when it goes.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Asserts of the states that were stored of a host, in the order of arrival: each once, none before an older one, and
/// the last of all.
fn is_right(host: &str, stored: &[(Instant, usize)]) {
    assert!(stored.len() > REPORTS / 10, "{host}: only {} arrived", stored.len());
    for pair in stored.windows(2) {
        assert!(pair[0].0 < pair[1].0, "{host}: {pair:?} came in the wrong order");
        assert!(pair[0].1 < pair[1].1, "{host}: {pair:?} is a state twice, or an old one after a new one");
    }
    assert_eq!(stored.last().map(|last| last.1), Some(state(REPORTS - 1)), "{host}: the last state");
}

/// The number in a text that says `hard 10042`, or `soft`.
fn number(text: &str) -> usize {
    let digits = text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 5);
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("no state in {text:?}"))
}

#[test]
fn a_thousand_reports_to_a_plugin_that_fails_and_restarts_lose_and_double_nothing() {
    let mut foreman = Standin::lasting(Settings::with_plugin());
    let names = soak(&mut foreman, &[]);
    let store = foreman.store();
    for name in names {
        let id = store.hosts.iter().find(|host| host.name == name).expect("the host").id;
        let of_host = store.facets_stored.iter().filter(|facet| facet.host == id);
        let states = of_host.map(|facet| {
            let is = facet.report["findings"][0]["changes"][0]["is"].as_str().expect("a text");
            (facet.reported_at, number(is))
        });
        is_right(&name, &states.collect::<Vec<_>>());
    }
    assert!(store.reports.is_empty(), "what Puppet told is left alone");
}

#[test]
fn a_thousand_reports_to_a_stock_foreman_that_fails_and_restarts_lose_and_double_nothing() {
    let mut foreman = Standin::lasting(Settings::default());
    let names = soak(&mut foreman, &["--stock-foreman"]);
    let store = foreman.store();
    for name in names {
        let id = store.hosts.iter().find(|host| host.name == name).expect("the host").id;
        let of_host = store.reports.iter().filter(|report| report.host == id);
        let states = of_host.map(|report| (report.reported_at, number(&report.logs[0].message)));
        is_right(&name, &states.collect::<Vec<_>>());
    }
}
