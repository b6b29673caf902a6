//! The rsyslogd of a machine: its main file, its version, what it reads.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use standfast_facts::addresses;
use standfast_facts::daemons::Daemon;
use standfast_facts::kernel::KernelError;
use standfast_facts::machine::Machine;
use standfast_facts::packages;
use standfast_facts::root::Root;

use super::config::{Config, RSYSLOG_CONF};
use super::eval::Known;
use super::files::{Files, Kind};
use super::lints::Lint;
use super::semantics::Flow;
use super::version::Version;
use crate::provider::Finding;

/// The rsyslogd of a machine.
#[derive(Debug)]
pub struct Host<'m> {
    /// The main file.
    pub main: PathBuf,
    /// The version, as the package or the program has it: `8.2302.0-1+deb12u1`.
    pub version: Option<String>,
    /// The process that runs.
    pub daemon: Option<Daemon>,
    /// The configuration as the next start reads it.
    pub config: Config,
    /// Where the messages of this host go.
    pub flow: Flow,
    pub(super) files: Files<'m>,
    root: &'m Root,
}

impl<'m> Host<'m> {
    /// Reads the configuration of the running rsyslogd, or that of the next start; `None` where there is none.
    ///
    /// # Errors
    /// When the processes cannot be read.
    pub fn observe(machine: &'m Machine<'m>) -> Result<Option<Self>, KernelError> {
        let root = machine.root;
        let daemons = machine.daemons.running(&["rsyslogd"])?;
        let is_first = |one: &&Daemon| !daemons.iter().any(|other| other.pid == one.parent);
        let main_of = |daemon: &Daemon| main_file(daemon).unwrap_or_else(|| PathBuf::from(RSYSLOG_CONF));
        // Others may run beside it for other ends: the one with the usual file is the host's.
        let usual = |daemon: &&Daemon| main_of(daemon) == Path::new(RSYSLOG_CONF);
        let first = daemons.iter().filter(is_first).find(usual).or_else(|| daemons.iter().find(is_first));
        let daemon = first.cloned();
        let main = daemon.as_ref().map_or_else(|| PathBuf::from(RSYSLOG_CONF), main_of);
        let version = version(root);
        let files = Files::of(root).read_by(version.as_deref().and_then(Version::parse));
        if files.kind(&main) == Kind::Missing {
            return Ok(None);
        }
        let config = Config::read(files.clone(), &main);
        let flow = config.local_flow(&Known::default());
        Ok(Some(Self { main, version, daemon, config, flow, files, root }))
    }

    /// Whether it is the host that this runs on.
    #[must_use]
    pub fn is_host(&self) -> bool {
        self.root.is_host()
    }

    /// What is wrong in it.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        // They count for loops alone, and a loop needs someone who listens.
        let listens = self.config.inputs().iter().any(|input| input.port.is_some());
        let own = if listens { addresses::own(self.root).unwrap_or_default() } else { Vec::new() };
        let own_addresses: Vec<_> = own.into_iter().map(|own| own.address).collect();
        let (config, flow, files) = (&self.config, &self.flow, &self.files);
        Lint { config, flow, files, own_addresses: &own_addresses }.findings()
    }
}

/// What the package says, or the program itself, which writes `swVersion="8.2302.0"` into its own messages.
pub(super) fn version(root: &Root) -> Option<String> {
    let of_binary = |path: &str| {
        let text = packages::text_in_binary(root, Path::new(path), b"swVersion=\"")?;
        let text = String::from_utf8(text).ok()?;
        let version = text.split_once("swVersion=\"")?.1.split('"').next()?;
        version.starts_with(|first: char| first.is_ascii_digit()).then(|| version.to_owned())
    };
    packages::debian_version(root, "rsyslog")
        .or_else(|| ["/usr/sbin/rsyslogd", "/sbin/rsyslogd"].into_iter().find_map(of_binary))
}

/// The file that `-f` names.
fn main_file(daemon: &Daemon) -> Option<PathBuf> {
    let mut arguments = daemon.arguments.iter().skip(1);
    let path = |bytes: &[u8]| daemon.cwd.join(std::ffi::OsStr::from_bytes(bytes));
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix(b"-f") {
            Some(b"") => return arguments.next().map(|file| path(file)),
            Some(file) => return Some(path(file)),
            None => {}
        }
    }
    None
}
