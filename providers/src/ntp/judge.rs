//! Whether anyone outside gets an answer from a configuration, and what would keep them out.

use super::address::{AddressFamily, Network};
use super::chrony::semantics::CommandExposure;
use super::exposure::{Asker, Exposure};
use super::files::Closure;
use super::needed;
use super::reading::Said;
use super::semantics::Port;
use super::table::LineId;
use crate::provider::Place;
use crate::shown::Shown;

/// Someone outside who gets an answer, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// Who: `everyone over IPv4`, `10.0.0.0/8`.
    pub who: String,
    /// What they get: `mode 6, mode 7 with monlist`.
    pub what: String,
    /// The line that opens it; the main file as a whole where none closes it.
    pub place: Place,
    /// That line, or nothing.
    pub text: Option<Shown>,
}

/// All doors that are open to someone outside; those that one line opens are told as one.
#[must_use]
pub fn doors(said: &Said, allowed: &[Network]) -> Vec<Door> {
    let mut doors: Vec<(Option<LineId>, String, Vec<String>)> = Vec::new();
    let mut add = |line: Option<LineId>, what: String, who: String| match doors.last_mut() {
        // Doors of one line follow each other, but for the two families of `default`.
        Some(last) if last.0 == line && last.1 == what => last.2.push(who),
        _ => match doors.iter_mut().take(4).find(|door| door.0 == line && door.1 == what) {
            Some(door) => door.2.push(who),
            None => doors.push((line, what, vec![who])),
        },
    };
    match said {
        Said::Ntpd(closure, configuration) => {
            for exposure in configuration.exposures(allowed) {
                add(exposure.line, what(&exposure), who(&exposure));
            }
            doors.into_iter().map(|door| told(closure, door)).collect()
        }
        Said::Chrony(closure, configuration) => {
            for exposure in configuration.exposures(allowed) {
                let who = match &exposure.whom {
                    Ok(network) => network_name(network),
                    Err(name) => Shown::bytes(name).to_string(),
                };
                add(Some(exposure.line), "monitoring commands on the command port".into(), who);
            }
            doors.into_iter().map(|door| told(closure, door)).collect()
        }
        Said::Openntpd(_) | Said::Nothing => Vec::new(),
    }
}

fn told<E>(closure: &Closure<E>, (line, what, who): (Option<LineId>, String, Vec<String>)) -> Door {
    let whole = || Place { file: closure.main().to_path_buf(), line: 0 };
    Door {
        who: together(who),
        what,
        place: line.map_or_else(whole, |line| closure.place(line)),
        text: line.map(|line| closure.text(line)),
    }
}

/// All who come in by one line, in words.
fn together(mut who: Vec<String>) -> String {
    let [v4, v6] = AddressFamily::BOTH.map(|family| format!("everyone over {family}"));
    if let Some(at) = who.iter().position(|one| *one == v6)
        && let Some(first) = who.iter().position(|one| *one == v4)
    {
        who.remove(at);
        who[first] = "everyone".to_owned();
    }
    who.join(", ")
}

/// A network as a person calls it.
#[must_use]
pub fn network_name(network: &Network) -> String {
    if network.mask() == 0 { format!("everyone over {}", network.family()) } else { network.to_string() }
}

fn who(exposure: &Exposure) -> String {
    let port = match exposure.port {
        Some(Port::Ntp) => " from source port 123",
        Some(Port::Other) => " from any source port but 123",
        None => "",
    };
    match &exposure.asker {
        Asker::Network(network, _) => format!("{}{port}", network_name(network)),
        Asker::TimeSource => format!("the servers of time{port}"),
        Asker::Named(name) => format!("the host {}{port}", Shown::bytes(name)),
    }
}

fn what(exposure: &Exposure) -> String {
    let answers = exposure.answers;
    let mut what = vec![if answers.mrulist { "mode 6 with mrulist" } else { "mode 6" }];
    if answers.mode7 {
        what.push(if answers.monlist { "mode 7 with monlist" } else { "mode 7" });
    }
    what.join(", ")
}

/// The lines that would close all doors.
#[must_use]
pub fn needed(said: &Said, allowed: &[Network]) -> Vec<String> {
    match said {
        Said::Ntpd(_, configuration) => {
            needed::for_ntpd(configuration, &configuration.exposures(allowed), allowed)
        }
        Said::Chrony(_, configuration) => {
            let exposures: Vec<CommandExposure> = configuration.exposures(allowed);
            needed::for_chrony(configuration, &exposures, allowed)
        }
        Said::Openntpd(_) | Said::Nothing => Vec::new(),
    }
}

/// Why nobody outside can get an answer, whoever asks; `None` where it is for the lines to decide.
#[must_use]
pub fn impossible(said: &Said) -> Option<String> {
    match said {
        Said::Ntpd(_, configuration) if configuration.fatal.is_some() => {
            Some("it does not start with it".into())
        }
        Said::Ntpd(_, configuration) if !configuration.is_listening() => {
            Some("it listens on no address but loopback".into())
        }
        Said::Ntpd(..) => None,
        Said::Chrony(_, configuration) => {
            let takes = |family: &AddressFamily| configuration.takes_commands(*family);
            let why = if configuration.fatal.is_some() {
                "chronyd does not start with it"
            } else if configuration.command_port.0 == 0 {
                "it takes no commands over UDP: cmdport is 0"
            } else {
                "it takes commands on loopback only"
            };
            let is_open = AddressFamily::BOTH.iter().any(takes);
            (!is_open).then(|| format!("{why}, and has neither mode 6 nor mode 7"))
        }
        Said::Openntpd(_) => Some("it has neither mode 6 nor mode 7, nor a command port".into()),
        Said::Nothing => Some("it is a client of SNTP and listens on nothing".into()),
    }
}
