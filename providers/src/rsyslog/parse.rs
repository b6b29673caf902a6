//! The grammar: from tokens to rulesets. An action is made when its last token is read, before the next one is:
//! directives between two actions count for the second.
//!
//! Source: grammar/grammar.y. A syntax error ends the reading; what was complete before it stays in force.

use super::build::Builder;
use super::dialect::Dialect;
use super::expr::Expr;
use super::fault::FaultKind;
use super::reader::{Included, Placed, Reader};
use super::selector;
use super::token::{Inside, ObjectKind, State, TokenKind};
use super::tree::{Filter, Operation, PropertyFilter, Span, Statement, StatementKind};

/// How deep blocks and parentheses may be in each other; bison bears some more.
const DEEPEST: usize = 250;

/// The reading has ended at an error, which is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abort;

/// What a part of the grammar comes to.
pub type Parsed<T> = Result<T, Abort>;

/// Reads statements and gives what they say to the builder.
#[derive(Debug)]
pub struct Parser<'m> {
    /// Where tokens come from.
    pub reader: Reader<'m>,
    /// What they come to.
    pub builder: Builder,
    pub(super) ahead: Option<Placed>,
    pub(super) last: Span,
    /// Where the last comment began.
    comment: Span,
    pub(super) depth: usize,
    /// The program and the host that the rules are for, in a version that has blocks of them.
    blocks: [Option<(Span, PropertyFilter)>; 2],
}

impl<'m> Parser<'m> {
    /// Begins with the first token.
    #[must_use]
    pub fn new(reader: Reader<'m>, builder: Builder) -> Self {
        let (last, comment) = (Span::default(), Span::default());
        Self { reader, builder, ahead: None, last, comment, depth: 0, blocks: [None, None] }
    }

    /// Reads everything.
    pub fn configuration(&mut self) {
        // What was complete before an error stays.
        let _: Parsed<()> = self.statements_and_objects();
        match self.reader.state() {
            State::Comment(Inside::Initial) => self.reader.fault(self.comment, FaultKind::UnclosedComment),
            State::Include => self.reader.fault(self.last, FaultKind::EmptyInclude),
            _ => {}
        }
    }

    fn statements_and_objects(&mut self) -> Parsed<()> {
        while let Some(placed) = self.peek() {
            match placed.token.kind {
                TokenKind::Begin(ObjectKind::Action | ObjectKind::Include) => self.rule()?,
                TokenKind::Begin(kind) => self.object(kind)?,
                TokenKind::LegacyRuleset => {
                    self.ahead = None;
                    let text = self.reader.text(placed).to_vec();
                    self.builder.legacy_ruleset(&text, placed.span);
                }
                TokenKind::BsdTag | TokenKind::BsdHost => {
                    self.ahead = None;
                    self.block_of_rules(placed);
                }
                _ => self.rule()?,
            }
        }
        Ok(())
    }

    fn rule(&mut self) -> Parsed<()> {
        let mut statements = self.statement()?;
        for (span, filter) in self.blocks.iter().flatten() {
            if !statements.is_empty() {
                statements = branch(*span, Filter::Property(filter.clone()), statements, Vec::new());
            }
        }
        self.builder.add(statements, &mut self.reader);
        Ok(())
    }

    /// `!program`, `!-program`, `+host`, `-host`; a `*` for the name ends the block.
    fn block_of_rules(&mut self, placed: Placed) {
        if !self.dialect().blocks {
            return self.reader.fault(placed.span, FaultKind::BsdBlock);
        }
        let text = self.reader.text(placed).trim_ascii().to_vec();
        let (block, property, negated, value) = match text.as_slice() {
            [b'!', b'-', name @ ..] => (0, "programname", !name.starts_with(b"-"), name),
            [b'!', name @ ..] => (0, "programname", false, name),
            [sign, name @ ..] => (1, "hostname", *sign == b'-', name),
            [] => return,
        };
        let filter = PropertyFilter {
            property: property.into(),
            operation: Some(Operation::IsEqual),
            negated,
            value: value.to_vec(),
        };
        let is_end = text.get(1..) == Some(b"*");
        if let Some(place) = self.blocks.get_mut(block) {
            *place = (!is_end).then_some((placed.span, filter));
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.reader.files().dialect()
    }

    /// The next token that is one to the grammar. Directives and includes take effect on the way.
    pub(super) fn peek(&mut self) -> Option<Placed> {
        if self.ahead.is_none() {
            self.ahead = self.significant();
        }
        self.ahead
    }

    fn significant(&mut self) -> Option<Placed> {
        let mut include = Span::default();
        while let Some(placed) = self.reader.token() {
            match placed.token.kind {
                TokenKind::Comment => {
                    if self.reader.text(placed).starts_with(b"/*") {
                        self.comment = placed.span;
                    }
                }
                TokenKind::Invalid => {
                    let byte = self.reader.text(placed).first().copied().unwrap_or_default();
                    let fault = match byte {
                        b'`' if !self.dialect().includes => FaultKind::TooNew("a text in backticks"),
                        _ => FaultKind::InvalidCharacter(byte),
                    };
                    self.reader.fault(placed.span, fault);
                }
                TokenKind::Directive => {
                    let text = self.reader.text(placed).to_vec();
                    self.builder.directive(&text, placed.span, &mut self.reader);
                }
                TokenKind::IncludeWord => include = placed.span,
                TokenKind::IncludeName => self.legacy_include(placed, include),
                _ => return Some(placed),
            }
        }
        None
    }

    fn legacy_include(&mut self, placed: Placed, word: Span) {
        let pattern = self.reader.text(placed).to_vec();
        let span = word.to(placed.span);
        if pattern.starts_with(b"\"") {
            self.reader.fault(span, FaultKind::QuotedInclude(pattern.clone()));
        }
        if self.reader.include(&pattern, span) == Included::Missing {
            self.reader.fault(span, FaultKind::MissingInclude { pattern, ends: true });
            self.reader.end();
        }
    }

    pub(super) fn take(&mut self) -> Option<Placed> {
        let placed = self.peek();
        self.ahead = None;
        if let Some(placed) = placed {
            self.last = placed.span;
        }
        placed
    }

    /// Takes a token of this kind, or ends the reading.
    pub(super) fn expect(&mut self, kind: TokenKind) -> Parsed<Placed> {
        match self.peek() {
            Some(placed) if placed.token.kind == kind => {
                self.ahead = None;
                self.last = placed.span;
                Ok(placed)
            }
            _ => Err(self.abort()),
        }
    }

    /// Notes what is wrong at the next token.
    pub(super) fn abort(&mut self) -> Abort {
        match self.peek() {
            Some(placed) => {
                let is_new = self.reader.text(placed).eq_ignore_ascii_case(b"endswith");
                if is_new && !self.dialect().ends_with {
                    self.reader.fault(placed.span, FaultKind::TooNew("`endswith`"));
                }
                self.reader.fault(placed.span, FaultKind::Syntax);
            }
            None => self.reader.fault(self.last, FaultKind::UnexpectedEnd),
        }
        self.reader.end();
        Abort
    }

    /// One level deeper; too deep ends the reading.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            self.reader.fault(self.last, FaultKind::TooDeep);
            self.reader.end();
            return Err(Abort);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// One statement; an include is none, and a list of actions is several.
    fn statement(&mut self) -> Parsed<Vec<Statement>> {
        let Some(placed) = self.peek() else { return Err(self.abort()) };
        let kind = match placed.token.kind {
            TokenKind::If => return self.deeper(Self::condition),
            TokenKind::Foreach => return self.deeper(Self::foreach),
            TokenKind::Selector => return self.deeper(Self::selector),
            TokenKind::PropertyFilter => return self.deeper(Self::property_filter),
            TokenKind::Begin(ObjectKind::Include) => return self.include_object(),
            TokenKind::Set | TokenKind::Reset => {
                self.ahead = None;
                self.expect(TokenKind::Variable)?;
                self.expect(TokenKind::Sign(b'='))?;
                self.expression()?;
                self.expect(TokenKind::Sign(b';'))?;
                StatementKind::Nothing
            }
            TokenKind::Unset => {
                self.ahead = None;
                self.expect(TokenKind::Variable)?;
                self.expect(TokenKind::Sign(b';'))?;
                StatementKind::Nothing
            }
            TokenKind::ReloadLookupTable => {
                self.ahead = None;
                self.expect(TokenKind::Sign(b'('))?;
                self.function_arguments()?;
                StatementKind::Nothing
            }
            TokenKind::Begin(kind) if is_declaration(kind) => {
                // Its name alone is a statement that does nothing; what follows it is the error.
                self.ahead = None;
                self.reader.fault(placed.span, FaultKind::NotInBlock(kind));
                return Ok(Vec::new());
            }
            _ => return self.action_list(),
        };
        Ok(vec![Statement { span: placed.span.to(self.last), kind }])
    }

    fn condition(&mut self) -> Parsed<Vec<Statement>> {
        let begin = self.expect(TokenKind::If)?;
        let expression = self.expression()?;
        let span = begin.span.to(self.expect(TokenKind::Then)?.span);
        let then = self.block()?;
        let has_else = self.peek().is_some_and(|placed| placed.token.kind == TokenKind::Else);
        let otherwise = if has_else {
            self.ahead = None;
            self.block()?
        } else {
            Vec::new()
        };
        Ok(branch(span, Filter::Expression(expression), then, otherwise))
    }

    fn foreach(&mut self) -> Parsed<Vec<Statement>> {
        let begin = self.expect(TokenKind::Foreach)?;
        self.expect(TokenKind::Sign(b'('))?;
        self.expect(TokenKind::Variable)?;
        self.expect(TokenKind::In)?;
        let over = self.expression()?;
        self.expect(TokenKind::Sign(b')'))?;
        let span = begin.span.to(self.expect(TokenKind::Do)?.span);
        let body = self.block()?;
        Ok(vec![Statement { span, kind: StatementKind::Foreach { over, body } }])
    }

    fn selector(&mut self) -> Parsed<Vec<Statement>> {
        let placed = self.expect(TokenKind::Selector)?;
        let text = self.reader.text(placed).trim_ascii_start().to_vec();
        let then = self.block()?;
        let decoded = selector::decode(&text);
        if let Some(selector::UnknownName::Facility(name) | selector::UnknownName::Severity(name)) =
            &decoded.unknown
        {
            self.reader.fault(placed.span, FaultKind::UnknownName(name.clone()));
        }
        let filter = Filter::Selector { mask: decoded.mask, unknown: decoded.unknown };
        Ok(branch(placed.span, filter, then, Vec::new()))
    }

    fn property_filter(&mut self) -> Parsed<Vec<Statement>> {
        let placed = self.expect(TokenKind::PropertyFilter)?;
        let text = self.reader.text(placed).trim_ascii_start().to_vec();
        let then = self.block()?;
        let filter = super::property::decode(&text);
        let known = super::property::is_known(&filter.property);
        let filter = if filter.operation.is_none() {
            self.reader.fault(placed.span, FaultKind::UnknownOperation(text));
            Filter::Broken
        } else if !known {
            self.reader.fault(placed.span, FaultKind::UnknownProperty(filter.property));
            Filter::Broken
        } else {
            Filter::Property(filter)
        };
        Ok(branch(placed.span, filter, then, Vec::new()))
    }

    /// One statement, or several in braces, of which there must be one.
    fn block(&mut self) -> Parsed<Vec<Statement>> {
        match self.peek() {
            Some(placed) if placed.token.kind == TokenKind::Open => {
                self.ahead = None;
                let mut statements = self.statement()?;
                statements.extend(self.rest_of_block()?);
                Ok(statements)
            }
            _ => self.statement(),
        }
    }

    fn rest_of_block(&mut self) -> Parsed<Vec<Statement>> {
        let mut statements = Vec::new();
        loop {
            match self.peek() {
                Some(placed) if placed.token.kind == TokenKind::Close => {
                    self.ahead = None;
                    self.last = placed.span;
                    return Ok(statements);
                }
                _ => statements.extend(self.statement()?),
            }
        }
    }

    /// Actions joined by `&`.
    fn action_list(&mut self) -> Parsed<Vec<Statement>> {
        let mut statements = vec![self.one_action()?];
        while self.peek().is_some_and(|placed| placed.token.kind == TokenKind::Also) {
            self.ahead = None;
            statements.push(self.one_action()?);
        }
        Ok(statements)
    }

    fn one_action(&mut self) -> Parsed<Statement> {
        let Some(placed) = self.peek() else { return Err(self.abort()) };
        let kind = match placed.token.kind {
            TokenKind::Begin(ObjectKind::Action) => {
                self.ahead = None;
                let parameters = self.parameters()?;
                let span = placed.span.to(self.last);
                return Ok(self.builder.object_action(&parameters, span, &mut self.reader));
            }
            TokenKind::LegacyAction => {
                self.ahead = None;
                let text = self.reader.text(placed).to_vec();
                if text.eq_ignore_ascii_case(b"include") && !self.dialect().includes {
                    // It is a user's name there, and what follows is more of them and of files.
                    self.reader.fault(placed.span, FaultKind::TooNew("`include(…)`"));
                }
                return Ok(self.builder.legacy_action(&text, placed.span, &mut self.reader));
            }
            TokenKind::Stop => StatementKind::Stop,
            TokenKind::Continue => StatementKind::Nothing,
            TokenKind::Call => {
                self.ahead = None;
                let name = self.expect(TokenKind::Name)?;
                let text = self.reader.text(name).to_vec();
                return Ok(Statement { span: placed.span.to(name.span), kind: StatementKind::Call(text) });
            }
            TokenKind::CallIndirect => {
                self.ahead = None;
                let expression = self.expression()?;
                self.expect(TokenKind::Sign(b';'))?;
                let kind = StatementKind::CallIndirect(expression);
                return Ok(Statement { span: placed.span.to(self.last), kind });
            }
            _ => return Err(self.abort()),
        };
        self.take();
        Ok(Statement { span: placed.span, kind })
    }

    fn include_object(&mut self) -> Parsed<Vec<Statement>> {
        let begin = self.expect(TokenKind::Begin(ObjectKind::Include))?;
        let parameters = self.parameters()?;
        let span = begin.span.to(self.last);
        if parameters.is_disabled() {
            return Ok(Vec::new());
        }
        match (parameters.text("file"), parameters.text("text")) {
            (Ok(Some(file)), Ok(None)) => {
                let optional = parameters.text("mode") == Ok(Some(b"optional"));
                if self.reader.include(file, span) == Included::Missing && !optional {
                    let ends = parameters.text("mode") == Ok(Some(b"abort-if-missing"));
                    let kind = FaultKind::MissingInclude { pattern: file.to_vec(), ends };
                    self.reader.fault(span, kind);
                }
            }
            (Ok(None), Ok(Some(text))) => self.reader.include_text(text.to_vec(), span),
            _ => self.reader.fault(span, FaultKind::MissingParameter("file")),
        }
        Ok(Vec::new())
    }

    /// A declaration.
    fn object(&mut self, kind: ObjectKind) -> Parsed<()> {
        if matches!(kind, ObjectKind::Property | ObjectKind::Constant) {
            return Err(self.abort());
        }
        let begin = self.expect(TokenKind::Begin(kind))?;
        let parameters = self.parameters()?;
        let span = begin.span.to(self.last);
        match kind {
            ObjectKind::Ruleset => {
                self.expect(TokenKind::Open)?;
                let statements = self.deeper(Self::rest_of_block)?;
                self.builder.ruleset(&parameters, statements, span, &mut self.reader);
            }
            ObjectKind::Template => {
                if self.peek().is_some_and(|placed| placed.token.kind == TokenKind::Open) {
                    self.ahead = None;
                    self.template_parts()?;
                }
                self.builder.object(kind, &parameters, span, &mut self.reader);
            }
            _ => self.builder.object(kind, &parameters, span, &mut self.reader),
        }
        Ok(())
    }

    /// The properties and constants of a template, up to its `}`.
    fn template_parts(&mut self) -> Parsed<()> {
        loop {
            let Some(placed) = self.peek() else { return Err(self.abort()) };
            match placed.token.kind {
                TokenKind::Begin(ObjectKind::Property | ObjectKind::Constant) => {
                    self.ahead = None;
                    self.parameters()?;
                }
                TokenKind::Close => {
                    self.ahead = None;
                    return Ok(());
                }
                _ => return Err(self.abort()),
            }
        }
    }
}

/// Whether the grammar knows an object as one that may not stand in a block; templates and rulesets it does not know
/// there at all.
fn is_declaration(kind: ObjectKind) -> bool {
    !matches!(
        kind,
        ObjectKind::Action
            | ObjectKind::Include
            | ObjectKind::Template
            | ObjectKind::Ruleset
            | ObjectKind::Property
            | ObjectKind::Constant
    )
}

fn branch(span: Span, filter: Filter, then: Vec<Statement>, otherwise: Vec<Statement>) -> Vec<Statement> {
    vec![Statement { span, kind: StatementKind::Branch { filter, then, otherwise } }]
}

/// A text that is known, as an expression.
#[must_use]
pub fn text_expression(text: Option<Vec<u8>>) -> Expr {
    text.map_or(Expr::Unknown, Expr::Text)
}
