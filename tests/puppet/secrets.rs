//! A community never shows, whatever happens to it.

use crate::net::Package;
use crate::node::{BASE, Node, Run};

const SNMPD_CONF: &str = "/etc/snmp/snmpd.conf";
const DROP_IN: &str = "/etc/snmp/snmpd.conf.d/zz-standfast.conf";
/// What was there before, what is given as Sensitive, by Deferred and bare, what it is changed to, what cannot be
/// written, what is refused;
/// last what comes by Deferred in Sensitive.
const SECRETS: [&str; 8] = [
    "0ld-Wv7qYt2mKd9s",
    "s3nsitive-Qx8rLp4nVb",
    "d3ferred-Hj6kTz1wMc",
    "b4re-Nf5gRs3xPd7yQw",
    "ch4nged-Zt9vBm2kLq",
    "unwr1tten-Gh7pXc4sJn",
    "r3fused-\nKw8dFy5tRv",
    "wr4pped-Lm6hSz3qTb",
];

fn manifest(community: &str) -> String {
    format!(
        "snmp_community {{ 'nms': community => Sensitive('{community}'), sources => '10.9.0.7', audit => 'community' }}
         snmp_community {{ 'late': community => Deferred('file', ['{BASE}/late']), sources => ['10.9.0.8'] }}
         snmp_community {{ 'wrapped': community => Sensitive(Deferred('file', ['{BASE}/wrapped'])), sources => ['10.9.0.10'] }}
         snmp_community {{ 'bare': community => '{}', sources => ['10.9.0.9', '2001:db8:9::/64'] }}
         exec {{ '/bin/sh -c \"cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ >> {BASE}/processes\"': }}",
        SECRETS[3]
    )
}

/// The event of `nms` that is about the community.
fn event(run: &Run) -> &serde_json::Value {
    run.event("Snmp_community[nms]")
}

#[test]
fn a_community_shows_nowhere_and_its_tampering_is_told_from_a_change() {
    let node = Node::new(&[Package::Snmpd]);
    node.host.write(SNMPD_CONF, "agentaddress 127.0.0.1\nincludeDir /etc/snmp/snmpd.conf.d\n");
    node.host.write(&format!("{BASE}/late"), SECRETS[2]);
    node.host.write(&format!("{BASE}/wrapped"), SECRETS[7]);
    // What the package does when it is installed.
    node.host.run(&["chown", "-R", "Debian-snmp:Debian-snmp", "/var/lib/snmp"]);
    node.host.write(DROP_IN, format!("rocommunity {} 10.9.0.7 # standfast: nms\n", SECRETS[0]));
    let mut said = String::new();
    let mut apply = |community: &str, arguments: &[&str]| {
        let run = node.apply(&manifest(community), &[&["--debug", "--trace"], arguments].concat());
        said += &run.said;
        said += &node.read(&format!("{BASE}/var/state/last_run_report.yaml"));
        run
    };

    apply(SECRETS[1], &["--noop"]).assert_code(0);
    let first = apply(SECRETS[1], &[]);
    first.assert_code(2);
    let written = node.read(DROP_IN);
    assert!(SECRETS[1..4].iter().all(|secret| written.contains(secret)), "{written}\n{}", first.said);
    assert!(!written.contains(SECRETS[0]), "{written}");
    let second = apply(SECRETS[1], &["--no-preprocess_deferred"]);
    assert_eq!(
        second.with_events(),
        ["Exec[/bin/sh -c \"cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ >> /var/lib/case/processes\"]"],
        "{}",
        second.said
    );

    node.host.run(&["sed", "-i", &format!("s/{}/{}/", SECRETS[1], SECRETS[0]), DROP_IN]);
    let tampered = apply(SECRETS[1], &["--no-preprocess_deferred"]);
    assert_eq!(event(&tampered)["corrective_change"], "true", "{}", tampered.said);
    let changed = apply(SECRETS[4], &[]);
    assert_eq!(event(&changed)["corrective_change"], "false", "{}", changed.said);
    assert_eq!(event(&changed)["status"], "success");
    assert!(node.read(DROP_IN).contains(SECRETS[4]));

    let read_only = "mount --bind /etc/snmp /etc/snmp && mount -o remount,bind,ro /etc/snmp";
    node.host.run(&["sh", "-c", read_only]);
    let failed = apply(SECRETS[5], &[]);
    failed.assert_code(6);
    assert_eq!(event(&failed)["status"], "failure", "{}", failed.said);
    let refused = apply(SECRETS[6], &[]);
    refused.assert_code(1);
    assert!(
        refused.said.contains(
            "Parameter community failed on Snmp_community[nms]: a secret that is given is not legal"
        ),
        "{}",
        refused.said
    );
    said += &node.puppet("resource", &["snmp_community", "--debug"]).said;
    shows_nowhere(&node, &said);
    node.assert_nothing_runs();
}

/// None of the secrets stands in what was said, in what Puppet and standfast keep, or in what was seen of processes.
fn shows_nowhere(node: &Node, said: &str) {
    assert!(said.contains("Prefetching standfast resources for snmp_community"), "debug text was on");
    let processes = node.read(&format!("{BASE}/processes"));
    assert!(processes.contains("serve"), "the process was seen");
    // The backups of snmpd's own files are as secret as these.
    let kept = "find /var/lib/case/var /var/lib/standfast -path /var/lib/standfast/backups -prune -o -type f -exec cat {} +";
    let kept = node.host.run(&["sh", "-c", kept]);
    assert!(kept.contains("snmp_community") && kept.contains("fingerprint"), "a snapshot was kept");
    for (secret, part) in SECRETS.iter().flat_map(|secret| secret.lines().map(move |part| (secret, part))) {
        for (name, text) in [("said", said), ("kept", &kept), ("processes", &processes)] {
            assert!(!text.contains(part), "{secret:?} is in what was {name}:\n{}", around(text, part));
        }
    }
    let modes = node.host.run(&[
        "sh",
        "-c",
        "stat -c '%a %n' /var/lib/standfast /var/lib/standfast/backups /var/lib/standfast/*",
    ]);
    assert!(modes.lines().all(|line| line.starts_with("600 ") || line.starts_with("700 ")), "{modes}");
}

#[test]
fn what_is_sensitive_and_no_secret_of_ours_is_refused_and_shows_nowhere() {
    let node = Node::new(&[]);
    node.host.write(&format!("{BASE}/late"), "7741");
    let mut said = String::new();
    for (manifest, refused) in [
        (
            "limits_entry { 'root/-/nproc': value => Sensitive(7741) }",
            "Limits_entry[root/-/nproc]: `value` is Sensitive, and no secret of limits_entry: give it as it is",
        ),
        // What is not legal is not told either.
        (
            "rsyslog_forward { 'central': target => 'h', failover => [Sensitive('7741 x')] }",
            "Parameter failover failed on Rsyslog_forward[central]: `failover` is Sensitive, and no secret",
        ),
        (
            "standfast_limits { 'main': entries => { 'root/-/nproc' => Sensitive(7741) } }",
            "`root/-/nproc`: value: `value` is Sensitive, and no secret",
        ),
        (
            "standfast_limits { 'main': entries => Sensitive({ 'root/-/nproc' => 7741 }) }",
            "Standfast_limits[main]: `entries` is Sensitive, and no secret of standfast_limits",
        ),
    ] {
        let run = node.apply(manifest, &["--debug"]);
        run.assert_code(1);
        assert!(run.said.contains(refused), "{manifest}\n{}", run.said);
        said += &run.said;
    }
    // What is only known when it is evaluated fails alone.
    let late = format!("Sensitive(Deferred('file', ['{BASE}/late']))");
    let late = format!(
        "limits_entry {{ 'root/-/nofile': value => 4096 }}
         standfast_limits {{ 'main': entries => {{ 'root/-/nproc' => Deferred('new', [Sensitive, {late}]) }} }}"
    );
    let run = node.apply(&late, &["--debug", "--no-preprocess_deferred"]);
    run.assert_code(6);
    assert_eq!(run.status("Standfast_limits[main]")["failed"], "true", "{}", run.said);
    assert_eq!(run.status("Limits_entry[root/-/nofile]")["changed"], "true", "{}", run.said);
    said += &run.said;
    // That it is a secret says nothing but what is brought.
    node.host.write(
        &format!("{BASE}/modules/late/lib/puppet/functions/late/it.rb"),
        "Puppet::Functions.create_function(:'late::it') do
           def it
             Puppet::Pops::Types::PSensitiveType::Sensitive.new(7741)
           end
         end",
    );
    let late = "limits_entry { 'root/-/nproc': value => Deferred('late::it') }
                standfast_limits { 'main': entries => { 'daemon/-/nproc' => Deferred('late::it') } }";
    let run = node.apply(late, &["--debug", "--no-preprocess_deferred"]);
    run.assert_code(4);
    assert_eq!(run.count("`value` is Sensitive, and no secret of "), 2, "{}", run.said);
    said += &run.said;
    assert!(!said.contains("7741"), "{said}");
    let kept = node.host.run(&[
        "sh",
        "-c",
        &format!("rm {BASE}/late; cat $(find {BASE}/var /var/lib/standfast -type f)"),
    ]);
    assert!(kept.contains("standfast_snapshot") && !kept.contains("7741"), "{}", around(&kept, "7741"));
}

fn around(text: &str, part: &str) -> String {
    text.lines()
        .filter(|line| line.contains(part))
        .map(|line| line.replace(part, "<SECRET>"))
        .collect::<Vec<_>>()
        .join("\n")
}
