//! The syntax of ntp.conf under one release: from bytes to lines, each with what it says.

use super::directive::Statement;
use super::version::{Grammar, Rules};
use super::{grammar, hand};
use crate::document::{Chunk, Syntax};

/// The syntax of ntp.conf as one release reads it.
#[derive(Clone, Copy, Debug)]
pub struct NtpSyntax<'r> {
    /// The rules of the release.
    pub rules: &'r Rules,
}

impl Syntax for NtpSyntax<'_> {
    type Entry = Statement;

    fn chunks(&self, bytes: &[u8]) -> Vec<Chunk<Statement>> {
        let mut chunks = Vec::with_capacity(bytes.len() / 32 + 1);
        let (mut start, mut line) = (0, 1_u32);
        let mut quoted = hand::Quoted::default();
        while start < bytes.len() {
            let mut rest = &bytes[start..];
            if self.rules.grammar == Grammar::Hand {
                rest = &rest[..rest.len().min(hand::PIECE)];
            }
            let mut length =
                standfast_facts::search::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
            let raw = &rest[..length];
            let text = raw.strip_suffix(b"\n").unwrap_or(raw);
            let entry = match self.rules.grammar {
                Grammar::Hand => hand::statement(text, &mut quoted),
                Grammar::Classic | Grammar::Ntpsec => grammar::statement(text, self.rules),
            };
            let piece = entry.as_ref().filter(|_| self.rules.grammar != Grammar::Hand);
            if let Some(end) = piece.and_then(Statement::first_piece).filter(|end| *end < text.len()) {
                length = end;
            }
            chunks.push(Chunk { end: start + length, line, entry });
            line += u32::from(rest[..length].ends_with(b"\n"));
            start += length;
        }
        chunks
    }
}
