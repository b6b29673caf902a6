//! The same scenario asked of the real program and of our model: they must agree.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests prepare files, start programs and fail by panicking"
)]

mod end_to_end;
mod net;
mod ntp;
mod pam;
mod probe;
mod random;
#[allow(dead_code, reason = "the tests of the probe itself play more of it")]
#[path = "../../facts/src/probe/tests/responder.rs"]
mod responder;
mod rsyslog;
mod rsyslog_logs;
mod serve;
mod snmp;
mod stock;
