//! What is wrong in a configuration, whatever is desired: lines that do not say what they seem to, forwards that lose
//! messages or go to anybody.
//!
//! The daemon's own check says nothing of most of these: an `action()` without target passes it, and ends the daemon.

mod files;
mod forwards;
mod lines;
mod queues;
#[cfg(test)]
mod tests;
mod tls;
mod whole;

use std::net::IpAddr;

use super::action::Action;
use super::config::Config;
use super::files::Files;
use super::forwards::Forward;
use super::pmask::Pmask;
use super::semantics::Flow;
use super::tree::Span;
use crate::provider::Finding;
use crate::shown::Shown;

/// What is looked at.
#[derive(Debug)]
pub struct Lint<'c> {
    /// The configuration.
    pub config: &'c Config,
    /// Where the messages of this host go.
    pub flow: &'c Flow,
    /// The machine's files: directories of queues, modules, certificates.
    pub files: &'c Files<'c>,
    /// The machine's own addresses.
    pub own_addresses: &'c [IpAddr],
}

/// Findings while they are gathered.
pub(super) struct Findings<'c> {
    lint: &'c Lint<'c>,
    forwards: &'c [Forward],
    /// What this host writes to files for sure.
    kept: Pmask,
    found: Vec<Finding>,
}

impl Lint<'_> {
    /// All findings, by file and line.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let forwards = self.config.forwards(self.flow);
        let mut findings = Findings {
            lint: self,
            forwards: &forwards,
            kept: self.config.kept_locally(self.flow),
            found: Vec::new(),
        };
        findings.lines();
        findings.files();
        findings.of_forwards();
        findings.of_queues();
        findings.of_tls();
        findings.whole();
        findings.found.sort();
        findings.found.dedup();
        findings.found
    }
}

impl<'c> Findings<'c> {
    fn config(&self) -> &'c Config {
        self.lint.config
    }

    fn add(&mut self, span: Span, code: &'static str, message: &str, remedy: &str) {
        self.found.push(Finding {
            place: self.config().place(span),
            code,
            message: Shown::text(message),
            remedy: Shown::text(remedy),
        });
    }

    /// The forwards that rsyslogd runs, with their actions.
    fn running(&self) -> Vec<(&'c Forward, &'c Action)> {
        let config = self.config();
        let running = self.forwards.iter().filter_map(|forward| {
            let action = config.actions().get(forward.action)?;
            (action.state == super::action::ActionState::Active).then_some((forward, action))
        });
        running.collect()
    }
}

/// Where a forward goes, for words.
fn told(forward: &Forward) -> String {
    let (host, port) = (Shown::bytes(&forward.forwarding.target), Shown::bytes(&forward.forwarding.port));
    format!("{host}:{port}")
}
