//! The vocabulary of all kinds: plan, drift, evidence and finding as data.

use std::fmt;
use std::path::PathBuf;

use serde::{Serialize, Serializer};

use crate::compose::Files;
use crate::document::Change;
use crate::edit::Permissions;
use crate::proved::{Configured, Question};
use crate::schema::Value;
use crate::secret::Secret;
use crate::shown::Shown;

/// A family of kinds that share their files, observed: it plans, and cannot write.
pub trait Provider: Files {
    /// Desired state of one resource.
    type Desired;
    /// Why there is no plan for a resource.
    type Failure: std::error::Error + 'static;

    /// The plans for all resources of the family, in their order. All are given at once: whether a line is
    /// unmanaged, and whether two resources are for the same thing, depends on the others.
    fn plan(&self, desired: &[&Self::Desired], detail: Detail) -> Vec<Result<Plan, Self::Failure>>;

    /// The plans for some resources, by their places among all, in rising order; the others are beside them.
    fn plan_some(
        &self,
        desired: &[&Self::Desired],
        wanted: &[usize],
        detail: Detail,
    ) -> Vec<Result<Plan, Self::Failure>> {
        let plans = self.plan(desired, detail).into_iter().enumerate();
        plans.filter(|(place, _)| wanted.binary_search(place).is_ok()).map(|(_, plan)| plan).collect()
    }

    /// Whether one of the resources is for what `other` is for, under whatever name.
    fn is_declared(&self, other: &Self::Desired, declared: &[&Self::Desired]) -> bool;

    /// What is there, as resources.
    fn list(&self) -> Vec<Listed>;

    /// The directories in which files may be written: what a killed run left there is swept.
    fn directories(&self) -> Vec<PathBuf>;

    /// What the files say of a question that a stranger asks a daemon; `None` where they are about no such daemon.
    fn configured(&self, question: Question<'_>) -> Option<Configured> {
        let _ = question;
        None
    }

    /// The communities of the files that are worth trying, because an attacker may guess them; the defaults are tried
    /// anyway.
    fn communities(&self) -> Vec<Secret> {
        Vec::new()
    }
}

/// The plan for one resource: what differs, and the way to what should be.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What differs; empty when the resource is in sync.
    pub drift: Vec<Drift>,
    /// The changes that would bring it in sync.
    pub edits: Vec<Edit>,
    /// What differs only because a running daemon has not read its files yet: a reload cures it, not an edit.
    pub stale: Vec<Drift>,
    /// Files whose mode or owner must change, and to what.
    pub permissions: Vec<(PathBuf, Permissions)>,
    /// Why the changes would not be enough: `apply` then changes nothing and says so.
    pub blocked: Option<Shown>,
    /// The lines that count.
    pub evidence: Vec<Evidence>,
    /// What is wrong beside the desired state.
    pub findings: Vec<Finding>,
    /// Services that must be told, after the changes or because they run with old files; limits need none, each
    /// login reads the files.
    pub reloads: Vec<Reload>,
}

/// Something that is there, as a resource of this family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The kind.
    pub kind: &'static str,
    /// The title by which it is known.
    pub title: String,
    /// How it may be declared, the best first: that which is in sync is it. Secrets are left out.
    pub ways: Vec<Vec<(&'static str, Value)>>,
}

/// How much evidence a plan gathers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Of what differs, and of exceptions.
    Drift,
    /// Of what is in sync too.
    All,
}

/// One difference between what is and what should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The property that differs.
    pub property: &'static str,
    /// The observed value.
    pub is: Shown,
    /// The desired value.
    pub should: Shown,
    /// Why, in one sentence that names the line.
    pub reason: Shown,
    /// The line that decides, where one does.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A line in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Its path below the root.
    pub file: PathBuf,
    /// The line, counted from 1; 0 means the file as a whole.
    pub line: u32,
}

impl Plan {
    /// Whether the resource is as it should be, in the files and in what runs.
    #[must_use]
    pub fn is_in_sync(&self) -> bool {
        self.drift.is_empty() && self.stale.is_empty()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use std::os::unix::ffi::OsStrExt;
        let file = Shown::bytes(self.file.as_os_str().as_bytes());
        if self.line == 0 { write!(f, "{file}") } else { write!(f, "{file}:{}", self.line) }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        use std::os::unix::ffi::OsStrExt;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("file", &Shown::bytes(self.file.as_os_str().as_bytes()))?;
        map.serialize_entry("line", &self.line)?;
        map.end()
    }
}

/// A planned change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub file: PathBuf,
    /// What changes in it.
    pub change: Change,
}

/// A line that counts, and what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The line, masked.
    pub text: Shown,
    /// What it does.
    pub effect: Effect,
    /// Why, in words.
    pub reason: Shown,
}

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// It decides.
    Wins,
    /// It matches, and another line decides.
    Overridden,
    /// It decides for some of those whom the resource is for.
    Exception,
    /// It can match nobody, or the program skips it.
    Inert,
}

impl Effect {
    /// The word before a person.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Wins => "wins",
            Self::Overridden => "overridden",
            Self::Exception => "exception",
            Self::Inert => "inert",
        }
    }
}

/// Something wrong that no desired state names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// What it is, one word for machines.
    pub code: &'static str,
    /// What is wrong, in one sentence.
    pub message: Shown,
    /// What to do about it.
    pub remedy: Shown,
}

/// A service that must read its configuration again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reload {
    /// The service, as the init system names it.
    pub service: String,
    /// What it needs.
    pub action: ReloadAction,
    /// The process that runs now, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Why, in one sentence.
    pub reason: Shown,
}

/// What makes a daemon read its files again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReloadAction {
    /// SIGHUP.
    Hup,
    /// A new process.
    Restart,
}

impl ReloadAction {
    /// The word before a person.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Hup => "reload",
            Self::Restart => "restart",
        }
    }
}
