//! check, explain, facts, schema and policy make no system call that could change anything: strace(1) tells.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::said::STANDFAST;
use crate::temp_root::TempRoot;

/// All that a run that only looks may ask of the kernel, besides open, write and the like, which are looked into.
const HARMLESS: &[&str] = &[
    "access",
    "arch_prctl",
    "brk",
    "clock_gettime",
    "clone3",
    "close",
    "connect",
    "execve",
    "exit",
    "exit_group",
    "faccessat2",
    "fcntl",
    "fstat",
    "futex",
    "getcwd",
    "getdents64",
    "getegid",
    "geteuid",
    "getgid",
    "getpid",
    "getrandom",
    "gettid",
    "getuid",
    "getxattr",
    "ioctl",
    "lseek",
    "lstat",
    "madvise",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
    "newfstatat",
    "openat2",
    "poll",
    "prctl",
    "pread64",
    "prlimit64",
    "read",
    "readlink",
    "readlinkat",
    "recvfrom",
    "recvmsg",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sched_getaffinity",
    "sched_yield",
    "sendmmsg",
    "sendto",
    "set_robust_list",
    "set_tid_address",
    "setsockopt",
    "sigaltstack",
    "socket",
    "stat",
    "statfs",
    "statx",
    "sysinfo",
    "uname",
];

/// The flags of open(2) without which a file can only be looked at.
const OPENING: [&str; 6] = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_TMPFILE"];

/// The system calls of a run that could change something.
fn changing_calls(log: &str) -> BTreeSet<String> {
    log.lines().filter_map(|line| changing_call(line.trim_start())).collect()
}

fn changing_call(line: &str) -> Option<String> {
    // strace begins the line with the process: `1234  read(0, ...`
    let line = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let is_a_note = line.starts_with("+++") || line.starts_with("---") || line.starts_with("<...");
    let (name, arguments) = line.split_once('(').filter(|_| !is_a_note)?;
    let may_change = match name {
        "open" | "openat" | "openat2" => OPENING.iter().any(|flag| arguments.contains(flag)),
        "write" | "writev" => !arguments.starts_with("1<") && !arguments.starts_with("2<"),
        // Private memory is the program's own; a shared writable mapping is a file.
        "mmap" => arguments.contains("MAP_SHARED") && arguments.contains("PROT_WRITE"),
        "socket" => !arguments.starts_with("AF_UNIX"),
        "fcntl" => {
            !["F_GETFD", "F_SETFD", "F_GETFL", "F_DUPFD_CLOEXEC"].iter().any(|op| arguments.contains(op))
        }
        "ioctl" => !arguments.contains("TCGETS") && !arguments.contains("TIOCGWINSZ"),
        "prlimit64" => !arguments.contains("NULL, "),
        name => !HARMLESS.contains(&name),
    };
    may_change.then(|| line.to_owned())
}

/// Runs the program under strace, and gives the log of all system calls.
pub(crate) fn trace(root: &TempRoot, arguments: &[&str], input: Option<&Path>) -> String {
    let log = root.beside("strace.log");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-qq", "-s", "64", "-o"]).arg(&log).arg(STANDFAST).args(arguments);
    strace.current_dir(root.beside("")).stdout(Stdio::null()).stderr(Stdio::null());
    strace.stdin(input.map_or_else(Stdio::null, |path| fs::File::open(path).unwrap().into()));
    let status = strace.status().expect("this test needs strace(1): install Debian's package strace");
    assert!(status.code().is_some_and(|code| code < 7), "{arguments:?}: {status:?}");
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("execve("), "strace saw nothing: it needs the right to trace");
    log
}

#[test]
fn the_commands_that_look_make_no_call_that_could_change_anything() {
    let root = TempRoot::with_limits_conf("1013 soft nproc 4096\n* - core 5\n@kiwis - nproc 7\n");
    fs::write(root.beside("policy.ini"), "[limits_entry @kiwis/-/nproc]\nvalue = 5\n").unwrap();
    fs::write(root.beside("messages"), "Nov 26 22:10:11 vm a: b\nNov 26 22:10:11 vm a: c\n").unwrap();
    fs::write(root.beside("central"), "Nov 26 22:10:11 vm a: b\nNov 26 22:10:11 vm a: d\n").unwrap();
    let json = root.beside("policy.json");
    fs::write(&json, r#"[{"type":"limits_entry","title":"bob/-/nproc","parameters":{"value":1}}]"#).unwrap();
    let snapshot = r#"{"standfast_snapshot":1,"written":"2026-11-26T22:10:11Z","version":"0.1.0","run":{"by":"agent"},
        "resources":[{"type":"limits_entry","title":"bob/-/nproc","parameters":{"value":1}}]}"#;
    fs::write(root.beside("desired.json"), snapshot).unwrap();
    fs::set_permissions(root.beside("desired.json"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .unwrap();
    fs::copy("tests/corpus/puppet/host.example.net.json", root.beside("catalog.json")).unwrap();
    let below = root.path("");
    let below = below.to_str().unwrap();
    for arguments in [
        &["check"][..],
        &["check", "--format", "json", "--diff"],
        &["check", "--root", below, "--diff"],
        &["check", "--root", below, "--policy", "policy.ini", "--format", "monitoring"],
        &["check", "--root", below, "-"],
        &["check", "--root", below, "--policy", "desired.json"],
        &["check", "--root", below, "--catalog", "catalog.json", "--format", "json"],
        &["apply", "--noop", "--diff", "--root", below],
        &["apply", "--noop"],
        &["explain", "limits", "--user", "root"],
        &["explain", "limits", "--user", "thekiwi", "--root", below, "--format", "json"],
        &["logs", "compare", "messages", "central", "--slack", "0"],
        &["facts"],
        &["facts", "--root", below, "--format", "yaml"],
        &["schema"],
        &["policy", "--default"],
        &["policy", "validate", "policy.ini"],
        &["completions", "bash"],
        &["man"],
        &["check", "--policy", "nowhere.ini"],
        &["--help"],
    ] {
        let calls = changing_calls(&trace(&root, arguments, Some(&json)));
        assert!(calls.is_empty(), "{arguments:?} asks for {calls:#?}");
    }
}

#[test]
fn a_run_of_serve_that_looks_makes_no_call_that_could_change_anything() {
    let root = TempRoot::with_limits_conf("bob - nproc 7\n* - core 5\n");
    let asks = root.beside("asks");
    let lines = [
        r#"{"ask":"hello","protocol":1,"run":{"by":"resource"}}"#,
        r#"{"ask":"declare","resources":[{"type":"limits_entry","title":"bob/-/nproc","parameters":{"value":1}}]}"#,
        r#"{"ask":"observe","resources":[{"type":"limits_entry","title":"bob/-/nproc"}]}"#,
        r#"{"ask":"observe","resources":[{"type":"limits_entry","title":"*/-/core","parameters":{"ensure":"absent"}}]}"#,
        r#"{"ask":"list","type":"limits_entry"}"#,
        r#"{"ask":"list","type":"ntp_monlist"}"#,
        r#"{"ask":"list","type":"snmp_access"}"#,
        r#"{"ask":"list","type":"rsyslog_forward"}"#,
        "nonsense",
        r#"{"ask":"end"}"#,
    ];
    fs::write(&asks, lines.join("\n")).unwrap();
    let below = root.path("");
    for arguments in [&["serve"][..], &["serve", "--root", below.to_str().unwrap()]] {
        let calls = changing_calls(&trace(&root, arguments, Some(&asks)));
        assert!(calls.is_empty(), "{arguments:?} asks for {calls:#?}");
    }
}

/// What a probe may ask for besides: the addresses of this host, and UDP sockets to them.
fn is_of_a_probe(call: &str) -> bool {
    const CALLS: [&str; 4] = ["bind(", "getsockname(", "ppoll(", "ppoll_time64("];
    let is_udp =
        ["socket(AF_INET, SOCK_DGRAM", "socket(AF_INET6, SOCK_DGRAM"].iter().any(|udp| call.starts_with(udp));
    let is_netlink = call.starts_with("socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE)");
    let is_nonblocking = call.starts_with("ioctl(") && call.contains("FIONBIO");
    is_udp || is_netlink || is_nonblocking || CALLS.iter().any(|known| call.starts_with(known))
}

#[test]
fn a_probe_opens_udp_sockets_and_does_nothing_else_that_a_check_may_not() {
    let root = TempRoot::new();
    for (arguments, probes) in [
        (&["probe", "--target", "127.0.0.1"][..], true),
        (&["probe", "snmp", "--target", "::1", "--format", "json"], true),
        (&["facts", "--probe"], true),
        // No kind of the policy is about a daemon that can be asked.
        (&["check", "--probe", "limits_entry/*/core", "--policy", "policy.ini"], false),
    ] {
        fs::write(root.beside("policy.ini"), "[limits_entry */hard/core]\nvalue = 0\n").unwrap();
        let log = trace(&root, arguments, None);
        let calls = changing_calls(&log);
        let others: Vec<_> = calls.iter().filter(|call| !(probes && is_of_a_probe(call))).collect();
        assert!(others.is_empty(), "{arguments:?} asks for {others:#?}");
        assert_eq!(log.contains("SOCK_DGRAM"), probes, "{arguments:?}");
        // Each socket has one peer, or the kernel would not tell that nobody listens.
        assert!(!log.contains("sendmsg(") && !log.contains("SOCK_RAW, IPPROTO"), "{arguments:?}");
    }
}

#[test]
fn the_trace_of_a_run_that_changes_something_is_told_from_one_that_does_not() {
    let root = TempRoot::new();
    fs::write(root.beside("policy.ini"), "[limits_entry bob/-/nproc]\nvalue = 5\n").unwrap();
    let below = root.path("");
    let arguments = ["apply", "--root", below.to_str().unwrap(), "--policy", "policy.ini"];
    let calls = changing_calls(&trace(&root, &arguments, None));
    for name in ["rename", "fsync", "flock", "mkdir", "openat", "write"] {
        assert!(calls.iter().any(|call| call.starts_with(name)), "no {name} among {calls:#?}");
    }
}
