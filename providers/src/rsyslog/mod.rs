//! rsyslog's configuration, read as rsyslogd reads it.

pub mod action;
pub mod build;
pub mod config;
pub mod eval;
pub mod expr;
pub mod fault;
pub mod files;
mod forward;
pub mod forwards;
mod glob;
mod inputs;
mod legacy;
mod legacy_action;
pub mod lexer;
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
pub mod token;
pub mod tree;
pub mod value;
