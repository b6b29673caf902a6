//! The observed state of all daemons of time: what they are, and what their files say.

use std::path::{Path, PathBuf};

use standfast_facts::kernel::KernelError;
use standfast_facts::machine::Machine;
use thiserror::Error;

use super::daemon::{self, Installed, Presence};
use super::files::{Closure, FilesError};
use super::reading::{self, Reading, Said};
use super::source::Source;
use crate::document::{Change, Document};

/// Why the daemons of time cannot be observed.
#[derive(Debug, Error)]
pub enum ObserveError {
    /// The processes cannot be read.
    #[error("cannot observe the daemons of time")]
    Daemons(#[source] KernelError),
    /// A file cannot be read.
    #[error("cannot observe the daemons of time")]
    Files(#[source] FilesError),
}

/// The daemons of time of one machine.
#[derive(Debug)]
pub struct NtpState<'m> {
    /// The machine.
    pub machine: &'m Machine<'m>,
    /// The daemons, those that run first.
    pub services: Vec<Service>,
}

/// A daemon and its configurations.
#[derive(Debug)]
pub struct Service {
    /// The daemon.
    pub installed: Installed,
    /// Its configurations; the first is the one that counts most.
    pub readings: Vec<(Reading, Said)>,
}

impl<'m> NtpState<'m> {
    /// Finds the daemons and reads their files.
    ///
    /// # Errors
    /// When processes or a file cannot be read.
    pub fn observe(machine: &'m Machine<'m>) -> Result<Self, ObserveError> {
        let source = Source::new(machine.root);
        let mut services = Vec::new();
        for installed in daemon::find(machine).map_err(ObserveError::Daemons)? {
            let read = |reading: Reading| reading.read(&source).map(|said| (reading, said));
            let readings = reading::readings(machine.root, &installed).into_iter().map(read);
            let readings = readings.collect::<Result<_, _>>().map_err(ObserveError::Files)?;
            services.push(Service { installed, readings });
        }
        Ok(Self { machine, services })
    }

    /// What is said in the configuration that holds a file.
    #[must_use]
    pub fn said_in(&self, path: &Path) -> Option<&Said> {
        let readings = self.services.iter().flat_map(|service| &service.readings);
        readings.map(|(_, said)| said).find(|said| said.bytes(path).is_some())
    }

    /// The directories in which files may be written.
    #[must_use]
    pub fn directories(&self) -> Vec<PathBuf> {
        let readings = self.services.iter().flat_map(|service| &service.readings);
        let mut directories: Vec<PathBuf> = readings
            .flat_map(|(_, said)| {
                let parents =
                    said.paths().into_iter().filter_map(|path| path.parent().map(Path::to_path_buf));
                parents.chain(said.directories().iter().cloned()).collect::<Vec<_>>()
            })
            // A process's command line is no place to write to.
            .filter(|directory| !directory.starts_with("/proc"))
            .collect();
        directories.sort_unstable();
        directories.dedup();
        directories
    }
}

impl Service {
    /// Whether it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.installed.presence, Presence::Running(_))
    }
}

/// Does the same to the closure of each syntax.
macro_rules! with_closure {
    ($said:expr, $closure:ident => $do:expr, $nothing:expr) => {
        match $said {
            Said::Ntpd($closure, _) => $do,
            Said::Chrony($closure, _) => $do,
            Said::Openntpd($closure) => $do,
            Said::Nothing => $nothing,
        }
    };
}

impl Said {
    /// The bytes of a file; `None` where it is not one of these.
    #[must_use]
    pub fn bytes(&self, path: &Path) -> Option<&[u8]> {
        with_closure!(self, closure => document(closure, path).map(Document::bytes), None)
    }

    /// The bytes of a file after changes; `None` where it is not one of these.
    #[must_use]
    pub fn with(&self, path: &Path, changes: &[Change]) -> Option<Vec<u8>> {
        with_closure!(self, closure => document(closure, path).map(|document| document.with(changes)), None)
    }

    /// The files, the main one first.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        with_closure!(self, closure => closure.files.iter().map(|file| file.path.clone()).collect(), Vec::new())
    }

    /// The directories whose files are read.
    #[must_use]
    pub fn directories(&self) -> &[PathBuf] {
        with_closure!(self, closure => &closure.directories, &[])
    }

    /// Whether the main file is there.
    #[must_use]
    pub fn has_main(&self) -> bool {
        with_closure!(self, closure => closure.files.first().is_some_and(|file| file.document.is_some()), true)
    }
}

fn document<'c, E>(closure: &'c Closure<E>, path: &Path) -> Option<&'c Document<E>> {
    closure.file(path)?.document.as_ref()
}
