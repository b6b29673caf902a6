//! How outcomes are told: the only printing code.

pub mod delivery;
pub mod diff;
pub mod explanation;
pub mod foreman;
pub mod json;
pub mod logs;
pub mod monitoring;
pub mod ntp;
pub mod probe;
pub mod rsyslog;
pub mod snmp;
pub mod source;
pub mod spool;
pub mod style;
pub mod text;
