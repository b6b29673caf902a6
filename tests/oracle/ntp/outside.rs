//! The outside, from where packets of any source address come.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use crate::net::{Host, V4_HOST, V6_HOST};

/// Lets the outside have any address: the machine sends everything there, and there it is for us.
pub(super) fn owns_everything(host: &Host) {
    host.outside().run(&[
        "sh",
        "-c",
        "for family in ipv4 ipv6; do echo 1 > /proc/sys/net/$family/ip_nonlocal_bind; done\n\
         ip route add local default dev lo table main && ip -6 route add local default dev lo table main",
    ]);
}

/// A socket outside for an address and a port of its own (0: any), connected to a port of the machine.
pub(super) fn socket(host: &Host, address: IpAddr, own_port: u16, port: u16) -> UdpSocket {
    let socket = host.outside().socket(SocketAddr::new(address, own_port));
    socket.set_nonblocking(true).unwrap();
    socket.connect((if address.is_ipv4() { V4_HOST } else { V6_HOST }, port)).unwrap();
    socket
}

/// Sends a packet.
pub(super) fn send(socket: &UdpSocket, packet: &[u8]) {
    match socket.send(packet) {
        Ok(size) => assert_eq!(size, packet.len()),
        // Nobody listened when it was asked before.
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
        Err(error) => panic!("cannot send: {error}"),
    }
}

/// All that has come.
pub(super) fn received(socket: &UdpSocket) -> Vec<Vec<u8>> {
    let mut bytes = [0; 4096];
    let mut packets = Vec::new();
    loop {
        match socket.recv(&mut bytes) {
            Ok(size) => packets.push(bytes[..size].to_vec()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return packets,
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
            Err(error) => panic!("cannot receive: {error}"),
        }
    }
}
