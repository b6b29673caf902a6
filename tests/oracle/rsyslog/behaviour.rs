//! Where messages arrive: rsyslogd runs, is given a message of every facility and severity, and each receiver and
//! each file must have what our reader says.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use standfast_providers::rsyslog::action::{ActionState, Sink};
use standfast_providers::rsyslog::config::Config;
use standfast_providers::rsyslog::eval::Known;
use standfast_providers::rsyslog::pmask::Pmask;

use super::receivers::Receiver;
use crate::net::{Host, Package, V4_OUTSIDE};

/// The receivers' ports on the outside; 5149 is one on the machine itself.
const PORTS: [u16; 6] = [514, 5141, 5142, 5143, 5144, 5145];
const LOOPBACK_PORT: u16 = 5149;

/// Programs that log, and what they say.
const PROGRAMS: [(&str, &str); 2] = [("alpha", " one"), ("beta", " two and more")];

/// A machine with rsyslogd, and all receivers.
pub(super) struct Stage {
    host: Host,
    receivers: Vec<Receiver>,
    directory: PathBuf,
}

/// How often each message came to each place.
pub(super) type Arrived = BTreeMap<String, BTreeMap<String, usize>>;

impl Stage {
    pub(super) fn new(name: &str) -> Self {
        let host = Host::new(&[Package::Rsyslog]);
        host.run(&["sh", "-c", "echo 192.0.2.2 loghost >> /etc/hosts; mkdir -p /var/spool/rsyslog"]);
        let outside = host.outside();
        let mut receivers: Vec<_> =
            PORTS.iter().map(|port| Receiver::new(&outside, (V4_OUTSIDE, *port).into())).collect();
        let loopback = SocketAddr::from((IpAddr::V4(Ipv4Addr::LOCALHOST), LOOPBACK_PORT));
        receivers.push(Receiver::new(&host.inside(), loopback));
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rsyslog-at-{name}"));
        Self { host, receivers, directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Writes the files of a case; what comes before the main one gives it an input of its own.
    fn write(&self, case: &Case<'_>) {
        drop(std::fs::remove_dir_all(&self.directory));
        std::fs::create_dir_all(&self.directory).unwrap();
        let here = self.directory.to_str().unwrap();
        let input = case.input.replace("{}", here);
        let head = format!("module(load=\"imuxsock\" SysSock.Use=\"off\")\n{input}\n");
        for (number, (name, text)) in case.files.iter().enumerate() {
            let text = text.replace("{}", here);
            let text = if number == 0 { format!("{head}{text}") } else { text };
            std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
            std::fs::write(self.path(name), text).unwrap();
        }
    }

    /// What rsyslogd does.
    fn arrived(&self, case: &Case<'_>, expected: &Arrived) -> (Arrived, String) {
        let main = self.path(case.files[0].0);
        let socket = self.path("log");
        let pid_file = self.path("pid");
        self.receivers.iter().for_each(|receiver| drop(receiver.take()));
        let argv = ["rsyslogd", "-n", "-f", main.to_str().unwrap(), "-i", pid_file.to_str().unwrap()];
        let daemon = self.host.start(&argv);
        let sender = UnixDatagram::unbound().unwrap();
        daemon.wait_until("rsyslogd to listen", || sender.connect(&socket).is_ok());
        for (pri, program, text) in messages() {
            let message = format!("<{pri}>{program}:{text} {}", mark(pri, program));
            let sent = sender.send(message.as_bytes());
            assert!(sent.is_ok(), "{}: rsyslogd has ended\n{:?}\n{}", case.name, case.files, daemon.log());
        }
        self.wait_for(expected);
        let log = daemon.stop();
        for receiver in &self.receivers {
            let start = Instant::now();
            while !receiver.is_quiet() {
                assert!(start.elapsed() < Duration::from_secs(60), "{} is never quiet", receiver.at);
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        let mut arrived = Arrived::new();
        for receiver in &self.receivers {
            let all: Vec<u8> = receiver.take().join(&b"\n"[..]);
            arrived.insert(receiver.at.to_string(), marks(&all));
        }
        for file in expected.keys().filter(|place| place.starts_with('/')) {
            arrived.insert(file.clone(), marks(&std::fs::read(file).unwrap_or_default()));
        }
        (arrived, log)
    }

    /// Waits until what must come has come; what never comes is told by the comparison.
    fn wait_for(&self, expected: &Arrived) {
        let start = Instant::now();
        // It takes milliseconds; on a machine with much else to do it may take long.
        let patience = Duration::from_secs(15);
        for (place, expected) in expected {
            let has = |mark: &str| match place.starts_with('/') {
                true => {
                    let bytes = std::fs::read(place).unwrap_or_default();
                    marks(&bytes).contains_key(mark)
                }
                false => self
                    .receivers
                    .iter()
                    .any(|receiver| receiver.at.to_string() == *place && receiver.count(mark) > 0),
            };
            let Some(last) = expected.keys().next_back() else { continue };
            while !has(last) && start.elapsed() < patience {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }

    /// Compares what rsyslogd does with what we say; the difference, where there is one.
    pub(super) fn difference(&self, case: &Case<'_>) -> Option<String> {
        self.write(case);
        let main = self.path(case.files[0].0);
        let config = Config::read(super::files(&self.host), &main);
        let (sure, may) = self.expected(&config);
        let (mut arrived, mut log) = self.arrived(case, &sure);
        for _ in 0..2 {
            // What UDP brings is lost where a busy machine does not read it in time; that is no answer.
            let lacks = |(place, marks): (&String, &BTreeMap<String, usize>)| {
                let came = arrived.get(place);
                marks.keys().any(|mark| came.is_none_or(|came| !came.contains_key(mark)))
            };
            if sure.iter().any(lacks) {
                self.write(case);
                (arrived, log) = self.arrived(case, &sure);
            }
        }
        let mut wrong = Vec::new();
        for (place, came) in &arrived {
            for (pri, program, _) in messages() {
                let mark = mark(pri, program);
                let count =
                    |of: &Arrived| of.get(place).and_then(|marks| marks.get(&mark)).copied().unwrap_or(0);
                let came = came.get(&mark).copied().unwrap_or(0);
                // A ruleset that is called twice has each message twice: sets do not count.
                if came < count(&sure) || came > 0 && count(&may) == 0 {
                    let (least, most) = (count(&sure), count(&may));
                    wrong.push(format!("{place}: {mark} came {came} times, we say {least} to {most}"));
                }
            }
        }
        if wrong.is_empty() {
            return None;
        }
        wrong.truncate(12);
        let files: Vec<_> = case.files.iter().map(|(name, text)| format!("--- {name}\n{text}")).collect();
        Some(format!("{}:\n{}\n{}\n{log}", case.name, files.join("\n"), wrong.join("\n")))
    }

    /// Whether any message of a case leaves the host, as rsyslogd and we say; they must agree.
    pub(super) fn leaves(&self, case: &Case<'_>) -> Leaves {
        let difference = self.difference(case);
        assert!(difference.is_none(), "{}", difference.unwrap());
        let config = Config::read(super::files(&self.host), &self.path(case.files[0].0));
        let (sure, _) = self.expected(&config);
        let outside = sure.iter().filter(|(place, _)| place.starts_with("192.0.2.2:"));
        match outside.map(|(_, marks)| marks.len()).max().unwrap_or(0) {
            0 => Leaves::Nothing,
            count if count == messages().count() => Leaves::Everything,
            _ => Leaves::Some,
        }
    }

    /// What we say: for sure, and at most.
    fn expected(&self, config: &Config) -> (Arrived, Arrived) {
        let (mut sure, mut may) = (Arrived::new(), Arrived::new());
        let input = config.inputs().iter().find(|input| input.module == b"imuxsock").unwrap();
        let start = config.ruleset_of(input);
        for (program, text) in PROGRAMS {
            let facts = [
                ("programname", program.to_owned()),
                ("syslogtag", format!("{program}:")),
                // No filter of a case looks at the mark.
                ("msg", format!("{text} mark")),
                ("hostname", "host".to_owned()),
                ("inputname", "imuxsock".to_owned()),
            ];
            let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value.into_bytes()));
            let flow = config.flow_from(&[(start, Pmask::ALL)], &Known(facts.collect()));
            for (id, action) in config.actions().iter().enumerate() {
                let reach = config.reach(&flow, id);
                assert!(action.state == ActionState::Active || reach.is_nothing());
                let Some(place) = place(action) else { continue };
                note(sure.entry(place.clone()).or_default(), reach.sure, program);
                note(may.entry(place).or_default(), reach.may, program);
            }
        }
        (sure, may)
    }
}

/// Counts the messages of a program that come.
fn note(marks: &mut BTreeMap<String, usize>, mask: Pmask, program: &str) {
    for pri in (0..192).filter(|pri| mask.has(usize::from(pri / 8), usize::from(pri % 8))) {
        *marks.entry(mark(pri, program)).or_default() += 1;
    }
}

/// How much leaves the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaves {
    Everything,
    Some,
    Nothing,
}

/// Where an action puts messages, as far as they can be seen there.
fn place(action: &standfast_providers::rsyslog::action::Action) -> Option<String> {
    match &action.sink {
        Sink::Forward(forwarding) => {
            let host = match forwarding.target.as_slice() {
                b"loghost" => "192.0.2.2",
                b"127.0.0.1" => "127.0.0.1",
                b"192.0.2.2" => "192.0.2.2",
                // It is never found.
                _ => return None,
            };
            Some(format!("{host}:{}", String::from_utf8_lossy(&forwarding.port)))
        }
        Sink::File(file) if !file.dynamic => Some(String::from_utf8_lossy(&file.path).into_owned()),
        _ => None,
    }
}

fn mark(pri: u8, program: &str) -> String {
    format!("mark-{pri:03}-{program}.")
}

fn messages() -> impl Iterator<Item = (u8, &'static str, &'static str)> {
    PROGRAMS.into_iter().flat_map(|(program, text)| (0..192).map(move |pri| (pri, program, text)))
}

/// How often each mark is in a text.
fn marks(text: &[u8]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let text = String::from_utf8_lossy(text);
    for (at, _) in text.match_indices("mark-") {
        let rest = &text[at..];
        let end = rest.find('.').map_or(rest.len(), |dot| dot + 1);
        *found.entry(rest[..end].to_owned()).or_default() += 1;
    }
    found
}

/// One configuration.
pub(super) struct Case<'t> {
    pub(super) name: &'t str,
    /// The line that makes the input.
    pub(super) input: &'t str,
    /// The main file first; `{}` is their directory.
    pub(super) files: Vec<(&'t str, &'t str)>,
}

/// The input of cases that have no other.
pub(super) const INPUT: &str = "input(type=\"imuxsock\" Socket=\"{}/log\")";

/// A case of one file.
pub(super) fn one<'t>(name: &'t str, text: &'t str) -> Case<'t> {
    Case { name, input: INPUT, files: vec![("main", text)] }
}
