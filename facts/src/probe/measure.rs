//! What went out, what came back: the numbers of an amplification.

use std::fmt;

/// The smallest Ethernet frame with its check sequence, IEEE 802.3: what an attacker's packet costs him at least.
const SMALLEST_FRAME: u64 = 64;
/// Ethernet's header and check sequence.
const ETHERNET: u64 = 18;
/// The largest payload of an Ethernet frame; longer datagrams go out in fragments.
const ETHERNET_PAYLOAD: u64 = 1500;
const UDP_HEADER: u64 = 8;

/// An IP version, for what its headers cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4, a header of 20 bytes.
    V4,
    /// IPv6, a header of 40 bytes, and one of 8 bytes more in a fragment.
    V6,
}

impl Family {
    /// The bytes that a datagram of this payload takes on an Ethernet, fragments and padding included.
    #[must_use]
    pub fn on_the_wire(self, payload: u64) -> u64 {
        let datagram = payload + UDP_HEADER;
        let (header, fragment) = match self {
            Self::V4 => (20, 20),
            Self::V6 => (40, 48),
        };
        if datagram + header <= ETHERNET_PAYLOAD {
            return (datagram + header + ETHERNET).max(SMALLEST_FRAME);
        }
        // A fragment's share of the datagram is a multiple of 8 bytes, RFC 791 and RFC 8200.
        let share = (ETHERNET_PAYLOAD - fragment) / 8 * 8;
        datagram + datagram.div_ceil(share) * (fragment + ETHERNET)
    }
}

/// The bytes of one request and of all that answered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// UDP payload of the request, in bytes.
    pub request_bytes: u64,
    /// UDP payload of all replies to it, in bytes.
    pub reply_bytes: u64,
    /// How many datagrams the replies were.
    pub reply_packets: u64,
    /// The request on an Ethernet, in bytes.
    pub request_wire: u64,
    /// The replies on an Ethernet, in bytes.
    pub reply_wire: u64,
}

impl Measure {
    /// Of a request that nothing has answered yet.
    #[must_use]
    pub fn of_request(family: Family, bytes: u64) -> Self {
        Self {
            request_bytes: bytes,
            reply_bytes: 0,
            reply_packets: 0,
            request_wire: family.on_the_wire(bytes),
            reply_wire: 0,
        }
    }

    /// Counts one datagram of the reply.
    pub fn count(&mut self, family: Family, bytes: u64) {
        self.reply_bytes += bytes;
        self.reply_packets += 1;
        self.reply_wire += family.on_the_wire(bytes);
    }

    /// The amplification factor of the payload: what CERT's TA14-017A calls the bandwidth amplification factor.
    #[must_use]
    pub fn factor(&self) -> f64 {
        ratio(self.reply_bytes, self.request_bytes)
    }

    /// The same on an Ethernet, where a small request is padded and each reply has headers.
    #[must_use]
    pub fn wire_factor(&self) -> f64 {
        ratio(self.reply_wire, self.request_wire)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request_bytes, reply_bytes, reply_packets, .. } = self;
        let packets = if *reply_packets == 1 { "packet" } else { "packets" };
        write!(f, "{request_bytes} bytes in, {reply_bytes} bytes out in {reply_packets} {packets}, factor ")?;
        let factor = self.factor();
        if factor < 100.0 { write!(f, "{factor:.1}") } else { write!(f, "{factor:.0}") }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a request has at most megabytes of replies")]
fn ratio(reply: u64, request: u64) -> f64 {
    if request == 0 { 0.0 } else { reply as f64 / request as f64 }
}

/// How the replies to a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The last of the reply came.
    Complete,
    /// Nothing came.
    Silent,
    /// A part came, and the rest did not in time.
    Partial,
    /// Nothing listens there.
    Refused,
    /// More came than is taken of one request, so the rest was refused.
    CutOff,
}

impl End {
    /// The word for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Silent => "silent",
            Self::Partial => "partial",
            Self::Refused => "refused",
            Self::CutOff => "cut_off",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replies(request: u64, packets: u64, each: u64) -> Measure {
        let mut measure = Measure::of_request(Family::V4, request);
        (0..packets).for_each(|_| measure.count(Family::V4, each));
        measure
    }

    #[test]
    fn the_factors_are_those_that_were_measured_on_real_daemons() {
        let monlist = replies(8, 100, 440);
        assert_eq!(monlist.to_string(), "8 bytes in, 44000 bytes out in 100 packets, factor 5500");
        assert!((monlist.factor() - 5500.0).abs() < 0.1);
        assert_eq!(monlist.wire_factor().round() as u64, 759);
        let old = replies(8, 60, 488);
        assert!((old.factor() - 3660.0).abs() < 0.1);
        assert_eq!(old.wire_factor().round() as u64, 501);
        assert_eq!(replies(192, 100, 440).factor().round() as u64, 229, "the request's size decides");
        assert_eq!(replies(104, 1, 104).factor().round() as u64, 1);
    }

    #[test]
    fn a_small_datagram_is_padded_and_a_large_one_goes_in_fragments() {
        assert_eq!(Family::V4.on_the_wire(8), 64);
        assert_eq!(Family::V6.on_the_wire(8), 74);
        assert_eq!(Family::V4.on_the_wire(1472), 1518);
        assert_eq!(Family::V4.on_the_wire(1473), 1481 + 2 * 38);
        assert_eq!(Family::V6.on_the_wire(1452), 1518);
        assert_eq!(Family::V6.on_the_wire(1453), 1461 + 2 * 66);
    }

    #[test]
    fn silence_has_the_factor_0_and_no_request_too() {
        assert!(Measure::of_request(Family::V4, 8).factor().abs() < f64::EPSILON);
        assert!(Measure::of_request(Family::V4, 0).factor().abs() < f64::EPSILON);
    }
}
