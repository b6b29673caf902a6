//! `standfast explain limits`: what a user gets, and beside it what the user's processes really have.

use serde::Serialize;
use standfast_facts::accounts::{Account, AccountsError};
use standfast_facts::ids::Uid;
use standfast_facts::kernel::KernelError;
use standfast_facts::machine::Machine;
use standfast_facts::pam_services;
use standfast_facts::processes::{self, Process};
use standfast_facts::rlimit::Rlimit;
use standfast_facts::root::{ReadError, Root};
use standfast_providers::limits::Limits;
use standfast_providers::limits::explain::Explanation;
use standfast_providers::limits::item::Item;
use standfast_providers::limits::rules::RulesSource;
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
    /// The PAM services.
    #[error("cannot read the PAM services")]
    Services(#[source] ReadError),
    /// The running processes.
    #[error("cannot read the running processes")]
    Processes(#[source] KernelError),
}

/// An explanation, and what runs.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// What the next login gets.
    #[serde(flatten)]
    pub explanation: Explanation,
    /// The processes whose limits differ from the next login's, or that PAM does not govern.
    pub running: Vec<Running>,
    /// How many processes the user has; absent below another root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processes: Option<usize>,
    /// The ceiling that control groups set beside `nproc`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks_max: Option<String>,
    /// The PAM services whose sessions get these limits.
    pub services: Vec<String>,
    /// The module whose rules hold.
    pub rules: String,
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

/// Explains the limits of a user.
///
/// # Errors
/// When there is no such user or item, or something cannot be read.
pub fn limits(root: &Root, user: &str, item: Option<&str>) -> Result<Explained, ExplainError> {
    let item = item.map(|given| {
        Item::from_text(given).map_err(|reason| ExplainError::NoItem { given: Shown::text(given), reason })
    });
    let item = item.transpose()?;
    let machine = Machine::new(root);
    let account = account(&machine, user)?.ok_or_else(|| ExplainError::NoUser(Shown::text(user)))?;
    let uid = account.uid;
    let limits = Limits::observe(&machine)?;
    let person = limits.state.person(account)?;
    let explanation = limits.state.explain(&person, limits.ordinary(), item)?;
    let services = pam_services::services(root).map_err(ExplainError::Services)?;
    let loading =
        services.into_iter().filter(|service| !service.loads.is_empty()).map(|service| service.name);
    let rules = match &limits.state.rules.source {
        RulesSource::Installed(path) => format!("by the rules of {}", path.display()),
        RulesSource::Assumed(name) => format!("no pam_limits.so below the root: by the rules of {name}"),
    };
    let mut explained = Explained {
        explanation,
        running: Vec::new(),
        processes: None,
        tasks_max: None,
        services: loading.collect(),
        rules,
    };
    if root.is_host() {
        explained.add_processes(root, uid, item, &limits)?;
    }
    Ok(explained)
}

/// The account of this name, or of this UID where no name is so.
fn account(machine: &Machine<'_>, user: &str) -> Result<Option<Account>, AccountsError> {
    match (machine.accounts.user_by_name(user.as_bytes())?, user.parse()) {
        (None, Ok(uid)) => machine.accounts.user_by_uid(Uid(uid)),
        (account, _) => Ok(account),
    }
}

impl Explained {
    fn add_processes(
        &mut self,
        root: &Root,
        uid: Uid,
        item: Option<Item>,
        limits: &Limits<'_>,
    ) -> Result<(), ExplainError> {
        let processes = processes::processes_of(root, uid).map_err(ExplainError::Processes)?;
        self.processes = Some(processes.len());
        if matches!(item, None | Some(Item::Rlimit(Rlimit::Nproc))) {
            let ceiling =
                processes.first().and_then(|first| processes::pids_max(root, first.pid).ok().flatten());
            self.tasks_max = ceiling.map(|ceiling| {
                let group = Shown::text(&ceiling.cgroup.to_string_lossy());
                format!("{} tasks in {group} (systemd's TasksMax=), whatever nproc says", ceiling.limit)
            });
        }
        let changed = limits.state.files.iter().filter_map(|file| root.modified(&file.path)).max();
        for process in processes {
            let differs = self.differences(&process);
            if !differs.is_empty() {
                self.running.push(Running {
                    why: why(&process, changed),
                    pid: process.pid,
                    name: Shown::text(&process.name),
                    unit: process.unit.as_deref().map(Shown::text),
                    differs,
                });
            }
        }
        Ok(())
    }

    /// Where a process has other limits than the next login gets.
    fn differences(&self, process: &Process) -> Vec<String> {
        let mut differs = Vec::new();
        for explained in &self.explanation.items {
            let Some(item @ Item::Rlimit(rlimit)) = Item::named(explained.item.as_bytes()) else { continue };
            let Some(hard) = &explained.hard else { continue };
            let has = process.limits[rlimit];
            let is_other = |part: Option<u64>, has: u64| part.is_some_and(|part| part != has);
            if is_other(explained.soft.kernel, has.soft) || is_other(hard.kernel, has.hard) {
                let (soft, hard) = (item.file_text(has.soft), item.file_text(has.hard));
                differs.push(format!("{} soft {soft}, hard {hard}", explained.item));
            }
        }
        differs
    }
}

fn why(process: &Process, changed: Option<u64>) -> String {
    match (&process.unit, changed) {
        (Some(unit), _) if unit.ends_with(".service") && !unit.starts_with("user@") => format!(
            "{} is a systemd service: its limits come from the unit (LimitNPROC= and so on), not from PAM",
            Shown::text(unit)
        ),
        (_, Some(changed)) if process.started < changed => {
            "it was started before the limits files changed: limits are set at login".into()
        }
        _ => "it was not started by a PAM session, or changed its own limits".into(),
    }
}
