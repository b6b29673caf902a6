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

/// What a source says, in its order.
#[derive(Debug, Default)]
pub struct Items {
    /// What can be judged.
    pub resources: Vec<Resource>,
    /// What cannot, each with how many of `resources` stand before it.
    pub unjudged: Vec<(usize, Unjudged)>,
}

impl From<Vec<Resource>> for Items {
    fn from(resources: Vec<Resource>) -> Self {
        Self { resources, unjudged: Vec::new() }
    }
}

impl Items {
    /// Without any, and with room for so many.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Vec::with_capacity(capacity).into()
    }

    /// Adds one at the end.
    pub fn push(&mut self, item: Item) {
        match item {
            Item::Resource(resource) => self.resources.push(resource),
            Item::Unjudged(one) => self.unjudged.push((self.resources.len(), one)),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.resources.len() + self.unjudged.len()
    }

    /// Makes those unjudged that would take what an unjudged resource may declare for what nobody does: it would be
    /// drift, and `apply` would remove it.
    pub fn hold_back(&mut self) {
        let of_kind = |kind: &str| {
            let (_, found) = self.unjudged.iter().find(|(_, one)| one.kind == kind)?;
            Some(format!("{kind} {}", Shown::text(&found.title)))
        };
        let limits = of_kind(LimitsEntry::KIND.name).or_else(|| of_kind(super::catalog::CONTAINER));
        let snmp = of_kind(SnmpCommunity::KIND.name);
        let unknown = |resource: &Resource| match removes_from(resource) {
            Some(Family::Limits) => limits.clone(),
            Some(Family::Snmp) => snmp.clone(),
            _ => None,
        };
        if limits.is_none() && snmp.is_none() || !self.resources.iter().any(|one| unknown(one).is_some()) {
            return;
        }
        let all = std::mem::take(self);
        let mut unjudged = all.unjudged.into_iter().peekable();
        for (number, resource) in all.resources.into_iter().enumerate() {
            while let Some((_, one)) = unjudged.next_if(|(before, _)| *before <= number) {
                self.push(Item::Unjudged(one));
            }
            self.push(match unknown(&resource) {
                Some(unknown) => Item::Unjudged(Unjudged {
                    kind: resource.kind,
                    title: resource.title,
                    reason: format!(
                        "cannot be judged: it removes what nobody declares, and {unknown} cannot be judged"
                    ),
                }),
                None => Item::Resource(resource),
            });
        }
        unjudged.for_each(|(_, one)| self.push(Item::Unjudged(one)));
    }
}

/// The family in which a resource removes what nobody declares, if it does.
fn removes_from(resource: &Resource) -> Option<Family> {
    let removes = match &resource.desired {
        Desired::Limits(limits::Desired::Config(LimitsConfig { purge, .. })) => purge.is_some(),
        Desired::Limits(limits::Desired::Entry(entry)) => entry.exceptions == Exceptions::Forbid,
        Desired::Snmp(snmp::Desired::Access(access)) => access.purge == Purge::Undeclared,
        _ => false,
    };
    removes.then(|| resource.desired.family())
}

impl Unjudged {
    /// Its name as `check` selects it: `KIND/TITLE`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.kind, self.title)
    }
}

impl Item {
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
