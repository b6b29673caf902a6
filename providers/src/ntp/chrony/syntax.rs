//! The syntax of chrony.conf(5): from bytes to lines, each with what it says.
//!
//! Source: `CPS_NormalizeLine`, `CNF_ParseLine` and `CPS_ParseAllowDeny`. Directives have no case; a comment is a line
//! of its own; whatever chronyd cannot read keeps it from starting.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::document::{Chunk, Syntax};
use crate::ntp::address::AddressFamily;

/// A line that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directive {
    /// `allow`, `deny`, `cmdallow`, `cmddeny`
    Access(Access),
    /// `port`: 0 serves nobody.
    Port(u16),
    /// `cmdport`: 0 takes no commands over UDP.
    CommandPort(u16),
    /// `bindcmdaddress` with an address: where commands are taken.
    BindCommand(IpAddr),
    /// `include`, a glob
    Include(Vec<u8>),
    /// `confdir`, directories
    Confdir(Vec<Vec<u8>>),
    /// `server`, `pool`, `peer`: where time comes from.
    Source,
    /// Another directive, which does not bear on who is answered.
    Other,
    /// chronyd does not start.
    Fatal(Fatal),
}

/// Why chronyd does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fatal {
    /// No such directive.
    Unknown,
    /// What stands behind the directive cannot be read; a `#` there is no comment.
    Argument,
    /// The line is longer than 2047 bytes.
    TooLong,
    /// It includes a file that is not there, or too deep.
    Include,
}

/// A rule on who is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// What for.
    pub service: Service,
    /// Whether they are.
    pub rule: Rule,
    /// Whether it erases the rules for parts of the network.
    pub extent: Extent,
    /// Whom it is for.
    pub whom: Whom,
}

/// What is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Time, UDP 123.
    Time,
    /// Monitoring commands, UDP 323.
    Commands,
}

/// Whether someone is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

/// How far a rule goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// Rules for parts of the network stay.
    Plain,
    /// `all`: they are erased.
    All,
}

/// Whom a rule is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Everyone, of both families.
    Everyone,
    /// The first bits of an address.
    Prefix(AddressFamily, u128, u8),
    /// A host by name, which chronyd looks up when it starts.
    Host(Vec<u8>),
}

/// The syntax of chrony.conf.
#[derive(Clone, Copy, Debug)]
pub struct ChronySyntax;

/// The longest line, in bytes with its line end.
const LONGEST: usize = 2048;

impl Syntax for ChronySyntax {
    type Entry = Directive;

    fn chunks(&self, bytes: &[u8]) -> Vec<Chunk<Directive>> {
        let mut end = 0;
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').zip(1_u32..);
        let chunk = |(raw, line): (&[u8], u32)| {
            end += raw.len();
            Chunk { end, line, entry: directive(raw) }
        };
        lines.map(chunk).collect()
    }
}

/// Reads one line, with or without its line end; `None` when there is nothing on it.
#[must_use]
pub fn directive(raw: &[u8]) -> Option<Directive> {
    if raw.len() >= LONGEST {
        return Some(Directive::Fatal(Fatal::TooLong));
    }
    // chronyd works on C strings.
    let raw = &raw[..standfast_facts::search::memchr(0, raw).unwrap_or(raw.len())];
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let mut words = raw.split(is_space).filter(|word| !word.is_empty());
    let first = words.next()?;
    if matches!(first[0], b'!' | b';' | b'#' | b'%') {
        return None;
    }
    let arguments: Vec<&[u8]> = words.collect();
    Some(known(&first.to_ascii_lowercase(), &arguments).unwrap_or(Directive::Fatal(Fatal::Argument)))
}

/// `None` where the arguments cannot be read.
fn known(directive: &[u8], arguments: &[&[u8]]) -> Option<Directive> {
    use {
        Rule::{Allow, Deny},
        Service::{Commands, Time},
    };
    Some(match directive {
        b"allow" => Directive::Access(access(Time, Allow, arguments)?),
        b"deny" => Directive::Access(access(Time, Deny, arguments)?),
        b"cmdallow" => Directive::Access(access(Commands, Allow, arguments)?),
        b"cmddeny" => Directive::Access(access(Commands, Deny, arguments)?),
        b"port" => Directive::Port(port(arguments)?),
        b"cmdport" => Directive::CommandPort(port(arguments)?),
        b"bindcmdaddress" => match arguments {
            [path] if path.starts_with(b"/") => Directive::Other,
            [address] => Directive::BindCommand(parse_address(address)?),
            _ => return None,
        },
        b"include" => match arguments {
            [path] => Directive::Include(path.to_vec()),
            _ => return None,
        },
        b"confdir" if (1..=10).contains(&arguments.len()) => {
            Directive::Confdir(arguments.iter().map(|path| path.to_vec()).collect())
        }
        b"confdir" => return None,
        b"server" | b"pool" | b"peer" if !arguments.is_empty() => Directive::Source,
        other if OTHERS.iter().any(|known| known.as_bytes() == other) => Directive::Other,
        _ => Directive::Fatal(Fatal::Unknown),
    })
}

/// A port as `%d` of sscanf(3) and a field of 16 bits leave it: what follows the digits is dropped, and so are higher bits.
fn port(arguments: &[&[u8]]) -> Option<u16> {
    let [text] = arguments else { return None };
    let (sign, digits) = match *text {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] | digits => (1, digits),
    };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let add = |number: i64, digit: &u8| number.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
    let number = digits[..count].iter().fold(0, add) * sign;
    let low = u16::try_from(number.rem_euclid(1 << 16)).ok();
    low.filter(|_| count > 0)
}

fn access(service: Service, rule: Rule, arguments: &[&[u8]]) -> Option<Access> {
    let (extent, rest) = match arguments {
        [all, rest @ ..] if *all == b"all" => (Extent::All, rest),
        rest => (Extent::Plain, rest),
    };
    let whom = match rest {
        [] => Whom::Everyone,
        [text] => whom(text)?,
        _ => return None,
    };
    Some(Access { service, rule, extent, whom })
}

fn whom(text: &[u8]) -> Option<Whom> {
    let slash = standfast_facts::search::memchr(b'/', text);
    let (address, length) = match slash {
        Some(slash) => {
            (&text[..slash], Some(std::str::from_utf8(&text[slash + 1..]).ok()?.parse::<u8>().ok()?))
        }
        None => (text, None),
    };
    if let Some(address) = parse_address(address) {
        let family = AddressFamily::of(address);
        let length = length.unwrap_or(family.bits());
        let whom = Whom::Prefix(family, crate::ntp::address::number(address), length);
        return (length <= family.bits()).then_some(whom);
    }
    if let Some((number, parts)) = short_network(address) {
        let length = length.unwrap_or(8 * parts);
        return (length <= 32).then_some(Whom::Prefix(AddressFamily::V4, number, length));
    }
    (length.is_none()).then(|| Whom::Host(text.to_vec()))
}

/// One, two or three decimal numbers, which are the first bytes of a network.
fn short_network(text: &[u8]) -> Option<(u128, u8)> {
    let text = std::str::from_utf8(text).ok()?;
    let mut number = 0;
    let mut parts = 0;
    for part in text.split('.') {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        number = number << 8 | u128::from(part.parse::<u8>().ok().filter(|_| is_number)?);
        parts += 1;
    }
    (1..=3).contains(&parts).then(|| (number << (32 - 8 * u32::from(parts)), parts))
}

/// An address as inet_pton(3) reads it.
fn parse_address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let v4 = text.parse::<Ipv4Addr>().map(IpAddr::V4);
    v4.or_else(|_| text.parse::<Ipv6Addr>().map(IpAddr::V6)).ok()
}

/// The directives of chrony 1 to 4 that are not looked into.
const OTHERS: &[&str] = &[
    "acquisitionport",
    "allowupdate",
    "authselectmode",
    "bindacqaddress",
    "bindacqdevice",
    "bindaddress",
    "bindcmddevice",
    "binddevice",
    "broadcast",
    "clientloglimit",
    "clockprecision",
    "cmdratelimit",
    "combinelimit",
    "commandkey",
    "corrtimeratio",
    "driftfile",
    "dscp",
    "dumpdir",
    "dumponexit",
    "fallbackdrift",
    "generatecommandkey",
    "hwclockfile",
    "hwtimestamp",
    "hwtstimeout",
    "initstepslew",
    "keyfile",
    "leapsecmode",
    "leapseclist",
    "leapsectz",
    "linux_freq_scale",
    "linux_hz",
    "local",
    "lock_all",
    "log",
    "logbanner",
    "logchange",
    "logdir",
    "mailonchange",
    "makestep",
    "manual",
    "maxchange",
    "maxclockerror",
    "maxdelay",
    "maxdelaydevratio",
    "maxdelayratio",
    "maxdistance",
    "maxdrift",
    "maxjitter",
    "maxntsconnections",
    "maxsamples",
    "maxslewrate",
    "maxstratum",
    "maxtxbuffers",
    "maxupdateskew",
    "minsamples",
    "minsources",
    "minstratum",
    "nocerttimecheck",
    "noclientlog",
    "nosystemcert",
    "ntpsigndsocket",
    "ntsaeads",
    "ntscachedir",
    "ntsdumpdir",
    "ntsntpserver",
    "ntsport",
    "ntsprocesses",
    "ntsratelimit",
    "ntsrefresh",
    "ntsrotate",
    "ntsservercert",
    "ntsserverkey",
    "ntstrustedcerts",
    "opencommands",
    "peer",
    "pidfile",
    "pool",
    "ptpdomain",
    "ptpport",
    "ratelimit",
    "refclock",
    "refresh",
    "reselectdist",
    "rtcautotrim",
    "rtcdevice",
    "rtcfile",
    "rtconutc",
    "rtcsync",
    "sched_priority",
    "server",
    "smoothtime",
    "sourcedir",
    "stratumweight",
    "tempcomp",
    "user",
];
