//! Reads the machine: accounts, limits in force, the installed modules, running daemons. Writes nothing.

pub mod accounts;
pub mod addresses;
pub mod connections;
pub mod daemons;
pub mod ids;
pub mod kept;
pub mod kernel;
pub mod limits_in_force;
pub mod login_defs;
pub mod machine;
pub mod once;
pub mod opener;
pub mod os;
pub mod packages;
pub mod pam_module;
pub mod pam_services;
pub mod probe;
pub mod processes;
pub mod rlimit;
pub mod root;
pub mod search;
pub mod seen;
pub mod sockets;
pub mod texts;
pub mod trusted;

mod cgroup;
mod elf;
mod nss;
mod nsswitch;
mod pam_conf;
mod passwd;
mod pids_max;
mod proc_pid;
mod strtoul;
mod table;
#[cfg(test)]
mod testing;
pub mod units;
mod userdb;
