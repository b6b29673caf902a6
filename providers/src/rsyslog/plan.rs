//! The plan for `rsyslog_forward`: what differs, and the lines that would be in force.

use std::path::{Path, PathBuf};

use super::action::{ActionId, ActionState};
use super::compare;
use super::desired::{Ensure, Flag, RsyslogForward};
use super::forwards::Forward;
use super::list;
use super::place::Proposal;
use super::removal;
use super::render::{self, RenderError, Surroundings};
use super::state::{Reading, Rsyslog};
use super::told;
use super::verdict::{self, Wanted};
use crate::provider::{Detail, Drift, Edit, Effect, Evidence, Plan};
use crate::shown::Shown;

/// Why there is no plan for a forward.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// This rsyslogd cannot be told so.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// Two resources want the same.
    #[error("`{other}` forwards to {server} already: each message would be sent twice")]
    SameServer {
        /// The other resource.
        other: String,
        /// The server.
        server: String,
    },
}

/// Plans all forwards, in the order in which they are given.
///
/// They are made in the order of their names, which is that of their files: a module that one loads is there for the
/// next.
#[must_use]
pub fn plan(
    rsyslog: &Rsyslog<'_>,
    desired: &[&RsyslogForward],
    detail: Detail,
) -> Vec<Result<Plan, PlanError>> {
    let mut order: Vec<usize> = (0..desired.len()).collect();
    order.sort_by_key(|index| &desired[*index].name.0);
    let mut pending: Vec<Edit> = Vec::new();
    let mut plans: Vec<Option<Result<Plan, PlanError>>> = desired.iter().map(|_| None).collect();
    for index in order {
        let planner = Planner { rsyslog, desired: desired[index], all: desired, detail };
        let plan = planner.plan(&pending);
        if let Ok(plan) = &plan
            && plan.blocked.is_none()
        {
            pending.extend(
                plan.edits.iter().filter(|edit| !pending.contains(edit)).cloned().collect::<Vec<_>>(),
            );
        }
        plans[index] = Some(plan);
    }
    plans.into_iter().flatten().collect()
}

pub(super) struct Planner<'p> {
    pub(super) rsyslog: &'p Rsyslog<'p>,
    pub(super) desired: &'p RsyslogForward,
    all: &'p [&'p RsyslogForward],
    detail: Detail,
}

/// A proposal, what it comes to, and why it would not do.
pub(super) struct Tried {
    pub(super) proposal: Proposal,
    after: Reading,
    obstacle: Option<Shown>,
}

impl Planner<'_> {
    fn plan(&self, pending: &[Edit]) -> Result<Plan, PlanError> {
        let mut plan = match self.desired.ensure {
            Ensure::Absent => self.absent(),
            Ensure::Present => self.present(pending)?,
        };
        self.stale(&mut plan);
        plan.findings = super::findings::findings(self.rsyslog, self.all);
        Ok(plan)
    }

    fn absent(&self) -> Plan {
        let mut plan = Plan::default();
        for ours in self.rsyslog.ours(&self.desired.name.0) {
            plan.drift.push(Drift {
                property: "ensure",
                is: Shown::text("present"),
                should: Shown::text("absent"),
                reason: Shown::owned(format!("{} has it", told::path(&ours.path))),
                place: None,
            });
            plan.edits.extend(self.rsyslog.removal(&ours));
        }
        if plan.drift.is_empty() {
            self.listed(&mut plan);
        }
        plan
    }

    /// A forward that someone has written by hand, and that is listed under this name.
    fn listed(&self, plan: &mut Plan) {
        let foreign = list::foreign(self.rsyslog).into_iter();
        for (_, forward) in foreign.filter(|(title, _)| *title == self.desired.name.0) {
            plan.drift.push(Drift {
                property: "ensure",
                is: Shown::text("present"),
                should: Shown::text("absent"),
                reason: Shown::owned(format!("{} forwards", forward.place)),
                place: Some(forward.place.clone()),
            });
            match self.rsyslog.taking_out(forward) {
                Some(edits) => plan.edits.extend(edits),
                None => plan.blocked = Some(told::by_hand(forward)),
            }
        }
    }

    fn present(&self, pending: &[Edit]) -> Result<Plan, PlanError> {
        self.refuse_same_server()?;
        let mut plan = Plan::default();
        if let Some(forward) = self.by_hand() {
            if self.detail == Detail::All {
                plan.evidence.push(self.evidence(forward));
            }
            self.duplicates(Some(forward), &mut plan);
            self.local_copy(&self.rsyslog.reading, &mut plan);
            return Ok(plan);
        }
        self.duplicates(None, &mut plan);
        let tried = self.try_candidates(pending, &plan.edits)?;
        self.differences(&tried, &mut plan);
        plan.edits.extend(tried.proposal.edits.iter().cloned());
        self.local_copy(&tried.after, &mut plan);
        let dangers = self.rsyslog.dangers(self.desired);
        if plan.blocked.is_none() {
            plan.blocked = dangers.first().map(|danger| danger.reason.clone()).or(tried.obstacle);
        }
        plan.drift.extend(dangers);
        if plan.drift.is_empty() {
            plan.blocked = None;
            if self.detail == Detail::All {
                let ours = verdict::forwards_of(&self.rsyslog.reading, &self.desired.name.0);
                plan.evidence.extend(ours.into_iter().map(|forward| self.evidence(forward)));
            }
        }
        Ok(plan)
    }

    fn refuse_same_server(&self) -> Result<(), PlanError> {
        let servers = self.desired.servers();
        let others = self
            .all
            .iter()
            .filter(|other| other.name != self.desired.name && other.ensure == Ensure::Present);
        for other in others {
            let is_same = |(host, port): &&(&super::values::Host, super::values::Port)| {
                other.servers().iter().any(|(other, theirs)| theirs == port && host.is(other.0.as_bytes()))
            };
            let masks = self.desired.selector().mask() & other.selector().mask();
            let overlap = self.desired.filter.is_some() || other.filter.is_some() || !masks.is_empty();
            if let (Some((host, port)), true) = (servers.iter().find(is_same), overlap) {
                // Filters may part the messages; selectors that overlap do not.
                if self.desired.filter.is_none() && other.filter.is_none() {
                    return Err(PlanError::SameServer {
                        other: other.name.0.clone(),
                        server: format!("{host}:{port}"),
                    });
                }
            }
        }
        Ok(())
    }

    /// The resource whose lines a forward is.
    fn owner(&self, forward: &Forward) -> Option<&str> {
        let names = self.all.iter().map(|desired| desired.name.0.as_str());
        let is_of = |name: &&str| {
            verdict::forwards_of(&self.rsyslog.reading, name).iter().any(|ours| ours.action == forward.action)
        };
        names.into_iter().find(is_of)
    }

    /// Forwards that no resource has written.
    pub(super) fn foreign(&self) -> impl Iterator<Item = &Forward> {
        let is_active = |forward: &&Forward| {
            let action = self.rsyslog.reading.config.actions().get(forward.action);
            action.is_some_and(|action| action.state == ActionState::Active) && !forward.reach.is_nothing()
        };
        self.rsyslog.reading.forwards.iter().filter(is_active).filter(|forward| self.owner(forward).is_none())
    }

    /// A forward that someone has written by hand, and that does all that is wanted.
    fn by_hand(&self) -> Option<&Forward> {
        let name = &self.desired.name.0;
        if !self.rsyslog.ours(name).is_empty()
            || self.desired.failover.is_some()
            || self.desired.filter.is_some()
        {
            return None;
        }
        let (host, port) = self.desired.servers().into_iter().next()?;
        let wanted = Wanted::of(self.desired);
        let work_directory = self.rsyslog.work_directory();
        self.foreign().find(|forward| {
            compare::goes_to(forward, host, port)
                && wanted.missing(forward).is_empty()
                && compare::differences(self.desired, forward, work_directory.as_ref()).is_empty()
                && self.rsyslog.dangers(self.desired).is_empty()
        })
    }

    fn evidence(&self, forward: &Forward) -> Evidence {
        let text = self.rsyslog.reading.config.text(forward.span);
        Evidence {
            place: forward.place.clone(),
            text: Shown::bytes(text.split(|byte| *byte == b'\n').next().unwrap_or_default()),
            effect: Effect::Wins,
            reason: Shown::owned(format!(
                "forwards {} to {}:{} by {}",
                forward.reach.sure | forward.reach.may,
                Shown::bytes(&forward.forwarding.target),
                Shown::bytes(&forward.forwarding.port),
                forward.forwarding.protocol.word()
            )),
        }
    }

    fn try_candidates(&self, pending: &[Edit], removals: &[Edit]) -> Result<Tried, PlanError> {
        let mut failed = Vec::new();
        for file in self.rsyslog.candidates(self.desired) {
            let tried = self.try_file(&file, pending, removals)?;
            if tried.obstacle.is_none() {
                return Ok(tried);
            }
            failed.push(tried);
        }
        // Why a file that is read would not do tells more than that another is not read.
        let is_read = |tried: &Tried| super::state::includes(&tried.after.config, &tried.proposal.file);
        let best = failed.iter().position(is_read).unwrap_or(0);
        match failed.into_iter().nth(best) {
            Some(tried) => Ok(tried),
            None => self.try_file(&self.rsyslog.main, pending, removals),
        }
    }

    fn try_file(&self, file: &Path, pending: &[Edit], removals: &[Edit]) -> Result<Tried, PlanError> {
        let is_loaded = self.rsyslog.reading.config.modules().iter().any(|module| module.name == b"omrelp");
        let is_pending = pending.iter().any(|edit| match &edit.change {
            crate::document::Change::Append { text } | crate::document::Change::Insert { text, .. } => {
                standfast_facts::search::find(text, b"omrelp").is_some()
            }
            _ => false,
        });
        let attempt = |relp_is_loaded: bool| -> Result<Tried, PlanError> {
            let lines = render::render(self.desired, &self.surroundings(relp_is_loaded))?;
            let proposal = self.rsyslog.proposal(self.desired, file, &lines);
            let mut edits = pending.to_vec();
            edits.extend(removals.iter().chain(&proposal.edits).cloned());
            let after = self.rsyslog.trial(&self.rsyslog.contents(&edits));
            let obstacle = verdict::obstacle(&after, self.desired, file)
                .or_else(|| self.harm(pending, &after, removals));
            Ok(Tried { proposal, after, obstacle })
        };
        if self.desired.protocol == super::desired::Transport::Relp && (is_loaded || is_pending) {
            // Whether it is loaded before is known once the lines are in their place.
            let tried = attempt(true)?;
            if tried.obstacle.is_none() {
                return Ok(tried);
            }
        }
        attempt(false)
    }

    /// What else would be done otherwise than before: sticky lines reach beyond what they were meant for.
    fn harm(&self, pending: &[Edit], after: &Reading, removals: &[Edit]) -> Option<Shown> {
        let trial = (!pending.is_empty()).then(|| self.rsyslog.trial(&self.rsyslog.contents(pending)));
        let before = trial.as_ref().unwrap_or(&self.rsyslog.reading);
        let ours = |reading: &Reading| -> Vec<ActionId> {
            let names = self.all.iter().map(|desired| desired.name.0.as_str());
            names.flat_map(|name| verdict::actions_of(reading, name)).collect()
        };
        let mut goes = ours(before);
        if !removals.is_empty() {
            let is_taken_out =
                |forward: &&Forward| self.desired.purge == Flag::True || self.is_duplicate(forward);
            goes.extend(before.forwards.iter().filter(is_taken_out).map(|forward| forward.action));
        }
        let action = removal::harmed(before, after, &goes, &ours(after))?;
        let place = before.config.place(action.span);
        Some(Shown::owned(format!(
            "{place} would do something else than now: `format` rainerscript leaves it alone"
        )))
    }

    /// The working directory that is not of our making.
    fn foreign_work_directory(&self) -> Option<String> {
        let reading = &self.rsyslog.reading;
        let (directory, span) = reading.config.globals().work_directory.as_ref()?;
        let mut names = self.all.iter().map(|desired| desired.name.0.as_str());
        let text = |directory: &[u8]| String::from_utf8_lossy(directory).into_owned();
        if !names.any(|name| verdict::under(reading, name)(*span)) {
            return Some(text(directory));
        }
        // Ours hides another that may be set before it.
        let ours = self.all.iter().flat_map(|desired| self.rsyslog.ours(&desired.name.0));
        let removals: Vec<Edit> = ours.flat_map(|ours| self.rsyslog.removal(&ours)).collect();
        let without = self.rsyslog.trial(&self.rsyslog.contents(&removals));
        without.config.globals().work_directory.as_ref().map(|(directory, _)| text(directory))
    }

    fn surroundings(&self, relp_is_loaded: bool) -> Surroundings {
        let rsyslog = self.rsyslog;
        let globals = rsyslog.reading.config.globals();
        let text =
            |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let spool = rsyslog.spool(self.desired);
        Surroundings {
            version: rsyslog.version,
            working_directory: self.foreign_work_directory(),
            spool: spool.to_string_lossy().into_owned(),
            relp_is_loaded,
            global_driver: text(&globals.driver),
            global_certificates: [&globals.ca_file, &globals.cert_file, &globals.key_file].map(text),
        }
    }
}

/// The directories in which files of this family may be written.
#[must_use]
pub fn directories(rsyslog: &Rsyslog<'_>) -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> = rsyslog
        .reading
        .config
        .files
        .iter()
        .filter_map(|file| file.path.parent().map(Path::to_path_buf))
        .chain([PathBuf::from(super::state::RSYSLOG_D)])
        .collect();
    directories.sort_unstable();
    directories.dedup();
    directories
}
