//! kill -9 at every system call: each file is old or new, whole, and the next run repairs the rest.

use std::os::unix::process::ExitStatusExt;
use std::time::Instant;

use crate::judge::{Found, Judge};
use crate::scenario::{self, Scenario};
use crate::strace::{self, Call};
use crate::tree::Tree;

/// Kills the scenario at each of its own calls, one run for each.
fn walk(scenario: &Scenario) {
    let start = Instant::now();
    let tree = Tree::new();
    let judge = Judge::new(scenario, &tree);
    let (mut kills, mut old, mut new, mut strays) = (0, 0, 0, 0);
    // Only a build with debug assertions asks for the flags of a descriptor: right before it closes it, and the kill
    // at close(2) is the same one.
    let asks_before_close = |call: &Call| call.name == "fcntl" && call.arguments.contains("F_GETFD");
    let calls = strace::record(&tree, scenario);
    for call in calls.into_iter().filter(|call| !asks_before_close(call)) {
        let when = format!("{}, killed at {} {}", scenario.name, call.name, call.number);
        scenario.prepare(&tree);
        let output = strace::kill(&tree, scenario, &call);
        assert_eq!(output.status.signal(), Some(9), "{when}: was not killed");
        kills += 1;
        if judge.look(&tree, &when).contains(&Found::Old) {
            old += 1;
        } else {
            new += 1;
        }
        strays += usize::from(!tree.strays().is_empty());
        judge.recover(&tree, &when);
    }
    assert!(kills > 150 && old > 0 && new > 0, "{}: {kills} kills, {old} old, {new} new", scenario.name);
    println!(
        "{}: {kills} kills, {old} old, {new} new, {strays} left a temp file that the next run swept, {:.1} s",
        scenario.name,
        start.elapsed().as_secs_f64()
    );
}

#[test]
fn a_replaced_file_survives_a_kill_at_every_call() {
    walk(&scenario::REPLACE);
}

#[test]
fn a_new_file_and_its_directory_survive_a_kill_at_every_call() {
    walk(&scenario::FIRST_RUN);
}

#[test]
fn a_pair_of_files_in_one_run_survives_a_kill_at_every_call() {
    walk(&scenario::SEVERAL);
}

#[test]
fn a_file_behind_a_link_survives_a_kill_at_every_call() {
    walk(&scenario::THROUGH_LINK);
}

#[test]
fn a_removed_file_survives_a_kill_at_every_call() {
    walk(&scenario::REMOVE);
}
