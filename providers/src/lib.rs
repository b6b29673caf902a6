//! Desired state, comparison and plan of every kind of resource that standfast enforces.
//!
//! A plan is data: a provider observes and plans, and only `commit` writes.

pub mod commit;
pub mod compose;
pub mod document;
pub mod edit;
pub mod fingerprint;
pub mod limits;
pub mod ntp;
pub mod proved;
pub mod provider;
pub mod reloaded;
pub mod rsyslog;
pub mod schema;
pub mod secret;
pub mod shown;
pub mod snmp;
pub mod state_dir;
