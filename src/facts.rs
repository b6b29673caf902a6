//! `standfast facts`: the fact `standfast` for Facter and Foreman.
//!
//! One structured fact with stable values, at most 100 direct children and 3 deep, no arrays of objects, no secrets:
//! what Facter's soft limits and Foreman's fact importer bear. Nothing goes to standard error, for Facter would
//! put it into each report.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};
use standfast_facts::accounts::AccountsError;
use standfast_facts::machine::Machine;
use standfast_facts::pam_services;
use standfast_facts::root::Root;
use standfast_providers::limits::Limits;
use standfast_providers::limits::findings::Lasting;
use standfast_providers::limits::rules::RulesSource;
use standfast_providers::limits::state::ObserveError;
use standfast_providers::limits::syntax::Action;
use standfast_providers::shown::Shown;
use thiserror::Error;

use crate::chain::chain;
use crate::cli::FactsFormat;

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

/// Writes the fact.
///
/// A host without pam_limits has a fact all the same, and one that cannot be observed has one that says why: Facter
/// takes a failed executable for a missing fact.
///
/// # Errors
/// When the output cannot be written.
pub fn write(root: &Root, format: FactsFormat, out: &mut impl Write) -> io::Result<()> {
    let limits = match limits_fact(root) {
        Ok(limits) => limits,
        Err(FactsError::Observe(ObserveError::NoModule)) => json!({ "installed": false }),
        Err(error) => json!({ "error": Shown::text(&chain(&error)) }),
    };
    let fact = json!({ "standfast": { "version": env!("CARGO_PKG_VERSION"), "limits": limits } });
    match format {
        FactsFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &fact)?;
            writeln!(out)?;
        }
        FactsFormat::Yaml => {
            writeln!(out, "---")?;
            write_yaml(&fact, 0, out)?;
        }
    }
    Ok(())
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

fn limits_fact(root: &Root) -> Result<Value, FactsError> {
    let machine = Machine::new(root);
    let state = Limits::observe(&machine)?.state;
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

/// YAML of nested objects with plain values, which is all that a fact holds. Texts are quoted as JSON quotes them,
/// which YAML 1.2 reads alike.
fn write_yaml(value: &Value, depth: usize, out: &mut impl Write) -> io::Result<()> {
    let Value::Object(object) = value else { return writeln!(out, "{value}") };
    let empty = Map::new();
    for (key, value) in object {
        let indent = "  ".repeat(depth);
        match value {
            Value::Object(inner) if *inner != empty => {
                writeln!(out, "{indent}{key}:")?;
                write_yaml(value, depth + 1, out)?;
            }
            _ => writeln!(out, "{indent}{key}: {value}")?,
        }
    }
    Ok(())
}
