//! A stand-in for Foreman and for a Smart Proxy, proved by raw requests; then the program against it.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests prepare files, start programs and fail by panicking"
)]

mod proved;
mod raw;
mod soak;
mod standin;
