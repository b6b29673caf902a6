//! Limits that pam_limits sets at login: the kinds `limits_entry` and `limits_config`.

pub mod config;
pub mod config_plan;
pub mod domain;
pub mod entry;
mod evidence;
pub mod explain;
pub mod findings;
mod index;
pub mod item;
pub mod judge;
mod list;
mod owners;
pub mod plan;
pub mod reach;
pub mod ready;
pub mod rules;
pub mod semantics;
pub mod state;
pub mod syntax;
pub mod target;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use standfast_facts::login_defs::{self, LoginDefs};
use standfast_facts::machine::Machine;
use standfast_facts::root::ReadError;

use crate::compose::Files;
use crate::document::Change;
use crate::edit::{Permissions, Show, show_plain};
use crate::provider::{Detail, Edit, Listed, Place, Provider};
use crate::shown::Shown;
use config::LimitsConfig;
use entry::LimitsEntry;
use state::{LIMITS_D, LimitsState, ObserveError, SECURITY_DIR};

/// Where an entry goes that names no target; made when it is needed, removed when nothing is left in it.
pub const DROP_IN: &str = "/etc/security/limits.d/zz-standfast.conf";

/// The permission bits of limits files; pam_limits reads them as root, and so may everyone.
pub const FILE_MODE: u32 = 0o644;

/// Desired state of the kinds in this folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Desired {
    /// One limit.
    Entry(LimitsEntry),
    /// The files as a whole.
    Config(LimitsConfig),
}

/// The limits of one machine, observed.
#[derive(Debug)]
pub struct Limits<'m> {
    /// What the files say.
    pub state: LimitsState<'m>,
    login_defs: LoginDefs,
}

/// A plan or why there is none.
pub type Planned = Result<crate::provider::Plan, PlanFailure>;

/// Why there is no plan for a resource of this folder.
#[derive(Debug, thiserror::Error)]
pub enum PlanFailure {
    /// For an entry.
    #[error(transparent)]
    Entry(#[from] ready::PlanError),
    /// For the files as a whole.
    #[error(transparent)]
    Config(#[from] config_plan::ConfigError),
}

impl<'m> Limits<'m> {
    /// Reads the installed module, all limits files and login.defs.
    ///
    /// # Errors
    /// When the module is missing on a host, or a file cannot be read.
    pub fn observe(machine: &'m Machine<'m>) -> Result<Self, ObserveError> {
        let login_defs = match login_defs::read(machine.root) {
            Ok(login_defs) => login_defs,
            Err(ReadError::Missing { .. }) => LoginDefs::default(),
            Err(error) => return Err(ObserveError::Read(error)),
        };
        Ok(Self { state: LimitsState::observe(machine)?, login_defs })
    }

    /// The place of an edit that is for a piece of a line only: it would change what the other pieces say.
    fn piece_of_a_line(&self, edit: &Edit) -> Option<Place> {
        let (Change::Replace { chunk, .. } | Change::Remove { chunk }) = edit.change else { return None };
        let document = self.state.files.iter().find(|file| file.path == edit.file)?.document()?;
        let line = document.chunks().get(chunk)?.line;
        (!document.is_whole_line(chunk)).then(|| Place { file: edit.file.clone(), line })
    }

    /// The least and the greatest UID of ordinary users, login.defs(5).
    #[must_use]
    pub fn ordinary(&self) -> (u32, u32) {
        (self.login_defs.uid_min, self.login_defs.uid_max)
    }
}

impl Provider for Limits<'_> {
    type Desired = Desired;
    type Failure = PlanFailure;

    fn plan(&self, desired: &[&Desired], detail: Detail) -> Vec<Planned> {
        let all: Vec<usize> = (0..desired.len()).collect();
        self.plan_some(desired, &all, detail)
    }

    fn plan_some(&self, desired: &[&Desired], wanted: &[usize], detail: Detail) -> Vec<Planned> {
        let mut entries: Vec<&LimitsEntry> = Vec::with_capacity(desired.len());
        // The places of the wanted among the entries.
        let mut places = Vec::with_capacity(wanted.len());
        for (index, entry) in
            desired.iter().enumerate().filter_map(|(index, one)| Some((index, one.entry()?)))
        {
            if wanted.binary_search(&index).is_ok() {
                places.push(entries.len());
            }
            entries.push(entry);
        }
        let mut entry_plans =
            plan::plan(&self.state, &entries, &places, &self.login_defs, detail).into_iter();
        let plan_one = |desired: &&Desired| match desired {
            Desired::Entry(_) => entry_plans.next().map(|plan| plan.map_err(PlanFailure::from)),
            Desired::Config(config) => Some(
                config_plan::plan(&self.state, config, &entries, &self.login_defs).map_err(PlanFailure::from),
            ),
        };
        let wanted = wanted.iter().filter_map(|index| desired.get(*index));
        let mut plans: Vec<_> = wanted.filter_map(plan_one).collect();
        for plan in plans.iter_mut().flatten() {
            if let Some(place) = plan.edits.iter().find_map(|edit| self.piece_of_a_line(edit)) {
                plan.blocked = Some(Shown::text(&format!(
                    "{place} is longer than 1023 bytes, and this pam_limits.so reads it in pieces: break it by hand first"
                )));
            }
        }
        plans
    }

    fn is_declared(&self, other: &Desired, declared: &[&Desired]) -> bool {
        let entries: Vec<&LimitsEntry> = declared.iter().filter_map(|desired| desired.entry()).collect();
        other.entry().is_some_and(|other| plan::is_declared(&self.state, other, &entries, &self.login_defs))
    }

    fn list(&self) -> Vec<Listed> {
        list::list(&self.state, &self.login_defs)
    }

    fn directories(&self) -> Vec<PathBuf> {
        vec![PathBuf::from(SECURITY_DIR), PathBuf::from(LIMITS_D)]
    }
}

impl Desired {
    fn entry(&self) -> Option<&LimitsEntry> {
        match self {
            Self::Entry(entry) => Some(entry),
            Self::Config(_) => None,
        }
    }
}

impl Files for Limits<'_> {
    fn bytes(&self, path: &Path) -> Option<&[u8]> {
        self.state.files.iter().find(|file| file.path == path)?.document().map(|document| document.bytes())
    }

    fn with(&self, path: &Path, changes: &[crate::document::Change]) -> Vec<u8> {
        let document =
            self.state.files.iter().find(|file| file.path == path).and_then(|file| file.document());
        match document {
            Some(document) => document.with(changes),
            None => crate::compose::new_file(changes),
        }
    }

    fn goes_when_empty(&self, path: &Path) -> bool {
        path == Path::new(DROP_IN)
    }

    fn new_permissions(&self, _: &Path) -> Permissions {
        Permissions::mode(FILE_MODE)
    }

    fn show(&self) -> Show {
        show_plain
    }
}
