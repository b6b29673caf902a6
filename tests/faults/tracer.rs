//! Follows one process and its threads, and kills it where it enters a system call. strace(1) counts the calls of each
//! thread by itself, and could not say which thread it means.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::bounded::start;

/// Calls that change nothing outside the process, or whose number is up to chance.
const PASSED_OVER: [i64; 14] = [
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigaction,
    libc::SYS_rseq,
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_clock_nanosleep,
];

/// What became of a process.
pub(crate) struct Followed {
    /// The numbers of its calls, those of its threads among them, from its execve(2) on.
    pub(crate) calls: Vec<i64>,
    /// Whether it was killed.
    pub(crate) is_killed: bool,
    /// What it and its shell have written, and how that ended.
    pub(crate) output: String,
    pub(crate) code: Option<i32>,
}

/// Runs a command whose grandchild says `ready` and executes the program once it gets a line. The program is killed at
/// the call with this index, where it makes so many.
pub(crate) fn follow(command: &mut Command, kill_at: Option<usize>) -> Followed {
    let mut program = start(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()));
    let child = &mut program.child;
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n", "the private machine could not be made");
    let process = grandchild(child);
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL;
    ptrace::seize(process, options).unwrap();
    ptrace::interrupt(process).unwrap();
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    let (calls, is_killed) = watch(process, kill_at);
    let mut said = String::new();
    output.read_to_string(&mut said).unwrap();
    Followed { calls, is_killed, output: said, code: program.wait().code() }
}

/// The shell below the first process of the namespace.
fn grandchild(child: &Child) -> Pid {
    let only_child = |of: u32| -> u32 {
        let children = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap();
        children.trim().parse().unwrap()
    };
    Pid::from_raw(i32::try_from(only_child(only_child(child.id()))).unwrap())
}

fn watch(process: Pid, kill_at: Option<usize>) -> (Vec<i64>, bool) {
    let (mut calls, mut has_begun, mut is_killed) = (Vec::new(), false, false);
    loop {
        // Of this thread's children alone: other tests have theirs.
        let flags = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        let (stopped, signal) = match waitpid(None, Some(flags)).unwrap() {
            WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, ..) if pid == process => {
                return (calls, is_killed);
            }
            WaitStatus::PtraceSyscall(thread) => {
                let call = has_begun.then(|| entered(thread)).flatten();
                if let Some(call) = call.filter(|call| !PASSED_OVER.contains(call)) {
                    if kill_at == Some(calls.len()) {
                        kill(process, Signal::SIGKILL).unwrap();
                        is_killed = true;
                    }
                    calls.push(call);
                }
                (thread, None)
            }
            WaitStatus::PtraceEvent(thread, _, event) => {
                has_begun |= event == libc::PTRACE_EVENT_EXEC;
                (thread, None)
            }
            WaitStatus::Stopped(thread, signal) => (thread, Some(signal)),
            _ => continue,
        };
        match ptrace::syscall(stopped, signal) {
            // It was killed meanwhile.
            Ok(()) | Err(Errno::ESRCH) => {}
            Err(error) => panic!("cannot go on with {stopped}: {error}"),
        }
    }
}

/// The number of the call that a thread enters; nothing where it comes back from one.
fn entered(thread: Pid) -> Option<i64> {
    let info = ptrace::syscall_info(thread).ok()?;
    if info.op != libc::PTRACE_SYSCALL_INFO_ENTRY {
        return None;
    }
    let call = std::fs::read_to_string(format!("/proc/{thread}/syscall")).ok()?;
    call.split_whitespace().next()?.parse().ok()
}
