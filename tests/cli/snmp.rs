//! `standfast explain snmp` and the part `snmp` of the fact, on the files of distributions and on odd ones.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::corpus::root_of;
use crate::said::Said;
use crate::temp_root::TempRoot;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/snmp").join(name)
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder("")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn root(name: &str) -> TempRoot {
    root_of(&folder(name), "ID=debian\n")
}

fn explain(root: &TempRoot, arguments: &[&str]) -> Said {
    root.run("explain snmp", arguments).ended(0)
}

fn json(root: &TempRoot, arguments: &[&str]) -> Value {
    explain(root, &[arguments, &["--format", "json"]].concat()).json()
}

/// Is in each secret of the corpus but those that everyone knows, and in nothing else of it; and two keys.
const SECRETS: [&str; 3] = ["z9", "00112233", "44556677"];

#[test]
fn what_is_said_of_each_folder_is_as_it_was_reviewed() {
    let mut differences = Vec::new();
    for folder in folders() {
        let root = root_of(&folder, "ID=debian\n");
        let said = serde_json::to_string_pretty(&json(&root, &[])).unwrap() + "\n";
        let golden = folder.join("explanation.json");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(golden, said).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != said {
            differences.push(format!("{} should hold\n{said}", golden.display()));
        }
    }
    assert!(differences.is_empty(), "UPDATE_GOLDEN=1 writes them anew:\n{}", differences.join("\n"));
    assert!(folders().len() >= 15, "{:?}", folders());
}

#[test]
fn no_secret_of_any_folder_is_said_by_anything() {
    for folder in folders() {
        let root = root_of(&folder, "ID=debian\n");
        let mut said = String::new();
        for arguments in [&[][..], &["--from", "10.0.0.1"], &["--from", "::1"], &["--format", "json"]] {
            let one = explain(&root, arguments);
            said += &(one.out + &one.err);
        }
        let fact = root.run("facts", &[]);
        said += &(fact.out + &fact.err);
        for secret in SECRETS {
            let line = said.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{}: {secret} is said: {line:?}", folder.display());
        }
    }
}

#[test]
fn the_text_names_the_line_that_decides_and_those_that_it_leads_through() {
    let said = explain(&root("rhel-7"), &["--from", "192.0.2.1"]);
    for line in [
        "access by SNMP from 192.0.2.1",
        "no net-snmp below the root: by the rules of net-snmp 5.7.2",
        "snmpd does not run; /usr/lib/systemd/system/snmpd.service would start it",
        "listens on udp 0.0.0.0:161          other hosts can reach it",
        "<community 1>  from 192.0.2.1  IPv4, v1 and v2c",
        "  reads  view systemview",
        "  writes nothing",
        "  decides          /etc/snmp/snmpd.conf:2  com2sec notConfigUser  default       <community 1>",
        "  leads through    /etc/snmp/snmpd.conf:3  group   notConfigGroup v1           notConfigUser",
    ] {
        assert!(said.out.lines().any(|said| said == line), "{line:?} is not in\n{}", said.out);
    }
}

#[test]
fn an_address_that_no_line_lets_in_is_told_why() {
    let explained = json(&root("sles-15"), &["--from", "192.0.2.1"]);
    assert_eq!(explained["communities"][0]["silent"], "no line has it for this source");
    assert_eq!(explained["from"], "192.0.2.1");
    let explained = json(&root("sles-15"), &["--from", "127.0.0.1"]);
    assert_eq!(explained["communities"][0]["read"], "everything");
}

#[test]
fn a_line_of_an_admin_that_another_decides_for_is_told() {
    let explained = json(&root("debian-12"), &["--from", "192.0.2.7"]);
    let evidence = &explained["communities"][0]["evidence"];
    assert_eq!((&evidence[0]["effect"], &evidence[0]["line"]), (&"wins".into(), &71.into()));
    assert_eq!(evidence[1]["effect"], "overridden");
    assert_eq!(evidence[1]["file"], "/etc/snmp/snmpd.conf.d/monitoring.conf");
}

#[test]
fn the_fact_counts_and_names_nothing() {
    let fact = root("folklore").run("facts", &[]).json()["standfast"]["snmp"].clone();
    for (key, should) in
        [("communities", 3), ("default_communities", 1), ("writable", 1), ("any_source", 1), ("v3_users", 1)]
    {
        assert_eq!(fact[key], should, "{key} in {fact}");
    }
    assert_eq!(
        (&fact["exposed"], &fact["listen"]),
        (&true.into(), &"udp 0.0.0.0:161,tcp 0.0.0.0:161".into())
    );
    assert!(fact.get("fingerprints").is_none(), "no key, no fingerprint: {fact}");
}

#[test]
fn a_default_community_is_counted_whatever_its_case_and_beyond_those_that_the_probe_tries() {
    let root = TempRoot::without_module("ID=debian\n");
    root.write(
        "etc/snmp/snmpd.conf",
        b"rocommunity Cisco 10.9.0.7\nrocommunity manager 10.9.0.7\nrocommunity PRIVATE 10.9.0.7\n\
        rocommunity ciscoworks 10.9.0.7\n",
    );
    let fact = root.run("facts", &[]).json()["standfast"]["snmp"].clone();
    assert_eq!((&fact["communities"], &fact["default_communities"]), (&4.into(), &3.into()), "{fact}");
}

#[test]
fn a_host_without_snmpd_has_a_fact_that_says_so() {
    let fact = TempRoot::without_module("ID=debian\n").run("facts", &[]).json();
    assert_eq!(fact["standfast"]["snmp"], serde_json::json!({ "installed": false }));
}

#[test]
fn with_a_key_of_the_host_communities_go_by_their_fingerprints() {
    let root = root("debian-11");
    root.write("var/lib/standfast/fingerprint-key", &[7; 32]);
    let key = root.path("var/lib/standfast/fingerprint-key");
    fs::set_permissions(key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let fact = root.run("facts", &[]).json()["standfast"]["snmp"].clone();
    let fingerprint = fact["fingerprints"].as_str().unwrap();
    assert!(fingerprint.len() == 8 && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()), "{fact}");
    let explained = json(&root, &[]);
    assert_eq!(explained["communities"][0]["community"], format!("<community {fingerprint}>"));
    let text = explained["communities"][0]["evidence"][0]["text"].as_str().unwrap();
    assert!(text.contains(fingerprint), "{text}");
}
