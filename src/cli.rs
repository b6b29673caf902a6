//! The command line: the only code that knows clap.

mod report;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use standfast_providers::provider::Detail;

use crate::logs::{self, Request, Siblings, Time};
use crate::policy::Named;

pub use report::{Report, Settings};

/// Keeps hardening in force on Linux hosts and says what drifted and why.
#[derive(Debug, Parser)]
#[command(
    name = "standfast",
    version,
    propagate_version = true,
    after_help = "Exit codes are Puppet's detailed ones: 0 in sync, 2 drift or changes, 4 failures, 6 both, \
                  1 could not run.\n\nExamples:\n  standfast check\n  standfast explain limits --user thekiwi --item nproc\n  \
                  standfast apply --noop --diff --policy site.ini"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// `standfast check` as a command line of its own, its first word `check`, without what it shares with reports.
#[derive(Debug, Parser)]
struct CheckAlone {
    #[command(flatten)]
    run: Run,
    #[arg(long)]
    probe: bool,
}

impl Cli {
    /// Reads the command line of this process.
    ///
    /// To be ready for everything that may be asked costs more than half of a check's work before it begins. So what is
    /// asked most is read alone; whatever else its words want, be it help, the whole of the program says.
    ///
    /// # Errors
    /// What is wrong with it, or the help that it asks for.
    pub fn read() -> Result<Self, clap::Error> {
        let words = || std::env::args_os().skip(1);
        if words().next().is_some_and(|word| word == "check")
            && let Ok(CheckAlone { run, probe }) = CheckAlone::try_parse_from(words())
        {
            let check = Check { run, probe, report: false, settings: Settings::default() };
            return Ok(Self { command: Command::Check(check) });
        }
        Self::try_parse()
    }
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what differs from the desired state; change nothing
    #[command(
        after_help = "Examples:\n  standfast check\n  standfast check 'limits_entry/*/nproc' --policy site.ini\n  \
                            standfast check --format monitoring\n  standfast check --probe\n  \
                            standfast check --report\n  \
                            echo '[{\"type\":\"limits_entry\",\"title\":\"thekiwi/-/nproc\",\"parameters\":{\"value\":4096}}]' \
                            | standfast check -"
    )]
    Check(Check),
    /// Bring about the desired state and observe that it is in force
    #[command(
        after_help = "Examples:\n  standfast apply --noop --diff\n  standfast apply --policy /etc/standfast/policy.ini\n  \
                            standfast apply --reload"
    )]
    Apply(Apply),
    /// Report to Foreman: run the check and tell its outcome, when something changed or the heartbeat is due
    ///
    /// Settings stand in /etc/standfast/standfast.conf, section [report]; the flags and STANDFAST_REPORT_URL and its
    /// kin in the environment stand before them. What cannot be sent waits in /var/lib/standfast/report.
    #[command(
        after_help = "Exit codes: 0 delivered, unchanged, or kept for a later run; 4 refused, or something has to be put \
                            right; 1 could not run.\n\nExamples:\n  standfast report\n  standfast report --status\n  \
                            standfast report --now --url https://proxy.example.com:8443/standfast\n  \
                            standfast report --url https://foreman.example.com --user reporter --password-file /etc/standfast/token\n  \
                            standfast report --send"
    )]
    Report(Report),
    /// Say what a user gets and which line decides it
    #[command(subcommand, after_help = "Example:\n  standfast explain limits --user thekiwi --item nproc")]
    Explain(Explain),
    /// Ask the daemons of this host what an attacker would ask them: NTP monlist, SNMP with `public`
    #[command(
        after_help = "Exit codes: 0 nothing answers that should not, 2 something does, 1 could not run.\n\n\
                            Examples:\n  standfast probe\n  standfast probe ntp --format json\n  \
                            standfast probe snmp --target 192.0.2.7\n  \
                            standfast probe ntp --target 192.0.2.8 --i-own-this-host\n  \
                            standfast probe rsyslog\n  standfast probe rsyslog --listen"
    )]
    Probe(Probe),
    /// Print the fact `standfast`, as an external fact of Facter
    #[command(
        after_help = "Examples:\n  standfast facts\n  standfast facts --format yaml\n  standfast facts --probe\n  \
                            ln -s /usr/share/standfast/facts.d/standfast /etc/facter/facts.d/"
    )]
    Facts(Facts),
    /// Answer a whole Puppet run on standard input and output, one JSON object a line
    #[command(
        after_help = "The protocol is in docs/serve.md. End of input ends it.\n\nExample:\n  standfast serve <<'END'\n  \
                            {\"ask\":\"hello\",\"protocol\":1}\n  \
                            {\"ask\":\"declare\",\"resources\":[{\"type\":\"limits_entry\",\"title\":\"thekiwi/-/nproc\",\
                            \"parameters\":{\"value\":4096}}]}\n  \
                            {\"ask\":\"observe\",\"resources\":[{\"type\":\"limits_entry\",\"title\":\"thekiwi/-/nproc\"}]}\n  END"
    )]
    Serve {
        /// The directory that stands for /
        #[arg(long, value_name = "DIR", default_value = "/")]
        root: PathBuf,
    },
    /// Print the definition of all kinds as JSON
    #[command(after_help = "Example:\n  standfast schema | jq '.[].attributes[].name'")]
    Schema {
        /// Write the Puppet types and providers below this directory, that of the Puppet module, instead
        #[arg(long, value_name = "DIR")]
        puppet: Option<PathBuf>,
    },
    /// Print or check policies
    #[command(after_help = "Examples:\n  standfast policy --default > /etc/standfast/policy.ini\n  \
                            standfast policy validate /etc/standfast/policy.ini")]
    Policy(Policy),
    /// Compare the logs of a host with what the central server has of it
    #[command(
        subcommand,
        after_help = "Example:\n  standfast logs compare /var/log/messages /mnt/loghost/web1.log"
    )]
    Logs(Logs),
    /// Print shell completions
    #[command(after_help = "Example:\n  standfast completions bash > /etc/bash_completion.d/standfast")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, man(7)
    #[command(after_help = "Example:\n  standfast man | man -l -")]
    Man,
}

/// What is desired, and for which files: check, apply and report share it.
#[derive(Debug, Args)]
pub struct Desired {
    /// Desired state: an INI file, a .json file, a snapshot of Puppet, or - for JSON on standard input
    ///
    /// Without it, the first that is there: /etc/standfast/policy.ini; what Puppet last declared,
    /// /var/lib/standfast/desired.json; the catalog that its agent cached; the default policy. The answer says which.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Desired state: a catalog of Puppet, as its agent caches it or `puppet catalog compile --render-as json` prints it
    #[arg(long, value_name = "FILE", conflicts_with = "policy")]
    pub catalog: Option<PathBuf>,
    /// The directory that stands for /
    ///
    /// What is below another is reported only where --url says where to.
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub root: PathBuf,
}

/// What check and apply share.
#[derive(Debug, Args)]
pub struct Run {
    /// What is desired.
    #[command(flatten)]
    pub desired: Desired,
    /// Only these resources, by glob; - for JSON on standard input
    #[arg(value_name = "KIND/TITLE")]
    pub globs: Vec<String>,
    /// How to tell; JSON is the default for -
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Show the changes of files
    #[arg(long)]
    pub diff: bool,
    /// List what is in sync too, with all evidence
    #[arg(long, short)]
    pub verbose: bool,
}

/// `standfast check`
#[derive(Debug, Args)]
pub struct Check {
    /// What check and apply share.
    #[command(flatten)]
    pub run: Run,
    /// Also ask the daemons as a stranger would, and say where they do not do what their files say
    #[arg(long)]
    pub probe: bool,
    /// Report it to Foreman too, see `standfast report`; so does each of the flags below
    #[arg(long)]
    pub report: bool,
    /// The settings of reporting.
    #[command(flatten)]
    pub settings: Settings,
}

/// `standfast apply`
#[derive(Debug, Args)]
pub struct Apply {
    /// What check and apply share.
    #[command(flatten)]
    pub run: Run,
    /// Change nothing; say what would be changed
    #[arg(long)]
    pub noop: bool,
    /// Reload or restart the services whose files were changed, or that run with old ones
    #[arg(long, conflicts_with = "noop")]
    pub reload: bool,
    /// Report it to Foreman; without --noop and globs that is the default once a url is set
    #[arg(long)]
    pub report: bool,
    /// Report nothing
    #[arg(long, conflicts_with = "report")]
    pub no_report: bool,
    /// The settings of reporting.
    #[command(flatten)]
    pub settings: Settings,
}

/// `standfast explain`
#[derive(Debug, Subcommand)]
pub enum Explain {
    /// The limits of a user: what the next login gets, which lines decide, and what runs with other limits now
    #[command(after_help = "Examples:\n  standfast explain limits --user thekiwi\n  \
                            standfast explain limits --user thekiwi --item nproc")]
    Limits {
        /// The user's name, or UID
        #[arg(long, value_name = "NAME")]
        user: String,
        /// Only this item of limits.conf(5), for example nproc
        #[arg(long)]
        item: Option<String>,
        /// The directory that stands for /
        #[arg(long, value_name = "DIR", default_value = "/")]
        root: PathBuf,
        /// How to tell
        #[arg(long, value_enum, default_value = "text")]
        format: ExplainFormat,
    },
    /// What the daemons of time answer to someone, now and after a restart, and which line decides it
    #[command(after_help = "Examples:\n  standfast explain ntp\n  standfast explain ntp --from 10.9.0.7")]
    Ntp {
        /// The address that asks; without it, anyone on the internet over IPv4 and over IPv6
        #[arg(long, value_name = "ADDRESS")]
        from: Option<IpAddr>,
        /// The directory that stands for /
        #[arg(long, value_name = "DIR", default_value = "/")]
        root: PathBuf,
        /// How to tell
        #[arg(long, value_enum, default_value = "text")]
        format: ExplainFormat,
    },
    /// Where the messages of this host go, facility by facility, and which lines decide it
    #[command(
        after_help = "Examples:\n  standfast explain rsyslog\n  standfast explain rsyslog --facility authpriv"
    )]
    Rsyslog {
        /// Only this facility, for example authpriv
        #[arg(long, value_name = "NAME")]
        facility: Option<String>,
        /// The directory that stands for /
        #[arg(long, value_name = "DIR", default_value = "/")]
        root: PathBuf,
        /// How to tell
        #[arg(long, value_enum, default_value = "text")]
        format: ExplainFormat,
    },
    /// Who may read and write what over SNMP, from where, and which lines of snmpd's files decide it; communities are masked
    #[command(after_help = "Examples:\n  standfast explain snmp\n  standfast explain snmp --from 192.0.2.7")]
    Snmp {
        /// What a request from this address gets
        #[arg(long, value_name = "ADDRESS")]
        from: Option<IpAddr>,
        /// The directory that stands for /
        #[arg(long, value_name = "DIR", default_value = "/")]
        root: PathBuf,
        /// How to tell
        #[arg(long, value_enum, default_value = "text")]
        format: ExplainFormat,
    },
}

/// `standfast probe`
#[derive(Debug, Args)]
pub struct Probe {
    /// Only this service
    #[arg(value_enum)]
    pub service: Option<Service>,
    /// Only this address; without it all addresses of this host, IPv4 and IPv6
    #[arg(long, value_name = "ADDRESS")]
    pub target: Option<String>,
    /// The UDP port of the service, instead of 123 or 161
    #[arg(long, value_name = "N", requires = "service", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// How to tell
    #[arg(long, value_enum, default_value = "text")]
    pub format: ExplainFormat,
    /// How long a request may take, in milliseconds; the whole takes at most three times as long
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(10..=10_000))]
    pub timeout: u16,
    /// Ask another host's address, which you may do if the host is yours
    #[arg(long, requires = "target")]
    pub i_own_this_host: bool,
    /// With rsyslog, on the server: wait for so many seconds for the marked messages of others
    #[arg(long, requires = "service", value_name = "S", num_args = 0..=1, default_missing_value = "60", value_parser = clap::value_parser!(u16).range(1..))]
    pub listen: Option<u16>,
}

/// A service that can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Service {
    /// NTP: monlist, modes 6 and 7, chrony's command port
    Ntp,
    /// SNMP: the communities `public` and `private`, and how much GETBULK brings
    Snmp,
    /// rsyslog: one marked message through the local socket, and the way that it takes; only when it is named
    Rsyslog,
}

/// `standfast facts`
#[derive(Debug, Args)]
pub struct Facts {
    /// How to print
    #[arg(long, value_enum, default_value = "json")]
    pub format: FactsFormat,
    /// The directory that stands for /
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub root: PathBuf,
    /// Also ask the daemons as a stranger would: adds ntp.answers_monlist, ntp.answers_queries and
    /// snmp.answers_default_community
    #[arg(long)]
    pub probe: bool,
}

/// `standfast policy`
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, args_conflicts_with_subcommands = true)]
pub struct Policy {
    /// Print the policy that holds when none is named
    #[arg(long)]
    pub default: bool,
    /// What to do with a policy.
    #[command(subcommand)]
    pub command: Option<PolicyCommand>,
}

/// `standfast policy validate`
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check a policy file without looking at the machine
    #[command(after_help = "Example:\n  standfast policy validate /etc/standfast/policy.ini")]
    Validate {
        /// The file
        file: PathBuf,
    },
}

/// `standfast logs`
#[derive(Debug, Subcommand)]
pub enum Logs {
    /// Say which messages of a host are missing, added or altered on one of two sides
    ///
    /// Both sides are compared message by message, whatever their order, time stamps, rotation and copies, and however
    /// forwarding has cut their tags. Only the time that both sides are complete for is compared: from the later of
    /// their first entries to the earlier of their last ones, less --slack; what is left out is told.
    #[command(after_help = "Exit codes: 0 the same, 2 differences, 1 could not run.\n\nExamples:\n  \
                      standfast logs compare /var/log/messages /mnt/loghost/web1.log\n  \
                      standfast logs compare /var/log/syslog /var/log/auth.log /mnt/loghost/web1.log --limit 5\n  \
                      standfast logs compare /var/log/messages /mnt/loghost/all.log --host web1 --format json\n  \
                      standfast logs compare messages web1.log --since 2026-11-26 --until 2026-11-27")]
    Compare(LogsCompare),
}

/// `standfast logs compare`
#[derive(Debug, Args)]
pub struct LogsCompare {
    /// The host's own log files; messages stands for messages.1, messages.2.gz and messages-20261101 too
    #[arg(value_name = "LOCAL", required = true)]
    pub local: Vec<PathBuf>,
    /// What the central server has of the host
    #[arg(value_name = "CENTRAL", required = true)]
    pub central: PathBuf,
    /// Another file of the central server
    #[arg(long, value_name = "FILE")]
    pub more_central: Vec<PathBuf>,
    /// A name that the host goes by, short or with its domain; without it, those in LOCAL
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
    /// The first time that counts, even if a side begins later: 2026-11-26, 2026-11-26T22:10:11, with or without a zone
    #[arg(long, value_name = "TIME")]
    pub since: Option<Time>,
    /// The last time that counts, even if a side ends earlier
    #[arg(long, value_name = "TIME")]
    pub until: Option<Time>,
    /// How long a message may be under way: so much is left out at the end, unless --until names it
    #[arg(long, value_name = "SECONDS", default_value = "300")]
    pub slack: u32,
    /// The zone of time stamps that have none, as +01:00; without it, those of both sides are taken for the same
    #[arg(long, value_name = "ZONE", value_parser = logs::zone, allow_hyphen_values = true)]
    pub zone: Option<i32>,
    /// A program whose messages do not count, for example one that is not forwarded; rsyslogd itself never counts
    #[arg(long, value_name = "PROGRAM")]
    pub exclude: Vec<String>,
    /// Read the named files only, without their rotated ones
    #[arg(long)]
    pub no_rotated: bool,
    /// How many differences are shown; all are counted
    #[arg(long, value_name = "NUMBER", default_value = "100")]
    pub limit: usize,
    /// How to tell
    #[arg(long, value_enum, default_value = "text")]
    pub format: ExplainFormat,
}

impl LogsCompare {
    /// What is to be compared.
    #[must_use]
    pub fn request(&self) -> Request {
        Request {
            local: self.local.clone(),
            central: std::iter::once(&self.central).chain(&self.more_central).cloned().collect(),
            hosts: self.host.clone(),
            excluded: std::iter::once("rsyslogd".to_owned()).chain(self.exclude.iter().cloned()).collect(),
            since: self.since,
            until: self.until,
            slack: self.slack,
            zone: self.zone,
            siblings: if self.no_rotated { Siblings::Left } else { Siblings::Taken },
        }
    }
}

/// How a report is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person
    Text,
    /// An array of outcomes
    Json,
    /// One line for Nagios and its kin, exit code 0 to 3
    Monitoring,
}

/// How an explanation is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For a person
    Text,
    /// For programs
    Json,
}

/// How facts are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FactsFormat {
    /// JSON
    Json,
    /// YAML
    Yaml,
}

impl Desired {
    /// What is named.
    #[must_use]
    pub fn named(&self) -> Named<'_> {
        match (&self.policy, &self.catalog) {
            (Some(policy), _) => Named::Policy(policy),
            (None, Some(catalog)) => Named::Catalog(catalog),
            (None, None) => Named::Nothing,
        }
    }
}

impl Run {
    /// How much evidence is wanted.
    #[must_use]
    pub fn detail(&self) -> Detail {
        if self.verbose { Detail::All } else { Detail::Drift }
    }

    /// What is named, and the globs without the `-` that stands for standard input.
    #[must_use]
    pub fn named_and_globs(&self) -> (Named<'_>, Vec<String>) {
        let globs: Vec<String> = self.globs.iter().filter(|glob| *glob != "-").cloned().collect();
        let is_stdin = self.globs.len() > globs.len();
        let named = if is_stdin { Named::Policy(Path::new("-")) } else { self.desired.named() };
        (named, globs)
    }
}
