//! The plan for `versions => v3_only`: SNMPv1 and v2c are switched off, and SNMPv3 stays.
//!
//! The switches are of the library, and in a file of the daemon they are read behind `[snmp]` alone; without it the line
//! is an unknown word. Switched off they are at the next SIGHUP, on again only by a restart (measured with 5.9.3).

use super::keyword::Keyword;
use super::load::boolean;
use super::plan::PlanFailure;
use super::scene::Scene;
use super::semantics::Version;
use super::target;
use crate::document::Change;
use crate::provider::{Drift, Edit, Plan};
use crate::shown::Shown;

/// The versions that go, their switches and their words.
const SWITCHES: [(Version, Keyword, &str, &str); 2] = [
    (Version::V1, Keyword::DisableV1, "SNMPv1", "[snmp] disableSNMPv1 yes # standfast"),
    (Version::V2c, Keyword::DisableV2c, "SNMPv2c", "[snmp] disableSNMPv2c yes # standfast"),
];

/// Adds what switches both off.
///
/// # Errors
/// When the daemon reads no file that could hold the lines.
pub fn plan(scene: &Scene<'_, '_>, plan: &mut Plan) -> Result<(), PlanFailure> {
    let snmp = scene.snmp;
    let on: Vec<_> =
        SWITCHES.iter().filter(|(version, ..)| snmp.control.disabled_by(*version).is_none()).collect();
    if on.is_empty() {
        return Ok(());
    }
    let target = target::of(snmp, None)?;
    for (_, keyword, name, line) in on {
        let contrary = snmp.others.iter().filter(|other| {
            let value = snmp.line(other.line).and_then(|(line, bytes)| boolean(line.parameter(bytes)?));
            other.keyword == *keyword && value != Some(true)
        });
        for other in contrary {
            match scene.blocked_by(other.line) {
                None => plan.edits.push(scene.remove(other.line)),
                blocked => plan.blocked = plan.blocked.take().or(blocked),
            }
        }
        plan.drift.push(Drift {
            property: "versions",
            is: Shown::owned(format!("{name} is answered")),
            should: Shown::text("SNMPv3 only"),
            reason: Shown::owned(format!("no line switches {name} off")),
            place: None,
        });
        plan.edits
            .push(Edit { file: target.clone(), change: Change::Append { text: line.as_bytes().to_vec() } });
    }
    if let Some(line) = snmp.control.disabled.v3 {
        let place = scene.place_text(line);
        plan.blocked = Some(Shown::owned(format!(
            "{place} switches SNMPv3 off: without SNMPv1 and v2c nothing would be left"
        )));
    }
    Ok(())
}

/// The version that would still be answered.
#[must_use]
pub fn remains(after: &Scene<'_, '_>) -> Option<Shown> {
    let on = SWITCHES.iter().find(|(version, ..)| after.snmp.control.disabled_by(*version).is_none());
    on.map(|(_, _, name, _)| {
        Shown::owned(format!("{name} would still be answered: another line switches it on"))
    })
}
