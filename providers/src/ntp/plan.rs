//! The plan for `ntp_monlist`: who outside is answered, the lines that keep them out, and whether they would.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::address::Network;
use super::daemon::Program;
use super::draft::{Draft, own_lines};
use super::entry::{Ensure, NtpMonlist};
use super::files::FilesError;
use super::judge::{self, Door};
use super::reading::{self, Reading, Role, Said};
use super::state::{NtpState, Service};
use super::version::Family;
use super::{evidence, findings, stale};
use crate::provider::{Detail, Drift, Place, Plan, Reload, ReloadAction};
use crate::shown::Shown;

/// Why there is no plan.
#[derive(Debug, Error)]
pub enum PlanError {
    /// No daemon would read the file.
    #[error("target {path} is a file that no daemon of time reads", path = path.display())]
    NeverRead {
        /// The file.
        path: PathBuf,
    },
    /// Two resources for the same daemons.
    #[error("ntp_monlist is there twice: it is one resource for all daemons of time")]
    Twice,
    /// The files as they would be cannot be read.
    #[error(transparent)]
    Files(#[from] FilesError),
}

/// Why a daemon must be restarted after a change.
const RELOAD_REASON: &str = "it reads its files only when it starts";

/// The plan for one resource.
///
/// # Errors
/// When the target is read by no daemon.
pub fn plan(state: &NtpState<'_>, desired: &NtpMonlist, detail: Detail) -> Result<Plan, PlanError> {
    let mut plan = Plan::default();
    check_target(state, desired)?;
    for service in &state.services {
        match desired.ensure {
            Ensure::Disabled => close(state, service, desired, &mut plan)?,
            Ensure::Absent => remove(service, &mut plan),
        }
        // What differs names its line itself.
        if detail == Detail::All {
            evidence::of_service(service, desired.allowed(), &mut plan.evidence);
        }
        findings::of_service(state.machine.root, service, desired.allowed(), &mut plan.findings);
    }
    if state.services.is_empty() {
        plan.evidence.push(evidence::of_nothing());
    }
    Ok(plan)
}

fn check_target(state: &NtpState<'_>, desired: &NtpMonlist) -> Result<(), PlanError> {
    let Some(target) = desired.target.as_ref().map(Path::new) else { return Ok(()) };
    let mut said = state.services.iter().flat_map(|service| &service.readings).map(|(_, said)| said);
    if said.any(|said| is_read_by(said, target)) {
        return Ok(());
    }
    Err(PlanError::NeverRead { path: target.to_path_buf() })
}

/// Whether a file is one of a configuration, or would be if it were there.
fn is_read_by(said: &Said, path: &Path) -> bool {
    let in_directory =
        path.parent().is_some_and(|parent| said.directories().iter().any(|known| known == parent));
    said.paths().iter().any(|known| known == path)
        || in_directory && path.extension().is_some_and(|extension| extension == "conf")
}

fn remove(service: &Service, plan: &mut Plan) {
    let own = own_lines(service);
    for line in &own {
        let place = Place { file: line.file.clone(), line: line.line };
        plan.drift.push(Drift {
            property: "ensure",
            is: Shown::text("present"),
            should: Shown::text("absent"),
            reason: Shown::owned(format!(
                "{place} is a line that standfast added: `{}`",
                Shown::bytes(&line.text)
            )),
            place: Some(place),
        });
    }
    if !own.is_empty() {
        plan.edits.extend(Draft::new(service).edits());
        plan.reloads.extend(reload(service, RELOAD_REASON));
    }
}

fn close(
    state: &NtpState<'_>,
    service: &Service,
    desired: &NtpMonlist,
    plan: &mut Plan,
) -> Result<(), PlanError> {
    let allowed = desired.allowed();
    let open: Vec<(&Reading, Vec<Door>)> = service
        .readings
        .iter()
        .map(|(reading, said)| (reading, judge::doors(said, allowed)))
        .filter(|(_, doors)| !doors.is_empty())
        .collect();
    if open.is_empty() {
        if let Some(drift) = stale::of_service(state.machine.root, service) {
            plan.reloads.extend(reload(service, RELOAD_REASON));
            plan.stale.push(drift);
        }
        return Ok(());
    }
    for (reading, doors) in &open {
        plan.drift.extend(doors.iter().map(|door| drift(service, reading, door, allowed)));
    }
    let attempt = Attempt { state, service, desired };
    let (draft, blocked) = attempt.run()?;
    let edits = draft.edits();
    if !edits.is_empty() {
        plan.reloads.extend(reload(service, RELOAD_REASON));
    }
    plan.edits.extend(edits);
    plan.blocked = plan.blocked.take().or(blocked);
    Ok(())
}

fn reload(service: &Service, reason: &str) -> Option<Reload> {
    Some(Reload {
        service: service.installed.service.clone(),
        action: ReloadAction::Restart,
        pid: Some(service.installed.daemon()?.pid),
        reason: Shown::text(reason),
    })
}

fn drift(service: &Service, reading: &Reading, door: &Door, allowed: &[Network]) -> Drift {
    let title = service.installed.title();
    let role = match reading.role {
        Role::Running => "",
        Role::Next if service.is_running() => ", as the next start reads it",
        Role::Next => ", should it start",
        Role::Source => ", once the DHCP client has copied it",
    };
    let ask = service.installed.program.asked();
    let reason = match &door.text {
        Some(text) => format!("{} `{text}` lets {} {ask} {title}{role}", door.place, door.who),
        None => format!("no line of {} keeps {} from asking {title}{role}", door.place, door.who),
    };
    let should = if allowed.is_empty() {
        "no answer outside of this host".to_owned()
    } else {
        let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
        format!("no answer outside of this host and {}", allowed.join(", "))
    };
    Drift {
        property: "ensure",
        is: Shown::owned(format!("{} for {}", door.what, door.who)),
        should: Shown::owned(should),
        reason: Shown::owned(reason),
        place: Some(door.place.clone()),
    }
}

/// Lines that are tried on the files of one daemon.
struct Attempt<'a> {
    state: &'a NtpState<'a>,
    service: &'a Service,
    desired: &'a NtpMonlist,
}

impl Attempt<'_> {
    /// The lines that close all doors, and where there are none that do, why.
    fn run(&self) -> Result<(Draft<'_>, Option<Shown>), PlanError> {
        let mut draft = Draft::new(self.service);
        let mut blocked = None;
        for (reading, _) in &self.service.readings {
            let (next, why) = self.close(reading, &draft)?;
            draft = next;
            blocked = blocked.or(why);
        }
        // What is there already is not written again, unless it is the order that counts.
        let kept = draft.keeping();
        if blocked.is_none() && self.is_closed(&kept)? {
            draft = kept;
        }
        Ok((draft, blocked))
    }

    /// Adds what one configuration needs, at the first place where it helps.
    fn close<'d>(
        &self,
        reading: &Reading,
        draft: &Draft<'d>,
    ) -> Result<(Draft<'d>, Option<Shown>), PlanError> {
        let allowed = self.desired.allowed();
        let said = self.read(reading, draft)?;
        let lines: Vec<Vec<u8>> = judge::needed(&said, allowed).into_iter().map(String::into_bytes).collect();
        if lines.is_empty() {
            return Ok((draft.clone(), None));
        }
        if !reading.is_in_files() {
            let why = format!(
                "{} has its directives from its command line, which only the one who starts it can change",
                self.service.installed.program.name()
            );
            return Ok((draft.clone(), Some(Shown::owned(why))));
        }
        let mut first = None;
        for path in self.targets(reading, &said) {
            let mut tried = draft.clone();
            tried.add(&path, &lines);
            match judge::doors(&self.read(reading, &tried)?, allowed).into_iter().next() {
                None => return Ok((tried, None)),
                Some(door) => {
                    first.get_or_insert((tried, door, path));
                }
            }
        }
        let Some((tried, door, path)) = first else { return Ok((draft.clone(), None)) };
        let path = Shown::text(&path.to_string_lossy());
        let Door { who, place, text, .. } = door;
        let why = match text {
            Some(text) => {
                format!("{place} `{text}` would still let {who} in after lines were added to {path}")
            }
            None => format!("lines in {path} would not be read: {who} would still be let in"),
        };
        Ok((tried, Some(Shown::owned(why))))
    }

    fn read(&self, reading: &Reading, draft: &Draft<'_>) -> Result<Said, PlanError> {
        Ok(reading.read(&draft.source(self.state.machine.root))?)
    }

    fn is_closed(&self, draft: &Draft<'_>) -> Result<bool, PlanError> {
        for (reading, _) in &self.service.readings {
            if !judge::doors(&self.read(reading, draft)?, self.desired.allowed()).is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The files that may get the lines, the best first.
    fn targets(&self, reading: &Reading, said: &Said) -> Vec<PathBuf> {
        let wanted = self.desired.target.as_ref().map(PathBuf::from).filter(|path| is_read_by(said, path));
        if let Some(path) = wanted {
            return vec![path];
        }
        let main = reading.place();
        let drop_in = drop_in(reading, said);
        let is_copied = reading::dhcp_source(&reading.main).is_some()
            || reading::may_be_copied(self.state.machine.root, &reading.main);
        match drop_in {
            // The copy holds what the main file holds, and has another directory beside it.
            Some(drop_in) if is_copied => vec![main, drop_in],
            Some(drop_in) => vec![drop_in, main],
            None => vec![main],
        }
    }
}

/// A file of our own that the daemon would read.
fn drop_in(reading: &Reading, said: &Said) -> Option<PathBuf> {
    match (reading.program(), said) {
        // Read last: the names of ntp.d are read backwards.
        (Program::Ntpd(Family::Ntpsec), _) => {
            Some(reading.place().parent()?.join("ntp.d").join(super::NTPSEC_DROP_IN))
        }
        (Program::Chrony, Said::Chrony(closure, _)) => {
            Some(closure.directories.first()?.join(super::CHRONY_DROP_IN))
        }
        _ => None,
    }
}
