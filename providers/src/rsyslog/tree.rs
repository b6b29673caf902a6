//! What a configuration says: rulesets of statements, and the actions in them.

use super::action::{ActionId, Queue};
use super::expr::Expr;
use super::pmask::Pmask;
use super::selector::UnknownName;

/// A stretch of one of the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file, an index into [`super::config::Config::files`].
    pub file: u32,
    /// The line of its first byte, counted from 1.
    pub line: u32,
    /// Where it begins in the file, in bytes.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

impl Span {
    /// Both and what is between them; of two files, the first alone.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.file == other.file { Self { end: self.end.max(other.end), ..self } } else { self }
    }
}

/// One statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Where it stands.
    pub span: Span,
    /// What it does.
    pub kind: StatementKind,
}

/// What a statement does to a message.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// It is handed to an action.
    Action(ActionId),
    /// It ends here: `stop`, or `~`.
    Stop,
    /// It goes one way or the other.
    Branch {
        /// What it is asked.
        filter: Filter,
        /// Where it goes if so.
        then: Vec<Statement>,
        /// Where it goes if not.
        otherwise: Vec<Statement>,
    },
    /// It goes through another ruleset first.
    Call(Vec<u8>),
    /// It goes through a ruleset that only the message names.
    CallIndirect(Expr),
    /// It goes through these for each element of something in it.
    Foreach {
        /// What is gone through.
        over: Expr,
        /// What is done for each.
        body: Vec<Statement>,
    },
    /// Nothing that decides where it goes: a variable is set, or `continue`.
    Nothing,
}

/// What a message is asked.
#[derive(Clone, Debug)]
pub enum Filter {
    /// `mail.info`
    Selector {
        /// Which pass.
        mask: Pmask,
        /// The name at which rsyslogd stopped reading, if it did.
        unknown: Option<UnknownName>,
    },
    /// `:programname, isequal, "sshd"`
    Property(PropertyFilter),
    /// `if … then`
    Expression(Expr),
    /// One that rsyslogd cannot read: its block is out of force, and every message goes on behind it.
    Broken,
}

/// A property filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyFilter {
    /// The property as it is written, in lower case.
    pub property: Vec<u8>,
    /// How it is compared; `None` for what rsyslogd cannot read.
    pub operation: Option<Operation>,
    /// Whether the answer is turned round.
    pub negated: bool,
    /// What it is compared with.
    pub value: Vec<u8>,
}

/// How a property filter compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `contains`
    Contains,
    /// `isequal`
    IsEqual,
    /// `isempty`
    IsEmpty,
    /// `startswith`
    StartsWith,
    /// `regex`
    Regex,
    /// `ereregex`
    EreRegex,
}

/// A list of statements that messages can enter.
#[derive(Clone, Debug)]
pub struct Ruleset {
    /// Its name.
    pub name: Vec<u8>,
    /// Where it is first named; the default one begins with the main file.
    pub span: Span,
    /// The statements in order, from wherever in the configuration they come.
    pub statements: Vec<Statement>,
    /// Whether a `call` hands over a copy instead of waiting: it has a queue of its own.
    pub queued: bool,
    /// That queue, where its parameters are given.
    pub queue: Option<Queue>,
}

/// The ruleset of everything that names none.
pub const DEFAULT_RULESET: &str = "RSYSLOG_DefaultRuleset";

/// An input, or a module that is one by itself.
#[derive(Clone, Debug)]
pub struct Input {
    /// Where it stands.
    pub span: Span,
    /// The module: `imuxsock`, `imudp`.
    pub module: Vec<u8>,
    /// The ruleset that it feeds; `None` for the default one.
    pub ruleset: Option<Vec<u8>>,
    /// The address that it listens on, where it names one.
    pub address: Option<Vec<u8>>,
    /// The port that it listens on, where it has one.
    pub port: Option<Vec<u8>>,
    /// The limit on messages, as `(messages, seconds)`; `None` where the input has no limit or its default holds.
    pub rate_limit: Option<(i64, i64)>,
    /// The file that impstats writes to.
    pub log_file: Option<Vec<u8>>,
}
