//! A running snmpd on a private machine, and who asks it.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Seek, SeekFrom, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::packet::{self, Answer};
use crate::net::{Daemon, Host, Package};

/// Whence is asked: addresses of the loopback interface.
pub(super) const SOURCES: [IpAddr; 7] = [
    v4(127, 0, 0, 1),
    v4(127, 0, 0, 2),
    v4(127, 1, 0, 1),
    v4(10, 0, 0, 5),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
    v6(5),
    v6(0xff05),
];

const fn v4(a: u8, b: u8, c: u8, d: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

const fn v6(last: u16) -> IpAddr {
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last))
}

const PORT: u16 = 161;

/// Nothing that is waited for takes a second; who waits longer fails.
const STUCK: Duration = Duration::from_secs(60);

/// A machine whose loopback interface has all of the addresses.
pub(super) fn machine() -> Host {
    let host = Host::new(&[Package::Snmpd]);
    for source in SOURCES.iter().filter(|source| !source.is_loopback()) {
        let (length, option) = if source.is_ipv4() { (32, None) } else { (128, Some("nodad")) };
        let network = format!("{source}/{length}");
        host.inside().run(
            &["ip", "address", "add", &network, "dev", "lo"].into_iter().chain(option).collect::<Vec<_>>(),
        );
    }
    host
}

/// A running snmpd on a private machine.
pub(super) struct Agent<'h> {
    daemon: Daemon<'h>,
    /// Sends the signal: a program of its own for each would take longer than the daemon's reading.
    signaller: Child,
    log: BufReader<File>,
    sockets: HashMap<IpAddr, UdpSocket>,
    next: u32,
}

/// What is sent, and from where.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) from: IpAddr,
    pub(super) bytes: Vec<u8>,
}

impl<'h> Agent<'h> {
    /// Starts a daemon with these variables and options; its log goes to a file of this directory, which it shares.
    pub(super) fn start(host: &'h Host, directory: &Path, variables: &[&str], options: &[&str]) -> Self {
        let log = directory.join("log");
        std::fs::write(&log, "").unwrap();
        let mut argv = vec!["env", "MIBS="];
        argv.extend(variables);
        argv.extend(["/usr/sbin/snmpd", "-f", "-A", "-Lf", log.to_str().unwrap(), "-I", "-smux"]);
        argv.extend(options);
        let addresses = [format!("udp:{PORT}"), format!("udp6:{PORT}")];
        argv.extend(addresses.iter().map(String::as_str));
        let daemon = host.start(&argv);
        let mut signaller = host.command(&["sh", "-c", "while read pid; do kill -HUP $pid; done"]);
        let mut agent = Self {
            daemon,
            signaller: signaller.stdin(Stdio::piped()).spawn().unwrap(),
            log: BufReader::new(File::open(&log).unwrap()),
            sockets: HashMap::new(),
            next: 1,
        };
        agent.wait_for("NET-SNMP version");
        for source in SOURCES {
            let socket = host.inside().socket(SocketAddr::new(source, 0));
            socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
            agent.sockets.insert(source, socket);
        }
        agent
    }

    /// Waits for a line of the log that begins like this.
    fn wait_for(&mut self, begin: &str) {
        let started = Instant::now();
        let mut said = String::new();
        loop {
            let mut line = Vec::new();
            let length = self.log.read_until(b'\n', &mut line).unwrap();
            let line = String::from_utf8_lossy(&line);
            if line.starts_with(begin) {
                return;
            }
            said += &line;
            if length == 0 {
                let runs = started.elapsed() < Duration::from_secs(1) || self.daemon.runs();
                assert!(
                    runs && started.elapsed() < STUCK,
                    "snmpd never said `{begin}`:\n{said}{}",
                    self.daemon.log()
                );
                std::thread::sleep(Duration::from_micros(200));
            }
        }
    }

    /// Has it read its files anew; what is asked from now on is answered by the new ones.
    pub(super) fn reload(&mut self) {
        self.log.seek(SeekFrom::End(0)).unwrap();
        let pid = self.daemon.pid();
        writeln!(self.signaller.stdin.as_mut().unwrap(), "{pid}").unwrap();
        self.wait_for("NET-SNMP version");
        // That was said before the files were read. What is answered is answered after.
        self.ask_from(SOURCES[0], &[], &mut HashMap::new());
    }

    /// A number for the next question.
    pub(super) fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Asks all questions and gives the answers by their numbers; what is not among them has none.
    ///
    /// Behind the questions of each source goes one that is always answered: the daemon takes packets in their order.
    pub(super) fn ask(&mut self, questions: &[Question]) -> HashMap<u32, Answer> {
        let sources: HashSet<IpAddr> = questions.iter().map(|question| question.from).collect();
        let mut answers = HashMap::new();
        for source in sources {
            // What is under way at a time must not fill a buffer.
            let own: Vec<&Question> = questions.iter().filter(|question| question.from == source).collect();
            for some in own.chunks(64) {
                self.ask_from(source, some, &mut answers);
            }
        }
        answers
    }

    fn ask_from(&mut self, source: IpAddr, questions: &[&Question], answers: &mut HashMap<u32, Answer>) {
        let to = match source {
            IpAddr::V4(address) if address.is_loopback() => SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            IpAddr::V6(address) if address.is_loopback() => SocketAddr::from((Ipv6Addr::LOCALHOST, PORT)),
            other => SocketAddr::new(other, PORT),
        };
        let number = self.number();
        let control = packet::discovery(number);
        let socket = &self.sockets[&source];
        for question in questions {
            socket.send_to(&question.bytes, to).unwrap();
        }
        socket.send_to(&control, to).unwrap();
        let started = Instant::now();
        let mut buffer = [0; 65536];
        loop {
            match socket.recv(&mut buffer) {
                // An answer to a control of before proves nothing.
                Ok(length) if packet::is_v3(&buffer[..length]) => {
                    if packet::v3_number(&buffer[..length]) == number {
                        return;
                    }
                }
                Ok(length) => {
                    let answer = packet::answer(&buffer[..length]);
                    answers.insert(answer.request, answer);
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    // Nobody promises that a packet arrives.
                    assert!(started.elapsed() < STUCK, "snmpd does not answer {source} any more");
                    socket.send_to(&control, to).unwrap();
                }
                Err(error) => panic!("{source}: {error}"),
            }
        }
    }
}

impl Drop for Agent<'_> {
    fn drop(&mut self) {
        drop(self.signaller.stdin.take());
        let _ = self.signaller.wait();
    }
}
