//! Tests of the spool in temp directories.
#![allow(clippy::disallowed_methods, reason = "a test makes its own files")]

mod bounds;
mod foreign;
mod full;
mod kills;
mod order;
mod put;
mod settle;
mod tell;

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A directory that stands for `/` until the test ends, on a day of its own.
pub(super) struct Host {
    base: PathBuf,
    root: Root,
}

pub(super) const HOST: &str = "web17.example.com";

thread_local! {
    static NOW: Cell<Time> = Cell::new(at("12:00:00"));
}

/// A time of the day of the tests.
pub(super) fn at(time: &str) -> Time {
    Time::parse(&format!("2026-11-27T{time}.000000Z")).unwrap()
}

/// What the clock says in this test.
pub(super) fn set_clock(now: Time) {
    NOW.set(now);
}

pub(super) fn report(time: &str, body: &str) -> Frozen {
    report_of(HOST, time, body)
}

pub(super) fn report_of(host: &str, time: &str, body: &str) -> Frozen {
    let digest = body.bytes().map(|byte| format!("{byte:02x}")).take(32).collect();
    Frozen { reported_at: at(time).to_string(), host: host.into(), digest, body: body.into() }
}

impl Host {
    pub(super) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // In memory where there is such a place: these tests sync thousands of times, and kill -9 spares the page cache.
        let shared = Path::new("/dev/shm");
        let place = if shared.is_dir() { shared.to_path_buf() } else { std::env::temp_dir() };
        let base = place.join(format!("standfast-spool-{}-{count}", std::process::id()));
        fs::create_dir_all(base.join("var/lib")).unwrap();
        for directory in [base.clone(), base.join("var"), base.join("var/lib")] {
            fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
        }
        set_clock(at("12:00:00"));
        Self { root: Root::open(&base).unwrap(), base }
    }

    /// Where a path in the spool is on the machine that runs the test.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.base.join("var/lib/standfast/report").join(path)
    }

    pub(super) fn root(&self) -> &Root {
        &self.root
    }

    pub(super) fn path(&self) -> &Path {
        &self.base
    }

    pub(super) fn spool(&self) -> Spool {
        self.bounded(Bounds::default())
    }

    pub(super) fn bounded(&self, bounds: Bounds) -> Spool {
        Spool::open_at(&self.root, bounds, || NOW.get()).unwrap()
    }

    /// The names in a directory of the spool, sorted.
    pub(super) fn names(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(self.at(directory)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // Where a test has mounted something, which would keep its directory.
        let _ = nix::mount::umount2(&self.base, nix::mount::MntFlags::MNT_DETACH);
        let _ = fs::remove_dir_all(&self.base);
    }
}

/// The bodies that wait, the newest first.
pub(super) fn waiting(spool: &Spool) -> Vec<String> {
    let _lock = spool.lock().unwrap();
    let (state, now) = (spool.state().unwrap(), (spool.clock)());
    let pending = spool.read_pending(&state, now).unwrap();
    pending.into_iter().map(|read| String::from_utf8(read.frozen.body).unwrap()).collect()
}

/// Takes what comes next in the flight; the test fails where nothing waits.
pub(super) fn take(flight: &mut Flight<'_>) -> Pending {
    flight.next().unwrap().expect("a report waits")
}

pub(super) fn body(pending: &Pending) -> &str {
    std::str::from_utf8(&pending.frozen.body).unwrap()
}
