//! The sockets that take packets from anybody: UDP without a peer, and listening TCP.
//!
//! Source: proc_net(5), kernel `net/ipv4/udp.c` (`udp4_format_sock`), `net/ipv4/tcp_ipv4.c`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::kernel::KernelError;
use crate::proc_pid;
use crate::root::{ReadError, Root};

/// How much of a table is read, in bytes: some 27,000 sockets. The kernel writes the listening
/// sockets of TCP before the connections, of which a busy machine has many more.
const MAX_TABLE_BYTES: usize = 4 * 1024 * 1024;

/// The transport of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// Without a peer: packets from anybody are taken.
    Udp,
    /// Listening.
    Tcp,
}

/// A socket that takes what anybody sends to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Socket {
    /// Its transport.
    pub transport: Transport,
    /// The local address; unspecified (`0.0.0.0`, `::`) for all of them. Whether a socket on `::`
    /// takes IPv4 too is not told here.
    pub address: IpAddr,
    /// The local port.
    pub port: u16,
    /// The number that /proc/PID/fd names it by.
    pub inode: u64,
}

/// The sockets of the network namespace that process `pid` is in, which may be another than ours,
/// whoever they belong to.
///
/// # Errors
/// When the process is gone or a table cannot be read.
pub fn in_namespace_of(root: &Root, pid: u32) -> Result<Vec<Socket>, KernelError> {
    tables(root, &proc_pid::path(pid, "net"))
}

/// The sockets of our own network namespace.
///
/// # Errors
/// When a table cannot be read.
pub fn all(root: &Root) -> Result<Vec<Socket>, KernelError> {
    tables(root, Path::new("/proc/net"))
}

/// The sockets of process `pid`, in order. Needs the right to read its descriptors: root, or the same user.
///
/// # Errors
/// When the process is gone, or may not be looked into.
pub fn of_pid(root: &Root, pid: u32) -> Result<Vec<Socket>, KernelError> {
    let inodes = inodes_of(root, pid)?;
    let mut sockets = in_namespace_of(root, pid)?;
    sockets.retain(|socket| inodes.binary_search(&socket.inode).is_ok());
    Ok(sockets)
}

/// The numbers of the sockets that a process has, in order.
pub(crate) fn inodes_of(root: &Root, pid: u32) -> Result<Vec<u64>, KernelError> {
    let descriptors = proc_pid::path(pid, "fd");
    let names = root.list(&descriptors).map_err(KernelError::Read)?;
    let inode_of = |name| inode(root.link(&descriptors.join(name)).ok()?.as_os_str().as_bytes());
    let mut inodes: Vec<u64> = names.iter().filter_map(inode_of).collect();
    inodes.sort_unstable();
    Ok(inodes)
}

fn tables(root: &Root, directory: &Path) -> Result<Vec<Socket>, KernelError> {
    let mut sockets = Vec::new();
    for (file, transport) in
        [("udp", Transport::Udp), ("udp6", Transport::Udp), ("tcp", Transport::Tcp), ("tcp6", Transport::Tcp)]
    {
        let path: PathBuf = directory.join(file);
        match root.read_start(&path, MAX_TABLE_BYTES) {
            // A row that the bound cut could name another's socket.
            Ok(table) => sockets.extend(parse(whole_rows(&table), transport)),
            // A kernel may do without one of the families, but never without all tables.
            Err(ReadError::Missing { .. }) if file != "udp" || root.list(directory).is_ok() => {}
            Err(error) => return Err(KernelError::Read(error)),
        }
    }
    sockets.sort_unstable();
    Ok(sockets)
}

fn whole_rows(table: &[u8]) -> &[u8] {
    crate::search::memrchr(b'\n', table).and_then(|end| table.get(..end)).unwrap_or_default()
}

/// The number in `socket:[12345]`.
fn inode(link: &[u8]) -> Option<u64> {
    number(link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?)
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The rows of a table whose sockets take from anybody; rows that are damaged are passed over.
fn parse(table: &[u8], transport: Transport) -> impl Iterator<Item = Socket> {
    table.split(|byte| *byte == b'\n').filter_map(move |row| {
        let mut fields = row.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
        let (address, port) = endpoint(fields.nth(1)?)?;
        // States of `include/net/tcp_states.h`; an unconnected UDP socket bears TCP_CLOSE.
        let wanted: &[u8] = match transport {
            Transport::Udp => b"07",
            Transport::Tcp => b"0A",
        };
        (fields.nth(1)? == wanted).then_some(())?;
        let inode = number(fields.nth(5)?)?;
        Some(Socket { transport, address, port, inode })
    })
}

/// `0100007F:0035`: each 32 bits of the address as a number of this machine, then the port.
pub(crate) fn endpoint(field: &[u8]) -> Option<(IpAddr, u16)> {
    let (address, port) = std::str::from_utf8(field).ok()?.split_once(':')?;
    let word = |at: usize| {
        let digits = address.get(at..at + 8)?;
        u32::from_str_radix(digits, 16).ok().map(u32::to_ne_bytes)
    };
    let address = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(words.as_flattened()).ok()?))
        }
        _ => return None,
    };
    Some((address, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, UdpSocket};

    use super::*;
    use crate::testing::TestRoot;

    const HEAD: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n";

    fn row(local: &str, state: &str, inode: &str) -> String {
        format!(
            " 9: {local} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 0 0 {inode} 2 0 0\n"
        )
    }

    #[test]
    fn sockets_without_a_peer_are_read_from_the_table() {
        let v4 = u32::from_ne_bytes([127, 0, 0, 1]);
        let table = format!(
            "{HEAD}{}{}{}",
            row(&format!("{v4:08X}:007B"), "07", "77"),
            row(&format!("{v4:08X}:0035"), "01", "78"),
            row(&format!("{v4:08X}:FFFF"), "07", "18446744073709551615"),
        );
        let found: Vec<Socket> = parse(table.as_bytes(), Transport::Udp).collect();
        let socket = |port, inode| Socket {
            transport: Transport::Udp,
            address: "127.0.0.1".parse().unwrap(),
            port,
            inode,
        };
        assert_eq!(found, [socket(123, 77), socket(65535, u64::MAX)]);
        assert_eq!(parse(table.as_bytes(), Transport::Tcp).count(), 0);
    }

    #[test]
    fn hostile_rows_are_passed_over() {
        let good = row("00000000:007B", "07", "77");
        for end in 0..good.find(" 77 ").unwrap() {
            assert_eq!(parse(&good.as_bytes()[..end], Transport::Udp).count(), 0, "{end}");
        }
        for local in
            ["", ":", "0:0", "00000000", "0000000G:007B", "00000000:1007B", "\u{e9}000000:007B", "+0000000:"]
        {
            assert_eq!(parse(row(local, "07", "77").as_bytes(), Transport::Udp).count(), 0, "{local}");
        }
        assert_eq!(whole_rows(b"a 1\nb 23"), b"a 1");
        assert_eq!(whole_rows(b"a 1"), b"");
        let many = "1 ".repeat(100_000);
        assert_eq!(parse(many.as_bytes(), Transport::Udp).count(), 0);
        assert_eq!(parse(b"\xff\xff \xff \xff 07 \xff\n", Transport::Udp).count(), 0);
        for link in [&b"socket:[]"[..], b"socket:[12", b"socket:12]", b"pipe:[12]", b"socket:[-1]", b""] {
            assert_eq!(inode(link), None);
        }
    }

    #[test]
    fn the_sockets_of_this_process_are_found_and_told_from_others() {
        let root = Root::host().unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let udp6 = UdpSocket::bind("[::1]:0").unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let connected = UdpSocket::bind("127.0.0.1:0").unwrap();
        connected.connect(udp.local_addr().unwrap()).unwrap();

        let own = of_pid(&root, std::process::id()).unwrap();
        let all = all(&root).unwrap();
        for (transport, address) in [
            (Transport::Udp, udp.local_addr()),
            (Transport::Udp, udp6.local_addr()),
            (Transport::Tcp, tcp.local_addr()),
        ] {
            let address = address.unwrap();
            let is_it = |socket: &&Socket| {
                (socket.transport, socket.address, socket.port) == (transport, address.ip(), address.port())
            };
            assert!(own.iter().any(|socket| is_it(&socket)), "{address} in {own:?}");
            assert!(all.iter().any(|socket| is_it(&socket)), "{address} in {all:?}");
        }
        let port = connected.local_addr().unwrap().port();
        assert!(!own.iter().any(|socket| socket.transport == Transport::Udp && socket.port == port));
    }

    #[test]
    fn a_machine_without_ipv6_has_no_such_tables() {
        let mut dir = TestRoot::new();
        dir.file("/proc/7/net/udp", row("00000000:007B", "07", "77").as_bytes());
        let root = dir.open();
        assert_eq!(in_namespace_of(&root, 7).unwrap().len(), 1);
        let error = in_namespace_of(&root, 8).unwrap_err();
        assert_eq!(error.to_string(), "/proc/8/net/udp: no such file");
    }
}
