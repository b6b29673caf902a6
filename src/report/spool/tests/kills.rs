//! kill -9, or an error, at every system call that changes something: no report is lost, none is half, and the next open
//! repairs.
//!
//! The killed program is this one, started for one test alone, so that its calls are those of the spool.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use super::*;

const ROOT: &str = "STANDFAST_TEST_SPOOL";
const FATE: &str = "STANDFAST_TEST_FATE";
const TEST: &str = "report::spool::tests::kills::a_report_ends_where_its_receiver_sends_it";

/// What the receiver makes of each report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Taken,
    Refused,
    Deferred,
}

const FATES: [Fate; 3] = [Fate::Taken, Fate::Refused, Fate::Deferred];

/// What waits before the program starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    NoSpool,
    AnOlder,
}

fn now_report(body: &str) -> Frozen {
    Frozen { reported_at: Time::now().to_string(), ..report("11:00:00", body) }
}

/// The program: puts a report, sends what waits, and says each step once it is done.
fn live(root: &Root, fate: Fate, text: &str) {
    let say = |line: String| std::io::stdout().write_all(line.as_bytes()).unwrap();
    let spool = Spool::open(root, Bounds::default()).unwrap();
    spool.put(now_report(text)).unwrap();
    say("has put\n".into());
    let mut flight = spool.flight().unwrap().unwrap();
    while let Some(pending) = flight.next().unwrap() {
        say(format!("sends {}\n", body(&pending)));
        let settled = match fate {
            Fate::Taken => Settled::Delivered,
            Fate::Refused => Settled::Dead { reason: "422".into() },
            Fate::Deferred => Settled::Again { not_before: Time::now(), reason: "503".into() },
        };
        flight.settle(&pending, settled).unwrap();
        say("has settled\n".into());
    }
}

fn prepare(before: Before) -> Host {
    let host = Host::new();
    if before == Before::AnOlder {
        Spool::open(host.root(), Bounds::default()).unwrap().put(now_report("old")).unwrap();
    }
    host
}

/// Where the report with this body is.
#[derive(Debug, Default, PartialEq, Eq)]
struct Where {
    pending: usize,
    dead: usize,
    taken: bool,
}

fn place_of(host: &Host, text: &str) -> Where {
    let spool = Spool::open(host.root(), Bounds::default()).unwrap();
    let digest = report("11:00:00", text).digest;
    let count = |directory: &str| {
        let names = host.names(directory).into_iter().filter(|name| name.ends_with(".report"));
        let texts = names.map(|name| fs::read(host.at(directory).join(name)).unwrap());
        texts.filter(|bytes| bytes.ends_with(format!("\n{text}").as_bytes())).count()
    };
    Where {
        pending: count("pending"),
        dead: count("dead"),
        taken: spool.state().unwrap().delivered.is_some_and(|last| last.digest == digest),
    }
}

/// Whether a report is where its receiver has sent it, and nowhere else.
fn has_ended(place: &Where, fate: Fate) -> bool {
    let (pending, dead, taken) = match fate {
        Fate::Taken => (0, 0, true),
        Fate::Refused => (0, 1, false),
        Fate::Deferred => (1, 0, false),
    };
    *place == Where { pending, dead, taken }
}

/// Looks at what a killed run has left, by what it has said.
fn judge(host: &Host, fate: Fate, before: Before, said: &str, when: &str) {
    // Before anything repairs it: what has its name is whole.
    for name in host.at("pending").exists().then(|| host.names("pending")).into_iter().flatten() {
        if !name.starts_with(".standfast-") {
            let bytes = fs::read(host.at("pending").join(&name)).unwrap();
            assert!(Frozen::decode(&name, &bytes).is_ok(), "{when}: {name} is half");
        }
    }
    let (new, old) = (place_of(host, "new"), place_of(host, "old"));
    let when = format!("{when}: new {new:?}, old {old:?}, said {said:?}");
    let is_anywhere = |place: &Where| place.pending + place.dead > 0 || place.taken;
    if said.contains("has put") {
        assert!(is_anywhere(&new), "lost: {when}");
    } else if before == Before::AnOlder {
        assert!(is_anywhere(&new) || old.pending == 1, "neither: {when}");
    }
    assert!(new.pending + new.dead <= 1 && old.pending + old.dead <= 1, "twice: {when}");
    assert!(new.pending + old.pending <= 1 || !said.contains("has put"), "not collapsed: {when}");
    if said.contains("has settled") {
        let is = has_ended(&new, fate);
        assert!(is, "not settled: {when}");
    }
    for name in host.names("dead").into_iter().filter(|name| !name.ends_with(".reason")) {
        let reason = fs::read_to_string(host.at("dead").join(format!("{name}.reason"))).unwrap();
        assert!(reason.ends_with(" 422\n"), "{when}: {reason}");
    }
    for directory in ["", "pending", "dead"] {
        let temp = host.names(directory).into_iter().find(|name| name.starts_with('.'));
        assert_eq!(temp, None, "{when}: the next open sweeps");
    }
}

/// The program under strace, which writes its log or kills.
fn run(host: &Host, fate: Fate, options: &[&str]) -> Output {
    let mut command = Command::new("strace");
    command.arg("-f").args(options).arg(std::env::current_exe().unwrap());
    command.args(["--exact", TEST, "--test-threads=1"]);
    // A backtrace would read the whole program's debugging information, each of its calls traced.
    command.env(ROOT, host.path()).env(FATE, format!("{fate:?}")).env("RUST_BACKTRACE", "0");
    command.output().expect("these tests need strace: apt-get install strace")
}

/// The calls that change something, each with its number among those of its name in its thread; the test program's
/// own start left out: from the first that names the root on.
fn changing_calls(host: &Host, log: &Path) -> Vec<(String, usize)> {
    const CHANGING: [&str; 9] =
        ["openat", "mkdirat", "write", "fsync", "renameat", "renameat2", "unlinkat", "flock", "ftruncate"];
    let log = fs::read_to_string(log).unwrap();
    let root = host.path().to_str().unwrap();
    let calls = log.lines().filter_map(|line| {
        let (thread, call) = line.split_once(' ')?;
        let (name, rest) = call.trim_start().split_once('(')?;
        Some((thread, name, rest))
    });
    let begins = calls.clone().position(|(.., rest)| rest.contains(root)).unwrap();
    let thread = calls.clone().nth(begins).unwrap().0;
    let (mut counts, mut changing) = (std::collections::BTreeMap::<&str, usize>::new(), Vec::new());
    for (at, (of, name, rest)) in calls.enumerate() {
        if of != thread {
            continue;
        }
        let count = counts.entry(name).or_default();
        *count += 1;
        let is_changing = CHANGING.contains(&name) && (name != "openat" || rest.contains("O_CREAT"));
        if at >= begins && is_changing {
            changing.push((name.to_owned(), *count));
        }
    }
    changing
}

/// What is done to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    Kill,
    /// It fails, as on a disk that breaks.
    Fail,
}

fn walk(fate: Fate, before: Before, blow: Blow) {
    let host = prepare(before);
    let log = host.path().join("strace.log");
    let output = run(&host, fate, &["-y", "-o", log.to_str().unwrap()]);
    assert!(output.status.success(), "strace may not trace here, or the test fails: {output:?}");
    judge(&host, fate, before, &String::from_utf8_lossy(&output.stdout), "in peace");
    let calls = changing_calls(&host, &log);
    assert!(calls.len() > 25, "{fate:?}, {before:?}: {calls:?}");
    let (mut lived, mut settled) = (0, 0);
    for (name, number) in &calls {
        let when = format!("{fate:?}, {before:?}, {blow:?} at {name} {number}");
        let host = prepare(before);
        let what = if blow == Blow::Kill { "signal=SIGKILL" } else { "error=EIO" };
        let inject = format!("inject={name}:{what}:when={number}");
        let trace = format!("trace={name}");
        let output = run(&host, fate, &["-o", "/dev/null", "-e", &trace, "-e", &inject]);
        match blow {
            Blow::Kill => assert_eq!(output.status.signal(), Some(9), "{when}: was not killed"),
            // What the program does not say it has not done; what it says is true.
            Blow::Fail => assert!(output.status.code().is_some(), "{when}: {output:?}"),
        }
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        lived += usize::from(said.contains("has put"));
        settled += usize::from(said.contains("has settled"));
        judge(&host, fate, before, &said, &when);
        // The next run, with nothing in its way. What it puts is newer.
        live(host.root(), fate, "newer");
        assert!(has_ended(&place_of(&host, "newer"), fate), "{when}: the next run");
        for older in ["new", "old"] {
            assert_eq!(place_of(&host, older).pending, 0, "{when}: the next run");
        }
    }
    assert!(lived > 0 && settled > 0 && lived < calls.len(), "{lived} and {settled} of {}", calls.len());
}

#[test]
fn a_report_ends_where_its_receiver_sends_it() {
    if let (Some(root), Ok(fate)) = (std::env::var_os(ROOT), std::env::var(FATE)) {
        let fate = FATES.into_iter().find(|known| format!("{known:?}") == fate).unwrap();
        // strace counts the calls of each thread by itself: the numbers of this one must be beyond those of the other.
        (0..100).for_each(|_| fs::write("/dev/null", b" ").unwrap());
        return live(&Root::open(Path::new(&root)).unwrap(), fate, "new");
    }
    for fate in FATES {
        for before in [Before::NoSpool, Before::AnOlder] {
            let host = prepare(before);
            live(host.root(), fate, "new");
            judge(&host, fate, before, "has put, has settled", "in peace");
            assert_eq!(place_of(&host, "old"), Where::default(), "what was replaced is gone");
        }
    }
}

#[test]
fn a_report_that_is_taken_survives_a_kill_at_every_change() {
    walk(Fate::Taken, Before::NoSpool, Blow::Kill);
    walk(Fate::Taken, Before::AnOlder, Blow::Kill);
}

#[test]
fn a_report_that_is_refused_survives_a_kill_at_every_change() {
    walk(Fate::Refused, Before::AnOlder, Blow::Kill);
}

#[test]
fn a_report_that_is_deferred_survives_a_kill_at_every_change() {
    walk(Fate::Deferred, Before::AnOlder, Blow::Kill);
}

#[test]
fn a_report_survives_an_error_at_every_change() {
    walk(Fate::Taken, Before::NoSpool, Blow::Fail);
    walk(Fate::Refused, Before::AnOlder, Blow::Fail);
    walk(Fate::Deferred, Before::AnOlder, Blow::Fail);
}
