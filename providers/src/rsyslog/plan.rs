//! The plan for `rsyslog_forward`: what differs, and the lines that would be in force.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::action::{ActionState, Protocol};
use super::compare;
use super::desired::{Ensure, Flag, RsyslogForward};
use super::forwards::Forward;
use super::place::Proposal;
use super::pmask::{FACILITIES, Pmask};
use super::removal;
use super::render::{self, RenderError, Surroundings};
use super::state::{Reading, Rsyslog};
use super::verdict::{self, Wanted};
use crate::provider::{Detail, Drift, Edit, Effect, Evidence, Plan, Reload, ReloadAction};
use crate::shown::Shown;

/// The service, as all distributions call it.
const SERVICE: &str = "rsyslog";

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

struct Planner<'p> {
    rsyslog: &'p Rsyslog<'p>,
    desired: &'p RsyslogForward,
    all: &'p [&'p RsyslogForward],
    detail: Detail,
}

/// A proposal, what it comes to, and why it would not do.
struct Tried {
    proposal: Proposal,
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
                reason: Shown::owned(format!("{} has it", path(&ours.path))),
                place: None,
            });
            plan.edits.extend(self.rsyslog.removal(&ours));
        }
        plan
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
    fn foreign(&self) -> impl Iterator<Item = &Forward> {
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
        let mut first = None;
        for file in self.rsyslog.candidates(self.desired) {
            let tried = self.try_file(&file, pending, removals)?;
            if tried.obstacle.is_none() {
                return Ok(tried);
            }
            first.get_or_insert(tried);
        }
        match first {
            Some(tried) => Ok(tried),
            None => self.try_file(&self.rsyslog.main, pending, removals),
        }
    }

    fn try_file(&self, file: &Path, pending: &[Edit], removals: &[Edit]) -> Result<Tried, PlanError> {
        let is_loaded = self.rsyslog.reading.config.modules().iter().any(|module| module.name == b"omrelp");
        let is_pending = pending.iter().any(|edit| match &edit.change {
            crate::document::Change::Append { text } | crate::document::Change::Insert { text, .. } => {
                memchr::memmem::find(text, b"omrelp").is_some()
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
        let ours = |reading: &Reading| -> Vec<usize> {
            let names = self.all.iter().map(|desired| desired.name.0.as_str());
            let forwards = names.flat_map(|name| verdict::forwards_of(reading, name));
            forwards.map(|forward| forward.action).collect()
        };
        let (ours_before, ours_after) = (ours(before), ours(after));
        let goes = |forward: &Forward| {
            ours_before.contains(&forward.action)
                || !removals.is_empty() && (self.desired.purge == Flag::True || self.is_duplicate(forward))
        };
        let stays = |forward: &Forward| ours_after.contains(&forward.action);
        let action = removal::harmed(before, after, goes, stays)?;
        let place = before.config.place(action.span);
        Some(Shown::owned(format!(
            "{place} would do something else than now: `format` rainerscript leaves it alone"
        )))
    }

    fn surroundings(&self, relp_is_loaded: bool) -> Surroundings {
        let rsyslog = self.rsyslog;
        let globals = rsyslog.reading.config.globals();
        let text =
            |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let spool = rsyslog.spool(self.desired);
        Surroundings {
            version: rsyslog.version,
            spool_is_working_directory: rsyslog.work_directory().as_ref() == Some(&spool),
            spool: spool.to_string_lossy().into_owned(),
            relp_is_loaded,
            global_driver: text(&globals.driver),
            global_certificates: [&globals.ca_file, &globals.cert_file, &globals.key_file].map(text),
        }
    }

    /// What differs from what would be written.
    fn differences(&self, tried: &Tried, plan: &mut Plan) {
        let name = &self.desired.name.0;
        let reading = &self.rsyslog.reading;
        let ours = verdict::forwards_of(reading, name);
        let work_directory = self.rsyslog.work_directory();
        if let Some(first) = ours.first() {
            let (host, port) = self.desired.servers()[0];
            if !compare::goes_to(first, host, port) {
                plan.drift.push(target_drift(first, host, port));
            }
            plan.drift.extend(compare::differences(self.desired, first, work_directory.as_ref()));
        }
        let now = verdict::obstacle(reading, self.desired, &tried.proposal.file);
        if let (Some(reason), false) = (&now, ours.is_empty()) {
            plan.drift.push(Drift {
                property: "ensure",
                is: Shown::text("out of force"),
                should: Shown::text("present"),
                reason: reason.clone(),
                place: None,
            });
        }
        if !plan.drift.is_empty() || (tried.proposal.edits.is_empty() && now.is_none()) {
            return;
        }
        let stands = self.rsyslog.ours(name);
        plan.drift.push(match stands.first() {
            None => Drift {
                property: "ensure",
                is: Shown::text("absent"),
                should: Shown::text("present"),
                reason: Shown::owned(self.no_forward()),
                place: None,
            },
            Some(ours) => Drift {
                property: "ensure",
                is: Shown::text(if now.is_some() { "out of force" } else { "in other words" }),
                should: Shown::text("present"),
                reason: match now {
                    Some(reason) => reason,
                    None => Shown::owned(format!(
                        "{} was changed, or is of another version of standfast",
                        path(&ours.path)
                    )),
                },
                place: None,
            },
        });
    }

    fn no_forward(&self) -> String {
        let files = self.rsyslog.reading.config.files.iter().filter(|file| file.text_of.is_none()).count();
        let server =
            self.desired.servers().first().map(|(host, port)| format!("{host}:{port}")).unwrap_or_default();
        format!("nothing in the {files} files that rsyslogd reads forwards to {server}")
    }

    fn is_duplicate(&self, forward: &Forward) -> bool {
        self.desired.servers().iter().any(|(host, port)| compare::goes_to(forward, host, *port))
    }

    /// Forwards to the same servers that are not ours, and with `purge` all that are nobody's.
    fn duplicates(&self, kept: Option<&Forward>, plan: &mut Plan) {
        let kept = kept.map(|forward| forward.action);
        let work_directory = self.rsyslog.work_directory();
        let foreign: Vec<&Forward> = self.foreign().filter(|forward| Some(forward.action) != kept).collect();
        for forward in foreign {
            let is_duplicate = self.is_duplicate(forward);
            if !is_duplicate && self.desired.purge == Flag::False {
                continue;
            }
            let server = format!(
                "{}:{}",
                Shown::bytes(&forward.forwarding.target),
                Shown::bytes(&forward.forwarding.port)
            );
            let mut found = Vec::new();
            if is_duplicate
                && kept.is_none()
                && verdict::forwards_of(&self.rsyslog.reading, &self.desired.name.0).is_empty()
            {
                found = compare::differences(self.desired, forward, work_directory.as_ref());
            }
            if found.is_empty() {
                found.push(Drift {
                    property: if is_duplicate { "target" } else { "purge" },
                    is: Shown::text(if is_duplicate {
                        "forwarded twice"
                    } else {
                        "forwarded by nobody's wish"
                    }),
                    should: Shown::text(if is_duplicate { "forwarded once" } else { "not forwarded" }),
                    reason: Shown::owned(if is_duplicate {
                        format!("{} forwards to {server}, too, in another form", forward.place)
                    } else {
                        format!("{} forwards to {server}, and no resource declares it", forward.place)
                    }),
                    place: Some(forward.place.clone()),
                });
            }
            plan.drift.append(&mut found);
            match self.rsyslog.taking_out(forward) {
                Some(edits) => plan.edits.extend(edits),
                None => {
                    plan.blocked = Some(Shown::owned(format!(
                        "{} cannot be taken out without a change of what else is done: take it out by hand",
                        forward.place
                    )));
                }
            }
        }
    }

    /// Facilities of which no file of this host has any message.
    fn local_copy(&self, reading: &Reading, plan: &mut Plan) {
        if self.desired.keep_local == Flag::False {
            return;
        }
        let kept = reading.config.kept_locally(&reading.flow);
        let wanted = Wanted::of(self.desired).may;
        let lost = |facility: &usize| {
            let all = Pmask::facility(*facility);
            !(wanted & all).is_empty() && (kept & all).is_empty()
        };
        // What programs can send: the numbers 12 to 15 have names that nobody uses.
        let lost: Vec<&str> = (0..24)
            .filter(|facility| !(12..16).contains(facility))
            .filter(lost)
            .map(|facility| FACILITIES[facility])
            .collect();
        if lost.is_empty() {
            return;
        }
        let is = if lost.len() == 20 {
            "no file has any message".to_owned()
        } else {
            format!("no file has {}", lost.join(", "))
        };
        plan.drift.push(Drift {
            property: "keep_local",
            is: Shown::owned(is),
            should: Shown::text("each facility in a file"),
            reason: Shown::text(
                "while the server is away there is no other copy; add a rule for a file, or write `keep_local = false`",
            ),
            place: None,
        });
    }

    /// What runs with old files, and what must be told after a change.
    fn stale(&self, plan: &mut Plan) {
        let reload = |pid: Option<u32>, reason: String| Reload {
            service: SERVICE.into(),
            action: ReloadAction::Restart,
            pid,
            reason: Shown::owned(reason),
        };
        let rsyslog = self.rsyslog;
        if let Some((daemon, file)) = rsyslog.daemon.as_ref().zip(rsyslog.newer_than_process()) {
            let reason = format!(
                "process {} is older than {}; SIGHUP does not make rsyslogd read it",
                daemon.pid,
                path(file)
            );
            plan.stale.push(Drift {
                property: "process",
                is: Shown::text("started before its configuration"),
                should: Shown::text("started with its configuration"),
                reason: Shown::owned(reason.clone()),
                place: None,
            });
            plan.reloads.push(reload(Some(daemon.pid), reason));
        } else if let (Some(daemon), false) = (&rsyslog.daemon, plan.edits.is_empty()) {
            plan.reloads
                .push(reload(Some(daemon.pid), "rsyslogd reads its files only when it starts".into()));
        } else if rsyslog.daemon.is_none()
            && rsyslog.machine.root.is_host()
            && self.desired.ensure == Ensure::Present
        {
            let reason = "no rsyslogd runs, and nothing is forwarded".to_owned();
            plan.stale.push(Drift {
                property: "process",
                is: Shown::text("none"),
                should: Shown::text("running"),
                reason: Shown::owned(reason.clone()),
                place: None,
            });
            plan.reloads.push(reload(None, reason));
        }
    }
}

fn target_drift(forward: &Forward, host: &super::values::Host, port: super::values::Port) -> Drift {
    let is =
        format!("{}:{}", Shown::bytes(&forward.forwarding.target), Shown::bytes(&forward.forwarding.port));
    let target = String::from_utf8_lossy(&forward.forwarding.target);
    let why = if target.trim() != target {
        "has a blank in the name of the host, which never resolves"
    } else if target.is_empty() {
        "has no target: rsyslogd crashes at the first message"
    } else {
        "forwards to another server"
    };
    Drift {
        property: "target",
        is: Shown::owned(is),
        should: Shown::owned(format!("{host}:{port}")),
        reason: Shown::owned(format!("{} {why}", forward.place)),
        place: Some(forward.place.clone()),
    }
}

fn path(path: &Path) -> Shown {
    Shown::bytes(path.as_os_str().as_bytes())
}

/// Whether a forward loses messages whatever else is said of it.
#[must_use]
pub fn is_udp(forward: &Forward) -> bool {
    forward.forwarding.protocol == Protocol::Udp
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
