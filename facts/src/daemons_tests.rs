//! Lines of a made-up /proc, and real processes.
#![expect(clippy::disallowed_methods, reason = "a program is replaced, as a package does")]

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};

use super::*;
use crate::testing::TestRoot;

#[test]
fn a_replaced_executable_keeps_its_name() {
    for (link, exe, replaced) in [
        ("/usr/sbin/ntpd", "/usr/sbin/ntpd", false),
        ("/usr/sbin/ntpd (deleted)", "/usr/sbin/ntpd", true),
        ("/usr/sbin/ntpd;5f3a1b2c (deleted)", "/usr/sbin/ntpd", true),
        ("/usr/sbin/ntpd.dpkg-new (deleted)", "/usr/sbin/ntpd", true),
        ("/usr/sbin/ntpd.#prelink#.a1B2c3 (deleted)", "/usr/sbin/ntpd", true),
        ("/usr/sbin/ntpd;5f3a1b2c", "/usr/sbin/ntpd;5f3a1b2c", false),
        ("/usr/sbin/ntpd;not (deleted)", "/usr/sbin/ntpd;not", true),
        ("/a;5f3a1b2c/ntpd (deleted)", "/a;5f3a1b2c/ntpd", true),
        ("/usr/sbin/ (deleted) (deleted)", "/usr/sbin/ (deleted)", true),
        ("/usr/sbin/.dpkg-new (deleted)", "/usr/sbin/.dpkg-new", true),
        (" (deleted)", "", true),
        ("", "", false),
    ] {
        assert_eq!(executable(link.as_bytes()), (PathBuf::from(exe), replaced), "{link:?}");
    }
}

#[test]
fn arguments_are_cut_at_nul_and_may_be_empty() {
    let cut = |bytes: &[u8]| arguments(bytes);
    assert_eq!(cut(b""), Vec::<Vec<u8>>::new());
    assert_eq!(cut(b"\0"), [b""]);
    assert_eq!(cut(b"snmpd\0-C\0\0-c\0a b\xff\n\0"), [&b"snmpd"[..], b"-C", b"", b"-c", b"a b\xff\n"]);
    // A daemon that renamed itself need not end what it wrote.
    assert_eq!(cut(b"ntpd: ntp engine"), [b"ntpd: ntp engine"]);
    assert_eq!(cut(&b"a\0".repeat(100_000)).len(), 100_000);
}

#[test]
fn the_first_variable_of_a_name_counts() {
    let environment = b"HOMER=no\0HOME\0HOME=\0HOME=/root\0SNMPCONFPATH=/a=b\0\xff=1";
    assert_eq!(variable(environment, b"HOME"), Some(&b""[..]));
    assert_eq!(variable(environment, b"SNMPCONFPATH"), Some(&b"/a=b"[..]));
    assert_eq!(variable(environment, b"OTHER"), None);
    assert_eq!(variable(b"", b"HOME"), None);
}

#[test]
fn where_only_the_name_is_known_the_first_argument_tells_the_path() {
    let comm = b"systemd-timesyn";
    let seen = Seen { pid: 1, program: Program::Name(comm.to_vec()) };
    assert!(seen.is_one_of(&["ntpd", "systemd-timesyncd"]));
    assert!(!seen.is_one_of(&["systemd", "timesyncd"]));
    let path = b"/lib/systemd/systemd-timesyncd".to_vec();
    assert_eq!(exe_by_name(comm, &[path]), Path::new("/lib/systemd/systemd-timesyncd"));
    assert_eq!(exe_by_name(comm, &[b"/bin/other".to_vec()]), Path::new("systemd-timesyn"));
    assert_eq!(exe_by_name(comm, &[]), Path::new("systemd-timesyn"));
}

/// A process of the test's own, ended when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended meanwhile is no error.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A copy of `sh` that bears a name of its own, so that no other test's process is found.
fn program(dir: &TestRoot, name: &str) -> PathBuf {
    let path = dir.open().path().join(name);
    // By another process: had this one the file open for writing while another test forks, that
    // child would have it too, and the kernel refuses to execute such a file.
    assert!(Command::new("cp").arg("/bin/sh").arg(&path).status().unwrap().success());
    path
}

/// Runs it until its input ends.
fn run(command: &mut Command) -> Running {
    Running(command.stdin(Stdio::piped()).spawn().unwrap())
}

#[test]
fn a_process_is_found_with_all_it_was_started_with() {
    let dir = TestRoot::new();
    let name = "standfast-test-daemon";
    let exe = program(&dir, name);
    let odd = OsString::from_vec(b" a\nb \xff".to_vec());
    let before = SystemTime::now();
    let child = run(Command::new(&exe)
        .args(["-c".as_ref(), "read line".as_ref(), odd.as_os_str(), "".as_ref()])
        .current_dir(dir.open().path())
        .env("SNMPCONFPATH", OsString::from_vec(b"/a b\xff".to_vec())));
    let after = SystemTime::now();

    let root = Root::host().unwrap();
    let found = Daemons::new(&root).running(&["other", name]).unwrap();
    let [daemon] = found.as_slice() else { panic!("one runs: {found:?}") };
    let own = std::fs::metadata("/proc/self").unwrap();
    assert_eq!((daemon.pid, daemon.parent), (child.0.id(), std::process::id()));
    assert_eq!((daemon.exe.as_path(), daemon.replaced), (exe.as_path(), false));
    assert_eq!(daemon.cwd, exe.parent().unwrap());
    assert_eq!(daemon.root, Path::new("/"));
    assert_eq!((daemon.uid, daemon.gid), (Uid(own.uid()), Gid(own.gid())));
    assert_eq!(daemon.disclosure, Disclosure::Full);
    let arguments = [exe.as_os_str().as_bytes(), b"-c", b"read line", b" a\nb \xff", b""];
    assert_eq!(daemon.arguments, arguments);
    assert_eq!(daemon.environment(&root, "SNMPCONFPATH").unwrap(), b"/a b\xff");
    assert_eq!(daemon.environment(&root, "SNMPCONFPAT"), None);
    let earliest = before - Duration::from_millis(11);
    assert!(
        (earliest..=after).contains(&daemon.started),
        "{:?} not in {before:?}..{after:?}",
        daemon.started
    );
    assert!(!format!("{daemon:?}").contains("read line"), "arguments may be secret");

    // What another user would see.
    let seen = Seen { pid: daemon.pid, program: Program::Name(b"standfast-test-".to_vec()) };
    let public = Daemon::read(&root, &seen).unwrap();
    let expected = Daemon { disclosure: Disclosure::Public, started: public.started, ..daemon.clone() };
    assert_eq!(public, expected);
}

#[test]
fn a_program_that_was_replaced_is_told() {
    let dir = TestRoot::new();
    let name = "standfast-test-replaced";
    let exe = program(&dir, name);
    let child = run(Command::new(&exe).args(["-c", "read line"]));
    let root = Root::host().unwrap();
    let daemons = Daemons::new(&root);
    let told = |daemons: &Daemons| {
        let found = daemons.running(&[name]).unwrap();
        found.into_iter().map(|daemon| (daemon.pid, daemon.exe, daemon.replaced)).collect::<Vec<_>>()
    };
    assert_eq!(told(&daemons), [(child.0.id(), exe.clone(), false)]);

    std::fs::rename(program(&dir, "new"), &exe).unwrap();
    assert_eq!(told(&daemons), [], "it is no longer what the scan saw");
    let daemons = Daemons::new(&root);
    assert_eq!(told(&daemons), [(child.0.id(), exe, true)]);
    drop(child);
    assert_eq!(told(&daemons), [], "it is gone, whoever has its number now");
}

#[test]
fn below_another_root_nothing_runs() {
    let root = TestRoot::new().open();
    assert_eq!(Daemons::new(&root).running(&["init", "systemd"]).unwrap(), []);
}

#[test]
fn a_process_of_another_process_namespace_is_not_of_this_machine() {
    let mut dir = TestRoot::new();
    dir.file("/proc/7/status", b"Name:\tx\nNSpid:\t7\t1\nUid:\t0\t0\t0\t0\n");
    dir.file("/proc/8/status", b"Name:\tx\nNSpid:\t8\nUid:\t0\t0\t0\t0\n");
    dir.file("/proc/9/status", b"Name:\tx\nUid:\t0\t0\t0\t0\n");
    dir.link("/proc/9/ns/pid", "pid:[2]").link("/proc/self/ns/pid", "pid:[1]");
    dir.file("/proc/10/status", b"").link("/proc/10/ns/pid", "pid:[1]");
    let root = dir.open();
    assert_eq!([7, 8, 9, 10, 11].map(|pid| is_of_a_container(&root, pid)), [true, false, true, false, false]);
}
