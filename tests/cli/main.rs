//! The program as its users meet it: run against a directory that stands for `/`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests prepare files, start programs and fail by panicking"
)]

mod bad_files;
mod bad_policy;
mod bounded;
mod concurrent;
mod corpus;
mod desired;
mod docs;
mod enforced;
mod exit_codes;
mod explain;
mod facts;
mod formats;
mod help;
mod in_force;
mod logs;
mod name_service;
mod no_writes;
mod ntp;
mod numbers;
mod peers;
mod pieces;
mod probe;
#[allow(dead_code, reason = "the tests of the probe itself play more of it")]
#[path = "../../facts/src/probe/tests/responder.rs"]
mod responder;
mod round_trip;
mod rsyslog;
mod said;
mod serve;
mod snmp;
mod snmp_kinds;
mod snmp_round_trip;
mod temp_root;
mod terminal;
mod whole_files;
