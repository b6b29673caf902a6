//! What differs, in words: of a forward, of what forwards beside it, of the local copy, of the process that runs.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::compare;
use super::desired::{Ensure, Flag};
use super::forwards::Forward;
use super::plan::{Planner, Tried};
use super::pmask::{FACILITIES, Pmask};
use super::state::Reading;
use super::values::{Host, Port};
use super::verdict::{self, Wanted};
use crate::provider::{Drift, Plan, Reload, ReloadAction};
use crate::shown::Shown;

/// The service, as all distributions call it.
const SERVICE: &str = "rsyslog";

impl Planner<'_> {
    /// What differs from what would be written.
    pub(super) fn differences(&self, tried: &Tried, plan: &mut Plan) {
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

    pub(super) fn is_duplicate(&self, forward: &Forward) -> bool {
        self.desired.servers().iter().any(|(host, port)| compare::goes_to(forward, host, *port))
    }

    /// Forwards to the same servers that are not ours, and with `purge` all that are nobody's.
    pub(super) fn duplicates(&self, kept: Option<&Forward>, plan: &mut Plan) {
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
                None => plan.blocked = Some(by_hand(forward)),
            }
        }
    }

    /// Facilities of which no file of this host has any message.
    pub(super) fn local_copy(&self, reading: &Reading, plan: &mut Plan) {
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
    pub(super) fn stale(&self, plan: &mut Plan) {
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

/// Why a forward stays.
pub(super) fn by_hand(forward: &Forward) -> Shown {
    Shown::owned(format!(
        "{} cannot be taken out without a change of what else is done: take it out by hand",
        forward.place
    ))
}

fn target_drift(forward: &Forward, host: &Host, port: Port) -> Drift {
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

pub(super) fn path(path: &Path) -> Shown {
    Shown::bytes(path.as_os_str().as_bytes())
}
