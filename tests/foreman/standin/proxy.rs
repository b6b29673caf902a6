//! `POST /standfast/drift_reports`: the endpoint that smart_proxy_standfast brings to a Smart Proxy.

use serde_json::{Value, json};

use super::Shared;
use super::drift_reports::{BODY, checked};
use super::http::{Request, Response};
use super::media;
use super::store::Spooled;
use super::tls::{Shown, Trust};

/// Answers an upload of a node, whose certificate says which host it is.
pub(crate) fn create(shared: &Shared, request: &Request, shown: Option<&Shown>) -> Response {
    let Some(shown) = shown.filter(|shown| shown.trust == Trust::Verified) else {
        return Response::error(403, "a client certificate of a node is needed");
    };
    if request.body.len() > BODY {
        return Response::field(413, "drift_report", "must have at most 256 KiB");
    }
    let mut body = match media::parse(request) {
        Ok(body) => body,
        Err(response) => return response,
    };
    let host = shown.names.common.as_str();
    match body["drift_report"].as_object_mut() {
        None => {}
        Some(report) => match report.get("host") {
            None => drop(report.insert("host".to_owned(), json!(host))),
            Some(named) if named == host => {}
            Some(_) => return Response::field(403, "host", &format!("the certificate is of {host}")),
        },
    }
    match checked(&body) {
        Ok((report, _)) => spool(shared, host, report),
        Err(response) => response,
    }
}

fn spool(shared: &Shared, host: &str, report: &Value) -> Response {
    let (of_a_host, most) = {
        let settings = shared.settings();
        (settings.reports_of_a_host, settings.spool)
    };
    let mut store = shared.store();
    if store.spooled.iter().filter(|spooled| spooled.host == host).count() >= of_a_host {
        return Response::error(429, "this host reports too often").with("Retry-After", "60");
    }
    if store.spooled.len() >= most {
        return Response::error(429, "the spool is full").with("Retry-After", "60");
    }
    store.spooled.push(Spooled { host: host.to_owned(), report: report.clone() });
    let mut answer = json!({ "spooled": true, "host": host });
    if let Some((_, last)) = store.last.iter().find(|(name, _)| name == host) {
        answer["last"] = last.clone();
    }
    Response::json(202, &answer)
}
