//! The vocabulary of all kinds: plan, drift, evidence and finding as data.

use std::fmt;
use std::path::PathBuf;

use serde::{Serialize, Serializer};

use crate::document::Change;
use crate::shown::Shown;

/// The plan for one resource: what differs, and the way to what should be.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What differs; empty when the resource is in sync.
    pub drift: Vec<Drift>,
    /// The changes that would bring it in sync.
    pub edits: Vec<Edit>,
    /// Why the changes would not be enough: `apply` then changes nothing and says so.
    pub blocked: Option<Shown>,
    /// The lines that count.
    pub evidence: Vec<Evidence>,
    /// What is wrong beside the desired state.
    pub findings: Vec<Finding>,
    /// Services that must be told after the change; limits need none, each login reads the files.
    pub reloads: Vec<Reload>,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reload {
    /// The service.
    pub service: String,
}
