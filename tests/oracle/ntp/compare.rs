//! Generated configurations before the real daemons: everybody must be answered as our evaluator says.

use standfast_providers::ntp::semantics::Answers;

use super::case::{Case, MAIN};
use super::generate::{ADDRESSES, dense, files};
use super::ntpd::{Make, Ntpd, Outcome};
use super::strangers::{CONTROL, askers};

/// So many configurations of each kind in every run; each is asked by 20 askers over modes 3, 6 and 7.
const fn cases(make: Make) -> u64 {
    match make {
        Make::Ntpsec => 300,
        Make::Classic => 150,
    }
}

fn compare(make: Make, name: &str, case: impl Fn(u64) -> Case) {
    let ntpd = Ntpd::new(make, name, &askers(ADDRESSES));
    let mut reached = Reached::default();
    for seed in 0..cases(make) {
        let case = case(seed);
        if !ntpd.differences(&case).is_empty() {
            let smallest = smallest(&ntpd, case);
            panic!(
                "seed {seed} differs, and so does this:\n{smallest:?}{}",
                ntpd.differences(&smallest).join("\n")
            );
        }
        reached.note(&ntpd.ours(&case));
    }
    reached.is_enough(make);
}

/// In how many configurations something is so; where hardly any is left, agreement proves nothing.
#[derive(Debug, Default)]
struct Reached {
    /// Some may query and some may not.
    divided: u64,
    /// An address may query from one port and not from the other.
    by_port: u64,
    /// One may query and is told of no client.
    no_list: u64,
    /// One is not given the time.
    no_time: u64,
    /// Mode 7 is answered.
    mode7: u64,
}

impl Reached {
    fn note(&mut self, outcome: &Outcome) {
        let Outcome::Answers(answers) = outcome else { return };
        let any = |holds: fn(&Answers) -> bool| u64::from(answers.iter().any(holds));
        self.divided += any(|answers| answers.mode6) & any(|answers| !answers.mode6);
        // Each address asks from both ports, one after the other.
        self.by_port += u64::from(answers.chunks(2).any(|ports| ports[0].mode6 != ports[1].mode6));
        self.no_list += any(|answers| answers.mode6 && !answers.mrulist);
        self.no_time += any(|answers| !answers.time);
        self.mode7 += any(|answers| answers.mode7);
    }

    fn is_enough(&self, make: Make) {
        let Self { divided, by_port, no_list, no_time, mode7 } = *self;
        let mode7 = if make == Make::Classic { mode7 * 5 } else { u64::MAX };
        let least = [divided / 3, by_port, no_list, no_time, mode7].into_iter().min();
        assert!(least >= Some(cases(make) / 15), "of {}: {self:?}", cases(make));
    }
}

/// What is left of a configuration that is answered otherwise when all is taken away that does not matter.
fn smallest(ntpd: &Ntpd, mut case: Case) -> Case {
    loop {
        let smaller = parts(&case).into_iter().find(|part| !ntpd.differences(part).is_empty());
        match smaller {
            Some(part) => case = part,
            None => return case,
        }
    }
}

/// The configuration without one of its files, without one of its lines.
fn parts(case: &Case) -> Vec<Case> {
    let mut parts = Vec::new();
    for path in case.files.keys().filter(|path| *path != MAIN) {
        let mut part = case.clone();
        part.files.remove(path);
        parts.push(part);
    }
    for (path, text) in &case.files {
        let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
        let kept = if path == MAIN { CONTROL.lines().count() } else { 0 };
        for left_out in kept..lines.len() {
            let mut part = case.clone();
            part.files.insert(path.clone(), [&lines[..left_out], &lines[left_out + 1..]].concat().concat());
            parts.push(part);
        }
    }
    parts
}

#[test]
fn configurations_of_colliding_lines_are_answered_as_the_evaluator_says() {
    compare(Make::Ntpsec, "dense", dense);
}

#[test]
fn configurations_of_many_files_are_answered_as_the_evaluator_says() {
    compare(Make::Ntpsec, "files", files);
}

#[test]
fn ntp_orgs_ntpd_answers_colliding_lines_as_the_evaluator_says() {
    compare(Make::Classic, "dense", dense);
}

#[test]
fn ntp_orgs_ntpd_reads_many_files_as_the_evaluator_says() {
    compare(Make::Classic, "files", files);
}
