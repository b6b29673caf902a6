//! What is answered: one JSON object a line.

use serde::Serialize;
use standfast_providers::provider::{Drift, Reload};
use standfast_providers::shown::Shown;

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
#[derive(Clone, Debug, Serialize)]
pub(super) struct Became {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) outcome: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) blocked: Option<Shown>,
    /// Whether what differs was in force before, with the same desired state.
    pub(super) corrective: bool,
    pub(super) drift: Vec<Drift>,
    /// Whether the files are right, and only a reload is missing.
    pub(super) stale: bool,
    pub(super) reloads: Vec<Reload>,
}

impl Became {
    /// What became of a resource that was observed or applied.
    pub(super) fn of(title: String, outcome: Outcome) -> Self {
        Self {
            kind: outcome.kind.to_owned(),
            title,
            outcome: outcome.status,
            error: outcome.error,
            blocked: outcome.blocked,
            corrective: false,
            drift: outcome.drift,
            stale: outcome.is_stale,
            reloads: outcome.reloads,
        }
    }

    /// One that cannot be judged at all.
    pub(super) fn failed(kind: String, title: String, reason: &str) -> Self {
        Self { error: Some(Shown::text(reason)), outcome: Status::Failed, ..Self::in_sync(kind, title) }
    }

    /// One that is as it should be.
    pub(super) fn in_sync(kind: String, title: String) -> Self {
        Self {
            kind,
            title,
            outcome: Status::InSync,
            error: None,
            blocked: None,
            corrective: false,
            drift: Vec::new(),
            stale: false,
            reloads: Vec::new(),
        }
    }
}
