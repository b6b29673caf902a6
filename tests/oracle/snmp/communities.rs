//! Communities of all legal bytes, as we write them and as snmpd reads them.

use standfast_providers::snmp::quoting;

use super::monitoring::Monitoring;
use super::packet::Version;
use crate::net::{Host, Package};
use crate::random::Random;

/// Pieces that show each rule of the two parses.
const PIECES: &[&str] = &[
    "'", "\"", "\\", "\\\\", "\\'", "'\"", "#", " ", "  ", "\t", "\r", "ü", "語", "🦜", "-V", "-v", "!", "%",
    "@", "=", "a", "B", "7", ".", "_", "-", "$HOME", "`", "{}", "[x]", "/", "\u{1}", "\u{7f}", "x y", "#c",
];

/// Communities with quotes, blanks, backslashes, comment signs and UTF-8, each once.
pub(super) fn communities(count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut random = Random::new(seed);
    let mut all = std::collections::BTreeSet::new();
    while all.len() < count {
        let pieces = 1 + random.below(24);
        let mut community = Vec::new();
        for _ in 0..pieces {
            if random.percent(10) {
                community.push(u8::try_from(1 + random.below(255)).unwrap());
            } else {
                community.extend_from_slice(random.pick(PIECES).as_bytes());
            }
        }
        if quoting::easy(&community).is_ok() {
            all.insert(community);
        }
    }
    all.into_iter().collect()
}

/// A machine with this snmpd.conf beside what Debian starts snmpd with.
fn host(snmpd_conf: &[u8]) -> Host {
    let host = Host::new(&[Package::Snmpd]);
    host.write("/etc/snmp/snmpd.conf", snmpd_conf);
    host
}

#[test]
fn snmpd_opens_exactly_the_communities_that_we_write() {
    let communities = communities(300, 1);
    let mut config = b"agentaddress udp:161\n".to_vec();
    for community in &communities {
        let word = quoting::easy(community).unwrap();
        config.extend([b"rocommunity ", &word[..], b" 192.0.2.2 # standfast: a test\n"].concat());
    }
    let host = host(&config);
    let monitoring = Monitoring::start(&host);
    let mut silent = communities.iter().filter(|community| !monitoring.answers(Version::V2c, community));
    assert_eq!(silent.next(), None, "{}", monitoring.log());
    let is_ours = |line: &&str| line.contains("snmpd.conf") || line.contains("rror");
    assert_eq!(monitoring.log().lines().find(is_ours), None);
}

#[test]
fn the_longest_community_that_we_write_is_read_whole() {
    let longest =
        [vec![b'x'; quoting::LONGEST_BETWEEN_PARSES], vec![b'\''; quoting::LONGEST_BETWEEN_PARSES / 2]];
    let line = |community: &Vec<u8>| {
        [b"rocommunity ", &quoting::easy(community).unwrap()[..], b" 192.0.2.2\n"].concat()
    };
    let mut config = b"agentaddress udp:161\n".to_vec();
    config.extend(longest.iter().flat_map(line));
    let host = host(&config);
    let monitoring = Monitoring::start(&host);
    for community in &longest {
        assert!(monitoring.answers(Version::V1, community), "{} bytes", community.len());
    }
    assert!(!monitoring.answers(Version::V1, &longest[0][1..]));
}
