//! A real puppetserver and an agent: what reaches the node, and what the node says of it.
//!
//! The server takes most of a minute to start and to compile its first catalog, so one story is told on one stage.

mod stage;

use stage::{AGENT_CACHE, PROGRAM, Stage, TMP};

use crate::node::{Counted, Run};

const NPROC: &str = "Limits_entry[root/hard/nproc]";
const POLLER: &str = "Snmp_community[poller]";
const LIMITS: &str = "/etc/security/limits.d/zz-standfast.conf";
const SNMPD: &str = "/etc/snmp/snmpd.conf.d/zz-standfast.conf";
/// Each secret that is ever declared: none may show anywhere else than where it is used.
const SECRETS: [&str; 3] = ["cobalt-Otter-71", "saffron-Heron-42", "umber-Lynx-93"];

/// What the nodes get. The fact is told by a file, as the server had it when it compiled.
fn manifest(nproc: u32, poller: &str) -> String {
    let deferred = SECRETS[2];
    format!(
        "file {{ '/etc/fact-seen': content => \"${{facts.dig('standfast', 'version')}}\" }}
        limits_entry {{ 'root/hard/nproc': value => {nproc}, bound => 'exact' }}
        standfast_limits {{ 'main': entries => {{ 'daemon/hard/nofile' => 1024 }} }}
        snmp_community {{ 'poller': community => Sensitive('{poller}'), sources => ['192.0.2.9'] }}
        snmp_community {{ 'later': community => Deferred('sprintf', ['%s', '{deferred}']), sources => ['192.0.2.8'] }}
        "
    )
}

#[test]
fn an_agent_gets_types_program_and_catalog_from_a_server_and_keeps_them_in_force() {
    let stage = Stage::new();
    let server = stage.start();
    stage.site("production", &manifest(4096, SECRETS[0]));

    first_run_and_second(&stage);
    tampering(&stage);
    an_intended_change(&stage);
    an_upgraded_agent(&stage);
    environments(&stage);
    without_a_program_in_the_module(&stage);
    secrets_stay_unseen(&stage, &server.stop());
}

/// Types, program and fact are there before the first catalog is applied; the second run is clean.
fn first_run_and_second(stage: &Stage) {
    let first = stage.agent(&[]);
    first.assert_code(2);
    let program = format!("{AGENT_CACHE}/facts.d/{PROGRAM}");
    assert_eq!(stage.run(&["stat", "-c", "%a", &program]).trim(), "755");
    assert_eq!(stage.run(&[&program, "--version"]), concat!("standfast ", env!("CARGO_PKG_VERSION"), "\n"));
    stage.run(&["test", "-f", &format!("{AGENT_CACHE}/lib/puppet/type/limits_entry.rb")]);
    assert_eq!(stage.node.read("/etc/fact-seen"), env!("CARGO_PKG_VERSION"), "{}", first.said);
    assert_eq!(first.count("Warning"), 0, "{}", first.said);

    let limits = stage.node.read(LIMITS);
    assert!(
        limits.contains(":0 hard nproc 4096 # root\n") && limits.contains("hard nofile 1024"),
        "{limits}"
    );
    let snmpd = stage.node.read(SNMPD);
    assert!(snmpd.contains(SECRETS[0]) && snmpd.contains(SECRETS[2]), "both communities are in force");

    let second = stage.agent(&[]);
    second.assert_code(0);
    assert!(second.with_events().is_empty(), "{}", second.said);
    assert_eq!(second.counted(), Counted::default());
    let (code, said) = stage.check();
    assert_eq!(code, 0, "{said}");
}

/// Noop tells, the next run corrects, and the report says that somebody has tampered.
fn tampering(stage: &Stage) {
    let limits = stage.node.read(LIMITS);
    stage.node.host.write(LIMITS, limits.replace("nproc 4096", "nproc 1024"));
    let snmpd = stage.node.read(SNMPD);
    stage.node.host.write(SNMPD, snmpd.replace(SECRETS[0], "tampered"));

    let noop = stage.agent(&["--noop"]);
    // 2 stands for what has changed, and nothing has.
    noop.assert_code(0);
    assert_eq!(noop.told(NPROC, "status"), "noop");
    assert_eq!(noop.told(NPROC, "previous_value"), "hard 1024");
    assert_eq!(noop.counted().pending, noop.with_events().len(), "{}", noop.said);
    assert!(noop.with_events().contains(&POLLER), "{}", noop.said);
    assert!(stage.node.read(LIMITS).contains("nproc 1024"));
    checked_without_puppet(stage, &noop);

    let run = stage.agent(&[]);
    run.assert_code(2);
    assert_eq!(run.told(NPROC, "corrective_change"), "true");
    assert_eq!(run.report["corrective_change"], "true");
    assert!(all_events(&run, POLLER, "true"), "{:#}", run.status(POLLER));
    assert_eq!(stage.node.read(LIMITS), limits);
    assert!(stage.node.read(SNMPD).contains(SECRETS[0]));
}

/// The same drift in the same words, of the same desired state: from the snapshot, and from the cached catalog.
fn checked_without_puppet(stage: &Stage, noop: &Run) {
    let notice = format!("Notice: /Stage[main]/Main/{NPROC}: ");
    let reason = noop.said.lines().find_map(|line| line.strip_prefix(&notice)).unwrap();

    let (code, said) = stage.check();
    assert_eq!(code, 2, "{said}");
    assert!(said.starts_with("desired   what puppet agent declared "), "{said}");
    assert!(said.contains(reason), "{reason} is not in\n{said}");
    assert!(said.contains("drift     limits_entry root/hard/nproc\n"), "{said}");
    assert!(said.contains("drift     snmp_community poller\n"), "{said}");

    let (snapshot, aside) = ("/var/lib/standfast/desired.json", "/var/lib/standfast/aside.json");
    stage.run(&["mv", snapshot, aside]);
    let (code, said) = stage.check();
    stage.run(&["mv", aside, snapshot]);
    assert_eq!(code, 6, "{said}");
    assert!(said.starts_with("desired   what puppet agent cached "), "{said}");
    assert!(said.contains(reason), "{reason} is not in\n{said}");
    assert!(said.contains("drift     snmp_community poller\n"), "{said}");
    assert!(said.contains("`community` is deferred (by sprintf)"), "{said}");
}

/// The manifest changes, also a secret of it: that is no tampering. `--debug` shows no more of the secret.
fn an_intended_change(stage: &Stage) {
    stage.site("production", &manifest(2048, SECRETS[1]));
    let run = stage.agent(&["--debug"]);
    run.assert_code(2);
    assert_eq!(run.told(NPROC, "corrective_change"), "false");
    assert!(all_events(&run, POLLER, "false"), "{:#}", run.status(POLLER));
    assert!(stage.node.read(SNMPD).contains(SECRETS[1]));
    assert!(!stage.node.read(SNMPD).contains(SECRETS[0]));
}

/// An agent of Puppet 8 has nothing to do where one of Puppet 7 had nothing left, and corrects what is tampered with.
fn an_upgraded_agent(stage: &Stage) {
    let first = stage.agent_8(&[]);
    first.assert_code(0);
    assert!(first.report["puppet_version"].as_str().unwrap().starts_with("8."), "{}", first.said);
    assert!(first.with_events().is_empty(), "{}", first.said);
    assert_eq!(first.count("Warning"), 0, "{}", first.said);

    let limits = stage.node.read(LIMITS);
    stage.node.host.write(LIMITS, limits.replace("nproc 2048", "nproc 1024"));
    let snmpd = stage.node.read(SNMPD);
    stage.node.host.write(SNMPD, snmpd.replace(SECRETS[2], "tampered"));
    let run = stage.agent_8(&["--debug"]);
    run.assert_code(2);
    assert_eq!(run.told(NPROC, "corrective_change"), "true");
    assert!(all_events(&run, "Snmp_community[later]", "true"), "{:#}", run.status("Snmp_community[later]"));
    assert_eq!(stage.node.read(LIMITS), limits);
    assert_eq!(stage.node.read(SNMPD), snmpd);
    assert_eq!(run.counted().applied, run.with_events().len(), "{}", run.said);
}

/// An environment with an older type does not spoil the others, once their types are generated.
fn environments(stage: &Stage) {
    for environment in ["production", "old"] {
        stage.generate_types(environment);
    }
    stage.site("old", "limits_entry { 'root/hard/nproc': value => 2048 }");
    let old = stage.agent(&["--environment", "old"]);
    old.assert_code(0);
    assert!(old.with_events().is_empty(), "{}", old.said);
    let production = stage.agent(&[]);
    production.assert_code(0);
    assert!(production.with_events().is_empty(), "{}", production.said);
}

/// A server compiles without the program; a node that has none says so once and applies the rest; a package cures it.
fn without_a_program_in_the_module(stage: &Stage) {
    stage.site(
        "bare",
        "limits_entry { 'root/hard/nproc': value => 2048 }
        file { '/etc/also': content => 'applied' }",
    );
    let none = stage.agent(&["--environment", "bare"]);
    none.assert_code(6);
    assert_eq!(none.count("the program standfast is not on this node"), 1, "{}", none.said);
    assert_eq!(stage.node.read("/etc/also"), "applied");

    stage.install_program();
    let run = stage.agent(&["--environment", "bare"]);
    run.assert_code(0);
    assert_eq!(run.count("Warning"), 0, "{}", run.said);
}

/// Nothing that a run leaves or says holds a secret, but the agent's cached catalog and what the secret is for.
fn secrets_stay_unseen(stage: &Stage, server: &str) {
    let said = stage.all_that_was_said();
    for secret in SECRETS {
        assert!(!said.contains(secret) && !server.contains(secret), "{secret} was printed");
        let places = ["/var/cache/puppet", "/var/lib/puppet", "/var/lib/standfast", "/var/log", "/run", TMP];
        let server = ["/var/lib/server/var", "/var/lib/server/log"];
        let found = stage.holding(secret, &[&places[..], &server[..]].concat());
        let allowed = |path: &str| {
            path == format!("{AGENT_CACHE}/client_data/catalog/node.test.json")
                || path.starts_with("/var/lib/standfast/backups/")
        };
        let leaks: Vec<_> = found.iter().filter(|path| !allowed(path)).collect();
        assert!(leaks.is_empty(), "{secret} is in {leaks:?}");
    }
    let open = stage.run(&["find", "/var/lib/standfast", "-type", "f", "-perm", "/077"]);
    assert_eq!(open, "", "others may read it");
}

/// Whether all events of a resource, of which there must be some, are corrective or not.
fn all_events(run: &Run, resource: &str, corrective: &str) -> bool {
    let events = run.status(resource)["events"].as_array().unwrap();
    !events.is_empty() && events.iter().all(|event| event["corrective_change"] == corrective)
}
