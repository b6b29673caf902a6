//! `chronyd -p` checks files without starting: which lines it refuses, ours must refuse.

use super::chronyd::Chronyd;
use super::generate::broken;

/// So many files in every run.
const CASES: u64 = 400;

#[test]
fn what_keeps_chronyd_from_starting_is_what_the_evaluator_says() {
    let chronyd = Chronyd::new("chrony-parser", &[]);
    let mut refused = 0;
    for seed in 0..CASES {
        let case = broken(seed);
        let ours = chronyd.configuration(&case).fatal;
        assert_eq!(ours.is_none(), chronyd.checks(&case), "seed {seed}: {ours:?}\n{case:?}");
        refused += u64::from(ours.is_some());
    }
    assert!((CASES / 10..CASES * 9 / 10).contains(&refused), "{refused} of {CASES} are refused");
}
