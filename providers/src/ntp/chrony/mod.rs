//! chrony: it has neither mode 6 nor mode 7, but a command port of its own, UDP 323.

pub mod access;
pub mod files;
pub mod semantics;
pub mod syntax;

#[cfg(test)]
mod tests;
