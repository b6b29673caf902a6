//! The grammar of what stands in an object's parentheses: names and values.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::fault::FaultKind;
use super::parse::{Parsed, Parser};
use super::token::TokenKind;
use super::value::{Parameter, Parameters, Value, unescape};

impl Parser<'_> {
    /// The parameters of an object up to its `)`.
    pub(super) fn parameters(&mut self) -> Parsed<Parameters> {
        let mut parameters = Vec::new();
        loop {
            match self.peek() {
                Some(placed) if placed.token.kind == TokenKind::End => {
                    self.ahead = None;
                    self.last = placed.span;
                    self.without_enabled(&mut parameters);
                    return Ok(Parameters(parameters));
                }
                Some(placed) if placed.token.kind == TokenKind::Name => {
                    self.ahead = None;
                    let name = self.reader.text(placed).to_ascii_lowercase();
                    self.expect(TokenKind::Sign(b'='))?;
                    let value = self.value()?;
                    parameters.push(Parameter { name, value, span: placed.span.to(self.last) });
                }
                _ => return Err(self.abort()),
            }
        }
    }

    /// A parameter that is not known is passed over: what it would have switched off is in force.
    fn without_enabled(&mut self, parameters: &mut Vec<Parameter>) {
        if !self.dialect().includes {
            let reader = &mut self.reader;
            parameters.retain(|parameter| {
                let is_known = parameter.name != b"config.enabled";
                if !is_known {
                    reader.fault(parameter.span, FaultKind::TooNew("`config.enabled`"));
                }
                is_known
            });
        }
    }

    fn value(&mut self) -> Parsed<Value> {
        match self.peek().map(|placed| placed.token.kind) {
            Some(TokenKind::Sign(b'[')) => match self.list()? {
                Some(list) => Ok(Value::List(list)),
                None => Ok(Value::Unknown),
            },
            _ => Ok(self.string()?.map_or(Value::Unknown, Value::Text)),
        }
    }

    /// `[ "a", "b" ]`; `None` where one of them is not known.
    pub(super) fn list(&mut self) -> Parsed<Option<Vec<Vec<u8>>>> {
        self.expect(TokenKind::Sign(b'['))?;
        let mut list = Some(Vec::new());
        loop {
            match (self.string()?, &mut list) {
                (Some(text), Some(list)) => list.push(text),
                _ => list = None,
            }
            match self.peek().map(|placed| placed.token.kind) {
                Some(TokenKind::Sign(b',')) => self.ahead = None,
                _ => break,
            }
        }
        self.expect(TokenKind::Sign(b']'))?;
        Ok(list)
    }

    /// A text in any quotes; `None` where only the running daemon knows it.
    pub(super) fn string(&mut self) -> Parsed<Option<Vec<u8>>> {
        let Some(placed) = self.peek() else { return Err(self.abort()) };
        let text = self.reader.text(placed);
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        let text = match placed.token.kind {
            TokenKind::Text | TokenKind::SingleQuoted => Some(unescape(inner)),
            TokenKind::Backticks => {
                let command = unescape(inner);
                self.backticks(&command)
            }
            _ => return Err(self.abort()),
        };
        self.take();
        Ok(text)
    }

    /// `` `cat file` `` and `` `echo text` ``, as far as they do not ask the daemon's environment.
    fn backticks(&self, command: &[u8]) -> Option<Vec<u8>> {
        if let Some(path) = command.strip_prefix(b"cat ") {
            let path = Path::new(OsStr::from_bytes(path));
            return self.reader.files().read(path).ok();
        }
        match command.strip_prefix(b"echo ") {
            Some(text) if text.contains(&b'$') => None,
            Some(text) => Some(text.to_vec()),
            None => Some(Vec::new()),
        }
    }
}
