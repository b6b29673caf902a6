//! What daemons of time answer about themselves, and to whom: the kind `ntp_monlist`.

pub mod address;
pub mod chrony;
pub mod directive;
pub mod exposure;
pub mod files;
pub mod flags;
mod grammar;
mod hand;
mod keywords;
mod lexer;
pub mod listening;
pub mod ntpd_files;
pub mod semantics;
mod spans;
pub mod syntax;
pub mod table;
pub mod version;

#[cfg(test)]
mod tests;
