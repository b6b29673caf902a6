//! What is wrong with the configuration of a daemon of time although no desired state names it.

use std::path::{Path, PathBuf};

use standfast_facts::root::Root;

use super::address::{AddressFamily, Network};
use super::chrony;
use super::daemon::Program;
use super::directive::{Directive, Reason, Statement};
use super::exposure::is_this_host;
use super::files::{Closure, Problem, ProblemKind};
use super::flags::Flags;
use super::openntpd;
use super::reading::{Reading, Role, Said, dhcp_source};
use super::semantics::Configuration;
use super::state::Service;
use super::table::{Key, LineId};
use super::version::{Mode7, Rules};
use crate::provider::{Finding, Place};
use crate::shown::Shown;

/// All findings of one daemon, each once.
pub(super) fn of_service(root: &Root, service: &Service, allowed: &[Network], findings: &mut Vec<Finding>) {
    let mut own = Vec::new();
    of_program(service, &mut own);
    for (reading, said) in &service.readings {
        if !said.has_main() && reading.role != Role::Source {
            own.push(missing_main(service, reading));
        }
        match said {
            Said::Ntpd(closure, configuration) => {
                let about = Ntpd { title: service.installed.title(), closure, configuration, allowed };
                about.add_to(&mut own);
            }
            Said::Chrony(closure, configuration) => of_chrony(closure, configuration, &mut own),
            Said::Openntpd(closure) => of_openntpd(closure, &mut own),
            Said::Nothing => {}
        }
    }
    own.extend(super::dhcp::findings(root, service));
    own.sort_unstable();
    own.dedup();
    findings.append(&mut own);
}

fn finding(place: Place, code: &'static str, message: String, remedy: String) -> Finding {
    Finding { place, code, message: Shown::owned(message), remedy: Shown::owned(remedy) }
}

fn whole(path: &Path) -> Place {
    Place { file: path.to_path_buf(), line: 0 }
}

fn of_program(service: &Service, findings: &mut Vec<Finding>) {
    let installed = &service.installed;
    let exe = installed.exe.clone().or_else(|| service.readings.first().map(|(reading, _)| reading.place()));
    let place = || whole(&exe.clone().unwrap_or_else(|| PathBuf::from("/usr/sbin/ntpd")));
    let title = installed.title();
    let rules = service.readings.first().and_then(|(reading, _)| reading.rules);
    match (rules, installed.version) {
        (Some(rules), Some(_)) if rules.monlist => findings.push(finding(
            place(),
            "monlist-release",
            format!("{title} has monlist (CVE-2013-5211): one small packet makes it send up to 44 KB to whom the sender names"),
            "install 4.2.7p26 or later, or chrony; until then keep `noquery` in the default entries of both families".into(),
        )),
        (Some(rules), None) => findings.push(finding(
            place(),
            "unknown-release",
            format!("the release of {title} cannot be told; it is judged as {rules}"),
            "none is needed if that is at least what it is".into(),
        )),
        _ => {}
    }
    if let Some(daemon) = installed.daemon().filter(|daemon| daemon.replaced) {
        findings.push(finding(
            place(),
            "replaced-program",
            format!("process {} of {title} still runs an executable that has been replaced", daemon.pid),
            format!("restart {}", installed.service),
        ));
    }
}

fn missing_main(service: &Service, reading: &Reading) -> Finding {
    let title = service.installed.title();
    let what = match service.installed.program {
        Program::Chrony | Program::Openntpd => "does not start without it",
        Program::Ntpd(_) | Program::Timesyncd => "runs all the same, with nothing but what is built in",
    };
    finding(
        whole(&reading.place()),
        "missing-file",
        format!("the configuration of {title} is not there, and it {what}"),
        "write it, or name another on the command line".into(),
    )
}

/// What is looked at for an ntpd.
struct Ntpd<'a> {
    title: String,
    closure: &'a Closure<Statement>,
    configuration: &'a Configuration,
    allowed: &'a [Network],
}

impl Ntpd<'_> {
    fn add_to(&self, findings: &mut Vec<Finding>) {
        let rules = &self.configuration.rules;
        findings
            .extend(self.closure.entries().filter_map(|(line, statement)| self.rejected(line, statement)));
        findings.extend(self.closure.problems.iter().map(|problem| of_problem(self.closure, problem)));
        findings.extend(self.no_restrict());
        findings.extend(self.one_family());
        findings.extend(self.limited_monitors());
        self.openings(findings);
        self.names(findings);
        if rules.mode7 == Mode7::WhenEnabled && self.configuration.has_mode7() {
            let line = self.configuration.mode7.enabled;
            findings.push(self.at(
                line,
                "mode7-enabled",
                format!("mode 7 is on, and {} answers whoever may query: its list of restrictions is larger than monlist's factor suggests", self.title),
                "remove `enable mode7`; ntpq does all that ntpdc did".into(),
            ));
        }
    }

    fn at(&self, line: Option<LineId>, code: &'static str, message: String, remedy: String) -> Finding {
        let place = line.map_or_else(|| whole(self.closure.main()), |line| self.closure.place(line));
        finding(place, code, message, remedy)
    }

    fn rejected(&self, line: LineId, statement: &Statement) -> Option<Finding> {
        let rejected = statement.rejected.as_ref()?;
        let text = self.closure.document(line)?.text(line.chunk as usize);
        let word = Shown::bytes(text.get(rejected.at.clone()).unwrap_or_default());
        let title = &self.title;
        if rejected.reason == Reason::Ends {
            let (why, remedy) = if rejected.at.len() > 1024 {
                ("a word of it is longer than 1024 bytes".to_owned(), "shorten it")
            } else {
                (format!("it ends at `{word}`"), "remove the word")
            };
            let message = format!("{title} does not start with this line: {why}");
            return Some(self.at(Some(line), "fatal-line", message, remedy.into()));
        }
        let what = match (rejected.reason, &statement.directive) {
            (Reason::Nul | Reason::Ends, _) => format!("{title} takes the NUL for the end of the file"),
            (Reason::TooLong, _) => format!("{title} drops it: it has too many words"),
            (Reason::Address, _) => format!("{title} drops it: `{word}` is no address that it can use"),
            (Reason::Unknown, _) => format!("{title} drops it: no line begins with `{word}`"),
            (Reason::Syntax, Directive::Nothing) if word.as_str().is_empty() => {
                format!("{title} drops it: there is a word missing at its end")
            }
            (Reason::Syntax, Directive::Nothing) => {
                format!("{title} drops it: it does not take `{word}` there")
            }
            (Reason::Syntax, _) => {
                format!("{title} drops what follows from `{word}` on; what stands before it counts")
            }
        };
        Some(self.at(
            Some(line),
            "rejected-line",
            format!("`{}`: {what}", self.closure.text(line)),
            remedy_of(rejected.reason, &self.configuration.rules),
        ))
    }

    fn no_restrict(&self) -> Option<Finding> {
        let has_any = self
            .closure
            .entries()
            .any(|(_, statement)| matches!(statement.directive, Directive::Restrict(_)));
        let is_open = self.configuration.table.entries().any(|(_, entry)| entry.flags.may_query());
        (!has_any && is_open && self.configuration.is_listening()).then(|| {
            self.at(
                None,
                "no-restrict",
                format!("there is no restrict line, and {} answers everyone", self.title),
                "write `restrict default kod limited nomodify notrap nopeer noquery`, `restrict 127.0.0.1` and `restrict ::1`".into(),
            )
        })
    }

    /// One family's default entry is closed and the other's is not.
    fn one_family(&self) -> Option<Finding> {
        let entry = |family| {
            self.configuration.table.get(&Key { network: Network::everyone(family), ntpport: false })
        };
        let [v4, v6] = [entry(AddressFamily::V4)?, entry(AddressFamily::V6)?];
        let listening = &self.configuration.listening;
        if v4.flags.may_query() == v6.flags.may_query()
            || !AddressFamily::BOTH.into_iter().all(|family| listening.is_open(family))
        {
            return None;
        }
        let (closed, open, code) = if v6.flags.may_query() {
            (v4, AddressFamily::V6, "missing-ipv6-twin")
        } else {
            (v6, AddressFamily::V4, "missing-ipv4-twin")
        };
        let line = closed.giver(Flags::NOQUERY.with(Flags::IGNORE));
        let number = if open == AddressFamily::V6 { "-6" } else { "-4" };
        Some(self.at(
            line,
            code,
            format!(
                "it keeps no one out who asks over {open}: {} has a default entry for each family",
                self.title
            ),
            format!("write `restrict {number} default` with `noquery` too"),
        ))
    }

    fn limited_monitors(&self) -> Option<Finding> {
        let disabled = self.configuration.monitor_disabled()?;
        let limited = self.configuration.limited()?;
        let why = limited.map_or_else(
            || "the `limited` that is built in".to_owned(),
            |line| format!("`limited` at {}", self.closure.place(line)),
        );
        Some(self.at(
            Some(disabled),
            "limited-monitors",
            format!(
                "`disable monitor` does nothing: {why} makes {} keep the list of its clients",
                self.title
            ),
            "`noquery` keeps the list from being read; with monlist, remove `limited` and `kod`".into(),
        ))
    }

    /// Entries that let someone in whom the default entry keeps out.
    fn openings(&self, findings: &mut Vec<Finding>) {
        for (key, entry) in self.configuration.table.entries() {
            let network = &key.network;
            let family = network.family();
            let everyone = Key { network: Network::everyone(family), ntpport: false };
            let is_kept_out =
                self.configuration.table.get(&everyone).is_some_and(|entry| !entry.flags.may_query());
            let is_permitted =
                network.is_loopback() || self.allowed.iter().any(|allowed| allowed.covers(network));
            let line = entry.opener(Flags::NOQUERY.with(Flags::IGNORE));
            if network.length().is_none() {
                findings.push(self.at(
                    line,
                    "mask-with-gaps",
                    format!("{network} is not the addresses that begin alike: its mask has gaps"),
                    "write one line for each network that is meant".into(),
                ));
            }
            if !entry.flags.may_query() || !is_kept_out || is_permitted || *key == everyone {
                continue;
            }
            let least = if family == AddressFamily::V4 { 16 } else { 32 };
            let is_wide = network.length().is_some_and(|length| length < least);
            let (code, what) = if is_wide {
                ("wide-opening", format!("{network}, a large part of all addresses,"))
            } else {
                ("noquery-overridden", network.to_string())
            };
            findings.push(self.at(
                line,
                code,
                format!(
                    "it lets {what} query {}: it is more specific than `default`, and inherits no `noquery` from it",
                    self.title
                ),
                "add `noquery`, or name the network in `allow`".into(),
            ));
        }
    }

    fn names(&self, findings: &mut Vec<Finding>) {
        let outside = self.configuration.named.iter().filter(|(host, _)| !is_this_host(&host.name));
        for (host, entry) in outside {
            let name = Shown::bytes(&host.name);
            findings.push(self.at(
                entry.lines.first().map(|part| part.line),
                "restrict-by-name",
                format!(
                    "`{name}` is looked up once, when {} starts, and is for whatever address it has then",
                    self.title
                ),
                "write the address".into(),
            ));
        }
    }
}

fn remedy_of(reason: Reason, rules: &Rules) -> String {
    match reason {
        Reason::Address if rules.family == super::version::Family::Classic => {
            "write the network as `ADDRESS mask MASK`, of one family".into()
        }
        Reason::Nul => "remove the NUL".into(),
        Reason::TooLong | Reason::Ends => "divide the line".into(),
        Reason::Address | Reason::Syntax | Reason::Unknown => {
            "correct it: words have case, and neither commas nor quotes belong between flags".into()
        }
    }
}

fn of_problem<E>(closure: &Closure<E>, problem: &Problem) -> Finding {
    let path = Shown::text(&problem.path.to_string_lossy());
    let (code, message, remedy) = match problem.kind {
        ProblemKind::Missing => (
            "include-missing",
            format!("{path} is not there, and is not read"),
            "write it, or remove the line",
        ),
        ProblemKind::TooDeep => (
            "include-too-deep",
            format!("{path} is not read: too many files are open"),
            "nest includes less deep",
        ),
        ProblemKind::Directory => (
            "include-directory",
            format!("{path} is a directory, of which nothing is read"),
            "include its files one by one",
        ),
        ProblemKind::FirstLineLost => (
            "include-first-line",
            format!("the words behind the path lose the first line of {path}"),
            "remove what stands behind the path",
        ),
    };
    finding(closure.place(problem.line), code, message, remedy.into())
}

fn of_chrony(
    closure: &Closure<chrony::syntax::Directive>,
    configuration: &chrony::semantics::Configuration,
    findings: &mut Vec<Finding>,
) {
    findings.extend(closure.problems.iter().map(|problem| of_problem(closure, problem)));
    use chrony::syntax::Fatal;
    let Some((line, fatal)) = configuration.fatal else { return };
    let why = match fatal {
        Fatal::Unknown => "it knows no such directive",
        Fatal::Argument => "it cannot read what stands behind the directive, a comment included",
        Fatal::TooLong => "the line is too long",
        Fatal::Include => "a file that is included is not there",
    };
    findings.push(finding(
        closure.place(line),
        "fatal-line",
        format!("chronyd does not start with `{}`: {why}", closure.text(line)),
        "correct the line; comments stand on lines of their own".into(),
    ));
}

fn of_openntpd(closure: &Closure<openntpd::Directive>, findings: &mut Vec<Finding>) {
    for (line, _) in closure.entries().filter(|(_, directive)| **directive == openntpd::Directive::Fatal) {
        findings.push(finding(
            closure.place(line),
            "fatal-line",
            format!("OpenNTPD does not start with `{}`", closure.text(line)),
            "correct the line; words have case".into(),
        ));
    }
}

/// Whether a configuration is a copy that a DHCP client makes.
pub(super) fn is_copy(reading: &Reading) -> bool {
    dhcp_source(&reading.main).is_some()
}
