//! The plans for all resources of SNMP, made together and tried before they are given away.

use rustc_hash::FxHashMap;

use super::access::SnmpAccess;
use super::community::SnmpCommunity;
use super::lookups::Planned;
use super::permissions::IdentityError;
use super::plan_access;
use super::plan_community::{self, Knowledge, Ready};
use super::quoting::Unwritable;
use super::scene::Scene;
use super::state::{ObserveError, Snmp};
use super::strength::Strength;
use super::target::TargetError;
use crate::compose::compose;
use crate::fingerprint;
use crate::provider::{Detail, Plan};
use crate::secret::{Secret, SecretFileError};
use crate::shown::Shown;

/// Desired state of the kinds in this folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Desired {
    /// One community.
    Community(SnmpCommunity),
    /// Access as a whole.
    Access(SnmpAccess),
}

/// Why there is no plan for a resource.
#[derive(Debug, thiserror::Error)]
pub enum PlanFailure {
    /// The file of the community cannot be used.
    #[error(transparent)]
    SecretFile(#[from] SecretFileError),
    /// The community is known by a fingerprint that cannot be compared.
    #[error(
        "the community is known by its fingerprint only, and the host's key of fingerprints is missing or others may \
         read it: {}",
        fingerprint::path().display()
    )]
    NoKey,
    /// No line can open the community.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// The lines have no place.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Whose the daemon's rights are is unknown.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The names of the host, or the files as they would be, cannot be read.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// Two resources are for the same community: only the first would ever count.
    #[error("snmp_community[{one}] and snmp_community[{other}] have the same community: give each its own")]
    Twice {
        /// The title of the one.
        one: Shown,
        /// The title of the other.
        other: Shown,
    },
    /// Two resources have the same name.
    #[error("snmp_community[{name}] is there twice")]
    SameName {
        /// The name.
        name: Shown,
    },
    /// Another resource forbids what this one wants.
    #[error("snmp_community[{name}] is against snmp_access: {reason}")]
    Forbidden {
        /// The title.
        name: Shown,
        /// Why.
        reason: Shown,
    },
    /// There can be one only.
    #[error("snmp_access is there twice: it says what holds for the whole host, and there can be one only")]
    SeveralAccess,
}

/// The plans for all resources, in their order.
#[must_use]
pub fn plan(snmp: &Snmp<'_>, desired: &[&Desired], detail: Detail) -> Vec<Result<Plan, PlanFailure>> {
    let scene = Scene::of(snmp);
    let (wishes, mut failures) = Wishes::of(&scene, desired);
    let plan_at = |(index, desired): (usize, &&Desired)| {
        snmp.machine.progress.step();
        match (failures.remove(&index), desired) {
            (Some(failure), _) => Err(failure),
            (None, Desired::Access(access)) => plan_access::plan(&scene, access, &wishes),
            (None, Desired::Community(_)) => match wishes.ready(index) {
                Some(ready) => plan_community::plan(&scene, ready, detail),
                None => Ok(Plan::default()),
            },
        }
    };
    let mut plans: Vec<_> = desired.iter().enumerate().map(plan_at).collect();
    try_out(snmp, &wishes, desired, &mut plans);
    plans
}

/// Looks at the files as they would be after all plans, and blocks each plan that would not help.
fn try_out(
    snmp: &Snmp<'_>,
    wishes: &Wishes<'_>,
    desired: &[&Desired],
    plans: &mut [Result<Plan, PlanFailure>],
) {
    let helps = |plan: &&Plan| plan.blocked.is_none();
    // Where only modes and owners differ, the files say what they said.
    if plans.iter().flatten().filter(helps).all(|plan| plan.edits.is_empty()) {
        return;
    }
    let edits = compose(snmp, plans.iter().flatten().filter(helps));
    let planned: Planned = edits.into_iter().map(|edit| (edit.path, edit.after)).collect();
    let after = snmp.after(planned);
    let scene = after.as_ref().map(Scene::of);
    for (index, plan) in plans.iter_mut().enumerate() {
        let Ok(plan) = plan else { continue };
        if plan.edits.is_empty() || plan.blocked.is_some() {
            continue;
        }
        plan.blocked = match (&scene, desired.get(index), wishes.ready(index)) {
            (Err(error), ..) => Some(Shown::owned(format!("the plan cannot be tried: {error}"))),
            (Ok(scene), Some(Desired::Access(access)), _) => plan_access::remains(scene, access, wishes),
            (Ok(scene), _, Some(ready)) => plan_community::remains(scene, ready),
            _ => None,
        };
    }
}

/// The communities that resources are for.
pub(super) struct Wishes<'d> {
    /// With their secrets, in the order of the resources; `None` where a resource is for none, or it is not known.
    ready: Vec<Option<Ready<'d>>>,
    /// The titles of those whose communities are not known.
    unknown: Vec<&'d str>,
}

type Failures = FxHashMap<usize, PlanFailure>;

impl<'d> Wishes<'d> {
    /// Reads the secrets, and finds those resources that are against each other.
    fn of(scene: &Scene<'_, '_>, desired: &[&'d Desired]) -> (Self, Failures) {
        let mut wishes = Self { ready: Vec::new(), unknown: Vec::new() };
        let mut failures = Failures::default();
        let mut access = Vec::new();
        for (index, desired) in desired.iter().enumerate() {
            let ready = match desired {
                Desired::Access(desired) => {
                    access.push((index, desired));
                    None
                }
                Desired::Community(community) => match Ready::of(scene, community) {
                    Ok(ready) => {
                        if ready.knowledge == Knowledge::Unseen {
                            wishes.unknown.push(&community.name.0);
                        }
                        Some(ready)
                    }
                    Err(failure) => {
                        failures.insert(index, failure);
                        wishes.unknown.push(&community.name.0);
                        None
                    }
                },
            };
            wishes.ready.push(ready);
        }
        wishes.find_twins(&mut failures);
        match access.as_slice() {
            [(_, access)] => wishes.find_forbidden(scene.snmp, access, &mut failures),
            several => failures.extend(several.iter().map(|(index, _)| (*index, PlanFailure::SeveralAccess))),
        }
        (wishes, failures)
    }

    /// Resources with the same community, or the same name.
    fn find_twins(&self, failures: &mut Failures) {
        let mut by_community: FxHashMap<&[u8], (usize, &str)> = FxHashMap::default();
        let mut by_name: FxHashMap<&str, usize> = FxHashMap::default();
        for (index, ready) in self.ready.iter().enumerate() {
            let Some(ready) = ready else { continue };
            let name = ready.name();
            if let Some(other) = by_name.insert(name, index) {
                for index in [other, index] {
                    failures.insert(index, PlanFailure::SameName { name: Shown::text(name) });
                }
            }
            let Some(community) = ready.community.as_ref().map(Secret::reveal) else { continue };
            if let Some((other, twin)) = by_community.insert(community, (index, name)) {
                for index in [other, index] {
                    let (one, other) = (Shown::text(twin), Shown::text(name));
                    failures.insert(index, PlanFailure::Twice { one, other });
                }
            }
        }
    }

    /// Communities that access as a whole would not let in.
    fn find_forbidden(&self, snmp: &Snmp<'_>, access: &SnmpAccess, failures: &mut Failures) {
        if self.ready.iter().all(Option::is_none) {
            return;
        }
        // Where the names cannot be read, the plan for access as a whole says so.
        let names = snmp.host_names().cloned().unwrap_or_default();
        let strength = Strength::new(access.weak_min_length.0, names);
        for (index, ready) in self.ready.iter().enumerate() {
            let Some(ready) = ready else { continue };
            if let Some(reason) = ready
                .present()
                .and_then(|community| plan_access::forbidden(access, &strength, ready, community))
            {
                let name = Shown::text(ready.name());
                failures.entry(index).or_insert(PlanFailure::Forbidden { name, reason });
            }
        }
    }

    fn ready(&self, index: usize) -> Option<&Ready<'d>> {
        self.ready.get(index)?.as_ref()
    }

    /// The resources that want a community to be there, by the community.
    pub(super) fn declared(&self) -> FxHashMap<&[u8], &SnmpCommunity> {
        let declared = |ready: &'_ Ready<'d>| ready.desired;
        self.ready.iter().flatten().filter_map(|ready| Some((ready.present()?, declared(ready)))).collect()
    }

    /// The title of a resource whose community is not known.
    pub(super) fn unknown(&self) -> Option<&'d str> {
        self.unknown.first().copied()
    }
}
