//! Desired state as JSON: an array of resources, the form that the Puppet module sends.

use standfast_providers::shown::Shown;

use super::PolicyError;
use super::declared::Declared;
use super::item::{Item, Items};
use crate::resource::{KINDS, Origin};

/// Parses an array of resources; `name` is for errors.
///
/// # Errors
/// [`PolicyError`] names the line, and for a resource its place in the array's order.
pub fn parse(name: &str, text: &str, origin: Origin) -> Result<Items, PolicyError> {
    let parsed: Vec<Declared> = serde_json::from_str(text).map_err(|error| syntax_error(name, &error))?;
    let mut items = Items::with_capacity(parsed.len());
    for one in parsed {
        let kind = KINDS.iter().find(|kind| kind.name == one.kind);
        if let (Some(kind), false) = (kind, one.deferred.is_empty()) {
            items.push(Item::of(kind.name, &one, None));
            continue;
        }
        let resource = one.resource(origin).map_err(|source| {
            let title = format!("\"{}\"", one.title.escape_default());
            PolicyError::Resource {
                name: name.to_owned(),
                line: text.lines().position(|line| line.contains(&title)).map_or(1, |line| line + 1),
                resource: format!("{} {}", Shown::text(&one.kind), Shown::text(&one.title)),
                source: Box::new(source),
            }
        })?;
        items.push(Item::Resource(resource));
    }
    items.hold_back();
    Ok(items)
}

/// What is wrong with a JSON text, without any of its values.
#[must_use]
pub fn syntax_error(name: &str, error: &serde_json::Error) -> PolicyError {
    PolicyError::Syntax {
        name: name.to_owned(),
        line: error.line().max(1),
        message: Shown::text(&without_values(&error.to_string())).to_string(),
    }
}

/// The message of a parser without the text that it quotes: a secret may stand in the wrong place.
pub(crate) fn without_values(message: &str) -> String {
    let quoted = message.split_once("string \"").and_then(|(before, rest)| {
        let (_, after) = rest.rsplit_once('"')?;
        Some(format!("{before}a text{after}"))
    });
    // A word among words that are known, or a number.
    let words = ["variant `", "integer `", "floating point `", "boolean `", "character `"];
    let marked = || {
        let word = words.into_iter().find(|word| message.contains(word))?;
        let (before, rest) = message.split_once(word)?;
        let (_, after) = rest.split_once('`')?;
        Some(format!("{before}{}{after}", word.trim_end_matches(" `")))
    };
    let quoted = quoted.or_else(marked);
    quoted.unwrap_or_else(|| message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Origin, parse};

    #[test]
    fn numbers_and_texts_are_the_same_value() {
        let text = r#"[{"type":"limits_entry","title":"a/soft/nproc","parameters":{"value":1}},
            {"type":"limits_entry","title":"x","parameters":{"domain":"a","type":"soft","item":"core","value":"1"}}]"#;
        assert_eq!(parse("-", text, Origin::Stdin).unwrap().len(), 2);
    }

    #[test]
    fn a_parameter_that_stands_twice_is_an_error() {
        let text = r#"[{"type":"limits_entry","title":"a/soft/nproc","parameters":{"value":1,"value":2}}]"#;
        assert!(parse("-", text, Origin::Stdin).is_err());
    }

    #[test]
    fn an_unknown_field_is_an_error_that_names_the_legal_ones() {
        let text = "[{\"type\":\"limits_entry\",\n\"titel\":\"a/soft/nproc\"}]";
        let said = parse("-", text, Origin::Stdin).unwrap_err().to_string();
        assert!(said.starts_with("-:2: unknown field `titel`, expected one of"), "{said}");
    }

    #[test]
    fn a_text_in_the_wrong_place_is_not_repeated() {
        for text in [
            r#"[{"type":"limits_entry","title":"a/soft/nproc","parameters":"s3cr3t \" x"}]"#,
            r#"[{"type":"limits_entry","title":"a/soft/nproc","noop":"s3cr3t"}]"#,
            r#"["s3cr3t"]"#,
            r#"[{"type":"limits_entry","title":"a/soft/nproc","noop":3141592653}]"#,
            r#"[{"type":"limits_entry","title":"a/soft/nproc","noop":3141592653.5}]"#,
        ] {
            let said = parse("-", text, Origin::Stdin).unwrap_err().to_string();
            assert!(said.contains("invalid type: ") && !said.contains("s3cr3t"), "{said}");
            assert!(!said.contains("3141592653"), "{said}");
        }
    }
}
