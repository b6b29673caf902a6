//! A running snmpd in a network of its own, and who asks it.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::packet::{self, Answer};

/// Whence is asked: addresses of the loopback interface of the daemon's own network.
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

/// A running snmpd. It is killed when it is dropped.
pub(super) struct Agent {
    child: Child,
    /// Its log, line by line.
    log: Receiver<String>,
    sockets: HashMap<IpAddr, UdpSocket>,
    next: u32,
}

/// What is sent, and from where.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) from: IpAddr,
    pub(super) bytes: Vec<u8>,
}

/// A directory that takes the place of one of the machine's, for the daemon alone.
pub(super) type Mount<'a> = (&'a Path, &'a str);

impl Agent {
    /// Starts a daemon with these options, these directories in the place of others, and only these variables.
    pub(super) fn start(options: &[String], mounts: &[Mount<'_>], variables: &[(&str, &str)]) -> Self {
        let mut script = String::from("ip link set lo up && ");
        for address in &SOURCES[3..4] {
            script += &format!("ip address add {address}/32 dev lo && ");
        }
        for address in &SOURCES[5..] {
            script += &format!("ip -6 address add {address}/128 dev lo nodad && ");
        }
        for (directory, place) in mounts {
            script += &format!("mkdir -p {place} && mount --bind {} {place} && ", directory.display());
        }
        script += "exec env -i MIBS= \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["--net", "--mount", "sh", "-c", &script, "sh"]);
        command.args(variables.iter().map(|(name, value)| format!("{name}={value}")));
        command.args(["/usr/sbin/snmpd", "-f", "-Le", "-I", "-smux"]).args(options);
        let mut child = command
            .args([format!("udp:{PORT}"), format!("udp6:{PORT}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("unshare of util-linux starts");
        let (say, log) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in stderr.split(b'\n').map_while(Result::ok) {
                let _ = say.send(String::from_utf8_lossy(&line).into_owned());
            }
        });
        let mut agent = Self { child, log, sockets: HashMap::new(), next: 1 };
        agent.wait_for("NET-SNMP version");
        agent.open_sockets();
        agent
    }

    /// Waits for a line of the log that begins like this.
    fn wait_for(&mut self, begin: &str) {
        let mut said = Vec::new();
        while let Ok(line) = self.log.recv_timeout(STUCK) {
            if line.starts_with(begin) {
                return;
            }
            said.push(line);
        }
        panic!(
            "snmpd (Debian: snmpd, iproute2, util-linux; as root) never said `{begin}`:\n{}",
            said.join("\n")
        );
    }

    fn open_sockets(&mut self) {
        let path = PathBuf::from(format!("/proc/{}/ns/net", self.child.id()));
        let network = File::open(&path).unwrap();
        // A network is a thread's own, and so is what it opens.
        let open = || {
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            SOURCES.map(|source| (source, UdpSocket::bind(SocketAddr::new(source, 0)).unwrap()))
        };
        let sockets = std::thread::scope(|scope| scope.spawn(open).join().unwrap());
        for (source, socket) in sockets {
            socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
            self.sockets.insert(source, socket);
        }
    }

    /// Has it read its files anew; what is asked from now on is answered by the new ones.
    pub(super) fn reload(&mut self) {
        while self.log.try_recv().is_ok() {}
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, Signal::HUP).unwrap();
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

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
