//! The same cases on Puppet 8. What is left out asks nothing of Puppet itself (`patterns`), or a server, which is Puppet 7's
//! and has an agent of Puppet 8 in its own story.
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
mod purge;
mod report;
mod secrets;
mod types;

/// The Puppet that the cases have: Debian 13's, 8.10.
const PUPPET: &[net::Package] = &[net::Package::Puppet8];
