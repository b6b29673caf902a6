//! The endpoint of the plugin: what it stores, and what it leaves alone.

use serde_json::{Value, json};

use super::{CONFIG, DRIFT, authority, drift_report};
use crate::raw::Ask;
use crate::standin::pki::Leaf;
use crate::standin::settings::{Settings, SmartProxy, UPLOAD_DRIFT};
use crate::standin::tls::ClientCertificates;
use crate::standin::{Service, Standin};

fn foreman() -> Standin {
    let foreman = Standin::plain(Settings::with_plugin());
    foreman.store().add_host("web17.example.com", None);
    foreman
}

fn upload(foreman: &Standin, body: &Value) -> crate::raw::Answer {
    Ask::post(DRIFT, body).admin().of(foreman)
}

#[test]
fn without_the_plugin_there_is_no_such_address() {
    let foreman = Standin::plain(Settings::default());
    foreman.store().add_host("web17.example.com", None);
    upload(&foreman, &drift_report("web17.example.com", 0)).is(404);
    assert!(foreman.store().facets.is_empty());
}

#[test]
fn a_report_is_stored_whole_and_leaves_what_puppet_told_alone() {
    let foreman = foreman();
    let body = drift_report("web17.example.com", 0);
    let answer = upload(&foreman, &body).is(201);
    let told =
        json!({ "id": 1, "host_id": 1, "host": "web17.example.com", "status": "failed", "stored": true });
    assert_eq!(answer, told);
    let store = foreman.store();
    assert_eq!(store.facet_of("web17.example.com").unwrap().report, body["drift_report"]);
    assert_eq!((store.reports.len(), store.hosts[0].last_report), (0, None));
}

#[test]
fn the_status_is_failed_before_drifted_and_findings_count_nowhere() {
    let foreman = foreman();
    for (second, (failed, drifted, status)) in
        [(1, 2, "failed"), (0, 2, "drifted"), (0, 0, "in_sync")].into_iter().enumerate()
    {
        let mut body = drift_report("web17.example.com", i64::try_from(second).unwrap());
        body["drift_report"]["failed"] = json!(failed);
        body["drift_report"]["drifted"] = json!(drifted);
        body["drift_report"]["in_sync"] = json!(31 - failed - drifted);
        assert_eq!(upload(&foreman, &body).is(201)["status"], status);
    }
}

#[test]
fn a_replay_and_a_straggler_change_nothing_and_say_so() {
    let foreman = foreman();
    let newest = drift_report("web17.example.com", 0);
    upload(&foreman, &newest).is(201);
    for body in [newest.clone(), drift_report("web17.example.com", -60)] {
        let answer = upload(&foreman, &body).is(200);
        assert_eq!((&answer["id"], &answer["stored"]), (&json!(1), &json!(false)));
        assert!(answer["reason"].is_string(), "{answer}");
    }
    let store = foreman.store();
    assert_eq!((store.facets_stored.len(), &store.facets[0].report), (1, &newest["drift_report"]));
}

#[test]
fn what_a_clock_far_ahead_left_behind_keeps_no_one_out() {
    let foreman = foreman();
    upload(&foreman, &drift_report("web17.example.com", 20 * 3_600)).is(201);
    upload(&foreman, &drift_report("web17.example.com", 10 * 3_600)).is(200);
    upload(&foreman, &drift_report("web17.example.com", 0)).is(201);
}

#[test]
fn an_unknown_host_is_422_and_is_not_made() {
    let foreman = foreman();
    let answer = upload(&foreman, &drift_report("new.example.com", 0)).is(422);
    let error = json!({ "field": "host", "message": "unknown host new.example.com" });
    assert_eq!(answer["error"], error);
    assert_eq!(foreman.store().hosts.len(), 1);
}

#[test]
fn a_host_that_the_user_does_not_see_is_unknown_to_him() {
    let foreman = Standin::plain(Settings::with_plugin().limited(&[UPLOAD_DRIFT], Some("kiwis")));
    foreman.store().add_host("theirs", Some("others"));
    foreman.store().add_host("ours", Some("kiwis"));
    Ask::post(DRIFT, &drift_report("ours", 0)).reporter().of(&foreman).is(201);
    let answer = Ask::post(DRIFT, &drift_report("theirs", 0)).reporter().of(&foreman).is(422);
    assert_eq!(answer["error"]["field"], "host");
}

#[test]
fn what_is_no_object_in_the_wrapper_is_400() {
    let foreman = foreman();
    for body in [json!({}), json!([]), json!({ "drift_report": [] }), json!({ "drift_report": "x" })] {
        let answer = upload(&foreman, &body).is(400);
        assert_eq!(answer["error"]["field"], "drift_report", "{body}");
    }
}

#[test]
fn more_than_256_kib_is_413_and_just_so_much_is_taken() {
    let foreman = foreman();
    let mut body = drift_report("web17.example.com", 0);
    body["drift_report"]["filler"] = json!("");
    let room = 256 * 1024 - body.to_string().len();
    body["drift_report"]["filler"] = json!("x".repeat(room + 1));
    assert!(upload(&foreman, &body).is(413)["error"].is_object());
    body["drift_report"]["filler"] = json!("x".repeat(room));
    upload(&foreman, &body).is(201);
}

#[test]
fn the_layers_before_the_plugin_answer_as_for_any_report() {
    let foreman = foreman();
    let json = |body: &[u8]| Ask::bytes(DRIFT, body).header("Content-Type", "application/json").admin();
    json(b"{").of(&foreman).is_empty(406);
    json(b"\"\xff\"").of(&foreman).is_empty(400);
    json(b"{}").header("Content-Encoding", "gzip").of(&foreman).is_empty(406);
    Ask::bytes(DRIFT, b"{}").header("Content-Type", "text/plain").admin().of(&foreman).is(415);
}

#[test]
fn a_registered_smart_proxy_uploads_for_every_host() {
    let clients = ClientCertificates::Optional(authority().certificate.clone());
    let proxies = vec![SmartProxy { host: "proxy.example.com", features: vec!["Standfast"] }];
    let settings = Settings { proxies, ..Settings::with_plugin() };
    let foreman = Standin::tls(Service::Foreman, settings, &authority().issue(Leaf::SERVER), &clients);
    foreman.store().add_host("web17.example.com", None);
    let ask = Ask::post(DRIFT, &drift_report("web17.example.com", 0));
    for (name, status) in [("web17.example.com", 403), ("proxy.example.com", 201)] {
        let client = authority().issue(Leaf::node(name));
        let answer = ask.over_tls(&foreman, &authority().certificate, Some(&client)).expect("an answer");
        answer.is(status);
    }
    // The feature is of drift reports, and lets no ConfigReport in.
    let client = authority().issue(Leaf::node("proxy.example.com"));
    let ask = Ask::post(CONFIG, &super::report("web17.example.com", "2026-11-23T10:00:00Z"));
    ask.over_tls(&foreman, &authority().certificate, Some(&client)).expect("an answer").is(403);
}

#[test]
fn some_are_stored_and_answered_with_500_and_the_next_try_is_a_replay() {
    let foreman = foreman();
    foreman.set(|settings| settings.fails_one_in = 1);
    let body = drift_report("web17.example.com", 0);
    upload(&foreman, &body).is(500);
    foreman.set(|settings| settings.fails_one_in = 0);
    assert_eq!(upload(&foreman, &body).is(200)["stored"], false);
}
