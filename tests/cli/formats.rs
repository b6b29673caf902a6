//! How a report is told: to a person, to a program, to a monitoring system.

use crate::said::text;
use crate::temp_root::{DROP_IN, LIMITS_CONF, TempRoot};

const POLICY: &str = "\
[limits_config main]
[limits_entry alice/-/nproc]
value = 100
[limits_entry bob/soft/nofile]
value = 200
";

/// Alice is in sync, Bob is not, and there is a line that does nothing.
fn root() -> TempRoot {
    TempRoot::with_limits_conf("alice - nproc 100\n1002 soft nofile 200\n")
}

#[test]
fn the_report_is_on_standard_output_and_standard_error_stays_empty() {
    let root = root();
    for format in ["text", "json", "monitoring"] {
        let said = root.run_policy("check", POLICY, &["--format", format, "--diff"]).ended(2);
        assert!(said.err.is_empty() && said.out.ends_with('\n'), "{said:?}");
    }
}

#[test]
fn text_lists_what_differs_with_its_reason_and_counts_the_rest() {
    let said = root().run_policy("check", POLICY, &[]).ended(2);
    assert!(said.out.starts_with("drift     limits_entry bob/soft/nofile\n"), "{said:?}");
    assert!(said.out.contains("no line sets soft nofile for bob (UID 1002)"), "{said:?}");
    assert!(said.out.contains("finding   /etc/security/limits.conf:2  "), "{said:?}");
    assert!(said.out.contains("do: write `:1002` for the number"), "{said:?}");
    assert!(!said.out.contains("alice"), "{said:?}");
    assert!(said.out.ends_with("3 resources: 2 in sync, 1 drifted, 1 finding\n"), "{said:?}");
}

#[test]
fn verbose_text_lists_what_is_in_sync_with_its_evidence() {
    let said = root().run_policy("check", POLICY, &["--verbose"]).ended(2);
    assert!(said.out.contains("in sync   limits_entry alice/-/nproc\n"), "{said:?}");
    assert!(said.out.contains("wins       /etc/security/limits.conf:1  alice - nproc 100\n"), "{said:?}");
}

#[test]
fn json_is_an_array_of_outcomes_in_the_order_of_the_policy() {
    let outcomes = root().check(POLICY).ended(2).json();
    let seen: Vec<_> = outcomes.as_array().unwrap().iter().map(|one| text(&one["outcome"])).collect();
    assert_eq!(seen, ["in_sync", "in_sync", "drifted"]);
    assert_eq!(outcomes[0]["findings"][0]["code"], "bare-number");
    assert_eq!(outcomes[0]["findings"][0]["line"], 2);
    assert_eq!(outcomes[2]["drift"][0]["should"], "soft 200");
    assert!(outcomes[1]["evidence"].is_null(), "what is in sync needs no evidence unless it is asked for");
    let told = root().run_policy("check", POLICY, &["--format", "json", "--verbose"]);
    assert_eq!(told.ended(2).json()[1]["evidence"][0]["effect"], "wins");
}

#[test]
fn the_dash_reads_an_array_and_writes_an_array() {
    let root = root();
    let resources = r#"[{"type":"limits_entry","title":"alice/-/nproc","parameters":{"value":100}},
        {"type":"limits_entry","title":"any title","parameters":{"domain":"bob","type":"soft","item":"nofile","value":"200"}}]"#;
    let outcomes = root.run_json("check", resources).ended(2).json();
    assert_eq!((&outcomes[0]["outcome"], &outcomes[1]["outcome"]), (&"in_sync".into(), &"drifted".into()));
    assert_eq!(outcomes[1]["title"], "any title");
    let outcomes = root.run_json("apply", resources).ended(2).json();
    assert_eq!(outcomes[1]["outcome"], "corrected");
    assert_eq!(root.run_json("apply", resources).ended(0).json()[1]["outcome"], "in_sync");
    assert_eq!(root.run_json("check", "[]").ended(0).json(), serde_json::json!([]));
}

#[test]
fn monitoring_is_one_line_with_performance_data_and_an_exit_code_from_0_to_3() {
    let root = root();
    let alice = "[limits_entry alice/-/nproc]\nvalue = 100\n";
    let bob = "[limits_entry bob/soft/nofile]\nvalue = 200\n";
    let ghost = "[limits_entry ghost/-/nproc]\nvalue = 1\n";
    for (policy, code, word, performance) in [
        (alice.to_owned(), 0, "OK", "in_sync=1 drifted=0;;0 failed=0;;0 findings=0;0"),
        (
            "[limits_config main]\n".to_owned(),
            1,
            "WARNING",
            "in_sync=1 drifted=0;;0 failed=0;;0 findings=1;0",
        ),
        (bob.to_owned(), 2, "CRITICAL", "in_sync=0 drifted=1;;0 failed=0;;0 findings=0;0"),
        (ghost.to_owned(), 3, "UNKNOWN", "in_sync=0 drifted=0;;0 failed=1;;0 findings=0;0"),
        ([ghost, bob].concat(), 2, "CRITICAL", "in_sync=0 drifted=1;;0 failed=1;;0 findings=0;0"),
    ] {
        let said = root.run_policy("check", &policy, &["--format", "monitoring"]).ended(code);
        assert!(said.out.starts_with(&format!("STANDFAST {word} - ")), "{said:?}");
        assert_eq!((said.out.lines().count(), said.out.matches('|').count()), (1, 1), "{said:?}");
        assert!(said.out.ends_with(&format!(" | {performance}\n")), "{said:?}");
    }
}

#[test]
fn monitoring_ends_unknown_when_it_cannot_run() {
    let root = root();
    let said = root.run("check", &["--policy", "nowhere.ini", "--format", "monitoring"]).ended(3);
    assert!(said.out.starts_with("STANDFAST UNKNOWN - cannot read policy nowhere.ini"), "{said:?}");
    assert_eq!(said.out.lines().count(), 1, "{said:?}");
}

#[test]
fn a_pipe_character_in_a_title_does_not_begin_the_performance_data() {
    let policy = "[limits_entry a|b/-/nproc]\nvalue = 1\n";
    let said = root().run_policy("check", policy, &["--format", "monitoring"]).ended(3);
    assert_eq!(said.out.matches('|').count(), 1, "{said:?}");
}

#[test]
fn diff_shows_the_change_of_each_file_and_is_what_apply_does() {
    let root = root();
    let said = root.run_policy("check", POLICY, &["--diff"]).ended(2);
    let diff = "--- /dev/null\n+++ /etc/security/limits.d/zz-standfast.conf\n@@ -0,0 +1 @@\n+:1002 soft nofile 200 # bob\n";
    assert!(said.out.ends_with(diff), "{said:?}");
    let applied = root.run_policy("apply", POLICY, &["--diff"]).ended(2);
    assert!(applied.out.ends_with(diff), "{applied:?}");
    assert_eq!(root.read(DROP_IN), b":1002 soft nofile 200 # bob\n");
    let again = root.run_policy("apply", POLICY, &["--diff"]).ended(0);
    assert!(!again.out.contains("---"), "{again:?}");
}

#[test]
fn globs_select_resources_by_kind_and_title() {
    let root = root();
    let titles = |glob: &[&str]| {
        let said = root.run_policy("check", POLICY, &[glob, &["--format", "json"]].concat());
        let outcomes = said.json();
        outcomes.as_array().unwrap().iter().map(|one| text(&one["title"])).collect::<Vec<_>>()
    };
    assert_eq!(titles(&["limits_entry/*"]), ["alice/-/nproc", "bob/soft/nofile"]);
    assert_eq!(titles(&["limits_entry/*/nproc"]), ["alice/-/nproc"]);
    assert_eq!(titles(&["*/main", "*/bob/*"]), ["main", "bob/soft/nofile"]);
    assert_eq!(titles(&["limits_entry/{alice,carol}/-/*"]), ["alice/-/nproc"]);
    root.run_policy("check", POLICY, &["limits_entry/zoe/*"])
        .refused("no resource matches limits_entry/zoe/*");
    root.run_policy("check", POLICY, &["limits_entry/["]).refused("`limits_entry/[` is not a glob");
}

#[test]
fn globs_select_what_apply_changes() {
    let root = TempRoot::new();
    let policy = "[limits_entry alice/-/nproc]\nvalue = 1\n[limits_entry bob/-/nproc]\nvalue = 2\n";
    root.run_policy("apply", policy, &["*/bob/*"]).ended(2);
    assert_eq!(root.read(DROP_IN), b":1002 - nproc 2 # bob\n");
}

#[test]
fn what_is_declared_stays_declared_when_only_what_removes_the_rest_is_asked_for() {
    let root = TempRoot::with_limits_conf("alice - nproc 3\nbob - nproc 4\n");
    let policy = "[limits_config main]\npurge = /etc/security/limits.conf\n\
                  [limits_entry alice/-/nproc]\nvalue = 5\n[ntp_monlist main]\n";
    let said = root.run_policy("check", policy, &["--format", "json", "limits_config/main"]).ended(2);
    let drift = said.outcome()["drift"].clone();
    assert_eq!(drift.as_array().unwrap().len(), 1, "{drift}");
    assert_eq!(drift[0]["line"], 2, "{drift}");
    let said = root.run_policy("check", policy, &["--diff", "limits_config/main"]).ended(2);
    assert!(said.out.contains("-bob - nproc 4") && !said.out.contains("-alice"), "{said:?}");
    root.run_policy("apply", policy, &["limits_config/main"]).ended(2);
    assert_eq!(root.read(LIMITS_CONF), b"alice - nproc 3\n");
    assert!(!root.path(DROP_IN).exists(), "nobody asked for the entry");
}
