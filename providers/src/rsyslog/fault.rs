//! What rsyslogd cannot read, or reads otherwise than it looks.

use std::path::PathBuf;

use super::token::ObjectKind;
use super::tree::Span;

/// One thing that is wrong, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The grammar knows no such statement: everything from here on is discarded.
    Syntax,
    /// Statements are in each other deeper than rsyslogd's parser bears, or this one.
    TooDeep,
    /// The end comes in the middle of a statement.
    UnexpectedEnd,
    /// `/*` without `*/`: everything behind it is a comment.
    UnclosedComment,
    /// `$IncludeConfig` without a name, with nothing behind it that could be one.
    EmptyInclude,
    /// A character that no token begins with; it is passed over.
    InvalidCharacter(u8),
    /// A declaration in a block of statements.
    NotInBlock(ObjectKind),
    /// An include that must be there and is not. With `$IncludeConfig`, everything behind it is discarded.
    MissingInclude {
        /// The pattern.
        pattern: Vec<u8>,
        /// Whether the reading ends.
        ends: bool,
    },
    /// `$IncludeConfig "x"`: the quotes are part of the name.
    QuotedInclude(Vec<u8>),
    /// A file that is being read already.
    RecursiveInclude(PathBuf),
    /// A file that cannot be read; it is passed over in silence.
    Unreadable(PathBuf, String),
    /// More files than anybody writes.
    TooManyFiles,
    /// `!program` or `+host`, which 7.1.1 took away: the rules in it hold for everything.
    BsdBlock,
    /// A name in a selector that is no facility or severity.
    UnknownName(Vec<u8>),
    /// A word in a property filter that is no comparison: its block is out of force.
    UnknownOperation(Vec<u8>),
    /// A property filter on a property that no message has: its block is out of force.
    UnknownProperty(Vec<u8>),
    /// A ruleset that is called and not defined: the call does nothing.
    UnknownRuleset(Vec<u8>),
    /// A ruleset that is defined already: this one is discarded.
    DuplicateRuleset(Vec<u8>),
    /// A parameter that must be given is not.
    MissingParameter(&'static str),
    /// A parameter has a value that it cannot have.
    BadParameter(Vec<u8>),
    /// A module that is not installed.
    MissingModule(Vec<u8>),
    /// The working directory is missing or no directory: the line is ignored.
    NoWorkDirectory(Vec<u8>),
    /// `not` in front of a comparison without parentheses: it turns round the left side, not the answer.
    NotBindsTighter,
    /// `and` and `or` without parentheses: they bind alike, from left to right.
    AndOrMixed,
    /// An action that `&` joins to one without a filter, with a statement behind them: rsyslogd loses it.
    LostJoined,
    /// A comment that ends with `\`: the line behind it is part of it.
    SwallowedLine,
    /// A statement that this version of rsyslogd does not know.
    TooNew(&'static str),
}
