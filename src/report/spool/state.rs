//! `State`, what the spool remembers from one run to the next beside the reports themselves.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde::{Deserialize, Deserializer, Serialize};
use standfast_providers::commit::{CommitError, Store};
use standfast_providers::shown::Shown;

use super::error::Error;
use super::time::Time;

/// The format that is written, and the only one that is read.
const FORMAT: u32 = 1;
const NAME: &str = "state.json";
const MOST_BYTES: u64 = 1024 * 1024;
/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 300;

/// What is remembered. All reasons are safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The last report that the receiver has taken.
    pub delivered: Option<Delivered>,
    /// The last report that the receiver has refused for good, so that its like need not be sent again at each run;
    /// nothing once one is taken.
    pub refused: Option<Delivered>,
    /// Until when the receiver counts as a Foreman without the plugin.
    pub stock_until: Option<Time>,
    /// Since when no report has got through.
    pub unreachable_since: Option<Time>,
    /// Why the last report was not taken; nothing once one is.
    pub last_error: Option<Told>,
    /// How many reports and dead letters were dropped because of the bounds, ever.
    pub dropped: u64,
    /// The last that was dropped, and why.
    pub last_dropped: Option<Told>,
    /// How often the reports of a host were tried since one was taken. A newer report takes over what its
    /// predecessors have waited.
    pub(super) tries: BTreeMap<String, Tries>,
}

/// A report that the receiver has taken, or refused for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// Its host.
    pub host: String,
    /// Its digest.
    pub digest: String,
    /// When it was made.
    pub reported_at: Time,
    /// When the receiver took or refused it.
    pub at: Time,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub at: Time,
    /// What.
    #[serde(deserialize_with = "safe")]
    pub reason: String,
}

/// How often, why not, and when again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tries {
    pub(super) attempts: u32,
    pub(super) first: Time,
    pub(super) last: Time,
    pub(super) not_before: Time,
    #[serde(deserialize_with = "safe")]
    pub(super) reason: String,
}

#[derive(Serialize, Deserialize)]
struct File<S> {
    standfast_spool: u32,
    #[serde(flatten)]
    state: S,
}

impl State {
    /// Reads it; what is not ours is as if nothing were remembered, and is told.
    pub(super) fn read(store: &Store, now: Time) -> Result<Self, Error> {
        let bytes = match store.read(OsStr::new(NAME), MOST_BYTES) {
            Ok(None) => return Ok(Self::default()),
            Ok(Some(bytes)) => bytes,
            Err(error @ CommitError::NotAFile { .. }) => {
                return Ok(Self::begun_anew(now, &error.to_string()));
            }
            Err(error) => return Err(error.into()),
        };
        match serde_json::from_slice::<File<Self>>(&bytes) {
            Ok(file) if file.standfast_spool == FORMAT => Ok(file.state),
            Ok(_) => Ok(Self::begun_anew(now, "state.json is of another version of standfast")),
            // The text of the error could repeat what is in the file.
            Err(_) => Ok(Self::begun_anew(now, "state.json is not what was written")),
        }
    }

    fn begun_anew(now: Time, reason: &str) -> Self {
        let reason = words(&format!("{reason}; what was remembered is lost"));
        Self { last_error: Some(Told { at: now, reason }), ..Self::default() }
    }

    /// Replaces the file; the old one stays when that fails.
    pub(super) fn write(&self, store: &Store) -> Result<(), Error> {
        let file = File { standfast_spool: FORMAT, state: self };
        // Nothing can fail: all keys are texts, and memory takes all bytes.
        let mut bytes = serde_json::to_vec(&file).map_err(|_| Error::Invalid("the state is no JSON"))?;
        bytes.push(b'\n');
        Ok(store.put(OsStr::new(NAME), &bytes)?)
    }

    /// Notes that something was dropped.
    pub(super) fn drop_one(&mut self, at: Time, reason: String) {
        self.dropped = self.dropped.saturating_add(1);
        self.last_dropped = Some(Told { at, reason });
    }
}

/// A reason as it is kept: without control characters, and not longer than a person reads. Again it is the same.
pub(super) fn words(text: &str) -> String {
    let shown = Shown::text(text.trim());
    match shown.as_str().char_indices().nth(LONGEST_REASON) {
        Some((end, _)) if !shown.as_str().ends_with('…') => {
            format!("{}…", shown.as_str().get(..end).unwrap_or_default())
        }
        _ => shown.to_string(),
    }
}

fn safe<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(words(&String::deserialize(deserializer)?))
}
