use std::net::UdpSocket;

use super::responder::Responder;
use super::{HOUR, LOOPBACK, SHORT, ask_snmp, only};
use crate::probe::measure::End;
use crate::probe::snmp::{Community, Label, Sight, SnmpRequest, SnmpVerdict, Version};
use crate::probe::{Asked, SnmpAsked, probe};

const PUBLIC: Label = Label::Default("public");

/// What an agent does with requests of a community.
#[derive(Clone, Copy)]
struct Agent {
    community: &'static [u8],
    v1: bool,
    v2c: bool,
    v3: bool,
    hidden: bool,
    bulk: usize,
}

const OPEN: Agent = Agent { community: b"public", v1: true, v2c: true, v3: true, hidden: false, bulk: 4000 };

/// An element with a length in the long form.
fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let [_, high, middle, low] = (content.len() as u32).to_be_bytes();
    [&[tag, 0x83, high, middle, low][..], &content].concat()
}

impl Agent {
    /// Takes the requests apart by their known places: the probe's own forms are short.
    fn answer(self, datagram: &[u8]) -> Vec<Vec<u8>> {
        let version = datagram[4];
        if version == 3 {
            let id = &datagram[9..13];
            let scoped = [&[2, 4][..], id, &[2, 1, 0, 2, 1, 0, 0x30, 0]].concat();
            let header = [&[2, 4][..], id, &[2, 3, 0, 255, 227, 4, 1, 0, 2, 1, 3]].concat();
            let report = wrap(0x30, &[&[4, 0, 4, 0], &wrap(0xa8, &[&scoped])]);
            let message = wrap(0x30, &[&[2, 1, 3], &wrap(0x30, &[&header]), &[4, 0], &report]);
            return if self.v3 { vec![message] } else { Vec::new() };
        }
        let length = usize::from(datagram[6]);
        let (community, rest) = datagram[7..].split_at(length);
        let accepts = if version == 0 { self.v1 } else { self.v2c };
        if community != self.community || !accepts {
            return Vec::new();
        }
        let (tag, id) = (rest[0], &rest[2..4 + usize::from(rest[3])]);
        let oid = [6, 8, 0x2b, 6, 1, 2, 1, 1, 1, 0];
        let text = wrap(4, &[&vec![b'x'; if tag == 0xa5 { self.bulk } else { 50 }]]);
        let value = match (self.hidden, version) {
            (true, 0) => vec![5, 0],
            (true, _) => vec![0x80, 0],
            (false, _) => text,
        };
        let status = if self.hidden && version == 0 { 2 } else { 0 };
        let bindings = wrap(0x30, &[&wrap(0x30, &[&oid, &value])]);
        let pdu = wrap(0xa2, &[id, &[2, 1, status, 2, 1, 0], &bindings]);
        vec![wrap(0x30, &[&[2, 1, version, 4, length as u8], community, &pdu])]
    }

    fn start(self) -> Responder {
        Responder::new(move |datagram| self.answer(datagram))
    }
}

#[test]
fn an_agent_that_accepts_public_is_measured_with_getbulk() {
    let responder = OPEN.start();
    let proved = ask_snmp(responder.port, HOUR);
    assert_eq!((proved.verdict, proved.control), (SnmpVerdict::Accepted, true));
    assert_eq!((proved.communities[0].v1, proved.communities[0].v2c), (Some(Sight::Seen), Some(Sight::Seen)));
    assert_eq!(proved.communities[1].sight(), None, "private");
    assert_eq!(proved.accepted_defaults().count(), 1);
    let worst = proved.worst(PUBLIC).unwrap();
    assert_eq!((worst.request, worst.end), (SnmpRequest::BulkMib2(PUBLIC), End::Complete));
    assert_eq!(worst.measure.request_bytes, 38);
    assert!(worst.measure.factor() > 95.0);
    assert_eq!(proved.exchanges.len(), 2 * 2 + 1 + 2);
}

#[test]
fn an_agent_that_knows_v1_only_is_found_and_no_getbulk_is_sent() {
    let responder = Agent { v2c: false, ..OPEN }.start();
    let proved = ask_snmp(responder.port, HOUR);
    assert_eq!(proved.verdict, SnmpVerdict::Accepted);
    assert_eq!((proved.communities[0].v1, proved.communities[0].v2c), (Some(Sight::Seen), None));
    assert_eq!(proved.worst(PUBLIC).unwrap().request, SnmpRequest::Get(Version::V1, PUBLIC));
}

#[test]
fn a_view_that_hides_is_an_answer_all_the_same() {
    let responder = Agent { hidden: true, ..OPEN }.start();
    let proved = ask_snmp(responder.port, HOUR);
    assert_eq!(proved.verdict, SnmpVerdict::HiddenByView);
    assert_eq!(proved.communities[0].sight(), Some(Sight::Hidden));
    assert_eq!(proved.accepted_defaults().count(), 1);
}

#[test]
fn an_agent_that_answers_the_discovery_alone_refuses_and_is_not_waited_for() {
    let responder = Agent { community: b"other", ..OPEN }.start();
    assert_eq!(ask_snmp(responder.port, HOUR).verdict, SnmpVerdict::Refused);
}

#[test]
fn silence_without_a_discovery_proves_nothing() {
    let responder = Agent { community: b"other", v3: false, ..OPEN }.start();
    assert_eq!(ask_snmp(responder.port, SHORT).verdict, SnmpVerdict::CannotTell);
}

#[test]
fn a_port_without_an_agent_is_told_at_once() {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(ask_snmp(port, HOUR).verdict, SnmpVerdict::NoListener);
}

#[test]
fn an_answer_with_another_request_id_is_not_taken() {
    let responder = Responder::new(|datagram| {
        let mut replies = OPEN.answer(datagram);
        if datagram[4] != 3 {
            // The community's length and 5 bytes of its head, the two heads before it, and the number's own.
            let at = 5 + 3 + 2 + usize::from(datagram[6]) + 5 + 2;
            replies.iter_mut().for_each(|reply| reply[at] ^= 0x01);
        }
        replies
    });
    assert_eq!(ask_snmp(responder.port, HOUR).verdict, SnmpVerdict::Refused);
}

#[test]
fn an_answer_of_64_kib_is_taken_whole() {
    let responder = Agent { bulk: 65_400, ..OPEN }.start();
    let proved = ask_snmp(responder.port, HOUR);
    let worst = proved.worst(PUBLIC).unwrap().measure;
    assert!(worst.reply_bytes > 65_400 && worst.reply_packets == 1, "{worst:?}");
    assert!(worst.factor() > 1500.0);
}

#[test]
fn communities_of_the_configuration_are_tried_by_number_and_eight_in_all() {
    let names: Vec<Vec<u8>> = (0..20u8).map(|number| vec![b'c', number]).collect();
    let mut configured: Vec<&[u8]> = vec![b"public"];
    configured.extend(names.iter().map(Vec::as_slice));
    let communities = Community::with(&configured);
    assert_eq!(communities.len(), 8);
    assert_eq!(communities[2].label, Label::Configured(1), "public is tried once");
    let responder = Agent { community: b"c\x03", ..OPEN }.start();
    let snmp = SnmpAsked { port: responder.port, communities: &communities };
    let proved =
        only(probe(&Asked { ntp: None, snmp: Some(snmp), timeout: HOUR }, &[LOOPBACK])).snmp.unwrap();
    let accepted: Vec<Label> =
        proved.communities.iter().filter(|one| one.sight().is_some()).map(|one| one.label).collect();
    assert_eq!(accepted, [Label::Configured(4)]);
    assert_eq!(proved.accepted_defaults().count(), 0);
}

#[test]
fn the_bytes_of_a_community_are_in_no_debug_text() {
    let communities = Community::with(&[b"s3cr3t"]);
    let text = format!("{communities:?}");
    assert!(!text.contains("s3cr3t") && !text.contains("115"), "{text}");
}
