//! The part `snmp` of the fact: counts and kinds, no community.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};
use standfast_facts::machine::Machine;
use standfast_providers::shown::Shown;
use standfast_providers::snmp::Snmp;
use standfast_providers::snmp::rules::Version;
use standfast_providers::snmp::semantics::Grant;
use standfast_providers::snmp::state::Program;
use standfast_providers::snmp::strength::is_default;
use standfast_providers::snmp::tables::Level;

use crate::chain::chain;

/// The part of the fact. A host without snmpd has one all the same, and one that cannot be observed has one that says
/// why.
#[must_use]
pub fn fact(machine: &Machine<'_>) -> Value {
    match Snmp::observe(machine) {
        Ok(snmp) if snmp.program == Program::Missing => json!({ "installed": false }),
        Ok(snmp) => serde_json::to_value(SnmpFact::of(&snmp)).unwrap_or_default(),
        Err(error) => json!({ "error": Shown::text(&chain(&error)) }),
    }
}

#[derive(Serialize)]
struct SnmpFact {
    installed: bool,
    version: String,
    running: bool,
    files: usize,
    /// How many communities are answered by someone.
    communities: usize,
    default_communities: usize,
    /// How many of them may write.
    writable: usize,
    /// How many are answered wherever they come from.
    any_source: usize,
    v1_v2c: bool,
    v3_users: usize,
    /// How many of them are answered without a key.
    v3_without_key: usize,
    listen: String,
    exposed: bool,
    findings: usize,
    /// Where the host has a key for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprints: Option<String>,
}

impl SnmpFact {
    fn of(snmp: &Snmp<'_>) -> Self {
        let Version(major, minor, patch) = snmp.installed.version;
        // A line that another keeps from being asked grants nothing.
        let grants: Vec<&Grant> = snmp.grants.iter().filter(|grant| grant.shadowed_by.is_none()).collect();
        let distinct = |wanted: &dyn Fn(&Grant) -> bool| {
            let wanted = grants.iter().filter(|grant| wanted(grant));
            wanted.map(|grant| grant.community.reveal()).collect::<BTreeSet<_>>()
        };
        let all = distinct(&|_| true);
        let listens = snmp.listens();
        let fingerprints: Option<BTreeSet<String>> =
            all.iter().map(|community| snmp.fingerprints.of(community)).collect();
        let users = snmp.users();
        Self {
            installed: true,
            version: format!("{major}.{minor}.{patch}"),
            running: snmp.daemon.is_some(),
            files: snmp.files.len(),
            communities: all.len(),
            default_communities: all.iter().filter(|community| is_default(community)).count(),
            writable: distinct(&|grant| !grant.write.is_nothing()).len(),
            any_source: distinct(&|grant| grant.source.is_any()).len(),
            v1_v2c: !grants.is_empty(),
            v3_users: users.iter().filter(|user| user.least_level().is_some()).count(),
            v3_without_key: users.iter().filter(|user| user.least_level() == Some(Level::NoAuth)).count(),
            listen: listens.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            exposed: listens.iter().any(|listen| listen.is_exposed()),
            findings: snmp.findings().len(),
            fingerprints: fingerprints
                .filter(|fingerprints| !fingerprints.is_empty())
                .map(|fingerprints| fingerprints.into_iter().collect::<Vec<_>>().join(",")),
        }
    }
}
