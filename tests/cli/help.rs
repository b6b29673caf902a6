//! What the program says about itself: help, schema, completions, the manual page.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::said::{Said, run, standfast, text};
use crate::temp_root::TempRoot;

fn said(arguments: &[&str]) -> Said {
    let said = run(&mut standfast(arguments)).ended(0);
    assert_eq!(said.err, "");
    said
}

/// Asserts that a program takes this text on standard input without a complaint.
fn taken_by(command: &[&str], text: &str) {
    let mut checker = Command::new(command[0]);
    checker.args(&command[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = checker.spawn().unwrap_or_else(|error| panic!("this test needs {}: {error}", command[0]));
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{command:?}: {complaints}");
}

#[test]
fn every_command_has_help_with_an_example() {
    for command in [
        "",
        "check",
        "report",
        "apply",
        "explain",
        "explain limits",
        "probe",
        "facts",
        "logs",
        "logs compare",
        "schema",
        "serve",
        "policy",
        "policy validate",
        "completions",
        "man",
    ] {
        let arguments: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let help = said(&arguments).out;
        assert!(help.contains("Usage: standfast"), "{command}: {help}");
        let example = format!("\n  standfast {command}");
        let has_example = help.contains("\nExample") && help.contains(example.trim_end());
        assert!(has_example, "{command}: {help}");
    }
}

#[test]
fn the_examples_of_the_help_are_commands_that_the_program_takes() {
    let root = TempRoot::new();
    std::fs::write(root.beside("site.ini"), "[limits_entry alice/-/nproc]\nvalue = 1\n").unwrap();
    for command in ["", "check", "apply", "explain limits", "facts", "policy", "completions", "man", "schema"]
    {
        let arguments: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let help = said(&arguments).out;
        let (_, examples) = help.split_once("\nExample").unwrap();
        for line in examples.lines().filter(|line| line.trim_start().starts_with("standfast ")) {
            let line = line
                .trim()
                .split([';', '|', '>'])
                .next()
                .unwrap()
                .replace("/etc/standfast/policy.ini", "site.ini");
            let words: Vec<_> = line.split_whitespace().skip(1).map(|word| word.trim_matches('\'')).collect();
            // What runs is not below another root.
            let takes_a_root =
                ["check", "apply", "explain", "facts"].contains(&words[0]) && !words.contains(&"--probe");
            let below = root.path("");
            let extra = if takes_a_root { &["--root", below.to_str().unwrap()][..] } else { &[] };
            let said = run(standfast(&[&words, extra].concat()).current_dir(root.beside("")));
            assert!(
                said.code != 1 || said.err.contains("no user") || said.err.contains("no resource matches"),
                "{line}: {said:?}"
            );
        }
    }
}

#[test]
fn the_schema_lists_each_kind_with_its_attributes_their_values_and_defaults() {
    let schema = said(&["schema"]).json();
    let kinds = schema.as_array().unwrap();
    assert_eq!(
        kinds.iter().map(|kind| text(&kind["name"])).collect::<Vec<_>>(),
        ["limits_entry", "limits_config", "ntp_monlist", "snmp_community", "snmp_access", "rsyslog_forward"]
    );
    for kind in kinds {
        assert!(!text(&kind["doc"]).is_empty() && !text(&kind["title"]).is_empty());
        for attribute in kind["attributes"].as_array().unwrap() {
            let role = text(&attribute["role"]);
            assert!(["namevar", "property", "parameter"].contains(&role.as_str()), "{attribute}");
            assert!(!text(&attribute["doc"]).is_empty() && !text(&attribute["value"]["type"]).is_empty());
        }
    }
    let ensure =
        kinds[0]["attributes"].as_array().unwrap().iter().find(|one| one["name"] == "ensure").unwrap();
    assert_eq!(ensure["default"], "present");
    assert_eq!(ensure["value"], serde_json::json!({"type": "word", "of": ["present", "absent"]}));
}

#[test]
fn the_completions_are_taken_by_their_shells() {
    taken_by(&["bash", "-n"], &said(&["completions", "bash"]).out);
    // Not run, only parsed; read from standard input.
    taken_by(&["zsh", "-n", "/dev/stdin"], &said(&["completions", "zsh"]).out);
    taken_by(&["fish", "--no-execute", "/dev/stdin"], &said(&["completions", "fish"]).out);
}

#[test]
fn the_manual_page_renders_without_an_error() {
    let page = said(&["man"]).out;
    taken_by(&["mandoc", "-T", "utf8", "-W", "error"], &page);
    taken_by(&["man", "--warnings=w", "-l", "-"], &page);
}

#[test]
fn the_manual_page_names_every_command_and_every_exit_code() {
    let page = said(&["man"]).out;
    for command in [
        "check",
        "apply",
        "explain",
        "probe",
        "facts",
        "logs",
        "schema",
        "serve",
        "policy",
        "completions",
        "man",
    ] {
        assert!(page.contains(command), "{command}");
    }
    assert!(page.contains("0 in sync, 2 drift or changes, 4 failures, 6 both"), "{page}");
}

#[test]
fn the_default_policy_is_printed_and_valid() {
    let policy = said(&["policy", "--default"]).out;
    let root = TempRoot::new();
    std::fs::write(root.beside("default.ini"), &policy).unwrap();
    assert_eq!(root.run_validate("default.ini").ended(0).out, "default.ini: 6 resources, all valid\n");
    let by_default = root.run("check", &["--format", "json"]);
    let by_file = root.run("check", &["--policy", "default.ini", "--format", "json"]);
    assert_eq!(by_default.out, by_file.out);
}
