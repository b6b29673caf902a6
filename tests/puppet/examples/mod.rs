//! Each example of the module by real `puppet apply`, beside the real daemons: in force after the run, a second run that
//! has nothing to do, and the same words for what is then changed by hand.

#[allow(dead_code, reason = "what NTP is asked there is more than is asked here")]
#[path = "../../oracle/ntp/packets.rs"]
mod packets;
#[allow(dead_code, reason = "the receivers can tell more than is asked here")]
#[path = "../../oracle/rsyslog/receivers.rs"]
mod receivers;
mod stage;

use packets::{MONLIST, NONCE, READVAR, SYSINFO};
use stage::{OPERATOR, Stage};

use crate::net::{Package, V4_OUTSIDE};

const ZZ_LIMITS: &str = "/etc/security/limits.d/zz-standfast.conf";
const NTP_CONF: &str = "/etc/ntpsec/ntp.conf";
const SNMPD_CONF: &str = "/etc/snmp/snmpd.conf";

/// An ntpd that was told to answer everybody, as older guides have it.
fn open_ntpd(stage: &Stage) {
    stage.host().run(&[
        "sed",
        "-i",
        "s/^restrict default .*/unrestrict default noquery\\n&/; s/noquery limited/limited/",
        NTP_CONF,
    ]);
    stage.service("ntpsec", "start");
    assert!(stage.ntp_is_open());
}

#[test]
fn limits_are_those_of_the_next_session() {
    let stage = Stage::new("limits", &[]);
    let old = "thekiwi soft nofile 100\n1013 soft nproc 4096\n";
    stage.host().write("/etc/security/limits.d/10-old.conf", old);
    let run = stage.changes();
    assert_eq!(run.told("Limits_entry[thekiwi/soft/nofile]", "status"), "success", "{}", run.said);
    assert_eq!(run.told("Limits_config[main]", "status"), "success", "{}", run.said);
    let options = ["Su", "Hu", "Sn", "Hn", "Hc"];
    assert_eq!(stage.session("thekiwi", &options), ["4096", "4096", "8192", "8192", "0"]);
    stage.is_clean();

    stage.host().run(&["sed", "-i", "s/nproc 4096/nproc 100/", ZZ_LIMITS]);
    stage.add("/etc/security/limits.d/zzz.conf", "* soft core unlimited\n* hard core unlimited");
    assert_eq!(stage.session("thekiwi", &["Hu", "Hc"]), ["100", "unlimited"]);
    let changed = ["Limits_entry[thekiwi/-/nproc]", "Limits_entry[*/hard/core]"];
    stage.tells(&changed);
    stage.takes_back(&changed);
    assert_eq!(stage.session("thekiwi", &options), ["4096", "4096", "8192", "8192", "0"]);
}

#[test]
fn of_hundreds_of_limits_the_one_that_was_changed_is_told() {
    let stage = Stage::new("limits_many", &[]);
    stage.host().run(&["useradd", "-M", "-u", "20007", "many"]);
    let run = stage.changes();
    assert_eq!(run.counted().applied, 201, "{}", run.said);
    assert_eq!(stage.session("many", &["Su", "Hu", "Hc"]), ["1007", "1007", "0"]);
    stage.is_clean();

    stage.host().run(&["sed", "-i", "s/nproc 1007/nproc 7007/", ZZ_LIMITS]);
    assert_eq!(stage.session("many", &["Hu"]), ["7007"]);
    stage.tells(&["Limits_entry[:20007/-/nproc]"]);
}

#[test]
fn ntpd_tells_strangers_nothing_but_the_time() {
    let stage = Stage::new("ntp", &[Package::Ntpsec]);
    open_ntpd(&stage);
    let run = stage.changes();
    assert_eq!(run.counted().restarted, 1, "{}", run.said);
    for packet in [READVAR, NONCE, SYSINFO, MONLIST] {
        assert!(!stage.ntp_answers(stage.host().outside().another_address(V4_OUTSIDE), packet));
    }
    stage.host().outside().add_address(OPERATOR);
    assert!(stage.ntp_answers(OPERATOR, READVAR), "the operators may ask as before");
    stage.is_clean();

    stage.add(NTP_CONF, "unrestrict default noquery");
    stage.service("ntpsec", "restart");
    assert!(stage.ntp_is_open());
    stage.tells(&["Ntp_monlist[main]"]);
    stage.takes_back(&["Ntp_monlist[main]"]);
    assert!(!stage.ntp_is_open());
}

#[test]
fn snmpd_lets_the_monitoring_in_from_its_addresses_and_nobody_else() {
    let stage = Stage::new("snmp", &[Package::Snmpd]);
    stage.service("snmpd", "start");
    stage.changes();
    // That the monitoring is answered is waited for.
    assert!(!stage.snmp_answers("public"));
    assert!(!stage.snmp_answers(stage::COMMUNITY), "it is known to a stranger");
    stage.is_clean();

    stage.add(SNMPD_CONF, "rocommunity public");
    stage.service("snmpd", "restart");
    assert!(stage.snmp_answers("public"));
    stage.tells(&["Snmp_access[main]"]);
    stage.takes_back(&["Snmp_access[main]"]);
    assert!(!stage.snmp_answers("public"));
}

#[test]
fn messages_are_at_the_log_host() {
    let stage = Stage::new("rsyslog", &[Package::Rsyslog]);
    let log_host = stage.log_host(20514);
    stage.service("rsyslog", "start");
    let run = stage.changes();
    assert_eq!(run.counted().restarted, 1, "{}", run.said);
    stage.is_forwarded("the first message", &log_host);
    stage.is_clean();

    stage.host().run(&["sed", "-i", "/omrelp\" name/d", "/etc/rsyslog.d/00-standfast-central.conf"]);
    stage.tells(&["Rsyslog_forward[central]"]);
    stage.takes_back(&["Rsyslog_forward[central]"]);
    stage.is_forwarded("the second message", &log_host);
}

#[test]
fn what_noop_cannot_install_is_pending_with_what_needs_it() {
    let stage = Stage::new("rsyslog", &[]);
    let run = stage.apply(&["--noop"]);
    run.assert_code(0);
    for resource in ["Package[rsyslog]", "Package[rsyslog-relp]", "Rsyslog_forward[central]"] {
        assert_eq!(run.told(resource, "status"), "noop", "{}", run.said);
    }
    let told = "Rsyslog_forward[central]: rsyslog is not installed; apply would not help\n";
    assert_eq!(run.count(told), 1, "{}", run.said);
    assert_eq!(run.count("rsyslog is not installed"), 1, "{}", run.said);
    assert_eq!(run.counted().failed, 0, "{}", run.said);
}

#[test]
fn all_four_jobs_are_done_stay_done_and_what_is_undone_by_hand_is_told() {
    let stage = Stage::new("all", &[Package::Ntpsec, Package::Snmpd, Package::Rsyslog]).with_hiera();
    stage.host().run(&["useradd", "-M", "-u", "1013", "-g", "users", "thekiwi"]);
    // The machine that the tests run on may bound processes less than the baseline, which all.pp only reports.
    stage.add("/etc/security/limits.conf", "* hard nproc 32768");
    open_ntpd(&stage);
    let log_host = stage.log_host(514);
    let is_done = |message: &str| {
        let limits = stage.session("thekiwi", &["Su", "Hu", "Sn", "Hn", "Hc"]);
        assert_eq!(limits, ["4096", "4096", "8192", "8192", "0"]);
        assert!(!stage.ntp_is_open());
        assert!(!stage.snmp_answers("public"));
        stage.is_forwarded(message, &log_host);
    };
    stage.changes();
    is_done("before");
    stage.is_clean();

    stage.host().run(&["sed", "-i", "s/nproc 4096/nproc 100/", ZZ_LIMITS]);
    stage.add(NTP_CONF, "unrestrict default noquery");
    stage.add(SNMPD_CONF, "rwcommunity private");
    stage.host().run(&["rm", "/etc/rsyslog.d/00-standfast-central.conf"]);
    let undone =
        ["Limits_entry[:1013/-/nproc]", "Ntp_monlist[main]", "Snmp_access[main]", "Rsyslog_forward[central]"];
    stage.tells(&undone);
    stage.takes_back(&undone);
    is_done("after");
    stage.is_clean();
}

#[test]
fn foreman_has_its_settings_and_a_check_that_reports() {
    for (example, token) in [("foreman_proxy", ""), ("foreman_token", "x4Tq9ZrW2mLk7VbY0sNd")] {
        let stage = Stage::new(example, &[]);
        let run = stage.changes();
        assert!(token.is_empty() || !run.said.contains(token), "{}", run.said);
        assert_eq!(stage.node.read("/etc/standfast/report.password"), token);
        assert!(stage.node.read("/etc/standfast/standfast.conf").contains("\n[report]\nurl = https://"));
        assert!(stage.node.read("/etc/cron.d/standfast-check").contains(" --report >"));
        stage.is_clean();
    }
}

#[test]
fn a_report_changes_nothing() {
    let stage = Stage::new("report", &[Package::Ntpsec, Package::Snmpd]);
    open_ntpd(&stage);
    let files = || [NTP_CONF, SNMPD_CONF, "/etc/security/limits.conf"].map(|path| stage.node.read(path));
    let before = files();
    let run = stage.apply(&[]);
    run.assert_code(0);
    let told = run.with_events();
    assert!(told.contains(&"Ntp_monlist[main]") && told.contains(&"Snmp_access[main]"), "{}", run.said);
    assert_eq!((run.counted().applied, run.counted().failed), (0, 0), "{}", run.said);
    assert!(run.counted().pending >= 2, "{}", run.said);
    assert_eq!(files(), before);
    assert!(stage.ntp_is_open());
}
