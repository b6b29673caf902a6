//! `ntp_monlist`, `explain ntp` and the fact, as a user meets them.

use crate::temp_root::TempRoot;

const POLICY: &str = "[ntp_monlist main]\n";
const RHEL_6: &str = "ID=rhel\nVERSION_ID=6.10\n";

/// A host of RHEL 6 whose list of clients anyone can have.
fn open() -> TempRoot {
    let root = TempRoot::without_module(RHEL_6);
    root.write("etc/ntp.conf", b"# stock\nrestrict default kod nomodify\nrestrict 127.0.0.1\nrestrict ::1\n");
    root
}

#[test]
fn what_is_open_is_drift_and_the_answer_names_the_line() {
    let said = open().run_policy("check", POLICY, &[]).ended(2).out.clone();
    assert!(
        said.contains(
            "is mode 6, mode 7 with monlist for everyone, should be no answer outside of this host"
        ),
        "{said}"
    );
    assert!(
        said.contains("/etc/ntp.conf:2 `restrict default kod nomodify` lets everyone query ntpd 4.2.6p5"),
        "{said}"
    );
    assert!(said.contains("CVE-2013-5211"), "{said}");
}

#[test]
fn apply_closes_it_and_absent_restores_every_byte() {
    let root = open();
    let before = root.read("etc/ntp.conf");
    root.enforce(POLICY);
    let after = root.read("etc/ntp.conf");
    assert_eq!(
        String::from_utf8_lossy(&after[before.len()..]),
        "disable monitor # standfast\nrestrict default noquery # standfast\n"
    );
    assert!(after.starts_with(&before));
    root.enforce("[ntp_monlist main]\nensure = absent\n");
    assert_eq!(root.read("etc/ntp.conf"), before);
}

#[test]
fn networks_that_may_query_are_named_in_the_policy() {
    let root = open();
    let policy = "[ntp_monlist main]\nallow = 10.9.0.0/16, 2001:db8::/32\n";
    root.enforce(policy);
    for (from, mode6) in
        [("10.9.1.1", true), ("2001:db8:1::1", true), ("10.8.1.1", false), ("2001:db9::1", false)]
    {
        let said = root.run("explain ntp", &["--from", from, "--format", "json"]).ended(0).json();
        assert_eq!(said["daemons"][0]["asked"][0]["answers"]["mode6"], mode6, "{from}: {said}");
    }
}

#[test]
fn a_network_that_is_not_what_it_looks_like_is_refused_with_its_line() {
    let said = open().run_policy("check", "[ntp_monlist main]\nallow = 10.9.0.1/16\n", &[]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("policy.ini:2") && said.err.contains("it takes 10.9.0.0/16"), "{}", said.err);
}

#[test]
fn two_resources_for_the_same_daemons_do_not_go_together() {
    let said = open().run_policy("check", "[ntp_monlist main]\n[ntp_monlist other]\n", &["--format", "json"]);
    assert_eq!(said.code, 6);
    assert!(said.json()[1]["error"].as_str().unwrap().contains("ntp_monlist is there twice"), "{said:?}");
}

#[test]
fn explain_says_what_anyone_gets_and_which_line_decides() {
    let said = open().run("explain ntp", &[]).ended(0).out.clone();
    for line in [
        "ntpd 4.2.6p5  as the next start reads it",
        "  reads      /etc/ntp.conf",
        "  monitors   keeps the list of its clients: nothing disables it",
        "  from       198.51.100.1 (anyone on the internet): mode 7 with monlist, mode 6, the time",
        "  decides    /etc/ntp.conf:2  restrict default kod nomodify",
        "             the default entry for IPv6 decides",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
}

#[test]
fn explain_tells_the_ports_apart_where_they_differ() {
    let root = TempRoot::without_module(RHEL_6);
    root.write(
        "etc/ntp.conf",
        b"disable monitor\nrestrict default limited noquery\nrestrict default ntpport limited\n",
    );
    let said = root.run("explain ntp", &["--from", "192.0.2.7"]).ended(0).out.clone();
    for line in [
        "keeps the list of its clients: /etc/ntp.conf:3 `restrict default ntpport limited` turns on what /etc/ntp.conf:1 turns off",
        "from       192.0.2.7, port 123: mode 7 with monlist, mode 6, the time",
        "from       192.0.2.7, other ports: the time",
        "the default entry for IPv4 and source port 123 decides",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
}

#[test]
fn explain_says_why_a_daemon_cannot_be_asked_and_when_there_is_none() {
    let root = TempRoot::without_module("ID=debian\nVERSION_ID=12\n");
    assert_eq!(root.run("explain ntp", &[]).ended(0).out, "no daemon of time is installed\n");
    root.write("etc/chrony/chrony.conf", b"pool a.example\nallow\n");
    let said = root.run("explain ntp", &[]).ended(0).out.clone();
    assert!(said.contains("nobody outside can ask it: it takes commands on loopback only"), "{said}");
}

#[test]
fn an_address_that_is_none_is_refused() {
    assert_eq!(open().run("explain ntp", &["--from", "10.9"]).code, 1);
}

#[test]
fn the_fact_tells_the_daemon_and_whether_its_files_are_open() {
    let root = open();
    let fact = root.run("facts", &[]).ended(0).json()["standfast"]["ntp"].clone();
    for (key, should) in
        [("daemon", "ntpd"), ("version", "4.2.6p5"), ("config", "/etc/ntp.conf"), ("daemons", "ntpd")]
    {
        assert_eq!(fact[key], should, "{fact}");
    }
    for (key, should) in [("installed", true), ("open", true), ("running", false), ("stale", false)] {
        assert_eq!(fact[key], should, "{fact}");
    }
    root.apply(POLICY);
    let fact = root.run("facts", &[]).json()["standfast"]["ntp"].clone();
    assert_eq!((&fact["open"], &fact["doors"], &fact["files"]), (&false.into(), &0.into(), &1.into()));
    let none = TempRoot::without_module("ID=debian\n").run("facts", &[]).json();
    assert_eq!(none["standfast"]["ntp"]["installed"], false);
}

#[test]
fn a_password_in_ntp_conf_is_shown_by_nobody() {
    let root = TempRoot::without_module("ID=debian\nVERSION_ID=12\n");
    root.write("etc/ntpsec/ntp.conf", b"crypto pw s3cr3t\nunrestrict default noquery\nrestrict 127.0.0.1\n");
    root.write("etc/dhcp/dhclient-exit-hooks.d/ntpsec", b"");
    for (command, arguments) in
        [("check", ["--diff", "-v"]), ("check", ["--format", "json"]), ("apply", ["--diff", "-v"])]
    {
        let said = root.run_policy(command, POLICY, &arguments);
        assert!(!format!("{said:?}").contains("s3cr3t"), "{said:?}");
    }
    let explained = root.run("explain ntp", &[]);
    assert!(
        !explained.out.contains("s3cr3t") && explained.out.contains("crypto pw <password>"),
        "{explained:?}"
    );
}
