//! Digests of what was last in force: they tell a corrective change from an intended one.
//!
//! When a resource is in sync or was corrected, the digest of each property's desired value is kept. What differs
//! later, with the same desired value, was changed by somebody else; with another, the manifest has changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use standfast_facts::root::Root;
use standfast_providers::fingerprint::Fingerprints;
use standfast_providers::schema::{Attribute, Kind, Role, Value, ValueType};
use standfast_providers::state_dir::StateFile;

use super::ask::{Given, Named};
use crate::resource::KINDS;

/// The format that is written, and the only one that is read.
const FORMAT: u32 = 1;

/// The digests of one resource, by property.
pub(super) type Digests = BTreeMap<String, String>;

/// The digests of all resources, by kind and title.
pub(super) type Kept = BTreeMap<String, BTreeMap<String, Digests>>;

/// The file.
#[derive(Serialize, Deserialize)]
struct File {
    standfast_applied: u32,
    resources: Kept,
}

/// What was last in force, and the key to tell it by.
pub(super) struct Applied {
    kept: Kept,
    fingerprints: Fingerprints,
}

impl Applied {
    /// Reads it; what cannot be read, or others may have written, is as if nothing had ever been in force.
    pub(super) fn read(root: &Root) -> Self {
        let file = root.read_with_status(&StateFile::Applied.path()).ok();
        let file = file.filter(|(_, status)| status.mode & 0o077 == 0);
        let file = file.and_then(|(bytes, _)| serde_json::from_slice::<File>(&bytes).ok());
        let file = file.filter(|file| file.standfast_applied == FORMAT);
        Self {
            kept: file.map(|file| file.resources).unwrap_or_default(),
            fingerprints: Fingerprints::observe(root),
        }
    }

    /// What is kept.
    pub(super) fn kept(&self) -> &Kept {
        &self.kept
    }

    /// The properties of a resource whose desired values are those that were last in force.
    pub(super) fn unchanged(&self, named: &Named) -> BTreeSet<String> {
        let kept = self.kept.get(&named.kind).and_then(|titles| titles.get(&named.title));
        let Some(kept) = kept else { return BTreeSet::new() };
        let now = digests(named, &self.fingerprints).into_iter().flatten();
        now.filter(|(property, digest)| kept.get(property) == Some(digest))
            .map(|(property, _)| property)
            .collect()
    }
}

/// Whether a difference in `property` was made by somebody else than the manifest, by the properties that did not
/// change in it. `ensure`, and what is no property of the kind, such as a process, stand for all of them: a community
/// that is another one now is as absent as one that was taken away.
pub(super) fn is_corrective(kind: &str, property: &str, unchanged: &BTreeSet<String>) -> bool {
    let Some(kind) = known(kind) else { return false };
    let mut properties = properties(kind).peekable();
    let is_property = kind.attributes.iter().any(|one| one.role == Role::Property && one.name == property);
    if is_property && property != "ensure" {
        return unchanged.contains(property)
            && made_of(kind.name, property).iter().all(|other| unchanged.contains(*other));
    }
    properties.peek().is_some() && properties.all(|property| unchanged.contains(property.name))
}

/// The properties that decide a property's value beside itself: a server is a host and a port, and which port goes
/// without saying by the protocol.
fn made_of(kind: &str, property: &str) -> &'static [&'static str] {
    match (kind, property) {
        ("rsyslog_forward", "target") => &["port", "protocol", "tls"],
        _ => &[],
    }
}

/// The file's bytes.
pub(super) fn to_json(resources: Kept) -> Option<Vec<u8>> {
    let mut bytes = serde_json::to_vec(&File { standfast_applied: FORMAT, resources }).ok()?;
    bytes.push(b'\n');
    Some(bytes)
}

/// The digest of each property's desired value; `None` without a key, or for a kind that is not known.
///
/// How a resource is to be judged and written belongs to each of them: who changes a parameter has changed what the
/// property means.
pub(super) fn digests(named: &Named, fingerprints: &Fingerprints) -> Option<Digests> {
    let kind = known(&named.kind)?;
    let mut shared = Vec::new();
    for attribute in kind.attributes.iter().filter(|attribute| attribute.role != Role::Property) {
        push(&mut shared, attribute.name);
        push_value(&mut shared, attribute, named);
    }
    let mut digests = Digests::new();
    for property in properties(kind) {
        let mut text = Vec::with_capacity(shared.len() + 128);
        for word in ["applied", kind.name, &named.title, property.name] {
            push(&mut text, word);
        }
        push_value(&mut text, property, named);
        text.extend_from_slice(&shared);
        digests.insert(property.name.to_owned(), fingerprints.whole(&text)?);
    }
    Some(digests)
}

fn known(kind: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|known| known.name == kind)
}

fn properties(kind: &Kind) -> impl Iterator<Item = &'static Attribute> {
    kind.attributes.iter().filter(|attribute| attribute.role == Role::Property)
}

/// A text with its length before it, so that no two lists of texts are the same bytes.
fn push(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(text.len().to_string().as_bytes());
    bytes.push(b':');
    bytes.extend_from_slice(text.as_bytes());
}

/// A value as it is meant: a default is as good as the same value that is given, and a list as its text.
fn push_value(bytes: &mut Vec<u8>, attribute: &Attribute, named: &Named) {
    let given = named.parameters.iter().flat_map(|parameters| &parameters.0);
    let value = given.filter(|(name, _)| name == attribute.name).find_map(|(_, given)| match given {
        Given::Value(value) => Some(value),
        Given::Undef | Given::Unusable(_) => None,
    });
    match value {
        Some(Value::List(list)) => list.iter().for_each(|text| push(bytes, text)),
        Some(Value::Text(text)) if attribute.value == ValueType::List => push_list(bytes, text),
        Some(Value::Text(text) | Value::Fingerprint(text)) => push(bytes, text),
        None => match attribute.default {
            Some(text) if attribute.value == ValueType::List => push_list(bytes, text),
            Some(text) => push(bytes, text),
            None => bytes.push(b'-'),
        },
    }
    bytes.push(b';');
}

fn push_list(bytes: &mut Vec<u8>, text: &str) {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).for_each(|part| push(bytes, part));
}

#[cfg(test)]
mod tests {
    use standfast_providers::fingerprint::Fingerprints;

    use std::collections::BTreeSet;

    use super::{Named, digests, is_corrective};

    fn of(parameters: &str) -> super::Digests {
        let text = format!(r#"{{"type":"snmp_community","title":"nms","parameters":{parameters}}}"#);
        let named: Named = serde_json::from_str(&text).unwrap();
        digests(&named, &Fingerprints::with_key([7; 32])).unwrap()
    }

    #[test]
    fn the_same_desired_state_has_the_same_digests_however_it_is_written() {
        let one = of(r#"{"sources":["10.0.0.1","10.0.0.2"],"community":"a"}"#);
        assert_eq!(
            one,
            of(
                r#"{"community":"a","sources":"10.0.0.1, 10.0.0.2","access":"ro","ensure":"present","view":null}"#
            )
        );
    }

    #[test]
    fn an_ensure_that_differs_is_corrective_only_when_all_of_the_resource_is_as_it_was() {
        let unchanged = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let all = unchanged(&["ensure", "community", "access", "sources", "view"]);
        let but_one = unchanged(&["ensure", "access", "sources", "view"]);
        for (property, unchanged, expected) in [
            ("ensure", &all, true),
            ("ensure", &but_one, false),
            ("process", &but_one, false),
            ("access", &but_one, true),
            ("community", &but_one, false),
        ] {
            assert_eq!(is_corrective("snmp_community", property, unchanged), expected, "{property}");
        }
    }

    #[test]
    fn another_protocol_means_another_port_of_the_target() {
        let unchanged = ["ensure", "target", "port", "tls", "queue"].map(str::to_owned).into();
        assert!(!is_corrective("rsyslog_forward", "target", &unchanged));
        assert!(is_corrective("rsyslog_forward", "queue", &unchanged));
        let all = ["ensure", "target", "port", "protocol", "tls"].map(str::to_owned).into();
        assert!(is_corrective("rsyslog_forward", "target", &all));
    }

    #[test]
    fn another_value_changes_its_own_digest_and_a_parameter_changes_all() {
        let (one, other) = (of(r#"{"sources":"10.0.0.1"}"#), of(r#"{"sources":"10.0.0.1","access":"rw"}"#));
        let changed: Vec<_> = one.iter().filter(|(name, digest)| other[*name] != **digest).collect();
        assert_eq!(changed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["access"]);
        let target = of(r#"{"sources":"10.0.0.1","target":"/etc/snmp/snmpd.conf"}"#);
        assert!(one.iter().all(|(name, digest)| target[name] != *digest));
    }
}
