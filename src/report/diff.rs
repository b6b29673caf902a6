//! Changes of files as unified diffs, made of shown text only.

use std::io::{self, Write};

use similar::TextDiff;
use standfast_providers::edit::FileEdit;
use standfast_providers::shown::Shown;

use super::style::Style;

/// Writes one diff per file that changes.
///
/// # Errors
/// When the output cannot be written.
pub fn write(edits: &[FileEdit], style: Style, out: &mut impl Write) -> io::Result<()> {
    for edit in edits {
        let (before, after) = (shown(edit.before.as_deref()), shown(edit.after.as_deref()));
        let path = Shown::text(&edit.path.to_string_lossy());
        let name =
            |bytes: &Option<Vec<u8>>| if bytes.is_some() { path.to_string() } else { "/dev/null".to_owned() };
        let diff = TextDiff::from_lines(before.as_str(), after.as_str());
        let unified = diff.unified_diff().header(&name(&edit.before), &name(&edit.after)).to_string();
        for line in unified.lines() {
            let line = match line.as_bytes().first() {
                Some(b'+') => style.good(line),
                Some(b'-') => style.bad(line),
                _ => line.to_owned(),
            };
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn shown(bytes: Option<&[u8]>) -> String {
    let mut text = String::new();
    for line in bytes.unwrap_or_default().split_inclusive(|byte| *byte == b'\n') {
        text.push_str(Shown::bytes(line.strip_suffix(b"\n").unwrap_or(line)).as_str());
        if line.ends_with(b"\n") {
            text.push('\n');
        }
    }
    text
}
