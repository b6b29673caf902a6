//! kill -9 at every system call: the file is old or new, whole, and the next run repairs the rest.

use std::os::unix::process::ExitStatusExt;
use std::time::Instant;

use crate::scenario::{self, Found, Scenario};
use crate::strace;
use crate::tree::Tree;

/// Kills the scenario at each of its own calls, one run for each.
fn walk(scenario: &Scenario) {
    let start = Instant::now();
    let tree = Tree::new();
    scenario.prepare(&tree);
    let metadata = scenario.metadata(&tree);
    let (loader, own) = strace::record(&tree, scenario);
    let (mut kills, mut old, mut new, mut strays) = (0, 0, 0, 0);
    for (kind, (first, last)) in strace::kinds(&loader, &own) {
        for number in first..=last {
            let when = format!("killed at {kind} {number}");
            scenario.prepare(&tree);
            let output = strace::kill(&tree, scenario, &kind, number);
            assert_eq!(output.status.signal(), Some(9), "{}, {when}: was not killed", scenario.name);
            kills += 1;
            match scenario.look(&tree, &metadata, &when) {
                Found::Old => old += 1,
                Found::New => new += 1,
            }
            strays += usize::from(!tree.strays().is_empty());
            scenario.recover(&tree, &metadata, &when);
        }
    }
    assert!(kills > 60 && old > 0 && new > 0, "{}: {kills} kills, {old} old, {new} new", scenario.name);
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
fn a_file_behind_a_link_survives_a_kill_at_every_call() {
    walk(&scenario::THROUGH_LINK);
}

#[test]
fn a_removed_file_survives_a_kill_at_every_call() {
    walk(&scenario::REMOVE);
}
