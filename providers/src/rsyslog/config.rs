//! `Config`, a configuration as rsyslogd reads it: all files, and what they come to.

use std::path::{Path, PathBuf};

use super::action::{Action, ActionState, Sink};
use super::build::{Builder, Globals, Module};
use super::eval::Known;
use super::fault::{Fault, FaultKind};
use super::files::Files;
use super::parse::Parser;
use super::pmask::Pmask;
use super::reader::{Reader, SourceFile};
use super::semantics::{Flow, Start};
use super::tree::{Input, Ruleset, Span};
use crate::provider::Place;

/// The file that rsyslogd reads when it is told of no other.
pub const RSYSLOG_CONF: &str = "/etc/rsyslog.conf";

/// Where modules are, by distribution.
pub(super) const MODULE_DIRECTORIES: [&str; 8] = [
    "/usr/lib/x86_64-linux-gnu/rsyslog",
    "/lib/x86_64-linux-gnu/rsyslog",
    "/usr/lib/aarch64-linux-gnu/rsyslog",
    "/lib/aarch64-linux-gnu/rsyslog",
    "/usr/lib64/rsyslog",
    "/lib64/rsyslog",
    "/usr/lib/rsyslog",
    "/usr/local/lib/rsyslog",
];

/// The directories of modules that are there.
#[must_use]
pub fn module_directories(files: &Files<'_>) -> Vec<PathBuf> {
    MODULE_DIRECTORIES.iter().map(PathBuf::from).filter(|path| files.has_names(path)).collect()
}

/// A configuration as rsyslogd reads it.
#[derive(Debug)]
pub struct Config {
    /// All files in the order of their reading; the main one is the first.
    pub files: Vec<SourceFile>,
    /// What they come to.
    pub built: Builder,
    /// What is wrong, in the order of reading.
    pub faults: Vec<Fault>,
    /// Whether everything was read, as against an end at an error or a missing file.
    pub is_complete: bool,
}

impl Config {
    /// Reads the main file and all that it includes.
    #[must_use]
    pub fn read(files: Files<'_>, main: &Path) -> Self {
        let directories = module_directories(&files);
        let reader = Reader::new(files, main, Path::new("/"));
        let mut parser = Parser::new(reader, Builder::new(directories));
        parser.configuration();
        let is_complete = parser.reader.is_complete();
        let (reader, built) = (parser.reader, parser.builder);
        let mut config = Self { files: reader.sources, built, faults: reader.faults, is_complete };
        for index in 0..config.files.len() {
            config.note_swallowed(index);
        }
        config.note_unknown_rulesets();
        config
    }

    /// All actions in the order of their making.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.built.actions
    }

    /// All rulesets; the first is the one that rsyslogd makes itself.
    #[must_use]
    pub fn rulesets(&self) -> &[Ruleset] {
        &self.built.rulesets
    }

    /// All inputs.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.built.inputs
    }

    /// All modules that are loaded.
    #[must_use]
    pub fn modules(&self) -> &[Module] {
        &self.built.modules
    }

    /// Settings that hold for everything.
    #[must_use]
    pub fn globals(&self) -> &Globals {
        &self.built.globals
    }

    /// File and line of a stretch.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        let file = self.files.get(span.file as usize);
        Place { file: file.map(|file| file.path.clone()).unwrap_or_default(), line: span.line }
    }

    /// The bytes of a stretch.
    #[must_use]
    pub fn text(&self, span: Span) -> &[u8] {
        let file = self.files.get(span.file as usize);
        file.and_then(|file| file.bytes.get(span.start as usize..span.end as usize)).unwrap_or_default()
    }

    /// Where the messages of this host's programs and kernel start; those of rsyslogd itself start at the default
    /// ruleset.
    #[must_use]
    pub fn local_starts(&self) -> Vec<Start> {
        let is_kernel = |input: &&Input| matches!(input.module.as_slice(), b"imklog" | b"imkmsg");
        let has_kernel = self.inputs().iter().any(|input| is_kernel(&input));
        let kernel = Pmask::facility(0);
        let mut starts = Vec::new();
        for input in self.inputs() {
            let mask = match input.module.as_slice() {
                b"imuxsock" | b"imjournal" if has_kernel => !kernel,
                b"imuxsock" | b"imjournal" => Pmask::ALL,
                b"imklog" | b"imkmsg" => kernel,
                _ => continue,
            };
            starts.push((self.ruleset_of(input), mask));
        }
        if starts.is_empty() {
            starts.push((self.built.default_ruleset, Pmask::ALL));
        }
        starts
    }

    /// The ruleset that an input feeds; one that is not there is the default one.
    #[must_use]
    pub fn ruleset_of(&self, input: &Input) -> usize {
        let named = input.ruleset.as_ref().and_then(|name| self.built.ruleset_named(name));
        named.unwrap_or(self.built.default_ruleset)
    }

    /// Where the messages of this host go.
    #[must_use]
    pub fn local_flow(&self, known: &Known) -> Flow {
        self.flow_from(&self.local_starts(), known)
    }

    /// Where messages go from where they start.
    #[must_use]
    pub fn flow_from(&self, starts: &[Start], known: &Known) -> Flow {
        Flow::of(&self.built, starts, known)
    }

    /// What of this host's messages is written to files here for sure.
    #[must_use]
    pub fn kept_locally(&self, flow: &Flow) -> Pmask {
        let mut kept = Pmask::NONE;
        for (id, action) in self.actions().iter().enumerate() {
            let is_file = matches!(action.sink, Sink::File(_)) && action.state == ActionState::Active;
            if is_file && !action.only_when_previous_suspended && !action.skips {
                kept |= flow.hit(id).map_or(Pmask::NONE, |hit| hit.sure);
            }
        }
        kept
    }

    fn note_swallowed(&mut self, index: usize) {
        let Some(source) = self.files.get(index) else { return };
        let file = u32::try_from(index).unwrap_or(u32::MAX);
        for line in source.logical.swallowing_comments() {
            let span = Span { file, line: *line, ..Span::default() };
            self.faults.push(Fault { span, kind: FaultKind::SwallowedLine });
        }
    }

    /// Calls are bound when everything is read: a ruleset may be defined behind its call.
    fn note_unknown_rulesets(&mut self) {
        let mut unknown = Vec::new();
        for ruleset in &self.built.rulesets {
            collect_unknown(&self.built, &ruleset.statements, &mut unknown);
        }
        for input in &self.built.inputs {
            if let Some(name) = &input.ruleset
                && self.built.ruleset_named(name).is_none()
            {
                unknown.push((input.span, name.clone()));
            }
        }
        for (span, name) in unknown {
            self.faults.push(Fault { span, kind: FaultKind::UnknownRuleset(name) });
        }
    }
}

fn collect_unknown(
    built: &Builder,
    statements: &[super::tree::Statement],
    unknown: &mut Vec<(Span, Vec<u8>)>,
) {
    use super::tree::StatementKind;
    for statement in statements {
        match &statement.kind {
            StatementKind::Call(name) if built.ruleset_named(name).is_none() => {
                unknown.push((statement.span, name.clone()));
            }
            StatementKind::Branch { then, otherwise, .. } => {
                collect_unknown(built, then, unknown);
                collect_unknown(built, otherwise, unknown);
            }
            StatementKind::Foreach { body, .. } => collect_unknown(built, body, unknown),
            _ => {}
        }
    }
}
