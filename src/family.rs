//! The families of kinds: each observes its own files once a run, and plans all of its resources together.

use std::collections::BTreeMap;
use std::path::PathBuf;

use standfast_facts::machine::Machine;
use standfast_providers::compose::compose;
use standfast_providers::edit::FileEdit;
use standfast_providers::limits::{self, Limits};
use standfast_providers::ntp::Ntp;
use standfast_providers::ntp::entry::NtpMonlist;
use standfast_providers::proved::{Configured, Question};
use standfast_providers::provider::{Detail, Plan, Provider};
use standfast_providers::rsyslog::desired::RsyslogForward;
use standfast_providers::rsyslog::state::Rsyslog;
use standfast_providers::secret::Secret;
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
    /// The service that its files configure, if it can be asked over the network, and the kind whose resources are told
    /// what it answers.
    #[must_use]
    pub fn service(self) -> Option<(Service, &'static str)> {
        match self {
            Self::Limits => None,
            Self::Ntp => Some((Service::Ntp, NtpMonlist::KIND.name)),
            Self::Snmp => Some((Service::Snmp, snmp::access::SnmpAccess::KIND.name)),
            Self::Rsyslog => None,
        }
    }
}

/// A plan, or why there is none.
pub type Planned = Result<Plan, String>;

impl Desired {
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
        for resource in resources {
            let family = resource.desired.family();
            families.entry(family).or_insert_with(|| observe(machine, family));
        }
        Self { families }
    }

    /// The plans for all resources, in their order.
    #[must_use]
    pub fn plan(&self, resources: &[Resource], detail: Detail) -> Vec<Planned> {
        let mut plans: Vec<Planned> = Vec::with_capacity(resources.len());
        let mut of_family: BTreeMap<Family, std::vec::IntoIter<Planned>> = BTreeMap::new();
        for (family, observed) in &self.families {
            if let Ok(planner) = observed {
                of_family.insert(*family, planner.plan(resources, detail).into_iter());
            }
        }
        for resource in resources {
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
        Family::Rsyslog => observed(Rsyslog::observe(machine), |desired| match desired {
            Desired::Rsyslog(desired) => Some(desired),
            _ => None,
        }),
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
    /// The plans for the resources of this family, in their order.
    fn plan(&self, resources: &[Resource], detail: Detail) -> Vec<Planned>;
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
    fn plan(&self, resources: &[Resource], detail: Detail) -> Vec<Planned> {
        let desired: Vec<_> =
            resources.iter().filter_map(|resource| (self.pick)(&resource.desired)).collect();
        let plans = self.provider.plan(&desired, detail).into_iter();
        plans.map(|plan| plan.map_err(|error| chain(&error))).collect()
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
