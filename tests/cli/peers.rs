//! What other tools were seen to do to limits.conf, or to say of it: each must not be so here.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::process::Command;

use crate::temp_root::{DROP_IN, LIMITS_CONF, TempRoot, assert_unchanged};

/// An entry for Bob in limits.conf itself.
const BOB: &str =
    "[limits_entry bob/soft/nproc]\nvalue = 4096\nmatch_by = name\ntarget = /etc/security/limits.conf\n";
const NO_CORE: &str = "[limits_entry */hard/core]\nvalue = 0\n";

/// Applies the entry for Bob to a limits.conf with these bytes, and gives the bytes after it.
fn with_bob(before: &[u8]) -> Vec<u8> {
    let root = TempRoot::with_limits_conf(before);
    root.enforce(BOB);
    root.read(LIMITS_CONF)
}

#[test]
fn a_new_entry_is_not_glued_to_a_last_line_without_a_line_end() {
    assert_eq!(with_bob(b"root hard nofile 65535"), b"root hard nofile 65535\nbob soft nproc 4096\n");
}

#[test]
fn a_new_entry_takes_no_comment_of_another_line() {
    let before = b"alice hard nproc 5 # ticket 42\n";
    assert_eq!(with_bob(before), b"alice hard nproc 5 # ticket 42\nbob soft nproc 4096\n");
}

#[test]
fn a_run_that_has_nothing_to_do_leaves_inode_times_and_acl_alone() {
    let root = TempRoot::with_limits_conf("bob soft nproc 4096\n");
    let path = root.path(LIMITS_CONF);
    let setfacl = Command::new("setfacl").args(["-m", "user:1:r"]).arg(&path).status();
    assert!(setfacl.expect("this test needs setfacl(1) (Debian: acl)").success());
    let acl = || Command::new("getfacl").arg("--absolute-names").arg(&path).output().unwrap().stdout;
    let (before, acl_before) = (root.tree("etc"), acl());
    root.apply(BOB).ended(0);
    assert_unchanged(&before, &root.tree("etc"));
    assert_eq!(acl(), acl_before);
}

#[test]
fn a_change_keeps_owner_mode_and_acl() {
    let root = TempRoot::with_limits_conf("# mine\n");
    let path = root.path(LIMITS_CONF);
    std::os::unix::fs::chown(&path, Some(1), Some(2)).unwrap();
    assert!(Command::new("setfacl").args(["-m", "user:1:r"]).arg(&path).status().unwrap().success());
    let seen = || {
        let found = fs::metadata(&path).unwrap();
        let acl = Command::new("getfacl").arg("--absolute-names").arg(&path).output().unwrap().stdout;
        (found.uid(), found.gid(), found.mode(), acl)
    };
    let before = seen();
    root.enforce(BOB);
    assert_eq!(seen(), before);
}

#[test]
fn a_symbolic_link_stays_and_the_file_behind_it_is_changed() {
    let root = TempRoot::new();
    root.write("etc/limits/real.conf", b"# real\n");
    fs::remove_file(root.path(LIMITS_CONF)).unwrap();
    // An absolute link means the file below the root, not the host's.
    symlink("/etc/limits/real.conf", root.path(LIMITS_CONF)).unwrap();
    root.enforce(BOB);
    assert!(fs::symlink_metadata(root.path(LIMITS_CONF)).unwrap().is_symlink());
    assert_eq!(root.read("etc/limits/real.conf"), b"# real\nbob soft nproc 4096\n");
}

#[test]
fn a_latin_1_byte_in_a_comment_survives_a_change() {
    assert_eq!(with_bob(b"# f\xfcr alle\n"), b"# f\xfcr alle\nbob soft nproc 4096\n");
}

#[test]
fn a_nul_in_a_comment_cuts_nothing_off() {
    assert_eq!(with_bob(b"# a\0b\nalice - nproc 1\n"), b"# a\0b\nalice - nproc 1\nbob soft nproc 4096\n");
}

#[test]
fn a_line_with_carriage_return_stays_as_it_is_and_counts() {
    assert_eq!(with_bob(b"# a\r\nbob soft nproc 5\r\n"), b"# a\r\nbob soft nproc 4096\n");
}

#[test]
fn check_makes_no_file_that_is_not_there() {
    let root = TempRoot::new();
    root.check("[limits_entry alice/-/nproc]\nvalue = 1\n").ended(2);
    assert!(!root.path(DROP_IN).exists() && !root.path("var").exists());
}

#[test]
fn tabs_between_the_words_are_no_reason_to_write_the_line_again() {
    let root = TempRoot::with_limits_conf("bob\t\tsoft   nproc\t4096\n");
    root.check(BOB).ended(0);
}

#[test]
fn upper_case_type_and_item_are_no_reason_to_write_the_line_again() {
    TempRoot::with_limits_conf("bob SOFT NProc 4096 extra words\n").check(BOB).ended(0);
}

#[test]
fn a_later_duplicate_is_drift_and_is_named() {
    let root = TempRoot::with_limits_conf("bob soft nproc 4096\nbob - nproc 12\n");
    let said = root.check(BOB).ended(2);
    assert_eq!(said.reason(), "/etc/security/limits.conf:2 decides: `bob - nproc 12`");
}

#[test]
fn an_odd_number_on_another_line_is_no_reason_to_fail() {
    let root = TempRoot::with_limits_conf("* hard nofile 0x400\nbob soft nproc 4096\n");
    root.check(BOB).ended(0);
}

#[test]
fn a_file_that_pam_does_not_read_enforces_nothing() {
    let root = TempRoot::new();
    for name in ["90-core.conf.bak", ".hidden.conf", "90-core.CONF", "90-core.conf~", "core"] {
        root.write(&format!("etc/security/limits.d/{name}"), b"* hard core 0\n");
    }
    let said = root.check(NO_CORE).ended(2);
    assert!(said.reason().starts_with("no line sets hard core for everyone"), "{said:?}");
}

#[test]
fn a_hard_core_0_that_a_later_line_undoes_is_drift() {
    for (conf, line) in [
        ("* hard core 0\n* hard core unlimited\n", "* hard core unlimited"),
        ("* hard core 0\n* - core unlimited\n", "* - core unlimited"),
        ("* - core 0\n* hard core unlimited\n", "* hard core unlimited"),
    ] {
        let root = TempRoot::with_limits_conf(conf);
        let said = root.check(NO_CORE).ended(2);
        assert_eq!(said.reason(), format!("/etc/security/limits.conf:2 decides: `{line}`"));
        assert_eq!(said.outcome()["drift"][0]["is"], "hard unlimited");
        root.enforce(NO_CORE);
    }
}

#[test]
fn a_hard_core_0_that_a_file_of_limits_d_undoes_is_drift() {
    let root = TempRoot::with_limits_conf("* hard core 0\n");
    root.write("etc/security/limits.d/10-dev.conf", b"* hard core 77\n");
    let said = root.check(NO_CORE).ended(2);
    assert_eq!(said.reason(), "/etc/security/limits.d/10-dev.conf:1 decides: `* hard core 77`");
}

#[test]
fn an_exception_for_a_group_is_shown_and_is_drift_where_exceptions_are_forbidden() {
    for exception in ["@kiwis hard core unlimited", "thekiwi - core 1", "1000:2000 hard core 5", "@devs -"] {
        let root = TempRoot::with_limits_conf(format!("* hard core 0\n{exception}\n"));
        let outcome = root.check(NO_CORE).ended(0).outcome();
        let evidence = outcome["evidence"].as_array().unwrap();
        let shown = evidence.iter().find(|line| line["line"] == 2).unwrap_or_else(|| panic!("{outcome}"));
        assert!(shown["effect"] == "exception" && shown["text"] == exception, "{exception}: {outcome}");
        let told = root.run_policy("check", NO_CORE, &[]).ended(0);
        assert!(
            told.out.contains(&format!("exception  /etc/security/limits.conf:2  {exception}\n")),
            "{told:?}"
        );

        let forbid = format!("{NO_CORE}exceptions = forbid\n");
        let said = root.check(&forbid).ended(2);
        let reason = format!("/etc/security/limits.conf:2 makes an exception: `{exception}`");
        assert_eq!(said.reason(), reason);
        root.enforce(&forbid);
        assert_eq!(root.read(LIMITS_CONF), b"* hard core 0\n", "{exception}");
    }
}

#[test]
fn an_exception_that_another_resource_declares_is_meant_and_stays() {
    // The two would else undo each other's work in every run.
    let policy = format!("{NO_CORE}exceptions = forbid\n[limits_entry @kiwis/hard/core]\nvalue = 5\n");
    TempRoot::new().enforce(&policy);
    TempRoot::with_limits_conf("* hard core 0\n@kiwis hard core 5\n").check(&policy).ended(0);
}

#[test]
fn an_exception_with_the_same_value_is_none() {
    let root = TempRoot::with_limits_conf("* hard core 0\n@kiwis - core 0\n");
    root.check(&format!("{NO_CORE}exceptions = forbid\n")).ended(0);
}

#[test]
fn lines_that_other_parsers_refuse_are_read_and_kept() {
    let odd = "bob SOFT nproc 1\nalice -\n* hard nonewprivs 1\nEX\\carl - nproc 5\nsvc$ - nproc 1\nj\u{f6}rg - nproc 2\n\
               500:65535 - nofile 7\n   @kiwis\tsoft core 1 trailing words\n";
    let root = TempRoot::with_limits_conf(odd);
    root.enforce("[limits_entry thekiwi/-/nproc]\nvalue = 9\n");
    assert_eq!(root.read(LIMITS_CONF), odd.as_bytes());
}

#[test]
fn a_value_with_a_suffix_or_in_hex_counts_for_what_pam_makes_of_it_and_is_a_finding() {
    for (value, read) in [("5k", "5"), ("0x10", "0"), ("1,000", "1"), ("1e3", "1"), ("077", "77")] {
        let root = TempRoot::with_limits_conf(format!("bob - nproc {value}\n"));
        root.check(&format!("[limits_entry bob/-/nproc]\nvalue = {read}\n")).ended(0);
        let findings = root.check("[limits_config main]\n").ended(0).outcome()["findings"].clone();
        if value == "077" {
            assert!(findings.is_null(), "{findings}");
        } else {
            assert_eq!(findings[0]["code"], "misread-value", "{value}");
            let message = findings[0]["message"].as_str().unwrap();
            assert!(message.contains(&format!("sets {read}: ")), "{message}");
        }
    }
}

#[test]
fn a_file_that_could_not_be_written_is_a_failure_and_not_a_success() {
    let root = TempRoot::new();
    assert!(
        Command::new("chattr").arg("+i").arg(root.path("etc/security/limits.d")).status().unwrap().success()
    );
    let said = root.apply("[limits_entry bob/-/nproc]\nvalue = 1\n");
    assert!(
        Command::new("chattr").arg("-i").arg(root.path("etc/security/limits.d")).status().unwrap().success()
    );
    let error = said.error();
    assert!(error.contains("/etc/security/limits.d") && error.contains("immutable"), "{error}");
    assert_eq!(
        fs::read_dir(root.path("etc/security/limits.d")).unwrap().count(),
        0,
        "nothing is left behind"
    );
}
