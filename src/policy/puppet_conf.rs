//! What puppet.conf says of this host's agent: its name, how often it runs, where it keeps its catalog, its key and its
//! certificates.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use standfast_facts::root::Root;

/// How often an agent runs when nothing else is said (`runinterval`, configuration reference of Puppet).
pub const RUN_INTERVAL: Duration = Duration::from_secs(30 * 60);

/// Where a distribution of Puppet keeps its files, as its run_mode.rb has it for root.
#[derive(Debug)]
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
        ssldirs: &["$confdir/ssl"],
    },
    // Debian and Ubuntu; before Puppet 4, and in EPEL, /var/lib/puppet.
    Paths {
        conf: "/etc/puppet",
        vardirs: &["/var/cache/puppet", "/var/lib/puppet"],
        ssldirs: &["/var/lib/puppet/ssl", "$confdir/ssl"],
    },
];

impl Paths {
    fn file(&self) -> PathBuf {
        Path::new(self.conf).join("puppet.conf")
    }

    /// The directories that count where puppet.conf names none.
    fn defaults(&self, vardir: &'static str, ssldir: &'static str) -> Defaults {
        Defaults { confdir: self.conf, vardir, ssldir }
    }
}

/// The agents that this host has or had: read when they are asked for first, and then known for the whole run.
#[derive(Debug, Default)]
pub struct Agents(OnceCell<Vec<PuppetConf>>);

impl Agents {
    /// All that there may be below the root of this run; a file that is missing says nothing.
    pub fn of(&self, root: &Root) -> &[PuppetConf] {
        self.0.get_or_init(|| PATHS.iter().map(|paths| PuppetConf::read(root, paths)).collect())
    }

    /// Where they may keep their keys and certificates, which a check does not ask.
    pub fn ssl(&self, root: &Root) -> Vec<Ssl> {
        self.of(root).iter().flat_map(PuppetConf::ssl).collect()
    }
}

/// An agent that is, or was, installed.
#[derive(Debug)]
pub struct PuppetConf {
    /// Whether there is a puppet.conf.
    pub is_there: bool,
    /// The name in its certificate, where puppet.conf says it.
    pub certname: Option<String>,
    /// How long it waits from run to run.
    pub run_interval: Duration,
    /// The directories where its catalogs may be.
    pub catalogs: Vec<PathBuf>,
    settings: Settings,
    paths: &'static Paths,
}

/// Where an agent may keep its key and its certificates; `$certname` stands in the place of the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ssl {
    /// The directory of certificates (`certdir`).
    pub certificates: PathBuf,
    authority: String,
    certificate: String,
    key: String,
}

impl Ssl {
    /// The certificates of the authority (`localcacert`), which say whether a server is believed.
    #[must_use]
    pub fn authority(&self, certname: &str) -> PathBuf {
        named(&self.authority, certname)
    }

    /// The certificate of a host of this name (`hostcert`).
    #[must_use]
    pub fn certificate(&self, certname: &str) -> PathBuf {
        named(&self.certificate, certname)
    }

    /// Its key (`hostprivkey`).
    #[must_use]
    pub fn key(&self, certname: &str) -> PathBuf {
        named(&self.key, certname)
    }
}

fn named(path: &str, certname: &str) -> PathBuf {
    path.replace("$certname", certname).into()
}

impl PuppetConf {
    fn read(root: &Root, paths: &'static Paths) -> Self {
        let bytes = root.read(&paths.file()).ok();
        Self::parse(bytes.is_some(), &String::from_utf8_lossy(&bytes.unwrap_or_default()), paths)
    }

    fn parse(is_there: bool, text: &str, paths: &'static Paths) -> Self {
        let settings = Settings::parse(text);
        let catalogs = paths.vardirs.iter().filter_map(|vardir| {
            let data = settings.value("client_datadir", &paths.defaults(vardir, ""))?;
            Some(Path::new(&data).join("catalog"))
        });
        let mut catalogs: Vec<_> = catalogs.collect();
        catalogs.dedup();
        let interval = settings.get("runinterval").and_then(duration);
        Self {
            is_there,
            certname: settings.get("certname").filter(|name| !name.is_empty()).map(str::to_owned),
            run_interval: interval.filter(|interval| !interval.is_zero()).unwrap_or(RUN_INTERVAL),
            catalogs,
            settings,
            paths,
        }
    }

    fn ssl(&self) -> Vec<Ssl> {
        let vardir = self.paths.vardirs.first().copied().unwrap_or_default();
        let of = |ssldir: &&'static str| {
            let defaults = self.paths.defaults(vardir, ssldir);
            let path = |name| self.settings.value(name, &defaults).unwrap_or_default();
            Ssl {
                certificates: path("certdir").into(),
                authority: path("localcacert"),
                certificate: path("hostcert"),
                key: path("hostprivkey"),
            }
        };
        let mut all: Vec<_> = self.paths.ssldirs.iter().map(of).collect();
        all.dedup();
        all
    }
}

/// How deep settings are looked up that are made of others; Puppet would go on for ever where they make each other.
const DEPTH: u8 = 8;

/// The sections that there may be. Of these an agent reads the first two.
const SECTIONS: [&str; 5] = ["main", "agent", "server", "master", "user"];

/// What holds where puppet.conf says nothing else (defaults.rb).
struct Defaults {
    confdir: &'static str,
    vardir: &'static str,
    ssldir: &'static str,
}

impl Defaults {
    fn get(&self, name: &str) -> Option<&'static str> {
        Some(match name {
            "confdir" => self.confdir,
            "vardir" => self.vardir,
            "ssldir" => self.ssldir,
            "certdir" => "$ssldir/certs",
            "privatekeydir" => "$ssldir/private_keys",
            "hostcert" => "$certdir/$certname.pem",
            "hostprivkey" => "$privatekeydir/$certname.pem",
            "localcacert" => "$certdir/ca.pem",
            "client_datadir" => "$vardir/client_data",
            _ => return None,
        })
    }
}

/// The settings of the sections that an agent reads.
#[derive(Debug, Default)]
struct Settings {
    main: Vec<(String, String)>,
    agent: Vec<(String, String)>,
}

impl Settings {
    /// As Puppet reads them (ini_file.rb, config_file.rb): a line that it cannot read makes it leave the whole file out.
    fn parse(text: &str) -> Self {
        Self::of_lines(text).unwrap_or_default()
    }

    fn of_lines(text: &str) -> Option<Self> {
        let mut settings = Self::default();
        let mut section = "main";
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(rest) = line.strip_prefix('[') {
                section = rest.strip_suffix(']').filter(|name| SECTIONS.contains(name))?;
                continue;
            }
            let (name, value) = line.split_once('=')?;
            let name = Some(name.trim_end()).filter(|name| is_word(name))?;
            let entry = (name.to_owned(), value_of(value.trim_start())?);
            match section {
                "main" => settings.main.push(entry),
                "agent" => settings.agent.push(entry),
                _ => {}
            }
        }
        Some(settings)
    }

    /// The value for an agent, as it stands; of a name that stands twice the first counts.
    fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.agent.iter().chain(&self.main);
        all.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The path that a setting names, whole.
    fn value(&self, name: &str, defaults: &Defaults) -> Option<String> {
        self.value_in(name, defaults, DEPTH)
    }

    fn value_in(&self, name: &str, defaults: &Defaults, depth: u8) -> Option<String> {
        let raw = self.get(name).or_else(|| defaults.get(name))?;
        let mut parts = raw.split('$');
        let mut value = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c: char| !is_of_word(c)).unwrap_or(part.len());
            let (other, rest) = part.split_at(end);
            let of_other = match other {
                // Whose paths they are says whoever asks.
                "certname" => None,
                _ => self.value_in(other, defaults, depth.checked_sub(1)?),
            };
            match of_other {
                Some(of_other) => value.push_str(&of_other),
                None => value.extend(["$", other]),
            }
            value.push_str(rest);
        }
        // Of a path that is not whole, the rest is the directory that the agent runs in: for a service that is `/`.
        let whole: PathBuf = Path::new("/").join(value).components().collect();
        Some(whole.to_string_lossy().into_owned())
    }
}

/// A value without the quotes around it, and without what it says of owner and mode, as `{ owner = root, mode = 0644 }`.
///
/// Nothing where braces hold something else, be it `${name}`: Puppet cannot read that.
fn value_of(text: &str) -> Option<String> {
    const QUOTES: [char; 2] = ['"', '\''];
    let text = text.strip_prefix(QUOTES).unwrap_or(text);
    let text = text.strip_suffix(QUOTES).unwrap_or(text);
    let mut braces = text.match_indices('{').filter_map(|(open, _)| {
        let (within, behind) = text[open + 1..].split_once('}')?;
        Some((&text[..open], within, behind)).filter(|_| !within.is_empty())
    });
    let Some((before, within, behind)) = braces.next() else { return Some(text.trim_end().to_owned()) };
    let is_known = |(name, value): (&str, &str)| match (name.trim(), value.trim()) {
        ("owner" | "group", value) => is_word(value),
        ("mode", value) => is_word(value) && value.parse::<u32>().is_ok(),
        _ => false,
    };
    let is_read = within.split(',').all(|option| option.split_once('=').is_some_and(is_known));
    is_read.then(|| format!("{before}{behind}").trim_end().to_owned())
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_of_word)
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
        PuppetConf::parse(true, text, &PATHS[distribution])
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
            "certname = first\n[main]\n# certname = comment\nruninterval=1h\n[server]\ncertname = server\n[agent]\n \
             certname = agent.example.net \n",
        );
        assert_eq!(conf.certname.as_deref(), Some("agent.example.net"));
        assert_eq!(conf.run_interval, Duration::from_secs(3600));
        let twice = read(1, "certname = a\n[server]\ncertname = c\n[main]\ncertname = b");
        assert_eq!(twice.certname.as_deref(), Some("a"));
    }

    #[test]
    fn directories_are_put_together_from_settings() {
        assert_eq!(
            catalogs(1, "[main]\nvardir = /srv/p {owner = root, mode = 644}\n"),
            ["/srv/p/client_data/catalog"]
        );
        assert_eq!(
            catalogs(1, "[agent]\nvardir=\"$confdir/var\"\nclient_datadir = $vardir/data\n"),
            ["/etc/puppet/var/data/catalog"]
        );
        assert_eq!(catalogs(0, "[main]\nclient_datadir = /srv/data"), ["/srv/data/catalog"]);
        assert_eq!(catalogs(0, "[main]\nclient_datadir = relative/"), ["/relative/catalog"]);
        assert_eq!(catalogs(0, "[main]\nvardir = /$vardir/x").len(), 1, "it ends");
    }

    #[test]
    fn keys_and_certificates_are_where_the_settings_say() {
        let told = |distribution, text| {
            let ssl = read(distribution, text).ssl().into_iter();
            let told = ssl.map(|ssl| {
                [ssl.certificate("web.example"), ssl.key("web.example"), ssl.authority("web.example")]
            });
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
        assert_eq!(told(0, "[main]\nvardir=/srv/p\n[agent]\nssldir = $vardir/ssl"), [below("/srv/p/ssl")]);
        assert_eq!(
            told(
                0,
                "[main]\nssldir = $confdir/x\nhostcert = $ssldir/c/$certname.crt\nlocalcacert=/etc/pki/ca.pem\n\
                 hostprivkey = $privatekeydir/$certname.key { mode = 640 }\nprivatekeydir = $ssldir/k"
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
    fn a_line_that_puppet_cannot_read_makes_it_leave_the_whole_file_out() {
        for line in
            ["words", "; comment", "[agent", "[ agent ]", "[production]", "a b = c", "ssldir = ${vardir}/ssl"]
        {
            assert_eq!(read(0, &format!("certname = a\n{line}\n")).certname, None, "{line}");
        }
        for line in ["# comment", "x = {}", "[user]", "x = a { mode = 640, group = b }", "x ="] {
            assert_eq!(read(0, &format!("certname = a\n{line}\n")).certname.as_deref(), Some("a"), "{line}");
        }
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
