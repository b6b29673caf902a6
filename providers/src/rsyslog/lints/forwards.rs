//! Forwards that go nowhere, to oneself, twice, or without a word when they lose.

use std::net::IpAddr;

use super::{Findings, told};
use crate::rsyslog::action::{Action, Framing, Protocol, Sink};
use crate::rsyslog::forwards::{Forward, ObstacleKind};
use crate::shown::Shown;

/// How many stops behind a forward are looked at.
const MOST_STOPS: usize = 1000;

impl Findings<'_> {
    pub(super) fn of_forwards(&mut self) {
        let running = self.running();
        for (forward, action) in &running {
            self.target(forward);
            self.protocol(forward);
            self.limit(forward);
            self.loops(forward);
            self.way(forward, action);
            if forward.template == b"RSYSLOG_TraditionalForwardFormat" {
                self.add(
                    forward.span,
                    "old-template",
                    "sends the old format: no year, no zone, tags cut after 32 characters",
                    "use the template RSYSLOG_ForwardFormat",
                );
            }
        }
        self.twice(&running);
        self.failover();
    }

    fn target(&mut self, forward: &Forward) {
        let target = &forward.forwarding.target;
        let (code, message, remedy) = if target.is_empty() && forward.forwarding.protocol_given {
            ("no-target", "names no host: nothing can be sent".to_owned(), "name the host; IPv6 in [ ]")
        } else if target.is_empty() {
            ("no-target", "names no host".to_owned(), "write target=\"…\"")
        } else if target.iter().any(u8::is_ascii_whitespace) {
            (
                "blank-in-host",
                format!("the host is `{}`, with the blank: it is never found", Shown::bytes(target)),
                "name the port, or glue the # of the comment to the host",
            )
        } else if forward.forwarding.port.is_empty() {
            ("no-port", "the port is empty: digits alone are read".to_owned(), "write the port as a number")
        } else {
            return;
        };
        // An action() without target passes rsyslogd's own check.
        let action = self.config().actions().get(forward.action);
        let crashes = code == "no-target"
            && action.is_some_and(|action| action.form == crate::rsyslog::action::Form::Object);
        let crash = if crashes { "; rsyslogd itself ends at the first message" } else { "" };
        self.add(forward.span, code, &format!("{message}{crash}"), remedy);
    }

    fn protocol(&mut self, forward: &Forward) {
        let to = told(forward);
        match forward.forwarding.protocol {
            Protocol::Udp if !forward.forwarding.protocol_given => self.add(
                forward.span,
                "no-protocol",
                &format!("forwards to {to} by UDP, since no protocol is given: losses are not noticed"),
                "write protocol=\"tcp\", or use RELP",
            ),
            Protocol::Udp => self.add(
                forward.span,
                "forward-by-udp",
                &format!("forwards to {to} by UDP: losses are not noticed, and anybody can send in this host's name"),
                "use RELP, or TCP with TLS",
            ),
            Protocol::Tcp if forward.forwarding.framing == Framing::Traditional => self.add(
                forward.span,
                "line-framing",
                &format!("tells messages to {to} apart by line ends: one of two lines becomes two"),
                "write TCP_Framing=\"octet-counted\", or @@(o)",
            ),
            Protocol::Tcp | Protocol::Relp => {}
        }
    }

    fn limit(&mut self, forward: &Forward) {
        let Some((messages, seconds)) = forward.forwarding.rate_limit else { return };
        let to = told(forward);
        self.add(
            forward.span,
            "rate-limit",
            &format!(
                "sends {to} {messages} messages in {seconds} s and drops the rest, which no queue keeps"
            ),
            "take the limit out where nothing may be lost",
        );
    }

    /// A forward to an address of this host on which it listens itself.
    fn loops(&mut self, forward: &Forward) {
        let target = String::from_utf8_lossy(&forward.forwarding.target).into_owned();
        let is_own = match target.parse::<IpAddr>() {
            Ok(address) => {
                address.is_loopback()
                    || address.is_unspecified()
                    || self.lint.own_addresses.contains(&address)
            }
            Err(_) => matches!(target.to_ascii_lowercase().as_str(), "localhost" | "localhost.localdomain"),
        };
        let modules: &[&[u8]] = match forward.forwarding.protocol {
            Protocol::Udp => &[b"imudp"],
            Protocol::Tcp => &[b"imtcp", b"imptcp"],
            Protocol::Relp => &[b"imrelp"],
        };
        let listens = self.config().inputs().iter().find(|input| {
            modules.contains(&input.module.as_slice())
                && input.port.as_ref() == Some(&forward.forwarding.port)
        });
        if let Some(input) = listens.filter(|_| is_own) {
            let listener = self.config().place(input.span);
            let message = format!(
                "forwards to {}, where this rsyslogd listens ({listener}): each message comes back and goes out again",
                told(forward)
            );
            self.add(
                forward.span,
                "forwards-to-itself",
                &message,
                "name another host, or take the action out",
            );
        }
    }

    /// What takes messages away before a forward, and behind it.
    fn way(&mut self, forward: &Forward, action: &Action) {
        for obstacle in &forward.reach.obstacles {
            match obstacle.kind {
                ObstacleKind::Stop if !obstacle.sure.is_empty() => {
                    let message = format!(
                        "takes {} away before {} forwards to {}",
                        obstacle.sure,
                        forward.place,
                        told(forward)
                    );
                    let remedy = "move the forward before it: a file that sorts first, or above the include";
                    self.add(obstacle.span, "stop-before-forward", &message, remedy);
                }
                ObstacleKind::Stop => {
                    let message = format!(
                        "ends what its filter matches before {} forwards to {}",
                        forward.place,
                        told(forward)
                    );
                    let remedy = "move the forward before it, if these messages are wanted";
                    self.add(obstacle.span, "partial-stop-before-forward", &message, remedy);
                }
                ObstacleKind::RulesetNotEntered => {
                    let name = forward.ruleset.as_deref().unwrap_or_default();
                    let message = format!(
                        "stands in the ruleset `{}`, which no input and no call leads to",
                        Shown::bytes(name)
                    );
                    self.add(
                        forward.span,
                        "ruleset-not-entered",
                        &message,
                        "call the ruleset, or bind an input to it",
                    );
                }
                _ => {}
            }
        }
        let Some(hit) = self.lint.flow.hit(forward.action) else { return };
        let behind = self.lint.flow.stops.get(hit.ruleset).and_then(|stops| stops.get(hit.stops..));
        let only_there = forward.reach.sure.without(self.kept);
        let mut near = behind.unwrap_or_default().iter().take(MOST_STOPS);
        let stop = near.find(|stop| !(stop.sure & only_there).is_empty());
        if let Some(stop) = stop.filter(|_| !action.only_when_previous_suspended) {
            let lost = stop.sure & only_there;
            let message =
                format!("ends {lost} behind the forward at {}: no file of this host has them", forward.place);
            self.add(
                stop.span,
                "no-local-copy",
                &message,
                "take the stop away, or write them to a file before",
            );
        }
    }

    fn twice(&mut self, running: &[(&Forward, &Action)]) {
        let is_primary = |(forward, action): &&(&Forward, &Action)| {
            !action.only_when_previous_suspended && !forward.forwarding.target.is_empty()
        };
        let primary: Vec<_> = running.iter().filter(is_primary).map(|(forward, _)| *forward).collect();
        let mut first = std::collections::BTreeMap::new();
        for forward in primary {
            let key = (forward.forwarding.target.to_ascii_lowercase(), forward.forwarding.port.clone());
            let Some(before) = first.get(&key) else {
                first.insert(key, forward);
                continue;
            };
            let both = forward.reach.may & before.reach.may;
            if !both.is_empty() {
                let message = format!("forwards {both} to {} again, after {}", told(forward), before.place);
                self.add(forward.span, "duplicate-forward", &message, "take one of them out");
            }
        }
    }

    /// Actions that wait for the one before them to fail, which never does, or never should have been asked.
    fn failover(&mut self) {
        let config = self.config();
        for (id, action) in config.actions().iter().enumerate() {
            if !action.only_when_previous_suspended {
                continue;
            }
            // A file that `&` joins to the forwards is the last of the chain.
            let is_joined = crate::rsyslog::words::action(config, action).as_str().starts_with('&');
            if let (Sink::File(_), Some(line), false) = (&action.sink, action.failover_line, is_joined) {
                let place = config.place(line);
                let message = format!("is written only when the action before it fails: {place} still holds");
                let remedy = "write `$ActionExecOnlyWhenPreviousIsSuspended off` behind the failover";
                self.add(action.span, "failover-left-on", &message, remedy);
                continue;
            }
            let same_ruleset = |other: usize| {
                let ruleset = |id| self.lint.flow.hit(id).map(|hit| hit.ruleset);
                ruleset(other) == ruleset(id)
            };
            let Some(before) = id.checked_sub(1).filter(|before| same_ruleset(*before)) else { continue };
            let before = &config.actions()[before];
            let why = match (before.queue.kind, before.retry.count) {
                (crate::rsyslog::action::QueueKind::Direct, -1) => "tries for ever",
                (crate::rsyslog::action::QueueKind::Direct, _) => continue,
                _ => "has a queue",
            };
            let place = config.place(before.span);
            let message = format!("waits for {place} to fail, which {why}: it is never asked");
            self.add(
                action.span,
                "failover-never",
                &message,
                "put the queue on a ruleset, with direct actions in it",
            );
        }
    }
}
