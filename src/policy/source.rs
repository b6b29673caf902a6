//! Where desired state is found when nobody names it: a policy of this host, Puppet's snapshot, Puppet's cached catalog,
//! or the policy inside the program.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use standfast_facts::root::Root;
use standfast_facts::trusted::{self, Access};
use standfast_providers::provider::{Finding, Place};
use standfast_providers::shown::Shown;
use standfast_providers::state_dir::StateFile;

use super::catalog::Catalog;
use super::item::{Item, Items};
use super::puppet_conf::{Agents, PuppetConf, RUN_INTERVAL};
use super::snapshot::{By, Snapshot};
use super::{PolicyError, default, ini, text_of};
use crate::calendar::{parse_utc, span};
use crate::resource::{KINDS, ResourceMode};

/// The policy of this host.
pub const HOST_POLICY: &str = "/etc/standfast/policy.ini";

/// Desired state, and where it comes from.
pub struct Policy {
    /// In the order of the source.
    pub items: Items,
    /// Where it comes from.
    pub source: Source,
}

/// Where desired state comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A policy that whoever asks has named.
    Named,
    /// What whoever asks has put on standard input.
    Stdin,
    /// [`HOST_POLICY`].
    HostPolicy,
    /// Puppet.
    Puppet(Origin),
    /// The policy inside the program; with what Puppet says that is of no use, where it does.
    Default(Option<&'static str>),
}

/// What Puppet left.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The file.
    pub path: PathBuf,
    /// What it is, as `what puppet agent declared`.
    what: &'static str,
    /// `snapshot` or `catalog`.
    word: &'static str,
    /// Whether it was a run that was not to change anything.
    noop: bool,
    environment: Option<String>,
    catalog: Option<String>,
    /// How old it is; nothing where it is from the future.
    age: Duration,
    /// How often Puppet should make it anew; `None` where nobody can say.
    interval: Option<Duration>,
}

impl Source {
    /// One line that says it; nothing where it was named.
    #[must_use]
    pub fn told(&self) -> Option<Shown> {
        Some(match self {
            Self::Named | Self::Stdin => return None,
            Self::HostPolicy => Shown::text(HOST_POLICY),
            Self::Default(None) => Shown::text("the default policy"),
            Self::Default(Some(note)) => Shown::owned(format!("the default policy: {note}")),
            Self::Puppet(origin) => Shown::text(&origin.told()),
        })
    }

    /// The same in the fewest words, for one line that says more than this; nothing where Puppet has no part in it.
    #[must_use]
    pub fn told_in_short(&self) -> Option<Shown> {
        match self {
            Self::Puppet(origin) => {
                Some(Shown::owned(format!("{} {} ago", origin.what, span(origin.age.as_secs()))))
            }
            Self::Named | Self::Stdin | Self::HostPolicy | Self::Default(_) => None,
        }
    }

    /// It in one word, as reports have it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Stdin => "stdin",
            Self::Named | Self::HostPolicy => "file",
            Self::Puppet(origin) => origin.word,
            Self::Default(_) => "default",
        }
    }

    /// That it is old.
    #[must_use]
    pub fn finding(&self) -> Option<Finding> {
        let Self::Puppet(origin) = self else { return None };
        let interval = origin.interval.filter(|interval| origin.age > interval.saturating_mul(2))?;
        let (age, interval) = (span(origin.age.as_secs()), span(interval.as_secs()));
        Some(Finding {
            place: Place { file: origin.path.clone(), line: 0 },
            code: "old-desired-state",
            message: Shown::owned(format!(
                "is {age} old, and Puppet should run every {interval}: it may want something else"
            )),
            remedy: Shown::text(
                "find out why Puppet does not run, or remove the file if it is not to any more",
            ),
        })
    }
}

impl Origin {
    fn told(&self) -> String {
        let of = |what: &str, value: &Option<String>| value.as_ref().map(|value| format!("{what} {value}"));
        let mut parts: Vec<_> = [of("environment", &self.environment), of("catalog", &self.catalog)]
            .into_iter()
            .flatten()
            .collect();
        if self.noop {
            parts.push("noop".to_owned());
        }
        let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
        format!("{} {} ago{parts}: {}", self.what, span(self.age.as_secs()), self.path.display())
    }
}

/// Finds the desired state of this host.
///
/// # Errors
/// [`PolicyError`] when what there is cannot be believed or read: the next best would be something that nobody wants.
pub fn find(root: &Root, agents: &Agents) -> Result<Policy, PolicyError> {
    match trusted::read(root, Path::new(HOST_POLICY), Access::RootWrites) {
        Ok((bytes, _)) => {
            let resources = ini::parse(HOST_POLICY, &text_of(HOST_POLICY, bytes)?)?;
            return Ok(Policy { items: resources.into(), source: Source::HostPolicy });
        }
        Err(error) if error.is_missing() => {}
        Err(error) => return Err(error.into()),
    }
    let puppet = agents.of(root);
    let is_puppets = puppet.iter().any(|conf| conf.is_there);
    let path = StateFile::Desired.path();
    match trusted::read(root, &path, Access::Private) {
        Ok((bytes, _)) => return snapshot(&path, bytes, puppet),
        Err(error) if error.is_missing() || error.is_denied() && !is_puppets => {}
        Err(error) if error.is_denied() => return Err(PolicyError::Denied(error)),
        Err(error) => return Err(error.into()),
    }
    let mut note = None;
    if let Some((path, name, conf)) = newest_catalog(root, puppet)? {
        let (bytes, status) = trusted::read(root, &path, Access::RootWrites)
            .map_err(|error| if error.is_denied() { PolicyError::Denied(error) } else { error.into() })?;
        let policy = catalog(&path, bytes, status.modified, Some(&name), Some(conf))?;
        if policy.items.len() > 0 {
            return Ok(policy);
        }
        note = Some("the catalog that puppet agent cached has nothing of standfast");
    }
    // Were one of them refused, reading the text would name its line.
    let items = default::resources().or_else(|_| ini::parse("default policy", default::TEXT))?.into();
    Ok(Policy { items, source: Source::Default(note) })
}

/// Desired state of a snapshot.
///
/// # Errors
/// [`PolicyError`] when it cannot be read, or is for another host.
pub fn snapshot(path: &Path, bytes: Vec<u8>, puppet: &[PuppetConf]) -> Result<Policy, PolicyError> {
    let name = path.display().to_string();
    let snapshot = Snapshot::parse(&name, &text_of(&name, bytes)?)?;
    let written = parse_utc(&snapshot.written).ok_or_else(|| PolicyError::Written {
        name: name.clone(),
        written: Shown::text(&snapshot.written),
    })?;
    if let Some(certname) = &snapshot.run.certname {
        refuse_other_host(path, certname, puppet.iter().filter_map(|conf| conf.certname.as_deref()))?;
    }
    let mut items = Items::with_capacity(snapshot.resources.len());
    for declared in &snapshot.resources {
        let kind = KINDS.iter().find(|kind| kind.name == declared.kind).ok_or_else(|| PolicyError::Kind {
            name: name.clone(),
            kind: Shown::text(&declared.kind),
            version: Shown::text(&snapshot.version),
        })?;
        let mut item = Item::of(kind.name, declared, None);
        // What that run was not to change, nobody asks this one to.
        if let (true, Item::Resource(resource)) = (snapshot.run.noop, &mut item) {
            resource.mode = ResourceMode::Noop;
        }
        items.push(item);
    }
    items.hold_back();
    let what = match snapshot.run.by {
        By::Agent => "what puppet agent declared",
        By::Apply => "what puppet apply declared",
        By::Resource => "what puppet resource declared",
    };
    let written = Duration::from_micros(u64::try_from(written).unwrap_or(0));
    let origin = Origin {
        path: path.to_path_buf(),
        what,
        word: "snapshot",
        noop: snapshot.run.noop,
        environment: snapshot.run.environment,
        catalog: snapshot.run.catalog,
        age: age(SystemTime::UNIX_EPOCH.checked_add(written)),
        interval: Some(interval(puppet)),
    };
    Ok(Policy { items, source: Source::Puppet(origin) })
}

/// Desired state of a catalog; `name` is that of the file that was looked for.
///
/// # Errors
/// [`PolicyError`] when it cannot be read, or is for another host.
pub fn catalog(
    path: &Path,
    bytes: Vec<u8>,
    modified: SystemTime,
    name: Option<&str>,
    conf: Option<&PuppetConf>,
) -> Result<Policy, PolicyError> {
    let shown = path.display().to_string();
    let mut catalog = Catalog::parse(&shown, &text_of(&shown, bytes)?)?;
    refuse_other_host(path, &catalog.name, name.into_iter())?;
    catalog.items.hold_back();
    let origin = Origin {
        path: path.to_path_buf(),
        what: if conf.is_some() { "what puppet agent cached" } else { "a catalog of" },
        word: "catalog",
        noop: false,
        environment: catalog.environment,
        catalog: catalog.version,
        age: age(Some(modified)),
        interval: conf.map(|conf| conf.run_interval),
    };
    Ok(Policy { items: catalog.items, source: Source::Puppet(origin) })
}

/// The names that this host goes by, where it is known; a file that is for another is refused.
fn refuse_other_host<'n>(
    path: &Path,
    is: &str,
    mut names: impl Iterator<Item = &'n str> + Clone,
) -> Result<(), PolicyError> {
    let first = names.clone().next();
    match first {
        Some(certname) if !names.any(|name| name == is) => Err(PolicyError::OtherHost {
            path: path.to_path_buf(),
            is: Shown::text(is),
            certname: Shown::text(certname),
        }),
        _ => Ok(()),
    }
}

fn age(since: Option<SystemTime>) -> Duration {
    since.and_then(|since| SystemTime::now().duration_since(since).ok()).unwrap_or_default()
}

fn interval(puppet: &[PuppetConf]) -> Duration {
    puppet.iter().find(|conf| conf.is_there).map_or(RUN_INTERVAL, |conf| conf.run_interval)
}

/// The newest catalog that an agent has cached, the name that it should be for, and the agent.
fn newest_catalog<'p>(
    root: &Root,
    puppet: &'p [PuppetConf],
) -> Result<Option<(PathBuf, String, &'p PuppetConf)>, PolicyError> {
    let mut newest: Option<(u64, PathBuf, String, &PuppetConf)> = None;
    for conf in puppet {
        for directory in &conf.catalogs {
            let Some(name) = name_in(root, directory, conf)? else { continue };
            let path = directory.join(format!("{name}.json"));
            // A file that is there and must not be looked at is newer than one that is not there.
            let time = root.modified(&path).unwrap_or(0);
            if newest.as_ref().is_none_or(|(newest, ..)| time > *newest) {
                newest = Some((time, path, name, conf));
            }
        }
    }
    Ok(newest.map(|(_, path, name, conf)| (path, name, conf)))
}

/// The name of the host whose catalog is in a directory: that of puppet.conf, else the only one there is, else the one
/// that begins with this host's own name.
fn name_in(root: &Root, directory: &Path, conf: &PuppetConf) -> Result<Option<String>, PolicyError> {
    if let Some(certname) = &conf.certname {
        let path = directory.join(format!("{certname}.json"));
        let is_there = !root.status(&path).is_err_and(|error| error.is_missing());
        return Ok(is_there.then(|| certname.clone()));
    }
    let names = match root.list(directory) {
        Ok(names) => names,
        Err(error) if error.is_missing() || !conf.is_there => return Ok(None),
        Err(error) => return Err(PolicyError::Denied(error.into())),
    };
    let stem = |name: &OsStr| Some(str::from_utf8(name.as_bytes()).ok()?.strip_suffix(".json")?.to_owned());
    let mut names: Vec<_> = names.iter().filter_map(|name| stem(name)).collect();
    if names.len() > 1 {
        let host = host_name(root);
        let is_ours = |name: &String| name.split('.').next() == Some(host.as_str());
        let ours: Vec<_> = names.iter().filter(|name| is_ours(name)).cloned().collect();
        if ours.len() != 1 {
            return Err(PolicyError::SeveralCatalogs {
                directory: directory.to_path_buf(),
                names: Shown::text(&names.join(", ")),
            });
        }
        names = ours;
    }
    Ok(names.pop())
}

/// The host's own name, without its domain, as a certificate has it: in lower case.
fn host_name(root: &Root) -> String {
    own_name(root).split('.').next().unwrap_or_default().to_owned()
}

/// The host's own name as it is set, with or without a domain, in lower case.
pub fn own_name(root: &Root) -> String {
    let path = if root.is_host() { "/proc/sys/kernel/hostname" } else { "/etc/hostname" };
    let name = root.read(Path::new(path)).unwrap_or_default();
    String::from_utf8_lossy(&name).trim().to_lowercase()
}
