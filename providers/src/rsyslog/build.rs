//! From statements and directives to what rsyslogd runs: rulesets, actions, inputs and settings, in its order.
//!
//! Source: `actionNewInst`, `addAction` in action.c; `rulesetProcessCnf` in runtime/ruleset.c; runtime/glbl.c.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::action::Action;
use super::fault::FaultKind;
use super::files::Kind;
use super::legacy::{Directive, Legacy};
use super::reader::Reader;
use super::token::ObjectKind;
use super::tree::{DEFAULT_RULESET, Input, Ruleset, Span, Statement};
use super::value::Parameters;

/// Settings that hold for everything.
#[derive(Clone, Debug, Default)]
pub struct Globals {
    /// Where queues have their files, with the line that says so.
    pub work_directory: Option<(Vec<u8>, Span)>,
    /// The stream driver of forwards that name none.
    pub driver: Option<Vec<u8>>,
    /// The file of the authority.
    pub ca_file: Option<Vec<u8>>,
    /// The file of the own certificate.
    pub cert_file: Option<Vec<u8>>,
    /// The file of the own key.
    pub key_file: Option<Vec<u8>>,
    /// The line that turns `last message repeated` on.
    pub repeated_message_reduction: Option<Span>,
    /// Whether an unclean configuration ends rsyslogd.
    pub abort_on_unclean: bool,
    /// The user that rsyslogd becomes.
    pub drop_to_user: Option<Vec<u8>>,
}

/// A module that is loaded.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name without path and `.so`.
    pub name: Vec<u8>,
    /// The line that loads it.
    pub span: Span,
}

/// Gathers what the grammar reads.
#[derive(Debug)]
pub struct Builder {
    /// All actions in the order of their making.
    pub actions: Vec<Action>,
    /// All rulesets; the first is the one that rsyslogd makes itself.
    pub rulesets: Vec<Ruleset>,
    /// Where messages go that name no ruleset, an index into `rulesets`.
    pub default_ruleset: usize,
    /// All inputs.
    pub inputs: Vec<Input>,
    /// All modules.
    pub modules: Vec<Module>,
    /// Settings that hold for everything.
    pub globals: Globals,
    pub(super) legacy: Legacy,
    pub(super) forward_template: Option<Vec<u8>>,
    pub(super) file_template: Option<Vec<u8>>,
    current: usize,
    /// By ruleset, where the list begins that was added last.
    tails: Vec<usize>,
    by_name: FxHashMap<Vec<u8>, usize>,
    pub(super) templates: FxHashSet<Vec<u8>>,
    /// The files of output channels, by name.
    pub(super) channels: FxHashMap<Vec<u8>, Vec<u8>>,
    module_directories: Vec<PathBuf>,
}

/// The templates that rsyslogd brings.
const TEMPLATES: [&str; 17] = [
    "RSYSLOG_DebugFormat",
    "RSYSLOG_SyslogProtocol23Format",
    "RSYSLOG_SyslogRFC5424Format",
    "RSYSLOG_FileFormat",
    "RSYSLOG_TraditionalFileFormat",
    "RSYSLOG_ForwardFormat",
    "RSYSLOG_TraditionalForwardFormat",
    "RSYSLOG_SysklogdFileFormat",
    "RSYSLOG_WallFmt",
    "RSYSLOG_omudpspoofDfltSourceTpl",
    " WallFmt",
    " StdUsrMsgFmt",
    " StdDBFmt",
    " StdPgSQLFmt",
    " StdJSONFmt",
    " FullJSONFmt",
    " StdClickHouseFmt",
];

/// The output modules that need no loading.
const BUILT_IN: [&str; 4] = ["omfile", "ompipe", "omfwd", "omusrmsg"];

impl Builder {
    /// Begins with what rsyslogd has before it reads. Modules are looked for in the directories, where one is there.
    #[must_use]
    pub fn new(module_directories: Vec<PathBuf>) -> Self {
        let name = DEFAULT_RULESET.as_bytes().to_vec();
        let default = Ruleset {
            name: name.clone(),
            span: Span { line: 1, ..Span::default() },
            statements: Vec::new(),
            queued: false,
            queue: None,
        };
        Self {
            actions: Vec::new(),
            rulesets: vec![default],
            default_ruleset: 0,
            inputs: Vec::new(),
            modules: Vec::new(),
            globals: Globals::default(),
            legacy: Legacy::default(),
            forward_template: None,
            file_template: None,
            current: 0,
            tails: vec![0],
            by_name: std::iter::once((name.to_ascii_lowercase(), 0)).collect(),
            templates: TEMPLATES.iter().map(|name| name.as_bytes().to_vec()).collect(),
            channels: FxHashMap::default(),
            module_directories,
        }
    }

    /// Adds a statement to the ruleset that is being written, or several that `&` joins.
    ///
    /// rsyslogd keeps the first of a list as the last of the ruleset: what was joined to it is lost when the next
    /// statement comes. That is so in all versions from 7.0 to 8.2610, for lists that have no filter in front.
    pub fn add(&mut self, statements: Vec<Statement>, reader: &mut Reader<'_>) {
        if statements.is_empty() {
            return;
        }
        let (Some(ruleset), Some(tail)) =
            (self.rulesets.get_mut(self.current), self.tails.get_mut(self.current))
        else {
            return;
        };
        let kept = (*tail + 1).min(ruleset.statements.len());
        for lost in ruleset.statements.drain(kept..) {
            reader.fault(lost.span, FaultKind::LostJoined);
        }
        *tail = ruleset.statements.len();
        ruleset.statements.extend(statements);
    }

    /// The ruleset of a name; case does not matter.
    #[must_use]
    pub fn ruleset_named(&self, name: &[u8]) -> Option<usize> {
        self.by_name.get(&name.to_ascii_lowercase()).copied()
    }

    fn new_ruleset(&mut self, name: &[u8], span: Span) -> usize {
        let index = self.rulesets.len();
        self.rulesets.push(Ruleset {
            name: name.to_vec(),
            span,
            statements: Vec::new(),
            queued: false,
            queue: None,
        });
        self.tails.push(0);
        self.by_name.insert(name.to_ascii_lowercase(), index);
        index
    }

    /// `$RuleSet name`: rules from here on belong to it, whether it is there already or not.
    pub fn legacy_ruleset(&mut self, text: &[u8], span: Span) {
        let name = Directive::of(text).word();
        self.current = match self.ruleset_named(name) {
            Some(index) => index,
            None => self.new_ruleset(name, span),
        };
    }

    /// `ruleset(name="…") { … }`
    pub fn ruleset(
        &mut self,
        parameters: &Parameters,
        statements: Vec<Statement>,
        span: Span,
        reader: &mut Reader<'_>,
    ) {
        if parameters.is_disabled() {
            return;
        }
        let Ok(Some(name)) = parameters.text("name") else {
            return reader.fault(span, FaultKind::MissingParameter("name"));
        };
        if self.ruleset_named(name).is_some() {
            return reader.fault(span, FaultKind::DuplicateRuleset(name.to_vec()));
        }
        let index = self.new_ruleset(name, span);
        self.rulesets[index].statements = statements;
        self.rulesets[index].queued =
            parameters.0.iter().any(|parameter| parameter.name.starts_with(b"queue."));
        if self.rulesets[index].queued {
            self.rulesets[index].queue = super::queue::of_ruleset(parameters).ok();
        }
    }

    /// A line that begins with `$`.
    pub fn directive(&mut self, text: &[u8], span: Span, reader: &mut Reader<'_>) {
        let directive = Directive::of(text);
        if self.legacy.set(directive, span) || self.set_global(directive, span, reader) {
            return;
        }
        let word = directive.word();
        match directive.name.to_ascii_lowercase().as_slice() {
            b"template" => {
                let name = directive.rest.split(|byte| *byte == b',').next().unwrap_or_default();
                self.templates.insert(name.trim_ascii_start().to_vec());
            }
            b"outchannel" => {
                let mut parts = directive.rest.splitn(3, |byte| *byte == b',');
                let name = parts.next().unwrap_or_default().trim_ascii_start().to_vec();
                let path = parts.next().unwrap_or_default().trim_ascii().to_vec();
                self.channels.insert(name, path);
            }
            b"modload" => {
                self.load(word, span, reader);
            }
            b"defaultruleset" => match self.ruleset_named(word) {
                Some(index) => self.default_ruleset = index,
                None => reader.fault(span, FaultKind::UnknownRuleset(word.to_vec())),
            },
            b"rulesetcreatemainqueue" => {
                // The switch is not looked at in any version: only whether the line is there.
                self.rulesets[self.current].queued |= self.current != 0;
            }
            _ => super::inputs::legacy(self, directive, span),
        }
    }

    fn set_global(&mut self, directive: Directive<'_>, span: Span, reader: &mut Reader<'_>) -> bool {
        let word = directive.word();
        match directive.name.to_ascii_lowercase().as_slice() {
            b"workdirectory" => self.work_directory(word, span, reader),
            b"defaultnetstreamdriver" => self.globals.driver = Some(word.to_vec()),
            b"defaultnetstreamdrivercafile" => self.globals.ca_file = Some(word.to_vec()),
            b"defaultnetstreamdrivercertfile" => self.globals.cert_file = Some(word.to_vec()),
            b"defaultnetstreamdriverkeyfile" => self.globals.key_file = Some(word.to_vec()),
            b"privdroptouser" => self.globals.drop_to_user = Some(word.to_vec()),
            b"abortonuncleanconfig" => {
                self.globals.abort_on_unclean = directive.switch().unwrap_or(self.globals.abort_on_unclean);
            }
            b"repeatedmsgreduction" => match directive.switch() {
                Some(true) => self.globals.repeated_message_reduction = Some(span),
                Some(false) => self.globals.repeated_message_reduction = None,
                None => {}
            },
            _ => return false,
        }
        true
    }

    fn work_directory(&mut self, path: &[u8], span: Span, reader: &mut Reader<'_>) {
        use std::os::unix::ffi::OsStrExt;
        let trimmed = path.iter().rposition(|byte| *byte != b'/').map_or(path, |last| &path[..=last]);
        let place = Path::new(std::ffi::OsStr::from_bytes(trimmed));
        if trimmed.is_empty() || reader.files().kind(place) != Kind::Directory {
            return reader.fault(span, FaultKind::NoWorkDirectory(trimmed.to_vec()));
        }
        self.globals.work_directory = Some((trimmed.to_vec(), span));
    }

    /// A declaration.
    pub fn object(&mut self, kind: ObjectKind, parameters: &Parameters, span: Span, reader: &mut Reader<'_>) {
        if parameters.is_disabled() {
            return;
        }
        match kind {
            ObjectKind::Template => {
                if let Ok(Some(name)) = parameters.text("name") {
                    self.templates.insert(name.to_vec());
                }
            }
            ObjectKind::Global => self.global_object(parameters, span, reader),
            ObjectKind::Module => self.module_object(parameters, span, reader),
            ObjectKind::Input => super::inputs::object(self, parameters, span, reader),
            _ => {}
        }
    }

    fn global_object(&mut self, parameters: &Parameters, span: Span, reader: &mut Reader<'_>) {
        let text = |name| parameters.text(name).ok().flatten().map(<[u8]>::to_vec);
        if let Some(path) = text("workdirectory") {
            self.work_directory(&path, span, reader);
        }
        let globals = &mut self.globals;
        for (target, name) in [
            (&mut globals.driver, "defaultnetstreamdriver"),
            (&mut globals.ca_file, "defaultnetstreamdrivercafile"),
            (&mut globals.cert_file, "defaultnetstreamdrivercertfile"),
            (&mut globals.key_file, "defaultnetstreamdriverkeyfile"),
            (&mut globals.drop_to_user, "privdrop.user.name"),
        ] {
            if let Some(value) = text(name) {
                *target = Some(value);
            }
        }
        if let Ok(Some(abort)) = parameters.switch("abortonuncleanconfig") {
            globals.abort_on_unclean = abort;
        }
    }

    fn module_object(&mut self, parameters: &Parameters, span: Span, reader: &mut Reader<'_>) {
        let Ok(Some(name)) = parameters.text("load") else {
            return reader.fault(span, FaultKind::MissingParameter("load"));
        };
        let template = parameters.word("template").ok().flatten().map(<[u8]>::to_vec);
        match name {
            b"builtin:omfwd" => self.forward_template = template,
            b"builtin:omfile" => self.file_template = template,
            name => {
                if self.load(name, span, reader) {
                    super::inputs::module(self, parameters, span);
                }
            }
        }
    }

    /// Loads a module; whether it is there.
    fn load(&mut self, path: &[u8], span: Span, reader: &mut Reader<'_>) -> bool {
        use std::os::unix::ffi::OsStrExt;
        let path = if path == b"MySQL" { b"ommysql" } else { path.strip_suffix(b".so").unwrap_or(path) };
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec();
        let mut file = name.clone();
        file.extend_from_slice(b".so");
        let file = std::ffi::OsStr::from_bytes(&file);
        let exists = |directory: &PathBuf| reader.files().kind(&directory.join(file)) != Kind::Missing;
        if !self.module_directories.is_empty() && !self.module_directories.iter().any(exists) {
            reader.fault(span, FaultKind::MissingModule(name));
            return false;
        }
        super::inputs::loaded(self, &name, span);
        self.modules.push(Module { name, span });
        true
    }

    /// Whether a module can be used at this point.
    #[must_use]
    pub fn is_loaded(&self, name: &[u8]) -> bool {
        BUILT_IN.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
            || self.modules.iter().any(|module| module.name.eq_ignore_ascii_case(name))
    }

    /// What was loaded, for actions that need it.
    #[must_use]
    pub fn file_default_template(&self) -> Vec<u8> {
        let own = self.file_template.clone().or_else(|| self.legacy.file_template.clone());
        own.unwrap_or_else(|| b"RSYSLOG_TraditionalFileFormat".to_vec())
    }
}
