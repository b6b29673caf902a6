//! Receivers of forwarded messages: UDP, TCP and RELP on one port.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::net::Side;

/// What one address has received.
pub(crate) struct Receiver {
    /// Where it listens.
    pub(crate) at: SocketAddr,
    state: Arc<State>,
    udp: UdpSocket,
}

#[derive(Default)]
struct State {
    /// What came, a stream or a packet each.
    received: Mutex<Vec<Vec<u8>>>,
    open: AtomicUsize,
}

impl Receiver {
    /// Listens until the program ends.
    pub(crate) fn new(side: &Side<'_>, at: SocketAddr) -> Self {
        let state = Arc::new(State::default());
        let listener = side.listener(at);
        let udp = side.socket(at);
        let packets = (udp.try_clone().unwrap(), Arc::clone(&state));
        std::thread::spawn(move || {
            let mut bytes = vec![0; 65536];
            while let Ok((size, _)) = packets.0.recv_from(&mut bytes) {
                packets.1.received.lock().unwrap().push(bytes[..size].to_vec());
            }
        });
        let streams = Arc::clone(&state);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                streams.open.fetch_add(1, Ordering::SeqCst);
                let state = Arc::clone(&streams);
                std::thread::spawn(move || {
                    take(stream, &state);
                    state.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { at, state, udp }
    }

    /// All that came, and forgets it.
    pub(crate) fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.state.received.lock().unwrap())
    }

    /// How often a text came so far.
    pub(crate) fn count(&self, text: &str) -> usize {
        let received = self.state.received.lock().unwrap();
        received.iter().map(|bytes| memchr_count(bytes, text.as_bytes())).sum()
    }

    /// Whether all senders have closed, and every packet that was sent before now was read.
    pub(crate) fn is_quiet(&self) -> bool {
        if self.state.open.load(Ordering::SeqCst) > 0 {
            return false;
        }
        // Packets are read in their order: this one comes behind all others.
        const LAST: &str = "the last packet";
        let before = self.count(LAST);
        self.udp.send_to(LAST.as_bytes(), self.at).unwrap();
        while self.count(LAST) == before {
            std::thread::yield_now();
        }
        true
    }
}

fn memchr_count(bytes: &[u8], text: &[u8]) -> usize {
    bytes.windows(text.len()).filter(|window| *window == text).count()
}

/// Reads a stream to its end, and answers if it is RELP.
fn take(mut stream: TcpStream, state: &State) {
    let index = {
        let mut received = state.received.lock().unwrap();
        received.push(Vec::new());
        received.len() - 1
    };
    let mut pending: Vec<u8> = Vec::new();
    let mut bytes = vec![0; 65536];
    let mut relp = None;
    while let Ok(size @ 1..) = stream.read(&mut bytes) {
        let chunk = &bytes[..size];
        // What a case has left behind goes nowhere.
        if let Some(place) = state.received.lock().unwrap().get_mut(index) {
            place.extend_from_slice(chunk);
        }
        pending.extend_from_slice(chunk);
        if *relp.get_or_insert_with(|| pending.starts_with(b"1 open ")) {
            while let Some((length, answer)) = frame(&pending) {
                drop(stream.write_all(&answer));
                pending.drain(..length);
            }
        } else {
            pending.clear();
        }
    }
}

/// A RELP frame, `number command length data`: how long it is, and what to answer.
fn frame(pending: &[u8]) -> Option<(usize, Vec<u8>)> {
    let header: Vec<&[u8]> = pending.splitn(4, |byte| matches!(byte, b' ' | b'\n')).collect();
    let [number, command, size, _] = header.as_slice() else { return None };
    let size_text = std::str::from_utf8(size).unwrap();
    let data = size_text.parse::<usize>().unwrap();
    let head = number.len() + 1 + command.len() + 1 + size.len();
    let length = if data == 0 { head + 1 } else { head + 1 + data + 1 };
    if pending.len() < length {
        return None;
    }
    let number = String::from_utf8_lossy(number);
    let text = match *command {
        b"open" => "200 OK\nrelp_version=0\nrelp_software=test\ncommands=syslog",
        b"close" => "",
        _ => "200 OK",
    };
    let answer = match text.len() {
        0 => format!("{number} rsp 0\n0 serverclose 0\n"),
        length => format!("{number} rsp {length} {text}\n"),
    };
    Some((length, answer.into_bytes()))
}
