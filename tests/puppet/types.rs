//! The types themselves: what they refuse before anything is changed, and that they load wherever Puppet loads them.

use crate::node::{BASE, Node};

/// What a manifest says, and words of the error.
const ILLEGAL: &[(&str, &str)] = &[
    (
        "limits_entry { 'a/soft/nproc': value => '5k' }",
        "Parameter value failed on Limits_entry[a/soft/nproc]: `5k` is not legal: it takes a number in the item's unit, `unlimited`",
    ),
    (
        "limits_entry { 'a/soft/nproc': value => 5.5 }",
        "Parameter value failed on Limits_entry[a/soft/nproc]: `5.5` is not legal",
    ),
    ("limits_entry { 'a/soft/nproc': value => ['1', '2'] }", "Parameter value failed"),
    (
        "limits_entry { 'a/medium/nproc': value => 5 }",
        "Parameter type failed on Limits_entry[a/medium/nproc]: `medium` is not legal: it takes one of soft, hard, -",
    ),
    ("limits_entry { 'a/soft/procs': value => 5 }", "`procs` is not legal: it takes one of cpu, fsize"),
    ("limits_entry { 'a/soft': value => 5 }", "the title `a/soft` is not of the form DOMAIN/TYPE/ITEM"),
    (
        "limits_entry { 'a/soft/nproc': name => 'b/soft/nproc', value => 5 }",
        "`name` is the title: leave it out",
    ),
    (
        "limits_entry { 'a/soft/nproc': ensure => maybe }",
        "Parameter ensure failed on Limits_entry[a/soft/nproc]: `maybe` is not legal: it takes one of present, absent",
    ),
    ("limits_entry { 'a/soft/nproc': valeu => 5 }", "no parameter named 'valeu'"),
    ("ntp_monlist { 'other': }", "`other` is not legal: it takes one of main"),
    (
        "ntp_monlist { 'main': allow => ['10.9.0.0/16', 'everyone'] }",
        "Parameter allow failed on Ntp_monlist[main]: `everyone` is not legal: it takes a list of networks, for example",
    ),
    ("snmp_access { 'main': weak_min_length => 4 }", "`4` is not legal: it takes a number from 8 to 64"),
    (
        "rsyslog_forward { 'x': target => 'a b' }",
        "Parameter target failed on Rsyslog_forward[x]: `a b` is not legal: it takes a host name",
    ),
    (
        "rsyslog_forward { 'x': target => 'a', port => 70000 }",
        "`70000` is not legal: it takes a number from 1 to 65535",
    ),
    (
        "standfast_limits { 'x': entries => { 'a/soft/nproc' => '5k' } }",
        "Parameter entries failed on Standfast_limits[x]: `a/soft/nproc`: value: `5k` is not legal",
    ),
    (
        "standfast_limits { 'x': entries => { 'a/soft/nproc' => { 'valeu' => 5 } } }",
        "`a/soft/nproc`: limits_entry has no attribute `valeu`",
    ),
    ("standfast_limits { 'x': entries => ['a'] }", "it takes a hash of DOMAIN/TYPE/ITEM to a value"),
    ("standfast_limits { 'x': defaults => { 'match_by' => 'x' } }", "`defaults`: match_by: `x` is not legal"),
];

#[test]
fn what_is_not_legal_fails_the_catalog_with_the_parameter_and_what_is_legal() {
    let node = Node::new(&[]);
    let cases = ILLEGAL;
    // One start of Puppet for all: each catalog is converted as `puppet apply` converts it.
    let script = "
        Puppet.initialize_settings(ARGV[0, 6])
        environment = Puppet::Node::Environment.create(:production, [ARGV[5]])
        Puppet.override(current_environment: environment, loaders: Puppet::Pops::Loaders.new(environment)) do
          ARGV[6..-1].each do |code|
            Puppet[:code] = code
            begin
              environment = Puppet::Node::Environment.create(:production, [ARGV[5]])
              node = Puppet::Node.new('host', environment: environment)
              Puppet::Parser::Compiler.compile(node).to_ral
              puts 'nothing was refused'
            rescue StandardError => e
              puts e.message.tr(\"\\n\", ' ')
            end
          end
        end";
    let settings = [
        "--confdir",
        "/var/lib/case/conf",
        "--vardir",
        "/var/lib/case/var",
        "--modulepath",
        "/var/lib/case/modules",
    ];
    let codes: Vec<_> = cases.iter().map(|(code, _)| *code).collect();
    let output = node.run(&[&["ruby", "-rpuppet", "-e", script, "--"], &settings[..], &codes].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let told: Vec<_> = said.lines().collect();
    assert_eq!(told.len(), cases.len(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    for ((code, words), told) in cases.iter().zip(told) {
        assert!(told.contains(words), "{code}\n{told}");
    }
}

#[test]
fn what_is_known_late_and_wrong_or_never_known_fails_its_resource_alone() {
    let node = Node::new(&[]);
    let manifest = "
        limits_entry { 'root/soft/nproc': value => Deferred('sprintf', ['%dk', 5]) }
        limits_entry { 'root/soft/data': value => Deferred('file', ['/nonexistent']) }
        limits_entry { 'root/soft': value => Deferred('sprintf', ['%d', 0]) }
        limits_entry { 'root/soft/core': value => Deferred('sprintf', ['%d', 0]) }
        standfast_limits { 'wrong': entries => { 'daemon/soft/data' => Deferred('sprintf', ['5k']) } }
        standfast_limits { 'never': entries => { 'daemon/soft/core' => Deferred('match', [5, 5]) } }
        ntp_monlist { 'main': allow => Deferred('split', ['10.9.0.0/16 everyone', ' ']) }";
    let run = node.apply(manifest, &["--no-preprocess_deferred"]);
    run.assert_code(6);
    for (resource, why) in [
        (
            "Limits_entry[root/soft/nproc]",
            "Parameter value failed on Limits_entry[root/soft/nproc]: `5k` is not legal",
        ),
        ("Limits_entry[root/soft/data]", "/nonexistent"),
        ("Limits_entry[root/soft]", "the title `root/soft` is not of the form"),
        ("Standfast_limits[wrong]", "`daemon/soft/data`: value: `5k` is not legal"),
        ("Standfast_limits[never]", "match"),
        ("Ntp_monlist[main]", "Parameter allow failed on Ntp_monlist[main]: `everyone` is not legal"),
    ] {
        let lines = run.said.lines().filter(|line| line.starts_with("Error: ") && line.contains(resource));
        let lines: Vec<_> = lines.collect();
        assert!(lines.len() == 1 && lines[0].contains(why), "{resource}: {lines:#?} for {why}\n{}", run.said);
        assert_eq!(run.status(resource)["failed"], "true", "{resource}\n{}", run.said);
    }
    assert_eq!(run.told("Limits_entry[root/soft/core]", "status"), "success", "{}", run.said);
}

#[test]
fn one_thing_that_is_declared_twice_is_an_error_that_names_both_places() {
    let node = Node::new(&[]);
    let run = node.apply(
        "limits_entry { 'root/soft/nproc': value => 1 }
         limits_entry { 'second': domain => 'root', type => soft, item => nproc, value => 2 }
         standfast_limits { 'main': entries => { 'root/soft/nproc' => 3 }, inert => forbid }
         limits_config { 'main': }
         file { '/var/lib/case/other': content => 'x' }",
        &[],
    );
    run.assert_code(1);
    let site = format!("{BASE}/site.pp");
    for twice in [
        format!(
            "Limits_entry[root/soft/nproc] is declared twice: Limits_entry[root/soft/nproc] at {site}:1 and Limits_entry[second] at {site}:2"
        ),
        format!(
            "Limits_entry[root/soft/nproc] is declared twice: Limits_entry[root/soft/nproc] at {site}:1 and Standfast_limits[main] at {site}:3"
        ),
        format!(
            "Limits_config[main] is declared twice: Standfast_limits[main] at {site}:3 and Limits_config[main] at {site}:4"
        ),
    ] {
        assert!(run.said.contains(&twice), "{twice}\n{}", run.said);
    }
    assert_eq!(node.read("/var/lib/case/other"), "", "nothing was changed");
}

#[test]
fn puppet_resource_lists_nothing_where_the_daemon_is_not_installed() {
    let node = Node::new(&[]);
    for kind in ["rsyslog_forward", "snmp_community"] {
        let run = node.puppet("resource", &[kind]);
        run.assert_code(0);
        assert_eq!(run.said.trim(), "", "{kind}");
    }
    let run = node.puppet("resource", &["rsyslog_forward", "central"]);
    run.assert_code(0);
    assert!(run.said.contains("ensure   => 'absent'"), "{}", run.said);
    node.assert_nothing_runs();
}

#[test]
fn a_server_needs_no_program_and_environments_can_be_isolated() {
    let node = Node::without_standfast(&[]);
    let environment = format!("{BASE}/environments/production");
    node.host.run(&["mkdir", "-p", &format!("{environment}/manifests")]);
    node.host.run(&["ln", "-s", &format!("{BASE}/modules"), &format!("{environment}/modules")]);
    node.host.write(
        &format!("{environment}/manifests/site.pp"),
        "limits_entry { 'root/soft/nproc': value => 1 }
         limits_config { 'main': purge => ['/etc/security/limits.d/*.conf'] }
         ntp_monlist { 'main': allow => '10.9.0.0/16' }
         snmp_access { 'main': purge => true, weak_min_length => 20 }
         snmp_community { 'nms': community => Sensitive('x'), sources => ['10.9.0.7'] }
         rsyslog_forward { 'central': target => 'loghost.example.net', keep_local => false }
         standfast_limits { 'main': entries => { 'a/soft/nproc' => 3 } }",
    );
    let environments = ["--environmentpath", "/var/lib/case/environments", "--environment", "production"];
    // The module lies on the real machine, which is not to get the generated files.
    let generated = format!("{BASE}/generated");
    node.host.run(&["mkdir", &generated]);
    for isolated in [false, true] {
        if isolated {
            let run = node.puppet("generate", &[&["types", "--force"], &environments[..]].concat());
            run.assert_code(0);
            assert!(!run.said.contains("Error") && run.count("standfast_limits.pp") == 1, "{}", run.said);
            let types = node.host.run(&["ls", &format!("{environment}/.resource_types")]);
            assert_eq!(types.lines().count(), 7, "{types}");
        }
        let run = node.puppet("catalog", &[&["compile", "host.example.net"], &environments[..]].concat());
        run.assert_code(0);
        let (_, json) = run.said.split_once('{').unwrap();
        let catalog: serde_json::Value = serde_json::from_str(&format!("{{{json}")).unwrap();
        let resources = catalog["resources"].as_array().unwrap();
        let entry = resources.iter().find(|one| one["type"] == "Limits_entry").unwrap();
        assert_eq!(entry["parameters"]["domain"], "root");
        assert_eq!(entry["parameters"]["value"], 1);
        assert_eq!(
            resources.iter().filter(|one| one["line"].is_number() && one["kind"].is_string()).count(),
            7,
            "{resources:#?}"
        );
    }
    node.assert_nothing_runs();
}
