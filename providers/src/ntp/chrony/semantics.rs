//! What chronyd answers, and to whom: a pure function of its lines.
//!
//! Commands from outside need a command port, an address that it is bound to, and a rule that allows them. Its replies
//! are never longer than the requests.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustc_hash::FxHashSet;

use super::access::{AccessTree, Decision};
use super::syntax::{Directive, Extent, Fatal, Rule, Service, Whom};
use crate::ntp::address::{AddressFamily, Network};
use crate::ntp::files::{Closure, ProblemKind};
use crate::ntp::semantics::Answers;
use crate::ntp::spans::{Inside, Span, free_addresses};
use crate::ntp::table::LineId;

/// The lines of one chronyd, put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// Who gets the time.
    pub time: AccessTree,
    /// Who may give monitoring commands.
    pub commands: AccessTree,
    /// Hosts that are named in rules, with the last rule for each and its line.
    pub named: BTreeMap<(Service, Vec<u8>), (Rule, LineId)>,
    /// The port that time is served on; 0 is none.
    pub port: u16,
    /// The port that commands are taken on; 0 is none.
    pub command_port: (u16, Option<LineId>),
    /// The addresses that commands are taken on, for each family.
    pub command_address: [(IpAddr, Option<LineId>); 2],
    /// The lines that name sources of time.
    pub sources: Vec<LineId>,
    /// The line for which chronyd does not start.
    pub fatal: Option<(LineId, Fatal)>,
    /// The only family, where `-4` or `-6` is on the command line.
    pub family: Option<AddressFamily>,
}

/// Someone outside whose commands are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandExposure {
    /// The network that the line names, or a host's name.
    pub whom: Result<Network, Vec<u8>>,
    /// The family.
    pub family: Option<AddressFamily>,
    /// The line that opens the door.
    pub line: LineId,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            time: AccessTree::default(),
            commands: AccessTree::default(),
            named: BTreeMap::new(),
            port: 123,
            command_port: (323, None),
            command_address: [(Ipv4Addr::LOCALHOST.into(), None), (Ipv6Addr::LOCALHOST.into(), None)],
            sources: Vec::new(),
            fatal: None,
            family: None,
        }
    }
}

impl Configuration {
    /// A chronyd that has read these lines, in the order in which it reads them.
    pub fn of<'s>(lines: impl IntoIterator<Item = (LineId, &'s Directive)>) -> Self {
        let mut configuration = Self::default();
        for (line, directive) in lines {
            configuration.read(line, directive);
        }
        configuration
    }

    /// A chronyd that has read these files.
    #[must_use]
    pub fn of_files(closure: &Closure<Directive>) -> Self {
        let mut configuration = Self::of(closure.entries());
        // A directory is read as a file without lines.
        let fatal = closure.problems.iter().find(|problem| problem.kind != ProblemKind::Directory);
        if let Some(problem) = fatal {
            configuration.fatal.get_or_insert((problem.line, Fatal::Include));
        }
        configuration
    }

    /// A chronyd that has read one file that includes no other; its lines are of file 0.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        let document = crate::document::Document::parse(&super::syntax::ChronySyntax, text.to_vec());
        let lines = document.chunks().iter().zip(0..);
        Self::of(
            lines
                .filter_map(|(chunk, index)| Some((LineId { file: 0, chunk: index }, chunk.entry.as_ref()?))),
        )
    }

    /// Reads one more line.
    pub fn read(&mut self, line: LineId, directive: &Directive) {
        match directive {
            Directive::Access(access) => {
                if access.extent == Extent::All && access.whom == Whom::Everyone {
                    self.named.retain(|(service, _), _| *service != access.service);
                }
                let tree = match access.service {
                    Service::Time => &mut self.time,
                    Service::Commands => &mut self.commands,
                };
                match &access.whom {
                    Whom::Everyone => {
                        for family in AddressFamily::BOTH {
                            tree.add(Network::everyone(family), access.rule, access.extent, line);
                        }
                    }
                    Whom::Prefix(family, address, length) => {
                        if let Some(network) = Network::prefix(family.address(*address), *length) {
                            tree.add(network, access.rule, access.extent, line);
                        }
                    }
                    Whom::Host(name) => {
                        self.named.insert((access.service, name.clone()), (access.rule, line));
                    }
                }
            }
            Directive::Port(port) => self.port = *port,
            Directive::CommandPort(port) => self.command_port = (*port, Some(line)),
            Directive::BindCommand(address) => {
                self.command_address[usize::from(address.is_ipv6())] = (*address, Some(line));
            }
            Directive::Source => self.sources.push(line),
            Directive::Fatal(fatal) => {
                self.fatal.get_or_insert((line, *fatal));
            }
            Directive::Include(_) | Directive::Confdir(_) | Directive::Other => {}
        }
    }

    /// Whether commands from outside can reach chronyd over a family, whoever may give them.
    #[must_use]
    pub fn takes_commands(&self, family: AddressFamily) -> bool {
        let (address, _) = self.command_address[usize::from(family == AddressFamily::V6)];
        self.serves(family) && self.command_port.0 != 0 && !Network::host(address).is_loopback()
    }

    fn serves(&self, family: AddressFamily) -> bool {
        self.fatal.is_none() && self.family.is_none_or(|only| only == family)
    }

    /// The rules that let the commands of someone in who is outside of this host and of the permitted networks.
    #[must_use]
    pub fn exposures(&self, allowed: &[Network]) -> Vec<CommandExposure> {
        let mut exposures: Vec<CommandExposure> = Vec::new();
        let mut seen = FxHashSet::default();
        for family in AddressFamily::BOTH.into_iter().filter(|family| self.takes_commands(*family)) {
            let nodes: Vec<(Network, &Decision)> = self.commands.all(family).collect();
            let spans = nodes.iter().enumerate().map(|(index, (network, _))| Span::of(network, index));
            let free = free_addresses(spans, nodes.len(), &Inside { family, allowed });
            let open = nodes
                .iter()
                .zip(free)
                .filter(|((_, decision), free)| decision.rule == Rule::Allow && free.is_some());
            for ((_, decision), _) in open {
                let exposure =
                    CommandExposure { whom: Ok(decision.network), family: Some(family), line: decision.line };
                // A rule may be on several nodes.
                if seen.insert((decision.line, family)) {
                    exposures.push(exposure);
                }
            }
        }
        if AddressFamily::BOTH.into_iter().any(|family| self.takes_commands(family)) {
            exposures.extend(self.named_exposures());
        }
        exposures
    }

    fn named_exposures(&self) -> impl Iterator<Item = CommandExposure> {
        let is_let_in = |(service, name): &(Service, Vec<u8>), rule: Rule| {
            *service == Service::Commands && rule == Rule::Allow && !crate::ntp::exposure::is_this_host(name)
        };
        self.named.iter().filter(move |(host, (rule, _))| is_let_in(host, *rule)).map(
            |((_, name), (_, line))| CommandExposure { whom: Err(name.clone()), family: None, line: *line },
        )
    }
}

/// What a source is answered that asks one of the host's addresses which are not loopback, and the line that decides.
#[must_use]
pub fn verdict(configuration: &Configuration, source: IpAddr) -> (Answers, Option<LineId>) {
    let family = AddressFamily::of(source);
    let takes_commands = configuration.takes_commands(family);
    let answers = Answers {
        command: takes_commands && configuration.commands.answers(source),
        time: configuration.serves(family) && configuration.port != 0 && configuration.time.answers(source),
        ..Answers::default()
    };
    let (_, bound) = configuration.command_address[usize::from(source.is_ipv6())];
    let line = if takes_commands {
        configuration.commands.decide(source).map(|decision| decision.line).or(bound)
    } else {
        configuration.command_port.1.filter(|_| configuration.command_port.0 == 0).or(bound)
    };
    (answers, line)
}
