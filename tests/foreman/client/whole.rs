//! Whatever stands in the files of a host: the report of it is stored whole, by the plugin and by a stock Foreman.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use super::{CONFIG_REPORTS, Client, DRIFT_REPORTS, HOST, foreman, settings};
use crate::standin::Standin;
use crate::standin::settings::{Settings, UPLOAD};

const POLICY: &str = "[limits_entry thekiwi/-/nproc]\nvalue = 4096\n[limits_entry @kiwis/hard/memlock]\nvalue = 65536\n\
    [limits_entry ghost/soft/nofile]\nvalue = 1\n[limits_entry */hard/core]\nvalue = 0\nbound = at_most\n\
    [limits_entry DOM\\bob/soft/nproc]\nvalue = 1\n";

/// A line of limits.conf, or what nobody would write there.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let domain = prop_oneof!["thekiwi", "@kiwis", "\\*", "1013", "@1091", "ghost", "\\PC{0,300}"];
    let kind = prop_oneof!["soft", "hard", "-", "both"];
    let item = prop_oneof!["nproc", "memlock", "core", "nofile", "nothing"];
    let value = prop_oneof!["[0-9]{1,12}", "-1", "unlimited", "\\PC{0,40}"];
    let of_words = (domain, kind, item, value);
    prop_oneof![
        4 => of_words.prop_map(|(domain, kind, item, value)| format!("{domain} {kind} {item} {value}").into_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 0..400),
    ]
}

fn files() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let file = proptest::collection::vec(line(), 0..40).prop_map(|lines| lines.join(&b'\n'));
    proptest::collection::vec(file, 1..4)
}

/// The only report that a stand-in got, as it was sent, with the status that it was answered.
fn sent(standin: &Standin, path: &str) -> (Value, Option<u16>) {
    let store = standin.store();
    let all: Vec<_> = store.arrivals.iter().filter(|arrival| arrival.path == path).collect();
    let [arrival] = all.as_slice() else { panic!("{} requests", all.len()) };
    assert!(arrival.body.len() <= if path == DRIFT_REPORTS { 64 * 1024 } else { 256 * 1024 });
    (serde_json::from_slice(&arrival.body).unwrap(), arrival.answered)
}

fn report(client: &Client, files: &[Vec<u8>], further: &[&str]) {
    for (number, bytes) in files.iter().enumerate() {
        client.root.write(&format!("etc/security/limits.d/{number}.conf"), bytes);
    }
    let all: Vec<&str> = client.arguments.iter().map(String::as_str).chain(["--now"]).collect();
    client.root.run_policy("report", POLICY, &[&all, further].concat()).ended(0);
    client.waits(0);
    assert_eq!(client.spool("dead").len(), 0);
}

#[test]
fn whatever_stands_in_the_files_the_plugin_stores_the_report_whole() {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let result = runner.run(&files(), |files| {
        let standin = foreman(settings());
        report(&Client::of(&standin), &files, &[]);
        let (body, answered) = sent(&standin, DRIFT_REPORTS);
        assert_eq!(answered, Some(201));
        assert_eq!(standin.store().facet_of(HOST).unwrap().report, body["drift_report"]);
        assert_eq!(body["drift_report"]["checked"], 5);
        Ok(())
    });
    result.unwrap();
}

#[test]
fn whatever_stands_in_the_files_a_stock_foreman_drops_no_line_and_changes_no_count() {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let result = runner.run(&files(), |files| {
        let standin = foreman(Settings::default().limited(&[UPLOAD], None));
        report(&Client::of(&standin), &files, &["--stock-foreman"]);
        let (body, answered) = sent(&standin, CONFIG_REPORTS);
        assert_eq!(answered, Some(201));
        let (body, store) = (&body["config_report"], standin.store());
        let stored = store.reports_of(HOST);
        let texts: Vec<(&str, &str)> =
            stored[0].logs.iter().map(|line| (line.source.as_str(), line.message.as_str())).collect();
        let logs = body["logs"].as_array().unwrap().iter().map(|log| &log["log"]);
        let should: Vec<(&str, &str)> = logs
            .map(|log| {
                let text = |value: &'static str, inner: &'static str| log[value][inner].as_str().unwrap();
                (text("sources", "source"), text("messages", "message"))
            })
            .collect();
        assert_eq!(texts, should);
        assert_eq!(stored[0].status.unpack(), body["status"]);
        Ok(())
    });
    result.unwrap();
}
