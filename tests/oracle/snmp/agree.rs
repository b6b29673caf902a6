//! Thousands of configurations: the running snmpd and our model, asked the same, say the same.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::net::Host;
use crate::random::Random;

use super::agent::{Agent, SOURCES, machine};
use super::compare::{agent, differences, directory, requests, with_model};
use super::generate::{COMMUNITIES, Case, Start, chains, dense};
use super::named::communities;

/// How many configurations are asked about in a run; `SNMP_CASES=FROM..TO` in the environment asks about others.
const CASES: u64 = 1000;

fn seeds() -> std::ops::Range<u64> {
    let given = std::env::var("SNMP_CASES").ok().and_then(|text| {
        let (from, to) = text.split_once("..")?;
        Some(from.parse().ok()?..to.parse().ok()?)
    });
    given.unwrap_or(0..CASES)
}

pub(super) fn lay_out(case: &Case, directory: &Path) {
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory.join("d")).unwrap();
    for (name, bytes) in &case.files {
        let text = bytes.clone();
        let place = directory.to_str().unwrap().as_bytes();
        fs::write(directory.join(name), replaced(&text, b"DIR", place)).unwrap();
    }
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

pub(super) fn asked(host: &Host, case: &Case, file: &Path) -> Vec<Vec<u8>> {
    let text: Vec<u8> = case.files.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
    let mut asked = communities(host, &text, file);
    asked.extend(COMMUNITIES.iter().map(|text| text.as_bytes().to_vec()));
    asked.sort();
    asked.dedup();
    asked
}

/// Some of the sources, of each family one at least.
fn some_sources(seed: u64) -> Vec<IpAddr> {
    let mut random = Random::new(seed);
    let picked = SOURCES.into_iter().filter(|_| random.percent(30)).collect::<Vec<_>>();
    picked.into_iter().chain([SOURCES[random.below(4)], SOURCES[4 + random.below(3)]]).collect()
}

pub(super) fn told(case: &Case) -> String {
    let tell = |(name, bytes): &(String, Vec<u8>)| {
        format!("--- {name}\n{}", bytes.escape_ascii().to_string().replace("\\n", "\n"))
    };
    case.files.iter().map(tell).collect()
}

fn compare(host: &Host, agent: &mut Agent<'_>, case: &Case, sources: &[IpAddr], file: &Path) -> Vec<String> {
    let requests = requests(&asked(host, case, file), sources);
    with_model(host, file, |snmp| differences(agent, snmp, &requests))
}

/// For a test of this name: its directory, that of its configurations, and their main file, which is empty.
pub(super) fn places(name: &str) -> (PathBuf, PathBuf, PathBuf) {
    let home = directory(name);
    let place = home.join("files");
    let file = place.join("snmpd.conf");
    lay_out(&Case { files: vec![("snmpd.conf".into(), Vec::new())] }, &place);
    (home, place, file)
}

/// Asks about a configuration for each seed.
fn agree(name: &str, generate: impl Fn(u64) -> Case) {
    let (home, place, file) = places(name);
    let host = machine();
    let mut agent = agent(&host, &file, &home);
    let (mut wrong, mut answered) = (Vec::new(), 0);
    for seed in seeds() {
        let case = generate(seed);
        lay_out(&case, &place);
        agent.reload();
        let differ = compare(&host, &mut agent, &case, &some_sources(seed), &file);
        if !differ.is_empty() {
            wrong.push(format!("{name}({seed}):\n{}\n{}", differ.join("\n"), told(&case)));
        }
        answered += usize::from(with_model(&host, &file, |snmp| !snmp.grants.is_empty()));
        assert!(wrong.len() < 5, "{}", wrong.join("\n"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    eprintln!("{name}: {answered} of {} configurations grant something", seeds().count());
    assert!(answered * 2 > seeds().count(), "most configurations must grant something");
}

#[test]
fn snmpd_and_our_model_agree_on_configurations_whose_lines_collide() {
    agree("dense", |seed| dense(seed, Start::Reloaded));
}

#[test]
fn snmpd_and_our_model_agree_on_groups_rights_and_views() {
    agree("chains", chains);
}

#[test]
fn a_daemon_that_was_told_to_read_its_files_again_is_as_one_that_was_started_with_them() {
    let home = directory("fresh");
    let place = home.join("files");
    let file = place.join("snmpd.conf");
    for seed in seeds().step_by(100) {
        let case = dense(seed, Start::Fresh);
        lay_out(&case, &place);
        let host = machine();
        let mut agent = agent(&host, &file, &home);
        let differ = compare(&host, &mut agent, &case, &SOURCES, &file);
        assert!(differ.is_empty(), "dense({seed}) from the start:\n{}\n{}", differ.join("\n"), told(&case));
    }
}
