//! What the generated cases reach in the real modules, and how quickly they are answered.

use std::time::Instant;

use super::answer::Answer;
use super::case::{Case, RESOURCES};
use super::client::{Oracle, Release};
use super::generate::{dense, wide};

const CASES: u64 = 4000;

fn cases() -> Vec<Case> {
    (0..CASES).map(wide).chain((0..CASES).map(dense)).collect()
}

fn share(answers: &[Answer], holds: impl Fn(&Answer) -> bool) -> usize {
    answers.iter().filter(|&answer| holds(answer)).count()
}

#[test]
fn no_answer_depends_on_the_cases_before_it() {
    let mut cases = cases();
    for release in Release::all() {
        let mut oracle = Oracle::start(release);
        let started = Instant::now();
        let answers = oracle.ask_all(&cases);
        let rate = cases.len() as f64 / started.elapsed().as_secs_f64();
        eprintln!("{:?} answers {rate:.0} cases/s", oracle.release);
        cases.reverse();
        let backwards = oracle.ask_all(&cases);
        cases.reverse();
        for (case, (answer, again)) in cases.iter().zip(answers.iter().zip(backwards.iter().rev())) {
            assert_eq!(answer, again, "{release:?}: {case:?}");
        }
    }
}

#[test]
fn generated_cases_reach_every_effect_of_the_modules() {
    let wide: Vec<Case> = (0..CASES).map(wide).collect();
    for release in Release::all() {
        let answers = Oracle::start(release).ask_all(&wide);
        for (index, name) in RESOURCES.iter().enumerate() {
            let known = release != Release::Debian13 || *name != "rttime";
            let reached = share(&answers, |answer| answer.set[index].is_some());
            assert!(!known || reached > 100, "{release:?} set {name} in {reached} cases only");
        }
        for rc in [0, 3, 6, 10] {
            assert!(share(&answers, |answer| answer.rc == rc) > 5, "{release:?} never returned {rc}");
        }
        for level in [3, 4, 7] {
            let logged = share(&answers, |answer| answer.log.iter().any(|line| line.level == level));
            assert!(logged > 5, "{release:?} logged level {level} in {logged} cases only");
        }
        assert!(share(&answers, |answer| answer.refused != [None; 16]) > 50, "{release:?} never refused");
        assert!(share(&answers, |answer| answer.priority.is_some()) > 50, "{release:?} never set a priority");
        assert!(share(&answers, |answer| answer.chroot.is_some()) > 50, "{release:?} never changed the root");
    }
}

#[test]
fn dense_cases_make_lines_collide() {
    let dense: Vec<Case> = (0..CASES).map(dense).collect();
    let answers = Oracle::start(Release::Debian13).ask_all(&dense);
    let half = dense.len() / 2;
    assert!(share(&answers, |answer| answer.set[6].is_some()) > half);
    assert!(share(&answers, |answer| answer.set[4].is_some()) > half);
    assert!(share(&answers, |answer| answer.priority.is_some()) > half);
    assert!(share(&answers, |answer| answer.no_new_privileges) > 100);
    assert!(share(&answers, |answer| answer.rc == 6) > 100);
}
