//! Two thousand runs of the program against a server that fails at random and is killed and started again, while the
//! program itself is killed at random: what was put is in the spool or with the server at each moment, and whole.
//!
//! The figures are printed: `cargo test --test foreman soak -- --nocapture`.
#![allow(clippy::print_stdout, reason = "figures, and the seeds of a run that failed")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::bounded::{self, Bounded, start};
use crate::proved::authority;
use crate::standin::misbehave::{Misbehaviour, Stage, Stop, When};
use crate::standin::pki::Leaf;
use crate::standin::settings::Settings;
use crate::standin::time::Instant;
use crate::standin::tls::ClientCertificates;
use crate::standin::{Service, Standin};

const HOSTS: usize = 8;
const RUNS_OF_A_HOST: usize = 250;
/// A run takes some 20 ms; a kill comes at any moment of that, sometimes after it.
const LONGEST_LIFE: u64 = 30_000;

const POLICY: &str = "[limits_entry */hard/core]\nvalue = 0\nbound = at_most\n";

/// Numbers that look like chance; the failing run can be told by its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        // SplitMix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}

/// A host: its files, and what is known of its reports.
struct Host<'s> {
    name: String,
    root: PathBuf,
    foreman: &'s Standin,
    chance: Chance,
    /// The newest state that was put for certain; 0 for none.
    put: u64,
    kills: usize,
    starts: usize,
}

impl Drop for Host<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl<'s> Host<'s> {
    fn new(number: usize, foreman: &'s Standin) -> Self {
        // In memory where there is such a place: a kill spares the page cache.
        let shared = Path::new("/dev/shm");
        let place = if shared.is_dir() { shared.to_path_buf() } else { std::env::temp_dir() };
        let root = place.join(format!("standfast-soak-{}-{number}", std::process::id()));
        for directory in ["", "etc", "etc/security", "var", "var/lib"] {
            fs::create_dir(root.join(directory)).unwrap();
            fs::set_permissions(root.join(directory), fs::Permissions::from_mode(0o755)).unwrap();
        }
        for (name, text) in
            [("policy.ini", POLICY), ("ca.pem", &authority().certificate), ("password", "changeme\n")]
        {
            fs::write(root.join(name), text).unwrap();
            fs::set_permissions(root.join(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
        let name = format!("web{number}.example.com");
        foreman.store().add_host(&name, None);
        let seed = u64::from(std::process::id()) << 8 | number as u64;
        println!("{name}: seed {seed}");
        Self { name, root, foreman, chance: Chance(seed), put: 0, kills: 0, starts: 0 }
    }

    fn command(&mut self, arguments: &[&str]) -> Command {
        self.starts += 1;
        let mut command = Command::new(env!("CARGO_BIN_EXE_standfast"));
        let port = self.foreman.address.port();
        command.arg("report").args(arguments).arg("--root").arg(&self.root);
        command.args(["--now", "--user", "admin", "--certname", &self.name]);
        command.args(["--url", &format!("https://localhost:{port}"), "--ca-file", "/ca.pem"]);
        command.args(["--password-file", "/password"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn check(&mut self, state: u64) -> Command {
        fs::write(self.root.join("etc/security/limits.conf"), format!("* hard core {state}\n")).unwrap();
        let policy = self.root.join("policy.ini");
        self.command(&["--policy", policy.to_str().unwrap()])
    }

    /// One run with a state of its own, in peace or killed, alone or beside another that sends what waits.
    fn run(&mut self, state: u64) {
        let mut run = start(&mut self.check(state));
        let other = self.chance.one_in(8).then(|| start(&mut self.command(&["--send"])));
        let is_killed = self.chance.one_in(4);
        if is_killed {
            thread::sleep(Duration::from_micros(self.chance.below(LONGEST_LIFE)));
            run.child.kill().unwrap();
            self.kills += 1;
        }
        let output = run.output();
        let beside = other.map(Bounded::output);
        let when =
            format!("{}, state {state}, killed: {is_killed}, {output:?}, beside {beside:?}", self.name);
        for output in beside.iter().chain((!is_killed).then_some(&output)) {
            is_healthy(output, &when);
        }
        self.look(state, !is_killed, &when);
        // Else almost each report would be replaced before it is tried once more.
        if !self.waiting(&when).is_empty() && !self.chance.one_in(3) {
            let output = bounded::output(&mut self.command(&["--send"]));
            let when = format!("{when}, then {output:?}");
            is_healthy(&output, &when);
            self.look(state, !is_killed, &when);
        }
    }

    /// What was put must be there, whole, and the newest only; `is_put` says whether this state must be.
    fn look(&mut self, state: u64, is_put: bool, when: &str) {
        let waiting = self.waiting(when);
        let stored = self.stored();
        if is_put || waiting.contains(&state) || stored == state {
            self.put = state;
        }
        let newest = waiting.iter().copied().max().unwrap_or(0).max(stored);
        assert_eq!(newest, self.put, "lost; waiting {waiting:?}, stored {stored}: {when}");
        assert!(waiting.len() <= 1 || !is_put, "not collapsed, {waiting:?}: {when}");
        let dead = fs::read_dir(self.spool("dead")).map_or(0, Iterator::count);
        assert_eq!(dead, 0, "a dead letter: {when}");
    }

    fn spool(&self, directory: &str) -> PathBuf {
        self.root.join("var/lib/standfast/report").join(directory)
    }

    /// The states that wait in the spool.
    fn waiting(&self, when: &str) -> Vec<u64> {
        let Ok(entries) = fs::read_dir(self.spool("pending")) else { return Vec::new() };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let reports = names.filter(|name| !name.starts_with(".standfast-"));
        let texts = reports.map(|name| fs::read_to_string(self.spool("pending").join(name)).unwrap());
        let body = |text: String| {
            let body = text.split_once('\n').unwrap_or_else(|| panic!("half: {when}")).1.to_owned();
            serde_json::from_str::<Value>(&body).unwrap_or_else(|error| panic!("half, {error}: {when}"))
        };
        texts.map(|text| state_of(&body(text)["drift_report"])).collect()
    }

    /// The state that the server has; 0 for none.
    fn stored(&self) -> u64 {
        self.foreman.store().facet_of(&self.name).map_or(0, |facet| state_of(&facet.report))
    }

    /// The server is well again: whatever waits arrives with one more start.
    fn finish(&mut self) {
        let output = bounded::output(&mut self.command(&["--send"]));
        assert!(output.status.success(), "{output:?}");
        let (waiting, stored) = (self.waiting("in the end"), self.stored());
        assert_eq!((waiting, stored), (vec![], self.put), "{}: {output:?}", self.name);
    }
}

/// A run that was not killed has no trouble but the server's.
fn is_healthy(output: &Output, when: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    let is_known = said.is_empty() || said.lines().all(|line| line.starts_with("standfast: report: "));
    assert!(output.status.success() && is_known, "{when}");
}

/// The number in `* hard core NUMBER`, which the report cites.
fn state_of(report: &Value) -> u64 {
    let text = report["findings"][0]["evidence"][0]["text"].as_str().unwrap();
    text.rsplit(' ').next().unwrap().parse().unwrap()
}

/// What can happen to one connection in four.
fn misbehaviours(chance: &mut Chance, connections: usize) -> Vec<(When, Misbehaviour)> {
    let stages = [
        Stage::Accepted,
        Stage::Handshake,
        Stage::RequestHead,
        Stage::Request,
        Stage::Stored,
        Stage::AnswerHead,
        Stage::AnswerBody,
    ];
    let mut kinds = vec![
        Misbehaviour::Garbage,
        Misbehaviour::Busy(503, None),
        Misbehaviour::Busy(429, Some("1")),
        Misbehaviour::FailsAfterStoring,
    ];
    for stop in [Stop::Close, Stop::Reset] {
        kinds.extend(stages.map(|stage| Misbehaviour::Stops(stage, stop)));
    }
    let unlucky: Vec<usize> = (0..connections).filter(|_| chance.one_in(4)).collect();
    let kind = |at| {
        let kind = kinds[usize::try_from(chance.below(kinds.len() as u64)).unwrap()].clone();
        (When::Connections(at..at + 1), kind)
    };
    unlucky.into_iter().map(kind).collect()
}

/// Kills the server and starts it again until the runs are over.
fn torment(foreman: &Standin, is_over: &AtomicBool) -> usize {
    let (mut chance, mut kills) = (Chance(7), 0);
    while !is_over.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(50 + chance.below(300)));
        foreman.kill();
        kills += 1;
        thread::sleep(Duration::from_millis(chance.below(60)));
        foreman.restart();
    }
    kills
}

/// What came, in the order in which it came: a report is the same whenever it comes, and nothing older comes after a
/// newer one but what a killed run left on the wire.
fn judge_arrivals(foreman: &Standin, kills: usize) {
    let (mut bodies, mut newest, mut stragglers) = (BTreeMap::new(), BTreeMap::new(), 0);
    let store = foreman.store();
    for arrival in &store.arrivals {
        let body: Value = serde_json::from_slice(&arrival.body).unwrap();
        let text = |name: &str| body["drift_report"][name].as_str().unwrap().to_owned();
        let (host, reported_at) = (text("host"), Instant::parse(&text("reported_at")).unwrap());
        let first = bodies.entry((host.clone(), reported_at)).or_insert_with(|| arrival.body.clone());
        assert_eq!(*first, arrival.body, "a report of {host} has changed between two tries");
        let newest = newest.entry(host).or_insert(reported_at);
        stragglers += usize::from(reported_at < *newest);
        *newest = reported_at.max(*newest);
    }
    assert!(stragglers <= kills, "{stragglers} came after a newer one");
    assert!(store.facets_stored.len() <= bodies.len(), "{} of {}", store.facets_stored.len(), bodies.len());
    let replays = store.arrivals.len() - bodies.len();
    println!(
        "{} arrived, {replays} again, {stragglers} late, {} stored",
        store.arrivals.len(),
        store.facets_stored.len()
    );
    assert!(replays > 50, "the server was too kind: {replays}");
}

#[test]
fn two_thousand_reports_arrive_through_a_server_and_a_client_that_are_killed() {
    let start = std::time::Instant::now();
    let settings = Settings {
        fails_one_in: 7,
        misbehaviours: misbehaviours(&mut Chance(42), 2 * HOSTS * RUNS_OF_A_HOST),
        ..Settings::with_plugin()
    };
    let server = authority().issue(Leaf::SERVER);
    let foreman = Standin::tls(Service::Foreman, settings, &server, &ClientCertificates::Ignored);
    let (is_over, left) = (AtomicBool::new(false), AtomicUsize::new(HOSTS));
    let (starts, kills, deaths) = thread::scope(|scope| {
        let tormenting = scope.spawn(|| torment(&foreman, &is_over));
        let one = |number| {
            let (foreman, is_over, left) = (&foreman, &is_over, &left);
            scope.spawn(move || {
                let mut host = Host::new(number, foreman);
                let over = Over { is_over, left };
                (1..=RUNS_OF_A_HOST as u64).for_each(|state| host.run(state));
                drop(over);
                host
            })
        };
        let hosts: Vec<_> = (0..HOSTS).map(one).collect::<Vec<_>>();
        let hosts: Vec<_> = hosts.into_iter().map(|host| host.join().unwrap()).collect();
        let deaths = tormenting.join().unwrap();
        foreman.set(|settings| (settings.misbehaviours, settings.fails_one_in) = (Vec::new(), 0));
        let (mut starts, mut kills) = (0, 0);
        for mut host in hosts {
            host.finish();
            starts += host.starts;
            kills += host.kills;
        }
        (starts, kills, deaths)
    });
    judge_arrivals(&foreman, kills);
    println!(
        "{starts} starts, {kills} killed, the server {deaths} times, {:.1} s",
        start.elapsed().as_secs_f64()
    );
    assert!(kills > 300 && deaths > 20, "{kills} and {deaths} kills");
}

/// Says that a host is done, also when it fails: else nobody would stop the kills of the server.
struct Over<'o> {
    is_over: &'o AtomicBool,
    left: &'o AtomicUsize,
}

impl Drop for Over<'_> {
    fn drop(&mut self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 || thread::panicking() {
            self.is_over.store(true, Ordering::SeqCst);
        }
    }
}
