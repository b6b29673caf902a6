//! The program against the stand-in: a host that drifted, and what Foreman knows of it then.

mod answers;
mod host;
mod path;
mod secrets;
mod trust;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use crate::raw::Ask;
use crate::said::Said;
use crate::standin::Standin;
use crate::standin::settings::{Settings, UPLOAD_DRIFT};
use crate::temp_root::TempRoot;

pub(crate) const HOST: &str = "web17.example.com";

/// Where the plugin takes reports.
const DRIFT_REPORTS: &str = "/api/v2/standfast/drift_reports";
const CONFIG_REPORTS: &str = "/api/v2/config_reports";

const POLICY: &str = "[limits_entry thekiwi/-/nproc]\nvalue = 4096\n";

/// A host of which one resource drifted, with a token of Foreman's user `reporter`.
pub(crate) struct Client {
    pub(crate) root: TempRoot,
    /// Further arguments of each report.
    pub(crate) arguments: Vec<String>,
}

impl Client {
    /// That reports to a stand-in with a token.
    pub(crate) fn of(standin: &Standin) -> Self {
        let client = Self::to(&standin.url());
        client.root.write("etc/standfast/token", b"token\n");
        client.mode("etc/standfast/token", 0o600);
        client.with(&["--user", "reporter", "--password-file", "/etc/standfast/token"])
    }

    /// That reports to this address.
    pub(crate) fn to(url: &str) -> Self {
        let root = TempRoot::with_limits_conf("* hard nproc 3865\nthekiwi soft nproc 1024\n");
        root.write("etc/hostname", format!("{HOST}\n").as_bytes());
        Self { root, arguments: vec!["--url".into(), url.into()] }
    }

    pub(crate) fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    pub(crate) fn mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.root.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Runs COMMAND with the policy and what a report needs.
    pub(crate) fn run(&self, command: &str, arguments: &[&str]) -> Said {
        let all: Vec<&str> =
            self.arguments.iter().map(String::as_str).chain(arguments.iter().copied()).collect();
        self.root.run_policy(command, POLICY, &all)
    }

    /// `standfast report`, whether something changed or not.
    pub(crate) fn report_now(&self) -> Said {
        self.run("report", &["--now"])
    }

    /// `standfast report --status`.
    pub(crate) fn status(&self) -> Said {
        self.root.run("report", &["--status"]).ended(0)
    }

    /// What lies in a directory of the spool, but for the reasons.
    pub(crate) fn spool(&self, directory: &str) -> Vec<PathBuf> {
        let path = self.root.path(&format!("var/lib/standfast/report/{directory}"));
        let entries = fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "report")).collect()
    }

    /// Asserts that so many reports wait.
    pub(crate) fn waits(&self, count: usize) {
        assert_eq!(self.spool("pending").len(), count, "{}", self.status().out);
    }
}

/// A Foreman with the plugin, the host, and a user who may do nothing but report drift.
pub(crate) fn settings() -> Settings {
    Settings::with_plugin().limited(&[UPLOAD_DRIFT], None)
}

/// The same, running without TLS.
pub(crate) fn foreman(settings: Settings) -> Standin {
    let standin = Standin::plain(settings);
    standin.store().add_host(HOST, None);
    standin
}

/// What the plugin knows of the host.
pub(crate) fn facet(standin: &Standin) -> Option<Value> {
    standin.store().facet_of(HOST).map(|facet| facet.report.clone())
}

/// How many requests came for a path.
pub(crate) fn arrivals(standin: &Standin, path: &str) -> usize {
    standin.store().arrivals.iter().filter(|arrival| arrival.path == path).count()
}

#[test]
fn the_stand_in_lets_the_reporter_do_nothing_else() {
    let standin = foreman(settings());
    Ask::post(CONFIG_REPORTS, &serde_json::json!({"config_report": {}})).reporter().of(&standin).is(403);
}
