//! `standfast facts`: the fact `standfast` for Facter and Foreman.
//!
//! One structured fact with stable values, at most 100 direct children and 3 deep, no arrays of objects, no secrets:
//! what Facter's soft limits and Foreman's fact importer bear. Nothing goes to standard error, for Facter would
//! put it into each report.

mod limits;
mod ntp;
mod rsyslog;
mod snmp;

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use standfast_facts::machine::Machine;
use standfast_facts::root::Root;

use crate::cli::FactsFormat;
use crate::proof::ProvedFacts;

/// Writes the fact.
///
/// A host without pam_limits has a fact all the same, and one that cannot be observed has one that says why: Facter
/// takes a failed executable for a missing fact.
///
/// # Errors
/// When the output cannot be written.
pub fn write(root: &Root, proved: &ProvedFacts, format: FactsFormat, out: &mut impl Write) -> io::Result<()> {
    let machine = Machine::new(root);
    let mut fact = json!({ "standfast": {
        "version": env!("CARGO_PKG_VERSION"),
        "limits": limits::fact(&machine),
        "ntp": ntp::fact(&machine),
        "rsyslog": rsyslog::fact(&machine),
        "snmp": snmp::fact(&machine),
    } });
    add_proved(&mut fact["standfast"], proved);
    match format {
        FactsFormat::Json => {
            crate::report::json::write_pretty(&fact, out)?;
        }
        FactsFormat::Yaml => {
            writeln!(out, "---")?;
            write_yaml(&fact, 0, out)?;
        }
    }
    Ok(())
}

/// What a probe has told.
fn add_proved(fact: &mut Value, proved: &ProvedFacts) {
    for (family, name, told) in [
        ("ntp", "answers_monlist", proved.answers_monlist),
        ("ntp", "answers_queries", proved.answers_queries),
        ("snmp", "answers_default_community", proved.answers_default_community),
    ] {
        if let Some(told) = told {
            fact[family][name] = told.into();
        }
    }
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
