//! Actions: what a message is handed to, with its queue, its patience and its encryption.

use super::tree::Span;

/// An index into [`super::config::Config::actions`].
pub type ActionId = usize;

/// One action.
#[derive(Clone, Debug)]
pub struct Action {
    /// Where it stands.
    pub span: Span,
    /// The language that it is written in.
    pub form: Form,
    /// Its name, for statistics and queues.
    pub name: Option<Vec<u8>>,
    /// The module that does it: `omfwd`, `omfile`.
    pub module: Vec<u8>,
    /// What it does.
    pub sink: Sink,
    /// The queue between it and the ruleset.
    pub queue: Queue,
    /// What it does when its other side is away.
    pub retry: Retry,
    /// Whether it is only asked when the action before it is suspended: failover.
    pub only_when_previous_suspended: bool,
    /// The line that says so, where it is one before the action.
    pub failover_line: Option<Span>,
    /// Whether it skips messages by count or time: `action.execOnlyEveryNthTime` and its kin.
    pub skips: bool,
    /// The template that it formats with.
    pub template: Vec<u8>,
    /// Whether rsyslogd runs it.
    pub state: ActionState,
}

/// Whether rsyslogd runs an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionState {
    /// It does.
    Active,
    /// `config.enabled` is not `on`.
    Disabled,
    /// It says an error and goes on without.
    Refused(Refusal),
}

/// Why rsyslogd goes on without an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its module is not loaded.
    ModuleNotLoaded,
    /// The template is not defined before it.
    NoTemplate(Vec<u8>),
    /// The output channel is not defined before it.
    NoOutputChannel(Vec<u8>),
    /// A parameter that must be given is not.
    MissingParameter(&'static str),
    /// A parameter has a value that it cannot have.
    BadParameter(Vec<u8>),
    /// Text behind a legacy action that is neither a template nor a comment.
    TrailingText,
    /// No module takes the line.
    UnknownAction,
}

/// The language that an action is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `@@host`
    Legacy,
    /// `action(type="omfwd" …)`
    Object,
}

/// What an action does with a message.
#[derive(Clone, Debug)]
pub enum Sink {
    /// It goes to another host by syslog.
    Forward(Box<Forwarding>),
    /// It goes away from here by another protocol: a database, a message bus, a web service.
    Remote,
    /// It is written to a file.
    File(File),
    /// It is written to a named pipe.
    Pipe(Vec<u8>),
    /// It is shown to users that are logged in.
    Users,
    /// A program gets it.
    Program,
    /// `~` as it was before `stop`.
    Discard,
    /// Something else on this host, or something that is done to the message.
    Other,
}

/// A file that an action writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path, or the name of the template that makes it.
    pub path: Vec<u8>,
    /// Whether a template makes the path.
    pub dynamic: bool,
}

/// Where and how an action forwards.
#[derive(Clone, Debug)]
pub struct Forwarding {
    /// The host as rsyslogd takes it, blanks and all; empty where none is given.
    pub target: Vec<u8>,
    /// The port as it is written; empty for one that is none.
    pub port: Vec<u8>,
    /// Whether the configuration names the port.
    pub port_given: bool,
    /// The protocol.
    pub protocol: Protocol,
    /// Whether the configuration names the protocol; in `action()` it is UDP where it does not.
    pub protocol_given: bool,
    /// How messages are told apart on a stream.
    pub framing: Framing,
    /// Whether TCP's keep-alive is on.
    pub keep_alive: bool,
    /// How many messages it sends in how many seconds before it drops the rest: `(messages, seconds)`.
    pub rate_limit: Option<(i64, i64)>,
    /// What is said of encryption.
    pub tls: Tls,
}

/// The protocol of a forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// Nobody hears of a loss.
    Udp,
    /// What a receiver had accepted and not read is lost with it.
    Tcp,
    /// Each message is acknowledged.
    Relp,
}

impl Protocol {
    /// The word of attributes and facts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Relp => "relp",
        }
    }
}

/// How messages are told apart on a TCP stream; RELP has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// By a line end: a message of two lines becomes two.
    Traditional,
    /// By their length.
    OctetCounted,
}

/// What a forward says of encryption, with what holds for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Whether anything of it is given for this forward.
    pub mentioned: bool,
    /// Whether the stream is encrypted: `StreamDriverMode` is 1, or RELP's `tls` is `on`.
    pub on: bool,
    /// The driver: `gtls`, `ossl`; `None` is `ptcp`, which cannot encrypt.
    pub driver: Option<Vec<u8>>,
    /// How the other side is known: `x509/name`, `x509/certvalid`, `x509/fingerprint`, `anon`.
    pub auth_mode: Option<Vec<u8>>,
    /// Whom it must be.
    pub permitted_peers: Vec<Vec<u8>>,
    /// The file of the authority.
    pub ca_file: Option<Vec<u8>>,
    /// The file of the own certificate.
    pub cert_file: Option<Vec<u8>>,
    /// The file of the own key.
    pub key_file: Option<Vec<u8>>,
    /// Whether expired certificates are taken: `on`, `warn`.
    pub expired: Option<Vec<u8>>,
}

/// A queue between a ruleset and an action, or before a ruleset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Where messages wait.
    pub kind: QueueKind,
    /// The name of its files; with one, a queue in memory can go to disk.
    pub file_name: Option<Vec<u8>>,
    /// The directory of its files, where it has another than the working directory.
    pub spool_directory: Option<Vec<u8>>,
    /// How many messages it holds in memory.
    pub size: i64,
    /// The most that it takes on disk, in bytes; 0 is no bound.
    pub max_disk_space: i64,
    /// After how many messages the index is written; 0 is at shutdown only.
    pub checkpoint_interval: i64,
    /// Whether it is written to disk at shutdown.
    pub save_on_shutdown: bool,
    /// How long a full queue holds up who fills it, in milliseconds; `None` is rsyslogd's default.
    pub timeout_enqueue: Option<i64>,
    /// Whether parameters are given that a direct queue ignores.
    pub ignored_parameters: bool,
}

/// Where the messages of a queue wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueKind {
    /// Nowhere: the ruleset waits for the action.
    Direct,
    /// In memory of a fixed size.
    FixedArray,
    /// In memory as it is needed.
    LinkedList,
    /// On disk only.
    Disk,
}

impl QueueKind {
    /// The type of a name; case does not matter.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Self> {
        let is = |word: &str| name.eq_ignore_ascii_case(word.as_bytes());
        Some(match () {
            () if is("direct") => Self::Direct,
            () if is("fixedarray") => Self::FixedArray,
            () if is("linkedlist") => Self::LinkedList,
            () if is("disk") => Self::Disk,
            () => return None,
        })
    }
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            kind: QueueKind::Direct,
            file_name: None,
            spool_directory: None,
            size: 1000,
            max_disk_space: 0,
            checkpoint_interval: 0,
            save_on_shutdown: true,
            timeout_enqueue: None,
            ignored_parameters: false,
        }
    }
}

impl Queue {
    /// Whether it can take messages to disk, if there is a directory for them.
    #[must_use]
    pub fn is_disk_assisted(&self) -> bool {
        self.kind != QueueKind::Direct && self.file_name.is_some()
    }
}

/// What an action does when its other side is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often a message is tried again before it is dropped; -1 is for ever.
    pub count: i64,
    /// Seconds before the first new attempt.
    pub interval: i64,
    /// The most that the interval grows to, in seconds.
    pub interval_max: i64,
}

impl Default for Retry {
    fn default() -> Self {
        Self { count: 0, interval: 30, interval_max: 1800 }
    }
}

impl Action {
    /// The forwarding, where it is one.
    #[must_use]
    pub fn forwarding(&self) -> Option<&Forwarding> {
        match &self.sink {
            Sink::Forward(forwarding) => Some(forwarding),
            _ => None,
        }
    }
}
