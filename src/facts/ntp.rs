//! The part `ntp` of the fact: the daemons of time, and whether their files let strangers query.

use serde::Serialize;
use serde_json::{Value, json};
use standfast_facts::machine::Machine;
use standfast_providers::ntp::Ntp;
use standfast_providers::ntp::daemon;
use standfast_providers::ntp::entry::{Ensure, NtpMonlist};
use standfast_providers::ntp::judge;
use standfast_providers::ntp::reading::Role;
use standfast_providers::ntp::state::Service;
use standfast_providers::provider::{Detail, Provider};
use standfast_providers::shown::Shown;

use crate::chain::chain;

/// What is told of the daemon that counts most: the one that runs, else the first that is installed.
#[derive(Serialize)]
struct NtpFact {
    installed: bool,
    /// All daemons, by their words, with commas between.
    daemons: String,
    daemon: &'static str,
    version: String,
    running: bool,
    service: String,
    config: Shown,
    files: usize,
    /// Whether the files let strangers query, whatever an `allow` of a policy may permit.
    open: bool,
    /// Who is let in: a count of lines.
    doors: usize,
    /// Whether a daemon runs with older files than are there.
    stale: bool,
    findings: usize,
}

/// The part of the fact. A host without a daemon of time has one all the same, and one that cannot be observed has one
/// that says why.
#[must_use]
pub fn fact(machine: &Machine<'_>) -> Value {
    let ntp = match Ntp::observe(machine) {
        Ok(ntp) => ntp,
        Err(error) => return json!({ "error": Shown::text(&chain(&error)) }),
    };
    let services = &ntp.state.services;
    let Some(first) = services.first() else { return json!({ "installed": false }) };
    let strict = NtpMonlist { ensure: Ensure::Disabled, allow: None, target: None };
    let plan = ntp.plan(&[&strict], Detail::Drift).pop().and_then(Result::ok).unwrap_or_default();
    let daemons: Vec<&str> = services.iter().map(|service| service.installed.program.word()).collect();
    let doors: usize = services.iter().map(doors).sum();
    let reading = first.readings.first();
    let packaged = || daemon::packaged(machine.root, first.installed.program);
    let version = first.installed.version.or_else(packaged);
    let fact = NtpFact {
        installed: true,
        daemons: daemons.join(","),
        daemon: first.installed.program.word(),
        version: version.map(|version| version.to_string()).unwrap_or_default(),
        running: first.is_running(),
        service: first.installed.service.clone(),
        config: reading
            .map(|(reading, _)| Shown::text(&reading.place().to_string_lossy()))
            .unwrap_or_default(),
        files: reading.map_or(0, |(_, said)| said.paths().len()),
        open: doors > 0,
        doors,
        stale: !plan.stale.is_empty(),
        findings: plan.findings.len(),
    };
    serde_json::to_value(fact).unwrap_or_default()
}

/// How many lines let strangers in, of the configuration that runs, or that the next start reads where none does.
fn doors(service: &Service) -> usize {
    let counts = |role: &Role| *role == Role::Running || !service.is_running() && *role == Role::Next;
    let readings = service.readings.iter().filter(|(reading, _)| counts(&reading.role));
    readings.map(|(_, said)| judge::doors(said, &[]).len()).sum()
}
