//! A sender on a private machine and receivers at the other end of its wire.

use std::collections::HashMap;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use crate::net::{Daemon, Host, Package};

/// What a sender has beside its forward: the local socket, and a file with everything.
const SENDER: &str = "module(load=\"imuxsock\")\n\
    global(workDirectory=\"/var/spool/rsyslog\")\n\
    include(file=\"/etc/rsyslog.d/*.conf\" mode=\"optional\")\n\
    *.* action(type=\"omfile\" file=\"/var/log/all\")\n";

/// A receiver of all protocols.
const RECEIVER: &str = "module(load=\"imtcp\")\nmodule(load=\"imrelp\")\nmodule(load=\"imudp\")\n\
    input(type=\"imtcp\" port=\"514\")\ninput(type=\"imrelp\" port=\"20514\")\ninput(type=\"imudp\" port=\"514\")\n\
    action(type=\"omfile\" file=\"/var/log/central\" template=\"RSYSLOG_FileFormat\")\n";

/// What became of the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    pub(super) sent: usize,
    pub(super) lost: usize,
    pub(super) duplicated: usize,
    pub(super) reordered: usize,
    /// Those that the sender's own file lacks.
    pub(super) lost_locally: usize,
}

pub(super) struct Rig {
    pub(super) host: Host,
    socket: UnixDatagram,
    sent: std::cell::Cell<usize>,
}

impl Rig {
    /// A machine with rsyslog, and nothing of it started.
    pub(super) fn new() -> Self {
        let host = Host::new(&[Package::Rsyslog]);
        host.run(&["sh", "-c", "rm -rf /etc/rsyslog.d; mkdir -p /etc/rsyslog.d /var/spool/rsyslog"]);
        host.write("/etc/rsyslog.conf", SENDER);
        host.write("/etc/receiver.conf", RECEIVER);
        let socket = UnixDatagram::unbound().unwrap();
        socket.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
        Self { host, socket, sent: std::cell::Cell::new(0) }
    }

    /// One whose messages `standfast apply` has made rsyslog forward.
    pub(super) fn with(attributes: &str) -> Self {
        let rig = Self::new();
        let output = rig.apply(attributes);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        // Changed, and nobody to tell yet.
        assert_eq!(
            output.status.code(),
            Some(2),
            "{attributes}\n{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        rig
    }

    /// One with these lines, written by hand before all rules.
    pub(super) fn naive(lines: &str) -> Self {
        let rig = Self::new();
        rig.host.write("/etc/rsyslog.d/10-forward.conf", format!("{lines}\n"));
        rig
    }

    pub(super) fn apply(&self, attributes: &str) -> Output {
        self.standfast("apply", attributes)
    }

    pub(super) fn standfast(&self, command: &str, attributes: &str) -> Output {
        self.host.write("/run/policy.ini", format!("[rsyslog_forward central]\n{attributes}\n"));
        self.host.standfast(&[command, "--policy", "/run/policy.ini"])
    }

    pub(super) fn start_sender(&self) -> Daemon<'_> {
        let sender = self.host.start(&[
            "/usr/sbin/rsyslogd",
            "-n",
            "-f",
            "/etc/rsyslog.conf",
            "-i",
            "/run/sender.pid",
        ]);
        sender.wait_until("the local socket", || self.connect().is_ok());
        sender
    }

    fn connect(&self) -> std::io::Result<()> {
        self.socket.connect(self.host.root().path().join("dev/log"))
    }

    pub(super) fn start_receiver(&self) -> Daemon<'_> {
        self.start_receiver_with("/etc/receiver.conf", 514)
    }

    /// A receiver at the other end, ready on a TCP port.
    pub(super) fn start_receiver_with(&self, file: &str, port: u16) -> Daemon<'_> {
        let pid_file = format!("/run/receiver-{port}.pid");
        // What a killed one left would make this one think that it still runs.
        self.host.run(&["rm", "-f", &pid_file]);
        // In the background: nsenter would stop with it when it is made to hang.
        let receiver = self.host.start_in_background(
            &["ip", "netns", "exec", "outside", "/usr/sbin/rsyslogd", "-f", file, "-i", &pid_file],
            &pid_file,
        );
        let probe = format!("ss -ltnH 'sport = :{port}' | grep -q .");
        receiver.wait_until("the receiver's port", || {
            let mut ask = self.host.command(&["ip", "netns", "exec", "outside", "sh", "-c", &probe]);
            ask.status().unwrap().success()
        });
        receiver
    }

    /// Sends so many messages through the local socket, and waits until they are in the local file.
    pub(super) fn send(&self, count: usize) {
        self.push(count);
        self.wait_for_local();
    }

    /// Sends without waiting.
    pub(super) fn push(&self, count: usize) {
        let from = self.sent.get();
        for number in from..from + count {
            let message = format!("<13>Nov 26 22:00:00 probe[1]: m{number:07} text of the message");
            self.socket.send(message.as_bytes()).unwrap();
        }
        self.sent.set(from + count);
    }

    pub(super) fn wait_for_local(&self) {
        let should = self.sent.get();
        self.wait_until(Duration::from_secs(90), || self.count("/var/log/all").0.len() >= should);
    }

    /// Waits until what is spooled grows no more: what is on its way from one queue to the next is in memory.
    pub(super) fn wait_for_spool(&self) {
        let root = self.host.root();
        let spooled = || -> usize {
            let directory = Path::new("/var/spool/rsyslog");
            let names = root.list(directory).unwrap();
            names.iter().map(|name| root.read(&directory.join(name)).map_or(0, |bytes| bytes.len())).sum()
        };
        let (mut last, mut since) = (usize::MAX, Instant::now());
        self.wait_until(Duration::from_secs(90), || {
            let now = spooled();
            if now != last {
                (last, since) = (now, Instant::now());
            }
            since.elapsed() > Duration::from_secs(2)
        });
    }

    /// Waits until all messages have arrived, or nothing has come for so long.
    pub(super) fn settle(&self, silence: Duration) {
        let (mut last, mut since) = (usize::MAX, Instant::now());
        while since.elapsed() < silence {
            let (seen, order) = self.count("/var/log/central");
            if seen.len() >= self.sent.get() {
                break;
            }
            if order.len() != last {
                (last, since) = (order.len(), Instant::now());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    pub(super) fn wait_until(&self, most: Duration, mut condition: impl FnMut() -> bool) -> bool {
        let start = Instant::now();
        while start.elapsed() < most {
            if condition() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// How often each message stands in a file, and the order.
    pub(super) fn count(&self, path: &str) -> (HashMap<usize, usize>, Vec<usize>) {
        let bytes = self.host.root().read(Path::new(path)).unwrap_or_default();
        let mut seen = HashMap::new();
        let mut order = Vec::new();
        for line in bytes.split(|byte| *byte == b'\n') {
            let Some(at) = line.windows(4).position(|window| window == b": m0") else { continue };
            let Some(digits) = line.get(at + 3..at + 10) else { continue };
            let Ok(number) = std::str::from_utf8(digits).unwrap_or("").parse::<usize>() else { continue };
            *seen.entry(number).or_insert(0) += 1;
            order.push(number);
        }
        (seen, order)
    }

    pub(super) fn fate(&self) -> Fate {
        let sent = self.sent.get();
        let (seen, order) = self.count("/var/log/central");
        let (local, _) = self.count("/var/log/all");
        Fate {
            sent,
            lost: (0..sent).filter(|number| !seen.contains_key(number)).count(),
            duplicated: order.len() - seen.len(),
            reordered: order.windows(2).filter(|pair| pair[1] < pair[0]).count(),
            lost_locally: (0..sent).filter(|number| !local.contains_key(number)).count(),
        }
    }
}

/// Ends a daemon at once.
pub(super) fn kill(daemon: Daemon<'_>) {
    daemon.signal("KILL");
    daemon.stop();
}

/// Prints a row of the table of losses.
pub(super) fn row(event: &str, configuration: &str, fate: Fate) -> Fate {
    eprintln!(
        "{event:34} {configuration:22} sent {:6}  lost {:6}  duplicated {:5}  reordered {:5}  lost locally {:6}",
        fate.sent, fate.lost, fate.duplicated, fate.reordered, fate.lost_locally
    );
    fate
}
