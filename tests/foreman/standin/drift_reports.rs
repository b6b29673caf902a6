//! `POST /api/v2/standfast/drift_reports`: the endpoint that foreman_standfast brings.

use serde_json::{Value, json};

use super::Shared;
use super::access::admit;
use super::drift_schema::{Drift, Refused, check};
use super::http::{Request, Response};
use super::media;
use super::settings::UPLOAD_DRIFT;
use super::store::{Facet, Kind};
use super::time::Instant;
use super::tls::Shown;

/// The largest body, in bytes.
pub(crate) const BODY: usize = 256 * 1024;
/// Seconds that a stored report may be ahead of this server's clock before it no longer keeps others out.
const TOLERANCE: i64 = 300;

/// Answers an upload.
pub(crate) fn create(shared: &Shared, request: &Request, shown: Option<&Shown>) -> Response {
    if request.body.len() > BODY {
        return Response::field(413, "drift_report", "must have at most 256 KiB");
    }
    let body = match media::parse(request) {
        Ok(body) => body,
        Err(response) => return response,
    };
    let settings = shared.settings();
    let actor = match admit(&settings, request, shown, &["Puppet", "Standfast"], UPLOAD_DRIFT) {
        Ok(actor) => actor,
        Err(response) => return response,
    };
    let (report, drift) = match checked(&body) {
        Ok(checked) => checked,
        Err(response) => return response,
    };
    let host = {
        let store = shared.store();
        let mut visible = store.hosts.iter().filter(|host| actor.sees(host) && host.kind == Kind::Managed);
        visible.find(|host| host.certname.as_ref().unwrap_or(&host.name) == &drift.host).map(|host| host.id)
    };
    let Some(host) = host else {
        return Response::field(422, "host", &format!("unknown host {}", drift.host));
    };
    let response = record(shared, host, report, &drift);
    match shared.is_unlucky(settings.fails_one_in) {
        true => Response::error(500, "Internal Server Error"),
        false => response,
    }
}

/// The report in its wrapper, checked; else why not.
pub(crate) fn checked(body: &Value) -> Result<(&Value, Drift), Response> {
    let report = body.get("drift_report").filter(|report| report.is_object());
    let report = report.ok_or_else(|| Response::field(400, "drift_report", "must be an object"))?;
    match check(report, Instant::now()) {
        Ok(drift) => Ok((report, drift)),
        Err(Refused { field, message }) => Err(Response::field(422, &field, &message)),
    }
}

/// Replaces what is known of the host, unless it is as new. What a clock that was far ahead left behind keeps no one out.
fn record(shared: &Shared, host: usize, report: &Value, drift: &Drift) -> Response {
    let mut store = shared.store();
    let known = store.facets.iter().position(|facet| facet.host == host);
    let known_at = known.map(|index| store.facets[index].reported_at);
    let id = known.map_or(store.facets.len() + 1, |index| store.facets[index].id);
    let mut answer =
        json!({ "id": id, "host_id": host, "host": drift.host, "status": drift.state, "stored": true });
    let bound = Instant::now().plus(TOLERANCE);
    let is_kept =
        known_at >= Some(drift.reported_at) && !(known_at > Some(bound) && drift.reported_at <= bound);
    if is_kept {
        answer["stored"] = json!(false);
        answer["reason"] = json!("as old as, or older than, what is stored");
        return Response::json(200, &answer);
    }
    let facet = Facet { id, host, reported_at: drift.reported_at, report: report.clone() };
    store.facets_stored.push(facet.clone());
    match known {
        Some(index) => store.facets[index] = facet,
        None => store.facets.push(facet),
    }
    Response::json(201, &answer)
}
