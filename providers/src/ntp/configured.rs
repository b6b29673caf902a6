//! What the files of the daemons that run say of a stranger's question to one of the host's own addresses.

use std::net::IpAddr;

use standfast_facts::addresses;

use super::address::{AddressFamily, Network};
use super::chrony;
use super::reading::{Role, Said};
use super::semantics::{Port, verdict};
use super::state::NtpState;
use crate::proved::Configured;
use crate::provider::Place;

/// Whether the stranger, who has the address that he asks, gets more than the time, and by which line.
pub(super) fn of(state: &NtpState<'_>, address: IpAddr) -> Configured {
    let own = addresses::own(state.machine.root).unwrap_or_default();
    let interface = own.iter().find(|own| own.address == address).map_or("", |own| &own.interface);
    for (reading, said) in state.services.iter().flat_map(|service| &service.readings) {
        if reading.role != Role::Running {
            continue;
        }
        if let Some(place) = opens(said, address, interface) {
            return Configured::Open(place);
        }
    }
    Configured::Closed
}

fn opens(said: &Said, address: IpAddr, interface: &str) -> Option<Place> {
    match said {
        Said::Ntpd(closure, configuration) => {
            let verdict = verdict(configuration, address, Port::Other);
            let is_heard = configuration.listening.listens_on(address, interface);
            let whole = || Place { file: closure.main().to_path_buf(), line: 0 };
            (is_heard && verdict.answers.is_query())
                .then(|| verdict.line.map_or_else(whole, |line| closure.place(line)))
        }
        Said::Chrony(closure, configuration) => {
            let (answers, line) = chrony::semantics::verdict(configuration, address);
            let (bound, _) =
                configuration.command_address[usize::from(AddressFamily::of(address) == AddressFamily::V6)];
            let is_heard = bound.is_unspecified() || Network::host(bound).contains(address);
            line.filter(|_| answers.command && is_heard).map(|line| closure.place(line))
        }
        Said::Openntpd(_) | Said::Nothing => None,
    }
}
