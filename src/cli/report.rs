//! The flags of reporting.

use clap::Args;

use super::{Desired, ExplainFormat};

/// The settings as flags: each stands before the environment and /etc/standfast/standfast.conf.
///
/// All are texts: a setting is read in one way, wherever it stands.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Reporting")]
pub struct Settings {
    /// Where reports go: https://foreman.example.com, or https://proxy.example.com:8443/standfast of a Smart Proxy
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The name that this host reports under; by default the Puppet agent's, else the host's full name
    #[arg(long, value_name = "NAME")]
    pub certname: Option<String>,
    /// The authorities that may have signed the server's certificate, PEM; by default the Puppet agent's
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<String>,
    /// The certificate of this host, PEM; by default the Puppet agent's
    #[arg(long, value_name = "FILE")]
    pub certificate_file: Option<String>,
    /// Its key, PEM, for root alone
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<String>,
    /// A user of Foreman, instead of the certificate
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Its password or personal access token: a file of root's with mode 0600
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<String>,
    /// Send a ConfigReport where Foreman lacks the plugin; it becomes the host's configuration status
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub stock_foreman: Option<String>,
    /// A proxy of HTTP to connect through
    #[arg(long, value_name = "URL")]
    pub http_proxy: Option<String>,
    /// How long nothing is sent while nothing changes; 0 sends each time
    #[arg(long, value_name = "TIME")]
    pub heartbeat: Option<String>,
    /// Over how much of that the heartbeats of different hosts are spread
    #[arg(long, value_name = "TIME")]
    pub splay: Option<String>,
    /// How long connecting may take
    #[arg(long, value_name = "TIME")]
    pub connect_timeout: Option<String>,
    /// How long an upload may take in all
    #[arg(long, value_name = "TIME")]
    pub timeout: Option<String>,
}

impl Settings {
    /// The flags by the names of their settings.
    #[must_use]
    pub fn named(&self) -> [(&'static str, Option<String>); 13] {
        [
            ("url", self.url.clone()),
            ("certname", self.certname.clone()),
            ("ca_file", self.ca_file.clone()),
            ("certificate_file", self.certificate_file.clone()),
            ("key_file", self.key_file.clone()),
            ("user", self.user.clone()),
            ("password_file", self.password_file.clone()),
            ("stock_foreman", self.stock_foreman.clone()),
            ("http_proxy", self.http_proxy.clone()),
            ("heartbeat", self.heartbeat.clone()),
            ("splay", self.splay.clone()),
            ("connect_timeout", self.connect_timeout.clone()),
            ("timeout", self.timeout.clone()),
        ]
    }

    /// Whether one is given, which says that a report is wanted.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.named().iter().any(|(_, value)| value.is_some())
    }
}

/// `standfast report`
#[derive(Debug, Args)]
pub struct Report {
    /// What is desired.
    #[command(flatten)]
    pub desired: Desired,
    /// Also ask the daemons as a stranger would
    #[arg(long)]
    pub probe: bool,
    /// Say what waits, what was delivered and what was refused; check and send nothing
    #[arg(long, conflicts_with_all = ["now", "send", "probe", "policy", "catalog"])]
    pub status: bool,
    /// Send although nothing has changed, and without the pause after a failure
    #[arg(long)]
    pub now: bool,
    /// Only send what waits, without a check; for a timer
    #[arg(long, conflicts_with_all = ["probe", "policy", "catalog"])]
    pub send: bool,
    /// How to tell --status
    #[arg(long, value_enum, default_value = "text", requires = "status")]
    pub format: ExplainFormat,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}
