//! rsyslog's configuration, read as rsyslogd reads it.

pub mod action;
pub mod build;
mod build_action;
pub mod compare;
pub mod config;
mod dangers;
pub mod desired;
pub mod dialect;
pub mod eval;
pub mod explain;
pub mod expr;
pub mod fault;
pub mod files;
pub mod findings;
pub mod flat;
mod forward;
pub mod forwards;
mod glob;
pub mod host;
mod inputs;
mod legacy;
mod legacy_action;
pub mod lexer;
pub mod lints;
mod list;
pub mod logical;
pub mod missing;
mod parse;
mod parse_expr;
mod parse_value;
mod place;
pub mod plan;
pub mod pmask;
mod property;
mod queue;
pub mod reader;
pub mod removal;
pub mod render;
mod render_legacy;
pub mod selector;
pub mod semantics;
mod show;
pub mod spool;
pub mod state;
pub mod statistics;
pub mod syntax;
#[cfg(test)]
mod tests;
pub mod token;
mod told;
pub mod tree;
pub mod value;
pub mod values;
pub mod verdict;
pub mod version;
pub mod words;

#[cfg(test)]
mod plan_tests;

use std::path::{Path, PathBuf};

use crate::compose::Files;
use crate::document::Change;
use crate::edit::{Check, Permissions, Show};
use crate::provider::{Detail, Listed, Plan, Provider};
use desired::RsyslogForward;
use state::Rsyslog;

/// The permission bits of a file that is made: it holds no secret, and monitoring may read it.
pub const FILE_MODE: u32 = 0o644;

impl Provider for Rsyslog<'_> {
    type Desired = RsyslogForward;
    type Failure = plan::PlanError;

    fn plan(&self, desired: &[&RsyslogForward], detail: Detail) -> Vec<Result<Plan, plan::PlanError>> {
        plan::plan(self, desired, detail)
    }

    fn is_declared(&self, other: &RsyslogForward, declared: &[&RsyslogForward]) -> bool {
        list::is_declared(self, other, declared)
    }

    fn list(&self) -> Vec<Listed> {
        list::list(self)
    }

    fn directories(&self) -> Vec<PathBuf> {
        plan::directories(self)
    }
}

impl Files for Rsyslog<'_> {
    fn bytes(&self, path: &Path) -> Option<&[u8]> {
        self.file(path)
    }

    fn with(&self, path: &Path, changes: &[Change]) -> Vec<u8> {
        self.changed(path, changes)
    }

    fn goes_when_empty(&self, path: &Path) -> bool {
        self.is_our_file(path)
    }

    fn new_permissions(&self, _: &Path) -> Permissions {
        Permissions::mode(FILE_MODE)
    }

    fn show(&self) -> Show {
        show::show
    }

    fn check(&self, path: &Path, after: Option<&[u8]>) -> Option<Check> {
        let program = self
            .daemon
            .as_ref()
            .map_or_else(|| PathBuf::from("/usr/sbin/rsyslogd"), |daemon| daemon.exe.clone());
        let files = self.files();
        let changed = files.clone().with(path, after.map(<[u8]>::to_vec));
        Some(Check {
            program,
            arguments: vec!["-N1".into(), "-f".into()],
            config: self.main.clone(),
            alone: flat::flat(&files, &self.main).zip(flat::flat(&changed, &self.main)),
            noise: &["config validation run"],
        })
    }
}
