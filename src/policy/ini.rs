//! Policy files: INI, a section `[KIND TITLE]` per resource.

use ini::{Ini, ParseOption};
use standfast_providers::schema::{SchemaError, Value};
use standfast_providers::shown::Shown;

use super::PolicyError;
use crate::resource::{Origin, Resource};

/// Parses a policy; `name` is for errors.
///
/// # Errors
/// [`PolicyError`] names file and line.
pub fn parse(name: &str, text: &str) -> Result<Vec<Resource>, PolicyError> {
    let syntax = |line, message: String| PolicyError::Syntax { name: name.to_owned(), line, message };
    let text = &*without_comments(text);
    check_lines(text).map_err(|(line, message)| syntax(line, message))?;
    // By default the parser eats backslashes, and DOM\user would lose one.
    let option = ParseOption { enabled_quote: false, enabled_escape: false, ..ParseOption::default() };
    let ini = Ini::load_from_str_opt(text, option)
        .map_err(|error| syntax(error.line.max(1), Shown::text(&error.msg).to_string()))?;
    let mut headers = headers(text).into_iter();
    let mut resources = Vec::new();
    for (section, properties) in &ini {
        let Some(section) = section else {
            if let Some((key, _)) = properties.iter().next() {
                let message = format!("`{}` stands before the first [KIND TITLE]", Shown::text(key));
                return Err(syntax(line_of_key(text, 0, key), message));
            }
            continue;
        };
        let header = headers.next().unwrap_or(1);
        let Some((kind, title)) = section.trim().split_once(char::is_whitespace) else {
            let message = format!("`[{}]` is not of the form [KIND TITLE]", Shown::text(section));
            return Err(syntax(header, message));
        };
        let mut values = Vec::new();
        for (key, value) in properties.iter() {
            // The parser joins a line without `=` to the key that follows.
            if let Some((swallowed, _)) = key.split_once('\n') {
                let message = format!("`{}` is not of the form KEY = VALUE", Shown::text(swallowed.trim()));
                return Err(syntax(line_of_key(text, header, swallowed), message));
            }
            values.push((key.to_owned(), Value::Text(value.to_owned())));
        }
        let resource = Resource::new(kind, title.trim(), &values, Origin::File).map_err(|source| {
            PolicyError::Resource {
                name: name.to_owned(),
                line: line_of_error(text, header, &values, &source),
                resource: format!("{} {}", Shown::text(kind), Shown::text(title.trim())),
                source: Box::new(source),
            }
        })?;
        resources.push(resource);
    }
    Ok(resources)
}

/// The text with empty lines in the place of comments, which are most of a policy and which the parser reads letter by
/// letter.
fn without_comments(text: &str) -> String {
    let mut without = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let is_comment = line.starts_with(['#', ';']);
        let end = if line.ends_with('\n') { "\n" } else { "" };
        without.push_str(if is_comment { end } else { line });
    }
    without
}

/// Refuses a line that is neither a header nor a property nor a comment; the parser would join it to the next, or
/// name the line behind it.
fn check_lines(text: &str) -> Result<(), (usize, String)> {
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        let form = match line.as_bytes().first() {
            None | Some(b'#' | b';') => continue,
            Some(b'[') if !line.ends_with(']') => "[KIND TITLE]",
            Some(b'[') => continue,
            Some(_) if !line.contains(['=', ':']) => "KEY = VALUE",
            Some(_) => continue,
        };
        return Err((number, format!("`{}` is not of the form {form}", Shown::text(line))));
    }
    Ok(())
}

/// The lines of the section headers, counted from 1.
fn headers(text: &str) -> Vec<usize> {
    let is_header = |line: &str| line.trim_start().starts_with('[');
    text.lines().zip(1..).filter(|(line, _)| is_header(line)).map(|(_, number)| number).collect()
}

/// The line of a key in the section that begins on line `header`; the header's own where it cannot be found.
fn line_of_key(text: &str, header: usize, key: &str) -> usize {
    lines_of_key(text, header, key).next().unwrap_or(header.max(1))
}

/// The lines of a key in the section that begins on line `header`.
fn lines_of_key(text: &str, header: usize, key: &str) -> impl Iterator<Item = usize> {
    text.lines()
        .zip(1..)
        .skip(header)
        .take_while(|(line, _)| !line.trim_start().starts_with('['))
        .filter(|(line, _)| line.split(['=', ':']).next().is_some_and(|name| name.trim() == key.trim()))
        .map(|(_, number)| number)
}

/// The line that an error of the schema is about: that of the attribute it names, or the header.
fn line_of_error(text: &str, header: usize, values: &[(String, Value)], error: &SchemaError) -> usize {
    if let SchemaError::Twice { name } = error {
        return lines_of_key(text, header, name).nth(1).unwrap_or(header);
    }
    let said = error.to_string();
    let named = values.iter().find(|(key, _)| said.contains(&format!("`{key}`")));
    named.map_or(header, |(key, _)| line_of_key(text, header, key))
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn error(text: &str) -> String {
        let error = parse("p.ini", text).expect_err("it is refused");
        std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source())
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(": ")
    }

    #[test]
    fn a_backslash_in_a_title_is_kept() {
        let resources = parse("p.ini", "[limits_entry DOM\\bob/soft/nproc]\nvalue = 1\n").unwrap();
        assert_eq!(resources[0].title, "DOM\\bob/soft/nproc");
    }

    #[test]
    fn comments_count_as_lines_and_say_nothing() {
        let text = "; [x]\r\n[limits_entry a/soft/nproc]\n# value = 2\nvalue = 1\n#";
        assert_eq!(parse("p.ini", text).unwrap().len(), 1);
        assert!(error(&text.replace("value = 1", "value = x")).contains("p.ini:4:"));
    }

    #[test]
    fn a_line_without_an_equals_sign_is_an_error_and_not_a_part_of_the_next_key() {
        let said = error("[limits_entry a/soft/nproc]\nnonsense line\nvalue = 1\n");
        assert_eq!(said, "p.ini:2: `nonsense line` is not of the form KEY = VALUE");
    }

    #[test]
    fn an_unknown_attribute_is_named_with_its_line_and_with_those_that_exist() {
        let said = error("# c\n[limits_entry a/soft/nproc]\nvalue = 1\nvaleu = 2\n");
        assert!(said.starts_with("p.ini:4: limits_entry a/soft/nproc: limits_entry has no attribute `valeu`; it has domain, type"), "{said}");
    }

    #[test]
    fn an_unknown_kind_is_named_with_those_that_exist() {
        assert!(
            error("[limit a/soft/nproc]\n").starts_with("p.ini:1: limit a/soft/nproc: unknown kind `limit`")
        );
    }

    #[test]
    fn a_value_with_a_comment_behind_it_is_refused() {
        let said = error("[limits_entry a/soft/nproc]\nvalue = 4096 ; much\n");
        assert!(said.contains("p.ini:2:") && said.contains("`4096 ; much`"), "{said}");
    }

    #[test]
    fn a_value_that_pam_would_misread_is_refused_with_what_it_would_read() {
        assert!(error("[limits_entry a/soft/nproc]\nvalue = 5k\n").contains("pam_limits would read it as 5"));
    }

    #[test]
    fn an_attribute_that_is_given_twice_is_an_error() {
        assert!(
            error("[limits_entry a/soft/nproc]\nvalue = 1\nvalue = 2\n").contains("`value` is given twice")
        );
    }

    #[test]
    fn a_key_before_the_first_section_is_an_error() {
        assert!(error("value = 1\n").contains("p.ini:1: `value` stands before"));
    }

    #[test]
    fn a_section_without_a_title_is_an_error() {
        assert!(error("\n[limits_entry]\n").starts_with("p.ini:2: `[limits_entry]` is not of the form"));
    }
}
