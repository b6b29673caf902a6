//! Where the daemon listens: `agentaddress` and the addresses of its command line.
//!
//! Source: `init_master_agent` in net-snmp's agent/snmp_agent.c and `netsnmp_tdomain_transport_full` in snmplib.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::keyword::{FileType, Keyword};
use super::semantics::{Decision, Peer, Version};
use super::state::{Program, Snmp};
use super::tables::LineId;
use crate::proved::Configured;
use crate::shown::Shown;

/// The port of SNMP.
pub const PORT: u16 = 161;

/// What it is listened by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// UDP
    Udp,
    /// TCP
    Tcp,
    /// A socket in the file system.
    Unix,
    /// TLS, DTLS or SSH: no communities.
    Secured,
}

/// Who can reach it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// All addresses of IPv4, or of IPv6.
    Any(IpAddr),
    /// One address.
    One(IpAddr),
    /// The addresses of a name.
    Name(Vec<u8>),
    /// A path.
    Path(Vec<u8>),
    /// Whatever defaults of snmp.conf say.
    Unknown,
}

/// One place where it listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The line that says so; `None` for the command line and where nothing is said.
    pub line: Option<LineId>,
    /// The protocol.
    pub protocol: Protocol,
    /// Who can reach it.
    pub reach: Reach,
    /// The port.
    pub port: u16,
    /// Why the daemon does not start with it.
    pub defect: Option<ListenDefect>,
}

/// Why the daemon ends with an address: it says `Error opening specified endpoint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListenDefect {
    /// A `#`: comments are no comments here.
    Comment,
    /// White space or quotes, which are part of the address.
    Blank,
    /// Nothing between two commas: the daemon takes any address that is free.
    Empty,
    /// Neither an address nor a name.
    NoAddress,
}

impl Listen {
    /// Whether packets of UDP to this address get here; what a name stands for is not known.
    #[must_use]
    pub fn hears(&self, address: IpAddr) -> bool {
        self.protocol == Protocol::Udp
            && match &self.reach {
                Reach::Any(any) => any.is_ipv4() == address.is_ipv4(),
                Reach::One(one) => *one == address,
                Reach::Name(_) | Reach::Unknown => true,
                Reach::Path(_) => false,
            }
    }

    /// Whether others than this host can reach it.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        match &self.reach {
            Reach::Any(_) | Reach::Unknown => true,
            Reach::One(address) => !address.is_loopback(),
            Reach::Name(name) => name != b"localhost",
            Reach::Path(_) => false,
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.protocol {
            Protocol::Udp => "udp",
            Protocol::Tcp => "tcp",
            Protocol::Unix => "unix",
            Protocol::Secured => "tls",
        };
        let port = self.port;
        match &self.reach {
            Reach::Any(IpAddr::V4(_)) => write!(f, "{protocol} 0.0.0.0:{port}"),
            Reach::Any(IpAddr::V6(_)) => write!(f, "{protocol} [::]:{port}"),
            Reach::One(IpAddr::V4(address)) => write!(f, "{protocol} {address}:{port}"),
            Reach::One(IpAddr::V6(address)) => write!(f, "{protocol} [{address}]:{port}"),
            Reach::Name(name) if self.defect.is_some() => write!(f, "{protocol} {}", Shown::bytes(name)),
            Reach::Name(name) => write!(f, "{protocol} {}:{port}", Shown::bytes(name)),
            Reach::Path(path) => write!(f, "{protocol} {}", Shown::bytes(path)),
            Reach::Unknown => write!(f, "{protocol} as snmp.conf says"),
        }
    }
}

impl Snmp<'_> {
    /// Where it listens, or would: the addresses of the command line, then those of the files; where there are none,
    /// all addresses of IPv4.
    #[must_use]
    pub fn listens(&self) -> Vec<Listen> {
        let mut all: Vec<Listen> = Vec::new();
        for list in &self.invocation.addresses {
            all.extend(read_list(list, None));
        }
        let mut defaults = None;
        for other in self.others.iter().filter(|other| other.file_type != FileType::AgentX) {
            let Some(value) = self.line(other.line).and_then(|(line, bytes)| line.parameter(bytes)) else {
                continue;
            };
            match other.keyword {
                Keyword::AgentAddress => all.extend(read_list(value, Some(other.line))),
                Keyword::ListenDefault => defaults = Some(other.line),
                _ => {}
            }
        }
        if all.is_empty() {
            let reach = match defaults {
                Some(_) => Reach::Unknown,
                None => Reach::Any(Ipv4Addr::UNSPECIFIED.into()),
            };
            all.push(Listen { line: defaults, protocol: Protocol::Udp, reach, port: PORT, defect: None });
        }
        all
    }
}

impl Snmp<'_> {
    /// What the files say of a request with this community to one of the host's addresses, from that very address:
    /// which line lets it in. `None` where no snmpd is there.
    #[must_use]
    pub fn configured_for(&self, address: IpAddr, community: &[u8]) -> Option<Configured> {
        if self.program == Program::Missing {
            return None;
        }
        let is_heard = self.listens().iter().any(|listen| listen.hears(address));
        let peer = Peer::Ip(address);
        let decide = |version| self.control.decide(community, &peer, version);
        let decision = [Version::V1, Version::V2c].into_iter().map(decide).find(Decision::answers);
        Some(match decision.and_then(|decision| decision.line).filter(|_| is_heard) {
            Some(line) => Configured::Open(self.place(line)),
            None => Configured::Closed,
        })
    }
}

/// Addresses between commas, none of them trimmed.
pub(super) fn read_list(list: &[u8], line: Option<LineId>) -> Vec<Listen> {
    list.split(|byte| *byte == b',').map(|address| read_one(address, line)).collect()
}

fn read_one(text: &[u8], line: Option<LineId>) -> Listen {
    let defect = if text.is_empty() {
        Some(ListenDefect::Empty)
    } else if text.contains(&b'#') {
        Some(ListenDefect::Comment)
    } else if text.iter().any(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'')) {
        Some(ListenDefect::Blank)
    } else {
        None
    };
    let (protocol, family, rest) = split_protocol(text);
    if protocol == Protocol::Unix {
        return Listen { line, protocol, reach: Reach::Path(rest.to_vec()), port: 0, defect };
    }
    match read_address(rest, family) {
        Some((reach, port)) => Listen { line, protocol, reach, port: port.unwrap_or(PORT), defect },
        None => {
            let defect = defect.or(Some(ListenDefect::NoAddress));
            Listen { line, protocol, reach: Reach::Name(rest.to_vec()), port: PORT, defect }
        }
    }
}

/// The families of addresses that a protocol can have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    V4,
    V6,
    Either,
}

/// The protocol before the first colon, where there is one: case does not matter.
fn split_protocol(text: &[u8]) -> (Protocol, Family, &[u8]) {
    let word = text.split(|byte| *byte == b':').next().unwrap_or_default();
    let behind = text.get(word.len() + 1..);
    let known = match word.to_ascii_lowercase().as_slice() {
        b"udp" => (Protocol::Udp, Family::V4),
        b"udp6" | b"ipv6" | b"udpv6" | b"udpipv6" => (Protocol::Udp, Family::V6),
        b"tcp" => (Protocol::Tcp, Family::V4),
        b"tcp6" | b"tcpv6" | b"tcpipv6" => (Protocol::Tcp, Family::V6),
        b"tls" | b"tlstcp" | b"dtls" | b"dtlsudp" | b"ssh" => (Protocol::Secured, Family::Either),
        b"unix" => (Protocol::Unix, Family::Either),
        _ if text.starts_with(b"/") => return (Protocol::Unix, Family::Either, text),
        _ => return (Protocol::Udp, Family::Either, text),
    };
    match behind {
        Some(rest) => (known.0, known.1, rest),
        None => (Protocol::Udp, Family::Either, text),
    }
}

/// `[ADDRESS][:PORT]`, or a port alone.
fn read_address(text: &[u8], family: Family) -> Option<(Reach, Option<u16>)> {
    let text = std::str::from_utf8(text).ok()?;
    let any: IpAddr =
        if family == Family::V6 { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
    if let Some(inside) = text.strip_prefix('[') {
        let (address, rest) = inside.split_once(']')?;
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(port.parse().ok()?),
            None if rest.is_empty() => None,
            None => return None,
        };
        return Some((reach(address.parse::<Ipv6Addr>().ok()?.into()), port));
    }
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some((reach(address.into()), None));
    }
    if let Ok(port) = text.parse() {
        return Some((Reach::Any(any), Some(port)));
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, Some(port.parse().ok()?)),
        None => (text, None),
    };
    if name.is_empty() {
        return Some((Reach::Any(any), port));
    }
    match name.parse::<Ipv4Addr>() {
        Ok(address) => Some((reach(address.into()), port)),
        Err(_) => Some((Reach::Name(name.into()), port)),
    }
}

fn reach(address: IpAddr) -> Reach {
    if address.is_unspecified() { Reach::Any(address) } else { Reach::One(address) }
}

#[cfg(test)]
mod tests {
    use super::{ListenDefect, read_list};

    fn told(text: &str) -> Vec<String> {
        let tell = |listen: &super::Listen| match listen.defect {
            None => listen.to_string(),
            Some(defect) => format!("{defect:?}"),
        };
        read_list(text.as_bytes(), None).iter().map(tell).collect()
    }

    #[test]
    fn each_address_is_for_one_family() {
        assert_eq!(told("127.0.0.1,[::1]"), ["udp 127.0.0.1:161", "udp [::1]:161"]);
        assert_eq!(
            told("udp:1161,UDP6:1161,1161"),
            ["udp 0.0.0.0:1161", "udp [::]:1161", "udp 0.0.0.0:1161"]
        );
        assert_eq!(
            told("tcp:127.0.0.1:1161,udp6:[2001:db8::1]:162"),
            ["tcp 127.0.0.1:1161", "udp [2001:db8::1]:162"]
        );
        assert_eq!(told("::1,udp6:[::]:1161,:1161"), ["udp [::1]:161", "udp [::]:1161", "udp 0.0.0.0:1161"]);
        assert_eq!(
            told("unix:/run/snmpd,/run/snmpd,localhost:1161"),
            ["unix /run/snmpd", "unix /run/snmpd", "udp localhost:1161"]
        );
    }

    #[test]
    fn a_comment_a_blank_or_a_quote_ends_the_daemon() {
        assert_eq!(told("127.0.0.1 # c"), ["Comment"]);
        assert_eq!(told("127.0.0.1, [::1]"), ["udp 127.0.0.1:161", "Blank"]);
        assert_eq!(told("\"127.0.0.1\""), ["Blank"]);
    }

    #[test]
    fn nothing_between_commas_is_any_address() {
        let listens = read_list(b"127.0.0.1,", None);
        assert_eq!(listens[1].defect, Some(ListenDefect::Empty));
        assert!(!listens[0].is_exposed() && listens[1].is_exposed());
    }
}
