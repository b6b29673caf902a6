//! `check --probe` and `facts --probe`: what the daemons answer, set beside what their files say.

use std::collections::BTreeSet;
use std::time::Duration;

use standfast_facts::addresses::{self, AddressesError};
use standfast_facts::probe::snmp::{Community, Label};
use standfast_facts::probe::{Asked, NtpPorts, Proved, SnmpAsked, Target, Vantage, probe};
use standfast_facts::root::Root;
use standfast_providers::proved::{Configured, Confirm, Question, Tried, drifts};

use crate::chain::chain;
use crate::cli::Service;
use crate::family::{Family, Observation, Planned};
use crate::probe::all;
use crate::resource::Resource;

/// How long one request may take where nobody says otherwise.
pub const TIMEOUT: Duration = Duration::from_secs(1);

/// Adds to the plans where the daemons do not do what their files say. A daemon that cannot be told of adds nothing.
pub fn add(observed: &Observation<'_>, resources: &[&Resource], plans: &mut [Planned], root: &Root) {
    let families: BTreeSet<Family> = resources.iter().map(|resource| resource.desired.family()).collect();
    let services = families.iter().filter_map(|family| Some((*family, family.service()?)));
    let services: Vec<(Family, (Service, &'static str))> = services.collect();
    if services.is_empty() {
        return;
    }
    let secrets = observed.communities();
    let configured: Vec<&[u8]> = secrets.iter().map(|secret| secret.reveal()).collect();
    let communities = Community::with(&configured);
    let wanted: Vec<Service> = services.iter().map(|(_, (service, _))| *service).collect();
    let proved = strangers(root, &wanted, &communities);
    for (family, (service, kind)) in services {
        let of_kind = resources.iter().zip(plans.iter_mut()).filter(|(resource, _)| resource.kind == kind);
        for (_, planned) in of_kind {
            let Ok(plan) = planned else { continue };
            match &proved {
                Ok(proved) => {
                    let configured = |question: Question<'_>| observed.configured(family, question);
                    let tried = tried(configured, service, proved, &communities);
                    let confirm = if plan.is_in_sync() { Confirm::Nothing } else { Confirm::Open };
                    plan.stale.extend(drifts(&tried, confirm));
                }
                Err(error) => *planned = Err(chain(error)),
            }
        }
    }
}

/// Asks these services on all addresses that strangers know.
///
/// # Errors
/// When the kernel does not tell the addresses.
pub fn strangers(
    root: &Root,
    services: &[Service],
    communities: &[Community<'_>],
) -> Result<Vec<Proved>, AddressesError> {
    let mut targets: Vec<Target> = all(&addresses::own(root)?);
    targets.retain(|target| target.vantage == Vantage::Own);
    let snmp = SnmpAsked { port: SnmpAsked::PORT, communities };
    let asked = Asked {
        ntp: services.contains(&Service::Ntp).then(NtpPorts::default),
        snmp: services.contains(&Service::Snmp).then_some(snmp),
        timeout: TIMEOUT,
    };
    Ok(probe(&asked, &targets))
}

/// What was asked of one service, with what the files say of it.
fn tried(
    configured: impl Fn(Question<'_>) -> Option<Configured>,
    service: Service,
    proved: &[Proved],
    communities: &[Community<'_>],
) -> Vec<Tried> {
    let ntp = |one: &Proved| {
        let address = one.target.address;
        let configured = configured(Question::Ntp { address })?;
        Some(Tried { address, what: "NTP beside the time".into(), configured, answer: one.ntp_answer()? })
    };
    let snmp = |one: &Proved, community: &Community<'_>| {
        let address = one.target.address;
        let question = Question::Snmp { address, community: community.reveal() };
        let configured = configured(question)?;
        let what = match community.label {
            Label::Default(name) => format!("the community `{name}`"),
            Label::Configured(number) => format!("community {} of the configuration", number + 1),
        };
        Some(Tried { address, what, configured, answer: one.snmp_answer(community.label)? })
    };
    match service {
        Service::Ntp => proved.iter().filter_map(ntp).collect(),
        Service::Snmp => {
            let each =
                proved.iter().flat_map(|one| communities.iter().map(move |community| (one, community)));
            each.filter_map(|(one, community)| snmp(one, community)).collect()
        }
        // No stranger asks it anything.
        Service::Rsyslog => Vec::new(),
    }
}

/// The facts that only a probe tells. One that cannot be told is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProvedFacts {
    /// Whether NTP gives strangers the monitor list.
    pub answers_monlist: Option<bool>,
    /// Whether NTP answers strangers anything but the time.
    pub answers_queries: Option<bool>,
    /// Whether SNMP accepts a default community from strangers.
    pub answers_default_community: Option<bool>,
}

impl ProvedFacts {
    /// Of all addresses: yes where one says yes, no where all say no.
    #[must_use]
    pub fn of(proved: &[Proved]) -> Self {
        let ntp = || proved.iter().filter_map(|one| one.ntp.as_ref());
        let snmp = proved.iter().filter_map(|one| one.snmp.as_ref());
        Self {
            answers_monlist: any(ntp().map(|ntp| ntp.answers_monlist())),
            answers_queries: any(proved.iter().filter_map(Proved::answers_queries)),
            answers_default_community: any(snmp.map(|snmp| snmp.answers_default_community())),
        }
    }
}

/// Yes where one says yes, no where all say no and there is one.
fn any(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut told = None;
    let mut is_unknown = false;
    for one in all {
        match one {
            Some(true) => return Some(true),
            Some(false) => told = Some(false),
            None => is_unknown = true,
        }
    }
    told.filter(|_| !is_unknown)
}

#[cfg(test)]
mod tests {
    use standfast_facts::probe::Presence;
    use standfast_facts::probe::answer::Answer;
    use standfast_facts::probe::ntp::{Monlist, NtpProved, NtpVerdict};
    use standfast_facts::probe::snmp::{CommunityProved, Sight, SnmpProved, SnmpVerdict};

    use super::*;

    /// An address whose time service is closed, and whose agent accepts what `sight` says for `public`.
    fn proved(address: &str, sight: Option<Sight>) -> Proved {
        let target = Target { address: address.parse().unwrap(), scope: 0, vantage: Vantage::Own };
        let ntp = NtpProved {
            verdict: NtpVerdict::Closed,
            presence: Presence::Answers,
            control: true,
            monlist: Monlist::Silent,
            version: None,
            exchanges: Vec::new(),
            command: None,
        };
        let community = CommunityProved { label: Label::Default("public"), v1: None, v2c: sight };
        let snmp = SnmpProved {
            verdict: SnmpVerdict::Refused,
            presence: Presence::Answers,
            control: true,
            communities: vec![community],
            exchanges: Vec::new(),
        };
        Proved { target, source: Some(target.address), ntp: Some(ntp), snmp: Some(snmp) }
    }

    #[test]
    fn each_address_and_community_is_set_beside_what_the_files_say_of_it() {
        let all = [proved("192.0.2.1", None), proved("2001:db8::1", None)];
        // Of IPv6 the files say nothing.
        let files = |question: Question<'_>| match question {
            Question::Ntp { address } | Question::Snmp { address, community: b"public" } => {
                address.is_ipv4().then_some(Configured::Closed)
            }
            Question::Snmp { .. } => None,
        };
        for (service, what) in
            [(Service::Ntp, "NTP beside the time"), (Service::Snmp, "the community `public`")]
        {
            let tried = tried(files, service, &all, &Community::DEFAULTS);
            assert_eq!(tried.len(), 1, "{tried:?}");
            assert_eq!((tried[0].what.as_str(), tried[0].answer), (what, Answer::Closed));
            assert_eq!(drifts(&tried, Confirm::Open), []);
        }
    }

    #[test]
    fn the_facts_say_yes_where_one_address_does() {
        let told = ProvedFacts::of(&[proved("192.0.2.1", None), proved("192.0.2.2", Some(Sight::Seen))]);
        let should = ProvedFacts {
            answers_monlist: Some(false),
            answers_queries: Some(false),
            answers_default_community: Some(true),
        };
        assert_eq!(told, should);
        assert_eq!(ProvedFacts::of(&[]), ProvedFacts::default());
    }

    #[test]
    fn one_yes_decides_and_one_unknown_leaves_no_no() {
        let (yes, no, unknown) = (Some(true), Some(false), None);
        assert_eq!(any([no, unknown, yes].into_iter()), yes);
        assert_eq!(any([no, no].into_iter()), no);
        assert_eq!(any([no, unknown].into_iter()), None);
        assert_eq!(any([].into_iter()), None);
    }
}
