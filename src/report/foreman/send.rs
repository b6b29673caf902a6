//! The way to the program that uploads, `standfast-upload`.
//!
//! HTTP and TLS are a program of their own: their tables would have to be relocated at each start, which is a tenth of
//! what a check costs, and what a server sends is read by a process that holds nothing else.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::answer::Endpoint;
use super::job::{Job, Reply};
use super::settings::Settings;
use crate::chain::chain;

/// The program's name; it lies beside this one, or where packages put what nobody calls by hand.
const PROGRAM: &str = "standfast-upload";

/// What sends reports.
pub struct Sender<'s> {
    settings: &'s Settings,
    program: PathBuf,
}

impl<'s> Sender<'s> {
    /// Looks for the program.
    ///
    /// # Errors
    /// When it is not there.
    pub fn new(settings: &'s Settings) -> Result<Self, String> {
        let own = std::env::current_exe().map_err(|error| format!("cannot find {PROGRAM}: {error}"))?;
        let beside = own.with_file_name(PROGRAM);
        let packaged =
            own.parent().and_then(|bin| Some(bin.parent()?.join("libexec/standfast").join(PROGRAM)));
        let program =
            std::iter::once(beside.clone()).chain(packaged).find(|path| path.is_file()).ok_or_else(|| {
                format!("{} is missing, which does the upload: install it again", beside.display())
            })?;
        Ok(Self { settings, program })
    }

    /// Sends a body to an endpoint.
    #[must_use]
    pub fn send(&self, endpoint: Endpoint, body: &[u8]) -> Reply {
        self.ask(&self.job(endpoint, body)).unwrap_or_else(|error| {
            Reply::Misconfigured(format!("{} failed: {}", self.program.display(), chain(&error)))
        })
    }

    fn job(&self, endpoint: Endpoint, body: &[u8]) -> Job {
        let settings = self.settings;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Job {
            address: self.address(endpoint),
            host: settings.url.host().to_owned(),
            authorities: text(settings.authorities.as_deref().unwrap_or_default()),
            identity: settings.identity.as_ref().map(|identity| {
                text(&[identity.key.reveal(), b"\n", identity.certificate.as_slice()].concat())
            }),
            login: settings.login.as_ref().map(|login| (login.user.clone(), text(login.password.reveal()))),
            http_proxy: settings.http_proxy.as_ref().map(|proxy| proxy.as_str().to_owned()),
            connect_timeout: milliseconds(settings.connect_timeout),
            timeout: milliseconds(settings.timeout),
            body: text(body),
        }
    }

    /// Where reports of an endpoint go.
    fn address(&self, endpoint: Endpoint) -> String {
        let url = self.settings.url.as_str();
        match endpoint {
            Endpoint::SmartProxy => format!("{url}/drift_reports"),
            Endpoint::Standfast => format!("{url}/api/v2/standfast/drift_reports"),
            Endpoint::ConfigReports => format!("{url}/api/v2/config_reports"),
        }
    }

    /// Lets the program do one job. It ends by itself in the time that the job gives it.
    fn ask(&self, job: &Job) -> io::Result<Reply> {
        let mut command = Command::new(&self.program);
        // Nothing of what is set here is for it: no proxy, no directory of certificates, no library.
        command.env_clear().current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn()?;
        let asked = match child.stdin.take() {
            Some(mut stdin) => {
                serde_json::to_vec(job).map_err(io::Error::from).and_then(|job| stdin.write_all(&job))
            }
            None => Ok(()),
        };
        let output = child.wait_with_output()?;
        asked?;
        if !output.status.success() {
            return Err(io::Error::other(output.status.to_string()));
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}
