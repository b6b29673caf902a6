//! Changes of files as unified diffs, made of shown text only.

use std::io::{self, Write};

use similar::TextDiff;
use standfast_providers::edit::{FileEdit, Labels};
use standfast_providers::shown::Shown;

use super::style::Style;

/// Writes one diff per file that changes.
///
/// # Errors
/// When the output cannot be written.
pub fn write(edits: &[FileEdit], style: Style, out: &mut impl Write) -> io::Result<()> {
    // One numbering for all files: a secret that is in two of them has one number.
    let mut labels = Labels::default();
    for edit in edits {
        for line in unified(edit, &mut labels).lines() {
            let line = match line.as_bytes().first() {
                Some(b'+') => style.good(line),
                Some(b'-') => style.bad(line),
                _ => line.to_owned(),
            };
            writeln!(out, "{line}")?;
        }
        if let (Some(permissions), Some(_)) = (edit.permissions, &edit.before) {
            let owner = |id: Option<u32>| id.map_or_else(|| "-".to_owned(), |id| id.to_string());
            let (uid, gid) = (owner(permissions.uid), owner(permissions.gid));
            let path = Shown::text(&edit.path.to_string_lossy());
            writeln!(out, "{path}: mode {:04o}, owner {uid}:{gid}", permissions.mode)?;
        }
    }
    Ok(())
}

/// The change of one file as a unified diff, secrets masked.
#[must_use]
pub fn unified(edit: &FileEdit, labels: &mut Labels) -> String {
    let mut shown = |bytes: &Option<Vec<u8>>| (edit.show)(bytes.as_deref().unwrap_or_default(), labels);
    let (before, after) = (shown(&edit.before), shown(&edit.after));
    let path = Shown::text(&edit.path.to_string_lossy());
    let name =
        |bytes: &Option<Vec<u8>>| if bytes.is_some() { path.to_string() } else { "/dev/null".to_owned() };
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    diff.unified_diff().header(&name(&edit.before), &name(&edit.after)).to_string()
}
