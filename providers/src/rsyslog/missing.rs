//! A machine without rsyslog: nothing is forwarded, and no file of ours would change that.

use std::path::{Path, PathBuf};

use super::desired::{Ensure, RsyslogForward};
use super::state::ObserveError;
use super::{FILE_MODE, show};
use crate::compose::{Files, new_file};
use crate::document::Change;
use crate::edit::{Permissions, Show};
use crate::provider::{Detail, Drift, Listed, Plan, Provider};
use crate::shown::Shown;

/// rsyslog that is not there, or not all of it. The package may come later in the same run, so what is desired is drift
/// and no failure.
#[derive(Debug)]
pub struct Missing {
    reason: &'static str,
}

impl Missing {
    /// What is missing, if that is why rsyslog could not be observed.
    ///
    /// # Errors
    /// Any other reason.
    pub fn of(error: ObserveError) -> Result<Self, ObserveError> {
        match error {
            ObserveError::NotInstalled => Ok(Self { reason: "rsyslog is not installed" }),
            ObserveError::NoConfig => {
                Ok(Self { reason: "there is no rsyslog.conf: rsyslogd does not start without it" })
            }
            error @ ObserveError::Daemons(_) => Err(error),
        }
    }

    fn plan(&self, desired: &RsyslogForward) -> Plan {
        if desired.ensure == Ensure::Absent {
            return Plan::default();
        }
        let drift = Drift {
            property: "ensure",
            is: Shown::text("absent"),
            should: Shown::text("present"),
            reason: Shown::text(self.reason),
            place: None,
        };
        Plan { drift: vec![drift], blocked: Some(Shown::text(self.reason)), ..Plan::default() }
    }
}

impl Provider for Missing {
    type Desired = RsyslogForward;
    type Failure = std::convert::Infallible;

    fn plan(&self, desired: &[&RsyslogForward], _: Detail) -> Vec<Result<Plan, std::convert::Infallible>> {
        desired.iter().map(|desired| Ok(Self::plan(self, desired))).collect()
    }

    fn is_declared(&self, other: &RsyslogForward, declared: &[&RsyslogForward]) -> bool {
        declared.iter().any(|one| one.name == other.name)
    }

    fn list(&self) -> Vec<Listed> {
        Vec::new()
    }

    fn directories(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}

impl Files for Missing {
    fn bytes(&self, _: &Path) -> Option<&[u8]> {
        None
    }

    fn with(&self, _: &Path, changes: &[Change]) -> Vec<u8> {
        new_file(changes)
    }

    fn goes_when_empty(&self, _: &Path) -> bool {
        false
    }

    fn new_permissions(&self, _: &Path) -> Permissions {
        Permissions::mode(FILE_MODE)
    }

    fn show(&self) -> Show {
        show::show
    }
}
