//! What daemons of time answer about themselves, and to whom: the kind `ntp_monlist`.

pub mod address;
pub mod directive;
pub mod flags;
mod grammar;
mod hand;
mod keywords;
mod lexer;
pub mod listening;
pub mod semantics;
pub mod syntax;
pub mod table;
pub mod version;

#[cfg(test)]
mod tests;
