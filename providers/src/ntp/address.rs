//! Networks and addresses as ntp.conf writes them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressFamily {
    /// IPv4
    V4,
    /// IPv6
    V6,
}

impl AddressFamily {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::V4, Self::V6];

    /// The family of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// How many bits an address has.
    #[must_use]
    pub fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// The mask of a single host, as a number.
    #[must_use]
    pub fn ones(self) -> u128 {
        match self {
            Self::V4 => u128::from(u32::MAX),
            Self::V6 => u128::MAX,
        }
    }

    /// An address from its number.
    #[must_use]
    pub fn address(self, number: u128) -> IpAddr {
        match self {
            // A number of this family has no more than 32 bits.
            Self::V4 => Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX)).into(),
            Self::V6 => Ipv6Addr::from_bits(number).into(),
        }
    }
}

impl fmt::Display for AddressFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}

/// The number of an address: the first byte is the highest.
#[must_use]
pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// An address and a mask, which ntpd allows to have gaps.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    family: AddressFamily,
    address: u128,
    mask: u128,
}

impl Network {
    /// The network of an address and a mask; bits that the mask leaves out are cleared, as ntpd does.
    #[must_use]
    pub fn new(family: AddressFamily, address: u128, mask: u128) -> Self {
        let mask = mask & family.ones();
        Self { family, address: address & mask, mask }
    }

    /// A single address.
    #[must_use]
    pub fn host(address: IpAddr) -> Self {
        let family = AddressFamily::of(address);
        Self::new(family, number(address), family.ones())
    }

    /// The first bits of an address; `None` where it has not so many.
    #[must_use]
    pub fn prefix(address: IpAddr, length: u8) -> Option<Self> {
        let family = AddressFamily::of(address);
        let host_bits = u32::from(family.bits().checked_sub(length)?);
        let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
        Some(Self::new(family, number(address), mask))
    }

    /// All addresses of a family.
    #[must_use]
    pub fn everyone(family: AddressFamily) -> Self {
        Self { family, address: 0, mask: 0 }
    }

    /// Reads `ADDRESS` or `ADDRESS/LENGTH`, the address written in full.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('/') {
            None => text.parse().ok().map(Self::host),
            Some((address, length)) => {
                let length = Some(length).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
                Self::prefix(address.parse().ok()?, length.parse().ok()?)
            }
        }
    }

    /// Its family.
    #[must_use]
    pub fn family(&self) -> AddressFamily {
        self.family
    }

    /// Its lowest address as a number.
    #[must_use]
    pub fn first(&self) -> u128 {
        self.address
    }

    /// Its highest address as a number.
    #[must_use]
    pub fn last(&self) -> u128 {
        self.address | (self.family.ones() & !self.mask)
    }

    /// Its mask as a number.
    #[must_use]
    pub fn mask(&self) -> u128 {
        self.mask
    }

    /// How many leading bits count; `None` for a mask with gaps.
    #[must_use]
    pub fn length(&self) -> Option<u8> {
        let shift = 128 - u32::from(self.family.bits());
        let mask = self.mask << shift;
        (mask.leading_ones() == mask.count_ones())
            .then(|| u8::try_from(mask.leading_ones()).unwrap_or(u8::MAX))
    }

    /// Whether an address is in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        AddressFamily::of(address) == self.family && number(address) & self.mask == self.address
    }

    /// Whether all of another network is in it.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.family == other.family
            && other.mask & self.mask == self.mask
            && other.address & self.mask == self.address
    }

    /// Whether it holds only addresses of this host that no packet from outside may have: 127.0.0.0/8 and ::1.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        loopback(self.family).covers(self)
    }
}

/// The addresses of this host that no packet from outside may have.
#[must_use]
pub fn loopback(family: AddressFamily) -> Network {
    match family {
        AddressFamily::V4 => Network::new(family, 127 << 24, 0xff << 24),
        AddressFamily::V6 => Network::new(family, 1, u128::MAX),
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.family.address(self.address);
        match self.length() {
            Some(length) if length == self.family.bits() => write!(f, "{address}"),
            Some(length) => write!(f, "{address}/{length}"),
            None => write!(f, "{address} mask {}", self.family.address(self.mask)),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads an address as the daemons do: IPv4 in any form of inet_aton(3), IPv6 also in brackets, and of the link with a
/// zone.
#[must_use]
pub fn parse_address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    if text.contains(':') {
        let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        let (text, zone) = text.split_once('%').map_or((text, None), |(address, zone)| (address, Some(zone)));
        let address = text.parse::<Ipv6Addr>().ok()?;
        // getaddrinfo(3) takes a zone for an address of the link alone.
        return (zone.is_none() || address.is_unicast_link_local()).then_some(IpAddr::V6(address));
    }
    let parts: Vec<&str> = text.split('.').collect();
    let (last, leading) = parts.split_last()?;
    if leading.len() > 3 {
        return None;
    }
    let mut address = 0_u32;
    for part in leading {
        address = address << 8 | inet_number(part).filter(|part| *part < 256)?;
    }
    let rest_bits = 32 - 8 * u32::try_from(leading.len()).ok()?;
    let last = inet_number(last).filter(|last| rest_bits == 32 || *last < 1 << rest_bits)?;
    let leading = address.checked_shl(rest_bits).unwrap_or(0);
    Some(Ipv4Addr::from_bits(leading | last).into())
}

/// A part of an IPv4 address: decimal, octal with a leading 0, hexadecimal with 0x.
fn inet_number(text: &str) -> Option<u32> {
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u32::from_str_radix(hex, 16).ok();
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let radix = if text.len() > 1 && text.starts_with('0') { 8 } else { 10 };
    u32::from_str_radix(text, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::{AddressFamily, Network, parse_address};

    fn network(text: &str) -> Network {
        Network::parse(text).unwrap()
    }

    #[test]
    fn an_address_is_read_in_every_form_that_the_daemons_take() {
        for (text, address) in [
            ("10.9.0.1", "10.9.0.1"),
            ("10.1", "10.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("010.0.0.1", "8.0.0.1"),
            ("4294967295", "255.255.255.255"),
            ("[::1]", "::1"),
            ("fe80::1%eth0", "fe80::1"),
        ] {
            assert_eq!(parse_address(text.as_bytes()), Some(address.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            ".",
            "1.2.3.4.5",
            "256.0.0.1",
            "1.2.3.256",
            "localhost",
            "10.9.0.0/16",
            ":",
            "1..2",
            "fd00::1%lo",
        ] {
            assert_eq!(parse_address(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_network_is_written_with_its_length_and_with_its_mask_where_that_has_gaps() {
        assert_eq!(network("10.9.8.7/16").to_string(), "10.9.0.0/16");
        assert_eq!(network("::1").to_string(), "::1");
        assert_eq!(network("0.0.0.0/0").to_string(), "0.0.0.0/0");
        let gaps = Network::new(AddressFamily::V4, 0x0a00_0001, 0xff00_00ff);
        assert_eq!((gaps.length(), gaps.to_string().as_str()), (None, "10.0.0.1 mask 255.0.0.255"));
    }

    #[test]
    fn a_network_covers_what_is_in_it() {
        assert!(network("10.0.0.0/8").covers(&network("10.9.0.0/16")));
        assert!(!network("10.9.0.0/16").covers(&network("10.0.0.0/8")));
        assert!(!network("::/0").covers(&network("10.0.0.0/8")));
        assert!(network("127.0.0.0/30").is_loopback() && network("::1").is_loopback());
        assert!(!network("::/0").is_loopback() && !network("126.0.0.0/7").is_loopback());
        assert_eq!(network("10.9.0.0/16").last(), 0x0a09_ffff);
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/+8", "default", "/8"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
