//! In sync means in force: over all files, in pam_limits' own order and precedence.

use crate::said::{run_with_input, standfast};
use crate::temp_root::{DROP_IN, LIMITS_CONF, TempRoot, assert_unchanged};

const NPROC_90: &str = "etc/security/limits.d/90-nproc.conf";

/// The issue's case: the entries of the folklore, and what Red Hat ships.
fn blog() -> TempRoot {
    let root = TempRoot::with_limits_conf("1013 soft nproc 4096\n@1091 soft nproc 4096\n* hard nproc 3865\n");
    root.write(NPROC_90, b"*          soft    nproc     1024\nroot       soft    nproc     unlimited\n");
    root
}

#[test]
fn red_hats_90_nproc_conf_overrides_an_entry_for_everyone_and_is_named() {
    let root = blog();
    let policy = "[limits_entry */soft/nproc]\nvalue = 2048\ntarget = /etc/security/limits.conf\n";
    root.write(LIMITS_CONF, b"* soft nproc 2048\n");
    let said = root.check(policy).ended(2);
    assert_eq!(said.reason(), "/etc/security/limits.d/90-nproc.conf:1 decides: `* soft nproc 1024`");
    let evidence = said.outcome()["evidence"].clone();
    assert_eq!(evidence[0]["effect"], "overridden");
    assert_eq!(
        evidence[0]["reason"],
        "of two equals the later decides: /etc/security/limits.d/90-nproc.conf:1"
    );
    assert_eq!(evidence[1]["effect"], "wins");
}

#[test]
fn red_hats_90_nproc_conf_does_not_override_an_entry_for_the_user() {
    let root = blog();
    let conf = "thekiwi - nproc 4096\n";
    root.write(LIMITS_CONF, conf.as_bytes());
    root.check("[limits_entry thekiwi/-/nproc]\nvalue = 4096\n").ended(0);
}

#[test]
fn an_entry_that_a_later_file_overrides_takes_that_line_out_where_it_is_its_own() {
    let root = blog();
    let policy = "[limits_entry */soft/nproc]\nvalue = 2048\ntarget = /etc/security/limits.d/20-site.conf\n";
    root.enforce(policy);
    assert_eq!(root.read("etc/security/limits.d/20-site.conf"), b"* soft nproc 2048\n");
    assert_eq!(root.read(NPROC_90), b"root       soft    nproc     unlimited\n");
}

#[test]
fn a_soft_limit_above_the_hard_one_is_blocked_with_what_to_write() {
    let root = blog();
    let policy = "[limits_entry thekiwi/soft/nproc]\nvalue = 4096\n";
    let before = root.tree("etc");
    let blocked = "clamped to 3865 by the hard limit of /etc/security/limits.conf:3: write `-` to set both";
    assert_eq!(root.check(policy).ended(2).outcome()["blocked"], blocked);
    let said = root.run_policy("check", policy, &[]).ended(2);
    assert!(said.out.contains(&format!("apply would not help: {blocked}\n")), "{said:?}");
    assert_eq!(
        root.apply(policy).error(),
        format!("nothing was written, for it would not be enough: {blocked}")
    );
    assert_unchanged(&before, &root.tree("etc"));
    root.enforce("[limits_entry thekiwi/-/nproc]\nvalue = 4096\n");
}

#[test]
fn a_soft_limit_that_stands_there_and_is_clamped_is_drift() {
    let root = TempRoot::with_limits_conf("* hard nproc 3865\nthekiwi soft nproc 4096\n");
    let said = root.check("[limits_entry thekiwi/soft/nproc]\nvalue = 4096\n").ended(2);
    assert_eq!(
        said.reason(),
        "clamped to 3865 by the hard limit of /etc/security/limits.conf:1: write `-` to set both"
    );
}

#[test]
fn a_line_that_ends_all_limits_is_drift() {
    let root = TempRoot::with_limits_conf("thekiwi - nproc 4096\nthekiwi -\n");
    let said = root.check("[limits_entry thekiwi/-/nproc]\nvalue = 4096\n").ended(2);
    assert_eq!(
        said.reason(),
        "/etc/security/limits.conf:2 ends all limits for thekiwi (UID 1013): `thekiwi -`"
    );
    let error = root.apply("[limits_entry thekiwi/-/nproc]\nvalue = 4096\n").error();
    assert!(error.contains("/etc/security/limits.conf:2 ends all limits"), "{error}");
}

#[test]
fn more_open_files_than_the_kernel_allows_are_refused() {
    // fs.nr_open is the running kernel's, so this asks about the host; check changes nothing there.
    let resource = r#"[{"type":"limits_entry","title":"*/-/nofile","parameters":{"value":99999999999}}]"#;
    let error = run_with_input(&mut standfast(&["check", "-"]), resource.as_bytes()).error();
    assert!(
        error.starts_with("refused, for it would lock users out: nofile 99999999999 is above fs.nr_open ("),
        "{error}"
    );
}

#[test]
fn values_that_leave_no_session_usable_are_refused() {
    let root = TempRoot::new();
    let before = root.tree("etc");
    for (title, value, words) in [
        ("*/-/nofile", "0", "nofile 0 leaves a session that can open no file"),
        ("*/-/maxlogins", "0", "maxlogins 0 for everyone refuses every login but root's"),
        ("%/-/maxlogins", "0", "maxlogins 0 for everyone refuses every login but root's"),
    ] {
        let error = root.apply(&format!("[limits_entry {title}]\nvalue = {value}\n")).error();
        assert_eq!(error, format!("refused, for it would lock users out: {words}"));
    }
    assert_unchanged(&before, &root.tree("etc"));
}

#[test]
fn unlimited_open_files_are_refused_where_the_module_would_refuse_the_session() {
    let root = TempRoot::without_module("ID=rhel\nVERSION_ID=8\n");
    let error = root.apply("[limits_entry */-/nofile]\nvalue = unlimited\n").error();
    assert!(error.contains("nofile unlimited is refused by setrlimit(2)"), "{error}");
    TempRoot::new().enforce("[limits_entry */-/nofile]\nvalue = unlimited\n");
}

#[test]
fn an_item_that_the_module_does_not_know_is_refused() {
    let root = TempRoot::without_module("ID=rhel\nVERSION_ID=8\n");
    let error = root.apply("[limits_entry */-/nonewprivs]\nvalue = 1\n").error();
    assert_eq!(error, "the installed pam_limits.so does not know the item nonewprivs");
}

#[test]
fn absent_takes_the_entry_out_of_every_file() {
    let root = TempRoot::with_limits_conf(
        "alice - nproc 1\nthekiwi - nproc 2 # a\n:1013 - nproc 3\nthekiwi hard nproc 4\n",
    );
    root.write(NPROC_90, b"# keep\nthekiwi - nproc 5\n");
    root.enforce("[limits_entry thekiwi/-/nproc]\nensure = absent\n");
    assert_eq!(root.read(LIMITS_CONF), b"alice - nproc 1\nthekiwi hard nproc 4\n");
    assert_eq!(root.read(NPROC_90), b"# keep\n");
}

#[test]
fn duplicates_in_the_target_become_one_line() {
    let root = TempRoot::with_limits_conf("bob - nproc 1\n# c\nbob - nproc 2\nbob - nproc 3\n");
    root.enforce(
        "[limits_entry bob/-/nproc]\nvalue = 7\nmatch_by = name\ntarget = /etc/security/limits.conf\n",
    );
    assert_eq!(root.read(LIMITS_CONF), b"# c\nbob - nproc 7\n");
}

#[test]
fn two_resources_for_one_entry_are_an_error_that_names_both() {
    let root = TempRoot::new();
    let before = root.tree("etc");
    let policy = "[limits_entry thekiwi/-/nproc]\nvalue = 1\n[limits_entry :1013/-/nproc]\nvalue = 2\n";
    let outcomes = root.apply(policy).ended(4).json();
    assert_eq!(outcomes[0]["error"], "`:1013/-/nproc` is for the same entry: `:1013 - nproc`");
    assert_eq!(outcomes[1]["error"], "`thekiwi/-/nproc` is for the same entry: `:1013 - nproc`");
    assert_unchanged(&before, &root.tree("etc"));
}

#[test]
fn two_resources_for_one_entry_are_found_whether_by_name_or_by_number() {
    let by_name = "[limits_entry @kiwis/-/nproc]\nensure = absent\nmatch_by = name\n";
    let policy = format!("{by_name}[limits_entry @:1091/-/nproc]\nvalue = 2\n");
    let outcomes = TempRoot::new().apply(&policy).ended(4).json();
    assert_eq!(outcomes[0]["error"], "`@:1091/-/nproc` is for the same entry: `@kiwis - nproc`");
    assert_eq!(outcomes[1]["error"], "`@kiwis/-/nproc` is for the same entry: `@:1091 - nproc`");
}

#[test]
fn the_same_section_twice_is_an_error_and_not_the_last_taken() {
    let root = TempRoot::new();
    let policy = "[limits_entry thekiwi/-/nproc]\nvalue = 1\n[limits_entry thekiwi/-/nproc]\nvalue = 2\n";
    let outcomes = root.apply(policy).ended(4).json();
    assert_eq!(outcomes[1]["error"], "`thekiwi/-/nproc` is for the same entry: `:1013 - nproc`");
}

#[test]
fn a_target_that_pam_never_reads_is_an_error() {
    let root = TempRoot::new();
    for target in [
        "/etc/limits.conf",
        "/etc/security/limits.d/site.conf.bak",
        "/etc/security/limits.d/.site.conf",
        "/etc/security/limits.d/deep/site.conf",
        "/etc/security/limits.d/../x.conf",
        "etc/security/limits.conf",
        "/etc/passwd",
    ] {
        let error =
            root.apply(&format!("[limits_entry bob/-/nproc]\nvalue = 1\ntarget = {target}\n")).error();
        assert_eq!(
            error,
            format!(
                "target {target} is a file that pam_limits never reads: it takes /etc/security/limits.conf or \
                 /etc/security/limits.d/NAME.conf"
            )
        );
    }
}

#[test]
fn at_most_is_content_with_less_and_writes_the_bound_where_there_is_more() {
    let policy = "[limits_entry */hard/nproc]\nvalue = 1000\nbound = at_most\n";
    TempRoot::with_limits_conf("* hard nproc 500\n").check(policy).ended(0);
    let root = TempRoot::with_limits_conf("* hard nproc 2000\n");
    assert_eq!(root.check(policy).ended(2).outcome()["drift"][0]["should"], "hard at most 1000");
    root.enforce(policy);
}

#[test]
fn units_are_those_of_the_file() {
    for (item, value) in
        [("core", "4"), ("cpu", "5"), ("nice", "-5"), ("memlock", "unlimited"), ("maxlogins", "3")]
    {
        let root = TempRoot::with_limits_conf(format!("* - {item} {value}\n"));
        root.check(&format!("[limits_entry */-/{item}]\nvalue = {value}\n")).ended(0);
    }
}

#[test]
fn root_needs_a_line_of_its_own_on_debian() {
    let root = TempRoot::with_limits_conf("* - nproc 5\n");
    root.check("[limits_entry root/-/nproc]\nvalue = 5\n").ended(2);
    root.enforce("[limits_entry root/-/nproc]\nvalue = 5\n");
    let upstream = TempRoot::without_module("ID=rhel\nVERSION_ID=9\n");
    upstream.write(LIMITS_CONF, b"* - nproc 5\n");
    upstream.check("[limits_entry root/-/nproc]\nvalue = 5\n").ended(0);
}

#[test]
fn a_hundred_thousand_entries_are_checked_and_one_is_added() {
    use std::fmt::Write;
    let conf = (0..100_000).fold(String::new(), |mut conf, number| {
        writeln!(conf, "user{number} - nproc {number}").unwrap();
        conf
    });
    let root = TempRoot::with_limits_conf(&conf);
    let policy =
        "[limits_entry bob/-/nproc]\nvalue = 7\nmatch_by = name\ntarget = /etc/security/limits.conf\n";
    root.enforce(policy);
    assert!(root.read(LIMITS_CONF) == [conf.as_bytes(), b"bob - nproc 7\n"].concat());
    assert!(!root.path(DROP_IN).exists());
}
