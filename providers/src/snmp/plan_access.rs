//! The plan for `snmp_access`: the lines that let in what must not be let in, and what is done about each.

use standfast_facts::root::ReadError;

use super::access::{Modes, Rule, SnmpAccess, Users, Versions, Weak};
use super::community::Grade;
use super::permissions::{self, Exposure, Identity};
use super::plan::{PlanFailure, Wishes};
use super::plan_addresses;
use super::plan_community::{Knowledge, Ready};
use super::plan_users;
use super::plan_versions;
use super::protection;
use super::rules::Feature;
use super::scene::Scene;
use super::source::Source;
use super::state::{ObserveError, Program};
use super::strength::{HostNames, Strength, depends_on_names};
use super::violations::{Judge, is_wide};
use crate::provider::{Plan, ReloadAction};
use crate::shown::Shown;

/// The plan.
///
/// # Errors
/// When the names of the host cannot be read, or whose the daemon's rights are is unknown.
pub fn plan(scene: &Scene<'_, '_>, access: &SnmpAccess, wishes: &Wishes<'_>) -> Result<Plan, PlanFailure> {
    let mut plan = Plan::default();
    if scene.snmp.program == Program::Missing {
        return Ok(plan);
    }
    let judge = Judge::new(scene, access, wishes, host_names(scene).map_err(ObserveError::Read)?);
    judge.add_to(&mut plan);
    if access.versions == Versions::V3Only && scene.snmp.rules.disabling == Feature::Known {
        plan_versions::plan(scene, &mut plan)?;
    }
    if access.users == Users::AuthPriv {
        plan_users::plan(scene, &mut plan);
    }
    if !plan.edits.is_empty() {
        plan.reloads.extend(
            scene.reload(ReloadAction::Hup, "snmpd reads its files when it starts, and after SIGHUP"),
        );
    }
    if let Some(addresses) = &access.agent_address {
        plan_addresses::plan(scene, addresses, &mut plan)?;
    }
    protect(scene, access.modes, &mut plan)?;
    plan.findings.extend(scene.snmp.findings());
    if !plan.drift.is_empty() && plan.edits.is_empty() && plan.permissions.is_empty() {
        plan.blocked = plan.blocked.take().or_else(|| plan.drift.first().map(|drift| drift.reason.clone()));
    }
    Ok(plan)
}

/// What is still let in, in the state that a plan leads to, though the plan should have closed it.
#[must_use]
pub fn remains(after: &Scene<'_, '_>, access: &SnmpAccess, wishes: &Wishes<'_>) -> Option<Shown> {
    // The plan itself could read them.
    let judge = Judge::new(after, access, wishes, host_names(after).unwrap_or_default());
    let remains = judge.remains();
    remains
        .or_else(|| {
            let is_asked =
                access.versions == Versions::V3Only && after.snmp.rules.disabling == Feature::Known;
            is_asked.then(|| plan_versions::remains(after)).flatten()
        })
        .or_else(|| (access.users == Users::AuthPriv).then(|| plan_users::remains(after)).flatten())
        .or_else(|| plan_addresses::remains(after, access.agent_address.as_ref()?))
}

/// The names of the host, where a community is there that they have a say in.
fn host_names(scene: &Scene<'_, '_>) -> Result<HostNames, ReadError> {
    if scene.grants.communities().any(depends_on_names) {
        scene.snmp.host_names().cloned()
    } else {
        Ok(HostNames::default())
    }
}

/// Why a community that a resource wants must not be let in.
#[must_use]
pub fn forbidden(
    access: &SnmpAccess,
    strength: &Strength,
    ready: &Ready<'_>,
    community: &[u8],
) -> Option<Shown> {
    let desired = ready.desired;
    if access.versions == Versions::V3Only {
        return Some(Shown::text("`versions` is v3_only, and communities are of no use"));
    }
    // How strong a community is that nobody has seen is not known.
    if access.weak == Weak::Forbid
        && ready.knowledge != Knowledge::Unseen
        && let Some(weakness) = strength.weakness(community)
    {
        return Some(Shown::owned(format!("`weak` is forbid, and the community is weak: {weakness}")));
    }
    if access.write == Rule::Forbid && desired.access == Grade::ReadWrite {
        return Some(Shown::text("`write` is forbid, and `access` is rw"));
    }
    let sources = desired.sources.as_ref().map_or(&[][..], |sources| &sources.0);
    let wide = sources.iter().find(|source| is_wide(&Source::Net(**source)));
    wide.filter(|_| access.any_source == Rule::Forbid)
        .map(|source| Shown::owned(format!("`any_source` is forbid, and {source} is next to everyone")))
}

/// Sees to it that only root and the daemon may read the files that hold communities and keys, and that the daemon can
/// read all of its files again.
fn protect(scene: &Scene<'_, '_>, modes: Modes, plan: &mut Plan) -> Result<(), PlanFailure> {
    let identity = Identity::of(scene.snmp)?;
    for file in &scene.snmp.files {
        let found = protection::of(scene, file, identity);
        let found = found.filter(|found| {
            found.exposure == Exposure::Unreadable || permissions::holds_secrets(file, &plan.edits)
        });
        match (found, modes) {
            (None, _) => {}
            (Some(found), Modes::Enforce) => found.add_to(plan),
            (Some(found), Modes::Report) => plan.findings.push(found.finding()),
        }
    }
    Ok(())
}
