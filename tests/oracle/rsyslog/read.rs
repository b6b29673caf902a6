//! What the real rsyslogd reads of a configuration: `rsyslogd -N1 -dn`.

use crate::net::Host;

/// What rsyslogd says of a configuration.
pub(crate) struct Reading {
    /// The statements of all rulesets before they are optimised, a line each.
    pub(crate) tree: Vec<String>,
    /// Whether it gave up at a syntax error.
    pub(crate) broken: bool,
    /// All that it said, for a failing test.
    pub(crate) said: String,
}

/// Lets rsyslogd read a configuration without running it.
pub(crate) fn read(host: &Host, main: &str) -> Reading {
    let output = host.bounded(&["rsyslogd", "-N1", "-dn", "-f", main]).output().unwrap();
    let debug = String::from_utf8_lossy(&output.stdout).into_owned();
    // Beside what it says, the debug output of its parser goes there.
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<_> = said.lines().filter(|line| line.starts_with("rsyslogd:")).collect();
    let said = said.join("\n");
    Reading { tree: tree(&debug), broken: said.contains("could not interpret master config file"), said }
}

/// The lines between `before optimization` and the next heading, without the time and the thread.
fn tree(debug: &str) -> Vec<String> {
    let mut tree = Vec::new();
    let (mut inside, mut skipping) = (false, 0);
    for line in debug.lines() {
        if line.contains("before optimization") {
            inside = true;
        } else if line.contains("assigned parser list") {
            inside = false;
        } else if let Some((_, name)) = line.split_once("ruleset.c: rsyslog ruleset ").filter(|_| inside) {
            tree.push(format!("ruleset {}", name.trim_end_matches(':')));
        } else if let Some((_, text)) = line.split_once(": rainerscript.c: ").filter(|_| inside) {
            // The values of variables are not compared, and what does nothing is left out.
            let text = text.split_once("on error)").map_or(text, |(_, next)| next);
            let word = text.trim_start();
            skipping += usize::from(word.starts_with("SET "));
            if skipping == 0 && word != "NOP" && !word.starts_with("UNSET ") {
                tree.push(plain(text));
            }
            skipping -= usize::from(word == "END SET");
        }
    }
    tree
}

/// A line without what depends on how many actions came before.
fn plain(text: &str) -> String {
    let indent = &text[..text.len() - text.trim_start().len()];
    let word = text.trim_start();
    if let Some(action) = word.strip_prefix("ACTION ") {
        let (_, action) = action.split_once(' ').unwrap();
        if action.starts_with("[builtin:omdiscard:") {
            return format!("{indent}STOP");
        }
        // One that holds a line end is not printed to its bracket.
        return format!("{indent}ACTION {}", action.strip_suffix(']').unwrap_or(action));
    }
    if let Some(call) = word.strip_prefix("CALL [") {
        return format!("{indent}CALL {}", call.rsplit_once(',').unwrap().0);
    }
    if word.starts_with("FOREACH ") {
        return format!("{indent}FOREACH");
    }
    if word.starts_with("Property.:") {
        return text.to_lowercase().replace("property", "Property");
    }
    if let Some(function) = word.strip_prefix("function '") {
        return format!("{indent}function '{}", function.to_lowercase());
    }
    text.trim_end().to_owned()
}
