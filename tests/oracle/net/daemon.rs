//! A daemon that a test started on a private machine.

use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use super::host::Host;

/// A running daemon. It is stopped when it is dropped.
pub(crate) struct Daemon<'h> {
    host: &'h Host,
    pid: u32,
    log: Option<String>,
    /// `nsenter`, which ends when the daemon does.
    starter: Option<Child>,
}

impl<'h> Daemon<'h> {
    pub(super) fn new(host: &'h Host, pid: u32, log: Option<String>, starter: Option<Child>) -> Self {
        Self { host, pid, log, starter }
    }

    /// Its number on the private machine.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// What it has printed so far; empty for one in the background.
    pub(crate) fn log(&self) -> String {
        let log = self.log.as_ref().map(|path| self.host.read(path));
        String::from_utf8_lossy(&log.unwrap_or_default()).into_owned()
    }

    /// Whether it still runs.
    pub(crate) fn runs(&self) -> bool {
        self.host.root().read(Path::new(&format!("/proc/{}/stat", self.pid))).is_ok()
    }

    /// Waits until `condition` holds; fails the test when the daemon ends before.
    pub(crate) fn wait_until(&self, what: &str, mut condition: impl FnMut() -> bool) {
        wait_until(&format!("{what}\n{}", self.log()), || {
            if condition() {
                return true;
            }
            assert!(self.runs(), "waited for {what}, but the daemon has ended:\n{}", self.log());
            false
        });
    }

    /// Waits until UDP port `port` is open on some address of the machine.
    pub(crate) fn wait_for_port(&self, port: u16) {
        self.wait_until(&format!("port {port} to be open"), || !self.host.bound(port).is_empty());
    }

    /// Waits until it has printed `text`.
    pub(crate) fn wait_for_log(&self, text: &str) {
        self.wait_until(&format!("{text:?} in the log"), || self.log().contains(text));
    }

    /// Sends a signal, by its name without SIG.
    pub(crate) fn signal(&self, name: &str) {
        self.host.run(&["kill", "-s", name, &self.pid.to_string()]);
    }

    /// Stops it, waits for its end and gives what it printed.
    pub(crate) fn stop(mut self) -> String {
        self.end();
        self.log()
    }

    fn end(&mut self) {
        if self.runs() {
            // It may end by itself meanwhile.
            drop(self.host.command(&["kill", &self.pid.to_string()]).status());
        }
        let mut starter = self.starter.take();
        wait_until("the daemon to end", || {
            let left = starter.as_mut().is_some_and(|starter| matches!(starter.try_wait(), Ok(None)));
            !left && !self.runs()
        });
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.end();
        }
        // Else the machine ends it, and a daemon that hangs does not hide why the test failed.
    }
}

/// Waits for what needs no time but the other process's. A condition that never comes fails the
/// test after a minute, which is not a limit on speed: nothing that is waited for takes a second.
pub(super) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    const STUCK: Duration = Duration::from_secs(60);
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < STUCK, "still waiting for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
