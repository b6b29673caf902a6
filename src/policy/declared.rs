//! `Declared`, a resource as the Puppet side says it: on standard input, to `standfast serve`, and in the snapshot.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use standfast_providers::schema::{SchemaError, Value};

use crate::resource::{Origin, Resource, ResourceMode};

/// One resource. It has no `Debug`, for its parameters may hold a secret.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// The kind's name, as a manifest writes it.
    #[serde(rename = "type")]
    pub kind: String,
    /// The title.
    pub title: String,
    /// The values that are given.
    #[serde(default)]
    pub parameters: Parameters,
    /// Puppet's metaparameter `noop`.
    #[serde(default)]
    pub noop: bool,
    /// The manifest that declares it.
    #[serde(default)]
    pub file: Option<String>,
    /// The line in it, counted from 1.
    #[serde(default)]
    pub line: Option<u32>,
    /// Puppet's tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Parameters whose values are not known yet, since an agent works them out while it applies.
    #[serde(default)]
    pub deferred: Vec<String>,
    /// The container that it belongs to, as `Standfast_limits[main]`.
    #[serde(default)]
    pub container: Option<String>,
}

impl Declared {
    /// The resource that it declares. Values that are deferred count for not given, so ask `deferred` first.
    ///
    /// # Errors
    /// [`SchemaError`] names the attribute and what is legal.
    pub fn resource(&self, origin: Origin) -> Result<Resource, SchemaError> {
        let mut resource = Resource::new(&self.kind, &self.title, &self.parameters.0, origin)?;
        if self.noop {
            resource.mode = ResourceMode::Noop;
        }
        Ok(resource)
    }
}

/// Named values in their order; a name that stands twice is kept twice, so that it can be refused.
#[derive(Clone)]
pub struct Parameters<V = Value>(pub Vec<(String, V)>);

// Debug text says which values there are, never what they are: one may be a secret.
impl<V> fmt::Debug for Parameters<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl<V> Default for Parameters<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Parameters<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ParametersVisitor(PhantomData))
    }
}

struct ParametersVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for ParametersVisitor<V> {
    type Value = Parameters<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of attributes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters<V>, A::Error> {
        let mut values = Vec::new();
        while let Some(entry) = map.next_entry()? {
            values.push(entry);
        }
        Ok(Parameters(values))
    }
}
