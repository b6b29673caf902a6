//! Each finding with a configuration that has it; the recipes have none.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;

use super::Lint;
use crate::provider::Finding;
use crate::rsyslog::config::Config;
use crate::rsyslog::eval::Known;
use crate::rsyslog::files::Files;

const MAIN: &str = "/etc/rsyslog.conf";

/// The findings of a main file beside others, on a machine that has what a configuration can ask for.
fn findings(text: &str, others: &[(&str, &str)]) -> Vec<Finding> {
    let modules = ["omrelp", "imudp", "imtcp", "imuxsock", "imjournal", "lmnsd_gtls"];
    let modules = modules.map(|module| format!("/usr/lib64/rsyslog/{module}.so"));
    let present = ["/var/spool/rsyslog/x", "/etc/ssl/ca.pem", "/etc/ssl/own.pem", "/etc/ssl/own.key"];
    let present = present.iter().map(|path| (*path).to_owned()).chain(modules);
    let mut files = Files::default().with(Path::new(MAIN), Some(text.as_bytes().to_vec()));
    for path in present {
        files = files.with(Path::new(&path), Some(Vec::new()));
    }
    for (path, text) in others {
        files = files.with(Path::new(path), Some(text.as_bytes().to_vec()));
    }
    let config = Config::read(files.clone(), Path::new(MAIN));
    let flow = config.local_flow(&Known::default());
    let own_addresses: Vec<IpAddr> = vec!["192.0.2.1".parse().unwrap()];
    Lint { config: &config, flow: &flow, files: &files, own_addresses: &own_addresses }.findings()
}

/// The codes with their lines, for tables.
fn told(text: &str) -> BTreeSet<String> {
    findings(text, &[]).iter().map(|finding| format!("{}:{}", finding.place.line, finding.code)).collect()
}

const LOCAL: &str = "module(load=\"imuxsock\")\n*.* /var/log/messages\n";
const TCP: &str = "global(workDirectory=\"/var/spool/rsyslog\")
action(type=\"omfwd\" name=\"standfast_fwd\" target=\"central\" port=\"6514\" protocol=\"tcp\" TCP_Framing=\"octet-counted\" KeepAlive=\"on\" template=\"RSYSLOG_ForwardFormat\"
       StreamDriver=\"gtls\" StreamDriverMode=\"1\" StreamDriverAuthMode=\"x509/name\" StreamDriverPermittedPeers=\"central\" StreamDriver.CAFile=\"/etc/ssl/ca.pem\"
       queue.type=\"LinkedList\" queue.size=\"10000\" queue.filename=\"standfast_fwd\" queue.maxDiskSpace=\"1g\" queue.maxFileSize=\"16m\" queue.checkpointInterval=\"100\"
       queue.saveOnShutdown=\"on\" queue.timeoutEnqueue=\"100\" action.resumeRetryCount=\"-1\" action.resumeInterval=\"5\" action.resumeIntervalMax=\"60\")
";
const RELP: &str = "global(workDirectory=\"/var/spool/rsyslog\")
module(load=\"omrelp\")
action(type=\"omrelp\" target=\"central\" port=\"20514\" tls=\"on\" tls.authmode=\"name\" tls.permittedpeer=[\"central\"] tls.cacert=\"/etc/ssl/ca.pem\" tls.mycert=\"/etc/ssl/own.pem\" tls.myprivkey=\"/etc/ssl/own.key\"
       queue.type=\"LinkedList\" queue.filename=\"f\" queue.maxDiskSpace=\"1g\" queue.checkpointInterval=\"100\" queue.timeoutEnqueue=\"100\" action.resumeRetryCount=\"-1\")
";
const LEGACY: &str = "$WorkDirectory /var/spool/rsyslog
$ActionQueueType LinkedList
$ActionQueueSize 10000
$ActionQueueFileName standfast_fwd
$ActionQueueMaxDiskSpace 1g
$ActionQueueMaxFileSize 16m
$ActionQueueCheckpointInterval 100
$ActionQueueSaveOnShutdown on
$ActionQueueTimeoutEnqueue 100
$ActionResumeInterval 5
$ActionResumeRetryCount -1
*.* @@(o)central:10514;RSYSLOG_ForwardFormat
";
const FAILOVER: &str = "global(workDirectory=\"/var/spool/rsyslog\")
ruleset(name=\"fwd\" queue.type=\"LinkedList\" queue.filename=\"fwd\" queue.maxDiskSpace=\"1g\" queue.checkpointInterval=\"100\" queue.timeoutEnqueue=\"100\") {
  action(type=\"omfwd\" target=\"a\" protocol=\"tcp\" TCP_Framing=\"octet-counted\" template=\"RSYSLOG_ForwardFormat\")
  action(type=\"omfwd\" target=\"b\" protocol=\"tcp\" TCP_Framing=\"octet-counted\" template=\"RSYSLOG_ForwardFormat\" action.execOnlyWhenPreviousIsSuspended=\"on\" action.resumeRetryCount=\"-1\")
}
call fwd
";

#[test]
fn the_recipes_have_no_finding() {
    for recipe in [TCP, RELP, LEGACY, FAILOVER] {
        assert_eq!(told(&format!("{recipe}{LOCAL}")), BTreeSet::new(), "{recipe}");
    }
}

/// A recipe with one word in the place of another has exactly these findings.
#[track_caller]
fn changed(recipe: &str, from: &str, to: &str, codes: &[&str]) {
    assert!(recipe.contains(from), "{from}");
    let text = format!("{}{LOCAL}", recipe.replace(from, to));
    let found: BTreeSet<_> = findings(&text, &[]).iter().map(|finding| finding.code).collect();
    assert_eq!(found, codes.iter().copied().collect(), "{from} -> {to}");
}

#[test]
fn each_word_of_a_recipe_that_is_missing_is_found() {
    changed(TCP, " target=\"central\"", "", &["no-target", "nothing-forwarded"]);
    changed(TCP, "StreamDriverMode=\"1\" ", "", &["tls-not-on"]);
    changed(TCP, "StreamDriverMode=\"1\"", "StreamDriverMode=\"0\"", &["tls-not-on"]);
    changed(TCP, "x509/name", "anon", &["anybody-is-trusted"]);
    changed(TCP, "x509/name", "x509/certvalid", &["any-certificate"]);
    changed(TCP, "StreamDriverPermittedPeers=\"central\" ", "", &["no-permitted-peer"]);
    changed(TCP, "StreamDriver=\"gtls\"", "StreamDriver=\"ossl\"", &["no-tls-driver"]);
    changed(TCP, "StreamDriver=\"gtls\" ", "", &["no-tls-driver"]);
    changed(TCP, "KeepAlive=\"on\"", "RateLimit.Interval=\"5\"", &["rate-limit"]);
    changed(TCP, "KeepAlive=\"on\"", "RateLimit.Interval=\"0\" RateLimit.Burst=\"9\"", &[]);
    changed(TCP, "/etc/ssl/ca.pem", "/etc/ssl/no.pem", &["tls-file-missing"]);
    changed(TCP, " protocol=\"tcp\"", "", &["no-protocol"]);
    changed(TCP, "protocol=\"tcp\"", "protocol=\"udp\"", &["forward-by-udp"]);
    changed(TCP, "protocol=\"tcp\"", "protocol=\"sctp\"", &["refused-action"]);
    changed(TCP, " TCP_Framing=\"octet-counted\"", "", &["line-framing"]);
    changed(TCP, " template=\"RSYSLOG_ForwardFormat\"", "", &["old-template"]);
    changed(
        TCP,
        "queue.type=\"LinkedList\" ",
        "",
        &["endless-retry-without-queue", "queue-file-without-type"],
    );
    changed(TCP, "queue.filename=\"standfast_fwd\" ", "", &["no-disk-queue"]);
    changed(TCP, "action.resumeRetryCount=\"-1\" ", "", &["gives-up"]);
    changed(TCP, "queue.checkpointInterval=\"100\"", "", &["no-checkpoint"]);
    changed(TCP, "queue.maxDiskSpace=\"1g\" ", "", &["unbounded-disk"]);
    changed(TCP, "queue.timeoutEnqueue=\"100\" ", "", &["enqueue-timeout"]);
    changed(
        TCP,
        "queue.size=\"10000\"",
        "queue.size=\"many\"",
        &["bad-parameter", "endless-retry-without-queue"],
    );
    changed(TCP, "global(workDirectory=\"/var/spool/rsyslog\")", "", &["no-work-directory"]);
    changed(TCP, "/var/spool/rsyslog", "/nowhere", &["no-work-directory", "work-directory-missing"]);
    changed(TCP, "KeepAlive=\"on\"", "config.enabled=\"off\"", &["disabled-action", "nothing-forwarded"]);
    changed(TCP, "type=\"omfwd\"", "type=\"builtin:omfwd\"", &["refused-action"]);
}

#[test]
fn each_word_of_the_other_recipes_that_is_missing_is_found() {
    changed(RELP, "tls=\"on\" ", "", &["tls-not-on"]);
    changed(RELP, "tls.authmode=\"name\" ", "", &["anybody-is-trusted"]);
    changed(RELP, "module(load=\"omrelp\")", "", &["refused-action"]);
    changed(
        LEGACY,
        "$ActionQueueType LinkedList",
        "",
        &["endless-retry-without-queue", "queue-file-without-type"],
    );
    changed(LEGACY, "$ActionResumeRetryCount -1\n", "", &["gives-up"]);
    changed(LEGACY, "$ActionQueueTimeoutEnqueue 100\n", "", &["enqueue-timeout"]);
    changed(
        LEGACY,
        "@@(o)central:10514;RSYSLOG_ForwardFormat",
        "@@(o)central # the server",
        &["blank-in-host", "nothing-forwarded", "old-template"],
    );
    changed(LEGACY, "central:10514", "central:syslog", &["no-port"]);
    changed(LEGACY, "*.* @@(o)central", "*.* @@(o)::1", &["no-target", "nothing-forwarded"]);
    changed(LEGACY, "*.* @@", "*.* /var/log/all\n*.* @@", &["gives-up", "no-disk-queue"]);
    changed(
        FAILOVER,
        "target=\"a\"",
        "target=\"a\" queue.type=\"LinkedList\"",
        &["failover-never", "no-disk-queue"],
    );
    changed(FAILOVER, "target=\"a\"", "target=\"a\" action.resumeRetryCount=\"-1\"", &["failover-never"]);
    changed(FAILOVER, "\ncall fwd", "", &["nothing-forwarded", "ruleset-not-entered"]);
    changed(FAILOVER, "queue.filename=\"fwd\" ", "", &["no-disk-queue"]);
}

#[test]
fn what_stands_around_a_forward_is_found() {
    let with = |before: &str, after: &str, codes: &[&str]| {
        let text = format!("module(load=\"imuxsock\")\n{before}{TCP}{after}");
        let found: BTreeSet<_> = findings(&text, &[]).iter().map(|finding| finding.code).collect();
        assert_eq!(found, codes.iter().copied().collect(), "{before} … {after}");
    };
    let log = "*.* /var/log/messages\n";
    with("", log, &[]);
    with("if $programname == 'x' then stop\n", log, &["partial-stop-before-forward"]);
    with("*.* stop\n", log, &["stop-before-forward", "nothing-forwarded"]);
    with("auth.* ~\n", log, &["stop-before-forward", "forwarded-in-part"]);
    with("ruleset(name=\"in\") { stop }\ncall in\n", log, &["stop-before-forward", "nothing-forwarded"]);
    with("", &format!("& stop\n{log}"), &["lost-action"]);
    with("", &format!("mail.* stop\n{log}"), &["no-local-copy"]);
    with("$ActionExecOnlyWhenPreviousIsSuspended on\n", log, &["failover-left-on"]);
    with("$RepeatedMsgReduction on\n", log, &["repeated-messages"]);
    with("$SystemLogRateLimitInterval 5\n", log, &["rate-limit"]);
    with("module(load=\"imjournal\")\n", log, &["rate-limit"]);
    with("module(load=\"imjournal\" ratelimit.interval=\"0\")\n", log, &[]);
    with("", &format!("{}{log}", TCP.replace("standfast_fwd", "other")), &["duplicate-forward"]);
    with("", &format!("{}{log}", TCP.replace("\"central\"", "\"second\"")), &["queue-file-twice"]);
    with("module(load=\"imtcp\")\ninput(type=\"imtcp\" port=\"6514\")\n", log, &[]);
    with("ruleset(name=\"off\") { continue }\n", &format!("call off\n{log}"), &["call-of-nothing"]);
    with(
        "ruleset(name=\"aa\") { call bb }\nruleset(name=\"bb\") { call aa }\ncall aa\n",
        log,
        &["recursive-call", "partial-stop-before-forward"],
    );
}

#[test]
fn a_forward_of_some_messages_alone_is_found() {
    let some = TCP.replace("action(", "if $programname == 'x' then action(");
    let found = findings(&format!("{some}{LOCAL}"), &[]);
    let codes: Vec<_> = found.iter().map(|finding| (finding.place.line, finding.code)).collect();
    assert_eq!(codes, [(2, "forwarded-in-part")]);
    assert!(
        told(&format!("*.info {}", TCP.replacen("global(workDirectory=\"/var/spool/rsyslog\")\n", "", 1)))
            .contains("0:forwarded-in-part")
    );
}

#[test]
fn a_stop_behind_a_forward_takes_the_local_copy() {
    let filtered = TCP.replace("action(", "*.* action(");
    let codes = |text: &str| -> Vec<_> { findings(text, &[]).iter().map(|finding| finding.code).collect() };
    assert_eq!(codes(&format!("{filtered}& stop\n{LOCAL}")), ["no-local-copy"]);
    assert_eq!(codes(&format!("*.* /var/log/all\n{filtered}& stop\n{LOCAL}")), [""; 0]);
}

#[test]
fn a_forward_to_oneself_is_found_when_one_listens_there() {
    for (target, listener, is_loop) in [
        ("127.0.0.1", "input(type=\"imtcp\" port=\"6514\")", true),
        ("192.0.2.1", "$InputTCPServerRun 6514", true),
        ("localhost", "input(type=\"imtcp\" port=\"6514\")", true),
        ("192.0.2.2", "input(type=\"imtcp\" port=\"6514\")", false),
        ("127.0.0.1", "input(type=\"imtcp\" port=\"514\")", false),
        ("127.0.0.1", "input(type=\"imudp\" port=\"6514\")", false),
    ] {
        let text = format!(
            "module(load=\"imtcp\")\n{listener}\n{}",
            TCP.replace("\"central\"", &format!("\"{target}\""))
        );
        let found = findings(&format!("{text}{LOCAL}"), &[]);
        assert_eq!(
            found.iter().any(|finding| finding.code == "forwards-to-itself"),
            is_loop,
            "{target} {listener}"
        );
    }
}

#[test]
fn lines_that_do_not_say_what_they_seem_to_are_found() {
    for (text, expected) in [
        ("# old rule \\\n*.* /x\n", "1:swallowed-line"),
        ("!prog\n*.* /x\n", "1:bsd-block"),
        ("$IncludeConfig /etc/nothing.conf\n", "1:missing-include"),
        ("include(file=\"/etc/nothing.conf\")\n", "1:missing-include"),
        ("$IncludeConfig \"/etc/rsyslog.d/*.conf\"\n", "1:quoted-include"),
        ("$IncludeConfig /etc/rsyslog.conf\n", "1:recursive-include"),
        ("$IncludeConfig\n", "0:missing-include"),
        ("/* old\n*.* /x\n", "1:unclosed-comment"),
        ("action(type=\"omfwd\" target=\"h\" port=514)\n*.* /x\n", "1:syntax-error"),
        ("*.* /x %\n", "1:refused-action"),
        ("% *.* /x\n", "1:invalid-character"),
        ("action(type=\"omfwd\" \\\n target=\"h\"\n port=\"1\")\n", "3:syntax-error"),
        ("*.* @@h\n}\n", "2:syntax-error"),
        ("action(type=\"omfwd\"\n", "1:syntax-error"),
        ("if $msg == 'x' then {\n module(load=\"imudp\")\n}\n", "2:syntax-error"),
        ("mail.info;foo.* /x\n", "1:unknown-name"),
        (":$programname, isequal, \"x\" stop\n", "1:broken-filter"),
        (":msg, has, \"x\" stop\n", "1:broken-filter"),
        ("call nobody\n", "1:unknown-ruleset"),
        ("ruleset(name=\"aa\") { stop }\nruleset(name=\"AA\") { stop }\n", "2:duplicate-ruleset"),
        ("$ModLoad imnothing\n", "1:missing-module"),
        ("$WorkDirectory /nowhere\n", "1:work-directory-missing"),
        ("if not $msg contains 'x' then stop\n", "1:not-binds-tighter"),
        ("if $msg == 'a' or $msg == 'b' and $msg == 'c' then stop\n", "1:and-or-mixed"),
        ("*.* /x y\n", "1:refused-action"),
        ("*.* /x;missing\n", "1:refused-action"),
        ("@@h\n& /x\n*.* /y\n", "2:lost-action"),
    ] {
        assert!(told(text).contains(expected), "{text:?}: {:?}", told(text));
    }
}

#[test]
fn a_backup_that_is_included_is_found() {
    let main = "$IncludeConfig /etc/rsyslog.d\n";
    let others = [
        ("/etc/rsyslog.d/a.conf", "*.* /x\n"),
        ("/etc/rsyslog.d.bak/a.conf", "*.* /x\n"),
        ("/etc/rsyslog.d/b.conf~", "*.* /x\n"),
    ];
    let found = findings(main, &others);
    let places: Vec<_> = found
        .iter()
        .filter(|finding| finding.code == "included-backup")
        .map(|finding| finding.place.file.clone())
        .collect();
    assert_eq!(places, [Path::new("/etc/rsyslog.d/b.conf~"), Path::new("/etc/rsyslog.d.bak/a.conf")]);
}

#[test]
fn a_password_is_in_no_finding() {
    let text = "*.* :ommysql:db,log,user,s3cr3t\naction(type=\"ommysql\" pwd=\"s3cr3t\" template=\"none\")\n*.* >db,log,user,s3cr3t\n";
    for finding in findings(text, &[]) {
        assert!(!format!("{finding:?}").contains("s3cr3t"), "{finding:?}");
    }
}
