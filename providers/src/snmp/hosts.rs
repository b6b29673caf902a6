//! Names of hosts as the machine's own files know them: hosts(5). No name is looked up anywhere else.

use std::cell::OnceCell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use standfast_facts::root::Root;

use super::source::Hosts;

/// The names of /etc/hosts, which is read when the first name is asked for: most configurations have none.
#[derive(Clone, Debug)]
pub struct EtcHosts<'m> {
    root: &'m Root,
    names: OnceCell<Names>,
}

/// Addresses and their names in lower case.
#[derive(Clone, Debug)]
struct Names(Vec<(IpAddr, Vec<Vec<u8>>)>);

impl<'m> EtcHosts<'m> {
    /// Those of a machine; a file that is not there or cannot be read knows no names.
    #[must_use]
    pub fn of(root: &'m Root) -> Self {
        Self { root, names: OnceCell::new() }
    }

    fn names(&self) -> &Names {
        let read = || Names::parse(&self.root.read(Path::new("/etc/hosts")).unwrap_or_default());
        self.names.get_or_init(read)
    }
}

impl Names {
    /// Reads the text of the file.
    fn parse(bytes: &[u8]) -> Self {
        let line = |line: &[u8]| {
            let line = line.split(|byte| *byte == b'#').next()?;
            let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            let address = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
            Some((address, words.map(<[u8]>::to_ascii_lowercase).collect()))
        };
        Self(bytes.split(|byte| *byte == b'\n').filter_map(line).collect())
    }

    fn addresses(&self, name: &[u8]) -> impl Iterator<Item = IpAddr> {
        let name = name.to_ascii_lowercase();
        self.0.iter().filter(move |(_, names)| names.contains(&name)).map(|(address, _)| *address)
    }
}

impl Hosts for EtcHosts<'_> {
    fn v4(&self, name: &[u8]) -> Vec<Ipv4Addr> {
        let v4 = |address| match address {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        };
        self.names().addresses(name).filter_map(v4).collect()
    }

    fn v6(&self, name: &[u8]) -> Vec<Ipv6Addr> {
        let v6 = |address| match address {
            IpAddr::V6(address) => Some(address),
            IpAddr::V4(_) => None,
        };
        self.names().addresses(name).filter_map(v6).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::{EtcHosts, Hosts};
    use crate::snmp::tests::tree::Tree;

    #[test]
    fn names_have_the_addresses_that_stand_before_them() {
        let text = "127.0.0.1\tlocalhost me # other\n::1 localhost\n#10.0.0.1 me\n10.0.0.2 ME\n";
        let tree = Tree::new(&[("/etc/hosts", text)]);
        let root = tree.root();
        let hosts = EtcHosts::of(&root);
        assert_eq!(hosts.v4(b"Me"), ["127.0.0.1", "10.0.0.2"].map(|text| text.parse::<Ipv4Addr>().unwrap()));
        assert_eq!(hosts.v6(b"localhost"), ["::1".parse::<std::net::Ipv6Addr>().unwrap()]);
        assert!(hosts.v4(b"other").is_empty());
    }
}
