//! `standfast explain`: what someone gets, and which line decides.

pub mod limits;
pub mod ntp;
pub mod rsyslog;
pub mod snmp;
