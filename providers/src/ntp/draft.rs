//! The lines of ours that the files of one daemon should hold, and the files as they would then be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use standfast_facts::root::Root;

use super::ours::{self, OurLine, Rewrite};
use super::source::Source;
use super::state::Service;
use crate::compose::new_file;
use crate::document::Change;
use crate::provider::Edit;

/// Lines that are tried; files that are not named hold none of ours.
#[derive(Clone, Debug)]
pub(super) struct Draft<'s> {
    service: &'s Service,
    own: Vec<OurLine>,
    lines: BTreeMap<PathBuf, Vec<Vec<u8>>>,
    rewrite: Rewrite,
}

impl<'s> Draft<'s> {
    /// Without any line of ours.
    pub(super) fn new(service: &'s Service) -> Self {
        Self { service, own: own_lines(service), lines: BTreeMap::new(), rewrite: Rewrite::All }
    }

    /// The same, with the lines of ours that are there and are wanted again left where they are.
    pub(super) fn keeping(&self) -> Self {
        Self { rewrite: Rewrite::Missing, ..self.clone() }
    }

    /// With more lines in a file, each once.
    pub(super) fn add(&mut self, path: &Path, lines: &[Vec<u8>]) {
        let own = self.lines.entry(path.to_path_buf()).or_default();
        let there: FxHashSet<Vec<u8>> = own.iter().cloned().collect();
        own.extend(lines.iter().filter(|line| !there.contains(*line)).cloned());
    }

    fn changes(&self) -> BTreeMap<&Path, Vec<Change>> {
        let paths = self.own.iter().map(|line| &line.file).chain(self.lines.keys());
        let mut changes = BTreeMap::new();
        for path in paths {
            changes.entry(path.as_path()).or_insert_with(|| self.of_file(path));
        }
        changes.retain(|_, changes| !changes.is_empty());
        changes
    }

    fn of_file(&self, path: &Path) -> Vec<Change> {
        let lines = self.lines.get(path).map(Vec::as_slice).unwrap_or_default();
        let said = self.service.readings.iter().map(|(_, said)| said);
        // A file that is not there yet is made in the way of the daemon's others.
        let holder = said.clone().find(|said| said.bytes(path).is_some()).or(said.clone().next());
        holder.map(|said| ours::changes(said, path, &self.own, lines, self.rewrite)).unwrap_or_default()
    }

    /// The files as they would be.
    pub(super) fn source<'r>(&self, root: &'r Root) -> Source<'r> {
        let after = |(path, changes): (&Path, Vec<Change>)| {
            let said = self.service.readings.iter().find_map(|(_, said)| said.with(path, &changes));
            (path.to_path_buf(), said.unwrap_or_else(|| new_file(&changes)))
        };
        Source::with(root, self.changes().into_iter().map(after).collect())
    }

    /// The changes as a plan has them.
    pub(super) fn edits(&self) -> Vec<Edit> {
        let edit = |file: &Path, change| Edit { file: file.to_path_buf(), change };
        self.changes()
            .into_iter()
            .flat_map(|(file, changes)| changes.into_iter().map(move |change| edit(file, change)))
            .collect()
    }
}

/// The lines of ours in all files of a daemon, each once.
pub(super) fn own_lines(service: &Service) -> Vec<OurLine> {
    let mut lines: Vec<OurLine> = service.readings.iter().flat_map(|(_, said)| ours::ours(said)).collect();
    lines.sort_by(|a, b| (&a.file, a.chunk).cmp(&(&b.file, b.chunk)));
    lines.dedup();
    lines
}
