//! The lines that count: what keeps everyone out, what lets someone in, and why some daemons cannot be asked at all.

use std::path::PathBuf;

use super::address::{AddressFamily, Network};
use super::directive::Statement;
use super::files::Closure;
use super::judge::{self, network_name};
use super::reading::{Reading, Role, Said};
use super::semantics::Configuration;
use super::state::Service;
use super::table::{Entry, Key};
use crate::provider::{Effect, Evidence, Place};
use crate::shown::Shown;

/// The most lines that are told of permitted networks.
const MOST: usize = 50;

/// What counts for one daemon.
pub(super) fn of_service(service: &Service, allowed: &[Network], evidence: &mut Vec<Evidence>) {
    let title = service.installed.title();
    for (reading, said) in &service.readings {
        let title = match reading.role {
            Role::Running => title.clone(),
            Role::Next if service.is_running() => format!("{title} after a restart"),
            Role::Next => format!("{title} (it does not run)"),
            Role::Source => format!("{title} after the next DHCP lease"),
        };
        of_reading(&title, reading, said, allowed, evidence);
    }
}

/// That there is nothing to ask.
pub(super) fn of_nothing() -> Evidence {
    Evidence {
        place: Place { file: PathBuf::from("/usr/sbin"), line: 0 },
        text: Shown::default(),
        effect: Effect::Wins,
        reason: Shown::text("no daemon of time is installed"),
    }
}

fn of_reading(
    title: &str,
    reading: &Reading,
    said: &Said,
    allowed: &[Network],
    evidence: &mut Vec<Evidence>,
) {
    let whole = Place { file: reading.place(), line: 0 };
    if let Some(why) = judge::impossible(said) {
        evidence.push(Evidence {
            place: whole,
            text: Shown::default(),
            effect: Effect::Wins,
            reason: Shown::owned(format!("{title} cannot be asked from outside: {why}")),
        });
        return;
    }
    let doors = judge::doors(said, allowed);
    if doors.is_empty() && matches!(said, Said::Chrony(..)) {
        evidence.push(Evidence {
            place: whole,
            text: Shown::default(),
            effect: Effect::Wins,
            reason: Shown::owned(format!("no rule lets anyone outside give commands to {title}")),
        });
    }
    for door in doors {
        evidence.push(Evidence {
            place: door.place,
            text: door.text.unwrap_or_default(),
            effect: Effect::Wins,
            reason: Shown::owned(format!("lets {} {} {title}", door.who, reading.program().asked())),
        });
    }
    match said {
        Said::Ntpd(closure, configuration) => of_ntpd(title, closure, configuration, allowed, evidence),
        Said::Chrony(closure, configuration) => {
            let open = AddressFamily::BOTH.into_iter().flat_map(|family| configuration.commands.open(family));
            for (network, decision) in open.filter(|(network, _)| permits(allowed, network)).take(MOST) {
                evidence.push(Evidence {
                    place: closure.place(decision.line),
                    text: closure.text(decision.line),
                    effect: Effect::Exception,
                    reason: Shown::owned(format!("lets {network} give commands to {title}, as is permitted")),
                });
            }
        }
        Said::Openntpd(_) | Said::Nothing => {}
    }
}

fn permits(allowed: &[Network], network: &Network) -> bool {
    network.is_loopback() || allowed.iter().any(|allowed| allowed.covers(network))
}

fn of_ntpd(
    title: &str,
    closure: &Closure<Statement>,
    configuration: &Configuration,
    allowed: &[Network],
    evidence: &mut Vec<Evidence>,
) {
    let mut told = 0;
    for (key, entry) in configuration.table.entries() {
        if key.network.mask() == 0 && !entry.flags.may_query() {
            evidence.push(closed(title, closure, key, entry));
        } else if told < MOST && entry.flags.may_query() && permits(allowed, &key.network) {
            told += 1;
            let line = entry.opener(super::flags::Flags::NOQUERY);
            evidence.push(Evidence {
                place: line.map_or(Place { file: closure.main().to_path_buf(), line: 0 }, |line| {
                    closure.place(line)
                }),
                text: line.map(|line| closure.text(line)).unwrap_or_default(),
                effect: Effect::Exception,
                reason: Shown::owned(format!("lets {} query {title}, as is permitted", key.network)),
            });
        }
    }
}

fn closed(title: &str, closure: &Closure<Statement>, key: &Key, entry: &Entry) -> Evidence {
    let who = network_name(&key.network);
    let port = if key.ntpport { " from source port 123" } else { "" };
    let line = entry.giver(super::flags::Flags::NOQUERY.with(super::flags::Flags::IGNORE));
    let built_in = if line.is_none() { ", as is built in" } else { "" };
    Evidence {
        place: line.map_or(Place { file: closure.main().to_path_buf(), line: 0 }, |line| closure.place(line)),
        text: line.map(|line| closure.text(line)).unwrap_or_default(),
        effect: Effect::Wins,
        reason: Shown::owned(format!("keeps {who}{port} from querying {title}{built_in}")),
    }
}
