//! Property filters, and the properties that a message has.
//!
//! Source: `DecodePropFilter` in grammar/rainerscript.c, `propNameToID` in runtime/msg.c.

use super::tree::{Operation, PropertyFilter};

/// The properties of every message.
const OF_MESSAGE: [&str; 31] = [
    "msg",
    "timestamp",
    "timereported",
    "hostname",
    "source",
    "syslogtag",
    "rawmsg",
    "rawmsg-after-pri",
    "inputname",
    "fromhost",
    "fromhost-ip",
    "fromhost-port",
    "pri",
    "pri-text",
    "iut",
    "syslogfacility",
    "syslogfacility-text",
    "syslogseverity",
    "syslogseverity-text",
    "syslogpriority",
    "syslogpriority-text",
    "timegenerated",
    "programname",
    "protocol-version",
    "structured-data",
    "app-name",
    "procid",
    "msgid",
    "jsonmesg",
    "parsesuccess",
    "uuid",
];

/// The properties of the moment, whose names begin with `$` where they are written without another.
const OF_SYSTEM: [&str; 24] = [
    "now",
    "year",
    "month",
    "day",
    "hour",
    "hhour",
    "qhour",
    "minute",
    "wday",
    "now-utc",
    "year-utc",
    "month-utc",
    "day-utc",
    "hour-utc",
    "hhour-utc",
    "qhour-utc",
    "minute-utc",
    "wday-utc",
    "now-unixtimestamp",
    "myhostname",
    "bom",
    "uptime",
    "!all-json",
    "!all-json-plain",
];

/// Whether there is a property of this name. `programname` is one, `$programname` is none: a filter that begins with
/// `:$programname` is out of force.
#[must_use]
pub fn is_known(name: &[u8]) -> bool {
    match name {
        [b'$', rest @ ..] => {
            OF_SYSTEM.iter().any(|known| known.as_bytes() == rest) || matches!(rest, [b'!' | b'.' | b'/', ..])
        }
        [b'!' | b'.' | b'/', ..] => true,
        _ => OF_MESSAGE.iter().any(|known| known.as_bytes() == name),
    }
}

/// Reads the text of a property filter, which begins with its colon.
#[must_use]
pub fn decode(text: &[u8]) -> PropertyFilter {
    let mut parts = text.get(1..).unwrap_or_default().splitn(3, |byte| *byte == b',');
    let property = parts.next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
    let operation = parts.next().unwrap_or_default().trim_ascii();
    let (negated, operation) = match operation {
        [b'!', rest @ ..] => (true, rest),
        _ => (false, operation),
    };
    let operation = self::operation(operation);
    match quoted(parts.next().unwrap_or_default()) {
        Some(value) => PropertyFilter { property, operation, negated, value },
        None if operation == Some(Operation::IsEmpty) => {
            PropertyFilter { property, operation, negated, value: Vec::new() }
        }
        None => PropertyFilter { property, operation: None, negated, value: Vec::new() },
    }
}

fn operation(word: &[u8]) -> Option<Operation> {
    // rsyslogd folds the word's case before it compares.
    let word = word.to_ascii_lowercase();
    Some(match word.as_slice() {
        b"contains" => Operation::Contains,
        b"isequal" => Operation::IsEqual,
        b"isempty" => Operation::IsEmpty,
        b"startswith" => Operation::StartsWith,
        b"regex" => Operation::Regex,
        b"ereregex" => Operation::EreRegex,
        _ => return None,
    })
}

/// The text between the first quote and the next that has no backslash; a backslash stands for what follows it. Where
/// only an escaped quote is left to end it, rsyslogd refuses the filter.
fn quoted(text: &[u8]) -> Option<Vec<u8>> {
    let start = standfast_facts::search::memchr(b'"', text)? + 1;
    let mut value = Vec::new();
    let mut bytes = text[start..].iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return Some(value),
            b'\\' => value.extend(bytes.next()),
            byte => value.push(*byte),
        }
    }
    None
}
