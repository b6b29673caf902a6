//! Access by SNMP, as snmpd reads its configuration: the kinds `snmp_community` and `snmp_access`.

pub mod communities;
pub mod keyword;
pub mod load;
pub mod oid;
pub mod rules;
pub mod semantics;
pub mod source;
pub mod syntax;
pub mod tables;
pub mod vacm;
pub mod words;

#[cfg(test)]
mod tests;
