//! A stand-in for Foreman and for a Smart Proxy, proved by raw requests; then the program against it.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests prepare files, start programs and fail by panicking"
)]

mod client;
mod proved;
mod raw;
mod sent;
mod soak;
mod standin;

#[path = "../cli/bounded.rs"]
#[allow(dead_code, reason = "other tests need the rest")]
mod bounded;
#[path = "../cli/said.rs"]
#[allow(dead_code, reason = "other tests need the rest")]
mod said;
#[path = "../cli/temp_root.rs"]
#[allow(dead_code, reason = "other tests need the rest")]
mod temp_root;
