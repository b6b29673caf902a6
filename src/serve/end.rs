//! The end of a run: what still runs with old files, and what is kept for later.

use std::collections::BTreeSet;
use std::path::Path;

use standfast_providers::commit::{CommitError, STATE_DIR, Writer};
use standfast_providers::fingerprint::Fingerprints;
use standfast_providers::schema::Value;
use standfast_providers::state_dir::StateFile;
use thiserror::Error;

use super::answer::Became;
use super::applied::{self, Kept};
use super::ask::{Given, Named};
use super::session::{Asked, Entry, Last, Session, Standing};
use crate::policy::declared::{Declared, Parameters};
use crate::policy::snapshot::{self, By, SnapshotError};
use crate::run::Mode;

/// Why nothing could be kept of a run.
#[derive(Debug, Error)]
pub(super) enum EndError {
    /// The snapshot.
    #[error("the snapshot of desired state cannot be written")]
    Snapshot(#[from] SnapshotError),
    /// The digests.
    #[error("what is in force cannot be noted")]
    Applied(#[from] CommitError),
}

/// Whether the run was told to end, or its input ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It was told to.
    Asked,
    /// Nobody asks any more.
    Left,
}

impl Session<'_> {
    /// What is right in the files, and not in the daemon that runs.
    pub(super) fn stale(&mut self) -> Vec<Became> {
        let is_held = |entry: &Entry| {
            matches!(entry.last, Some(Last::Held | Last::Stale)) && entry.named.noop != Some(true)
        };
        let before: Vec<_> = self.entries.iter().map(|entry| entry.last).collect();
        let held = self.entries.iter().enumerate().filter(|(_, entry)| is_held(entry));
        let held = held.map(|(index, _)| Asked::Entry(index)).collect();
        let mut became = self.judge(held, Mode::Check);
        became.retain(|became| became.stale);
        // What was in force when it was looked at was in force.
        for (entry, last) in self.entries.iter_mut().zip(before) {
            entry.last = last;
        }
        became
    }

    /// Writes what is kept of the run: the digests of what was in force, and the snapshot of what is desired.
    ///
    /// Who asks for single resources by hand desires nothing that should hold later. Of a run that was left only a
    /// whole one has a snapshot.
    ///
    /// # Errors
    /// When the state directory cannot be written; what was kept before stays.
    pub(super) fn keep(&self, ending: Ending) -> Result<(), EndError> {
        let declared: Vec<&Entry> = self.entries.iter().filter(|entry| entry.is_declared()).collect();
        if declared.is_empty() || self.run.by == By::Resource {
            return Ok(());
        }
        let writer = Writer::begin(self.root, Path::new(STATE_DIR))?;
        writer.make_fingerprint_key()?;
        let now = self.in_force(&declared);
        if now != *self.applied().kept()
            && let Some(bytes) = applied::to_json(now)
        {
            writer.keep_state(StateFile::Applied, &bytes)?;
        }
        let is_whole = ending == Ending::Asked || declared.iter().all(|entry| entry.last.is_some());
        if is_whole {
            let resources: Vec<Declared> = declared.iter().map(|entry| entry.named.declared()).collect();
            snapshot::write(self.root, &writer, &self.run, &resources)?;
        }
        Ok(())
    }

    /// What is in force now, over what was before. An agent's catalog is all that there is: what it lacks is forgotten.
    fn in_force(&self, declared: &[&Entry]) -> Kept {
        let mut kept = self.applied().kept().clone();
        if self.run.by == By::Agent {
            let names: BTreeSet<(&str, &str)> = declared.iter().map(|entry| entry.named.name()).collect();
            kept.retain(|kind, titles| {
                titles.retain(|title, _| names.contains(&(kind.as_str(), title.as_str())));
                !titles.is_empty()
            });
        }
        let fingerprints = Fingerprints::observe(self.root);
        for entry in declared.iter().filter(|entry| entry.last == Some(Last::Held)) {
            if let Some(digests) = applied::digests(&entry.named, &fingerprints) {
                let titles = kept.entry(entry.named.kind.clone()).or_default();
                titles.insert(entry.named.title.clone(), digests);
            }
        }
        kept
    }
}

impl Entry {
    /// Whether it is desired state that a manifest names.
    fn is_declared(&self) -> bool {
        matches!(self.standing, Standing::Ready(..) | Standing::Deferred)
    }
}

impl Named {
    fn name(&self) -> (&str, &str) {
        (&self.kind, &self.title)
    }

    /// As the snapshot has it.
    fn declared(&self) -> Declared {
        let value = |given: &Given| match given {
            Given::Value(value) => Some(value.clone()),
            Given::Undef | Given::Unusable(_) => None,
        };
        let given = self.parameters.iter().flat_map(|parameters| &parameters.0);
        let values: Vec<(String, Value)> =
            given.filter_map(|(name, given)| Some((name.clone(), value(given)?))).collect();
        Declared {
            kind: self.kind.clone(),
            title: self.title.clone(),
            parameters: Parameters(values),
            noop: self.noop == Some(true),
            file: self.file.clone(),
            line: self.line,
            tags: self.tags.clone(),
            deferred: self.deferred.clone(),
            container: self.container.clone(),
        }
    }
}
