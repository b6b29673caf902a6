//! The kind `limits_config`: lines that do nothing, entries that nobody declared, a drop-in that is empty.

use crate::said::text;
use crate::temp_root::{DROP_IN, LIMITS_CONF, TempRoot};

#[test]
fn inert_lines_are_commented_out_where_they_are_forbidden() {
    let root = TempRoot::with_limits_conf(
        "1013 soft nproc 4096\n@1091 - nproc 5 # why\nalice soft nproc 5\nalice weich nproc 5\nalice soft nprocs 5\n\
         alice soft nproc many\nalice soft\n% soft nproc 5\n9:5 soft nproc 5\n%1:9 - maxlogins 5\nxx:yy - nproc 1\n",
    );
    root.enforce("[limits_config main]\ninert = forbid\n");
    assert_eq!(
        String::from_utf8(root.read(LIMITS_CONF)).unwrap(),
        "#1013 soft nproc 4096\n#@1091 - nproc 5 # why\nalice soft nproc 5\n#alice weich nproc 5\n#alice soft nprocs 5\n\
         #alice soft nproc many\n#alice soft\n#% soft nproc 5\n#9:5 soft nproc 5\n#%1:9 - maxlogins 5\n#xx:yy - nproc 1\n"
    );
}

#[test]
fn a_line_that_old_modules_read_in_pieces_is_not_edited_for_the_pieces_behind_would_move() {
    let long = format!("# {}alice - nproc 5 and so on\n1013 - nproc 5\n", "x".repeat(1021));
    let root = TempRoot::with_limits_conf(&long);
    let policy = "[limits_config main]\npurge = /etc/security/*.conf\n";
    let blocked = "/etc/security/limits.conf:1 is longer than 1023 bytes, and this pam_limits.so reads it in pieces: \
                   break it by hand first";
    assert_eq!(root.check(policy).ended(2).outcome()["blocked"], blocked);
    let error = root.apply(policy).error();
    assert_eq!(error, format!("nothing was written, for it would not be enough: {blocked}"));
    assert_eq!(root.read(LIMITS_CONF), long.as_bytes());
    let newer = TempRoot::without_module("ID=debian\nVERSION_ID=13\n");
    newer.write(LIMITS_CONF, long.as_bytes());
    newer.enforce(policy);
}

#[test]
fn a_line_for_a_user_who_may_yet_come_is_a_finding_and_stays() {
    let root = TempRoot::with_limits_conf("ghost soft nproc 5\n@ghosts - nproc 5\n");
    let outcome = root.apply("[limits_config main]\ninert = forbid\n").ended(0).outcome();
    let codes: Vec<_> =
        outcome["findings"].as_array().unwrap().iter().map(|one| text(&one["code"])).collect();
    assert_eq!(codes, ["unknown-user", "unknown-group"]);
}

#[test]
fn inert_lines_are_only_reported_by_default() {
    let root = TempRoot::with_limits_conf("1013 soft nproc 4096\n");
    assert_eq!(root.apply("[limits_config main]\n").ended(0).outcome()["findings"][0]["code"], "bare-number");
}

#[test]
fn what_is_wrong_with_a_line_is_said_with_what_to_do() {
    for (line, code, remedy) in [
        ("THEKIWI - nproc 5", "unknown-user", "case counts: write `thekiwi`"),
        ("\u{feff}alice - nproc 5", "byte-order-mark", "save the file as UTF-8 without BOM"),
        ("alice soft nprocs 5", "unknown-item", "items are cpu, "),
        ("alice weich nproc 5", "unknown-type", "write soft, hard or -"),
        ("alice soft nproc many", "bad-value", "write a number or unlimited"),
        ("alice - nproc", "invalid-line", "complete it or comment it out"),
        ("a:b - nproc 5", "bad-range", "write :UID, UID: or UID:UID"),
        ("9:5 - nproc 5", "empty-range", "swap them"),
        ("%kiwis - nproc 5", "percent-without-maxlogins", "write @group or *"),
        ("alice - nonewprivs yes", "misread-value", "write 0 or 1"),
    ] {
        let root = TempRoot::with_limits_conf(format!("# one\n{line}\n"));
        let outcome = root.check("[limits_config main]\n").ended(0).outcome();
        let finding = &outcome["findings"][0];
        assert_eq!((&finding["code"], &finding["line"]), (&code.into(), &2.into()), "{line}: {outcome}");
        assert!(text(&finding["remedy"]).starts_with(remedy), "{line}: {outcome}");
    }
}

#[test]
fn purge_removes_what_no_resource_declares_and_keeps_comments_and_what_is_ignored() {
    let root = TempRoot::with_limits_conf("bob - nproc 1\n");
    root.write(
        "etc/security/limits.d/50-site.conf",
        b"# site\nalice - nproc 1\n:1013 - nproc 2 # thekiwi\n@devs - rtprio 5\n\nbob -\nnonsense\nbob soft core 0\n",
    );
    root.enforce(
        "[limits_config main]\npurge = /etc/security/limits.d/*.conf\npurge_ignore = @dev*\n\
         [limits_entry thekiwi/-/nproc]\nvalue = 2\n[limits_entry bob/soft/core]\nvalue = 0\n",
    );
    assert_eq!(
        String::from_utf8(root.read("etc/security/limits.d/50-site.conf")).unwrap(),
        "# site\n:1013 - nproc 2 # thekiwi\n@devs - rtprio 5\n\nnonsense\nbob soft core 0\n"
    );
    assert_eq!(root.read(LIMITS_CONF), b"bob - nproc 1\n");
}

#[test]
fn purge_names_each_line_that_goes() {
    let root = TempRoot::with_limits_conf("bob - nproc 1\n");
    let policy = "[limits_config main]\npurge = /etc/security/*.conf\n";
    assert_eq!(
        root.check(policy).ended(2).reason(),
        "/etc/security/limits.conf:1 is an entry that no resource declares"
    );
    root.enforce(policy);
    assert_eq!(root.read(LIMITS_CONF), b"");
}

#[test]
fn purge_leaves_alone_what_a_resource_that_fails_may_mean() {
    let root = TempRoot::with_limits_conf("bob - nproc 1\n");
    let policy = "[limits_config main]\npurge = /etc/security/*.conf\n\
                  [limits_entry bob/-/nproc]\nvalue = 1\ntarget = /etc/nowhere.conf\n";
    root.apply(policy).ended(4);
    assert_eq!(root.read(LIMITS_CONF), b"bob - nproc 1\n");
    // A user whom the name service does not know just now.
    for conf in ["ghost - nproc 1\n", ":1777 - nproc 1 # ghost\n"] {
        root.write(LIMITS_CONF, conf.as_bytes());
        let policy =
            "[limits_config main]\npurge = /etc/security/*.conf\n[limits_entry ghost/-/nproc]\nvalue = 1\n";
        root.apply(policy).ended(4);
        assert_eq!(root.read(LIMITS_CONF), conf.as_bytes());
    }
}

#[test]
fn the_own_drop_in_goes_when_nothing_is_left_in_it() {
    let root = TempRoot::new();
    root.enforce("[limits_entry bob/-/nproc]\nvalue = 1\n");
    assert!(root.path(DROP_IN).exists());
    root.enforce("[limits_entry bob/-/nproc]\nensure = absent\n");
    assert!(!root.path(DROP_IN).exists());
    // The other files are not ours to remove: without limits.conf nobody could log in.
    let root = TempRoot::with_limits_conf("bob - nproc 1\n");
    root.enforce("[limits_entry bob/-/nproc]\nensure = absent\n");
    assert_eq!(root.read(LIMITS_CONF), b"");
}

#[test]
fn the_default_policy_can_be_enforced_and_is_then_in_force() {
    let root =
        TempRoot::with_limits_conf("1013 soft nproc 4096\n@kiwis - rtprio 99\n* soft core unlimited\n");
    root.run("apply", &[]).ended(2);
    let said = root.run("check", &[]).ended(0);
    assert!(said.out.ends_with("6 resources: 6 in sync\n"), "{said:?}");
    // A group that is let off the bound is in sync with the policy, and told all the same.
    assert!(said.out.contains("exception  /etc/security/limits.conf:2  @kiwis - rtprio 99\n"), "{said:?}");
}
