//! Where the lines of a forward go, and what stands there then.

use std::path::{Path, PathBuf};

use super::desired::RsyslogForward;
use super::render::end_mark;
use super::state::{Ours, RSYSLOG_D, Rsyslog};
use super::syntax::{Piece, RsyslogSyntax};
use crate::document::{Change, Document};
use crate::provider::Edit;

/// What would be written for a forward.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The file that has the forward then.
    pub file: PathBuf,
    /// The changes of all files.
    pub edits: Vec<Edit>,
}

impl Rsyslog<'_> {
    /// The files that could have the forward, the best first.
    #[must_use]
    pub fn candidates(&self, desired: &RsyslogForward) -> Vec<PathBuf> {
        if let Some(file) = &desired.target_file {
            return vec![PathBuf::from(&file.0)];
        }
        let name = format!("00-standfast-{}.conf", desired.name.0);
        let mut candidates = Vec::new();
        let mut push = |directory: &Path| {
            let path = directory.join(&name);
            if !candidates.contains(&path) {
                candidates.push(path);
            }
        };
        push(Path::new(RSYSLOG_D));
        for file in self.reading.config.files.iter().skip(1).filter(|file| file.text_of.is_none()) {
            if let Some(directory) =
                file.path.parent().filter(|directory| Some(*directory) != self.main.parent())
            {
                push(directory);
            }
        }
        candidates.push(self.main.clone());
        candidates
    }

    /// The changes that make one file have these lines, and no other anything of this name.
    #[must_use]
    pub fn proposal(&self, desired: &RsyslogForward, file: &Path, lines: &[String]) -> Proposal {
        let name = &desired.name.0;
        let mut edits = Vec::new();
        let mut here = None;
        for ours in self.ours(name) {
            if ours.path == file {
                here = Some(ours);
            } else {
                edits.extend(self.removal(&ours));
            }
        }
        let whole = self.file(file).is_none() || here.as_ref().is_some_and(|ours| ours.is_whole);
        let mut text: Vec<String> =
            lines.iter().flat_map(|line| line.split('\n')).map(str::to_owned).collect();
        if !whole {
            text.push(end_mark(name));
        }
        if !self.has(file, here.as_ref(), &text) {
            edits.extend(self.writing(file, here.as_ref(), whole, &text));
        }
        Proposal { file: file.to_path_buf(), edits }
    }

    /// Whether the lines stand there already.
    fn has(&self, file: &Path, here: Option<&Ours>, text: &[String]) -> bool {
        let Some((ours, bytes)) = here.zip(self.file(file)) else { return false };
        let mut should = text.join("\n");
        should.push('\n');
        bytes.get(ours.range.clone()) == Some(should.as_bytes())
    }

    fn writing(&self, file: &Path, here: Option<&Ours>, whole: bool, text: &[String]) -> Vec<Edit> {
        let edit = |change| Edit { file: file.to_path_buf(), change };
        let bytes = self.file(file).unwrap_or_default();
        let document = Document::parse(&RsyslogSyntax, bytes.to_vec());
        let mut edits: Vec<Edit> = here.into_iter().flat_map(|ours| self.removal(ours)).collect();
        let at = match here {
            _ if whole => None,
            Some(ours) => first_behind(&document, ours.range.start),
            None => first_rule(&document),
        };
        edits.extend(text.iter().map(|line| {
            let text = line.clone().into_bytes();
            edit(match at {
                Some(chunk) => Change::Insert { chunk, text },
                None => Change::Append { text },
            })
        }));
        edits
    }

    /// The changes that take away what is ours.
    #[must_use]
    pub fn removal(&self, ours: &Ours) -> Vec<Edit> {
        let Some(bytes) = self.file(&ours.path) else { return Vec::new() };
        let document = Document::parse(&RsyslogSyntax, bytes.to_vec());
        let mut start = 0;
        let mut edits = Vec::new();
        for (index, chunk) in document.chunks().iter().enumerate() {
            if start >= ours.range.start && start < ours.range.end {
                edits.push(Edit { file: ours.path.clone(), change: Change::Remove { chunk: index } });
            }
            start = chunk.end;
        }
        edits
    }

    /// The contents of all files that edits change; `None` for one that goes.
    #[must_use]
    pub fn contents(&self, edits: &[Edit]) -> Vec<(PathBuf, Option<Vec<u8>>)> {
        let mut paths: Vec<&PathBuf> = edits.iter().map(|edit| &edit.file).collect();
        paths.sort_unstable();
        paths.dedup();
        let content = |path: &PathBuf| {
            let changes: Vec<Change> =
                edits.iter().filter(|edit| edit.file == *path).map(|edit| edit.change.clone()).collect();
            let after = self.changed(path, &changes);
            let gone = after.is_empty() && self.is_our_file(path);
            (path.clone(), (!gone).then_some(after))
        };
        paths.into_iter().map(content).collect()
    }

    /// A file after changes.
    #[must_use]
    pub fn changed(&self, path: &Path, changes: &[Change]) -> Vec<u8> {
        match self.file(path) {
            Some(bytes) => Document::parse(&RsyslogSyntax, bytes.to_vec()).with(changes),
            None => crate::compose::new_file(changes),
        }
    }

    /// Whether a file is one that we make and may remove.
    #[must_use]
    pub fn is_our_file(&self, path: &Path) -> bool {
        let name = path.file_name().map(std::ffi::OsStr::as_encoded_bytes).unwrap_or_default();
        standfast_facts::search::find(name, b"standfast-").is_some()
            || self.file(path).is_none_or(|bytes| bytes.starts_with(b"# standfast: rsyslog_forward "))
    }
}

/// The chunk that begins at or behind an offset.
fn first_behind(document: &Document<Piece>, offset: usize) -> Option<usize> {
    let mut start = 0;
    for (index, chunk) in document.chunks().iter().enumerate() {
        if start >= offset {
            return Some(index);
        }
        start = chunk.end;
    }
    None
}

/// The first chunk that takes messages or brings other files: what stands before it comes first.
fn first_rule(document: &Document<Piece>) -> Option<usize> {
    let begins = |text: &[u8], word: &str| {
        text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    document.chunks().iter().enumerate().position(|(index, chunk)| {
        let text = document.text(index).trim_ascii_start();
        match chunk.entry {
            Some(Piece::Filter | Piece::Statement | Piece::Unknown) => true,
            // That of a template: a ruleset is found by its own name.
            Some(Piece::Brace) => false,
            Some(Piece::Directive) => ["$includeconfig", "$ruleset"].iter().any(|word| begins(text, word)),
            Some(Piece::Object) => ["include", "action", "ruleset"].iter().any(|word| begins(text, word)),
            None => false,
        }
    })
}
