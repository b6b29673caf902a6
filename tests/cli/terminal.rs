//! What reaches a terminal: colour where a person wants it, and never a control character of a file or a title.

use std::process::Command;

use crate::said::{STANDFAST, run, standfast};
use crate::temp_root::TempRoot;

const POLICY: &str = "[limits_config main]\ninert = forbid\n[limits_entry alice/-/nproc]\nvalue = 100\n";

/// What the program sends to a terminal.
fn on_a_terminal(root: &TempRoot, variable: (&str, &str)) -> String {
    std::fs::write(root.beside("policy.ini"), POLICY).unwrap();
    let line = format!("{STANDFAST} check --root {} --policy policy.ini --diff", root.path("").display());
    let mut script = Command::new("script");
    script.args(["--quiet", "--command", &line, "/dev/null"]).current_dir(root.beside(""));
    script.env_remove("NO_COLOR").env("TERM", "xterm").env(variable.0, variable.1);
    let output = script.stdin(std::process::Stdio::null()).output();
    let output = output.expect("these tests need script(1) (Debian: bsdutils)");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("2 resources"), "{text:?}");
    text
}

#[test]
fn a_terminal_gets_colour_unless_no_color_is_set_or_it_is_dumb() {
    let root = TempRoot::with_limits_conf("nonsense\n");
    assert!(on_a_terminal(&root, ("LANG", "C")).contains("\x1b["));
    assert!(on_a_terminal(&root, ("NO_COLOR", "")).contains("\x1b["), "no-color.org: empty does not count");
    assert!(!on_a_terminal(&root, ("NO_COLOR", "1")).contains('\x1b'));
    assert!(!on_a_terminal(&root, ("TERM", "dumb")).contains('\x1b'));
}

#[test]
fn a_pipe_gets_no_colour() {
    // Each run of these tests asserts that no control character is sent; this one has all kinds of lines.
    let root = TempRoot::with_limits_conf("nonsense\n");
    root.run_policy("check", POLICY, &["--diff", "--verbose"]).ended(2);
    root.run("explain limits", &["--user", "alice"]).ended(0);
}

/// Clears the screen, rings, goes back, hides, reorders; then a byte that is no UTF-8.
const EVIL: &[u8] = b"\x1b[2J\x07\x08\x0d\xc2\x9b31m\xe2\x80\xae\xff";

#[test]
fn escape_sequences_in_files_are_shown_and_never_sent() {
    let mut conf = Vec::new();
    for line in [&b"1013 soft nproc 5 # "[..], b"alice - nproc 7", b"", b"alice soft ", b"@ghosts - nproc "] {
        conf.extend_from_slice(line);
        conf.extend_from_slice(EVIL);
        conf.extend_from_slice(b"\n");
    }
    let root = TempRoot::with_limits_conf(conf);
    for format in ["text", "json", "monitoring"] {
        let said = root.run_policy("check", POLICY, &["--format", format, "--diff", "--verbose"]).ended(2);
        assert!(said.out.contains("x1b[2J") || format == "monitoring", "{said:?}");
    }
    for format in ["text", "json"] {
        root.run("explain limits", &["--user", "alice", "--format", format]).ended(0);
    }
    for format in ["json", "yaml"] {
        root.run("facts", &["--format", format]).ended(0);
    }
    root.run_policy("apply", POLICY, &["--diff", "--verbose"]).ended(2);
}

#[test]
fn escape_sequences_in_file_names_are_shown_and_never_sent() {
    let root = TempRoot::new();
    root.write("etc/security/limits.d/\x1b[2J\u{202e}.conf", b"alice - nproc x\n1013 - nproc 3\n");
    for format in ["text", "json", "monitoring"] {
        root.run_policy("check", POLICY, &["--format", format, "--diff", "--verbose"]).ended(2);
    }
    root.run("explain limits", &["--user", "thekiwi"]).ended(0);
    root.run_policy("apply", POLICY, &["--diff"]).ended(2);
}

#[test]
fn escape_sequences_in_policies_are_shown_and_never_sent() {
    let root = TempRoot::new();
    for policy in [
        "[limits_entry a\x1b[2Jb/-/nproc]\nvalue = 1\n",
        "[limits_entry a\u{202e}b/-/nproc]\nvalue = 1\n",
        "[limits_\x1b[2J a/-/nproc]\nvalue = 1\n",
        "[limits_entry a/\x1b/nproc]\nvalue = 1\n",
        "[limits_entry a/-/nproc]\nval\x1b[2Jue = 1\n",
        "[limits_entry a/-/nproc]\nvalue = \x1b[2J\n",
        "[limits_entry a/-/nproc]\nnonsense \x1b[2J\nvalue = 1\n",
        "[\x1b[2J]\n",
        "\x1b[2J = 1\n",
        "[limits_entry a/-/nproc\x1b\n",
    ] {
        for format in ["text", "json", "monitoring"] {
            let said = root.run_policy("check", policy, &["--format", format]);
            assert_ne!(said.code, 0, "{policy:?}");
        }
        root.run_json("check", &format!("[{{\"type\":{policy:?},\"title\":{policy:?}}}]"));
    }
}

#[test]
fn escape_sequences_in_arguments_are_shown_and_never_sent() {
    let root = TempRoot::new();
    let evil = "\x1b[2J\u{202e}";
    for arguments in [
        &["check", evil][..],
        &["check", "--policy", evil],
        &["check", "--root", evil],
        &["check", "--format", evil],
        &["check", "--\x1b[2J"],
        &["\x1b[2J"],
        &["completions", evil],
        &["policy", "validate", evil],
        &["explain", "limits", "--user", evil],
        &["explain", "limits", "--user", "root", "--item", evil],
    ] {
        run(standfast(arguments).current_dir(root.beside(""))).ended(1);
    }
}
