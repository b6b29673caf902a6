//! limits.conf and limits.d in states that they should not be in: one clear error or finding, and nothing is changed.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::said::{Said, run, text};
use crate::temp_root::{DROP_IN, LIMITS_CONF, TempRoot, assert_unchanged};

const POLICY: &str = "[limits_entry alice/-/nproc]\nvalue = 100\n";

/// Asserts that neither check nor apply changes anything below /etc, and gives what apply said.
fn nothing_changes(root: &TempRoot, policy: &str) -> Said {
    let before = root.tree("etc");
    let checked = root.check(policy);
    assert!(checked.code == 2 || checked.code == 4, "{checked:?}");
    let applied = root.apply(policy);
    assert_unchanged(&before, &root.tree("etc"));
    applied
}

/// A root whose limits.conf is not a file yet.
fn without_limits_conf() -> TempRoot {
    let root = TempRoot::new();
    fs::remove_file(root.path(LIMITS_CONF)).unwrap();
    root
}

#[test]
fn a_missing_limits_conf_would_refuse_every_login_so_nothing_is_added() {
    let root = without_limits_conf();
    assert_eq!(
        nothing_changes(&root, POLICY).error(),
        "refused, for it would lock users out: /etc/security/limits.conf is missing, and this pam_limits.so \
         then refuses every session"
    );
    let findings = root.check("[limits_config main]\n").outcome();
    assert_eq!(findings["findings"][0]["code"], "missing-file");
    assert_eq!(findings["findings"][0]["file"], "/etc/security/limits.conf");
}

#[test]
fn a_dangling_link_in_limits_d_would_refuse_every_login_so_nothing_is_added() {
    let root = TempRoot::new();
    symlink("/nowhere", root.path("etc/security/limits.d/50-gone.conf")).unwrap();
    let error = nothing_changes(&root, POLICY).error();
    assert!(error.contains("/etc/security/limits.d/50-gone.conf is a link to nothing"), "{error}");
    let finding = &root.check("[limits_config main]\n").outcome()["findings"][0];
    assert_eq!(finding["code"], "dangling-link");
}

#[test]
fn a_newer_module_takes_a_missing_limits_conf_for_an_empty_one() {
    let root = TempRoot::without_module("ID=debian\nVERSION_ID=13\n");
    fs::remove_file(root.path(LIMITS_CONF)).unwrap();
    root.enforce(POLICY);
}

#[test]
fn a_directory_in_place_of_limits_conf_is_harmless_unless_it_is_the_target() {
    let root = without_limits_conf();
    fs::create_dir(root.path(LIMITS_CONF)).unwrap();
    let targeted = format!("{POLICY}target = /etc/security/limits.conf\n");
    let error = nothing_changes(&root, &targeted).error();
    let blocked = "/etc/security/limits.conf is not a regular file: move it away first";
    assert_eq!(error, format!("nothing was written, for it would not be enough: {blocked}"));
    assert_eq!(root.check(&targeted).outcome()["blocked"], blocked);
    root.enforce(POLICY);
}

#[test]
fn a_directory_that_is_called_like_a_file_of_limits_d_is_harmless() {
    let root = TempRoot::new();
    fs::create_dir(root.path("etc/security/limits.d/50-x.conf")).unwrap();
    root.enforce(POLICY);
}

#[test]
fn a_fifo_in_place_of_a_file_does_not_hang_the_run() {
    let root = TempRoot::new();
    let fifo = root.path("etc/security/limits.d/50-x.conf");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut timed = Command::new("timeout");
    timed.args(["10", crate::said::STANDFAST, "check", "--root"]).arg(root.path(""));
    let said = run(&mut timed);
    assert!(said.code == 2 || said.code == 4, "{said:?}");
}

#[test]
fn a_limits_conf_of_one_gigabyte_is_refused_at_once_and_in_little_memory() {
    let root = TempRoot::new();
    File::create(root.path(LIMITS_CONF)).unwrap().set_len(1 << 30).unwrap();
    fs::write(root.beside("policy.ini"), POLICY).unwrap();
    let started = std::time::Instant::now();
    for command in ["check", "apply"] {
        let mut prlimit = Command::new("prlimit");
        prlimit.args(["--as=300000000", crate::said::STANDFAST, command, "--format", "json"]);
        prlimit.args(["--policy", "policy.ini", "--root"]).arg(root.path("")).current_dir(root.beside(""));
        let error = run(&mut prlimit).error();
        assert_eq!(error, "cannot observe limits: /etc/security/limits.conf: is larger than 64 MiB");
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn an_unreadable_limits_conf_is_an_error_for_whoever_may_not_read_it() {
    let root = TempRoot::with_limits_conf("alice - nproc 100\n");
    fs::set_permissions(root.path(LIMITS_CONF), Permissions::from_mode(0o600)).unwrap();
    // A copy of the program where user 65534 may start it, whatever the directory above is like.
    let mut setpriv = Command::new("setpriv");
    setpriv.args(["--reuid=65534", "--regid=65534", "--clear-groups", crate::said::STANDFAST]);
    setpriv.args(["check", "--format", "json", "limits_config/main", "--root"]).arg(root.path(""));
    let said = run(&mut setpriv);
    assert_eq!(
        said.error(),
        "cannot observe limits: cannot read /etc/security/limits.conf: Permission denied (os error 13)"
    );
}

#[test]
fn a_broken_file_fails_every_resource_of_its_family_with_the_same_words_and_no_other() {
    let root = TempRoot::new();
    File::create(root.path(LIMITS_CONF)).unwrap().set_len(1 << 30).unwrap();
    let said = root.run("check", &["--format", "json"]).ended(4);
    let outcomes = said.json();
    let (limits, others): (Vec<_>, Vec<_>) =
        outcomes.as_array().unwrap().iter().partition(|one| text(&one["type"]).starts_with("limits_"));
    let errors: Vec<_> = limits.iter().map(|one| text(&one["error"])).collect();
    assert_eq!(errors.len(), 4);
    assert!(!others.is_empty() && others.iter().all(|one| one["outcome"] == "in_sync"), "{others:?}");
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
}

#[test]
fn a_missing_limits_d_is_made_when_it_is_needed() {
    let root = TempRoot::new();
    fs::remove_dir(root.path("etc/security/limits.d")).unwrap();
    root.check(POLICY).ended(2);
    root.enforce(POLICY);
    assert_eq!(root.read(DROP_IN), b":1001 - nproc 100 # alice\n");
}

#[test]
fn a_world_writable_limits_d_is_refused_before_anything_is_written() {
    let root = TempRoot::new();
    fs::set_permissions(root.path("etc/security/limits.d"), Permissions::from_mode(0o777)).unwrap();
    let before = root.tree("etc");
    let error = root.apply(POLICY).error();
    assert!(error.contains("/etc/security/limits.d") && error.contains("writ"), "{error}");
    assert_unchanged(&before, &root.tree("etc"));
}

#[test]
fn a_hard_linked_target_is_refused_with_the_number_of_its_names() {
    let root = TempRoot::with_limits_conf("alice - nproc 7\n");
    fs::hard_link(root.path(LIMITS_CONF), root.path("etc/security/other-name")).unwrap();
    let before = root.tree("etc");
    let error = root.apply(&format!("{POLICY}target = /etc/security/limits.conf\n")).error();
    assert!(error.contains("/etc/security/limits.conf") && error.contains('2'), "{error}");
    assert_unchanged(&before, &root.tree("etc"));
}

#[test]
fn an_immutable_target_is_refused_by_name() {
    let root = TempRoot::with_limits_conf("alice - nproc 7\n");
    let chattr = |flag: &str| Command::new("chattr").arg(flag).arg(root.path(LIMITS_CONF)).status().unwrap();
    assert!(chattr("+i").success(), "this test needs a file system with chattr(1) +i, and root");
    let before = root.tree("etc");
    let said = root.apply(&format!("{POLICY}target = /etc/security/limits.conf\n"));
    let after = root.tree("etc");
    assert!(chattr("-i").success());
    let error = said.error();
    assert!(error.contains("/etc/security/limits.conf") && error.contains("immutable"), "{error}");
    assert_unchanged(&before, &after);
}
