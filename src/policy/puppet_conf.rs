//! What puppet.conf says of this host's agent: its name, how often it runs, where it keeps its catalog, its key and its
//! certificates.

use std::path::{Path, PathBuf};
use std::time::Duration;

use standfast_facts::root::Root;

/// How often an agent runs when nothing else is said (`runinterval`, configuration reference of Puppet).
pub const RUN_INTERVAL: Duration = Duration::from_secs(30 * 60);

/// Where a distribution of Puppet keeps its files, as its run_mode.rb has it for root.
struct Paths {
    conf: &'static str,
    /// The first is that of the newest release.
    vardirs: &'static [&'static str],
    ssldirs: &'static [&'static str],
}

const PATHS: [Paths; 2] = [
    // Packages of Perforce and of Vox Pupuli.
    Paths {
        conf: "/etc/puppetlabs/puppet",
        vardirs: &["/opt/puppetlabs/puppet/cache"],
        ssldirs: &["/etc/puppetlabs/puppet/ssl"],
    },
    // Debian and Ubuntu; before Puppet 4, and in EPEL, /var/lib/puppet.
    Paths {
        conf: "/etc/puppet",
        vardirs: &["/var/cache/puppet", "/var/lib/puppet"],
        ssldirs: &["/var/lib/puppet/ssl", "/etc/puppet/ssl"],
    },
];

impl Paths {
    fn file(&self) -> PathBuf {
        Path::new(self.conf).join("puppet.conf")
    }

    /// What puppet.conf says, if there is one.
    fn text(&self, root: &Root) -> Option<String> {
        root.read(&self.file()).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn vardirs_of(&self, settings: &Settings<'_>) -> Vec<String> {
        match settings.get("vardir") {
            Some(vardir) => vec![vardir.replace("$confdir", self.conf)],
            None => self.vardirs.iter().map(|vardir| (*vardir).to_owned()).collect(),
        }
    }
}

/// An agent that is, or was, installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PuppetConf {
    /// Its puppet.conf, which may be missing.
    pub path: PathBuf,
    /// Whether there is a puppet.conf.
    pub is_there: bool,
    /// The name in its certificate, where puppet.conf says it.
    pub certname: Option<String>,
    /// How long it waits from run to run.
    pub run_interval: Duration,
    /// The directories where its catalogs may be.
    pub catalogs: Vec<PathBuf>,
}

/// Where an agent may keep its key and its certificates (`hostcert`, `hostprivkey`, `localcacert`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ssl {
    /// The directory of certificates.
    pub certificates: PathBuf,
    /// The certificates of the authority, which say whether a server is believed.
    pub authority: PathBuf,
    /// With `$certname` in the place of the name.
    certificate: String,
    key: String,
}

impl Ssl {
    /// The certificate of a host of this name.
    #[must_use]
    pub fn certificate(&self, certname: &str) -> PathBuf {
        self.certificate.replace("$certname", certname).into()
    }

    /// Its key.
    #[must_use]
    pub fn key(&self, certname: &str) -> PathBuf {
        self.key.replace("$certname", certname).into()
    }

    /// Where each agent that there may be keeps them. Apart from [`PuppetConf::observe`], for a check does not ask.
    #[must_use]
    pub fn observe(root: &Root) -> Vec<Self> {
        PATHS.iter().flat_map(|paths| Self::parse(&paths.text(root).unwrap_or_default(), paths)).collect()
    }

    fn parse(text: &str, paths: &Paths) -> Vec<Self> {
        let settings = Settings::parse(text);
        let vardir = paths.vardirs_of(&settings).into_iter().next().unwrap_or_default();
        let mut all: Vec<_> =
            paths.ssldirs.iter().map(|ssldir| Self::of(&settings, paths.conf, &vardir, ssldir)).collect();
        all.dedup();
        all
    }

    /// Of what the settings say below these directories.
    fn of(settings: &Settings<'_>, conf: &str, vardir: &str, ssldir: &str) -> Self {
        let ssldir = settings.get("ssldir").unwrap_or_else(|| ssldir.to_owned());
        let ssldir = ssldir.replace("$vardir", vardir).replace("$confdir", conf);
        let get = |name: &str, default: &str| {
            let value = settings.get(name).unwrap_or_else(|| default.to_owned());
            value.replace("$ssldir", &ssldir).replace("$vardir", vardir).replace("$confdir", conf)
        };
        let certificates = get("certdir", "$ssldir/certs");
        let keys = get("privatekeydir", "$ssldir/private_keys");
        let below = |name, default| {
            get(name, default).replace("$certdir", &certificates).replace("$privatekeydir", &keys)
        };
        Self {
            authority: below("localcacert", "$certdir/ca.pem").into(),
            certificate: below("hostcert", "$certdir/$certname.pem"),
            key: below("hostprivkey", "$privatekeydir/$certname.pem"),
            certificates: certificates.into(),
        }
    }
}

impl PuppetConf {
    /// Reads all that there may be; a file that is missing says nothing.
    #[must_use]
    pub fn observe(root: &Root) -> Vec<Self> {
        PATHS.iter().map(|paths| Self::read(root, paths)).collect()
    }

    fn read(root: &Root, paths: &Paths) -> Self {
        let text = paths.text(root);
        Self::parse(paths.file(), text.is_some(), &text.unwrap_or_default(), paths)
    }

    fn parse(path: PathBuf, is_there: bool, text: &str, paths: &Paths) -> Self {
        let settings = Settings::parse(text);
        let vardirs = paths.vardirs_of(&settings);
        let catalogs = vardirs.iter().map(|vardir| {
            let data = settings.get("client_datadir").unwrap_or_else(|| "$vardir/client_data".to_owned());
            let data = data.replace("$vardir", vardir).replace("$confdir", paths.conf);
            Path::new(&data).join("catalog")
        });
        let mut catalogs: Vec<_> = catalogs.filter(|path| path.is_absolute()).collect();
        catalogs.dedup();
        let interval = settings.get("runinterval").and_then(|text| duration(&text));
        Self {
            path,
            is_there,
            certname: settings.get("certname"),
            run_interval: interval.filter(|interval| !interval.is_zero()).unwrap_or(RUN_INTERVAL),
            catalogs,
        }
    }
}

/// The settings of the sections that an agent reads.
struct Settings<'t> {
    main: Vec<(&'t str, &'t str)>,
    agent: Vec<(&'t str, &'t str)>,
}

impl<'t> Settings<'t> {
    fn parse(text: &'t str) -> Self {
        let mut settings = Self { main: Vec::new(), agent: Vec::new() };
        let mut section = "main";
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                section = name.0.trim();
                continue;
            }
            let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
                continue;
            };
            // `vardir = /x { owner = root }` also says whose the directory should be.
            let mut braces = value.match_indices('{').map(|(at, _)| at);
            let end = braces.find(|at| !value[..*at].ends_with('$')).unwrap_or(value.len());
            let value = &value[..end];
            let entry = (name.trim(), value.trim());
            match section {
                "main" => settings.main.push(entry),
                "agent" => settings.agent.push(entry),
                _ => {}
            }
        }
        settings
    }

    /// The value for an agent; of a name that stands twice the last counts.
    fn get(&self, name: &str) -> Option<String> {
        let find = |all: &[(&str, &str)]| {
            let found = all.iter().rev().find(|(key, _)| *key == name);
            found.map(|(_, value)| value.trim_matches(['"', '\'']).replace("${", "$").replace('}', ""))
        };
        find(&self.agent).or_else(|| find(&self.main)).filter(|value| !value.is_empty())
    }
}

/// A time as Puppet writes it: seconds, or a number with `s`, `m`, `h`, `d` or `y`.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(['s', 'm', 'h', 'd', 'y']);
    let number: u64 = digits.parse().ok()?;
    let factor = match text.get(digits.len()..)? {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "y" => 365 * 86_400,
        _ => return None,
    };
    number.checked_mul(factor).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(distribution: usize, text: &str) -> PuppetConf {
        PuppetConf::parse("/puppet.conf".into(), true, text, &PATHS[distribution])
    }

    fn catalogs(distribution: usize, text: &str) -> Vec<String> {
        read(distribution, text).catalogs.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn without_settings_the_paths_are_those_of_the_packages() {
        assert_eq!(catalogs(0, ""), ["/opt/puppetlabs/puppet/cache/client_data/catalog"]);
        assert_eq!(
            catalogs(1, ""),
            ["/var/cache/puppet/client_data/catalog", "/var/lib/puppet/client_data/catalog"]
        );
        assert_eq!((read(0, "").certname, read(0, "").run_interval), (None, RUN_INTERVAL));
    }

    #[test]
    fn the_section_of_the_agent_counts_more_than_main_and_others_do_not_count() {
        let conf = read(
            1,
            "certname = first\n[main]\n# certname = comment\ncertname = main.example.net\nruninterval=1h\n[server]\n\
             certname = server\n[agent]\n certname = agent.example.net \n",
        );
        assert_eq!(conf.certname.as_deref(), Some("agent.example.net"));
        assert_eq!(conf.run_interval, Duration::from_secs(3600));
        assert_eq!(
            read(1, "certname = a\ncertname = b\n[server]\ncertname = c").certname.as_deref(),
            Some("b")
        );
    }

    #[test]
    fn directories_are_put_together_from_settings() {
        assert_eq!(
            catalogs(1, "[main]\nvardir = /srv/p {owner = root, mode = 644}\n"),
            ["/srv/p/client_data/catalog"]
        );
        assert_eq!(
            catalogs(1, "[agent]\nvardir=\"$confdir/var\"\nclient_datadir = ${vardir}/data\n"),
            ["/etc/puppet/var/data/catalog"]
        );
        assert_eq!(catalogs(0, "[main]\nclient_datadir = /srv/data"), ["/srv/data/catalog"]);
        assert_eq!(catalogs(0, "[main]\nclient_datadir = relative"), [""; 0]);
    }

    #[test]
    fn keys_and_certificates_are_where_the_settings_say() {
        let told = |distribution, text| {
            let ssl = Ssl::parse(text, &PATHS[distribution]).into_iter();
            let told = ssl.map(|ssl| [ssl.certificate("web.example"), ssl.key("web.example"), ssl.authority]);
            told.map(|paths| paths.map(|path| path.display().to_string())).collect::<Vec<_>>()
        };
        let below = |dir: &str| {
            [
                format!("{dir}/certs/web.example.pem"),
                format!("{dir}/private_keys/web.example.pem"),
                format!("{dir}/certs/ca.pem"),
            ]
        };
        assert_eq!(told(0, ""), [below("/etc/puppetlabs/puppet/ssl")]);
        assert_eq!(told(1, ""), [below("/var/lib/puppet/ssl"), below("/etc/puppet/ssl")]);
        assert_eq!(told(1, "[main]\nssldir = $vardir/tls\n"), [below("/var/cache/puppet/tls")]);
        assert_eq!(told(0, "[main]\nvardir=/srv/p\n[agent]\nssldir = ${vardir}/ssl"), [below("/srv/p/ssl")]);
        assert_eq!(
            told(
                0,
                "[main]\nssldir = $confdir/x\nhostcert = $ssldir/c/$certname.crt\nlocalcacert=/etc/pki/ca.pem\n\
                 hostprivkey = $privatekeydir/${certname}.key { mode = 640 }\nprivatekeydir = $ssldir/k"
            ),
            [[
                "/etc/puppetlabs/puppet/x/c/web.example.crt",
                "/etc/puppetlabs/puppet/x/k/web.example.key",
                "/etc/pki/ca.pem"
            ]
            .map(str::to_owned)]
        );
    }

    #[test]
    fn times_have_units() {
        for (text, seconds) in [
            ("1800", Some(1800)),
            ("30m", Some(1800)),
            ("12h", Some(43_200)),
            ("1d", Some(86_400)),
            ("1y", Some(31_536_000)),
        ] {
            assert_eq!(duration(text), seconds.map(Duration::from_secs), "{text}");
        }
        for text in ["", "m", "1w", "1mm", "-1", "99999999999999999999", "99999999999999999y"] {
            assert_eq!(duration(text), None, "{text}");
        }
        assert_eq!(read(0, "[agent]\nruninterval = 0").run_interval, RUN_INTERVAL, "0 means without a pause");
    }
}
