//! The packets of NTP that the probe sends, to the byte, and what it reads of the answers.
//!
//! Sources: RFC 5905 (time), RFC 9327 (mode 6), `ntp_request.h` of ntp 4.2.6 (mode 7), `candm.h` of chrony 4.3 (command
//! port). What the daemons really answer was measured on ntp 4.2.4p8, 4.2.6p5, 4.2.8p15, NTPsec 1.2.2 and chrony 4.3.

/// The longest nonce that is sent back; ntpd's has 24 digits.
const LONGEST_NONCE: usize = 64;

/// A request of mode 7 in ntpdc's protocol, all with implementation 3 (`IMPL_XNTPD`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Private {
    /// `REQ_MON_GETLIST_1`: the monitor list, items of 72 bytes.
    Monlist = 42,
    /// `REQ_MON_GETLIST`: the same of older versions, items of 48 bytes.
    MonlistOld = 20,
    /// `REQ_GET_RESTRICT`: the restrictions.
    Reslist = 16,
    /// `REQ_SYS_INFO`.
    Sysinfo = 4,
}

/// A request of mode 6, RFC 9327.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Control {
    Readvar = 2,
    ReadMru = 10,
    Nonce = 12,
}

const MODE_SERVER: u8 = 4;
const MODE_CONTROL: u8 = 6;
const MODE_PRIVATE: u8 = 7;

/// The version in a request of mode 6. Under `restrict … version` NTPsec answers 4 alone, in whatever mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// What ntpq asks with.
    Two = 2,
    Four = 4,
}

/// Asks for the time as any client does: mode 3, version 4, the only one that is answered under `restrict … version`.
/// `transmit` comes back as the origin of the answer.
pub(super) fn time(transmit: u64) -> Vec<u8> {
    let mut packet = vec![0; 48];
    packet[0] = (Version::Four as u8) << 3 | 3;
    packet[40..].copy_from_slice(&transmit.to_be_bytes());
    packet
}

/// The 8 bytes that suffice for a request of mode 7 and that an attacker therefore sends.
pub(super) fn private(request: Private) -> Vec<u8> {
    vec![2 << 3 | MODE_PRIVATE, 0, 3, request as u8, 0, 0, 0, 0]
}

/// A request of mode 6, padded to 4 bytes.
pub(super) fn control(request: Control, version: Version, sequence: u16, data: &[u8]) -> Vec<u8> {
    let [high, low] = sequence.to_be_bytes();
    let [count_high, count_low] = u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes();
    let first = (version as u8) << 3 | MODE_CONTROL;
    let mut packet = vec![first, request as u8, high, low, 0, 0, 0, 0, 0, 0, count_high, count_low];
    packet.extend_from_slice(data);
    packet.resize(packet.len().next_multiple_of(4), 0);
    packet
}

/// Asks for the list of clients; the daemon gave the nonce to this very socket.
pub(super) fn read_mru(version: Version, sequence: u16, nonce: &[u8]) -> Vec<u8> {
    let data = [b"nonce=", nonce, b", frags=32"].concat();
    control(Control::ReadMru, version, sequence, &data)
}

/// Asks chrony's command port for its tracking state, which needs no authentication; protocol 6 (chrony 2.0 and later),
/// as long as its answer, for a shorter one is dropped.
pub(super) fn tracking(sequence: u32) -> Vec<u8> {
    const PROTOCOL: u8 = 6;
    const REQUEST: u8 = 1;
    const TRACKING: u8 = 33;

    let mut packet = vec![0; 104];
    packet[0] = PROTOCOL;
    packet[1] = REQUEST;
    packet[5] = TRACKING;
    packet[8..12].copy_from_slice(&sequence.to_be_bytes());
    packet
}

/// An answer of an NTP daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply<'a> {
    /// The time, with the origin that names the request.
    Time { origin: u64 },
    /// A datagram of an answer of mode 7.
    Private(PrivateReply),
    /// A datagram of an answer of mode 6.
    Control(ControlReply<'a>),
}

/// A datagram of an answer of mode 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PrivateReply {
    /// The number of the request.
    pub request: u8,
    /// Whether more datagrams follow.
    pub more: bool,
    /// 0, or why there is nothing: 4 is "no data", which is said of a list that is empty and of one that is not kept.
    pub error: u8,
    /// How many whole items are in this datagram.
    pub items: u16,
}

/// A datagram of an answer of mode 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ControlReply<'a> {
    /// The number of the request.
    pub operation: u8,
    /// The sequence number of the request.
    pub sequence: u16,
    /// Whether more datagrams follow.
    pub more: bool,
    /// 0, or why there is nothing: 1 is "permission denied".
    pub error: u8,
    /// Where in the whole the data belong, in bytes.
    pub offset: u16,
    /// The data.
    pub data: &'a [u8],
}

/// Reads an answer; `None` is whatever else a datagram may hold.
pub(super) fn read(datagram: &[u8]) -> Option<Reply<'_>> {
    match datagram.first()? & 7 {
        MODE_SERVER => {
            let origin = datagram.get(24..32).filter(|_| datagram.len() >= 48)?;
            Some(Reply::Time { origin: u64::from_be_bytes(origin.try_into().ok()?) })
        }
        MODE_PRIVATE => read_private(datagram).map(Reply::Private),
        MODE_CONTROL => read_control(datagram).map(Reply::Control),
        _ => None,
    }
}

fn read_private(datagram: &[u8]) -> Option<PrivateReply> {
    let &[first, _, _, request, count_high, count_low, size_high, size_low] = datagram.first_chunk::<8>()?;
    if first & 0x80 == 0 {
        return None;
    }
    let (error, items) = (count_high >> 4, u16::from_be_bytes([count_high & 0xf, count_low]));
    let size = u16::from_be_bytes([size_high & 0xf, size_low]);
    // What is said to be in the datagram and what is there are two things.
    let there = (datagram.len() - 8).checked_div(usize::from(size)).unwrap_or(0);
    let items = items.min(u16::try_from(there).unwrap_or(u16::MAX));
    Some(PrivateReply { request, more: first & 0x40 != 0, error, items: if error == 0 { items } else { 0 } })
}

fn read_control(datagram: &[u8]) -> Option<ControlReply<'_>> {
    let &[
        _,
        flags,
        sequence_high,
        sequence_low,
        status,
        _,
        _,
        _,
        offset_high,
        offset_low,
        count_high,
        count_low,
    ] = datagram.first_chunk::<12>()?;
    if flags & 0x80 == 0 {
        return None;
    }
    let count = u16::from_be_bytes([count_high, count_low]);
    Some(ControlReply {
        operation: flags & 0x1f,
        sequence: u16::from_be_bytes([sequence_high, sequence_low]),
        more: flags & 0x20 != 0,
        error: if flags & 0x40 == 0 { 0 } else { status.max(1) },
        offset: u16::from_be_bytes([offset_high, offset_low]),
        data: datagram.get(12..12 + usize::from(count))?,
    })
}

/// Whether a datagram answers the request for the tracking state of this number. Any status will do: who says
/// "not authorised" answers.
pub(super) fn is_tracking(datagram: &[u8], sequence: u32) -> bool {
    const REPLY: u8 = 2;
    datagram.len() >= 28 && datagram[1] == REPLY && datagram[16..20] == sequence.to_be_bytes()
}

/// The value of a variable in an answer of mode 6: `key=value, key="value"`, in any order.
pub(super) fn variable<'a>(text: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    let mut rest = text;
    while !rest.is_empty() {
        // A comma in quotes divides nothing.
        let mut quoted = false;
        let end = rest.iter().position(|byte| {
            quoted ^= *byte == b'"';
            *byte == b',' && !quoted
        });
        let (pair, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind.get(1..).unwrap_or_default();
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let (key, value) = (halves.next()?.trim_ascii(), halves.next());
        if let Some(value) = value.filter(|_| key == wanted) {
            let value = value.trim_ascii();
            let inner = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
            return Some(inner.unwrap_or(value));
        }
    }
    None
}

/// The nonce of an answer, if it is one that may be sent back: letters and digits only, for it goes into a request.
pub(super) fn nonce(text: &[u8]) -> Option<&[u8]> {
    let nonce = variable(text, b"nonce")?;
    let is_one = (1..=LONGEST_NONCE).contains(&nonce.len()) && nonce.iter().all(u8::is_ascii_alphanumeric);
    is_one.then_some(nonce)
}

#[cfg(test)]
#[path = "packet_tests.rs"]
mod tests;
