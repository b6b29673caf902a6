//! Desired state that nobody names: which is found, what is said of it, and what is not believed.

mod catalog;
mod found;
mod snapshot;
mod tampered;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use standfast_providers::fingerprint::Fingerprints;

use crate::said::Said;
use crate::temp_root::TempRoot;

const HOST_POLICY: &str = "etc/standfast/policy.ini";
const SNAPSHOT: &str = "var/lib/standfast/desired.json";
const CATALOG: &str = "var/cache/puppet/client_data/catalog/host.example.net.json";
const KEY: [u8; 32] = [7; 32];

/// The secrets of the catalog and of the snapshots here.
const SECRETS: [&str; 3] = ["hT7-kq9.Vx2_mB4zuu", "N3sted-secret", "Qw3.rT8_yU1-oP6zxc"];

/// What the default policy and these have in common: one resource, which is in sync nowhere.
fn entry(value: u32) -> Value {
    json!({ "type": "limits_entry", "title": "alice/-/nproc", "parameters": { "value": value } })
}

/// A file of the root with this mode.
fn write(root: &TempRoot, path: &str, bytes: &[u8], mode: u32) {
    root.write(path, bytes);
    fs::set_permissions(root.path(path), fs::Permissions::from_mode(mode)).unwrap();
}

/// A catalog as the agent caches it.
fn cache(root: &TempRoot, resources: &Value) {
    let catalog = json!({ "name": "host.example.net", "version": 1_795_762_549_u32, "environment": "production",
        "catalog_format": 2, "resources": resources, "edges": [], "classes": [] });
    write(root, CATALOG, catalog.to_string().as_bytes(), 0o660);
}

/// The same resource as a catalog has it.
fn in_catalog(value: u32) -> Value {
    json!({ "type": "Limits_entry", "title": "alice/-/nproc", "tags": ["class"], "file": "/m/init.pp", "line": 3,
        "exported": false, "kind": "compilable_type",
        "parameters": { "domain": "alice", "type": "-", "item": "nproc", "value": value, "require": "Class[X]" } })
}

/// A snapshot that was written so many seconds ago.
fn snapshot(seconds: u64, run: &Value, resources: &Value) -> Vec<u8> {
    let mut all = json!({ "by": "agent", "noop": false, "environment": "production", "catalog": "1795762549",
        "certname": "host.example.net" });
    all.as_object_mut().unwrap().extend(run.as_object().unwrap().clone());
    let written = utc(SystemTime::now() - Duration::from_secs(seconds));
    json!({ "standfast_snapshot": 1, "written": written, "version": "0.1.0", "run": all, "resources": resources })
        .to_string()
        .into_bytes()
}

/// Puts a snapshot where it belongs, with the key by which its secrets are told.
fn keep(root: &TempRoot, snapshot: &[u8]) {
    write(root, SNAPSHOT, snapshot, 0o600);
    write(root, "var/lib/standfast/fingerprint-key", &KEY, 0o600);
}

/// What a snapshot has of a secret.
fn fingerprint(secret: &str) -> Value {
    json!({ "fingerprint": Fingerprints::with_key(KEY).whole(secret.as_bytes()).unwrap() })
}

/// Asks date(1), so that the program's calendar is not its own judge.
fn utc(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let date =
        std::process::Command::new("date").args(["-u", "+%FT%TZ", "-d"]).arg(format!("@{seconds}")).output();
    String::from_utf8(date.unwrap().stdout).unwrap().trim().to_owned()
}

/// Runs it; no secret may show, and `check` changes nothing.
fn run(root: &TempRoot, command: &str, arguments: &[&str]) -> Said {
    let before = root.tree("");
    let said = root.run(command, arguments);
    for secret in SECRETS {
        assert!(!said.out.contains(secret) && !said.err.contains(secret), "{said:?}");
    }
    if command == "check" {
        crate::temp_root::assert_unchanged(&before, &root.tree(""));
    }
    said
}
