//! In what a forward differs from what it should be.

use std::path::PathBuf;

use super::action::{Framing, Protocol, QueueKind};
use super::desired::{AuthMode, QueueIn, RsyslogForward, Switch, Transport};
use super::forwards::Forward;
use super::values::{Host, Port, Rate};
use crate::provider::{Drift, Place};
use crate::shown::Shown;

/// Whether a forward goes to this server, whatever the protocol.
#[must_use]
pub fn goes_to(forward: &Forward, host: &Host, port: Port) -> bool {
    host.is(&forward.forwarding.target) && forward.forwarding.port == port.to_string().as_bytes()
}

/// Collects differences of one forward.
struct Differences {
    place: Place,
    found: Vec<Drift>,
}

impl Differences {
    fn push(&mut self, property: &'static str, is: &str, should: &str, why: &str) {
        self.found.push(Drift {
            property,
            is: Shown::text(is),
            should: Shown::text(should),
            reason: Shown::owned(format!("{} {why}", self.place)),
            place: Some(self.place.clone()),
        });
    }
}

/// What is wrong with a forward to the first server, as the properties of the kind.
#[must_use]
pub fn differences(
    desired: &RsyslogForward,
    forward: &Forward,
    work_directory: Option<&PathBuf>,
) -> Vec<Drift> {
    let mut differences = Differences { place: forward.place.clone(), found: Vec::new() };
    protocol(desired, forward, &mut differences);
    if forward.forwarding.protocol != Protocol::Udp {
        tls(desired, forward, &mut differences);
        // With others behind it the queue is before them all, and the last one retries.
        if desired.failover.is_none() {
            queue(desired, forward, work_directory, &mut differences);
            retry(desired, forward, &mut differences);
        }
    }
    rate_limit(desired, forward, &mut differences);
    let template = String::from_utf8_lossy(&forward.template);
    if template != desired.template.0 {
        let why = if template == "RSYSLOG_TraditionalForwardFormat" {
            "formats without year and zone, and cuts tags after 32 characters"
        } else {
            "formats otherwise"
        };
        differences.push("template", &template, &desired.template.0, why);
    }
    differences.found
}

fn protocol(desired: &RsyslogForward, forward: &Forward, found: &mut Differences) {
    let should = match desired.protocol {
        Transport::Udp => Protocol::Udp,
        Transport::Tcp => Protocol::Tcp,
        Transport::Relp => Protocol::Relp,
    };
    let is = forward.forwarding.protocol;
    if is != should {
        let why = match is {
            Protocol::Udp if !forward.forwarding.protocol_given => {
                "does not say which protocol, and then sends by UDP, which loses messages without a word"
            }
            Protocol::Udp => "sends by UDP, which loses messages without a word",
            Protocol::Tcp if should == Protocol::Relp => {
                "sends by TCP, which loses what a server had accepted and not written"
            }
            Protocol::Tcp | Protocol::Relp => "sends by another protocol",
        };
        found.push("protocol", is.word(), should.word(), why);
    } else if is == Protocol::Tcp && forward.forwarding.framing == Framing::Traditional {
        let why = "tells messages apart by line ends, so that one of two lines becomes two";
        found.push("protocol", "tcp by lines", "tcp by length", why);
    }
}

fn rate_limit(desired: &RsyslogForward, forward: &Forward, found: &mut Differences) {
    let should = match desired.rate_limit {
        Rate::Unlimited => None,
        Rate::Limited { messages, seconds } => Some((i64::from(messages), i64::from(seconds))),
    };
    let is = forward.forwarding.rate_limit;
    if is != should {
        let told = is.map_or("none".to_owned(), |(messages, seconds)| format!("{messages}/{seconds}"));
        let why = match (is, should) {
            (None, _) => "sends all that there are",
            (Some(_), None) => "has a limit, and drops what is beyond it",
            (Some(_), Some(_)) => "has another limit",
        };
        found.push("rate_limit", &told, &desired.rate_limit.to_string(), why);
    }
}

fn tls(desired: &RsyslogForward, forward: &Forward, found: &mut Differences) {
    let tls = &forward.forwarding.tls;
    if desired.tls == Switch::Off {
        if tls.on {
            found.push("tls", "on", "off", "encrypts");
        }
        return;
    }
    if !tls.on {
        let why = if tls.mentioned {
            "has parameters of TLS and no StreamDriverMode=\"1\": everything is sent in plain text"
        } else {
            "sends in plain text"
        };
        return found.push("tls", "off", "on", why);
    }
    auth(desired, forward, found);
    for (property, is, should) in [
        ("ca_file", &tls.ca_file, &desired.ca_file),
        ("cert_file", &tls.cert_file, &desired.cert_file),
        ("key_file", &tls.key_file, &desired.key_file),
    ] {
        let is = is.as_deref().map(String::from_utf8_lossy);
        let should = should.as_ref().map(|file| file.0.as_str());
        if is.as_deref() != should {
            found.push(
                property,
                is.as_deref().unwrap_or("none"),
                should.unwrap_or("none"),
                "names another file",
            );
        }
    }
    if forward.forwarding.protocol == Protocol::Tcp {
        let is = tls.driver.as_deref().map_or("ptcp".into(), String::from_utf8_lossy);
        let should = desired.tls_driver.map_or("gtls", super::desired::TlsDriver::word);
        if is != should {
            found.push("tls_driver", &is, should, "has another driver");
        }
    }
}

fn auth(desired: &RsyslogForward, forward: &Forward, found: &mut Differences) {
    let tls = &forward.forwarding.tls;
    let mode = tls.auth_mode.as_deref().map(String::from_utf8_lossy);
    let mode = mode.as_deref().map(|mode| mode.trim_start_matches("x509/"));
    let should = desired.auth_mode.word();
    if mode.unwrap_or("anon") != should {
        let why = match mode {
            None => "does not say how the server is known",
            Some("anon") => "encrypts to anyone, whatever certificate that one has",
            Some("certvalid") => "takes any certificate of the authority, whomever it names",
            Some(_) => "knows the server otherwise",
        };
        found.push("auth_mode", mode.unwrap_or("none"), should, why);
    }
    if desired.auth_mode == AuthMode::Name {
        let is: Vec<_> =
            tls.permitted_peers.iter().map(|peer| String::from_utf8_lossy(peer).into_owned()).collect();
        let should = desired.target.as_ref().map(|host| desired.peers(host)).unwrap_or_default();
        if is != should {
            let why = if is.is_empty() {
                "permits no peer, so nothing is ever sent"
            } else {
                "permits other peers"
            };
            found.push("permitted_peers", &is.join(", "), &should.join(", "), why);
        }
    }
}

fn queue(
    desired: &RsyslogForward,
    forward: &Forward,
    work_directory: Option<&PathBuf>,
    found: &mut Differences,
) {
    let queue = &forward.queue;
    let has_directory = queue.spool_directory.is_some() || work_directory.is_some();
    let is = match queue.kind {
        QueueKind::Direct => "none",
        QueueKind::Disk if has_directory => "always_disk",
        _ if queue.file_name.is_some() && has_directory => "disk",
        _ => "memory",
    };
    let should = desired.queue.word();
    if is != should {
        let why = match (queue.kind, is) {
            (QueueKind::Direct, _) if queue.file_name.is_some() => {
                "has a file for its queue and no type of queue: it has no queue, and the file is never written"
            }
            (QueueKind::Direct, _) if forward.retry.count < 0 => {
                "retries for ever without a queue: while the server is away, local logging stands still"
            }
            (QueueKind::Direct, _) => "has no queue: what comes while the server is away is lost",
            (_, "memory") if queue.file_name.is_some() => {
                "has a queue on disk and no directory for it: rsyslogd keeps it in memory"
            }
            (_, "memory") => "has its queue in memory alone: a restart loses it",
            (_, "disk") => "has messages in memory, which are lost when rsyslogd is killed",
            _ => "has another queue",
        };
        return found.push("queue", is, should, why);
    }
    if queue.kind == QueueKind::Direct {
        return;
    }
    if desired.queue != QueueIn::AlwaysDisk && queue.size != i64::from(desired.queue_size.0) {
        let (is, should) = (queue.size.to_string(), desired.queue_size.0.to_string());
        found.push("queue_size", &is, &should, "holds another number of messages");
    }
    if desired.queue == QueueIn::Memory {
        return;
    }
    if queue.checkpoint_interval == 0 {
        let why = "has no checkpointInterval: when rsyslogd is killed, all that is on disk is lost";
        found.push("queue", "disk without an index", should, why);
    }
    if !queue.save_on_shutdown {
        let why = "has saveOnShutdown off: what is in memory is lost with a restart";
        found.push("queue", "not saved on shutdown", should, why);
    }
    if queue.max_disk_space != desired.queue_max_disk.bytes() {
        let why =
            if queue.max_disk_space == 0 { "can fill the disk" } else { "takes another part of the disk" };
        let is =
            if queue.max_disk_space == 0 { "no bound".to_owned() } else { queue.max_disk_space.to_string() };
        found.push("queue_max_disk", &is, &desired.queue_max_disk.0, why);
    }
}

fn retry(desired: &RsyslogForward, forward: &Forward, found: &mut Differences) {
    let (is, should) = (forward.retry.count, desired.retry.count());
    if is == should || is < 0 && should < 0 {
        return;
    }
    let word = |count: i64| if count < 0 { "endless".to_owned() } else { count.to_string() };
    let why = if is < 0 { "retries for ever" } else { "gives up, and drops what waits in its queue" };
    found.push("retry", &word(is), &word(should), why);
}
