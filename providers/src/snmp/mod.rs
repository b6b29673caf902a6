//! Access by SNMP, as snmpd reads its configuration: the kinds `snmp_community` and `snmp_access`.

pub mod access;
mod communities;
pub mod community;
mod cover;
pub mod explain;
pub mod findings;
mod findings_lines;
mod findings_users;
pub mod hosts;
pub mod installed;
pub mod invocation;
pub mod judge;
pub mod keyword;
mod likely;
pub mod lines;
mod list;
pub mod listen;
pub mod load;
pub mod lookups;
pub mod oid;
pub mod permissions;
pub mod plan;
mod plan_access;
mod plan_addresses;
mod plan_community;
mod plan_users;
mod plan_versions;
mod protection;
mod provider;
pub mod quoting;
pub mod reading;
pub mod rules;
mod scene;
pub mod semantics;
pub mod show;
pub mod source;
pub mod sources;
pub mod state;
pub mod strength;
pub mod syntax;
pub mod tables;
pub mod target;
pub mod users;
mod vacm;
mod violations;
pub mod words;

#[cfg(test)]
mod tests;

pub use plan::{Desired, PlanFailure};
pub use state::Snmp;

use std::path::Path;

use crate::compose::{Files, new_file};
use crate::document::Change;
use crate::edit::{Permissions, Show};

/// What standfast adds where the daemon includes a directory; removed when nothing is left in it.
pub const DROP_IN: &str = "zz-standfast.conf";

impl Files for Snmp<'_> {
    fn bytes(&self, path: &Path) -> Option<&[u8]> {
        self.file(path).map(|file| file.document.bytes())
    }

    fn with(&self, path: &Path, changes: &[Change]) -> Vec<u8> {
        match self.file(path) {
            Some(file) => file.document.with(changes),
            None => new_file(changes),
        }
    }

    fn goes_when_empty(&self, path: &Path) -> bool {
        path.file_name().is_some_and(|name| name == DROP_IN)
    }

    fn new_permissions(&self, _: &Path) -> Permissions {
        // Where the daemon's rights are not known there is no plan that would make a file.
        permissions::Identity::of(self).unwrap_or(permissions::Identity::ROOT).wanted()
    }

    fn show(&self) -> Show {
        show::show
    }
}
