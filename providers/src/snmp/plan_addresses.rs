//! The plan for `agent_address`: snmpd listens where it should, and nowhere else.
//!
//! The addresses of the command line and of all lines are added up, so one line is left. It has no comment of ours: a
//! `#` behind an address ends the daemon.

use std::collections::BTreeSet;
use std::net::IpAddr;

use standfast_facts::sockets::{self, Transport};

use super::access::AgentAddresses;
use super::keyword::Keyword;
use super::listen::{Listen, Protocol, Reach, read_list};
use super::plan::PlanFailure;
use super::scene::Scene;
use super::target;
use crate::document::Change;
use crate::provider::{Drift, Edit, Plan, ReloadAction};
use crate::shown::Shown;

/// Why the daemon must be started anew.
const RESTART: &str = "snmpd opens its addresses when it starts, and not after SIGHUP";

/// Adds what is done about addresses.
///
/// # Errors
/// When the daemon reads no file that could hold the line.
pub fn plan(scene: &Scene<'_, '_>, wanted: &AgentAddresses, plan: &mut Plan) -> Result<(), PlanFailure> {
    let snmp = scene.snmp;
    let desired = parse(wanted);
    if listening(scene) == told(&desired) {
        add_stale(scene, &desired, plan);
        return Ok(());
    }
    let lines: Vec<_> = snmp
        .others
        .iter()
        .filter(|other| other.keyword == Keyword::AgentAddress)
        .map(|other| other.line)
        .collect();
    let on_command_line = on_command_line(scene);
    let foreign = on_command_line.iter().find(|address| !told(&desired).contains(*address));
    let reason = match (foreign, lines.first()) {
        (Some(address), _) => {
            format!("{} has {address}: take it out there, and restart it", scene.command_line())
        }
        (None, Some(line)) => format!("{} says so", scene.place_text(*line)),
        (None, None) => "no line says so: without one it is all addresses of IPv4".to_owned(),
    };
    plan.drift.push(Drift {
        property: "agent_address",
        is: Shown::owned(join(&listening(scene))),
        should: Shown::owned(join(&told(&desired))),
        reason: Shown::owned(reason),
        place: lines.first().map(|line| snmp.place(*line)),
    });
    if foreign.is_some() || lines.iter().any(|line| scene.obstacle(*line).is_some()) {
        return Ok(());
    }
    let is_left = |(_, listen): &(&String, &Listen)| !on_command_line.contains(&listen.to_string());
    let left = wanted.0.iter().zip(&desired).filter(is_left).map(|(text, _)| text.as_str());
    let left: Vec<&str> = left.collect();
    write(scene, &lines, &left, plan)?;
    plan.reloads.extend(scene.reload(ReloadAction::Restart, RESTART));
    Ok(())
}

/// One line with these addresses, in the place of the first of those that are there.
fn write(
    scene: &Scene<'_, '_>,
    lines: &[super::tables::LineId],
    addresses: &[&str],
    plan: &mut Plan,
) -> Result<(), PlanFailure> {
    let mut lines = lines.iter();
    if !addresses.is_empty() {
        let line = |section: Vec<u8>| {
            [section.as_slice(), b"agentaddress ", addresses.join(",").as_bytes()].concat()
        };
        plan.edits.push(match lines.next() {
            Some(first) => {
                let path = scene.snmp.place(*first).file;
                scene.replace(*first, line(target::section(scene.snmp, &path, Some(*first))))
            }
            None => {
                let file = target::of(scene.snmp, None)?;
                let text = line(target::section(scene.snmp, &file, None));
                Edit { file, change: Change::Append { text } }
            }
        });
    }
    plan.edits.extend(lines.map(|line| scene.remove(*line)));
    Ok(())
}

fn on_command_line(scene: &Scene<'_, '_>) -> BTreeSet<String> {
    let lists = scene.snmp.invocation.addresses.iter();
    lists.flat_map(|list| read_list(list, None)).map(|listen| listen.to_string()).collect()
}

/// What would still differ, though the plan should have changed it.
#[must_use]
pub fn remains(after: &Scene<'_, '_>, wanted: &AgentAddresses) -> Option<Shown> {
    let (is, should) = (listening(after), told(&parse(wanted)));
    (is != should && on_command_line(after).is_subset(&should))
        .then(|| Shown::owned(format!("it would listen on {}", join(&is))))
}

fn parse(wanted: &AgentAddresses) -> Vec<Listen> {
    wanted.0.iter().flat_map(|address| read_list(address.as_bytes(), None)).collect()
}

fn listening(scene: &Scene<'_, '_>) -> BTreeSet<String> {
    told(&scene.snmp.listens())
}

fn told(listens: &[Listen]) -> BTreeSet<String> {
    listens.iter().map(ToString::to_string).collect()
}

fn join(addresses: &BTreeSet<String>) -> String {
    addresses.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Where the process that runs listens otherwise than its files say: it was not started anew.
fn add_stale(scene: &Scene<'_, '_>, desired: &[Listen], plan: &mut Plan) {
    let Some(daemon) = &scene.snmp.daemon else { return };
    // What cannot be seen is not told to differ.
    let Ok(sockets) = sockets::of_pid(scene.snmp.machine.root, daemon.pid) else { return };
    let open: BTreeSet<(IpAddr, u16)> = sockets
        .iter()
        .filter(|socket| socket.transport == Transport::Udp)
        .map(|socket| (socket.address, socket.port))
        .collect();
    let address = |listen: &Listen| match (&listen.reach, listen.protocol) {
        (Reach::Any(address) | Reach::One(address), Protocol::Udp) => Some((*address, listen.port)),
        _ => None,
    };
    let should: BTreeSet<_> = desired.iter().filter_map(address).collect();
    let has_names =
        desired.iter().any(|listen| listen.protocol == Protocol::Udp && address(listen).is_none());
    let missing = should.difference(&open).next();
    // Sockets of other ports are its own questions to others.
    let is_service = |one: &&(IpAddr, u16)| should.iter().any(|(_, port)| *port == one.1);
    let extra = open.difference(&should).find(is_service).filter(|_| !has_names);
    let Some((address, port)) = missing.or(extra) else { return };
    let differs = if missing.is_some() { "does not listen on" } else { "still listens on" };
    plan.stale.push(Drift {
        property: "agent_address",
        is: Shown::text("as before the last change"),
        should: Shown::owned(join(&told(desired))),
        reason: Shown::owned(format!("process {} {differs} {address} port {port}: {RESTART}", daemon.pid)),
        place: None,
    });
    plan.reloads.extend(scene.reload(ReloadAction::Restart, RESTART));
}
