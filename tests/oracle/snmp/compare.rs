//! The same questions to a running snmpd and to our model.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use standfast_facts::machine::Machine;
use standfast_facts::root::Root;
use standfast_providers::snmp::Snmp;
use standfast_providers::snmp::installed::Installed;
use standfast_providers::snmp::invocation::{DefaultFiles, Invocation};
use standfast_providers::snmp::semantics::{self, Outcome, Peer};

use super::agent::{Agent, Question};
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
}

/// All that is asked of a configuration.
pub(super) fn requests(communities: &[Vec<u8>], sources: &[IpAddr]) -> Vec<Request> {
    let mut requests = Vec::new();
    for from in sources {
        for community in communities {
            for version in [Version::V1, Version::V2c] {
                for operation in [Operation::Get, Operation::SetWrongType] {
                    requests.push(Request { from: *from, version, community: community.clone(), operation });
                }
            }
        }
    }
    requests
}

/// What the daemon says.
pub(super) fn ask(agent: &mut Agent, requests: &[Request]) -> HashMap<Request, Told> {
    let mut questions = Vec::new();
    let mut numbers = Vec::new();
    for request in requests {
        // SNMPv1 answers for all objects or for none: each is asked for alone.
        let parts: Vec<&[&[u64]]> = match (request.operation, request.version) {
            (Operation::SetWrongType, _) => vec![&[WRITABLE]],
            (Operation::Get, Version::V1) => OBJECTS.chunks(1).collect(),
            (Operation::Get, Version::V2c) => vec![&OBJECTS],
        };
        let mut own = Vec::new();
        for objects in parts {
            let number = agent.number();
            let bytes =
                packet::request(request.version, &request.community, request.operation, number, objects);
            questions.push(Question { from: request.from, bytes });
            own.push(number);
        }
        numbers.push(own);
    }
    let answers = agent.ask(&questions);
    let told = |(request, numbers): (&Request, &Vec<u32>)| {
        let own: Vec<Option<&Answer>> = numbers.iter().map(|number| answers.get(number)).collect();
        (request.clone(), tell(request, &own))
    };
    requests.iter().zip(&numbers).map(told).collect()
}

fn tell(request: &Request, answers: &[Option<&Answer>]) -> Told {
    let given: Vec<&Answer> = answers.iter().copied().flatten().collect();
    if given.is_empty() {
        return Told::Nothing;
    }
    assert_eq!(given.len(), answers.len(), "answered in part: {request:?} {answers:?}");
    match (request.operation, request.version) {
        (Operation::Get, Version::V2c) => Told::Get(given[0].values.clone()),
        (Operation::Get, Version::V1) => {
            let value = |answer: &&Answer| match answer.error {
                0 => Value::There,
                2 => Value::Hidden,
                other => panic!("error {other} for {request:?}"),
            };
            Told::Get(given.iter().map(value).collect())
        }
        (Operation::SetWrongType, _) => Told::Set(match given[0].error {
            // noSuchName and noAccess; badValue and wrongType.
            2 | 6 => Right::Refused,
            3 | 7 => Right::Granted,
            other => panic!("error {other} for {request:?}"),
        }),
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
            Told::Get(OBJECTS.iter().map(value).collect())
        }
        Outcome::Answers { write, .. } => match control.tables.is_in_view(&write.view, WRITABLE) {
            true => Told::Set(Right::Granted),
            false => Told::Set(Right::Refused),
        },
    }
}

/// Reads one file, and nothing else, as a daemon does that is started with `-C -c FILE`.
pub(super) fn with_model<T>(file: &Path, ask: impl FnOnce(&Snmp<'_>) -> T) -> T {
    let root = Root::host().unwrap();
    let machine = Machine::new(&root);
    let invocation = Invocation {
        default_files: DefaultFiles::Skipped,
        optional: Some(file.to_str().unwrap().into()),
        mibs: Some(Vec::new()),
        ..Invocation::default()
    };
    ask(&Snmp::read(&machine, Installed::observe(&root), invocation).unwrap())
}

/// Where the daemon and our model differ.
pub(super) fn differences(agent: &mut Agent, snmp: &Snmp<'_>, requests: &[Request]) -> Vec<String> {
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
pub(super) fn agent(file: &Path, home: &Path) -> Agent {
    let home = home.to_str().unwrap();
    let options = ["-C".to_owned(), "-c".to_owned(), file.to_str().unwrap().to_owned()];
    Agent::start(&options, &[], &[("HOME", home), ("SNMP_PERSISTENT_DIR", home)])
}
