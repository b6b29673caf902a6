//! `interface`: the addresses that are listened on.

use std::net::IpAddr;
use std::time::Duration;

use standfast_providers::ntp::address::AddressFamily;
use standfast_providers::ntp::semantics::Configuration;

use crate::net::{Host, Question, V4_HOST, V4_OUTSIDE, V6_HOST, V6_OUTSIDE};
use crate::ntp::ntpd::Make;
use crate::ntp::packets;

#[test]
fn with_any_interface_line_only_what_is_named_to_be_listened_on_is() {
    Make::BOTH.into_iter().for_each(only_what_is_named_is_listened_on);
}

fn only_what_is_named_is_listened_on(make: Make) {
    let host = Host::new(&[make.package()]);
    let loopback = IpAddr::from([127, 0, 0, 1]);
    for (lines, open) in [
        ("# none", [true, true]),
        ("interface listen eth0", [true, true]),
        ("interface listen all", [true, true]),
        ("interface listen lo", [false, false]),
        ("interface ignore all", [false, false]),
        ("nic drop all", [false, false]),
        ("interface ignore ipv6", [false, false]),
        ("interface ignore wildcard", [false, false]),
        ("interface ignore 192.0.2.1", [false, false]),
        ("interface listen 192.0.2.1", [true, false]),
        ("interface listen 192.0.2.0/24", [true, false]),
        ("interface listen ipv6", [false, true]),
        ("interface ignore all\ninterface listen ipv4", [true, false]),
        ("interface listen ipv4\ninterface ignore all", [true, false]),
        ("interface listen eth0 bogus", [true, true]),
        ("interface eth0", [true, true]),
        ("interface listen", [true, true]),
    ] {
        host.write("/run/ntp.conf", format!("{lines}\n"));
        let ntpd = host.start(&["/usr/sbin/ntpd", "-n", "-c", "/run/ntp.conf"]);
        // Loopback is always listened on.
        let time = packets::time(1);
        host.inside().wait_for_answer(&Question::new(loopback, (loopback, 123), &time));
        let ends = [(V4_OUTSIDE, V4_HOST), (V6_OUTSIDE, V6_HOST)];
        for ((from, to), is_open) in ends.into_iter().zip(open) {
            let question = Question::new(from, (to, 123), &time);
            if is_open {
                host.outside().wait_for_answer(&question);
            } else {
                let answers = host.outside().ask(&question, Duration::from_millis(50));
                assert!(answers.is_empty(), "{make:?} answers at {to}: {lines}");
            }
        }
        drop(ntpd);
        let configuration = Configuration::parse(make.rules(), format!("{lines}\n").as_bytes());
        let ours = AddressFamily::BOTH.map(|family| configuration.listening.is_open(family));
        assert_eq!(ours, open, "our evaluator, {make:?}: {lines}");
    }
}
