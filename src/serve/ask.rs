//! What is asked: one JSON object a line.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use standfast_providers::schema::Value;
use standfast_providers::shown::Shown;
use thiserror::Error;

use super::line::Line;
use crate::policy::MAX_BYTES;
use crate::policy::declared;
use crate::policy::json::without_values;
use crate::policy::snapshot::{By, PuppetRun};

/// The protocol that is spoken here.
pub(super) const PROTOCOL: u32 = 1;

/// Why a line is no ask. Nothing that may be a secret is repeated.
#[derive(Debug, Error)]
pub(super) enum AskError {
    /// Longer than [`MAX_BYTES`].
    #[error("the line is longer than {} MiB", MAX_BYTES >> 20)]
    TooLong,
    /// Not JSON, or not of the form.
    #[error("cannot read the line: {0}")]
    Json(Shown),
    /// No such ask.
    #[error("unknown ask `{0}`; known are hello, declare, observe, apply, list, end")]
    Unknown(Shown),
    /// The ask lacks a field.
    #[error("{ask} needs `{field}`")]
    Missing {
        /// The ask.
        ask: &'static str,
        /// The field.
        field: &'static str,
    },
    /// Another protocol.
    #[error("protocol {0} is not known; standfast {version} speaks protocol {PROTOCOL}", version = env!("CARGO_PKG_VERSION"))]
    Protocol(u32),
}

/// One ask.
#[derive(Debug)]
pub(super) enum Ask {
    /// A run begins.
    Hello {
        /// Who runs, and what for.
        run: PuppetRun,
    },
    /// What should be.
    Declare {
        /// All resources of our kinds.
        resources: Vec<Named>,
    },
    /// How it is.
    Observe {
        /// Which resources.
        resources: Vec<Named>,
        /// Which answers.
        only: Only,
    },
    /// Make it so.
    Apply {
        /// Which resources.
        resources: Vec<Named>,
    },
    /// What is there.
    List {
        /// Of which kind.
        kind: String,
    },
    /// The run ends.
    End,
}

/// Which answers are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Only {
    /// Of all resources.
    #[default]
    All,
    /// Of those that are not in sync.
    Drifted,
}

/// Who runs, and what for.
#[derive(Default, Deserialize)]
struct RunInfo {
    by: Option<By>,
    #[serde(default)]
    noop: bool,
    environment: Option<Given>,
    catalog: Option<Given>,
    certname: Option<Given>,
}

impl RunInfo {
    fn run(self) -> PuppetRun {
        PuppetRun {
            by: self.by.unwrap_or(By::Apply),
            noop: self.noop,
            environment: text(self.environment),
            catalog: text(self.catalog),
            certname: text(self.certname),
        }
    }
}

/// A resource as it is declared, or a mere reference to one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    /// The kind.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The title.
    pub(crate) title: String,
    /// The attributes; without them it is a reference.
    #[serde(default)]
    pub(crate) parameters: Option<Parameters>,
    /// Puppet's metaparameter.
    #[serde(default)]
    pub(crate) noop: Option<bool>,
    /// The manifest.
    #[serde(default)]
    pub(crate) file: Option<String>,
    /// The line in it.
    #[serde(default)]
    pub(crate) line: Option<u32>,
    /// Puppet's tags.
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// Parameters whose values are not known yet.
    #[serde(default)]
    pub(crate) deferred: Vec<String>,
    /// The resource that contains it.
    #[serde(default)]
    pub(crate) container: Option<String>,
}

impl Named {
    /// Whether it says nothing of the resource but which it is.
    pub(super) fn is_reference(&self) -> bool {
        self.parameters.is_none() && self.noop.is_none()
    }

    /// What is new of a resource over what was known of it.
    pub(super) fn over(self, known: &Self) -> Self {
        let has_parameters = self.parameters.is_some();
        Self {
            parameters: self.parameters.or_else(|| known.parameters.clone()),
            noop: self.noop.or(known.noop),
            file: self.file.or_else(|| known.file.clone()),
            line: self.line.or(known.line),
            tags: if self.tags.is_empty() { known.tags.clone() } else { self.tags },
            deferred: if has_parameters { self.deferred } else { known.deferred.clone() },
            container: self.container.or_else(|| known.container.clone()),
            kind: self.kind,
            title: self.title,
        }
    }
}

/// Parameters, whatever stands in them.
pub(crate) type Parameters = declared::Parameters<Given>;

/// The value of a parameter, or what no parameter takes.
#[derive(Clone)]
pub(crate) enum Given {
    /// A value.
    Value(Value),
    /// `null`: as if it were not given.
    Undef,
    /// What it is, in words; its text is not kept.
    Unusable(&'static str),
}

impl Ask {
    /// Reads a line.
    ///
    /// # Errors
    /// [`AskError`] says what is wrong with it, without repeating a value.
    pub(super) fn read(line: &Line<'_>) -> Result<Self, AskError> {
        let Line::Whole(bytes) = line else { return Err(AskError::TooLong) };
        let fields: Fields = serde_json::from_slice(bytes)
            .map_err(|error| AskError::Json(Shown::text(&without_values(&error.to_string()))))?;
        let resources = |ask| {
            let missing = AskError::Missing { ask, field: "resources" };
            move |resources: Option<Vec<Named>>| resources.ok_or(missing)
        };
        Ok(match fields.ask.as_str() {
            "hello" => {
                let missing = AskError::Missing { ask: "hello", field: "protocol" };
                let protocol = fields.protocol.ok_or(missing)?;
                if protocol != PROTOCOL {
                    return Err(AskError::Protocol(protocol));
                }
                Self::Hello { run: fields.run.unwrap_or_default().run() }
            }
            "declare" => Self::Declare { resources: resources("declare")(fields.resources)? },
            "observe" => Self::Observe {
                resources: resources("observe")(fields.resources)?,
                only: fields.only.unwrap_or_default(),
            },
            "apply" => Self::Apply { resources: resources("apply")(fields.resources)? },
            "list" => {
                let missing = AskError::Missing { ask: "list", field: "type" };
                Self::List { kind: fields.kind.ok_or(missing)? }
            }
            "end" => Self::End,
            other => return Err(AskError::Unknown(Shown::text(other))),
        })
    }
}

/// All fields that an ask can have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    ask: String,
    protocol: Option<u32>,
    run: Option<RunInfo>,
    resources: Option<Vec<Named>>,
    only: Option<Only>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GivenVisitor)
    }
}

/// Takes whatever JSON there is: one value that is of no use must not cost the other resources their answer.
struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true, false, or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Given, E> {
        Ok(Given::Value(Value::Text(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Given, E> {
        Ok(Given::Value(Value::Text(text)))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Given, E> {
        Ok(Given::Value(Value::Text(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Given, E> {
        Ok(Given::Value(Value::Text(value.to_string())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Given, E> {
        Ok(Given::Value(Value::Text(value.to_string())))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Given, E> {
        Ok(Given::Unusable("a number with a fraction"))
    }

    fn visit_unit<E>(self) -> Result<Given, E> {
        Ok(Given::Undef)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Given, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Given::Unusable("an object"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Given, A::Error> {
        let mut list = Some(Vec::new());
        while let Some(given) = seq.next_element()? {
            match (given, &mut list) {
                (Given::Value(Value::Text(text)), Some(list)) => list.push(text),
                _ => list = None,
            }
        }
        Ok(list.map_or(Given::Unusable("a list of something else than texts"), |list| {
            Given::Value(Value::List(list))
        }))
    }
}

/// Puppet's version of a catalog is a number unless somebody names it.
fn text(given: Option<Given>) -> Option<String> {
    match given {
        Some(Given::Value(Value::Text(text))) => Some(text),
        _ => None,
    }
}
