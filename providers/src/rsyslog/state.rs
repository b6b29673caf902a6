//! rsyslog on one machine, observed: its configuration, its version, the process that runs.

use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use standfast_facts::daemons::Daemon;
use standfast_facts::kernel::KernelError;
use standfast_facts::machine::Machine;
use standfast_facts::root::Root;
use thiserror::Error;

use super::config::Config;
use super::eval::Known;
use super::files::Files;
use super::forwards::Forward;
use super::host::{self, Host};
use super::render::{end_mark, mark};
use super::semantics::Flow;
use super::version::Version;
use crate::provider::Finding;

/// The directory of drop-ins that all distributions include.
pub const RSYSLOG_D: &str = "/etc/rsyslog.d";

/// A process is known to 11 ms, and a file to the tick of the kernel's clock.
const CLOCK_GRAIN: Duration = Duration::from_millis(20);

/// Why rsyslog cannot be observed.
#[derive(Debug, Error)]
pub enum ObserveError {
    /// There is none.
    #[error("no rsyslogd is installed: install the package rsyslog")]
    NotInstalled,
    /// Its main file is missing.
    #[error("no rsyslog.conf: rsyslogd does not start without it; install the package rsyslog")]
    NoConfig,
    /// The processes cannot be listed.
    #[error("cannot see whether rsyslogd runs")]
    Daemons(#[source] KernelError),
}

/// A configuration and what comes where in it.
#[derive(Debug)]
pub struct Reading {
    /// As rsyslogd reads it.
    pub config: Config,
    /// Where the messages of this host go.
    pub flow: Flow,
    /// The forwards.
    pub forwards: Vec<Forward>,
}

impl Reading {
    fn of(config: Config) -> Self {
        let flow = config.local_flow(&Known::default());
        let forwards = config.forwards(&flow);
        Self { config, flow, forwards }
    }

    /// Reads a main file with all that it includes.
    #[must_use]
    pub fn read(files: Files<'_>, main: &Path) -> Self {
        Self::of(Config::read(files, main))
    }
}

/// What stands under one of our names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ours {
    /// The file.
    pub path: PathBuf,
    /// From the first mark to behind the last line.
    pub range: Range<usize>,
    /// Whether the file holds nothing else.
    pub is_whole: bool,
}

/// rsyslog on one machine.
#[derive(Debug)]
pub struct Rsyslog<'m> {
    /// The machine.
    pub machine: &'m Machine<'m>,
    /// The main file of the configuration.
    pub main: PathBuf,
    /// What is read.
    pub reading: Reading,
    /// The rsyslogd that is installed.
    pub version: Version,
    /// The one that runs.
    pub daemon: Option<Daemon>,
    /// Files of ours that nothing includes.
    pub strays: Vec<(PathBuf, Vec<u8>)>,
    /// What is wrong in the configuration, whatever is desired.
    pub findings: Vec<Finding>,
    /// Its files as they were read, for plans that are tried.
    pub(super) seen: Files<'m>,
}

impl<'m> Rsyslog<'m> {
    /// Reads the configuration that the running rsyslogd has, or that the next one will have.
    ///
    /// # Errors
    /// When there is no rsyslog.
    pub fn observe(machine: &'m Machine<'m>) -> Result<Self, ObserveError> {
        let host = Host::observe(machine).map_err(ObserveError::Daemons)?;
        let host = host.ok_or_else(|| match host::version(machine.root) {
            Some(_) => ObserveError::NoConfig,
            None => ObserveError::NotInstalled,
        })?;
        let findings = host.findings();
        let version = host.version.as_deref().and_then(Version::parse).ok_or(ObserveError::NotInstalled)?;
        let Host { main, daemon, config, flow, files: seen, .. } = host;
        let forwards = config.forwards(&flow);
        let reading = Reading { config, flow, forwards };
        let root = machine.root;
        let strays = strays(root, &reading.config);
        Ok(Self { machine, main, reading, version, daemon, strays, findings, seen })
    }

    /// What would be read if these files had these contents.
    #[must_use]
    pub fn trial(&self, changed: &[(PathBuf, Option<Vec<u8>>)]) -> Reading {
        let mut files = self.seen.clone();
        for (path, content) in changed {
            files = files.with(path, content.clone());
        }
        Reading::read(files, &self.main)
    }

    /// The files of the machine, as its rsyslogd reads them.
    #[must_use]
    pub fn files(&self) -> Files<'m> {
        Files::of(self.machine.root).read_by(Some(self.version))
    }

    /// The bytes of a file that is included, or of ours.
    #[must_use]
    pub fn file(&self, path: &Path) -> Option<&[u8]> {
        let included = self.reading.config.files.iter().filter(|file| file.text_of.is_none());
        let included = included.map(|file| (&file.path, &file.bytes));
        let strays = self.strays.iter().map(|(path, bytes)| (path, bytes));
        included.chain(strays).find(|(other, _)| *other == path).map(|(_, bytes)| bytes.as_slice())
    }

    /// Whether a file is included.
    #[must_use]
    pub fn includes(&self, path: &Path) -> bool {
        includes(&self.reading.config, path)
    }

    /// All that stands under one of our names, files that nothing includes last.
    #[must_use]
    pub fn ours(&self, name: &str) -> Vec<Ours> {
        let mut found: Vec<Ours> = Vec::new();
        let included = self.reading.config.files.iter().filter(|file| file.text_of.is_none());
        let all = included.map(|file| (&file.path, &file.bytes));
        for (path, bytes) in all.chain(self.strays.iter().map(|(path, bytes)| (path, bytes))) {
            if found.iter().all(|known| known.path != *path)
                && let Some((range, is_whole)) = marked(bytes, name)
            {
                found.push(Ours { path: path.clone(), range, is_whole });
            }
        }
        found
    }

    /// The files that are newer than the process that should have read them.
    #[must_use]
    pub fn newer_than_process(&self) -> Option<&Path> {
        let daemon = self.daemon.as_ref()?;
        let modified = |path: &Path| -> Option<SystemTime> {
            self.machine.root.status(path).ok().map(|status| status.modified)
        };
        let files = self.reading.config.files.iter().filter(|file| file.text_of.is_none());
        files
            .map(|file| file.path.as_path())
            .find(|path| modified(path).is_some_and(|modified| modified > daemon.started + CLOCK_GRAIN))
    }
}

/// Whether a configuration includes a file.
#[must_use]
pub fn includes(config: &Config, path: &Path) -> bool {
    config.files.iter().any(|file| file.text_of.is_none() && file.path == path)
}

/// The stretch under one of our names, and whether the file is nothing else.
#[must_use]
pub fn marked(bytes: &[u8], name: &str) -> Option<(Range<usize>, bool)> {
    let start = line(bytes, 0, mark(name).as_bytes())?;
    match line(bytes, start, end_mark(name).as_bytes()) {
        Some(end) => {
            let behind = standfast_facts::search::memchr(b'\n', bytes.get(end..)?)
                .map_or(bytes.len(), |at| end + at + 1);
            Some((start..behind, false))
        }
        // Without an end the file must be ours as a whole.
        None => (start == 0).then_some((0..bytes.len(), true)),
    }
}

/// Where a line begins that is this text.
fn line(bytes: &[u8], from: usize, text: &[u8]) -> Option<usize> {
    standfast_facts::search::find_iter(bytes.get(from..)?, text).map(|at| from + at).find(|at| {
        let begins = *at == 0 || bytes.get(at - 1) == Some(&b'\n');
        let rest = bytes.get(at + text.len()..).unwrap_or_default();
        begins && matches!(rest.first(), None | Some(b'\n' | b'\r'))
    })
}

/// Our files that nothing includes: in the directory that all distributions include.
fn strays(root: &Root, config: &Config) -> Vec<(PathBuf, Vec<u8>)> {
    let directory = Path::new(RSYSLOG_D);
    let names = root.list(directory).unwrap_or_default();
    let ours = names.into_iter().filter(|name| {
        let name = name.as_bytes();
        standfast_facts::search::find(name, b"standfast-").is_some()
            && name.ends_with(b".conf")
            && !name.starts_with(b".")
    });
    let paths = ours.map(|name| directory.join(name)).filter(|path| !includes(config, path));
    paths.filter_map(|path| root.read(&path).ok().map(|bytes| (path, bytes))).collect()
}
