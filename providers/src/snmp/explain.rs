//! Who may read and write what over SNMP, from where, and which lines decide it; no secret is in it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Serialize;

use super::installed::KnownFrom;
use super::invocation::Origin;
use super::listen::Listen;
use super::semantics::{Access, Decision, Grant, Outcome, Peer, Silence, Version, Versions};
use super::show::show_named;
use super::state::{Program, Snmp};
use super::tables::{Com2Sec, Extent, Level, LineId, Tables, Transport, ViewRow};
use super::users::User;
use crate::provider::{Effect, Evidence, Finding};
use crate::shown::Shown;

/// What the files of a snmpd come to.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The version, and how it is known.
    pub version: String,
    /// What runs, or would be started.
    pub daemon: String,
    /// The files, in the order in which they are first read.
    pub files: Vec<Shown>,
    /// Where it listens.
    pub listens: Vec<ListenExplanation>,
    /// The address that is asked about, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
    /// What communities may do; where an address is asked about, those that have a line for it.
    pub communities: Vec<CommunityExplanation>,
    /// What users of SNMPv3 may do.
    pub users: Vec<UserExplanation>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// One place where it listens.
#[derive(Clone, Debug, Serialize)]
pub struct ListenExplanation {
    /// Protocol, address and port.
    pub address: String,
    /// Whether other hosts can reach it.
    pub exposed: bool,
    /// The line that says so.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<crate::provider::Place>,
}

/// What one community may do, from one source.
#[derive(Clone, Debug, Serialize)]
pub struct CommunityExplanation {
    /// The community: its fingerprint, where the host has a key for it, else a number.
    pub community: String,
    /// From where.
    pub source: String,
    /// What it comes over.
    pub transport: &'static str,
    /// The versions.
    pub versions: &'static str,
    /// What may be read; `None`: there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// What may be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write: Option<String>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent: Option<&'static str>,
    /// The lines that decide or lose.
    pub evidence: Vec<Evidence>,
}

/// What one user of SNMPv3 may do.
#[derive(Clone, Debug, Serialize)]
pub struct UserExplanation {
    /// The name.
    pub user: Shown,
    /// Its keys.
    pub keys: String,
    /// From which level on it may read and write what.
    pub rights: Vec<String>,
    /// The lines.
    pub evidence: Vec<Evidence>,
}

impl Snmp<'_> {
    /// Explains all rights, or what a request from an address gets.
    #[must_use]
    pub fn explain(&self, from: Option<IpAddr>) -> Explanation {
        let teller = Teller::new(self);
        let listens = self.listens();
        Explanation {
            version: self.version_words(),
            daemon: self.daemon_words(),
            files: self.files.iter().map(|file| Shown::text(&file.path.to_string_lossy())).collect(),
            listens: listens.iter().map(|listen| self.explain_listen(listen)).collect(),
            from,
            communities: match from {
                None => teller.explain_all(),
                Some(address) => teller.explain_from(address),
            },
            users: self.users().iter().map(|user| teller.explain_user(user)).collect(),
            findings: self.findings(),
        }
    }

    fn version_words(&self) -> String {
        let super::rules::Version(major, minor, patch) = self.installed.version;
        let rules = format!("by the rules of net-snmp {major}.{minor}.{patch}");
        match &self.installed.known_from {
            KnownFrom::Library(path) => format!("{rules}, as {} says", path.display()),
            KnownFrom::Package => format!("{rules}, as its package says"),
            KnownFrom::Assumed => format!("no net-snmp below the root: {rules}"),
        }
    }

    fn daemon_words(&self) -> String {
        let started = match &self.invocation.origin {
            Origin::Running(pid) => format!("runs as PID {pid}"),
            Origin::Configured(path) => format!("does not run; {} would start it", path.display()),
            Origin::Assumed if self.machine.root.is_host() => {
                "does not run, and nothing says how it would start".into()
            }
            Origin::Assumed => "is taken to start without options".into(),
        };
        match self.program {
            Program::Installed => format!("snmpd {started}"),
            Program::Missing => "snmpd is not installed: its files do nothing".into(),
        }
    }

    fn explain_listen(&self, listen: &Listen) -> ListenExplanation {
        ListenExplanation {
            address: listen.to_string(),
            exposed: listen.is_exposed(),
            place: listen.line.map(|line| self.place(line)),
        }
    }
}

/// Tells lines and rights; communities, which must not be told, go by their fingerprints or by a number in the order of
/// the lists.
struct Teller<'s, 'm> {
    snmp: &'s Snmp<'m>,
    numbers: BTreeMap<&'s [u8], usize>,
}

impl<'s, 'm> Teller<'s, 'm> {
    fn new(snmp: &'s Snmp<'m>) -> Self {
        let mut numbers = BTreeMap::new();
        for entry in Transport::ALL.iter().flat_map(|transport| snmp.control.tables.com2sec(*transport)) {
            let next = numbers.len() + 1;
            numbers.entry(entry.community.as_slice()).or_insert(next);
        }
        Self { snmp, numbers }
    }

    /// The name of a community that is in a list.
    fn of(&self, community: &[u8]) -> Option<String> {
        let number = self.numbers.get(community)?;
        Some(match self.snmp.fingerprints.of(community) {
            Some(fingerprint) => format!("<community {fingerprint}>"),
            None => format!("<community {number}>"),
        })
    }

    fn evidence(&self, line: LineId, effect: Effect, reason: String) -> Evidence {
        let text = show_named(self.snmp.text(line), &|community| self.of(community));
        Evidence { place: self.snmp.place(line), text, effect, reason: Shown::owned(reason) }
    }

    fn add_via(&self, via: &[LineId], evidence: &mut Vec<Evidence>) {
        for line in via {
            evidence.push(self.evidence(*line, Effect::Wins, "leads through".into()));
        }
    }

    fn name(&self, community: &[u8]) -> String {
        self.of(community).unwrap_or_else(|| "<community>".into())
    }

    /// All rights, and the lines that let nobody in and keep others from being asked.
    fn explain_all(&self) -> Vec<CommunityExplanation> {
        let refusals = self.snmp.refusals.iter().map(|refusal| CommunityExplanation {
            community: self.name(refusal.community.reveal()),
            source: refusal.source.to_string(),
            transport: refusal.transport.word(),
            versions: "v1 and v2c",
            read: None,
            write: None,
            silent: Some(silence_words(refusal.reason)),
            evidence: vec![self.evidence(refusal.line, Effect::Wins, "decides".into())],
        });
        self.snmp.grants.iter().map(|grant| self.explain_grant(grant)).chain(refusals).collect()
    }

    fn explain_grant(&self, grant: &Grant) -> CommunityExplanation {
        let mut evidence = Vec::new();
        let shadow = grant.shadowed_by.filter(|before| *before != grant.line);
        match shadow {
            None => evidence.push(self.evidence(grant.line, Effect::Wins, "decides".into())),
            Some(before) => {
                let reason = format!("{} decides before it for the same community", self.snmp.place(before));
                evidence.push(self.evidence(grant.line, Effect::Overridden, reason));
            }
        }
        self.add_via(&grant.via, &mut evidence);
        CommunityExplanation {
            community: self.name(grant.community.reveal()),
            source: grant.source.to_string(),
            transport: grant.transport.word(),
            versions: match grant.versions {
                Versions::V1 => "v1",
                Versions::V2c => "v2c",
                Versions::Both => "v1 and v2c",
            },
            read: shadow.is_none().then(|| access_words(&self.snmp.control.tables, &grant.read)),
            write: shadow.is_none().then(|| access_words(&self.snmp.control.tables, &grant.write)),
            silent: shadow.map(|_| "another line decides"),
            evidence,
        }
    }

    /// What each community of the lists gets from an address.
    fn explain_from(&self, address: IpAddr) -> Vec<CommunityExplanation> {
        let peer = Peer::Ip(address);
        let mut by_community: BTreeMap<&[u8], Vec<&Com2Sec>> = BTreeMap::new();
        for entry in self.snmp.control.tables.com2sec(peer.transport()) {
            by_community.entry(&entry.community).or_default().push(entry);
        }
        let mut all = Vec::new();
        for (community, entries) in by_community {
            let decide = |version| self.snmp.control.decide_among(entries.iter().copied(), &peer, version);
            let (one, two) = (decide(Version::V1), decide(Version::V2c));
            let cases = if one.outcome == two.outcome {
                vec![(one, "v1 and v2c")]
            } else {
                vec![(one, "v1"), (two, "v2c")]
            };
            for (decision, versions) in cases {
                let evidence = self.evidence_of(&decision, &entries, &peer);
                let (read, write, silent) = match &decision.outcome {
                    Outcome::Silent(reason) => (None, None, Some(silence_words(*reason))),
                    Outcome::Answers { read, write } => (
                        Some(access_words(&self.snmp.control.tables, read)),
                        Some(access_words(&self.snmp.control.tables, write)),
                        None,
                    ),
                };
                let (community, source) = (self.name(community), address.to_string());
                let transport = peer.transport().word();
                all.push(CommunityExplanation {
                    community,
                    source,
                    transport,
                    versions,
                    read,
                    write,
                    silent,
                    evidence,
                });
            }
        }
        all
    }

    /// The lines that decide, and those for the same community and address that are not asked any more.
    fn evidence_of(&self, decision: &Decision, entries: &[&Com2Sec], peer: &Peer) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        if let Some(line) = decision.line {
            evidence.push(self.evidence(line, Effect::Wins, "decides".into()));
        }
        self.add_via(&decision.via, &mut evidence);
        for entry in
            entries.iter().filter(|entry| peer.is_in(&entry.source) && Some(entry.line) != decision.line)
        {
            let reason = "the first line that matches decides".to_owned();
            evidence.push(self.evidence(entry.line, Effect::Overridden, reason));
        }
        evidence
    }

    fn explain_user(&self, user: &User) -> UserExplanation {
        let mut evidence = Vec::new();
        for keys in &user.keys {
            let effect = if keys.defect.is_some() { Effect::Inert } else { Effect::Wins };
            evidence.push(self.evidence(keys.line, effect, "gives the keys".into()));
        }
        let mut rights = Vec::new();
        for access in &user.access {
            let level = match access.level {
                Level::NoAuth => "without any key",
                Level::Auth => "with a key",
                Level::Priv => "with a key, encrypted",
            };
            rights.push(format!(
                "{level}: reads {}, writes {}",
                access_words(&self.snmp.control.tables, &access.read),
                access_words(&self.snmp.control.tables, &access.write)
            ));
            let effect = if user.exists() { Effect::Wins } else { Effect::Inert };
            evidence.push(self.evidence(access.line, effect, "gives the rights".into()));
            self.add_via(&access.via, &mut evidence);
        }
        let keys = match user.effective_keys() {
            None => "does not exist".to_owned(),
            Some(keys) => format!("{}, {}", keys.authentication.word(), keys.privacy.word()),
        };
        UserExplanation { user: Shown::bytes(&user.name), keys, rights, evidence }
    }
}

/// What a view lets see, in words; one that the daemon itself named by its only part.
fn access_words(tables: &Tables, access: &Access) -> String {
    let is_own = access.view.starts_with(b"viewComm") || access.view.starts_with(b"viewUSM");
    match (access.extent, tables.view(&access.view)) {
        (Extent::Empty, _) => "nothing".into(),
        (Extent::All, _) => "everything".into(),
        (Extent::Part, [ViewRow { subtree: Some(subtree), .. }]) if is_own => subtree.to_string(),
        (Extent::Part, _) => format!("view {}", Shown::bytes(&access.view)),
    }
}

fn silence_words(reason: Silence) -> &'static str {
    match reason {
        Silence::Disabled => "the version is switched off",
        Silence::NoCommunity => "no line has it for this source",
        Silence::Refused => "the line refuses this source",
        Silence::NoContext => "the line asks for a context that does not exist",
        Silence::NoGroup => "no group line has the user of the line",
        Silence::NoAccess => "no access line has the group of the line",
    }
}
