//! Who may upload what for whom.

use serde_json::{Value, json};

use super::{CONFIG, DRIFT, authority, drift_report, report};
use crate::raw::{Answer, Ask};
use crate::standin::pki::{Authority, Identity, Leaf};
use crate::standin::settings::{
    CREATE_HOSTS, Settings, SmartProxy, UPLOAD, UPLOAD_DRIFT, UnknownHosts, Uploaders,
};
use crate::standin::tls::ClientCertificates;
use crate::standin::{Service, Standin};

const TIME: &str = "2026-11-23T10:00:00Z";

fn over_tls(settings: Settings) -> Standin {
    let clients = ClientCertificates::Optional(authority().certificate.clone());
    Standin::tls(Service::Foreman, settings, &authority().issue(Leaf::SERVER), &clients)
}

/// Uploads for `web` with a client's certificate.
fn with_certificate(foreman: &Standin, client: Option<&Identity>) -> Answer {
    let ask = Ask::post(CONFIG, &report("web", &crate::standin::time::Instant::now().in_iso()));
    ask.over_tls(foreman, &authority().certificate, client).expect("an answer")
}

fn is_denied(answer: &Answer, permission: &str) {
    let error = answer.is(403)["error"].clone();
    assert_eq!(error["message"], "Access denied");
    let details = format!("Missing one of the required permissions: {permission}");
    assert_eq!(error["details"], json!(details));
}

#[test]
fn no_wrong_and_unusual_credentials_get_403_and_never_401() {
    let foreman = Standin::plain(Settings::with_plugin().limited(&[], None));
    for (path, body, permission) in
        [(CONFIG, report("web", TIME), UPLOAD), (DRIFT, drift_report("web", 0), UPLOAD_DRIFT)]
    {
        let ask = Ask::post(path, &body);
        is_denied(&ask.of(&foreman), permission);
        is_denied(&ask.clone().header("Authorization", "Basic YWRtaW46d3Jvbmc=").of(&foreman), permission);
        is_denied(&ask.clone().header("Authorization", "Basic !").of(&foreman), permission);
        is_denied(&ask.clone().header("Authorization", "Bearer changeme").of(&foreman), permission);
        is_denied(&ask.clone().reporter().of(&foreman), permission);
    }
    assert!(foreman.store().hosts.is_empty());
}

#[test]
fn where_uploads_are_not_restricted_anyone_may_do_anything() {
    let foreman = Standin::plain(Settings { uploaders: Uploaders::Anyone, ..Settings::default() });
    Ask::post(CONFIG, &report("web", TIME)).of(&foreman).is(201);
}

#[test]
fn a_smart_proxy_needs_a_feature_of_reports() {
    let proxies = vec![
        SmartProxy { host: "puppet.example.com", features: vec!["Puppet"] },
        SmartProxy { host: "dns.example.com", features: vec!["DNS"] },
    ];
    let foreman = over_tls(Settings { proxies, ..Settings::default() });
    let issue = |name: &str| authority().issue(Leaf::node(name));
    with_certificate(&foreman, Some(&issue("puppet.example.com"))).is(201);
    for name in ["dns.example.com", "web"] {
        is_denied(&with_certificate(&foreman, Some(&issue(name))), UPLOAD);
    }
    is_denied(&with_certificate(&foreman, None), UPLOAD);
}

#[test]
fn where_a_certificate_has_dns_names_its_common_name_does_not_count() {
    let foreman = over_tls(Settings::default());
    let other = Leaf { alternative: "DNS:other.example.com", ..Leaf::node("puppet.example.com") };
    is_denied(&with_certificate(&foreman, Some(&authority().issue(other))), UPLOAD);
    let named = Leaf { alternative: "DNS:a.example.com,DNS:puppet.example.com", ..Leaf::node("other") };
    with_certificate(&foreman, Some(&authority().issue(named))).is(201);
}

#[test]
fn a_certificate_that_a_foreign_authority_signed_is_none() {
    let foreman = over_tls(Settings::default());
    let foreign = Authority::new("Puppet CA: puppet.example.com").issue(Leaf::node("puppet.example.com"));
    is_denied(&with_certificate(&foreman, Some(&foreign)), UPLOAD);
}

#[test]
fn a_trusted_host_reports_for_every_host() {
    let foreman =
        over_tls(Settings { trusted_hosts: vec!["node.example.com".to_owned()], ..Settings::default() });
    let node = authority().issue(Leaf::node("node.example.com"));
    assert_eq!(with_certificate(&foreman, Some(&node)).is(201)["host_name"], "web");
}

#[test]
fn the_permission_to_upload_is_enough_for_a_host_that_is_there() {
    let foreman = Standin::plain(Settings::default().limited(&[UPLOAD], None));
    foreman.store().add_host("web", None);
    Ask::post(CONFIG, &report("web", TIME)).reporter().of(&foreman).is(201);
    let answer = Ask::post(CONFIG, &report("new", TIME)).reporter().of(&foreman).is(422);
    let errors = json!({ "host_id": ["can't be blank"] });
    assert_eq!(
        (&answer["error"]["errors"], &answer["error"]["full_messages"]),
        (&errors, &json!(["Host can't be blank"]))
    );
    assert_eq!(foreman.store().hosts.len(), 1);
}

#[test]
fn a_user_of_an_organisation_does_not_see_hosts_of_another_or_of_none() {
    let foreman = Standin::plain(Settings::default().limited(&[UPLOAD], Some("kiwis")));
    for (name, organisation) in [("none", None), ("theirs", Some("others")), ("ours", Some("kiwis"))] {
        foreman.store().add_host(name, organisation);
    }
    for (name, status) in [("none", 422), ("theirs", 422), ("ours", 201)] {
        Ask::post(CONFIG, &report(name, TIME)).reporter().of(&foreman).is(status);
    }
}

#[test]
fn a_user_who_may_make_hosts_makes_a_second_of_the_name_that_he_does_not_see() {
    let foreman = Standin::plain(Settings::default().limited(&[UPLOAD, CREATE_HOSTS], Some("kiwis")));
    foreman.store().add_host("web", None);
    Ask::post(CONFIG, &report("web", TIME)).reporter().of(&foreman).is(201);
    let store = foreman.store();
    assert_eq!(store.hosts.iter().map(|host| host.name.as_str()).collect::<Vec<_>>(), ["web", "web"]);
}

#[test]
fn an_unknown_host_that_is_not_to_be_made_is_lost_for_a_limited_user_too() {
    let settings = Settings { unknown_hosts: UnknownHosts::Ignored, ..Settings::default() };
    let foreman = Standin::plain(settings.limited(&[UPLOAD], None));
    let answer = Ask::post(CONFIG, &report("web", TIME)).reporter().of(&foreman).is(201);
    assert_eq!(answer["id"], Value::Null);
}

#[test]
fn the_permission_for_one_kind_of_report_is_none_for_the_other() {
    let foreman = Standin::plain(Settings::with_plugin().limited(&[UPLOAD_DRIFT], None));
    foreman.store().add_host("web", None);
    Ask::post(DRIFT, &drift_report("web", 0)).reporter().of(&foreman).is(201);
    is_denied(&Ask::post(CONFIG, &report("web", TIME)).reporter().of(&foreman), UPLOAD);
}
