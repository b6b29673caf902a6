//! The ways of a report: the plugin, a stock Foreman, a Smart Proxy; what is kept, and what is not sent again.

use serde_json::json;

use super::machine::{Ended, Machine};
use super::{HOST, foreman};
use crate::proved::{CONFIG, DRIFT, authority};
use crate::said::run;
use crate::standin::misbehave::{Misbehaviour, When};
use crate::standin::pki::{Key, Leaf};
use crate::standin::settings::{Plugin, Settings, UPLOAD, UPLOAD_DRIFT, UnknownHosts};
use crate::standin::tls::ClientCertificates;
use crate::standin::{Service, Standin};

/// The addresses of all requests that came, in order.
fn addresses(standin: &Standin) -> Vec<String> {
    standin.store().arrivals.iter().map(|arrival| arrival.path.clone()).collect()
}

#[test]
fn a_report_goes_to_the_plugin_and_leaves_what_puppet_told_alone() {
    let (foreman, machine) = (foreman(Settings::with_plugin()), Machine::new());
    machine.report(&foreman.url(), &[]).delivered();
    machine.has_delivered();
    let store = foreman.store();
    let report = &store.facet_of(HOST).expect("a report").report;
    assert_eq!(
        (&report["checked"], &report["drifted"], &report["mode"]),
        (&json!(1), &json!(1), &json!("check"))
    );
    assert_eq!(report["findings"][0]["resource"], "limits_entry[alice/hard/nproc]");
    assert_eq!((store.reports.len(), store.hosts[0].last_report, store.mails), (0, None, 0));
}

#[test]
fn without_the_plugin_nothing_is_sent_to_config_reports_unless_it_is_asked_for() {
    let (foreman, machine) = (foreman(Settings::default()), Machine::new());
    machine.report(&foreman.url(), &[]).complained(4, "foreman_standfast");
    assert_eq!((addresses(&foreman), machine.waiting().len()), (vec![DRIFT.to_owned()], 1));
}

#[test]
fn a_stock_foreman_gets_a_config_report_and_is_remembered() {
    let (foreman, machine) = (foreman(Settings::default()), Machine::new());
    machine.report(&foreman.url(), &["--stock-foreman"]).delivered();
    machine.report(&foreman.url(), &["--stock-foreman"]).delivered();
    assert_eq!(addresses(&foreman), [DRIFT, CONFIG, CONFIG]);
    let store = foreman.store();
    assert_eq!(store.reports.iter().map(|report| report.status.get("pending")).collect::<Vec<_>>(), [1, 1]);
    assert!(store.reports.iter().all(|report| report.origin.is_none() && !report.logs.is_empty()));
    assert_eq!(store.mails, 0);
    drop(store);
    machine.has_delivered();
}

#[test]
fn a_host_that_foreman_does_not_know_is_told_and_its_report_kept() {
    let machine = Machine::new();
    let foreman = Standin::plain(Settings::with_plugin());
    machine.report(&foreman.url(), &[]).complained(4, &format!("knows no host {HOST}"));
    assert_eq!(machine.waiting().len(), 1);
    foreman.store().add_host(HOST, None);
    machine.send(&foreman.url(), &["--now"]).delivered();
    machine.has_delivered();
}

#[test]
fn a_201_without_an_id_is_no_success() {
    let machine = Machine::new();
    let foreman = Standin::plain(Settings { unknown_hosts: UnknownHosts::Ignored, ..Settings::default() });
    machine.report(&foreman.url(), &["--stock-foreman"]).complained(4, &format!("knows no host {HOST}"));
    assert_eq!(machine.waiting().len(), 1);
}

#[test]
fn what_a_500_left_stored_is_delivered_by_the_next_try_and_counts_once() {
    for (settings, arguments) in
        [(Settings::with_plugin(), &[][..]), (Settings::default(), &["--stock-foreman"])]
    {
        let (foreman, machine) = (foreman(settings), Machine::new());
        foreman.set(|settings| settings.fails_one_in = 1);
        machine.report(&foreman.url(), arguments).complained(0, "500");
        assert_eq!(machine.waiting().len(), 1);
        foreman.set(|settings| settings.fails_one_in = 0);
        let said = machine.send(&foreman.url(), &[&["--now"], arguments].concat());
        assert!(said.code == 0 && said.out.contains("has the report already"), "{said:?}");
        machine.has_delivered();
        let store = foreman.store();
        assert_eq!(store.reports.len() + store.facets_stored.len(), 1);
        let bodies: Vec<_> = store.arrivals.iter().filter(|arrival| arrival.answered != Some(404)).collect();
        assert!(bodies.len() == 2 && bodies[0].body == bodies[1].body, "the body is frozen");
    }
}

#[test]
fn a_role_with_one_permission_is_enough_and_one_without_is_told() {
    for (permission, is_enough) in [(UPLOAD_DRIFT, true), (UPLOAD, false)] {
        let (foreman, machine) =
            (foreman(Settings::with_plugin().limited(&[permission], None)), Machine::new());
        machine.write("etc/standfast/token", b"token\n");
        let file = ["--user", "reporter", "--password-file", "/etc/standfast/token"];
        let said = machine.report_with(&[&["--url", &foreman.url(), "--certname", HOST], &file[..]].concat());
        if is_enough {
            said.delivered();
        } else {
            said.complained(
                4,
                "403: Access denied: Missing one of the required permissions: upload_standfast_drift",
            );
            assert_eq!(machine.waiting().len(), 1);
        }
    }
}

#[test]
fn an_overloaded_server_is_left_alone_for_as_long_as_it_asks() {
    for status in [429, 503] {
        let busy = Misbehaviour::Busy(status, Some("1800"));
        let (foreman, machine) =
            (foreman(Settings::with_plugin().misbehaving(When::Always, busy)), Machine::new());
        machine.report(&foreman.url(), &[]).complained(0, &status.to_string());
        let waiting = machine.waiting();
        let last = crate::standin::time::Instant::parse(waiting[0]["last_try"].as_str().expect("a time"));
        let next = crate::standin::time::Instant::parse(waiting[0]["not_before"].as_str().expect("a time"));
        assert!(next >= last.map(|last| last.plus(1_799)), "{waiting:?}");
        foreman.set(|settings| settings.misbehaviours.clear());
        machine.send(&foreman.url(), &[]).complained(0, "waits until");
        assert_eq!(foreman.store().arrivals.len(), 1);
        machine.send(&foreman.url(), &["--now"]).delivered();
    }
}

#[test]
fn a_wrong_clock_is_told_beside_the_delivery() {
    for (seconds, words) in [(-3_600, "ahead of the server's"), (3_600, "behind the server's")] {
        let clock = Misbehaviour::Clock(seconds);
        let (foreman, machine) =
            (foreman(Settings::with_plugin().misbehaving(When::Always, clock)), Machine::new());
        let said = machine.report(&foreman.url(), &[]);
        said.complained(0, words);
        assert!(said.out.contains("delivered"), "{said:?}");
    }
}

#[test]
fn a_node_reports_to_its_smart_proxy_with_the_certificate_of_its_agent() {
    for key in [Key::Elliptic, Key::Rsa] {
        let machine = Machine::new();
        machine.become_node(authority(), &authority().issue(Leaf { key, ..Leaf::node(HOST) }));
        let clients = ClientCertificates::Required(authority().certificate.clone());
        let identity = authority().issue(Leaf::SERVER);
        let proxy = Standin::tls(Service::SmartProxy, Settings::with_plugin(), &identity, &clients);
        let url = format!("https://localhost:{}/standfast", proxy.address.port());
        machine.report_with(&["--url", &url]).delivered();
        machine.has_delivered();
        let store = proxy.store();
        assert_eq!((store.spooled.len(), store.spooled[0].host.as_str()), (1, HOST));
    }
}

/// A Smart Proxy and its url.
fn smart_proxy(settings: Settings) -> (Standin, String) {
    let clients = ClientCertificates::Optional(authority().certificate.clone());
    let proxy = Standin::tls(Service::SmartProxy, settings, &authority().issue(Leaf::SERVER), &clients);
    let url = format!("https://localhost:{}/standfast", proxy.address.port());
    (proxy, url)
}

#[test]
fn what_the_smart_proxy_says_of_the_last_report_and_of_another_name_is_told() {
    let machine = Machine::new();
    machine.become_node(authority(), &authority().issue(Leaf::node(HOST)));
    let (proxy, url) = smart_proxy(Settings::with_plugin());
    let last =
        json!({ "outcome": "unknown_host", "message": "unknown host web17", "at": "2026-11-23T10:00:00Z" });
    proxy.store().last.push((HOST.to_owned(), last));
    machine.report_with(&["--url", &url]).complained(0, "unknown host: unknown host web17");
    let ssl = "/etc/puppetlabs/puppet/ssl";
    let (certificate, key) = (format!("{ssl}/certs/{HOST}.pem"), format!("{ssl}/private_keys/{HOST}.pem"));
    let other = ["--certname", "web18.example.com", "--certificate-file", &certificate, "--key-file", &key];
    let said = machine.report_with(&[&["--url", &url, "--now"], &other[..]].concat());
    said.complained(4, &format!("403: host: the certificate is of {HOST}"));
}

#[test]
fn a_smart_proxy_that_has_enough_is_asked_again_later() {
    let machine = Machine::new();
    machine.become_node(authority(), &authority().issue(Leaf::node(HOST)));
    let (_proxy, url) = smart_proxy(Settings { spool: 0, ..Settings::with_plugin() });
    machine.report_with(&["--url", &url]).complained(0, "429: the spool is full");
    assert_eq!(machine.waiting().len(), 1);
}

#[test]
fn a_smart_proxy_without_its_plugin_is_told_in_words_for_a_smart_proxy() {
    let machine = Machine::new();
    machine.become_node(authority(), &authority().issue(Leaf::node(HOST)));
    let (proxy, url) = smart_proxy(Settings::default());
    let words = "404: not found: nothing takes drift reports at this url: on the Smart Proxy install the plugin \
                 smart_proxy_standfast, or enable it in /etc/foreman-proxy/settings.d/standfast.yml; the report is kept";
    // A stock Foreman is looked for behind no Smart Proxy.
    machine.report_with(&["--url", &url, "--stock-foreman"]).complained(4, words);
    assert_eq!((addresses(&proxy).len(), machine.waiting().len()), (1, 1));
    proxy.set(|settings| settings.plugin = Plugin::Installed);
    machine.report_with(&["--url", &url, "--now"]).delivered();
    machine.has_delivered();
}

#[test]
fn a_plain_node_certificate_is_no_login_to_foreman() {
    let machine = Machine::new();
    machine.become_node(authority(), &authority().issue(Leaf::node(HOST)));
    let clients = ClientCertificates::Optional(authority().certificate.clone());
    let foreman =
        Standin::tls(Service::Foreman, Settings::with_plugin(), &authority().issue(Leaf::SERVER), &clients);
    foreman.store().add_host(HOST, None);
    let url = format!("https://localhost:{}", foreman.address.port());
    machine.report_with(&["--url", &url]).complained(4, "403: Access denied");
    assert_eq!(machine.waiting().len(), 1);
}

#[test]
fn a_plugin_that_comes_later_is_found_again_by_the_reports_of_a_fresh_spool() {
    let (foreman, machine) = (foreman(Settings::default()), Machine::new());
    machine.report(&foreman.url(), &["--stock-foreman"]).delivered();
    foreman.set(|settings| settings.plugin = Plugin::Installed);
    // For a day it is not looked for; what is sent is taken all the same.
    machine.report(&foreman.url(), &["--stock-foreman"]).delivered();
    assert_eq!(foreman.store().facets_stored.len(), 0);
    let other = Machine::new();
    other.report(&foreman.url(), &["--stock-foreman"]).delivered();
    assert_eq!(foreman.store().facets_stored.len(), 1);
}

#[test]
fn what_is_sent_is_plain_json_over_a_connection_of_its_own_and_tells_no_more_than_it_must() {
    let (foreman, machine) = (foreman(Settings::default()), Machine::new());
    machine.report(&foreman.url(), &["--stock-foreman"]).delivered();
    let store = foreman.store();
    assert_eq!(store.arrivals.iter().map(|arrival| arrival.connection).collect::<Vec<_>>(), [0, 1]);
    for arrival in &store.arrivals {
        assert_eq!(arrival.method, "POST");
        let names: Vec<_> = arrival.headers.iter().map(|(name, _)| name.as_str()).collect();
        let known =
            ["accept", "authorization", "connection", "content-length", "content-type", "host", "user-agent"];
        assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
        let value =
            |name: &str| arrival.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(value("content-type"), Some("application/json"));
        assert_eq!(value("connection"), Some("close"));
        assert!(value("user-agent").is_some_and(|agent| agent.starts_with("standfast/")), "{names:?}");
    }
}

#[test]
fn a_proxy_of_the_environment_is_not_asked_and_one_that_is_set_is() {
    let (foreman, proxy, machine) =
        (foreman(Settings::with_plugin()), Standin::plain(Settings::default()), Machine::new());
    let url = foreman.url();
    let ours = ["--policy", "policy.ini", "--now", "--url", &url, "--certname", HOST];
    let user = ["--user", "admin", "--password-file", "/etc/standfast/token"];
    let mut command = machine.command("report", &[&ours[..], &user].concat());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, proxy.url());
    }
    run(&mut command).delivered();
    assert_eq!(proxy.store().connections, 0);
    machine.report(&url, &["--http-proxy", &proxy.url()]).complained(4, "404");
    assert_eq!(addresses(&proxy), [format!("{url}{DRIFT}")]);
    assert_eq!(foreman.store().connections, 1);
}
