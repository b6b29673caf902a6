//! How rsyslog's files are put before a person: passwords of databases and web services are masked.

use crate::edit::{Labels, show_lines};
use crate::shown::Shown;

/// Parameters whose values are secrets, in lower case.
const SECRETS: [&str; 9] =
    ["pwd", "pass", "password", "db_pass", "apikey", "token", "sharedkey", "pkcs12password", "securitytoken"];

/// Actions of the older language that hold a password.
const ACTIONS: [&str; 4] = [":ommysql:", ":ompgsql:", ":omlibdbi:", ">"];

/// The text of a file, secrets numbered.
#[must_use]
pub fn show(bytes: &[u8], labels: &mut Labels) -> String {
    show_lines(bytes, |line| Shown::bytes(&mask(line, labels)))
}

/// A line with its secrets masked.
#[must_use]
pub fn mask(line: &[u8], labels: &mut Labels) -> Vec<u8> {
    let lower = line.to_ascii_lowercase();
    let legacy = ACTIONS.iter().find_map(|action| {
        let at = standfast_facts::search::find(&lower, action.as_bytes())?;
        // `>` alone is a comparison in an expression.
        let is_action =
            action.len() > 1 || lower[..at].trim_ascii_end().last().is_none_or(|byte| *byte == b'*');
        is_action.then_some(at + action.len())
    });
    if let Some(at) = legacy {
        let number = labels.of(&line[at..]);
        return [&line[..at], format!("<secret {number}>").as_bytes()].concat();
    }
    let mut masked = Vec::with_capacity(line.len());
    let mut from = 0;
    while let Some((start, end)) = secret(line, &lower, from) {
        masked.extend_from_slice(&line[from..start]);
        masked.extend_from_slice(format!("<secret {}>", labels.of(&line[start..end])).as_bytes());
        from = end;
    }
    masked.extend_from_slice(&line[from..]);
    masked
}

/// The next value in quotes of a parameter that is a secret.
fn secret(line: &[u8], lower: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let equals = at + standfast_facts::search::memchr(b'=', lower.get(at..)?)?;
        let name = lower[..equals].trim_ascii_end();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        let begin = name.iter().rposition(|byte| !is_part(byte)).map_or(0, |at| at + 1);
        let name = &name[begin..];
        let blanks = line[equals + 1..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let quote = equals + 1 + blanks;
        if SECRETS.iter().any(|secret| name.ends_with(secret.as_bytes())) && line.get(quote) == Some(&b'"') {
            let length =
                standfast_facts::search::memchr(b'"', &line[quote + 1..]).unwrap_or(line.len() - quote - 1);
            return Some((quote + 1, quote + 1 + length));
        }
        at = equals + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::mask;
    use crate::edit::Labels;

    #[test]
    fn passwords_of_either_language_are_masked() {
        let shown = |line: &str| String::from_utf8(mask(line.as_bytes(), &mut Labels::default())).unwrap();
        assert_eq!(
            shown("action(type=\"ommysql\" uid=\"log\" Pwd = \"s3cr3t\" db=\"d\")"),
            "action(type=\"ommysql\" uid=\"log\" Pwd = \"<secret 1>\" db=\"d\")"
        );
        assert_eq!(shown("*.* :ommysql:db,log,s3cr3t"), "*.* :ommysql:<secret 1>");
        assert_eq!(shown("*.* >db,log,s3cr3t"), "*.* ><secret 1>");
        assert_eq!(shown("if $syslogseverity > 4 then stop"), "if $syslogseverity > 4 then stop");
        assert_eq!(shown("action(usePwd=\"s3cr3t"), "action(usePwd=\"<secret 1>");
        assert_eq!(shown("*.* @@central:514"), "*.* @@central:514");
    }
}
