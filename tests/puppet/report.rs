//! The class that reports to Foreman: real `puppet apply`, and a token that shows nowhere.

use crate::node::{BASE, Node, Run};

const CONF: &str = "/etc/standfast/standfast.conf";
const PASSWORD: &str = "/etc/standfast/report.password";
const CRON: &str = "/etc/cron.d/standfast-check";
/// The token that is given, the one it is changed to, and the one that the agent fetches.
const TOKENS: [&str; 3] = ["giv3n-Wv7qYt2mKd9s", "ch4nged-Zt9vBm2kLq", "d3ferred-Hj6kTz1wMc"];

fn manifest(password: &str) -> String {
    format!(
        "class {{ 'standfast::check': scheduler => 'cron', interval => '15m' }}
         class {{ 'standfast::report':
           url => 'https://foreman.example.com', user => 'standfast', password => {password}, heartbeat => '12h',
           ca_file => '/etc/ssl/foreman.pem',
         }}"
    )
}

/// Applies with all debug text, and keeps what was said and what the report has.
fn apply(node: &Node, said: &mut String, manifest: &str, arguments: &[&str]) -> Run {
    let run = node.apply(manifest, &[&["--debug", "--trace", "--show_diff"], arguments].concat());
    *said += &run.said;
    *said += &node.read(&format!("{BASE}/var/state/last_run_report.yaml"));
    run
}

/// Who a file belongs to, and its mode.
fn access(node: &Node, path: &str) -> String {
    node.host.run(&["stat", "-c", "%U:%G %a", path]).trim().to_owned()
}

#[test]
fn a_token_is_kept_for_root_alone_and_shows_in_no_report_log_or_catalog() {
    let node = Node::new(&[]);
    let mut said = String::new();
    let given = manifest(&format!("Sensitive('{}')", TOKENS[0]));
    apply(&node, &mut said, &given, &["--noop"]).assert_code(0);
    assert_eq!(node.read(PASSWORD), "");
    apply(&node, &mut said, &given, &[]).assert_code(2);
    assert_eq!(node.read(PASSWORD), TOKENS[0]);
    let conf = "# By Puppet: what is changed here by hand is undone.\n\n[report]\nurl = https://foreman.example.com\n\
                ca_file = /etc/ssl/foreman.pem\nuser = standfast\npassword_file = /etc/standfast/report.password\nheartbeat = 12h\n";
    assert_eq!(node.read(CONF), conf);
    assert_eq!([CONF, PASSWORD].map(|path| access(&node, path)), ["root:root 600", "root:root 600"]);
    assert!(node.read(CRON).contains("run-check /run/standfast/check --report >"), "{}", node.read(CRON));
    let second = apply(&node, &mut said, &given, &[]);
    second.assert_code(0);
    assert!(second.with_events().is_empty(), "{}", second.said);

    let changed = manifest(&format!("Sensitive('{}')", TOKENS[1]));
    let run = apply(&node, &mut said, &changed, &[]);
    assert_eq!(run.with_events(), [format!("File[{PASSWORD}]")], "{}", run.said);
    assert_eq!(node.read(PASSWORD), TOKENS[1]);

    let secret = format!("{BASE}/secret");
    node.host.write(&secret, TOKENS[2]);
    let deferred = manifest(&format!("Deferred('file', ['{secret}'])"));
    apply(&node, &mut said, &deferred, &[]).assert_code(2);
    assert_eq!(node.read(PASSWORD), TOKENS[2]);
    let later = apply(&node, &mut said, &deferred, &["--no-preprocess_deferred"]);
    assert!(later.with_events().is_empty(), "{}", later.said);
    said += &node
        .puppet("catalog", &["compile", "--manifest", &format!("{BASE}/site.pp"), "--render-as", "json"])
        .said;
    shows_nowhere(&node, &said);
}

/// None of the tokens stands in what was said, and in any file but the one that is to hold it; where it came from is
/// taken away.
fn shows_nowhere(node: &Node, said: &str) {
    assert!(said.contains("Applying configuration version"), "debug text was on");
    assert!(said.contains("\"sensitive_parameters\":[\"content\"]"), "the catalog was compiled");
    node.host.run(&["rm", &format!("{BASE}/secret"), &format!("{BASE}/site.pp")]);
    for token in TOKENS {
        assert!(!said.contains(token), "{token}");
        let places = "grep -rlF -- \"$0\" /var/lib/case/var /var/lib/standfast /run/standfast /etc/standfast /etc/cron.d || true";
        let found = node.host.run(&["sh", "-c", places, token]);
        let expected = if token == TOKENS[2] { PASSWORD } else { "" };
        assert_eq!(found.trim(), expected);
    }
}

#[test]
fn the_program_takes_the_settings_that_the_class_writes() {
    let node = Node::new(&[]);
    node.host.write("/etc/ssl/foreman.pem", "a certificate, once there is something to send\n");
    let settings = "class { 'standfast::install': method => 'path', binary => '/usr/bin/standfast', timeout => 60 }
         class { 'standfast::check': scheduler => 'cron' }
         class { 'standfast::report':
           url => 'https://foreman.example.com', certname => 'web17.example.com', ca_file => '/etc/ssl/foreman.pem',
           user => 'standfast', password => Sensitive('t0ken'), stock_foreman => false, heartbeat => '12h', splay => 3600,
           http_proxy => 'http://127.0.0.1:3128', connect_timeout => '10s', timeout => '2m',
           spool_count => 50, spool_size => '1M', spool_age => '3d',
         }";
    node.apply(settings, &[]).assert_code(2);
    let send = node.host.standfast(&["report", "--send"]);
    let said = [send.stdout, send.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert_eq!((send.status.code(), said.as_str()), (Some(0), "report: nothing waits to be sent\n"));
    let status = node.host.standfast(&["report", "--status"]);
    assert_eq!(status.status.code(), Some(0), "{status:?}");
    assert!(String::from_utf8_lossy(&status.stdout).contains("nothing"), "{status:?}");
}

#[test]
fn what_was_made_for_reports_goes_with_them() {
    let node = Node::new(&[]);
    let mut said = String::new();
    let given = manifest("Sensitive('t0ken')");
    apply(&node, &mut said, &given, &[]).assert_code(2);
    node.host.write("/var/lib/standfast/report/spool/1", "waits");
    let absent = "class { 'standfast::report': ensure => 'absent' }
                  class { 'standfast::check': ensure => 'absent', scheduler => 'cron' }";
    apply(&node, &mut said, absent, &[]).assert_code(2);
    for path in [CONF, PASSWORD, CRON, "/var/lib/standfast/report/spool/1"] {
        assert!(node.host.root().read(std::path::Path::new(path)).is_err(), "{path}");
    }
    apply(&node, &mut said, absent, &[]).assert_code(0);
}
