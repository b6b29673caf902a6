//! What is said of configurations that look right and lose messages, and what is written in their place.
#![allow(clippy::disallowed_methods, reason = "tests build their own machine")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use standfast_facts::machine::Machine;
use standfast_facts::root::Root;

use super::desired::RsyslogForward;
use super::state::Rsyslog;
use crate::compose::compose;
use crate::provider::{Detail, Plan, Provider};
use crate::schema::Value;

static COUNT: AtomicU32 = AtomicU32::new(0);

const MAIN: &str = "module(load=\"imuxsock\")\n$WorkDirectory /var/spool/rsyslog\n$IncludeConfig /etc/rsyslog.d/*.conf\n*.* /var/log/all\n";
const DROP_IN: &str = "/etc/rsyslog.d/00-standfast-central.conf";

/// A machine with rsyslog 8.2302 and these files beside or in the place of [`MAIN`].
struct Tree(PathBuf);

impl Tree {
    fn of(files: &[(&str, &str)]) -> Self {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let tree =
            Self(std::env::temp_dir().join(format!("standfast-forward-{}-{count}", std::process::id())));
        tree.file("/etc/rsyslog.conf", MAIN);
        tree.file("/usr/sbin/rsyslogd", "\0swVersion=\"8.2302.0\" x\0");
        tree.file("/var/spool/rsyslog/.keep", "");
        tree.file("/etc/ca.pem", "");
        for module in ["imuxsock", "imtcp", "omrelp", "lmnsd_gtls"] {
            tree.file(&format!("/usr/lib/x86_64-linux-gnu/rsyslog/{module}.so"), "");
        }
        for (path, text) in files {
            tree.file(path, text);
        }
        tree
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.join(path.trim_start_matches('/'))
    }

    fn file(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn text(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.path(path)).ok()
    }

    fn plan(&self, attributes: &[(&str, &str)]) -> Plan {
        let mut plans = self.plans(&[("central", attributes)]);
        plans.pop().unwrap().unwrap()
    }

    fn plans(&self, resources: &[(&str, &[(&str, &str)])]) -> Vec<Result<Plan, String>> {
        let root = Root::open(&self.0).unwrap();
        let machine = Machine::new(&root);
        let rsyslog = Rsyslog::observe(&machine).unwrap();
        let desired: Vec<_> =
            resources.iter().map(|(title, attributes)| forward(title, attributes).unwrap()).collect();
        let desired: Vec<&RsyslogForward> = desired.iter().collect();
        let plans = rsyslog.plan(&desired, Detail::All);
        plans.into_iter().map(|plan| plan.map_err(|error| error.to_string())).collect()
    }

    /// Writes what the plans say, and gives whether all are in sync then.
    fn apply(&self, resources: &[(&str, &[(&str, &str)])]) -> bool {
        let root = Root::open(&self.0).unwrap();
        let machine = Machine::new(&root);
        let rsyslog = Rsyslog::observe(&machine).unwrap();
        let plans: Vec<Plan> = self.plans(resources).into_iter().map(Result::unwrap).collect();
        assert!(plans.iter().all(|plan| plan.blocked.is_none()), "{plans:?}");
        for edit in compose(&rsyslog, &plans) {
            match edit.after {
                Some(after) => self.file(edit.path.to_str().unwrap(), std::str::from_utf8(&after).unwrap()),
                None => std::fs::remove_file(self.path(edit.path.to_str().unwrap())).unwrap(),
            }
        }
        self.plans(resources).into_iter().all(|plan| plan.is_ok_and(|plan| plan.is_in_sync()))
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn forward(title: &str, attributes: &[(&str, &str)]) -> Result<RsyslogForward, String> {
    let values: Vec<_> =
        attributes.iter().map(|(name, value)| (*name, Value::Text((*value).into()))).collect();
    let values = values.iter().map(|(name, value)| (*name, value));
    let forward =
        RsyslogForward::from_values(values, &[("name", title)]).map_err(|error| error.to_string())?;
    forward.check().map_err(|error| error.to_string())?;
    Ok(forward)
}

fn told(plan: &Plan) -> String {
    let drift = plan
        .drift
        .iter()
        .map(|drift| format!("{}: {} -> {}: {}\n", drift.property, drift.is, drift.should, drift.reason));
    let blocked = plan.blocked.iter().map(|blocked| format!("blocked: {blocked}\n"));
    drift.chain(blocked).collect()
}

/// Attributes and their values.
type Attributes = &'static [(&'static str, &'static str)];

const RELP: Attributes = &[("target", "log.example.net"), ("protocol", "relp")];
const TCP: Attributes = &[("target", "log.example.net")];
const TLS: Attributes = &[("target", "log.example.net"), ("tls", "on"), ("ca_file", "/etc/ca.pem")];

#[test]
fn values_that_do_not_go_together_are_refused_in_words_of_their_own() {
    let with = |attributes: &[(&'static str, &'static str)]| {
        let mut all = vec![("target", "log.example.net")];
        all.extend(attributes);
        forward("central", &all).unwrap_err()
    };
    for (attributes, words) in [
        (&[("protocol", "udp"), ("tls", "on"), ("ca_file", "/ca")][..], "does not encrypt UDP"),
        (&[("ca_file", "/ca")], "everything would be sent in plain text"),
        (&[("permitted_peers", "log")], "everything would be sent in plain text"),
        (&[("tls", "on")], "no server is trusted"),
        (&[("tls", "on"), ("ca_file", "/ca"), ("cert_file", "/c")], "go together"),
        (&[("tls", "on"), ("auth_mode", "anon"), ("permitted_peers", "log")], "nobody is asked for a name"),
        (
            &[("tls", "on"), ("ca_file", "/ca"), ("auth_mode", "certvalid"), ("permitted_peers", "log")],
            "any name is taken",
        ),
        (&[("tls", "on"), ("ca_file", "/ca"), ("permitted_peers", "")], "nothing would be sent"),
        (
            &[("tls", "on"), ("ca_file", "/ca"), ("protocol", "relp"), ("tls_driver", "ossl")],
            "RELP has its own TLS",
        ),
        (&[("tls", "on"), ("ca_file", "/ca"), ("protocol", "relp"), ("format", "legacy")], "cannot be said"),
        (&[("tls", "on"), ("ca_file", "/ca"), ("failover", "192.0.2.9")], "certificates name hosts"),
        (&[("protocol", "udp"), ("failover", "b")], "would never happen"),
        (&[("format", "legacy"), ("failover", "b")], "never counts as away"),
        (&[("failover", "LOG.example.net, b, b")], "named twice"),
        (&[("selector", "*.*"), ("filter", "$msg == 'x'")], "both given"),
        (&[("format", "legacy"), ("filter", "$msg == 'x'")], "RainerScript"),
        (&[("queue", "memory"), ("spool_dir", "/var/spool")], "nothing would be written there"),
        (&[("queue_max_disk", "0")], "no bound at all"),
        (&[("selector", "*.info; mail.none")], "names of users"),
        (&[("selector", "mial.*")], "rsyslogd knows no `mial`"),
        (&[("selector", "mail.none")], "no message matches"),
        (&[("port", "syslog")], "no names of services"),
        (&[("filter", "($msg == 'x'")], "not closed"),
        (&[("filter", "$msg == 'x' then stop }")], "without braces"),
        (&[("template", "x\"y")], "name of a template"),
        (&[("rate_limit", "1000/10"), ("protocol", "relp")], "RELP of rsyslog has no limit"),
        (&[("rate_limit", "1000/10"), ("format", "legacy")], "cannot be said in `format` legacy"),
        (&[("rate_limit", "0/10")], "each 1 or more"),
        (&[("rate_limit", "1000")], "messages and seconds"),
    ] {
        let error = with(attributes);
        assert!(error.contains(words), "{attributes:?}: {error}");
    }
    for (host, words) in [
        ("log.example.net ", "has a blank in it"),
        ("@@log", "`protocol` says"),
        ("log:514", "`port` is an attribute"),
        ("-x", "host name"),
    ] {
        let error = forward("central", &[("target", host)]).unwrap_err();
        assert!(error.contains(words), "{host}: {error}");
    }
    assert!(forward("central", &[]).unwrap_err().contains("crash"));
    assert!(forward("a/b", TCP).unwrap_err().contains("file names"));
}

#[test]
fn a_limit_is_written_where_the_version_knows_it_and_refused_where_not() {
    let limited = &[TCP, &[("rate_limit", "1000/10")]].concat();
    let tree = Tree::of(&[]);
    assert!(tree.apply(&[("central", limited)]));
    let text = tree.text(DROP_IN).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("RateLimit.Interval=\"10\" RateLimit.Burst=\"1000\""), "{text}");
    let less = told(&tree.plan(TCP));
    assert!(
        less.contains("rate_limit: 1000/10 -> none") && less.contains("drops what is beyond it"),
        "{less}"
    );
    let old = Tree::of(&[("/usr/sbin/rsyslogd", "\0swVersion=\"8.2010.0\" x\0")]);
    let error = old.plans(&[("central", limited)]).pop().unwrap().unwrap_err();
    assert!(error.contains("came with rsyslog 8.2012, and 8.2010.0 is installed"), "{error}");
}

/// What stands in /etc/rsyslog.d/50-old.conf, what is wanted, and the words of its drift.
const ROWS: &[(&str, Attributes, &str)] = &[
    ("*.* @log.example.net:514", TCP, "protocol: udp -> tcp: /etc/rsyslog.d/50-old.conf:1 sends by UDP"),
    ("action(type=\"omfwd\" target=\"log.example.net\" port=\"514\")", TCP, "does not say which protocol"),
    ("*.* @@log.example.net:514", TCP, "queue: none -> disk: /etc/rsyslog.d/50-old.conf:1 has no queue"),
    ("*.* @@log.example.net:514", TCP, "tcp by lines -> tcp by length"),
    ("*.* @@log.example.net:514", TCP, "cuts tags after 32 characters"),
    ("*.* @@(o)log.example.net:514", TCP, "retry: 0 -> endless"),
    ("$ActionResumeRetryCount -1\n*.* @@(o)log.example.net:514", TCP, "local logging stands still"),
    ("$ActionQueueFileName x\n*.* @@(o)log.example.net:514", TCP, "no type of queue"),
    ("$ActionQueueType LinkedList\n*.* @@(o)log.example.net:514", TCP, "queue: memory -> disk"),
    (
        "$ActionQueueType LinkedList\n$ActionQueueFileName x\n*.* @@(o)log.example.net:514",
        TCP,
        "has no checkpointInterval",
    ),
    (
        "$ActionQueueType LinkedList\n$ActionQueueFileName x\n*.* @@(o)log.example.net:514",
        TCP,
        "can fill the disk",
    ),
    (
        "action(type=\"omfwd\" target=\"log.example.net\" port=\"6514\" protocol=\"tcp\" StreamDriver=\"gtls\" \
         StreamDriverAuthMode=\"x509/name\" StreamDriverPermittedPeers=\"log.example.net\")",
        TLS,
        "no StreamDriverMode=\"1\": everything is sent in plain text",
    ),
    (
        "action(type=\"omfwd\" target=\"log.example.net\" port=\"6514\" protocol=\"tcp\" StreamDriver=\"gtls\" \
         StreamDriverMode=\"1\" StreamDriverAuthMode=\"anon\")",
        TLS,
        "auth_mode: anon -> name: /etc/rsyslog.d/50-old.conf:1 encrypts to anyone",
    ),
    (
        "action(type=\"omfwd\" target=\"log.example.net\" port=\"6514\" protocol=\"tcp\" StreamDriver=\"gtls\" \
         StreamDriverMode=\"1\" StreamDriverAuthMode=\"x509/name\")",
        TLS,
        "permits no peer, so nothing is ever sent",
    ),
    (
        "# *.* @@log.example.net:514",
        TCP,
        "nothing in the 2 files that rsyslogd reads forwards to log.example.net:514",
    ),
    ("*.* @@other.example.net:514", TCP, "nothing in the 2 files"),
];

#[test]
fn each_forward_that_loses_messages_is_drift_with_its_line_and_is_replaced() {
    for (text, attributes, words) in ROWS {
        let tree = Tree::of(&[("/etc/rsyslog.d/50-old.conf", &format!("{text}\n"))]);
        let plan = tree.plan(attributes);
        assert!(told(&plan).contains(words), "{text}\n{}", told(&plan));
        assert!(tree.apply(&[("central", attributes)]), "{text}");
        let old = tree.text("/etc/rsyslog.d/50-old.conf").unwrap();
        if text.contains("log.example.net") {
            assert!(old.lines().all(|line| line.starts_with("# ")), "{old}");
        } else {
            assert_eq!(old, format!("{text}\n"), "what forwards elsewhere stays");
        }
    }
}

#[test]
fn a_forward_by_hand_that_does_all_that_is_wanted_is_in_sync() {
    let text = "module(load=\"omrelp\")\naction(type=\"omrelp\" target=\"LOG.example.net.\" port=\"20514\" template=\"RSYSLOG_ForwardFormat\" \
        queue.type=\"LinkedList\" queue.size=\"10000\" queue.filename=\"x\" queue.maxDiskSpace=\"1g\" \
        queue.checkpointInterval=\"5\" action.resumeRetryCount=\"-1\")\n";
    let tree = Tree::of(&[("/etc/rsyslog.d/50-mine.conf", text)]);
    let plan = tree.plan(RELP);
    assert!(plan.is_in_sync() && plan.edits.is_empty(), "{}", told(&plan));
    assert_eq!(plan.evidence[0].place.to_string(), "/etc/rsyslog.d/50-mine.conf:2");
}

#[test]
fn what_takes_messages_before_the_forward_is_named_and_the_forward_goes_before_it() {
    let main = "module(load=\"imuxsock\")\nauth.* stop\n$IncludeConfig /etc/rsyslog.d/*.conf\n*.* /var/log/all\nauth.* /var/log/auth\n";
    let tree = Tree::of(&[("/etc/rsyslog.conf", main)]);
    assert!(tree.apply(&[("central", &[RELP, &[("keep_local", "false")]].concat())]));
    let text = tree.text("/etc/rsyslog.conf").unwrap();
    let (ours, stop) =
        (text.find("# standfast: rsyslog_forward central").unwrap(), text.find("auth.* stop").unwrap());
    assert!(ours < stop, "{text}");
    assert!(tree.apply(&[("central", &[("ensure", "absent")])]));
    assert_eq!(tree.text("/etc/rsyslog.conf").unwrap(), main, "what was there before");
    // Asked for a file behind the stop, it says why that would not do.
    let plan = tree.plan(&[RELP, &[("target_file", "/etc/rsyslog.d/90-mine.conf")]].concat());
    assert!(told(&plan).contains("blocked: /etc/rsyslog.conf:2 ends auth.*"), "{}", told(&plan));
}

#[test]
fn a_file_that_nothing_includes_forwards_nothing() {
    let tree = Tree::of(&[("/etc/rsyslog.conf", "module(load=\"imuxsock\")\n*.* /var/log/all\n")]);
    let plan = tree.plan(&[RELP, &[("target_file", "/etc/rsyslog.d/x.conf")]].concat());
    assert!(told(&plan).contains("no include finds it"), "{}", told(&plan));
    // Left to itself it takes the file that is read.
    assert!(tree.apply(&[("central", RELP)]));
    assert!(tree.text("/etc/rsyslog.conf").unwrap().starts_with("module(load=\"imuxsock\")\n# standfast"));
}

#[test]
fn inputs_that_feed_another_ruleset_are_named() {
    let main = "module(load=\"imuxsock\" SysSock.Use=\"off\")\ninput(type=\"imuxsock\" socket=\"/dev/log\" ruleset=\"x\")\n\
        ruleset(name=\"x\") {\n*.* /var/log/all\n}\n$IncludeConfig /etc/rsyslog.d/*.conf\n";
    let plan = Tree::of(&[("/etc/rsyslog.conf", main)]).plan(RELP);
    assert!(plan.blocked.is_some(), "{}", told(&plan));
}

#[test]
fn a_forward_that_is_followed_by_a_stop_is_replaced_so_that_the_local_file_gets_all_again() {
    let tree = Tree::of(&[("/etc/rsyslog.d/50-old.conf", "*.* @@log.example.net:514\n& stop\n")]);
    let plan = tree.plan(TCP);
    assert!(plan.blocked.is_none(), "{}", told(&plan));
    assert!(tree.apply(&[("central", TCP)]));
    assert_eq!(tree.text("/etc/rsyslog.d/50-old.conf").unwrap(), "# *.* @@log.example.net:514\n# & stop\n");
}

#[test]
fn facilities_without_a_file_of_their_own_are_drift_unless_that_is_wanted() {
    let main =
        "module(load=\"imuxsock\")\n$IncludeConfig /etc/rsyslog.d/*.conf\n*.*;mail,cron.none /var/log/all\n";
    let tree = Tree::of(&[("/etc/rsyslog.conf", main)]);
    assert!(
        told(&tree.plan(RELP)).contains("keep_local: no file has mail, cron"),
        "{}",
        told(&tree.plan(RELP))
    );
    let plan = tree.plan(&[RELP, &[("keep_local", "false")]].concat());
    assert!(!told(&plan).contains("keep_local"), "{}", told(&plan));
    let plan = tree.plan(&[RELP, &[("selector", "auth.*")]].concat());
    assert!(!told(&plan).contains("keep_local"), "{}", told(&plan));
}

#[test]
fn what_the_host_lacks_is_told_and_nothing_is_written() {
    let own = "module(load=\"imuxsock\")\nmodule(load=\"imtcp\")\ninput(type=\"imtcp\" port=\"514\")\n$IncludeConfig /etc/rsyslog.d/*.conf\n*.* /var/log/all\n";
    let clash = "action(type=\"omfile\" file=\"/x\" queue.type=\"LinkedList\" queue.filename=\"standfast_central\")\n";
    for (files, attributes, words) in [
        (
            &[][..],
            &[RELP, &[("spool_dir", "/srv/spool")]].concat()[..],
            "install -d -m 700 -o root /srv/spool",
        ),
        (&[], &[TLS, &[("tls_driver", "ossl")]].concat(), "install the package rsyslog-openssl"),
        (&[], &[("target", "log"), ("tls", "on"), ("ca_file", "/etc/gone.pem")], "/etc/gone.pem is missing"),
        (
            &[("/etc/rsyslog.conf", own)],
            &[("target", "localhost")],
            "each message would come again and again",
        ),
        (&[("/etc/rsyslog.conf", own)], &[("target", "127.0.0.1")], "(/etc/rsyslog.conf:3)"),
        (
            &[("/etc/rsyslog.d/60-x.conf", clash)],
            RELP,
            "has a queue whose files are called standfast_central",
        ),
    ] {
        let plan = Tree::of(files).plan(attributes);
        assert!(told(&plan).contains(words), "{words}\n{}", told(&plan));
        assert!(plan.blocked.is_some(), "{words}");
    }
}

#[test]
fn forwards_that_nobody_declares_are_told_and_with_purge_taken_out() {
    let old = "*.* @@old.example.net:514\nmail.* /var/log/mail\n";
    let tree = Tree::of(&[("/etc/rsyslog.d/50-old.conf", old)]);
    let plan = tree.plan(RELP);
    assert!(plan.findings.iter().any(|finding| finding.code == "unmanaged-forward"), "{:?}", plan.findings);
    assert!(tree.apply(&[("central", RELP)]));
    assert_eq!(tree.text("/etc/rsyslog.d/50-old.conf").unwrap(), old);
    let purge = [RELP, &[("purge", "true")]].concat();
    assert!(told(&tree.plan(&purge)).contains("no resource declares it"));
    assert!(tree.apply(&[("central", &purge)]));
    let left = tree.text("/etc/rsyslog.d/50-old.conf").unwrap();
    assert_eq!(left, "# *.* @@old.example.net:514\nmail.* /var/log/mail\n");
}

#[test]
fn two_forwards_load_a_module_once_and_one_outlives_the_other() {
    let tree = Tree::of(&[]);
    let second: &[(&str, &str)] = &[("target", "log2.example.net"), ("protocol", "relp")];
    assert!(tree.apply(&[("second", second), ("central", RELP)]));
    let loads = |path: &str| tree.text(path).is_some_and(|text| text.contains("module(load=\"omrelp\")"));
    let paths = [DROP_IN, "/etc/rsyslog.d/00-standfast-second.conf"];
    assert_eq!(paths.map(loads), [true, false]);
    assert!(
        tree.apply(&[("central", &[("ensure", "absent")]), ("second", second)])
            || tree.apply(&[("second", second)])
    );
    assert_eq!(paths.map(|path| tree.text(path).is_some()), [false, true]);
    assert!(loads(paths[1]), "the one that is left loads it itself");
}

#[test]
fn two_forwards_of_the_same_messages_to_one_server_are_refused() {
    let tree = Tree::of(&[]);
    let plans = tree.plans(&[("a", RELP), ("b", RELP)]);
    assert!(plans[0].as_ref().unwrap_err().contains("sent twice"), "{plans:?}");
    let mail: &[(&str, &str)] =
        &[("target", "log.example.net"), ("protocol", "relp"), ("selector", "mail.*")];
    let rest: &[(&str, &str)] =
        &[("target", "log.example.net"), ("protocol", "relp"), ("selector", "*.*;mail.none")];
    assert!(tree.plans(&[("a", mail), ("b", rest)]).iter().all(Result::is_ok));
}

#[test]
fn what_is_changed_by_hand_in_our_file_is_told_property_by_property() {
    let tree = Tree::of(&[]);
    assert!(tree.apply(&[("central", RELP)]));
    let text = tree.text(DROP_IN).unwrap();
    tree.file(DROP_IN, &text.replace("action.resumeRetryCount=\"-1\"", "action.resumeRetryCount=\"3\""));
    assert!(told(&tree.plan(RELP)).contains("retry: 3 -> endless"), "{}", told(&tree.plan(RELP)));
    tree.file(DROP_IN, &format!("{text}\n# note\n"));
    assert!(told(&tree.plan(RELP)).contains("was changed"), "{}", told(&tree.plan(RELP)));
    assert!(tree.apply(&[("central", RELP)]));
    assert_eq!(tree.text(DROP_IN).unwrap(), text);
    assert!(tree.apply(&[("central", &[("ensure", "absent")])]));
    assert_eq!(tree.text(DROP_IN), None);
}

#[test]
fn hosts_of_old_get_the_older_language() {
    let main = "$ModLoad imuxsock\n$WorkDirectory /var/spool/rsyslog\n$IncludeConfig /etc/rsyslog.d/*.conf\n*.* /var/log/all\n";
    let tree = Tree::of(&[("/etc/rsyslog.conf", main), ("/usr/sbin/rsyslogd", "\0swVersion=\"5.8.10\" x\0")]);
    assert!(tree.apply(&[("central", TCP)]));
    let text = tree.text(DROP_IN).unwrap();
    assert!(
        text.contains("*.* @@(o)log.example.net:514;RSYSLOG_ForwardFormat") && !text.contains("action("),
        "{text}"
    );
    let error = tree
        .plans(&[("central", &[("target", "log"), ("filter", "$msg == 'x'")])])
        .pop()
        .unwrap()
        .unwrap_err();
    let elsewhere = &[TCP, &[("spool_dir", "/srv")]].concat();
    let error_of_place = tree.plans(&[("central", elsewhere)]).pop().unwrap().unwrap_err();
    assert!(error_of_place.contains("the older language has no directory for one queue"), "{error_of_place}");
    assert!(error.contains("came with rsyslog 7.4, and 5.8.10 is installed; take `selector`"), "{error}");
}
