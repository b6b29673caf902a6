//! One definition of a kind's attributes: the Rust struct, the checks, the docs and the Puppet type come from it.

use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::fingerprint::WHOLE_DIGITS;

/// A kind of resource: what Puppet calls a type.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Kind {
    /// Its name, as in a policy file and in a Puppet manifest.
    pub name: &'static str,
    /// How its title is made up, for example `DOMAIN/TYPE/ITEM`.
    pub title: &'static str,
    /// What it is, in Markdown.
    pub doc: &'static str,
    /// Its attributes, in the order of the documentation.
    pub attributes: &'static [Attribute],
}

/// One attribute of a kind.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub role: Role,
    /// What values it takes.
    pub value: ValueType,
    /// What its text matches as a whole, or each text of its list; see [`AttributeValue::PATTERN`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<&'static str>,
    /// What it is a list of, where it is one, in the plural.
    #[serde(skip)]
    pub each: &'static str,
    /// The value when it is left out, as a policy file writes it.
    pub default: Option<&'static str>,
    /// What it means, with units, in Markdown.
    pub doc: &'static str,
}

/// What an attribute is for, in Puppet's sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Part of what names the resource; taken from the title when left out.
    Namevar,
    /// Desired state that is observed and enforced.
    Property,
    /// Says how to enforce or judge; is not observed.
    Parameter,
}

/// What values an attribute takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "type", content = "of")]
pub enum ValueType {
    /// Any text without control characters.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Text of the form that is described.
    Form(&'static str),
    /// A list of texts; a policy file separates them by commas.
    List,
    /// A text that never shows; it comes on standard input only.
    Secret,
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text without control characters"),
            Self::Word(words) => write!(f, "one of {}", words.join(", ")),
            Self::Form(form) => f.write_str(form),
            Self::List => f.write_str("a list of texts"),
            Self::Secret => f.write_str("a secret, on standard input"),
        }
    }
}

/// A value as it comes from a policy file or from JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text; numbers and booleans arrive as their text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
    /// A secret that is not told: its keyed fingerprint, see [`crate::fingerprint::Fingerprints::whole`].
    Fingerprint(String),
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true, false, or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(text) = seq.next_element()? {
            list.push(text);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        // Neither key nor value is repeated in the error: they may be a secret in the wrong place.
        let bad =
            || A::Error::custom("an object as a value is a secret's fingerprint, {\"fingerprint\": HEX}");
        let (key, digest) = map.next_entry::<String, String>().map_err(|_| bad())?.ok_or_else(bad)?;
        let is_digest = digest.len() == WHOLE_DIGITS && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        if key != "fingerprint" || !is_digest || map.next_key::<String>()?.is_some() {
            return Err(bad());
        }
        Ok(Value::Fingerprint(digest))
    }
}

/// Why a resource is not one of its kind. The text names the attribute and what is legal.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SchemaError {
    /// No kind of that name.
    #[error("unknown kind `{name}`; known are {known}")]
    UnknownKind {
        /// The name as given, safe to show.
        name: String,
        /// All kinds.
        known: String,
    },
    /// The kind has no such attribute.
    #[error("{kind} has no attribute `{name}`; it has {known}")]
    UnknownAttribute {
        /// The kind.
        kind: &'static str,
        /// The name as given, safe to show.
        name: String,
        /// All attributes of the kind.
        known: String,
    },
    /// The same attribute twice.
    #[error("`{name}` is given twice")]
    Twice {
        /// The attribute.
        name: &'static str,
    },
    /// An attribute without a default is not given.
    #[error("`{name}` is missing: {doc}")]
    Missing {
        /// The attribute.
        name: &'static str,
        /// What it should be.
        doc: ValueType,
    },
    /// A value that the attribute does not take.
    #[error("`{name}` cannot be `{value}`: {reason}")]
    BadValue {
        /// The attribute.
        name: &'static str,
        /// The value as given, safe to show.
        value: String,
        /// What is legal.
        reason: String,
    },
    /// A secret where it would stay behind.
    #[error(
        "`{name}` is a secret, and comes as JSON on standard input only; in a file write {name}_file, the path of a file that only root may read"
    )]
    SecretInFile {
        /// The attribute.
        name: &'static str,
    },
    /// The title does not name a resource of this kind.
    #[error("the title `{title}` is not of the form {form}")]
    BadTitle {
        /// The title as given, safe to show.
        title: String,
        /// The form.
        form: &'static str,
    },
    /// Values that are legal one by one and not together.
    #[error("{0}")]
    Together(String),
}

impl Kind {
    /// The first of the named attributes that is a secret.
    ///
    /// # Errors
    /// [`SchemaError::SecretInFile`] when one is, for a policy that is a file must not hold it.
    pub fn refuse_secrets<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<(), SchemaError> {
        let is_secret = |name: &str| {
            self.attributes
                .iter()
                .find(|attribute| attribute.name == name && attribute.value == ValueType::Secret)
        };
        match names.into_iter().find_map(is_secret) {
            Some(attribute) => Err(SchemaError::SecretInFile { name: attribute.name }),
            None => Ok(()),
        }
    }
}

/// A type that an attribute can have.
pub trait AttributeValue: Sized {
    /// What values it takes, for the documentation and the Puppet type.
    const TYPE: ValueType;

    /// A regular expression, in the syntax that Ruby and PCRE share, for the Puppet type: what a legal text matches as
    /// a whole, or each text of a list. It may match more than is legal, never less: [`Self::from_text`] decides.
    const PATTERN: Option<&'static str> = None;

    /// What a list is of, in the plural.
    const EACH: &'static str = "texts without control characters";

    /// Reads a value; the error says what is legal.
    ///
    /// # Errors
    /// A sentence for the user.
    fn from_text(text: &str) -> Result<Self, String>;

    /// Reads a value that may be a list.
    ///
    /// # Errors
    /// A sentence for the user.
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Text(text) => Self::from_text(text),
            Value::List(_) => Err(format!("it takes {}, not a list", Self::TYPE)),
            Value::Fingerprint(_) => Err(not_a_fingerprint(Self::TYPE)),
        }
    }

    /// The value of an attribute that is not given and has no default; only an `Option` has one.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }
}

/// Why a fingerprint is no value of an attribute.
#[must_use]
pub fn not_a_fingerprint(wanted: ValueType) -> String {
    format!("it takes {wanted}, not a fingerprint")
}

impl AttributeValue for String {
    const TYPE: ValueType = ValueType::Text;
    const PATTERN: Option<&'static str> = Some("[^[:cntrl:]]*");

    fn from_text(text: &str) -> Result<Self, String> {
        if text.chars().any(char::is_control) {
            return Err("it holds a control character".into());
        }
        Ok(text.to_owned())
    }
}

impl AttributeValue for Vec<String> {
    const TYPE: ValueType = ValueType::List;
    const PATTERN: Option<&'static str> = String::PATTERN;

    fn from_text(text: &str) -> Result<Self, String> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(String::from_text).collect()
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Text(text) => Self::from_text(text),
            Value::List(list) => list.iter().map(|text| String::from_text(text)).collect(),
            Value::Fingerprint(_) => Err(not_a_fingerprint(Self::TYPE)),
        }
    }
}

impl<T: AttributeValue> AttributeValue for Option<T> {
    const TYPE: ValueType = T::TYPE;
    const PATTERN: Option<&'static str> = T::PATTERN;
    const EACH: &'static str = T::EACH;

    fn from_text(text: &str) -> Result<Self, String> {
        T::from_text(text).map(Some)
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        T::from_value(value).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// Declares an enum whose variants are words of a policy file.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// The word as a policy file writes it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl $crate::schema::AttributeValue for $name {
            const TYPE: $crate::schema::ValueType = $crate::schema::ValueType::Word(&[$($word),+]);

            fn from_text(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(format!("it takes {}", Self::TYPE)),
                }
            }
        }
    };
}

/// Declares a kind: the struct of its desired state, its [`Kind`], and how the struct is read.
///
/// Each attribute is `ROLE NAME: TYPE`, with `as "name"` where its name is a Rust keyword and `= "default"`
/// where it has one; an `Option` without a default may be left out; anything else must be given.
#[macro_export]
macro_rules! kind {
    (
        $(#[doc = $doc:literal])*
        pub struct $struct:ident named $kind:literal titled $title:literal {
            $($(#[doc = $adoc:literal])* $role:ident $attr:ident $(as $alias:literal)?: $type:ty $(= $default:literal)?),+ $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $struct { $($(#[doc = $adoc])* pub $attr: $type),+ }

        impl $struct {
            /// The kind's definition.
            pub const KIND: $crate::schema::Kind = $crate::schema::Kind {
                name: $kind,
                title: $title,
                doc: concat!($($doc, "\n"),*),
                attributes: &[$($crate::schema::Attribute {
                    name: $crate::kind!(@name $attr $($alias)?),
                    role: $crate::schema::Role::$role,
                    value: <$type as $crate::schema::AttributeValue>::TYPE,
                    pattern: <$type as $crate::schema::AttributeValue>::PATTERN,
                    each: <$type as $crate::schema::AttributeValue>::EACH,
                    default: $crate::kind!(@default $($default)?),
                    doc: concat!($($adoc, "\n"),*),
                }),+],
            };

            /// Reads the desired state from named values, and from parts of the title where they name none.
            ///
            /// # Errors
            /// [`SchemaError`](crate::schema::SchemaError) names the attribute and what is legal.
            pub fn from_values<'v>(
                values: impl IntoIterator<Item = (&'v str, &'v $crate::schema::Value)>,
                title: &[(&str, &str)],
            ) -> Result<Self, $crate::schema::SchemaError> {
                $(let mut $attr: Option<$type> = None;)+
                // A fallback is read only once it is known to be needed.
                let part = |name: &str| title.iter().find(|(part, _)| *part == name).map(|(_, text)| *text);
                for (name, value) in values {
                    match name {
                        $($crate::kind!(@name $attr $($alias)?) => {
                            $crate::schema::set(&mut $attr, $crate::kind!(@name $attr $($alias)?), value)?;
                        })+
                        other => return Err($crate::schema::unknown_attribute(&Self::KIND, other)),
                    }
                }
                Ok(Self { $($attr: $crate::schema::or_default(
                    $attr,
                    part($crate::kind!(@name $attr $($alias)?)),
                    $crate::kind!(@name $attr $($alias)?),
                    $crate::kind!(@default $($default)?),
                )?),+ })
            }
        }
    };
    (@name $attr:ident $alias:literal) => { $alias };
    (@name $attr:ident) => { stringify!($attr) };
    (@default $default:literal) => { Some($default) };
    (@default) => { None };
}

/// Part of [`kind!`]: reads one value into its place.
#[doc(hidden)]
pub fn set<T: AttributeValue>(
    place: &mut Option<T>,
    name: &'static str,
    value: &Value,
) -> Result<(), SchemaError> {
    if place.is_some() {
        return Err(SchemaError::Twice { name });
    }
    let read = T::from_value(value).map_err(|reason| SchemaError::BadValue {
        name,
        value: match value {
            _ if T::TYPE == ValueType::Secret => "(a secret)".to_owned(),
            Value::Text(text) => crate::shown::Shown::text(text).to_string(),
            Value::List(list) => crate::shown::Shown::text(&list.join(", ")).to_string(),
            Value::Fingerprint(_) => "(a fingerprint)".to_owned(),
        },
        reason,
    })?;
    *place = Some(read);
    Ok(())
}

/// Part of [`kind!`]: the part of the title, or the default, of an attribute that is not given.
#[doc(hidden)]
pub fn or_default<T: AttributeValue>(
    given: Option<T>,
    title: Option<&str>,
    name: &'static str,
    default: Option<&'static str>,
) -> Result<T, SchemaError> {
    match (given, title.or(default)) {
        (Some(value), _) => Ok(value),
        (None, Some(text)) => T::from_text(text).map_err(|reason| SchemaError::BadValue {
            name,
            value: crate::shown::Shown::text(text).to_string(),
            reason,
        }),
        (None, None) => T::absent().ok_or(SchemaError::Missing { name, doc: T::TYPE }),
    }
}

/// Part of [`kind!`]: the error that lists what the kind has.
#[doc(hidden)]
#[must_use]
pub fn unknown_attribute(kind: &Kind, name: &str) -> SchemaError {
    let known: Vec<_> = kind.attributes.iter().map(|attribute| attribute.name).collect();
    SchemaError::UnknownAttribute {
        kind: kind.name,
        name: crate::shown::Shown::text(name).to_string(),
        known: known.join(", "),
    }
}
