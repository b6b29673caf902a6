//! A fresh Debian on which the examples are applied, and what is asked of it afterwards.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::packets::{READVAR, TIME};
use super::receivers::Receiver;
use crate::net::{Host, Package, Question, V4_HOST, V4_OUTSIDE};
use crate::node::{BASE, Node, Run};

/// Where the examples' community may come from.
pub(super) const NMS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10));
/// The community of the examples.
pub(super) const COMMUNITY: &str = "Qm7dK2xW9tRz4VbN8sLc";
/// Networks of the examples' operators.
pub(super) const OPERATOR: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 9, 0, 7));

/// A machine with an example.
pub(super) struct Stage {
    pub(super) node: Node,
    example: &'static str,
    arguments: Vec<String>,
}

impl Stage {
    /// A machine with these packages, none of them started, and one of the examples.
    pub(super) fn new(example: &'static str, packages: &[Package]) -> Self {
        let node = Node::new(packages);
        node.host.run(&[concat!(env!("CARGO_MANIFEST_DIR"), "/tests/puppet/examples/prepare")]);
        Self { node, example, arguments: Vec::new() }
    }

    /// With the values of the example's own Hiera.
    pub(super) fn with_hiera(mut self) -> Self {
        self.arguments =
            vec!["--hiera_config".into(), format!("{BASE}/modules/standfast/examples/hiera.yaml")];
        self
    }

    pub(super) fn host(&self) -> &Host {
        &self.node.host
    }

    /// `puppet apply examples/EXAMPLE.pp`
    pub(super) fn apply(&self, more: &[&str]) -> Run {
        let path = format!("{BASE}/modules/standfast/examples/{}.pp", self.example);
        let own = self.arguments.iter().map(String::as_str);
        let arguments: Vec<_> = own.chain(more.iter().copied()).collect();
        let run = self.node.puppet("apply", &[&arguments, &["--detailed-exitcodes", &path][..]].concat());
        assert!(!run.said.contains(COMMUNITY), "{}", run.said);
        run
    }

    /// A run that changes something, and fails nowhere.
    pub(super) fn changes(&self) -> Run {
        let run = self.apply(&[]);
        run.assert_code(2);
        run
    }

    /// A run that has nothing to do, and nothing to say.
    pub(super) fn is_clean(&self) {
        let run = self.apply(&[]);
        run.assert_code(0);
        assert!(run.with_events().is_empty(), "{}", run.said);
    }

    /// Asserts that what was changed by hand is corrective in the report of a run that only tells, and drift for
    /// `standfast check` for the same reasons in the same words; of just these resources.
    pub(super) fn tells(&self, resources: &[&str]) {
        let output = self.host().standfast(&["check", "--format", "json"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(!said.contains(COMMUNITY), "{said}");
        let outcomes: Value = serde_json::from_str(&said).unwrap();
        let run = self.apply(&["--noop"]);
        run.assert_code(0);
        for resource in resources {
            let told = format!("{resource}: {}", reasons(&outcomes, resource).join("; "));
            assert_eq!(run.count(&told), 1, "{told}\n{}", run.said);
            let status = run.status(resource);
            assert_eq!(status["corrective_change"], "true", "{resource}\n{}", run.said);
            let events = status["events"].as_array().unwrap();
            let is_told = |event: &Value| event["status"] == "noop" && event["corrective_change"] == "true";
            assert!(!events.is_empty() && events.iter().all(is_told), "{events:#?}\n{}", run.said);
        }
        let corrective = run.metric("resources", "corrective_change");
        assert_eq!(corrective, resources.len(), "{}", run.said);
    }

    /// A run that takes back what was changed by hand, and says that it does.
    pub(super) fn takes_back(&self, resources: &[&str]) {
        let run = self.changes();
        for resource in resources {
            assert_eq!(run.status(resource)["corrective_change"], "true", "{resource}\n{}", run.said);
        }
    }

    /// Starts, stops or restarts a service by hand.
    pub(super) fn service(&self, name: &str, what: &str) {
        self.host().run(&["sh", "-c", &format!("/etc/init.d/{name} {what} >/dev/null 2>&1")]);
    }

    /// Adds a line to a file by hand.
    pub(super) fn add(&self, path: &str, line: &str) {
        self.host().run(&["sh", "-c", "echo \"$1\" >> \"$0\"", path, line]);
    }

    /// What limits a session of a user has that PAM has opened: `ulimit` with each of these options.
    pub(super) fn session(&self, user: &str, options: &[&str]) -> Vec<String> {
        let script = options.iter().fold(String::new(), |mut script, option| {
            writeln!(script, "ulimit -{option}").unwrap();
            script
        });
        let said = self.host().run(&["su", user, "-s", "/bin/bash", "-c", &script]);
        said.lines().map(str::to_owned).collect()
    }

    /// Whether ntpd answers a packet from there, beside one that asks the time.
    pub(super) fn ntp_answers(&self, from: IpAddr, packet: &[u8]) -> bool {
        let outside = self.host().outside();
        // ntpd answers one address but now and then.
        let time = || Question::new(outside.another_address(V4_OUTSIDE), (V4_HOST, 123), TIME);
        // What comes before it listens is lost.
        outside.wait_for_answer(&time());
        let control = time();
        !outside.ask_beside(&Question::new(from, (V4_HOST, 123), packet), &control).is_empty()
    }

    /// Whether ntpd tells a stranger more than the time.
    pub(super) fn ntp_is_open(&self) -> bool {
        self.ntp_answers(self.host().outside().another_address(V4_OUTSIDE), READVAR)
    }

    /// Whether snmpd answers a stranger with this community, beside the monitoring with its own.
    pub(super) fn snmp_answers(&self, community: &str) -> bool {
        let outside = self.host().outside();
        outside.add_address(NMS);
        let (asked, control) = (sys_descr(community), sys_descr(COMMUNITY));
        let to = (V4_HOST, 161);
        let control = Question::new(NMS, to, &control);
        // What comes before it listens is lost.
        outside.wait_for_answer(&control);
        !outside.ask_beside(&Question::new(V4_OUTSIDE, to, &asked), &control).is_empty()
    }

    /// The log host of the examples, which takes messages at this port until the machine ends.
    pub(super) fn log_host(&self, port: u16) -> Receiver {
        Receiver::new(&self.host().outside(), SocketAddr::new(V4_OUTSIDE, port))
    }

    /// Writes a message, and waits until it is at the log host.
    pub(super) fn is_forwarded(&self, message: &str, log_host: &Receiver) {
        self.host().run(&["logger", "-p", "mail.info", message]);
        let start = Instant::now();
        while log_host.count(message) == 0 {
            assert!(start.elapsed() < Duration::from_secs(60), "{message} does not come");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(self.node.read("/var/log/syslog").contains(message), "a copy stays");
    }
}

/// Why `standfast check` says that a resource drifts, each reason once.
fn reasons(outcomes: &Value, resource: &str) -> Vec<String> {
    let (kind, title) = resource.trim_end_matches(']').split_once('[').unwrap();
    let is_it = |outcome: &&Value| outcome["type"] == kind.to_lowercase() && outcome["title"] == title;
    let outcome = outcomes.as_array().unwrap().iter().find(is_it);
    let drift = outcome.unwrap_or_else(|| panic!("{resource}: {outcomes:#}"))["drift"].as_array().unwrap();
    let mut reasons: Vec<String> = Vec::new();
    for reason in drift.iter().map(|one| one["reason"].as_str().unwrap().to_owned()) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    assert!(!reasons.is_empty(), "{resource} is in sync");
    reasons
}

/// GET of sysDescr.0, SNMPv2c.
fn sys_descr(community: &str) -> Vec<u8> {
    let pdu = b"\xa0\x19\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x05\x00";
    let length = |bytes: usize| u8::try_from(bytes).unwrap();
    let body = [b"\x02\x01\x01\x04", &[length(community.len())][..], community.as_bytes(), pdu].concat();
    [&[0x30, length(body.len())][..], &body].concat()
}
