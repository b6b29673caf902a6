//! Desired state that others could have written, or that is for another host, is refused with its reason.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};

use serde_json::json;

use super::{CATALOG, HOST_POLICY, SNAPSHOT, cache, entry, in_catalog, keep, run, snapshot, write};
use crate::said::Said;
use crate::temp_root::TempRoot;

/// A host with a snapshot, and one with a catalog.
fn hosts() -> [(TempRoot, &'static str); 2] {
    let (declared, cached) = (TempRoot::new(), TempRoot::new());
    keep(&declared, &snapshot(0, &json!({}), &json!([entry(2)])));
    cache(&cached, &json!([in_catalog(1)]));
    [(declared, SNAPSHOT), (cached, CATALOG)]
}

/// What is said after this was done to the file of desired state; `apply` must not go on either.
fn after(change: impl Fn(&TempRoot, &str)) -> [Said; 2] {
    hosts().map(|(root, path)| {
        run(&root, "check", &[]).ended(2);
        change(&root, path);
        let before = root.tree("etc");
        run(&root, "apply", &[]).refused("");
        crate::temp_root::assert_unchanged(&before, &root.tree("etc"));
        run(&root, "check", &[]).refused("")
    })
}

fn mode(root: &TempRoot, path: &str, mode: u32) {
    fs::set_permissions(root.path(path), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_file_of_another_user_is_refused() {
    for said in after(|root, path| chown(root.path(path), Some(1013), None).unwrap()) {
        assert!(said.err.contains(".json: belongs to user 1013, and should be root's"), "{said:?}");
    }
}

#[test]
fn a_file_that_others_may_write_is_refused_and_a_snapshot_that_others_may_read_too() {
    for said in after(|root, path| mode(root, path, 0o662)) {
        assert!(said.err.contains(".json: has mode 0662, and others than root must not "), "{said:?}");
    }
    let [(declared, _), (cached, _)] = hosts();
    mode(&declared, SNAPSHOT, 0o640);
    run(&declared, "check", &[]).refused("has mode 0640, and others than root must not read or write it");
    mode(&cached, CATALOG, 0o640);
    run(&cached, "check", &[]).ended(2);
    chown(cached.path(CATALOG), None, Some(1091)).unwrap();
    mode(&cached, CATALOG, 0o660);
    run(&cached, "check", &[]).refused("has mode 0660, and others than root must not write it");
}

#[test]
fn a_directory_into_which_others_may_put_files_is_refused() {
    let directory = |path: &str| path.rsplit_once('/').unwrap().0.to_owned();
    for said in after(|root, path| mode(root, &directory(path), 0o1777)) {
        assert!(
            said.err.contains(": others than root may put files into it (user 0, mode 1777)"),
            "{said:?}"
        );
    }
    for said in after(|root, path| chown(root.path(&directory(path)), Some(1013), None).unwrap()) {
        assert!(said.err.contains(": others than root may put files into it (user 1013, "), "{said:?}");
    }
}

#[test]
fn a_link_is_refused_wherever_it_leads() {
    let moved = |root: &TempRoot, path: &str| {
        root.write("home/eve/x", b"");
        fs::rename(root.path(path), root.path("home/eve/desired.json")).unwrap();
        symlink("/home/eve/desired.json", root.path(path)).unwrap();
    };
    for said in after(moved) {
        assert!(said.err.contains(".json: is a symbolic link, and should be the file itself"), "{said:?}");
    }
    for said in after(|root, path| {
        fs::remove_file(root.path(path)).unwrap();
        symlink("/nowhere", root.path(path)).unwrap();
    }) {
        assert!(said.err.contains("is a symbolic link"), "{said:?}");
    }
    // A directory behind a link is judged as the one that it is.
    for said in after(|root, path| {
        let (directory, name) = path.rsplit_once('/').unwrap();
        root.write(&format!("home/eve/{name}"), b"{}");
        chown(root.path("home/eve"), Some(1013), None).unwrap();
        fs::remove_dir_all(root.path(directory)).unwrap();
        symlink("/home/eve", root.path(directory)).unwrap();
    }) {
        assert!(said.err.contains("others than root may put files into it (user 1013"), "{said:?}");
    }
}

#[test]
fn broken_json_is_refused_with_its_line_and_what_stands_there_is_not_repeated() {
    for said in after(|root, path| root.write(path, b"{\n s3cr3t}")) {
        assert!(
            said.err.contains(".json:2: key must be a string") && !said.err.contains("s3cr3t"),
            "{said:?}"
        );
    }
    for said in after(|root, path| root.write(path, b"")) {
        assert!(said.err.contains(".json:1: EOF"), "{said:?}");
    }
    for said in after(|root, path| root.write(path, b"\xff")) {
        assert!(said.err.contains(".json:1: is not UTF-8"), "{said:?}");
    }
    let [(declared, _), (cached, _)] = hosts();
    for (root, path, text, words) in [
        (&declared, SNAPSHOT, &br#"{"standfast_snapshot":1}"#[..], "missing field `written`"),
        (&cached, CATALOG, br#"{"version":1}"#, "is no catalog of Puppet: it has no `name` and `resources`"),
        (&cached, CATALOG, br#"{"name":"host.example.net","resources":[{"title":"x"}]}"#, "missing field `type`"),
        (&cached, CATALOG, br#"{"name":"host.example.net","resources":[{"type":"Limits_entry","title":"x","parameters":"s3cr3t"}]}"#, "`parameters` is no hash"),
        (&cached, CATALOG, br#"{"name":"host.example.net","resources":["s3cr3t"]}"#, "invalid type: a text, expected a resource"),
        (&cached, CATALOG, b"[]", "invalid length 0"),
    ] {
        root.write(path, text);
        let said = run(root, "check", &[]).refused(words);
        assert!(!said.err.contains("s3cr3t"), "{said:?}");
    }
}

#[test]
fn what_is_for_another_host_is_refused() {
    let [(declared, _), (cached, _)] = hosts();
    let other =
        String::from_utf8(cached.read(CATALOG)).unwrap().replace("host.example.net", "db7.example.net");
    write(&cached, CATALOG, other.as_bytes(), 0o660);
    run(&cached, "check", &[]).refused(".json: is for db7.example.net, and this host is host.example.net");

    // Without certname in puppet.conf nobody but Puppet knows the name.
    keep(&declared, &snapshot(0, &json!({ "certname": "db7.example.net" }), &json!([entry(2)])));
    run(&declared, "check", &[]).ended(2);
    declared.write("etc/puppet/puppet.conf", b"[main]\ncertname = host.example.net\n");
    run(&declared, "check", &[])
        .refused("desired.json: is for db7.example.net, and this host is host.example.net");
}

#[test]
fn a_snapshot_of_another_format_or_time_or_kind_is_refused() {
    let root = TempRoot::new();
    let text = String::from_utf8(snapshot(0, &json!({}), &json!([entry(2)]))).unwrap();
    for (from, to, words) in [
        (
            "\"standfast_snapshot\":1",
            "\"standfast_snapshot\":2",
            "is a snapshot of format 2, and this program reads format 1",
        ),
        ("\"written\":\"2", "\"written\":\"yesterday 2", "`written` is yesterday 2"),
        (
            "limits_entry",
            "limits_rule",
            "has a resource of the unknown kind `limits_rule`: standfast 0.1.0 wrote it",
        ),
        ("\"by\":\"agent\"", "\"by\":\"nobody\"", "unknown variant, expected one of `agent`"),
    ] {
        assert!(text.contains(from), "{text}");
        keep(&root, text.replace(from, to).as_bytes());
        run(&root, "check", &[]).refused(words);
    }
}

#[test]
fn a_policy_of_this_host_that_others_may_write_is_refused() {
    let root = TempRoot::new();
    write(&root, HOST_POLICY, b"[limits_entry alice/-/nproc]\nvalue = 3\n", 0o666);
    run(&root, "check", &[])
        .refused("/etc/standfast/policy.ini: has mode 0666, and others than root must not write it");
}

#[test]
fn a_named_snapshot_or_catalog_is_judged_as_one_that_is_found() {
    let [(declared, _), (cached, _)] = hosts();
    for (root, option, path) in [(&declared, "--policy", SNAPSHOT), (&cached, "--catalog", CATALOG)] {
        let file = root.beside("named.json");
        fs::copy(root.path(path), &file).unwrap();
        let named = [option, file.to_str().unwrap()];
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        run(root, "check", &named).ended(2);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o602)).unwrap();
        run(root, "check", &named).refused("has mode 0602");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        chown(&file, Some(1013), None).unwrap();
        run(root, "check", &named).refused("belongs to user 1013");
    }
}
