//! Actions of both languages, as rsyslogd makes them.
//!
//! Source: `actionNewInst`, `addAction`, `actionConstructFinalize` in action.c; `cflineDoAction` in runtime/conf.c.

use super::action::{Action, ActionState, File, Form, Queue, Refusal, Retry, Sink};
use super::build::Builder;
use super::fault::FaultKind;
use super::forward;
use super::legacy_action::{self, Line, What};
use super::reader::Reader;
use super::tree::{Span, Statement, StatementKind};
use super::value::{BadParameter, Parameters};

impl Builder {
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
            failover_line: None,
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
        let refusal = refusal.or_else(|| self.missing_channel(line.as_ref()?)).or_else(|| {
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
            failover_line: legacy.only_when_previous_suspended,
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

    /// The output channel that a line names, if it is not there.
    fn missing_channel(&self, line: &Line) -> Option<Refusal> {
        let What::File(file) = &line.what else { return None };
        let name = file.path.strip_prefix(b"$").filter(|_| file.dynamic)?;
        (!self.channels.contains_key(name)).then(|| Refusal::NoOutputChannel(name.to_vec()))
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
                let channel = file.path.strip_prefix(b"$").and_then(|name| self.channels.get(name));
                let file = match channel {
                    Some(path) if file.dynamic => File { path: path.clone(), dynamic: false },
                    _ => file.clone(),
                };
                if file.dynamic && !file.path.starts_with(b"$") {
                    templates.push(file.path.clone());
                }
                (Sink::File(file), templates)
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
}
