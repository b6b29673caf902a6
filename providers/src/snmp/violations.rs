//! What is let in that must not be let in: each line, why, and what is done about it.

use rustc_hash::{FxHashMap, FxHashSet};

use super::access::{Purge, Rule, SnmpAccess, Versions, Weak};
use super::community::{Grade, SnmpCommunity};
use super::judge::{Given, Gone, Rights};
use super::lines;
use super::plan::Wishes;
use super::rules::Feature;
use super::scene::Scene;
use super::source::{Network, Source};
use super::strength::{HostNames, Strength, Weakness};
use super::tables::LineId;
use crate::provider::{Drift, Finding, Plan};
use crate::shown::Shown;

/// The fewest ones of a mask of IPv4, else it is everyone: the largest network of one's own is 10.0.0.0/8.
const LEAST_V4: u32 = 8;

/// The fewest ones of a mask of IPv6: registries give their members a /32, the largest a /16.
const LEAST_V6: u32 = 16;

/// Whether a source is everyone, or next to it: two halves of all addresses are all of them.
pub(super) fn is_wide(source: &Source) -> bool {
    let mask = match source {
        Source::Net(network) | Source::Host { mask: network, .. } => *network,
        Source::Socket(_) => return false,
    };
    match mask {
        Network::V4 { mask, .. } => mask.count_ones() < LEAST_V4,
        Network::V6 { mask, .. } => mask.count_ones() < LEAST_V6,
    }
}

/// What a line does that it must not, or that is told at least.
struct Violation<'v> {
    line: LineId,
    community: &'v [u8],
    property: &'static str,
    is: String,
    should: &'static str,
    why: String,
}

/// What is done about a line.
enum Cure {
    Remove,
    Replace(Vec<u8>),
}

/// Judges each grant by what access as a whole may be.
pub(super) struct Judge<'p, 's, 'm> {
    scene: &'p Scene<'s, 'm>,
    access: &'p SnmpAccess,
    strength: Strength,
    declared: FxHashMap<&'p [u8], &'p SnmpCommunity>,
    unknown: Option<&'p str>,
}

impl<'p, 's, 'm> Judge<'p, 's, 'm> {
    pub(super) fn new(
        scene: &'p Scene<'s, 'm>,
        access: &'p SnmpAccess,
        wishes: &'p Wishes<'_>,
        names: HostNames,
    ) -> Self {
        let strength = Strength::new(access.weak_min_length.0, names);
        Self { scene, access, strength, declared: wishes.declared(), unknown: wishes.unknown() }
    }

    /// All that must not be, also what only comes to light when lines before it go; in the order of the files.
    fn violations(&self) -> Vec<Violation<'s>> {
        let mut all = Vec::new();
        for community in self.scene.grants.communities() {
            self.judge_community(community, &mut all);
        }
        all.sort_by_key(|violation| violation.line);
        all
    }

    fn judge_community(&self, community: &'s [u8], all: &mut Vec<Violation<'s>>) {
        let is_forbidden = self.access.weak == Weak::Forbid;
        let weakness = if is_forbidden { self.strength.weakness(community) } else { None };
        let mut told = FxHashSet::default();
        let mut gone = Gone::default();
        loop {
            let before = all.len();
            for given in self.scene.grants.open(community, &gone) {
                // A line for both families is met twice.
                let found = self.judge(&given, weakness, Rule::Forbid).into_iter();
                all.extend(found.filter(|found| told.insert((found.line, found.property))));
            }
            let new = all.get(before..).unwrap_or_default().iter();
            let goes: Vec<_> =
                new.filter(|violation| self.goes(violation)).map(|violation| violation.line).collect();
            if goes.is_empty() {
                return;
            }
            gone.extend(goes);
        }
    }

    /// What one entry lets in that must not be let in, or that is told, whichever is wanted.
    fn judge(&self, given: &Given<'s>, weakness: Option<Weakness>, wanted: Rule) -> Vec<Violation<'s>> {
        let access = self.access;
        let entry = given.entry;
        let declared = self.declared.get(entry.community.as_slice());
        let mut found = Vec::new();
        let mut add = |rule, property, should, why: &dyn Fn() -> String| {
            if rule != wanted {
                return;
            }
            let is = given.rights().next().map_or_else(String::new, ToString::to_string);
            let is = format!("{is} from {}", entry.source);
            let (line, community) = (entry.line, entry.community.as_slice());
            found.push(Violation { line, community, property, is, should, why: why() });
        };
        if access.versions == Versions::V3Only && self.scene.snmp.rules.disabling == Feature::Unknown {
            add(Rule::Forbid, "versions", "SNMPv3 only", &|| {
                "this snmpd cannot switch SNMPv1 and v2c off".into()
            });
        }
        if let Some(weakness) = weakness {
            let rule = if access.weak == Weak::Forbid { Rule::Forbid } else { Rule::Report };
            add(rule, "weak", "no weak community", &|| weakness.to_string());
        }
        // How far a community that is declared may reach is the affair of its own resource.
        let is_own = |wanted: fn(&SnmpCommunity) -> bool| declared.is_none_or(|declared| wanted(declared));
        if given.rights().any(Rights::write) && is_own(|declared| declared.access == Grade::ReadWrite) {
            add(access.write, "write", "no write access", &|| "who knows it may write".into());
        }
        if is_wide(&entry.source) && is_own(has_wide_source) {
            add(access.any_source, "any_source", "named networks", &|| {
                "who knows it may ask from anywhere".into()
            });
        }
        if access.purge == Purge::Undeclared && declared.is_none() {
            add(Rule::Forbid, "purge", "absent", &|| "no snmp_community declares it".into());
        }
        found
    }

    /// Adds what differs, what is done about it, and what is only told.
    pub(super) fn add_to(&self, plan: &mut Plan) {
        let violations = self.violations();
        plan.drift.extend(violations.iter().map(|violation| self.drift(violation)));
        self.cure(&violations, plan);
        self.add_findings(plan);
    }

    /// What a plan should have taken away, and has not.
    pub(super) fn remains(&self) -> Option<Shown> {
        let violations = self.violations();
        let curable = |violation: &&Violation<'_>| self.obstacle(violation).is_none();
        violations.iter().find(curable).map(|violation| self.drift(violation).reason)
    }

    fn add_findings(&self, plan: &mut Plan) {
        if self.access.weak == Weak::Forbid
            && self.access.write != Rule::Report
            && self.access.any_source != Rule::Report
        {
            return;
        }
        let none = Gone::default();
        for community in self.scene.grants.communities() {
            let is_told = self.access.weak != Weak::Forbid;
            let weakness = if is_told { self.strength.weakness(community) } else { None };
            for given in self.scene.grants.open(community, &none) {
                let found = self.judge(&given, weakness, Rule::Report);
                plan.findings.extend(found.iter().map(|found| self.finding(found)));
            }
        }
    }

    fn finding(&self, violation: &Violation<'_>) -> Finding {
        let (code, remedy) = match violation.property {
            "weak" => ("weak-community", "take another community: 20 random letters and digits will do"),
            "write" => ("write-community", "write `rocommunity`"),
            _ => ("any-source", "name the networks that ask behind the community"),
        };
        Finding {
            place: self.scene.snmp.place(violation.line),
            code,
            message: Shown::owned(format!(
                "lets {} in: {}",
                self.scene.name_of(violation.community),
                violation.why
            )),
            remedy: Shown::text(remedy),
        }
    }

    fn drift(&self, violation: &Violation<'_>) -> Drift {
        let name = self.scene.name_of(violation.community);
        let place = self.scene.place_text(violation.line);
        let mut reason = format!("{place} lets {name} in: {}", violation.why);
        if let Some(obstacle) = self.obstacle(violation) {
            reason = format!("{reason}; {obstacle}");
        }
        Drift {
            property: violation.property,
            is: Shown::text(&violation.is),
            should: Shown::text(violation.should),
            reason: Shown::owned(reason),
            place: Some(self.scene.snmp.place(violation.line)),
        }
    }

    /// Why nothing is done about a line; `None` where something is.
    fn obstacle(&self, violation: &Violation<'_>) -> Option<Shown> {
        if let Some(declared) = self.declared.get(violation.community) {
            let name = &declared.name.0;
            return Some(Shown::owned(format!("snmp_community[{name}] declares it: change that first")));
        }
        if let (Some(name), "purge") = (self.unknown, violation.property) {
            return Some(Shown::owned(format!(
                "it may be that of snmp_community[{name}], which is not known"
            )));
        }
        self.scene.obstacle(violation.line).map(Shown::text)
    }

    /// Whether the line goes, or would.
    fn goes(&self, violation: &Violation<'_>) -> bool {
        self.obstacle(violation).is_none() && matches!(self.cure_of(violation), Cure::Remove)
    }

    fn cure_of(&self, violation: &Violation<'_>) -> Cure {
        let instead = (violation.property == "write")
            .then(|| lines::read_only(self.scene.snmp.text(violation.line)))
            .flatten();
        instead.map_or(Cure::Remove, Cure::Replace)
    }

    /// One edit a line: it goes if anything about it says so.
    fn cure(&self, violations: &[Violation<'_>], plan: &mut Plan) {
        let mut cures: FxHashMap<LineId, Cure> = FxHashMap::default();
        for violation in violations.iter().filter(|violation| self.obstacle(violation).is_none()) {
            let cure = self.cure_of(violation);
            if matches!(cure, Cure::Remove) || !cures.contains_key(&violation.line) {
                cures.insert(violation.line, cure);
            }
        }
        let mut cures: Vec<_> = cures.into_iter().collect();
        cures.sort_unstable_by_key(|(line, _)| *line);
        plan.edits.extend(cures.into_iter().map(|(line, cure)| match cure {
            Cure::Remove => self.scene.remove(line),
            Cure::Replace(text) => self.scene.replace(line, text),
        }));
    }
}

fn has_wide_source(declared: &SnmpCommunity) -> bool {
    let sources = declared.sources.as_ref().map_or(&[][..], |sources| &sources.0);
    sources.iter().any(|source| is_wide(&Source::Net(*source)))
}
