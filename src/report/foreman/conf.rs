//! `/etc/standfast/standfast.conf`: lines `key = value` in a section `[report]`, each known by its line.
//!
//! What stands above the section, or in `[standfast]`, is the Puppet module's: where it finds the program, and how long
//! that may take.

use similar::get_close_matches;
use standfast_providers::shown::Shown;

use super::settings::SettingsError;

/// The section of reports.
const SECTION: &str = "report";

/// The section of the rest, whose settings may stand above all sections too.
const OTHER: &str = "standfast";

/// The settings of that.
const OF_OTHER: [&str; 2] = ["binary", "timeout"];

/// The settings of a file, each with its line, counted from 1.
///
/// # Errors
/// [`SettingsError`] names file and line: what is misspelt would else be as if it did not stand there.
pub fn parse<'t>(
    name: &str,
    text: &'t str,
    known: &[&'static str],
) -> Result<Vec<(&'static str, &'t str, usize)>, SettingsError> {
    let fail = |line: usize, message: String| SettingsError::Line { name: name.to_owned(), line, message };
    let mut settings: Vec<(&'static str, &str, usize)> = Vec::new();
    let mut is_in_section = false;
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            is_in_section = match section.strip_suffix(']').map(str::trim) {
                Some(SECTION) => true,
                Some(OTHER) => false,
                _ => {
                    let said = Shown::text(line);
                    return Err(fail(
                        number,
                        format!("`{said}` is no section of this file; it has [{SECTION}]"),
                    ));
                }
            };
            continue;
        }
        let (key, value) = line
            .split_once('=')
            .map(|(key, value)| (key.trim(), value.trim()))
            .ok_or_else(|| fail(number, format!("`{}` is not of the form KEY = VALUE", Shown::text(line))))?;
        if !is_in_section && OF_OTHER.contains(&key) {
            continue;
        }
        if !is_in_section {
            return Err(fail(number, format!("`{}` stands before [{SECTION}]", Shown::text(key))));
        }
        let key = known.iter().find(|one| **one == key).ok_or_else(|| fail(number, unknown(key, known)))?;
        if settings.iter().any(|(other, ..)| other == key) {
            return Err(fail(number, format!("`{key}` is given twice")));
        }
        settings.push((key, value, number));
    }
    Ok(settings)
}

/// That there is no such key, and which was perhaps meant. Its value is not told: it could be a password.
fn unknown(key: &str, known: &[&'static str]) -> String {
    if matches!(key, "password" | "token" | "personal_access_token") {
        return format!(
            "`{key}` must not stand here: write it into a file of root's with mode 0600, and name that as password_file"
        );
    }
    let hint = match get_close_matches(key, known, 1, 0.6).first() {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    format!("unknown setting `{}`: {hint}", Shown::text(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["url", "user", "password_file"];

    fn error(text: &str) -> String {
        parse("s.conf", text, &KNOWN).unwrap_err().to_string()
    }

    #[test]
    fn settings_are_known_by_their_lines() {
        let text = "# c\n\n[report]\r\n url=https://f.example/?a=b \n; user = x\nuser = \n";
        let is = parse("s.conf", text, &KNOWN).unwrap();
        assert_eq!(is, [("url", "https://f.example/?a=b", 4), ("user", "", 6)]);
        assert_eq!(parse("s.conf", "", &KNOWN).unwrap(), []);
    }

    #[test]
    fn what_the_puppet_module_writes_outside_of_the_section_is_not_of_reports() {
        let text = "# By Puppet\nbinary = /opt/standfast\ntimeout = 60\n\n[report]\nurl = x\n[standfast]\ntimeout = 5\n";
        assert_eq!(parse("s.conf", text, &KNOWN).unwrap(), [("url", "x", 6)]);
        assert_eq!(parse("s.conf", "timeout = 60\n", &KNOWN).unwrap(), []);
    }

    #[test]
    fn what_is_not_known_is_refused_with_file_and_line_and_what_was_perhaps_meant() {
        for (text, words) in [
            ("[report]\n\nurll = x\n", "s.conf:3: unknown setting `urll`: did you mean `url`?"),
            (
                "[report]\npasword_file = x\n",
                "s.conf:2: unknown setting `pasword_file`: did you mean `password_file`?",
            ),
            ("[report]\nzzz = x\n", "s.conf:2: unknown setting `zzz`: there are url, user, password_file"),
            ("[reports]\n", "s.conf:1: `[reports]` is no section of this file; it has [report]"),
            ("[report\n", "s.conf:1: `[report` is no section"),
            ("url = x\n", "s.conf:1: `url` stands before [report]"),
            ("[report]\nurl\n", "s.conf:2: `url` is not of the form KEY = VALUE"),
            ("[report]\nurl=a\nurl=b\n", "s.conf:3: `url` is given twice"),
        ] {
            assert!(error(text).starts_with(words), "{}", error(text));
        }
    }

    #[test]
    fn a_password_does_not_belong_here_and_is_not_told() {
        for key in ["password", "token"] {
            let said = error(&format!("[report]\n{key} = s3cr3t\n"));
            assert!(said.contains("password_file") && !said.contains("s3cr3t"), "{said}");
        }
    }
}
