//! The packets of the three modes that strangers send, and what an answer to them tells.
//!
//! Source: RFC 5905 for mode 3, RFC 9327 for mode 6, ntp_request.h of ntpd for mode 7. They are written here a second
//! time, so that the probe's own are not proved by themselves. All are of version 4: `restrict … version` keeps others out.

/// A client asks the time.
pub(crate) const TIME: &[u8] = &{
    let mut packet = [0; 48];
    packet[0] = 0x23;
    packet
};

/// The same; the answer repeats `number`.
pub(super) fn time(number: u64) -> Vec<u8> {
    [&TIME[..40], &number.to_be_bytes()].concat()
}

/// Mode 6, readvar of the system: what `ntpq -c rv` sends.
pub(crate) const READVAR: &[u8] = &control(2);
/// Mode 6: a nonce, without which no list of clients is given.
pub(super) const NONCE: &[u8] = &control(12);
/// Mode 7, sysinfo: what `ntpdc -c sysinfo` sends.
pub(super) const SYSINFO: &[u8] = &[0x27, 0, 3, 4, 0, 0, 0, 0];
/// Mode 7, monlist.
pub(super) const MONLIST: &[u8] = &[0x27, 0, 3, 42, 0, 0, 0, 0];

const fn control(operation: u8) -> [u8; 12] {
    [0x26, operation, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// Mode 6, read_mru with a nonce that was given to the same address and port.
pub(super) fn read_mru(nonce: &str) -> Vec<u8> {
    let data = format!("{nonce}, frags=32");
    let mut packet = control(10).to_vec();
    packet[10..].copy_from_slice(&u16::try_from(data.len()).unwrap().to_be_bytes());
    packet.extend(data.bytes());
    packet.resize(packet.len().next_multiple_of(4), 0);
    packet
}

/// What one packet from the daemon is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The time, with the number of the question.
    Time(u64),
    /// To readvar, or an error in mode 6 to whatever was asked.
    Mode6,
    /// `nonce=…`
    Nonce(String),
    /// A piece of the list of clients, and whether there is a client in it.
    Mru { has_client: bool },
    /// Mode 7, whatever was asked, and whether it lists a client.
    Mode7 { has_client: bool },
    /// Anything else.
    Unknown(Vec<u8>),
}

/// Reads a packet from the daemon.
pub(super) fn answer(packet: &[u8]) -> Answer {
    const ERROR: u8 = 0x40;
    let mode = packet.first().map(|byte| byte & 7);
    match (mode, packet.get(1)) {
        (Some(4), _) if packet.len() >= 48 => {
            Answer::Time(u64::from_be_bytes(packet[24..32].try_into().unwrap()))
        }
        (Some(6), Some(operation)) if packet.len() >= 12 => {
            let length = usize::from(u16::from_be_bytes([packet[10], packet[11]]));
            let text = String::from_utf8_lossy(&packet[12..12 + length.min(packet.len() - 12)]).into_owned();
            match operation & 0x1f {
                12 if operation & ERROR == 0 => Answer::Nonce(text.trim().to_owned()),
                10 if operation & ERROR == 0 => Answer::Mru { has_client: text.contains("addr.") },
                10 => Answer::Mru { has_client: false },
                _ => Answer::Mode6,
            }
        }
        (Some(7), _) if packet.len() >= 8 => {
            let is_list = packet[3] == MONLIST[3] && packet[4] >> 4 == 0;
            Answer::Mode7 { has_client: is_list && packet[5] > 0 }
        }
        _ => Answer::Unknown(packet.to_vec()),
    }
}
