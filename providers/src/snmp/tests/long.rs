//! Long files are read in time that grows as they do.

use crate::edit::Labels;
use crate::snmp::semantics::Peer;

use super::tree::with_conf;

/// What a file of so many lines of each kind comes to: lines that grant, and what is asked of them.
fn steps(lines: u32) -> usize {
    let mut text = String::new();
    for number in 0..lines {
        let [_, b, c, d] = number.to_be_bytes();
        text += &format!(
            "rocommunity public 10.{b}.{c}.{d}\nrocommunity c{number} default -V v{number}\nview v{number} included .1.3.{number}\n\
             com2sec u{number} 10.{b}.{c}.{d} s{number}\ngroup g{number} v2c u{number}\naccess g{number} \"\" any noauth exact _all_ none none\n\
             rouser r{number} priv\nnonsense {number}\n# rocommunity commented\n"
        );
    }
    with_conf(&text, |snmp| {
        let peer = Peer::Ip(std::net::IpAddr::from([10, 0, 0, 1]));
        assert!(snmp.control.decide(b"public", &peer, crate::snmp::semantics::Version::V1).answers());
        snmp.grants.len() + snmp.findings().len() + snmp.users().len()
    })
}

#[test]
fn a_hundred_thousand_lines_are_read() {
    // 3 grants, a finding for the view that is too narrow to be seen, one for each user and each unknown line.
    let few = steps(10);
    assert_eq!(steps(11_112), few / 10 * 11_112);
}

#[test]
fn a_hundred_thousand_lines_are_shown() {
    let text = "# The community of the pollers is set below, as it is on all hosts of this site\n\
                # rocommunity s3cret 10.0.0.1\nrocommunity s3cret 10.0.0.0/8 # for pollers\nrocomunity s3cret\n";
    let shown = crate::snmp::show::show(text.repeat(25_000).as_bytes(), &mut Labels::default());
    assert_eq!(shown.matches("<community 1>").count(), 50_000);
    assert!(!shown.contains("s3cret"));
}
