//! Expressions, as grammar.y reads them.
//!
//! Source: grammar/grammar.y. `and` and `or` bind alike, from left to right; `not` binds tighter than a comparison.

use super::token::Comparison;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// A number.
    Number(i64),
    /// A text.
    Text(Vec<u8>),
    /// A text in backticks that only the running daemon knows.
    Unknown,
    /// A list of texts.
    List(Vec<Vec<u8>>),
    /// A property or a variable, without its `$`, as it is written.
    Variable(Vec<u8>),
    /// A function, its name in lower case; `exists` is one.
    Function(Vec<u8>, Vec<Expr>),
    /// `not`
    Not(Box<Expr>),
    /// `-`
    Minus(Box<Expr>),
    /// Operands of operators that bind alike, evaluated from left to right.
    Chain(Box<Expr>, Vec<(Operator, Expr)>),
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `and`
    And,
    /// `or`
    Or,
    /// `==` and its kin
    Compare(Comparison),
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `&`, which joins texts
    Join,
    /// `*`
    Times,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

/// What a property or variable is called in messages: lower case.
#[must_use]
pub fn property_name(variable: &[u8]) -> Vec<u8> {
    variable.to_ascii_lowercase()
}
