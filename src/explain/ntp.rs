//! `standfast explain ntp`: what daemons of time answer to whom.

use std::net::IpAddr;

use standfast_facts::machine::Machine;
use standfast_facts::root::Root;
use standfast_providers::ntp::Ntp;
use standfast_providers::ntp::explain::{INTERNET, NtpExplanation, explain};
use standfast_providers::ntp::state::ObserveError;

/// Explains what a source is answered; without one, what anyone on the internet is.
///
/// # Errors
/// When processes or files cannot be read.
pub fn ntp(root: &Root, from: Option<IpAddr>) -> Result<NtpExplanation, ObserveError> {
    let machine = Machine::new(root);
    let sources: Vec<IpAddr> = match from {
        Some(from) => vec![from],
        None => INTERNET.iter().filter_map(|address| address.parse().ok()).collect(),
    };
    Ok(explain(&Ntp::observe(&machine)?.state, &sources))
}
