//! Reports that wait: reading them, setting aside what is none, dropping what exceeds the bounds.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::time::Duration;

use standfast_providers::commit::{CommitError, Entry};

use super::frozen::{Frozen, LONGEST_HEAD};
use super::state::State;
use super::time::Time;
use super::{Bounds, Error, Spool};
use crate::calendar::span;

/// How far ahead of the clock a time may be without the clock having been wrong when it was written.
const AHEAD: Duration = Duration::from_secs(300);

/// A report that waits, as it was read.
pub(super) struct Read {
    pub(super) name: String,
    pub(super) frozen: Frozen,
    pub(super) reported_at: Time,
    /// Its file, in bytes.
    pub(super) bytes: u64,
}

/// What is newer ranks higher. A time in the future was written by a clock that was wrong: any other ranks higher, or
/// nothing would be told until that time has come.
pub(super) fn rank(reported_at: Time, now: Time) -> (bool, Time) {
    (reported_at <= now.plus(AHEAD), reported_at)
}

/// How many of these may stay, the newest first, each with its age and its bytes.
pub(super) fn staying(newest_first: impl IntoIterator<Item = (Duration, u64)>, bounds: Bounds) -> usize {
    let (mut count, mut sum) = (0, 0_u64);
    for (age, bytes) in newest_first {
        sum = sum.saturating_add(bytes);
        if count >= bounds.count.max(1) || sum > bounds.bytes || age > bounds.age {
            break;
        }
        count += 1;
    }
    count
}

/// Which bound it was, to follow "dropped".
pub(super) fn why(age: Duration, bounds: Bounds) -> String {
    if age > bounds.age {
        format!("after {}", span(bounds.age.as_secs()))
    } else {
        format!("because no more than {} reports and {} bytes are kept", bounds.count.max(1), bounds.bytes)
    }
}

impl Spool {
    /// What waits, the newest first. What is no report of ours is set aside. A report that was taken, or is older than
    /// another of its host that was or that waits, is removed: it would pass for the present. Only under the lock.
    pub(super) fn read_pending(&self, state: &State, now: Time) -> Result<Vec<Read>, Error> {
        let mut pending = Vec::new();
        for entry in self.pending.list()? {
            match self.read_one(&entry)? {
                Ok(Some(read)) => pending.push(read),
                Ok(None) => {}
                Err(reason) => self.set_aside(&entry.name, &reason, now)?,
            }
        }
        pending.sort_by_key(|read| std::cmp::Reverse(rank(read.reported_at, now)));
        let is_taken = |read: &Read| {
            state.delivered.as_ref().is_some_and(|last| {
                last.host == read.frozen.host && rank(last.reported_at, now) >= rank(read.reported_at, now)
            })
        };
        let mut hosts = BTreeSet::new();
        let is_outdated = |read: &Read| is_taken(read) || !hosts.insert(read.frozen.host.clone());
        let (outdated, pending): (Vec<_>, Vec<_>) = pending.into_iter().partition(is_outdated);
        let names: Vec<&OsStr> = outdated.iter().map(|read| read.name.as_ref()).collect();
        self.pending.remove(&names)?;
        Ok(pending)
    }

    /// The report, nothing where it has gone, or why it is none; the outer error is the disk's.
    fn read_one(&self, entry: &Entry) -> Result<Result<Option<Read>, String>, Error> {
        if let Some(kind) = entry.foreign {
            return Ok(Err(format!("is a {kind}, not a report")));
        }
        let Some(name) = entry.name.to_str() else { return Ok(Err("has a name that is not ours".into())) };
        let most = self.bounds.bytes.saturating_add(LONGEST_HEAD);
        match self.pending.read(&entry.name, most) {
            Ok(None) => Ok(Ok(None)),
            Ok(Some(bytes)) => Ok(match Frozen::decode(name, &bytes) {
                Ok((frozen, reported_at)) => {
                    Ok(Some(Read { name: name.to_owned(), frozen, reported_at, bytes: bytes.len() as u64 }))
                }
                Err(fault) => Err(fault.to_owned()),
            }),
            Err(CommitError::NotAFile { found, .. }) => Ok(Err(format!("is a {found}"))),
            // A sector that cannot be read must not keep the others from being sent.
            Err(error @ CommitError::Read(_)) => Ok(Err(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// Drops what exceeds the bounds, the oldest first. Only under the lock.
    pub(super) fn trim_pending(&self, state: &State, now: Time) -> Result<(), Error> {
        let pending = self.read_pending(state, now)?;
        let age = |read: &Read| now.since(read.reported_at);
        let staying = staying(pending.iter().map(|read| (age(read), read.bytes)), self.bounds);
        for read in pending.iter().skip(staying).rev() {
            let why = why(age(read), self.bounds);
            let reason =
                format!("the report of {} of {}, dropped {why}", read.frozen.host, read.frozen.reported_at);
            self.drop_one(&[&read.name], &self.pending, reason, now)?;
        }
        Ok(())
    }
}
