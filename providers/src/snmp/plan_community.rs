//! The plan for `snmp_community`: the lines that make it so, and those that must go since they come first or give more.

use std::path::Path;

use super::community::{Ensure, Grade, SnmpCommunity};
use super::judge::{Deviation, Gone, Wanted};
use super::lines::{CommunityLine, Directive};
use super::list;
use super::permissions::{self, Exposure, Identity};
use super::plan::PlanFailure;
use super::protection;
use super::quoting;
use super::scene::Scene;
use super::semantics::Version;
use super::source::Network;
use super::state::Program;
use super::tables::LineId;
use super::target;
use crate::document::Change;
use crate::provider::{Detail, Drift, Edit, Evidence, Plan, ReloadAction};
use crate::secret::{Secret, SecretValue, read_file};
use crate::shown::Shown;

/// A resource with its community.
#[derive(Debug)]
pub struct Ready<'d> {
    /// What should be.
    pub desired: &'d SnmpCommunity,
    /// The community; one that should be absent may leave it out.
    pub community: Option<Secret>,
    /// How it is known.
    pub knowledge: Knowledge,
}

/// How a community is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// It is given, or needed by nobody.
    Given,
    /// Its fingerprint is given, and some line of the files is about a community that has it.
    Recognised,
    /// Its fingerprint is given, and no community of the files has it. What stands for it is in no file.
    Unseen,
}

/// Why nothing is written for a community that is known by its fingerprint.
const NOT_KNOWN_HERE: &str =
    "the community is not known here, where only its fingerprint is kept: let Puppet apply it";

impl<'d> Ready<'d> {
    /// Reads the community where it is in a file, or looks in snmpd's files for the one that has its fingerprint; and
    /// looks whether a line can open it.
    ///
    /// # Errors
    /// When the file cannot be used, there is no key of fingerprints, or no line can open the community.
    pub fn of(scene: &Scene<'_, '_>, desired: &'d SnmpCommunity) -> Result<Self, PlanFailure> {
        let mut knowledge = Knowledge::Given;
        let community = match (&desired.community, &desired.community_file) {
            (Some(SecretValue::Known(community)), _) => Some(community.clone()),
            (Some(SecretValue::Fingerprint(digest)), _) => {
                let seen = scene.recognise(digest)?;
                knowledge = if seen.is_some() { Knowledge::Recognised } else { Knowledge::Unseen };
                Some(Secret::new(seen.map_or_else(|| stand_in(digest), <[u8]>::to_vec)))
            }
            (None, Some(path)) => Some(read_file(scene.snmp.machine.root, &path.0)?),
            (None, None) => None,
        };
        if let (Some(community), Ensure::Present, Knowledge::Given) = (&community, desired.ensure, knowledge)
        {
            quoting::easy(community.reveal())?;
        }
        Ok(Self { desired, community, knowledge })
    }

    /// The bytes of the community, where it should be there.
    #[must_use]
    pub fn present(&self) -> Option<&[u8]> {
        (self.desired.ensure == Ensure::Present)
            .then(|| self.community.as_ref().map(Secret::reveal))
            .flatten()
    }

    /// The resource's name.
    #[must_use]
    pub fn name(&self) -> &'d str {
        &self.desired.name.0
    }

    fn wanted(&self) -> Option<Wanted<'_>> {
        Some(Wanted {
            community: self.present()?,
            grade: self.desired.access,
            sources: self.desired.sources.as_ref().map_or(&[], |sources| sources.0.as_slice()),
            view: self.desired.view.as_ref().map(|view| view.0.as_str()),
        })
    }
}

/// What stands for a community of which nothing but the fingerprint is known: no line can be about it.
fn stand_in(digest: &str) -> Vec<u8> {
    [b"\0", digest.as_bytes()].concat()
}

/// The plan for one resource.
///
/// # Errors
/// When its lines have no place, or whose the daemon's rights are is unknown.
pub fn plan(scene: &Scene<'_, '_>, ready: &Ready<'_>, detail: Detail) -> Result<Plan, PlanFailure> {
    let mut plan = match ready.wanted() {
        Some(wanted) => Present { scene, ready, wanted }.plan(detail)?,
        None => absent(scene, ready),
    };
    if ready.knowledge != Knowledge::Given && !plan.drift.is_empty() {
        plan.edits.clear();
        plan.permissions.clear();
        plan.reloads.clear();
        plan.blocked = Some(Shown::text(NOT_KNOWN_HERE));
    }
    Ok(plan)
}

/// What still differs, in the state that a plan leads to: why the plan would not help.
#[must_use]
pub fn remains(after: &Scene<'_, '_>, ready: &Ready<'_>) -> Option<Shown> {
    let drift = match ready.wanted() {
        Some(wanted) => Present { scene: after, ready, wanted }.drift(),
        None => absent(after, ready).drift,
    };
    let drift = drift.into_iter().next()?;
    Some(Shown::owned(format!("{} ({} instead of {})", drift.reason, drift.is, drift.should)))
}

/// A community that should be there.
struct Present<'p, 's, 'm> {
    scene: &'p Scene<'s, 'm>,
    ready: &'p Ready<'p>,
    wanted: Wanted<'p>,
}

impl Present<'_, '_, '_> {
    fn plan(&self, detail: Detail) -> Result<Plan, PlanFailure> {
        let scene = self.scene;
        let mut plan = Plan { drift: self.drift(), ..Plan::default() };
        let target =
            target::of(scene.snmp, self.ready.desired.target.as_ref().map(|target| target.0.as_path()))?;
        let identity = Identity::of(scene.snmp)?;
        if scene.snmp.program == Program::Missing {
            plan.drift = vec![self.not_in_force(Shown::text("snmpd is not installed"))];
            plan.blocked = Some(Shown::text("snmpd is not installed"));
            return Ok(plan);
        }
        if !plan.drift.is_empty() {
            plan.blocked = self.write(&target, identity, &mut plan);
            plan.reloads.extend(
                scene.reload(ReloadAction::Hup, "snmpd reads its files when it starts, and after SIGHUP"),
            );
        }
        self.protect(&target, identity, &mut plan);
        if detail == Detail::All || !plan.drift.is_empty() {
            self.add_evidence(&mut plan.evidence);
        }
        Ok(plan)
    }

    /// How what is differs from what should be, beside the permissions of files.
    fn drift(&self) -> Vec<Drift> {
        let scene = self.scene;
        let mut drift = Vec::new();
        if let Some(reason) = self.switched_off() {
            drift.push(self.not_in_force(reason));
        }
        for line in self.stale() {
            let place = scene.snmp.place(line);
            drift.push(Drift {
                property: "community",
                is: scene.shown(line),
                should: Shown::text("absent"),
                reason: Shown::owned(format!(
                    "{place} was written for this resource, and is for another community"
                )),
                place: Some(place),
            });
        }
        let deviations = scene.grants.deviations(&self.wanted, &Gone::default());
        drift.extend(deviations.iter().map(|deviation| self.drift_of(deviation)));
        drift
    }

    /// Why no community is of any use.
    fn switched_off(&self) -> Option<Shown> {
        let control = &self.scene.snmp.control;
        control.disabled_by(Version::V1)?;
        let line = control.disabled_by(Version::V2c)?;
        let place = self.scene.place_text(line);
        Some(Shown::owned(format!("SNMPv1 and SNMPv2c are switched off: {place}")))
    }

    fn not_in_force(&self, reason: Shown) -> Drift {
        let should = Shown::owned(self.wanted.to_string());
        Drift { property: "ensure", is: Shown::text("not in force"), should, reason, place: None }
    }

    fn drift_of(&self, deviation: &Deviation) -> Drift {
        let place = deviation.line().map(|line| self.scene.snmp.place(line));
        let at = deviation.line().map(|line| self.scene.place_text(line)).unwrap_or_default();
        let wanted = |source: &Network| Shown::owned(format!("{} from {source}", self.wanted));
        let (property, is, should, reason) = match deviation {
            Deviation::Silent { source } => (
                "ensure",
                "no answer".to_owned(),
                wanted(source),
                format!("no line lets it in from {source}"),
            ),
            Deviation::Refused { source, .. } => (
                "ensure",
                "no answer".to_owned(),
                wanted(source),
                format!("{at} decides for {source}, and gives it nothing"),
            ),
            Deviation::Other { source, is, .. } => (
                "access",
                format!("{is} from {source}"),
                wanted(source),
                format!("{at} decides for {source}: the first match wins"),
            ),
            Deviation::Beyond { source, .. } => (
                "sources",
                format!("an answer to {source}"),
                Shown::text("no answer"),
                format!("{at} lets it in from {source}"),
            ),
        };
        Drift { property, is: Shown::owned(is), should, reason: Shown::owned(reason), place }
    }

    /// Lines that were written for this resource and are for another community, or for none.
    fn stale(&self) -> Vec<LineId> {
        let is_stale = |line: &LineId| self.scene.community(*line) != Some(self.wanted.community);
        self.scene.own(self.ready.name()).iter().copied().filter(is_stale).collect()
    }

    /// Plans the lines that go and those that come; the answer says what cannot be changed.
    fn write(&self, target: &Path, identity: Identity, plan: &mut Plan) -> Option<Shown> {
        let scene = self.scene;
        let stale = self.stale();
        let mut gone: Gone = stale.iter().copied().collect();
        // A line that goes may uncover another.
        let silent: Vec<Network> = loop {
            let deviations = scene.grants.deviations(&self.wanted, &gone);
            let before = gone.len();
            gone.extend(deviations.iter().filter_map(Deviation::line));
            if gone.len() == before {
                let source = |deviation: &Deviation| match deviation {
                    Deviation::Silent { source } => Some(*source),
                    _ => None,
                };
                break deviations.iter().filter_map(source).collect();
            }
        };
        let mut gone: Vec<_> = gone.into_iter().collect();
        gone.sort_unstable();
        let obstacle = gone.iter().find_map(|line| scene.blocked_by(*line));
        let file = scene.file(target);
        let is_ours = |line: &LineId| Some(line.file) == file && stale.contains(line);
        let mut places = gone.iter().copied().filter(is_ours).collect::<Vec<_>>().into_iter();
        let mut replaced = Vec::new();
        for source in silent {
            let place = places.next();
            let section = target::section(scene.snmp, target, place);
            // `Ready` has seen that the community can be written.
            let Ok(text) = self.line(source).text(&section) else { continue };
            plan.edits.push(match place {
                Some(line) => {
                    replaced.push(line);
                    scene.replace(line, text)
                }
                None => Edit { file: target.to_path_buf(), change: Change::Append { text } },
            });
        }
        plan.edits
            .extend(gone.iter().filter(|line| !replaced.contains(line)).map(|line| scene.remove(*line)));
        obstacle.or_else(|| self.unreachable(target, identity)).or_else(|| self.switched_off())
    }

    /// Why the daemon could not read the target again.
    fn unreachable(&self, target: &Path, identity: Identity) -> Option<Shown> {
        let directory = permissions::directory(target);
        let status = self.scene.snmp.machine.root.status(directory).ok()?;
        (!identity.may_search(&status)).then(|| {
            Shown::owned(format!(
                "{} does not let snmpd (user {}, group {}) in: it would drop all access after SIGHUP",
                directory.display(),
                identity.uid,
                identity.gid
            ))
        })
    }

    fn line(&self, source: Network) -> CommunityLine<'_> {
        let directive = match self.wanted.grade {
            Grade::ReadOnly => Directive::ReadOnly,
            Grade::ReadWrite => Directive::ReadWrite,
        };
        CommunityLine {
            directive,
            community: self.wanted.community,
            source,
            view: self.wanted.view,
            name: self.ready.name(),
        }
    }

    /// Sees to it that only root and the daemon may read the files that this community is in, or comes into, and that
    /// the daemon can read all of its files again.
    fn protect(&self, target: &Path, identity: Identity, plan: &mut Plan) {
        let scene = self.scene;
        let lines = scene.lines_of(self.wanted.community);
        for (index, file) in scene.snmp.files.iter().enumerate() {
            let holds_it = lines.iter().any(|line| line.file as usize == index);
            let gets_it = file.path == target && !plan.edits.is_empty();
            match protection::of(scene, file, identity) {
                Some(found) if found.exposure == Exposure::Unreadable || holds_it => found.add_to(plan),
                Some(found) if gets_it => plan.permissions.push((file.path.clone(), found.wanted)),
                _ => {}
            }
        }
    }

    fn add_evidence(&self, evidence: &mut Vec<Evidence>) {
        let scene = self.scene;
        evidence.extend(scene.grants.effects(&self.wanted).into_iter().map(|(line, effect, reason)| {
            Evidence {
                place: scene.snmp.place(line),
                text: scene.shown(line),
                effect,
                reason: Shown::text(reason),
            }
        }));
    }
}

/// A community that should not be there: neither the lines that were written for it, nor any that lets it in.
fn absent(scene: &Scene<'_, '_>, ready: &Ready<'_>) -> Plan {
    let mut plan = Plan::default();
    let mut lines = scene.own(ready.name()).to_vec();
    if let Some(community) = &ready.community {
        lines.extend(scene.lines_of(community.reveal()));
    }
    // What a list of all communities calls it.
    for community in list::titled(scene, ready.name()) {
        lines.extend(scene.lines_of(community));
    }
    lines.sort_unstable();
    lines.dedup();
    for line in lines {
        let place = scene.snmp.place(line);
        plan.drift.push(Drift {
            property: "ensure",
            is: scene.shown(line),
            should: Shown::text("absent"),
            reason: Shown::owned(format!("{} is there", scene.place_text(line))),
            place: Some(place),
        });
        plan.edits.push(scene.remove(line));
        plan.blocked = plan.blocked.take().or_else(|| scene.blocked_by(line));
    }
    if !plan.edits.is_empty() {
        plan.reloads.extend(
            scene.reload(ReloadAction::Hup, "snmpd reads its files when it starts, and after SIGHUP"),
        );
    }
    plan
}
