//! The UID/GID workaround: names written as the numbers that pam_limits really matches, and bare numbers told of.

use crate::said::text;
use crate::temp_root::{DROP_IN, LIMITS_CONF, TempRoot};

const RHEL_6: &str = "ID=rhel\nVERSION_ID=6.10\n";

/// What stands in the drop-in after the policy is enforced.
fn written(policy: &str) -> String {
    let root = TempRoot::new();
    root.enforce(policy);
    String::from_utf8(root.read(DROP_IN)).unwrap()
}

/// Why the only resource of the policy is refused.
fn refused(root: &TempRoot, policy: &str) -> String {
    let error = root.check(policy).error();
    assert_eq!(root.apply(policy).error(), error);
    error
}

#[test]
fn a_name_is_written_as_its_number_with_the_name_as_a_comment() {
    assert_eq!(written("[limits_entry thekiwi/-/nproc]\nvalue = 4096\n"), ":1013 - nproc 4096 # thekiwi\n");
    assert_eq!(
        written("[limits_entry @kiwis/soft/nproc]\nvalue = 4096\n"),
        "@:1091 soft nproc 4096 # @kiwis\n"
    );
    assert_eq!(written("[limits_entry %kiwis/-/maxlogins]\nvalue = 4\n"), "%:1091 - maxlogins 4 # %kiwis\n");
}

#[test]
fn a_name_is_written_as_it_is_where_that_is_asked_for() {
    let policy = "[limits_entry @kiwis/soft/nproc]\nvalue = 4096\nmatch_by = name\n";
    assert_eq!(written(policy), "@kiwis soft nproc 4096\n");
}

#[test]
fn a_group_with_a_blank_in_its_name_can_be_matched_by_number_alone() {
    let policy = "[limits_entry @domain users/soft/nproc]\nvalue = 64\n";
    assert_eq!(written(policy), "@:70001 soft nproc 64 # @domain users\n");
    let error = refused(&TempRoot::new(), &format!("{policy}match_by = name\n"));
    assert_eq!(
        error,
        "`@domain users` cannot be written by name, for it has a blank in it: `match_by = id` writes its number"
    );
}

#[test]
fn numbers_and_ranges_are_written_as_they_are_given() {
    for domain in [":1013", "@:1091", "1000:1999", "1000:", "@1000:1999"] {
        let policy = format!("[limits_entry {domain}/hard/nproc]\nvalue = 5\n");
        assert_eq!(written(&policy), format!("{domain} hard nproc 5\n"));
    }
}

#[test]
fn all_ordinary_users_are_those_of_login_defs() {
    let policy = "[limits_entry UID_MIN:UID_MAX/hard/nproc]\nvalue = 5\n";
    assert_eq!(written(policy), "1000:60000 hard nproc 5 # UID_MIN:UID_MAX\n");
    let root = TempRoot::new();
    root.write("etc/login.defs", b"UID_MIN\t500\nUID_MAX 65535\n");
    root.enforce(policy);
    assert_eq!(root.read(DROP_IN), b"500:65535 hard nproc 5 # UID_MIN:UID_MAX\n");
}

#[test]
fn a_bare_number_is_refused_with_what_works() {
    let root = TempRoot::new();
    for (domain, instead, what) in [("1013", ":1013", "user"), ("@1091", "@:1091", "group")] {
        for match_by in ["id", "name"] {
            let policy = format!("[limits_entry {domain}/soft/nproc]\nvalue = 4096\nmatch_by = {match_by}\n");
            assert_eq!(
                refused(&root, &policy),
                format!(
                    "`{domain}` is a name to pam_limits, and no {what} is called so: write `{instead}` for the number \
                     (`match_by = verbatim` writes it as it is, without effect)"
                )
            );
        }
    }
}

#[test]
fn a_bare_number_is_written_verbatim_and_always_a_finding() {
    let root = TempRoot::new();
    for (domain, instead) in [("1013", ":1013"), ("@1091", "@:1091")] {
        let policy = format!("[limits_entry {domain}/soft/nproc]\nvalue = 4096\nmatch_by = verbatim\n");
        root.enforce(&policy);
        let finding = root.check(&policy).ended(0).outcome()["findings"][0].clone();
        assert_eq!(finding["code"], "bare-number");
        assert_eq!(finding["remedy"], format!("write `{instead}` for the number"));
        assert_eq!(finding["file"], "/etc/security/limits.d/zz-standfast.conf");
    }
    assert_eq!(root.read(DROP_IN), b"1013 soft nproc 4096\n@1091 soft nproc 4096\n");
}

#[test]
fn a_user_whose_name_is_a_number_is_meant_by_it() {
    let root = TempRoot::new();
    root.write("etc/passwd", b"1013:x:1500:1500::/:/bin/sh\n");
    root.enforce("[limits_entry 1013/soft/nproc]\nvalue = 4096\nmatch_by = name\n");
    assert_eq!(root.read(DROP_IN), b"1013 soft nproc 4096\n");
}

#[test]
fn a_user_who_does_not_exist_has_no_number_to_write() {
    let root = TempRoot::new();
    for (domain, words) in
        [("ghost", "no user `ghost`"), ("@ghosts", "no group `ghosts`"), ("THEKIWI", "no user `THEKIWI`")]
    {
        let error = refused(&root, &format!("[limits_entry {domain}/soft/nproc]\nvalue = 1\n"));
        assert!(error.starts_with(words), "{error}");
    }
    let by_name = "[limits_entry ghost/soft/nproc]\nvalue = 1\nmatch_by = name\n";
    root.enforce(by_name);
    assert_eq!(root.check(by_name).outcome()["findings"][0]["code"], "unknown-domain");
}

#[test]
fn a_group_number_without_an_entry_in_the_name_service_is_a_finding() {
    let root = TempRoot::with_limits_conf("@:2999 soft nproc 5\n");
    let finding = root.check("[limits_config main]\n").outcome()["findings"][0].clone();
    assert_eq!(finding["code"], "unknown-group");
    assert_eq!(finding["message"], "`@:2999 soft nproc 5` matches nobody: no group has the GID 2999");
    let policy = "[limits_entry @:2998/soft/nproc]\nvalue = 5\n";
    root.apply(policy).ended(2);
    assert!(!root.check(policy).ended(0).outcome()["findings"][0].is_null());
}

#[test]
fn a_user_whose_number_has_changed_is_drift_and_the_old_line_is_replaced() {
    let root = TempRoot::new();
    let policy = "[limits_entry thekiwi/-/nproc]\nvalue = 4096\n";
    root.enforce(policy);
    let passwd = String::from_utf8(root.read("etc/passwd")).unwrap().replace("1013", "2013");
    root.write("etc/passwd", passwd.as_bytes());
    assert_eq!(
        root.check(policy).ended(2).reason(),
        "/etc/security/limits.d/zz-standfast.conf:1 `:1013 - nproc 4096` is for a number that thekiwi no longer has"
    );
    root.enforce(policy);
    assert_eq!(root.read(DROP_IN), b":2013 - nproc 4096 # thekiwi\n");
}

#[test]
fn a_line_by_name_is_as_good_as_one_by_number() {
    let root = TempRoot::with_limits_conf("thekiwi - nproc 4096\n@kiwis soft nofile 5\n");
    root.check("[limits_entry thekiwi/-/nproc]\nvalue = 4096\n").ended(0);
    root.check("[limits_entry @kiwis/soft/nofile]\nvalue = 5\n").ended(0);
    root.check("[limits_entry :1013/-/nproc]\nvalue = 4096\n").ended(0);
}

#[test]
fn a_module_without_ranges_takes_names_alone() {
    let root = TempRoot::without_module(RHEL_6);
    for (domain, written) in
        [("thekiwi", ":1013"), ("@kiwis", "@:1091"), ("UID_MIN:UID_MAX", "1000:60000"), (":1013", ":1013")]
    {
        let error = refused(&root, &format!("[limits_entry {domain}/-/nproc]\nvalue = 5\n"));
        assert_eq!(
            error,
            format!(
                "the installed pam_limits.so does not know `{written}`: numbers came with Linux-PAM 1.1.4; \
                 `match_by = name` works there, and `*` with exceptions by name"
            )
        );
    }
    root.enforce("[limits_entry thekiwi/-/nproc]\nvalue = 5\nmatch_by = name\n");
    assert_eq!(root.read(DROP_IN), b"thekiwi - nproc 5\n");
}

#[test]
fn a_range_that_the_module_does_not_know_is_an_inert_line() {
    let root = TempRoot::without_module(RHEL_6);
    root.write(LIMITS_CONF, b"500:65535 soft nproc 4096\n:1013 soft nproc 4096\n");
    let outcome = root.check("[limits_config main]\ninert = forbid\n").ended(2).outcome();
    let codes: Vec<_> =
        outcome["findings"].as_array().unwrap().iter().map(|one| text(&one["code"])).collect();
    assert_eq!(codes, ["no-ranges", "no-ranges"]);
    root.check("[limits_entry thekiwi/soft/nproc]\nvalue = 4096\nmatch_by = name\n").ended(2);
}

#[test]
fn domains_that_no_line_can_hold_are_refused() {
    let root = TempRoot::new();
    for (domain, words) in [
        ("#alice", "cannot be written by name"),
        ("a:b", "`a:b` is not a range that pam_limits reads"),
        (":", "`:` is not a range that pam_limits reads"),
        ("@:", "`@:` is not a range that pam_limits reads"),
        (":0x3f5", "is not a range that pam_limits reads"),
    ] {
        let error = refused(&root, &format!("[limits_entry {domain}/-/nproc]\nvalue = 5\n"));
        assert!(error.contains(words), "{domain}: {error}");
    }
}
