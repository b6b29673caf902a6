//! The stage for daemons, which tests/oracle has: a private machine.

#[path = "../oracle/net/daemon.rs"]
mod daemon;
#[path = "../oracle/net/host.rs"]
mod host;
#[path = "../oracle/net/wire.rs"]
mod wire;

pub(crate) use daemon::Daemon;
pub(crate) use host::{Host, Package};
pub(crate) use wire::{Question, Side, V4_HOST, V4_OUTSIDE};
