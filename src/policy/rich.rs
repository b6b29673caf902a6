//! `Rich`, a value in a catalog: Puppet's rich data, which names the types that JSON lacks in `__ptype`.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use standfast_providers::schema::Value;
use standfast_providers::shown::Shown;

/// A value in a catalog. It has no `Debug`, for it may be a secret.
#[derive(Clone)]
pub enum Rich {
    /// `undef`.
    Undef,
    /// A text; numbers and booleans as their text.
    Text(String),
    /// An array.
    List(Vec<Rich>),
    /// A hash with texts as keys.
    Hash(Vec<(String, Rich)>),
    /// What must not be shown.
    Sensitive(Box<Rich>),
    /// A call that the agent makes when it applies; the name of the function.
    Deferred(String),
    /// A value of another type, which no attribute takes; the name of the type.
    Other(String),
}

/// What a value comes to for an attribute.
pub enum Given {
    /// A value.
    Value(Value),
    /// None.
    Nothing,
    /// One that only the agent can work out, by this function.
    Deferred(String),
    /// One that no attribute takes; what it is.
    Unusable(String),
}

impl Rich {
    /// Whether something in it must not be shown.
    #[must_use]
    pub fn holds_a_secret(&self) -> bool {
        match self {
            Self::Sensitive(_) => true,
            Self::List(list) => list.iter().any(Self::holds_a_secret),
            Self::Hash(hash) => hash.iter().any(|(_, value)| value.holds_a_secret()),
            Self::Undef | Self::Text(_) | Self::Deferred(_) | Self::Other(_) => false,
        }
    }

    /// What it comes to for an attribute.
    #[must_use]
    pub fn given(self) -> Given {
        match self {
            Self::Undef => Given::Nothing,
            Self::Text(text) => Given::Value(Value::Text(text)),
            Self::Sensitive(value) => value.given(),
            Self::Deferred(function) => Given::Deferred(function),
            Self::Hash(_) => Given::Unusable("a hash".to_owned()),
            Self::Other(name) => Given::Unusable(format!("a {}", Shown::text(&name))),
            Self::List(list) => {
                let mut texts = Vec::with_capacity(list.len());
                for one in list {
                    match one.given() {
                        Given::Value(Value::Text(text)) => texts.push(text),
                        Given::Nothing => {}
                        Given::Value(_) => return Given::Unusable("an array in an array".to_owned()),
                        other => return other,
                    }
                }
                Given::Value(Value::List(texts))
            }
        }
    }

    /// What an object of JSON stands for.
    fn of_object(mut entries: Vec<(String, Self)>) -> Self {
        let Some(at) = entries.iter().position(|(key, _)| key == "__ptype") else {
            return Self::Hash(entries);
        };
        let name = match entries.swap_remove(at).1 {
            Self::Text(name) => name,
            _ => return Self::Other("value of a type without a name".to_owned()),
        };
        let mut take = |key: &str| {
            let at = entries.iter().position(|(name, _)| name == key)?;
            Some(entries.swap_remove(at).1)
        };
        match name.as_str() {
            "Sensitive" => Self::Sensitive(Box::new(take("__pvalue").unwrap_or(Self::Undef))),
            "Deferred" => match take("name") {
                Some(Self::Text(function)) => Self::Deferred(function),
                _ => Self::Deferred("an unnamed function".to_owned()),
            },
            "Hash" => match take("__pvalue") {
                Some(Self::List(list)) => Self::of_pairs(list),
                _ => Self::Other(name),
            },
            _ => Self::Other(name),
        }
    }

    /// A hash that is written as a list, since one of its keys is no text or is `__ptype`.
    fn of_pairs(list: Vec<Self>) -> Self {
        let mut hash = Vec::with_capacity(list.len() / 2);
        let mut list = list.into_iter();
        while let (Some(key), Some(value)) = (list.next(), list.next()) {
            let Self::Text(key) = key else {
                return Self::Other("hash with keys that are no texts".to_owned());
            };
            hash.push((key, value));
        }
        Self::Hash(hash)
    }
}

impl<'de> Deserialize<'de> for Rich {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RichVisitor)
    }
}

struct RichVisitor;

impl<'de> Visitor<'de> for RichVisitor {
    type Value = Rich;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Rich, E> {
        Ok(Rich::Undef)
    }

    fn visit_str<E>(self, text: &str) -> Result<Rich, E> {
        Ok(Rich::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Rich, E> {
        Ok(Rich::Text(text))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Rich, E> {
        Ok(Rich::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Rich, E> {
        Ok(Rich::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Rich, E> {
        Ok(Rich::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Rich, E> {
        Ok(Rich::Text(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Rich, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Rich::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rich, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Rich::of_object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a value comes to, in words.
    fn given(json: &str) -> String {
        match serde_json::from_str::<Rich>(json).unwrap().given() {
            Given::Value(value) => format!("{value:?}"),
            Given::Nothing => "nothing".into(),
            Given::Deferred(function) => format!("deferred {function}"),
            Given::Unusable(what) => what,
        }
    }

    #[test]
    fn plain_values_are_texts_and_lists_of_texts() {
        for (json, is) in [
            ("null", "nothing"),
            ("\"a\"", "Text(\"a\")"),
            ("4096", "Text(\"4096\")"),
            ("-1", "Text(\"-1\")"),
            ("1.5", "Text(\"1.5\")"),
            ("false", "Text(\"false\")"),
            ("[\"a\", 2, null]", "List([\"a\", \"2\"])"),
            ("[[1]]", "an array in an array"),
            ("{}", "a hash"),
        ] {
            assert_eq!(given(json), is, "{json}");
        }
    }

    #[test]
    fn rich_values_are_what_their_type_says() {
        for (json, is) in [
            (r#"{"__ptype":"Sensitive","__pvalue":"x"}"#, "Text(\"x\")"),
            (r#"[{"__ptype":"Sensitive","__pvalue":"x"}]"#, "List([\"x\"])"),
            (r#"{"__ptype":"Deferred","name":"sprintf","arguments":["%s","a"]}"#, "deferred sprintf"),
            (r#"{"__ptype":"Sensitive","__pvalue":{"__ptype":"Deferred","name":"f"}}"#, "deferred f"),
            (r#"["a",{"__ptype":"Deferred","name":"f"}]"#, "deferred f"),
            (r#"{"__ptype":"Regexp","__pvalue":"a"}"#, "a Regexp"),
            (r#"{"__ptype":"Pcore::IntegerType","from":1,"to":2}"#, "a Pcore::IntegerType"),
            (r#"{"__ptype":{}}"#, "a value of a type without a name"),
        ] {
            assert_eq!(given(json), is, "{json}");
        }
    }

    #[test]
    fn a_hash_that_is_written_as_a_list_is_a_hash() {
        let rich: Rich =
            serde_json::from_str(r#"{"__ptype":"Hash","__pvalue":["__ptype",1,"b",{"c":2}]}"#).unwrap();
        let Rich::Hash(hash) = rich else { panic!("it is no hash") };
        assert_eq!(hash.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["__ptype", "b"]);
        assert_eq!(given(r#"{"__ptype":"Hash","__pvalue":[["a"],2]}"#), "a hash with keys that are no texts");
    }

    #[test]
    fn a_secret_is_seen_however_deep_it_is() {
        for (json, is) in [
            (r#"{"a":[{"__ptype":"Sensitive","__pvalue":"x"}]}"#, true),
            (r#"{"a":["Sensitive"],"b":{"__ptype":"Deferred","name":"f"}}"#, false),
        ] {
            assert_eq!(serde_json::from_str::<Rich>(json).unwrap().holds_a_secret(), is, "{json}");
        }
    }
}
