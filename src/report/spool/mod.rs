//! The spool: reports that wait on this host's disk until their receiver has taken them.
//!
//! A report is put before anything is sent, and goes when it was taken or refused for good. Only the newest of a host
//! waits: an older one that arrives later would pass for the present. One flight at a time sends. Everything lies below
//! `/var/lib/standfast/report`, for root alone:
//!
//! | name | what |
//! |---|---|
//! | `pending/TIME-HASH.report` | a line that says what it is, then the body |
//! | `dead/` | what the receiver refused for good, and what was none of ours; `NAME.reason` beside it says why |
//! | `state.json` | [`State`] |
//! | `lock` | held while names change, never while something is sent |
//! | `flight` | held by whoever sends |
//!
//! Whatever kills a process at whatever instant: a report that was put is pending, dead or taken, and whole; one that
//! was taken may be sent once more, with the same time, by which the receiver knows it.

mod dead;
mod error;
mod flight;
mod frozen;
mod pending;
mod state;
mod status;
mod time;
pub mod told;

use std::ffi::OsStr;
use std::time::Duration;

use standfast_facts::root::Root;
use standfast_providers::commit::{CommitError, Lock, Store};

pub use error::Error;
pub use flight::{Flight, Pending, Settled};
pub use frozen::Frozen;
pub use state::{Delivered, State};
pub use status::{Status, Waiting};
pub use time::Time;

/// The directory, in the state directory.
const DIRECTORY: &str = "report";
const PENDING: &str = "pending";
const DEAD: &str = "dead";
const LOCK: &str = "lock";
const FLIGHT: &str = "flight";

/// How long one that changes names waits for another: what is done meanwhile takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// What may lie in the spool, and in its dead letters, each. What is oldest goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many; one at least.
    pub count: usize,
    /// How many bytes, with what is kept beside each.
    pub bytes: u64,
    /// How long.
    pub age: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { count: 100, bytes: 4 * 1024 * 1024, age: Duration::from_secs(7 * 86_400) }
    }
}

/// What became of a report that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is durable, and the only one of its host.
    Spooled,
    /// Nothing was changed: a newer one waits or was taken, or it is older than the spool keeps reports.
    Outdated,
}

/// The spool of this host.
#[derive(Debug)]
pub struct Spool {
    base: Store,
    pending: Store,
    dead: Store,
    bounds: Bounds,
    clock: fn() -> Time,
}

impl Spool {
    /// Opens the spool below `root`, and makes its directories where they are missing. Sweeps what a killed process
    /// has left, sets aside what is none of ours, and drops what exceeds the bounds.
    ///
    /// # Errors
    /// When a directory cannot be made or is not its owner's alone.
    pub fn open(root: &Root, bounds: Bounds) -> Result<Self, Error> {
        Self::open_at(root, bounds, Time::now)
    }

    fn open_at(root: &Root, bounds: Bounds, clock: fn() -> Time) -> Result<Self, Error> {
        let base = Store::open(root, DIRECTORY)?;
        let (pending, dead) = (base.below(PENDING)?, base.below(DEAD)?);
        let spool = Self { base, pending, dead, bounds, clock };
        match spool.tidy() {
            // Whoever needs the space will say so, and the rest goes on without it.
            Ok(()) | Err(Error::Commit(CommitError::NoSpace { .. } | CommitError::ReadOnly { .. })) => {
                Ok(spool)
            }
            Err(error) => Err(error),
        }
    }

    /// Puts a report, durably when this returns. Older ones of the same host go after that.
    ///
    /// # Errors
    /// When it cannot be made durable: what was pending stays then. [`Error::Untidy`] when it is durable all the same.
    pub fn put(&self, report: Frozen) -> Result<Put, Error> {
        let reported_at = report.validate()?;
        let (name, bytes) = (report.name(), report.encode()?);
        let (size, bound) = (bytes.len() as u64, self.bounds.bytes);
        if size > bound {
            return Err(Error::TooLarge { bytes: size, bound });
        }
        let _lock = self.lock()?;
        let now = (self.clock)();
        if now.since(reported_at) > self.bounds.age {
            return Ok(Put::Outdated);
        }
        let state = State::read(&self.base, now)?;
        let pending = self.read_pending(&state, now)?;
        let mine = pending::rank(reported_at, now);
        let is_taken = state
            .delivered
            .as_ref()
            .is_some_and(|last| last.host == report.host && pending::rank(last.reported_at, now) >= mine);
        let others = || pending.iter().filter(|other| other.frozen.host == report.host);
        if is_taken || others().any(|other| pending::rank(other.reported_at, now) > mine) {
            return Ok(Put::Outdated);
        }
        self.pending.put(name.as_ref(), &bytes)?;
        let older = others().filter(|other| other.name != name);
        let older: Vec<&OsStr> = older.map(|other| other.name.as_ref()).collect();
        self.pending.remove(&older).map_err(Error::Untidy)?;
        match self.trim_pending(&state, now) {
            Err(Error::Commit(error)) => Err(Error::Untidy(error)),
            answer => answer.map(|()| Put::Spooled),
        }
    }

    /// Begins to send: `None` when another does so already, and will find whatever was put before this call.
    ///
    /// # Errors
    /// When the lock cannot be asked for.
    pub fn flight(&self) -> Result<Option<Flight<'_>>, Error> {
        match self.base.lock(FLIGHT, Duration::ZERO) {
            Ok(lock) => Ok(Some(Flight::new(self, lock))),
            Err(CommitError::Locked { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What is remembered.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn state(&self) -> Result<State, Error> {
        State::read(&self.base, (self.clock)())
    }

    /// Whether a report waits. What is none was set aside when the spool was opened.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn is_waiting(&self) -> Result<bool, Error> {
        Ok(!self.pending.list()?.is_empty())
    }

    /// Remembers that the receiver is a Foreman without the plugin.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remember_stock(&self, until: Time) -> Result<(), Error> {
        self.change(|state| state.stock_until = Some(until))
    }

    /// What [`Spool::look`] tells, by the clock of a test.
    #[cfg(test)]
    pub fn status(&self) -> Result<Status, Error> {
        Status::of(&self.base, Some(&self.pending), Some(&self.dead), (self.clock)())
    }

    /// What waits, what was refused, what was dropped, without making or changing anything: where there is no spool,
    /// nothing waits.
    ///
    /// # Errors
    /// When the spool is not its owner's alone or cannot be read.
    pub fn look(root: &Root) -> Result<Status, Error> {
        let Some(base) = Store::existing(root, DIRECTORY)? else { return Ok(Status::default()) };
        let (pending, dead) = (base.existing_below(PENDING)?, base.existing_below(DEAD)?);
        Status::of(&base, pending.as_ref(), dead.as_ref(), Time::now())
    }

    /// What a killed process has left, what is none of ours, and what exceeds the bounds.
    fn tidy(&self) -> Result<(), Error> {
        let _lock = self.lock()?;
        for store in [&self.base, &self.pending, &self.dead] {
            store.sweep()?;
        }
        self.remove_orphans()?;
        let now = (self.clock)();
        let state = State::read(&self.base, now)?;
        self.read_pending(&state, now)?;
        self.trim_pending(&state, now)?;
        self.trim_dead(now)
    }

    fn change(&self, change: impl FnOnce(&mut State)) -> Result<(), Error> {
        let _lock = self.lock()?;
        let mut state = State::read(&self.base, (self.clock)())?;
        change(&mut state);
        state.write(&self.base)
    }

    fn lock(&self) -> Result<Lock, Error> {
        Ok(self.base.lock(LOCK, PATIENCE)?)
    }
}

#[cfg(test)]
mod tests;
