//! Processes of a made-up /proc, and of this machine.

use std::path::Path;
use std::process::{Command, Stdio};

use super::*;
use crate::testing::TestRoot;

const STAT: &str = " S 1 1 1 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 12345 1 1 18446744073709551615 1 1\n";

fn limits() -> Vec<u8> {
    Root::host().unwrap().read(Path::new("/proc/self/limits")).unwrap()
}

fn add(dir: &mut TestRoot, pid: u32, status: &str, stat: &str, cgroup: &str) {
    let status = format!("Name:\tx\n{status}\nGid:\t5\t5\t5\t5\n");
    dir.file(&format!("/proc/{pid}/status"), status.as_bytes());
    dir.file(&format!("/proc/{pid}/stat"), format!("{pid} {stat}").as_bytes());
    dir.file(&format!("/proc/{pid}/cgroup"), cgroup.as_bytes());
    dir.file(&format!("/proc/{pid}/limits"), &limits());
}

#[test]
fn the_real_user_counts_and_units_are_named() {
    let mut dir = TestRoot::new();
    dir.file("/proc/stat", b"cpu 1\nbtime 1000\n").file("/proc/self/status", b"");
    let kiwi = "Uid:\t1013\t0\t0\t0";
    add(&mut dir, 10, kiwi, &format!("(a) (b) c){STAT}"), "0::/user.slice/user-1013.slice/session-3.scope\n");
    add(&mut dir, 9, kiwi, &format!("(cron){STAT}"), "0::/system.slice/cron.service\n");
    add(&mut dir, 11, "Uid:\t0\t1013\t1013\t1013", &format!("(other){STAT}"), "0::/\n");
    add(&mut dir, 12, kiwi, &format!("(kthread){}", STAT.replace("4194304", "2097216")), "0::/\n");
    add(&mut dir, 13, kiwi, "(damaged) S 1", "0::/\n");
    dir.file("/proc/14/status", b"Name:\tgone\nUid:\t1013\t1013\t1013\t1013\n");
    let found = processes_of(&dir.open(), Uid(1013)).unwrap();

    let told: Vec<_> = found.iter().map(|p| (p.pid, p.name.as_str(), p.unit.as_deref(), p.session)).collect();
    let expected =
        [(9, "cron", Some("cron.service"), false), (10, "a) (b) c", Some("session-3.scope"), true)];
    assert_eq!(told, expected);
    assert_eq!(found[0].started, 1000 + 12345 / rustix::param::clock_ticks_per_second());
    assert_eq!(found[0].limits, limits_in_force::parse(&limits()).unwrap());
}

#[test]
fn a_root_without_proc_is_an_error() {
    let error = processes_of(&TestRoot::new().open(), Uid(0)).unwrap_err();
    assert_eq!(error.to_string(), "/proc: no such file");
}

#[test]
fn a_child_of_this_process_is_found_with_its_limits_and_start() {
    let root = Root::host().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -n 77; exec cat"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("sh is installed");
    let uid = real_uid(&root.read(Path::new("/proc/self/status")).unwrap()).unwrap();
    // The shell needs a moment to set its limit and to become cat.
    let found = (0..500).find_map(|_| {
        let found = processes_of(&root, uid).unwrap();
        let process = found.into_iter().find(|p| p.pid == child.id() && p.name == "cat");
        if process.is_none() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        process
    });
    drop(child.stdin.take());
    child.wait().unwrap();
    let process = found.expect("the child runs until its input ends");
    assert_eq!(process.limits[crate::rlimit::Rlimit::Nofile], crate::rlimit::Limit::both(77));
    assert!(process.started.abs_diff(now) <= 3, "{} is not about {now}", process.started);
    assert!(!processes_of(&root, uid).unwrap().iter().any(|p| p.pid == child.id()));
}
