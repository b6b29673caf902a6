//! How a stand-in is set up: who may do what, what is installed, how it misbehaves.

use std::sync::Arc;
use std::time::Duration;

use super::meeting::Meeting;
use super::misbehave::{Misbehaviour, When};
use super::origin::Scanner;

/// The permission to upload configuration reports.
pub(crate) const UPLOAD: &str = "upload_config_reports";
/// The permission to make hosts.
pub(crate) const CREATE_HOSTS: &str = "create_hosts";
/// The permission to upload drift reports, which the plugin brings.
pub(crate) const UPLOAD_DRIFT: &str = "upload_standfast_drift";

/// The settings of a Foreman, or of a Smart Proxy.
pub(crate) struct Settings {
    pub(crate) users: Vec<User>,
    /// The registered Smart Proxies.
    pub(crate) proxies: Vec<SmartProxy>,
    /// Names that may report for every host.
    pub(crate) trusted_hosts: Vec<String>,
    /// The setting `restrict_registered_smart_proxies`.
    pub(crate) uploaders: Uploaders,
    /// The setting `create_new_host_when_report_is_uploaded`.
    pub(crate) unknown_hosts: UnknownHosts,
    /// What plugins registered, in that order; Puppet's is always the first.
    pub(crate) scanners: Vec<Scanner>,
    pub(crate) plugin: Plugin,
    /// What a line of a report's log costs.
    pub(crate) per_line: Duration,
    /// One of so many uploads is stored and answered with 500; 0 for none.
    pub(crate) fails_one_in: u64,
    /// Uploads wait here for each other between the look whether a report is there and its insert.
    pub(crate) race: Option<Arc<Meeting>>,
    /// Uploads wait here for each other while they make a host that is not there yet.
    pub(crate) race_of_hosts: Option<Arc<Meeting>>,
    /// The first that fits is taken.
    pub(crate) misbehaviours: Vec<(When, Misbehaviour)>,
    /// What happens else to the connection of this number.
    pub(crate) mood: fn(usize) -> Option<Misbehaviour>,
    /// How many reports a Smart Proxy takes of one host before it says 429.
    pub(crate) reports_of_a_host: usize,
    /// How many reports the spool of a Smart Proxy holds before it says 429.
    pub(crate) spool: usize,
}

/// A user with a password or a personal access token, which is used as one.
pub(crate) struct User {
    pub(crate) name: &'static str,
    pub(crate) password: &'static str,
    pub(crate) rights: Rights,
}

/// What a user may.
#[derive(Clone, Debug)]
pub(crate) enum Rights {
    Admin,
    Limited {
        permissions: Vec<&'static str>,
        /// Only hosts of this organisation are visible; `None` for a user who is bound to none and sees all.
        organisation: Option<&'static str>,
    },
}

/// A registered Smart Proxy.
pub(crate) struct SmartProxy {
    /// The host part of its URL.
    pub(crate) host: &'static str,
    pub(crate) features: Vec<&'static str>,
}

/// Who may upload without logging in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Uploaders {
    Registered,
    Anyone,
}

/// What becomes of a host that no one knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownHosts {
    Created,
    Ignored,
}

/// Whether foreman_standfast is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plugin {
    Missing,
    Installed,
}

impl Default for Settings {
    /// A stock Foreman with an admin and a Smart Proxy for Puppet.
    fn default() -> Self {
        Self {
            users: vec![User { name: "admin", password: "changeme", rights: Rights::Admin }],
            proxies: vec![SmartProxy { host: "puppet.example.com", features: vec!["Puppet"] }],
            trusted_hosts: Vec::new(),
            uploaders: Uploaders::Registered,
            unknown_hosts: UnknownHosts::Created,
            scanners: Vec::new(),
            plugin: Plugin::Missing,
            per_line: Duration::ZERO,
            fails_one_in: 0,
            race: None,
            race_of_hosts: None,
            misbehaviours: Vec::new(),
            mood: |_| None,
            reports_of_a_host: usize::MAX,
            spool: usize::MAX,
        }
    }
}

impl Settings {
    /// With foreman_standfast, which knows nothing of hosts that are not there.
    pub(crate) fn with_plugin() -> Self {
        Self { plugin: Plugin::Installed, scanners: vec![Scanner::Standfast], ..Self::default() }
    }

    /// With a user who has no more than these permissions.
    pub(crate) fn limited(
        mut self,
        permissions: &[&'static str],
        organisation: Option<&'static str>,
    ) -> Self {
        let rights = Rights::Limited { permissions: permissions.to_vec(), organisation };
        self.users.push(User { name: "reporter", password: "token", rights });
        self
    }

    /// With a misbehaviour.
    pub(crate) fn misbehaving(mut self, when: When, misbehaviour: Misbehaviour) -> Self {
        self.misbehaviours.push((when, misbehaviour));
        self
    }
}
