//! `standfast facts`: what Facter and Foreman bear.

use serde_json::Value;

use crate::said::{run, standfast};
use crate::temp_root::TempRoot;

/// A machine with all that the fact counts.
fn root() -> TempRoot {
    let root = TempRoot::with_limits_conf("1013 soft nproc 4096\n* hard core 0\nbob -\nnonsense\n");
    root.write("etc/security/limits.d/90-nproc.conf", b"* soft nproc 1024\n");
    root
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
        Value::Array(_) => panic!("an array in a fact: {value}"),
        _ => 0,
    }
}

/// The plain values of nested objects by their path.
fn leaves(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(key, value)| leaves(value, &format!("{path}/{key}"), found));
        }
        value => found.push((path.to_owned(), value.to_string())),
    }
}

#[test]
fn one_fact_with_few_children_and_little_depth() {
    for said in [root().run("facts", &[]), run(&mut standfast(&["facts"]))] {
        let fact = said.ended(0).json();
        let top = fact.as_object().unwrap();
        assert_eq!(top.keys().collect::<Vec<_>>(), ["standfast"]);
        assert!(depth(&fact) <= 3, "{fact}");
        let mut found = Vec::new();
        leaves(&fact, "", &mut found);
        assert!(found.len() <= 100, "{fact}");
    }
}

#[test]
fn the_fact_counts_files_entries_and_lines_that_do_nothing() {
    let fact = root().run("facts", &[]).json()["standfast"]["limits"].clone();
    for (key, should) in [("files", 2), ("entries", 3), ("no_limits", 1), ("inert", 2), ("findings", 2)] {
        assert_eq!(fact[key], should, "{key} in {fact}");
    }
    assert_eq!((&fact["installed"], &fact["matches_ids"]), (&true.into(), &true.into()));
    assert_eq!(fact["services"], "login");
}

#[test]
fn two_runs_say_the_same_and_nothing_on_standard_error() {
    let root = root();
    for format in ["json", "yaml"] {
        let (first, second) =
            (root.run("facts", &["--format", format]), root.run("facts", &["--format", format]));
        assert_eq!((&first.out, first.err.as_str(), first.code), (&second.out, "", 0));
        let (first, second) = (
            run(&mut standfast(&["facts", "--format", format])),
            run(&mut standfast(&["facts", "--format", format])),
        );
        assert_eq!((&first.out, first.err.as_str(), first.code), (&second.out, "", 0));
    }
}

#[test]
fn yaml_says_the_same_as_json() {
    let root = root();
    let mut json = Vec::new();
    leaves(&root.run("facts", &[]).json(), "", &mut json);
    let yaml = root.run("facts", &["--format", "yaml"]).ended(0).out;
    let mut lines = yaml.lines();
    assert_eq!(lines.next(), Some("---"));
    let (mut path, mut found) = (Vec::new(), Vec::new());
    for line in lines {
        let indent = line.len() - line.trim_start().len();
        path.truncate(indent / 2);
        let (key, value) = line.trim_start().split_once(':').expect("a key");
        path.push(key.to_owned());
        if !value.is_empty() {
            found.push((format!("/{}", path.join("/")), value.trim_start().to_owned()));
        }
    }
    assert_eq!(found, json);
}

#[test]
fn a_machine_without_pam_limits_has_a_fact_all_the_same() {
    let root = TempRoot::without_module("ID=debian\nVERSION_ID=13\n");
    let fact = root.run("facts", &[]).ended(0).json()["standfast"]["limits"].clone();
    assert_eq!((&fact["installed"], &fact["module"]), (&false.into(), &"assumed: Debian 13".into()));
}

#[test]
fn a_broken_file_does_not_break_facter() {
    let root = root();
    std::fs::File::create(root.path("etc/security/limits.conf")).unwrap().set_len(1 << 30).unwrap();
    let said = root.run("facts", &[]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    let error = said.json()["standfast"]["limits"]["error"].clone();
    assert_eq!(error, "cannot observe limits: /etc/security/limits.conf: is larger than 64 MiB");
}
