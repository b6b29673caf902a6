//! Which address is answered by what.

use serde_json::json;

use super::access::login;
use super::http::{Request, Response};
use super::settings::Plugin;
use super::tls::Shown;
use super::{Service, Shared, config_reports, drift_reports, proxy};

/// Answers a request.
pub(crate) fn route(shared: &Shared, request: &Request, shown: Option<&Shown>) -> Response {
    match shared.service {
        Service::Foreman => foreman(shared, request, shown),
        Service::SmartProxy => match (request.head.method.as_str(), request.head.path.as_str()) {
            ("POST", "/standfast/drift_reports") if shared.settings().plugin == Plugin::Installed => {
                proxy::create(shared, request, shown)
            }
            _ => Response::error(404, "not found"),
        },
    }
}

fn foreman(shared: &Shared, request: &Request, shown: Option<&Shown>) -> Response {
    let response = match (request.head.method.as_str(), request.head.path.as_str()) {
        ("GET", "/api/v2/ping" | "/api/ping") => {
            let database = json!({ "active": true, "duration_ms": "0" });
            Response::json(200, &json!({ "results": { "foreman": { "database": database } } }))
        }
        ("GET", "/api/v2/status" | "/api/status") => status(shared, request),
        ("POST", "/api/v2/config_reports" | "/api/config_reports" | "/api/v2/reports" | "/api/reports") => {
            config_reports::create(shared, request, shown)
        }
        ("POST", "/api/v2/standfast/drift_reports") if shared.settings().plugin == Plugin::Installed => {
            drift_reports::create(shared, request, shown)
        }
        (_, path) => Response::error(404, &format!("No route matches {path}")),
    };
    if request.head.header("cookie").is_some() {
        return response;
    }
    let mut store = shared.store();
    store.sessions += 1;
    response.with("Set-Cookie", &format!("_session_id={:032x}; path=/; HttpOnly", store.sessions))
}

/// Unlike uploads, this endpoint asks for a login with 401.
fn status(shared: &Shared, request: &Request) -> Response {
    match login(&shared.settings(), request) {
        Some(_) => Response::json(
            200,
            &json!({ "result": "ok", "status": 200, "version": "3.12.0", "api_version": 2 }),
        ),
        None => Response::error(401, "Unable to authenticate user"),
    }
}
