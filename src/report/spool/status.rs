//! `Status`, what lies in the spool, as data.

use serde::Serialize;
use standfast_providers::commit::Store;
use standfast_providers::shown::Shown;

use super::Error;
use super::dead;
use super::frozen::Frozen;
use super::state::{Delivered, State, Told};
use super::time::Time;

/// What lies in the spool. All texts are safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    /// What waits, the newest first.
    pub waiting: Vec<Waiting>,
    /// The last report that the receiver has taken.
    pub delivered: Option<Delivered>,
    /// Since when no report has got through.
    pub unreachable_since: Option<Time>,
    /// Why the last report was not taken; nothing once one is.
    pub last_error: Option<Told>,
    /// Until when the receiver counts as a Foreman without the plugin.
    pub stock_until: Option<Time>,
    /// What the receiver refused for good, and what was none of ours; the newest first.
    pub dead: Vec<Letter>,
    /// How many reports and dead letters were dropped because of the bounds, ever.
    pub dropped: u64,
    /// The last that was dropped, and why.
    pub last_dropped: Option<Told>,
}

/// A report that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Whom it is about.
    pub host: String,
    /// When it was made.
    pub reported_at: Time,
    /// Its body, in bytes.
    pub bytes: usize,
    /// How often reports of its host were tried since one was taken.
    pub attempts: u32,
    /// When the first and the last of these were.
    pub first_try: Option<Time>,
    /// See there.
    pub last_try: Option<Time>,
    /// Why not.
    pub reason: Option<String>,
    /// When again.
    pub not_before: Option<Time>,
}

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// Its file, in `/var/lib/standfast/report/dead`.
    pub file: Shown,
    /// When it was given up.
    pub at: Time,
    /// Why; nothing where no reason lies beside it.
    pub reason: Option<String>,
}

impl Status {
    /// Reads without a lock: each file is whole at each instant, and what has gone meanwhile is not told.
    pub(super) fn of(
        base: &Store,
        pending: Option<&Store>,
        dead: Option<&Store>,
        now: Time,
    ) -> Result<Self, Error> {
        let state = State::read(base, now)?;
        let mut waiting = Vec::new();
        for entry in pending.map(Store::list).transpose()?.unwrap_or_default() {
            // What is no report is set aside by the next that opens the spool, and told as a dead letter then.
            let name = entry.name.to_str().filter(|_| entry.foreign.is_none());
            let bytes = pending.and_then(|pending| pending.read(&entry.name, u64::MAX).ok()).flatten();
            if let (Some(name), Some(bytes)) = (name, bytes)
                && let Ok((frozen, reported_at)) = Frozen::decode(name, &bytes)
            {
                waiting.push(Waiting::of(frozen, reported_at, &state));
            }
        }
        waiting.sort_by_key(|waiting| std::cmp::Reverse(waiting.reported_at));
        let dead = dead.map(dead::letters).transpose()?.unwrap_or_default();
        let letter = |found: dead::Found| Letter {
            file: Shown::bytes(found.name.as_encoded_bytes()),
            at: found.at,
            reason: found.reason,
        };
        Ok(Self {
            waiting,
            delivered: state.delivered,
            unreachable_since: state.unreachable_since,
            last_error: state.last_error,
            stock_until: state.stock_until,
            dead: dead.into_iter().map(letter).collect(),
            dropped: state.dropped,
            last_dropped: state.last_dropped,
        })
    }
}

impl Waiting {
    fn of(frozen: Frozen, reported_at: Time, state: &State) -> Self {
        let tries = state.tries.get(&frozen.host);
        Self {
            reported_at,
            bytes: frozen.body.len(),
            attempts: tries.map_or(0, |tries| tries.attempts),
            first_try: tries.map(|tries| tries.first),
            last_try: tries.map(|tries| tries.last),
            reason: tries.map(|tries| tries.reason.clone()),
            not_before: tries.map(|tries| tries.not_before),
            host: frozen.host,
        }
    }
}
