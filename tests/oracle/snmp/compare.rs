//! The same questions to a running snmpd and to our model.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use standfast_facts::machine::Machine;
use standfast_providers::snmp::Snmp;
use standfast_providers::snmp::installed::Installed;
use standfast_providers::snmp::invocation::{DefaultFiles, Invocation};
use standfast_providers::snmp::semantics::{self, Outcome, Peer};

use super::agent::{Agent, Question};
use crate::net::Host;

use super::packet::{self, Answer, Operation, Value, Version};

/// Objects that every snmpd has, each in another part of the tree.
pub(super) const OBJECTS: [&[u64]; 6] = [
    &[1, 3, 6, 1, 2, 1, 1, 1, 0],
    &[1, 3, 6, 1, 2, 1, 1, 5, 0],
    &[1, 3, 6, 1, 2, 1, 11, 1, 0],
    &[1, 3, 6, 1, 2, 1, 25, 1, 1, 0],
    &[1, 3, 6, 1, 4, 1, 2021, 4, 5, 0],
    &[1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0],
];

/// An object that may be written: sysLocation.
const WRITABLE: &[u64] = &[1, 3, 6, 1, 2, 1, 1, 6, 0];

/// What an answer says, or that there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Nothing,
    Get(Vec<Value>),
    Set(Right),
}

/// Whether a request to write got further than the access control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    Refused,
    Granted,
}

/// Who asks for what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Request {
    pub(super) from: IpAddr,
    pub(super) version: Version,
    pub(super) community: Vec<u8>,
    pub(super) operation: Operation,
    /// Which of the objects are asked for.
    pub(super) objects: Range<usize>,
}

/// All that is asked of a configuration.
pub(super) fn requests(communities: &[Vec<u8>], sources: &[IpAddr]) -> Vec<Request> {
    let mut requests = Vec::new();
    for from in sources {
        for community in communities {
            for version in [Version::V1, Version::V2c] {
                for operation in [Operation::Get, Operation::SetWrongType] {
                    // SNMPv1 answers for all objects or for none: only one is asked for, each in its turn.
                    let one = requests.len() / 4 % OBJECTS.len();
                    let objects = if version == Version::V1 { one..one + 1 } else { 0..OBJECTS.len() };
                    requests.push(Request {
                        from: *from,
                        version,
                        community: community.clone(),
                        operation,
                        objects,
                    });
                }
            }
        }
    }
    requests
}

/// What the daemon says.
pub(super) fn ask(agent: &mut Agent<'_>, requests: &[Request]) -> HashMap<Request, Told> {
    let mut questions = Vec::new();
    let mut numbers = Vec::new();
    for request in requests {
        let objects = match request.operation {
            Operation::SetWrongType => &[WRITABLE],
            Operation::Get => &OBJECTS[request.objects.clone()],
        };
        let number = agent.number();
        let bytes = packet::request(request.version, &request.community, request.operation, number, objects);
        questions.push(Question { from: request.from, bytes });
        numbers.push(number);
    }
    let answers = agent.ask(&questions);
    let told = |(request, number): (&Request, &u32)| (request.clone(), tell(request, answers.get(number)));
    requests.iter().zip(&numbers).map(told).collect()
}

fn tell(request: &Request, answer: Option<&Answer>) -> Told {
    let Some(answer) = answer else { return Told::Nothing };
    match (request.operation, answer.error) {
        (Operation::Get, 0) => Told::Get(answer.values.clone()),
        // noSuchName
        (Operation::Get, 2) if request.version == Version::V1 => Told::Get(vec![Value::Hidden]),
        // noSuchName and noAccess
        (Operation::SetWrongType, 2 | 6) => Told::Set(Right::Refused),
        // badValue and wrongType
        (Operation::SetWrongType, 3 | 7) => Told::Set(Right::Granted),
        (_, other) => panic!("error {other} for {request:?}"),
    }
}

/// What we say.
pub(super) fn judge(snmp: &Snmp<'_>, request: &Request) -> Told {
    let version = match request.version {
        Version::V1 => semantics::Version::V1,
        Version::V2c => semantics::Version::V2c,
    };
    let control = &snmp.control;
    match control.decide(&request.community, &Peer::Ip(request.from), version).outcome {
        Outcome::Silent(_) => Told::Nothing,
        Outcome::Answers { read, .. } if request.operation == Operation::Get => {
            let value = |object: &&[u64]| match control.tables.is_in_view(&read.view, object) {
                true => Value::There,
                false => Value::Hidden,
            };
            Told::Get(OBJECTS[request.objects.clone()].iter().map(value).collect())
        }
        Outcome::Answers { write, .. } => match control.tables.is_in_view(&write.view, WRITABLE) {
            true => Told::Set(Right::Granted),
            false => Told::Set(Right::Refused),
        },
    }
}

/// Reads one file, and nothing else, as a daemon does that is started with `-C -c FILE`.
pub(super) fn with_model<T>(host: &Host, file: &Path, ask: impl FnOnce(&Snmp<'_>) -> T) -> T {
    let machine = Machine::new(host.root());
    let invocation = Invocation {
        default_files: DefaultFiles::Skipped,
        optional: Some(file.to_str().unwrap().into()),
        mibs: Some(Vec::new()),
        ..Invocation::default()
    };
    ask(&Snmp::read(&machine, installed(host), invocation).unwrap())
}

/// The library is read once: all machines have the same.
fn installed(host: &Host) -> Installed {
    static INSTALLED: OnceLock<Installed> = OnceLock::new();
    INSTALLED.get_or_init(|| Installed::observe(host.root())).clone()
}

/// Where the daemon and our model differ.
pub(super) fn differences(agent: &mut Agent<'_>, snmp: &Snmp<'_>, requests: &[Request]) -> Vec<String> {
    let theirs = ask(agent, requests);
    let mut differences = Vec::new();
    for request in requests {
        let (theirs, ours) = (&theirs[request], judge(snmp, request));
        if *theirs != ours {
            let community = String::from_utf8_lossy(&request.community);
            differences.push(format!(
                "{:?} `{community}` from {} {:?}: snmpd {theirs:?}, we {ours:?}",
                request.version, request.from, request.operation
            ));
        }
    }
    differences
}

/// A directory for the files of a test.
pub(super) fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("snmp").join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// A daemon that reads one file and nothing else.
pub(super) fn agent<'h>(host: &'h Host, file: &Path, directory: &Path) -> Agent<'h> {
    let home = format!("HOME={}", directory.display());
    let persistent = format!("SNMP_PERSISTENT_DIR={}", directory.join("persistent").display());
    Agent::start(host, directory, &[&home, &persistent], &["-C", "-c", file.to_str().unwrap()])
}
