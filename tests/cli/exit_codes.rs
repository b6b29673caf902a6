//! The exit codes are Puppet's detailed ones, and 1 for all that kept the program from running.

use crate::said::{run, standfast};
use crate::temp_root::{TempRoot, assert_unchanged};

const IN_SYNC: &str = "[limits_entry alice/-/nproc]\nvalue = 100\n";
const DRIFTED: &str = "[limits_entry bob/-/nproc]\nvalue = 200\n";
const FAILING: &str = "[limits_entry ghost/-/nproc]\nvalue = 300\n";

/// A root in which the first of the policies is in sync.
fn root() -> TempRoot {
    TempRoot::with_limits_conf("alice - nproc 100\n")
}

#[test]
fn check_ends_with_0_in_sync_2_drift_4_failures_6_both() {
    let root = root();
    for (policy, code) in [
        (IN_SYNC.to_owned(), 0),
        ([IN_SYNC, DRIFTED].concat(), 2),
        ([IN_SYNC, FAILING].concat(), 4),
        ([IN_SYNC, DRIFTED, FAILING].concat(), 6),
    ] {
        root.check(&policy).ended(code);
    }
}

#[test]
fn apply_ends_with_0_in_sync_2_changes_4_failures_6_both() {
    for (policy, code) in [
        (IN_SYNC.to_owned(), 0),
        ([IN_SYNC, DRIFTED].concat(), 2),
        ([IN_SYNC, FAILING].concat(), 4),
        ([IN_SYNC, DRIFTED, FAILING].concat(), 6),
    ] {
        root().apply(&policy).ended(code);
    }
}

#[test]
fn a_failure_of_one_resource_does_not_keep_the_others_from_being_enforced() {
    let root = root();
    let said = root.apply(&[FAILING, DRIFTED].concat()).ended(6);
    assert_eq!(said.json()[0]["outcome"], "failed");
    assert_eq!(said.json()[1]["outcome"], "corrected");
    root.check(DRIFTED).ended(0);
}

#[test]
fn apply_with_noop_ends_as_check_and_changes_nothing() {
    let root = root();
    let before = root.tree("");
    for (policy, code) in
        [(IN_SYNC, 0), (DRIFTED, 2), (FAILING, 4), ([DRIFTED, FAILING].concat().as_str(), 6)]
    {
        let noop = root.run_policy("apply", policy, &["--noop", "--format", "json"]).ended(code);
        assert_eq!(noop.out, root.check(policy).out);
    }
    assert_unchanged(&before, &root.tree(""));
}

#[test]
fn a_resource_with_noop_is_only_observed_while_the_others_are_enforced() {
    let root = root();
    let said = root.run_json(
        "apply",
        r#"[{"type":"limits_entry","title":"alice/-/nofile","parameters":{"value":10},"noop":true},
            {"type":"limits_entry","title":"bob/-/nofile","parameters":{"value":20}}]"#,
    );
    let said = said.ended(2);
    assert_eq!(said.json()[0]["outcome"], "drifted");
    assert_eq!(said.json()[1]["outcome"], "corrected");
    assert!(root.check("[limits_entry alice/-/nofile]\nvalue = 10\n").code == 2);
}

#[test]
fn bad_usage_ends_with_1_and_not_with_2_which_means_drift() {
    for arguments in [
        &["check", "--nonsense"][..],
        &["chekc"],
        &["check", "--format", "xml"],
        &["apply", "--policy"],
        &["explain", "limits"],
        &["completions", "tcsh"],
        &["policy"],
        &["policy", "validate"],
        &[],
    ] {
        let said = run(&mut standfast(arguments)).ended(1);
        assert_eq!(said.out, "", "{arguments:?}");
        assert!(said.err.contains("error: ") || said.err.contains("Usage:"), "{said:?}");
    }
}

#[test]
fn help_and_version_are_answers_and_no_errors() {
    for argument in ["--help", "-h", "--version", "-V", "help"] {
        let said = run(&mut standfast(&[argument])).ended(0);
        assert!(said.err.is_empty() && said.out.contains("standfast"), "{said:?}");
    }
}

#[test]
fn a_root_that_is_no_directory_is_refused() {
    let root = root();
    let file = root.path("etc/passwd");
    for path in ["/nonexistent/root", file.to_str().unwrap()] {
        run(&mut standfast(&["check", "--root", path])).refused(path);
    }
}

#[test]
fn explain_of_an_unknown_user_or_item_ends_with_1() {
    let root = root();
    root.run("explain limits", &["--user", "ghost"]).refused("no user `ghost`");
    let said = root.run("explain limits", &["--user", "alice", "--item", "nprocs"]);
    said.refused("`nprocs` is no item: it takes one of cpu,");
}
