//! `Snmp` among the families of kinds.

use std::path::PathBuf;

use super::permissions;
use super::plan::{self, Desired, PlanFailure};
use super::state::Snmp;
use crate::proved::{Configured, Question};
use crate::provider::{Detail, Plan, Provider};

impl Provider for Snmp<'_> {
    type Desired = Desired;
    type Failure = PlanFailure;

    fn plan(&self, desired: &[&Desired], detail: Detail) -> Vec<Result<Plan, PlanFailure>> {
        plan::plan(self, desired, detail)
    }

    fn directories(&self) -> Vec<PathBuf> {
        let read = self.files.iter().filter(|file| file.status.is_some());
        let mut directories: Vec<_> =
            read.map(|file| permissions::directory(&file.path).to_path_buf()).collect();
        directories.extend(self.directories.iter().map(|directory| directory.path.clone()));
        directories.push(PathBuf::from("/etc/snmp"));
        directories.sort_unstable();
        directories.dedup();
        directories
    }

    fn configured(&self, question: Question<'_>) -> Option<Configured> {
        let Question::Snmp { address, community } = question else { return None };
        self.configured_for(address, community)
    }
}
