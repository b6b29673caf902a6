//! What the lexer cuts the text into.
//!
//! Source: grammar/lexer.l. Which token a text is depends on the state that the token before has left.

/// What the lexer is in the middle of. It outlives the end of a file: what an included file leaves open swallows
/// what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Between statements.
    Initial,
    /// In the parentheses of an object.
    Object,
    /// In an expression: until `then`, `do` or `;`.
    Expression,
    /// Behind `call`, before the name.
    Call,
    /// In the parentheses of `reload_lookup_table`.
    Procedure,
    /// Behind `$IncludeConfig`, before the name, which may stand on a later line.
    Include,
    /// In the line number that pass 1 has left.
    LineNumber,
    /// In a comment, and what it stands in.
    Comment(Inside),
}

/// What a comment can stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    /// Statements.
    Initial,
    /// An object.
    Object,
    /// An expression.
    Expression,
}

impl State {
    /// What to return to behind a comment.
    #[must_use]
    pub fn behind(inside: Inside) -> Self {
        match inside {
            Inside::Initial => Self::Initial,
            Inside::Object => Self::Object,
            Inside::Expression => Self::Expression,
        }
    }
}

/// The objects of the newer language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// `action`
    Action,
    /// `constant`, in a template
    Constant,
    /// `dyn_stats`
    DynStats,
    /// `global`
    Global,
    /// `include`, since 8.33
    Include,
    /// `input`
    Input,
    /// `lookup_table`
    LookupTable,
    /// `main_queue`
    MainQueue,
    /// `module`
    Module,
    /// `parser`
    Parser,
    /// `percentile_stats`
    PercentileStats,
    /// `property`, in a template
    Property,
    /// `ruleset`
    Ruleset,
    /// `template`
    Template,
    /// `timezone`
    Timezone,
}

impl ObjectKind {
    /// The kind of a name; case does not matter.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        Some(match lower.as_slice() {
            b"action" => Self::Action,
            b"constant" => Self::Constant,
            b"dyn_stats" => Self::DynStats,
            b"global" => Self::Global,
            b"include" => Self::Include,
            b"input" => Self::Input,
            b"lookup_table" => Self::LookupTable,
            b"main_queue" => Self::MainQueue,
            b"module" => Self::Module,
            b"parser" => Self::Parser,
            b"percentile_stats" => Self::PercentileStats,
            b"property" => Self::Property,
            b"ruleset" => Self::Ruleset,
            b"template" => Self::Template,
            b"timezone" => Self::Timezone,
            _ => return None,
        })
    }
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`, `<>`
    NotEqual,
    /// `<=`
    LessOrEqual,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `contains`
    Contains,
    /// `contains_i`
    ContainsAnyCase,
    /// `startswith`
    StartsWith,
    /// `startswith_i`
    StartsWithAnyCase,
    /// `endswith`, since 8.2508
    EndsWith,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// `if`
    If,
    /// `else`
    Else,
    /// `foreach`
    Foreach,
    /// `reload_lookup_table`
    ReloadLookupTable,
    /// `stop`
    Stop,
    /// `call`
    Call,
    /// `call_indirect`
    CallIndirect,
    /// `set`
    Set,
    /// `reset`
    Reset,
    /// `unset`
    Unset,
    /// `continue`
    Continue,
    /// `&`, which joins actions
    Also,
    /// `{`
    Open,
    /// `}`
    Close,
    /// An object's name and its `(`.
    Begin(ObjectKind),
    /// The `)` of an object.
    End,
    /// `mail.info`
    Selector,
    /// `:msg, contains, "text"`
    PropertyFilter,
    /// An action of the older language, to the end of its line.
    LegacyAction,
    /// `$RuleSet name`
    LegacyRuleset,
    /// `!program`
    BsdTag,
    /// `+host`, `-host`
    BsdHost,
    /// Another line that begins with `$`.
    Directive,
    /// The `$IncludeConfig` itself.
    IncludeWord,
    /// The name behind it.
    IncludeName,
    /// The name of a parameter, or behind `call`.
    Name,
    /// `"text"`
    Text,
    /// `'text'`, in expressions only
    SingleQuoted,
    /// A text in backticks, of which only the running daemon knows what it says.
    Backticks,
    /// A number in an expression.
    Number,
    /// `$variable`
    Variable,
    /// The name of a function.
    Function,
    /// `exists`
    Exists,
    /// `then`
    Then,
    /// `do`
    Do,
    /// `and`
    And,
    /// `or`
    Or,
    /// `not`
    Not,
    /// `in`
    In,
    /// `==` and its kin
    Compare(Comparison),
    /// A character that stands for itself: `, [ ] = ( ) ; * / % + & -`
    Sign(u8),
    /// A comment or the line number of pass 1: nothing to the grammar.
    Comment,
    /// What no rule knows. rsyslogd says so and goes on behind it.
    Invalid,
}

/// A stretch of the text that pass 1 has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it begins.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

impl Token {
    /// Its text.
    #[must_use]
    pub fn of<'b>(&self, text: &'b [u8]) -> &'b [u8] {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}
