//! What this host lacks for a forward to work: directories, modules, certificates; and loops.

use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use standfast_facts::addresses;

use super::config::MODULE_DIRECTORIES;
use super::desired::{QueueIn, RsyslogForward, Switch, TlsDriver, Transport};
use super::files::{Files, Kind};
use super::state::Rsyslog;
use super::values::{Host, Port};
use crate::provider::Drift;
use crate::shown::Shown;

/// Directories that distributions make for queues.
const SPOOLS: [&str; 2] = ["/var/spool/rsyslog", "/var/lib/rsyslog"];

impl Rsyslog<'_> {
    /// The directory that a queue's files would be in: what is asked for, what is set, or what there is.
    #[must_use]
    pub fn spool(&self, desired: &RsyslogForward) -> PathBuf {
        if let Some(directory) = &desired.spool_dir {
            return PathBuf::from(&directory.0);
        }
        if let Some(directory) = self.work_directory() {
            return directory;
        }
        let files = &self.seen;
        let there = SPOOLS.iter().map(Path::new).find(|path| files.kind(path) == Kind::Directory);
        there.unwrap_or(Path::new(SPOOLS[0])).to_path_buf()
    }

    /// The working directory that the configuration sets.
    #[must_use]
    pub fn work_directory(&self) -> Option<PathBuf> {
        let (path, _) = self.reading.config.globals().work_directory.as_ref()?;
        Some(PathBuf::from(std::ffi::OsStr::from_bytes(path)))
    }

    /// What would keep the forward from working, whatever is written.
    #[must_use]
    pub fn dangers(&self, desired: &RsyslogForward) -> Vec<Drift> {
        let mut dangers = Vec::new();
        dangers.extend(self.no_spool(desired));
        dangers.extend(self.no_module(desired));
        dangers.extend(self.no_certificates(desired));
        dangers
            .extend(desired.servers().into_iter().find_map(|(host, port)| self.loops(desired, host, port)));
        dangers.extend(self.other_queue_of_that_name(desired));
        dangers
    }

    fn no_spool(&self, desired: &RsyslogForward) -> Option<Drift> {
        if desired.queue == QueueIn::Memory || desired.protocol == Transport::Udp {
            return None;
        }
        let root = self.machine.root;
        let spool = self.spool(desired);
        let path = Shown::bytes(spool.as_os_str().as_bytes());
        let lacking = |is: &str, reason: String| Drift {
            property: "spool_dir",
            is: Shown::text(is),
            should: Shown::text("a directory that rsyslogd may write to"),
            reason: Shown::owned(reason),
            place: None,
        };
        let user = self.reading.config.globals().drop_to_user.as_deref();
        let user = user.map(|user| String::from_utf8_lossy(user).into_owned());
        let owner = user.as_deref().unwrap_or("root");
        match Files::of(root).kind(&spool) {
            Kind::Missing => {
                let how = format!("make it: install -d -m 700 -o {owner} {path}");
                Some(lacking(
                    "missing",
                    format!("{path} is missing, and rsyslogd would keep the queue in memory; {how}"),
                ))
            }
            Kind::File => {
                Some(lacking("a file", format!("{path} is not a directory; `spool_dir` names another")))
            }
            Kind::Directory => {
                let user = user?;
                let account = self.machine.accounts.user_by_name(user.as_bytes()).ok()??;
                let status = root.status(&spool).ok()?;
                let writes = status.mode & 0o200 != 0 && status.uid == account.uid.0
                    || status.mode & 0o020 != 0 && status.gid == account.gid.0
                    || status.mode & 0o002 != 0;
                (!writes).then(|| {
                    lacking(
                        "not writable",
                        format!("rsyslogd becomes {user}, who may not write to {path}: chown {user} {path}"),
                    )
                })
            }
        }
    }

    fn no_module(&self, desired: &RsyslogForward) -> Option<Drift> {
        let (module, property, package) = match (desired.protocol, desired.tls) {
            (Transport::Relp, _) => ("omrelp.so", "protocol", "rsyslog-relp"),
            (Transport::Tcp, Switch::On) if desired.tls_driver == Some(TlsDriver::Ossl) => {
                ("lmnsd_ossl.so", "tls", "rsyslog-openssl")
            }
            (Transport::Tcp, Switch::On) => ("lmnsd_gtls.so", "tls", "rsyslog-gnutls"),
            _ => return None,
        };
        let files = &self.seen;
        let mut directories = MODULE_DIRECTORIES.iter().map(Path::new).filter(|path| files.has_names(path));
        let first = directories.clone().next()?;
        // What has no directory of modules at all has them elsewhere; nothing can be said of them.
        if directories.any(|directory| files.kind(&directory.join(module)) != Kind::Missing) {
            return None;
        }
        Some(Drift {
            property,
            is: Shown::text("cannot be had"),
            should: Shown::text(module),
            reason: Shown::owned(format!(
                "{} has no {module}, and rsyslogd would send nothing: install the package {package}",
                first.display()
            )),
            place: None,
        })
    }

    fn no_certificates(&self, desired: &RsyslogForward) -> Option<Drift> {
        if desired.tls == Switch::Off {
            return None;
        }
        let files = [
            ("ca_file", &desired.ca_file),
            ("cert_file", &desired.cert_file),
            ("key_file", &desired.key_file),
        ];
        files.into_iter().find_map(|(property, file)| {
            let file = &file.as_ref()?.0;
            let is = match Files::of(self.machine.root).kind(Path::new(file)) {
                Kind::File => return None,
                Kind::Directory => "a directory",
                Kind::Missing => "missing",
            };
            Some(Drift {
                property,
                is: Shown::text(is),
                should: Shown::text(file),
                reason: Shown::owned(format!("{file} is {is}, and rsyslogd would send nothing")),
                place: None,
            })
        })
    }

    /// Whether the server is this host, and takes in what it sends.
    fn loops(&self, desired: &RsyslogForward, host: &Host, port: Port) -> Option<Drift> {
        let modules: &[&str] = match desired.protocol {
            Transport::Udp => &["imudp"],
            Transport::Tcp => &["imtcp", "imptcp"],
            Transport::Relp => &["imrelp"],
        };
        let text = port.to_string();
        let input = self.reading.config.inputs().iter().find(|input| {
            modules.iter().any(|module| module.as_bytes() == input.module)
                && input.port.as_deref() == Some(text.as_bytes())
        })?;
        if !self.is_this_host(host) {
            return None;
        }
        let place = self.reading.config.place(input.span);
        Some(Drift {
            property: "target",
            is: Shown::text("this host itself"),
            should: Shown::text("another host"),
            reason: Shown::owned(format!(
                "{host}:{port} is this host, which takes messages there ({place}): each message would come again and again"
            )),
            place: Some(place),
        })
    }

    fn is_this_host(&self, host: &Host) -> bool {
        if let Some(address) = host.address() {
            return address.is_loopback()
                || address.is_unspecified()
                || addresses::own(self.machine.root)
                    .is_ok_and(|own| own.iter().any(|known| known.address == address));
        }
        let name = host.0.trim_end_matches('.').to_ascii_lowercase();
        if matches!(name.as_str(), "localhost" | "localhost.localdomain" | "ip6-localhost") {
            return true;
        }
        let own = self.machine.root.read(Path::new("/etc/hostname")).unwrap_or_default();
        let own = String::from_utf8_lossy(&own).trim().to_ascii_lowercase();
        if !own.is_empty() && (own == name || own.split('.').next() == Some(name.as_str())) {
            return true;
        }
        // A line of hosts(5) that leads to oneself; other names are not looked up.
        let hosts = self.machine.root.read(Path::new("/etc/hosts")).unwrap_or_default();
        String::from_utf8_lossy(&hosts).lines().any(|line| {
            let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
            let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
            address.is_some_and(|address| address.is_loopback())
                && words.any(|word| word.eq_ignore_ascii_case(&name))
        })
    }

    /// Another action whose queue has files of this name: rsyslogd gives one of the two no file.
    fn other_queue_of_that_name(&self, desired: &RsyslogForward) -> Option<Drift> {
        let name = super::render::object_name(&desired.name.0);
        let ours = self.ours(&desired.name.0);
        let config = &self.reading.config;
        let action = config.actions().iter().find(|action| {
            let place = config.place(action.span);
            let is_ours = ours
                .iter()
                .any(|ours| ours.path == place.file && ours.range.contains(&(action.span.start as usize)));
            action.queue.file_name.as_deref() == Some(name.as_bytes()) && !is_ours
        })?;
        let place = config.place(action.span);
        Some(Drift {
            property: "queue",
            is: Shown::text("shared"),
            should: Shown::owned(format!("files named {name} of its own")),
            reason: Shown::owned(format!(
                "{place} has a queue whose files are called {name}, too: rsyslogd would keep one of the two in memory; \
                 give that one another name"
            )),
            place: Some(place),
        })
    }
}
