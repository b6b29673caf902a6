//! A real session, opened by the machine's own su: what the harness tells must be so in life.
//!
//! Each runs in a mount namespace of its own with a copy of /etc, so the machine stays as it was.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The soft and the hard limit for processes, as /proc/PID/limits words them.
type Nproc = (String, String);

/// The limit for processes of a session that thekiwi (uid 1013, gid 1091) opens under this file.
fn session(limits_conf: &str) -> Nproc {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/session");
    let mut child = Command::new("unshare")
        .arg("-m")
        .arg(script)
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
    let limits = String::from_utf8(output.stdout).unwrap();
    let row = limits.lines().find_map(|line| line.strip_prefix("Max processes"));
    let mut words = row.expect("a row for processes").split_whitespace();
    let mut word = || words.next().unwrap().to_owned();
    (word(), word())
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
fn the_machine_stays_as_it_was() {
    let files = ["/etc/passwd", "/etc/group", "/etc/security/limits.conf"];
    let before = files.map(|path| std::fs::read(path).unwrap());
    session("thekiwi soft nproc 4096\n");
    assert!(files.map(|path| std::fs::read(path).unwrap()) == before, "{files:?} have changed");
}
