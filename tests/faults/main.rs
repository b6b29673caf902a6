//! Kills `standfast apply` at every system call, fails every call, and looks at what is left and what is said of it.
//!
//! The figures of each walk are printed: `cargo test --test faults -- --nocapture`.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests make their own files, and a broken one should say where"
)]

#[path = "../cli/bounded.rs"]
#[allow(dead_code, reason = "other tests need the rest")]
mod bounded;
mod checked;
mod command;
mod concurrency;
mod disk;
mod errors;
mod judge;
mod kills;
mod order;
mod race;
mod scenario;
mod strace;
mod tracer;
mod tree;
