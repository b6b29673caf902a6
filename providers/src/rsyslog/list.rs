//! The forwards of a configuration, as resources.

use super::action::{ActionState, QueueKind};
use super::compare;
use super::desired::{Ensure, RsyslogForward};
use super::forwards::Forward;
use super::render::mark;
use super::state::Rsyslog;
use super::values::Name;
use super::verdict;
use crate::provider::Listed;
use crate::schema::{AttributeValue, Value};

/// All forwards that something comes to: ours by their names, others by their servers.
pub(super) fn list(rsyslog: &Rsyslog<'_>) -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    for name in names(rsyslog) {
        let mut forwards = verdict::forwards_of(&rsyslog.reading, &name).into_iter();
        let Some(first) = forwards.next() else { continue };
        listed.push(entry(name, first, &forwards.collect::<Vec<_>>()));
    }
    listed.extend(foreign(rsyslog).into_iter().map(|(title, forward)| entry(title, forward, &[])));
    listed
}

/// The forwards that are not ours and that something comes to, each with the title by which it is listed.
pub(super) fn foreign<'r>(rsyslog: &'r Rsyslog<'_>) -> Vec<(String, &'r Forward)> {
    let reading = &rsyslog.reading;
    let names = names(rsyslog);
    let ours: Vec<_> = names.iter().flat_map(|name| verdict::actions_of(reading, name)).collect();
    let mut foreign: Vec<(String, &Forward)> = Vec::new();
    for forward in reading.forwards.iter().filter(|forward| !ours.contains(&forward.action)) {
        let action = reading.config.actions().get(forward.action);
        let is_active = action.is_some_and(|action| action.state == ActionState::Active);
        if is_active && !forward.reach.is_nothing() {
            let is_taken = |title: &str| {
                names.iter().any(|name| name == title) || foreign.iter().any(|(other, _)| other == title)
            };
            foreign.push((title(forward, is_taken), forward));
        }
    }
    foreign
}

/// Whether one of the declared forwards is what another stands for, under whatever name.
pub(super) fn is_declared(
    rsyslog: &Rsyslog<'_>,
    other: &RsyslogForward,
    declared: &[&RsyslogForward],
) -> bool {
    let foreign = foreign(rsyslog);
    let meant = foreign.iter().filter(|(title, _)| *title == other.name.0).map(|(_, forward)| *forward);
    let meant: Vec<&Forward> = meant.collect();
    declared.iter().any(|one| {
        let goes = |forward: &&Forward| {
            one.servers().iter().any(|(host, port)| compare::goes_to(forward, host, *port))
        };
        one.name == other.name || one.ensure == Ensure::Present && meant.iter().any(goes)
    })
}

/// The names under which something of ours stands, each once.
fn names(rsyslog: &Rsyslog<'_>) -> Vec<String> {
    let mark = mark("");
    let included = rsyslog.reading.config.files.iter().filter(|file| file.text_of.is_none());
    let mut names: Vec<String> = Vec::new();
    for line in included.flat_map(|file| file.bytes.split(|byte| *byte == b'\n')) {
        let name = line.strip_prefix(mark.as_bytes()).and_then(|name| std::str::from_utf8(name).ok());
        let Some(name) = name.map(str::trim_end) else { continue };
        if Name::from_text(name).is_ok() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// A name for a forward that is not ours.
fn title(forward: &Forward, is_taken: impl Fn(&str) -> bool) -> String {
    let host = forward.forwarding.target.iter().take(20);
    let letter = |byte: &u8| if byte.is_ascii_alphanumeric() { char::from(*byte) } else { '_' };
    let base: String = host.map(letter).collect();
    let base = format!("{base}_{}", text(&forward.forwarding.port));
    let base = base.trim_start_matches('_');
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let mut titles = std::iter::once(base.to_owned()).chain(numbered);
    titles.find(|title| !is_taken(title)).unwrap_or_default()
}

/// How a forward may be declared: with all messages or with a selector, with a copy on this host or without.
fn entry(title: String, forward: &Forward, failover: &[&Forward]) -> Listed {
    let way = words(forward, failover);
    let selector = ("selector", Value::Text((forward.reach.sure | forward.reach.may).to_string()));
    let alone = ("keep_local", Value::Text("false".to_owned()));
    let with = |more: &[(&'static str, Value)]| way.iter().chain(more).cloned().collect::<Vec<_>>();
    let ways = vec![
        way.clone(),
        with(std::slice::from_ref(&alone)),
        with(std::slice::from_ref(&selector)),
        with(&[selector.clone(), alone.clone()]),
    ];
    Listed { kind: RsyslogForward::KIND.name, title, ways }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn words(forward: &Forward, failover: &[&Forward]) -> Vec<(&'static str, Value)> {
    let forwarding = &forward.forwarding;
    let mut words = vec![
        ("ensure", "present".to_owned()),
        ("target", text(&forwarding.target)),
        ("port", text(&forwarding.port)),
        ("protocol", forwarding.protocol.word().to_owned()),
        ("template", text(&forward.template)),
    ];
    if let Some((messages, seconds)) = forwarding.rate_limit {
        words.push(("rate_limit", format!("{messages}/{seconds}")));
    }
    queue(forward, &mut words);
    let mut words: Vec<_> = words.into_iter().map(|(name, text)| (name, Value::Text(text))).collect();
    tls(forward, &mut words);
    if !failover.is_empty() {
        let server =
            |one: &&Forward| format!("{}:{}", text(&one.forwarding.target), text(&one.forwarding.port));
        words.push(("failover", Value::List(failover.iter().map(server).collect())));
    }
    words
}

fn queue(forward: &Forward, words: &mut Vec<(&'static str, String)>) {
    let queue = &forward.queue;
    let kind = match queue.kind {
        QueueKind::Direct => return,
        QueueKind::Disk => "always_disk",
        _ if queue.file_name.is_some() => "disk",
        _ => "memory",
    };
    words.push(("queue", kind.to_owned()));
    if kind != "always_disk" {
        words.push(("queue_size", queue.size.to_string()));
    }
    if kind != "memory" {
        words.push(("queue_max_disk", size(queue.max_disk_space)));
    }
    let retry = forward.retry.count;
    words.push(("retry", if retry < 0 { "endless".to_owned() } else { retry.to_string() }));
}

/// A number of bytes as a person writes it.
fn size(bytes: i64) -> String {
    let units = [(1 << 30, "g"), (1 << 20, "m"), (1 << 10, "k")];
    let unit = units.into_iter().find(|(unit, _)| bytes >= *unit && bytes % unit == 0);
    unit.map_or_else(|| bytes.to_string(), |(unit, letter)| format!("{}{letter}", bytes / unit))
}

fn tls(forward: &Forward, words: &mut Vec<(&'static str, Value)>) {
    let tls = &forward.forwarding.tls;
    if !tls.on {
        return;
    }
    words.push(("tls", Value::Text("on".to_owned())));
    for (name, file) in
        [("ca_file", &tls.ca_file), ("cert_file", &tls.cert_file), ("key_file", &tls.key_file)]
    {
        words.extend(file.as_deref().map(|file| (name, Value::Text(text(file)))));
    }
    let mode = tls.auth_mode.as_deref().map(text);
    let mode = mode.as_deref().map_or("anon", |mode| mode.trim_start_matches("x509/"));
    words.push(("auth_mode", Value::Text(mode.to_owned())));
    if mode == "name" {
        let peers = tls.permitted_peers.iter().map(|peer| text(peer)).collect();
        words.push(("permitted_peers", Value::List(peers)));
    }
    if tls.driver.as_deref() == Some(b"ossl") {
        words.push(("tls_driver", Value::Text("ossl".to_owned())));
    }
}
