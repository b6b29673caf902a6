//! One run: what is declared in it, and what is found of that when it is asked for.

use std::collections::{BTreeMap, HashMap};

use standfast_facts::root::Root;
use standfast_providers::provider::Detail;
use standfast_providers::schema::{SchemaError, Value};
use standfast_providers::shown::Shown;

use super::answer::{Became, Refused};
use super::ask::{Declared, Given, Only, RunInfo};
use crate::chain::chain;
use crate::family::Family;
use crate::outcome::{Outcome, Status};
use crate::resource::{Origin, Resource, ResourceMode};
use crate::run::{self, Mode};

/// A run, from hello to end.
pub(super) struct Session<'r> {
    root: &'r Root,
    #[expect(dead_code, reason = "goes into the snapshot")]
    run: RunInfo,
    /// All resources that were named, in that order.
    entries: Vec<Entry>,
    /// The entries by kind and title.
    by_name: HashMap<(String, String), usize>,
    /// The desired state of the declared resources, which are planned together; each is under noop but while it is
    /// applied.
    families: BTreeMap<Family, Vec<Resource>>,
}

/// A resource that was named.
struct Entry {
    declared: Declared,
    standing: Standing,
    /// What was last said of it.
    last: Option<Last>,
}

/// What can be said of a resource.
enum Standing {
    /// It is planned with the others: its family, and its place there.
    Ready(Family, usize),
    /// It came up in the run, and stands for itself.
    Generated(Box<Resource>),
    /// Some of its values are not known yet.
    Deferred,
    /// Its kind refuses it.
    Refused(String),
}

/// What was last said of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    /// It is as it should be in the files, or was made so.
    Held,
    /// It differs, or cannot be judged.
    Differs,
}

impl<'r> Session<'r> {
    /// A run that has not been told anything yet.
    pub(super) fn new(root: &'r Root, run: RunInfo) -> Self {
        Self { root, run, entries: Vec::new(), by_name: HashMap::new(), families: BTreeMap::new() }
    }

    /// Takes the desired state in; gives what the kinds refuse.
    pub(super) fn declare(&mut self, resources: Vec<Declared>) -> Vec<Refused> {
        let mut refused = Vec::new();
        for declared in resources {
            let (kind, title) = (declared.kind.clone(), declared.title.clone());
            let entry = self.place(declared, Way::Declared);
            if let Some(Entry { standing: Standing::Refused(reason), .. }) = self.entries.get(entry) {
                refused.push(Refused { kind, title, error: Shown::text(reason) });
            }
        }
        refused
    }

    /// How the resources are now.
    pub(super) fn observe(&mut self, resources: Vec<Declared>, only: Only) -> Vec<Became> {
        let asked = self.find(resources);
        let mut became = self.judge(&asked, Mode::Check);
        if only == Only::Drifted {
            became.retain(|became| became.outcome != Status::InSync);
        }
        became
    }

    /// Makes the resources what they should be, in one write for each file.
    pub(super) fn apply(&mut self, resources: Vec<Declared>) -> Vec<Became> {
        let asked = self.find(resources);
        self.judge(&asked, Mode::Apply)
    }

    /// What is right in the files, and not in the daemon that runs.
    pub(super) fn end(&mut self) -> Vec<Became> {
        let is_held = |(index, entry): (usize, &Entry)| (entry.last == Some(Last::Held)).then_some(Ok(index));
        let held: Vec<_> = self.entries.iter().enumerate().filter_map(is_held).collect();
        let mut became = self.judge(&held, Mode::Check);
        became.retain(|became| became.stale);
        became
    }

    /// The entries that are asked for; one that was never named has no answer but its error.
    fn find(&mut self, resources: Vec<Declared>) -> Vec<Result<usize, Became>> {
        let find = |declared: Declared| {
            let name = (declared.kind.clone(), declared.title.clone());
            match self.by_name.get(&name) {
                Some(index) if declared.is_reference() => Ok(*index),
                None if declared.parameters.is_none() => Err(Became::failed(
                    name.0,
                    name.1,
                    "it was not declared, and is named without parameters",
                )),
                _ => Ok(self.place(declared, Way::Named)),
            }
        };
        resources.into_iter().map(find).collect()
    }

    /// Takes one resource in, or what is new of it; gives its entry.
    fn place(&mut self, declared: Declared, way: Way) -> usize {
        let name = (declared.kind.clone(), declared.title.clone());
        let known = self.by_name.get(&name).copied();
        let (index, declared, is_generated) = match known.and_then(|index| self.entries.get(index)) {
            Some(entry) => {
                let is_generated = matches!(entry.standing, Standing::Generated(_));
                let merged = declared.over(&entry.declared);
                (known.unwrap_or_default(), merged, is_generated && way == Way::Named)
            }
            None => (self.entries.len(), declared, way == Way::Named),
        };
        let old = known.and_then(|index| self.entries.get(index)).and_then(|entry| match entry.standing {
            Standing::Ready(family, place) => Some((family, place)),
            _ => None,
        });
        let standing = self.stand(&declared, is_generated, old);
        if old.is_some() && !matches!(standing, Standing::Ready(..)) {
            self.withdraw(index);
        }
        let entry = Entry { declared, standing, last: None };
        match self.entries.get_mut(index) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
        self.by_name.insert(name, index);
        index
    }

    /// What can be said of a resource; one that is ready has its place among those of its family then.
    fn stand(&mut self, declared: &Declared, is_generated: bool, old: Option<(Family, usize)>) -> Standing {
        if !declared.deferred.is_empty() {
            return Standing::Deferred;
        }
        let resource = match resource(declared) {
            Ok(resource) => resource,
            Err(error) => return Standing::Refused(error),
        };
        if is_generated {
            return Standing::Generated(Box::new(resource));
        }
        let family = resource.desired.family();
        let resources = self.families.entry(family).or_default();
        let place = old.map_or(resources.len(), |(_, place)| place);
        match resources.get_mut(place) {
            Some(old) => *old = resource,
            None => resources.push(resource),
        }
        Standing::Ready(family, place)
    }

    /// Takes a resource out of its family, whose others move up.
    fn withdraw(&mut self, index: usize) {
        let Some(Standing::Ready(family, place)) = self.entries.get(index).map(|entry| &entry.standing)
        else {
            return;
        };
        let (family, place) = (*family, *place);
        if let Some(resources) = self.families.get_mut(&family)
            && place < resources.len()
        {
            resources.remove(place);
        }
        for entry in &mut self.entries {
            if let Standing::Ready(other, behind) = &mut entry.standing
                && *other == family
                && *behind > place
            {
                *behind -= 1;
            }
        }
    }

    /// What becomes of these entries.
    fn judge(&mut self, asked: &[Result<usize, Became>], mode: Mode) -> Vec<Became> {
        let mut of_family: BTreeMap<Family, Vec<usize>> = BTreeMap::new();
        for index in asked.iter().flatten() {
            if let Some(Entry { standing: Standing::Ready(family, place), .. }) = self.entries.get(*index) {
                of_family.entry(*family).or_default().push(*place);
            }
        }
        let mut outcomes: BTreeMap<Family, Vec<Outcome>> = BTreeMap::new();
        for (family, places) in of_family {
            outcomes.insert(family, self.run_family(family, &places, mode));
        }
        let mut answers = Vec::with_capacity(asked.len());
        for asked in asked {
            let became = match asked {
                Ok(index) => self.answer(*index, &outcomes, mode),
                Err(became) => became.clone(),
            };
            answers.push(became);
        }
        answers
    }

    /// Runs a family; of those that are not asked for nothing is changed.
    fn run_family(&mut self, family: Family, places: &[usize], mode: Mode) -> Vec<Outcome> {
        let Some(resources) = self.families.get_mut(&family) else { return Vec::new() };
        let is_noop = |place: &usize| {
            self.entries.iter().any(|entry| {
                matches!(entry.standing, Standing::Ready(of, at) if of == family && at == *place)
                    && entry.declared.noop == Some(true)
            })
        };
        let enforced: Vec<usize> = places.iter().filter(|place| !is_noop(place)).copied().collect();
        for place in &enforced {
            if let Some(resource) = resources.get_mut(*place) {
                resource.mode = ResourceMode::Enforce;
            }
        }
        let report = run::run(self.root, resources, mode, Detail::Drift);
        for place in enforced {
            if let Some(resource) = resources.get_mut(place) {
                resource.mode = ResourceMode::Noop;
            }
        }
        report.outcomes
    }

    fn answer(&mut self, index: usize, outcomes: &BTreeMap<Family, Vec<Outcome>>, mode: Mode) -> Became {
        let Some(entry) = self.entries.get(index) else {
            return Became::failed(String::new(), String::new(), "it was not declared");
        };
        let (kind, title) = (entry.declared.kind.clone(), entry.declared.title.clone());
        let became = match &entry.standing {
            Standing::Ready(family, place) => {
                match outcomes.get(family).and_then(|outcomes| outcomes.get(*place)) {
                    Some(outcome) => Became::of(title, outcome.clone()),
                    None => Became::failed(kind, title, "no plan was made"),
                }
            }
            Standing::Generated(resource) => {
                match self.run_generated(resource, entry.declared.noop == Some(true), mode) {
                    Some(outcome) => Became::of(title, outcome),
                    None => Became::failed(kind, title, "no plan was made"),
                }
            }
            Standing::Deferred => {
                let names = entry.declared.deferred.join(", ");
                Became::failed(
                    kind,
                    title,
                    &format!("it is not judged before its deferred values are known: {names}"),
                )
            }
            Standing::Refused(reason) => Became::failed(kind, title, reason),
        };
        let is_held = became.stale || matches!(became.outcome, Status::InSync | Status::Corrected);
        if let Some(entry) = self.entries.get_mut(index) {
            entry.last = Some(if is_held { Last::Held } else { Last::Differs });
        }
        became
    }

    /// Runs one resource that came up in the run, beside those that are declared.
    fn run_generated(&self, resource: &Resource, is_noop: bool, mode: Mode) -> Option<Outcome> {
        let mut resources = self.families.get(&resource.desired.family()).cloned().unwrap_or_default();
        let mut resource = resource.clone();
        resource.mode = if is_noop { ResourceMode::Noop } else { ResourceMode::Enforce };
        resources.push(resource);
        let mut report = run::run(self.root, &resources, mode, Detail::Drift);
        report.outcomes.pop()
    }
}

/// How a resource comes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It stands in the catalog.
    Declared,
    /// An ask brings it along.
    Named,
}

/// The desired state of a resource, as its kind reads it.
fn resource(declared: &Declared) -> Result<Resource, String> {
    let mut values: Vec<(String, Value)> = Vec::new();
    for (name, given) in declared.parameters.iter().flat_map(|parameters| &parameters.0) {
        match given {
            Given::Value(value) => values.push((name.clone(), value.clone())),
            Given::Undef => {}
            Given::Unusable(what) => {
                return Err(format!("`{}` cannot be {what}", Shown::text(name)));
            }
        }
    }
    let read = Resource::new(&declared.kind, &declared.title, &values, Origin::Stdin);
    let mut resource = read.map_err(|error: SchemaError| chain(&error))?;
    resource.mode = ResourceMode::Noop;
    Ok(resource)
}

impl Declared {
    /// Whether it says nothing of the resource but which it is.
    fn is_reference(&self) -> bool {
        self.parameters.is_none() && self.noop.is_none()
    }

    /// What is new of a resource over what was known of it.
    fn over(self, known: &Self) -> Self {
        let has_parameters = self.parameters.is_some();
        Self {
            parameters: self.parameters.or_else(|| known.parameters.clone()),
            noop: self.noop.or(known.noop),
            file: self.file.or_else(|| known.file.clone()),
            line: self.line.or(known.line),
            tags: if self.tags.is_empty() { known.tags.clone() } else { self.tags },
            deferred: if has_parameters { self.deferred } else { known.deferred.clone() },
            container: self.container.or_else(|| known.container.clone()),
            kind: self.kind,
            title: self.title,
        }
    }
}
