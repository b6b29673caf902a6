//! What a source is answered by each daemon of time, and which line decides.

use std::net::IpAddr;

use serde::Serialize;

use super::address::AddressFamily;
use super::chrony;
use super::daemon::Program;
use super::files::Closure;
use super::findings;
use super::judge;
use super::reading::{Reading, Role, Said};
use super::semantics::{Answers, Configuration, Port, verdict};
use super::state::{NtpState, Service};
use super::table::LineId;
use crate::provider::{Finding, Place};
use crate::shown::Shown;

/// Someone on the internet, over IPv4 and IPv6: addresses for documentation, RFC 5737 and RFC 3849.
pub const INTERNET: [&str; 2] = ["198.51.100.1", "2001:db8::1"];

/// What sources are answered, daemon by daemon.
#[derive(Clone, Debug, Serialize)]
pub struct NtpExplanation {
    /// Each configuration of each daemon.
    pub daemons: Vec<DaemonExplanation>,
    /// What is wrong beside.
    pub findings: Vec<Finding>,
}

/// One configuration of one daemon.
#[derive(Clone, Debug, Serialize)]
pub struct DaemonExplanation {
    /// The daemon, one word.
    pub daemon: Program,
    /// Its name and release.
    pub title: String,
    /// Which of its configurations it is.
    pub role: Role,
    /// The process, where it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The files that are read, in order.
    pub files: Vec<Shown>,
    /// Why nobody outside can ask it, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impossible: Option<String>,
    /// For ntpd, whether it keeps the list of its clients, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monitors: Option<Monitors>,
    /// What sources are answered.
    pub asked: Vec<AskedExplanation>,
}

/// Whether an ntpd keeps the list of its clients.
#[derive(Clone, Debug, Serialize)]
pub struct Monitors {
    /// Whether it does.
    pub on: bool,
    /// Why.
    pub why: String,
}

/// What one source is answered.
#[derive(Clone, Debug, Serialize)]
pub struct AskedExplanation {
    /// The source.
    pub from: IpAddr,
    /// From which port; absent where that makes no difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<Port>,
    /// The answers.
    pub answers: Answers,
    /// The line that decides; absent where what is built in does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decides: Option<Place>,
    /// That line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Shown>,
    /// Why, in words.
    pub reason: String,
}

/// Explains what these sources are answered.
#[must_use]
pub fn explain(state: &NtpState<'_>, sources: &[IpAddr]) -> NtpExplanation {
    let mut explanation = NtpExplanation { daemons: Vec::new(), findings: Vec::new() };
    for service in &state.services {
        let daemons = service.readings.iter().map(|(reading, said)| daemon(service, reading, said, sources));
        explanation.daemons.extend(daemons);
        findings::of_service(state.machine.root, service, &[], &mut explanation.findings);
    }
    explanation
}

fn daemon(service: &Service, reading: &Reading, said: &Said, sources: &[IpAddr]) -> DaemonExplanation {
    let asked = sources.iter().flat_map(|source| match said {
        Said::Ntpd(closure, configuration) => ntpd(closure, configuration, *source),
        Said::Chrony(closure, configuration) => vec![chronyd(closure, configuration, *source)],
        Said::Openntpd(_) | Said::Nothing => Vec::new(),
    });
    DaemonExplanation {
        daemon: service.installed.program,
        title: service.installed.title(),
        role: reading.role,
        pid: service.installed.daemon().filter(|_| reading.role == Role::Running).map(|daemon| daemon.pid),
        files: said.paths().iter().map(|path| Shown::text(&path.to_string_lossy())).collect(),
        impossible: judge::impossible(said),
        monitors: match said {
            Said::Ntpd(closure, configuration) => Some(monitors(closure, configuration)),
            Said::Chrony(..) | Said::Openntpd(_) | Said::Nothing => None,
        },
        asked: asked.collect(),
    }
}

fn monitors<E>(closure: &Closure<E>, configuration: &Configuration) -> Monitors {
    let at = |line: LineId| format!("{} `{}`", closure.place(line), closure.text(line));
    let why = match (configuration.monitor_disabled(), configuration.limited()) {
        (None, _) => "nothing disables it".to_owned(),
        (Some(line), None) => at(line),
        (Some(line), Some(Some(limited))) => {
            format!("{} turns on what {} turns off", at(limited), closure.place(line))
        }
        (Some(line), Some(None)) => {
            format!("the built-in `limited` turns on what {} turns off", closure.place(line))
        }
    };
    Monitors { on: configuration.is_monitoring(), why }
}

fn ntpd<E>(closure: &Closure<E>, configuration: &Configuration, source: IpAddr) -> Vec<AskedExplanation> {
    let of_port = |port| {
        let verdict = verdict(configuration, source, port);
        let reason = match (&verdict.key, verdict.line) {
            (None, _) if configuration.fatal.is_some() => "it does not start".to_owned(),
            (None, _) => "no address of this family is listened on".to_owned(),
            (Some(key), line) => {
                let built_in = if line.is_none() { ", as is built in" } else { "" };
                let ntpport = if key.ntpport { " and source port 123" } else { "" };
                let whose = match key.network.mask() {
                    0 => format!("the default entry for {}", key.network.family()),
                    _ => format!("the entry for {}", key.network),
                };
                format!("{whose}{ntpport} decides{built_in}")
            }
        };
        asked(closure, source, verdict.answers, verdict.line, reason)
    };
    let [ntp, other] = [of_port(Port::Ntp), of_port(Port::Other)];
    if (ntp.answers, &ntp.decides) == (other.answers, &other.decides) {
        return vec![other];
    }
    vec![
        AskedExplanation { port: Some(Port::Ntp), ..ntp },
        AskedExplanation { port: Some(Port::Other), ..other },
    ]
}

fn chronyd<E>(
    closure: &Closure<E>,
    configuration: &chrony::semantics::Configuration,
    source: IpAddr,
) -> AskedExplanation {
    let (answers, line) = chrony::semantics::verdict(configuration, source);
    let reason = if answers.command {
        "commands are taken on the command port"
    } else if configuration.takes_commands(AddressFamily::of(source)) {
        "no line allows its commands"
    } else {
        "no address is bound to the command port that it can reach"
    };
    asked(closure, source, answers, line, reason.to_owned())
}

fn asked<E>(
    closure: &Closure<E>,
    from: IpAddr,
    answers: Answers,
    line: Option<LineId>,
    reason: String,
) -> AskedExplanation {
    AskedExplanation {
        from,
        port: None,
        answers,
        decides: line.map(|line| closure.place(line)),
        text: line.map(|line| closure.text(line)),
        reason,
    }
}
