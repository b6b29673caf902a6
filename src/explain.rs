//! `standfast explain`: what a user gets, and beside it what the user's processes really have.

use serde::Serialize;
use standfast_facts::accounts::{Account, AccountsError};
use standfast_facts::ids::Uid;
use standfast_facts::machine::Machine;
use standfast_facts::processes::{self, Process};
use standfast_facts::root::Root;
use standfast_providers::limits::Limits;
use standfast_providers::limits::explain::Explanation;
use standfast_providers::limits::item::Item;
use standfast_providers::limits::state::ObserveError;
use standfast_providers::schema::AttributeValue;
use standfast_providers::shown::Shown;
use thiserror::Error;

/// Why nothing can be explained.
#[derive(Debug, Error)]
pub enum ExplainError {
    /// No such user.
    #[error("no user `{0}`")]
    NoUser(Shown),
    /// No such item.
    #[error("`{given}` is no item: {reason}")]
    NoItem {
        /// As given.
        given: Shown,
        /// What is legal.
        reason: String,
    },
    /// The files.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// The name service.
    #[error("cannot look up users and groups")]
    Accounts(#[from] AccountsError),
}

/// An explanation, and what runs.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// What the next login gets.
    #[serde(flatten)]
    pub explanation: Explanation,
    /// What the user's processes have, where it differs; absent below another root.
    pub running: Vec<Running>,
    /// How many processes the user has.
    pub processes: usize,
    /// The PAM services whose sessions get these limits.
    pub services: Vec<String>,
}

/// A process whose limits are not those of the next login, or that PAM does not govern.
#[derive(Debug, Serialize)]
pub struct Running {
    /// Its process ID.
    pub pid: u32,
    /// Its name.
    pub name: Shown,
    /// Its systemd unit, where it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Shown>,
    /// What differs.
    pub differs: Vec<String>,
    /// Why it differs.
    pub why: String,
}
