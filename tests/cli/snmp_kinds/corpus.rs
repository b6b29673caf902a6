//! The files of distributions and odd ones: what would be changed, and that nothing is left to do then.
//!
//! `UPDATE_GOLDEN=1 cargo test --test cli snmp_kinds::corpus` writes what should be said anew; the difference is reviewed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::root::{DEBIAN_SNMP, OTHER, SECRET};
use crate::corpus::root_of;
use crate::temp_root::{TempRoot, assert_unchanged};

/// Strict where a plan can be made, and one community that may ask.
const POLICY: &str = "\
[snmp_access main]
purge = true
users = auth_priv
agent_address = 127.0.0.1, [::1]

[snmp_community nms]
community_file = /etc/nms
sources = 192.0.2.0/24, 2001:db8::/32
";

fn folders() -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/snmp");
    let entries = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The files of a folder, with the account of the daemon and the secret of the resource.
fn root(folder: &Path) -> TempRoot {
    let root = root_of(folder, "ID=debian\n");
    let account = |name: &str| format!("{name}:x:{DEBIAN_SNMP}:{DEBIAN_SNMP}::/var/lib/snmp:/bin/false\n");
    root.write(
        "etc/passwd",
        format!("root:x:0:0::/root:/bin/sh\n{}{}", account("Debian-snmp"), account("snmp")).as_bytes(),
    );
    root.write(
        "etc/group",
        format!("root:x:0:\nDebian-snmp:x:{DEBIAN_SNMP}:\nsnmp:x:{DEBIAN_SNMP}:\n").as_bytes(),
    );
    root.write("etc/nms", SECRET.as_bytes());
    fs::set_permissions(root.path("etc/nms"), fs::Permissions::from_mode(0o600)).unwrap();
    root
}

#[test]
fn what_is_said_of_each_folder_and_what_would_be_changed_is_as_it_was_reviewed() {
    let mut differences = Vec::new();
    for folder in folders() {
        let root = root(&folder);
        let outcome = serde_json::to_string_pretty(&root.check(POLICY).json()).unwrap() + "\n";
        let said = root.run_policy("check", POLICY, &["--diff"]).out;
        let plan = said.find("\n--- ").map_or("", |at| &said[at + 1..]);
        for (name, said) in [("outcome.json", outcome.as_str()), ("plan.diff", plan)] {
            assert!(!said.contains(SECRET) && !said.contains(OTHER), "{}: {said}", folder.display());
            let golden = folder.join(name);
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                fs::write(golden, said).unwrap();
            } else if fs::read_to_string(&golden).unwrap_or_default() != said {
                differences.push(format!("{} should hold\n{said}", golden.display()));
            }
        }
    }
    assert!(differences.is_empty(), "UPDATE_GOLDEN=1 writes them anew:\n{}", differences.join("\n"));
}

#[test]
fn each_folder_is_brought_to_a_state_in_which_a_second_run_changes_nothing() {
    for folder in folders() {
        let root = root(&folder);
        let first = root.apply(POLICY);
        let settled = root.tree("etc");
        let second = root.apply(POLICY);
        assert_unchanged(&settled, &root.tree("etc"));
        // What is left after the first run is for a person.
        let left = |said: &crate::said::Said| said.json()[0]["outcome"] == "failed";
        assert_eq!(left(&first), left(&second), "{}: {first:?} {second:?}", folder.display());
        // Where a view called `none` is defined every community may write, and where versions are off none is of use:
        // nothing is written then.
        let is_in_sync = second.json()[1]["outcome"] == "in_sync";
        let is_blocked = ["spelling", "users"].iter().any(|name| folder.ends_with(name));
        assert_eq!(is_in_sync, !is_blocked, "{}: {second:?}", folder.display());
    }
}
