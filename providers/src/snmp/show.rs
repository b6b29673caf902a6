//! How lines of snmpd.conf are put before a person: without anything that is, or could be, a secret.
//!
//! What a line holds is not always what it was meant to hold: a directive that is mistyped, commented out or read as
//! something else can still have a community in it. So what is shown is what is known to be none.

use std::fmt::Write as _;

use super::keyword::Keyword;
use super::likely::{
    is_algorithm, is_announcing, is_like_a_directive, is_like_a_name, is_like_a_source, is_like_an_oid,
    is_plain_list, is_prose,
};
use super::words::{self, skip_space};
use crate::edit::{Labels, show_lines};
use crate::fingerprint::Fingerprints;
use crate::shown::Shown;

/// What stands for text that is not shown and of which nobody knows whether it is a secret.
const HIDDEN: &str = "…";

/// So many words of a comment make a sentence, unless one of them announces a secret.
const SENTENCE: usize = 4;

/// What a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// A community.
    Community,
    /// A passphrase of a user, or a password of a peer.
    Passphrase,
    /// A key.
    Key,
}

impl SecretKind {
    fn word(self) -> &'static str {
        match self {
            Self::Community => "community",
            Self::Passphrase => "passphrase",
            Self::Key => "key",
        }
    }
}

/// The text of a file, for a diff: each distinct secret has a number.
#[must_use]
pub fn show(bytes: &[u8], labels: &mut Labels) -> String {
    show_lines(bytes, |line| {
        let mut mask = |kind: SecretKind, secret: &[u8]| format!("<{} {}>", kind.word(), labels.of(secret));
        render(line, &mut mask)
    })
}

/// One line, for evidence and findings: communities by their fingerprints, where the host has a key.
#[must_use]
pub fn show_line(line: &[u8], fingerprints: &Fingerprints) -> Shown {
    let mut mask = |kind: SecretKind, secret: &[u8]| match fingerprints.of(secret) {
        Some(fingerprint) => format!("<{} {fingerprint}>", kind.word()),
        None => format!("<{}>", kind.word()),
    };
    render(line, &mut mask)
}

/// One line, with communities as they are called by another.
pub(super) fn show_named(line: &[u8], name: &dyn Fn(&[u8]) -> Option<String>) -> Shown {
    let mut mask = |kind: SecretKind, secret: &[u8]| match (kind, name(secret)) {
        (SecretKind::Community, Some(name)) => name,
        _ => format!("<{}>", kind.word()),
    };
    render(line, &mut mask)
}

/// What stands for a secret.
type Mask<'m> = dyn FnMut(SecretKind, &[u8]) -> String + 'm;

/// A line as it is shown, word after word.
struct Painter<'l, 'm> {
    out: String,
    /// A secret should stand here and does not: what follows may be one that begins with `#`.
    misses_secret: bool,
    /// What is left of the line.
    rest: &'l [u8],
    mask: &'m mut Mask<'m>,
}

fn render<'m>(line: &[u8], mask: &'m mut Mask<'m>) -> Shown {
    // What stands behind a NUL is not read, and is no less of a secret.
    let nul = standfast_facts::search::memchr(0, line);
    let mut painter =
        Painter { out: String::new(), misses_secret: false, rest: &line[..nul.unwrap_or(line.len())], mask };
    painter.line();
    if nul.is_some() {
        painter.out.push_str("\\x00");
        painter.out.push_str(HIDDEN);
    }
    Shown::owned(painter.out)
}

impl<'l> Painter<'l, '_> {
    fn line(&mut self) {
        self.gap();
        if self.rest.is_empty() {
            return;
        }
        if self.rest.starts_with(b"#") {
            return self.comment();
        }
        let (raw, name) = self.take();
        if name.starts_with(b"[") {
            self.section(&raw, &name);
            return;
        }
        self.directive(&raw, &name);
    }

    fn section(&mut self, raw: &[u8], name: &[u8]) {
        let inside = name.strip_prefix(b"[").and_then(|name| name.strip_suffix(b"]"));
        if !inside.is_some_and(|inside| inside.iter().all(u8::is_ascii_alphanumeric)) {
            return self.hide();
        }
        self.push(raw);
        self.gap();
        if self.rest.starts_with(b"#") {
            self.comment();
        } else if !self.rest.is_empty() {
            let (raw, name) = self.take();
            self.directive(&raw, &name);
        }
    }

    fn directive(&mut self, raw: &[u8], name: &[u8]) {
        // A byte order mark makes the word unknown, and the line no less what it was meant to be.
        let plain = name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name);
        let keyword = Keyword::anywhere(plain);
        let is_include = name.to_ascii_lowercase().starts_with(b"include");
        if keyword == Keyword::Unknown && !is_include {
            if is_like_a_directive(plain) && !self.rest.is_empty() {
                self.push(raw);
                self.out.push(' ');
            }
            return self.hide();
        }
        self.push(raw);
        if is_include {
            let rest = std::mem::take(&mut self.rest);
            return self.push(rest);
        }
        self.parameters(keyword, &plain.to_ascii_lowercase());
        self.gap();
        if self.rest.starts_with(b"#") {
            self.comment();
        } else if !self.rest.is_empty() {
            self.hide();
        }
    }

    fn parameters(&mut self, keyword: Keyword, name: &[u8]) {
        match keyword {
            Keyword::Community => self.easy_community(),
            Keyword::AuthCommunity => {
                self.word_if(is_plain_list);
                self.easy_community();
            }
            Keyword::Com2Sec | Keyword::Com2Sec6 | Keyword::Com2SecUnix => {
                if self.next_is(b"-Cn") {
                    self.words(2);
                }
                self.word_if(is_like_a_name);
                self.word_if(is_like_a_source);
                self.secret(SecretKind::Community);
            }
            Keyword::TrapSink => {
                while [b"-profile".as_slice(), b"-name", b"-tag"].iter().any(|option| self.next_is(option)) {
                    self.words(2);
                }
                self.word_if(is_like_a_source);
                self.secret(SecretKind::Community);
                self.word_if(|word| word.iter().all(u8::is_ascii_digit));
            }
            Keyword::TrapSession | Keyword::Proxy => self.command_arguments(),
            Keyword::TrapCommunity => self.secret(SecretKind::Community),
            Keyword::DefaultSecret => {
                let is_community = name == b"defcommunity";
                self.secret(if is_community { SecretKind::Community } else { SecretKind::Passphrase });
            }
            Keyword::Smux => {
                self.word_if(is_like_a_source);
                self.secret(SecretKind::Passphrase);
            }
            Keyword::CreateUser => self.create_user(),
            Keyword::UsmUser => self.words(5),
            Keyword::UserSet | Keyword::Notification => {}
            Keyword::Program => self.words(2),
            Keyword::User => {
                if name.starts_with(b"auth") {
                    self.word_if(is_plain_list);
                }
                if self.next_is(b"-s") {
                    self.words(2);
                }
                self.words(1);
                self.word_if(|word| super::tables::Level::parse(word).is_some());
                self.words(3);
            }
            _ => self.all_words(),
        }
    }

    /// `[-v VERSION] COMMUNITY [SOURCE [-V VIEW | OID [CONTEXT]]]`
    fn easy_community(&mut self) {
        if self.next_is(b"-v") {
            self.words(2);
        }
        // It is read again between single quotes: what is masked is what is opened.
        self.secret_by(SecretKind::Community, |word| {
            words::word(&[b"'", word, b"'"].concat(), usize::MAX).value
        });
        self.word_if(is_like_a_source);
        if self.next_is(b"-V") {
            self.words(1);
            self.word_if(is_like_a_name);
        } else {
            self.word_if(is_like_an_oid);
        }
        self.word_if(is_like_a_name);
    }

    fn create_user(&mut self) {
        if self.next_is(b"-M") {
            self.words(1);
        }
        if self.next_is(b"-e") {
            self.words(2);
        }
        self.words(1);
        for kind in [SecretKind::Passphrase, SecretKind::Passphrase] {
            self.word_if(is_algorithm);
            if self.next_is(b"-m") || self.next_is(b"-l") {
                self.words(1);
            }
            self.secret(kind);
        }
    }

    /// The arguments of a tool: of an option that is not known to be harmless, the value is hidden.
    fn command_arguments(&mut self) {
        const HARMLESS: &[u8] = b"vlunerta";
        loop {
            self.gap();
            if self.rest.is_empty() || self.rest.starts_with(b"#") {
                return;
            }
            let word = words::word(self.rest, usize::MAX).value;
            match word.as_slice() {
                [b'-', b'c'] | [b'-', b'A' | b'X'] => {
                    self.words(1);
                    self.secret(if word[1] == b'c' { SecretKind::Community } else { SecretKind::Passphrase });
                }
                [b'-', b'c', secret @ ..] => self.attached(b"-c", SecretKind::Community, secret),
                [b'-', b'A' | b'X', secret @ ..] => self.attached(&word[..2], SecretKind::Passphrase, secret),
                b"-Cn" => self.words(2),
                [b'-', letter] if HARMLESS.contains(letter) => self.words(2),
                [b'-', letter, ..] if HARMLESS.contains(letter) || matches!(letter, b'x' | b'p') => {
                    self.words(1)
                }
                [b'-', ..] => {
                    let (_, _) = self.take();
                    self.hide_word();
                    self.gap();
                    if !self.rest.is_empty() && !self.rest.starts_with(b"-") {
                        let (_, _) = self.take();
                        self.hide_word();
                    }
                }
                _ => self.word_if(is_like_a_source),
            }
        }
    }

    /// An option with its value directly behind it.
    fn attached(&mut self, option: &[u8], kind: SecretKind, secret: &[u8]) {
        let (_, _) = self.take();
        self.push(option);
        let masked = (self.mask)(kind, secret);
        self.out.push_str(&masked);
    }

    /// The white space here.
    fn gap(&mut self) {
        let end = self.rest.iter().position(|byte| !words::is_space(*byte)).unwrap_or(self.rest.len());
        let (gap, rest) = self.rest.split_at(end);
        self.rest = rest;
        for byte in gap {
            match byte {
                b'\t' => self.out.push('\t'),
                b'\r' => self.out.push_str("\\r"),
                _ => self.out.push(' '),
            }
        }
    }

    /// Takes one word: as it is written, and what it says.
    fn take(&mut self) -> (Vec<u8>, Vec<u8>) {
        let word = words::word(self.rest, usize::MAX);
        let (raw, rest) = self.rest.split_at(word.length);
        self.rest = rest;
        (raw.to_vec(), word.value)
    }

    fn next_is(&self, wanted: &[u8]) -> bool {
        skip_space(self.rest).is_some_and(|rest| words::word(rest, usize::MAX).value == wanted)
    }

    fn has_word(&mut self) -> bool {
        let has = skip_space(self.rest).is_some();
        if has {
            self.gap();
        }
        has
    }

    /// Shows the next words.
    fn words(&mut self, count: usize) {
        for _ in 0..count {
            if !self.has_word() {
                return;
            }
            let (raw, _) = self.take();
            self.push(&raw);
        }
    }

    fn all_words(&mut self) {
        while self.has_word() {
            let (raw, _) = self.take();
            self.push(&raw);
        }
    }

    /// Shows the next word if it is of this kind.
    fn word_if(&mut self, is_shown: impl Fn(&[u8]) -> bool) {
        if self.has_word() {
            let (raw, value) = self.take();
            if is_shown(&value) { self.push(&raw) } else { self.hide_word() }
        }
    }

    fn secret(&mut self, kind: SecretKind) {
        self.secret_by(kind, <[u8]>::to_vec);
    }

    /// A secret that is another one than the word that stands there.
    fn secret_by(&mut self, kind: SecretKind, read: impl Fn(&[u8]) -> Vec<u8>) {
        self.misses_secret = !self.has_word();
        if !self.misses_secret {
            let (_, value) = self.take();
            let masked = (self.mask)(kind, &read(&value));
            self.out.push_str(&masked);
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        let _ = write!(self.out, "{}", Shown::bytes(bytes));
    }

    fn hide_word(&mut self) {
        self.out.push_str(HIDDEN);
    }

    /// Hides the rest of the line.
    fn hide(&mut self) {
        self.rest = &[];
        self.hide_word();
    }

    /// A comment: a directive that was commented out is shown as one; a sentence is shown up to the word that
    /// announces a secret; of anything else nothing is known.
    fn comment(&mut self) {
        if self.misses_secret {
            return self.hide();
        }
        let marks = self.rest.iter().position(|byte| *byte != b'#').unwrap_or(self.rest.len());
        let (signs, rest) = self.rest.split_at(marks);
        self.push(signs);
        self.rest = rest;
        self.gap();
        if self.rest.is_empty() {
            return;
        }
        let text = self.rest;
        let first = words::word(text, usize::MAX).value;
        if first.starts_with(b"[") || Keyword::anywhere(&first) != Keyword::Unknown {
            return self.line();
        }
        let all: Vec<&[u8]> =
            text.split(|byte| words::is_space(*byte)).filter(|word| !word.is_empty()).collect();
        let is_rule = all.iter().all(|word| word.iter().all(|byte| b"-=*#_/".contains(byte)));
        // The mark that this program sets itself.
        let is_ours = text.starts_with(b"standfast");
        if all.len() < SENTENCE && !is_ours && !is_rule {
            return self.hide();
        }
        for word in all {
            self.gap();
            if !is_ours && !is_rule && is_announcing(word) {
                return self.hide();
            }
            self.rest = self.rest.get(word.len()..).unwrap_or_default();
            if is_ours || is_prose(word) { self.push(word) } else { self.hide_word() }
        }
        self.gap();
    }
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
