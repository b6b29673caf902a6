//! `Snmp`, the observed state of a machine's snmpd: how it is started, what its files say, who may do what.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use standfast_facts::daemons::Daemon;
use standfast_facts::kernel::KernelError;
use standfast_facts::machine::Machine;
use standfast_facts::once::fill;
use standfast_facts::root::{ReadError, Root};
use standfast_facts::units;
use thiserror::Error;

use super::hosts::EtcHosts;
use super::installed::{Installed, KnownFrom};
use super::invocation::{Invocation, Origin};
use super::keyword::Keyword;
use super::load::{Defect, Loader};
use super::lookups::{Before, Kind, Lookups, Planned, SnmpFile};
use super::reading::{IncludedDirectory, Other, Reading};
use super::rules::{Feature, Rules, Version};
use super::semantics::{Control, Grant, Refusal};
use super::strength::HostNames;
use super::syntax::Line;
use super::tables::LineId;
use super::words::Words;
use crate::document::Document;
use crate::fingerprint::Fingerprints;
use crate::provider::Place;

/// The admin's own file.
pub const SNMPD_CONF: &str = "/etc/snmp/snmpd.conf";

/// Where the program may be.
const PROGRAMS: [&str; 2] = ["/usr/sbin/snmpd", "/usr/local/sbin/snmpd"];

/// Files of init scripts that hold its options, and the variable.
const OPTIONS: [(&str, &str); 3] = [
    ("/etc/default/snmpd", "SNMPDOPTS"),
    ("/etc/sysconfig/snmpd", "OPTIONS"),
    ("/etc/sysconfig/snmpd.options", "OPTIONS"),
];

/// Why the state cannot be observed.
#[derive(Debug, Error)]
pub enum ObserveError {
    /// A file is there and cannot be read.
    #[error("cannot observe SNMP")]
    Read(#[source] ReadError),
    /// What runs cannot be seen.
    #[error("cannot see whether snmpd runs")]
    Processes(#[source] KernelError),
}

/// The observed state of a machine's snmpd.
#[derive(Debug)]
pub struct Snmp<'m> {
    /// The machine.
    pub machine: &'m Machine<'m>,
    /// The installed version and its directories.
    pub installed: Installed,
    /// Whether the program is there.
    pub program: Program,
    /// The process, where one runs.
    pub daemon: Option<Daemon>,
    /// How many run.
    pub running: usize,
    /// How it was started, or would be.
    pub invocation: Invocation,
    /// The rules by which its files are read.
    pub rules: Rules,
    /// Its files in the order in which they are first met.
    pub files: Vec<SnmpFile>,
    /// Directories whose files are included.
    pub directories: Vec<IncludedDirectory>,
    /// The directory that it writes itself.
    pub persistent: PathBuf,
    /// Lines of other directives than those of communities, groups and views, in the order of reading.
    pub others: Vec<Other>,
    /// What is wrong with lines, in the order of reading.
    pub defects: Vec<(LineId, Defect)>,
    /// Its access control.
    pub control: Control,
    /// The rights that communities have, in the order in which the lists are asked.
    pub grants: Vec<Grant>,
    /// Entries of the lists that let nobody in.
    pub refusals: Vec<Refusal>,
    /// How communities are told apart.
    pub fingerprints: Fingerprints,
    lookups: Lookups,
    around: Rc<Around<'m>>,
}

/// What the files stand in and a change of them leaves as it is; each is looked at when it is first asked for.
#[derive(Debug)]
struct Around<'m> {
    hosts: EtcHosts<'m>,
    has_mibs: OnceCell<bool>,
    /// The names of this host.
    names: OnceCell<HostNames>,
}

/// Whether the program is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// It runs, or could be started.
    Installed,
    /// Its files do nothing.
    Missing,
}

impl<'m> Snmp<'m> {
    /// Observes the daemon and reads its files as it does.
    ///
    /// # Errors
    /// When a file that is there cannot be read, or /proc cannot.
    pub fn observe(machine: &'m Machine<'m>) -> Result<Self, ObserveError> {
        let daemons = machine.daemons.running(&["snmpd"]).map_err(ObserveError::Processes)?;
        let running = daemons.len();
        // A daemon of several processes is known by the one that started the others.
        let is_first = |daemon: &&Daemon| !daemons.iter().any(|other| other.pid == daemon.parent);
        let daemon = daemons.iter().find(is_first).cloned();
        let installed = Installed::observe(machine.root);
        let mut invocation = match &daemon {
            Some(daemon) => of_daemon(machine.root, daemon),
            None => configured(machine.root),
        };
        if invocation.home.is_none() && installed.version >= Version(5, 9, 4) {
            // It asks passwd(5) for its own, and it is started as root.
            invocation.home = Some(b"/root".to_vec());
        }
        let exists = |path: &&str| machine.root.status(Path::new(path)).is_ok();
        let is_there = daemon.is_some() || PROGRAMS.iter().any(exists);
        let snmp = Self::read(machine, installed, invocation)?;
        // Below another root there may be files without a program; they are what is asked about.
        let is_asked_about = is_there || !machine.root.is_host() && !snmp.files.is_empty();
        let program = if is_asked_about { Program::Installed } else { Program::Missing };
        Ok(Self { program, daemon, running, ..snmp })
    }

    /// Reads the files that a daemon of this version reads when it is started like this.
    ///
    /// # Errors
    /// When a file that is there cannot be read.
    pub fn read(
        machine: &'m Machine<'m>,
        installed: Installed,
        invocation: Invocation,
    ) -> Result<Self, ObserveError> {
        Self::read_planned(machine, installed, invocation, None)
    }

    /// The same machine with these files as they would be after a change.
    ///
    /// # Errors
    /// When a file that is there cannot be read.
    pub fn after(&self, planned: Planned) -> Result<Self, ObserveError> {
        let (installed, invocation) = (self.installed.clone(), self.invocation.clone());
        let after = Self::read_planned(self.machine, installed, invocation, Some((self, planned)))?;
        Ok(Self { program: self.program, daemon: self.daemon.clone(), running: self.running, ..after })
    }

    fn read_planned(
        machine: &'m Machine<'m>,
        installed: Installed,
        invocation: Invocation,
        planned: Option<(&Self, Planned)>,
    ) -> Result<Self, ObserveError> {
        let (before, planned) = planned.unzip();
        let around =
            before.map_or_else(|| Rc::new(Around::of(machine.root)), |before| Rc::clone(&before.around));
        let mut rules = Rules::of(installed.version);
        rules.application.clone_from(&invocation.application);
        let hosts = &around.hosts;
        let known = before.map(|before| Before { files: &before.files, lookups: &before.lookups });
        let mut reading = Reading::new(machine.root, &invocation, &installed, Loader::new(&rules, hosts))
            .with_planned(planned.unwrap_or_default(), known);
        reading.read_all().map_err(ObserveError::Read)?;
        // These two the daemon knows before it reads any of its files for rights.
        let persistent = reading.named_persistent().unwrap_or_else(|| reading.persistent.clone());
        let without_mibs = Rules { mibs: Feature::Unknown, ..rules.clone() };
        let reads_mibs = || {
            (invocation.mibs.is_some() || !reading.reads_no_mibs())
                && *around.has_mibs.get_or_init(|| has_mibs(machine.root, &installed, &invocation))
        };
        let lacks_names = reading.loader.met_names && rules.mibs == Feature::Known && !reads_mibs();
        if persistent != reading.persistent || lacks_names {
            let rules = if lacks_names { &without_mibs } else { &rules };
            reading = reading.again(persistent, Loader::new(rules, hosts)).map_err(ObserveError::Read)?;
        }
        let rules = reading.loader.rules.clone();
        let Reading { files, others, directories, loader, persistent, lookups, .. } = reading;
        let defects = loader.defects.clone();
        let control = Control::of(loader, contexts(&files, &others));
        let (grants, refusals) = control.grants();
        Ok(Self {
            machine,
            program: Program::Installed,
            daemon: None,
            running: 0,
            files,
            directories,
            persistent,
            others,
            defects,
            control,
            grants,
            refusals,
            fingerprints: before
                .map_or_else(|| Fingerprints::observe(machine.root), |before| before.fingerprints.clone()),
            lookups,
            around,
            installed,
            invocation,
            rules,
        })
    }

    /// The names of this host, which no community should have.
    ///
    /// # Errors
    /// When a file that holds them is there and cannot be read.
    pub fn host_names(&self) -> Result<&HostNames, ReadError> {
        fill(&self.around.names, || HostNames::of(self.machine.root))
    }

    /// The file of this path, where the daemon reads one.
    #[must_use]
    pub fn file(&self, path: &Path) -> Option<&SnmpFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The document that a line stands in.
    #[must_use]
    pub fn document(&self, line: LineId) -> Option<&Document<Line>> {
        Some(&self.files.get(line.file as usize)?.document)
    }

    /// A line, and the bytes of its document.
    #[must_use]
    pub fn line(&self, id: LineId) -> Option<(&Line, &[u8])> {
        let document = self.document(id)?;
        Some((document.chunks().get(id.chunk as usize)?.entry.as_ref()?, document.bytes()))
    }

    /// The text of a line as it stands in its file; it may hold secrets.
    #[must_use]
    pub fn text(&self, id: LineId) -> &[u8] {
        self.document(id).map(|document| document.text(id.chunk as usize)).unwrap_or_default()
    }

    /// File and number of a line.
    #[must_use]
    pub fn place(&self, id: LineId) -> Place {
        let file = self.files.get(id.file as usize);
        // The command line has no lines.
        let with_lines = file.filter(|file| file.kind != Kind::CommandLine);
        let chunk = with_lines.and_then(|file| file.document.chunks().get(id.chunk as usize));
        Place {
            file: file.map(|file| file.path.clone()).unwrap_or_default(),
            line: chunk.map_or(0, |chunk| chunk.line),
        }
    }
}

fn of_daemon(root: &Root, daemon: &Daemon) -> Invocation {
    let variable = |name: &str| daemon.environment(root, name);
    let invocation = Invocation::new(Origin::Running(daemon.pid), &daemon.arguments, variable);
    Invocation { directory: daemon.cwd.clone(), ..invocation }
}

/// How it would be started: by its unit, else by the options of its init script.
fn configured(root: &Root) -> Invocation {
    if let Some(start) = units::start(root, "snmpd.service") {
        let variable = |name: &str| start.environment.get(name.as_bytes()).cloned();
        return Invocation::new(Origin::Configured(start.unit), &start.arguments, variable);
    }
    for (path, name) in OPTIONS {
        let path = PathBuf::from(path);
        let Ok(bytes) = root.read(&path) else { continue };
        let variables = units::assignments(&bytes);
        if let Some(options) = variables.get(name.as_bytes()) {
            let mut arguments = vec![b"snmpd".to_vec()];
            arguments.extend(
                options.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).map(<[u8]>::to_vec),
            );
            return Invocation::new(Origin::Configured(path), &arguments, |name| {
                variables.get(name.as_bytes()).cloned()
            });
        }
    }
    Invocation::default()
}

impl<'m> Around<'m> {
    fn of(root: &'m Root) -> Self {
        Self { hosts: EtcHosts::of(root), has_mibs: OnceCell::new(), names: OnceCell::new() }
    }
}

/// Whether the names of objects can be read: MIB files are there, and nothing keeps the daemon from reading them.
///
/// Where not even the library is there, they are taken to be where it is.
fn has_mibs(root: &Root, installed: &Installed, invocation: &Invocation) -> bool {
    let is_off = invocation.mibs.as_deref().is_some_and(<[u8]>::is_empty);
    if installed.known_from == KnownFrom::Assumed {
        return !is_off;
    }
    let has_files =
        ["/usr/share/snmp/mibs", "/usr/share/mibs/ietf", "/var/lib/mibs/ietf", "/usr/local/share/snmp/mibs"]
            .iter()
            .any(|directory| {
                let names = root.list(Path::new(directory)).unwrap_or_default();
                names.iter().any(|name| name.to_str().is_some_and(|name| name.starts_with("SNMPv2-")))
            });
    has_files && !is_off
}

/// The contexts that proxy lines make.
fn contexts(files: &[SnmpFile], others: &[Other]) -> HashSet<Vec<u8>> {
    let context = |other: &Other| {
        let document = &files.get(other.line.file as usize)?.document;
        let line = document.chunks().get(other.line.chunk as usize)?.entry.as_ref()?;
        let mut words = Words::new(line.parameter(document.bytes())?);
        while words.has_more() {
            let word = words.next(255);
            match word.strip_prefix(b"-Cn") {
                Some(b"") => return Some(words.next(255)),
                Some(context) => return Some(context.to_vec()),
                None => {}
            }
        }
        None
    };
    others.iter().filter(|other| other.keyword == Keyword::Proxy).filter_map(context).collect()
}
