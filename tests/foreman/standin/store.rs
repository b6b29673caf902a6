//! What the stand-in has stored, for tests to look at.

use std::collections::BTreeSet;

use serde_json::Value;

use super::packing::Packed;
use super::time::Instant;

/// Everything that a Foreman has stored.
#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) hosts: Vec<Host>,
    /// In the order of arrival, which is that of their ids.
    pub(crate) reports: Vec<Report>,
    /// The newest drift report of each host.
    pub(crate) facets: Vec<Facet>,
    /// All drift reports that were stored, in the order of arrival.
    pub(crate) facets_stored: Vec<Facet>,
    /// What a Smart Proxy has spooled.
    pub(crate) spooled: Vec<Spooled>,
    /// What a Smart Proxy tells a host of its last report.
    pub(crate) last: Vec<(String, Value)>,
    /// All requests that were read whole.
    pub(crate) arrivals: Vec<Arrival>,
    /// How many connections were accepted.
    pub(crate) connections: usize,
    /// Rows of the table `sessions`: each call without a cookie leaves one.
    pub(crate) sessions: usize,
    /// Mails to the owners of hosts.
    pub(crate) mails: usize,
    /// The table `messages`: each text once.
    pub(crate) messages: BTreeSet<String>,
    /// The table `sources`: each text once.
    pub(crate) sources: BTreeSet<String>,
}

/// A host.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) id: usize,
    pub(crate) name: String,
    pub(crate) certname: Option<String>,
    pub(crate) organisation: Option<&'static str>,
    pub(crate) kind: Kind,
    /// The greatest `reported_at` of its reports.
    pub(crate) last_report: Option<Instant>,
    /// Whether its owner gets mail, and its status counts.
    pub(crate) alerts: Alerts,
}

/// The column `type` of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Managed,
    /// NULL, which a race of new hosts leaves behind: nothing can be reported for such a host.
    Null,
}

/// Whether a host tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alerts {
    Enabled,
    Disabled,
}

/// A stored ConfigReport.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) id: usize,
    pub(crate) host: usize,
    pub(crate) reported_at: Instant,
    pub(crate) status: Packed,
    pub(crate) metrics: Value,
    pub(crate) origin: Option<&'static str>,
    pub(crate) logs: Vec<Line>,
}

/// A line of its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The index in the list of levels.
    pub(crate) level: usize,
    pub(crate) source: String,
    pub(crate) message: String,
}

/// What the plugin knows of a host.
#[derive(Clone, Debug)]
pub(crate) struct Facet {
    pub(crate) id: usize,
    pub(crate) host: usize,
    pub(crate) reported_at: Instant,
    /// The report as it came.
    pub(crate) report: Value,
}

/// A report in the spool of a Smart Proxy.
#[derive(Clone, Debug)]
pub(crate) struct Spooled {
    pub(crate) host: String,
    pub(crate) report: Value,
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) connection: usize,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The status that it was given; `None` where it was not handled.
    pub(crate) answered: Option<u16>,
}

/// A host's configuration status, in Foreman's precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Configuration {
    AlertsDisabled,
    NoReports,
    Error,
    OutOfSync,
    Active,
    Pending,
    NoChanges,
}

impl Store {
    /// Adds a host that an admin made.
    pub(crate) fn add_host(&mut self, name: &str, organisation: Option<&'static str>) -> usize {
        let id = self.hosts.len() + 1;
        self.hosts.push(Host {
            id,
            name: name.to_owned(),
            certname: None,
            organisation,
            kind: Kind::Managed,
            last_report: None,
            alerts: Alerts::Enabled,
        });
        id
    }

    /// The host of this id.
    pub(crate) fn host(&mut self, id: usize) -> &mut Host {
        self.hosts.iter_mut().find(|host| host.id == id).expect("a host of this id")
    }

    /// What the plugin knows of a host by name.
    pub(crate) fn facet_of(&self, name: &str) -> Option<&Facet> {
        let host = self.hosts.iter().find(|host| host.name == name)?;
        self.facets.iter().find(|facet| facet.host == host.id)
    }

    /// The configuration status of a host: that of the report which arrived last, whoever sent it and whenever it was
    /// made. A report is recent for `interval` seconds.
    pub(crate) fn configuration(&self, name: &str, now: Instant, interval: i64) -> Configuration {
        let host = self.hosts.iter().find(|host| host.name == name).expect("a host of this name");
        let Some(report) = self.reports.iter().rev().find(|report| report.host == host.id) else {
            return match host.alerts {
                Alerts::Disabled => Configuration::AlertsDisabled,
                Alerts::Enabled => Configuration::NoReports,
            };
        };
        match report.status {
            _ if host.alerts == Alerts::Disabled => Configuration::AlertsDisabled,
            status if status.is_error() => Configuration::Error,
            _ if report.reported_at < now.plus(-interval) => Configuration::OutOfSync,
            status if status.is_change() => Configuration::Active,
            status if status.is_pending() => Configuration::Pending,
            _ => Configuration::NoChanges,
        }
    }
}
