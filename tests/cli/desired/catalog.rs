//! What a catalog that real Puppet cached comes to.

use std::path::Path;

use serde_json::{Value, json};

use super::{CATALOG, SECRETS, cache, in_catalog, run, write};
use crate::said::{Said, text};
use crate::temp_root::TempRoot;

const CORPUS: &[u8] = include_bytes!("../../corpus/puppet/host.example.net.json");

/// The host that the catalog of the corpus is for, as Debian has it.
fn host() -> TempRoot {
    let root = TempRoot::new();
    root.write("etc/passwd", b"root:x:0:0::/root:/bin/sh\nkiwi:x:1001:1001::/:/bin/sh\nodd:x:1002:1002::/:/bin/sh\none:x:1003:1003::/:/bin/sh\nDebian-snmp:x:112:112::/var/lib/snmp:/bin/false\n");
    root.write("etc/group", b"root:x:0:\nkiwis:x:1091:kiwi\nDebian-snmp:x:112:\n");
    root.write("usr/sbin/snmpd", b"");
    root.write(
        "lib/systemd/system/snmpd.service",
        b"[Service]\nExecStart=/usr/sbin/snmpd -u Debian-snmp -g Debian-snmp -f\n",
    );
    root.write("etc/snmp/snmpd.conf", b"rocommunity public default\n");
    root.write("etc/security/limits.conf", b"kiwi - nproc 4096\n@old soft core 7\n");
    root.write("etc/rsyslog.conf", b"*.* /var/log/syslog\n");
    write(&root, CATALOG, CORPUS, 0o660);
    root
}

/// The outcomes by kind and title.
fn outcomes(said: &Said) -> Vec<(String, Value)> {
    let outcomes = said.json();
    let name = |outcome: &Value| format!("{} {}", text(&outcome["type"]), text(&outcome["title"]));
    outcomes.as_array().unwrap().iter().map(|outcome| (name(outcome), outcome.clone())).collect()
}

/// What the manifest of the corpus says, as `check -` takes it, but for what is deferred.
fn by_hand() -> Value {
    let networks = ["10.9.0.7", "2001:db8:9::/64"];
    json!([
        { "type": "limits_entry", "title": "kiwi/-/nproc", "parameters": { "value": 4096 } },
        { "type": "limits_entry", "title": "@kiwis/hard/memlock", "parameters": { "value": "65536" }, "noop": true },
        { "type": "limits_entry", "title": "core dumps",
          "parameters": { "domain": "*", "type": "hard", "item": "core", "value": 0, "bound": "at_most" } },
        { "type": "ntp_monlist", "title": "main", "parameters": { "allow": networks } },
        { "type": "snmp_community", "title": "poller", "parameters": { "community": SECRETS[0], "sources": networks } },
        { "type": "snmp_access", "title": "main", "parameters": { "purge": false, "weak": "forbid" } },
        { "type": "rsyslog_forward", "title": "central",
          "parameters": { "target": "loghost.example.net", "protocol": "relp", "port": 2514 } },
        { "type": "limits_config", "title": "main", "parameters": { "inert": "forbid", "purge_ignore": ["@audio"] } },
        { "type": "limits_entry", "title": "kiwi/soft/nofile", "parameters": { "value": 1024, "bound": "exact" } },
        { "type": "limits_entry", "title": "@kiwis/-/nofile", "parameters": { "value": "unlimited" } },
        { "type": "limits_entry", "title": "gone/-/nproc", "parameters": { "ensure": "absent" } },
        { "type": "limits_entry", "title": "odd/-/nproc", "parameters": { "value": 1 } },
        { "type": "limits_entry", "title": "one/soft/nproc", "parameters": { "value": 7 } },
    ])
}

#[test]
fn what_a_real_catalog_declares_is_judged_as_if_it_came_by_hand() {
    let root = host();
    let from_catalog = outcomes(&run(&root, "check", &["--format", "json"]).ended(6));
    let by_hand = outcomes(&root.run_json("check", &by_hand().to_string()));
    let judged: Vec<_> = from_catalog.iter().filter(|(_, outcome)| !is_unjudged(outcome)).cloned().collect();
    for (one, other) in judged.iter().zip(&by_hand) {
        assert_eq!(one, other);
    }
    assert_eq!(judged.len(), by_hand.len());
}

fn is_unjudged(outcome: &Value) -> bool {
    outcome.get("error").is_some_and(|error| text(error).starts_with("cannot be judged: "))
}

#[test]
fn what_is_deferred_is_named_with_its_place_and_fails_alone() {
    let root = host();
    let said = run(&root, "check", &["--format", "json"]);
    let unjudged: Vec<_> = outcomes(&said).into_iter().filter(|(_, outcome)| is_unjudged(outcome)).collect();
    let names: Vec<_> = unjudged.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["snmp_community late", "snmp_community nested", "limits_entry */hard/rtprio"]);
    let place = "/etc/puppet/code/environments/production/modules/profile/manifests/init.pp";
    for ((_, outcome), (parameter, function, line)) in
        unjudged.iter().zip([("community", "sprintf", 8), ("community", "new", 9), ("value", "sprintf", 12)])
    {
        assert_eq!(
            text(&outcome["error"]),
            format!(
                "cannot be judged: `{parameter}` is deferred (by {function}), and worked out by the agent when it applies ({place}:{line})"
            )
        );
    }
    run(&root, "check", &["limits_entry/[*]/hard/rtprio"]).ended(4);
}

#[test]
fn no_way_to_tell_shows_what_the_catalog_keeps_secret() {
    let root = host();
    for arguments in [&[][..], &["-v", "--diff"], &["--format", "json", "-v"], &["--format", "monitoring"]] {
        run(&root, "check", arguments);
    }
    run(&root, "apply", &["-v", "--diff"]);
    assert!(
        String::from_utf8(root.read("etc/snmp/snmpd.conf")).unwrap().contains(SECRETS[0]),
        "it is written"
    );
}

#[test]
fn what_is_purged_stays_while_an_entry_cannot_be_judged() {
    let root = TempRoot::with_limits_conf("bob - nproc 5\n");
    let purge = json!({ "type": "Limits_config", "title": "main", "parameters": { "purge": ["/etc/security/limits.conf"] } });
    let late = |value: Value| {
        let mut late = in_catalog(1);
        late["parameters"]["value"] = value;
        late["title"] = json!("bob/-/nproc");
        late["parameters"]["domain"] = json!("bob");
        late
    };
    cache(&root, &json!([purge, late(json!({ "__ptype": "Deferred", "name": "lookup" }))]));
    let said = run(&root, "apply", &["--format", "json"]).ended(4);
    let all = outcomes(&said);
    assert_eq!(
        text(&all[0].1["error"]),
        "cannot be judged: it removes what nobody declares, and limits_entry bob/-/nproc cannot be judged"
    );
    assert_eq!(root.read("etc/security/limits.conf"), b"bob - nproc 5\n");

    // A value that its kind refuses is no reason to remove the line either.
    cache(&root, &json!([purge, late(json!("much"))]));
    run(&root, "apply", &[]).ended(4);
    assert_eq!(root.read("etc/security/limits.conf"), b"bob - nproc 5\n");

    cache(&root, &json!([purge, late(json!(5))]));
    run(&root, "apply", &[]).ended(0);
    cache(&root, &json!([purge]));
    run(&root, "apply", &[]).ended(2);
    assert_eq!(root.read("etc/security/limits.conf"), b"");
}

#[test]
fn communities_stay_while_one_cannot_be_judged() {
    let root = host();
    let late = json!({ "__ptype": "Sensitive", "__pvalue": { "__ptype": "Deferred", "name": "lookup" } });
    cache(
        &root,
        &json!([
            { "type": "Snmp_access", "title": "main", "parameters": { "purge": true } },
            { "type": "Snmp_community", "title": "nms", "parameters": { "community": late, "sources": ["::1"] } },
        ]),
    );
    run(&root, "apply", &[]).ended(4);
    assert_eq!(root.read("etc/snmp/snmpd.conf"), b"rocommunity public default\n");
}

#[test]
fn a_value_that_puppet_hides_and_we_would_show_is_refused() {
    let root = TempRoot::new();
    let mut listed = in_catalog(1);
    listed["sensitive_parameters"] = json!(["value"]);
    let mut nested = in_catalog(1);
    nested["parameters"]["value"] = json!({ "__ptype": "Sensitive", "__pvalue": SECRETS[1] });
    let contained = json!({ "type": "Standfast_limits", "title": "x", "parameters":
        { "entries": { "alice/-/nproc": { "__ptype": "Sensitive", "__pvalue": SECRETS[1] } } } });
    for resource in [listed, nested, contained] {
        cache(&root, &json!([resource]));
        let error = run(&root, "check", &["--format", "json"]).error();
        assert!(
            error.starts_with("`value` is Sensitive, and no secret of limits_entry: give it as it is"),
            "{error}"
        );
    }
}

#[test]
fn a_container_is_what_its_children_are_and_hands_noop_down() {
    let root = TempRoot::new();
    let container =
        |parameters: Value| json!([{ "type": "Standfast_limits", "title": "x", "parameters": parameters }]);
    cache(
        &root,
        &container(json!({
            "entries": { "alice/-/nproc": 7, "bob/-/nproc": { "value": 8, "match_by": "id" } },
            "defaults": { "match_by": "name" }, "purge": ["/etc/security/limits.d/*.conf"], "noop": true,
        })),
    );
    let said = run(&root, "apply", &["--format", "json"]).ended(2);
    let names: Vec<_> = outcomes(&said).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["limits_config main", "limits_entry alice/-/nproc", "limits_entry bob/-/nproc"]);
    assert!(!root.path("etc/security/limits.d/zz-standfast.conf").exists(), "noop");

    cache(
        &root,
        &container(
            json!({ "entries": { "alice/-/nproc": 7, "bob/-/nproc": { "value": 8, "match_by": "id" } },
        "defaults": { "match_by": "name" } }),
        ),
    );
    run(&root, "apply", &[]).ended(2);
    let written = String::from_utf8(root.read("etc/security/limits.d/zz-standfast.conf")).unwrap();
    assert_eq!(written, "alice - nproc 7\n:1002 - nproc 8 # bob\n");

    for (parameters, words) in [
        (
            json!({ "entries": { "__ptype": "Deferred", "name": "f" } }),
            "cannot be judged: `entries` is deferred (by f)",
        ),
        (json!({ "entries": ["a"] }), "`entries` is no hash"),
        (json!({ "entries": {}, "defaults": 7 }), "`defaults` is no hash"),
    ] {
        cache(&root, &container(parameters));
        let said = run(&root, "check", &["--format", "json"]);
        assert!(said.error().starts_with(words), "{said:?}");
    }
}

#[test]
fn what_puppet_prints_before_a_compiled_catalog_is_passed_over() {
    let root = host();
    let file = root.beside("compiled.json");
    let text =
        [&b"\x1b[mNotice: Compiled catalog for host.example.net {x} in 0.30 seconds\x1b[0m\n"[..], CORPUS]
            .concat();
    std::fs::write(&file, text).unwrap();
    let named = run(&root, "check", &["--format", "json", "--catalog", file.to_str().unwrap()]).ended(6);
    assert_eq!(named.out, run(&root, "check", &["--format", "json"]).out);
    assert!(named.err.starts_with("standfast: desired state: a catalog of "), "{named:?}");
    std::fs::write(&file, b"Notice: x\n{\n{").unwrap();
    run(&root, "check", &["--catalog", file.to_str().unwrap()])
        .refused("compiled.json:3: key must be a string");
    assert!(Path::new(&file).exists());
}
