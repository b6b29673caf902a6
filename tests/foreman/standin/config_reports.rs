//! `POST /api/v2/config_reports`, as a real Foreman 3.12 was seen to answer it.
//!
//! Success is not the status: 201 with `id: null` means that nothing was stored, and 422 or 500 can mean that half was.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::Shared;
use super::access::{Actor, admit};
use super::http::{Request, Response};
use super::logs;
use super::media;
use super::origin::identify;
use super::packing::{Packed, Unpackable};
use super::settings::{CREATE_HOSTS, Settings, UPLOAD, UnknownHosts};
use super::store::{Alerts, Kind, Report};
use super::time::Instant;
use super::tls::Shown;

/// The longest name of a host, in characters: the width of the column.
const NAME: usize = 255;
/// What Foreman says where it has no better words.
const GENERIC: &str = "Internal Server Error: the server was unable to finish the request. This may be caused by \
                       unavailability of some required service, incorrect API call or a server-side bug.";

/// Why a report is not, or not wholly, imported.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Ruby's ArgumentError: a filter for time zones catches it, and runs the whole action again.
    Argument(String),
    /// 500 with these words.
    Internal(&'static str),
    /// 500 without words.
    Generic,
    /// 422: a field of the record, and what is wrong with it.
    Invalid(&'static str, &'static str),
    /// 422 with an exception of Foreman's own.
    Exception(&'static str),
}

/// Answers an upload.
pub(crate) fn create(shared: &Shared, request: &Request, shown: Option<&Shown>) -> Response {
    let body = match media::parse(request) {
        Ok(body) => body,
        Err(response) => return response,
    };
    let settings = shared.settings();
    let actor = match admit(&settings, request, shown, &["Puppet"], UPLOAD) {
        Ok(actor) => actor,
        Err(response) => return response,
    };
    let action = || {
        let report = import(shared, &settings, &actor, &body)?;
        if report.is_some() && shared.is_unlucky(settings.fails_one_in) {
            return Err(Fault::Generic);
        }
        Ok(report)
    };
    let outcome = match action() {
        Err(Fault::Argument(_)) => action(),
        outcome => outcome,
    };
    match outcome {
        Ok(Some(id)) => Response::json(201, &stored(shared, id)),
        Ok(None) => Response::json(201, &nothing()),
        Err(fault) => fault.response(),
    }
}

impl Fault {
    fn response(self) -> Response {
        match self {
            Self::Argument(words) => Response::error(500, &words),
            Self::Internal(words) => Response::error(500, words),
            Self::Generic => Response::error(500, GENERIC),
            Self::Exception(words) => Response::json(422, &json!({ "message": words })),
            Self::Invalid(field, wrong) => {
                let (first, rest) = field.strip_suffix("_id").unwrap_or(field).split_at(1);
                let full = format!("{}{} {wrong}", first.to_uppercase(), rest.replace('_', " "));
                let error = json!({ "id": null, "errors": { field: [wrong] }, "full_messages": [full] });
                Response::json(422, &json!({ "error": error }))
            }
        }
    }
}

/// Imports a report in the order of the real importer; `None` where the host is not known and not to be made.
fn import(shared: &Shared, settings: &Settings, actor: &Actor, body: &Value) -> Result<Option<usize>, Fault> {
    let raw = body.get("config_report").or_else(|| body.get("report")).ok_or(Fault::Generic)?;
    if raw.is_array() {
        return Err(Fault::Exception("ERF42-2399 [Foreman::Exception]: Invalid report"));
    }
    let name = raw["host"].as_str().ok_or(Fault::Generic)?.to_lowercase();
    let known = find(shared, actor, &name)?;
    if known.is_none() && settings.unknown_hosts == UnknownHosts::Ignored {
        return Ok(None);
    }
    let host = match known {
        None if actor.may(CREATE_HOSTS) => Some(make_host(shared, settings, &name)?),
        known => known,
    };
    let reported_at = reported_at(&raw["reported_at"])?;
    let status = status(&raw["status"])?;
    let metrics = match &raw["metrics"] {
        metrics @ (Value::Null | Value::Object(_)) => metrics.clone(),
        _ => return Err(Fault::Generic),
    };
    let origin = identify(raw, &settings.scanners);
    let host = host.ok_or(Fault::Invalid("host_id", "can't be blank"))?;
    let is_taken = |report: &Report| report.host == host && report.reported_at == reported_at;
    if shared.store().reports.iter().any(is_taken) {
        return Err(Fault::Invalid("reported_at", "has already been taken"));
    }
    // Nothing in the database keeps a second one out, so that what comes at the same time is stored too.
    if let Some(race) = &settings.race {
        race.wait();
    }
    let id = insert(shared, Report { id: 0, host, reported_at, status, metrics, origin, logs: Vec::new() });
    logs::import(shared, id, &raw["logs"])?;
    let mut store = shared.store();
    if status.is_error() && store.host(host).alerts == Alerts::Enabled {
        store.mails += 1;
    }
    Ok(Some(id))
}

/// The host by its certname, then by its name, among those that the actor sees.
fn find(shared: &Shared, actor: &Actor, name: &str) -> Result<Option<usize>, Fault> {
    if name.contains('\0') {
        return Err(Fault::Argument("string contains null byte".to_owned()));
    }
    let store = shared.store();
    let visible = || store.hosts.iter().filter(|host| actor.sees(host));
    let named = visible().find(|host| host.certname.as_deref() == Some(name));
    match named.or_else(|| visible().find(|host| host.name == name)) {
        Some(host) if host.kind == Kind::Null => Err(Fault::Generic),
        host => Ok(host.map(|host| host.id)),
    }
}

/// Makes a host without looking whether it is valid; one that is made while another is comes out without a type.
fn make_host(shared: &Shared, settings: &Settings, name: &str) -> Result<usize, Fault> {
    if name.chars().count() > NAME {
        return Err(Fault::Generic);
    }
    let others = shared.hosts_in_making.fetch_add(1, Ordering::SeqCst);
    let mut kind = if others > 0 { Kind::Null } else { Kind::Managed };
    if let Some(race) = &settings.race_of_hosts {
        race.wait();
        kind = if shared.hosts_in_making.load(Ordering::SeqCst) > 1 { Kind::Null } else { kind };
        race.wait();
    }
    let mut store = shared.store();
    let id = store.add_host(name, None);
    store.host(id).kind = kind;
    drop(store);
    shared.hosts_in_making.fetch_sub(1, Ordering::SeqCst);
    Ok(id)
}

fn reported_at(value: &Value) -> Result<Instant, Fault> {
    match value {
        Value::String(text) => {
            Instant::parse(text).ok_or_else(|| Fault::Argument(format!("no time information in {text:?}")))
        }
        Value::Null => Err(Fault::Internal("no implicit conversion of nil into String")),
        _ => Err(Fault::Internal("no implicit conversion of Integer into String")),
    }
}

fn status(value: &Value) -> Result<Packed, Fault> {
    match value {
        Value::Null => Ok(Packed::default()),
        Value::Object(status) => Packed::pack(status).map_err(|unpackable| match unpackable {
            Unpackable::Unknown => Fault::Internal("nil can't be coerced into Integer"),
            Unpackable::OutOfRange => {
                Fault::Internal("out of range for ActiveModel::Type::Integer with limit 8 bytes")
            }
            Unpackable::NoNumber => Fault::Generic,
        }),
        _ => Err(Fault::Generic),
    }
}

/// Stores a report under the next id, and moves the host's `last_report` forward, never back.
fn insert(shared: &Shared, mut report: Report) -> usize {
    let mut store = shared.store();
    let id = store.reports.len() + 1;
    report.id = id;
    let host = store.host(report.host);
    host.last_report = host.last_report.max(Some(report.reported_at));
    store.reports.push(report);
    id
}

fn stored(shared: &Shared, id: usize) -> Value {
    let mut store = shared.store();
    let report = store.reports.iter().find(|report| report.id == id).expect("it was stored").clone();
    let now = Instant::now().in_api();
    json!({
        "id": id, "host_id": report.host, "host_name": store.host(report.host).name,
        "reported_at": report.reported_at.in_api(), "status": report.status.unpack(), "origin": report.origin,
        "metrics": if report.metrics.is_null() { json!({}) } else { report.metrics }, "created_at": now, "updated_at": now,
    })
}

/// A report that was never saved.
fn nothing() -> Value {
    json!({
        "id": null, "host_id": null, "host_name": null, "reported_at": null, "status": Packed::default().unpack(),
        "origin": null, "metrics": {}, "created_at": null, "updated_at": null,
    })
}
