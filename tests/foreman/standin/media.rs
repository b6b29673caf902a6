//! What Foreman takes for a body: JSON in UTF-8 that is not packed.

use serde_json::Value;

use super::http::{Request, Response};

/// The body as JSON; else the answer of the layers before the action.
pub(crate) fn parse(request: &Request) -> Result<Value, Response> {
    let media = request.head.header("content-type").unwrap_or_default();
    if media.split(';').next().unwrap_or_default().trim() != "application/json" {
        return Err(Response::error(415, "Unsupported 'Content-Type'. Use 'Content-Type: application/json'"));
    }
    // Nothing unpacks it, so that it is JSON which cannot be read.
    if request.head.header("content-encoding").is_some_and(|encoding| encoding != "identity") {
        return Err(Response::empty(406));
    }
    let text = std::str::from_utf8(&request.body).map_err(|_| Response::empty(400))?;
    serde_json::from_str(text).map_err(|_| Response::empty(406))
}
