//! The lines that begin with `$`: settings of which some are spent by the next action and some stay.
//!
//! Source: `cs` in action.c (`actionResetQueueParams`) and tools/omfwd.c; runtime/cfsysline.c for how values are read.

use super::action::{Queue, QueueKind, Retry};
use super::logical::is_space;
use super::tree::Span;
use super::value::multiple;

/// What the lines before an action have set for it.
#[derive(Clone, Debug, Default)]
pub struct Legacy {
    /// Spent by the next action of any kind: `$ActionQueue…`.
    pub queue: Queue,
    /// Spent with the queue: `$ActionResumeRetryCount`.
    pub retry_count: i64,
    /// Stays: `$ActionResumeInterval`.
    pub resume_interval: Option<i64>,
    /// Spent: `$ActionName`.
    pub name: Option<Vec<u8>>,
    /// Stays, with the line that set it: `$ActionExecOnlyWhenPreviousIsSuspended on`.
    pub only_when_previous_suspended: Option<Span>,
    /// Stays: `$ActionExecOnlyOnceEveryInterval`.
    pub once_every_interval: i64,
    /// Spent: `$ActionExecOnlyEveryNthTime`.
    pub every_nth_time: i64,
    /// Stays: `$ActionSendStreamDriver`.
    pub driver: Option<Vec<u8>>,
    /// Stays: `$ActionSendStreamDriverMode`.
    pub driver_mode: i64,
    /// Stays: `$ActionSendStreamDriverAuthMode`.
    pub auth_mode: Option<Vec<u8>>,
    /// Spent by the next TCP forward: `$ActionSendStreamDriverPermittedPeer`, which may be given often.
    pub permitted_peers: Vec<Vec<u8>>,
    /// Stays: `$ActionSendTCPKeepAlive`.
    pub keep_alive: bool,
    /// Stays: `$ActionForwardDefaultTemplate`.
    pub forward_template: Option<Vec<u8>>,
    /// Stays: `$ActionFileDefaultTemplate`.
    pub file_template: Option<Vec<u8>>,
    /// Stays until a listener changes it: `$Input…BindRuleset`, by protocol.
    pub bound: Vec<(Vec<u8>, Vec<u8>)>,
    /// Stays: `$UDPServerAddress`.
    pub udp_address: Option<Vec<u8>>,
}

/// A line that begins with `$`.
#[derive(Clone, Copy, Debug)]
pub struct Directive<'t> {
    /// Its name, without the `$`, as it is written.
    pub name: &'t [u8],
    /// What follows it.
    pub rest: &'t [u8],
}

impl<'t> Directive<'t> {
    /// Cuts the text of a line, which begins with its `$`.
    #[must_use]
    pub fn of(text: &'t [u8]) -> Self {
        let text = text.get(1..).unwrap_or_default();
        let length = text.iter().position(|byte| is_space(*byte)).unwrap_or(text.len());
        Self { name: &text[..length], rest: text.get(length + 1..).unwrap_or_default() }
    }

    /// The first word behind the name; empty where there is none.
    #[must_use]
    pub fn word(self) -> &'t [u8] {
        let start = self.rest.iter().take_while(|byte| is_space(**byte)).count();
        let rest = &self.rest[start..];
        &rest[..rest.iter().position(|byte| is_space(*byte)).unwrap_or(rest.len())]
    }

    /// A whole number with a unit; `None` for what rsyslogd refuses, and the setting stays as it was.
    #[must_use]
    pub fn number(self) -> Option<i64> {
        let (sign, text) = match self.word() {
            [b'-', rest @ ..] => (-1, rest),
            text => (1, text),
        };
        // Points and commas between digits are passed over.
        let length = text.iter().take_while(|byte| byte.is_ascii_digit() || b".,".contains(byte)).count();
        if !text.first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let digits: Vec<u8> = text[..length].iter().copied().filter(u8::is_ascii_digit).collect();
        let unit = text.get(length).and_then(|unit| multiple(*unit)).unwrap_or(1);
        Some(super::value::decimal(&digits).saturating_mul(unit).saturating_mul(sign))
    }

    /// `on` or `off`, in lower case; `None` for what rsyslogd refuses.
    #[must_use]
    pub fn switch(self) -> Option<bool> {
        match self.word() {
            b"on" => Some(true),
            b"off" => Some(false),
            _ => None,
        }
    }
}

impl Legacy {
    /// Takes what a line says for actions; whether it is such a line.
    pub fn set(&mut self, directive: Directive<'_>, span: Span) -> bool {
        let lower = directive.name.to_ascii_lowercase();
        let word = || Some(directive.word().to_vec());
        let number = |target: &mut i64| {
            if let Some(number) = directive.number() {
                *target = number;
            }
        };
        match lower.as_slice() {
            b"actionresumeretrycount" => number(&mut self.retry_count),
            b"actionresumeinterval" => self.resume_interval = directive.number().or(self.resume_interval),
            b"actionname" => self.name = word(),
            b"actionexeconlywhenpreviousissuspended" => match directive.switch() {
                Some(true) => self.only_when_previous_suspended = Some(span),
                Some(false) => self.only_when_previous_suspended = None,
                None => {}
            },
            b"actionexeconlyonceeveryinterval" => number(&mut self.once_every_interval),
            b"actionexeconlyeverynthtime" => number(&mut self.every_nth_time),
            b"actionsendstreamdriver" => self.driver = word(),
            b"actionsendstreamdrivermode" => number(&mut self.driver_mode),
            b"actionsendstreamdriverauthmode" => self.auth_mode = word(),
            b"actionsendstreamdriverpermittedpeer" => self.permitted_peers.extend(word()),
            b"actionsendtcpkeepalive" => self.keep_alive = directive.switch().unwrap_or(self.keep_alive),
            b"actionforwarddefaulttemplate" => self.forward_template = word(),
            b"actionfiledefaulttemplate" => self.file_template = word(),
            b"resetconfigvariables" => self.reset(),
            b"inputudpserverbindruleset" => self.bind(b"imudp", word()),
            b"inputtcpserverbindruleset" => self.bind(b"imtcp", word()),
            b"inputptcpserverbindruleset" => self.bind(b"imptcp", word()),
            b"inputrelpserverbindruleset" => self.bind(b"imrelp", word()),
            b"inputfilebindruleset" => self.bind(b"imfile", word()),
            b"udpserveraddress" => self.udp_address = word().filter(|address| address != b"*"),
            other => return self.set_queue(other, directive),
        }
        true
    }

    fn set_queue(&mut self, name: &[u8], directive: Directive<'_>) -> bool {
        let queue = &mut self.queue;
        let number = |target: &mut i64| {
            if let Some(number) = directive.number() {
                *target = number;
            }
        };
        match name {
            b"actionqueuetype" => queue.kind = QueueKind::named(directive.word()).unwrap_or(queue.kind),
            b"actionqueuefilename" => queue.file_name = Some(directive.word().to_vec()),
            b"actionqueuesize" => number(&mut queue.size),
            b"actionqueuemaxdiskspace" => number(&mut queue.max_disk_space),
            b"actionqueuecheckpointinterval" => number(&mut queue.checkpoint_interval),
            b"actionqueuesaveonshutdown" => {
                queue.save_on_shutdown = directive.switch().unwrap_or(queue.save_on_shutdown);
            }
            b"actionqueuetimeoutenqueue" => {
                queue.timeout_enqueue = directive.number().or(queue.timeout_enqueue);
            }
            _ => return name.starts_with(b"actionqueue"),
        }
        true
    }

    fn bind(&mut self, module: &[u8], ruleset: Option<Vec<u8>>) {
        self.bound.retain(|(bound, _)| bound != module);
        self.bound.extend(ruleset.map(|ruleset| (module.to_vec(), ruleset)));
    }

    /// The ruleset that listeners of a module are bound to at this line.
    #[must_use]
    pub fn bound_to(&self, module: &str) -> Option<Vec<u8>> {
        self.bound.iter().find(|(bound, _)| bound == module.as_bytes()).map(|(_, ruleset)| ruleset.clone())
    }

    /// `$ResetConfigVariables`: what stays goes, what the next action spends does not.
    fn reset(&mut self) {
        self.only_when_previous_suspended = None;
        self.once_every_interval = 0;
        self.driver = None;
        self.driver_mode = 0;
        self.auth_mode = None;
        self.permitted_peers.clear();
        self.forward_template = None;
        self.file_template = None;
        self.bound.clear();
        self.udp_address = None;
    }

    /// The retry of an action in the older language.
    #[must_use]
    pub fn retry(&self) -> Retry {
        let interval = self.resume_interval.unwrap_or(Retry::default().interval);
        Retry { count: self.retry_count, interval, ..Retry::default() }
    }

    /// What every action spends that rsyslogd makes, in whichever language it is written.
    pub fn spend(&mut self) -> Queue {
        self.retry_count = 0;
        std::mem::take(&mut self.queue)
    }
}
