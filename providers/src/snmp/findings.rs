//! What is wrong with the files of snmpd beside any desired state: lines that do nothing or something else than they
//! look like, and places where nobody looks.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use super::invocation::Origin;
use super::keyword::{FileType, Keyword};
use super::lookups::Kind;
use super::semantics::{Grant, Silence};
use super::state::{Program, Snmp};
use super::tables::{Extent, LineId};
use super::words::Words;
use crate::provider::{Finding, Place};
use crate::reloaded;
use crate::shown::Shown;

/// By so much the start of a process may seem earlier than it was: `Daemon::started`.
const START_IS_EARLY: Duration = Duration::from_millis(11);

/// The code of a finding, what is wrong, and what to do.
pub(super) type Words3 = (&'static str, String, String);

impl Snmp<'_> {
    /// All findings, in the order of the files and their lines.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        if self.program == Program::Missing {
            return Vec::new();
        }
        let mut findings = Vec::new();
        for (line, defect) in &self.defects {
            findings.extend(self.of_defect(*line, *defect).map(|words| self.finding(*line, words)));
        }
        self.add_unknown(&mut findings);
        self.add_glued(&mut findings);
        self.add_grants(&mut findings);
        self.add_users(&mut findings);
        self.add_addresses(&mut findings);
        self.add_others(&mut findings);
        self.add_daemon(&mut findings);
        // The same line may be read for several lists, and the same file more than once.
        let order = |place: &Place| self.files.iter().position(|file| file.path == place.file);
        findings.sort_by_key(|finding| (order(&finding.place), finding.place.line, finding.code));
        findings.dedup();
        findings
    }

    pub(super) fn finding(&self, line: LineId, (code, message, remedy): Words3) -> Finding {
        Finding {
            place: self.place(line),
            code,
            message: Shown::owned(message),
            remedy: Shown::owned(remedy),
        }
    }

    fn add_grants(&self, findings: &mut Vec<Finding>) {
        let mut places = HashSet::new();
        for grant in &self.grants {
            findings.extend(self.of_grant(grant).into_iter().map(|words| self.finding(grant.line, words)));
            if places.insert(grant.line.file) {
                findings.extend(self.of_place(grant.line).map(|words| self.finding(grant.line, words)));
            }
        }
        for refusal in &self.refusals {
            let message = match refusal.reason {
                Silence::NoGroup => {
                    "lets nobody in: no group line has its user; lines for the same community behind it are not asked"
                }
                Silence::NoAccess => {
                    "lets nobody in: no access line has its group; lines for the same community behind it are not asked"
                }
                Silence::NoContext => {
                    "lets nobody in: its context does not exist; lines for the same community behind it are not asked"
                }
                _ => continue,
            };
            findings.push(self.finding(
                refusal.line,
                ("inert-community", message.into(), "complete the chain, or remove the line".into()),
            ));
        }
    }

    fn of_grant(&self, grant: &Grant) -> Vec<Words3> {
        let mut found = Vec::new();
        if let Some(before) = grant.shadowed_by {
            found.push((
                "shadowed",
                format!("decides nothing: for the same community {} decides before it", self.place(before)),
                "remove it; or that one, if this one is meant".into(),
            ));
        } else if self.has_second_source(grant) {
            found.push((
                "second-source",
                "shows nothing and answers all the same: a second source is read as the name of an object"
                    .into(),
                "write one line for each source".into(),
            ));
        } else if grant.read.extent == Extent::Empty && grant.write.extent == Extent::Empty {
            found.push((
                "empty-view",
                "shows nothing and answers all the same: the community is good for reflection".into(),
                "define the view, or remove the line".into(),
            ));
        }
        if grant.write.view == b"none" && grant.write.extent != Extent::Empty {
            found.push((
                "view-none",
                "lets its community write: a view called `none` is defined, and that is what it writes by"
                    .into(),
                "give that view another name".into(),
            ));
        }
        if let Some((line, bytes)) = self.line(grant.line) {
            let keyword = line.keyword_in(bytes, FileType::Daemon);
            let written =
                line.parameter(bytes).filter(|_| keyword == Keyword::Community).map(written_community);
            if written.is_some_and(|written| written != grant.community.reveal()) {
                found.push((
                    "double-parse",
                    "opens another community than the one that is written: snmpd reads quotes and backslashes twice".into(),
                    "use letters, digits, `.`, `-` and `_` only".into(),
                ));
            }
        }
        found
    }

    /// Whether an easy line has an address where the name of an object should be.
    fn has_second_source(&self, grant: &Grant) -> bool {
        let row = self.control.tables.view(&grant.read.view).first();
        row.is_some_and(|row| {
            let parts = row.subtree.as_ref().map_or(&[][..], |subtree| &subtree.0);
            row.line == Some(grant.line)
                && parts.len() == 4
                && parts[0] > 2
                && parts.iter().all(|part| *part < 256)
        })
    }

    /// Grants in files where nobody looks for them.
    fn of_place(&self, line: LineId) -> Option<Words3> {
        let file = self.files.get(line.file as usize)?;
        Some(match file.kind {
            Kind::CommandLine => (
                "command-line",
                "a community on the command line: everyone on the host sees it, and the first reload forgets it".into(),
                "put it into snmpd.conf".into(),
            ),
            Kind::Persistent => (
                "persistent-file",
                "a community in the file that snmpd itself writes: it is gone when snmpd stops".into(),
                "put it into /etc/snmp/snmpd.conf".into(),
            ),
            Kind::Admin if is_usual(&file.path, self.invocation.optional.as_deref()) || self.is_included(line) => return None,
            Kind::Admin => (
                "unusual-file",
                "communities in a file where few look for them, and which snmpd reads all the same".into(),
                "move them to /etc/snmp/snmpd.conf".into(),
            ),
        })
    }

    fn is_included(&self, line: LineId) -> bool {
        let parent = self.files.get(line.file as usize).and_then(|file| file.path.parent());
        parent.is_some_and(|parent| {
            parent.starts_with("/etc/snmp") || self.directories.iter().any(|dir| dir.path == parent)
        })
    }

    fn add_others(&self, findings: &mut Vec<Finding>) {
        let sends_default = !self.others.iter().any(|other| other.keyword == Keyword::TrapCommunity);
        for other in self.others.iter().filter(|other| other.file_type == FileType::Daemon) {
            let Some(value) = self.line(other.line).and_then(|(line, bytes)| line.parameter(bytes)) else {
                continue;
            };
            let words = match other.keyword {
                Keyword::TrapSink if sends_default && !has_community(value) => (
                    "trap-public",
                    "sends its traps with the community `public`".to_owned(),
                    "name a community behind the host, or with trapcommunity".to_owned(),
                ),
                Keyword::GetbulkLimit if value.starts_with(b"-1") && self.is_responses(other.line) => (
                    "getbulk-unlimited",
                    "lifts the limit of answers to GETBULK: a packet of 40 bytes is answered with 54,000".to_owned(),
                    "remove it".to_owned(),
                ),
                Keyword::AgentX if value.to_ascii_lowercase().starts_with(b"tcp") => (
                    "agentx-tcp",
                    "opens AgentX to whoever can reach the port: it knows no secrets, and its agents may do anything".to_owned(),
                    "use a unix socket".to_owned(),
                ),
                _ => continue,
            };
            findings.push(self.finding(other.line, words));
        }
    }

    fn is_responses(&self, line: LineId) -> bool {
        self.line(line)
            .is_some_and(|(line, bytes)| line.name(bytes).eq_ignore_ascii_case(b"maxGetbulkResponses"))
    }

    /// What concerns the daemon and not a line.
    fn add_daemon(&self, findings: &mut Vec<Finding>) {
        let place = |path: &Path| Place { file: path.to_path_buf(), line: 0 };
        let mut add = |path: &Path, (code, message, remedy): Words3| {
            let (message, remedy) = (Shown::owned(message), Shown::owned(remedy));
            findings.push(Finding { place: place(path), code, message, remedy });
        };
        if let Some(daemon) = &self.daemon {
            let service = String::from_utf8_lossy(&self.invocation.application);
            let last_read = reloaded::last_read(self.machine.root, &service, daemon);
            for file in self.files.iter().filter(|file| file.kind == Kind::Admin) {
                if file.status.as_ref().is_some_and(|status| status.modified > last_read + START_IS_EARLY) {
                    add(
                        &file.path,
                        (
                            "newer-than-process",
                            format!(
                                "was changed after snmpd (PID {}) was started: only a reload since has made it count",
                                daemon.pid
                            ),
                            "reload snmpd, or ask it: standfast probe snmp".into(),
                        ),
                    );
                }
            }
        }
        if self.running > 1 {
            let message = format!("{} snmpd run; the files here are those of the first", self.running);
            add(
                Path::new("/usr/sbin/snmpd"),
                ("several-daemons", message, "stop those that are not meant to run".into()),
            );
        }
        let unit = match &self.invocation.origin {
            Origin::Configured(path) => path.clone(),
            Origin::Running(_) | Origin::Assumed => "/usr/sbin/snmpd".into(),
        };
        let has_smux = self.others.iter().any(|other| other.keyword == Keyword::Smux);
        if has_smux && !self.invocation.leaves_out("smux") {
            add(
                &unit,
                (
                    "smux",
                    "SMUX is on: snmpd listens on TCP port 199 for agents".into(),
                    "start it with -I -smux, and remove smuxpeer".into(),
                ),
            );
        }
    }
}

/// The community of an easy line as it is written, by the first of its two readings.
fn written_community(parameter: &[u8]) -> Vec<u8> {
    let mut words = Words::new(parameter);
    let first = words.next(255);
    if first != b"-v" {
        return first;
    }
    words.next(255);
    words.next(255)
}

/// Whether a trap sink names a community behind its host.
fn has_community(value: &[u8]) -> bool {
    let mut words = Words::new(value);
    let mut plain = 0;
    while words.has_more() {
        if words.next(255).starts_with(b"-") { drop(words.next(255)) } else { plain += 1 }
    }
    plain > 1
}

/// The files that an admin knows of.
fn is_usual(path: &Path, optional: Option<&[u8]>) -> bool {
    let name = path.as_os_str().as_encoded_bytes();
    let is_named = optional
        .is_some_and(|list| list.split(|byte| matches!(byte, b',' | b'-')).any(|named| named == name));
    let in_etc =
        ["/etc/snmp/snmpd.conf", "/etc/snmp/snmpd.local.conf"].iter().any(|usual| path == Path::new(usual));
    is_named || in_etc
}
