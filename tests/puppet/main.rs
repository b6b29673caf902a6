//! Real `puppet apply` with our types, each case on a machine of its own.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests prepare files, start programs and fail by panicking"
)]

mod binary;
mod conf;
mod container;
mod daemons;
mod desired;
mod examples;
mod fact;
mod life;
#[allow(dead_code, unused_imports, reason = "the stage for daemons can do more than is needed here")]
mod net;
mod node;
mod patterns;
mod purge;
mod report;
mod secrets;
mod server;
mod types;

/// The Puppet that the cases have: Debian 12's own, 7.23.
const PUPPET: &[net::Package] = &[];

#[test]
fn puppet_8_has_all_cases_but_those_that_eight_rs_names() {
    let modules =
        |text: &'static str| -> Vec<&str> { text.lines().filter(|line| line.starts_with("mod ")).collect() };
    let mut here = modules(include_str!("main.rs"));
    here.retain(|module| !["mod patterns;", "mod server;"].contains(module));
    assert_eq!(modules(include_str!("eight.rs")), here);
}
