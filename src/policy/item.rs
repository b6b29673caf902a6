//! `Item`, what a source of desired state says: a resource, or why there is none to be judged.

use standfast_providers::limits::config::LimitsConfig;
use standfast_providers::limits::entry::{Exceptions, LimitsEntry};
use standfast_providers::shown::Shown;
use standfast_providers::snmp::access::Purge;
use standfast_providers::snmp::community::SnmpCommunity;
use standfast_providers::{limits, snmp};

use super::declared::Declared;
use crate::chain::chain;
use crate::family::{Desired, Family};
use crate::resource::{Origin, Resource};

/// One piece of desired state.
#[derive(Clone, Debug)]
pub enum Item {
    /// It can be judged.
    Resource(Resource),
    /// It cannot.
    Unjudged(Unjudged),
}

/// A resource that cannot be judged here; others still can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// The kind's name.
    pub kind: &'static str,
    /// The title.
    pub title: String,
    /// Why, in one sentence.
    pub reason: String,
}

impl Item {
    /// Its name as `check` selects it: `KIND/TITLE`.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Resource(resource) => resource.path(),
            Self::Unjudged(unjudged) => format!("{}/{}", unjudged.kind, unjudged.title),
        }
    }

    /// The family in which it removes what nobody declares, if it does.
    #[must_use]
    pub fn removes_from(&self) -> Option<Family> {
        let Self::Resource(resource) = self else { return None };
        let removes = match &resource.desired {
            Desired::Limits(limits::Desired::Config(LimitsConfig { purge, .. })) => purge.is_some(),
            Desired::Limits(limits::Desired::Entry(entry)) => entry.exceptions == Exceptions::Forbid,
            Desired::Snmp(snmp::Desired::Access(access)) => access.purge == Purge::Undeclared,
            _ => false,
        };
        removes.then(|| resource.desired.family())
    }

    /// Of a resource of this kind as Puppet declares it; `refused` is why it cannot be judged, where that is known. What
    /// its kind refuses costs the others nothing.
    #[must_use]
    pub fn of(kind: &'static str, declared: &Declared, refused: Option<String>) -> Self {
        let late = || declared.deferred.first().map(|name| deferred(name, None));
        // A secret that stands in a file already is no more there than it was.
        let made = match refused.or_else(late) {
            Some(reason) => Err(reason),
            None => declared.resource(Origin::Stdin).map_err(|error| chain(&error)),
        };
        made.map_or_else(
            |reason| {
                Self::Unjudged(Unjudged {
                    kind,
                    title: declared.title.clone(),
                    reason: reason + &place(declared),
                })
            },
            Self::Resource,
        )
    }
}

/// Why a parameter whose value only an agent can work out is not judged.
#[must_use]
pub fn deferred(name: &str, function: Option<&str>) -> String {
    let function = function.map(|function| format!(" (by {})", Shown::text(function))).unwrap_or_default();
    format!(
        "cannot be judged: `{}` is deferred{function}, and worked out by the agent when it applies",
        Shown::text(name)
    )
}

/// Where a manifest declares a resource.
fn place(declared: &Declared) -> String {
    match (&declared.file, declared.line) {
        (Some(file), Some(line)) => format!(" ({}:{line})", Shown::text(file)),
        (Some(file), None) => format!(" ({})", Shown::text(file)),
        (None, _) => String::new(),
    }
}

/// Makes those unjudged that would take what an unjudged resource may declare for what nobody does: it would be drift,
/// and `apply` would remove it.
pub fn hold_back(items: &mut [Item]) {
    let of_kind = |kind: &str| {
        let found = items.iter().find_map(|item| match item {
            Item::Unjudged(unjudged) if unjudged.kind == kind => Some(unjudged.title.clone()),
            _ => None,
        });
        found.map(|title| format!("{kind} {}", Shown::text(&title)))
    };
    let container = of_kind(super::catalog::CONTAINER);
    let limits = of_kind(LimitsEntry::KIND.name).or(container);
    let snmp = of_kind(SnmpCommunity::KIND.name);
    if limits.is_none() && snmp.is_none() {
        return;
    }
    for item in items {
        let unknown = match item.removes_from() {
            Some(Family::Limits) => &limits,
            Some(Family::Snmp) => &snmp,
            _ => continue,
        };
        let (Some(unknown), Item::Resource(resource)) = (unknown, &mut *item) else { continue };
        let reason =
            format!("cannot be judged: it removes what nobody declares, and {unknown} cannot be judged");
        let title = std::mem::take(&mut resource.title);
        *item = Item::Unjudged(Unjudged { kind: resource.kind, title, reason });
    }
}
