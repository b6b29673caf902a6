//! A responder, and the daemons that it can play; the tests of the command line and of the stage play them too.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Answers each datagram with those that its play says; ends when it is dropped.
pub(crate) struct Responder {
    pub(crate) port: u16,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Responder {
    /// On any port of 127.0.0.1.
    pub(crate) fn new(play: impl FnMut(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        Self::on(UdpSocket::bind("127.0.0.1:0").unwrap(), play)
    }

    /// On a socket that may be of another network.
    pub(crate) fn on(
        socket: UdpSocket,
        mut play: impl FnMut(&[u8]) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Self {
        Self::sending_on(socket, move |socket, peer, datagram| {
            for reply in play(datagram) {
                // The other side may have closed its socket, having had enough.
                let _ = socket.send_to(&reply, peer);
            }
        })
    }

    /// One that sends for itself.
    pub(crate) fn sending(play: impl FnMut(&UdpSocket, SocketAddr, &[u8]) + Send + 'static) -> Self {
        Self::sending_on(UdpSocket::bind("127.0.0.1:0").unwrap(), play)
    }

    fn sending_on(
        socket: UdpSocket,
        mut play: impl FnMut(&UdpSocket, SocketAddr, &[u8]) + Send + 'static,
    ) -> Self {
        let port = socket.local_addr().unwrap().port();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let watched = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 2048];
            while !watched.load(Ordering::Relaxed) {
                // A reply to a socket that is closed comes back as a refusal.
                if let Ok((length, peer)) = socket.recv_from(&mut buffer) {
                    play(&socket, peer, &buffer[..length]);
                }
            }
        });
        Self { port, is_over, thread: Some(thread) }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking());
    }
}

/// The answer to a request for the time.
pub(crate) fn time(request: &[u8]) -> Vec<u8> {
    let mut reply = vec![0; 48];
    reply[0] = 0x1c;
    reply[1] = 2;
    reply[24..32].copy_from_slice(&request[40..48]);
    reply
}

/// A list of mode 7: so many items of so many bytes, as many in a packet as fit into 500 bytes less 8.
pub(crate) fn list(request: u8, items: usize, size: usize) -> Vec<Vec<u8>> {
    let in_one = 492usize.min(size * 6.max(480 / size)) / size;
    let packets = items.div_ceil(in_one);
    let packet = |number: usize| {
        let here = in_one.min(items - number * in_one);
        let first = if number + 1 == packets { 0x97 } else { 0xd7 };
        let [size_high, size_low] = (size as u16).to_be_bytes();
        let head = [first, (number & 0x7f) as u8, 3, request, 0, here as u8, size_high, size_low];
        [&head[..], &vec![1; here * size]].concat()
    };
    (0..packets).map(packet).collect()
}

/// "No data", or another error of mode 7.
pub(crate) fn private_error(request: u8, error: u8) -> Vec<Vec<u8>> {
    vec![vec![0x97, 0, 3, request, error << 4, 0, 0, 0]]
}

/// An answer of mode 6 in fragments of at most 468 bytes, as ntpd cuts it.
pub(crate) fn control(request: &[u8], text: &[u8]) -> Vec<Vec<u8>> {
    let parts: Vec<&[u8]> = text.chunks(468).collect();
    let fragment = |(number, part): (usize, &&[u8])| {
        let more = if number + 1 == parts.len() { 0 } else { 0x20 };
        let [offset_high, offset_low] = ((number * 468) as u16).to_be_bytes();
        let [high, low] = (part.len() as u16).to_be_bytes();
        let operation = 0x80 | more | request[1];
        let head = [
            0xc0 | request[0],
            operation,
            request[2],
            request[3],
            0xc0,
            0x16,
            0,
            0,
            offset_high,
            offset_low,
            high,
            low,
        ];
        let mut packet = [&head[..], part].concat();
        packet.resize(packet.len().next_multiple_of(4), 0);
        packet
    };
    parts.iter().enumerate().map(fragment).collect()
}

/// A classic ntpd 4.2.6 with a full list of 600 clients and 67 restrictions.
pub(crate) fn classic(datagram: &[u8]) -> Vec<Vec<u8>> {
    match datagram {
        [0x23, ..] if datagram.len() == 48 => vec![time(datagram)],
        [0x17, 0, 3, 42, 0, 0, 0, 0] => list(42, 600, 72),
        [0x17, 0, 3, 20, 0, 0, 0, 0] => list(20, 600, 48),
        [0x17, 0, 3, 16, 0, 0, 0, 0] => list(16, 67, 56),
        [0x17, 0, 3, 4, 0, 0, 0, 0] => list(4, 1, 80),
        [0x16 | 0x26, 2, ..] => control(datagram, &readvar("ntpd 4.2.6p5@1.2349-o")),
        // Its answer to a request for a nonce: no such operation.
        [0x16 | 0x26, operation, high, low, ..] => {
            vec![vec![0xc0 | datagram[0], 0xc0 | operation, *high, *low, 3, 0, 0, 0, 0, 0, 0, 0]]
        }
        _ => Vec::new(),
    }
}

pub(crate) fn readvar(version: &str) -> Vec<u8> {
    format!("version=\"{version}\", processor=\"x86_64\", {:300}=1", "padding").into_bytes()
}

/// What says no more than the time.
pub(crate) fn closed(datagram: &[u8]) -> Vec<Vec<u8>> {
    if datagram[0] == 0x23 { vec![time(datagram)] } else { Vec::new() }
}
