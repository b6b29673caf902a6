//! Dead letters: what the receiver refused for good and what was none of ours, each with its reason beside it.

use std::ffi::{OsStr, OsString};

use standfast_providers::commit::{CommitError, Entry, Store};

use super::frozen::{hash, is_report_name};
use super::pending::{staying, why};
use super::state::{State, words};
use super::time::Time;
use super::{Error, Spool};

const REASON: &str = ".reason";
const MOST_REASON_BYTES: u64 = 64 * 1024;

/// A dead letter without its content.
pub(super) struct Found {
    pub(super) name: OsString,
    pub(super) at: Time,
    pub(super) reason: Option<String>,
    /// With the reason's file.
    pub(super) bytes: u64,
}

impl Spool {
    /// Moves a pending report to the dead letters. Killed at any instant it is in one of both; a reason alone is an
    /// orphan, which the next process removes. Only under the lock.
    pub(super) fn bury(&self, name: &OsStr, new_name: &str, reason: &str, now: Time) -> Result<(), Error> {
        let line = format!("{now} {}\n", words(reason));
        self.dead.put(OsStr::new(&format!("{new_name}{REASON}")), line.as_bytes())?;
        Ok(self.pending.move_to(name, &self.dead, new_name.as_ref())?)
    }

    /// Moves what is no report out of the way, links themselves. Only under the lock.
    pub(super) fn set_aside(&self, name: &OsStr, fault: &str, now: Time) -> Result<(), Error> {
        // A name that is not ours may be as long as it can be, or not be text: the reason repeats it instead.
        let new_name = match name.to_str() {
            Some(name) if is_report_name(name) => name.to_owned(),
            _ => format!("{now}-{:016x}.foreign", hash([name.as_encoded_bytes()])),
        };
        self.bury(name, &new_name, &format!("{} {fault}", name.to_string_lossy()), now)
    }

    /// Removes reasons whose letter is gone, or never came. Only under the lock.
    pub(super) fn remove_orphans(&self) -> Result<(), Error> {
        let entries = self.dead.list()?;
        let is_orphan = |name: &OsStr| match name.as_encoded_bytes().strip_suffix(REASON.as_bytes()) {
            Some(letter) => !entries.iter().any(|entry| entry.name.as_encoded_bytes() == letter),
            None => false,
        };
        let orphans = entries.iter().map(|entry| entry.name.as_os_str()).filter(|name| is_orphan(name));
        let orphans: Vec<&OsStr> = orphans.collect();
        Ok(self.dead.remove(&orphans)?)
    }

    /// Drops dead letters that exceed the bounds, the oldest first. Only under the lock.
    pub(super) fn trim_dead(&self, now: Time) -> Result<(), Error> {
        let letters = letters(&self.dead)?;
        let age = |letter: &Found| now.since(letter.at);
        let staying = staying(letters.iter().map(|letter| (age(letter), letter.bytes)), self.bounds);
        for letter in letters.iter().skip(staying).rev() {
            let (name, why) = (letter.name.to_string_lossy(), why(age(letter), self.bounds));
            let mut reason = letter.name.clone();
            reason.push(REASON);
            // The letter first: a reason alone is swept.
            let names = [letter.name.as_os_str(), reason.as_os_str()];
            self.drop_one(&names, &self.dead, format!("the dead letter {name}, dropped {why}"), now)?;
        }
        Ok(())
    }

    /// Notes that something is dropped, and drops it: killed between both, it is told twice rather than never.
    pub(super) fn drop_one<N: AsRef<OsStr>>(
        &self,
        names: &[N],
        store: &Store,
        reason: String,
        now: Time,
    ) -> Result<(), Error> {
        let mut state = State::read(&self.base, now)?;
        state.drop_one(now, words(&reason));
        let noted = state.write(&self.base);
        let names: Vec<&OsStr> = names.iter().map(AsRef::as_ref).collect();
        store.remove(&names)?;
        match noted {
            // There is space now.
            Err(Error::Commit(CommitError::NoSpace { .. })) => state.write(&self.base),
            answer => answer,
        }
    }
}

/// All dead letters, the newest first.
pub(super) fn letters(dead: &Store) -> Result<Vec<Found>, Error> {
    let entries = dead.list()?;
    let letters = entries.iter().filter(|entry| !is_reason(&entry.name));
    let mut found = letters.map(|entry| letter(dead, entry)).collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|letter| std::cmp::Reverse(letter.at));
    Ok(found)
}

fn letter(dead: &Store, entry: &Entry) -> Result<Found, Error> {
    let mut beside = entry.name.clone();
    beside.push(REASON);
    let line = match dead.read(&beside, MOST_REASON_BYTES) {
        Ok(line) => line.unwrap_or_default(),
        Err(CommitError::NotAFile { .. } | CommitError::Read(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let text = String::from_utf8_lossy(&line);
    let told = text.split_once(' ').and_then(|(at, reason)| Some((Time::parse(at)?, words(reason))));
    let (at, reason) = told.unzip();
    Ok(Found {
        name: entry.name.clone(),
        at: at.unwrap_or_else(|| Time::of_system(entry.modified)),
        reason,
        bytes: entry.bytes.saturating_add(line.len() as u64),
    })
}

fn is_reason(name: &OsStr) -> bool {
    name.as_encoded_bytes().ends_with(REASON.as_bytes())
}
