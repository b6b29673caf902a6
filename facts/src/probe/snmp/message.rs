//! The messages of SNMP that the probe sends, to the byte, and what it reads of the answers.
//!
//! Sources: RFC 1157 (v1), RFC 3416 (v2c), RFC 3412 and 3414 (v3 and its discovery). What an agent really answers was
//! measured on net-snmp 5.9.3.

use super::ber::{INTEGER, NULL, OCTETS, OID, Reader, SEQUENCE, number, oid, wrap};

/// `sysDescr.0`, RFC 3418: every agent has it, and the views of the distributions show it.
const SYS_DESCR: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 1, 0];
/// `mib-2`, under which all standard objects are.
const MIB_2: [u32; 6] = [1, 3, 6, 1, 2, 1];
/// `hrSWInstalledName`, RFC 2790: the list of packages, the longest texts that an agent has.
const INSTALLED_NAME: [u32; 11] = [1, 3, 6, 1, 2, 1, 25, 6, 3, 1, 2];

const GET: u8 = 0xa0;
const RESPONSE: u8 = 0xa2;
const GET_BULK: u8 = 0xa5;
const REPORT: u8 = 0xa8;

/// How often GETBULK asks for the next object. An agent with `maxGetbulkResponses -1` would try to honour any number,
/// and 2^31-1 would keep it busy for good; this is what fills one datagram.
const REPETITIONS: i64 = 2250;
/// The largest message that is taken, in bytes: what UDP can carry.
const LARGEST: i64 = 65_507;
/// The message flag `reportable` without authentication or privacy, RFC 3412 section 6.4.
const REPORTABLE: u8 = 4;
/// The User-based Security Model, RFC 3411 section 5.
const USM: i64 = 3;

/// A version that knows communities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// SNMPv1.
    V1,
    /// SNMPv2c.
    V2c,
}

impl Version {
    /// Its number in a message.
    const fn number(self) -> i64 {
        match self {
            Self::V1 => 0,
            Self::V2c => 1,
        }
    }

    /// Its name, as net-snmp's `-v` has it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2c => "v2c",
        }
    }
}

/// What a walk begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walk {
    InstalledName,
    Mib2,
}

/// Asks for `sysDescr.0`.
pub(super) fn get(version: Version, community: &[u8], id: i32) -> Vec<u8> {
    message(version, community, GET, [i64::from(id), 0, 0], &SYS_DESCR)
}

/// Asks for as many objects as the agent gives in one datagram; SNMPv1 has no such request.
pub(super) fn get_bulk(community: &[u8], id: i32, walk: Walk) -> Vec<u8> {
    let from: &[u32] = match walk {
        Walk::InstalledName => &INSTALLED_NAME,
        Walk::Mib2 => &MIB_2,
    };
    message(Version::V2c, community, GET_BULK, [i64::from(id), 0, REPETITIONS], from)
}

fn message(version: Version, community: &[u8], tag: u8, numbers: [i64; 3], object: &[u32]) -> Vec<u8> {
    let binding = wrap(SEQUENCE, &[&oid(object), &wrap(NULL, &[])]);
    let [id, first, second] = numbers.map(number);
    let pdu = wrap(tag, &[&id, &first, &second, &wrap(SEQUENCE, &[&binding])]);
    wrap(SEQUENCE, &[&number(version.number()), &wrap(OCTETS, &[community]), &pdu])
}

/// Asks a v3 agent who it is, which it tells everyone: RFC 3414 section 4.
pub(super) fn discovery(id: i32) -> Vec<u8> {
    let id = number(i64::from(id));
    let zero = number(0);
    let none = wrap(OCTETS, &[]);
    let header = wrap(SEQUENCE, &[&id, &number(LARGEST), &wrap(OCTETS, &[&[REPORTABLE]]), &number(USM)]);
    let security = wrap(SEQUENCE, &[&none, &zero, &zero, &none, &none, &none]);
    let pdu = wrap(GET, &[&id, &zero, &zero, &wrap(SEQUENCE, &[])]);
    let scoped = wrap(SEQUENCE, &[&none, &none, &pdu]);
    wrap(SEQUENCE, &[&number(3), &header, &wrap(OCTETS, &[&security]), &scoped])
}

/// What an agent shows to whom it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It shows the object.
    Seen,
    /// It answers that there is no such object: a view hides it. An attacker gets an answer all the same.
    Hidden,
    /// It answers with another error, RFC 3416 section 3.
    Error(i64),
}

/// An answer to a message of this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply<'a> {
    /// To a request with a community.
    Community { version: Version, community: &'a [u8], id: i64, sight: Sight },
    /// To the discovery.
    Agent { id: i64 },
}

/// Reads an answer; `None` is whatever else a datagram may hold. Bytes behind the message are not looked at.
pub(super) fn read(datagram: &[u8]) -> Option<Reply<'_>> {
    let mut message = Reader::new(datagram).inner(SEQUENCE)?;
    let version = match message.integer()? {
        0 => Version::V1,
        1 => Version::V2c,
        3 => return read_report(message),
        _ => return None,
    };
    let community = message.element(OCTETS)?;
    let mut pdu = message.inner(RESPONSE)?;
    let id = pdu.integer()?;
    let status = pdu.integer()?;
    let _index = pdu.integer()?;
    let bindings = pdu.inner(SEQUENCE)?;
    Some(Reply::Community { version, community, id, sight: sight(version, status, bindings)? })
}

fn sight(version: Version, status: i64, mut bindings: Reader<'_>) -> Option<Sight> {
    /// `noSuchName` of SNMPv1, which has no exceptions.
    const NO_SUCH_NAME: i64 = 2;

    match (version, status) {
        (_, 0) => {}
        (Version::V1, NO_SUCH_NAME) => return Some(Sight::Hidden),
        (_, status) => return Some(Sight::Error(status)),
    }
    let mut sight = None;
    while !bindings.is_empty() {
        let mut binding = bindings.inner(SEQUENCE)?;
        binding.element(OID)?;
        let (tag, _) = binding.any()?;
        // noSuchObject, noSuchInstance and endOfMibView.
        let this = if (0x80..=0x82).contains(&tag) { Sight::Hidden } else { Sight::Seen };
        sight = Some(if sight == Some(Sight::Seen) { Sight::Seen } else { this });
    }
    Some(sight.unwrap_or(Sight::Hidden))
}

/// The report that answers a discovery. Its engine ID may hold a MAC address, and nobody needs it: it stays unread.
fn read_report(mut message: Reader<'_>) -> Option<Reply<'_>> {
    let id = message.inner(SEQUENCE)?.integer()?;
    message.element(OCTETS)?;
    let mut scoped = message.inner(SEQUENCE)?;
    scoped.element(OCTETS)?;
    scoped.element(OCTETS)?;
    let mut report = scoped.inner(REPORT)?;
    report.element(INTEGER)?;
    Some(Reply::Agent { id })
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
