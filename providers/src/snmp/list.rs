//! Communities and access as a whole, as resources; no community shows.

use super::access::SnmpAccess;
use super::community::{Ensure, SnmpCommunity};
use super::judge::{Gone, Rights};
use super::lines;
use super::plan::{self, Desired};
use super::plan_community::Ready;
use super::scene::Scene;
use super::source::Source;
use super::state::Snmp;
use crate::provider::{Detail, Listed};
use crate::schema::Value;

/// What each property of access as a whole is where all that it can forbid is forbidden, and where nothing is.
const RULES: [(&str, &str, &str); 7] = [
    ("purge", "true", "false"),
    ("weak", "forbid", "report"),
    ("write", "forbid", "allow"),
    ("any_source", "forbid", "allow"),
    ("versions", "v3_only", "any"),
    ("users", "auth_priv", "report"),
    ("modes", "enforce", "report"),
];

/// All communities that let someone in, and access as a whole.
pub(super) fn list(snmp: &Snmp<'_>) -> Vec<Listed> {
    let scene = Scene::of(snmp);
    let communities = scene.grants.communities().collect::<Vec<_>>();
    let mut listed: Vec<Listed> =
        communities.iter().filter_map(|community| listed_community(&scene, community)).collect();
    let kind = SnmpAccess::KIND;
    listed.push(Listed { kind: kind.name, title: kind.title.to_owned(), ways: vec![access(snmp)] });
    listed
}

fn listed_community(scene: &Scene<'_, '_>, community: &[u8]) -> Option<Listed> {
    let gone = Gone::default();
    let open: Vec<_> = scene.grants.open(community, &gone).collect();
    let first = open.first()?;
    let text = |text: &str| Value::Text(text.to_owned());
    let access = if first.rights().any(Rights::write) { "rw" } else { "ro" };
    let mut way = vec![("ensure", text("present")), ("access", text(access))];
    let net = |source: &Source| match source {
        Source::Net(network) if !source.is_any() => Some(network.to_string()),
        _ => None,
    };
    let sources: Option<Vec<String>> = open.iter().map(|given| net(&given.entry.source)).collect();
    way.extend(sources.map(|sources| ("sources", Value::List(sources))));
    Some(Listed { kind: SnmpCommunity::KIND.name, title: title(scene, community)?, ways: vec![way] })
}

/// What a community is called that must not show: as the resource that wrote its line, or by its fingerprint.
///
/// `None` without the host's key: a name that says nothing would name nothing.
fn title(scene: &Scene<'_, '_>, community: &[u8]) -> Option<String> {
    let own = scene.lines_of(community).into_iter().find_map(|line| lines::name(scene.snmp.text(line)));
    own.map(str::to_owned).or_else(|| fingerprint_title(scene, community))
}

fn fingerprint_title(scene: &Scene<'_, '_>, community: &[u8]) -> Option<String> {
    Some(format!("community-{}", scene.snmp.fingerprints.of(community)?))
}

/// The communities that such a title stands for.
pub(super) fn titled<'s>(scene: &Scene<'s, '_>, title: &str) -> Vec<&'s [u8]> {
    if !title.starts_with("community-") {
        return Vec::new();
    }
    let is_meant = |community: &&[u8]| fingerprint_title(scene, community).as_deref() == Some(title);
    scene.grants.communities().filter(is_meant).collect()
}

/// Whether one of the declared resources is for the community that another stands for.
pub(super) fn is_declared(snmp: &Snmp<'_>, other: &SnmpCommunity, declared: &[&Desired]) -> bool {
    let scene = Scene::of(snmp);
    let meant = titled(&scene, &other.name.0);
    declared.iter().any(|desired| {
        let Desired::Community(community) = desired else { return false };
        let is_meant = || {
            let ready = Ready::of(&scene, community);
            ready.is_ok_and(|ready| ready.present().is_some_and(|present| meant.contains(&present)))
        };
        community.name == other.name || community.ensure == Ensure::Present && !meant.is_empty() && is_meant()
    })
}

/// The strictest that access as a whole can be declared and is in sync.
fn access(snmp: &Snmp<'_>) -> Vec<(&'static str, Value)> {
    let mut way: Vec<(&'static str, &'static str)> =
        RULES.iter().map(|(name, strict, _)| (*name, *strict)).collect();
    let values = |way: &[(&'static str, &'static str)]| -> Vec<(&'static str, Value)> {
        way.iter().map(|(name, word)| (*name, Value::Text((*word).to_owned()))).collect()
    };
    // Each look loosens at least one.
    for _ in 0..=RULES.len() {
        let given = values(&way);
        let Ok(desired) = SnmpAccess::from_values(given.iter().map(|(name, value)| (*name, value)), &[])
        else {
            break;
        };
        let plans = plan::plan(snmp, &[&Desired::Access(desired)], Detail::Drift);
        let drift = plans.into_iter().flatten().flat_map(|plan| plan.drift);
        let before = way.clone();
        for drift in drift {
            let rule = RULES.iter().find(|(name, ..)| *name == drift.property);
            let said = way.iter_mut().find(|(name, _)| *name == drift.property);
            if let (Some((.., loose)), Some((_, word))) = (rule, said) {
                *word = loose;
            }
        }
        if way == before {
            break;
        }
    }
    values(&way)
}
