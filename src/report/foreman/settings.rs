//! The settings of reporting: the defaults, the file, the environment and the flags, the later before the earlier.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use standfast_facts::root::Root;
use standfast_facts::trusted::{self, Access, TrustError};
use standfast_providers::secret::{self, Secret, SecretFileError};
use standfast_providers::shown::Shown;
use thiserror::Error;

use super::identity::{self, Identity};
use super::units::{self, Url};
use super::{clean, conf};
use crate::policy::puppet_conf::Agents;
use crate::report::spool::Bounds;

/// Where they stand, below the root.
pub const FILE: &str = "/etc/standfast/standfast.conf";

/// All settings; those before the last three are flags and variables of the environment too.
const KEYS: [&str; 16] = [
    "url",
    "certname",
    "ca_file",
    "certificate_file",
    "key_file",
    "user",
    "password_file",
    "stock_foreman",
    "http_proxy",
    "heartbeat",
    "splay",
    "connect_timeout",
    "timeout",
    "spool_count",
    "spool_size",
    "spool_age",
];

/// How many of them stand in the file only.
const FILE_ONLY: usize = 3;

/// What comes before the name of a setting in the environment.
const ENVIRONMENT: &str = "STANDFAST_REPORT_";

/// Why there are no settings to report with.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file could have been written by others, or cannot be read.
    #[error(transparent)]
    File(#[from] TrustError),
    /// A line of the file.
    #[error("{name}:{line}: {message}")]
    Line {
        /// The file.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// The file is not text.
    #[error("{name}: is not UTF-8")]
    NotUtf8 {
        /// The file.
        name: String,
    },
    /// A value.
    #[error("{origin}: {key} is `{value}`: {message}")]
    Value {
        /// Where it stands.
        origin: Origin,
        /// The setting.
        key: &'static str,
        /// As given.
        value: Shown,
        /// What is wrong with it.
        message: String,
    },
    /// One setting needs another, or must not stand beside it.
    #[error("{origin}: {message}")]
    Together {
        /// Where the setting stands.
        origin: Origin,
        /// What is wrong.
        message: String,
    },
    /// The file of the password.
    #[error("password_file ({origin})")]
    Password {
        /// Where it is named.
        origin: Origin,
        /// What is wrong with it.
        source: SecretFileError,
    },
    /// A key, a certificate or an authority.
    #[error("{key} ({origin})")]
    Key {
        /// The setting.
        key: &'static str,
        /// Where it is named.
        origin: Origin,
        /// What is wrong with it.
        source: TrustError,
    },
    /// A file that is needed, and is neither named nor an agent's.
    #[error("{key} is not set, and no Puppet agent of this host has one: {advice}")]
    Missing {
        /// The setting.
        key: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The host has no name that Foreman could know.
    #[error("this host's name, `{name}`, is none that Foreman could know: set certname")]
    NoName {
        /// The name.
        name: Shown,
    },
    /// A report of another root would be taken for one of this host.
    #[error("what is below another root is not reported, unless --url says where")]
    OtherRoot,
}

/// Where a setting stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the file, on this line.
    Line(usize),
    /// In the environment, as this variable.
    Variable(String),
    /// On the command line, as this flag.
    Flag(String),
    /// In the files of a Puppet agent.
    Agent,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "{FILE}:{line}"),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
            Self::Agent => f.write_str("the Puppet agent's"),
        }
    }
}

/// A user of Foreman.
#[derive(Clone, Debug)]
pub struct Login {
    /// Its name.
    pub user: String,
    /// Its password, or a personal access token.
    pub password: Secret,
}

/// The settings, checked; secrets and keys are read.
#[derive(Debug)]
pub struct Settings {
    /// Where reports go.
    pub url: Url,
    /// The name that this host reports under, in lower case.
    pub certname: String,
    /// The certificates of the authorities that are believed, PEM; none for plain HTTP on this host.
    pub authorities: Option<Vec<u8>>,
    /// The certificate and the key that this host shows.
    pub identity: Option<Identity>,
    /// Who asks, where it is a user.
    pub login: Option<Login>,
    /// Whether a Foreman without the plugin gets a ConfigReport.
    pub is_stock_wanted: bool,
    /// The proxy of HTTP that is asked to connect.
    pub http_proxy: Option<Url>,
    /// The longest time without a report; zero uploads each time.
    pub heartbeat: Duration,
    /// Over how much of it hosts are spread.
    pub splay: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long the whole of a request may take.
    pub timeout: Duration,
    /// What the spool may hold.
    pub bounds: Bounds,
}

/// The settings as text, each with where it stands.
#[derive(Debug, Default)]
pub(super) struct Given(Vec<(&'static str, String, Origin)>);

impl Given {
    /// Of all sources; `flags` are by the names of settings.
    pub(super) fn read(
        root: &Root,
        flags: &[(&'static str, Option<String>)],
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let mut given = Self::default();
        match trusted::read(root, Path::new(FILE), Access::RootWrites) {
            Ok((bytes, _)) => {
                let text =
                    String::from_utf8(bytes).map_err(|_| SettingsError::NotUtf8 { name: FILE.to_owned() })?;
                for (key, value, line) in conf::parse(FILE, &text, &KEYS)? {
                    given.set(key, value.to_owned(), Origin::Line(line));
                }
            }
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error.into()),
        }
        for key in KEYS.into_iter().take(KEYS.len() - FILE_ONLY) {
            let name = format!("{ENVIRONMENT}{}", key.to_uppercase());
            if let Some(value) = variable(&name) {
                given.set(key, value, Origin::Variable(name));
            }
        }
        for (key, value) in flags {
            if let Some(value) = value {
                given.set(key, value.clone(), Origin::Flag(format!("--{}", key.replace('_', "-"))));
            }
        }
        // `user =` takes back what an earlier source says.
        given.0.retain(|(_, value, _)| !value.is_empty());
        Ok(given)
    }

    fn set(&mut self, key: &'static str, value: String, origin: Origin) {
        self.0.retain(|(other, ..)| *other != key);
        self.0.push((key, value, origin));
    }

    pub(super) fn get(&self, key: &str) -> Option<(&str, &Origin)> {
        self.0.iter().find(|(other, ..)| *other == key).map(|(_, value, origin)| (value.as_str(), origin))
    }

    /// A value that is read by `parse`, or the default.
    fn value<T>(
        &self,
        key: &'static str,
        default: T,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, SettingsError> {
        let Some((value, origin)) = self.get(key) else { return Ok(default) };
        parse(value).map_err(|message| SettingsError::Value {
            origin: origin.clone(),
            key,
            value: Shown::text(value),
            message,
        })
    }

    /// An absolute path, below the root.
    pub(super) fn path(&self, key: &'static str) -> Result<Option<(PathBuf, Origin)>, SettingsError> {
        let parse = |value: &str| match Path::new(value) {
            path if path.is_absolute() => Ok(Some(path.to_path_buf())),
            _ => Err("should be a whole path, from /".to_owned()),
        };
        let path = self.value(key, None, parse)?;
        Ok(path.zip(self.get(key).map(|(_, origin)| origin.clone())))
    }
}

impl Settings {
    /// Reads them all; `None` where there is no `url`, so that nothing is reported.
    ///
    /// # Errors
    /// [`SettingsError`] names where the setting stands.
    pub fn read(
        root: &Root,
        agents: &Agents,
        flags: &[(&'static str, Option<String>)],
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, SettingsError> {
        let given = Given::read(root, flags, variable)?;
        let url = given.value("url", None, |text| Url::parse(text).map(Some))?;
        let Some(url) = url else { return Ok(None) };
        if !root.is_host() && !matches!(given.get("url"), Some((_, Origin::Flag(_)))) {
            return Err(SettingsError::OtherRoot);
        }
        let certname = certname(root, agents, &given)?;
        let login = login(root, &given)?;
        let files = identity::Files::find(root, agents, &given, &certname)?;
        let authorities = if url.is_plain() { None } else { Some(files.authorities(root)?) };
        let identity = if url.is_plain() { None } else { files.identity(root, login.is_some())? };
        let span = |key, default| given.value(key, Duration::from_secs(default), units::span);
        let bounds = Bounds::default();
        Ok(Some(Self {
            certname,
            authorities,
            identity,
            login,
            is_stock_wanted: given.value("stock_foreman", false, units::yes_or_no)?,
            http_proxy: given.value("http_proxy", None, |text| Url::parse_proxy(text).map(Some))?,
            heartbeat: span("heartbeat", 6 * 3600)?,
            splay: span("splay", 30 * 60)?,
            connect_timeout: given.value("connect_timeout", Duration::from_secs(5), units::timeout)?,
            timeout: given.value("timeout", Duration::from_secs(60), units::timeout)?,
            bounds: Bounds {
                count: given.value("spool_count", bounds.count, units::count)?,
                bytes: given.value("spool_size", bounds.bytes, units::size)?,
                age: given.value("spool_age", bounds.age, units::timeout)?,
            },
            url,
        }))
    }
}

/// The name that the host reports under: as it is set, as its agent's certificate has it, or its own.
fn certname(root: &Root, agents: &Agents, given: &Given) -> Result<String, SettingsError> {
    if let Some((name, origin)) = given.get("certname") {
        return clean::host(name).ok_or_else(|| SettingsError::Value {
            origin: origin.clone(),
            key: "certname",
            value: Shown::text(name),
            message: "should be the name of a host: letters, digits, `.`, `-` and `_`".to_owned(),
        });
    }
    let name = identity::own_certname(root, agents);
    clean::host(&name).ok_or_else(|| SettingsError::NoName { name: Shown::text(&name) })
}

fn login(root: &Root, given: &Given) -> Result<Option<Login>, SettingsError> {
    let together = |origin: &Origin, message: &str| SettingsError::Together {
        origin: origin.clone(),
        message: message.to_owned(),
    };
    match (given.get("user"), given.path("password_file")?) {
        (None, None) => Ok(None),
        (Some((_, origin)), None) => Err(together(
            origin,
            "user needs password_file, a file of root's with mode 0600 whose first line is the password or token",
        )),
        (None, Some((_, origin))) => Err(together(&origin, "password_file needs user, whose password it is")),
        (Some((user, origin)), Some(_)) if user.contains(':') || user.chars().any(char::is_control) => {
            Err(together(origin, "user holds a colon or a control character, which HTTP cannot send"))
        }
        (Some((user, _)), Some((path, origin))) => {
            let password = secret::read_file(root, &path)
                .map_err(|source| SettingsError::Password { origin: origin.clone(), source })?;
            if str::from_utf8(password.reveal()).is_err() {
                return Err(together(&origin, "password_file: its first line is not UTF-8"));
            }
            Ok(Some(Login { user: user.to_owned(), password }))
        }
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
