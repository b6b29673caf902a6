//! One configuration of one daemon: what it runs with, what it would run with after a restart, or what the next lease
//! of a DHCP client would make of it.

use std::path::{Path, PathBuf};

use serde::Serialize;
use standfast_facts::root::Root;

use super::chrony;
use super::chrony::syntax::ChronySyntax;
use super::command_line::{CommandLine, shell_words};
use super::daemon::{Installed, Program};
use super::directive::Statement;
use super::files::{Base, Closure, FilesError, Found, Reader, line_id};
use super::ntpd_files;
use super::openntpd::{self, OpenntpdSyntax};
use super::semantics::Configuration;
use super::source::Source;
use super::version::{Family, Rules};

/// Which of a daemon's configurations it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The running daemon was started with it.
    Running,
    /// The next start reads it.
    Next,
    /// The DHCP client copies it, with other servers.
    Source,
}

/// Where a configuration is, and how it is read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Which of a daemon's configurations it is.
    pub role: Role,
    /// The main file, as the daemon knows it.
    pub main: PathBuf,
    /// Whence paths start.
    pub base: Base,
    /// What the command line says.
    pub command_line: CommandLine,
    /// For ntpd, the rules of its release.
    pub rules: Option<Rules>,
    program: Program,
    pid: Option<u32>,
}

/// What a configuration says.
#[derive(Debug)]
pub enum Said {
    /// ntpd
    Ntpd(Closure<Statement>, Box<Configuration>),
    /// chronyd
    Chrony(Closure<chrony::syntax::Directive>, Box<chrony::semantics::Configuration>),
    /// OpenNTPD
    Openntpd(Closure<openntpd::Directive>),
    /// A daemon that answers nobody.
    Nothing,
}

/// A copy of ntp.conf that Debian's DHCP hooks make, with the servers of the lease in place of its own.
struct DhcpCopy {
    copy: &'static str,
    source: &'static str,
    /// The file and variable that keep the next start from it.
    ignore: Option<(&'static str, &'static str)>,
    /// The hook that makes it.
    hook: &'static str,
}

const DHCP_COPIES: [DhcpCopy; 3] = [
    DhcpCopy {
        copy: "/run/ntpsec/ntp.conf.dhcp",
        source: "/etc/ntpsec/ntp.conf",
        ignore: Some(("/etc/default/ntpsec", "IGNORE_DHCP")),
        hook: "/etc/dhcp/dhclient-exit-hooks.d/ntpsec",
    },
    DhcpCopy {
        copy: "/run/ntp.conf.dhcp",
        source: "/etc/ntp.conf",
        ignore: None,
        hook: "/etc/dhcp/dhclient-exit-hooks.d/ntp",
    },
    DhcpCopy {
        copy: "/var/lib/ntp/ntp.conf.dhcp",
        source: "/etc/ntp.conf",
        ignore: None,
        hook: "/etc/dhcp/dhclient-exit-hooks.d/ntp",
    },
];

/// The file whose copy this is.
#[must_use]
pub fn dhcp_source(copy: &Path) -> Option<&'static Path> {
    DHCP_COPIES.iter().find(|dhcp| copy == Path::new(dhcp.copy)).map(|dhcp| Path::new(dhcp.source))
}

/// Whether a DHCP client may put a copy in the place of a file, now or with the next lease.
#[must_use]
pub fn may_be_copied(root: &Root, source: &Path) -> bool {
    DHCP_COPIES.iter().any(|dhcp| {
        let is_there = |path: &str| root.status(Path::new(path)).is_ok();
        source == Path::new(dhcp.source)
            && !dhcp.is_ignored(root)
            && (is_there(dhcp.hook) || is_there(dhcp.copy))
    })
}

impl DhcpCopy {
    fn is_ignored(&self, root: &Root) -> bool {
        self.ignore.is_some_and(|(file, variable)| {
            let words = root.read(Path::new(file)).ok().and_then(|text| shell_words(&text, variable));
            words.is_some_and(|words| words == [b"yes"])
        })
    }
}

/// Where the options of the next start stand: files and variables.
fn environment(program: Program) -> &'static [(&'static str, &'static str)] {
    match program {
        Program::Ntpd(Family::Classic) => &[
            ("/etc/default/ntp", "NTPD_OPTS"),
            ("/etc/sysconfig/ntpd", "OPTIONS"),
            ("/etc/sysconfig/ntp", "NTPD_OPTIONS"),
        ],
        Program::Ntpd(Family::Ntpsec) => {
            &[("/etc/default/ntpsec", "NTPD_OPTS"), ("/etc/sysconfig/ntpd", "OPTIONS")]
        }
        Program::Chrony => &[("/etc/default/chrony", "DAEMON_OPTS"), ("/etc/sysconfig/chronyd", "OPTIONS")],
        Program::Openntpd => &[("/etc/default/openntpd", "DAEMON_OPTS")],
        Program::Timesyncd => &[],
    }
}

/// The files that builds of a program read when they are told none.
pub(super) fn defaults(program: Program) -> &'static [&'static str] {
    match program {
        Program::Ntpd(Family::Classic) => &["/etc/ntp.conf"],
        Program::Ntpd(Family::Ntpsec) => &["/etc/ntpsec/ntp.conf", "/etc/ntp.conf"],
        Program::Chrony => &["/etc/chrony/chrony.conf", "/etc/chrony.conf"],
        Program::Openntpd => &["/etc/openntpd/ntpd.conf", "/etc/ntpd.conf"],
        Program::Timesyncd => &["/etc/systemd/timesyncd.conf"],
    }
}

/// The file that a program reads when it is told none: the one that its executable tells, else the one that is there.
fn default_file(root: &Root, installed: &Installed) -> PathBuf {
    let defaults = defaults(installed.program);
    let is_there = || defaults.iter().find(|path| root.status(Path::new(path)).is_ok()).copied();
    installed.default.or_else(is_there).or(defaults.first().copied()).map(PathBuf::from).unwrap_or_default()
}

/// The configurations of a daemon that are judged: the one that runs, the one that the next start reads, and the one
/// that DHCP copies; each once.
#[must_use]
pub fn readings(root: &Root, installed: &Installed) -> Vec<Reading> {
    let default = default_file(root, installed);
    let options = environment(installed.program)
        .iter()
        .find_map(|(file, variable)| shell_words(&root.read(Path::new(file)).ok()?, variable));
    let next_line = CommandLine::parse(installed.program, &options.unwrap_or_default());
    let copy = match installed.program {
        Program::Ntpd(_) => DHCP_COPIES.iter().find(|dhcp| {
            Path::new(dhcp.source) == default
                && root.status(Path::new(dhcp.copy)).is_ok()
                && !dhcp.is_ignored(root)
        }),
        Program::Chrony | Program::Openntpd | Program::Timesyncd => None,
    };
    let told = next_line.config.clone().unwrap_or_else(|| default.clone());
    let next = copy.map_or_else(|| told.clone(), |dhcp| PathBuf::from(dhcp.copy));
    let make = |role, main: PathBuf, base: Base, command_line: CommandLine| Reading {
        role,
        main,
        base,
        command_line,
        rules: match installed.program {
            Program::Ntpd(family) => Some(Rules::of(family, installed.version)),
            Program::Chrony | Program::Openntpd | Program::Timesyncd => None,
        },
        program: installed.program,
        pid: installed.daemon().map(|daemon| daemon.pid),
    };
    let mut readings = Vec::new();
    let mut is_started_so = true;
    if let Some(daemon) = installed.daemon() {
        let line = CommandLine::parse(installed.program, daemon.arguments.get(1..).unwrap_or_default());
        let main = line.config.clone().unwrap_or_else(|| default.clone());
        // A unit of the administrator's own names a file of its own, now and at the next start.
        is_started_so = main == default || main == told || main == next || dhcp_source(&main).is_some();
        let base = match line.jail {
            // The files are read before the daemon takes the directory for `/`.
            Some(_) => Base::default(),
            None => Base { cwd: daemon.cwd.clone(), root: daemon.root.clone() },
        };
        readings.push(make(Role::Running, main, base, line));
    }
    if is_started_so && readings.iter().all(|reading| reading.main != next) {
        readings.push(make(Role::Next, next, Base::default(), next_line.clone()));
    }
    let copied = readings.iter().find_map(|reading| dhcp_source(&reading.main)).map(Path::to_path_buf);
    if let Some(source) = copied.filter(|source| readings.iter().all(|reading| reading.main != *source)) {
        readings.push(make(Role::Source, source, Base::default(), next_line));
    }
    readings
}

impl Reading {
    /// Reads the files.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn read(&self, source: &Source<'_>) -> Result<Said, FilesError> {
        match (self.program, &self.rules) {
            (Program::Ntpd(_), Some(rules)) => {
                let closure = ntpd_files::read(source, &self.main, &self.base, rules)?;
                let mut configuration = Configuration::new(*rules);
                configuration.listening.family = self.command_line.family;
                configuration.listening.rules.clone_from(&self.command_line.interfaces);
                for (line, statement) in closure.entries() {
                    configuration.read(line, &statement.directive);
                }
                Ok(Said::Ntpd(closure, Box::new(configuration)))
            }
            (Program::Chrony, _) => {
                let closure = if self.command_line.directives.is_empty() {
                    chrony::files::read(source, &self.main, &self.base)?
                } else {
                    self.directives(source)?
                };
                let mut configuration = chrony::semantics::Configuration::of_files(&closure);
                configuration.family = self.command_line.family;
                Ok(Said::Chrony(closure, Box::new(configuration)))
            }
            (Program::Openntpd, _) => {
                let mut reader = Reader::new(source, &OpenntpdSyntax, &self.base);
                match reader.open(&self.main)? {
                    Found::File(file) => {
                        for chunk in 0..reader.chunks(file).len() {
                            reader.line(line_id(file, chunk))?;
                        }
                    }
                    Found::Nothing | Found::Directory(_) => {
                        reader.keep(&self.main, None);
                    }
                }
                Ok(Said::Openntpd(reader.closure))
            }
            (Program::Timesyncd | Program::Ntpd(_), _) => Ok(Said::Nothing),
        }
    }

    /// The directives of chronyd's command line, which it reads in place of a file.
    fn directives(&self, source: &Source<'_>) -> Result<Closure<chrony::syntax::Directive>, FilesError> {
        let mut reader = Reader::new(source, &ChronySyntax, &self.base);
        let path = self.pid.map_or_else(|| "/proc/cmdline".into(), |pid| format!("/proc/{pid}/cmdline"));
        let document =
            crate::document::Document::parse(&ChronySyntax, self.command_line.directives.join(&b"\n"[..]));
        let count = document.chunks().len();
        let file = reader.keep(Path::new(&path), Some(document));
        for chunk in 0..count {
            reader.line(line_id(file, chunk))?;
        }
        Ok(reader.closure)
    }

    /// Whether the configuration stands in files, as against a command line.
    #[must_use]
    pub fn is_in_files(&self) -> bool {
        self.command_line.directives.is_empty() && self.program != Program::Timesyncd
    }

    /// The main file below our root.
    #[must_use]
    pub fn place(&self) -> PathBuf {
        self.base.locate(&self.main)
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> Program {
        self.program
    }
}
