//! A program that a test waits for, and not for ever.

use std::fmt::Debug;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::{self, JoinHandle};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::retry_on_intr;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

/// How long a program may run. It is no limit on speed: none takes a tenth of it.
const HANGS: Timespec = Timespec { tv_sec: 300, tv_nsec: 0 };

/// A program that is killed, with all that it has started, when it hangs; who waits for it fails then.
#[derive(Debug)]
pub(crate) struct Bounded {
    pub(crate) child: Child,
    /// Says whether it had to be killed.
    watcher: Option<JoinHandle<bool>>,
}

/// Starts a program in a process group of its own.
pub(crate) fn start(command: &mut Command) -> Bounded {
    let child = command.process_group(0).spawn();
    let child = child.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let pid = Pid::from_child(&child);
    let end = pidfd_open(pid, PidfdFlags::empty()).unwrap();
    let watcher = thread::spawn(move || {
        let hangs =
            retry_on_intr(|| poll(&mut [PollFd::new(&end, PollFlags::IN)], Some(&HANGS))).unwrap() == 0;
        if hangs {
            // It may end by itself meanwhile.
            let _ = kill_process_group(pid, Signal::KILL);
        }
        hangs
    });
    Bounded { child, watcher: Some(watcher) }
}

/// Runs a program to its end, and gives what it said.
pub(crate) fn output(command: &mut Command) -> Output {
    start(command.stdout(Stdio::piped()).stderr(Stdio::piped())).output()
}

impl Bounded {
    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        if let Some(watcher) = self.watcher.take() {
            assert_ended(watcher, &status);
        }
        status
    }

    /// Waits for its end, and gives what it said.
    pub(crate) fn output(mut self) -> Output {
        let watcher = self.watcher.take();
        let output = self.child.wait_with_output().unwrap();
        watcher.into_iter().for_each(|watcher| assert_ended(watcher, &output));
        output
    }
}

fn assert_ended(watcher: JoinHandle<bool>, told: &dyn Debug) {
    assert!(!watcher.join().unwrap(), "the program did not end within {} s: {told:?}", HANGS.tv_sec);
}
