//! What is wrong with forwarding that no resource says: forwards that nobody declared, and choices that lose messages.

use super::action::ActionState;
use super::desired::{AuthMode, Ensure, QueueIn, RsyslogForward, Switch, Transport};
use super::state::Rsyslog;
use super::values::Retries;
use super::verdict;
use crate::provider::{Finding, Place};
use crate::shown::Shown;

/// The findings of all resources together.
#[must_use]
pub fn findings(rsyslog: &Rsyslog<'_>, all: &[&RsyslogForward]) -> Vec<Finding> {
    let mut findings = unmanaged(rsyslog, all);
    for desired in all.iter().filter(|desired| desired.ensure == Ensure::Present) {
        choices(rsyslog, desired, &mut findings);
    }
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
            code: "unmanaged_forward",
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

/// What is chosen and loses messages, or trusts more than it should.
fn choices(rsyslog: &Rsyslog<'_>, desired: &RsyslogForward, findings: &mut Vec<Finding>) {
    let ours = rsyslog.ours(&desired.name.0);
    let file = ours.first().map_or_else(|| rsyslog.main.clone(), |ours| ours.path.clone());
    let mut push = |code, message: String, remedy: &str| {
        findings.push(Finding {
            place: Place { file: file.clone(), line: 0 },
            code,
            message: Shown::owned(format!("{}: {message}", desired.name.0)),
            remedy: Shown::text(remedy),
        });
    };
    if desired.protocol == Transport::Udp {
        push(
            "forward_by_udp",
            "UDP loses messages without a word, and anybody can send in this host's name".into(),
            "`protocol = relp` where the server has imrelp, else tcp",
        );
        return;
    }
    if desired.queue == QueueIn::Memory {
        push(
            "queue_in_memory",
            "what waits in memory is lost with a restart, and what exceeds it while the server is away"
                .into(),
            "`queue = disk`",
        );
    }
    if let Retries::Times(times) = desired.retry {
        push("retry_gives_up", format!("a message is dropped after {times} attempts"), "`retry = endless`");
    }
    if desired.tls == Switch::On && desired.auth_mode != AuthMode::Name {
        let message = if desired.auth_mode == AuthMode::Anon {
            "encrypts to anyone who takes the server's place"
        } else {
            "takes any host with a certificate of the authority for the server"
        };
        push("server_not_checked", message.into(), "`auth_mode = name`");
    }
    if desired.tls == Switch::On
        && desired.protocol == Transport::Relp
        && !rsyslog.version.has_relp_patience()
    {
        push(
            "relp_gives_up",
            format!(
                "when the server shows a bad certificate, say one that has expired, RELP of rsyslog {} gives up until \
                 rsyslogd is started anew, and drops what comes",
                rsyslog.version
            ),
            "watch the server's certificate, and restart rsyslog when it was renewed; 8.2606 waits, and so does TCP with gtls",
        );
    }
    if desired.template.0 == "RSYSLOG_TraditionalForwardFormat" {
        push(
            "template_cuts",
            "this template has no year and no zone, and cuts tags after 32 characters".into(),
            "`template = RSYSLOG_ForwardFormat`",
        );
    }
}
