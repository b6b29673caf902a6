//! SNMP packets as bytes: RFC 1157, RFC 3416, RFC 3414, and X.690 for how they are written.

/// A version of SNMP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Version {
    V1,
    V2c,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    Get,
    /// A value of a type that the object cannot have: who may write gets another error than who may not.
    SetWrongType,
}

/// What an answer says of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// It is there.
    There,
    /// noSuchObject, noSuchInstance or endOfMibView.
    Hidden,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) request: u32,
    pub(super) error: u32,
    pub(super) values: Vec<Value>,
}

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const NULL: u8 = 0x05;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const GET: u8 = 0xa0;
const RESPONSE: u8 = 0xa2;
const SET: u8 = 0xa3;

fn item(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        short @ 0..=0x7f => bytes.push(u8::try_from(short).unwrap()),
        long => {
            bytes.push(0x82);
            bytes.extend(u16::try_from(long).unwrap().to_be_bytes());
        }
    }
    bytes.extend(content);
    bytes
}

fn integer(value: u32) -> Vec<u8> {
    let bytes = i64::from(value).to_be_bytes();
    // As few bytes as keep the sign.
    let spare = bytes.windows(2).take_while(|pair| pair[0] == 0 && pair[1] & 0x80 == 0).count();
    item(INTEGER, &bytes[spare.min(7)..])
}

fn oid(numbers: &[u64]) -> Vec<u8> {
    let mut content = vec![u8::try_from(numbers[0] * 40 + numbers[1]).unwrap()];
    for number in &numbers[2..] {
        let mut digits = vec![u8::try_from(number & 0x7f).unwrap()];
        let mut rest = number >> 7;
        while rest > 0 {
            digits.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
            rest >>= 7;
        }
        content.extend(digits.iter().rev());
    }
    item(OID, &content)
}

/// A request with a community.
pub(super) fn request(
    version: Version,
    community: &[u8],
    operation: Operation,
    number: u32,
    objects: &[&[u64]],
) -> Vec<u8> {
    let value = if operation == Operation::Get { item(NULL, &[]) } else { integer(1) };
    let bindings: Vec<u8> =
        objects.iter().flat_map(|object| item(SEQUENCE, &[oid(object), value.clone()].concat())).collect();
    let tag = if operation == Operation::Get { GET } else { SET };
    let pdu = item(tag, &[integer(number), integer(0), integer(0), item(SEQUENCE, &bindings)].concat());
    let version = integer(u32::from(version == Version::V2c));
    item(SEQUENCE, &[version, item(OCTETS, community), pdu].concat())
}

/// A question for the engine's name, which every SNMPv3 agent answers whoever asks: RFC 3414 section 4.
pub(super) fn discovery(number: u32) -> Vec<u8> {
    let header = [integer(number), integer(65507), item(OCTETS, &[4]), integer(3)].concat();
    let empty = || item(OCTETS, &[]);
    let security = [empty(), integer(0), integer(0), empty(), empty(), empty()].concat();
    let pdu = item(GET, &[integer(number), integer(0), integer(0), item(SEQUENCE, &[])].concat());
    let scoped = item(SEQUENCE, &[empty(), empty(), pdu].concat());
    let security = item(OCTETS, &item(SEQUENCE, &security));
    item(SEQUENCE, &[integer(3), item(SEQUENCE, &header), security, scoped].concat())
}

/// One item: tag, content, what follows.
fn take(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
    let (tag, length, start) = match bytes {
        [tag, 0x81, length, ..] => (*tag, usize::from(*length), 3),
        [tag, 0x82, high, low, ..] => (*tag, usize::from(u16::from_be_bytes([*high, *low])), 4),
        [tag, length, ..] => (*tag, usize::from(*length), 2),
        _ => panic!("no item: {bytes:?}"),
    };
    let (content, rest) = bytes[start..].split_at(length);
    (tag, content, rest)
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Whether a packet is of SNMPv3.
pub(super) fn is_v3(packet: &[u8]) -> bool {
    let (_, message, _) = take(packet);
    number(take(message).1) == 3
}

/// The number of a message of SNMPv3.
pub(super) fn v3_number(packet: &[u8]) -> u32 {
    let (_, message, _) = take(packet);
    let (_, _, rest) = take(message);
    let (_, header, _) = take(rest);
    number(take(header).1)
}

/// Reads an answer to a request with a community.
pub(super) fn answer(packet: &[u8]) -> Answer {
    let (_, message, _) = take(packet);
    let (_, _, rest) = take(message);
    let (_, _, rest) = take(rest);
    let (tag, pdu, _) = take(rest);
    assert_eq!(tag, RESPONSE, "{packet:?}");
    let (_, request, rest) = take(pdu);
    let (_, error, rest) = take(rest);
    let (_, _, rest) = take(rest);
    let (_, mut bindings, _) = take(rest);
    let mut values = Vec::new();
    while !bindings.is_empty() {
        let (_, binding, rest) = take(bindings);
        let (_, _, value) = take(binding);
        values.push(if value[0] & 0xf0 == 0x80 { Value::Hidden } else { Value::There });
        bindings = rest;
    }
    Answer { request: number(request), error: number(error), values }
}

#[test]
fn the_request_is_the_one_that_was_recorded() {
    // Recorded of `snmpget -v1 -c public 127.0.0.1 sysDescr.0`, with the number 0x01020304.
    let recorded = [
        0x30, 0x29, 0x02, 0x01, 0x00, 0x04, 0x06, 0x70, 0x75, 0x62, 0x6c, 0x69, 0x63, 0xa0, 0x1c, 0x02, 0x04,
        0x01, 0x02, 0x03, 0x04, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x0e, 0x30, 0x0c, 0x06, 0x08, 0x2b,
        0x06, 0x01, 0x02, 0x01, 0x01, 0x01, 0x00, 0x05, 0x00,
    ];
    let sys_descr: &[u64] = &[1, 3, 6, 1, 2, 1, 1, 1, 0];
    assert_eq!(request(Version::V1, b"public", Operation::Get, 0x0102_0304, &[sys_descr]), recorded);
}
