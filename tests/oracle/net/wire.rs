//! Packets from one end of the wire to the other.

use std::fs::File;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::daemon::wait_until;
use super::host::Host;

/// The machine.
pub(crate) const V4_HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// The machine.
pub(crate) const V6_HOST: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
/// The other end of the wire.
pub(crate) const V4_OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));
/// The other end of the wire.
pub(crate) const V6_OUTSIDE: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2));

/// One packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'p> {
    /// Where it comes from. Port 0 is any port that is free. The address must be the asker's own
    /// ([`Side::add_address`]).
    pub(crate) from: SocketAddr,
    /// Where it goes to.
    pub(crate) to: SocketAddr,
    /// What it holds.
    pub(crate) payload: &'p [u8],
}

impl<'p> Question<'p> {
    /// From any free port of an address.
    pub(crate) fn new(from: IpAddr, to: impl Into<SocketAddr>, payload: &'p [u8]) -> Self {
        Self { from: SocketAddr::new(from, 0), to: to.into(), payload }
    }
}

/// One end of the wire.
pub(crate) struct Side<'h> {
    host: &'h Host,
    namespace: PathBuf,
    enter: &'static str,
}

impl<'h> Side<'h> {
    pub(super) fn new(host: &'h Host, namespace: PathBuf, enter: &'static str) -> Self {
        Self { host, namespace, enter }
    }

    /// A program that is to run at this end, with the machine's files and processes.
    pub(crate) fn run(&self, argv: &[&str]) -> String {
        let argv: Vec<&str> = self.enter.split(' ').chain(argv.iter().copied()).collect();
        self.host.run(&argv)
    }

    /// Gives this end one more address, which at once is as good as the first.
    pub(crate) fn add_address(&self, address: IpAddr) {
        let (network, options) = match address {
            IpAddr::V4(_) => (format!("{address}/32"), None),
            IpAddr::V6(_) => (format!("{address}/128"), Some("nodad")),
        };
        let argv = ["ip", "address", "replace", &network, "dev", "eth0"];
        self.run(&argv.into_iter().chain(options).collect::<Vec<_>>());
    }

    /// Gives this end an address that it has not had, in the network of `address` (192.0.2.0/24 or
    /// 2001:db8::/64), so that a daemon takes it for a new client. There are 155.
    pub(crate) fn another_address(&self, address: IpAddr) -> IpAddr {
        let part = self.host.next_address();
        let another = match address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::new(192, 0, 2, part)),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, part.into())),
        };
        self.add_address(another);
        another
    }

    /// A socket at this end. It stays there, whoever uses it.
    pub(crate) fn socket(&self, from: SocketAddr) -> UdpSocket {
        self.open(|| UdpSocket::bind(from).unwrap_or_else(|error| panic!("cannot send from {from}: {error}")))
    }

    /// A socket at this end that takes connections.
    pub(crate) fn listener(&self, at: SocketAddr) -> TcpListener {
        self.open(|| TcpListener::bind(at).unwrap_or_else(|error| panic!("cannot listen at {at}: {error}")))
    }

    fn open<T: Send>(&self, open: impl FnOnce() -> T + Send) -> T {
        // A namespace is a thread's own, and so is what it opens.
        std::thread::scope(|scope| {
            let inside = || {
                let namespace = File::open(&self.namespace).unwrap();
                move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
                open()
            };
            scope.spawn(inside).join().unwrap()
        })
    }

    /// Asks once and gives what comes back, from wherever, until nothing has come for `silence`.
    ///
    /// Silence proves nothing without a question that is answered: [`Side::ask_beside`] is both
    /// faster and surer.
    pub(crate) fn ask(&self, question: &Question, silence: Duration) -> Vec<Vec<u8>> {
        let socket = self.socket(question.from);
        send(&socket, question);
        receive(&socket, silence)
    }

    /// Asks once, then asks `control`, again and again until that is answered, and gives what came
    /// back for the first question.
    ///
    /// A daemon takes packets to the same address in their order, so by then it has answered the
    /// first or never will. Both must go to the same address, and the daemon be ready: packets
    /// from before are lost. Mind that ntpd's `limited` drops a source's second packet within two
    /// seconds: then the control needs [`Side::another_address`] than the last one.
    pub(crate) fn ask_beside(&self, question: &Question, control: &Question) -> Vec<Vec<u8>> {
        assert_eq!(question.to, control.to);
        let socket = self.socket(question.from);
        send(&socket, question);
        self.wait_for_answer(control);
        // Two processors may deliver in another order, but not by that much.
        receive(&socket, Duration::from_millis(20))
    }

    /// Asks until there is an answer, and gives it: so a daemon is waited for.
    pub(crate) fn wait_for_answer(&self, question: &Question) -> Vec<u8> {
        let socket = self.socket(question.from);
        let mut answer = None;
        wait_until(&format!("an answer to {question:?}"), || {
            send(&socket, question);
            answer = receive_one(&socket, Duration::from_millis(250));
            answer.is_some()
        });
        answer.unwrap()
    }
}

fn send(socket: &UdpSocket, question: &Question) {
    socket.send_to(question.payload, question.to).unwrap_or_else(|error| panic!("{question:?}: {error}"));
}

fn receive(socket: &UdpSocket, silence: Duration) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| receive_one(socket, silence)).collect()
}

/// `None` when nothing came.
fn receive_one(socket: &UdpSocket, silence: Duration) -> Option<Vec<u8>> {
    socket.set_read_timeout(Some(silence)).unwrap();
    let mut bytes = vec![0; 65536];
    match socket.recv_from(&mut bytes) {
        Ok((size, _)) => {
            bytes.truncate(size);
            Some(bytes)
        }
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => None,
        Err(error) => panic!("cannot receive: {error}"),
    }
}
