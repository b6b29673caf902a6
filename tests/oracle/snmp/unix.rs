//! The list of communities of sockets in the file system.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use standfast_providers::snmp::semantics::{self, Peer};

use super::agent::{Agent, machine};
use super::compare::{directory, with_model};
use super::packet::{self, Operation, Version};

const CHAIN: &str = "group g v2c u\naccess g \"\" any noauth exact _all_ none none\n";

/// Whether a community is answered on the socket. Behind the question goes one that is always answered.
fn is_answered(socket: &Path, community: &str) -> bool {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let sys_descr: &[u64] = &[1, 3, 6, 1, 2, 1, 1, 1, 0];
    stream
        .write_all(&packet::request(Version::V2c, community.as_bytes(), Operation::Get, 7, &[sys_descr]))
        .unwrap();
    stream.write_all(&packet::discovery(8)).unwrap();
    let mut buffer = [0; 65536];
    let length = stream.read(&mut buffer).unwrap();
    assert!(length > 0, "snmpd closed the connection");
    !packet::is_v3(&buffer[..length])
}

#[test]
fn sockets_have_their_own_list_which_authcommunity_fills_and_others_do_not() {
    let home = directory("unix");
    let socket = home.join("s");
    let file = home.join("snmpd.conf");
    let path = socket.to_str().unwrap();
    let cases = [
        "rocommunity public\nrocommunity6 public\n".to_owned(),
        "authcommunity read public\n".to_owned(),
        "authcommunity read public 127.0.0.1\n".to_owned(),
        format!("authcommunity read public {path}\n"),
        format!("com2secunix u default public\n{CHAIN}"),
        format!("com2secunix u {path} public\n{CHAIN}"),
        format!("com2secunix u {path}x public\n{CHAIN}"),
        format!("com2secunix -Cn ctx u default public\n{CHAIN}"),
        format!("com2sec u default public\n{CHAIN}"),
        format!("com2secunix u {path}x public\nauthcommunity read public\n{CHAIN}"),
        format!("com2secunix nobody default public\nauthcommunity read public\n{CHAIN}"),
        format!("authcommunity read {}\n", "a".repeat(254)),
        format!("authcommunity read {}\n", "a".repeat(255)),
    ];
    let host = machine();
    std::fs::write(&file, "").unwrap();
    let home_variable = format!("HOME={}", home.display());
    let persistent = format!("SNMP_PERSISTENT_DIR={}", home.join("persistent").display());
    let options = ["-C", "-c", file.to_str().unwrap(), &format!("unix:{path}")];
    let mut agent = Agent::start(&host, &home, &[&home_variable, &persistent], &options);
    let mut answered = 0;
    for text in cases {
        std::fs::write(&file, &text).unwrap();
        agent.reload();
        for community in ["public".to_owned(), "a".repeat(254), "a".repeat(255)] {
            let theirs = is_answered(&socket, &community);
            let peer = Peer::Socket(path.into());
            let decide = |snmp: &standfast_providers::snmp::Snmp<'_>| {
                snmp.control.decide(community.as_bytes(), &peer, semantics::Version::V2c).answers()
            };
            assert_eq!(with_model(&host, &file, decide), theirs, "{community} by\n{text}");
            answered += usize::from(theirs);
        }
    }
    assert!(answered >= 5, "only {answered} were answered");
}
