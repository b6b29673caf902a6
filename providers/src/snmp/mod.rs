//! Access by SNMP, as snmpd reads its configuration: the kinds `snmp_community` and `snmp_access`.

mod communities;
pub mod explain;
pub mod findings;
mod findings_lines;
mod findings_users;
pub mod hosts;
pub mod installed;
pub mod invocation;
pub mod keyword;
mod likely;
pub mod listen;
pub mod load;
pub mod oid;
pub mod reading;
pub mod rules;
pub mod semantics;
pub mod show;
pub mod source;
pub mod state;
pub mod syntax;
pub mod tables;
pub mod users;
mod vacm;
pub mod words;

#[cfg(test)]
mod tests;

pub use state::Snmp;

use std::path::Path;

use crate::compose::{Files, new_file};
use crate::document::Change;
use crate::edit::{Permissions, Show};

/// What standfast adds where the daemon includes a directory; removed when nothing is left in it.
pub const DROP_IN: &str = "zz-standfast.conf";

/// The permission bits of a file that holds communities, until it is known who must read it.
const FILE_MODE: u32 = 0o600;

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
        Permissions::mode(FILE_MODE)
    }

    fn show(&self) -> Show {
        show::show
    }
}
