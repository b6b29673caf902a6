//! The one run for all who ask: observe, plan, and where it is wanted commit and observe again.

use std::path::{Path, PathBuf};

use standfast_facts::machine::Machine;
use standfast_facts::root::Root;
use standfast_providers::commit::{CommitError, STATE_DIR, Writer};
use standfast_providers::compose::compose;
use standfast_providers::edit::FileEdit;
use standfast_providers::limits::{Desired, Limits, Planned};
use standfast_providers::provider::{Detail, Plan};

use crate::chain::chain;
use crate::outcome::{Outcome, Report, Status};
use crate::progress::Bar;
use crate::resource::{Resource, ResourceMode};

/// Whether the run may change the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It only observes and plans.
    Check,
    /// It commits the plans.
    Apply,
}

/// How often a run plans: once, again when a file changed meanwhile, and again where one change uncovers another.
const ROUNDS: usize = 3;

/// Brings about the desired state, or says what differs from it.
#[must_use]
pub fn run(root: &Root, resources: &[Resource], mode: Mode, detail: Detail) -> Report {
    let machine = Machine::new(root);
    let _bar = Bar::watch(machine.progress.clone(), resources.len());
    let asked = Asked { machine: &machine, resources, detail };
    match mode {
        Mode::Check => asked.check(),
        Mode::Apply => match Writer::begin(root, Path::new(STATE_DIR)) {
            Ok(writer) => Apply::new(asked, &writer).run(),
            Err(error) => asked.without_changes(&error),
        },
    }
}

/// What a run is asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    machine: &'a Machine<'a>,
    resources: &'a [Resource],
    detail: Detail,
}

impl Asked<'_> {
    /// When the writer is of no use: what is in sync is so all the same, what differs has failed.
    fn without_changes(self, error: &CommitError) -> Report {
        let mut report = self.check();
        report.edits.clear();
        let reason = chain(error);
        for outcome in report.outcomes.iter_mut().filter(|outcome| outcome.status == Status::Drifted) {
            outcome.fail(reason.clone());
        }
        report
    }

    fn check(self) -> Report {
        let limits = match Limits::observe(self.machine) {
            Ok(limits) => limits,
            Err(error) => return Report::failed(self.resources, &chain(&error)),
        };
        let plans = self.plan(&limits);
        let edits = compose(
            &limits,
            plans.iter().flatten().filter(|plan| plan.blocked.is_none()).flat_map(|plan| &plan.edits),
        );
        let outcomes =
            self.resources.iter().zip(plans).map(|(resource, plan)| Outcome::of(resource, plan)).collect();
        Report { outcomes, edits }
    }

    fn plan(self, limits: &Limits<'_>) -> Vec<Planned> {
        let desired: Vec<&Desired> = self.resources.iter().map(|resource| &resource.desired).collect();
        limits.plan(&desired, self.detail)
    }
}

/// A run that changes the machine.
struct Apply<'a> {
    asked: Asked<'a>,
    writer: &'a Writer<'a>,
    /// What was planned for each resource, the first drift if there was any: it is what was corrected.
    first: Vec<Outcome>,
    /// Why a file could not be written.
    failed_files: Vec<(PathBuf, String)>,
    edits: Vec<FileEdit>,
}

impl<'a> Apply<'a> {
    fn new(asked: Asked<'a>, writer: &'a Writer<'a>) -> Self {
        Self { asked, writer, first: Vec::new(), failed_files: Vec::new(), edits: Vec::new() }
    }

    fn run(mut self) -> Report {
        for round in 0..=ROUNDS {
            let limits = match Limits::observe(self.asked.machine) {
                Ok(limits) => limits,
                Err(error) => return self.unobserved(&chain(&error)),
            };
            if round == 0
                && let Err(error) = self.writer.sweep(&limits.directories())
            {
                return self.asked.without_changes(&error);
            }
            let plans = self.asked.plan(&limits);
            self.remember(&plans);
            let edits = self.edits_of(&limits, &plans);
            if edits.is_empty() || round == ROUNDS {
                return self.report(plans);
            }
            for edit in edits {
                self.commit(edit);
            }
        }
        Report::failed(self.asked.resources, "no plan was made")
    }

    /// Keeps the first drift of each resource.
    ///
    /// The first round alone will not do: a resource that could not be judged there, or was in sync until another
    /// one was changed, may be changed by a later round.
    fn remember(&mut self, plans: &[Planned]) {
        let planned = self.asked.resources.iter().zip(plans);
        if self.first.is_empty() {
            self.first = planned.map(|(resource, plan)| Outcome::observed(resource, plan)).collect();
            return;
        }
        for (first, (resource, plan)) in self.first.iter_mut().zip(planned) {
            if first.status != Status::Drifted && plan.as_ref().is_ok_and(|plan| !plan.drift.is_empty()) {
                *first = Outcome::observed(resource, plan);
            }
        }
    }

    /// When nothing can be observed: what was changed before is said to be.
    fn unobserved(self, reason: &str) -> Report {
        let mut report = Report::failed(self.asked.resources, reason);
        for (outcome, first) in report.outcomes.iter_mut().zip(&self.first) {
            outcome.fail(self.even_if_changed(first, reason));
        }
        report.edits = self.edits;
        report
    }

    /// The reason of a failure; it must not read as if nothing had happened to a file that is changed.
    fn even_if_changed(&self, first: &Outcome, reason: &str) -> String {
        let is_changed = |file: &&PathBuf| self.edits.iter().any(|edit| edit.path == **file);
        match first.files.iter().find(is_changed) {
            Some(file) => format!("{}: is changed, but then: {reason}", file.display()),
            None => reason.to_owned(),
        }
    }

    /// The edits of all resources that may be changed and that a change would help.
    fn edits_of(&self, limits: &Limits<'_>, plans: &[Planned]) -> Vec<FileEdit> {
        let enforced = self.asked.resources.iter().zip(plans).filter_map(|(resource, plan)| {
            let plan = plan.as_ref().ok()?;
            (resource.mode == ResourceMode::Enforce && plan.blocked.is_none()).then_some(plan)
        });
        let edits = compose(limits, enforced.flat_map(|plan| &plan.edits));
        edits.into_iter().filter(|edit| self.failure_of(&edit.path).is_none()).collect()
    }

    fn commit(&mut self, edit: FileEdit) {
        match self.writer.commit(&edit) {
            Ok(_) => self.edits.push(edit),
            // The next round observes and plans afresh.
            Err(CommitError::ChangedMeanwhile { .. }) => {}
            Err(error) => {
                self.failed_files.push((edit.path.clone(), chain(&error)));
                if matches!(error, CommitError::NotDurable { .. }) {
                    self.edits.push(edit);
                }
            }
        }
    }

    fn failure_of(&self, path: &Path) -> Option<&str> {
        self.failed_files.iter().find(|(failed, _)| failed == path).map(|(_, reason)| reason.as_str())
    }

    fn report(self, plans: Vec<Planned>) -> Report {
        let outcomes = self.asked.resources.iter().zip(plans).zip(&self.first);
        let outcomes =
            outcomes.map(|((resource, plan), first)| self.outcome(resource, plan, first)).collect();
        Report { outcomes, edits: self.edits }
    }

    /// What became of one resource, by what is observed after the changes.
    fn outcome(&self, resource: &Resource, plan: Planned, first: &Outcome) -> Outcome {
        let plan = match plan {
            Ok(plan) => plan,
            Err(error) => {
                let reason = self.even_if_changed(first, &chain(&error));
                let mut outcome = Outcome::of(resource, Err(error));
                outcome.fail(reason);
                return outcome;
            }
        };
        if plan.drift.is_empty() {
            let mut outcome = Outcome::of(resource, Ok(plan));
            if first.status == Status::Drifted {
                outcome.status = Status::Corrected;
                outcome.drift.clone_from(&first.drift);
                // The file is changed, and the writer could not vouch for it, say because a power loss may undo it.
                let doubt = first.files.iter().find_map(|file| self.failure_of(file)).map(str::to_owned);
                if let Some(reason) = doubt {
                    outcome.fail(reason);
                }
            }
            return outcome;
        }
        if resource.mode == ResourceMode::Noop {
            return Outcome::of(resource, Ok(plan));
        }
        let reason = self.reason(&plan);
        let mut outcome = Outcome::of(resource, Ok(plan));
        outcome.fail(reason);
        outcome
    }

    fn reason(&self, plan: &Plan) -> String {
        if let Some(blocked) = &plan.blocked {
            return format!("nothing was written, for it would not be in force: {blocked}");
        }
        let failed = plan.edits.iter().find_map(|edit| self.failure_of(&edit.file));
        failed.map_or_else(|| "still differs after the change".into(), str::to_owned)
    }
}
