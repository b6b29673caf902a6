//! The lines that standfast added: how they are marked, found and written.
//!
//! ntpd takes a comment behind a line; chronyd does not, so there the mark is a line of its own above.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::chrony;
use super::directive::Statement;
use super::files::{Closure, ConfigFile};
use super::reading::Said;
use crate::document::{Change, Document};

/// What marks a line, or stands above it.
pub const MARK: &str = "# standfast";

/// The lines of ours in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OurLine {
    /// The file.
    pub file: PathBuf,
    /// The line's chunk.
    pub chunk: usize,
    /// The chunk of the mark, where it is another.
    pub mark: Option<usize>,
    /// Its number, counted from 1.
    pub line: u32,
    /// The line without its mark.
    pub text: Vec<u8>,
}

impl OurLine {
    /// The chunks that are ours.
    fn chunks(&self) -> impl Iterator<Item = usize> {
        self.mark.into_iter().chain([self.chunk])
    }
}

/// All lines of ours in the files of a configuration.
#[must_use]
pub fn ours(said: &Said) -> Vec<OurLine> {
    match said {
        Said::Ntpd(closure, _) => in_files(closure, |document, chunk| {
            document.chunks()[chunk].entry.as_ref().filter(|_| document.is_whole_line(chunk))?;
            Some((unmarked(document.text(chunk))?.to_vec(), None))
        }),
        Said::Chrony(closure, _) => in_files(closure, |document, chunk| {
            document.chunks()[chunk].entry.as_ref()?;
            let above = chunk.checked_sub(1)?;
            let is_marked = document.text(above).trim_ascii() == MARK.as_bytes();
            is_marked.then(|| (document.text(chunk).trim_ascii().to_vec(), Some(above)))
        }),
        Said::Openntpd(_) | Said::Nothing => Vec::new(),
    }
}

/// The text of a line before its mark; `None` where it has none.
fn unmarked(text: &[u8]) -> Option<&[u8]> {
    Some(text.trim_ascii().strip_suffix(MARK.as_bytes())?.trim_ascii_end())
}

/// What a chunk of ours says, and the chunk of its mark; `None` for the administrator's.
type Find<E> = fn(&Document<E>, usize) -> Option<(Vec<u8>, Option<usize>)>;

fn in_files<E>(closure: &Closure<E>, find: Find<E>) -> Vec<OurLine> {
    let in_file = |file: &ConfigFile<E>| {
        let document = file.document.as_ref()?;
        let lines = document.chunks().iter().enumerate().filter_map(|(index, chunk)| {
            let (text, mark) = find(document, index)?;
            Some(OurLine { file: file.path.clone(), chunk: index, mark, line: chunk.line, text })
        });
        Some(lines.collect::<Vec<_>>())
    };
    closure.files.iter().filter_map(in_file).flatten().collect()
}

/// What becomes of lines of ours that are there and are wanted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// They stay where they are.
    Missing,
    /// They are written anew behind all others.
    All,
}

/// The changes for which a file holds these lines of ours and no others; nothing else is touched.
#[must_use]
pub fn changes(
    said: &Said,
    path: &Path,
    own: &[OurLine],
    lines: &[Vec<u8>],
    rewrite: Rewrite,
) -> Vec<Change> {
    let own = own.iter().filter(|line| line.file == path);
    let wanted: FxHashSet<&Vec<u8>> = lines.iter().collect();
    let (kept, gone): (Vec<&OurLine>, Vec<&OurLine>) =
        own.partition(|line| rewrite == Rewrite::Missing && wanted.contains(&line.text));
    let kept: FxHashSet<&Vec<u8>> = kept.into_iter().map(|line| &line.text).collect();
    let missing = lines.iter().filter(|line| !kept.contains(line));
    let texts: Vec<Vec<u8>> = missing.flat_map(|line| written(said, line)).collect();
    let gone: Vec<usize> = gone.into_iter().flat_map(OurLine::chunks).collect();
    match said {
        Said::Ntpd(closure, _) => in_document(closure, path, &gone, texts, Statement::ends_input),
        Said::Chrony(closure, _) => in_document(closure, path, &gone, texts, never),
        Said::Openntpd(_) | Said::Nothing => Vec::new(),
    }
}

/// A line of ours with its mark.
fn written(said: &Said, line: &[u8]) -> Vec<Vec<u8>> {
    match said {
        Said::Chrony(..) => vec![MARK.as_bytes().to_vec(), line.to_vec()],
        Said::Ntpd(..) | Said::Openntpd(_) | Said::Nothing => vec![[line, b" ", MARK.as_bytes()].concat()],
    }
}

fn in_document<E>(
    closure: &Closure<E>,
    path: &Path,
    gone: &[usize],
    texts: Vec<Vec<u8>>,
    ends: fn(&E) -> bool,
) -> Vec<Change> {
    let mut changes: Vec<Change> = gone.iter().map(|chunk| Change::Remove { chunk: *chunk }).collect();
    let append = |text| Change::Append { text };
    let Some(document) = closure.file(path).and_then(|file| file.document.as_ref()) else {
        changes.extend(texts.into_iter().map(append));
        return changes;
    };
    let end = document.chunks().iter().position(|chunk| chunk.entry.as_ref().is_some_and(ends));
    if let Some(end) = end {
        // Of a line that is read in pieces, before the first.
        let line = document.chunks()[end].line;
        let chunk = document.chunks().partition_point(|chunk| chunk.line < line);
        changes.extend(texts.into_iter().map(|text| Change::Insert { chunk, text }));
        return changes;
    }
    match document.chunks().len().checked_sub(1) {
        Some(last) if !document.bytes().ends_with(b"\n") => {
            changes.extend(at_open_end(document, last, gone, texts));
        }
        _ => changes.extend(texts.into_iter().map(append)),
    }
    changes
}

/// A last line without a line end gets one only while ours follow it, and then ours is the one without: so it is
/// known when ours are taken away again.
fn at_open_end<E>(document: &Document<E>, last: usize, gone: &[usize], texts: Vec<Vec<u8>>) -> Vec<Change> {
    let is_gone = gone.contains(&last);
    if texts.is_empty() && !is_gone {
        return Vec::new();
    }
    // The line that ours follow: the last of those that stay.
    let gone: FxHashSet<usize> = gone.iter().copied().collect();
    let before = (0..=last).rev().find(|chunk| !gone.contains(chunk));
    let lines = before.map(|chunk| document.text(chunk).to_vec()).into_iter().chain(texts);
    let text = lines.collect::<Vec<_>>().join(&b"\n"[..]);
    if before.is_none() && text.is_empty() {
        return Vec::new();
    }
    let moved = before.filter(|before| *before != last).map(|chunk| Change::Remove { chunk });
    moved.into_iter().chain([Change::Replace { chunk: last, text }]).collect()
}

fn never(_: &chrony::syntax::Directive) -> bool {
    false
}
