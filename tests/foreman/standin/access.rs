//! Who asks, and what he may: Smart Proxies by their certificates, trusted hosts, users by their passwords.

use super::http::{Request, Response};
use super::settings::{Rights, Settings, Uploaders};
use super::store::Host;
use super::tls::{Shown, Trust};

/// Who asks, when he may.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    rights: Rights,
}

impl Actor {
    /// Whether he sees this host.
    pub(crate) fn sees(&self, host: &Host) -> bool {
        match &self.rights {
            Rights::Admin | Rights::Limited { organisation: None, .. } => true,
            Rights::Limited { organisation, .. } => host.organisation == *organisation,
        }
    }

    /// Whether he has this permission.
    pub(crate) fn may(&self, permission: &str) -> bool {
        match &self.rights {
            Rights::Admin => true,
            Rights::Limited { permissions, .. } => permissions.contains(&permission),
        }
    }
}

/// Lets in, in Foreman's order: anyone where uploads are not restricted; a Smart Proxy with one of the features or a
/// trusted host by a verified certificate; a user with the permission by HTTP Basic. All others get 403, never 401.
pub(crate) fn admit(
    settings: &Settings,
    request: &Request,
    shown: Option<&Shown>,
    features: &[&str],
    permission: &str,
) -> Result<Actor, Response> {
    let admin = Actor { rights: Rights::Admin };
    if settings.uploaders == Uploaders::Anyone {
        return Ok(admin);
    }
    if let Some(shown) = shown.filter(|shown| shown.trust == Trust::Verified) {
        let names = names(shown);
        let featured = settings.proxies.iter().any(|proxy| {
            names.iter().any(|name| name == proxy.host)
                && proxy.features.iter().any(|has| features.contains(has))
        });
        let trusted = settings.trusted_hosts.iter().any(|host| names.contains(host));
        if featured || trusted {
            return Ok(admin);
        }
    }
    login(settings, request).filter(|actor| actor.may(permission)).ok_or_else(|| denied(permission))
}

/// The user of HTTP Basic; a Bearer token is none.
pub(crate) fn login(settings: &Settings, request: &Request) -> Option<Actor> {
    request.head.header("authorization").and_then(|header| user(settings, header))
}

/// The DNS names, and only where there are none the common name.
fn names(shown: &Shown) -> Vec<String> {
    match shown.names.alternative.as_slice() {
        [] => vec![shown.names.common.clone()],
        alternative => alternative.to_vec(),
    }
}

fn user(settings: &Settings, header: &str) -> Option<Actor> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(decode(encoded.trim())?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    let user = settings.users.iter().find(|user| user.name == name && user.password == password)?;
    Some(Actor { rights: user.rights.clone() })
}

fn denied(permission: &str) -> Response {
    let details = format!("Missing one of the required permissions: {permission}");
    let error = serde_json::json!({
        "message": "Access denied", "details": details, "missing_permissions": [permission],
    });
    Response::json(403, &serde_json::json!({ "error": error }))
}

/// Base 64 (RFC 4648, 4).
fn decode(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for digit in text.trim_end_matches('=').bytes() {
        let digit = ALPHABET.iter().position(|letter| *letter == digit)?;
        bits = bits << 6 | u32::try_from(digit).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}
