//! The families of kinds: each observes its own files once a run, and plans all of its resources together.

use std::collections::BTreeMap;
use std::path::PathBuf;

use standfast_facts::machine::Machine;
use standfast_providers::compose::compose;
use standfast_providers::edit::FileEdit;
use standfast_providers::limits::config::LimitsConfig;
use standfast_providers::limits::entry::{Ensure, Exceptions, LimitsEntry};
use standfast_providers::limits::{self, Limits};
use standfast_providers::ntp::Ntp;
use standfast_providers::ntp::entry::NtpMonlist;
use standfast_providers::proved::{Configured, Question};
use standfast_providers::provider::{Detail, Listed, Plan, Provider};
use standfast_providers::rsyslog;
use standfast_providers::rsyslog::desired::{Flag, RsyslogForward};
use standfast_providers::rsyslog::missing::Missing;
use standfast_providers::rsyslog::state::{ObserveError, Rsyslog};
use standfast_providers::schema::Kind;
use standfast_providers::secret::Secret;
use standfast_providers::snmp::access::{Purge, SnmpAccess};
use standfast_providers::snmp::community::SnmpCommunity;
use standfast_providers::snmp::{self, Snmp};

use crate::chain::chain;
use crate::cli::Service;
use crate::resource::Resource;

/// Desired state of one resource.
#[derive(Clone, Debug)]
pub enum Desired {
    /// Limits that pam_limits sets.
    Limits(limits::Desired),
    /// What daemons of time answer.
    Ntp(NtpMonlist),
    /// Access by SNMP.
    Snmp(snmp::Desired),
    /// Messages that rsyslog forwards.
    Rsyslog(Box<RsyslogForward>),
}

/// A folder of providers, whose kinds share their files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// `limits_entry`, `limits_config`.
    Limits,
    /// `ntp_monlist`.
    Ntp,
    /// `snmp_community`, `snmp_access`.
    Snmp,
    /// `rsyslog_forward`.
    Rsyslog,
}

impl Family {
    /// The family of a kind.
    #[must_use]
    pub fn of_kind(kind: &str) -> Option<Self> {
        let is = |known: Kind| known.name == kind;
        match () {
            () if is(LimitsEntry::KIND) || is(LimitsConfig::KIND) => Some(Self::Limits),
            () if is(NtpMonlist::KIND) => Some(Self::Ntp),
            () if is(SnmpCommunity::KIND) || is(SnmpAccess::KIND) => Some(Self::Snmp),
            () if is(RsyslogForward::KIND) => Some(Self::Rsyslog),
            () => None,
        }
    }

    /// The service that its files configure, if it can be asked over the network, and the kind whose resources are told
    /// what it answers.
    #[must_use]
    pub fn service(self) -> Option<(Service, &'static str)> {
        match self {
            Self::Limits => None,
            Self::Ntp => Some((Service::Ntp, NtpMonlist::KIND.name)),
            Self::Snmp => Some((Service::Snmp, SnmpAccess::KIND.name)),
            Self::Rsyslog => None,
        }
    }
}

/// A plan, or why there is none.
pub type Planned = Result<Plan, String>;

impl Desired {
    /// Whether it may remove what no resource declares.
    #[must_use]
    pub fn purges(&self) -> bool {
        match self {
            Self::Limits(limits::Desired::Config(config)) => config.purge.is_some(),
            Self::Limits(limits::Desired::Entry(entry)) => entry.exceptions == Exceptions::Forbid,
            Self::Snmp(snmp::Desired::Access(access)) => access.purge == Purge::Undeclared,
            Self::Rsyslog(forward) => forward.purge == Flag::True,
            Self::Ntp(_) | Self::Snmp(snmp::Desired::Community(_)) => false,
        }
    }

    /// Whether it should not be there.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        match self {
            Self::Limits(limits::Desired::Entry(entry)) => entry.ensure == Ensure::Absent,
            Self::Snmp(snmp::Desired::Community(community)) => {
                community.ensure == snmp::community::Ensure::Absent
            }
            Self::Rsyslog(forward) => forward.ensure == rsyslog::desired::Ensure::Absent,
            Self::Ntp(_)
            | Self::Limits(limits::Desired::Config(_))
            | Self::Snmp(snmp::Desired::Access(_)) => false,
        }
    }

    /// The family that it belongs to.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::Limits(_) => Family::Limits,
            Self::Ntp(_) => Family::Ntp,
            Self::Snmp(_) => Family::Snmp,
            Self::Rsyslog(_) => Family::Rsyslog,
        }
    }
}

/// The families that a run asks for, observed; one that cannot be observed fails its own resources only.
pub struct Observation<'m> {
    families: BTreeMap<Family, Result<Box<dyn Planner + 'm>, String>>,
}

impl<'m> Observation<'m> {
    /// Observes what these resources are about, and nothing else.
    #[must_use]
    pub fn of(machine: &'m Machine<'m>, resources: &[Resource]) -> Self {
        let mut families = BTreeMap::new();
        // Thousands of one family stand beside each other, and each change of a run comes by here.
        let mut last = None;
        for family in resources.iter().map(|resource| resource.desired.family()) {
            if last.replace(family) == Some(family) {
                continue;
            }
            families.entry(family).or_insert_with(|| observe(machine, family));
        }
        Self { families }
    }

    /// The plans for the wanted resources, by their places in rising order; the others are beside them.
    #[must_use]
    pub fn plan(&self, resources: &[Resource], wanted: &[usize], detail: Detail) -> Vec<Planned> {
        let mut plans: Vec<Planned> = Vec::with_capacity(wanted.len());
        let mut of_family: BTreeMap<Family, std::vec::IntoIter<Planned>> = BTreeMap::new();
        for (family, observed) in &self.families {
            if let Ok(planner) = observed {
                of_family.insert(*family, planner.plan(resources, wanted, detail).into_iter());
            }
        }
        for resource in wanted.iter().filter_map(|place| resources.get(*place)) {
            let family = resource.desired.family();
            let planned = of_family.get_mut(&family).and_then(Iterator::next);
            plans.push(planned.unwrap_or_else(|| Err(self.failure(family))));
        }
        plans
    }

    fn failure(&self, family: Family) -> String {
        match self.families.get(&family) {
            Some(Err(reason)) => reason.clone(),
            _ => "no plan was made".to_owned(),
        }
    }

    /// One edit per file, out of the plans of these resources that are given.
    #[must_use]
    pub fn compose<'p>(&self, plans: impl Iterator<Item = (&'p Resource, &'p Plan)>) -> Vec<FileEdit> {
        let mut of_family: BTreeMap<Family, Vec<&Plan>> = BTreeMap::new();
        for (resource, plan) in plans {
            of_family.entry(resource.desired.family()).or_default().push(plan);
        }
        let composed = of_family.iter().filter_map(|(family, plans)| {
            let planner = self.families.get(family)?.as_ref().ok()?;
            Some(planner.compose(plans))
        });
        composed.flatten().collect()
    }

    /// What the files of a family say of a question.
    #[must_use]
    pub fn configured(&self, family: Family, question: Question<'_>) -> Option<Configured> {
        self.families.get(&family)?.as_ref().ok()?.configured(question)
    }

    /// The communities that are worth trying.
    #[must_use]
    pub fn communities(&self) -> Vec<Secret> {
        self.families.values().flatten().flat_map(|planner| planner.communities()).collect()
    }

    /// Whether one of the resources is for what `other` is for, under whatever name.
    #[must_use]
    pub fn is_declared(&self, other: &Resource, declared: &[Resource]) -> bool {
        let planner = self.families.get(&other.desired.family());
        planner
            .is_some_and(|planner| planner.as_ref().is_ok_and(|planner| planner.is_declared(other, declared)))
    }

    /// What is there, as resources of a family.
    ///
    /// # Errors
    /// Why it cannot be observed.
    pub fn list(machine: &'m Machine<'m>, family: Family) -> Result<Vec<Listed>, String> {
        Ok(observe(machine, family)?.list())
    }

    /// The directories in which files may be written.
    #[must_use]
    pub fn directories(&self) -> Vec<PathBuf> {
        self.families.values().flatten().flat_map(|planner| planner.directories()).collect()
    }
}

fn observe<'m>(machine: &'m Machine<'m>, family: Family) -> Result<Box<dyn Planner + 'm>, String> {
    match family {
        Family::Limits => observed(Limits::observe(machine), |desired| match desired {
            Desired::Limits(desired) => Some(desired),
            _ => None,
        }),
        Family::Ntp => observed(Ntp::observe(machine), |desired| match desired {
            Desired::Ntp(desired) => Some(desired),
            _ => None,
        }),
        Family::Snmp => observed(Snmp::observe(machine), |desired| match desired {
            Desired::Snmp(desired) => Some(desired),
            _ => None,
        }),
        Family::Rsyslog => match Rsyslog::observe(machine) {
            Ok(rsyslog) => observed(Ok::<_, ObserveError>(rsyslog), forward),
            Err(error) => observed(Missing::of(error), forward),
        },
    }
}

fn forward(desired: &Desired) -> Option<&RsyslogForward> {
    match desired {
        Desired::Rsyslog(desired) => Some(desired),
        _ => None,
    }
}

fn observed<'m, P: Provider + 'm, E: std::error::Error + 'static>(
    provider: Result<P, E>,
    pick: Pick<P>,
) -> Result<Box<dyn Planner + 'm>, String> {
    let provider = provider.map_err(|error| chain(&error))?;
    Ok(Box::new(Observed { provider, pick }))
}

/// What a run asks of a family, whichever it is.
trait Planner {
    /// The plans for the wanted resources of this family, in their order.
    fn plan(&self, resources: &[Resource], wanted: &[usize], detail: Detail) -> Vec<Planned>;
    fn is_declared(&self, other: &Resource, declared: &[Resource]) -> bool;
    fn list(&self) -> Vec<Listed>;
    fn compose(&self, plans: &[&Plan]) -> Vec<FileEdit>;
    fn directories(&self) -> Vec<PathBuf>;
    fn configured(&self, question: Question<'_>) -> Option<Configured>;
    fn communities(&self) -> Vec<Secret>;
}

/// How a family finds its own desired state.
type Pick<P> = fn(&Desired) -> Option<&<P as Provider>::Desired>;

struct Observed<P: Provider> {
    provider: P,
    pick: Pick<P>,
}

impl<P: Provider> Planner for Observed<P> {
    fn plan(&self, resources: &[Resource], wanted: &[usize], detail: Detail) -> Vec<Planned> {
        let mut desired = Vec::with_capacity(resources.len());
        // The places among those of this family.
        let mut places = Vec::with_capacity(wanted.len());
        let mut wanted = wanted.iter().peekable();
        for (place, resource) in resources.iter().enumerate() {
            let is_wanted = wanted.next_if(|wanted| **wanted == place).is_some();
            if let Some(picked) = (self.pick)(&resource.desired) {
                if is_wanted {
                    places.push(desired.len());
                }
                desired.push(picked);
            }
        }
        let plans = if places.len() == desired.len() {
            self.provider.plan(&desired, detail)
        } else {
            self.provider.plan_some(&desired, &places, detail)
        };
        plans.into_iter().map(|plan| plan.map_err(|error| chain(&error))).collect()
    }

    fn is_declared(&self, other: &Resource, declared: &[Resource]) -> bool {
        let declared: Vec<_> = declared.iter().filter_map(|one| (self.pick)(&one.desired)).collect();
        (self.pick)(&other.desired).is_some_and(|other| self.provider.is_declared(other, &declared))
    }

    fn list(&self) -> Vec<Listed> {
        self.provider.list()
    }

    fn compose(&self, plans: &[&Plan]) -> Vec<FileEdit> {
        compose(&self.provider, plans.iter().copied())
    }

    fn directories(&self) -> Vec<PathBuf> {
        self.provider.directories()
    }

    fn configured(&self, question: Question<'_>) -> Option<Configured> {
        self.provider.configured(question)
    }

    fn communities(&self) -> Vec<Secret> {
        self.provider.communities()
    }
}

#[cfg(test)]
mod tests {
    use super::Family;
    use crate::resource::KINDS;

    #[test]
    fn each_kind_has_a_family_and_nothing_else_has_one() {
        assert!(KINDS.iter().all(|kind| Family::of_kind(kind.name).is_some()));
        assert_eq!(Family::of_kind("limits"), None);
    }
}
