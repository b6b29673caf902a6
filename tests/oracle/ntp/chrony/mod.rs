//! The real chronyd: who gets the time and whose commands are taken, and which lines keep it from starting.

mod chronyd;
mod facts;
mod generate;
mod parser;

use chronyd::Chronyd;
use generate::{ADDRESSES, access};

use super::case::{Case, MAIN};

/// So many configurations in every run, each asked by all askers on both ports.
const CASES: u64 = 150;

#[test]
fn rules_of_access_that_collide_are_answered_as_the_evaluator_says() {
    let chronyd = Chronyd::new("chrony-access", ADDRESSES);
    let (mut divided, mut commands) = (0, 0);
    for seed in 0..CASES {
        let case = access(seed);
        let differences = chronyd.differences(&case);
        if !differences.is_empty() {
            let smallest = smallest(&chronyd, case);
            panic!(
                "seed {seed} differs, and so does this:\n{smallest:?}{}",
                chronyd.differences(&smallest).join("\n")
            );
        }
        let Some(answers) = chronyd.ours(&case) else { continue };
        let count = |holds: fn(&_) -> bool| answers.iter().filter(|answers| holds(answers)).count();
        divided += u64::from((1..answers.len()).contains(&count(|answers| answers.time)));
        commands += u64::from((1..answers.len()).contains(&count(|answers| answers.command)));
    }
    assert!(divided > CASES / 3 && commands > CASES / 10, "of {CASES}: {divided} {commands}");
}

/// What is left of a configuration when the lines are taken away that do not matter.
fn smallest(chronyd: &Chronyd, mut case: Case) -> Case {
    loop {
        let lines: Vec<&[u8]> = case.files[MAIN].split_inclusive(|byte| *byte == b'\n').collect();
        let without = |line: usize| Case::new([&lines[..line], &lines[line + 1..]].concat().concat());
        match (0..lines.len()).map(without).find(|part| !chronyd.differences(part).is_empty()) {
            Some(part) => case = part,
            None => return case,
        }
    }
}
