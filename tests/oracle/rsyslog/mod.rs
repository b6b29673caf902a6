//! rsyslogd is asked what it reads, and where messages arrive; our reader must say the same.

mod arrivals;
mod behaviour;
mod dense;
mod dump;
mod forward;
mod generate;
mod read;
mod receivers;
mod trees;

use standfast_providers::rsyslog::files::Files;
use standfast_providers::rsyslog::version::Version;

use crate::net::Host;

/// The files of a machine, as the rsyslogd of Debian 12 reads them.
fn files(host: &Host) -> Files<'_> {
    Files::of(host.root()).read_by(Version::parse("8.2302.0"))
}

/// Asserts that of so many cases none differs.
fn none_differs(differences: &[String], of: usize) {
    assert!(differences.is_empty(), "{} of {of}:\n{}", differences.len(), differences.join("\n\n"));
}
