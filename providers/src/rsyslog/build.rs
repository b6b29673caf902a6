//! From statements and directives to what rsyslogd runs: rulesets, actions, inputs and settings, in its order.
//!
//! Source: `actionNewInst`, `addAction` in action.c; `rulesetProcessCnf` in runtime/ruleset.c; runtime/glbl.c.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::action::{Action, ActionState, Form, Queue, Refusal, Retry, Sink};
use super::fault::FaultKind;
use super::files::Kind;
use super::forward;
use super::legacy::{Directive, Legacy};
use super::legacy_action::{self, Line, What};
use super::reader::Reader;
use super::token::ObjectKind;
use super::tree::{DEFAULT_RULESET, Input, Ruleset, Span, Statement, StatementKind};
use super::value::{BadParameter, Parameters};

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
    by_name: FxHashMap<Vec<u8>, usize>,
    templates: FxHashSet<Vec<u8>>,
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
            by_name: std::iter::once((name.to_ascii_lowercase(), 0)).collect(),
            templates: TEMPLATES.iter().map(|name| name.as_bytes().to_vec()).collect(),
            module_directories,
        }
    }

    /// Adds statements to the ruleset that is being written.
    pub fn add(&mut self, statements: Vec<Statement>) {
        if let Some(ruleset) = self.rulesets.get_mut(self.current) {
            ruleset.statements.extend(statements);
        }
    }

    /// The ruleset of a name; case does not matter.
    #[must_use]
    pub fn ruleset_named(&self, name: &[u8]) -> Option<usize> {
        self.by_name.get(&name.to_ascii_lowercase()).copied()
    }

    fn new_ruleset(&mut self, name: &[u8], span: Span) -> usize {
        let index = self.rulesets.len();
        self.rulesets.push(Ruleset { name: name.to_vec(), span, statements: Vec::new(), queued: false });
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

    /// `action(type="…" …)`
    pub fn object_action(
        &mut self,
        parameters: &Parameters,
        span: Span,
        reader: &mut Reader<'_>,
    ) -> Statement {
        let module = parameters.text("type").ok().flatten().unwrap_or_default().to_ascii_lowercase();
        let queue = super::queue::of(parameters);
        let mut action = Action {
            span,
            form: Form::Object,
            name: parameters.word("name").ok().flatten().map(<[u8]>::to_vec),
            module: module.clone(),
            sink: Sink::Other,
            queue: queue.clone().unwrap_or_default(),
            retry: Retry::default(),
            only_when_previous_suspended: false,
            skips: false,
            template: Vec::new(),
            state: ActionState::Active,
        };
        let refusal = self.fill(&mut action, parameters).err();
        let is_made = refusal.is_none() || queue.is_err();
        if let Err(BadParameter(name)) = queue {
            reader.fault(span, FaultKind::BadParameter(name.as_bytes().to_vec()));
        }
        if is_made {
            self.legacy.spend();
        }
        if let Some(refusal) = refusal {
            action.state = ActionState::Refused(refusal);
        }
        // It is made all the same, and spends what is to be spent.
        if parameters.is_disabled() {
            action.state = ActionState::Disabled;
        }
        self.push(action)
    }

    fn fill(&mut self, action: &mut Action, parameters: &Parameters) -> Result<(), Refusal> {
        let bad = |BadParameter(name): BadParameter| Refusal::BadParameter(name.as_bytes().to_vec());
        if parameters.get("type").is_none() {
            return Err(Refusal::MissingParameter("type"));
        }
        let retry = &mut action.retry;
        retry.count = parameters.number("action.resumeretrycount").map_err(bad)?.unwrap_or(retry.count);
        retry.interval = parameters.number("action.resumeinterval").map_err(bad)?.unwrap_or(retry.interval);
        let most = parameters.number("action.resumeintervalmax").map_err(bad)?;
        if most.is_some_and(|most| most < 1) {
            return Err(Refusal::BadParameter(b"action.resumeintervalmax".to_vec()));
        }
        retry.interval_max = most.unwrap_or(retry.interval_max);
        let previous = parameters.switch("action.execonlywhenpreviousissuspended").map_err(bad)?;
        action.only_when_previous_suspended = previous.unwrap_or(false);
        let nth = parameters.number("action.execonlyeverynthtime").map_err(bad)?.unwrap_or(0);
        let once = parameters.number("action.execonlyonceeveryinterval").map_err(bad)?.unwrap_or(0);
        action.skips = nth > 1 || once != 0;
        if !self.is_loaded(&action.module) {
            return Err(Refusal::ModuleNotLoaded);
        }
        let (sink, templates) = forward::sink(self, &action.module, parameters)?;
        action.sink = sink;
        action.template = templates.first().cloned().unwrap_or_default();
        self.find_templates(&templates)
    }

    fn find_templates(&self, names: &[Vec<u8>]) -> Result<(), Refusal> {
        match names.iter().find(|name| !self.templates.contains(*name)) {
            Some(name) => Err(Refusal::NoTemplate(name.clone())),
            None => Ok(()),
        }
    }

    /// An action of the older language.
    pub fn legacy_action(&mut self, text: &[u8], span: Span, _: &mut Reader<'_>) -> Statement {
        let (module, line, refusal) = match legacy_action::read(text) {
            Ok(line) => (line.module.clone(), Some(line), None),
            Err((module, refusal)) => (module, None, Some(refusal)),
        };
        if line.as_ref().is_some_and(|line| line.what == What::Discard) {
            return Statement { span, kind: StatementKind::Stop };
        }
        let (sink, templates) =
            line.as_ref().map_or((Sink::Other, Vec::new()), |line| self.legacy_sink(line));
        let refusal = refusal.or_else(|| {
            // The first two letters of the others are no module that rsyslogd brings.
            let is_built_in =
                line.as_ref().is_some_and(|line| line.what != What::Module) && module != b"omrelp";
            (!is_built_in && !self.is_loaded(&module)).then_some(Refusal::ModuleNotLoaded)
        });
        let legacy = &mut self.legacy;
        let once = legacy.once_every_interval != 0;
        let mut action = Action {
            span,
            form: Form::Legacy,
            name: None,
            module,
            sink,
            queue: Queue::default(),
            retry: legacy.retry(),
            only_when_previous_suspended: legacy.only_when_previous_suspended.is_some(),
            skips: once || legacy.every_nth_time > 1,
            template: templates.first().cloned().unwrap_or_default(),
            state: ActionState::Active,
        };
        if let Some(refusal) = refusal {
            action.state = ActionState::Refused(refusal);
            return self.push(action);
        }
        action.name = legacy.name.take();
        legacy.every_nth_time = 0;
        match self.find_templates(&templates) {
            Err(refusal) => action.state = ActionState::Refused(refusal),
            Ok(()) => action.queue = self.legacy.spend(),
        }
        self.push(action)
    }

    fn legacy_sink(&mut self, line: &Line) -> (Sink, Vec<Vec<u8>>) {
        let given = line.template.clone();
        let file_template = |builder: &Self| {
            let own = builder.file_template.clone().or_else(|| builder.legacy.file_template.clone());
            own.unwrap_or_else(|| b"RSYSLOG_TraditionalFileFormat".to_vec())
        };
        match &line.what {
            What::Forward(target) => {
                let template = given.unwrap_or_else(|| forward::default_template(self, target.protocol));
                (Sink::Forward(Box::new(forward::legacy(self, target))), vec![template])
            }
            What::File(file) => {
                let mut templates = vec![given.unwrap_or_else(|| file_template(self))];
                if file.dynamic && !file.path.starts_with(b"$") {
                    templates.push(file.path.clone());
                }
                (Sink::File(file.clone()), templates)
            }
            What::Pipe(path) => {
                (Sink::Pipe(path.clone()), vec![given.unwrap_or_else(|| file_template(self))])
            }
            What::Users => (Sink::Users, given.into_iter().collect()),
            What::Program => (Sink::Program, given.into_iter().collect()),
            What::Discard => (Sink::Discard, Vec::new()),
            What::Module => (forward::sink_of_module(&line.module), Vec::new()),
        }
    }

    fn push(&mut self, action: Action) -> Statement {
        let statement = Statement { span: action.span, kind: StatementKind::Action(self.actions.len()) };
        self.actions.push(action);
        statement
    }

    /// What was loaded, for actions that need it.
    #[must_use]
    pub fn file_default_template(&self) -> Vec<u8> {
        let own = self.file_template.clone().or_else(|| self.legacy.file_template.clone());
        own.unwrap_or_else(|| b"RSYSLOG_TraditionalFileFormat".to_vec())
    }
}
