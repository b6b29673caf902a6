//! rsyslog's configuration, read as rsyslogd reads it.

pub mod action;
pub mod build;
mod build_action;
pub mod config;
pub mod eval;
pub mod explain;
pub mod expr;
pub mod fault;
pub mod files;
mod forward;
pub mod forwards;
mod glob;
pub mod host;
mod inputs;
mod legacy;
mod legacy_action;
pub mod lexer;
pub mod lints;
pub mod logical;
mod parse;
mod parse_expr;
pub mod pmask;
mod property;
mod queue;
pub mod reader;
pub mod selector;
pub mod semantics;
pub mod syntax;
#[cfg(test)]
mod tests;
pub mod token;
pub mod tree;
pub mod value;
pub mod words;
