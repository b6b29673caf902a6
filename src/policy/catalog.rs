//! Puppet's catalog, as the agent caches it: our resources in it, and what cannot be judged there.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use standfast_providers::limits::config::LimitsConfig;
use standfast_providers::limits::entry::LimitsEntry;
use standfast_providers::schema::{Kind, ValueType};
use standfast_providers::shown::Shown;

use super::PolicyError;
use super::declared::{Declared, Parameters};
use super::item::{Item, Items, Unjudged, deferred};
use super::json::syntax_error;
use super::rich::{Given, Rich};
use crate::resource::KINDS;

/// The type that stands for many `limits_entry` and one `limits_config`.
pub const CONTAINER: &str = "standfast_limits";

/// Puppet's metaparameters, and what each of its types has beside them: none is desired state. `noop` is heard.
const IGNORED: [&str; 15] = [
    "alias",
    "audit",
    "before",
    "consume",
    "export",
    "loglevel",
    "notify",
    "provider",
    "require",
    "schedule",
    "stage",
    "subscribe",
    "tag",
    "noop",
    "name",
];

/// A catalog that was read.
pub struct Catalog {
    /// The certificate's name of the host that it is for.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Its environment.
    pub environment: Option<String>,
    /// Our resources.
    pub items: Items,
}

impl Catalog {
    /// Reads a catalog; `name` is for errors. What `puppet catalog compile` says before it is passed over.
    ///
    /// # Errors
    /// [`PolicyError`] names the line and tells no value.
    pub fn parse(name: &str, text: &str) -> Result<Self, PolicyError> {
        let start = if text.starts_with('{') { 0 } else { text.find("\n{").map_or(0, |at| at + 1) };
        let (before, json) = text.split_at(start);
        let read: Read = serde_json::from_str(json).map_err(|error| {
            let mut error = syntax_error(name, &error);
            if let PolicyError::Syntax { line, .. } = &mut error {
                *line += before.matches('\n').count();
            }
            error
        })?;
        let (Some(certname), Some(resources)) = (read.name, read.resources) else {
            return Err(PolicyError::NoCatalog { name: name.to_owned() });
        };
        let mut items = Items::with_capacity(resources.len());
        for resource in resources {
            resource.add_to(&mut items);
        }
        Ok(Self { name: certname, version: read.version, environment: read.environment, items })
    }
}

/// The fields of a catalog that count.
#[derive(Deserialize)]
struct Read {
    name: Option<String>,
    #[serde(default, deserialize_with = "text_or_number")]
    version: Option<String>,
    #[serde(default)]
    environment: Option<String>,
    #[serde(default, deserialize_with = "ours")]
    resources: Option<Vec<OurResource>>,
}

/// A catalog's version is a number, unless somebody names it.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Rich::deserialize(deserializer)? {
        Rich::Text(text) => Some(text),
        _ => None,
    })
}

/// The type of a resource that is ours.
#[derive(Clone, Copy)]
enum Type {
    Kind(&'static Kind),
    Container,
}

impl Type {
    /// By its name in a catalog, which begins with a capital.
    fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case(CONTAINER) {
            return Some(Self::Container);
        }
        KINDS.iter().find(|kind| name.eq_ignore_ascii_case(kind.name)).map(Self::Kind)
    }
}

/// A resource of ours. It has no `Debug`, for its parameters may hold a secret.
struct OurResource {
    kind: Type,
    title: String,
    file: Option<String>,
    line: Option<u32>,
    parameters: Vec<(String, Rich)>,
    sensitive: Vec<String>,
}

/// Keeps those resources that are ours; the others are skipped without being taken apart.
fn ours<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<OurResource>>, D::Error> {
    struct Resources;
    impl<'de> Visitor<'de> for Resources {
        type Value = Vec<OurResource>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of resources")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut ours = Vec::new();
            while let Some(one) = seq.next_element_seed(One)? {
                ours.extend(one);
            }
            Ok(ours)
        }
    }
    deserializer.deserialize_seq(Resources).map(Some)
}

/// Reads one resource.
struct One;

impl<'de> DeserializeSeed<'de> for One {
    type Value = Option<OurResource>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One {
    type Value = Option<OurResource>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut kind, mut title, mut file, mut line) = (None, None, None, None);
        let (mut parameters, mut sensitive) = (Vec::new(), Vec::new());
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key.0 {
                "type" => {
                    kind = Type::named(&map.next_value::<Text<'de>>()?.0);
                    if kind.is_none() {
                        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                        return Ok(None);
                    }
                }
                "title" => title = Some(map.next_value()?),
                "file" => file = map.next_value()?,
                "line" => line = map.next_value()?,
                "parameters" => match map.next_value()? {
                    Rich::Hash(hash) => parameters = hash,
                    _ => return Err(serde::de::Error::custom("`parameters` is no hash")),
                },
                "sensitive_parameters" => sensitive = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let missing = serde::de::Error::missing_field;
        let kind = kind.ok_or_else(|| missing("type"))?;
        let title = title.ok_or_else(|| missing("title"))?;
        Ok(Some(OurResource { kind, title, file, line, parameters, sensitive }))
    }
}

/// A text that is not copied where it need not be.
#[derive(Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

impl OurResource {
    fn add_to(self, items: &mut Items) {
        match self.kind {
            Type::Kind(kind) => items.push(Item::from_parts(kind, self)),
            Type::Container => self.expand(items),
        }
    }

    fn is_noop(&self) -> bool {
        self.parameters
            .iter()
            .any(|(name, value)| name == "noop" && matches!(value, Rich::Text(text) if text == "true"))
    }

    /// The resources that a container stands for, as the Puppet type makes them.
    fn expand(mut self, items: &mut Items) {
        let noop = self.is_noop();
        let mut take = |name: &str| {
            let at = self.parameters.iter().position(|(given, _)| given == name);
            at.map_or(Rich::Undef, |at| self.parameters.swap_remove(at).1)
        };
        let (entries, defaults) = (take("entries"), take("defaults"));
        let config: Vec<_> = ["inert", "purge", "purge_ignore"]
            .into_iter()
            .map(|name| (name.to_owned(), take(name)))
            .filter(|(_, value)| !matches!(value, Rich::Undef))
            .collect();
        let part = |kind, title: String, parameters| OurResource {
            kind: Type::Kind(kind),
            title,
            file: self.file.clone(),
            line: self.line,
            parameters,
            sensitive: Vec::new(),
        };
        let with_noop = |mut parameters: Vec<(String, Rich)>| {
            if noop && !parameters.iter().any(|(name, _)| name == "noop") {
                parameters.push(("noop".to_owned(), Rich::Text("true".to_owned())));
            }
            parameters
        };
        if !config.is_empty() {
            part(&LimitsConfig::KIND, "main".to_owned(), with_noop(config)).add_to(items);
        }
        let unusable = |name: &str, value: Rich| {
            let reason = match value.given() {
                Given::Deferred(function) => deferred(name, Some(&function)),
                _ => format!("`{name}` is no hash"),
            };
            Item::Unjudged(Unjudged { kind: CONTAINER, title: self.title.clone(), reason })
        };
        let (entries, defaults) = match (entries, defaults) {
            (Rich::Undef, _) => return,
            (Rich::Hash(entries), Rich::Undef) => (entries, Vec::new()),
            (Rich::Hash(entries), Rich::Hash(defaults)) => (entries, defaults),
            (Rich::Hash(_), other) => return items.push(unusable("defaults", other)),
            (other, _) => return items.push(unusable("entries", other)),
        };
        for (title, given) in entries {
            let mut parameters = match given {
                Rich::Hash(attributes) => attributes,
                value => vec![("value".to_owned(), value)],
            };
            let is_given =
                |parameters: &[(String, Rich)], name: &str| parameters.iter().any(|(given, _)| given == name);
            for (name, value) in &defaults {
                if !is_given(&parameters, name) {
                    parameters.push((name.clone(), value.clone()));
                }
            }
            part(&LimitsEntry::KIND, title, with_noop(parameters)).add_to(items);
        }
    }
}

impl Item {
    fn from_parts(kind: &'static Kind, resource: OurResource) -> Self {
        let noop = resource.is_noop();
        let OurResource { title, file, line, parameters, sensitive, .. } = resource;
        let mut given = Vec::with_capacity(parameters.len());
        let mut refused = None;
        for (name, value) in parameters {
            let attribute = kind.attributes.iter().find(|attribute| attribute.name == name);
            if attribute.is_none() && IGNORED.contains(&name.as_str()) {
                continue;
            }
            let is_secret = attribute.is_some_and(|attribute| attribute.value == ValueType::Secret);
            let is_sensitive = sensitive.contains(&name) || value.holds_a_secret();
            match value.given() {
                Given::Deferred(function) => refused = Some(deferred(&name, Some(&function))),
                // Its value would be shown.
                _ if is_sensitive && !is_secret => {
                    let name = Shown::text(&name);
                    let reason =
                        format!("`{name}` is Sensitive, and no secret of {}: give it as it is", kind.name);
                    refused = refused.or(Some(reason));
                }
                Given::Value(value) => given.push((name, value)),
                Given::Nothing => {}
                Given::Unusable(what) => {
                    refused = refused.or_else(|| Some(format!("`{}` cannot be {what}", Shown::text(&name))));
                }
            }
        }
        let parameters = Parameters(given);
        let (tags, deferred, container) = (Vec::new(), Vec::new(), None);
        let kind_name = kind.name.to_owned();
        let declared =
            Declared { kind: kind_name, title, parameters, noop, file, line, tags, deferred, container };
        Self::of(kind.name, &declared, refused)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CORPUS: &str = include_str!("../../tests/corpus/puppet/host.example.net.json");

    #[test]
    fn a_real_catalog_is_read_and_no_part_of_it_is_taken_for_the_whole() {
        let catalog = Catalog::parse("c.json", CORPUS).unwrap();
        assert_eq!(
            (catalog.name.as_str(), catalog.environment.as_deref()),
            ("host.example.net", Some("production"))
        );
        assert!(catalog.version.unwrap().bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(catalog.items.len(), 16);
        let whole = CORPUS.trim_end().len();
        for end in (0..whole).filter(|end| CORPUS.is_char_boundary(*end)) {
            assert!(Catalog::parse("c.json", &CORPUS[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn a_type_may_stand_behind_its_parameters() {
        let text = r#"{"resources":[{"parameters":{"value":1},"title":"a/soft/nproc","type":"LIMITS_entry"},
            {"parameters":{"content":{"__ptype":"Binary"}},"type":"File","title":"/x"}],"name":"h","version":null}"#;
        let catalog = Catalog::parse("c.json", text).unwrap();
        assert_eq!((catalog.items.len(), catalog.version), (1, None));
        assert!(catalog.items.resources[0].title == "a/soft/nproc");
    }

    proptest! {
        #[test]
        fn a_catalog_with_a_wrong_byte_is_read_or_refused_and_tells_no_secret(
            at in 0..CORPUS.len(), byte in proptest::sample::select(&b"\"\\{}[],:x0 \n"[..])
        ) {
            let mut bytes = CORPUS.as_bytes().to_vec();
            bytes[at] = byte;
            let text = String::from_utf8(bytes).unwrap();
            match Catalog::parse("c.json", &text) {
                Ok(catalog) => for (_, unjudged) in catalog.items.unjudged {
                    prop_assert!(!unjudged.reason.contains("hT7-kq9"), "{}", unjudged.reason);
                },
                Err(error) => {
                    let said = error.to_string();
                    prop_assert!(!said.contains("hT7-kq9") && !said.contains("N3sted"), "{said}");
                }
            }
        }
    }
}
