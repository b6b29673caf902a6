//! Who this host is: the name, the certificate and the key of its Puppet agent, or what the settings name.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use standfast_facts::root::{ReadError, Root};
use standfast_facts::trusted::{Access, TrustError, judge};
use standfast_providers::secret::Secret;

use super::settings::{Given, Origin, SettingsError};
use crate::policy::puppet_conf::{Agents, Ssl};
use crate::policy::source::own_name;

/// A certificate and its key.
#[derive(Debug)]
pub struct Identity {
    /// The certificate, PEM.
    pub certificate: Vec<u8>,
    /// Its key, PEM.
    pub key: Secret,
}

/// The files that say who this host is and whom it believes.
pub(super) struct Files {
    authority: Option<(PathBuf, Origin)>,
    certificate: Option<(PathBuf, Origin)>,
    key: Option<(PathBuf, Origin)>,
}

impl Files {
    /// Those that are named; else those of the first agent whose authority is there.
    pub(super) fn find(
        root: &Root,
        agents: &Agents,
        given: &Given,
        certname: &str,
    ) -> Result<Self, SettingsError> {
        let all = agents.ssl(root);
        let is_there = |path: PathBuf| is_there(root, &path);
        let agent = all.iter().find(|ssl| is_there(ssl.authority(certname)));
        let own = all.iter().find(|ssl| is_there(ssl.certificate(certname)) && is_there(ssl.key(certname)));
        let agents = |path: PathBuf| (path, Origin::Agent);
        let (certificate, key) = (given.path("certificate_file")?, given.path("key_file")?);
        for (one, name, other) in [
            (&certificate, "certificate_file needs key_file, its key", &key),
            (&key, "key_file needs certificate_file, which it is the key of", &certificate),
        ] {
            if let (Some((_, origin)), None) = (one, other) {
                return Err(SettingsError::Together { origin: origin.clone(), message: name.to_owned() });
            }
        }
        Ok(Self {
            authority: given.path("ca_file")?.or_else(|| agent.map(|ssl| agents(ssl.authority(certname)))),
            certificate: certificate.or_else(|| own.map(|ssl| agents(ssl.certificate(certname)))),
            key: key.or_else(|| own.map(|ssl| agents(ssl.key(certname)))),
        })
    }

    /// The certificates of those that are believed.
    pub(super) fn authorities(&self, root: &Root) -> Result<Vec<u8>, SettingsError> {
        let Some((path, origin)) = &self.authority else {
            return Err(SettingsError::Missing {
                key: "ca_file",
                advice: "name the certificates of the authority that signed the server's",
            });
        };
        read(root, "ca_file", path, origin, Who::OthersRead)
    }

    /// What this host shows: nothing where a user asks, unless a certificate is named for it.
    pub(super) fn identity(&self, root: &Root, is_user: bool) -> Result<Option<Identity>, SettingsError> {
        match (&self.certificate, &self.key) {
            (Some((_, Origin::Agent)), _) if is_user => Ok(None),
            (Some((certificate, origin)), Some((key, key_origin))) => {
                let access = if *key_origin == Origin::Agent { Who::AgentReads } else { Who::RootReads };
                let key = read(root, "key_file", key, key_origin, access)?;
                let certificate = read(root, "certificate_file", certificate, origin, Who::OthersRead)?;
                Ok(Some(Identity { certificate, key: Secret::new(key) }))
            }
            _ if is_user => Ok(None),
            _ => Err(SettingsError::Missing {
                key: "certificate_file",
                advice: "name a certificate and its key, or set user and password_file",
            }),
        }
    }
}

/// Who may use a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Anyone may read it.
    OthersRead,
    /// Root alone, and its group.
    RootReads,
    /// As Puppet keeps its agent's key: mode 0640, for root or the user that Puppet's server runs as.
    AgentReads,
}

fn read(
    root: &Root,
    key: &'static str,
    path: &Path,
    origin: &Origin,
    who: Who,
) -> Result<Vec<u8>, SettingsError> {
    let fail = |source: TrustError| SettingsError::Key { key, origin: origin.clone(), source };
    let (bytes, status) = root.read_with_status(path).map_err(|error: ReadError| fail(error.into()))?;
    let open = |mode| TrustError::Mode { path: path.to_path_buf(), mode, access: Access::Private };
    let readable = match who {
        Who::OthersRead => 0,
        Who::RootReads if status.gid == 0 => 0o007,
        Who::RootReads => 0o077,
        Who::AgentReads => 0o007,
    };
    if status.mode & readable != 0 {
        return Err(fail(open(status.mode)));
    }
    // Puppet's server gives these files to its own user; whose they are is Puppet's affair then.
    if *origin != Origin::Agent {
        judge(path, &status, Access::RootWrites).map_err(fail)?;
    }
    Ok(bytes)
}

/// The name of the agent of this host: as puppet.conf has it; the host's full name, which Puppet would take, where that
/// has a certificate; as its only certificate has it, should Facter know another domain; or the full name all the same.
pub(super) fn own_certname(root: &Root, agents: &Agents) -> String {
    if let Some(certname) =
        agents.of(root).iter().find(|conf| conf.is_there).and_then(|conf| conf.certname.clone())
    {
        return certname;
    }
    let (name, all) = (full_name(root), agents.ssl(root));
    if all.iter().any(|ssl| is_there(root, &ssl.certificate(&name))) {
        return name;
    }
    all.iter().find_map(|ssl| only_certificate(root, ssl)).unwrap_or(name)
}

/// The name in the file name of the one certificate that is not the authority's.
fn only_certificate(root: &Root, ssl: &Ssl) -> Option<String> {
    let names = root.list(&ssl.certificates).ok()?;
    let mut names = names.iter().filter_map(|name| {
        let stem = str::from_utf8(name.as_bytes()).ok()?.strip_suffix(".pem")?;
        let is_authority = stem == "ca" || ssl.certificates.join(name) == ssl.authority(stem);
        (!is_authority).then(|| stem.to_owned())
    });
    names.next().filter(|_| names.next().is_none())
}

fn is_there(root: &Root, path: &Path) -> bool {
    !root.status(path).is_err_and(|error| error.is_missing())
}

/// The host's name with its domain, as Facter finds it: in the name itself, in /etc/hosts, in /etc/resolv.conf.
fn full_name(root: &Root) -> String {
    let name = own_name(root);
    if name.contains('.') {
        return name;
    }
    let read =
        |path: &str| String::from_utf8_lossy(&root.read(Path::new(path)).unwrap_or_default()).into_owned();
    let hosts = read("/etc/hosts");
    let is_own = |one: &&str| one.contains('.') && one.split('.').next() == Some(name.as_str());
    let of_hosts = hosts.lines().find_map(|line| {
        let entry = line.split('#').next().unwrap_or_default();
        entry.split_whitespace().skip(1).find(is_own).map(str::to_owned)
    });
    let resolv = read("/etc/resolv.conf");
    let word = |key: &str| {
        let mut lines = resolv.lines().map(str::split_whitespace);
        lines.find_map(|mut words| if words.next() == Some(key) { words.next() } else { None })
    };
    let of_resolv = || word("domain").or_else(|| word("search")).map(|domain| format!("{name}.{domain}"));
    of_hosts.or_else(of_resolv).unwrap_or(name).to_lowercase()
}
