//! The grammar of expressions.
//!
//! Source: the precedences of grammar/grammar.y, the weakest first: `and or`, comparisons, `+ - &`, `* / %`, and
//! above all of them `not` and the sign.

use super::expr::{Expr, Operator};
use super::fault::FaultKind;
use super::parse::{Parsed, Parser, text_expression};
use super::token::TokenKind;

/// How tightly operators bind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Logic,
    Comparison,
    Sum,
    Product,
}

impl Level {
    fn tighter(self) -> Option<Self> {
        match self {
            Self::Logic => Some(Self::Comparison),
            Self::Comparison => Some(Self::Sum),
            Self::Sum => Some(Self::Product),
            Self::Product => None,
        }
    }

    fn operator(self, kind: TokenKind) -> Option<Operator> {
        Some(match (self, kind) {
            (Self::Logic, TokenKind::And) => Operator::And,
            (Self::Logic, TokenKind::Or) => Operator::Or,
            (Self::Comparison, TokenKind::Compare(comparison)) => Operator::Compare(comparison),
            (Self::Sum, TokenKind::Sign(b'+')) => Operator::Plus,
            (Self::Sum, TokenKind::Sign(b'-')) => Operator::Minus,
            (Self::Sum, TokenKind::Sign(b'&')) => Operator::Join,
            (Self::Product, TokenKind::Sign(b'*')) => Operator::Times,
            (Self::Product, TokenKind::Sign(b'/')) => Operator::Divide,
            (Self::Product, TokenKind::Sign(b'%')) => Operator::Modulo,
            _ => return None,
        })
    }
}

impl Parser<'_> {
    /// An expression.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.deeper(|parser| parser.chain(Level::Logic))
    }

    /// Operands of operators of one level.
    fn chain(&mut self, level: Level) -> Parsed<Expr> {
        let first = self.operand(level)?;
        let mut rest: Vec<(Operator, Expr)> = Vec::new();
        while let Some(placed) = self.peek() {
            let Some(operator) = level.operator(placed.token.kind) else { break };
            if rest.is_empty() && level == Level::Comparison && matches!(first, Expr::Not(_)) {
                self.reader.fault(placed.span, FaultKind::NotBindsTighter);
            }
            if level == Level::Logic && rest.last().is_some_and(|(last, _)| *last != operator) {
                self.reader.fault(placed.span, FaultKind::AndOrMixed);
            }
            self.take();
            rest.push((operator, self.operand(level)?));
        }
        Ok(if rest.is_empty() { first } else { Expr::Chain(Box::new(first), rest) })
    }

    fn operand(&mut self, level: Level) -> Parsed<Expr> {
        match level.tighter() {
            Some(tighter) => self.chain(tighter),
            None => self.deeper(Self::primary),
        }
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let Some(placed) = self.peek() else { return Err(self.abort()) };
        match placed.token.kind {
            TokenKind::Not => {
                self.take();
                Ok(Expr::Not(Box::new(self.deeper(Self::primary)?)))
            }
            TokenKind::Sign(b'-') => {
                self.take();
                Ok(match self.deeper(Self::primary)? {
                    Expr::Number(number) => Expr::Number(number.wrapping_neg()),
                    inner => Expr::Minus(Box::new(inner)),
                })
            }
            TokenKind::Sign(b'(') => {
                self.take();
                let inner = self.expression()?;
                self.expect(TokenKind::Sign(b')'))?;
                // Parentheses end a chain, so that what is around does not join it.
                Ok(match inner {
                    Expr::Chain(..) => Expr::Chain(Box::new(inner), Vec::new()),
                    inner => inner,
                })
            }
            TokenKind::Sign(b'[') => Ok(self.list()?.map_or(Expr::Unknown, Expr::List)),
            TokenKind::Number => {
                self.take();
                Ok(Expr::Number(number(self.reader.text(placed))))
            }
            TokenKind::Variable => {
                self.take();
                let name = self.reader.text(placed).get(1..).unwrap_or_default().to_vec();
                Ok(Expr::Variable(name))
            }
            TokenKind::Function => {
                self.take();
                let name = self.reader.text(placed).to_ascii_lowercase();
                self.expect(TokenKind::Sign(b'('))?;
                Ok(Expr::Function(name, self.function_arguments()?))
            }
            TokenKind::Exists => {
                self.take();
                self.expect(TokenKind::Sign(b'('))?;
                let variable = self.expect(TokenKind::Variable)?;
                let name = self.reader.text(variable).get(1..).unwrap_or_default().to_vec();
                self.expect(TokenKind::Sign(b')'))?;
                Ok(Expr::Function(b"exists".to_vec(), vec![Expr::Variable(name)]))
            }
            _ => Ok(text_expression(self.string()?)),
        }
    }

    /// Arguments up to the `)`.
    pub(super) fn function_arguments(&mut self) -> Parsed<Vec<Expr>> {
        let mut arguments = Vec::new();
        if self.peek().is_some_and(|placed| placed.token.kind == TokenKind::Sign(b')')) {
            self.take();
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            match self.take().map(|placed| placed.token.kind) {
                Some(TokenKind::Sign(b',')) => {}
                Some(TokenKind::Sign(b')')) => return Ok(arguments),
                _ => return Err(self.abort()),
            }
        }
    }
}

/// strtoll(3) with base 0.
fn number(text: &[u8]) -> i64 {
    let text = std::str::from_utf8(text).unwrap_or_default();
    let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => i64::from_str_radix(digits, 16),
        None if text.len() > 1 && text.starts_with('0') => i64::from_str_radix(text, 8),
        None => text.parse(),
    };
    parsed.unwrap_or(i64::MAX)
}
