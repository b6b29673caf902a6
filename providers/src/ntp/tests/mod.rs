//! Lines in, answers out. What the real daemons answer is asked in tests/oracle.

mod exposure;
mod files;
mod grammar;
mod naive;
mod pieces;
mod plan;
mod properties;
mod readings;
mod traps;
pub(crate) mod tree;

use std::net::IpAddr;

use super::semantics::{Answers, Configuration, Port, verdict};
use super::version::{Rules, Version};

/// The releases that the field knows.
const V4_2_4: Version = Version([4, 2, 4, 8]);
const V4_2_6: Version = Version([4, 2, 6, 5]);
const V4_2_8: Version = Version([4, 2, 8, 15]);

fn hand() -> Rules {
    Rules::classic(V4_2_4)
}

fn old() -> Rules {
    Rules::classic(V4_2_6)
}

fn new() -> Rules {
    Rules::classic(V4_2_8)
}

fn ntpsec() -> Rules {
    Rules::ntpsec(Version([1, 2, 2, 0]))
}

/// Someone far away, of each family.
const INTERNET: [&str; 2] = ["192.0.2.1", "2001:db8::1"];

fn asked(rules: Rules, text: &str, source: &str, port: Port) -> Answers {
    let configuration = Configuration::parse(rules, text.as_bytes());
    verdict(&configuration, source.parse::<IpAddr>().unwrap(), port).answers
}

/// What the internet gets over IPv4 and IPv6, from a port that is not 123.
fn internet(rules: Rules, text: &str) -> [Answers; 2] {
    INTERNET.map(|source| asked(rules, text, source, Port::Other))
}

/// Whether the internet may query over IPv4 and IPv6.
fn open(rules: Rules, text: &str) -> [bool; 2] {
    internet(rules, text).map(Answers::is_query)
}

/// Whether the internet gets monlist over IPv4 and IPv6.
fn monlist(rules: Rules, text: &str) -> [bool; 2] {
    internet(rules, text).map(|answers| answers.monlist)
}
