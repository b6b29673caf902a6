//! Many `standfast apply` at once: the lock puts them in a row, and nobody's change is lost.

use std::fs;
use std::process::{Output, Stdio};

use crate::bounded::start;
use crate::command::apply_policy;
use crate::scenario::{BACKUPS, DROP_IN, LIMITS, OLD};
use crate::tree::Tree;

const PROCESSES: usize = 8;
const ROUNDS: usize = 12;

/// The machine before its first run: all of them want to make the state directory, limits.d and the drop-in.
fn bare() -> Tree {
    let tree = Tree::new();
    tree.system();
    tree.directory("/etc/security", 0o755);
    tree.file(LIMITS, OLD);
    tree.directory("/var/lib", 0o755);
    tree
}

/// Starts a run for each policy before it waits for the first.
fn at_once(tree: &Tree, policies: &[String]) -> Vec<Output> {
    let start_one = |(number, policy): (usize, &String)| {
        let file = tree.beside(&format!("policy-{number}.ini"));
        let mut command = apply_policy(&tree.root, &file, policy);
        start(command.stdout(Stdio::piped()).stderr(Stdio::piped()))
    };
    let runs: Vec<_> = policies.iter().enumerate().map(start_one).collect();
    runs.into_iter().map(|run| run.output()).collect()
}

/// The drop-in's lines, sorted: the lock puts the runs in a row, but not in which.
fn lines(tree: &Tree) -> Vec<String> {
    let text = String::from_utf8(tree.read(DROP_IN).unwrap()).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn eight_runs_at_once_lose_none_of_their_changes() {
    let tree = bare();
    let mut wanted = Vec::new();
    for round in 0..ROUNDS {
        let uids = (0..PROCESSES).map(|process| 2000 + round * PROCESSES + process);
        let policies: Vec<String> =
            uids.clone().map(|uid| format!("[limits_entry :{uid}/-/nproc]\nvalue = {uid}\n")).collect();
        wanted.extend(uids.map(|uid| format!(":{uid} - nproc {uid}")));

        for output in at_once(&tree, &policies) {
            assert_eq!(output.status.code(), Some(2), "round {round}: {output:?}");
        }

        wanted.sort_unstable();
        assert_eq!(lines(&tree), wanted, "round {round}");
    }
    assert!(tree.strays().is_empty());
    // Each run has found what the one before it left: every backup is one entry longer.
    let mut kept: Vec<usize> = fs::read_dir(tree.at(BACKUPS))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap().lines().count())
        .collect();
    kept.sort_unstable();
    let last = PROCESSES * ROUNDS;
    assert_eq!(kept, (last - 5..last).collect::<Vec<_>>());
}

#[test]
fn eight_runs_at_once_with_the_same_policy_make_one_change() {
    let tree = bare();
    let policies = vec!["[limits_entry thekiwi/-/nproc]\nvalue = 4096\n".to_owned(); PROCESSES];

    let outputs = at_once(&tree, &policies);

    let mut codes: Vec<_> = outputs.iter().map(|output| output.status.code()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [vec![Some(0); PROCESSES - 1], vec![Some(2)]].concat(), "{outputs:?}");
    assert_eq!(lines(&tree), [":1013 - nproc 4096 # thekiwi"]);
}
