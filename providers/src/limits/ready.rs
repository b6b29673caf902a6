//! Before the plan: an entry that is made ready to be judged, or refused.

use std::path::{Path, PathBuf};

use standfast_facts::accounts::AccountsError;
use standfast_facts::login_defs::LoginDefs;
use standfast_facts::rlimit::Rlimit;
use thiserror::Error;

use super::DROP_IN;
use super::entry::{DesiredValue, Ensure, LimitsEntry};
use super::item::Item;
use super::state::{Content, LIMITS_CONF, LIMITS_D, LimitsState, ObserveError, is_read};
use super::target::{Target, TargetError};
use crate::schema::SchemaError;
use crate::shown::Shown;

/// Why there is no plan for an entry.
#[derive(Debug, Error)]
pub enum PlanError {
    /// The values do not go together.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The domain cannot be written.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The name service failed.
    #[error("cannot look up users and groups")]
    Accounts(#[source] AccountsError),
    /// The PAM services cannot be read.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// pam_limits would never read the file.
    #[error("target {path} is a file that pam_limits never reads: it takes {LIMITS_CONF} or {LIMITS_D}/NAME.conf", path = path.display())]
    NeverRead {
        /// The file.
        path: PathBuf,
    },
    /// The installed module ignores the item.
    #[error("the installed pam_limits.so does not know the item {item}")]
    UnknownItem {
        /// The item.
        item: &'static str,
    },
    /// Two resources for one entry.
    #[error("`{other}` is for the same entry: `{written}`")]
    Twice {
        /// The other resource's title.
        other: Shown,
        /// The entry's key.
        written: Shown,
    },
    /// The value would refuse logins or break sessions.
    #[error("refused, for it would lock users out: {reason}")]
    LockOut {
        /// Why.
        reason: String,
    },
}

/// An entry that is ready to be judged: its domain resolved, its value read.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) target: Target,
    pub(super) value: Option<DesiredValue>,
}

/// Makes an entry ready, or says why it cannot be planned.
pub(super) fn prepare(
    state: &LimitsState<'_>,
    entry: &LimitsEntry,
    login_defs: &LoginDefs,
) -> Result<Ready, PlanError> {
    entry.check()?;
    if !entry.item.is_known_to(&state.rules.module) {
        return Err(PlanError::UnknownItem { item: entry.item.name() });
    }
    // Taking paths apart is slow, and most name none.
    if entry.target != DROP_IN {
        check_is_read(Path::new(&entry.target))?;
    }
    let value = entry.desired();
    if entry.ensure == Ensure::Present {
        check_lock_out(state, entry, value)?;
    }
    Ok(Ready { target: Target::of(entry, state, login_defs)?, value })
}

/// Refuses a target that pam_limits would never read.
fn check_is_read(path: &Path) -> Result<(), PlanError> {
    let in_limits_d = path.parent() == Some(Path::new(LIMITS_D))
        && path.file_name().is_some_and(|name| is_read(name.as_encoded_bytes()));
    if path == Path::new(LIMITS_CONF) || in_limits_d {
        return Ok(());
    }
    Err(PlanError::NeverRead { path: path.to_path_buf() })
}

/// Refuses what would keep people from logging in, before it is written.
fn check_lock_out(
    state: &LimitsState<'_>,
    entry: &LimitsEntry,
    value: Option<DesiredValue>,
) -> Result<(), PlanError> {
    let refuse = |reason: String| Err(PlanError::LockOut { reason });
    if let (Item::Rlimit(Rlimit::Nofile), Some(value)) = (entry.item, value) {
        match (value, state.nr_open()) {
            (DesiredValue::Limit(0), _) => {
                return refuse("nofile 0 leaves a session that can open no file".into());
            }
            (DesiredValue::Limit(value), Some(most)) if value > most => {
                return refuse(format!(
                    "nofile {value} is above fs.nr_open ({most}), which setrlimit(2) refuses"
                ));
            }
            (DesiredValue::NrOpen, _) if !state.rules.module.nr_open => {
                return refuse(
                    "nofile unlimited is refused by setrlimit(2), and this pam_limits.so does not put fs.nr_open in its \
                     place"
                        .into(),
                );
            }
            _ => {}
        }
    }
    if entry.item == Item::MaxLogins
        && value == Some(DesiredValue::Number(0))
        && matches!(entry.domain.as_str(), "*" | "%")
    {
        return refuse("maxlogins 0 for everyone refuses every login but root's".into());
    }
    // A writer must not add to a system on which the module refuses everyone.
    if let Some(file) = state.refuses_sessions() {
        let path = Shown::text(&file.path.to_string_lossy());
        let what = if matches!(file.content, Content::Dangling) { "a link to nothing" } else { "missing" };
        return refuse(format!("{path} is {what}, and this pam_limits.so then refuses every session"));
    }
    Ok(())
}
