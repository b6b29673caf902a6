//! Plans carried out on configurations whose lines collide: afterwards the running snmpd does what was desired.

use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use standfast_providers::compose::compose;
use standfast_providers::provider::{Detail, Provider};
use standfast_providers::schema::Value;
use standfast_providers::snmp::Desired;
use standfast_providers::snmp::access::SnmpAccess;
use standfast_providers::snmp::community::SnmpCommunity;

use crate::net::Host;

use super::agent::{Agent, machine};
use super::agree::{asked, lay_out, places, told};
use super::compare::{Request, Right, Told, agent, ask, requests, with_model};
use super::generate::{Case, Start, dense};
use super::packet::{Operation, Value as Seen};

/// How many configurations are brought in order.
const CASES: u64 = 250;

/// From where the community may ask; of those who ask, two are in it and of IPv4, one is of IPv6.
const WANTED: [&str; 2] = ["127.0.0.0/24", "2001:db8::5"];

fn is_wanted(source: IpAddr) -> bool {
    ["127.0.0.1", "127.0.0.2", "2001:db8::5"].contains(&source.to_string().as_str())
}

/// Carries plans out until nothing differs; the reason where that cannot be.
fn bring_about(host: &Host, file: &Path, desired: &[Desired]) -> Result<(), String> {
    let desired: Vec<&Desired> = desired.iter().collect();
    for _ in 0..3 {
        let edits = with_model(host, file, |snmp| {
            let plans: Vec<_> = snmp.plan(&desired, Detail::Drift).into_iter().map(Result::unwrap).collect();
            match plans.iter().find_map(|plan| plan.blocked.as_ref()) {
                Some(blocked) => Err(blocked.to_string()),
                None => Ok(compose(snmp, &plans)),
            }
        })?;
        if edits.is_empty() {
            return Ok(());
        }
        for edit in edits {
            match edit.after {
                Some(after) => {
                    fs::write(&edit.path, after).unwrap();
                    let mode = edit.permissions.unwrap_or(edit.new).mode;
                    fs::set_permissions(&edit.path, fs::Permissions::from_mode(mode)).unwrap();
                }
                None => fs::remove_file(&edit.path).unwrap(),
            }
        }
    }
    panic!("still differs after three rounds: {}", fs::read_to_string(file).unwrap_or_default());
}

fn public(access: &str) -> Desired {
    let values =
        [("community", "public"), ("access", access)].map(|(name, text)| (name, Value::Text(text.into())));
    let sources = ("sources", Value::List(WANTED.map(str::to_owned).to_vec()));
    let values = values.iter().chain([&sources]).map(|(name, value)| (*name, value));
    Desired::Community(SnmpCommunity::from_values(values, &[("name", "nms")]).unwrap())
}

/// Who asks with the desired community and does not get what is desired.
fn wrong(agent: &mut Agent<'_>, access: &str) -> Vec<String> {
    let requests = requests(&[b"public".to_vec()], &super::agent::SOURCES);
    let told = ask(agent, &requests);
    let should = |request: &Request| match request.operation {
        _ if !is_wanted(request.from) => Told::Nothing,
        Operation::Get => Told::Get(vec![Seen::There; request.objects.len()]),
        Operation::SetWrongType if access == "rw" => Told::Set(Right::Granted),
        Operation::SetWrongType => Told::Set(Right::Refused),
    };
    let wrong = requests.iter().filter(|request| told[*request] != should(request));
    wrong.map(|request| format!("{request:?}: {:?}, not {:?}", told[request], should(request))).collect()
}

/// Brings each configuration in order, and gives what is wrong with it then.
fn for_each_case(
    name: &str,
    desired: &[Desired],
    mut judge: impl FnMut(&mut Agent<'_>, &Host, &Case, &Path) -> Vec<String>,
) {
    let (home, place, file) = places(name);
    let host = machine();
    let mut agent = agent(&host, &file, &home);
    let mut done = 0;
    for seed in 0..CASES {
        let case = dense(seed, Start::Reloaded);
        lay_out(&case, &place);
        if bring_about(&host, &file, desired).is_err() {
            continue;
        }
        done += 1;
        agent.reload();
        let wrong = judge(&mut agent, &host, &case, &file);
        let after = fs::read(&file).unwrap().escape_ascii().to_string().replace("\\n", "\n");
        assert!(wrong.is_empty(), "dense({seed}):\n{}\n{}--- after\n{after}", wrong.join("\n"), told(&case));
    }
    eprintln!("{name}: {done} of {CASES} configurations were brought in order, the others are for a person");
    assert!(done * 10 > CASES * 9, "{done} of {CASES}");
}

#[test]
fn a_community_that_was_enforced_gets_what_it_should_and_only_from_where_it_should() {
    for access in ["ro", "rw"] {
        for_each_case(access, &[public(access)], |agent, _, _, _| wrong(agent, access));
    }
}

#[test]
fn after_access_as_a_whole_was_enforced_no_weak_community_is_answered() {
    let access = Desired::Access(SnmpAccess::from_values([], &[]).unwrap());
    for_each_case("access", &[access], |agent, host, case, file| {
        let requests = requests(&asked(host, case, file), &super::agent::SOURCES);
        let told = ask(agent, &requests);
        let answered = requests.iter().filter(|request| told[*request] != Told::Nothing);
        answered.map(|request| format!("{request:?}: {:?}", told[request])).collect()
    });
}
