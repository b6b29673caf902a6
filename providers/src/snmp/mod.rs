//! Access by SNMP, as snmpd reads its configuration: the kinds `snmp_community` and `snmp_access`.

pub mod keyword;
pub mod rules;
pub mod source;
pub mod syntax;
pub mod words;

#[cfg(test)]
mod tests;
