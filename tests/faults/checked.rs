//! kill -9 at every system call of a run that asks rsyslogd before it writes: in a thread with mounts of its own.

use std::fs;
use std::process::Command;
use std::time::Instant;

use nix::libc;

use crate::judge::{Found, Judge};
use crate::scenario::{Scenario, Target};
use crate::tracer::{Followed, follow};
use crate::tree::Tree;

const MAIN: &str = "/etc/rsyslog.conf";
const DROP_IN: &str = "/etc/rsyslog.d/00-standfast-central.conf";
const STATE: &str = "/var/lib/standfast";

const OLD: &[u8] = b"module(load=\"imuxsock\")\n\
    include(file=\"/etc/rsyslog.d/*.conf\" mode=\"optional\")\n\
    *.* action(type=\"omfile\" file=\"/var/log/all\")\n\
    *.* @@192.0.2.2:514\n";

/// The old forward goes and ours comes: a file that is replaced and one that is new, each of which rsyslogd is asked of.
const FORWARD: Scenario = Scenario {
    name: "a forward that rsyslogd has checked",
    policy: "[rsyslog_forward central]\ntarget = 192.0.2.2\n",
    targets: &[],
    build: |tree| {
        tree.directory("/etc/rsyslog.d", 0o755);
        tree.file(MAIN, OLD);
        for directory in ["/var/lib/dpkg", "/var/spool/rsyslog", "/var/log"] {
            tree.directory(directory, 0o755);
        }
        tree.directory(STATE, 0o700);
        tree.file(
            "/var/lib/dpkg/status",
            b"Package: rsyslog\nStatus: install ok installed\nVersion: 8.2302.0-1\n",
        );
    },
};

/// A machine of its own with rsyslogd and the tree's /etc and /var, whose mounts would be everyone's if nobody made them private. In
/// the end it waits for what a killed run has started, and looks whether a mount was left.
const MACHINE: &str = r#"
set -e
exec 2>&1
mount -t overlay -o "lowerdir=$4:/usr" daemons /usr
mount --bind "$1/etc" /etc
mount --bind "$1/var" /var
mount --make-rshared /
cat /proc/self/mountinfo > "$1/mounts"
root=$1 program=$2 policy=$3 code=0
sh -c 'umask 0077; echo ready; read -r go; exec "$@"' sh "$program" apply --policy "$policy" || code=$?
while set -- /proc/[0-9]*; [ $# -gt 1 ]; do sleep 0.01; done
cat /proc/self/mountinfo > "$root/mounts-after"
exit "$code"
"#;

fn run(tree: &Tree, kill_at: Option<usize>) -> Followed {
    let policy = tree.beside("forward.ini");
    fs::write(&policy, FORWARD.policy).unwrap();
    let mut command = Command::new("unshare");
    command.args(["-m", "-p", "-f", "--mount-proc", "sh", "-c", MACHINE, "sh"]);
    command.arg(&tree.root).arg(env!("CARGO_BIN_EXE_standfast")).arg(policy);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/target/daemons/rsyslog/usr"));
    let followed = follow(&mut command, kill_at);
    let mounts = |name: &str| fs::read_to_string(tree.root.join(name)).unwrap();
    assert_eq!(mounts("mounts"), mounts("mounts-after"), "a mount stays, killed at {kill_at:?}");
    followed
}

/// The scenario with what a run that nobody disturbs makes of its files.
fn whole(tree: &Tree) -> (Scenario, Followed) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/daemons");
    assert!(Command::new(script).status().unwrap().success(), "{script} failed: no rsyslogd can be asked");
    FORWARD.prepare(tree);
    let followed = run(tree, None);
    assert_eq!(followed.code, Some(2), "{}", followed.output);
    let new = |path: &str| -> Option<&'static [u8]> { Some(tree.read(path)?.leak()) };
    let targets = vec![
        Target::plain(MAIN, Some(OLD), new(MAIN), &["central"]),
        Target::plain(DROP_IN, None, new(DROP_IN), &["central"]),
    ];
    assert!(targets.iter().all(|target| target.after.is_some() && target.after != target.before));
    (Scenario { targets: targets.leak(), ..FORWARD }, followed)
}

/// Nothing of the check is on the disk: its files are in memory, and its mounts are gone with the thread.
fn nothing_stays_of_the_check(tree: &Tree, when: &str) {
    for entry in fs::read_dir(tree.at(STATE)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(["lock", "backups"].contains(&name.as_str()), "{when}: {STATE}/{name} stays");
    }
    for entry in fs::read_dir(tree.at("/etc/rsyslog.d")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_known = DROP_IN.ends_with(&name) || name.starts_with(".standfast-");
        assert!(is_known, "{when}: {name} stays");
    }
}

#[test]
fn a_forward_that_rsyslogd_is_asked_of_survives_a_kill_at_every_call() {
    let start = Instant::now();
    let tree = Tree::new();
    let (scenario, whole) = whole(&tree);
    let judge = Judge::new(&scenario, &tree);
    let has = |call| whole.calls.iter().filter(|made| **made == call).count();
    assert!(has(libc::SYS_unshare) == 2 && has(libc::SYS_mount) >= 6, "rsyslogd was not asked in private");
    // Before it has the lock it only reads.
    let first = whole.calls.iter().position(|call| *call == libc::SYS_flock).unwrap();
    let (mut kills, mut old, mut strays) = (0, [0, 0], 0);
    for at in first.. {
        let when = format!("{}, killed at call {at}", scenario.name);
        scenario.prepare(&tree);
        let followed = run(&tree, Some(at));
        if !followed.is_killed {
            assert_eq!(followed.code, Some(2), "{when}: {}", followed.output);
            break;
        }
        assert_eq!(followed.code, Some(137), "{when}: {}", followed.output);
        kills += 1;
        let left = judge.look(&tree, &when);
        nothing_stays_of_the_check(&tree, &when);
        for (old, left) in old.iter_mut().zip(&left) {
            *old += usize::from(*left == Found::Old);
        }
        strays += usize::from(!tree.strays().is_empty());
        let next = run(&tree, None);
        // No rsyslogd runs here, which is drift in any case.
        assert_eq!(next.code, Some(2), "{when}: the next run: {}", next.output);
        let has_changed = next.output.starts_with("changed");
        assert_eq!(has_changed, left.contains(&Found::Old), "{when}: the next run: {}", next.output);
        assert_eq!(judge.look(&tree, &when), [Found::New, Found::New], "{when}");
        assert!(tree.strays().is_empty(), "{when}: {:?}", tree.strays());
    }
    assert!(kills > 100 && old.iter().all(|old| (1..kills).contains(old)), "{kills} kills, {old:?} old");
    println!(
        "{}: {kills} kills, {old:?} left the one or the other file old, {strays} a temp file that the next run swept, \
         {:.1} s",
        scenario.name,
        start.elapsed().as_secs_f64()
    );
}
