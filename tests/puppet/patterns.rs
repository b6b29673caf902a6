//! The patterns by which Puppet refuses a value never refuse one that the program takes.

use std::process::{Command, Stdio};

use standfast_providers::limits::config::LimitsConfig;
use standfast_providers::limits::entry::LimitsEntry;
use standfast_providers::ntp::entry::NtpMonlist;
use standfast_providers::rsyslog::desired::RsyslogForward;
use standfast_providers::schema::{Kind, SchemaError, Value, ValueType};
use standfast_providers::snmp::access::SnmpAccess;
use standfast_providers::snmp::community::SnmpCommunity;

/// Texts of which each attribute takes some.
const TEXTS: &[&str] = &[
    "",
    " ",
    "0",
    "1",
    "-1",
    "+5",
    "007",
    "8",
    "64",
    "65",
    "007000",
    "65535",
    "65536",
    "100",
    "10000000",
    "10000001",
    "5k",
    "10M",
    "1g",
    "1t",
    "999999999999999k",
    "9999999999999999",
    "-",
    "unlimited",
    "infinity",
    "endless",
    "none",
    "1000/10",
    "0/1",
    "01/09",
    "1/",
    "/",
    "/a",
    "/a b",
    "/a#b",
    "/a/../b",
    "/etc/x.conf",
    "//x",
    "/ä",
    "a",
    "A-b_c.d",
    "-a",
    "a b",
    " a",
    "a ",
    "ä",
    "the NMS of Köln # 1",
    "thekiwi",
    "@kiwis",
    "@1000:1999",
    ":1013",
    "*",
    "%",
    "DOM\\user",
    "a\u{e000}b",
    "loghost.example.net",
    "loghost.example.net.",
    "loghost:514",
    "[2001:db8::1]",
    "[2001:db8::1]:514",
    "2001:db8::1",
    "::ffff:192.0.2.1",
    "192.0.2.1",
    "10.9.0.0/16",
    "2001:db8::/32",
    "10.0.0.0/255.0.0.0",
    "udp:161",
    "udp6:[::1]:161",
    "default",
    "*.*",
    "*.info;mail.none",
    "auth,authpriv.*",
    "*.=debug",
    "*.!err",
    "kern.*;*.warn",
    "RSYSLOG_ForwardFormat",
    "$programname == 'sshd'",
    "$msg contains \"x\" and ($a == 1)",
    "*.example.net",
    "s3cr3t with blanks",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "a\nb",
    "a\tb",
    "true",
    "v1.2",
];

/// A kind, and how it reads one value.
type Reads = (Kind, fn(&str, &Value) -> Option<SchemaError>);

fn kinds() -> [Reads; 6] {
    [
        (LimitsEntry::KIND, |name, value| LimitsEntry::from_values([(name, value)], &[]).err()),
        (LimitsConfig::KIND, |name, value| LimitsConfig::from_values([(name, value)], &[]).err()),
        (NtpMonlist::KIND, |name, value| NtpMonlist::from_values([(name, value)], &[]).err()),
        (SnmpCommunity::KIND, |name, value| SnmpCommunity::from_values([(name, value)], &[]).err()),
        (SnmpAccess::KIND, |name, value| SnmpAccess::from_values([(name, value)], &[]).err()),
        (RsyslogForward::KIND, |name, value| RsyslogForward::from_values([(name, value)], &[]).err()),
    ]
}

/// Asks Ruby which of the texts each pattern matches as a whole, in the way of the generated types.
fn matched(patterns: &[&str]) -> Vec<Vec<bool>> {
    let script = "
        patterns, texts = JSON.parse($stdin.read)
        puts JSON.generate(patterns.map { |one| texts.map { |text| Regexp.new(\"\\\\A(?:#{one})\\\\z\").match?(text) } })";
    let mut ruby = Command::new("ruby")
        .args(["-rjson", "-e", script])
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    serde_json::to_writer(ruby.stdin.take().unwrap(), &(patterns, TEXTS)).unwrap();
    serde_json::from_slice(&ruby.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn no_value_that_the_program_takes_is_refused_by_a_pattern() {
    let mut asked = Vec::new();
    for (kind, reads) in kinds() {
        for attribute in kind.attributes {
            match (attribute.pattern, attribute.value) {
                (Some(pattern), _) => asked.push((kind, reads, attribute, pattern)),
                (None, value) => {
                    assert!(matches!(value, ValueType::Word(_)), "{}: no pattern", attribute.name)
                }
            }
        }
    }
    let patterns: Vec<_> = asked.iter().map(|(_, _, _, pattern)| *pattern).collect();
    for ((kind, reads, attribute, pattern), matched) in asked.iter().zip(matched(&patterns)) {
        let (mut taken, mut refused) = (0, 0);
        for (text, is_matched) in TEXTS.iter().zip(matched) {
            let value = match attribute.value {
                ValueType::List => Value::List(vec![(*text).to_owned()]),
                _ => Value::Text((*text).to_owned()),
            };
            let error = reads(attribute.name, &value);
            let is_taken =
                !matches!(error, Some(SchemaError::BadValue { name, .. }) if name == attribute.name);
            // Puppet cuts the blanks around the parts of a list.
            let is_cut = attribute.value == ValueType::List && text.trim() != *text;
            assert!(
                !is_taken || is_matched || is_cut,
                "{} {}: {text:?} is not matched by {pattern}",
                kind.name,
                attribute.name
            );
            taken += usize::from(is_taken);
            refused += usize::from(!is_matched);
        }
        assert!(taken > 0 && refused > 0, "{} {}: the texts ask nothing", kind.name, attribute.name);
    }
}
