//! What is wrong with forwarding that no resource says.

use super::action::ActionState;
use super::desired::{Ensure, RsyslogForward, Switch, Transport};
use super::state::Rsyslog;
use super::verdict;
use crate::provider::{Finding, Place};
use crate::shown::Shown;

/// The findings of all resources together.
#[must_use]
pub fn findings(rsyslog: &Rsyslog<'_>, all: &[&RsyslogForward]) -> Vec<Finding> {
    let mut findings = rsyslog.findings.clone();
    findings.extend(unmanaged(rsyslog, all));
    let present = all.iter().filter(|desired| desired.ensure == Ensure::Present);
    findings.extend(present.filter_map(|desired| gives_up(rsyslog, desired)));
    findings
}

fn unmanaged(rsyslog: &Rsyslog<'_>, all: &[&RsyslogForward]) -> Vec<Finding> {
    let config = &rsyslog.reading.config;
    let declared: Vec<_> = all
        .iter()
        .flat_map(|desired| verdict::forwards_of(&rsyslog.reading, &desired.name.0))
        .map(|forward| forward.action)
        .collect();
    let is_declared = |forward: &super::forwards::Forward| {
        let servers = all.iter().filter(|desired| desired.ensure == Ensure::Present);
        declared.contains(&forward.action)
            || servers
                .flat_map(|desired| desired.servers())
                .any(|(host, port)| super::compare::goes_to(forward, host, port))
    };
    let is_active = |forward: &&super::forwards::Forward| {
        config.actions().get(forward.action).is_some_and(|action| action.state == ActionState::Active)
    };
    let foreign = rsyslog.reading.forwards.iter().filter(is_active).filter(|forward| !is_declared(forward));
    foreign
        .map(|forward| Finding {
            place: forward.place.clone(),
            code: "unmanaged-forward",
            message: Shown::owned(format!(
                "forwards to {}:{} by {}, and no resource declares it",
                Shown::bytes(&forward.forwarding.target),
                Shown::bytes(&forward.forwarding.port),
                forward.forwarding.protocol.word()
            )),
            remedy: Shown::text("declare it, or take it out; `purge = true` does that"),
        })
        .collect()
}

/// RELP with TLS that does not wait for a server whose certificate is bad.
fn gives_up(rsyslog: &Rsyslog<'_>, desired: &RsyslogForward) -> Option<Finding> {
    let is_so = desired.tls == Switch::On
        && desired.protocol == Transport::Relp
        && !rsyslog.version.has_relp_patience();
    let ours = rsyslog.ours(&desired.name.0);
    let file = ours.first().map_or_else(|| rsyslog.main.clone(), |ours| ours.path.clone());
    is_so.then(|| Finding {
        place: Place { file, line: 0 },
        code: "relp-gives-up",
        message: Shown::owned(format!(
            "when the server shows a bad certificate, say one that has expired, RELP of rsyslog {} gives up until \
             rsyslogd is started anew, and drops what comes",
            rsyslog.version
        )),
        remedy: Shown::text(
            "restart rsyslog when the server's certificate was bad; rsyslog 8.2606 waits, and so does `protocol = tcp`",
        ),
    })
}
