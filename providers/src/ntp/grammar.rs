//! The lines of ntp.conf as the bison parsers read them: ntpd since 4.2.6, and NTPsec.
//!
//! Source: ntp_parser.y. The parsers reduce what they have before they see that the next word is wrong, so what
//! stands before it counts and the rest of the line is lost. Where a word *must* follow, nothing counts.

use std::borrow::Cow;
use std::iter::Peekable;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

use super::address::{AddressFamily, Network, number, parse_address};
use super::directive::{
    Directive, Include, ListenAction, ListenRule, Reason, Rejected, Restrict, Statement, Switch, System,
    Verb, Which, Whom,
};
use super::flags::Flags;
use super::keywords::Role;
use super::lexer::{self, Kind, Token, Tokens};
use super::version::{Family, Rules};

/// Reads one line, without its line end; `None` when there is nothing on it.
pub(super) fn statement(line: &[u8], rules: &Rules) -> Option<Statement> {
    if let Some(at) = lexer::too_long(line, rules) {
        return Some(ends(at));
    }
    let tokens = Tokens::of(line, rules).peekable();
    let mut parser = Parser { tokens, rules, end: line.len(), unusable: None, fatal: None };
    parser.tokens.peek()?;
    let (directive, rejected) = match parser.line() {
        Ok(directive) => {
            let rejected = parser.rest().or(parser.unusable.take());
            (directive, rejected)
        }
        Err(rejected) => (Directive::Nothing, Some(rejected)),
    };
    if let Some(at) = parser.fatal {
        return Some(ends(at));
    }
    // A NUL ends the input wherever it stands: it matters more than what is wrong before it.
    let rejected = rejected.map(|rejected| parser.nul().unwrap_or(rejected));
    let is_nul = rejected.as_ref().is_some_and(|rejected| rejected.reason == Reason::Nul);
    let directive = if is_nul && directive == Directive::Nothing { Directive::End } else { directive };
    Some(Statement { directive, rejected })
}

/// A line with a word for which the daemon ends.
fn ends(at: Range<usize>) -> Statement {
    Statement { directive: Directive::Fatal, rejected: Some(Rejected { at, reason: Reason::Ends }) }
}

struct Parser<'b> {
    tokens: Peekable<Tokens<'b>>,
    rules: &'b Rules,
    end: usize,
    /// What is wrong with the line behind an include, where it is well formed all the same.
    unusable: Option<Rejected>,
    /// A word that the parser takes and for which the daemon ends.
    fatal: Option<Range<usize>>,
}

type Parsed<T> = Result<T, Rejected>;

impl<'b> Parser<'b> {
    /// The line up to the first word that does not belong to it.
    fn line(&mut self) -> Parsed<Directive> {
        let first = self.next()?;
        let word = match first.kind {
            Kind::Keyword(keyword) if keyword.role == Role::Start => keyword.word,
            Kind::EndOfInput => return Err(Rejected { at: first.at, reason: Reason::Nul }),
            _ => return Err(Rejected { at: first.at, reason: Reason::Unknown }),
        };
        match word {
            "restrict" => self.restrict(Verb::Restrict),
            "unrestrict" => self.restrict(Verb::Unrestrict),
            "enable" => self.system(Switch::Enable),
            "disable" => self.system(Switch::Disable),
            "includefile" => self.include(),
            "interface" | "nic" => self.listen(),
            "mru" => self.pairs(MRU),
            "discard" => self.pairs(DISCARD),
            "end" => Ok(Directive::End),
            // The simulator's language begins, in which a line end ends nothing: all that follows is one error.
            "simulate" => Ok(Directive::End),
            "server" | "peer" | "pool" | "broadcast" | "manycastclient" => {
                self.family();
                let text = self.text()?;
                self.skip();
                Ok(Directive::Source(text.into_owned()))
            }
            _ => {
                self.skip();
                Ok(Directive::Other)
            }
        }
    }

    fn restrict(&mut self, verb: Verb) -> Parsed<Directive> {
        let first = self.next()?;
        let mut address = Ok(Whom::Default(None));
        match first.kind {
            Kind::Keyword(keyword) if keyword.word == "default" => {}
            Kind::Keyword(keyword) if keyword.word == "source" => address = Ok(Whom::Source),
            Kind::Ipv4 | Kind::Ipv6 => {
                let family = if first.kind == Kind::Ipv4 { AddressFamily::V4 } else { AddressFamily::V6 };
                let at = self.peek_at();
                if self.keyword("default") {
                    address = Ok(Whom::Default(Some(family)));
                } else {
                    let text = self.text()?;
                    let takes_mask = self.rules.is_classic_since([4, 2, 8, 12]);
                    let mask = if takes_mask && self.keyword("mask") { Some(self.text()?) } else { None };
                    address = whom(&text, Some(family), mask.as_deref(), self.rules).ok_or(at);
                }
            }
            Kind::Text(text) => {
                let mask = if self.keyword("mask") { Some(self.text()?) } else { None };
                address = whom(&text, None, mask.as_deref(), self.rules).ok_or(first.at);
            }
            kind => return Err(rejected(first.at, &kind)),
        }
        if self.keyword("ippeerlimit") {
            self.number()?;
        }
        let (flags, ntpport) = self.flags()?;
        match address {
            Ok(whom) => {
                Ok(Directive::Restrict(in_force(Restrict { verb, whom, flags, ntpport }, self.rules)))
            }
            // Well formed, and dropped only when it is to be put in force: what is wrong behind it is told first.
            Err(at) => Err(self.rest().unwrap_or(Rejected { at, reason: Reason::Address })),
        }
    }

    fn flags(&mut self) -> Parsed<(Flags, bool)> {
        let (mut flags, mut ntpport) = (Flags::NONE, false);
        while let Some(Token { kind: Kind::Keyword(keyword), .. }) = self.tokens.peek() {
            let flag = match keyword.word {
                "ntpport" => None,
                "serverresponse" => {
                    self.tokens.next();
                    self.any_keyword(&["fuzz"])?;
                    continue;
                }
                word => match Flags::named(word.as_bytes()).filter(|flag| is_flag(*flag, self.rules)) {
                    Some(flag) => Some(flag),
                    None => break,
                },
            };
            let token = self.tokens.next();
            // 4.2.8p15 has the word and not the flag: config_access calls it unknown, and exits.
            if flag == Some(Flags::EPEER) {
                self.fatal = token.map(|token| token.at);
            }
            match flag {
                Some(flag) => flags = flags.with(flag),
                None => ntpport = true,
            }
        }
        Ok((flags, ntpport))
    }

    fn system(&mut self, switch: Switch) -> Parsed<Directive> {
        let mut system = System { switch, monitor: false, mode7: false };
        let mut count = 0;
        while let Some(Token { kind: Kind::Keyword(keyword), .. }) = self.tokens.peek() {
            if !is_option(keyword.word, self.rules) {
                break;
            }
            system.monitor |= keyword.word == "monitor";
            system.mode7 |= keyword.word == "mode7";
            self.tokens.next();
            count += 1;
        }
        if count == 0 { Err(self.wrong()) } else { Ok(Directive::System(system)) }
    }

    fn include(&mut self) -> Parsed<Directive> {
        let path = self.text()?.into_owned();
        let is_command = matches!(
            self.tokens.peek(),
            Some(Token { kind: Kind::Keyword(keyword), .. }) if keyword.role == Role::Start
        );
        let then = match is_command.then(|| self.line()) {
            Some(Err(rejected)) if rejected.reason == Reason::Address => {
                self.unusable = Some(rejected);
                None
            }
            then => then.transpose()?.map(Box::new),
        };
        Ok(Directive::Include(Include { path, then }))
    }

    fn listen(&mut self) -> Parsed<Directive> {
        let action = match self.any_keyword(&["listen", "ignore", "drop"])? {
            "listen" => ListenAction::Listen,
            "ignore" => ListenAction::Ignore,
            _ => ListenAction::Drop,
        };
        let which = match self.tokens.peek() {
            Some(Token { kind: Kind::Text(_), .. }) => which(&self.text()?),
            _ => match self.any_keyword(&["all", "ipv4", "ipv6", "wildcard"])? {
                "all" => Which::All,
                "ipv4" => Which::Ipv4,
                "ipv6" => Which::Ipv6,
                _ => Which::Wildcard,
            },
        };
        Ok(Directive::Listen(ListenRule { action, which }))
    }

    /// At least one word with a number behind it.
    fn pairs(&mut self, words: &[&str]) -> Parsed<Directive> {
        self.any_keyword(words)?;
        self.number()?;
        while self.is_keyword_of(words) {
            self.tokens.next();
            self.number()?;
        }
        Ok(Directive::Other)
    }

    fn next(&mut self) -> Parsed<Token<'b>> {
        let at = self.end..self.end;
        self.tokens.next().ok_or(Rejected { at, reason: Reason::Syntax })
    }

    fn peek_at(&mut self) -> Range<usize> {
        self.tokens.peek().map_or(self.end..self.end, |token| token.at.clone())
    }

    /// Takes this word if it is next.
    fn keyword(&mut self, word: &str) -> bool {
        let is_next = self.is_keyword_of(&[word]);
        if is_next {
            self.tokens.next();
        }
        is_next
    }

    fn is_keyword_of(&mut self, words: &[&str]) -> bool {
        matches!(
            self.tokens.peek(),
            Some(Token { kind: Kind::Keyword(keyword), .. }) if words.contains(&keyword.word)
        )
    }

    fn any_keyword(&mut self, words: &[&str]) -> Parsed<&'static str> {
        let token = self.next()?;
        match token.kind {
            Kind::Keyword(keyword) if words.contains(&keyword.word) => Ok(keyword.word),
            kind => Err(rejected(token.at, &kind)),
        }
    }

    /// `-4` or `-6`, which may stand before an address.
    fn family(&mut self) -> Option<AddressFamily> {
        let family = match self.tokens.peek()?.kind {
            Kind::Ipv4 => AddressFamily::V4,
            Kind::Ipv6 => AddressFamily::V6,
            _ => return None,
        };
        self.tokens.next();
        Some(family)
    }

    fn text(&mut self) -> Parsed<Cow<'b, [u8]>> {
        let token = self.next()?;
        match token.kind {
            Kind::Text(text) => Ok(text),
            kind => Err(rejected(token.at, &kind)),
        }
    }

    fn number(&mut self) -> Parsed<()> {
        let token = self.next()?;
        if token.kind == Kind::Number { Ok(()) } else { Err(rejected(token.at, &token.kind)) }
    }

    /// What is wrong with the next word, or that one is missing.
    fn wrong(&mut self) -> Rejected {
        let end = self.end..self.end;
        self.tokens.peek().map_or(Rejected { at: end, reason: Reason::Syntax }, |token| {
            rejected(token.at.clone(), &token.kind)
        })
    }

    /// What is left of the line, which nothing reads.
    fn rest(&mut self) -> Option<Rejected> {
        self.tokens.peek().map(|token| rejected(token.at.clone(), &token.kind))
    }

    /// A NUL in what is left of the line.
    fn nul(&mut self) -> Option<Rejected> {
        let token = self.tokens.find(|token| token.kind == Kind::EndOfInput)?;
        Some(Rejected { at: token.at, reason: Reason::Nul })
    }

    /// Takes the rest of a line whose words are not looked at; a NUL stays.
    fn skip(&mut self) {
        while self.tokens.next_if(|token| token.kind != Kind::EndOfInput).is_some() {}
    }
}

const MRU: &[&str] =
    &["incalloc", "incmem", "initalloc", "initmem", "maxage", "maxdepth", "maxmem", "minage", "mindepth"];
const DISCARD: &[&str] = &["average", "minimum", "monitor"];

fn rejected(at: Range<usize>, kind: &Kind<'_>) -> Rejected {
    Rejected { at, reason: if *kind == Kind::EndOfInput { Reason::Nul } else { Reason::Syntax } }
}

/// A restriction as the release puts it in force.
fn in_force(mut restrict: Restrict, rules: &Rules) -> Restrict {
    match rules.family {
        // These are taken and forgotten, so that `unrestrict X nopeer` is `unrestrict X`.
        Family::Ntpsec => restrict.flags = restrict.flags.without(Flags::NOPEER.with(Flags::NOTRAP)),
        // Up to 4.2.6p1 an entry is the default one if its address is zero: mask and port are not looked at.
        Family::Classic if !rules.is_classic_since([4, 2, 6, 2]) => {
            if let Whom::Network(network) = restrict.whom
                && network.first() == 0
            {
                restrict.whom = Whom::Default(Some(network.family()));
            }
            restrict.ntpport &= !matches!(restrict.whom, Whom::Default(_));
        }
        Family::Classic => {}
    }
    restrict
}

/// Whether a flag is one for this release, given that its word is known to it.
fn is_flag(flag: Flags, rules: &Rules) -> bool {
    match rules.family {
        Family::Classic => true,
        Family::Ntpsec => flag != Flags::LOWPRIOTRAP,
    }
}

/// Whether a word may stand behind `enable`, given that it is known to this release.
fn is_option(word: &str, rules: &Rules) -> bool {
    match word {
        "calibrate" | "kernel" | "monitor" | "ntp" | "stats" => true,
        "auth" | "bclient" => rules.family == Family::Classic,
        "mode7" => rules.is_classic_since([4, 2, 7, 230]),
        "unpeer_crypto_early"
        | "unpeer_crypto_nak_early"
        | "unpeer_digest_early"
        | "peer_clear_digest_early" => true,
        _ => false,
    }
}

/// Whom an address with a mask is for; `None` for what the daemon cannot use.
fn whom(text: &[u8], family: Option<AddressFamily>, mask: Option<&[u8]>, rules: &Rules) -> Option<Whom> {
    let is_strict = rules.family == Family::Ntpsec || rules.is_classic_since([4, 2, 7, 0]);
    let (text, length) = match rules.family {
        // 4.2.6 cuts any zone off.
        Family::Classic if !is_strict => {
            (&text[..standfast_facts::search::memchr(b'%', text).unwrap_or(text.len())], None)
        }
        Family::Classic => (text, None),
        Family::Ntpsec => split_length(text),
    };
    let Some(address) = parse_address(text) else {
        // Nobody has a host name with a slash; a mask without an address makes no network.
        let is_name = mask.is_none() && !text.contains(&b'/') && !text.contains(&b':');
        return is_name.then(|| Whom::Host { name: text.to_vec(), family });
    };
    let own = AddressFamily::of(address);
    // 4.2.6 takes an address of either family behind -4 and -6.
    if is_strict && family.is_some_and(|family| family != own) {
        return None;
    }
    if let Some(length) = length {
        return Network::prefix(address, length).map(Whom::Network);
    }
    let Some(mask) = mask else { return Some(Whom::Network(Network::host(address))) };
    let mask = if is_strict { full_mask(mask)? } else { parse_address(mask)? };
    // Of a mask of the other family nothing is left: the line is for everyone of the address's family.
    let mask = if AddressFamily::of(mask) == own { number(mask) } else { 0 };
    Some(Whom::Network(Network::new(own, number(address), mask)))
}

/// A mask as inet_pton(3) reads it: of IPv4 all four numbers must be there.
fn full_mask(text: &[u8]) -> Option<IpAddr> {
    let v4 = std::str::from_utf8(text).ok()?.parse::<Ipv4Addr>();
    v4.map_or_else(|_| parse_address(text).filter(IpAddr::is_ipv6), |address| Some(IpAddr::V4(address)))
}

/// NTPsec takes ADDRESS/LENGTH. A length of 0, or one that is too long or no number, is dropped without a word:
/// `0.0.0.0/0` is the single address 0.0.0.0.
fn split_length(text: &[u8]) -> (&[u8], Option<u8>) {
    let Some(slash) = standfast_facts::search::memrchr(b'/', text) else { return (text, None) };
    let (address, length) = (&text[..slash], &text[slash + 1..]);
    let length = length.strip_prefix(b"+").unwrap_or(length);
    let digits = length.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let length = std::str::from_utf8(&length[..digits]).ok().and_then(|text| text.parse().ok());
    let most = if address.contains(&b':') { 128 } else { 32 };
    (address, length.filter(|length| (1..=most).contains(length)))
}

/// Which addresses an `interface` line names by text.
fn which(text: &[u8]) -> Which {
    let slash = standfast_facts::search::memchr(b'/', text);
    let (address, length) = match slash {
        Some(slash) => {
            (&text[..slash], std::str::from_utf8(&text[slash + 1..]).ok().and_then(|text| text.parse().ok()))
        }
        None => (text, None),
    };
    match parse_address(address) {
        Some(address) => Which::Address(address, length),
        None => Which::Name(text.to_vec()),
    }
}
