//! Runs at the same time: one after the other, and nothing is lost.

use std::fs;
use std::process::Stdio;

use crate::bounded::{Bounded, start};
use crate::temp_root::{DROP_IN, LIMITS_CONF, TempRoot};

const PROCESSES: usize = 8;

/// Starts an apply for each of these policies at once, and waits for all.
fn apply_at_once(root: &TempRoot, policies: &[String]) -> Vec<i32> {
    let start_one = |(number, policy): (usize, &String)| {
        let file = format!("policy-{number}.ini");
        fs::write(root.beside(&file), policy).unwrap();
        let mut apply = root.command(&["apply"], &["--policy", &file]);
        start(apply.stdout(Stdio::null()).stderr(Stdio::null()))
    };
    let mut all: Vec<Bounded> = policies.iter().enumerate().map(start_one).collect();
    all.iter_mut().map(|one| one.wait().code().unwrap()).collect()
}

#[test]
fn of_eight_runs_at_once_with_different_entries_all_survive() {
    for target in [DROP_IN, LIMITS_CONF] {
        let root = TempRoot::with_limits_conf("# ours\n");
        for round in 0..3 {
            let policies: Vec<_> = (0..PROCESSES)
                .map(|number| {
                    let uid = 20_000 + round * PROCESSES + number;
                    format!("[limits_entry :{uid}/-/nproc]\nvalue = {uid}\ntarget = /{target}\n")
                })
                .collect();
            assert_eq!(apply_at_once(&root, &policies), [2; PROCESSES], "each has changed something");
            root.check(&policies.concat()).ended(0);
        }
        let lines = root.read(target);
        let entries = lines.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b":")).count();
        assert_eq!(entries, 3 * PROCESSES);
    }
}

#[test]
fn of_eight_runs_at_once_with_the_same_entry_one_changes_and_the_others_find_it_in_sync() {
    let root = TempRoot::new();
    let policies = vec!["[limits_entry bob/-/nproc]\nvalue = 5\n".to_owned(); PROCESSES];
    let mut codes = apply_at_once(&root, &policies);
    codes.sort_unstable();
    assert_eq!(codes, [0, 0, 0, 0, 0, 0, 0, 2]);
    assert_eq!(root.read(DROP_IN), b":1002 - nproc 5 # bob\n");
}
