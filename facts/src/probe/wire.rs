//! Sockets, time and bounds: many conversations over UDP at once, none longer than it may be.
//!
//! A socket is connected, or the kernel would keep to itself that nothing listens; then too it takes datagrams of the
//! asked address and port only.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::measure::{End, Family, Measure};
use super::{Target, Vantage};

/// The most datagrams that are taken of one request; a monitor list of ntpd 4.2.6 has at most 100.
pub const MOST_PACKETS: u64 = 512;
/// The most bytes that are taken of one request.
pub const MOST_BYTES: u64 = 1024 * 1024;
/// The most datagrams on one socket that answer nothing, before it is closed.
const MOST_GARBAGE: u64 = 512;
/// How many datagrams of one socket are read before the others have their turn.
const TURN: usize = 64;
/// What UDP can carry, and more.
const LARGEST_DATAGRAM: usize = 64 * 1024;
/// How many times the time of one request a conversation may last as a whole.
const STAGES: u32 = 3;
/// How long an address waits for the first answer of the one before it, on the same port. Classic ntpd has buffers for
/// ten packets and drops what comes at once beyond them, so one address is asked after the other: measured on 4.2.4p8,
/// 4.2.6p5 and 4.2.8p6, which answer within a millisecond.
const PACE: Duration = Duration::from_millis(20);
/// How long an earlier request is still waited for when a later one has been answered, besides what that took.
const MARGIN: Duration = Duration::from_millis(10);

/// What is said on one socket, and how answers are told from noise.
pub(super) trait Talk {
    /// The requests to send now, asked at the start and after each step; their numbers count up from 0.
    fn ask(&mut self, sent: &[Sent]) -> Vec<Vec<u8>>;
    /// Which request a datagram answers.
    fn read(&mut self, datagram: &[u8]) -> Option<Answer>;
}

/// Which request a datagram answers, and whether that is all of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub request: usize,
    pub rest: Rest,
}

/// What follows a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing: the answer is whole.
    Nothing,
    /// More of the answer.
    More,
}

/// A request and what became of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub measure: Measure,
    /// `None` while it is waited for.
    pub end: Option<End>,
    at: Instant,
    due: Instant,
}

/// Why a conversation ended before its requests did.
#[derive(Debug)]
pub(super) enum Broken {
    /// The kernel was told that nothing listens there (ICMP port unreachable).
    Refused,
    /// Nothing could be sent.
    Failed(io::Error),
}

/// A conversation.
pub(super) struct Line<'t> {
    talk: &'t mut dyn Talk,
    target: Target,
    port: u16,
    socket: Option<UdpSocket>,
    started: Option<Instant>,
    family: Family,
    /// Whether the order of answers says that an earlier request has none: on this host's own addresses it does, where
    /// no network can reorder what one socket sends to another and the daemons answer one request after the other.
    ordered: bool,
    timeout: Duration,
    garbage: u64,
    pub sent: Vec<Sent>,
    pub source: Option<IpAddr>,
    pub broken: Option<Broken>,
}

impl<'t> Line<'t> {
    /// A conversation with the port of a target, not yet begun.
    pub fn new(target: Target, port: u16, timeout: Duration, talk: &'t mut dyn Talk) -> Self {
        Self {
            talk,
            target,
            port,
            socket: None,
            started: None,
            family: if target.address.is_ipv4() { Family::V4 } else { Family::V6 },
            ordered: target.vantage != Vantage::Foreign,
            timeout,
            garbage: 0,
            sent: Vec::new(),
            source: None,
            broken: None,
        }
    }

    /// Opens its socket and sends the first requests.
    fn start(&mut self, now: Instant) {
        self.started = Some(now);
        match connect(self.target, self.port) {
            Ok(socket) => {
                self.source = socket.local_addr().ok().map(|address| address.ip());
                self.socket = Some(socket);
                self.step(now);
            }
            Err(error) => self.broken = Some(Broken::Failed(error)),
        }
    }

    /// Until when the next of its port waits for it.
    fn is_before(&self) -> Option<Instant> {
        let is_heard = self.sent.iter().any(|sent| sent.measure.reply_packets > 0);
        self.started.filter(|_| self.socket.is_some() && !is_heard).map(|started| started + PACE)
    }

    /// Ends what is due and asks what is next.
    fn step(&mut self, now: Instant) {
        if self.socket.is_none() {
            return;
        }
        let is_over = self.until().is_none_or(|until| until <= now);
        for sent in self.sent.iter_mut().filter(|sent| sent.end.is_none() && (is_over || sent.due <= now)) {
            sent.end = Some(if sent.measure.reply_packets == 0 { End::Silent } else { End::Partial });
        }
        let requests = if is_over { Vec::new() } else { self.talk.ask(&self.sent) };
        requests.iter().for_each(|request| self.send(request, now));
        if self.sent.iter().all(|sent| sent.end.is_some()) {
            self.socket = None;
        }
    }

    fn send(&mut self, request: &[u8], now: Instant) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = socket.send(request) {
            return self.fail(error);
        }
        self.sent.push(Sent {
            measure: Measure::of_request(self.family, request.len() as u64),
            end: None,
            at: now,
            due: now + self.timeout,
        });
    }

    /// Takes some of the datagrams that have come.
    fn receive(&mut self, buffer: &mut [u8]) {
        for _ in 0..TURN {
            let Some(socket) = &self.socket else { return };
            match socket.recv(buffer) {
                Ok(length) => self.take(&buffer[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return self.fail(error),
            }
        }
    }

    fn take(&mut self, datagram: &[u8]) {
        let answer = self.talk.read(datagram).filter(|answer| answer.request < self.sent.len());
        let Some(Answer { request, rest }) = answer else {
            self.garbage += 1;
            if self.garbage == MOST_GARBAGE {
                self.close();
            }
            return;
        };
        let (earlier, later) = self.sent.split_at_mut(request);
        let Some(sent) = later.first_mut() else { return };
        sent.measure.count(self.family, datagram.len() as u64);
        sent.end = match (rest, sent.end) {
            (Rest::Nothing, _) => Some(End::Complete),
            // It was given up, and comes late.
            (Rest::More, Some(End::Silent)) => Some(End::Partial),
            (Rest::More, end) => end,
        };
        if self.ordered && sent.measure.reply_packets == 1 {
            let now = Instant::now();
            let due = now + MARGIN + (now - sent.at) * 4;
            earlier.iter_mut().for_each(|sent| sent.due = sent.due.min(due));
        }
        if sent.measure.reply_packets >= MOST_PACKETS || sent.measure.reply_bytes >= MOST_BYTES {
            sent.end = Some(End::CutOff);
            self.close();
        }
    }

    fn fail(&mut self, error: io::Error) {
        let refused = error.kind() == ErrorKind::ConnectionRefused;
        self.broken = Some(if refused { Broken::Refused } else { Broken::Failed(error) });
        self.close();
    }

    /// Ends all at once. The kernel refuses what still comes.
    fn close(&mut self) {
        self.socket = None;
        let nothing = match self.broken {
            Some(Broken::Refused) => End::Refused,
            _ => End::Silent,
        };
        for sent in self.sent.iter_mut().filter(|sent| sent.end.is_none()) {
            sent.end = Some(if sent.measure.reply_packets == 0 { nothing } else { End::Partial });
        }
    }

    /// When it ends, whatever comes.
    fn until(&self) -> Option<Instant> {
        self.started.map(|started| started + self.timeout * STAGES)
    }

    /// When something is due, if nothing comes before.
    fn due(&self) -> Option<Instant> {
        let waiting = self.sent.iter().filter(|sent| sent.end.is_none());
        let due = waiting.map(|sent| sent.due).chain(self.until()).min();
        due.filter(|_| self.socket.is_some())
    }
}

/// A socket to the port of a target. An address of this host is asked from itself, for that is what the daemon's rules
/// treat as a stranger; from 127.0.0.1 it would get what the machine itself gets.
fn connect(target: Target, port: u16) -> io::Result<UdpSocket> {
    let scope = target.scope;
    let at = |address, port| match address {
        IpAddr::V4(address) => SocketAddr::V4(SocketAddrV4::new(address, port)),
        IpAddr::V6(address) => SocketAddr::V6(SocketAddrV6::new(address, port, 0, scope)),
    };
    let source = match (target.vantage, target.address) {
        (Vantage::Own | Vantage::Loopback, address) => address,
        (Vantage::Foreign, IpAddr::V4(_)) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        (Vantage::Foreign, IpAddr::V6(_)) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let socket = UdpSocket::bind(at(source, 0))?;
    socket.connect(at(target.address, port))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Holds all conversations to their ends, those of different ports at the same time.
pub(super) fn converse(lines: &mut [Line<'_>]) {
    let mut buffer = vec![0; LARGEST_DATAGRAM];
    loop {
        let now = Instant::now();
        lines.iter_mut().for_each(|line| line.step(now));
        let next = start_next(lines, now);
        let Some(due) = lines.iter().filter_map(Line::due).chain(next).min() else { return };
        let mut open: Vec<&mut Line<'_>> = lines.iter_mut().filter(|line| line.socket.is_some()).collect();
        match ready(&open, due.saturating_duration_since(now)) {
            Ok(ready) => {
                for (line, _) in open.iter_mut().zip(ready).filter(|(_, ready)| *ready) {
                    line.receive(&mut buffer);
                }
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => open.iter_mut().for_each(|line| line.fail(error.into())),
        }
    }
}

/// Starts the next conversation of each port whose turn it is; says when the next turn comes, if nothing comes before.
fn start_next(lines: &mut [Line<'_>], now: Instant) -> Option<Instant> {
    let mut last: HashMap<u16, Option<Instant>> = HashMap::new();
    let mut turn = None;
    for line in lines {
        let before = last.get(&line.port).copied().flatten();
        if line.started.is_none() {
            match before.filter(|before| *before > now) {
                None => line.start(now),
                Some(before) => {
                    turn = Some(turn.map_or(before, |turn: Instant| turn.min(before)));
                    continue;
                }
            }
        }
        last.insert(line.port, line.is_before());
    }
    turn
}

/// Waits until something has come on one of them, and says on which.
fn ready(open: &[&mut Line<'_>], at_most: Duration) -> rustix::io::Result<Vec<bool>> {
    // Rounded up, or it would wake a moment too early, again and again.
    let timeout = Timespec::try_from(at_most + Duration::from_micros(100)).ok();
    let sockets = open.iter().filter_map(|line| line.socket.as_ref());
    let mut waiting: Vec<PollFd<'_>> = sockets.map(|socket| PollFd::new(socket, PollFlags::IN)).collect();
    poll(&mut waiting, timeout.as_ref())?;
    Ok(waiting.iter().map(|socket| !socket.revents().is_empty()).collect())
}
