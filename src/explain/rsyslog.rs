//! `standfast explain rsyslog`: where messages go.

use standfast_facts::kernel::KernelError;
use standfast_facts::machine::Machine;
use standfast_facts::root::Root;
use standfast_providers::rsyslog::explain::Explanation;
use standfast_providers::rsyslog::host::Host;
use standfast_providers::rsyslog::pmask::{FACILITIES, facility_number};
use standfast_providers::shown::Shown;
use thiserror::Error;

/// Why nothing can be explained.
#[derive(Debug, Error)]
pub enum ExplainError {
    /// No such facility.
    #[error("`{given}` is no facility: they are {}", FACILITIES[..24].join(", "))]
    NoFacility {
        /// As given.
        given: Shown,
    },
    /// No rsyslog.
    #[error("there is no /etc/rsyslog.conf: rsyslog is not installed")]
    NoRsyslog,
    /// The running processes.
    #[error("cannot read the running processes")]
    Processes(#[source] KernelError),
}

/// Explains where messages go; of one facility when it is named.
///
/// # Errors
/// When there is no such facility, no rsyslog, or the processes cannot be read.
pub fn rsyslog(root: &Root, facility: Option<&str>) -> Result<Explanation, ExplainError> {
    let number = |given: &str| {
        let named = given.bytes().any(|byte| byte.is_ascii_alphabetic());
        let number = facility_number(given.as_bytes()).filter(|number| named && *number < 24);
        number.ok_or_else(|| ExplainError::NoFacility { given: Shown::text(given) })
    };
    let facility = facility.map(number).transpose()?;
    let machine = Machine::new(root);
    let host = Host::observe(&machine).map_err(ExplainError::Processes)?.ok_or(ExplainError::NoRsyslog)?;
    Ok(host.explain(facility))
}
