//! The kinds of SNMP, below a directory that stands for `/`; what snmpd itself makes of it is asked in tests/oracle.

mod access;
mod addresses;
mod community;
mod community_errors;
mod corpus;
mod modes;
mod peers;
mod reported;
mod root;
mod users;
