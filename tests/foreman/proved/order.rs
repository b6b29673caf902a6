//! Which report decides what a host looks like, and which origin it has.

use serde_json::{Value, json};

use super::{CONFIG, line, report};
use crate::raw::Ask;
use crate::standin::Standin;
use crate::standin::origin::Scanner;
use crate::standin::settings::Settings;
use crate::standin::store::{Alerts, Configuration};
use crate::standin::time::Instant;

/// How long a report is recent, in seconds.
const INTERVAL: i64 = 35 * 60;

fn upload(foreman: &Standin, seconds: i64, status: Value) {
    let mut body = report("h1", &Instant::now().plus(seconds).in_iso());
    body["config_report"]["status"] = status;
    Ask::post(CONFIG, &body).admin().of(foreman).is(201);
}

fn configuration(foreman: &Standin) -> Configuration {
    foreman.store().configuration("h1", Instant::now(), INTERVAL)
}

#[test]
fn the_report_that_arrived_last_decides_whoever_sent_it_and_whenever_it_was_made() {
    let foreman = Standin::plain(Settings::default());
    foreman.store().add_host("h1", None);
    assert_eq!(configuration(&foreman), Configuration::NoReports);
    upload(&foreman, -20 * 60, json!({ "failed": 1 }));
    assert_eq!(configuration(&foreman), Configuration::Error);
    upload(&foreman, -10 * 60, json!({}));
    assert_eq!(configuration(&foreman), Configuration::NoChanges);
    let last = foreman.store().hosts[0].last_report;
    upload(&foreman, -30 * 60, json!({ "failed": 1 }));
    assert_eq!(configuration(&foreman), Configuration::Error);
    assert_eq!(foreman.store().hosts[0].last_report, last, "it only moves forward");
    upload(&foreman, -5 * 3_600, json!({ "pending": 2 }));
    assert_eq!(configuration(&foreman), Configuration::OutOfSync);
    upload(&foreman, 2 * 3_600, json!({}));
    assert_eq!(configuration(&foreman), Configuration::NoChanges);
    assert!(
        foreman.store().hosts[0].last_report > Some(Instant::now()),
        "out of sync is not seen until then"
    );
}

#[test]
fn errors_come_before_age_and_changes_before_what_is_pending() {
    let foreman = Standin::plain(Settings::default());
    for (seconds, status, told) in [
        (-6 * 3_600, json!({ "failed_restarts": 1, "applied": 1, "pending": 1 }), Configuration::Error),
        (-60, json!({ "restarted": 1, "pending": 1 }), Configuration::Active),
        (-59, json!({ "pending": 1, "skipped": 1 }), Configuration::Pending),
        (-58, json!({ "skipped": 1 }), Configuration::NoChanges),
    ] {
        upload(&foreman, seconds, status);
        assert_eq!(configuration(&foreman), told);
    }
    foreman.store().host(1).alerts = Alerts::Disabled;
    assert_eq!(configuration(&foreman), Configuration::AlertsDisabled);
}

#[test]
fn each_report_of_an_error_sends_mail_and_nothing_else_does() {
    let foreman = Standin::plain(Settings::default());
    upload(&foreman, -3, json!({ "pending": 5 }));
    upload(&foreman, -2, json!({ "failed": 1 }));
    upload(&foreman, -1, json!({ "failed": 1 }));
    foreman.store().host(1).alerts = Alerts::Disabled;
    upload(&foreman, 0, json!({ "failed": 1 }));
    assert_eq!(foreman.store().mails, 2);
}

/// The origin of a report with these lines, as the API tells it and as it is stored.
fn origin(scanners: &[Scanner], reporter: &str, logs: &[Value]) -> Value {
    let foreman = Standin::plain(Settings { scanners: scanners.to_vec(), ..Settings::default() });
    let mut body = report("h1", "2026-11-23T10:00:00Z");
    body["config_report"]["reporter"] = json!(reporter);
    body["config_report"]["logs"] = json!(logs);
    let told = Ask::post(CONFIG, &body).admin().of(&foreman).is(201)["origin"].clone();
    assert_eq!(json!(foreman.store().reports[0].origin), told);
    told
}

#[test]
fn a_last_line_from_puppet_makes_a_report_puppets_whoever_says_what() {
    let all = [Scanner::Ansible, Scanner::Standfast];
    let ours = line("notice", "/Standfast/Limits_entry[a]/value", "m");
    let puppets = line("notice", "Puppet", "Applied catalog");
    assert_eq!(origin(&all, "standfast", &[ours.clone(), puppets.clone()]), "Puppet");
    assert_eq!(origin(&all, "standfast", &[ours.clone(), line("notice", "OurPuppetry", "m")]), "Puppet");
    assert_eq!(origin(&all, "standfast", &[puppets, ours]), "Standfast");
}

#[test]
fn a_line_that_will_be_dropped_still_counts_as_the_last() {
    assert_eq!(origin(&[Scanner::Standfast], "standfast", &[line("notice", "Puppet", "")]), "Puppet");
}

#[test]
fn without_the_plugin_our_reports_have_no_origin() {
    assert_eq!(origin(&[], "standfast", &[line("notice", "Standfast", "m")]), Value::Null);
    assert_eq!(origin(&[], "", &[]), Value::Null);
}

#[test]
fn scanners_are_asked_in_the_order_in_which_they_were_registered() {
    let logs = [line("notice", "Standfast", "{\"_ansible_parsed\": true}")];
    assert_eq!(origin(&[Scanner::Ansible, Scanner::Standfast], "standfast", &logs), "Ansible");
    assert_eq!(origin(&[Scanner::Standfast, Scanner::Ansible], "standfast", &logs), "Standfast");
    assert_eq!(origin(&[Scanner::Ansible], "ansible", &[]), "Ansible");
}
