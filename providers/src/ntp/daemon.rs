//! Which daemons of time are there, what each of them is, and which files each reads now and after a restart.
//!
//! Three programs are called `ntpd`: what one is says what stands in it, not its name.

use std::path::{Path, PathBuf};

use serde::Serialize;
use standfast_facts::daemons::Daemon;
use standfast_facts::kernel::KernelError;
use standfast_facts::machine::Machine;
use standfast_facts::root::Root;
use standfast_facts::texts::Texts;
use standfast_facts::{os, packages, processes};

use super::reading::defaults;
use super::version::{Family, Version};

/// A program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Program {
    /// ntpd of ntp.org or of NTPsec.
    Ntpd(Family),
    /// chronyd
    Chrony,
    /// ntpd of OpenBSD.
    Openntpd,
    /// systemd-timesyncd
    Timesyncd,
}

impl Program {
    /// Its name, one word for machines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ntpd(Family::Classic) => "ntpd",
            Self::Ntpd(Family::Ntpsec) => "ntpsec",
            Self::Chrony => "chrony",
            Self::Openntpd => "openntpd",
            Self::Timesyncd => "timesyncd",
        }
    }

    /// What someone does who asks it.
    #[must_use]
    pub fn asked(self) -> &'static str {
        match self {
            Self::Chrony => "give commands to",
            Self::Ntpd(_) | Self::Openntpd | Self::Timesyncd => "query",
        }
    }

    /// Its name before a person.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ntpd(family) => family.name(),
            Self::Chrony => "chronyd",
            Self::Openntpd => "OpenNTPD",
            Self::Timesyncd => "systemd-timesyncd",
        }
    }
}

impl Serialize for Program {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// A daemon that runs, or is installed.
#[derive(Clone, Debug)]
pub struct Installed {
    /// What it is.
    pub program: Program,
    /// Its release, where it is known.
    pub version: Option<Version>,
    /// How it is known to be there.
    pub presence: Presence,
    /// Its executable; `None` where only its files are there.
    pub exe: Option<PathBuf>,
    /// The file that it reads when it is told none, as far as its executable tells.
    pub default: Option<&'static str>,
    /// The service that starts it, as the init system names it.
    pub service: String,
}

/// How a daemon is known to be there.
#[derive(Clone, Debug)]
pub enum Presence {
    /// It runs.
    Running(Box<Daemon>),
    /// Its executable is there.
    Installed,
    /// Below a root without executables its files are there, and this is a system that would have it.
    Assumed,
}

impl Installed {
    /// The process, where it runs.
    #[must_use]
    pub fn daemon(&self) -> Option<&Daemon> {
        match &self.presence {
            Presence::Running(daemon) => Some(daemon),
            Presence::Installed | Presence::Assumed => None,
        }
    }

    /// Its name and release before a person.
    #[must_use]
    pub fn title(&self) -> String {
        match self.version {
            // The others have no third number, or none that is told.
            Some(version) if !matches!(self.program, Program::Ntpd(_)) => {
                let version = version.to_string();
                format!("{} {}", self.program.name(), version.strip_suffix(".0").unwrap_or(&version))
            }
            Some(version) => format!("{} {version}", self.program.name()),
            None => self.program.name().to_owned(),
        }
    }
}

/// Where the executables are that nobody has started.
const EXECUTABLES: &[&str] = &[
    "/usr/sbin/ntpd",
    "/usr/sbin/openntpd",
    "/usr/local/sbin/ntpd",
    "/usr/sbin/chronyd",
    "/usr/local/sbin/chronyd",
    "/usr/lib/systemd/systemd-timesyncd",
    "/lib/systemd/systemd-timesyncd",
];

/// The file names of the executables.
const NAMES: &[&str] = &["ntpd", "openntpd", "chronyd", "systemd-timesyncd"];

/// All daemons of time of a machine: those that run first, each program that is installed once.
///
/// # Errors
/// When the processes cannot be read.
pub fn find(machine: &Machine<'_>) -> Result<Vec<Installed>, KernelError> {
    let root = machine.root;
    let running = machine.daemons.running(NAMES)?;
    let pids: Vec<u32> = running.iter().map(|daemon| daemon.pid).collect();
    let mut found: Vec<Installed> = Vec::new();
    // A daemon of several processes is the one whose parent is none of them.
    for daemon in running.into_iter().filter(|daemon| !pids.contains(&daemon.parent)) {
        let link = PathBuf::from(format!("/proc/{}/exe", daemon.pid));
        let mut executable = Executable::new(root, vec![&link, &daemon.exe]);
        let (program, version) = named(&daemon.exe).unwrap_or_else(|| executable.identify());
        let service = service(root, program, Some(daemon.pid));
        let (exe, default) = (Some(daemon.exe.clone()), executable.default_of(program));
        let version = version.or_else(|| needed_version(root, program));
        found.push(Installed {
            program,
            version,
            presence: Presence::Running(Box::new(daemon)),
            exe,
            default,
            service,
        });
    }
    for exe in EXECUTABLES.iter().map(Path::new) {
        if root.status(exe).is_err() {
            continue;
        }
        let mut executable = Executable::new(root, vec![exe]);
        let (program, version) = named(exe).unwrap_or_else(|| executable.identify());
        if found.iter().any(|other| other.program == program) {
            continue;
        }
        let version = version.or_else(|| needed_version(root, program));
        let service = service(root, program, None);
        found.push(Installed {
            program,
            version,
            presence: Presence::Installed,
            exe: Some(exe.to_path_buf()),
            default: executable.default_of(program),
            service,
        });
    }
    if found.is_empty() && !root.is_host() {
        found = assume(root);
    }
    Ok(found)
}

/// What an executable is whose name is its own.
fn named(exe: &Path) -> Option<(Program, Option<Version>)> {
    match exe.file_name()?.to_str()? {
        "chronyd" => Some((Program::Chrony, None)),
        "systemd-timesyncd" => Some((Program::Timesyncd, None)),
        "openntpd" => Some((Program::Openntpd, None)),
        _ => None,
    }
}

/// An executable that is opened when something is to be known that its name does not tell.
struct Executable<'e> {
    root: &'e Root,
    /// Where it is; the first that can be opened.
    paths: Vec<&'e Path>,
    texts: Option<Option<Texts>>,
}

impl<'e> Executable<'e> {
    fn new(root: &'e Root, paths: Vec<&'e Path>) -> Self {
        Self { root, paths, texts: None }
    }

    fn texts(&mut self) -> Option<&mut Texts> {
        let open = || self.paths.iter().find_map(|path| Texts::open(self.root, path).ok());
        self.texts.get_or_insert_with(open).as_mut()
    }

    /// What one called `ntpd` is, by what stands in it.
    fn identify(&mut self) -> (Program, Option<Version>) {
        // One that cannot be read, or of an unknown make: what a file of this name has always been.
        let usual = (Program::Ntpd(Family::Classic), None);
        let Some(texts) = self.texts() else { return usual };
        if let Some(version) = texts.find(b"ntpd ntpsec-", |around, at| Some(ntpsec_version(around, at))) {
            return (Program::Ntpd(Family::Ntpsec), version);
        }
        if let Some(version) = texts.find(b"ntpd 4.", |around, at| Some(version_at(around, at + 5))) {
            return (Program::Ntpd(Family::Classic), version);
        }
        if texts.hold(b"ntpd.conf") && !texts.hold(b"ntp.conf") {
            return (Program::Openntpd, None);
        }
        usual
    }

    /// Of the files that builds of a program read when they are told none, the one that stands in it.
    fn default_of(&mut self, program: Program) -> Option<&'static str> {
        let [first, rest @ ..] = defaults(program) else { return None };
        if rest.is_empty() {
            return Some(first);
        }
        let texts = self.texts()?;
        let in_it = defaults(program).iter().find(|path| texts.hold(path.as_bytes()));
        Some(in_it.unwrap_or(first))
    }
}

/// NTPsec's release stands behind its name, or is the text before it (1.2.2).
fn ntpsec_version(around: &[u8], at: usize) -> Option<Version> {
    version_at(around, at + b"ntpd ntpsec-".len()).or_else(|| {
        let before = around[..at].strip_suffix(b"\0")?;
        let start = standfast_facts::search::memrchr(0, before).map_or(0, |nul| nul + 1);
        Version::parse(std::str::from_utf8(&before[start..]).ok()?)
    })
}

fn version_at(around: &[u8], at: usize) -> Option<Version> {
    let text = around.get(at..)?;
    let end = text.iter().take(40).position(|byte| !byte.is_ascii_graphic())?;
    Version::parse(std::str::from_utf8(&text[..end]).ok()?)
}

/// The release, where it decides what the daemon does: what dpkg notes is megabytes to read.
fn needed_version(root: &Root, program: Program) -> Option<Version> {
    if matches!(program, Program::Ntpd(_)) { packaged(root, program) } else { None }
}

/// The release that dpkg notes.
#[must_use]
pub fn packaged(root: &Root, program: Program) -> Option<Version> {
    let names: &[&str] = match program {
        Program::Ntpd(Family::Classic) => &["ntp"],
        Program::Ntpd(Family::Ntpsec) => &["ntpsec"],
        Program::Chrony => &["chrony"],
        Program::Openntpd => &["openntpd"],
        Program::Timesyncd => &["systemd-timesyncd", "systemd"],
    };
    let version = names.iter().find_map(|name| packages::debian_version(root, name))?;
    let upstream = version.split_once(':').map_or(version.as_str(), |(_, upstream)| upstream);
    Version::parse(upstream)
}

/// The service that starts a program: the unit of its process, or the one that is there.
fn service(root: &Root, program: Program, pid: Option<u32>) -> String {
    let unit = pid.and_then(|pid| processes::unit(root, pid));
    if let Some(service) = unit.as_deref().and_then(|unit| unit.strip_suffix(".service")) {
        return service.to_owned();
    }
    let names: &[&str] = match program {
        Program::Ntpd(Family::Classic) => &["ntpd", "ntp"],
        Program::Ntpd(Family::Ntpsec) => &["ntpsec", "ntpd"],
        Program::Chrony => &["chrony", "chronyd"],
        Program::Openntpd => &["openntpd", "ntpd"],
        Program::Timesyncd => &["systemd-timesyncd"],
    };
    let is_there = |name: &&&str| {
        [
            format!("/lib/systemd/system/{name}.service"),
            format!("/usr/lib/systemd/system/{name}.service"),
            format!("/etc/init.d/{name}"),
        ]
        .iter()
        .any(|path| root.status(Path::new(path)).is_ok())
    };
    names.iter().find(is_there).or(names.first()).map(|name| (*name).to_owned()).unwrap_or_default()
}

/// What a root without executables would have, by its files and its distribution.
fn assume(root: &Root) -> Vec<Installed> {
    let is_there = |path: &&&str| root.status(Path::new(path)).is_ok();
    let of = |program: Program, paths: &[&str]| {
        paths.iter().find(is_there).map(|_| Installed {
            program,
            version: match program {
                Program::Ntpd(family) => release_of_distribution(root, family),
                Program::Chrony | Program::Openntpd | Program::Timesyncd => None,
            },
            presence: Presence::Assumed,
            exe: None,
            default: None,
            service: service(root, program, None),
        })
    };
    [
        of(Program::Ntpd(Family::Ntpsec), &["/etc/ntpsec/ntp.conf", "/run/ntpsec/ntp.conf.dhcp"]),
        of(Program::Ntpd(Family::Classic), &["/etc/ntp.conf"]),
        of(Program::Chrony, &["/etc/chrony/chrony.conf", "/etc/chrony.conf"]),
        of(Program::Openntpd, &["/etc/openntpd/ntpd.conf", "/etc/ntpd.conf"]),
        of(Program::Timesyncd, &["/etc/systemd/timesyncd.conf"]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The release of ntpd that a distribution came with; its last where there were several.
fn release_of_distribution(root: &Root, family: Family) -> Option<Version> {
    let os = os::read(root).ok()?;
    let is_like = |name: &str| os.id == name || os.id_like.iter().any(|like| like == name);
    let major = os.version_id.as_deref().and_then(|version| version.split('.').next()).unwrap_or_default();
    let major = major.parse::<u32>().unwrap_or(0);
    if family == Family::Ntpsec {
        return match (os.id.as_str(), major) {
            ("debian", 12) | ("ubuntu", 24) => Some(Version([1, 2, 2, 0])),
            ("debian", 13) => Some(Version([1, 2, 3, 0])),
            ("ubuntu", 22) => Some(Version([1, 2, 1, 0])),
            _ => None,
        };
    }
    let release = match major {
        5 if is_like("rhel") || is_like("centos") => [4, 2, 2, 1],
        6 | 7 if is_like("rhel") || is_like("centos") => [4, 2, 6, 5],
        11 if is_like("sles") || is_like("suse") => [4, 2, 4, 8],
        12..=15 if is_like("sles") || is_like("suse") => [4, 2, 8, 15],
        // Ubuntu is like Debian, and its numbers are years.
        12 | 14 if os.id == "ubuntu" => [4, 2, 6, 5],
        16 if os.id == "ubuntu" => [4, 2, 8, 4],
        18 if os.id == "ubuntu" => [4, 2, 8, 10],
        20 if os.id == "ubuntu" => [4, 2, 8, 12],
        6..=8 if os.id == "debian" => [4, 2, 6, 5],
        9 if os.id == "debian" => [4, 2, 8, 10],
        10 if os.id == "debian" => [4, 2, 8, 12],
        11 if os.id == "debian" => [4, 2, 8, 15],
        _ => return None,
    };
    Some(Version(release))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Executable, Program, named};
    use crate::ntp::tests::tree::Tree;
    use crate::ntp::version::{Family, Version};

    #[test]
    fn three_programs_called_ntpd_are_told_apart_by_what_stands_in_them() {
        let tell = |bytes: &[u8]| {
            let (tree, path) = (Tree::new(), "/usr/sbin/ntpd");
            tree.file(path, bytes);
            Executable::new(&tree.root(), vec![Path::new("/absent"), Path::new(path)]).identify()
        };
        let classic = b"/etc/ntp.conf\0ntpd 4.2.6p5@1.2349-o Mon Apr 1 12:00:00 UTC 2024 (1)\0";
        assert_eq!(tell(classic), (Program::Ntpd(Family::Classic), Some(Version([4, 2, 6, 5]))));
        let older = b"\0/etc/ntpsec/ntp.conf\x001.2.2\0ntpd ntpsec-%s\0phone in the ntpd.conf must be\0";
        assert_eq!(tell(older), (Program::Ntpd(Family::Ntpsec), Some(Version([1, 2, 2, 0]))));
        assert_eq!(
            tell(b"\0ntpd ntpsec-1.2.3\0"),
            (Program::Ntpd(Family::Ntpsec), Some(Version([1, 2, 3, 0])))
        );
        let open = b"/var/lib/openntpd/run/ntpd.sock\0/etc/openntpd/ntpd.conf\0";
        assert_eq!(tell(open), (Program::Openntpd, None));
        assert_eq!(tell(b""), (Program::Ntpd(Family::Classic), None));
        let unreadable = Executable::new(&Tree::new().root(), vec![Path::new("/")]).identify();
        assert_eq!(unreadable, (Program::Ntpd(Family::Classic), None));
    }

    #[test]
    fn the_others_have_names_of_their_own() {
        let tell = |path: &str| named(Path::new(path)).map(|(program, _)| program);
        assert_eq!(tell("/usr/sbin/chronyd"), Some(Program::Chrony));
        assert_eq!(tell("/usr/sbin/openntpd"), Some(Program::Openntpd));
        assert_eq!(tell("/lib/systemd/systemd-timesyncd"), Some(Program::Timesyncd));
    }
}
