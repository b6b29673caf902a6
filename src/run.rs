//! The one run for all who ask: observe, plan, and where it is wanted commit and observe again.

use std::path::{Path, PathBuf};

use standfast_facts::machine::Machine;
use standfast_facts::root::Root;
use standfast_providers::commit::{self, CommitError, STATE_DIR, Writer};
use standfast_providers::edit::FileEdit;
use standfast_providers::provider::{Detail, Plan, Reload, ReloadAction};
use standfast_providers::shown::Shown;

use crate::chain::chain;
use crate::family::{Family, Observation, Planned};
use crate::outcome::{self, Outcome, Reloaded, Report, Status};
use crate::progress::{Bar, Total};
use crate::proof;
use crate::resource::{Resource, ResourceMode};

/// Whether the run may change the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It only observes and plans.
    Check,
    /// It also asks the daemons, and tells where they do not do what their files say.
    CheckAndProbe,
    /// It commits the plans, and says which services must be told.
    Apply,
    /// It commits the plans, and tells the services.
    ApplyAndReload,
}

/// How often a run plans: once, again when a file changed meanwhile, and again where one change uncovers another.
const ROUNDS: usize = 3;

/// Brings about the desired state of some resources, by their places in rising order, or says what differs from it; a
/// person who waits sees how far it is.
///
/// The others are planned beside them, for what is declared twice, or is nobody's, depends on all; they are left
/// alone, and the report does not name them.
#[must_use]
pub fn run(root: &Root, resources: &[Resource], wanted: &[usize], mode: Mode, detail: Detail) -> Report {
    let machine = Machine::new(root);
    let _bar = Bar::watch(machine.progress.clone(), Total::Resources(wanted.len()));
    run_on(&machine, resources, wanted, mode, detail)
}

/// As [`run`], for a program that waits and knows the machine: it shows no bar.
#[must_use]
pub fn run_on(
    machine: &Machine<'_>,
    resources: &[Resource],
    wanted: &[usize],
    mode: Mode,
    detail: Detail,
) -> Report {
    let root = machine.root;
    let asked = Asked { machine, resources, wanted, detail };
    match mode {
        Mode::Check | Mode::CheckAndProbe => asked.check(mode),
        Mode::Apply | Mode::ApplyAndReload => match Writer::begin(root, Path::new(STATE_DIR)) {
            Ok(writer) => match asked.prepare(&writer) {
                Ok(()) => Apply::new(asked, &writer, mode).run(),
                Err(error) => asked.without_changes(&error),
            },
            Err(error) => asked.without_changes(&error),
        },
    }
}

/// What a run is asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    machine: &'a Machine<'a>,
    /// All that is declared.
    resources: &'a [Resource],
    /// The places of those that the run is about.
    wanted: &'a [usize],
    detail: Detail,
}

impl<'a> Asked<'a> {
    /// The resources that the run is about.
    fn wanted(self) -> impl Iterator<Item = &'a Resource> {
        self.wanted.iter().filter_map(move |place| self.resources.get(*place))
    }

    fn plan(self, observed: &Observation<'_>) -> Vec<Planned> {
        observed.plan(self.resources, self.wanted, self.detail)
    }

    /// Makes the key by which secrets are told apart, where there will be secrets.
    fn prepare(self, writer: &Writer<'_>) -> Result<(), CommitError> {
        let has_secrets = self.wanted().any(|resource| resource.desired.family() == Family::Snmp);
        if has_secrets { writer.make_fingerprint_key() } else { Ok(()) }
    }

    /// When the writer is of no use: what is in sync is so all the same, what differs has failed.
    fn without_changes(self, error: &CommitError) -> Report {
        let mut report = self.check(Mode::Check);
        report.edits.clear();
        let reason = chain(error);
        for outcome in report.outcomes.iter_mut().filter(|outcome| outcome.status == Status::Drifted) {
            outcome.fail(reason.clone());
        }
        report
    }

    fn check(self, mode: Mode) -> Report {
        let observed = Observation::of(self.machine, self.resources);
        let mut plans = self.plan(&observed);
        if mode == Mode::CheckAndProbe {
            let wanted: Vec<&Resource> = self.wanted().collect();
            proof::add(&observed, &wanted, &mut plans, self.machine.root);
        }
        let planned = self.wanted().zip(&plans);
        let edits = observed.compose(planned.filter_map(|(resource, plan)| {
            let plan = plan.as_ref().ok()?;
            plan.blocked.is_none().then_some((resource, plan))
        }));
        let outcomes = self.wanted().zip(plans).map(|(resource, plan)| Outcome::of(resource, plan)).collect();
        Report::of(outcomes, edits, Vec::new())
    }
}

/// A run that changes the machine.
struct Apply<'a> {
    asked: Asked<'a>,
    writer: &'a Writer<'a>,
    mode: Mode,
    /// What was planned for each resource, the first drift if there was any: it is what was corrected.
    first: Vec<Outcome>,
    /// Why a file could not be written.
    failed_files: Vec<(PathBuf, String)>,
    edits: Vec<FileEdit>,
    reloaded: Vec<Reloaded>,
}

impl<'a> Apply<'a> {
    fn new(asked: Asked<'a>, writer: &'a Writer<'a>, mode: Mode) -> Self {
        Self {
            asked,
            writer,
            mode,
            first: Vec::new(),
            failed_files: Vec::new(),
            edits: Vec::new(),
            reloaded: Vec::new(),
        }
    }

    fn run(mut self) -> Report {
        for round in 0..=ROUNDS {
            let observed = Observation::of(self.asked.machine, self.asked.resources);
            if round == 0
                && let Err(error) = self.writer.sweep(&observed.directories())
            {
                return self.asked.without_changes(&error);
            }
            let plans = self.asked.plan(&observed);
            self.remember(&plans);
            let edits = self.edits_of(&observed, &plans);
            if edits.is_empty() || round == ROUNDS {
                return self.finish(plans);
            }
            for edit in edits {
                self.commit(edit);
            }
        }
        Report::failed(self.asked.wanted(), "no plan was made")
    }

    /// Tells the services, where that is wanted, and looks once more at what then runs.
    fn finish(mut self, plans: Vec<Planned>) -> Report {
        let reloads = self.reloads(&plans);
        if self.mode != Mode::ApplyAndReload || reloads.is_empty() {
            return self.report(plans);
        }
        for reload in reloads {
            let error = commit::reload(self.asked.machine.root, &reload).err();
            let error = error.map(|error| Shown::text(&chain(&error)));
            if error.is_none() && reload.action == ReloadAction::Hup {
                // Without the note the next check only says that it cannot know.
                let _ = self.writer.note_reload(&reload);
            }
            self.reloaded.push(Reloaded { reload, error });
        }
        // What was seen of the processes before is of no use any more.
        let machine = self.asked.machine.again();
        let plans = self.asked.plan(&Observation::of(&machine, self.asked.resources));
        self.report(plans)
    }

    /// What must be told: what runs with old files, and what reads a file that was changed.
    fn reloads(&self, plans: &[Planned]) -> Vec<Reload> {
        let mut reloads = Vec::new();
        for ((resource, plan), first) in self.asked.wanted().zip(plans).zip(&self.first) {
            if resource.mode == ResourceMode::Noop {
                continue;
            }
            if self.has_changed(first) {
                reloads.extend(first.reloads.iter());
            }
            reloads.extend(plan.iter().flat_map(|plan| &plan.reloads));
        }
        outcome::each_once(reloads).into_iter().cloned().collect()
    }

    fn has_changed(&self, first: &Outcome) -> bool {
        first.files.iter().any(|file| self.edits.iter().any(|edit| edit.path == *file))
    }

    /// Keeps the first drift of each resource.
    ///
    /// The first round alone will not do: a resource that could not be judged there, or was in sync until another
    /// one was changed, may be changed by a later round.
    fn remember(&mut self, plans: &[Planned]) {
        let planned = self.asked.wanted().zip(plans);
        if self.first.is_empty() {
            self.first = planned.map(|(resource, plan)| Outcome::observed(resource, plan)).collect();
            return;
        }
        for (first, (resource, plan)) in self.first.iter_mut().zip(planned) {
            if first.status != Status::Drifted && plan.as_ref().is_ok_and(|plan| !plan.is_in_sync()) {
                *first = Outcome::observed(resource, plan);
            }
        }
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
    fn edits_of(&self, observed: &Observation<'_>, plans: &[Planned]) -> Vec<FileEdit> {
        let enforced = self.asked.wanted().zip(plans).filter_map(|(resource, plan)| {
            let plan = plan.as_ref().ok()?;
            (resource.mode == ResourceMode::Enforce && plan.blocked.is_none()).then_some((resource, plan))
        });
        let edits = observed.compose(enforced);
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
        let outcomes = self.asked.wanted().zip(plans).zip(&self.first);
        let outcomes =
            outcomes.map(|((resource, plan), first)| self.outcome(resource, plan, first)).collect();
        Report::of(outcomes, self.edits, self.reloaded)
    }

    /// What became of one resource, by what is observed after the changes.
    fn outcome(&self, resource: &Resource, plan: Planned, first: &Outcome) -> Outcome {
        let plan = match plan {
            Ok(plan) => plan,
            Err(reason) => return Outcome::of(resource, Err(self.even_if_changed(first, &reason))),
        };
        if plan.drift.is_empty() {
            return self.settled(resource, plan, first);
        }
        if resource.mode == ResourceMode::Noop {
            return Outcome::of(resource, Ok(plan));
        }
        let reason = self.reason(&plan);
        let mut outcome = Outcome::of(resource, Ok(plan));
        outcome.fail(reason);
        outcome
    }

    /// What became of a resource whose files are as they should be.
    fn settled(&self, resource: &Resource, plan: Plan, first: &Outcome) -> Outcome {
        let runs_old_files = !plan.stale.is_empty();
        let mut outcome = Outcome::of(resource, Ok(plan));
        let is_enforced = resource.mode == ResourceMode::Enforce;
        if is_enforced && first.status == Status::Drifted && (self.has_changed(first) || !runs_old_files) {
            outcome.status = Status::Corrected;
            outcome.drift.clone_from(&first.drift);
            if self.mode == Mode::Apply && self.has_changed(first) {
                outcome.reloads.extend(first.reloads.iter().cloned());
            }
        }
        if !is_enforced {
            return outcome;
        }
        // The file is changed, and the writer could not vouch for it, say because a power loss may undo it.
        let doubt = first.files.iter().find_map(|file| self.failure_of(file)).map(str::to_owned);
        let of_this = |reloaded: &&Reloaded| {
            first
                .reloads
                .iter()
                .chain(&outcome.reloads)
                .any(|reload| reload.service == reloaded.reload.service)
        };
        let unheard = self.reloaded.iter().filter(of_this).find_map(|reloaded| reloaded.error.as_ref());
        if let Some(reason) = doubt.or_else(|| unheard.map(ToString::to_string)) {
            outcome.fail(reason);
        } else if runs_old_files && self.mode == Mode::ApplyAndReload {
            outcome.fail("still runs with the old files after the reload".into());
        }
        outcome
    }

    fn reason(&self, plan: &Plan) -> String {
        if let Some(blocked) = &plan.blocked {
            return format!("nothing was written, for it would not be enough: {blocked}");
        }
        let files =
            plan.edits.iter().map(|edit| &edit.file).chain(plan.permissions.iter().map(|(file, _)| file));
        let failed = files.into_iter().find_map(|file| self.failure_of(file));
        failed.map_or_else(|| "still differs after the change".into(), str::to_owned)
    }
}
