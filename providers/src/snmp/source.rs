//! `Source`, from where a community is accepted: addresses and masks as snmpd reads them.
//!
//! Source: `netsnmp_udp_parse_security` and `netsnmp_udp6_parse_security` in net-snmp's snmplib/transports.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::likely::is_like_a_source;
use crate::shown::Shown;

/// The addresses that agree with one address where a mask has ones; the ones need not stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// IPv4, over UDP and TCP.
    V4 {
        /// The address; zero where the mask is.
        address: u32,
        /// The mask.
        mask: u32,
    },
    /// IPv6, over UDP and TCP.
    V6 {
        /// The address; zero where the mask is.
        address: u128,
        /// The mask.
        mask: u128,
    },
}

impl Network {
    /// All addresses of IPv4.
    pub const ANY_V4: Self = Self::V4 { address: 0, mask: 0 };
    /// All addresses of IPv6.
    pub const ANY_V6: Self = Self::V6 { address: 0, mask: 0 };

    /// The network of a single address.
    #[must_use]
    pub fn host(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::V4 { address: address.to_bits(), mask: u32::MAX },
            IpAddr::V6(address) => Self::V6 { address: address.to_bits(), mask: u128::MAX },
        }
    }

    /// Whether an address is in it.
    #[must_use]
    pub fn contains(self, other: IpAddr) -> bool {
        match (self, other) {
            (Self::V4 { address, mask }, IpAddr::V4(other)) => other.to_bits() & mask == address,
            (Self::V6 { address, mask }, IpAddr::V6(other)) => other.to_bits() & mask == address,
            _ => false,
        }
    }

    /// Whether all of the other network is in it.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::V4 { address, mask }, Self::V4 { address: theirs, mask: narrow }) => {
                mask & !narrow == 0 && theirs & mask == address
            }
            (Self::V6 { address, mask }, Self::V6 { address: theirs, mask: narrow }) => {
                mask & !narrow == 0 && theirs & mask == address
            }
            _ => false,
        }
    }

    /// Whether some address is in both.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::V4 { address, mask }, Self::V4 { address: theirs, mask: other }) => {
                (address ^ theirs) & mask & other == 0
            }
            (Self::V6 { address, mask }, Self::V6 { address: theirs, mask: other }) => {
                (address ^ theirs) & mask & other == 0
            }
            _ => false,
        }
    }

    /// Whether it holds all addresses of its family.
    #[must_use]
    pub fn is_any(self) -> bool {
        matches!(self, Self::V4 { mask: 0, .. } | Self::V6 { mask: 0, .. })
    }

    /// The number of leading ones of the mask, where all its ones lead.
    #[must_use]
    pub fn prefix(self) -> Option<u32> {
        match self {
            Self::V4 { mask, .. } => (mask.leading_ones() == mask.count_ones()).then(|| mask.count_ones()),
            Self::V6 { mask, .. } => (mask.leading_ones() == mask.count_ones()).then(|| mask.count_ones()),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (address, mask, all) = match *self {
            Self::V4 { address, mask } => {
                (IpAddr::from(Ipv4Addr::from_bits(address)), IpAddr::from(Ipv4Addr::from_bits(mask)), 32)
            }
            Self::V6 { address, mask } => {
                (IpAddr::from(Ipv6Addr::from_bits(address)), IpAddr::from(Ipv6Addr::from_bits(mask)), 128)
            }
        };
        match self.prefix() {
            Some(prefix) if prefix == all => write!(f, "{address}"),
            Some(prefix) => write!(f, "{address}/{prefix}"),
            None => write!(f, "{address}/{mask}"),
        }
    }
}

/// From where a community is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Addresses.
    Net(Network),
    /// A name that the daemon looks up when it reads its files, and we do not.
    Host {
        /// The name.
        name: Vec<u8>,
        /// The mask that is laid on its addresses, all ones without one.
        mask: Network,
    },
    /// A socket in the file system by its path; `None`: any.
    Socket(Option<Vec<u8>>),
}

impl Source {
    /// Whether everyone who can reach the transport is meant: `default` and a mask of zeros.
    #[must_use]
    pub fn is_any(&self) -> bool {
        match self {
            Self::Net(network) => network.is_any(),
            Self::Host { mask, .. } => mask.is_any(),
            Self::Socket(path) => path.is_none(),
        }
    }

    /// Whether who is meant by the other is meant by this one too, as far as can be told without looking names up.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Net(network), Self::Net(other)) => network.covers(*other),
            (Self::Socket(None), Self::Socket(_)) => true,
            (Self::Net(network), Self::Host { mask, .. }) => network.is_any() && network.meets(*mask),
            (this, other) => this == other,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net(network) if network.is_any() => f.write_str("anywhere"),
            Self::Net(network) => network.fmt(f),
            // What stands in the place of a source may be the rest of a community with a blank in it.
            Self::Host { name, .. } if !is_like_a_source(name) => f.write_str("an odd name"),
            Self::Socket(Some(path)) if !path.starts_with(b"/") => f.write_str("an odd socket"),
            Self::Host { name, mask } => {
                let name = Shown::bytes(name);
                match mask.prefix() {
                    Some(32 | 128) => write!(f, "{name}"),
                    _ => write!(f, "{name} ({mask})"),
                }
            }
            Self::Socket(None) => f.write_str("any socket"),
            Self::Socket(Some(path)) => write!(f, "{}", Shown::bytes(path)),
        }
    }
}

/// Whether a match opens or ends the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sense {
    /// Who comes from there is let in.
    Opens,
    /// `!`: who comes from there is refused, whatever stands behind it.
    Refuses,
}

/// Why a source is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceDefect {
    /// The mask is no number of bits that the family has.
    MaskLength,
    /// The mask is neither a number of bits nor an address.
    Mask,
    /// The address has ones where the mask has zeros.
    Mismatch,
    /// It is the word of the example that nobody filled in.
    Example,
    /// `com2sec6` skips an IPv4 address without a word.
    Ipv4,
    /// It is `default` in other letters than small ones, which the daemon looks up as a name.
    Capitals,
    /// It is neither an address nor a name.
    NoName,
}

/// Names that the machine's own files know.
pub trait Hosts {
    /// The IPv4 addresses of a name, where a file says them.
    fn v4(&self, name: &[u8]) -> Vec<Ipv4Addr>;
    /// The IPv6 addresses of a name, where a file says them.
    fn v6(&self, name: &[u8]) -> Vec<Ipv6Addr>;
}

/// Reads the source of a com2sec line for IPv4.
///
/// # Errors
/// When the daemon drops the line for it.
pub fn read_v4(text: &[u8], negation: Sense, hosts: &dyn Hosts) -> Result<(Sense, Source), SourceDefect> {
    if text == b"default" {
        return Ok((Sense::Opens, Source::Net(Network::ANY_V4)));
    }
    let (sense, name, mask) = split(text, negation)?;
    let address = v4_address(name).or_else(|| hosts.v4(name).first().map(|address| address.to_bits()));
    let mask = match mask {
        None => u32::MAX,
        Some(mask) => match strtol(mask) {
            Some(bits @ 0..=32) => u32::MAX.checked_shl(32 - bits_of(bits)).unwrap_or(0),
            Some(_) => return Err(SourceDefect::MaskLength),
            None => parse_v4(mask).ok_or(SourceDefect::Mask)?,
        },
    };
    let Some(address) = address else {
        return Ok((sense, host(name, Network::V4 { address: 0, mask })?));
    };
    if address & !mask != 0 {
        return Err(SourceDefect::Mismatch);
    }
    Ok((sense, Source::Net(Network::V4 { address, mask })))
}

/// Reads the source of a com2sec6 line; a name can have several addresses.
///
/// # Errors
/// When the daemon drops the line for it.
pub fn read_v6(
    text: &[u8],
    negation: Sense,
    hosts: &dyn Hosts,
) -> Result<(Sense, Vec<Source>), SourceDefect> {
    if text == b"default" {
        return Ok((Sense::Opens, vec![Source::Net(Network::ANY_V6)]));
    }
    let (sense, name, mask) = split(text, negation)?;
    let mask = match mask {
        None => u128::MAX,
        Some(mask) => match strtol(mask) {
            Some(bits @ 0..=128) => u128::MAX.checked_shl(128 - bits_of(bits)).unwrap_or(0),
            Some(_) => return Err(SourceDefect::MaskLength),
            None => parse_v6(mask).ok_or(SourceDefect::Mask)?,
        },
    };
    let addresses = match parse_v6(name) {
        Some(address) => vec![address],
        None if parse_v4(name).is_some() => return Err(SourceDefect::Ipv4),
        // What inet_aton(3) alone reads is no address to a look-up for IPv6.
        None if v4_address(name).is_some() => return Err(SourceDefect::NoName),
        None => hosts.v6(name).iter().map(|address| address.to_bits()).collect(),
    };
    if addresses.is_empty() {
        return Ok((sense, vec![host(name, Network::V6 { address: 0, mask })?]));
    }
    if addresses.iter().any(|address| address & !mask != 0) {
        return Err(SourceDefect::Mismatch);
    }
    let source = |address| Source::Net(Network::V6 { address, mask });
    Ok((sense, addresses.into_iter().map(source).collect()))
}

fn bits_of(bits: i64) -> u32 {
    u32::try_from(bits).unwrap_or(0)
}

/// Sign, name and mask of a source; an empty mask is none.
type Parts<'t> = (Sense, &'t [u8], Option<&'t [u8]>);

fn split(text: &[u8], negation: Sense) -> Result<Parts<'_>, SourceDefect> {
    if text.starts_with(b"NETWORK") {
        return Err(SourceDefect::Example);
    }
    let (sense, text) = match text.strip_prefix(b"!") {
        Some(text) if negation == Sense::Refuses => (Sense::Refuses, text),
        _ => (Sense::Opens, text),
    };
    let slash = text.iter().position(|byte| *byte == b'/');
    let name = &text[..slash.unwrap_or(text.len())];
    let mask = slash.map(|slash| &text[slash + 1..]).filter(|mask| !mask.is_empty());
    Ok((sense, name, mask))
}

/// A name to look up; what cannot be one is refused, as the resolver does.
fn host(name: &[u8], mask: Network) -> Result<Source, SourceDefect> {
    let is_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'%');
    // No top-level domain is a number: what is written like an address and is none is not looked up in vain.
    let is_number = name.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    if is_number || name.starts_with(b"-") || !name.iter().all(is_name) {
        return Err(SourceDefect::NoName);
    }
    if name.eq_ignore_ascii_case(b"default") {
        return Err(SourceDefect::Capitals);
    }
    Ok(Source::Host { name: name.to_vec(), mask })
}

/// A number as strtol(3) with base 10 reads it, when nothing stands behind it.
pub(super) fn strtol(text: &[u8]) -> Option<i64> {
    let start = text.iter().position(|byte| !super::words::is_space(*byte))?;
    let text = &text[start..];
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits
        .iter()
        .fold(0_i64, |number, digit| number.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Some(if negative { -number } else { number })
}

/// An address as inet_pton(3) reads it: four decimal numbers, none with a leading zero.
fn parse_v4(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?;
    Some(text.parse::<Ipv4Addr>().ok()?.to_bits())
}

/// An address as inet_pton(3) reads it.
fn parse_v6(text: &[u8]) -> Option<u128> {
    let text = std::str::from_utf8(text).ok()?;
    Some(text.parse::<Ipv6Addr>().ok()?.to_bits())
}

/// An address as inet_pton(3) or, through getaddrinfo(3), inet_aton(3) reads it: `127.1`, `0x7f000001`, `0177.0.0.1`.
fn v4_address(text: &[u8]) -> Option<u32> {
    if let Some(address) = parse_v4(text) {
        return Some(address);
    }
    let parts: Vec<u32> = text.split(|byte| *byte == b'.').map(aton_number).collect::<Option<_>>()?;
    let (last, leading) = parts.split_last()?;
    if leading.len() > 3 || leading.iter().any(|part| *part > 255) {
        return None;
    }
    let shift = |index: usize| 24 - 8 * u32::try_from(index).unwrap_or(3);
    let bits_left = 32 - 8 * u32::try_from(leading.len()).unwrap_or(3);
    if bits_left < 32 && *last >= 1 << bits_left {
        return None;
    }
    Some(leading.iter().enumerate().fold(*last, |address, (index, part)| address | part << shift(index)))
}

fn aton_number(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?;
    if text.starts_with(['+', '-']) {
        return None;
    }
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => u32::from_str_radix(&text[1..], 8).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::{Hosts, Network, Sense, Source, SourceDefect, read_v4, read_v6};

    struct Localhost;

    impl Hosts for Localhost {
        fn v4(&self, name: &[u8]) -> Vec<Ipv4Addr> {
            if name == b"localhost" { vec![Ipv4Addr::LOCALHOST] } else { Vec::new() }
        }

        fn v6(&self, name: &[u8]) -> Vec<Ipv6Addr> {
            if name == b"localhost" { vec![Ipv6Addr::LOCALHOST] } else { Vec::new() }
        }
    }

    fn v4(text: &str) -> Result<String, SourceDefect> {
        let (sense, source) = read_v4(text.as_bytes(), Sense::Refuses, &Localhost)?;
        Ok(if sense == Sense::Refuses { format!("!{source}") } else { source.to_string() })
    }

    fn v6(text: &str) -> Result<String, SourceDefect> {
        let (_, sources) = read_v6(text.as_bytes(), Sense::Refuses, &Localhost)?;
        Ok(sources.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn a_source_whose_host_bits_are_not_zero_is_none() {
        assert_eq!(v4("127.0.0.1/8"), Err(SourceDefect::Mismatch));
        assert_eq!(v4("127.0.0.0/8").as_deref(), Ok("127.0.0.0/8"));
        assert_eq!(v4("127.0.0.0/255.0.0.0").as_deref(), Ok("127.0.0.0/8"));
        assert_eq!(v6("2001:db8::1/64"), Err(SourceDefect::Mismatch));
    }

    #[test]
    fn an_empty_mask_is_none_and_the_address_zero_is_not_any() {
        assert_eq!(v4("127.0.0.1/").as_deref(), Ok("127.0.0.1"));
        assert_eq!(v4("0.0.0.0").as_deref(), Ok("0.0.0.0"));
        assert_eq!(v4("0.0.0.0/0").as_deref(), Ok("anywhere"));
        assert_eq!(v6("::/0").as_deref(), Ok("anywhere"));
        assert_eq!(v6("::").as_deref(), Ok("::"));
    }

    #[test]
    fn default_is_the_word_in_small_letters_and_anything_else_is_looked_up() {
        assert_eq!(v4("default").as_deref(), Ok("anywhere"));
        assert_eq!(v4("DEFAULT"), Err(SourceDefect::Capitals));
        assert_eq!(v4("-V"), Err(SourceDefect::NoName));
        assert!(matches!(read_v4(b"nms", Sense::Refuses, &Localhost), Ok((_, Source::Host { .. }))));
        assert_eq!(v4("a,b"), Err(SourceDefect::NoName));
        assert_eq!(v4("localhost").as_deref(), Ok("127.0.0.1"));
        assert_eq!(v6("localhost").as_deref(), Ok("::1"));
    }

    #[test]
    fn an_exclamation_mark_refuses_from_5_8_on_and_is_part_of_a_name_before() {
        assert_eq!(v4("!10.0.0.0/8").as_deref(), Ok("!10.0.0.0/8"));
        assert_eq!(read_v4(b"!10.0.0.0/8", Sense::Opens, &Localhost), Err(SourceDefect::NoName));
    }

    #[test]
    fn a_mask_is_a_number_of_bits_or_an_address() {
        assert_eq!(v4("10.0.0.0/33"), Err(SourceDefect::MaskLength));
        assert_eq!(v4("10.0.0.0/x"), Err(SourceDefect::Mask));
        assert_eq!(v4("10.0.0.0/+8").as_deref(), Ok("10.0.0.0/8"));
        assert_eq!(v4("10.0.7.0/255.0.255.0").as_deref(), Ok("10.0.7.0/255.0.255.0"));
        assert_eq!(v6("2001:db8::/ffff:ffff::").as_deref(), Ok("2001:db8::/32"));
    }

    #[test]
    fn short_and_octal_addresses_are_read_as_the_resolver_reads_them() {
        assert_eq!(v4("127.1").as_deref(), Ok("127.0.0.1"));
        assert_eq!(v4("0x7f000001").as_deref(), Ok("127.0.0.1"));
        assert_eq!(v4("0177.0.0.1").as_deref(), Ok("127.0.0.1"));
        assert_eq!(v4("127.0.0.256"), Err(SourceDefect::NoName));
    }

    #[test]
    fn an_ipv4_address_is_skipped_where_ipv6_is_meant() {
        assert_eq!(v6("1.2.3.4"), Err(SourceDefect::Ipv4));
    }

    #[test]
    fn the_word_of_the_example_is_refused() {
        assert_eq!(v4("NETWORK/24"), Err(SourceDefect::Example));
    }

    #[test]
    fn a_network_covers_what_has_all_its_addresses_in_it() {
        let net = |text: &str| match read_v4(text.as_bytes(), Sense::Refuses, &Localhost) {
            Ok((_, Source::Net(network))) => network,
            other => panic!("{other:?}"),
        };
        assert!(net("10.0.0.0/8").covers(net("10.1.0.0/16")));
        assert!(!net("10.1.0.0/16").covers(net("10.0.0.0/8")));
        assert!(Network::ANY_V4.covers(net("10.0.0.1")));
        assert!(!Network::ANY_V4.covers(Network::ANY_V6));
        assert!(net("10.0.7.0/255.0.255.0").meets(net("10.9.0.0/16")));
        assert!(!net("10.0.0.0/8").meets(net("11.0.0.0/8")));
    }
}
