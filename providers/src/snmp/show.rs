//! How lines of snmpd.conf are put before a person: without anything that is, or could be, a secret.
//!
//! What a line holds is not always what it was meant to hold: a directive that is mistyped, commented out or read as
//! something else can still have a community in it. So what is shown is what is known to be none.

use std::fmt::Write as _;

use super::keyword::Keyword;
use super::likely::{
    is_algorithm, is_announcing, is_like_a_directive, is_like_a_source, is_plain_list, is_prose,
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
    let nul = memchr::memchr(0, line);
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
                self.words(1);
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
        self.secret(SecretKind::Community);
        self.word_if(is_like_a_source);
        if self.next_is(b"-V") {
            self.words(1);
        }
        self.words(2);
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
        self.misses_secret = !self.has_word();
        if !self.misses_secret {
            let (_, value) = self.take();
            let masked = (self.mask)(kind, &value);
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
mod tests {
    use super::{show, show_line};
    use crate::edit::Labels;
    use crate::fingerprint::Fingerprints;

    fn shown(line: &str) -> String {
        show(line.as_bytes(), &mut Labels::default())
    }

    #[test]
    fn communities_are_numbered_wherever_they_stand() {
        let text = "rocommunity  s3cret 10.0.0.0/8 -V sys # standfast: nagios\nrwcommunity 't0p s3cret' default\n\
                    com2sec -Cn ctx sec default s3cret\ntrapsink 10.0.0.1 s3cret 162\nauthcommunity log,read s3cret\n\
                    rocommunity6 -v 2c s3cret\ntrapcommunity s3cret\n[snmp] defCommunity s3cret\n";
        let expected = "rocommunity  <community 1> 10.0.0.0/8 -V sys # standfast: nagios\nrwcommunity <community 2> default\n\
                    com2sec -Cn ctx sec default <community 1>\ntrapsink 10.0.0.1 <community 1> 162\n\
                    authcommunity log,read <community 1>\nrocommunity6 -v 2c <community 1>\n\
                    trapcommunity <community 1>\n[snmp] defCommunity <community 1>\n";
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn a_directive_that_is_commented_out_keeps_its_secret() {
        assert_eq!(
            shown("#rocommunity s3cret default"),
            "#<community 1>".replace("<", "rocommunity <") + " default"
        );
        assert_eq!(shown("## com2sec u default s3cret"), "## com2sec u default <community 1>");
        assert_eq!(shown("# was: rocommunity s3cret until May"), "# was: …");
        assert_eq!(shown("# the community is s3cret for now"), "# the …");
        assert_eq!(shown("# s3cret"), "# …");
        assert_eq!(shown("# who answers what to whom"), "# who answers what to whom");
        assert_eq!(shown("rocommunity a default # or s3cret"), "rocommunity <community 1> default # …");
    }

    #[test]
    fn of_a_line_that_is_no_directive_nothing_is_shown_but_what_it_was_meant_to_be() {
        assert_eq!(shown("rocomunity s3cret"), "rocomunity …");
        assert_eq!(shown("s3cret"), "…");
        assert_eq!(shown("s3cret 10.0.0.1"), "…");
        assert_eq!(shown("rocommunity=s3cret"), "…");
        assert_eq!(shown("\u{feff}rocommunity s3cret"), "\\u{feff}rocommunity <community 1>");
        assert_eq!(shown("rocommunity pub\0s3cret"), "rocommunity <community 1>\\x00…");
        assert_eq!(shown("[s3cret"), "…");
    }

    #[test]
    fn a_second_word_that_is_no_source_may_be_the_secret() {
        assert_eq!(shown("rwcommunity ops S3cret!"), "rwcommunity <community 1> …");
        assert_eq!(shown("rwcommunity ops S3cret"), "rwcommunity <community 1> …");
        assert_eq!(shown("rouser ops S3cretpass"), "rouser ops …");
        assert_eq!(shown("rouser ops priv -V sys"), "rouser ops priv -V sys");
        assert_eq!(
            shown("rocommunity a 10.0.0.1 .1.3 ctx s3cret"),
            "rocommunity <community 1> 10.0.0.1 .1.3 ctx …"
        );
    }

    #[test]
    fn passphrases_and_keys_of_users_are_hidden() {
        assert_eq!(
            shown("createUser -M -e 0x80 mon SHA-256 \"auth pass\" AES privpass"),
            "createUser -M -e 0x80 mon SHA-256 <passphrase 1> AES <passphrase 2>"
        );
        assert_eq!(shown("createUser mon s3cretpass"), "createUser mon …");
        let saved =
            "usmUser 1 3 0x80001f88 \"mon\" \"mon\" NULL .1.3.6.1.6.3.10.1.1.3 0xdeadbeef .1.3 0xcafe \"\"";
        assert_eq!(shown(saved), "usmUser 1 3 0x80001f88 \"mon\" \"mon\" …");
        assert_eq!(shown("defAuthPassphrase s3cret"), "defAuthPassphrase <passphrase 1>");
        assert_eq!(shown("smuxpeer .1.3.6.1 s3cret"), "smuxpeer .1.3.6.1 <passphrase 1>");
    }

    #[test]
    fn arguments_of_tools_hide_what_is_not_known_to_be_harmless() {
        assert_eq!(
            shown("proxy -Cn ctx -v 2c -c s3cret 10.0.0.1 .1.3.6.1"),
            "proxy -Cn ctx -v 2c -c <community 1> 10.0.0.1 .1.3.6.1"
        );
        assert_eq!(
            shown("trapsess -v3 -u mon -l authPriv -A authpass1 -Xprivpass1 -3m 0xdead 10.0.0.1:162"),
            "trapsess -v3 -u mon -l authPriv -A <passphrase 1> -X<passphrase 2> … … 10.0.0.1:162"
        );
        assert_eq!(shown("extend test /bin/check --password s3cret"), "extend test /bin/check …");
    }

    #[test]
    fn evidence_tells_communities_apart_by_fingerprints() {
        let keyed = Fingerprints::with_key([7; 32]);
        let expected = format!("rocommunity <community {}>", keyed.of(b"s3cret").unwrap());
        assert_eq!(show_line(b"rocommunity s3cret", &keyed).as_str(), expected);
    }

    #[test]
    fn an_escape_sequence_is_written_out() {
        assert_eq!(shown("syslocation a\x1b[2J"), "syslocation a\\x1b[2J");
    }
}
