//! A real session, opened by the machine's own su: what the harness tells must be so in life.
//!
//! Each runs in a mount namespace of its own with a copy of /etc, so the machine stays as it was.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The soft and the hard limit for processes, as /proc/PID/limits words them.
type Nproc = (String, String);

/// Whether the session's machine may raise hard limits.
#[derive(Clone, Copy)]
enum Machine {
    /// It may, as a host may.
    Host,
    /// PID 1 and all others lack CAP_SYS_RESOURCE.
    Container,
}

/// The limit for processes of a session that thekiwi (uid 1013, gid 1091) opens under this file.
fn session(limits_conf: &str) -> Nproc {
    let (explained, session) = explained_session(limits_conf, Machine::Host);
    assert_eq!(explained, session, "what explain says, and what the session has: {limits_conf}");
    session
}

/// What `explain` says of the session's limit for processes, and what the session has.
fn explained_session(limits_conf: &str, machine: Machine) -> (Nproc, Nproc) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/session");
    let mut command = Command::new("unshare");
    match machine {
        Machine::Host => command.arg("-m"),
        Machine::Container => command
            .args(["-m", "-p", "-f", "--mount-proc", "setpriv"])
            .args(["--bounding-set=-sys_resource", "--inh-caps=-sys_resource"]),
    };
    let mut child = command
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_standfast"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("unshare starts");
    let mut input = child.stdin.take().unwrap();
    // Where the script fails before it reads, its own words are worth more than a broken pipe.
    drop(input.write_all(limits_conf.as_bytes()));
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "no session could be opened: this test needs root, mount namespaces, overlayfs and su\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said = String::from_utf8(output.stdout).unwrap();
    let (explained, limits) = said.split_once("--- the session\n").unwrap();
    let row = limits.lines().find_map(|line| line.strip_prefix("Max processes"));
    let mut words = row.expect("a row for processes").split_whitespace();
    let mut word = || words.next().unwrap().to_owned();
    let session = (word(), word());
    let explained: serde_json::Value = serde_json::from_str(explained).unwrap();
    let half = |half: &str| explained["items"][0][half]["value"].as_str().unwrap().to_owned();
    ((half("soft"), half("hard")), session)
}

/// What the session has for processes: `None` is what it has without any line.
#[derive(Clone, Copy)]
struct Should {
    soft: Option<u32>,
    hard: Option<u32>,
}

const UNCHANGED: Should = Should { soft: None, hard: None };
const SOFT_4096: Should = Should { soft: Some(4096), hard: None };

const fn both(number: u32) -> Should {
    Should { soft: Some(number), hard: Some(number) }
}

const SESSIONS: &[(&str, Should)] = &[
    ("1013 soft nproc 4096", UNCHANGED),
    ("@1091 soft nproc 4096", UNCHANGED),
    (":1013 soft nproc 4096", SOFT_4096),
    ("thekiwi soft nproc 4096", SOFT_4096),
    ("@:1091 soft nproc 4096", SOFT_4096),
    ("500:65535 soft nproc 4096", SOFT_4096),
    ("* hard nproc 3865\nthekiwi soft nproc 4096", both(3865)),
    ("* hard nproc 3865\nthekiwi - nproc 4096", both(4096)),
];

#[test]
fn a_session_by_su_has_the_limits_that_the_rules_say() {
    let (soft, hard) = session("");
    for (limits_conf, should) in SESSIONS {
        let word = |number: Option<u32>, kept: &String| {
            number.map_or_else(|| kept.clone(), |number| number.to_string())
        };
        let should = (word(should.soft, &soft), word(should.hard, &hard));
        assert_eq!(session(&format!("{limits_conf}\n")), should, "{limits_conf}");
    }
}

#[test]
fn in_a_container_that_may_not_raise_limits_they_stay_and_explain_says_so() {
    let (_, without) = explained_session("", Machine::Container);
    for limits_conf in ["thekiwi - nproc 99999999\n", "thekiwi hard nproc 99999999\n* soft nproc 5\n"] {
        let (explained, session) = explained_session(limits_conf, Machine::Container);
        assert_eq!(session, without, "{limits_conf}");
        assert_eq!(explained, session, "{limits_conf}");
    }
    let (explained, session) = explained_session("thekiwi - nproc 77\n", Machine::Container);
    assert_eq!((&*session.0, &*session.1), ("77", "77"));
    assert_eq!(explained, session);
}

#[test]
fn the_machine_stays_as_it_was() {
    let files = ["/etc/passwd", "/etc/group", "/etc/security/limits.conf"];
    let before = files.map(|path| std::fs::read(path).unwrap());
    session("thekiwi soft nproc 4096\n");
    assert!(files.map(|path| std::fs::read(path).unwrap()) == before, "{files:?} have changed");
}
