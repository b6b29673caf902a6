//! A Foreman without the plugin.

use super::{CONFIG_REPORTS, Client, DRIFT_REPORTS, HOST, arrivals};
use crate::standin::Standin;
use crate::standin::settings::{Plugin, Settings, UPLOAD, UPLOAD_DRIFT, UnknownHosts};
use crate::standin::store::Configuration;
use crate::standin::time::Instant;

fn stock() -> Settings {
    Settings { unknown_hosts: UnknownHosts::Ignored, ..Settings::default() }
        .limited(&[UPLOAD, UPLOAD_DRIFT], None)
}

#[test]
fn a_stock_foreman_gets_a_config_report_when_that_is_wanted_and_the_plugin_is_not_asked_each_time() {
    let standin = Standin::plain(stock());
    standin.store().add_host(HOST, None);
    let client = Client::of(&standin);
    let said = client.report_now().ended(4);
    assert!(
        said.err.contains("nothing takes drift reports at this url: install the plugin foreman_standfast, or set stock_foreman"),
        "{}",
        said.err
    );
    assert_eq!(arrivals(&standin, CONFIG_REPORTS), 0);
    let client = client.with(&["--stock-foreman"]);
    client.report_now().ended(0);
    client.report_now().ended(0);
    assert_eq!((arrivals(&standin, DRIFT_REPORTS), arrivals(&standin, CONFIG_REPORTS)), (2, 2));
    assert!(client.status().out.contains("counts as a Foreman without the plugin until "));
    let store = standin.store();
    let reports = store.reports_of(HOST);
    assert_eq!(reports.len(), 2);
    assert_eq!((reports[0].status.get("pending"), reports[0].status.get("failed")), (1, 0));
    assert_eq!(store.configuration(HOST, Instant::now(), 1800), Configuration::Pending);
    assert_eq!(store.mails, 0, "drift is no reason for mail");
    let lines: Vec<_> =
        reports[0].logs.iter().map(|line| (line.source.as_str(), line.message.as_str())).collect();
    assert_eq!(lines.len(), 4, "none was dropped: {lines:?}");
    let nproc = "/Standfast/Limits_entry[thekiwi/-/nproc]/value";
    assert_eq!(lines[0], (nproc, "current_value 'soft 1024', should be 'soft 4096' (drift)"));
    assert_eq!(lines[2].0, "/Standfast/File[/etc/security/limits.d/zz-standfast.conf]/content");
    assert!(
        lines[2].1.starts_with("\n--- /dev/null\n+++ /etc/security/limits.d/zz-standfast.conf\n@@ "),
        "{lines:?}"
    );
    assert_eq!(lines[3], ("Standfast", "Checked 1 resources, 1 drifted"));
}

#[test]
fn the_plugin_is_asked_again_once_it_is_wanted() {
    let standin = Standin::plain(stock());
    standin.store().add_host(HOST, None);
    let client = Client::of(&standin);
    let fallback =
        Client { root: client.root, arguments: client.arguments.clone() }.with(&["--stock-foreman"]);
    fallback.report_now().ended(0);
    standin.set(|settings| settings.plugin = Plugin::Installed);
    let strict = Client { root: fallback.root, arguments: client.arguments };
    strict.report_now().ended(0);
    assert!(standin.store().facet_of(HOST).is_some());
}

#[test]
fn a_host_that_a_stock_foreman_does_not_know_is_told_although_it_answers_201() {
    let standin = Standin::plain(stock());
    // An admin could create it, and the setting says that nothing is.
    standin.set(|settings| settings.users[1].rights = crate::standin::settings::Rights::Admin);
    let client = Client::of(&standin).with(&["--stock-foreman"]);
    let said = client.report_now().ended(4);
    let words = "127.0.0.1 knows no host web17.example.com (201: nothing was stored: Foreman knows no such host): create it there, or set certname";
    assert!(said.err.contains(words), "{}", said.err);
    client.waits(1);
    standin.store().add_host(HOST, None);
    send(&client);
    client.waits(0);
    assert_eq!(standin.store().reports_of(HOST).len(), 1);
}

/// Sends what waits, without a new report.
fn send(client: &Client) {
    let all: Vec<&str> = client.arguments.iter().map(String::as_str).chain(["--send", "--now"]).collect();
    client.root.run("report", &all).ended(0);
}

#[test]
fn a_report_that_was_stored_although_foreman_answered_500_is_not_stored_twice() {
    use crate::standin::misbehave::{Misbehaviour, When};
    let failing = stock().misbehaving(When::Connections(1..2), Misbehaviour::FailsAfterStoring);
    let standin = Standin::plain(failing);
    standin.store().add_host(HOST, None);
    let client = Client::of(&standin).with(&["--stock-foreman"]);
    client.report_now().ended(0);
    let stored = standin.store().reports_of(HOST).len();
    send(&client);
    assert_eq!((stored, standin.store().reports_of(HOST).len()), (1, 1));
    client.waits(0);
}
