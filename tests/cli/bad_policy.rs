//! Policies that cannot be: one clear error with its place, exit code 1, and nothing is changed.

use std::fs::{self, File};

use crate::said::run;
use crate::temp_root::{TempRoot, assert_unchanged};

/// Asserts that apply and check refuse a policy file with these words.
fn refused(root: &TempRoot, file: &str, words: &str) {
    let before = root.tree("");
    for command in ["check", "apply"] {
        root.run(command, &["--policy", file]).refused(words);
    }
    assert_unchanged(&before, &root.tree(""));
    root.run_validate(file).refused(words);
}

/// Asserts that a policy is refused with these words behind its name.
fn refused_text(policy: impl AsRef<[u8]>, words: &str) {
    let root = TempRoot::new();
    fs::write(root.beside("site.ini"), policy).unwrap();
    refused(&root, "site.ini", &format!("site.ini:{words}"));
}

/// Asserts that JSON on standard input is refused with these words.
fn refused_json(resources: &str, words: &str) {
    let root = TempRoot::new();
    let before = root.tree("");
    for command in ["check", "apply"] {
        root.run_json(command, resources).refused(words);
    }
    assert_unchanged(&before, &root.tree(""));
}

#[test]
fn a_missing_policy_is_named() {
    refused(&TempRoot::new(), "nowhere.ini", "cannot read policy nowhere.ini: No such file or directory");
}

#[test]
fn a_directory_for_a_policy_is_named() {
    let root = TempRoot::new();
    fs::create_dir(root.beside("policy.d")).unwrap();
    refused(&root, "policy.d", "policy policy.d is a directory");
}

#[test]
fn an_unknown_kind_is_named_with_the_known_ones() {
    refused_text(
        "\n[limit_entry alice/-/nproc]\nvalue = 1\n",
        "2: limit_entry alice/-/nproc: unknown kind `limit_entry`; known are limits_entry, limits_config",
    );
}

#[test]
fn an_unknown_property_is_named_with_its_line_and_the_known_ones() {
    refused_text(
        "[limits_entry alice/-/nproc]\nvalue = 1\n# c\nvaleu = 2\n",
        "4: limits_entry alice/-/nproc: limits_entry has no attribute `valeu`; it has domain, type, item, ensure, value",
    );
}

#[test]
fn a_value_out_of_range_is_named_with_its_line_and_the_range() {
    for (item, value, words) in [
        ("nice", "20", "must be a number from -20 to 19"),
        ("priority", "-21", "must be a number from -20 to 19"),
        ("nonewprivs", "2", "must be 0 or 1"),
        ("nproc", "-2", "must be from 0 to 18446744073709551613, or `unlimited`"),
        ("nproc", "99999999999999999999", "must be from 0 to"),
        ("core", "18014398509481984", "must be from 0 to"),
        ("maxlogins", "2147483648", "must be from 0 to 2147483647"),
        ("chroot", "1", "must be an absolute directory"),
        ("nproc", "/x", "must be a number or `unlimited`"),
        ("nproc", "5k", "pam_limits would read it as 5"),
        ("nproc", "0x400", "pam_limits would read it as 0"),
        ("nproc", "1,000", "pam_limits would read it as 1"),
        ("nproc", "1e3", "pam_limits would read it as 1"),
        ("nproc", "inf", "it takes a number in the item's unit"),
        ("nproc", "", "it takes a number in the item's unit"),
    ] {
        let policy = format!("[limits_entry a/-/{item}]\n\nvalue = {value}\n");
        let root = TempRoot::new();
        fs::write(root.beside("site.ini"), policy).unwrap();
        let said = root.run("check", &["--policy", "site.ini"]).refused(words);
        assert!(said.err.starts_with("standfast: site.ini:3: limits_entry a/-/"), "{item} {value}: {said:?}");
    }
}

#[test]
fn an_unknown_word_is_named_with_the_known_ones() {
    refused_text(
        "[limits_entry a/firm/nproc]\nvalue = 1\n",
        "1: limits_entry a/firm/nproc: `type` cannot be `firm`: it takes one of soft, hard, -",
    );
    refused_text(
        "[limits_entry a/-/nprocs]\nvalue = 1\n",
        "1: limits_entry a/-/nprocs: `item` cannot be `nprocs`: it takes one of cpu, fsize",
    );
    refused_text(
        "[limits_entry a/-/nproc]\nvalue = 1\nmatch_by = uid\n",
        "3: limits_entry a/-/nproc: `match_by` cannot be `uid`: it takes one of id, name, verbatim",
    );
}

#[test]
fn a_title_without_its_parts_is_named_with_the_form() {
    refused_text(
        "[limits_entry alice]\nvalue = 1\n",
        "1: limits_entry alice: the title `alice` is not of the form DOMAIN/TYPE/ITEM",
    );
    refused_text("[limits_entry]\nvalue = 1\n", "1: `[limits_entry]` is not of the form [KIND TITLE]");
}

#[test]
fn a_missing_value_is_named() {
    refused_text("[limits_entry a/-/nproc]\n", "1: limits_entry a/-/nproc: `value` is missing");
}

#[test]
fn a_property_that_stands_twice_is_refused_and_not_the_last_taken() {
    let words = "limits_entry a/-/nproc: `value` is given twice";
    refused_text("[limits_entry a/-/nproc]\nvalue = 1\nvalue = 2\n", &format!("3: {words}"));
    let twice = r#"[{"type":"limits_entry","title":"a/-/nproc","parameters":{"value":1,"value":2}}]"#;
    refused_json(twice, words);
}

#[test]
fn a_line_without_an_equals_sign_is_refused_and_not_joined_to_the_next_key() {
    refused_text(
        "[limits_entry a/-/nproc]\nnonsense line\nvalue = 1\n",
        "2: `nonsense line` is not of the form KEY = VALUE",
    );
    refused_text(
        "[limits_entry a/-/nproc]\nvalue = 1\nnonsense at the end\n",
        "3: `nonsense at the end` is not of the form KEY = VALUE",
    );
}

#[test]
fn a_comment_behind_a_value_is_refused_and_not_taken_for_the_value() {
    refused_text(
        "[limits_entry a/-/nproc]\nvalue = 4096 # much\n",
        "2: limits_entry a/-/nproc: `value` cannot be `4096 # much`",
    );
}

#[test]
fn an_unfinished_header_is_refused() {
    let words = "1: `[limits_entry a/-/nproc` is not of the form [KIND TITLE]";
    refused_text("[limits_entry a/-/nproc\nvalue = 1\n", words);
    refused_text(
        "[limits_entry a/-/nproc] # alice\nvalue = 1\n",
        "1: `[limits_entry a/-/nproc] # alice` is not",
    );
}

#[test]
fn a_backslash_of_a_name_is_kept() {
    let root = TempRoot::new();
    let policy = "[limits_entry DOM\\dora/-/nproc]\nvalue = 5\nmatch_by = name\n";
    root.enforce(policy);
    assert_eq!(root.read(crate::temp_root::DROP_IN), b"DOM\\dora - nproc 5\n");
}

#[test]
fn text_that_is_no_utf_8_is_refused_with_its_line() {
    refused_text(b"# fine\n[limits_entry a/-/nproc]\nvalue = 1\xff\n", "3: is not UTF-8");
}

#[test]
fn a_policy_of_one_gigabyte_is_refused_at_once_and_in_little_memory() {
    let root = TempRoot::new();
    let path = root.beside("huge.ini");
    // One line of NULs: a sparse file takes no room.
    File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let before = root.tree("etc");
    let limited = |arguments: &[&str]| {
        let mut prlimit = std::process::Command::new("prlimit");
        prlimit.arg("--as=300000000").arg(crate::said::STANDFAST).args(arguments);
        prlimit.arg("--root").arg(root.path("")).current_dir(root.beside(""));
        prlimit.stdin(File::open(&path).unwrap());
        prlimit
    };
    let started = std::time::Instant::now();
    for command in ["check", "apply"] {
        run(&mut limited(&[command, "--policy", "huge.ini"]))
            .refused("policy huge.ini is larger than 64 MiB");
        run(&mut limited(&[command, "-"])).refused("policy standard input is larger than 64 MiB");
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    assert_unchanged(&before, &root.tree("etc"));
}

#[test]
fn malformed_json_is_refused_with_its_line() {
    refused_json("[{\n\"type\": \"limits_entry\",}]", "standard input:2: ");
    refused_json("", "standard input:1: ");
    refused_json("{}", "standard input:1: ");
    refused_json("[] []", "standard input:1: ");
    refused_json("[1]", "standard input:1: ");
    refused_json(
        "[{\"type\":\"limits_entry\",\n\"titel\":\"a/-/nproc\"}]",
        "unknown field `titel`, expected one of",
    );
    refused_json("[{\"type\":\"limits_entry\"}]", "missing field `title`");
    refused_json(
        r#"[{"type":"limits_entry","title":"a/-/nproc","parameters":{"value":1.5}}]"#,
        "a text, a number, true, false, or a list of texts",
    );
    refused_json(
        r#"[{"type":"limits_entry","title":"a/-/nproc","title":"b/-/nproc","parameters":{"value":1}}]"#,
        "duplicate field `title`",
    );
}

#[test]
fn deep_json_is_refused_and_does_not_exhaust_the_stack() {
    refused_json(&"[".repeat(1_000_000), "standard input:1: ");
    let nested = format!(
        r#"[{{"type":"limits_entry","title":"a/-/nproc","parameters":{{"value":{}1{}}}}}]"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    refused_json(&nested, "standard input:1: ");
}

#[test]
fn one_bad_resource_keeps_all_of_the_policy_from_being_applied() {
    let root = TempRoot::new();
    let before = root.tree("");
    let policy = "[limits_entry alice/-/nproc]\nvalue = 1\n[limits_entry bob/-/nproc]\nvalue = many\n";
    root.run_policy("apply", policy, &[])
        .refused("policy.ini:4: limits_entry bob/-/nproc: `value` cannot be `many`");
    assert_unchanged(&before, &root.tree(""));
}

#[test]
fn validate_says_how_many_resources_are_valid() {
    let root = TempRoot::new();
    fs::write(root.beside("site.ini"), "[limits_entry alice/-/nproc]\nvalue = 1\n").unwrap();
    let said = root.run_validate("site.ini").ended(0);
    assert_eq!(said.out, "site.ini: 1 resource, all valid\n");
}
