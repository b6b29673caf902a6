//! `Sources`, whence a community may ask: addresses that snmpd compares as numbers.

use std::net::{IpAddr, Ipv4Addr};

use super::source::Network;
use crate::schema::{AttributeValue, Value, ValueType, not_a_fingerprint};

/// A list of networks: in order, each once, none of them everyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources(pub Vec<Network>);

impl AttributeValue for Sources {
    const TYPE: ValueType = ValueType::List;
    const EACH: &'static str = "addresses and networks, for example 192.0.2.7 or 2001:db8::/32";
    const PATTERN: Option<&'static str> = Some("[0-9A-Fa-f:.]+(/[0-9A-Fa-f:.]+)?");

    fn from_text(text: &str) -> Result<Self, String> {
        Self::of(text.split(',').map(str::trim).filter(|part| !part.is_empty()))
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Text(text) => Self::from_text(text),
            Value::List(list) => Self::of(list.iter().map(|text| text.trim())),
            Value::Fingerprint(_) => Err(not_a_fingerprint(Self::TYPE)),
        }
    }
}

impl Sources {
    fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Result<Self, String> {
        let mut networks = Vec::new();
        for text in texts {
            networks.push(network(text)?);
        }
        if networks.is_empty() {
            return Err("it names no network".into());
        }
        networks.sort_unstable_by_key(|network| order(*network));
        networks.dedup();
        Ok(Self(networks))
    }
}

/// IPv4 before IPv6, then by address, the wider network first.
fn order(network: Network) -> (bool, u128, u128) {
    match network {
        Network::V4 { address, mask } => (false, address.into(), mask.into()),
        Network::V6 { address, mask } => (true, address, mask),
    }
}

/// Reads an address, or a network whose bits outside the mask are zero: snmpd drops a line with others.
fn network(text: &str) -> Result<Network, String> {
    if text.eq_ignore_ascii_case("default") {
        return Err("everyone is not a source: name the networks that ask".into());
    }
    if text.contains('%') {
        return Err("snmpd does not compare the interface of an address: write it without".into());
    }
    let (address, prefix) =
        text.split_once('/').map_or((text, None), |(address, rest)| (address, Some(rest)));
    let address: IpAddr = address.parse().map_err(|_| not_an_address(address))?;
    let prefix = match prefix {
        None => None,
        Some(length) if !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(length.parse().unwrap_or(u32::MAX))
        }
        Some(mask) => Some(prefix_of_mask(address, mask)?),
    };
    of_prefix(address, prefix)
}

fn of_prefix(address: IpAddr, prefix: Option<u32>) -> Result<Network, String> {
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.unwrap_or(bits);
    if prefix > bits {
        return Err(format!("a network of {address} has at most {bits} bits"));
    }
    if prefix == 0 {
        return Err("everyone is not a source: name the networks that ask".into());
    }
    let network = match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX << (32 - prefix);
            Network::V4 { address: address.to_bits() & mask, mask }
        }
        IpAddr::V6(address) => {
            if let Some(v4) = address.to_ipv4_mapped() {
                return Err(format!("IPv4 never comes to snmpd as IPv6: write {v4}"));
            }
            let mask = u128::MAX << (128 - prefix);
            Network::V6 { address: address.to_bits() & mask, mask }
        }
    };
    let is_whole = match (address, network) {
        (IpAddr::V4(given), Network::V4 { address, .. }) => given.to_bits() == address,
        (IpAddr::V6(given), Network::V6 { address, .. }) => given.to_bits() == address,
        _ => false,
    };
    if !is_whole {
        return Err(format!(
            "{address} has bits set outside of /{prefix}, and snmpd drops such a line: write {network}"
        ));
    }
    Ok(network)
}

fn not_an_address(text: &str) -> String {
    let is_name = text.bytes().any(|byte| byte.is_ascii_alphabetic()) && !text.contains(':');
    if is_name && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
    {
        return "a host name is looked up once, when snmpd loads its file, and not again when its address changes: \
                write the address"
            .into();
    }
    format!("it takes {}", Sources::TYPE)
}

fn prefix_of_mask(address: IpAddr, mask: &str) -> Result<u32, String> {
    let bits = mask.parse::<Ipv4Addr>().ok().filter(|_| address.is_ipv4()).map(Ipv4Addr::to_bits);
    let ones = bits.filter(|bits| bits.leading_ones() == bits.count_ones()).map(u32::leading_ones);
    ones.ok_or_else(|| "behind the slash it takes the number of bits of the network".into())
}

#[cfg(test)]
mod tests {
    use super::{Sources, network};
    use crate::schema::AttributeValue as _;

    fn error(text: &str) -> String {
        network(text).unwrap_err()
    }

    #[test]
    fn an_address_and_a_network_are_written_as_snmpd_reads_them() {
        for (text, written) in [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("::1", "::1"),
            ("2001:db8::7/128", "2001:db8::7"),
        ] {
            assert_eq!(network(text).unwrap().to_string(), written);
        }
    }

    #[test]
    fn a_host_name_is_refused_since_snmpd_looks_it_up_once() {
        for name in ["localhost", "nms.kiwi.example", "nms-1", "a_b"] {
            assert!(error(name).contains("looked up once"), "{name}");
        }
    }

    #[test]
    fn bits_outside_of_the_mask_are_refused_and_the_network_is_named() {
        assert!(error("10.0.0.5/8").ends_with("write 10.0.0.0/8"));
        assert!(error("2001:db8::1/32").ends_with("write 2001:db8::/32"));
    }

    #[test]
    fn everyone_is_not_a_source() {
        for text in ["default", "DEFAULT", "0.0.0.0/0", "::/0", "0.0.0.0/0.0.0.0"] {
            assert!(error(text).contains("everyone"), "{text}");
        }
    }

    #[test]
    fn what_snmpd_cannot_compare_is_refused() {
        assert!(error("fe80::1%eth0").contains("interface"));
        assert!(error("::ffff:192.0.2.7").ends_with("write 192.0.2.7"));
        for text in [
            "10.0.0.0/33",
            "::1/129",
            "10.0.0.0/",
            "10.0.0.0/255.0.255.0",
            "!10.0.0.1",
            "10.0.0",
            "",
            "1:2",
            "::1/ffff::",
        ] {
            assert!(network(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_is_sorted_and_each_network_is_in_it_once() {
        let sources = Sources::from_text("192.0.2.7, ::1, 10.0.0.0/8,192.0.2.7/32").unwrap();
        let written: Vec<_> = sources.0.iter().map(ToString::to_string).collect();
        assert_eq!(written, ["10.0.0.0/8", "192.0.2.7", "::1"]);
        assert_eq!(Sources::from_text(" , "), Err("it names no network".into()));
    }
}
