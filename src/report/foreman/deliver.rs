//! The way of a report: it is frozen and spooled first, then sent, then settled as the answer says.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use standfast_facts::root::Root;
use standfast_providers::shown::Shown;

use super::answer::{Answer, Delivery, Endpoint};
use super::pace::{self, Trouble};
use super::payload::Body;
use super::send::{NoAnswer, Sender};
use super::settings::Settings;
use super::stock;
use crate::report::spool::{Error, Flight, Frozen, Pending, Put, Settled, Spool, Time};

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

/// Reports what a run found, when it is due.
///
/// # Errors
/// When the spool cannot keep the report: it is not sent then, for its answer could not be remembered.
pub fn report(root: &Root, settings: &Settings, body: &Body, when: When) -> Result<Told, Error> {
    let spool = Spool::open(root, settings.bounds)?;
    let report = &body.drift_report;
    let digest = pace::digest(settings.url.as_str(), body);
    if when == When::Due
        && let Some(told) = unchanged(&spool, settings, &report.host, &digest)?
    {
        return Ok(told);
    }
    let (reported_at, host) = (report.reported_at.clone(), report.host.clone());
    let frozen = Frozen { reported_at, host, digest, body: body.to_bytes() };
    let note = match spool.put(frozen) {
        Ok(Put::Spooled) => None,
        Ok(Put::Outdated) => {
            Some("a newer report of this host waits or was delivered: was the clock set back?".to_owned())
        }
        Err(error @ Error::Untidy(_)) => Some(crate::chain::chain(&error)),
        Err(error) => return Err(error),
    };
    let mut told = fly(&spool, settings, when)?;
    told.notes.extend(note);
    Ok(told)
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
    let status = spool.status()?;
    let Some(last) = status.delivered.filter(|_| status.waiting.is_empty()) else { return Ok(None) };
    let due = pace::heartbeat(last.at, host, settings.heartbeat, settings.splay);
    Ok(pace::is_known(&last, host, digest, due, Time::now()).then(|| {
        let (at, due) = (last.at.to_the_second(), due.to_the_second());
        Told::new(
            What::Fine,
            format!("nothing has changed since the report of {at}; the next is due at {due}"),
        )
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
            Ok(sender) => ask(spool, sender, settings, &pending, &mut told.notes)?,
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

/// Sends it to the plugin, or to a stock Foreman where there is none and that is wanted.
fn ask(
    spool: &Spool,
    sender: &Sender<'_>,
    settings: &Settings,
    pending: &Pending,
    notes: &mut Vec<String>,
) -> Result<Delivery, Error> {
    let body = &pending.frozen.body;
    let may_be_stock = settings.is_stock_wanted && !settings.url.is_smart_proxy();
    let is_stock = may_be_stock && spool.state()?.stock_until.is_some_and(|until| until > Time::now());
    if !is_stock {
        let answer = match sender.send(Endpoint::Standfast, body.clone()) {
            Ok(answer) => answer,
            Err(error) => return Ok(no_answer(error)),
        };
        if !(may_be_stock && answer.is_no_plugin()) {
            return Ok(take(&answer, Endpoint::Standfast, notes));
        }
    }
    let Ok(report) = serde_json::from_slice::<Body>(body) else {
        return Ok(Delivery::DeadLetter {
            reason: "is not what this version of standfast writes".to_owned(),
        });
    };
    let answer = match sender.send(Endpoint::ConfigReports, stock::config_report(&report)) {
        Ok(answer) => answer,
        Err(error) => return Ok(no_answer(error)),
    };
    // Where neither is, the url is wrong.
    if !is_stock && !answer.is_no_plugin() {
        spool.remember_stock(Time::now().plus(pace::STOCK))?;
    }
    Ok(take(&answer, Endpoint::ConfigReports, notes))
}

fn take(answer: &Answer, endpoint: Endpoint, notes: &mut Vec<String>) -> Delivery {
    if let Some(skew) = answer.skew().filter(|skew| !notes.contains(skew)) {
        notes.push(skew);
    }
    answer.delivery(endpoint)
}

fn no_answer(error: NoAnswer) -> Delivery {
    match error {
        NoAnswer::Away(reason) => Delivery::Retry { after: None, reason },
        NoAnswer::Misconfigured(reason) => Delivery::Misconfigured { reason },
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
