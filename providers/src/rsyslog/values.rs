//! Values of the kind `rsyslog_forward`: hosts, ports, sizes, selectors, names that become part of a configuration.

use std::fmt;
use std::net::IpAddr;

use super::pmask::Pmask;
use super::selector;
use crate::schema::{AttributeValue, ValueType, not_a_fingerprint};

/// The name of a forward: it becomes the name of its file, its action and its queue's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub String);

impl AttributeValue for Name {
    const TYPE: ValueType = ValueType::Form("up to 32 letters, digits, `_` and `-`");
    const PATTERN: Option<&'static str> = Some("[A-Za-z0-9_][A-Za-z0-9_-]{0,31}");

    fn from_text(text: &str) -> Result<Self, String> {
        let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if (1..=32).contains(&text.len()) && text.bytes().all(is_legal) && !text.starts_with('-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("it takes {}; it becomes part of file names", Self::TYPE))
        }
    }
}

/// A host: a name, or an address without brackets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Host(pub String);

impl Host {
    /// The address, where it is one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.0.parse().ok()
    }

    /// Whether two spellings are for the same host: case, a final dot and brackets do not matter.
    #[must_use]
    pub fn is(&self, other: &[u8]) -> bool {
        let other = String::from_utf8_lossy(other);
        let other = other.trim();
        let bare = other.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(other);
        match (self.address(), bare.parse::<IpAddr>()) {
            (Some(one), Ok(two)) => one == two,
            _ => self.0.trim_end_matches('.').eq_ignore_ascii_case(bare.trim_end_matches('.')),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AttributeValue for Host {
    const TYPE: ValueType = ValueType::Form("a host name, or an address of IPv4 or IPv6");
    const PATTERN: Option<&'static str> = Some(r"\[?[0-9A-Fa-f.:]+\]?|[A-Za-z0-9_.-]{1,253}");

    fn from_text(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if bare.parse::<IpAddr>().is_ok() {
            return Ok(Self(bare.to_owned()));
        }
        if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
            return Err(
                "it has a blank in it, which rsyslogd would take for a part of the name and never resolve"
                    .into(),
            );
        }
        if text.starts_with('@') {
            return Err("it takes the host alone; `protocol` says udp, tcp or relp".into());
        }
        if text.contains(':') {
            return Err("it takes the host alone; `port` is an attribute of its own".into());
        }
        let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let labels_are_whole = text
            .trim_end_matches('.')
            .split('.')
            .all(|label| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-'));
        if text.len() <= 253 && text.bytes().all(is_legal) && labels_are_whole {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("it takes {}", Self::TYPE))
        }
    }
}

/// A port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port(pub u16);

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AttributeValue for Port {
    const TYPE: ValueType = ValueType::Form("a number from 1 to 65535");
    const PATTERN: Option<&'static str> =
        Some("0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])");

    fn from_text(text: &str) -> Result<Self, String> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        // `@@host:syslog` is an empty port to rsyslogd.
        match text.parse() {
            Ok(port) if digits && port != 0 => Ok(Self(port)),
            _ => Err(format!("it takes {}; rsyslogd knows no names of services here", Self::TYPE)),
        }
    }
}

/// A number of bytes: digits, and `k`, `m` or `g` for powers of 1024.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size(pub String);

impl Size {
    /// In bytes.
    #[must_use]
    pub fn bytes(&self) -> i64 {
        let digits = self.0.trim_end_matches(['k', 'm', 'g']);
        let factor = match self.0.as_bytes().last() {
            Some(b'k') => 1 << 10,
            Some(b'm') => 1 << 20,
            Some(b'g') => 1 << 30,
            _ => 1,
        };
        digits.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(factor)
    }
}

impl AttributeValue for Size {
    const TYPE: ValueType = ValueType::Form("a number of bytes, with `k`, `m` or `g` for powers of 1024");
    const PATTERN: Option<&'static str> = Some("[0-9]{1,15}[KMGkmg]?");

    fn from_text(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let digits = lower.strip_suffix(['k', 'm', 'g']).unwrap_or(&lower);
        let is_number = (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { Ok(Self(lower)) } else { Err(format!("it takes {}", Self::TYPE)) }
    }
}

/// A number of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub u32);

impl AttributeValue for Count {
    const TYPE: ValueType = ValueType::Form("a number of messages from 100 to 10000000");
    const PATTERN: Option<&'static str> = Some(r"\+?0*([1-9][0-9]{2,6}|10000000)");

    fn from_text(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(count @ 100..=10_000_000) => Ok(Self(count)),
            _ => Err(format!("it takes {}", Self::TYPE)),
        }
    }
}

/// How often a message is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retries {
    /// Until it is sent.
    Endless,
    /// So often, and then it is dropped.
    Times(u32),
}

impl Retries {
    /// As rsyslogd counts: -1 is for ever.
    #[must_use]
    pub fn count(self) -> i64 {
        match self {
            Self::Endless => -1,
            Self::Times(times) => i64::from(times),
        }
    }
}

impl AttributeValue for Retries {
    const TYPE: ValueType =
        ValueType::Form("`endless`, or a number of times after which the message is dropped");
    const PATTERN: Option<&'static str> = Some(r"endless|-1|\+?0*[0-9]{1,10}");

    fn from_text(text: &str) -> Result<Self, String> {
        match (text, text.parse()) {
            ("endless" | "-1", _) => Ok(Self::Endless),
            (_, Ok(times)) => Ok(Self::Times(times)),
            _ => Err(format!("it takes {}", Self::TYPE)),
        }
    }
}

/// How many messages are sent in how many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// All that there are.
    Unlimited,
    /// No more than so many; the rest is dropped.
    Limited {
        /// The number of messages.
        messages: u32,
        /// The seconds in which they are counted.
        seconds: u32,
    },
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.write_str("none"),
            Self::Limited { messages, seconds } => write!(f, "{messages}/{seconds}"),
        }
    }
}

impl AttributeValue for Rate {
    const TYPE: ValueType = ValueType::Form("`none`, or messages and seconds, for example `1000/10`");
    const PATTERN: Option<&'static str> = Some("none|0*[1-9][0-9]*/0*[1-9][0-9]*");

    fn from_text(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::Unlimited);
        }
        // rsyslogd keeps both in an int.
        let number = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|number| digits && (1..=i32::MAX.unsigned_abs()).contains(number))
        };
        match text.split_once('/').map(|(messages, seconds)| (number(messages), number(seconds))) {
            Some((Some(messages), Some(seconds))) => Ok(Self::Limited { messages, seconds }),
            _ => Err(format!("it takes {}, each 1 or more", Self::TYPE)),
        }
    }
}

/// A selector, syslog.conf(5): `*.*`, `*.info;mail.none`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(pub String);

impl Selector {
    /// The messages that it means.
    #[must_use]
    pub fn mask(&self) -> Pmask {
        selector::decode(self.0.as_bytes()).mask
    }
}

impl AttributeValue for Selector {
    const TYPE: ValueType =
        ValueType::Form("a selector, for example `*.*` or `*.info;mail.none`, without blanks");
    const PATTERN: Option<&'static str> = Some(r"[a-z0-9*.,;=!]*\.[a-z0-9*.,;=!]*");

    fn from_text(text: &str) -> Result<Self, String> {
        let is_legal =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"*.,;=!".contains(&byte);
        if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
            return Err(
                "it has a blank in it, at which rsyslogd would take the rest for names of users".into()
            );
        }
        if !text.bytes().all(is_legal) || !text.contains('.') {
            return Err(format!("it takes {}", Self::TYPE));
        }
        let decoded = selector::decode(text.as_bytes());
        if let Some(unknown) = decoded.unknown {
            let (selector::UnknownName::Facility(name) | selector::UnknownName::Severity(name)) = unknown;
            return Err(format!(
                "rsyslogd knows no `{}`, and would stop reading there",
                String::from_utf8_lossy(&name)
            ));
        }
        if decoded.mask.is_empty() {
            return Err("no message matches it".into());
        }
        Ok(Self(text.to_owned()))
    }
}

/// The absolute path of a file or directory, in characters that need no quoting in either language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath(pub String);

impl AttributeValue for FilePath {
    const TYPE: ValueType = ValueType::Form("an absolute path without blanks, quotes and backslashes");
    const PATTERN: Option<&'static str> = Some(r#"/[^\s"'\\#`;]+"#);

    fn from_text(text: &str) -> Result<Self, String> {
        let offends =
            |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '\\' | '#' | '`' | ';');
        let is_clean = !text.split('/').any(|part| part == "..");
        if text.starts_with('/') && text.len() > 1 && !text.contains(offends) && is_clean {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(format!("it takes {}", Self::TYPE))
        }
    }
}

/// The name of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(pub String);

impl AttributeValue for Template {
    const TYPE: ValueType = ValueType::Form("the name of a template, for example `RSYSLOG_ForwardFormat`");
    const PATTERN: Option<&'static str> = Some("[A-Za-z0-9_.-]+");

    fn from_text(text: &str) -> Result<Self, String> {
        let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if !text.is_empty() && text.bytes().all(is_legal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("it takes {}", Self::TYPE))
        }
    }
}

/// A condition of RainerScript, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition(pub String);

impl AttributeValue for Condition {
    const TYPE: ValueType = ValueType::Form("a RainerScript condition, for example `$programname == 'sshd'`");
    const PATTERN: Option<&'static str> = Some("[^[:cntrl:]]*[^ [:cntrl:]][^[:cntrl:]]*");

    fn from_text(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            return Err(format!("it takes {} on one line", Self::TYPE));
        }
        if text.contains("#") || text.contains("/*") || text.ends_with('\\') {
            return Err(
                "it holds `#`, `/*` or a final backslash, which could begin a comment or join lines".into()
            );
        }
        let mut depth = 0_i32;
        let mut quote = None;
        for c in text.chars() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'' | '`') => quote = Some(c),
                (None, '(') => depth += 1,
                (None, ')') => depth -= 1,
                (None, '{' | '}') => return Err("it is a condition alone, without braces".into()),
                (None, _) => {}
            }
            if depth < 0 {
                return Err("a `)` has no `(`".into());
            }
        }
        if depth != 0 || quote.is_some() {
            return Err("a parenthesis or a quote is not closed".into());
        }
        Ok(Self(text.trim().to_owned()))
    }
}

/// The servers that are asked when the first is away, in order: `host`, `host:port`, `[2001:db8::1]:port`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Servers(pub Vec<(Host, Option<Port>)>);

impl AttributeValue for Servers {
    const TYPE: ValueType = ValueType::List;
    const EACH: &'static str = "servers, each `host` or `host:port`";
    const PATTERN: Option<&'static str> = Some(r"\[?[0-9A-Za-z:._-]+\]?(:[0-9]+)?");

    fn from_text(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(server).collect::<Result<_, _>>().map(Self)
    }

    fn from_value(value: &crate::schema::Value) -> Result<Self, String> {
        match value {
            crate::schema::Value::Text(text) => Self::from_text(text),
            crate::schema::Value::List(list) => {
                list.iter().map(|part| server(part)).collect::<Result<_, _>>().map(Self)
            }
            crate::schema::Value::Fingerprint(_) => Err(not_a_fingerprint(Self::TYPE)),
        }
    }
}

fn server(text: &str) -> Result<(Host, Option<Port>), String> {
    if text.parse::<IpAddr>().is_ok() {
        return Ok((Host(text.to_owned()), None));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(Port::from_text(port)?)),
        _ => (text, None),
    };
    Ok((Host::from_text(host)?, port))
}

/// Whom a certificate must name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers(pub Vec<String>);

impl AttributeValue for Peers {
    const TYPE: ValueType = ValueType::List;
    const EACH: &'static str = "names, for example log.example.net or *.example.net";
    const PATTERN: Option<&'static str> = Some("[A-Za-z0-9._*:@-]+");

    fn from_text(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(peer)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn from_value(value: &crate::schema::Value) -> Result<Self, String> {
        match value {
            crate::schema::Value::Text(text) => Self::from_text(text),
            crate::schema::Value::List(list) => {
                list.iter().map(|part| peer(part)).collect::<Result<_, _>>().map(Self)
            }
            crate::schema::Value::Fingerprint(_) => Err(not_a_fingerprint(Self::TYPE)),
        }
    }
}

fn peer(text: &str) -> Result<String, String> {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._*:@".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_legal) {
        Ok(text.to_owned())
    } else {
        Err("it takes names as certificates have them, for example `log.example.net` or `*.example.net`"
            .into())
    }
}
