//! What is answered: one JSON object a line.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use standfast_providers::provider::{Drift, Reload};
use standfast_providers::schema::Value;
use standfast_providers::shown::Shown;

use super::ask::Named;
use crate::outcome::{Outcome, Status};
use crate::resource::KINDS;

/// One answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    /// To hello.
    Hello {
        /// The protocol that is spoken.
        protocol: u32,
        /// The version of standfast.
        version: &'static str,
        /// All kinds.
        kinds: [&'static str; KINDS.len()],
    },
    /// To declare.
    Declared {
        /// The resources that their kinds refuse.
        refused: Vec<Refused>,
    },
    /// To observe and apply.
    Resources {
        /// What became of each, in the order of the ask.
        resources: Vec<Became>,
    },
    /// To end.
    Ended {
        /// What is right in the files, and not in the daemon that runs.
        stale: Vec<Became>,
        /// Why nothing could be kept of the run.
        #[serde(skip_serializing_if = "Option::is_none")]
        warning: Option<String>,
    },
    /// To list.
    Listed {
        /// What is there.
        resources: Vec<There>,
    },
    /// To what is no ask.
    Error {
        /// Why.
        error: String,
    },
}

/// A resource that its kind refuses.
#[derive(Debug, Serialize)]
pub(super) struct Refused {
    /// The kind, as it was given.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The title, as it was given.
    pub(super) title: String,
    /// Why.
    pub(super) error: Shown,
}

/// What became of one resource: an [`Outcome`] with the title as it was given.
#[derive(Debug, Serialize)]
pub(super) struct Became {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) outcome: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) blocked: Option<Shown>,
    /// Whether something differs that was in force before, with the same desired state.
    pub(super) corrective: bool,
    pub(super) drift: Vec<Differs>,
    /// Whether the files are right, and only a reload is missing.
    pub(super) stale: bool,
    pub(super) reloads: Vec<Reload>,
}

/// One difference.
#[derive(Debug, Serialize)]
pub(super) struct Differs {
    #[serde(flatten)]
    drift: Drift,
    /// Whether it was in force before, with the same desired state.
    corrective: bool,
}

impl Became {
    /// What became of a resource that was observed or applied.
    pub(super) fn of(named: &Named, outcome: Outcome) -> Self {
        let differs = |drift| Differs { drift, corrective: false };
        Self {
            kind: named.kind.clone(),
            title: named.title.clone(),
            outcome: outcome.status,
            error: outcome.error,
            blocked: outcome.blocked,
            corrective: false,
            drift: outcome.drift.into_iter().map(differs).collect(),
            stale: outcome.is_stale,
            reloads: outcome.reloads,
        }
    }

    /// One that cannot be judged at all.
    pub(super) fn failed(named: &Named, reason: &str) -> Self {
        Self {
            kind: named.kind.clone(),
            title: named.title.clone(),
            outcome: Status::Failed,
            error: Some(Shown::text(reason)),
            blocked: None,
            corrective: false,
            drift: Vec::new(),
            stale: false,
            reloads: Vec::new(),
        }
    }

    /// Says which differences were made by somebody else than the manifest.
    pub(super) fn correct(&mut self, is_corrective: impl Fn(&str) -> bool) {
        for differs in &mut self.drift {
            differs.corrective = is_corrective(differs.drift.property);
        }
        self.corrective = self.drift.iter().any(|differs| differs.corrective);
    }
}

/// Something that is there.
#[derive(Debug, Serialize)]
pub(super) struct There {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) title: String,
    #[serde(serialize_with = "as_object")]
    pub(super) parameters: Vec<(&'static str, Value)>,
}

/// Values by their names. A fingerprint is none that a manifest takes.
fn as_object<S: Serializer>(values: &[(&'static str, Value)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    for (name, value) in values {
        match value {
            Value::Text(text) => map.serialize_entry(name, text)?,
            Value::List(list) => map.serialize_entry(name, list)?,
            Value::Fingerprint(_) => {}
        }
    }
    map.end()
}
