//! `standfast explain limits`: why an admin's nproc does not take effect.

use serde_json::Value;

use crate::said::text;
use crate::temp_root::{LIMITS_CONF, TempRoot};

/// The user: entries by bare number, Red Hat's file, and a hard limit of 3865.
fn blog() -> TempRoot {
    let root = TempRoot::with_limits_conf(
        "# limits\n1013 soft nproc 4096\n@1091 soft nproc 4096\nthekiwi soft nproc 4096\n* hard nproc 3865\n",
    );
    root.write(
        "etc/security/limits.d/90-nproc.conf",
        b"*          soft    nproc     1024\nroot       soft    nproc     unlimited\n",
    );
    root
}

fn explained(root: &TempRoot, user: &str, item: &str) -> Value {
    root.run("explain limits", &["--user", user, "--item", item, "--format", "json"]).ended(0).json()
}

#[test]
fn the_text_names_the_inert_lines_what_to_write_the_winner_and_the_losers() {
    let said = blog().run("explain limits", &["--user", "thekiwi", "--item", "nproc"]).ended(0);
    for line in [
        "limits of thekiwi (UID 1013) at the next login",
        "in sessions of login",
        "nproc  ulimit -u  processes",
        "  soft  3865         /etc/security/limits.conf:4 asks for 4096; clamped by /etc/security/limits.conf:5: write `-` to set both",
        "  hard  3865         /etc/security/limits.conf:5",
        "  decides soft           /etc/security/limits.conf:4  thekiwi soft nproc 4096",
        "  decides hard           /etc/security/limits.conf:5  * hard nproc 3865",
        "  overridden             /etc/security/limits.d/90-nproc.conf:1  * soft nproc 1024",
        "                         a line for the user at /etc/security/limits.conf:4 beats a line for `*`, whatever the order",
        "finding  /etc/security/limits.conf:2  `1013 soft nproc 4096` does nothing: `1013` is read as the name of a user, and none is called so",
        "         do: write `:1013` for the number",
        "finding  /etc/security/limits.conf:3  `@1091 soft nproc 4096` does nothing: `@1091` is read as the name of a group, and none is called so",
        "         do: write `@:1091` for the number",
    ] {
        assert!(said.out.lines().any(|said| said == line), "{line:?} is not in\n{}", said.out);
    }
}

#[test]
fn json_says_the_same_to_a_program() {
    let explained = explained(&blog(), "thekiwi", "nproc");
    assert_eq!((&explained["user"], &explained["uid"]), (&"thekiwi".into(), &1013.into()));
    assert_eq!(explained["services"], serde_json::json!(["login"]));
    let item = &explained["items"][0];
    assert_eq!((&item["item"], &item["ulimit"]), (&"nproc".into(), &"-u".into()));
    assert_eq!((&item["soft"]["value"], &item["soft"]["kernel"]), (&"3865".into(), &3865.into()));
    assert_eq!(item["hard"]["value"], "3865");
    let effects: Vec<_> = item["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (text(&line["effect"]), line["line"].as_u64()))
        .collect();
    let should = [("wins", 4), ("wins", 5), ("overridden", 1)];
    assert_eq!(effects, should.map(|(effect, line)| (effect.to_owned(), Some(line))));
    let remedies: Vec<_> =
        explained["findings"].as_array().unwrap().iter().map(|finding| text(&finding["remedy"])).collect();
    assert_eq!(remedies, ["write `:1013` for the number", "write `@:1091` for the number"]);
    assert_eq!(explained["items"].as_array().unwrap().len(), 1);
}

#[test]
fn what_the_text_says_to_write_works() {
    let root = blog();
    let policy = "[limits_entry thekiwi/-/nproc]\nvalue = 4096\n";
    root.enforce(policy);
    let item = &explained(&root, "thekiwi", "nproc")["items"][0];
    assert_eq!((&item["soft"]["value"], &item["hard"]["value"]), (&"4096".into(), &"4096".into()));
}

#[test]
fn sigpending_and_nproc_are_told_apart_by_their_flags() {
    let said = blog().run("explain limits", &["--user", "thekiwi"]).ended(0);
    assert!(said.out.contains("\nnproc  ulimit -u  processes\n"), "{said:?}");
    assert!(said.out.contains("\n  sigpending   ulimit -i  soft "), "{said:?}");
}

#[test]
fn a_user_may_be_named_by_number() {
    assert_eq!(explained(&blog(), "1013", "nproc")["user"], "thekiwi");
}

#[test]
fn a_line_that_ends_all_limits_is_named() {
    let root = TempRoot::with_limits_conf("bob - nproc 5\n@devs -\n");
    let explained = explained(&root, "bob", "nproc");
    assert_eq!(explained["ended_by"], "/etc/security/limits.conf:2");
    assert_eq!(explained["items"][0]["evidence"][1]["reason"], "/etc/security/limits.conf:2 ends all limits");
}

#[test]
fn a_name_in_another_case_is_a_finding_with_the_right_one() {
    let root = TempRoot::with_limits_conf("TheKiwi - nproc 5\n");
    let finding = &explained(&root, "thekiwi", "nproc")["findings"][0];
    assert_eq!(finding["remedy"], "case counts: write `thekiwi`");
}

#[test]
fn no_pam_service_that_loads_the_module_is_said_first() {
    let root = blog();
    root.write("etc/pam.d/login", b"session required pam_unix.so\n");
    let said = root.run("explain limits", &["--user", "thekiwi"]).ended(0);
    assert!(said.out.contains("no PAM service loads pam_limits.so: no line is in force"), "{said:?}");
}

#[test]
fn a_missing_limits_conf_is_a_finding() {
    let root = blog();
    std::fs::remove_file(root.path(LIMITS_CONF)).unwrap();
    let findings = explained(&root, "thekiwi", "nproc")["findings"].clone();
    assert_eq!(findings[0]["code"], "missing-file");
}

#[test]
fn red_hat_6_reads_ranges_as_names() {
    let root = TempRoot::without_module("ID=centos\nID_LIKE=\"rhel fedora\"\nVERSION_ID=6\n");
    root.write(LIMITS_CONF, b"500:65535 soft nproc 4096\n:1013 soft nproc 4096\n");
    let explained = explained(&root, "thekiwi", "nproc");
    assert_eq!(
        explained["rules"],
        "no pam_limits.so below the root: by the rules of Linux-PAM 1.1.1 (RHEL 6)"
    );
    assert_eq!(explained["findings"].as_array().unwrap().len(), 2);
    assert_eq!(explained["items"][0]["soft"]["value"], "unset");
}
