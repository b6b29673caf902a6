//! Where the messages of this host go, facility by facility, and which lines decide it.

use serde::Serialize;

use super::action::{Action, Protocol, Sink};
use super::config::Config;
use super::forwards::{Obstacle, ObstacleKind};
use super::host::Host;
use super::pmask::{FACILITIES, SEVERITIES};
use super::words;
use crate::provider::{Effect, Evidence, Finding};
use crate::shown::Shown;

/// Where messages go.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The version of rsyslog, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The process that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Whether one runs; absent below another root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<bool>,
    /// The files that are read, in their order.
    pub files: Vec<Shown>,
    /// Where the reading ended before the end, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Finding>,
    /// Facilities whose messages go the same ways, together.
    pub facilities: Vec<Group>,
    /// The forwards that nothing reaches, with what is in their way.
    pub unreached: Vec<Destination>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Facilities whose messages go the same ways.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// Their names.
    pub facilities: Vec<&'static str>,
    /// Where they go, in the order of execution.
    pub destinations: Vec<Destination>,
}

/// One place that messages go to.
#[derive(Clone, Debug, Serialize)]
pub struct Destination {
    /// `forward`, `file`, `users` and so on.
    pub kind: &'static str,
    /// The host, the file.
    pub to: Shown,
    /// Which severities: `all`, `warning and worse`; empty where none comes.
    pub severities: String,
    /// Whether the message itself decides for some of them.
    pub depends: bool,
    /// The line of the action, and the lines that keep messages from it.
    pub evidence: Vec<Evidence>,
}

impl Host<'_> {
    /// Explains where messages go; of one facility when it is named.
    #[must_use]
    pub fn explain(&self, only: Option<usize>) -> Explanation {
        let config = &self.config;
        let mut groups: Vec<(Vec<Way>, Group)> = Vec::new();
        for facility in (0..24).filter(|facility| only.is_none_or(|only| only == *facility)) {
            let ways = self.ways(facility);
            match groups.iter_mut().find(|(known, _)| *known == ways) {
                Some((_, group)) => group.facilities.push(FACILITIES[facility]),
                None => {
                    let destinations = ways.iter().map(|way| self.destination(*way, facility)).collect();
                    groups.push((ways, Group { facilities: vec![FACILITIES[facility]], destinations }));
                }
            }
        }
        let findings = self.findings();
        let last = config.faults.last().filter(|_| !config.is_complete).map(|fault| config.place(fault.span));
        let ended = last.and_then(|place| findings.iter().find(|finding| finding.place == place).cloned());
        let files = config.files.iter().filter(|file| file.text_of.is_none());
        Explanation {
            version: self.version.clone(),
            pid: self.daemon.as_ref().map(|daemon| daemon.pid),
            running: self.is_host().then_some(self.daemon.is_some()),
            files: files.map(|file| Shown::text(&file.path.to_string_lossy())).collect(),
            ended,
            facilities: groups.into_iter().map(|(_, group)| group).collect(),
            unreached: self.unreached(),
            findings,
        }
    }

    /// The actions that messages of a facility can come to, with their severities.
    fn ways(&self, facility: usize) -> Vec<Way> {
        let ids = 0..self.config.actions().len();
        let ways = ids.filter_map(|action| {
            let (sure, may) = self.config.comes_to(&self.flow, action);
            let (sure, may) = (sure.0[facility], may.0[facility]);
            (may != 0).then_some(Way { action, sure, may })
        });
        ways.collect()
    }

    fn destination(&self, way: Way, facility: usize) -> Destination {
        let action = &self.config.actions()[way.action];
        let (kind, to) = place(action);
        let effect = if way.sure == way.may { Effect::Wins } else { Effect::Exception };
        let reason = if way.sure == way.may { "comes here" } else { "depends on the message" };
        let mut evidence = vec![Evidence {
            place: self.config.place(action.span),
            text: words::action(&self.config, action),
            effect,
            reason: Shown::text(reason),
        }];
        let reach = self.config.reach(&self.flow, way.action);
        // What takes this facility away is told, not what is for others; a selector is told by the severities.
        let about = |obstacle: &&Obstacle| {
            let is_selector = obstacle.kind == ObstacleKind::Filter && obstacle.sure == obstacle.may;
            obstacle.may.0[facility] != 0 && !is_selector
        };
        let told = reach.obstacles.iter().filter(about).take(MOST_IN_THE_WAY);
        evidence.extend(told.map(|obstacle| in_the_way(&self.config, action, obstacle)));
        Destination { kind, to, severities: severities(way.may), depends: way.sure != way.may, evidence }
    }

    /// Forwards that nothing comes to.
    fn unreached(&self) -> Vec<Destination> {
        let forwards =
            self.config.forwards(&self.flow).into_iter().filter(|forward| forward.reach.is_nothing());
        let destinations = forwards.map(|forward| {
            let action = &self.config.actions()[forward.action];
            let (kind, to) = place(action);
            let obstacles = &forward.reach.obstacles;
            let told = obstacles.iter().take(MOST_IN_THE_WAY);
            let evidence = told.map(|obstacle| in_the_way(&self.config, action, obstacle)).collect();
            Destination { kind, to, severities: String::new(), depends: false, evidence }
        });
        destinations.collect()
    }
}

/// An action and what of a facility comes to it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Way {
    action: usize,
    sure: u8,
    may: u8,
}

/// How many lines that keep messages away are told of one destination.
const MOST_IN_THE_WAY: usize = 6;

fn in_the_way(config: &Config, action: &Action, obstacle: &Obstacle) -> Evidence {
    let effect = match obstacle.kind {
        ObstacleKind::Filter | ObstacleKind::Failover | ObstacleKind::Skips => Effect::Exception,
        ObstacleKind::Stop => Effect::Overridden,
        ObstacleKind::Disabled
        | ObstacleKind::Refused(_)
        | ObstacleKind::NoRule
        | ObstacleKind::RulesetNotEntered => Effect::Inert,
    };
    Evidence {
        place: config.place(obstacle.span),
        text: if obstacle.span == action.span {
            words::action(config, action)
        } else {
            words::line(config, obstacle.span)
        },
        effect,
        reason: Shown::owned(words::obstacle(obstacle)),
    }
}

/// What an action is and where it goes.
fn place(action: &Action) -> (&'static str, Shown) {
    match &action.sink {
        Sink::Forward(forwarding) => {
            let (host, port) = (Shown::bytes(&forwarding.target), Shown::bytes(&forwarding.port));
            let tls = match (forwarding.protocol, forwarding.tls.on) {
                (Protocol::Udp, _) | (_, false) => "",
                _ => ", encrypted",
            };
            let how = forwarding.protocol.word();
            ("forward", Shown::owned(format!("{host}:{port} by {how}{tls}")))
        }
        Sink::File(file) if file.dynamic => {
            ("file", Shown::owned(format!("by template {}", Shown::bytes(&file.path))))
        }
        Sink::File(file) => ("file", Shown::bytes(&file.path)),
        Sink::Pipe(path) => ("pipe", Shown::bytes(path)),
        Sink::Users => ("users", Shown::text("who are logged in")),
        Sink::Program => ("program", Shown::bytes(&action.module)),
        Sink::Remote => ("remote", Shown::bytes(&action.module)),
        Sink::Discard => ("nowhere", Shown::text("discarded")),
        Sink::Other => ("other", Shown::bytes(&action.module)),
    }
}

/// Severities in words.
fn severities(bits: u8) -> String {
    match bits {
        0 => String::new(),
        0xff => "all".into(),
        1 => SEVERITIES[0].into(),
        bits if bits & bits.wrapping_add(1) == 0 => {
            format!("{} and worse", SEVERITIES[bits.trailing_ones() as usize - 1])
        }
        bits => {
            let names = (0..8).filter(|severity| bits >> severity & 1 == 1).map(|at| SEVERITIES[at]);
            names.collect::<Vec<_>>().join(", ")
        }
    }
}
