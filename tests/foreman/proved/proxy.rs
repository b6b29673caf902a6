//! The Smart Proxy, which takes a node at the word of its certificate.

use serde_json::{Value, json};

use super::{authority, drift_report};
use crate::raw::{Answer, Ask};
use crate::standin::pki::{Authority, Identity, Leaf};
use crate::standin::settings::{Plugin, Settings};
use crate::standin::tls::ClientCertificates;
use crate::standin::{Service, Standin};

const PATH: &str = "/standfast/drift_reports";

fn proxy(settings: Settings) -> Standin {
    let clients = ClientCertificates::Optional(authority().certificate.clone());
    Standin::tls(Service::SmartProxy, settings, &authority().issue(Leaf::SERVER), &clients)
}

fn upload(proxy: &Standin, body: &Value, client: Option<&Identity>) -> Answer {
    Ask::post(PATH, body).over_tls(proxy, &authority().certificate, client).expect("an answer")
}

fn node(name: &str) -> Identity {
    authority().issue(Leaf::node(name))
}

#[test]
fn a_report_of_the_certificates_host_is_spooled_and_answered_at_once() {
    let proxy = proxy(Settings::with_plugin());
    let body = drift_report("web17.example.com", 0);
    let answer = upload(&proxy, &body, Some(&node("web17.example.com"))).is(202);
    assert_eq!(answer, json!({ "spooled": true, "host": "web17.example.com" }));
    let store = proxy.store();
    assert_eq!((store.spooled.len(), &store.spooled[0].report), (1, &body["drift_report"]));
}

#[test]
fn without_a_certificate_of_its_authority_it_takes_nothing() {
    let proxy = proxy(Settings::with_plugin());
    let body = drift_report("web17.example.com", 0);
    upload(&proxy, &body, None).is(403);
    let foreign = Authority::new("Puppet CA: elsewhere").issue(Leaf::node("web17.example.com"));
    upload(&proxy, &body, Some(&foreign)).is(403);
    // A password is nothing to it.
    let ask = Ask::post(PATH, &body).admin();
    ask.over_tls(&proxy, &authority().certificate, None).expect("an answer").is(403);
    assert!(proxy.store().spooled.is_empty());
}

#[test]
fn another_host_than_the_certificates_is_refused_and_none_is_filled_in() {
    let proxy = proxy(Settings::with_plugin());
    let client = node("web17.example.com");
    let answer = upload(&proxy, &drift_report("web18.example.com", 0), Some(&client)).is(403);
    assert_eq!(answer["error"]["field"], "host");
    let mut body = drift_report("", 0);
    body["drift_report"].as_object_mut().unwrap().remove("host");
    upload(&proxy, &body, Some(&client)).is(202);
    assert_eq!(proxy.store().spooled[0].report["host"], "web17.example.com");
}

#[test]
fn it_tells_what_became_of_the_last_report_of_this_host_alone() {
    let proxy = proxy(Settings::with_plugin());
    let last =
        json!({ "outcome": "unknown_host", "message": "unknown host web17", "at": "2026-11-23T10:00:00Z" });
    proxy.store().last.push(("web17.example.com".to_owned(), last.clone()));
    let told =
        |name: &str| upload(&proxy, &drift_report(name, 0), Some(&node(name))).is(202).get("last").cloned();
    assert_eq!(told("web17.example.com"), Some(last));
    assert_eq!(told("web18.example.com"), None);
}

#[test]
fn a_host_that_reports_too_often_and_a_full_spool_are_429_with_retry_after() {
    let proxy = proxy(Settings { reports_of_a_host: 1, spool: 2, ..Settings::with_plugin() });
    let status = |name: &str| {
        let answer = upload(&proxy, &drift_report(name, 0), Some(&node(name)));
        (answer.status, answer.header("retry-after").map(str::to_owned))
    };
    let busy = (429, Some("60".to_owned()));
    assert_eq!(status("a"), (202, None));
    assert_eq!(status("a"), busy);
    assert_eq!(status("b"), (202, None));
    assert_eq!(status("c"), busy);
}

#[test]
fn malformed_reports_get_foremans_answers() {
    let proxy = proxy(Settings::with_plugin());
    let client = node("web17.example.com");
    assert_eq!(upload(&proxy, &json!({}), Some(&client)).is(400)["error"]["field"], "drift_report");
    let mut body = drift_report("web17.example.com", 0);
    body["drift_report"]["mode"] = json!("noop");
    assert_eq!(upload(&proxy, &body, Some(&client)).is(422)["error"]["field"], "mode");
    body["drift_report"]["filler"] = json!("x".repeat(256 * 1024));
    upload(&proxy, &body, Some(&client)).is(413);
    proxy.set(|settings| settings.plugin = Plugin::Missing);
    upload(&proxy, &body, Some(&client)).is(404);
    let foremans = Ask::post("/api/v2/config_reports", &body);
    foremans.over_tls(&proxy, &authority().certificate, Some(&client)).expect("an answer").is(404);
    assert!(proxy.store().spooled.is_empty());
}
