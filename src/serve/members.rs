//! The resources of one family in a run, and what is known of them while nothing on the host has changed.

use std::slice;

use standfast_facts::kept::Kept;
use standfast_facts::machine::Machine;
use standfast_facts::root::Root;
use standfast_facts::seen::Seen;
use standfast_providers::provider::Detail;

use crate::family::Observation;
use crate::outcome::{Outcome, Report, Status};
use crate::resource::Resource;
use crate::run::{self, Mode};

/// From so many resources on it is worth a second look to know those that are in sync, when the others are why nothing
/// of the first can be kept.
const MANY: usize = 16;

/// The resources of one family, which are planned together.
pub(super) struct Members {
    resources: Vec<Resource>,
    kept: Kept,
    known: Option<Known>,
    /// Whether a look at all of them could not be kept: none is tried again.
    is_momentary: bool,
}

/// What was found, and what it was found by.
struct Known {
    seen: Seen,
    /// By the places of the resources.
    outcomes: Vec<Option<Outcome>>,
    /// Whether all were looked at.
    is_whole: bool,
}

impl Default for Members {
    fn default() -> Self {
        Self { resources: Vec::new(), kept: Kept::between_looks(), known: None, is_momentary: false }
    }
}

impl Members {
    /// All of them.
    pub(super) fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// Takes a resource in, at its old place where it has one; gives its place.
    pub(super) fn put(&mut self, old: Option<usize>, resource: Resource) -> usize {
        self.forget();
        match old.and_then(|place| Some((place, self.resources.get_mut(place)?))) {
            Some((place, known)) => {
                *known = resource;
                place
            }
            None => {
                self.resources.push(resource);
                self.resources.len() - 1
            }
        }
    }

    /// Takes a resource out; those behind it move up.
    pub(super) fn take_out(&mut self, place: usize) {
        self.forget();
        if place < self.resources.len() {
            self.resources.remove(place);
        }
    }

    fn forget(&mut self) {
        self.known = None;
        self.is_momentary = false;
    }

    /// How the resources at these places are, which are in rising order.
    ///
    /// What is known is repeated where nothing has changed that it came from. The first look after a change is at what
    /// is asked for alone, for in a run that applies resource after resource each would else be paid for by all; the
    /// second is at all of them.
    pub(super) fn observe(&mut self, root: &Root, places: &[usize]) -> Vec<Outcome> {
        if self.known.as_ref().is_some_and(|known| !known.seen.is_unchanged(root)) {
            self.known = None;
        }
        if let Some(outcomes) = self.known.as_ref().and_then(|known| known.all_of(places)) {
            return outcomes;
        }
        let is_second = self.known.as_ref().is_some_and(|known| !known.is_whole);
        if !is_second || self.is_momentary {
            let (outcomes, seen) = self.look(root, places);
            self.keep(root, places, &outcomes, seen);
            return outcomes;
        }
        let all: Vec<usize> = (0..self.resources.len()).collect();
        let (outcomes, seen) = self.look(root, &all);
        self.keep(root, &all, &outcomes, seen);
        places.iter().filter_map(|place| outcomes.get(*place).cloned()).collect()
    }

    /// Makes the resources at these places what they should be; they are in rising order.
    pub(super) fn apply(&mut self, root: &Root, places: &[usize]) -> Vec<Outcome> {
        self.known = None;
        self.run(root, places, Mode::Apply).outcomes
    }

    /// Runs a resource beside these.
    pub(super) fn run_beside(&mut self, root: &Root, resource: Resource, mode: Mode) -> Option<Outcome> {
        if resource.desired.is_absent() && self.is_declared(root, &resource) {
            return Some(Outcome::in_sync(&resource));
        }
        let place = self.resources.len();
        self.resources.push(resource);
        let mut report = self.run(root, &[place], mode);
        self.resources.pop();
        if mode != Mode::Check {
            self.known = None;
        }
        report.outcomes.pop()
    }

    /// Whether one of these stands for what another resource is for, under whatever name.
    fn is_declared(&self, root: &Root, other: &Resource) -> bool {
        let machine = self.machine(root);
        !self.resources.is_empty()
            && Observation::of(&machine, slice::from_ref(other)).is_declared(other, &self.resources)
    }

    /// Looks at some resources, and notes what it looks at.
    fn look(&self, root: &Root, places: &[usize]) -> (Vec<Outcome>, Option<Seen>) {
        root.begin_watch();
        let report = self.run(root, places, Mode::Check);
        (report.outcomes, root.end_watch())
    }

    fn run(&self, root: &Root, places: &[usize], mode: Mode) -> Report {
        run::run_on(&self.machine(root), &self.resources, places, mode, Detail::Drift)
    }

    /// The machine, asked anew.
    fn machine<'r>(&self, root: &'r Root) -> Machine<'r> {
        Machine::keeping(root, self.kept.clone())
    }

    /// Keeps what was found, as far as a later look at times can tell that it still holds.
    fn keep(&mut self, root: &Root, places: &[usize], outcomes: &[Outcome], seen: Option<Seen>) {
        let is_whole = places.len() == self.resources.len();
        let known = match seen {
            Some(seen) if seen.can_be_told() => Some(self.known_of(places, outcomes, seen)),
            Some(seen) if !seen.is_lasting() && places.len() >= MANY => {
                self.those_in_sync(root, places, outcomes)
            }
            _ => None,
        };
        if is_whole && known.is_none() {
            self.is_momentary = true;
        }
        let is_better = is_whole || self.known.is_none();
        if is_better && let Some(known) = known {
            self.known = Some(Known { is_whole, ..known });
        }
    }

    /// Looks once more, at those alone that are in sync: why the others are not may be up to what runs.
    fn those_in_sync(&self, root: &Root, places: &[usize], outcomes: &[Outcome]) -> Option<Known> {
        let in_sync = places.iter().zip(outcomes).filter(|(_, outcome)| outcome.status == Status::InSync);
        let in_sync: Vec<usize> = in_sync.map(|(place, _)| *place).collect();
        if in_sync.is_empty() || in_sync.len() == places.len() {
            return None;
        }
        let (outcomes, seen) = self.look(root, &in_sync);
        let seen = seen.filter(Seen::can_be_told)?;
        Some(self.known_of(&in_sync, &outcomes, seen))
    }

    fn known_of(&self, places: &[usize], found: &[Outcome], seen: Seen) -> Known {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; self.resources.len()];
        // What a name service did not know it may know the next moment.
        let is_kept = |outcome: &Outcome| !seen.asked_elsewhere() || outcome.status == Status::InSync;
        for (place, outcome) in places.iter().zip(found).filter(|(_, outcome)| is_kept(outcome)) {
            if let Some(slot) = outcomes.get_mut(*place) {
                *slot = Some(outcome.clone());
            }
        }
        Known { seen, outcomes, is_whole: false }
    }
}

impl Known {
    /// What is known of all these, if it is.
    fn all_of(&self, places: &[usize]) -> Option<Vec<Outcome>> {
        places.iter().map(|place| self.outcomes.get(*place)?.clone()).collect()
    }
}
