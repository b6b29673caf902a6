//! One run: what is declared in it, and what is found of that when it is asked for.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use standfast_facts::root::Root;
use standfast_providers::schema::Value;
use standfast_providers::shown::Shown;

use super::answer::{Became, Refused};
use super::applied::{self, Applied};
use super::ask::{Given, Named, Only};
use super::members::Members;
use crate::chain::chain;
use crate::family::Family;
use crate::outcome::{Outcome, Status};
use crate::policy::snapshot::PuppetRun;
use crate::resource::{Origin, Resource, ResourceMode};
use crate::run::Mode;

/// A run, from hello to end.
pub(super) struct Session<'r> {
    pub(super) root: &'r Root,
    pub(super) run: PuppetRun,
    /// All resources that were named, in that order.
    pub(super) entries: Vec<Entry>,
    /// The entries by kind and title.
    by_name: HashMap<String, HashMap<String, usize>>,
    /// The declared resources that can be planned.
    families: BTreeMap<Family, Members>,
    applied: OnceCell<Applied>,
}

/// A resource that was named.
pub(super) struct Entry {
    pub(super) named: Named,
    pub(super) standing: Standing,
    /// What was last said of it.
    pub(super) last: Option<Last>,
}

/// What can be said of a resource.
pub(super) enum Standing {
    /// It is planned with the others: its family, and its place there.
    Ready(Family, usize),
    /// It came up in the run, and stands beside those that are declared.
    Generated(Box<Resource>),
    /// Some of its values are not known yet.
    Deferred,
    /// Its kind refuses it.
    Refused(String),
}

/// What was last said of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    /// It is as it should be, or was made so.
    Held,
    /// Its files are as they should be, and the daemon has not read them.
    Stale,
    /// It differs, or cannot be judged.
    Differs,
}

/// How a resource comes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It stands in the catalog.
    Declared,
    /// An ask brings it along.
    Asked,
}

/// A resource that is asked for.
pub(super) enum Asked {
    /// One that was named.
    Entry(usize),
    /// One that was not, and is not now.
    Nothing(Named),
}

impl<'r> Session<'r> {
    /// A run that has not been told anything yet.
    pub(super) fn new(root: &'r Root, run: PuppetRun) -> Self {
        Self {
            root,
            run,
            entries: Vec::new(),
            by_name: HashMap::new(),
            families: BTreeMap::new(),
            applied: OnceCell::new(),
        }
    }

    /// Takes the desired state in; gives what the kinds refuse.
    pub(super) fn declare(&mut self, resources: Vec<Named>) -> Vec<Refused> {
        let mut refused = Vec::new();
        for named in resources {
            let (kind, title) = (named.kind.clone(), named.title.clone());
            let index = self.place(named, Way::Declared);
            if let Some(Entry { standing: Standing::Refused(reason), .. }) = self.entries.get(index) {
                refused.push(Refused { kind, title, error: Shown::text(reason) });
            }
        }
        refused
    }

    /// How the resources are now.
    pub(super) fn observe(&mut self, resources: Vec<Named>, only: Only) -> Vec<Became> {
        let asked = self.find(resources);
        let mut became = self.judge(asked, Mode::Check);
        if only == Only::Drifted {
            became.retain(|became| became.outcome != Status::InSync);
        }
        became
    }

    /// Makes the resources what they should be, in one write for each file.
    pub(super) fn apply(&mut self, resources: Vec<Named>) -> Vec<Became> {
        // What was last in force is what it was before this.
        self.applied();
        let asked = self.find(resources);
        self.judge(asked, Mode::Apply)
    }

    /// What was last in force, as the run found it.
    pub(super) fn applied(&self) -> &Applied {
        self.applied.get_or_init(|| Applied::read(self.root))
    }

    fn index_of(&self, named: &Named) -> Option<usize> {
        self.by_name.get(&named.kind)?.get(&named.title).copied()
    }

    fn find(&mut self, resources: Vec<Named>) -> Vec<Asked> {
        let mut asked = Vec::with_capacity(resources.len());
        for named in resources {
            asked.push(match self.index_of(&named) {
                Some(index) if named.is_reference() => Asked::Entry(index),
                None if named.parameters.is_none() => Asked::Nothing(named),
                _ => Asked::Entry(self.place(named, Way::Asked)),
            });
        }
        asked
    }

    /// Takes one resource in, or what is new of it; gives its entry.
    fn place(&mut self, named: Named, way: Way) -> usize {
        let known = self.index_of(&named);
        let entry = known.and_then(|index| self.entries.get(index));
        let old = entry.and_then(|entry| match entry.standing {
            Standing::Ready(family, place) => Some((family, place)),
            _ => None,
        });
        let is_generated =
            way == Way::Asked && entry.is_none_or(|entry| matches!(entry.standing, Standing::Generated(_)));
        let named = match entry {
            Some(entry) => named.over(&entry.named),
            None => named,
        };
        let standing = self.stand(&named, is_generated, old);
        if let (Some((family, place)), false) = (old, matches!(standing, Standing::Ready(..))) {
            self.withdraw(family, place);
        }
        let index = known.unwrap_or(self.entries.len());
        self.by_name.entry(named.kind.clone()).or_default().insert(named.title.clone(), index);
        let entry = Entry { named, standing, last: None };
        match self.entries.get_mut(index) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
        index
    }

    /// What can be said of a resource; one that is ready has its place among those of its family then.
    fn stand(&mut self, named: &Named, is_generated: bool, old: Option<(Family, usize)>) -> Standing {
        if !named.deferred.is_empty() {
            return Standing::Deferred;
        }
        let resource = match resource(named) {
            Ok(resource) => resource,
            Err(error) => return Standing::Refused(error),
        };
        if is_generated {
            return Standing::Generated(Box::new(resource));
        }
        let family = resource.desired.family();
        let place = self.families.entry(family).or_default().put(old.map(|(_, place)| place), resource);
        Standing::Ready(family, place)
    }

    /// Takes a resource out of its family, whose others move up.
    fn withdraw(&mut self, family: Family, place: usize) {
        if let Some(members) = self.families.get_mut(&family) {
            members.take_out(place);
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
    pub(super) fn judge(&mut self, asked: Vec<Asked>, mode: Mode) -> Vec<Became> {
        let mut places: BTreeMap<Family, Vec<usize>> = BTreeMap::new();
        for asked in &asked {
            let Asked::Entry(index) = asked else { continue };
            if let Some(Entry { standing: Standing::Ready(family, place), .. }) = self.entries.get(*index)
                && self.unknown_beside(*family, *place).is_none()
            {
                places.entry(*family).or_default().push(*place);
            }
        }
        let mut outcomes: BTreeMap<Family, Vec<(usize, Outcome)>> = BTreeMap::new();
        for (family, mut places) in places {
            places.sort_unstable();
            places.dedup();
            let Some(members) = self.families.get_mut(&family) else { continue };
            let found = match mode {
                Mode::Check | Mode::CheckAndProbe => members.observe(self.root, &places),
                Mode::Apply | Mode::ApplyAndReload => members.apply(self.root, &places),
            };
            outcomes.insert(family, places.into_iter().zip(found).collect());
        }
        let mut answers = Vec::with_capacity(asked.len());
        for asked in asked {
            answers.push(match asked {
                Asked::Entry(index) => self.answer(index, &outcomes, mode),
                Asked::Nothing(named) => {
                    Became::failed(&named, "it was not declared, and is named without parameters")
                }
            });
        }
        answers
    }

    fn answer(
        &mut self,
        index: usize,
        outcomes: &BTreeMap<Family, Vec<(usize, Outcome)>>,
        mode: Mode,
    ) -> Became {
        let found = match self.entries.get(index).map(|entry| &entry.standing) {
            Some(Standing::Ready(family, place)) => match self.unknown_beside(*family, *place) {
                Some(reason) => Err(reason),
                None => outcome_at(outcomes.get(family), *place).ok_or_else(|| "no plan was made".to_owned()),
            },
            Some(Standing::Generated(resource)) => {
                let resource = (**resource).clone();
                self.run_generated(resource, mode)
            }
            Some(Standing::Deferred) => {
                Err("it is not judged before its deferred values are known".to_owned())
            }
            Some(Standing::Refused(reason)) => Err(reason.clone()),
            None => Err("it was not declared".to_owned()),
        };
        self.said(index, found)
    }

    /// The answer for an entry; what is said of it is remembered.
    fn said(&mut self, index: usize, found: Result<Outcome, String>) -> Became {
        let Some(entry) = self.entries.get(index) else {
            return Became::failed(&Named::default(), "it was not declared");
        };
        let mut became = match found {
            Ok(outcome) => Became::of(&entry.named, outcome),
            Err(reason) => Became::failed(&entry.named, &reason),
        };
        if !became.drift.is_empty() {
            let unchanged = self.applied().unchanged(&entry.named);
            became.correct(|property| applied::is_corrective(&entry.named.kind, property, &unchanged));
        }
        let last = match became.outcome {
            Status::InSync | Status::Corrected => Last::Held,
            _ if became.stale => Last::Stale,
            _ => Last::Differs,
        };
        if let Some(entry) = self.entries.get_mut(index) {
            entry.last = Some(last);
        }
        became
    }

    fn run_generated(&mut self, resource: Resource, mode: Mode) -> Result<Outcome, String> {
        let family = resource.desired.family();
        if resource.desired.is_absent()
            && let Some(name) = self.unknown_of(family)
        {
            return Err(format!(
                "it is not removed, for it may be what {name} stands for, which is not known"
            ));
        }
        let outcome = self.families.entry(family).or_default().run_beside(self.root, resource, mode);
        outcome.ok_or_else(|| "no plan was made".to_owned())
    }

    /// Why a resource that removes what is not declared cannot be judged: another one is not known.
    fn unknown_beside(&self, family: Family, place: usize) -> Option<String> {
        let resource = self.families.get(&family)?.resources().get(place)?;
        if !resource.desired.purges() {
            return None;
        }
        let name = self.unknown_of(family)?;
        Some(format!("it removes what is not declared, and what {name} stands for is not known"))
    }

    /// A declared resource of which it is not known what it stands for.
    fn unknown_of(&self, family: Family) -> Option<String> {
        let is_unknown = |entry: &&Entry| matches!(entry.standing, Standing::Deferred | Standing::Refused(_));
        let is_of = |entry: &&Entry| Family::of_kind(&entry.named.kind) == Some(family);
        let entry = self.entries.iter().filter(is_unknown).find(is_of)?;
        Some(format!("{} {}", entry.named.kind, Shown::text(&entry.named.title)))
    }
}

fn outcome_at(outcomes: Option<&Vec<(usize, Outcome)>>, place: usize) -> Option<Outcome> {
    let outcomes = outcomes?;
    let index = outcomes.binary_search_by_key(&place, |(place, _)| *place).ok()?;
    outcomes.get(index).map(|(_, outcome)| outcome.clone())
}

/// The desired state of a resource, as its kind reads it.
fn resource(named: &Named) -> Result<Resource, String> {
    let mut values: Vec<(String, Value)> = Vec::new();
    for (name, given) in named.parameters.iter().flat_map(|parameters| &parameters.0) {
        match given {
            Given::Value(value) => values.push((name.clone(), value.clone())),
            Given::Undef => {}
            Given::Unusable(what) => return Err(format!("`{}` cannot be {what}", Shown::text(name))),
        }
    }
    let read = Resource::new(&named.kind, &named.title, &values, Origin::Stdin);
    let mut resource = read.map_err(|error| chain(&error))?;
    if named.noop == Some(true) {
        resource.mode = ResourceMode::Noop;
    }
    Ok(resource)
}
