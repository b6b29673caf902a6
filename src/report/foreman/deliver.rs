//! The way of a report: it is frozen and spooled first, then sent, then settled as the answer says.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use standfast_facts::root::Root;
use standfast_providers::shown::Shown;

use super::answer::{Delivery, Endpoint};
use super::job::Reply;
use super::pace::{self, Trouble};
use super::payload::Body;
use super::send::Sender;
use super::settings::Settings;
use super::stock;
use crate::chain::chain;
use crate::report::spool::{Delivered, Error, Flight, Frozen, Pending, Put, Settled, Spool, Time};

/// What makes a report go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A change, or the heartbeat; pauses after failures are kept.
    Due,
    /// Whoever asks.
    Now,
}

/// What became of it all, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What became of the report.
    pub what: What,
    /// One line that says it.
    pub line: String,
    /// What else is to be told.
    pub notes: Vec<String>,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The receiver has it, or has nothing new to get.
    Fine,
    /// It waits in the spool and is sent by a later run.
    Waits,
    /// It was refused, or somebody has to put something right.
    Failed,
}

impl Told {
    fn new(what: What, line: String) -> Self {
        Self { what, line, notes: Vec::new() }
    }
}

/// Reports what a run found, when it is due. Where this host cannot keep it, it is sent all the same: a full disk is
/// worth knowing of.
///
/// # Errors
/// When the spool cannot keep the report, and it cannot be delivered without.
pub fn report(root: &Root, settings: &Settings, body: &Body, when: When) -> Result<Told, Error> {
    let report = &body.drift_report;
    let digest = pace::digest(settings.url.as_str(), body);
    let (reported_at, host) = (report.reported_at.clone(), report.host.clone());
    let frozen = Frozen { reported_at, host, digest, body: body.to_bytes() };
    let (spool, note) = match spooled(root, settings, &frozen, when) {
        Ok(Spooled::Put(spool, note)) => (spool, note),
        Ok(Spooled::Known(told)) => return Ok(told),
        Err(error) => return without_spool(settings, &frozen, error),
    };
    let mut told = fly(&spool, settings, when)?;
    told.notes.extend(note);
    Ok(told)
}

/// What became of a report before anything is sent.
enum Spooled {
    /// It waits, with what is to be told beside that.
    Put(Spool, Option<String>),
    /// The receiver knows it all.
    Known(Told),
}

fn spooled(root: &Root, settings: &Settings, frozen: &Frozen, when: When) -> Result<Spooled, Error> {
    let spool = Spool::open(root, settings.bounds)?;
    if when == When::Due
        && let Some(told) = unchanged(&spool, settings, &frozen.host, &frozen.digest)?
    {
        return Ok(Spooled::Known(told));
    }
    let note = match spool.put(frozen.clone()) {
        Ok(Put::Spooled) => None,
        Ok(Put::Outdated) => {
            Some("a newer report of this host waits or was delivered: was the clock set back?".to_owned())
        }
        Err(error @ Error::Untidy(_)) => Some(chain(&error)),
        Err(error) => return Err(error),
    };
    Ok(Spooled::Put(spool, note))
}

/// Sends a report that could not be kept, once.
fn without_spool(settings: &Settings, frozen: &Frozen, error: Error) -> Result<Told, Error> {
    let Ok(sender) = Sender::new(settings) else { return Err(error) };
    let mut notes = vec![format!("the report could not be kept on this host: {}", chain(&error))];
    let (delivery, _) = ask(&sender, settings, &frozen.body, plugin(settings), &mut notes);
    match delivery {
        Delivery::Done { note } => notes.extend(note),
        Delivery::DoneAlready => {}
        _ => return Err(error),
    }
    Ok(Told { what: What::Fine, line: format!("delivered to {}", settings.url.host()), notes })
}

/// Sends what waits, without a new report.
///
/// # Errors
/// When the spool cannot be used.
pub fn send(root: &Root, settings: &Settings, when: When) -> Result<Told, Error> {
    fly(&Spool::open(root, settings.bounds)?, settings, when)
}

/// That the receiver knows it all, where it does; while something waits it may not.
fn unchanged(spool: &Spool, settings: &Settings, host: &str, digest: &str) -> Result<Option<Told>, Error> {
    if spool.is_waiting()? {
        return Ok(None);
    }
    let known = |last: Option<Delivered>| {
        let last = last?;
        let due = pace::heartbeat(last.at, host, settings.heartbeat, settings.splay);
        let is_known = pace::is_known(&last, host, digest, due, Time::now());
        is_known.then(|| (last.at.to_the_second(), due.to_the_second()))
    };
    let state = spool.state()?;
    if let Some((at, due)) = known(state.refused) {
        let line = format!(
            "the same report was refused for good at {at} and lies in /var/lib/standfast/report/dead; it is sent again at {due}, or with --now"
        );
        return Ok(Some(Told::new(What::Failed, line)));
    }
    Ok(known(state.delivered).map(|(at, due)| {
        let line = format!("nothing has changed since the report of {at}; the next is due at {due}");
        Told::new(What::Fine, line)
    }))
}

fn fly(spool: &Spool, settings: &Settings, when: When) -> Result<Told, Error> {
    let Some(mut flight) = spool.flight()? else {
        return Ok(Told::new(
            What::Waits,
            "another process is sending, and takes this report along".to_owned(),
        ));
    };
    let sender = Sender::new(settings);
    let mut told = Told::new(What::Fine, "nothing waits to be sent".to_owned());
    while let Some(pending) = flight.next()? {
        let now = Time::now();
        if let (When::Due, Some(not_before)) = (when, pending.not_before.filter(|time| *time > now)) {
            told = paused(&pending, not_before, told);
            // All of a host wait alike, and the report stays where it is.
            break;
        }
        let delivery = match &sender {
            Ok(sender) => {
                let first = first(spool, settings)?;
                let (delivery, was) = ask(sender, settings, &pending.frozen.body, first, &mut told.notes);
                if was != first {
                    spool.remember_stock(Time::now().plus(pace::STOCK))?;
                }
                delivery
            }
            Err(reason) => Delivery::Misconfigured { reason: reason.clone() },
        };
        let (what, line) = settle(&mut flight, &pending, settings, delivery, &mut told.notes)?;
        told = Told { what, line, ..told };
    }
    Ok(told)
}

fn paused(pending: &Pending, not_before: Time, told: Told) -> Told {
    let reason = pending.reason.as_deref().unwrap_or("the last try failed");
    let line =
        format!("the report waits until {} ({reason}); --now sends it at once", not_before.to_the_second());
    Told { what: What::Waits, line, ..told }
}

/// Sends a body to this endpoint first, and to a stock Foreman where there is no plugin and that is wanted; gives the
/// endpoint that answered, too.
fn ask(
    sender: &Sender<'_>,
    settings: &Settings,
    body: &[u8],
    first: Endpoint,
    notes: &mut Vec<String>,
) -> (Delivery, Endpoint) {
    if first != Endpoint::ConfigReports {
        match sender.send(first, body) {
            Reply::Answer(answer) if may_be_stock(settings) && answer.is_no_plugin() => {}
            reply => return (take(reply, first, notes), first),
        }
    }
    let Ok(report) = serde_json::from_slice::<Body>(body) else {
        let reason = "is not what this version of standfast writes".to_owned();
        return (Delivery::DeadLetter { reason }, first);
    };
    let reply = sender.send(Endpoint::ConfigReports, &stock::config_report(&report));
    // Where neither is, the url is wrong, and nothing is to be remembered.
    let is_stock = matches!(&reply, Reply::Answer(answer) if !answer.is_no_plugin());
    let endpoint = if is_stock { Endpoint::ConfigReports } else { first };
    (take(reply, Endpoint::ConfigReports, notes), endpoint)
}

fn plugin(settings: &Settings) -> Endpoint {
    if settings.url.is_smart_proxy() { Endpoint::SmartProxy } else { Endpoint::Standfast }
}

fn may_be_stock(settings: &Settings) -> bool {
    settings.is_stock_wanted && plugin(settings) == Endpoint::Standfast
}

/// Where a report goes first: a Foreman that had no plugin lately is not asked for it each time.
fn first(spool: &Spool, settings: &Settings) -> Result<Endpoint, Error> {
    let is_stock =
        may_be_stock(settings) && spool.state()?.stock_until.is_some_and(|until| until > Time::now());
    Ok(if is_stock { Endpoint::ConfigReports } else { plugin(settings) })
}

fn take(reply: Reply, endpoint: Endpoint, notes: &mut Vec<String>) -> Delivery {
    match reply {
        Reply::Answer(answer) => {
            notes.extend(answer.skew().filter(|skew| !notes.contains(skew)));
            answer.delivery(endpoint)
        }
        Reply::Away(reason) => Delivery::Retry { after: None, reason },
        Reply::Misconfigured(reason) => Delivery::Misconfigured { reason },
    }
}

/// Notes what became of it, and says it.
fn settle(
    flight: &mut Flight<'_>,
    pending: &Pending,
    settings: &Settings,
    delivery: Delivery,
    notes: &mut Vec<String>,
) -> Result<(What, String), Error> {
    let host = settings.url.host();
    let again = |trouble, least, reason: &str| {
        let pause = pace::back_off(trouble, pending.attempts, random()).max(least);
        Settled::Again { not_before: Time::now().plus(pause), reason: shown(reason) }
    };
    let none = std::time::Duration::ZERO;
    let (settled, what, line) = match delivery {
        Delivery::Done { note } => {
            notes.extend(note);
            (Settled::Delivered, What::Fine, format!("delivered to {host}"))
        }
        Delivery::DoneAlready => (Settled::Delivered, What::Fine, format!("{host} has the report already")),
        Delivery::UnknownHost { reason } => {
            let (name, reason) = (&pending.frozen.host, shown(&reason));
            let line = format!(
                "{host} knows no host {name} ({reason}): create it there, or set certname; the report is kept and tried again"
            );
            (again(Trouble::Misconfigured, none, &reason), What::Failed, line)
        }
        Delivery::Misconfigured { reason } => {
            let reason = shown(&reason);
            let line = format!("{reason}; the report is kept and tried again");
            (again(Trouble::Misconfigured, none, &reason), What::Failed, line)
        }
        Delivery::Retry { after, reason } => {
            let reason = shown(&reason);
            let line = format!("{reason}; the report is kept and tried again by a later run");
            (again(Trouble::Away, after.unwrap_or(none), &reason), What::Waits, line)
        }
        Delivery::DeadLetter { reason } => {
            let reason = shown(&reason);
            let line = format!(
                "{host} refuses the report for good ({reason}); it lies in /var/lib/standfast/report/dead"
            );
            (Settled::Dead { reason }, What::Failed, line)
        }
    };
    flight.settle(pending, settled)?;
    Ok((what, line))
}

fn shown(text: &str) -> String {
    Shown::text(text).to_string()
}

/// A number that no other host has: std's hasher keys come from the kernel.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
