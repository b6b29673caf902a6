//! The part `limits` of the fact.

use serde::Serialize;
use serde_json::{Value, json};
use standfast_facts::accounts::AccountsError;
use standfast_facts::machine::Machine;
use standfast_facts::pam_services;
use standfast_providers::limits::Limits;
use standfast_providers::limits::findings::Lasting;
use standfast_providers::limits::rules::RulesSource;
use standfast_providers::limits::state::ObserveError;
use standfast_providers::limits::syntax::Action;
use standfast_providers::shown::Shown;
use thiserror::Error;

use crate::chain::chain;

/// Why there is no fact.
#[derive(Debug, Error)]
enum FactsError {
    /// The files.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// The name service.
    #[error("cannot look up users and groups")]
    Accounts(#[from] AccountsError),
}

/// The part of the fact. A host without pam_limits has one all the same, and one that cannot be observed has one that
/// says why.
#[must_use]
pub fn fact(machine: &Machine<'_>) -> Value {
    match observe(machine) {
        Ok(limits) => limits,
        Err(FactsError::Observe(ObserveError::NoModule)) => json!({ "installed": false }),
        Err(error) => json!({ "error": Shown::text(&chain(&error)) }),
    }
}

#[derive(Serialize)]
struct LimitsFact {
    installed: bool,
    module: String,
    matches_ids: bool,
    services: String,
    files: usize,
    entries: usize,
    no_limits: usize,
    inert: usize,
    findings: usize,
}

fn observe(machine: &Machine<'_>) -> Result<Value, FactsError> {
    let state = Limits::observe(machine)?.state;
    let findings = state.line_findings()?;
    let actions =
        |wanted: fn(&Action) -> bool| state.lines().filter(|(_, line, _)| wanted(&line.action)).count();
    let services = pam_services::services(state.machine.root).unwrap_or_default();
    let loading =
        services.iter().filter(|service| !service.loads.is_empty()).map(|service| service.name.clone());
    let fact = LimitsFact {
        installed: matches!(state.rules.source, RulesSource::Installed(_)),
        module: match &state.rules.source {
            RulesSource::Installed(path) => path.to_string_lossy().into_owned(),
            RulesSource::Assumed(name) => format!("assumed: {name}"),
        },
        matches_ids: state.rules.module.ranges,
        services: loading.collect::<Vec<_>>().join(","),
        files: state.files.iter().filter(|file| file.document().is_some()).count(),
        entries: actions(|action| matches!(action, Action::Limit(_))),
        no_limits: actions(|action| *action == Action::NoLimits),
        inert: findings.iter().filter(|finding| finding.lasting != Lasting::No).count(),
        findings: findings.len() + state.file_findings()?.len(),
    };
    Ok(serde_json::to_value(fact).unwrap_or_default())
}
