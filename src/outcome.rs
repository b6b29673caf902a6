//! What became of each resource, and the report of a run.

use std::collections::HashSet;
use std::path::PathBuf;

use serde::Serialize;
use standfast_providers::edit::FileEdit;
use standfast_providers::provider::{Drift, Evidence, Finding, Place, Plan, Reload};
use standfast_providers::shown::Shown;

use crate::exit::Exit;
use crate::family::Planned;
use crate::policy::item::Unjudged;
use crate::resource::Resource;

/// What became of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is as desired, and in force.
    InSync,
    /// It differs, and was not to be changed.
    Drifted,
    /// It differed and is now as desired; observed, not assumed.
    Corrected,
    /// It cannot be judged, or could not be brought in sync.
    Failed,
}

/// One resource in a report.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The title, safe to show.
    pub title: Shown,
    /// What became of it.
    #[serde(rename = "outcome")]
    pub status: Status,
    /// What differs, or differed before it was corrected.
    pub drift: Vec<Drift>,
    /// Why `apply` would change nothing: what it could write would not be enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Shown>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Shown>,
    /// The services that must be told, now or after the changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reloads: Vec<Reload>,
    /// The lines that count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// The files that its plan would change.
    #[serde(skip)]
    pub files: Vec<PathBuf>,
    /// Whether the files are right, and only a reload is missing.
    #[serde(skip)]
    pub is_stale: bool,
    /// What is wrong beside it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl Outcome {
    /// Of a resource that was observed and planned.
    #[must_use]
    pub fn of(resource: &Resource, plan: Planned) -> Self {
        let mut outcome = Self::new(resource.kind, &resource.title);
        match plan {
            Ok(plan) => {
                if !plan.is_in_sync() {
                    outcome.status = Status::Drifted;
                }
                outcome.files = files(&plan);
                outcome.is_stale = plan.drift.is_empty() && !plan.stale.is_empty();
                outcome.drift = plan.drift;
                outcome.drift.extend(plan.stale);
                outcome.reloads = plan.reloads;
                outcome.blocked = plan.blocked;
                outcome.evidence = plan.evidence;
                outcome.findings = plan.findings;
            }
            Err(reason) => outcome.fail(reason),
        }
        outcome
    }

    /// The status and the drift of a plan that is still needed.
    #[must_use]
    pub fn observed(resource: &Resource, plan: &Planned) -> Self {
        let mut outcome = Self::new(resource.kind, &resource.title);
        match plan {
            Ok(plan) if plan.is_in_sync() => {}
            Ok(plan) => {
                outcome.status = Status::Drifted;
                outcome.drift = plan.drift.iter().chain(&plan.stale).cloned().collect();
                outcome.reloads.clone_from(&plan.reloads);
                outcome.files = files(plan);
            }
            Err(reason) => outcome.fail(reason.clone()),
        }
        outcome
    }

    /// Of a resource that is as desired.
    #[must_use]
    pub fn in_sync(resource: &Resource) -> Self {
        Self::new(resource.kind, &resource.title)
    }

    /// Of a resource that cannot be judged.
    #[must_use]
    pub fn unjudged(unjudged: &Unjudged) -> Self {
        let mut outcome = Self::new(unjudged.kind, &unjudged.title);
        outcome.fail(unjudged.reason.clone());
        outcome
    }

    fn new(kind: &'static str, title: &str) -> Self {
        Self {
            kind,
            title: Shown::text(title),
            status: Status::InSync,
            drift: Vec::new(),
            blocked: None,
            error: None,
            reloads: Vec::new(),
            evidence: Vec::new(),
            files: Vec::new(),
            is_stale: false,
            findings: Vec::new(),
        }
    }

    /// Makes it a failure.
    pub fn fail(&mut self, reason: String) {
        self.status = Status::Failed;
        self.blocked = None;
        self.error = Some(Shown::text(&reason));
    }
}

/// What a run found or did.
#[derive(Clone, Debug)]
pub struct Report {
    /// A resource each, in the order of the policy.
    pub outcomes: Vec<Outcome>,
    /// The changes of files that were made, or that `apply` would make.
    pub edits: Vec<FileEdit>,
    /// What was reloaded, and what could not be, in words; empty unless the run was to reload.
    pub reloaded: Vec<Reloaded>,
    /// What is wrong with where desired state comes from.
    pub source_findings: Vec<Finding>,
}

/// What became of a reload.
#[derive(Clone, Debug)]
pub struct Reloaded {
    /// What was to be told.
    pub reload: Reload,
    /// Why it could not be.
    pub error: Option<Shown>,
}

impl Report {
    /// Of what became of the resources, the changes of files, and what was reloaded.
    #[must_use]
    pub fn of(outcomes: Vec<Outcome>, edits: Vec<FileEdit>, reloaded: Vec<Reloaded>) -> Self {
        Self { outcomes, edits, reloaded, source_findings: Vec::new() }
    }

    /// When nothing could be observed.
    #[must_use]
    pub fn failed<'r>(resources: impl Iterator<Item = &'r Resource>, reason: &str) -> Self {
        let failed = |resource: &Resource| {
            let mut outcome = Outcome::new(resource.kind, &resource.title);
            outcome.fail(reason.to_owned());
            outcome
        };
        Self::of(resources.map(failed).collect(), Vec::new(), Vec::new())
    }

    /// Adds the resources that cannot be judged, each before the outcome of this number.
    pub fn add_unjudged(&mut self, unjudged: &[(usize, Unjudged)]) {
        let mut judged = std::mem::take(&mut self.outcomes).into_iter();
        for (added, (before, one)) in unjudged.iter().enumerate() {
            let due = (before + added).saturating_sub(self.outcomes.len());
            self.outcomes.extend(judged.by_ref().take(due));
            self.outcomes.push(Outcome::unjudged(one));
        }
        self.outcomes.extend(judged);
    }

    /// How many resources have this status.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.status == status).count()
    }

    /// All findings, each once, by place; not those that are told as drift already.
    #[must_use]
    pub fn findings(&self) -> Vec<&Finding> {
        let drifted: HashSet<&Place> = self
            .outcomes
            .iter()
            .flat_map(|outcome| &outcome.drift)
            .filter_map(|drift| drift.place.as_ref())
            .collect();
        let all = self.outcomes.iter().flat_map(|outcome| &outcome.findings).chain(&self.source_findings);
        let mut findings: Vec<_> = all.filter(|finding| !drifted.contains(&finding.place)).collect();
        findings.sort_unstable();
        findings.dedup();
        findings
    }

    /// What must be told to read its files again, each once; a restart is a reload too.
    #[must_use]
    pub fn reloads(&self) -> Vec<&Reload> {
        each_once(self.outcomes.iter().flat_map(|outcome| &outcome.reloads).collect())
    }

    /// Whether a reload helps only after files have been changed.
    #[must_use]
    pub fn waits(&self, reload: &Reload) -> bool {
        let asks = |outcome: &&Outcome| outcome.reloads.iter().any(|asked| asked.service == reload.service);
        let is_to_be_changed =
            |outcome: &Outcome| outcome.status == Status::Drifted && !outcome.files.is_empty();
        self.outcomes.iter().filter(asks).all(is_to_be_changed)
    }

    /// The exit code that says it.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let changed = self.count(Status::Drifted) + self.count(Status::Corrected) > 0;
        Exit::of(changed, self.count(Status::Failed) > 0)
    }
}

/// The files that a plan would change.
fn files(plan: &Plan) -> Vec<PathBuf> {
    let permissions = plan.permissions.iter().map(|(file, _)| file);
    plan.edits.iter().map(|edit| &edit.file).chain(permissions).cloned().collect()
}

/// Each service once; a restart is a reload too.
#[must_use]
pub fn each_once(mut reloads: Vec<&Reload>) -> Vec<&Reload> {
    reloads.sort_unstable_by(|one, other| {
        (&one.service, std::cmp::Reverse(one.action)).cmp(&(&other.service, std::cmp::Reverse(other.action)))
    });
    reloads.dedup_by(|one, other| one.service == other.service);
    reloads
}
