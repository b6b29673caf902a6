//! What daemons of time answer about themselves, and to whom: the kind `ntp_monlist`.

pub mod address;
pub mod chrony;
pub mod command_line;
mod configured;
pub mod daemon;
mod dhcp;
pub mod directive;
mod draft;
pub mod entry;
mod evidence;
pub mod explain;
pub mod exposure;
pub mod files;
mod findings;
pub mod flags;
mod grammar;
mod hand;
pub mod judge;
mod keywords;
mod lexer;
pub mod listening;
mod masked;
pub mod needed;
pub mod ntpd_files;
pub mod openntpd;
pub mod ours;
pub mod plan;
pub mod reading;
pub mod semantics;
pub mod source;
mod spans;
mod stale;
pub mod state;
pub mod syntax;
pub mod table;
pub mod version;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use standfast_facts::machine::Machine;

use crate::compose::{self, Files};
use crate::document::Change;
use crate::edit::{Permissions, Show};
use crate::proved::{Configured, Question};
use crate::provider::{Detail, Listed, Plan, Provider};
use crate::schema::Value;
use entry::NtpMonlist;
use plan::PlanError;
use state::{NtpState, ObserveError};

/// The file of ours in NTPsec's ntp.d. Names are read backwards there, so this one is read last.
pub const NTPSEC_DROP_IN: &str = "00-standfast.conf";

/// The file of ours in a `confdir` of chronyd, read last.
pub const CHRONY_DROP_IN: &str = "zz-standfast.conf";

/// The permission bits of a file that is made; it holds no secret, and daemons read it as whoever they are.
pub const FILE_MODE: u32 = 0o644;

/// The daemons of time of one machine, observed.
#[derive(Debug)]
pub struct Ntp<'m> {
    /// What is there, and what its files say.
    pub state: NtpState<'m>,
}

impl<'m> Ntp<'m> {
    /// Finds the daemons of time, and reads their files.
    ///
    /// # Errors
    /// When processes or a file cannot be read.
    pub fn observe(machine: &'m Machine<'m>) -> Result<Self, ObserveError> {
        Ok(Self { state: NtpState::observe(machine)? })
    }
}

impl Provider for Ntp<'_> {
    type Desired = NtpMonlist;
    type Failure = PlanError;

    fn plan(&self, desired: &[&NtpMonlist], detail: Detail) -> Vec<Result<Plan, PlanError>> {
        let plan_one = |(index, desired): (usize, &&NtpMonlist)| {
            if index > 0 {
                return Err(PlanError::Twice);
            }
            plan::plan(&self.state, desired, detail)
        };
        desired.iter().enumerate().map(plan_one).collect()
    }

    fn is_declared(&self, _: &NtpMonlist, declared: &[&NtpMonlist]) -> bool {
        !declared.is_empty()
    }

    fn list(&self) -> Vec<Listed> {
        let ensure = |word: &str| vec![("ensure", Value::Text(word.to_owned()))];
        let kind = NtpMonlist::KIND;
        vec![Listed {
            kind: kind.name,
            title: kind.title.to_owned(),
            ways: vec![ensure("disabled"), ensure("absent")],
        }]
    }

    fn directories(&self) -> Vec<PathBuf> {
        self.state.directories()
    }

    fn configured(&self, question: Question<'_>) -> Option<Configured> {
        match question {
            Question::Ntp { address } => Some(configured::of(&self.state, address)),
            Question::Snmp { .. } => None,
        }
    }
}

impl Files for Ntp<'_> {
    fn bytes(&self, path: &Path) -> Option<&[u8]> {
        self.state.said_in(path)?.bytes(path)
    }

    fn with(&self, path: &Path, changes: &[Change]) -> Vec<u8> {
        let said = self.state.said_in(path).and_then(|said| said.with(path, changes));
        said.unwrap_or_else(|| compose::new_file(changes))
    }

    fn goes_when_empty(&self, path: &Path) -> bool {
        path.file_name().is_some_and(|name| name == NTPSEC_DROP_IN || name == CHRONY_DROP_IN)
    }

    fn new_permissions(&self, _: &Path) -> Permissions {
        Permissions::mode(FILE_MODE)
    }

    fn show(&self) -> Show {
        masked::file
    }
}
