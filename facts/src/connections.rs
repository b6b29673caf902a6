//! The TCP connections of a process: where what it sends goes.
//!
//! Source: proc_net(5), kernel `net/ipv4/tcp_ipv4.c`.

use std::net::IpAddr;

use crate::kernel::KernelError;
use crate::proc_pid;
use crate::root::{ReadError, Root};
use crate::sockets::{endpoint, inodes_of};

/// How much of a table is read, in bytes.
const MAX_TABLE_BYTES: usize = 16 * 1024 * 1024;

/// An established connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The other side.
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// How many bytes the other side has not acknowledged yet.
    pub unacknowledged: u64,
}

/// The established connections of a process. Needs the right to read its descriptors: root, or the same user.
///
/// # Errors
/// When the process is gone, or may not be looked into.
pub fn of_pid(root: &Root, pid: u32) -> Result<Vec<Connection>, KernelError> {
    let inodes = inodes_of(root, pid)?;
    let mut connections = Vec::new();
    for file in ["net/tcp", "net/tcp6"] {
        match root.read_start(&proc_pid::path(pid, file), MAX_TABLE_BYTES) {
            Ok(table) => connections.extend(established(&table, &inodes)),
            Err(ReadError::Missing { .. }) => {}
            Err(error) => return Err(KernelError::Read(error)),
        }
    }
    Ok(connections)
}

fn established(table: &[u8], inodes: &[u64]) -> Vec<Connection> {
    let row = |row: &[u8]| {
        let fields: Vec<&[u8]> =
            row.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty()).collect();
        let text = |at: usize| std::str::from_utf8(fields.get(at)?).ok();
        // State 1 of `include/net/tcp_states.h`.
        if text(3)? != "01" || inodes.binary_search(&text(9)?.parse().ok()?).is_err() {
            return None;
        }
        let (address, port) = endpoint(fields.get(2)?)?;
        let unacknowledged = u64::from_str_radix(text(4)?.split(':').next()?, 16).ok()?;
        Some(Connection { address, port, unacknowledged })
    };
    table.split(|byte| *byte == b'\n').filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    use super::of_pid;
    use crate::root::Root;

    #[test]
    fn a_connection_of_this_process_is_found_and_one_that_is_closed_is_not() {
        let root = Root::host().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let count = || {
            let connections = of_pid(&root, std::process::id()).unwrap();
            connections.iter().filter(|one| one.port == port && one.address.is_loopback()).count()
        };
        assert_eq!(count(), 0);
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(b"x").unwrap();
        assert_eq!(count(), 1);
        drop(stream);
        assert_eq!(count(), 0);
    }
}
