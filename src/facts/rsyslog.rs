//! The part `rsyslog` of the fact: where messages are forwarded to, and how safely.

use serde::Serialize;
use serde_json::{Value, json};
use standfast_facts::machine::Machine;
use standfast_providers::rsyslog::action::{Action, ActionState, Protocol};
use standfast_providers::rsyslog::config::Config;
use standfast_providers::rsyslog::forwards::Forward;
use standfast_providers::rsyslog::host::Host;
use standfast_providers::rsyslog::statistics::Statistics;
use standfast_providers::shown::Shown;

use crate::chain::chain;

#[derive(Serialize)]
struct RsyslogFact {
    installed: bool,
    version: String,
    running: bool,
    config: Shown,
    files: usize,
    /// Whether rsyslogd reads its files to their end.
    complete: bool,
    /// The forwards that something comes to: `relp://central:20514`, with commas between.
    forwards: Shown,
    /// Whether all that this host logs is forwarded for sure.
    forwards_all: bool,
    /// Whether each of them is encrypted.
    tls: bool,
    /// Whether each of them has a queue on disk.
    queue_on_disk: bool,
    /// Whether all that this host logs is in a file here, too.
    kept_locally: bool,
    /// Actions that rsyslogd goes on without.
    refused: usize,
    findings: usize,
    /// What impstats last told of the forwards, where it writes a file.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    last_known: Option<LastKnownFact>,
}

#[derive(Serialize)]
struct LastKnownFact {
    /// When it was written, in seconds since 1970.
    queue_known_at: u64,
    /// How many messages wait in the forwards' queues.
    queue_waiting: u64,
    /// How many were dropped at a full queue.
    queue_discarded: u64,
    /// How many attempts to send failed.
    sending_failed: u64,
    /// How often a forward was suspended.
    sending_suspended: u64,
}

/// The part of the fact. A host without rsyslog has one all the same.
#[must_use]
pub fn fact(machine: &Machine<'_>) -> Value {
    let host = match Host::observe(machine) {
        Ok(Some(host)) => host,
        Ok(None) => return json!({ "installed": false }),
        Err(error) => return json!({ "error": Shown::text(&chain(&error)) }),
    };
    let config = &host.config;
    let forwards = config.forwards(&host.flow);
    let reached: Vec<&Forward> = forwards.iter().filter(|forward| !forward.reach.is_nothing()).collect();
    let targets: Vec<String> = reached.iter().map(|forward| target(forward)).collect();
    let refused = |action: &&Action| matches!(action.state, ActionState::Refused(_));
    let on_disk = |forward: &&Forward| {
        let hit = host.flow.hit(forward.action);
        let ruleset = hit.and_then(|hit| config.rulesets()[hit.ruleset].queue.as_ref());
        forward.queue.is_disk_assisted() || ruleset.is_some_and(|queue| queue.is_disk_assisted())
    };
    let fact = RsyslogFact {
        installed: true,
        version: host.version.clone().unwrap_or_default(),
        running: host.daemon.is_some(),
        config: Shown::text(&host.main.to_string_lossy()),
        files: config.files.iter().filter(|file| file.text_of.is_none()).count(),
        complete: config.is_complete,
        forwards: Shown::text(&targets.join(",")),
        forwards_all: reached.iter().any(|forward| forward.reach.is_all()),
        tls: !reached.is_empty() && reached.iter().all(|forward| forward.forwarding.tls.on),
        queue_on_disk: !reached.is_empty() && reached.iter().all(on_disk),
        kept_locally: config.kept_locally(&host.flow).is_all(),
        refused: config.actions().iter().filter(refused).count(),
        findings: host.findings().len(),
        last_known: LastKnownFact::of(machine, config, &reached),
    };
    serde_json::to_value(fact).unwrap_or_default()
}

impl LastKnownFact {
    /// Nothing where impstats writes no file, or nothing of these forwards.
    fn of(machine: &Machine<'_>, config: &Config, forwards: &[&Forward]) -> Option<Self> {
        let known = Statistics::read(machine.root, config)?.of_all(config, forwards)?;
        Some(Self {
            queue_known_at: known.written,
            queue_waiting: known.waiting.unwrap_or(0),
            queue_discarded: known.discarded,
            sending_failed: known.failed,
            sending_suspended: known.suspended,
        })
    }
}

fn target(forward: &Forward) -> String {
    let forwarding = &forward.forwarding;
    let scheme = match (forwarding.protocol, forwarding.tls.on) {
        (Protocol::Udp, _) => "udp",
        (Protocol::Tcp, false) => "tcp",
        (Protocol::Tcp, true) => "tcps",
        (Protocol::Relp, false) => "relp",
        (Protocol::Relp, true) => "relps",
    };
    let (host, port) =
        (String::from_utf8_lossy(&forwarding.target), String::from_utf8_lossy(&forwarding.port));
    let brackets = if host.contains(':') { ["[", "]"] } else { ["", ""] };
    format!("{scheme}://{}{host}{}:{port}", brackets[0], brackets[1])
}
