//! The lines of ntp.conf as ntpd up to 4.2.4 reads them, whose parser was written by hand.
//!
//! Source: `gettokens` and `getconfig` in ntp_config.c of 4.2.4p8. Only blanks and tabs divide words, so a CR is part
//! of the last one; a wrong flag loses the whole line; `restrict default` is for IPv4 alone.

use std::ops::Range;

use super::address::{AddressFamily, Network, number, parse_address};
use super::directive::{
    Directive, Include, Reason, Rejected, Restrict, Statement, Switch, System, Verb, Whom,
};
use super::flags::Flags;

/// How many words a line may have.
const MOST_WORDS: usize = 20;

/// The longest piece of a line that is read at once, in bytes without the NUL.
pub(super) const PIECE: usize = 1023;

/// The words that begin a line.
const STARTS: &[&str] = &[
    "automax",
    "broadcast",
    "broadcastclient",
    "broadcastdelay",
    "calldelay",
    "crypto",
    "controlkey",
    "disable",
    "driftfile",
    "enable",
    "end",
    "filegen",
    "fudge",
    "includefile",
    "keys",
    "keysdir",
    "logconfig",
    "logfile",
    "manycastclient",
    "manycastserver",
    "multicastclient",
    "peer",
    "phone",
    "pidfile",
    "discard",
    "requestkey",
    "restrict",
    "revoke",
    "server",
    "setvar",
    "statistics",
    "statsdir",
    "tick",
    "tinker",
    "tos",
    "trap",
    "trustedkey",
    "ttl",
];

/// Whether the parser is between quotes at the start of a line. An odd number of quotes on a line that it does not
/// know stays open: then the next line is one long word, and so on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Quoted(bool);

/// Reads one piece of a line, without its line end; `None` when there is nothing on it.
pub(super) fn statement(line: &[u8], quoted: &mut Quoted) -> Option<Statement> {
    let (words, after) = match words(line, *quoted) {
        Ok(words) => words,
        Err(rejected) => {
            *quoted = Quoted(false);
            return Some(nothing(rejected));
        }
    };
    let (first, rest) = words.split_first()?;
    if !STARTS.iter().any(|start| start.as_bytes() == first.text) {
        *quoted = after;
        return Some(nothing(Rejected { at: first.at.clone(), reason: Reason::Unknown }));
    }
    *quoted = Quoted(false);
    let missing = Rejected { at: line.len()..line.len(), reason: Reason::Syntax };
    let directive = match first.text {
        b"restrict" => restrict(rest, missing),
        b"enable" => return Some(system(Switch::Enable, rest)),
        b"disable" => return Some(system(Switch::Disable, rest)),
        b"includefile" => match rest.first() {
            Some(path) => Ok(Directive::Include(Include { path: path.text.to_vec(), then: None })),
            None => Err(missing),
        },
        b"end" => Ok(Directive::End),
        b"server" | b"peer" | b"broadcast" | b"manycastclient" => {
            let address = rest.iter().find(|word| !matches!(word.text, b"-4" | b"-6"));
            address.map(|word| Directive::Source(word.text.to_vec())).ok_or(missing)
        }
        _ => Ok(Directive::Other),
    };
    Some(match directive {
        Ok(directive) => Statement { directive, rejected: None },
        Err(rejected) => nothing(rejected),
    })
}

fn nothing(rejected: Rejected) -> Statement {
    Statement { directive: Directive::Nothing, rejected: Some(rejected) }
}

struct Word<'b> {
    at: Range<usize>,
    text: &'b [u8],
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Cuts a line into words. `#` and NUL end it, also between quotes; only the last word loses its quotes.
fn words(line: &[u8], Quoted(mut quoted): Quoted) -> Result<(Vec<Word<'_>>, Quoted), Rejected> {
    let end = line.iter().position(|byte| matches!(byte, b'#' | 0)).unwrap_or(line.len());
    let line = &line[..end];
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut at = line.iter().take_while(|byte| is_blank(**byte)).count();
    while at < line.len() {
        let start = at;
        while at < line.len() && (quoted || !is_blank(line[at])) {
            quoted ^= line[at] == b'"';
            at += 1;
        }
        if words.len() == MOST_WORDS {
            return Err(Rejected { at: start..at, reason: Reason::TooLong });
        }
        words.push(Word { at: start..at, text: &line[start..at] });
        at += line[at..].iter().take_while(|byte| is_blank(**byte)).count();
    }
    if let Some(last) = words.last_mut() {
        last.text = last.text.strip_prefix(b"\"").unwrap_or(last.text);
        last.text = last.text.strip_suffix(b"\"").unwrap_or(last.text);
    }
    Ok((words, Quoted(quoted)))
}

fn restrict(words: &[Word<'_>], missing: Rejected) -> Result<Directive, Rejected> {
    let (family, words) = match words {
        [first, rest @ ..] if first.text == b"-4" => (Some(AddressFamily::V4), rest),
        [first, rest @ ..] if first.text == b"-6" => (Some(AddressFamily::V6), rest),
        words => (None, words),
    };
    let (address, rest) = words.split_first().ok_or_else(|| missing.clone())?;
    let unusable = |word: &Word<'_>| Rejected { at: word.at.clone(), reason: Reason::Address };
    let mut mask = None;
    let (mut flags, mut ntpport) = (Flags::NONE, false);
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        match word.text {
            b"mask" => {
                let word = rest.next().ok_or_else(|| missing.clone())?;
                mask = Some(parse_address(word.text).ok_or_else(|| unusable(word))?);
            }
            b"ntpport" => ntpport = true,
            text => match Flags::named(text).filter(|flag| is_flag(*flag)) {
                Some(flag) => flags = flags.with(flag),
                None => return Err(Rejected { at: word.at.clone(), reason: Reason::Syntax }),
            },
        }
    }
    let whom = if address.text == b"default" {
        // The hand parser knows one default at a time, and takes it for IPv4 unless it is told otherwise.
        Whom::Default(Some(family.unwrap_or(AddressFamily::V4)))
    } else {
        whom(address.text, family, mask).ok_or_else(|| unusable(address))?
    };
    // The default entry is told from the others by its address alone: mask and port are not looked at.
    let is_default = matches!(whom, Whom::Default(_));
    Ok(Directive::Restrict(Restrict { verb: Verb::Restrict, whom, flags, ntpport: ntpport && !is_default }))
}

fn whom(text: &[u8], family: Option<AddressFamily>, mask: Option<std::net::IpAddr>) -> Option<Whom> {
    // It knows no brackets.
    let Some(address) = parse_address(text).filter(|_| !text.starts_with(b"[")) else {
        let is_name = !text.iter().any(|byte| matches!(byte, b'/' | b':' | b'['));
        return is_name.then(|| Whom::Host { name: text.to_vec(), family });
    };
    let own = AddressFamily::of(address);
    if family.is_some_and(|family| family != own) {
        return None;
    }
    let mask = match mask {
        Some(mask) if AddressFamily::of(mask) != own => return None,
        Some(mask) => number(mask),
        None => own.ones(),
    };
    let network = Network::new(own, number(address), mask);
    Some(if network.first() == 0 { Whom::Default(Some(own)) } else { Whom::Network(network) })
}

/// The flags of 4.2.4.
fn is_flag(flag: Flags) -> bool {
    !flag.meets(
        Flags::FLAKE.with(Flags::MSSNTP).with(Flags::NOMRULIST).with(Flags::NOEPEER).with(Flags::EPEER),
    )
}

fn system(switch: Switch, words: &[Word<'_>]) -> Statement {
    let mut system = System { switch, monitor: false, mode7: false };
    for word in words {
        match word.text {
            b"auth" | b"bclient" | b"calibrate" | b"kernel" | b"ntp" | b"stats" => {}
            b"monitor" => system.monitor = true,
            _ => {
                let rejected = Some(Rejected { at: word.at.clone(), reason: Reason::Syntax });
                return Statement { directive: Directive::System(system), rejected };
            }
        }
    }
    Statement { directive: Directive::System(system), rejected: None }
}
