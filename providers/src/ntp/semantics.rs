//! What a daemon with an ntp.conf answers, and to whom: a pure function of its release and its lines.
//!
//! Whether it is asked over mode 6 (ntpq) or mode 7 (ntpdc), the entry that is most specific for the source decides
//! alone. Monitoring, which monlist and mrulist tell of, is one switch for all.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Serialize;

use super::address::AddressFamily;
use super::directive::{Directive, Restrict, Statement, Switch, System, Verb, Whom};
use super::flags::Flags;
use super::listening::Listening;
use super::table::{Entry, Key, LineId, Table};
use super::version::{Family, Grammar, Mode7, Rules};
use crate::document::Document;
use crate::ntp::address::Network;

/// The source port of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Port {
    /// 123, for which `ntpport` entries count.
    Ntp,
    /// Any other.
    Other,
}

/// What a source is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Answers {
    /// Requests of mode 6, for example readvar.
    pub mode6: bool,
    /// Requests of mode 7, for example reslist.
    pub mode7: bool,
    /// Mode 7's list of clients, CVE-2013-5211.
    pub monlist: bool,
    /// Mode 6's list of clients.
    pub mrulist: bool,
    /// Monitoring commands of chronyc, which have a port of their own.
    pub command: bool,
    /// The time.
    pub time: bool,
}

impl Answers {
    /// Whether any question about the daemon itself is answered.
    #[must_use]
    pub fn is_query(self) -> bool {
        self.mode6 || self.mode7 || self.command
    }
}

/// What a source is answered, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The answers.
    pub answers: Answers,
    /// The entry that decides; `None` where nothing listens.
    pub key: Option<Key>,
    /// The line that opens or closes the door; `None` where what is built in decides.
    pub line: Option<LineId>,
}

/// The flags that the addresses of time sources get instead of those of the default entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// The flags of the last `restrict source` line; it replaces earlier ones.
    pub flags: Flags,
    /// Whether it is for source port 123 only.
    pub ntpport: bool,
    /// That line.
    pub line: LineId,
}

/// A host that is named; its address is known to the daemon alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostName {
    /// The name.
    pub name: Vec<u8>,
    /// The family that is asked for.
    pub family: Option<AddressFamily>,
    /// Whether it is for source port 123 only.
    pub ntpport: bool,
}

/// A switch that lines turn on and off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// The first line that enables it.
    pub enabled: Option<LineId>,
    /// The first line that disables it.
    pub disabled: Option<LineId>,
    /// What the last line says.
    last: Option<(Switch, LineId)>,
}

/// The lines of one daemon, put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The rules of the release.
    pub rules: Rules,
    /// The restrictions.
    pub table: Table,
    /// `restrict source`
    pub template: Option<Template>,
    /// Restrictions by host name.
    pub named: BTreeMap<HostName, Entry>,
    /// `monitor`
    pub monitor: Setting,
    /// `mode7`
    pub mode7: Setting,
    /// The local addresses that are listened on.
    pub listening: Listening,
    /// The lines that name sources of time.
    pub sources: Vec<LineId>,
    /// The line for which the daemon does not start.
    pub fatal: Option<LineId>,
}

impl Configuration {
    /// A daemon that has read no line yet.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            table: Table::builtin(rules.builtin),
            template: None,
            named: BTreeMap::new(),
            monitor: Setting::default(),
            mode7: Setting::default(),
            listening: Listening::default(),
            sources: Vec::new(),
            fatal: None,
        }
    }

    /// A daemon that has read these lines, in the order in which it reads them: a file stands where it is included.
    pub fn of<'s>(rules: Rules, statements: impl IntoIterator<Item = (LineId, &'s Statement)>) -> Self {
        let mut configuration = Self::new(rules);
        for (line, statement) in statements {
            configuration.read(line, &statement.directive);
        }
        configuration
    }

    /// A daemon that has read one file that includes no other; its lines are of file 0.
    #[must_use]
    pub fn parse(rules: Rules, text: &[u8]) -> Self {
        let document = Document::parse(&super::syntax::NtpSyntax { rules: &rules }, text.to_vec());
        let statements = document.chunks().iter().zip(0..).filter_map(|(chunk, index)| {
            chunk.entry.as_ref().map(|statement| (LineId { file: 0, chunk: index }, statement))
        });
        let mut ended = false;
        // The line of a NUL counts, as far as it goes.
        Self::of(
            rules,
            statements.take_while(|(_, statement)| !std::mem::replace(&mut ended, statement.ends_input())),
        )
    }

    /// Reads one more line.
    pub fn read(&mut self, line: LineId, directive: &Directive) {
        match directive {
            Directive::Restrict(restrict) => self.restrict(line, restrict),
            Directive::System(system) => self.system(line, *system),
            Directive::Listen(rule) => self.listening.rules.push(rule.clone()),
            Directive::Source(_) => self.sources.push(line),
            Directive::Include(include) => {
                if let Some(then) = &include.then {
                    self.read(line, then);
                }
            }
            Directive::Fatal => {
                self.fatal.get_or_insert(line);
            }
            Directive::End | Directive::Other | Directive::Nothing => {}
        }
    }

    fn restrict(&mut self, line: LineId, restrict: &Restrict) {
        let Restrict { verb, whom, flags, ntpport } = restrict;
        let networks: &[Network] = match whom {
            Whom::Default(Some(family)) => &[Network::everyone(*family)],
            Whom::Default(None) => &AddressFamily::BOTH.map(Network::everyone),
            Whom::Network(network) => std::slice::from_ref(network),
            Whom::Source => {
                // The last one counts, whichever the verb: the template is set, not added to.
                self.template = Some(Template { flags: *flags, ntpport: *ntpport, line });
                return;
            }
            Whom::Host { name, family } => return self.name(line, restrict, name, *family),
        };
        for network in networks {
            let key = Key { network: *network, ntpport: *ntpport };
            match verb {
                Verb::Restrict => self.table.add(key, *flags, line),
                Verb::Unrestrict => self.table.remove(key, *flags, line),
            }
        }
    }

    fn name(&mut self, line: LineId, restrict: &Restrict, name: &[u8], family: Option<AddressFamily>) {
        let host = HostName { name: name.to_vec(), family, ntpport: restrict.ntpport };
        match restrict.verb {
            Verb::Restrict => self.named.entry(host).or_default().add(restrict.flags, line),
            Verb::Unrestrict if restrict.flags.is_empty() => drop(self.named.remove(&host)),
            Verb::Unrestrict => {
                if let Some(entry) = self.named.get_mut(&host) {
                    entry.take(restrict.flags, line);
                }
            }
        }
    }

    fn system(&mut self, line: LineId, system: System) {
        let settings = [(system.monitor, &mut self.monitor), (system.mode7, &mut self.mode7)];
        for (_, setting) in settings.into_iter().filter(|(is_named, _)| *is_named) {
            match system.switch {
                Switch::Enable => setting.enabled.get_or_insert(line),
                Switch::Disable => setting.disabled.get_or_insert(line),
            };
            setting.last = Some((system.switch, line));
        }
    }

    /// The line for which the daemon does not monitor of its own; `limited` may make it all the same.
    ///
    /// Since 4.2.6 all `disable` lines are put in force after all `enable` lines, so that one is enough; 4.2.4 goes
    /// by the last.
    #[must_use]
    pub fn monitor_disabled(&self) -> Option<LineId> {
        match (self.rules.grammar, self.monitor.last) {
            (Grammar::Hand, Some((Switch::Disable, line))) => Some(line),
            (Grammar::Hand, _) => None,
            (Grammar::Classic | Grammar::Ntpsec, _) => self.monitor.disabled,
        }
    }

    /// The entry with `limited`, for which the daemon monitors whatever `disable monitor` says: any is enough, also
    /// of a host that nobody asks from. The line is `None` where it is built in.
    #[must_use]
    pub fn limited(&self) -> Option<Option<LineId>> {
        let entries = self.table.entries().map(|(_, entry)| entry).chain(self.named.values());
        let mut limited = entries.filter(|entry| entry.flags.meets(Flags::LIMITED));
        let template =
            self.template.filter(|template| template.flags.meets(Flags::LIMITED) && self.has_holes());
        match (limited.next(), template) {
            (Some(entry), _) => Some(entry.giver(Flags::LIMITED)),
            (None, Some(template)) => Some(Some(template.line)),
            (None, None) => None,
        }
    }

    /// Whether sources of time may have entries of their own for `restrict source`.
    ///
    /// The reference implementation makes one for each source. NTPsec makes one only where the source would be kept out
    /// otherwise; which address a source has is known to the daemon alone.
    #[must_use]
    pub fn has_holes(&self) -> bool {
        let keeps_out = |entry: &Entry| entry.flags.meets(Flags::IGNORE.with(Flags::NOTRUST));
        let is_needed = match self.rules.family {
            Family::Classic => true,
            Family::Ntpsec => {
                self.table.entries().any(|(_, entry)| keeps_out(entry)) || self.named.values().any(keeps_out)
            }
        };
        self.template.is_some() && !self.sources.is_empty() && is_needed
    }

    /// Whether the daemon keeps a list of its clients.
    #[must_use]
    pub fn is_monitoring(&self) -> bool {
        self.monitor_disabled().is_none() || self.limited().is_some()
    }

    /// Whether it answers mode 7, given that a source may query.
    #[must_use]
    pub fn has_mode7(&self) -> bool {
        match self.rules.mode7 {
            Mode7::Always => true,
            Mode7::WhenEnabled => self.mode7.enabled.is_some() && self.mode7.disabled.is_none(),
            Mode7::Never => false,
        }
    }

    /// What those get for whom these flags count.
    #[must_use]
    pub fn answers(&self, flags: Flags) -> Answers {
        let query = flags.may_query();
        let mode7 = query && self.has_mode7();
        Answers {
            mode6: query,
            mode7,
            monlist: mode7 && self.rules.monlist && self.is_monitoring(),
            mrulist: query && self.rules.mrulist && !flags.meets(Flags::NOMRULIST) && self.is_monitoring(),
            command: false,
            time: flags.may_have_time() && !(self.is_ntpsec() && flags.meets(Flags::MSSNTP)),
        }
    }

    fn is_ntpsec(&self) -> bool {
        self.rules.family == Family::Ntpsec
    }

    /// Whether anybody outside can be answered: the daemon starts, and listens on an address that is not loopback.
    #[must_use]
    pub fn is_reachable(&self, family: AddressFamily) -> bool {
        self.fatal.is_none() && self.listening.is_open(family)
    }

    /// What the entry of a key gives, and which line is the reason.
    fn verdict_of(&self, key: &Key, entry: &Entry) -> Verdict {
        let closing = Flags::NOQUERY.with(Flags::IGNORE);
        let line = if entry.flags.may_query() { entry.opener(closing) } else { entry.giver(closing) };
        Verdict { answers: self.answers(entry.flags), key: Some(*key), line }
    }
}

/// What a source is answered that asks one of the host's addresses which are not loopback. Time sources by name and
/// `restrict source` are left out: their addresses are known to the daemon alone.
#[must_use]
pub fn verdict(configuration: &Configuration, source: IpAddr, port: Port) -> Verdict {
    let nothing = Verdict { answers: Answers::default(), key: None, line: None };
    if !configuration.is_reachable(AddressFamily::of(source)) || source.is_multicast() {
        return nothing;
    }
    let deciding = configuration.table.decide(source, port == Port::Ntp);
    deciding.map_or(nothing, |(key, entry)| configuration.verdict_of(key, entry))
}
