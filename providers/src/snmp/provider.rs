//! `Snmp` among the families of kinds.

use std::path::PathBuf;

use super::judge::{Gone, Grants};
use super::list;
use super::permissions;
use super::plan::{self, Desired, PlanFailure};
use super::state::Snmp;
use super::strength::{Strength, Weakness};
use crate::proved::{Configured, Question};
use crate::provider::{Detail, Listed, Plan, Provider};
use crate::secret::Secret;

impl Provider for Snmp<'_> {
    type Desired = Desired;
    type Failure = PlanFailure;

    fn plan(&self, desired: &[&Desired], detail: Detail) -> Vec<Result<Plan, PlanFailure>> {
        plan::plan(self, desired, detail)
    }

    fn is_declared(&self, other: &Desired, declared: &[&Desired]) -> bool {
        match other {
            Desired::Community(other) => list::is_declared(self, other, declared),
            Desired::Access(_) => declared.iter().any(|one| matches!(one, Desired::Access(_))),
        }
    }

    fn list(&self) -> Vec<Listed> {
        list::list(self)
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

    fn communities(&self) -> Vec<Secret> {
        let strength = Strength::new(0, self.host_names().cloned().unwrap_or_default());
        let grants = Grants::of(&self.control);
        let open = grants
            .communities()
            .filter(|community| grants.open(community, &Gone::default()).next().is_some());
        // What is only short is not guessed in a few tries.
        let is_guessed = |community: &&[u8]| strength.weakness(community).is_some_and(Weakness::is_known);
        open.filter(is_guessed).map(|community| Secret::new(community.to_vec())).collect()
    }
}
