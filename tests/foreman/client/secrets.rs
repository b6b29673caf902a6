//! What must never show: communities and passwords, in no body, spool file, output or argument.

use std::fs;
use std::path::Path;

use super::{Client, HOST, facet, foreman, settings};

/// What stands in the observed snmpd.conf, in the policy, and in the file of the password.
const OBSERVED: &str = "canary-observed-7f3a";
const DESIRED: &str = "canary-desired-91bc";
const PASSWORD: &str = "canary-password-44de";

const SNMP: &str = "[snmp_access main]\npurge = true\n\n[snmp_community poller]\ncommunity_file = /etc/standfast/poller\nsources = 10.9.0.7\n";

/// All files below a directory whose bytes hold one of the canaries.
fn leaks(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            leaks(&path, found);
        } else {
            let bytes = fs::read(&path).unwrap();
            found.extend(canary(&bytes).map(|canary| format!("{canary} in {}", path.display())));
        }
    }
}

fn canary(bytes: &[u8]) -> Option<&'static str> {
    [OBSERVED, DESIRED, PASSWORD]
        .into_iter()
        .find(|canary| bytes.windows(canary.len()).any(|part| part == canary.as_bytes()))
}

#[test]
fn no_community_and_no_password_is_in_a_body_in_the_spool_in_an_output_or_in_an_argument() {
    let standin = foreman(settings());
    let away = Client::to("http://127.0.0.1:1");
    let root = &away.root;
    root.write("usr/sbin/snmpd", b"\x7fELF");
    let conf = format!(
        "rocommunity {OBSERVED}\nrwcommunity {OBSERVED}2 10.0.0.0/8\ncom2sec a default {OBSERVED}3\n"
    );
    root.write("etc/snmp/snmpd.conf", conf.as_bytes());
    root.write("etc/standfast/poller", format!("{DESIRED}\n").as_bytes());
    root.write("etc/standfast/token", format!("{PASSWORD}\n").as_bytes());
    for file in ["etc/standfast/poller", "etc/standfast/token", "etc/snmp/snmpd.conf"] {
        away.mode(file, 0o600);
    }
    standin.set(|settings| settings.users[1].password = PASSWORD);
    let login = ["--user", "reporter", "--password-file", "/etc/standfast/token"];
    let url = standin.url();
    // Away, there, there without a change, and changed: what waits, what is sent, what is told.
    for (number, (command, url)) in [
        ("check --report", "http://127.0.0.1:1"),
        ("report --now", url.as_str()),
        ("report", url.as_str()),
        ("apply", url.as_str()),
        ("report --now", url.as_str()),
    ]
    .into_iter()
    .enumerate()
    {
        let words: Vec<&str> = command.split(' ').collect();
        let all = [&words[1..], &["--url", url], &login].concat();
        assert_eq!(all.iter().find_map(|word| canary(word.as_bytes())), None);
        let said = root.run_policy(words[0], SNMP, &all);
        assert_eq!(canary(said.out.as_bytes()).or(canary(said.err.as_bytes())), None, "{command}: {said:?}");
        let mut found = Vec::new();
        leaks(&root.path("var/lib/standfast/report"), &mut found);
        assert_eq!(found, [""; 0], "{command}");
        match number {
            0 => assert_eq!(away.spool("pending").len(), 1, "{said:?}"),
            1 => {
                let told = facet(&standin).unwrap()["findings"].to_string();
                assert!(told.contains("/etc/snmp/snmpd.conf") && told.contains("-rocommunity "), "{told}");
            }
            _ => {}
        }
    }
    let store = standin.store();
    assert!(store.facet_of(HOST).is_some() && store.arrivals.len() >= 3, "{}", store.arrivals.len());
    for arrival in &store.arrivals {
        assert_eq!(canary(&arrival.body), None, "{}", String::from_utf8_lossy(&arrival.body));
    }
    assert!(
        String::from_utf8_lossy(&root.read("etc/snmp/snmpd.conf")).contains(DESIRED),
        "it was enforced all the same"
    );
}
