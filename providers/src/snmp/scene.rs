//! What the plans of all resources share: who is let in by which line, whose line it is, and what may be edited.

use std::cell::OnceCell;
use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};
use standfast_facts::search;

use super::invocation::Origin;
use super::judge::Grants;
use super::lines;
use super::lookups::Kind;
use super::permissions::directory;
use super::plan::PlanFailure;
use super::show::show_line;
use super::state::Snmp;
use super::tables::{LineId, Transport};
use crate::document::Change;
use crate::provider::{Edit, Reload, ReloadAction};
use crate::shown::Shown;

/// One state of the machine, made ready for plans.
#[derive(Debug)]
pub struct Scene<'s, 'm> {
    /// What was observed, or would be after a change.
    pub snmp: &'s Snmp<'m>,
    /// Who is let in by which line.
    pub grants: Grants<'s>,
    /// The lines that were written for a resource, by its name.
    own: FxHashMap<&'s str, Vec<LineId>>,
    /// The communities that these lines let in or refuse.
    communities: FxHashMap<LineId, &'s [u8]>,
    /// All communities by their fingerprints; made when somebody asks.
    digests: OnceCell<FxHashMap<String, &'s [u8]>>,
}

impl<'s, 'm> Scene<'s, 'm> {
    /// Makes a state ready.
    #[must_use]
    pub fn of(snmp: &'s Snmp<'m>) -> Self {
        let own = own_lines(snmp);
        let lines: FxHashSet<LineId> = own.values().flatten().copied().collect();
        let tables = &snmp.control.tables;
        let entries = Transport::ALL.iter().flat_map(|transport| tables.com2sec(*transport));
        let communities = entries.filter(|entry| lines.contains(&entry.line));
        let communities = communities.map(|entry| (entry.line, entry.community.as_slice())).collect();
        Self { snmp, grants: Grants::of(&snmp.control), own, communities, digests: OnceCell::new() }
    }

    /// The lines that were written for the resource of this name.
    #[must_use]
    pub fn own(&self, name: &str) -> &[LineId] {
        self.own.get(name).map_or(&[], Vec::as_slice)
    }

    /// The community that a line of ours is about.
    #[must_use]
    pub fn community(&self, line: LineId) -> Option<&'s [u8]> {
        self.communities.get(&line).copied()
    }

    /// All lines about a community, in order, over whatever it comes.
    #[must_use]
    pub fn lines_of(&self, community: &[u8]) -> Vec<LineId> {
        let mut lines: Vec<_> = self.grants.of_community(community).map(|entry| entry.line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// `FILE:LINE`, or the process whose command line it is.
    #[must_use]
    pub fn place_text(&self, line: LineId) -> String {
        match self.kind(line) {
            Some(Kind::CommandLine) => self.command_line(),
            _ => self.snmp.place(line).to_string(),
        }
    }

    /// A line as it may be shown.
    #[must_use]
    pub fn shown(&self, line: LineId) -> Shown {
        show_line(self.snmp.text(line), &self.snmp.fingerprints)
    }

    /// What a community is called where it must be told from others: by its fingerprint, where there is a key.
    #[must_use]
    pub fn name_of(&self, community: &[u8]) -> String {
        match self.snmp.fingerprints.of(community) {
            Some(fingerprint) => format!("community {fingerprint}"),
            None => "a community".to_owned(),
        }
    }

    /// The community of the files that has this fingerprint.
    ///
    /// # Errors
    /// When there is no key to make fingerprints with.
    pub fn recognise(&self, digest: &str) -> Result<Option<&'s [u8]>, PlanFailure> {
        if !self.snmp.fingerprints.are_keyed() {
            return Err(PlanFailure::NoKey);
        }
        let digests = self.digests.get_or_init(|| {
            let digest = |community| Some((self.snmp.fingerprints.whole(community)?, community));
            self.grants.communities().filter_map(digest).collect()
        });
        Ok(digests.get(digest).copied())
    }

    fn kind(&self, line: LineId) -> Option<Kind> {
        self.snmp.files.get(line.file as usize).map(|file| file.kind)
    }

    /// Whose command line it is.
    #[must_use]
    pub fn command_line(&self) -> String {
        match &self.snmp.invocation.origin {
            Origin::Running(pid) => format!("the command line of snmpd (process {pid})"),
            Origin::Configured(path) => format!("the command line of snmpd in {}", path.display()),
            Origin::Assumed => "the command line of snmpd".to_owned(),
        }
    }

    /// Why a line cannot be changed, and what a person can do; `None` where it can.
    #[must_use]
    pub fn obstacle(&self, line: LineId) -> Option<&'static str> {
        const BY_HAND: &str = "snmpd writes this file itself when it stops, so that what is changed meanwhile is lost: \
                               stop snmpd, take the line out, start it";
        match self.kind(line)? {
            Kind::CommandLine => Some("take the option out of what starts it, and restart it"),
            Kind::Persistent
                if self.snmp.daemon.is_some() || !self.is_roots_own(&self.snmp.place(line).file) =>
            {
                Some(BY_HAND)
            }
            Kind::Persistent | Kind::Admin => {
                let is_glued = self.snmp.line(line).is_some_and(|(line, _)| line.is_glued());
                let is_whole = self.snmp.document(line)?.is_whole_line(line.chunk as usize);
                (is_glued || !is_whole)
                    .then_some("snmpd does not read it as one line of the file: mend it by hand first")
            }
        }
    }

    /// The same as a reason of its own.
    #[must_use]
    pub fn blocked_by(&self, line: LineId) -> Option<Shown> {
        let obstacle = self.obstacle(line)?;
        Some(Shown::owned(format!("{} cannot be changed: {obstacle}", self.place_text(line))))
    }

    /// Whether nobody but root can put another file in the place of this one.
    #[must_use]
    pub fn is_roots_own(&self, path: &Path) -> bool {
        let status = self.snmp.machine.root.status(directory(path));
        status.is_ok_and(|status| status.uid == 0 && status.mode & 0o022 == 0)
    }

    /// The edit that takes a line away.
    #[must_use]
    pub fn remove(&self, line: LineId) -> Edit {
        Edit { file: self.snmp.place(line).file, change: Change::Remove { chunk: line.chunk as usize } }
    }

    /// The edit that puts a text in the place of a line.
    #[must_use]
    pub fn replace(&self, line: LineId, text: Vec<u8>) -> Edit {
        Edit {
            file: self.snmp.place(line).file,
            change: Change::Replace { chunk: line.chunk as usize, text },
        }
    }

    /// The index of the file of this path.
    #[must_use]
    pub fn file(&self, path: &Path) -> Option<u32> {
        let index = self.snmp.files.iter().position(|file| file.path == path)?;
        u32::try_from(index).ok()
    }

    /// That the daemon must be told, where one runs.
    #[must_use]
    pub fn reload(&self, action: ReloadAction, reason: &str) -> Option<Reload> {
        let daemon = self.snmp.daemon.as_ref()?;
        let service = String::from_utf8_lossy(&self.snmp.invocation.application).into_owned();
        Some(Reload { service, action, pid: Some(daemon.pid), reason: Shown::text(reason) })
    }
}

/// The lines that name a resource in a comment.
fn own_lines<'s>(snmp: &'s Snmp<'_>) -> FxHashMap<&'s str, Vec<LineId>> {
    let mut own: FxHashMap<&str, Vec<LineId>> = FxHashMap::default();
    let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    for (file, observed) in snmp.files.iter().enumerate() {
        let document = &observed.document;
        if search::find(document.bytes(), lines::MARK.as_bytes()).is_none() {
            continue;
        }
        for (chunk, parsed) in document.chunks().iter().enumerate() {
            let is_read = parsed.entry.is_some();
            if let Some(name) = is_read.then(|| lines::name(document.text(chunk))).flatten() {
                own.entry(name).or_default().push(LineId { file: number(file), chunk: number(chunk) });
            }
        }
    }
    own
}
