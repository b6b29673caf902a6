//! `Flight`, the one process that sends, and what becomes of what it has sent.

use standfast_providers::commit::Lock;

use super::frozen::Frozen;
use super::state::{Delivered, State, Told, Tries, words};
use super::time::Time;
use super::{Error, Spool, pending};

/// The right to send. Nobody else has it until this is dropped, the process ends, or [`Flight::next`] finds no more.
#[derive(Debug)]
pub struct Flight<'s> {
    spool: &'s Spool,
    lock: Option<Lock>,
    /// What is to be tried again, and not in this flight.
    tried: Vec<String>,
}

/// A report that waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// What is to be sent.
    pub frozen: Frozen,
    /// How often reports of its host were tried since one was taken.
    pub attempts: u32,
    /// Before when it should not be tried again. Whoever flies decides whether to heed it.
    pub not_before: Option<Time>,
    /// Why it was not taken the last time; safe to show.
    pub reason: Option<String>,
    name: String,
    pub(super) reported_at: Time,
}

/// What became of a report that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The receiver has it, now or from an earlier try.
    Delivered,
    /// The receiver will never take it.
    Dead {
        /// Why.
        reason: String,
    },
    /// It may be taken later, or may have been taken.
    Again {
        /// When to try again.
        not_before: Time,
        /// Why it was not taken.
        reason: String,
    },
}

impl<'s> Flight<'s> {
    pub(super) fn new(spool: &'s Spool, lock: Lock) -> Self {
        Self { spool, lock: Some(lock), tried: Vec::new() }
    }

    /// The newest report that waits and was not settled with [`Settled::Again`] in this flight. A report that has been
    /// put meanwhile is found. `None` ends the flight: whoever puts a report after that may fly himself, so that no
    /// report is left between two processes.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn next(&mut self) -> Result<Option<Pending>, Error> {
        if self.lock.is_none() {
            return Ok(None);
        }
        let _lock = self.spool.lock()?;
        let now = (self.spool.clock)();
        let mut state = State::read(&self.spool.base, now)?;
        self.spool.trim_pending(&state, now)?;
        let pending = self.spool.read_pending(&state, now)?;
        let Some(read) = pending.into_iter().find(|read| !self.tried.contains(&read.name)) else {
            self.lock = None;
            return Ok(None);
        };
        let tries = state.tries.remove(&read.frozen.host);
        Ok(Some(Pending {
            attempts: tries.as_ref().map_or(0, |tries| tries.attempts),
            not_before: tries.as_ref().map(|tries| tries.not_before),
            reason: tries.map(|tries| tries.reason),
            frozen: read.frozen,
            name: read.name,
            reported_at: read.reported_at,
        }))
    }

    /// Notes what became of a report. One that was replaced by a newer one meanwhile is settled all the same.
    ///
    /// # Errors
    /// When that cannot be noted: the report stays pending, and is sent again.
    pub fn settle(&mut self, sent: &Pending, settled: Settled) -> Result<(), Error> {
        let spool = self.spool;
        let _lock = spool.lock()?;
        let now = (spool.clock)();
        let mut state = State::read(&spool.base, now)?;
        match settled {
            Settled::Delivered => {
                note_delivery(&mut state, sent, now);
                // The note first: what is in neither place would be lost.
                state.write(&spool.base)?;
                Ok(spool.pending.remove(&[sent.name.as_ref()])?)
            }
            Settled::Dead { reason } => {
                let is_there = spool.pending.list()?.iter().any(|entry| entry.name == *sent.name);
                if is_there {
                    spool.bury(sent.name.as_ref(), &sent.name, &reason, now)?;
                }
                // Whoever refuses can be reached.
                state.tries.remove(&sent.frozen.host);
                state.unreachable_since = None;
                state.refused = Some(sent.answered(now));
                state.last_error = Some(Told { at: now, reason: words(&reason) });
                state.write(&spool.base)?;
                spool.trim_dead(now)
            }
            Settled::Again { not_before, reason } => {
                self.tried.push(sent.name.clone());
                note_try(&mut state, sent, not_before, words(&reason), now);
                state.write(&spool.base)
            }
        }
    }
}

impl Pending {
    fn answered(&self, at: Time) -> Delivered {
        let (host, digest) = (self.frozen.host.clone(), self.frozen.digest.clone());
        Delivered { host, digest, reported_at: self.reported_at, at }
    }
}

fn note_delivery(state: &mut State, sent: &Pending, now: Time) {
    let rank = |reported_at| pending::rank(reported_at, now);
    let is_newer = state
        .delivered
        .as_ref()
        .is_none_or(|last| last.host != sent.frozen.host || rank(last.reported_at) <= rank(sent.reported_at));
    if is_newer {
        state.delivered = Some(sent.answered(now));
    }
    state.refused = None;
    state.tries.remove(&sent.frozen.host);
    state.unreachable_since = None;
    state.last_error = None;
}

fn note_try(state: &mut State, sent: &Pending, not_before: Time, reason: String, now: Time) {
    let before = state.tries.get(&sent.frozen.host);
    let tries = Tries {
        attempts: before.map_or(0, |tries| tries.attempts).saturating_add(1),
        first: before.map_or(now, |tries| tries.first),
        last: now,
        not_before,
        reason: reason.clone(),
    };
    state.tries.insert(sent.frozen.host.clone(), tries);
    state.unreachable_since.get_or_insert(now);
    state.last_error = Some(Told { at: now, reason });
}
