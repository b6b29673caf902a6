//! The snapshot: what the last run of Puppet declared, resolved, as `standfast serve` leaves it on the host.

use std::time::SystemTime;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};
use standfast_facts::root::Root;
use standfast_providers::commit::{CommitError, Writer};
use standfast_providers::fingerprint::Fingerprints;
use standfast_providers::schema::{Kind, Value, ValueType};
use standfast_providers::state_dir::StateFile;
use thiserror::Error;

use super::PolicyError;
use super::declared::Declared;
use super::json::syntax_error;
use crate::calendar::{SECOND, text};
use crate::resource::KINDS;

/// The format that is written, and the only one that is read.
pub const FORMAT: u32 = 1;

/// What declared the resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// `puppet agent`.
    Agent,
    /// `puppet apply`.
    Apply,
    /// `puppet resource`.
    Resource,
}

/// The run of Puppet, as it names itself in `hello`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PuppetRun {
    /// What ran.
    pub by: By,
    /// Whether nothing was to be changed.
    #[serde(default)]
    pub noop: bool,
    /// The environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The version of the catalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
    /// The name in the host's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certname: Option<String>,
}

/// A snapshot that was read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// [`FORMAT`].
    pub standfast_snapshot: u32,
    /// When it was written, RFC 3339 in UTC.
    pub written: String,
    /// The version of standfast that wrote it.
    pub version: String,
    /// The run of Puppet.
    pub run: PuppetRun,
    /// All resources of our kinds; secrets are fingerprints.
    pub resources: Vec<Declared>,
}

impl Snapshot {
    /// Reads a snapshot; `name` is for errors.
    ///
    /// # Errors
    /// [`PolicyError`] names the line and tells no value.
    pub fn parse(name: &str, text: &str) -> Result<Self, PolicyError> {
        let snapshot: Self = serde_json::from_str(text).map_err(|error| syntax_error(name, &error))?;
        if snapshot.standfast_snapshot != FORMAT {
            return Err(PolicyError::Format { name: name.to_owned(), format: snapshot.standfast_snapshot });
        }
        Ok(snapshot)
    }
}

/// Why no snapshot was written. The old one stays then.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// It cannot be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// There are secrets, and no key to tell them by.
    #[error("the key of fingerprints cannot be read, without which secrets are not kept")]
    NoKey,
}

/// Writes the snapshot of a run: whole or not at all, for root alone, secrets as keyed fingerprints.
///
/// # Errors
/// [`SnapshotError`]; the old snapshot stays then.
pub fn write(
    root: &Root,
    writer: &Writer<'_>,
    run: &PuppetRun,
    resources: &[Declared],
) -> Result<(), SnapshotError> {
    writer.make_fingerprint_key()?;
    let fingerprints = Fingerprints::observe(root);
    let bytes = to_json(run, resources, &fingerprints, &now()).ok_or(SnapshotError::NoKey)?;
    Ok(writer.keep_state(StateFile::Desired, &bytes)?)
}

/// A time in UTC as RFC 3339 has it, to the second.
fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    text(i64::try_from(since.as_secs()).unwrap_or(0).saturating_mul(SECOND)) + "Z"
}

/// `None` without a key where there is a secret.
fn to_json(
    run: &PuppetRun,
    resources: &[Declared],
    fingerprints: &Fingerprints,
    written: &str,
) -> Option<Vec<u8>> {
    #[derive(Serialize)]
    struct Written<'w> {
        standfast_snapshot: u32,
        written: &'w str,
        version: &'static str,
        run: &'w PuppetRun,
        resources: Resources<'w>,
    }
    let written = Written {
        standfast_snapshot: FORMAT,
        written,
        version: env!("CARGO_PKG_VERSION"),
        run,
        resources: Resources { resources, fingerprints },
    };
    // Nothing else can fail: all keys are texts, and memory takes all bytes.
    let mut bytes = serde_json::to_vec(&written).ok()?;
    bytes.push(b'\n');
    Some(bytes)
}

struct Resources<'w> {
    resources: &'w [Declared],
    fingerprints: &'w Fingerprints,
}

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.resources.len()))?;
        for resource in self.resources {
            seq.serialize_element(&Stored { resource, fingerprints: self.fingerprints })?;
        }
        seq.end()
    }
}

struct Stored<'w> {
    resource: &'w Declared,
    fingerprints: &'w Fingerprints,
}

impl Serialize for Stored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Declared { kind, title, parameters: _, noop, file, line, tags, deferred, container } =
            self.resource;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", kind)?;
        map.serialize_entry("title", title)?;
        map.serialize_entry("parameters", &StoredParameters(self))?;
        if *noop {
            map.serialize_entry("noop", noop)?;
        }
        for (name, text) in [("file", file), ("container", container)] {
            if let Some(text) = text {
                map.serialize_entry(name, text)?;
            }
        }
        if let Some(line) = line {
            map.serialize_entry("line", line)?;
        }
        for (name, list) in [("tags", tags), ("deferred", deferred)] {
            if !list.is_empty() {
                map.serialize_entry(name, list)?;
            }
        }
        map.end()
    }
}

struct StoredParameters<'w>(&'w Stored<'w>);

impl Serialize for StoredParameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Stored { resource, fingerprints } = self.0;
        let kind = KINDS.iter().find(|kind| kind.name == resource.kind);
        let mut map = serializer.serialize_map(Some(resource.parameters.0.len()))?;
        for (name, value) in &resource.parameters.0 {
            match value {
                Value::Fingerprint(digest) => map.serialize_entry(name, &Digest { fingerprint: digest })?,
                Value::Text(text) if may_stand(kind, name) => map.serialize_entry(name, text)?,
                Value::List(list) if may_stand(kind, name) => map.serialize_entry(name, list)?,
                Value::Text(_) | Value::List(_) => {
                    let digest = digest(value, fingerprints)
                        .ok_or_else(|| serde::ser::Error::custom("no key of fingerprints"))?;
                    map.serialize_entry(name, &Digest { fingerprint: &digest })?;
                }
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Digest<'d> {
    fingerprint: &'d str,
}

/// Whether a value may stand in a file: it is of an attribute that is known, and is no secret. What the schema does
/// not know may be the misspelt name of a secret.
fn may_stand(kind: Option<&Kind>, name: &str) -> bool {
    let attribute = kind.and_then(|kind| kind.attributes.iter().find(|attribute| attribute.name == name));
    attribute.is_some_and(|attribute| attribute.value != ValueType::Secret)
}

fn digest(value: &Value, fingerprints: &Fingerprints) -> Option<String> {
    match value {
        Value::Text(text) => fingerprints.whole(text.as_bytes()),
        Value::List(list) => fingerprints.whole(list.join("\0").as_bytes()),
        Value::Fingerprint(digest) => Some(digest.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = r#"{"by":"agent","noop":true,"environment":"production","catalog":"1795436883","certname":"host.example.net"}"#;

    fn declared(text: &str) -> Vec<Declared> {
        serde_json::from_str(text).unwrap()
    }

    fn written(resources: &[Declared]) -> String {
        let run: PuppetRun = serde_json::from_str(RUN).unwrap();
        let keyed = Fingerprints::with_key([7; 32]);
        String::from_utf8(to_json(&run, resources, &keyed, "2026-11-27T06:40:00Z").unwrap()).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back_but_for_the_secrets() {
        let resources = declared(
            r#"[{"type":"limits_entry","title":"a/soft/nproc","parameters":{"value":4096},"noop":true,
                 "file":"/m/site.pp","line":3,"tags":["a","b"],"container":"Standfast_limits[main]"},
                {"type":"snmp_community","title":"nms","parameters":{"community":"s3cr3t","sources":["10.9.0.7","::1"]}},
                {"type":"snmp_community","title":"late","parameters":{"sources":"::1"},"deferred":["community"]}]"#,
        );
        let text = written(&resources);
        assert!(!text.contains("s3cr3t"), "{text}");
        let read = Snapshot::parse("desired.json", &text).unwrap();
        assert_eq!(
            (read.run.by, read.run.noop, read.run.catalog.as_deref()),
            (By::Agent, true, Some("1795436883"))
        );
        let [entry, community, late] = read.resources.as_slice() else { panic!("{text}") };
        assert_eq!(entry.parameters.0, [("value".to_owned(), Value::Text("4096".into()))]);
        assert_eq!((entry.noop, entry.line, entry.tags.len()), (true, Some(3), 2));
        assert_eq!(entry.container.as_deref(), Some("Standfast_limits[main]"));
        let keyed = Fingerprints::with_key([7; 32]).whole(b"s3cr3t").unwrap();
        assert_eq!(community.parameters.0[0].1, Value::Fingerprint(keyed));
        assert_eq!(community.parameters.0[1].1, Value::List(vec!["10.9.0.7".into(), "::1".into()]));
        assert_eq!(late.deferred, ["community"]);
        assert_eq!(written(&read.resources), text, "a snapshot of what was read is the same");
    }

    #[test]
    fn a_value_that_the_schema_does_not_know_is_not_written_in_clear() {
        let resources = declared(
            r#"[{"type":"snmp_community","title":"nms","parameters":{"comunity":"s3cr3t"}},
                {"type":"snmp_comunity","title":"nms","parameters":{"community":["s3cr3t"]}}]"#,
        );
        let text = written(&resources);
        assert!(!text.contains("s3cr3t") && text.matches("fingerprint").count() == 2, "{text}");
    }

    #[test]
    fn without_a_key_no_secret_is_written_and_the_rest_is() {
        let run: PuppetRun = serde_json::from_str(RUN).unwrap();
        let root = Root::open(std::path::Path::new("/proc/self/fdinfo")).unwrap();
        let none = Fingerprints::observe(&root);
        let secret =
            declared(r#"[{"type":"snmp_community","title":"nms","parameters":{"community":"s3cr3t"}}]"#);
        assert!(to_json(&run, &secret, &none, "now").is_none());
        let plain = declared(r#"[{"type":"ntp_monlist","title":"main"}]"#);
        assert!(to_json(&run, &plain, &none, "now").is_some());
    }

    #[test]
    fn another_format_and_broken_json_are_refused_and_no_value_is_told() {
        let of =
            |text: &str| Snapshot::parse("desired.json", text).err().map(|error| error.to_string()).unwrap();
        let text = written(&[]);
        let newer = text.replace("\"standfast_snapshot\":1", "\"standfast_snapshot\":2");
        assert!(of(&newer).contains("format 2"), "{}", of(&newer));
        assert!(of(&text[..40]).starts_with("desired.json:1: "), "{}", of(&text[..40]));
        let bad = r#"{"standfast_snapshot":1,"written":"w","version":"v","run":{"by":"agent"},"resources":[{"type":"snmp_community","title":"t","parameters":{"community":{"s3cr3t":"s3cr3t"}}}]}"#;
        let said = of(bad);
        assert!(said.contains("fingerprint") && !said.contains("s3cr3t"), "{said}");
    }
}
