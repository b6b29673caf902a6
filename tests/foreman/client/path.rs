//! The whole path: a host drifts, is seen, is mended, and turns green.

use super::{CONFIG_REPORTS, Client, DRIFT_REPORTS, POLICY, arrivals, facet, foreman, settings};

#[test]
fn a_check_that_reports_tells_foreman_the_line_that_is_wrong_and_an_apply_that_it_is_mended() {
    let standin = foreman(settings());
    let client = Client::of(&standin);
    let said = client.run("check", &["--report"]).ended(2);
    assert!(said.out.contains("drift     limits_entry thekiwi/-/nproc"), "{}", said.out);
    assert_eq!(said.err, "standfast: report: delivered to 127.0.0.1\n");
    let report = facet(&standin).unwrap();
    assert_eq!((&report["drifted"], &report["mode"]), (&1.into(), &"check".into()));
    let finding = &report["findings"][0];
    assert_eq!(finding["resource"], "limits_entry[thekiwi/-/nproc]");
    let changes = [("soft 1024", "soft 4096"), ("hard 3865", "hard 4096")];
    for (change, (is, should)) in finding["changes"].as_array().unwrap().iter().zip(changes) {
        assert_eq!((&change["is"], &change["should"]), (&is.into(), &should.into()));
    }
    let lines = finding["evidence"].as_array().unwrap();
    let wrong = lines.iter().find(|line| line["text"] == "thekiwi soft nproc 1024").unwrap();
    assert_eq!((&wrong["file"], &wrong["line"]), (&"/etc/security/limits.conf".into(), &2.into()));
    assert!(finding["diff"].as_str().unwrap().contains("+:1013 - nproc 4096 # thekiwi\n"));

    let said = client.run("apply", &["--report"]).ended(2);
    assert_eq!(said.err, "standfast: report: delivered to 127.0.0.1\n");
    let report = facet(&standin).unwrap();
    assert_eq!(
        (&report["drifted"], &report["corrected"], &report["mode"], &report["findings"][0]["state"]),
        (&0.into(), &1.into(), &"apply".into(), &"corrected".into())
    );
    client.run("report", &[]).ended(0);
    let report = facet(&standin).unwrap();
    assert_eq!((&report["in_sync"], &report["findings"]), (&1.into(), &serde_json::json!([])));
    client.waits(0);
    assert_eq!(arrivals(&standin, CONFIG_REPORTS), 0, "the host's Puppet status is left alone");
}

#[test]
fn what_has_not_changed_is_not_sent_again_until_the_heartbeat_or_somebody_wants_it() {
    let standin = foreman(settings());
    let client = Client::of(&standin);
    client.run("report", &[]).ended(0);
    let said = client.run("report", &[]).ended(0);
    assert!(said.out.contains("report: nothing has changed since the report of "), "{}", said.out);
    assert_eq!(
        client.run("check", &["--report", "--format", "json"]).ended(2).json()[0]["outcome"],
        "drifted"
    );
    assert_eq!(arrivals(&standin, DRIFT_REPORTS), 1);
    client.report_now().ended(0);
    client.run("report", &["--heartbeat", "0"]).ended(0);
    assert_eq!(arrivals(&standin, DRIFT_REPORTS), 3);
    client.root.write("etc/security/limits.d/90.conf", b"thekiwi soft nproc 100\n");
    client.run("report", &[]).ended(0);
    assert_eq!(arrivals(&standin, DRIFT_REPORTS), 4, "a change is sent at once");
    let other = foreman(settings());
    let elsewhere = Client { arguments: Client::of(&other).arguments, ..client };
    elsewhere.run("report", &[]).ended(0);
    assert_eq!(arrivals(&other, DRIFT_REPORTS), 1, "a new receiver knows nothing yet");
}

#[test]
fn an_apply_below_another_root_reports_where_a_flag_says_so_and_never_by_itself() {
    let standin = foreman(settings());
    let client = Client::of(&standin);
    let conf = format!("[report]\nurl = {}\n", standin.url());
    client.root.write("etc/standfast/standfast.conf", conf.as_bytes());
    let said = client.root.run_policy("apply", POLICY, &["--noop"]).ended(2);
    assert_eq!(said.err, "");
    let said = client.root.run_policy("check", POLICY, &["--report"]).ended(6);
    assert!(
        said.err.contains("what is below another root is not reported, unless --url says where"),
        "{}",
        said.err
    );
    let said = client.root.run_policy("apply", POLICY, &[]).ended(2);
    assert_eq!(said.err, "");
    assert_eq!(standin.store().connections, 0);
    client.run("apply", &["--no-report"]).ended(0);
    assert_eq!(standin.store().connections, 0);
    client.run("apply", &[]).ended(0);
    assert_eq!(arrivals(&standin, DRIFT_REPORTS), 1);
}

#[test]
fn what_cannot_be_reported_is_refused_with_what_to_do() {
    let client = Client::to("http://127.0.0.1:1");
    let said = client.root.run("report", &[]).ended(1);
    assert!(
        said.err.contains("no url to report to: set it in /etc/standfast/standfast.conf"),
        "{}",
        said.err
    );
    let said = client.run("check", &["--report", "limits_entry/*"]).ended(1);
    assert!(said.err.contains("a report is of all that is desired: leave out the globs"), "{}", said.err);
    let said = Client::to("http://foreman.example.com").run("report", &[]).ended(1);
    assert!(
        said.err.contains("--url: url is `http://foreman.example.com`: should begin with https://"),
        "{}",
        said.err
    );
    let said = Client::to("http://foreman.example.com").run("check", &["--report"]).ended(6);
    assert!(said.out.contains("drift     limits_entry"), "the check goes on: {}", said.out);
    let said = client.run("report", &["--password", "s3cr3t"]).ended(1);
    assert!(said.err.contains("--password-file"), "{}", said.err);
}

#[test]
fn a_check_that_does_not_report_asks_nobody_and_keeps_nothing() {
    let standin = foreman(settings());
    let client = Client::of(&standin);
    client.root.run_policy("check", POLICY, &[]).ended(2);
    assert_eq!(standin.store().connections, 0);
    assert!(!client.root.path("var/lib/standfast").exists());
    assert!(client.status().out.contains("waiting    nothing"));
    assert!(!client.root.path("var/lib/standfast").exists(), "to look makes nothing");
}

#[test]
fn a_report_that_this_host_cannot_keep_is_sent_all_the_same() {
    let standin = foreman(settings());
    let client = Client::of(&standin);
    client.root.write("var/lib/standfast/report", b"a file");
    let said = client.run("check", &["--report"]).ended(2);
    assert!(said.err.contains("the report could not be kept on this host: "), "{}", said.err);
    assert!(said.err.contains("delivered to 127.0.0.1"), "{}", said.err);
    assert!(facet(&standin).is_some());
    let mut away = client;
    away.arguments[1] = "http://127.0.0.1:1".to_owned();
    let said = away.run("check", &["--report"]).ended(6);
    assert!(said.err.contains("standfast: report: the spool of reports: "), "{}", said.err);
}
