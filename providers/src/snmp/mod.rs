//! Access by SNMP, as snmpd reads its configuration: the kinds `snmp_community` and `snmp_access`.

mod communities;
pub mod hosts;
pub mod installed;
pub mod invocation;
pub mod keyword;
pub mod load;
pub mod oid;
pub mod reading;
pub mod rules;
pub mod semantics;
pub mod show;
pub mod source;
pub mod state;
pub mod syntax;
pub mod tables;
mod vacm;
pub mod words;

#[cfg(test)]
mod tests;

pub use state::Snmp;
