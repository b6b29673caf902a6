//! Telling a daemon to read its files again: the other change of a machine, besides that of a file.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::io::Errno;
use rustix::process::{Pid, Signal};
use standfast_facts::root::Root;
use thiserror::Error;

use crate::provider::{Reload, ReloadAction};

/// Where systemd keeps its state: there only when it is the init that runs, sd_booted(3).
const SYSTEMD: &str = "/run/systemd/system";

/// Why a service was not told.
#[derive(Debug, Error)]
pub enum ReloadError {
    /// Services belong to the running host.
    #[error("{service}: no service runs below another root directory")]
    NotTheHost {
        /// The service.
        service: String,
    },
    /// The process is gone, or another's.
    #[error("{service}: cannot send SIGHUP to process {pid}")]
    Signal {
        /// The service.
        service: String,
        /// The process.
        pid: u32,
        /// What the kernel said.
        source: Errno,
    },
    /// Neither systemd nor an init script knows it.
    #[error("{service}: no systemd runs and there is no /etc/init.d/{service}; restart it by hand")]
    NoInit {
        /// The service.
        service: String,
    },
    /// The command cannot be started.
    #[error("{service}: cannot start {command}")]
    Start {
        /// The service.
        service: String,
        /// The command.
        command: &'static str,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// The command failed. What it printed is not repeated: it may quote a configuration with secrets.
    #[error("{service}: `{command} {service}` failed ({status}); see the service's own log")]
    Failed {
        /// The service.
        service: String,
        /// The command.
        command: &'static str,
        /// How it ended.
        status: std::process::ExitStatus,
    },
}

/// Makes a service read its files again: SIGHUP to its process, or a restart by the init system.
///
/// # Errors
/// [`ReloadError`] names the service.
pub fn reload(root: &Root, reload: &Reload) -> Result<(), ReloadError> {
    let service = reload.service.clone();
    if !root.is_host() {
        return Err(ReloadError::NotTheHost { service });
    }
    match (reload.action, reload.pid) {
        // Nothing runs that could hear it; the next start reads the files.
        (ReloadAction::Hup, None) => Ok(()),
        (ReloadAction::Hup, Some(number)) => {
            let pid = i32::try_from(number).ok().and_then(Pid::from_raw);
            let sent = pid.ok_or(Errno::SRCH).and_then(|pid| rustix::process::kill_process(pid, Signal::HUP));
            sent.map_err(|source| ReloadError::Signal { service, pid: number, source })
        }
        (ReloadAction::Restart, _) => restart(root, service),
    }
}

fn restart(root: &Root, service: String) -> Result<(), ReloadError> {
    let script = Path::new("/etc/init.d").join(&service);
    let (command, mut started) = if root.status(Path::new(SYSTEMD)).is_ok() {
        ("systemctl restart", Command::new("systemctl"))
    } else if root.status(&script).is_ok() {
        ("init script: restart", Command::new(&script))
    } else {
        return Err(ReloadError::NoInit { service });
    };
    started.arg("restart");
    if command.starts_with("systemctl") {
        started.arg(&service);
    }
    let ended = started.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = ended.map_err(|source| ReloadError::Start { service: service.clone(), command, source })?;
    if status.success() { Ok(()) } else { Err(ReloadError::Failed { service, command, status }) }
}
