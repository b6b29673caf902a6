//! The real chronyd under a configuration, and our evaluator under the same.

use std::net::{IpAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;

use standfast_facts::root::Root;
use standfast_providers::ntp::chrony::files;
use standfast_providers::ntp::chrony::semantics::{Configuration, verdict};
use standfast_providers::ntp::files::Base;
use standfast_providers::ntp::semantics::Answers;
use standfast_providers::ntp::source::Source;

use crate::net::{Daemon, Host, Package};
use crate::ntp::case::{Case, MAIN, directory};
use crate::ntp::outside::{self, received, send};
use crate::ntp::packets;

/// The command `tracking` of protocol version 6, as long as its reply.
const TRACKING: [u8; 104] = {
    let mut packet = [0; 104];
    packet[0] = 6;
    packet[1] = 1;
    packet[5] = 33;
    packet
};

/// A private machine on which one configuration after the other is asked.
pub(super) struct Chronyd {
    host: Host,
    directory: PathBuf,
    askers: Vec<Asker>,
}

struct Asker {
    address: IpAddr,
    time: UdpSocket,
    command: UdpSocket,
}

impl Chronyd {
    /// `test` names the directory of the test's files.
    pub(super) fn new(test: &str, addresses: &[&str]) -> Self {
        let host = Host::new(&[Package::Chrony]);
        outside::owns_everything(&host);
        let asker = |address: &&str| {
            let address = address.parse().unwrap();
            let socket = |port| outside::socket(&host, address, 0, port);
            Asker { address, time: socket(123), command: socket(323) }
        };
        let askers = addresses.iter().map(asker).collect();
        Self { host, directory: directory(test), askers }
    }

    /// What the real one answers the askers, in their order; `None` where it does not start.
    pub(super) fn real(&self, case: &Case) -> Option<Vec<Answers>> {
        let (main, cwd) = self.lay_out(case);
        let daemon = self.host.start(&["env", "-C", &cwd, "/usr/sbin/chronyd", "-d", "-x", "-f", &main]);
        self.is_ready(&daemon).then(|| self.ask(&daemon))
    }

    /// Puts the files into /etc/chrony, which then holds nothing else.
    pub(super) fn configure(&self, case: &Case) {
        case.lay_out_for(&self.directory, Path::new("/etc/chrony"));
        self.host.run(&["sh", "-c", "rm -rf /etc/chrony && cp -r \"$0\" /etc/chrony", self.text()]);
        self.host.run(&["mv", "/etc/chrony/ntp.conf", "/etc/chrony/chrony.conf"]);
    }

    /// What differs in /etc/chrony from what was put there.
    pub(super) fn difference(&self) -> String {
        let script = "cp -r \"$0\" /run/before && mv /run/before/ntp.conf /run/before/chrony.conf\n\
            diff -r /run/before /etc/chrony; test $? -le 1 && rm -r /run/before";
        self.host.run(&["sh", "-c", script, self.text()])
    }

    /// What a daemon that is started on /etc/chrony answers.
    pub(super) fn answers(&self) -> Vec<Answers> {
        let daemon = self.host.start(&["/usr/sbin/chronyd", "-d", "-x"]);
        assert!(self.is_ready(&daemon), "chronyd has ended:\n{}", daemon.log());
        self.ask(&daemon)
    }

    /// The exit code of standfast under a policy of one resource.
    pub(super) fn standfast(&self, command: &str, policy: &str) -> i32 {
        self.host.write("/run/policy.ini", format!("[ntp_monlist main]\n{policy}\n"));
        let output = self.host.standfast(&[command, "--policy", "/run/policy.ini"]);
        output.status.code().unwrap()
    }

    fn text(&self) -> &str {
        self.directory.to_str().unwrap()
    }

    /// What ours says.
    pub(super) fn ours(&self, case: &Case) -> Option<Vec<Answers>> {
        let configuration = self.configuration(case);
        let answers = |asker: &Asker| verdict(&configuration, asker.address).0;
        configuration.fatal.is_none().then(|| self.askers.iter().map(answers).collect())
    }

    /// Our reading of the files.
    pub(super) fn configuration(&self, case: &Case) -> Configuration {
        let (main, cwd) = self.lay_out(case);
        let root = Root::open(Path::new("/")).unwrap();
        let base = Base { cwd: PathBuf::from(cwd), root: PathBuf::from("/") };
        Configuration::of_files(&files::read(&Source::new(&root), Path::new(&main), &base).unwrap())
    }

    /// Whether the real one's own check of the files, `chronyd -p`, takes them.
    pub(super) fn checks(&self, case: &Case) -> bool {
        let (main, cwd) = self.lay_out(case);
        let argv = ["env", "-C", &cwd, "/usr/sbin/chronyd", "-p", "-f", &main];
        self.host.bounded(&argv).output().unwrap().status.success()
    }

    /// The askers who are answered otherwise than ours says.
    pub(super) fn differences(&self, case: &Case) -> Vec<String> {
        match (self.ours(case), self.real(case)) {
            (Some(ours), Some(real)) => {
                let pairs = self.askers.iter().zip(ours.iter().zip(&real));
                let words = |answers: &Answers| format!("time {}, command {}", answers.time, answers.command);
                pairs
                    .filter(|(_, (ours, real))| ours != real)
                    .map(|(asker, (ours, real))| {
                        format!("{}: ours {}; real {}", asker.address, words(ours), words(real))
                    })
                    .collect()
            }
            (ours, real) if ours.is_some() == real.is_some() => Vec::new(),
            (ours, real) => vec![format!("starts: ours {}, real {}", ours.is_some(), real.is_some())],
        }
    }

    fn lay_out(&self, case: &Case) -> (String, String) {
        case.lay_out(&self.directory);
        let text = |path: &str| self.directory.join(path).into_os_string().into_string().unwrap();
        (text(MAIN), text("cwd"))
    }

    /// Waits until it waits for packets; `false` when it has ended instead.
    fn is_ready(&self, daemon: &Daemon<'_>) -> bool {
        let is_there = || self.host.root().status(Path::new("/run/chrony/chronyd.sock")).is_ok();
        while daemon.runs() {
            if is_there() && self.rests(daemon) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        false
    }

    /// Whether it waits, and has done nothing else for a millisecond.
    fn rests(&self, daemon: &Daemon<'_>) -> bool {
        let stat = || {
            let path = PathBuf::from(format!("/proc/{}/status", daemon.pid()));
            String::from_utf8(self.host.root().read(&path).unwrap_or_default()).unwrap()
        };
        let before = stat();
        std::thread::sleep(Duration::from_millis(1));
        // The number of times that it went to sleep is in it.
        before.contains("State:\tS") && before == stat()
    }

    fn ask(&self, daemon: &Daemon<'_>) -> Vec<Answers> {
        let arrived = self.arrived();
        let sockets = || self.askers.iter().flat_map(|asker| [&asker.time, &asker.command]);
        sockets().for_each(|socket| drop(received(socket)));
        for asker in &self.askers {
            send(&asker.time, &packets::time(0));
            send(&asker.command, &TRACKING);
        }
        let sent = u64::try_from(2 * self.askers.len()).unwrap();
        while self.arrived() < arrived + sent || !self.rests(daemon) {
            assert!(daemon.runs(), "chronyd has ended:\n{}", daemon.log());
        }
        let is_answered = |socket| !received(socket).is_empty();
        self.askers
            .iter()
            .map(|asker| Answers {
                time: is_answered(&asker.time),
                command: is_answered(&asker.command),
                ..Answers::default()
            })
            .collect()
    }

    /// How many packets processes of the machine have taken, or would have, had any listened.
    fn arrived(&self) -> u64 {
        let read = |path: &str| String::from_utf8(self.host.read(path)).unwrap();
        let (v4, v6) = (read("/proc/1/net/snmp"), read("/proc/1/net/snmp6"));
        let mut rows = v4.lines().filter(|line| line.starts_with("Udp: ")).map(str::split_whitespace);
        let (names, values) = (rows.next().unwrap(), rows.next().unwrap());
        let v6 = v6.lines().filter_map(|line| line.strip_prefix("Udp6")?.split_once(char::is_whitespace));
        let counters = names.zip(values).chain(v6.map(|(name, value)| (name, value.trim())));
        counters
            .filter(|(name, _)| ["InDatagrams", "NoPorts", "InErrors"].contains(name))
            .map(|(_, value)| value.parse::<u64>().unwrap())
            .sum()
    }
}
