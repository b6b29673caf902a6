//! Before and after `standfast apply` on a machine with chrony.

use std::net::IpAddr;

use standfast_providers::ntp::semantics::Answers;

use super::chronyd::Chronyd;
use super::generate::{ADDRESSES, access};
use crate::ntp::case::Case;

/// So many configurations in every run.
const CASES: u64 = 25;

/// Whose commands are taken.
fn commanders(addresses: &[&str], answers: &[Answers]) -> Vec<IpAddr> {
    let pairs = addresses.iter().zip(answers).filter(|(_, answers)| answers.command);
    pairs.map(|(address, _)| address.parse().unwrap()).collect()
}

#[test]
fn commands_from_outside_are_taken_no_more_and_the_time_is_given_as_before() {
    const FAR: [&str; 2] = ["198.51.100.7", "2001:db8:7::7"];
    let chronyd = Chronyd::new("chrony-apply", &FAR);
    let case = Case::new("allow\nbindcmdaddress 0.0.0.0\nbindcmdaddress ::\ncmdallow all\n");
    chronyd.configure(&case);
    assert_eq!(commanders(&FAR, &chronyd.answers()).len(), 2);
    assert_eq!(chronyd.standfast("check", ""), 2);
    assert_eq!(chronyd.standfast("apply", ""), 2);
    let answers = chronyd.answers();
    assert!(
        commanders(&FAR, &answers).is_empty() && answers.iter().all(|answers| answers.time),
        "{answers:?}"
    );
    assert_eq!(chronyd.standfast("check", ""), 0);
    assert_ne!(chronyd.difference(), "");
    assert_eq!(chronyd.standfast("apply", "ensure = absent"), 2);
    assert_eq!(chronyd.difference(), "", "the former bytes");
}

#[test]
fn generated_configurations_are_closed_but_to_who_is_permitted() {
    let chronyd = Chronyd::new("chrony-apply-generated", ADDRESSES);
    let permitted: IpAddr = "10.9.8.7".parse().unwrap();
    for seed in 0..CASES {
        let case = access(seed);
        chronyd.configure(&case);
        let before = chronyd.answers();
        let applied = chronyd.standfast("apply", "allow = 10.9.8.0/24");
        assert!(matches!(applied, 0 | 2), "seed {seed}: {applied}\n{case:?}");
        let after = chronyd.answers();
        let open = commanders(ADDRESSES, &after);
        assert!(
            open.iter().all(|address| *address == permitted),
            "seed {seed}: {open:?}\n{case:?}{}",
            chronyd.difference()
        );
        let times = |answers: &[Answers]| answers.iter().map(|answers| answers.time).collect::<Vec<_>>();
        assert_eq!(times(&before), times(&after), "seed {seed}: the time\n{case:?}");
        let kept = |answers: &[Answers]| commanders(ADDRESSES, answers).contains(&permitted);
        assert_eq!(
            kept(&before),
            kept(&after),
            "seed {seed}: who is permitted\n{case:?}{}",
            chronyd.difference()
        );
        chronyd.standfast("apply", "ensure = absent");
        assert_eq!(chronyd.difference(), "", "seed {seed}: the former bytes\n{case:?}");
    }
}
