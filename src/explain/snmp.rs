//! `standfast explain snmp`: who may read and write what, from where.

use std::net::IpAddr;

use standfast_facts::machine::Machine;
use standfast_facts::root::Root;
use standfast_providers::snmp::Snmp;
use standfast_providers::snmp::explain::Explanation;
use standfast_providers::snmp::state::ObserveError;

/// Explains the access by SNMP, all of it or that of one address.
///
/// # Errors
/// When a file cannot be read, or /proc cannot.
pub fn explain(root: &Root, from: Option<IpAddr>) -> Result<Explanation, ObserveError> {
    let machine = Machine::new(root);
    Ok(Snmp::observe(&machine)?.explain(from))
}
